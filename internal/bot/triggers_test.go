package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/bot"
)

// as sends one burst with a turn that a test has changed.
func (k *talk) as(change func(*bot.Turn), texts ...string) bot.Outcome {
	k.t.Helper()
	k.turn = change
	defer func() { k.turn = nil }()
	return k.says(texts...)
}

func rules(r bot.Rules) func(*bot.Turn) {
	return func(t *bot.Turn) { t.Rules = r }
}

// The triggers of a handoff that need no model, by their number. Number 1, silence while
// people own the conversation, is the store's: TestReply_takesOwnershipAndSilencesTheBot.
// Numbers 6 and 11 belong to tools and models.
func TestTriggers_byNumber(t *testing.T) {
	t.Parallel()
	nonsense := []string{"the quick brown fox jumps over lazy dogs", "purple elephants sing karaoke nightly", "yesterday seventeen violins melted"}
	type step struct {
		say    []string
		media  bool
		rules  bot.Rules
		action bot.Action
		code   bot.HandoffCode
		text   string
	}
	say := func(texts ...string) step { return step{say: texts, action: bot.ActionAnswer} }
	for name, steps := range map[string][]step{
		"2 asks for a person, at once": {{say: []string{"agent please"}, action: bot.ActionHandoff, code: bot.HandoffPerson}},
		"2 in the midst of a question": {{say: []string{"where is my order, i want to speak to a human"}, action: bot.ActionHandoff, code: bot.HandoffPerson}},
		"2 in another language":        {{say: []string{"je veux parler à un conseiller"}, action: bot.ActionHandoff, code: bot.HandoffPerson}},
		"3 safety":                     {{say: []string{"the lamp caught fire and my son is burnt"}, action: bot.ActionHandoff, code: bot.HandoffSafety}},
		"3 law":                        {{say: []string{"i will start a chargeback"}, action: bot.ActionHandoff, code: bot.HandoffLegal}},
		"3 personal data":              {{say: []string{"delete all my personal data"}, action: bot.ActionHandoff, code: bot.HandoffDeleteData}},
		"4 keyword": {{
			say: []string{"it is for our Mariage next week, where is my order"}, rules: bot.Rules{Keywords: []string{"mariâge"}},
			action: bot.ActionHandoff, code: bot.HandoffRule,
		}},
		"4 keyword is a whole word": {{say: []string{"where is my order"}, rules: bot.Rules{Keywords: []string{"ord", "rder"}}, action: bot.ActionAnswer}},
		"4 keyword with a number": {
			{say: []string{"where is my order 77"}, rules: bot.Rules{Keywords: []string{"order 12"}}, action: bot.ActionAnswer},
			{say: []string{"what about order 12"}, rules: bot.Rules{Keywords: []string{"order 12"}}, action: bot.ActionHandoff, code: bot.HandoffRule},
		},
		"4 intent": {{
			say: []string{"where is my order"}, rules: bot.Rules{Intents: []string{"order_tracking"}},
			action: bot.ActionHandoff, code: bot.HandoffIntent,
		}},
		"4 intent of the knowledge base": {{say: []string{"do you match prices"}, action: bot.ActionHandoff, code: bot.HandoffIntent}},
		"4 route":                        {{say: []string{"hello"}, rules: bot.Rules{Routes: []string{"support"}}, action: bot.ActionHandoff, code: bot.HandoffRule}},
		"4 other route":                  {{say: []string{"where is my order"}, rules: bot.Rules{Routes: []string{"vip"}}, action: bot.ActionAnswer}},
		"4 attribute":                    {{say: []string{"hello"}, rules: bot.Rules{Attributes: []string{"tier = Gold"}}, action: bot.ActionHandoff, code: bot.HandoffRule}},
		"4 any value of an attribute":    {{say: []string{"hello"}, rules: bot.Rules{Attributes: []string{"tier"}}, action: bot.ActionHandoff, code: bot.HandoffRule}},
		"4 another value":                {{say: []string{"where is my order"}, rules: bot.Rules{Attributes: []string{"tier=silver", "vip"}}, action: bot.ActionAnswer}},
		"4 amount": {
			{say: []string{"i paid 500 euros, where is my order"}, rules: bot.Rules{AmountAbove: 50_000}, action: bot.ActionAnswer},
			{say: []string{"you owe me €500.01"}, rules: bot.Rules{AmountAbove: 50_000}, action: bot.ActionHandoff, code: bot.HandoffRule},
		},
		"5 pictures, explained once": {{media: true, action: bot.ActionAsk, text: "only read text"}, {media: true, action: bot.ActionHandoff, code: bot.HandoffMedia}},
		"7 two fallbacks in a row":   {{say: nonsense[:1], action: bot.ActionAsk}, {say: nonsense[1:2], action: bot.ActionHandoff, code: bot.HandoffFallbacks}},
		"7 three of the last eight": {
			{say: nonsense[:1], action: bot.ActionAsk},
			say("where is my order"),
			{say: nonsense[1:2], action: bot.ActionAsk},
			say("what are your opening hours"),
			{say: nonsense[2:], action: bot.ActionHandoff, code: bot.HandoffFallbacks},
		},
		"8 the customer repeats": {say("where is my order?"), {say: []string{"where is my order"}}, {say: []string{"where is my order!"}, action: bot.ActionHandoff, code: bot.HandoffLoop}},
		"9 offers a person to the upset, who says yes": {
			{say: []string{"this is ridiculous, where is my order"}, action: bot.ActionAnswer, text: "Would you like a person"},
			{say: []string{"yes"}, action: bot.ActionHandoff, code: bot.HandoffUpset},
		},
		"9 and hands over at the next failure": {
			{say: []string{"this is ridiculous, where is my order"}, action: bot.ActionAnswer, text: "Would you like a person"},
			{say: nonsense[:1], action: bot.ActionHandoff, code: bot.HandoffUpset},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t, "en")
			k.contact.Attributes = map[string]string{"tier": "gold", "vip": "false"}
			for i, s := range steps {
				k.turn = rules(s.rules)
				var out bot.Outcome
				if s.media {
					out = k.sends(bot.Inbound{ID: "p", Media: []string{"https://example.com/p.jpg"}})
				} else {
					out = k.says(s.say...)
				}
				if s.action != "" {
					k.want(out, s.action, s.code, s.text)
				}
				if t.Failed() {
					t.Fatalf("step %d", i+1)
				}
			}
		})
	}
}

func TestTriggers_10choicesRefused(t *testing.T) {
	t.Parallel()
	k := start(t, "en").careful()
	k.want(k.says("my money and my parcel"), bot.ActionChoices, "")
	k.want(k.says("none of these"), bot.ActionAsk, "")
	k.want(k.says("my parcel and my money"), bot.ActionHandoff, bot.HandoffFallbacks) // nothing is left to offer

	k = start(t, "en").careful()
	k.says("my money and my parcel")
	k.state = forget(t, k.says("none of these").State, "refused", "misses", "asked")
	k.says("my money and my parcel")
	k.want(k.says("none of these"), bot.ActionHandoff, bot.HandoffRefused)
}

func TestTriggers_12offersAPersonAfterALongTalk(t *testing.T) {
	t.Parallel()
	questions := []string{"where is my order", "what are your opening hours", "how do i return an item", "when do i get my money back", "do you open late on thursday?"}
	for name, c := range map[string]struct {
		thanks int // turn in which the customer says thanks
		turns  int
		want   int
	}{
		"offered once":          {0, 16, 1},
		"thanks starts it anew": {10, 18, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := start(t, "en")
			offered := 0
			for i := range c.turns {
				text := questions[i%5]
				if i+1 == c.thanks {
					text = "thank you"
				}
				offered += strings.Count(k.says(text).Text, "Would you like a person")
				k.state = forget(t, k.state, "asked", "repeats")
			}
			if offered != c.want {
				t.Errorf("offered %d times, want %d", offered, c.want)
			}
		})
	}
}

// back gives the conversation back to the bot as people do.
func back(at time.Time, promise, topic string) func(*bot.Turn) {
	return func(t *bot.Turn) { t.Returned = &bot.Return{At: at, Promise: promise, Topic: topic} }
}

func TestReturn_saysSoOnceAndStartsAfresh(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.says("the quick brown fox jumps over lazy dogs"), bot.ActionAsk, "")
	k.want(k.says("i want to talk to a person"), bot.ActionHandoff, bot.HandoffPerson)
	k.history = append(k.history, bot.Line{Author: bot.AuthorAgent, Text: "Sent it again.", At: k.now})
	k.turn = back(k.now, "", "")
	out := k.says("what are your opening hours")
	k.want(out, bot.ActionAnswer, "", "You are talking to the automated assistant of Test Shop again. "+hintEN)
	out = k.says("how do i return an item")
	k.want(out, bot.ActionAnswer, "")
	if strings.Contains(out.Text, "assistant") {
		t.Errorf("said twice: %s", out.Text)
	}
	// One miss from before people came must not count now.
	k.want(k.says("purple elephants sing karaoke nightly"), bot.ActionAsk, "")
	// A second stretch of people is a new one.
	k.turn = back(k.now.Add(time.Hour), "", "")
	k.want(k.says("where is my order"), bot.ActionAnswer, "", "again.")
}

func TestReturn_inFrench(t *testing.T) {
	t.Parallel()
	k := start(t, "fr")
	k.turn = back(k.now, "", "")
	k.want(k.says("quels sont vos horaires d'ouverture"), bot.ActionAnswer, "", "Vous échangez de nouveau avec l'assistant automatique de Test Shop.", hintFR)
}

func TestReturn_forgetsWhatItWaitedFor(t *testing.T) {
	t.Parallel()
	k := start(t, "en").careful()
	k.want(k.says("my money and my parcel"), bot.ActionChoices, "")
	k.turn = back(k.now, "", "")
	if out := k.says("1"); out.Trace.Rule == "choice" {
		t.Errorf("took an answer to a question from before people came: %s", out.Text)
	}
}

// Who the customer is led to people once; they gave the conversation back, so it must
// not go there again by itself, or it would do so for ever.
func TestReturn_doesNotLoop(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.contact.Attributes = map[string]string{"tier": "gold"}
	r := bot.Rules{Attributes: []string{"tier=gold"}, Routes: []string{"support"}, Keywords: []string{"insurance"}}
	k.want(k.as(rules(r), "where is my order"), bot.ActionHandoff, bot.HandoffRule)
	again := func(t *bot.Turn) {
		rules(r)(t)
		back(k.now, "", "")(t)
	}
	for _, text := range []string{"where is my order", "what are your opening hours", "thanks"} {
		if out := k.as(again, text); out.Action == bot.ActionHandoff {
			t.Fatalf("%q went back to people: %+v", text, out.Handoff)
		}
	}
	k.want(k.as(again, "it is about the insurance"), bot.ActionHandoff, bot.HandoffRule) // something new
	k.want(k.as(again, "i want a person"), bot.ActionHandoff, bot.HandoffPerson)
}

func TestReturn_quotesThePromise(t *testing.T) {
	t.Parallel()
	const promise = "I ask the carrier and write to you on Monday."
	quote := "My colleague promised: “" + promise + "”"
	k := start(t, "en")
	k.turn = back(k.now, promise, "order_tracking")
	out := k.says("any news from your colleague")
	k.want(out, bot.ActionAnswer, "", quote, "assistant of Test Shop again")
	if out.Trace.Rule != "promise" || strings.Count(out.Text, "promised") != 1 {
		t.Errorf("trace %+v: %s", out.Trace, out.Text)
	}
	// Once is enough; then the question is read like any other.
	if out := k.says("where is my order"); strings.Contains(out.Text, "promised") {
		t.Errorf("quoted again: %s", out.Text)
	}

	k = start(t, "en")
	k.turn = back(k.now, promise, "order_tracking")
	k.want(k.says("where is my order"), bot.ActionAnswer, "", quote, "example.com/track") // the same thing: promise and answer

	k = start(t, "en")
	k.turn = back(k.now, promise, "order_tracking")
	if out := k.says("what are your opening hours"); out.Action != bot.ActionAnswer || strings.Contains(out.Text, "promised") {
		t.Errorf("about something else: %s", out.Text)
	}

	k = start(t, "fr")
	k.turn = back(k.now, "Je vous rappelle lundi.", "")
	k.want(k.says("votre collègue devait me donner des nouvelles"), bot.ActionAnswer, "", "Mon collègue a promis : « Je vous rappelle lundi. »")

	// Without a promise nothing is made up.
	k = start(t, "en")
	k.turn = back(k.now, "", "order_tracking")
	if out := k.says("what did your colleague promise me"); strings.Contains(out.Text, "promised") {
		t.Errorf("made a promise up: %s", out.Text)
	}
}

func TestHandoff_tellsWhatIsKnown(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.says("where is my order?")
	k.says("purple elephants sing karaoke nightly")
	out := k.sends(bot.Inbound{ID: "last", Text: "this is useless, give me a person"})
	h := out.Handoff
	if h == nil || h.Topic != "order_tracking" || h.MessageID != "last" {
		t.Fatalf("handoff %+v", h)
	}
	if len(h.Tried) != 2 || h.Tried[0].Kind != bot.TriedAnswer || !slices.Equal(h.Tried[0].Titles, []string{h.Readings[0].Title}) || h.Tried[1].Kind != bot.TriedRephrase {
		t.Errorf("tried %+v, readings %+v", h.Tried, h.Readings)
	}

	// What led to it is read too, although a rule decided before anything was read.
	k = start(t, "en")
	out = k.says("where is my order?", "an agent please")
	if out.Handoff == nil || out.Handoff.Topic != "order_tracking" {
		t.Errorf("topic of a first message: %+v", out.Handoff)
	}
	k = start(t, "en")
	k.says("what are your opening hours")
	if m := bot.Recall(k.state); m.Topic != "opening_hours" || len(m.Tried) != 1 || m.Upset {
		t.Errorf("recalled %+v", m)
	}
	if m := bot.Recall([]byte("not json")); m.Topic != "" || m.Tried != nil {
		t.Errorf("recalled from nothing: %+v", m)
	}
}

func TestSuggest_findsWhatWasNotSaid(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	s, ok := k.bot.Suggest("where is my order", "en", nil)
	if !ok || s.Intent != "order_tracking" || s.Language != "en" || s.P < 0.5 || !strings.Contains(s.Text, "example.com/track") || strings.Contains(s.Text, "{{") {
		t.Fatalf("suggested %+v, %v", s, ok)
	}
	if again, ok := k.bot.Suggest("where is my order", "en", []string{"Hello.\n\n" + s.Text}); ok && again.Intent == s.Intent {
		t.Errorf("suggested what was said: %+v", again)
	}
	if s, ok := k.bot.Suggest("where is my order\nthis is scandalous, I want to talk to a person", "en", nil); !ok || s.Intent != "order_tracking" {
		t.Errorf("beside a wish for a person: %+v, %v", s, ok)
	}
	if s, ok := k.bot.Suggest("quels sont vos horaires d'ouverture", "fr", nil); !ok || s.Language != "fr" || s.Intent != "opening_hours" {
		t.Errorf("in French: %+v, %v", s, ok)
	}
	for question, language := range map[string]string{"purple elephants sing karaoke nightly": "en", "": "en", "where is my order": "de", "i want to buy a gift card": "en"} {
		if s, ok := k.bot.Suggest(question, language, nil); ok {
			t.Errorf("%q in %q: suggested %+v", question, language, s)
		}
	}
}
