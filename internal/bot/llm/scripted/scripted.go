// Package scripted is a language model that says what it is told to: a server that speaks
// both vendors' dialects over real HTTP, faults included. Tests and conversation tests
// run against it, through the same SDKs as against a vendor.
//
// It shares no types with package llm: a field that is misspelt here and there cannot
// agree with itself. Start reading at [New].
package scripted

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Step is one answer of the model.
type Step struct {
	// Text and Calls are what it says and which tools it wants called.
	Text  string
	Calls []Call
	// Status, if it is not 0, is an HTTP error instead.
	Status int
	// Hang never answers; the connection stays open until the client leaves.
	Hang bool
	// Cut breaks the connection off without an answer.
	Cut bool
	// Truncated says that the limit of tokens was reached, Refused that it will not answer.
	Truncated, Refused bool
	// Body, if it is not empty, is sent as it stands.
	Body string
	// In and Out are the tokens it claims to have used; 0 means 100 and 20.
	In, Out int64
}

// Call is a tool call. Args is sent as it stands: it may be no JSON. Where the dialect
// cannot carry what is no JSON object, the whole answer becomes unreadable instead.
type Call struct{ Name, Args string }

// Request is what the model was asked.
type Request struct {
	Dialect   string // "openai" or "anthropic"
	Model     string
	Key       string
	System    string
	Messages  []Message
	Tools     []string // their names
	MaxTokens int64
	Body      string // as it came
}

// Message is one of a request's; the role of what a tool answered is "tool".
type Message struct {
	Role, Text string
	Calls      []Call
}

// Last is the text of the newest message.
func (r Request) Last() string {
	if len(r.Messages) == 0 {
		return ""
	}
	return r.Messages[len(r.Messages)-1].Text
}

// Server is an http.Handler for the addresses that the vendors' SDKs use. It is safe for
// concurrent use.
type Server struct {
	next func(Request) Step

	mu   sync.Mutex
	seen []Request
}

// New makes a model that answers every request with what next returns; next is called
// concurrently if requests come so.
func New(next func(Request) Step) *Server { return &Server{next: next} }

// Play answers with one step after the other, and with the last one for ever.
func Play(steps ...Step) func(Request) Step {
	var mu sync.Mutex
	at := 0
	return func(Request) Step {
		mu.Lock()
		defer mu.Unlock()
		step := steps[min(at, len(steps)-1)]
		at++
		return step
	}
}

// Seen are the requests so far, oldest first.
func (s *Server) Seen() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.seen...)
}

// ServeHTTP answers chat completions and messages; anything else is not found.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var decode func([]byte) (Request, error)
	var write func(http.ResponseWriter, Request, Step)
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/chat/completions"):
		decode, write = decodeOpenAI, writeOpenAI
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/v1/messages"):
		decode, write = decodeAnthropic, writeAnthropic
	default:
		http.NotFound(w, r)
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 8<<20))
	if err != nil {
		return // the client has gone
	}
	req, err := decode(body)
	if err != nil {
		http.Error(w, `{"error":{"type":"invalid_request_error","message":`+quote(err.Error())+`}}`, http.StatusBadRequest)
		return
	}
	req.Body = string(body)
	if req.Key = r.Header.Get("x-api-key"); req.Key == "" {
		req.Key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	s.mu.Lock()
	s.seen = append(s.seen, req)
	s.mu.Unlock()
	step := s.next(req)
	if step.In+step.Out == 0 {
		step.In, step.Out = 100, 20
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case step.Hang:
		<-r.Context().Done()
	case step.Cut:
		panic(http.ErrAbortHandler) // which the server takes for what it is
	case step.Status != 0:
		w.WriteHeader(step.Status)
		fmt.Fprintf(w, `{"type":"error","error":{"type":"scripted_error","message":"scripted %d"}}`, step.Status)
	case step.Body != "":
		_, _ = io.WriteString(w, step.Body)
	default:
		write(w, req, step)
	}
}

func quote(text string) string {
	raw, _ := json.Marshal(text) // a string always can be
	return string(raw)
}

func send(w http.ResponseWriter, v any) {
	raw, err := json.Marshal(v)
	if err != nil { // arguments that are no JSON
		raw = []byte(`{"content":[{"type":"tool_use","input":{`)
	}
	_, _ = w.Write(raw)
}
