package bot_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
)

// TestReply_consent: the word alone ends messages at once, a sentence with the wish asks
// first, and START brings them back to who had ended them.
func TestReply_consent(t *testing.T) {
	t.Parallel()
	published, err := shop()
	if err != nil {
		t.Fatal(err)
	}
	b := bot.New(func() *knowledge.Published { return published }, nil)
	for _, c := range []struct {
		name     string
		optedOut bool
		said     []string
		out      *bool // the last turn's decision; nil for none
		means    string
		words    string // in the last answer
	}{
		{"the word", false, []string{"STOP"}, yes, bot.MeansWord, "START"},
		{"the word in French", false, []string{"Désabonner."}, yes, bot.MeansWord, "START"},
		{"a sentence asks", false, []string{"please stop sending me messages"}, nil, "", "yes or no"},
		{"a sentence and yes", false, []string{"please stop sending me messages", "yes"}, yes, bot.MeansConfirmed, "START"},
		{"a sentence and the word", false, []string{"please stop sending me messages", "stop"}, yes, bot.MeansWord, "START"},
		{"a sentence and no", false, []string{"please stop sending me messages", "no"}, nil, "", "nothing changes"},
		{"a sentence and something else", false, []string{"please stop sending me messages", "where is my order"}, nil, "", "example.com"},
		{"yes to something else", false, []string{"please stop sending me messages", "where is my order", "yes"}, nil, "", ""},
		{"start", true, []string{"Start"}, no, bot.MeansWord, "STOP"},
		{"start without a stop", false, []string{"Start"}, nil, "", ""},
		{"a burst with the word", false, []string{"where is my order\nSTOP"}, yes, bot.MeansWord, "START"},
	} {
		var state json.RawMessage
		var last bot.Outcome
		for _, text := range c.said {
			turn := bot.Turn{State: state, Rules: bot.Rules{Consent: true}, Contact: bot.Contact{OptedOut: c.optedOut}}
			for _, line := range strings.Split(text, "\n") {
				turn.Messages = append(turn.Messages, bot.Inbound{ID: "m", Text: line})
			}
			if last, err = b.Reply(t.Context(), turn); err != nil {
				t.Fatal(err)
			}
			state = last.State
		}
		switch {
		case (last.Consent == nil) != (c.out == nil):
			t.Errorf("%s: decides %+v, says %q", c.name, last.Consent, last.Text)
		case c.out != nil && (last.Consent.Out != *c.out || last.Consent.Means != c.means):
			t.Errorf("%s: decides %+v", c.name, last.Consent)
		case !strings.Contains(last.Text, c.words) || last.Action == bot.ActionHandoff:
			t.Errorf("%s: %s %q", c.name, last.Action, last.Text)
		}
	}
	handed, err := b.Reply(t.Context(), bot.Turn{
		Rules:    bot.Rules{Consent: true},
		Messages: []bot.Inbound{{ID: "m", Text: "STOP"}, {ID: "n", Text: "i want to talk to a person"}},
	})
	if err != nil || handed.Handoff == nil || handed.Consent == nil || !handed.Consent.Out {
		t.Errorf("STOP and a person: %+v %v", handed, err)
	}
}

var (
	yes = new(true)
	no  = new(false)
)
