package bot_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/internal/bot"
)

// messages draws what customers send: questions, nonsense, small talk, choices, noise.
func messages() *rapid.Generator[bot.Inbound] {
	known := rapid.SampledFrom([]string{
		"where is my order", "my money and my parcel", "what are your opening hours?", "how do i return an item? and when are you open?",
		"the cup is cracked", "do you match prices", "i want to buy a gift card", "où est mon colis", "je veux être remboursé et livré", "quels sont vos horaires",
		"hi", "thanks", "ok", "yes", "no", "none of these", "merci", "oui", "non", "bye", "are you a robot?", "???", "👍",
		"1", "2", "3", "4", "7", "the second one", "la dernière", "a person", "agent", "un conseiller svp", "STOP", "delete my data",
		"this is ridiculous!!!", "C'EST INADMISSIBLE", "the quick brown fox jumps", "purple elephants sing", "Ich habe eine Frage zu meiner Bestellung bitte",
	})
	return rapid.Custom(func(t *rapid.T) bot.Inbound {
		m := bot.Inbound{ID: "m", Text: rapid.OneOf(known, known, known, rapid.String()).Draw(t, "text")}
		if rapid.IntRange(0, 9).Draw(t, "media") == 0 {
			m.Media = []string{"https://example.com/a.jpg"}
		}
		return m
	})
}

// TestReply_keepsItsPromises drives whole conversations and checks what must hold in
// every one of them.
func TestReply_keepsItsPromises(t *testing.T) {
	t.Parallel()
	talks := start(t, "")
	rapid.Check(t, func(rt *rapid.T) {
		k := &talk{t: t, bot: talks.bot, now: time.Unix(1e9, 0), contact: bot.Contact{
			FirstName: rapid.String().Draw(rt, "name"),
			Language:  rapid.SampledFrom([]string{"", "en", "fr", "fr_CA", "de", "?"}).Draw(rt, "language"),
		}}
		fallbacks := 0
		for range rapid.IntRange(1, 12).Draw(rt, "turns") {
			burst := rapid.SliceOfN(messages(), 1, 4).Draw(rt, "burst")
			twin := *k
			twin.history = slices.Clone(k.history)
			out := k.sends(burst...)
			if diff := cmp.Diff(out, twin.sends(burst...)); diff != "" {
				rt.Fatalf("the same turn gives another outcome: %s", diff)
			}
			checkOutcome(rt, out)

			if out.Action == bot.ActionAsk && out.Trace.Band == bot.BandFallback {
				fallbacks++
			} else if chosen := out.Trace.Rule == "choice" && out.Action == bot.ActionAnswer; chosen || out.Trace.Band != bot.BandAlways && out.Trace.Band != bot.BandRule {
				fallbacks = 0
			}
			if fallbacks >= 2 {
				rt.Fatalf("two fallbacks in a row without a handoff")
			}
			if out.Action == bot.ActionHandoff {
				fallbacks = 0
			}
		}
	})
}

func checkOutcome(t *rapid.T, out bot.Outcome) {
	switch {
	case out.Trace.Reason == "":
		t.Fatalf("no reason: %+v", out)
	case out.Action == bot.ActionSilent && out.Text != "", out.Action != bot.ActionSilent && strings.TrimSpace(out.Text) == "":
		t.Fatalf("%s with text %q", out.Action, out.Text)
	case (out.Handoff != nil) != (out.Action == bot.ActionHandoff):
		t.Fatalf("%s with handoff %+v", out.Action, out.Handoff)
	case out.Handoff != nil && (out.Handoff.Code == "" || out.Handoff.Detail == ""):
		t.Fatalf("handoff %+v", out.Handoff)
	case (out.Action == bot.ActionChoices) != (len(out.Choices) > 0):
		t.Fatalf("%s with choices %q", out.Action, out.Choices)
	case len(out.Choices) > 4 || len(out.Choices) == 1:
		t.Fatalf("choices %q", out.Choices)
	case out.Language != "en" && out.Language != "fr":
		t.Fatalf("language %q", out.Language)
	case strings.Contains(out.Text, "{{") || strings.Contains(out.Text, "%!"):
		t.Fatalf("text %q", out.Text)
	case strings.Contains(out.Text, "!"):
		t.Fatalf("exclamation mark in %q", out.Text)
	case out.Trace.P < 0 || out.Trace.P > 1:
		t.Fatalf("p %v", out.Trace.P)
	}
	if n := len(out.Choices); n > 0 && out.Choices[n-1] != "A person" && out.Choices[n-1] != "Une personne" {
		t.Fatalf("no person among %q", out.Choices)
	}
	if !json.Valid(out.State) {
		t.Fatalf("state %s", out.State)
	}
	if len(out.State) > 4096 {
		t.Fatalf("the state has %d bytes", len(out.State))
	}
}

// TestReply_stateRoundTrips makes the state go through other people's JSON.
func TestReply_stateRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := start(t, "en"), start(t, "en")
		for range rapid.IntRange(1, 8).Draw(rt, "turns") {
			m := messages().Draw(rt, "message")
			x, y := a.sends(m), b.sends(m)
			if diff := cmp.Diff(x, y); diff != "" {
				rt.Fatalf("after a round trip: %s", diff)
			}
			var loose any
			if err := json.Unmarshal(b.state, &loose); err != nil {
				rt.Fatal(err)
			}
			again, err := json.MarshalIndent(loose, "", "  ")
			if err != nil {
				rt.Fatal(err)
			}
			b.state = again
		}
	})
}

func TestReply_forgetsAStateItCannotRead(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"", "null", "{", "[]", `{"v":99}`, `{"v":1,"offered":["nothing","order_tracking"]}`, `{"v":1,"upset":"x"}`} {
		k := start(t, "en")
		k.state = json.RawMessage(state)
		k.want(k.says("what are your opening hours"), bot.ActionAnswer, "", "9 am")
	}
}
