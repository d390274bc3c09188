package llm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"
)

// openAI speaks to chat completions: OpenAI and everything compatible with it.
type openAI struct {
	chat      openai.ChatCompletionService
	name      string
	maxTokens bool // the endpoint knows only the older name of the limit
}

func newOpenAI(o Options, client *http.Client) *openAI {
	options := []option.RequestOption{
		option.WithEnvironmentProduction(), option.WithHTTPClient(client), option.WithMaxRetries(0),
	}
	if o.BaseURL != "" {
		options = append(options, option.WithBaseURL(o.BaseURL))
	}
	if o.Key != "" {
		options = append(options, option.WithAPIKey(o.Key))
	}
	if strings.Contains(o.BaseURL, ".azure.com") { // its keys go into a header of their own
		options = append(options, option.WithHeader("api-key", o.Key))
	}
	return &openAI{openai.NewChatCompletionService(options...), o.Name, o.TokenLimit == "max_tokens"}
}

func (m *openAI) Chat(ctx context.Context, r Request) (Response, error) {
	answer, err := m.chat.New(ctx, m.params(r))
	if err != nil {
		var status *openai.Error
		if errors.As(err, &status) && ctx.Err() == nil {
			return Response{}, ByStatus(status.StatusCode)
		}
		return Response{}, ByCause(ctx, err)
	}
	out := Response{Model: answer.Model, Usage: Usage{answer.Usage.PromptTokens, answer.Usage.CompletionTokens}}
	if len(answer.Choices) == 0 {
		return out, &Error{Kind: Malformed, Detail: "the answer has no choice", Usage: out.Usage}
	}
	choice := answer.Choices[0]
	switch {
	case choice.Message.Refusal != "" || choice.FinishReason == "content_filter":
		return out, &Error{Kind: Refused, Usage: out.Usage}
	case choice.FinishReason == "length":
		return out, &Error{Kind: Truncated, Usage: out.Usage}
	}
	out.Message = Message{Assistant: true, Text: choice.Message.Content, raw: choice.Message.ToParam()}
	for _, call := range choice.Message.ToolCalls {
		out.Message.Calls = append(out.Message.Calls, Call{call.ID, call.Function.Name, json.RawMessage(call.Function.Arguments)})
	}
	return out, nil
}

func (m *openAI) params(r Request) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{
		Model:      m.name,
		Messages:   []openai.ChatCompletionMessageParamUnion{openai.SystemMessage(r.System)},
		ToolChoice: openai.ChatCompletionToolChoiceOptionUnionParam{OfAuto: openai.String("required")},
	}
	if m.maxTokens {
		p.MaxTokens = openai.Int(int64(r.MaxTokens))
	} else {
		p.MaxCompletionTokens = openai.Int(int64(r.MaxTokens))
	}
	if r.Temperature >= 0 {
		p.Temperature = openai.Float(r.Temperature)
	}
	for _, t := range r.Tools {
		p.Tools = append(p.Tools, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
			Name: t.Name, Description: openai.String(t.Description), Parameters: t.Schema,
		}))
	}
	for _, msg := range r.Messages {
		if raw, ok := msg.raw.(openai.ChatCompletionMessageParamUnion); ok {
			p.Messages = append(p.Messages, raw)
			continue
		}
		for _, res := range msg.Results {
			p.Messages = append(p.Messages, openai.ToolMessage(res.Text, res.ID))
		}
		switch {
		case msg.Assistant:
			p.Messages = append(p.Messages, openai.AssistantMessage(msg.Text))
		case msg.Text != "":
			p.Messages = append(p.Messages, openai.UserMessage(msg.Text))
		}
	}
	return p
}
