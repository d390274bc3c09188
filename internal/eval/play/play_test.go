package play

import (
	"bytes"
	"context"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/config"
	"parley/internal/eval/record"
	"parley/internal/eval/script"
	"parley/internal/store"
)

// TestExamples plays the conversations that are shipped.
func TestExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../../examples/eval/*.yaml")
	if err != nil || len(files) < 3 {
		t.Fatalf("examples: %q, %v", files, err)
	}
	all := map[string][]*script.Test{}
	for _, file := range files {
		all[file] = parse(t, file, "")
	}
	s := open(t, nil, slices.Concat(slices.Collect(maps.Values(all))...)...)
	for _, file := range files {
		for _, test := range all[file] {
			r := playOne(t, s, test)
			for _, step := range r.Steps {
				if step.Problem != "" {
					t.Errorf("%s:%d: %s", file, step.Line, step.Problem)
				}
				for _, c := range step.Checks {
					if !c.Passed {
						t.Errorf("%s:%d: %s: %s is %q, want %q", file, c.Line, r.Name, c.Key, c.Got, c.Want)
					}
				}
			}
			t.Logf("%s: %d ms", r.Name, r.Millis)
		}
	}
}

func open(t *testing.T, w *config.Workspace, tests ...*script.Test) *Stage {
	t.Helper()
	s, err := Open(t.Context(), Options{Workspace: w, Tests: tests})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func parse(t *testing.T, file, text string) []*script.Test {
	t.Helper()
	raw := []byte(text)
	if text == "" {
		var err error
		if raw, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	tests, err := script.Parse(file, raw)
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

func playOne(t *testing.T, s *Stage, test *script.Test) *Result {
	t.Helper()
	r, err := s.Play(context.WithoutCancel(t.Context()), test)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPlay_findsWhatIsNotSo expects wrongly of everything that can be expected: a check that cannot fail finds nothing.
func TestPlay_findsWhatIsNotSo(t *testing.T) {
	t.Parallel()
	s := open(t, small(t))
	r := playOne(t, s, parse(t, "wrong.yaml", `
steps:
  - customer: what is the price of the lantern
    expect:
      contains: [lantern, harbour]
      lacks: lantern
      equals: The
      matches: ^harbour
      silence: true
      sends: 2
      layout: quick_reply
      choices: [A]
      intent: harbour
      band: fallback
      action: ask
      rule: person
      flow: order_tracking
      step: ask
      language: fr
      owner: queue
      handoff: loop
      profile: {parley_status: nowhere}
      calls: {order_status: {order: 7}}
`)[0])
	if r.Passed || r.Failed != r.Checked || r.Checked != 19 {
		t.Errorf("%d of %d checks failed; passed %v", r.Failed, r.Checked, r.Passed)
		for _, c := range r.Steps[0].Checks {
			t.Logf("%s: got %q, want %q: %v", c.Key, c.Got, c.Want, c.Passed)
		}
	}
	for text, want := range map[string]string{
		"steps: [{tap: Nothing}]":                     "no message shows the button",
		"steps: [{agent: Hello}]":                     "before the customer has written",
		"steps: [{customer: Hello}, {hand_back: ''}]": "the bot",
	} {
		r := playOne(t, s, parse(t, "wrong.yaml", text)[0])
		last := r.Steps[len(r.Steps)-1]
		if r.Passed || !strings.Contains(last.Problem, want) {
			t.Errorf("%s: passed %v, problem %q; want %q", text, r.Passed, last.Problem, want)
		}
	}
}

// small is a workspace that trains in no time, with a route of its own.
func small(t *testing.T) *config.Workspace {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "en"), 0o750); err != nil {
		t.Fatal(err)
	}
	write("base.yaml", "name: Small\nlanguages: [en]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")
	for _, topic := range []string{"lantern", "harbour", "violin"} {
		write("en/"+topic+".yaml", strings.ReplaceAll("title: The X\nphrasings: [what is an X, what is the price of the X, tell me of the X, X please, I need the X]\nanswer: The X costs ten.\nhandoff: never\n", "X", topic))
	}
	w := config.NewWorkspace("small")
	w.Knowledge, w.Routes = dir, []config.Route{config.NewRoute("front-door")}
	return &w
}

// intents adds some to such a workspace: their names, each with a phrasing.
func intents(t *testing.T, dir string, pairs ...string) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		text := "title: " + pairs[i] + "\nphrasings: [" + pairs[i+1] + ", \"" + pairs[i+1] + " please\", \"hello, " + pairs[i+1] + "\"]\nanswer: We look into it.\nhandoff: never\n"
		if err := os.WriteFile(filepath.Join(dir, "en", pairs[i]+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRecord_playsAgainWithoutPersonalData plays a conversation full of personal data, records it and plays the recording.
func TestRecord_playsAgainWithoutPersonalData(t *testing.T) {
	t.Parallel()
	s := open(t, small(t))
	first := playOne(t, s, parse(t, "first.yaml", `
customer: {name: Marguerite Yourcenar, language: en}
steps:
  - customer: I am Marguerite, what is the price of the lantern of order 4455667?
    expect: {intent: lantern}
  - burst: [hello, "tell me of the harbour, mail marguerite@example.org or +33 6 12 34 56 78"]
    expect: {intent: harbour, sends: 1}
  - media: https://media.example.org/private/marguerite.jpg
  - advance: 3h
  - customer: I want to talk to a person
    expect: {owner: queue}
  - customer: my card is 4242 4242 4242 4242 and my order was 4455667
  - agent: Hello Marguerite, this is Ben.
  - hand_back: Marguerite gets a violin on Monday.
  - customer: tell me of the violin
    expect: {owner: bot}
`)[0])
	if !first.Passed {
		t.Fatalf("%+v", first)
	}
	list, _, err := s.app.Store().Conversations(t.Context(), store.Filter{Limit: 2})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d conversations, %v", len(list), err)
	}
	var b bytes.Buffer
	if err := record.Write(t.Context(), &b, s.app.Store(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, private := range []string{"arguerite", "ourcenar", "4455667", "12 34 56", "4242", "example.org", "Ben", list[0].Contact.Phone} {
		if strings.Contains(b.String(), private) {
			t.Errorf("the recording holds %q:\n%s", private, b.String())
		}
	}
	for _, kept := range []string{"I am Alex, what is the price of the lantern of order 1000001?", "my order was 1000001", "person1@example.com", "advance: 3h", "violin on Monday"} {
		if !strings.Contains(b.String(), kept) {
			t.Errorf("the recording lacks %q:\n%s", kept, b.String())
		}
	}
	again := playOne(t, s, parse(t, "recorded.yaml", b.String())[0])
	for _, step := range again.Steps {
		for _, c := range step.Checks {
			if !c.Passed {
				t.Errorf("line %d: %s is %q, want %q", c.Line, c.Key, c.Got, c.Want)
			}
		}
		if step.Problem != "" {
			t.Errorf("line %d: %s", step.Line, step.Problem)
		}
	}
	if again.Checked < 15 || t.Failed() {
		t.Logf("%d checks\n%s", again.Checked, b.String())
	}
}

// TestPlay_seesFlowsAndCallsOfTools lets a flow ask the example shop.
func TestPlay_seesFlowsAndCallsOfTools(t *testing.T) {
	t.Parallel()
	const token = "token-of-the-example-shop"
	server := httptest.NewServer(shop.New(token, time.Now).Handler())
	t.Cleanup(server.Close)
	w := config.NewWorkspace("shop")
	w.Flows, w.Tools = config.BuiltinFlows, "../../../examples/shop/tools.yaml"
	s, err := Open(t.Context(), Options{Workspace: &w, Env: func(name string) (string, bool) {
		v, ok := map[string]string{"SHOP_URL": server.URL, "SHOP_TOKEN": token}[name]
		return v, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	r := playOne(t, s, parse(t, "tools.yaml", `
customer: {name: Grace Hopper, id: grace, language: en}
steps:
  - customer: where is my order
    expect: {intent: order_tracking, flow: order_tracking, calls: {}, owner: bot}
  - customer: AB-12345
    expect: {flow: order_tracking, calls: {order_status: {order_number: AB-12345}}, contains: Parcel Express}
  - check:
    expect: {calls: {}}
`)[0])
	for _, step := range r.Steps {
		for _, c := range step.Checks {
			if !c.Passed {
				t.Errorf("line %d: %s is %q, want %q", c.Line, c.Key, c.Got, c.Want)
			}
		}
		if step.Problem != "" {
			t.Error(step.Problem)
		}
	}
	if r.Checked != 8 {
		t.Errorf("%d checks", r.Checked)
	}
}
