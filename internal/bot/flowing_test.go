package bot_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"parley/internal/bot"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/tool"
	"parley/internal/testkit"
)

// guided is a conversation with a bot that has the shop's flows, whose tools a function
// stands for.
type guided struct {
	*talk
	library *flow.Library
	tools   func(tool.Call) tool.Result
	calls   []tool.Call
	turn    func(*bot.Turn)
	n       int
}

func guide(t testing.TB, language string) *guided {
	t.Helper()
	flows, err := flow.Load(flow.Shop(), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	return guideWith(t, language, flows...)
}

func guideWith(t testing.TB, language string, flows ...*flow.Flow) *guided {
	t.Helper()
	g := &guided{talk: start(t, language), library: flow.NewLibrary(flows, nil), tools: answering}
	published, err := shop()
	if err != nil {
		t.Fatal(err)
	}
	base := *published.Base
	base.Intents = slices.Clone(base.Intents)
	for i := range base.Intents {
		switch in := &base.Intents[i]; in.Name {
		case "order_tracking":
			in.Flow = "order_tracking"
		case "return_item":
			in.Flow = "return_item"
		}
	}
	led := *published
	led.Base = &base
	g.bot = bot.New(func() *knowledge.Published { return &led }, nil).WithFlows(func() *flow.Library { return g.library })
	return g
}

func answering(c tool.Call) tool.Result {
	switch {
	case c.Tool != "order_status":
		return tool.Result{State: tool.Done}
	case c.Args["order_number"] == "AB-12345":
		return tool.Result{State: tool.Done, Data: map[string]any{"status": "delivered", "eta": "2001-09-11", "item_1": "Wool scarf", "item_2": "Red cup"}}
	}
	return tool.Result{State: tool.Failed, Code: "not_found"}
}

// says plays one turn to its end as the brain does: the same turn again with each result.
func (g *guided) says(texts ...string) bot.Outcome {
	g.t.Helper()
	turn := bot.Turn{Workspace: "w", Route: "support", Contact: g.contact, History: g.history, State: g.state, Now: g.now}
	for _, text := range texts {
		g.n++
		turn.Messages = append(turn.Messages, bot.Inbound{ID: "m" + strings.Repeat("i", g.n), Text: text, At: g.now})
	}
	if g.turn != nil {
		g.turn(&turn)
	}
	for range 7 {
		out, err := g.bot.Reply(context.Background(), turn)
		if err != nil {
			g.t.Fatal(err)
		}
		if out.Action != bot.ActionCall {
			g.state = out.State
			for _, text := range texts {
				g.history = append(g.history, bot.Line{Author: bot.AuthorContact, Text: text, At: g.now})
			}
			g.history = append(g.history, bot.Line{Author: bot.AuthorBot, Text: out.Text, At: g.now})
			return out
		}
		if out.Text != "" || out.Call == nil {
			g.t.Fatalf("a call that says %q", out.Text)
		}
		g.calls = append(g.calls, *out.Call)
		result := g.tools(*out.Call)
		result.Call = *out.Call
		turn.Results = append(turn.Results, result)
	}
	g.t.Fatal("calls without end")
	return bot.Outcome{}
}

func TestFlow_isBegunByAnIntent(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	out := g.says("where is my order?")
	g.want(out, bot.ActionAsk, "", "automated assistant", "What is your order number?")
	if out.Trace.Flow != "order_tracking" || out.Trace.Band != bot.BandRule || out.Trace.Intent != "order_tracking" || len(out.Trace.Steps) != 1 {
		t.Errorf("trace %+v", out.Trace)
	}
	g.want(g.says("it's ab-12345"), bot.ActionAnswer, "", "AB-12345 is marked as delivered")
	testkit.Diff(t, len(g.calls), 1)
	// The number of the message that begins is taken, and the flow has ended before.
	g.want(g.says("and where is my order AB-99999?"), bot.ActionAsk, "", "I cannot find order AB-99999")
	g.want(g.says("cancel please"), bot.ActionAnswer, "", "we leave that")
	g.want(g.says("what are your opening hours"), bot.ActionAnswer, "", "9 am")

	g = guide(t, "fr")
	g.want(g.says("où est mon colis ?"), bot.ActionAsk, "", "numéro de commande")
	g.want(g.says("laissez tomber svp"), bot.ActionAnswer, "", "nous en restons là")
}

func TestFlow_withoutTheFlowTheAnswerIsGiven(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.library = nil
	out := g.says("where is my order?")
	if out.Action != bot.ActionAnswer || out.Trace.Flow != "" {
		t.Errorf("%s %+v", out.Action, out.Trace)
	}
}

func TestFlow_isBegunByARoute(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.turn = func(turn *bot.Turn) { turn.Flow = "return_item" }
	g.want(g.says("RETURN"), bot.ActionAsk, "", "What is your order number?")
	out := g.says("AB-12345")
	g.want(out, bot.ActionChoices, "", "1. Wool scarf\n2. Red cup", "number")
	testkit.Diff(t, out.Choices, []string{"Wool scarf", "Red cup"})
	testkit.Diff(t, out.Prompt, "Which item would you like to return?")
	testkit.Diff(t, len(out.Details), 2)
	g.want(g.says("the second one"), bot.ActionChoices, "", "What is the reason?")
	out = g.says("Too large")
	g.want(out, bot.ActionChoices, "", "Shall I start the return of Red cup", "yes or no")
	testkit.Diff(t, out.Choices, []string{"Yes", "No"})
	g.want(g.says("Yes"), bot.ActionAnswer, "", "Done: the return of Red cup")
	testkit.Diff(t, g.calls[len(g.calls)-1].Args, map[string]any{"order_number": "AB-12345", "item": "Red cup", "reason": "too_large"})
	// Only the first message of a conversation begins it.
	g.want(g.says("what are your opening hours"), bot.ActionAnswer, "", "9 am")
}

func TestFlow_answersAnotherQuestionAndComesBack(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.says("where is my order?")
	out := g.says("what are your opening hours?")
	g.want(out, bot.ActionAsk, "", "9 am", "Back to where we were.", "What is your order number?")
	if out.Trace.Intent != "opening_hours" || out.Trace.Flow != "order_tracking" {
		t.Errorf("trace %+v", out.Trace)
	}
	// A burst with the answer and a question gets both.
	g.want(g.says("AB-12345", "and what are your opening hours?"), bot.ActionAnswer, "", "9 am", "marked as delivered")
}

func TestFlow_interruptsAnotherOne(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.turn = func(turn *bot.Turn) { turn.Flow = "return_item" }
	g.says("hello")
	g.want(g.says("where is my order?"), bot.ActionAsk, "", "I can look that up. What is your order number?")
	g.want(g.says("AB-12345"), bot.ActionAsk, "", "marked as delivered", "Back to where we were.", "I can start a return")
	g.want(g.says("AB-12345"), bot.ActionChoices, "", "Which item")
}

func TestFlow_handsOverWithWhatItKnows(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]bot.HandoffCode{
		"I want to talk to a person": bot.HandoffPerson, "STOP": bot.HandoffOptOut, "my lawyer will contact you": bot.HandoffLegal,
	} {
		g := guide(t, "en")
		g.turn = func(turn *bot.Turn) { turn.Flow = "return_item" }
		g.says("hello")
		g.says("AB-12345")
		out := g.says(text)
		g.want(out, bot.ActionHandoff, code)
		if out.Handoff.Flow != "return_item" || out.Handoff.Step != "choose_item" || out.Handoff.Collected["order_number"] != "AB-12345" {
			t.Errorf("%s: %+v", text, out.Handoff.Memory)
		}
		if m := bot.Recall(out.State); m.Flow != "" {
			t.Errorf("%s: still in %s", text, m.Flow)
		}
	}
}

func TestFlow_retriesEndWithAPerson(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.says("where is my order?")
	for range 2 {
		g.want(g.says("blue bananas"), bot.ActionAsk, "", "It looks like AB-12345", "What is your order number?")
	}
	g.want(g.says("blue bananas"), bot.ActionHandoff, bot.HandoffFallbacks)
	g = guide(t, "en")
	g.says("where is my order?")
	g.want(g.says("this is ridiculous!!!"), bot.ActionHandoff, bot.HandoffUpset)
}

func TestFlow_toolTroubleGoesToPeople(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.turn = func(turn *bot.Turn) { turn.Flow = "change_delivery" }
	g.tools = func(c tool.Call) tool.Result {
		if c.Tool == "delivery_change" {
			return tool.Result{State: tool.Unknown}
		}
		return tool.Result{State: tool.Done, Data: map[string]any{"status": "shipped"}}
	}
	g.says("order AB-12345")
	g.says("tomorrow")
	out := g.says("yes please")
	g.want(out, bot.ActionHandoff, bot.HandoffTool)
	if !strings.Contains(out.Handoff.Detail, "nobody knows whether delivery_change went through") {
		t.Error(out.Handoff.Detail)
	}
	for _, c := range g.calls {
		if c.Confirmed != (c.Tool == "delivery_change") {
			t.Errorf("%s: confirmed %v", c.Tool, c.Confirmed)
		}
	}
}

// TestFlow_keepsItsVersion: what was published meanwhile is for those who start later.
func TestFlow_keepsItsVersion(t *testing.T) {
	t.Parallel()
	flows, err := flow.Load(flow.Shop(), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	var older []*flow.Flow
	for _, f := range flows {
		older = append(older, f)
		files[f.Name+".yaml"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(f.Source), "is marked as delivered", "has arrived"))}
	}
	newer, err := flow.Load(files, flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	g := guideWith(t, "en", older...)
	g.says("where is my order?")
	g.library = flow.NewLibrary(newer, older)
	g.want(g.says("AB-12345"), bot.ActionAnswer, "", "is marked as delivered")
	g.want(g.says("where is my order AB-12345?"), bot.ActionAnswer, "", "has arrived")
	// A version that is gone cannot be gone on with, and nothing is made up.
	g = guideWith(t, "en", older...)
	g.says("where is my order?")
	g.library = flow.NewLibrary(newer, nil)
	g.want(g.says("AB-12345"), bot.ActionHandoff, bot.HandoffFailed)
}

func TestFlow_isOverWhenPeopleHadTheConversation(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.says("where is my order?")
	g.turn = func(turn *bot.Turn) { turn.Flow, turn.Returned = "return_item", &bot.Return{At: time.Unix(2e9, 0)} }
	out := g.says("what are your opening hours")
	g.want(out, bot.ActionAnswer, "", "9 am")
	if strings.Contains(out.Text, "Back to where") {
		t.Error("the flow goes on")
	}
}

func TestFlow_expires(t *testing.T) {
	t.Parallel()
	g := guide(t, "en")
	g.says("where is my order?")
	g.now = g.now.Add(25 * time.Hour)
	g.want(g.says("what are your opening hours"), bot.ActionAnswer, "", "9 am")
	g.want(g.says("blue bananas"), bot.ActionAsk, "", "other words")
}

// TestFlow_neverFallsSilent drives the shop's flows with whatever customers write.
func TestFlow_neverFallsSilent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		g := guide(t, rapid.SampledFrom([]string{"en", "fr"}).Draw(rt, "language"))
		g.turn = func(turn *bot.Turn) {
			turn.Flow = rapid.SampledFrom([]string{"", "return_item", "order_tracking", "change_delivery"}).Draw(rt, "flow")
		}
		g.tools = func(c tool.Call) tool.Result {
			if rapid.IntRange(0, 3).Draw(rt, "fails") > 0 {
				return answering(c)
			}
			return rapid.SampledFrom([]tool.Result{
				{State: tool.Unknown}, {State: tool.Failed, Code: "too_late"}, {State: tool.Failed, Code: "unreachable"}, {State: tool.Done, Data: map[string]any{"status": 7.0}},
			}).Draw(rt, "result")
		}
		texts := rapid.OneOf(rapid.SampledFrom([]string{
			"AB-12345", "AB-99999", "order AB-12345", "tomorrow", "demain", "vendredi", "Red cup", "1", "2", "cancel", "annuler",
			"yes", "no", "oui", "non", "où est mon colis", "where is my order", "what are your opening hours?",
		}), rapid.Map(messages(), func(m bot.Inbound) string { return m.Text }))
		for range rapid.IntRange(1, 8).Draw(rt, "turns") {
			out := g.says(rapid.SliceOfN(texts, 1, 2).Draw(rt, "burst")...)
			if out.Trace.Flow != "" {
				checkFlowOutcome(rt, out)
			}
		}
	})
}

func checkFlowOutcome(t *rapid.T, out bot.Outcome) {
	switch {
	case out.Trace.Reason == "":
		t.Fatalf("no reason: %+v", out)
	case out.Action == bot.ActionSilent, strings.TrimSpace(out.Text) == "":
		t.Fatalf("%s with text %q", out.Action, out.Text)
	case strings.Contains(out.Text, "{{"), strings.Contains(out.Text, "!"):
		t.Fatalf("text %q", out.Text)
	case (out.Action == bot.ActionChoices) != (len(out.Choices) > 0), len(out.Choices) != len(out.Details):
		t.Fatalf("%s with choices %q", out.Action, out.Choices)
	case len(out.State) > 4096:
		t.Fatalf("the state has %d bytes", len(out.State))
	}
}
