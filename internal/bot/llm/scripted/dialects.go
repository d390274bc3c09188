package scripted

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// errTokens mirrors the vendors: without a limit, or with both names of it, they refuse.
var errTokens = errors.New("exactly one limit of tokens is needed")

type m = map[string]any

// decodeOpenAI reads what "Create chat completion" (OpenAI API reference) describes.
func decodeOpenAI(body []byte) (Request, error) {
	var in struct {
		Model               string `json:"model"`
		MaxTokens           *int64 `json:"max_tokens"`
		MaxCompletionTokens *int64 `json:"max_completion_tokens"`
		Messages            []struct {
			Role      string `json:"role"`
			Content   any    `json:"content"`
			ToolCalls []struct {
				ID       string                           `json:"id"`
				Function struct{ Name, Arguments string } `json:"function"`
			} `json:"tool_calls"`
			ToolCallID string `json:"tool_call_id"`
		} `json:"messages"`
		Tools []struct {
			Type     string `json:"type"`
			Function struct {
				Name       string `json:"name"`
				Parameters m      `json:"parameters"`
			} `json:"function"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Request{}, err
	}
	out := Request{Dialect: "openai", Model: in.Model}
	if (in.MaxTokens == nil) == (in.MaxCompletionTokens == nil) {
		return out, errTokens
	}
	for _, limit := range []*int64{in.MaxTokens, in.MaxCompletionTokens} {
		if limit != nil {
			out.MaxTokens = *limit
		}
	}
	for _, t := range in.Tools {
		if t.Type != "function" || t.Function.Parameters["type"] != "object" {
			return out, fmt.Errorf("tool %q has no schema of an object", t.Function.Name)
		}
		out.Tools = append(out.Tools, t.Function.Name)
	}
	open := map[string]bool{}
	for _, msg := range in.Messages {
		text := plain(msg.Content)
		if msg.Role == "system" {
			out.System += text
			continue
		}
		if msg.Role == "tool" {
			if !open[msg.ToolCallID] {
				return out, fmt.Errorf("a result answers no call: %q", msg.ToolCallID)
			}
			delete(open, msg.ToolCallID)
		} else if len(open) > 0 {
			return out, errors.New("a call has no result")
		}
		if err := out.pictured(msg.Content); err != nil {
			return out, err
		}
		next := Message{Role: msg.Role, Text: text}
		for _, call := range msg.ToolCalls {
			open[call.ID] = true
			next.Calls = append(next.Calls, Call{call.Function.Name, call.Function.Arguments})
		}
		out.Messages = append(out.Messages, next)
	}
	if len(open) > 0 {
		return out, errors.New("a call has no result")
	}
	return out, nil
}

// decodeAnthropic reads what "Create a message" (Anthropic API reference) describes.
func decodeAnthropic(body []byte) (Request, error) {
	var in struct {
		Model     string `json:"model"`
		MaxTokens int64  `json:"max_tokens"`
		System    any    `json:"system"`
		Messages  []struct {
			Role    string `json:"role"`
			Content []struct {
				Type, Text, ID, Name string
				ToolUseID            string `json:"tool_use_id"`
				Input                json.RawMessage
				Content              any
				Source               struct {
					Type, Data string
					MediaType  string `json:"media_type"`
				}
			} `json:"content"`
		} `json:"messages"`
		Tools []struct {
			Name        string `json:"name"`
			InputSchema m      `json:"input_schema"`
		} `json:"tools"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return Request{}, err
	}
	out := Request{Dialect: "anthropic", Model: in.Model, System: plain(in.System), MaxTokens: in.MaxTokens}
	if in.MaxTokens == 0 {
		return out, errTokens
	}
	for _, t := range in.Tools {
		if t.InputSchema["type"] != "object" {
			return out, fmt.Errorf("tool %q has no schema of an object", t.Name)
		}
		out.Tools = append(out.Tools, t.Name)
	}
	open := map[string]bool{}
	for _, msg := range in.Messages {
		next := Message{Role: msg.Role}
		for _, block := range msg.Content {
			switch block.Type {
			case "text":
				next.Text += block.Text
			case "image":
				raw, err := base64.StdEncoding.DecodeString(block.Source.Data)
				if block.Source.Type != "base64" || err != nil {
					return out, errPicture
				}
				out.Files = append(out.Files, File{Type: block.Source.MediaType, Bytes: string(raw)})
			case "tool_use":
				open[block.ID] = true
				next.Calls = append(next.Calls, Call{block.Name, string(block.Input)})
			case "tool_result":
				if !open[block.ToolUseID] {
					return out, fmt.Errorf("a result answers no call: %q", block.ToolUseID)
				}
				delete(open, block.ToolUseID)
				out.Messages = append(out.Messages, Message{Role: "tool", Text: plain(block.Content)})
			}
		}
		if msg.Role == "user" && len(open) > 0 {
			return out, errors.New("a call has no result")
		}
		if next.Text != "" || len(next.Calls) > 0 {
			out.Messages = append(out.Messages, next)
		}
	}
	return out, nil
}

var errPicture = errors.New("a picture is not written in base64")

// pictured takes the pictures out of a content that is a list of parts.
func (r *Request) pictured(content any) error {
	parts, _ := content.([]any)
	for _, part := range parts {
		fields, _ := part.(m)
		if fields["type"] != "image_url" {
			continue
		}
		at, _ := fields["image_url"].(m)
		address, _ := at["url"].(string)
		kind, data, ok := strings.Cut(strings.TrimPrefix(address, "data:"), ";base64,")
		raw, err := base64.StdEncoding.DecodeString(data)
		if !ok || err != nil {
			return errPicture
		}
		r.Files = append(r.Files, File{Type: kind, Bytes: string(raw)})
	}
	return nil
}

// decodeRecording reads what "Create transcription" (OpenAI API reference) describes.
func decodeRecording(contentType string, body []byte) (Request, error) {
	out := Request{Dialect: "transcription"}
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return out, err
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(32 << 20)
	if err != nil {
		return out, err
	}
	if len(form.File["file"]) != 1 || len(form.Value["model"]) != 1 || form.Value["model"][0] == "" {
		return out, errors.New("exactly one file and one model are needed")
	}
	head := form.File["file"][0]
	file, err := head.Open()
	if err != nil {
		return out, err
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	out.Model, out.Files = form.Value["model"][0], []File{{Name: head.Filename, Type: head.Header.Get("Content-Type"), Bytes: string(raw)}}
	return out, err
}

func writeTranscript(w http.ResponseWriter, _ Request, step Step) {
	usage := m{"type": "tokens", "input_tokens": step.In, "output_tokens": step.Out, "total_tokens": step.In + step.Out}
	if step.Seconds > 0 {
		usage = m{"type": "duration", "seconds": step.Seconds}
	}
	send(w, m{"text": step.Text, "usage": usage})
}

// plain is the text of a content that is a string or a list of parts.
func plain(content any) string {
	if text, ok := content.(string); ok {
		return text
	}
	text := ""
	parts, _ := content.([]any)
	for _, part := range parts {
		fields, _ := part.(m)
		piece, _ := fields["text"].(string)
		text += piece
	}
	return text
}

func writeOpenAI(w http.ResponseWriter, r Request, step Step) {
	message := m{"role": "assistant", "content": step.Text, "refusal": nil}
	finish := "stop"
	var calls []m
	for i, call := range step.Calls {
		calls = append(calls, m{
			"id": fmt.Sprintf("call_%d_%d", len(r.Messages), i), "type": "function", "function": m{"name": call.Name, "arguments": call.Args},
		})
		finish = "tool_calls"
	}
	if calls != nil {
		message["tool_calls"] = calls
	}
	if step.Refused {
		message["content"], message["refusal"] = nil, "I will not."
	}
	if step.Truncated {
		finish = "length"
	}
	send(w, m{
		"id": "chatcmpl-scripted", "object": "chat.completion", "created": 1, "model": r.Model,
		"choices": []m{{"index": 0, "finish_reason": finish, "message": message}},
		"usage":   m{"prompt_tokens": step.In, "completion_tokens": step.Out, "total_tokens": step.In + step.Out},
	})
}

func writeAnthropic(w http.ResponseWriter, r Request, step Step) {
	content, stop := []m{}, "end_turn"
	if step.Text != "" {
		content = append(content, m{"type": "text", "text": step.Text})
	}
	for i, call := range step.Calls {
		content = append(content, m{
			"type": "tool_use", "id": fmt.Sprintf("toolu_%d_%d", len(r.Messages), i), "name": call.Name, "input": json.RawMessage(call.Args),
		})
		stop = "tool_use"
	}
	if step.Refused {
		content, stop = []m{}, "refusal"
	}
	if step.Truncated {
		stop = "max_tokens"
	}
	send(w, m{
		"id": "msg_scripted", "type": "message", "role": "assistant", "model": r.Model, "content": content, "stop_reason": stop,
		"stop_sequence": nil, "usage": m{"input_tokens": step.In, "output_tokens": step.Out},
	})
}
