package flow_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/internal/bot/flow"
	"parley/internal/bot/intent"
	"parley/internal/bot/tool"
	"parley/internal/testkit"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// ride is a conversation in a flow whose tools a function stands for.
type ride struct {
	t     testing.TB
	lib   *flow.Library
	tools func(tool.Call) tool.Result
	lang  string
	pos   flow.Position
	n     int
	calls []tool.Call
}

func shopRide(t testing.TB, tools func(tool.Call) tool.Result) *ride {
	t.Helper()
	flows, err := flow.Load(flow.Shop(), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	return &ride{t: t, lib: flow.NewLibrary(flows, nil), tools: tools, lang: "en"}
}

func (r *ride) input(text string) flow.Input {
	r.n++
	special, always := intent.Always(text, r.lang)
	return flow.Input{
		Text: text, Language: r.lang, Now: now.Add(time.Duration(r.n) * time.Minute), MessageID: fmt.Sprintf("m%d", r.n),
		Yes: always && special.Kind == intent.Yes, No: always && special.Kind == intent.No,
		Pick: func(text string, n int) int {
			for i := 1; i <= n; i++ {
				if text == fmt.Sprint(i) {
					return i
				}
			}
			return 0
		},
	}
}

// play asks again with every result, as the brain does.
func (r *ride) play(in flow.Input, move func(flow.Input) flow.Move) flow.Move {
	for range 10 {
		m := move(in)
		if m.Outcome != flow.Calls {
			if m.Outcome != flow.Unfit && m.Outcome != flow.Expired {
				r.pos = m.Position
			}
			return m
		}
		r.calls = append(r.calls, *m.Call)
		result := r.tools(*m.Call)
		result.Call = *m.Call
		in.Results = append(in.Results, result)
	}
	r.t.Fatal("calls without end")
	return flow.Move{}
}

func (r *ride) starts(name, text string) flow.Move {
	return r.play(r.input(text), func(in flow.Input) flow.Move {
		m, ok := flow.Start(r.lib, name, in)
		if !ok {
			r.t.Fatalf("no flow %s", name)
		}
		return m
	})
}

func (r *ride) says(text string) flow.Move {
	return r.play(r.input(text), func(in flow.Input) flow.Move { return flow.Go(r.lib, r.pos, in) })
}

func (r *ride) want(m flow.Move, outcome flow.Outcome, pieces ...string) {
	r.t.Helper()
	var text []string
	for _, l := range m.Says {
		text = append(text, l.Text)
	}
	said := strings.Join(text, "\n")
	if m.Outcome != outcome {
		r.t.Errorf("%s (%s), want %s: %s", m.Outcome, m.Reason, outcome, said)
	}
	for _, p := range pieces {
		if !strings.Contains(said, p) {
			r.t.Errorf("no %q in %q (%s)", p, said, m.Reason)
		}
	}
}

func order(c tool.Call) tool.Result {
	switch {
	case c.Tool != "order_status":
		return tool.Result{State: tool.Done}
	case c.Args["order_number"] == "AB-12345":
		return tool.Result{State: tool.Done, Data: map[string]any{"status": "shipped", "eta": "2026-11-26", "carrier": "Colissimo", "item_1": "Wool scarf", "item_2": "Red cup"}}
	}
	return tool.Result{State: tool.Failed, Code: "not_found"}
}

func TestRun_looksUpAnOrder(t *testing.T) {
	t.Parallel()
	r := shopRide(t, order)
	r.want(r.starts("order_tracking", "where is my order?"), flow.Waits, "What is your order number?")
	r.want(r.says("I don't know it"), flow.Unfit)
	r.want(flow.Again(r.lib, r.pos, r.input("hm"), true), flow.Waits, "It looks like AB-12345", "What is your order number?")
	r.want(r.says("AB-99999"), flow.Waits, "I cannot find order AB-99999", "What is your order number?")
	r.want(r.says("ab-12345"), flow.Ends, "on its way with Colissimo", "Thursday 26 November")

	r = shopRide(t, order)
	r.lang = "fr"
	m := r.starts("order_tracking", "où est ma commande AB-12345 ?")
	r.want(m, flow.Ends, "jeudi 26 novembre")
	testkit.Diff(t, m.Path, []flow.Visit{
		{Flow: "order_tracking", Version: m.Position.Version, Step: "number"},
		{Flow: "order_tracking", Version: m.Position.Version, Step: "look"},
		{Flow: "order_tracking", Version: m.Position.Version, Step: "which"},
		{Flow: "order_tracking", Version: m.Position.Version, Step: "on_its_way"},
	})
	r.want(r.starts("order_tracking", "order AB-99999"), flow.Waits)
	r.want(r.says("AB-99998"), flow.Hands, "Je ne trouve pas non plus la commande AB-99998")
}

func TestRun_writesOnlyAfterAYes(t *testing.T) {
	t.Parallel()
	arrived := func(c tool.Call) tool.Result {
		result := order(c)
		if c.Tool == "order_status" {
			result.Data["status"] = "delivered"
		}
		return result
	}
	for answer, want := range map[string]int{"yes": 2, "no": 1, "maybe": 1, "1": 1} {
		r := shopRide(t, arrived)
		m := r.starts("return_item", "I want to return something of order AB-12345")
		r.want(m, flow.Waits, "Which item")
		if len(m.Choices) != 2 || m.Choices[1].Title != "Red cup" {
			t.Fatalf("choices %+v", m.Choices)
		}
		r.want(r.says("the cup"), flow.Waits, "What is the reason?")
		m = r.says("4")
		r.want(m, flow.Waits, "Shall I start the return of Red cup from order AB-12345?")
		if !m.YesNo || m.Position.Led == "" {
			t.Fatalf("not a question for a yes: %+v", m)
		}
		led := m.Position.Led
		r.says(answer)
		if len(r.calls) != want {
			t.Fatalf("%q: %d calls", answer, len(r.calls))
		}
		if want == 2 {
			testkit.Diff(t, r.calls[1], tool.Call{
				MessageID: led, Tool: "return_start", Confirmed: true,
				Args: map[string]any{"order_number": "AB-12345", "item": "Red cup", "reason": "not_wanted"},
			})
		}
	}
}

// TestRun_oneQuestionLeadsToOneCall: a turn that runs again after more was written still
// asks for the call that may have been made already.
func TestRun_oneQuestionLeadsToOneCall(t *testing.T) {
	t.Parallel()
	r := shopRide(t, order)
	r.starts("change_delivery", "order AB-12345 please")
	r.want(r.says("friday"), flow.Waits, "to Friday 27 November?")
	ids := map[string]bool{}
	for _, message := range []string{"m8", "m9"} {
		in := r.input("yes")
		in.MessageID = message
		m := flow.Go(r.lib, r.pos, in)
		r.want(m, flow.Calls)
		id, err := m.Call.ID("c")
		if err != nil {
			t.Fatal(err)
		}
		ids[id] = true
	}
	if len(ids) != 1 {
		t.Error("one question has led to two calls")
	}
}

func TestRun_troubleGoesToPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		result tool.Result
		want   flow.Trouble
	}{
		{tool.Result{State: tool.Unknown}, flow.Uncertain},
		{tool.Result{State: tool.Failed, Code: "timeout"}, flow.Wanted}, // the flow has a way for anything else
		{tool.Result{State: tool.Failed, Code: "too_late"}, flow.Wanted},
	} {
		r := shopRide(t, func(call tool.Call) tool.Result {
			if call.Tool == "delivery_change" {
				return c.result
			}
			return order(call)
		})
		r.starts("change_delivery", "order AB-12345")
		r.says("tomorrow")
		m := r.says("yes")
		r.want(m, flow.Hands)
		if m.Trouble != c.want {
			t.Errorf("%+v: %s", c.result, m.Trouble)
		}
	}
	text := head + "steps:\n  a:\n    call: x\n    next: end\n"
	r := one(t, text, func(tool.Call) tool.Result { return tool.Result{State: tool.Failed, Code: "refused"} })
	if m := r.starts("f", "go"); m.Trouble != flow.ToolFailed {
		t.Errorf("a failure without a way: %s %s", m.Outcome, m.Trouble)
	}
	r = one(t, head+"steps:\n  a:\n    call: x\n    save: {name: name}\n    next: b\n  b:\n    say: {en: 'Hello {{name}}'}\n    next: end\n", func(tool.Call) tool.Result { return tool.Result{State: tool.Done} })
	if m := r.starts("f", "go"); m.Trouble != flow.Broken || len(m.Says) != 0 {
		t.Errorf("a gap: %s %s %v", m.Outcome, m.Trouble, m.Says)
	}
}

func one(t testing.TB, text string, tools func(tool.Call) tool.Result) *ride {
	t.Helper()
	f, err := flow.Parse("f", []byte(text), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	return &ride{t: t, lib: flow.NewLibrary([]*flow.Flow{f}, nil), tools: tools, lang: "en"}
}

func TestRun_wait(t *testing.T) {
	t.Parallel()
	text := head + "steps:\n  a:\n    say: {en: Try it and tell me}\n    next: b\n  b:\n    wait: 2h\n    late: d\n    next: c\n  c:\n    say: {en: Good}\n    next: end\n  d:\n    say: {en: Long ago}\n    next: end\n"
	r := one(t, text, nil)
	r.want(r.starts("f", "go"), flow.Waits, "Try it")
	soon := r.pos
	r.want(r.says("done"), flow.Ends, "Good")
	r.pos, r.n = soon, 200
	r.want(r.says("done"), flow.Ends, "Long ago")
	r = shopRide(t, order)
	r.starts("order_tracking", "hi")
	r.n = 24*60 + 5
	r.want(r.says("AB-12345"), flow.Expired)
}

func TestSilence_goesOnByItself(t *testing.T) {
	t.Parallel()
	text := head + `slots:
  n: {type: number, ask: {en: How many}}
steps:
  a:
    ask: n
    within: 2h
    timeout: remind
    next: thanks
  remind:
    say: {en: Still there}
    next: again
  again:
    ask: n
    timeout: look
    next: thanks
  look:
    call: order_status
    next: again
  thanks:
    say: {en: 'You want {{n}}'}
    next: end
`
	r := one(t, text, func(tool.Call) tool.Result { return tool.Result{State: tool.Done} })
	r.want(r.starts("f", "go"), flow.Waits, "How many")
	silent := func() flow.Move {
		return r.play(r.input(""), func(in flow.Input) flow.Move {
			m, ok := flow.Silence(r.lib, r.pos, in)
			if !ok {
				t.Fatal("nothing to go on with")
			}
			return m
		})
	}
	for _, want := range []time.Duration{2 * time.Hour, 24 * time.Hour} {
		if d, ok := flow.Patience(r.lib, r.pos); !ok || d != want {
			t.Errorf("step %s waits %v %v, want %v", r.pos.Step, d, ok, want)
		}
		asked := r.pos
		r.n = 26 * 60 // who still finds the flow there is in time
		r.want(r.says("3"), flow.Ends, "You want 3")
		r.pos, r.n = asked, 1
		m := silent()
		r.want(m, flow.Waits, "How many")
	}
	again := r.pos
	r.want(r.says("lots"), flow.Unfit)
	r.pos = flow.Again(r.lib, again, r.input("lots"), true).Position
	if r.pos.Silences != 2 {
		t.Errorf("%d silences", r.pos.Silences)
	}
	silent()
	if len(r.calls) != 2 || r.calls[0].MessageID == r.calls[1].MessageID {
		t.Errorf("each silence leads to a call of its own: %+v", r.calls)
	}
	r.want(silent(), flow.Expired)
	r.want(r.says("4"), flow.Ends, "You want 4")
}

func TestRun_endsCircles(t *testing.T) {
	t.Parallel()
	r := one(t, head+"steps:\n  a:\n    branch:\n      - {if: x is known, go: end}\n    else: b\n  b:\n    set: {x: ''}\n    next: a\n", nil)
	if m := r.starts("f", "go"); m.Outcome != flow.Hands || m.Trouble != flow.Broken {
		t.Errorf("%s %s", m.Outcome, m.Trouble)
	}
}

// TestRun_versionsStay: a conversation goes on in the version it began with.
func TestRun_versionsStay(t *testing.T) {
	t.Parallel()
	parse := func(text string) *flow.Flow {
		f, err := flow.Parse("f", []byte(head+"slots:\n  n: {type: number, ask: {en: How many}}\nsteps:\n  a:\n    ask: n\n    next: b\n  b:\n    say: {en: '"+text+" {{n}}'}\n    next: end\n"), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before, after := parse("Old"), parse("New")
	r := &ride{t: t, lib: flow.NewLibrary([]*flow.Flow{before}, nil), lang: "en"}
	r.want(r.starts("f", "go"), flow.Waits, "How many")
	old := r.pos
	r.lib = flow.NewLibrary([]*flow.Flow{after}, []*flow.Flow{before})
	r.want(r.says("3"), flow.Ends, "Old 3")
	r.starts("f", "go")
	r.want(r.says("3"), flow.Ends, "New 3")
	r.pos, r.lib = old, flow.NewLibrary([]*flow.Flow{after}, nil)
	r.want(r.says("3"), flow.Hands)
}

// drawFlow draws a flow that is right: every step goes on to the one below, or anywhere.
func drawFlow(t *rapid.T, names []string) string {
	var steps strings.Builder
	n := rapid.IntRange(1, 8).Draw(t, "steps")
	types := []string{"text", "number", "date", "email", "order", "choice"}
	asked := map[int]bool{}
	for i := range n {
		next := fmt.Sprintf("s%d", i+1)
		anywhere := func() string {
			return rapid.SampledFrom([]string{flow.End, next, fmt.Sprintf("s%d", rapid.IntRange(0, n).Draw(t, "to"))}).Draw(t, "way")
		}
		slot := rapid.IntRange(0, len(types)-1).Draw(t, "slot")
		fmt.Fprintf(&steps, "  s%d:\n", i)
		switch rapid.IntRange(0, 6).Draw(t, "kind") {
		case 0, 1:
			asked[slot] = true
			fmt.Fprintf(&steps, "    ask: v%d\n    again: %v\n    next: %s\n", slot, rapid.Bool().Draw(t, "again"), next)
		case 2:
			fmt.Fprintf(&steps, "    say: {en: 'Say {{v%d}}'}\n    next: %s\n", slot, next)
		case 3:
			fmt.Fprintf(&steps, "    branch:\n      - {if: v1 > 3 or v0 is known, go: %s}\n    else: %s\n", anywhere(), next)
		case 4:
			fmt.Fprintf(&steps, "    call: t\n    args: {x: '{{v0}}'}\n    save: {v0: f}\n    on: {not_found: %s}\n    next: %s\n", anywhere(), next)
			if rapid.Bool().Draw(t, "write") {
				fmt.Fprintf(&steps, "    confirm: {en: Sure}\n    declined: %s\n", anywhere())
			}
		case 5:
			fmt.Fprintf(&steps, "    set: {v2: '', v0: 'x'}\n    next: %s\n", next)
		case 6:
			fmt.Fprintf(&steps, "    wait: 2h\n    next: %s\n", next)
		}
	}
	fmt.Fprintf(&steps, "  s%d:\n", n)
	if rapid.Bool().Draw(t, "jumps") {
		fmt.Fprintf(&steps, "    jump: %s\n", rapid.SampledFrom(names).Draw(t, "flow"))
	} else {
		steps.WriteString("    handoff: {en: Over to you}\n")
	}
	slots := "slots:\n"
	for i, typ := range types {
		if !asked[i] {
			continue
		}
		slots += fmt.Sprintf("  v%d:\n    type: %s\n    ask: {en: Tell %s}\n    retries: %d\n", i, typ, typ, rapid.IntRange(0, 2).Draw(t, "retries"))
		if typ == "choice" {
			slots += "    choices:\n      - {value: a}\n      - {value: '{{v0}}'}\n"
		}
	}
	if len(asked) == 0 {
		slots = ""
	}
	return head + slots + "steps:\n  names:\n    set: {v0: '', v1: '', v2: '', v3: '', v4: '', v5: ''}\n    next: s0\n" + steps.String()
}

// TestRun_alwaysComesToAMove drives any flow with any texts: every turn ends, with a
// question, an end or people, and the same turn always in the same way.
func TestRun_alwaysComesToAMove(t *testing.T) {
	t.Parallel()
	names := []string{"f", "g"}
	rapid.Check(t, func(rt *rapid.T) {
		var flows []*flow.Flow
		for _, name := range names {
			text := drawFlow(rt, names)
			f, err := flow.Parse(name, []byte(text), flow.Known{})
			if err != nil {
				rt.Fatalf("%v\n%s", err, text)
			}
			flows = append(flows, f)
		}
		r := &ride{t: t, lib: flow.NewLibrary(flows, nil), lang: "en", tools: func(tool.Call) tool.Result {
			return rapid.SampledFrom([]tool.Result{
				{State: tool.Done, Data: map[string]any{"f": 7.5}}, {State: tool.Failed, Code: "not_found"}, {State: tool.Failed, Code: "timeout"}, {State: tool.Unknown},
			}).Draw(rt, "result")
		}}
		texts := rapid.OneOf(rapid.SampledFrom([]string{"yes", "no", "3", "AB-12345", "tomorrow", "a", "x@example.com", "hello", ""}), rapid.String())
		m := r.starts("f", texts.Draw(rt, "opening"))
		for range rapid.IntRange(1, 12).Draw(rt, "turns") {
			checkMove(rt, m)
			if m.Outcome != flow.Waits {
				return
			}
			text := texts.Draw(rt, "text")
			if m = r.says(text); m.Outcome == flow.Unfit {
				in := r.input(text)
				m = flow.Again(r.lib, r.pos, in, true)
				testkit.Diff(t, flow.Again(r.lib, r.pos, in, true), m)
				r.pos = m.Position
			}
		}
	})
}

func checkMove(t *rapid.T, m flow.Move) {
	switch {
	case m.Reason == "":
		t.Fatalf("no reason: %+v", m)
	case m.Outcome == flow.Hands && m.Trouble == "", m.Outcome != flow.Hands && m.Trouble != "":
		t.Fatalf("%s with trouble %q", m.Outcome, m.Trouble)
	case m.Outcome == flow.Calls:
		t.Fatal("a call that nobody made")
	}
	for _, l := range m.Says {
		if strings.Contains(l.Text, "{{") || strings.TrimSpace(l.Text) == "" {
			t.Fatalf("says %q", l.Text)
		}
	}
}

func TestFacts_areSetAndDeclared(t *testing.T) {
	t.Parallel()
	r := one(t, head+"steps:\n  a:\n    set: {fact.size: 42, kept: x}\n    next: b\n  b:\n    set: {fact.shoe: '{{kept}}'}\n    next: c\n  c:\n    wait: 1h\n    next: end\n", nil)
	m := r.starts("f", "go")
	testkit.Diff(t, m.Facts, map[string]string{"size": "42", "shoe": "x"})
	testkit.Diff(t, m.Position.Notes, map[string]string{"kept": "x"})
	if m = r.says("well"); m.Facts != nil {
		t.Errorf("told again: %v", m.Facts)
	}
	f, _ := r.lib.Current("f")
	got := flow.Undeclared([]*flow.Flow{f}, []string{"size"})
	if len(got) != 1 || !strings.Contains(got[0].String(), "f.yaml:8: step b sets fact.shoe, which nothing declares") {
		t.Errorf("%v", got)
	}
}
