package llm

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/openai/openai-go/v3"
)

// Listener writes down what is said in recordings, at any endpoint that speaks OpenAI's
// "Create transcription". It is safe for concurrent use, and rests as a [Circuit] says.
type Listener struct {
	transcriptions openai.AudioTranscriptionService
	name           string
	circuit        *Circuit
}

// NewListener builds a Listener; Options.Provider is not looked at. now is the clock.
func NewListener(o Options, now func() time.Time) (*Listener, error) {
	if o.Name == "" {
		return nil, errNoName
	}
	return &Listener{openai.NewAudioTranscriptionService(openAIOptions(o, o.client())...), o.Name, NewCircuit(now)}, nil
}

// Recording is a file with speech.
type Recording struct {
	// Name has the extension of the format, by which endpoints tell it.
	Name  string
	Type  string // such as audio/ogg
	Bytes []byte
}

// Transcript is what was said.
type Transcript struct {
	Text  string
	Usage Usage
	// Seconds is how long the recording is, if the endpoint bills by that; else 0.
	Seconds float64
}

// Transcribe writes a recording down in the language that is spoken. An error is an
// [*Error], unless the caller's own context was cancelled; an empty text is none.
func (l *Listener) Transcribe(ctx context.Context, r Recording) (out Transcript, err error) {
	if !l.circuit.Enter() {
		return Transcript{}, &Error{Kind: Resting}
	}
	out, err = l.transcribe(ctx, r)
	l.circuit.Leave(err, ctx.Err() == context.Canceled)
	return out, err
}

func (l *Listener) transcribe(ctx context.Context, r Recording) (Transcript, error) {
	answer, err := l.transcriptions.New(ctx, openai.AudioTranscriptionNewParams{
		File: openai.File(bytes.NewReader(r.Bytes), r.Name, r.Type), Model: l.name, ResponseFormat: openai.AudioResponseFormatJSON,
	})
	if err != nil {
		var status *openai.Error
		if errors.As(err, &status) && ctx.Err() == nil {
			failed := ByStatus(status.StatusCode)
			failed.unfit()
			return Transcript{}, failed
		}
		return Transcript{}, ByCause(ctx, err)
	}
	said := answer.AsTranscription()
	out := Transcript{Text: said.Text, Usage: Usage{said.Usage.InputTokens, said.Usage.OutputTokens}, Seconds: said.Usage.Seconds}
	if !said.JSON.Text.Valid() {
		return out, &Error{Kind: Malformed, Detail: "the answer has no text", Usage: out.Usage}
	}
	return out, nil
}
