package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"parley/internal/bot/tool"
	"parley/internal/config"
)

const (
	maxEvent  = 4 * maxAnswer   // of a server's stream, in bytes: a list of tools is larger than an answer
	freshList = time.Minute     // how long a server's list of tools is believed
	endServer = 2 * time.Second // that a command is given to end by itself
)

// servers are the MCP servers of a catalogue. A session is opened by the first call and
// used by all; one that breaks is opened anew by the next.
type servers struct {
	links   map[string]*link
	breaker *breaker
	now     func() time.Time
}

type link struct {
	server  tool.Server
	version string

	mu      sync.Mutex
	session *mcp.ClientSession
	pins    map[string]string // by tool of the server
	listed  time.Time
}

func newServers(list []tool.Server, version string, now func() time.Time) *servers {
	s := &servers{links: map[string]*link{}, breaker: newBreaker(now), now: now}
	for _, server := range list {
		s.links[server.Name] = &link{server: server, version: version}
	}
	return s
}

func (s *servers) close() error {
	var errs []error
	for _, l := range s.links {
		l.mu.Lock()
		if l.session != nil {
			errs = append(errs, l.session.Close())
			l.session = nil
		}
		l.mu.Unlock()
	}
	return errors.Join(errs...)
}

// open gives the session, which outlives the context.
func (l *link) open(ctx context.Context) (*mcp.ClientSession, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session != nil {
		return l.session, nil
	}
	// No capabilities: a server may not ask for roots, for texts by a model, or of people.
	client := mcp.NewClient(&mcp.Implementation{Name: "parley", Version: l.version}, &mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}})
	session, err := client.Connect(ctx, l.transport(), nil)
	if err != nil {
		return nil, err
	}
	l.session, l.pins = session, nil
	return session, nil
}

func (l *link) transport() mcp.Transport {
	if len(l.server.Command) > 0 {
		cmd := exec.Command(l.server.Command[0], l.server.Command[1:]...)
		cmd.Env = []string{}
		for name, value := range l.server.Env {
			cmd.Env = append(cmd.Env, name+"="+value.Reveal())
		}
		slices.Sort(cmd.Env)
		return &mcp.CommandTransport{Command: cmd, TerminateDuration: endServer}
	}
	client := &http.Client{Transport: &guarded{http.DefaultTransport, l.server.Headers}, CheckRedirect: redirect}
	return &mcp.StreamableClientTransport{
		Endpoint: l.server.URL.Reveal(), HTTPClient: client, MaxRetries: -1, DisableStandaloneSSE: true, MaxEventSize: maxEvent,
	}
}

// guarded adds a server's headers to requests and bounds what it answers.
type guarded struct {
	next    http.RoundTripper
	headers map[string]config.Secret
}

// RoundTrip sends a request.
func (g *guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for name, value := range g.headers {
		req.Header.Set(name, value.Reveal())
	}
	res, err := g.next.RoundTrip(req)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxEvent), res.Body}
	}
	return res, err
}

// drop forgets a session that broke.
func (l *link) drop(session *mcp.ClientSession) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session == session {
		l.session = nil
		_ = session.Close() // it has failed already
	}
}

// call makes one attempt.
func (s *servers) call(ctx context.Context, t *tool.Tool, values map[string]any) outcome {
	l := s.links[t.MCP.Server]
	if !s.breaker.allow(t.MCP.Server) {
		return outcome{result: tool.Result{State: tool.Failed, Code: CodeUnreachable, Problem: "the last calls to this server failed; it is left alone for a while"}, again: true}
	}
	note := func(well bool) {
		if !errors.Is(ctx.Err(), context.Canceled) {
			s.breaker.note(t.MCP.Server, well)
		}
	}
	session, err := l.open(ctx)
	if err == nil && t.MCP.Pin != "" {
		var pin string
		if pin, err = s.pin(ctx, l, session, t.MCP.Tool); err == nil && pin != t.MCP.Pin {
			return fail(CodeRefused, fmt.Sprintf("server %s describes %s otherwise than when it was pinned; read it, then pin it anew", t.MCP.Server, t.MCP.Tool))
		}
	}
	if err != nil {
		note(false)
		return broken(t, err, false)
	}
	res, err := session.CallTool(ctx, &mcp.CallToolParams{Name: t.MCP.Tool, Arguments: values})
	if e := (*jsonrpc.Error)(nil); errors.As(err, &e) && !errors.Is(err, mcp.ErrConnectionClosed) {
		note(true)
		return refusal(t, e)
	}
	if err != nil {
		note(false)
		if ctx.Err() == nil { // others may be using a session that is only slow
			l.drop(session)
		}
		return broken(t, err, !errors.Is(err, mcp.ErrSessionMissing))
	}
	note(true)
	return answered(t, res)
}

// refusal judges an error of the protocol. Of these two nothing was carried out.
func refusal(t *tool.Tool, e *jsonrpc.Error) outcome {
	if e.Code == jsonrpc.CodeInvalidParams || e.Code == jsonrpc.CodeMethodNotFound {
		return fail(CodeRefused, fmt.Sprintf("the server does not take the call (error %d)", e.Code))
	}
	return failing(t, fmt.Sprintf("the server has trouble (error %d)", e.Code))
}

func failing(t *tool.Tool, problem string) outcome {
	if t.Effect == tool.Write {
		return outcome{result: tool.Result{State: tool.Unknown, Problem: problem + "; the write may or may not have happened"}, again: true}
	}
	return outcome{result: tool.Result{State: tool.Failed, Code: CodeUnreachable, Problem: problem}, again: true}
}

// answered reads a result: its structured content, or its text where that is JSON, or its
// text as {"text": …}.
func answered(t *tool.Tool, res *mcp.CallToolResult) outcome {
	if res.NeedsInput() {
		return fail(CodeRefused, "the server asks for more than the arguments, which nobody can answer here")
	}
	body, err := document(res)
	switch {
	case err == nil && len(body) > maxAnswer:
		err = errTooLarge
	case err == nil && res.IsError:
		if _, code, known := t.Answer(http.StatusInternalServerError, body); known {
			return fail(code, "the other side said "+code)
		}
		if t.Effect == tool.Read {
			return fail(CodeRefused, "the server's tool failed, and errors: has no code for it")
		}
		return outcome{result: tool.Result{State: tool.Unknown, Problem: "the server's tool failed, and errors: has no code for it; the write may or may not have happened"}}
	}
	if err != nil {
		return broken(t, errTooLarge, true)
	}
	return judge(t, http.StatusOK, body)
}

func document(res *mcp.CallToolResult) ([]byte, error) {
	if res.StructuredContent != nil {
		return json.Marshal(res.StructuredContent)
	}
	var texts []string
	for _, c := range res.Content {
		if text, ok := c.(*mcp.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	text := strings.Join(texts, "\n")
	if json.Valid([]byte(text)) {
		return []byte(text), nil
	}
	return json.Marshal(map[string]string{"text": text})
}

// pinOf gives the pin of a tool as its server describes it now.
func (s *servers) pinOf(ctx context.Context, m *tool.MCP) (string, error) {
	l := s.links[m.Server]
	session, err := l.open(ctx)
	if err != nil {
		return "", err
	}
	pin, err := s.pin(ctx, l, session, m.Tool)
	if err == nil && pin == "" {
		err = fmt.Errorf("server %s has no tool %q", m.Server, m.Tool)
	}
	return pin, err
}

// pin gives the pin of a tool, "" for one that is not there.
func (s *servers) pin(ctx context.Context, l *link, session *mcp.ClientSession, name string) (string, error) {
	l.mu.Lock()
	pins := l.pins
	if s.now().Sub(l.listed) > freshList {
		pins = nil
	}
	l.mu.Unlock()
	if pins != nil {
		return pins[name], nil
	}
	pins = map[string]string{}
	for t, err := range session.Tools(ctx, nil) {
		if err != nil {
			return "", err
		}
		raw, err := json.Marshal([]any{t.Name, t.Description, t.InputSchema, t.Annotations})
		if err != nil {
			return "", err
		}
		sum := sha256.Sum256(raw)
		pins[t.Name] = hex.EncodeToString(sum[:])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.session == session {
		l.pins, l.listed = pins, s.now()
	}
	return pins[name], nil
}
