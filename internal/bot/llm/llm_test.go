package llm_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/llm/scripted"
	"parley/internal/testkit"
)

var lookup = llm.Tool{Name: "lookup", Description: "Looks an order up.", Schema: map[string]any{
	"type": "object", "properties": map[string]any{"order": map[string]any{"type": "string"}}, "required": []any{"order"}, "additionalProperties": false,
}}

// each runs a test in both dialects, through the vendors' SDKs and over HTTP.
func each(t *testing.T, next func(scripted.Request) scripted.Step, test func(t *testing.T, m llm.Model, s *scripted.Server)) {
	t.Helper()
	for provider, path := range map[string]string{llm.ProviderOpenAI: "/v1", llm.ProviderAnthropic: ""} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			s := scripted.New(next)
			server := httptest.NewServer(s)
			t.Cleanup(server.Close)
			m, err := llm.New(llm.Options{Provider: provider, BaseURL: server.URL + path, Name: "test-model", Key: "key-1"})
			if err != nil {
				t.Fatal(err)
			}
			test(t, m, s)
		})
	}
}

func ask(text string) llm.Request {
	return llm.Request{
		System: "Be brief.", Messages: []llm.Message{{Text: text}}, Tools: []llm.Tool{lookup}, MaxTokens: 300, Temperature: 0.2,
	}
}

func TestChat_carriesAToolLoop(t *testing.T) {
	t.Parallel()
	next := func(r scripted.Request) scripted.Step {
		if len(r.Messages) == 1 {
			return scripted.Step{Text: "Let me see.", Calls: []scripted.Call{{Name: "lookup", Args: `{"order":"A1"}`}}, In: 50, Out: 7}
		}
		return scripted.Step{Text: "It is " + r.Last()}
	}
	each(t, next, func(t *testing.T, m llm.Model, s *scripted.Server) {
		r := ask("Where is A1?")
		first, err := m.Chat(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if len(first.Message.Calls) != 1 || first.Message.Calls[0].Name != "lookup" || string(first.Message.Calls[0].Args) != `{"order":"A1"}` {
			t.Fatalf("calls are %+v", first.Message.Calls)
		}
		testkit.Diff(t, first.Usage, llm.Usage{In: 50, Out: 7})
		r.Messages = append(r.Messages, first.Message, llm.Message{Results: []llm.Result{{ID: first.Message.Calls[0].ID, Text: "on its way"}}})
		second, err := m.Chat(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := second.Message.Text, "It is on its way"; got != want {
			t.Errorf("it says %q, want %q", got, want)
		}
		seen := s.Seen()[1]
		testkit.Diff(t, seen.Messages, []scripted.Message{
			{Role: "user", Text: "Where is A1?"},
			{Role: "assistant", Text: "Let me see.", Calls: []scripted.Call{{Name: "lookup", Args: `{"order":"A1"}`}}},
			{Role: "tool", Text: "on its way"},
		})
		if seen.Key != "key-1" || seen.Model != "test-model" || seen.System != "Be brief." || seen.MaxTokens != 300 || len(seen.Tools) != 1 {
			t.Errorf("the request was %+v", seen)
		}
	})
}

func TestChat_namesEveryFailure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		step scripted.Step
		want llm.Kind
	}{
		{"429", scripted.Step{Status: 429}, llm.RateLimited},
		{"503", scripted.Step{Status: 503}, llm.Unreachable},
		{"529", scripted.Step{Status: 529}, llm.Unreachable},
		{"401", scripted.Step{Status: 401}, llm.RefusedRequest},
		{"404", scripted.Step{Status: 404}, llm.RefusedRequest},
		{"truncated", scripted.Step{Text: "Half an", Truncated: true}, llm.Truncated},
		{"refused", scripted.Step{Refused: true}, llm.Refused},
		{"no JSON", scripted.Step{Body: `{"choices": [`}, llm.Malformed},
		{"empty object", scripted.Step{Body: `{}`}, llm.Malformed},
		{"breaks off", scripted.Step{Cut: true}, llm.Unreachable},
		{"hangs", scripted.Step{Hang: true}, llm.Timeout},
		{"endless", scripted.Step{Body: `{"x":"` + strings.Repeat("a", 5<<20) + `"}`}, llm.Malformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, scripted.Play(c.step), func(t *testing.T, m llm.Model, s *scripted.Server) {
				limit := time.Minute
				if c.step.Hang {
					limit = 100 * time.Millisecond
				}
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				_, err := m.Chat(ctx, ask("hello"))
				var e *llm.Error
				if !errors.As(err, &e) || e.Kind != c.want {
					t.Fatalf("error is %v, want %s", err, c.want)
				}
				if (e.Kind == llm.Truncated || e.Kind == llm.Refused) && e.Usage.In == 0 {
					t.Error("what it cost is lost")
				}
				if n := len(s.Seen()); n != 1 {
					t.Errorf("it was asked %d times; nobody waits for a second try", n)
				}
			})
		})
	}
}

func TestChat_unreachable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, provider := range []string{llm.ProviderOpenAI, llm.ProviderAnthropic} {
		m, err := llm.New(llm.Options{Provider: provider, BaseURL: "http://" + address + "/secret-path", Name: "x", Key: "key-1"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Chat(t.Context(), ask("hello"))
		if llm.KindOf(err) != llm.Unreachable {
			t.Errorf("%s: error is %v", provider, err)
		}
		if strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%s: the error names the address: %v", provider, err)
		}
	}
}

func TestChat_givenUpByItsCaller(t *testing.T) {
	t.Parallel()
	each(t, scripted.Play(scripted.Step{Hang: true}), func(t *testing.T, m llm.Model, _ *scripted.Server) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := m.Chat(ctx, ask("hello")); !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v, want the caller's own", err)
		}
	})
}

func TestChat_olderNameOfTheTokenLimit(t *testing.T) {
	t.Parallel()
	s := scripted.New(scripted.Play(scripted.Step{Text: "ok"}))
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	m, err := llm.New(llm.Options{Provider: llm.ProviderOpenAI, BaseURL: server.URL + "/v1", Name: "x", TokenLimit: "max_tokens"})
	if err != nil {
		t.Fatal(err)
	}
	r := ask("hello")
	r.Temperature = -1
	if _, err := m.Chat(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	body := s.Seen()[0].Body
	if !strings.Contains(body, `"max_tokens":300`) || strings.Contains(body, "max_completion_tokens") || strings.Contains(body, "temperature") {
		t.Errorf("the request is %s", body)
	}
}

func TestNew_saysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, o := range []llm.Options{{Provider: "openai"}, {Provider: "gemini", Name: "x"}} {
		if _, err := llm.New(o); err == nil || !strings.Contains(err.Error(), ";") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// model is a model made of a function.
type model func(context.Context, llm.Request) (llm.Response, error)

func (m model) Chat(ctx context.Context, r llm.Request) (llm.Response, error) { return m(ctx, r) }

func TestBreaker_restsAndTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fail error = &llm.Error{Kind: llm.Unreachable}
		asked := 0
		b := llm.NewBreaker(model(func(context.Context, llm.Request) (llm.Response, error) {
			asked++
			return llm.Response{}, fail
		}), time.Now)
		call := func(want llm.Kind, wantAsked int) {
			t.Helper()
			_, err := b.Chat(t.Context(), llm.Request{})
			if want == "" && err != nil || want != "" && llm.KindOf(err) != want || asked != wantAsked {
				t.Fatalf("error is %v after %d calls, want %q after %d", err, asked, want, wantAsked)
			}
		}
		call(llm.Unreachable, 1)
		fail = &llm.Error{Kind: llm.Malformed}
		call(llm.Malformed, 2) // a bad answer is an answer
		fail = &llm.Error{Kind: llm.RateLimited}
		call(llm.RateLimited, 3)
		call(llm.RateLimited, 4)
		call(llm.RateLimited, 5)
		call(llm.Resting, 5)
		time.Sleep(31 * time.Second)
		call(llm.RateLimited, 6) // the trial fails
		call(llm.Resting, 6)
		time.Sleep(31 * time.Second)
		fail = nil
		call("", 7)
		call("", 8)
	})
}

func TestBreaker_letsOneTryAtATime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var fail error = &llm.Error{Kind: llm.Unreachable}
		slow := make(chan struct{})
		wait := false
		b := llm.NewBreaker(model(func(context.Context, llm.Request) (llm.Response, error) {
			if wait {
				<-slow
			}
			return llm.Response{}, fail
		}), time.Now)
		for range 3 {
			_, _ = b.Chat(t.Context(), llm.Request{})
		}
		time.Sleep(time.Minute)
		wait, fail = true, nil
		done := make(chan error)
		go func() {
			_, err := b.Chat(t.Context(), llm.Request{})
			done <- err
		}()
		synctest.Wait()
		if _, err := b.Chat(t.Context(), llm.Request{}); llm.KindOf(err) != llm.Resting {
			t.Errorf("a second trial at the same time: %v", err)
		}
		close(slow)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestPrice_isRoundedUp(t *testing.T) {
	t.Parallel()
	p := llm.Price{In: 2.5, Out: 10}
	if got := p.Cost(llm.Usage{In: 1001, Out: 10}); got != 2603 {
		t.Errorf("1,001 tokens at 2.50 and 10 at 10 cost %d millionths, want 2603", got)
	}
	if g := ask("hello").Guess(); g.In < 20 || g.In > 200 {
		t.Errorf("guessed %d tokens", g.In)
	}
}

func TestScripted_refusesWhatAVendorWould(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(scripted.New(scripted.Play(scripted.Step{Text: "ok"})))
	t.Cleanup(server.Close)
	for _, c := range []struct {
		path, body string
		want       int
	}{
		{"/v1/chat/completions", `{"model":"x","messages":[]}`, 400},
		{"/v1/chat/completions", `{"max_tokens":5,"messages":[{"role":"tool","tool_call_id":"9","content":"x"}]}`, 400},
		{"/v1/chat/completions", `{"max_tokens":5,"messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"a","arguments":"{}"}}]}]}`, 400},
		{"/v1/chat/completions", `{"max_tokens":5,"messages":[],"tools":[{"type":"function","function":{"name":"a"}}]}`, 400},
		{"/v1/messages", `{"model":"x","messages":[]}`, 400},
		{"/v1/messages", `{"max_tokens":5,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"1"}]}]}`, 400},
		{"/v1/messages", `{"max_tokens":5,"messages":[]}`, 200},
		{"/v1/models", `{}`, 404},
	} {
		resp, err := http.Post(server.URL+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.want {
			t.Errorf("%s %s: %d, want %d", c.path, c.body, resp.StatusCode, c.want)
		}
	}
}
