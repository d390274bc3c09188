package llm

import (
	"context"
	"errors"
	"net/http"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

// claude speaks to Anthropic's messages.
type claude struct {
	messages anthropic.MessageService
	name     string
}

func newAnthropic(o Options, client *http.Client) *claude {
	options := []option.RequestOption{
		option.WithEnvironmentProduction(), option.WithHTTPClient(client), option.WithMaxRetries(0), option.WithoutOpenTelemetry(),
	}
	if o.BaseURL != "" {
		options = append(options, option.WithBaseURL(o.BaseURL))
	}
	if o.Key != "" {
		options = append(options, option.WithAPIKey(o.Key))
	}
	return &claude{anthropic.NewMessageService(options...), o.Name}
}

func (m *claude) Chat(ctx context.Context, r Request) (Response, error) {
	answer, err := m.messages.New(ctx, m.params(r))
	if err != nil {
		var status *anthropic.Error
		if errors.As(err, &status) && ctx.Err() == nil {
			return Response{}, ByStatus(status.StatusCode)
		}
		return Response{}, ByCause(ctx, err)
	}
	u := answer.Usage
	out := Response{Model: string(answer.Model), Usage: Usage{u.InputTokens + u.CacheCreationInputTokens + u.CacheReadInputTokens, u.OutputTokens}}
	switch answer.StopReason {
	case anthropic.StopReasonRefusal:
		return out, &Error{Kind: Refused, Usage: out.Usage}
	case anthropic.StopReasonMaxTokens, anthropic.StopReasonModelContextWindowExceeded:
		return out, &Error{Kind: Truncated, Usage: out.Usage}
	}
	if len(answer.Content) == 0 {
		return out, &Error{Kind: Malformed, Detail: "the answer has no content", Usage: out.Usage}
	}
	out.Message = Message{Assistant: true, raw: answer.ToParam()}
	for _, block := range answer.Content {
		switch block := block.AsAny().(type) {
		case anthropic.TextBlock:
			out.Message.Text += block.Text
		case anthropic.ToolUseBlock:
			out.Message.Calls = append(out.Message.Calls, Call{block.ID, block.Name, block.Input})
		}
	}
	return out, nil
}

func (m *claude) params(r Request) anthropic.MessageNewParams {
	p := anthropic.MessageNewParams{
		Model: anthropic.Model(m.name), MaxTokens: int64(r.MaxTokens), System: []anthropic.TextBlockParam{{Text: r.System}},
		ToolChoice: anthropic.ToolChoiceUnionParam{OfAny: &anthropic.ToolChoiceAnyParam{}},
	}
	if r.Temperature >= 0 {
		p.Temperature = anthropic.Float(min(r.Temperature, 1)) // theirs ends at 1
	}
	for _, t := range r.Tools {
		schema := anthropic.ToolInputSchemaParam{ExtraFields: map[string]any{}}
		for key, value := range t.Schema {
			if key != "type" {
				schema.ExtraFields[key] = value
			}
		}
		p.Tools = append(p.Tools, anthropic.ToolUnionParam{OfTool: &anthropic.ToolParam{
			Name: t.Name, Description: anthropic.String(t.Description), InputSchema: schema,
		}})
	}
	for _, msg := range r.Messages {
		if raw, ok := msg.raw.(anthropic.MessageParam); ok {
			p.Messages = append(p.Messages, raw)
			continue
		}
		var blocks []anthropic.ContentBlockParamUnion
		for _, res := range msg.Results {
			blocks = append(blocks, anthropic.NewToolResultBlock(res.ID, res.Text, res.Failed))
		}
		if msg.Text != "" {
			blocks = append(blocks, anthropic.NewTextBlock(msg.Text))
		}
		if msg.Assistant {
			p.Messages = append(p.Messages, anthropic.NewAssistantMessage(blocks...))
		} else {
			p.Messages = append(p.Messages, anthropic.NewUserMessage(blocks...))
		}
	}
	return p
}
