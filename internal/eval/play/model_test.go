package play

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/config"
	"parley/internal/eval/record"
	"parley/internal/eval/script"
	"parley/internal/store"
)

// failed lists what does not hold, and what could not be played.
func failed(r *Result) (list []string) {
	for _, step := range r.Steps {
		if step.Problem != "" {
			list = append(list, step.Problem)
		}
		for _, c := range step.Checks {
			if !c.Passed {
				list = append(list, c.Key+" is "+c.Got+", want "+c.Want)
			}
		}
	}
	return list
}

// TestModel_callsToolsAndFails plays a model that looks an order up and proposes a return, and then every fault, in both dialects.
func TestModel_callsToolsAndFails(t *testing.T) {
	t.Parallel()
	const token = "token-of-the-example-shop"
	orders := shop.New(token, time.Now)
	server := httptest.NewServer(orders.Handler())
	t.Cleanup(server.Close)
	w := small(t)
	intents(t, w.Knowledge, "order_tracking", "where is my order", "return_item", "I want to return an item")
	w.Tools = "../../../examples/shop/tools.yaml"
	var tests []*script.Test
	for _, who := range [][]string{
		{"DIALECT", "openai", "WHO", "grace", "ORDER", "AB-12345", "JACKET", "Blue rain jacket", "BACK", "AB-12346", "HAT", "Sun hat"},
		{"DIALECT", "anthropic", "WHO", "tove", "ORDER", "EF-30001", "JACKET", "Winter boots", "BACK", "EF-30002", "HAT", "Umbrella"},
	} {
		tests = append(tests, parse(t, who[1]+".yaml", strings.NewReplacer(who...).Replace(`
customer: {name: Somebody, id: WHO, language: en}
model: {dialect: DIALECT, deadline: 3s, calls: 3}
steps:
  - customer: where is my order ORDER
    model:
      - calls: {order_status: {order_number: ORDER}}
      - answer: Parcel Express has your order ORDER.
        sources: [order_status]
    expect:
      contains: Parcel Express has your order
      calls: {order_status: {order_number: ORDER}}
      model: {outcome: answer, calls: 2, told: [JACKET, where is my order], untold: [token-of-the-example-shop, "+1555"]}
  - customer: I want to return an item, the HAT of BACK
    model: {calls: {return_start: {order_number: BACK, item: HAT, reason: other}}}
    expect: {action: choices, contains: HAT, calls: {}, model: {outcome: propose, calls: 1}}
  - customer: "yes"
    expect: {calls: {return_start: {item: HAT}}, model: none, contains: that is done}
  - faults: {model: slow}
  - customer: what is the price of the lantern
    expect: {contains: The lantern costs ten, sends: 1, model: {outcome: fallback, failure: timeout, calls: 1}}
  - faults: {model: down}
  - customer: what is the price of the harbour
    expect: {contains: The harbour costs ten, sends: 1, model: {failure: unreachable}}
  - faults: {model: 429}
  - customer: what is the price of the violin
    expect: {contains: The violin costs ten, sends: 1, model: {failure: rate_limited}}
  - advance: 1m
  - faults: {model: truncated}
  - customer: tell me of the harbour
    expect: {contains: harbour, model: {failure: truncated}}
  - faults: {model: malformed}
  - customer: tell me of the violin
    expect: {contains: violin, model: {failure: malformed}}
  - faults: {model: refused}
  - customer: lantern please
    expect: {contains: lantern, model: {failure: refused}}
  - faults: {model: 503}
  - customer: harbour please
    expect: {contains: harbour, model: {failure: unreachable}}
  - faults: none
  - customer: I need the violin
    model: {text: I would rather talk}
    expect: {model: {calls: 2}}
`))...)
	}
	s, err := Open(t.Context(), Options{Workspace: w, Tests: tests, Env: func(name string) (string, bool) {
		v, ok := map[string]string{"SHOP_URL": server.URL, "SHOP_TOKEN": token}[name]
		return v, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, test := range tests {
		r := playOne(t, s, test)
		list := failed(r)
		// A model that only talks is asked once more, for which the script has no answer.
		const want = "the model was asked 2 times, and the step says only 1 answers"
		if len(list) != 1 || !strings.HasPrefix(list[0], want) {
			t.Errorf("%s: %q", test.Name, list)
		}
		if last := r.Steps[0]; last.Asked != 2 || last.Bot.Model == nil || last.Bot.Model.Provider != test.Model.Dialect {
			t.Errorf("%s: the first step is %+v", test.Name, last)
		}
	}
	if n := len(orders.Returns()); n != 2 {
		t.Errorf("%d returns, want one of each", n)
	}
}

// TestModel_findsWhatIsNotSo expects wrongly of everything that can be expected of a model.
func TestModel_findsWhatIsNotSo(t *testing.T) {
	t.Parallel()
	tests := parse(t, "wrong.yaml", `
model: openai
steps:
  - customer: what is the price of the lantern
    model: {decline: }
    expect:
      model: {outcome: answer, failure: timeout, violation: price, calls: 2, told: violets, untold: lantern}
---
model: openai
steps:
  - customer: what is the price of the lantern
    model: {decline: }
    expect: {model: none}
---
model: openai
steps:
  - customer: what is the price of the lantern
    model: [{decline: }, {decline: }]
---
steps:
  - customer: what is the price of the lantern
    expect: {model: none}
`)
	w := small(t)
	busy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the operator's own model or brain was asked") }))
	t.Cleanup(busy.Close)
	w.Routes[0].Brain = config.Brain{URL: busy.URL, Secret: "a-secret-of-a-brain-that-is-long-enough", Timeout: time.Second}
	w.Model.Provider, w.Model.Name, w.Model.BaseURL, w.Model.APIKey = "openai", "real", busy.URL+"/v1", "key"
	s := open(t, w, tests...)
	if r := playOne(t, s, tests[0]); r.Failed != 6 || r.Checked != 6 {
		t.Errorf("%d of %d checks failed: %q", r.Failed, r.Checked, failed(r))
	}
	if list := failed(playOne(t, s, tests[1])); len(list) != 1 || !strings.Contains(list[0], "asked 1 times") {
		t.Errorf("%q", list)
	}
	if list := failed(playOne(t, s, tests[2])); len(list) != 1 || !strings.Contains(list[0], "asked 1 times only; the answer of line 18") {
		t.Errorf("%q", list)
	}
	if list := failed(playOne(t, s, tests[3])); len(list) > 0 {
		t.Errorf("%q", list)
	}
	other := parse(t, "other.yaml", "model: openai\nsteps: [{customer: hello}]")[0]
	if _, err := s.Play(t.Context(), other); err == nil || !strings.Contains(err.Error(), "was not opened with this conversation") {
		t.Errorf("a conversation with a model that is not there: %v", err)
	}
}

// TestRecord_expectsLittleOfAModel records a conversation with a model, which plays again without one.
func TestRecord_expectsLittleOfAModel(t *testing.T) {
	t.Parallel()
	tests := parse(t, "first.yaml", `
model: openai
steps:
  - customer: what is the price of the lantern
    model: {handoff: somebody has to look at it}
    expect: {owner: queue}
`)
	s := open(t, small(t), tests...)
	if list := failed(playOne(t, s, tests[0])); len(list) > 0 {
		t.Fatalf("%q", list)
	}
	list, _, err := s.app.Store().Conversations(t.Context(), store.Filter{Limit: 2})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d conversations, %v", len(list), err)
	}
	var b bytes.Buffer
	if err := record.Write(t.Context(), &b, s.app.Store(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	again := parse(t, "recorded.yaml", b.String())[0]
	if checks := again.Steps[0].Checks; len(checks) != 1 || checks[0].Key != "language" {
		t.Errorf("recorded: %s", b.String())
	}
	if list := failed(playOne(t, s, again)); len(list) > 0 {
		t.Errorf("%q", list)
	}
}

// lines gathers what is logged.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestLogs_holdNothingThatIsSaid logs all that there is to log while a customer says what is personal, the model and the
// tools say it again and fail in every way, and a person answers: not a word of it may be in the logs, nor any secret.
func TestLogs_holdNothingThatIsSaid(t *testing.T) {
	t.Parallel()
	const token = "token-of-the-example-shop"
	server := httptest.NewServer(shop.New(token, time.Now).Handler())
	t.Cleanup(server.Close)
	w := small(t)
	intents(t, w.Knowledge, "order_tracking", "where is my order")
	w.Tools = "../../../examples/shop/tools.yaml"
	tests := parse(t, "said.yaml", `
customer: {name: Marguerite Yourcenar, id: grace-personal-id, phone: "+33612345678", language: en}
model: {dialect: openai, deadline: 3s}
steps:
  - customer: "where is my order AB-77777, says Zanzibar, card 4242 4242 4242 4242, mail marguerite@example.org"
    model:
      - calls: {order_status: {order_number: AB-77777}, no_such_tool: {secretive: Quagmire}}
      - answer: The Wolverine costs 99 euros.
        sources: [order_tracking]
      - answer: The Wolverine costs 98 euros.
        sources: [order_tracking]
    expect: {calls: {order_status: {order_number: AB-77777}}, model: {failure: unsafe}}
  - faults: {model: malformed}
  - customer: what is the price of the lantern, Zanzibar
    expect: {model: {failure: malformed}}
  - faults: {model: 503, braze: 503, calls: 3}
  - customer: tell me of the Harbour of Zanzibar
  - faults: {model: slow, cut: true, duplicate: 2}
  - customer: tell me of the violin of Zanzibar
    expect: {model: {failure: timeout}}
  - faults: {braze: 400}
  - customer: Zanzibar lantern please
    model: {ask: "Which Wolverine do you mean?"}
  - faults: none
  - customer: I want to talk to a person in Zanzibar
  - agent: Hello, I am the Pelican.
  - hand_back: Marguerite gets the Pelican on Monday.
  - media: https://media.example.org/private/zanzibar.jpg
    text: my Zanzibar photo
    model: {decline: Zanzibar is none of our business}
`)
	logged := &lines{}
	s, err := Open(t.Context(), Options{
		Workspace: w, Tests: tests, Log: slog.New(slog.NewJSONHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Env: func(name string) (string, bool) {
			v, ok := map[string]string{"SHOP_URL": server.URL, "SHOP_TOKEN": token}[name]
			return v, ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := playOne(t, s, tests[0])
	if list := failed(r); len(list) > 0 {
		t.Errorf("%q", list)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text := logged.String()
	for _, private := range []string{
		"zanzibar", "4242", "marguerite", "yourcenar", "612345678", "12345678", "personal-id", "ab-77777", "quagmire", "wolverine", "pelican", "costs ten",
		"example.org", token, secret, s.ws.Braze.APIKey.Reveal(), "bearer",
	} {
		if at := strings.Index(strings.ToLower(text), private); at >= 0 {
			t.Errorf("the log holds %q: %s", private, text[max(0, at-200):min(len(text), at+100)])
		}
	}
	kinds := map[string]int{}
	for line := range strings.Lines(text) {
		var entry struct{ Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		kinds[entry.Msg]++
	}
	if kinds["tool"] == 0 || kinds["braze call"] < 5 {
		t.Errorf("the log has %v; that shows little", kinds)
	}
}
