// Package llm talks to language models: one request with messages and tools, one answer
// with the tools the model wants called. The two implementations stand on the vendors'
// own SDKs.
//
// It owns the wire, the kinds of failure, prices and the circuit breaker. It must not
// know conversations, prompts or what a tool does, nor try a call again: its callers have
// something better to do than to wait. Start reading at [Model].
package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
)

// Model answers one request. An error is always an [*Error], unless the caller's own
// context was cancelled. Implementations are safe for concurrent use.
type Model interface {
	Chat(ctx context.Context, r Request) (Response, error)
}

// Request is a conversation so far and what the model may do next.
type Request struct {
	System   string
	Messages []Message // from the user and the assistant in turn, the user first
	// Tools has at least one entry: the model has to call one of them.
	Tools []Tool
	// MaxTokens bounds what the model writes.
	MaxTokens int
	// Temperature is 0 to 2; below 0 it is left to the model, as some insist on.
	Temperature float64
}

// Tool is something the model may call. Schema is a JSON schema of an object.
type Tool struct {
	Name, Description string
	Schema            map[string]any
}

// Message is one side's words. An assistant's holds Calls; the user's next message then
// has a Result for each.
type Message struct {
	Assistant bool
	Text      string
	Calls     []Call
	Results   []Result
	Images    []Image // of a user, before the text
	// raw is an assistant's message as its vendor sent it. It goes back unchanged: it may
	// hold signed parts of which nothing here knows.
	raw any
}

// Image is a picture that goes to the model with a message.
type Image struct {
	Type  string // image/jpeg, image/png, image/gif or image/webp
	Bytes []byte
}

// imageTokens is what a picture reads when nobody counted: the vendors' largest ones of
// ordinary size are about that.
const imageTokens = 1600

// Call is a tool the model wants called. Args is JSON, most likely; nobody has checked.
type Call struct {
	ID, Name string
	Args     json.RawMessage
}

// Result is what came of the call with that ID.
type Result struct {
	ID, Text string
	Failed   bool
}

// Response is what the model said.
type Response struct {
	Message Message // the assistant's, to be sent back if the conversation goes on
	Model   string  // as the vendor names it
	Usage   Usage
}

// Usage counts tokens.
type Usage struct{ In, Out int64 }

// Add sums two usages.
func (u Usage) Add(other Usage) Usage { return Usage{u.In + other.In, u.Out + other.Out} }

// Price is money per million tokens, in whatever currency.
type Price struct{ In, Out float64 }

// Cost is in millionths of the currency, rounded up.
func (p Price) Cost(u Usage) int64 {
	return int64(math.Ceil(float64(u.In)*p.In + float64(u.Out)*p.Out))
}

// Guess is what a request reads at about four characters to a token, for calls that
// nobody counted.
func (r Request) Guess() Usage {
	n := len(r.System)
	for _, m := range r.Messages {
		n += len(m.Text) + 4*imageTokens*len(m.Images)
		for _, res := range m.Results {
			n += len(res.Text)
		}
	}
	for _, t := range r.Tools {
		schema, _ := json.Marshal(t.Schema) // what cannot be written is refused when it is sent
		n += len(t.Name) + len(t.Description) + len(schema)
	}
	return Usage{In: int64(n+3) / 4}
}

// Providers of a model.
const (
	ProviderOpenAI    = "openai"
	ProviderAnthropic = "anthropic"
)

// Options choose a model.
type Options struct {
	Provider string
	// BaseURL is empty for the vendor's own.
	BaseURL string
	Name    string
	Key     string // may be empty for a model on one's own machine
	// TokenLimit is how an OpenAI-compatible endpoint calls the limit of what is written:
	// "max_tokens", or else "max_completion_tokens".
	TokenLimit string
	// Transport is nil for the default one.
	Transport http.RoundTripper
}

// New builds a model. Nothing of the process environment is read.
func New(o Options) (Model, error) {
	client := o.client()
	switch {
	case o.Name == "":
		return nil, errNoName
	case o.Provider == ProviderOpenAI:
		return newOpenAI(o, client), nil
	case o.Provider == ProviderAnthropic:
		o.BaseURL = strings.TrimSuffix(strings.TrimSuffix(o.BaseURL, "/"), "/v1") // the SDK adds it
		return newAnthropic(o, client), nil
	}
	return nil, fmt.Errorf("model: provider %q is not known; write openai (also for everything compatible with it) or anthropic", o.Provider)
}

var errNoName = errors.New("model: no name is given; write the name your provider gives the model")

func (o Options) client() *http.Client {
	transport := o.Transport
	if transport == nil {
		transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &http.Client{Transport: bounded{transport}}
}

// pictured reports whether a picture goes with the request.
func (r Request) pictured() bool {
	return slices.ContainsFunc(r.Messages, func(m Message) bool { return len(m.Images) > 0 })
}

// maxBody is the longest answer read, in bytes.
const maxBody = 4 << 20

// bounded keeps a wrong address from filling the memory.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := b.RoundTripper.RoundTrip(r)
	if resp != nil {
		resp.Body = http.MaxBytesReader(nil, resp.Body, maxBody)
	}
	return resp, err
}
