package desk_test

import (
	"strings"
	"testing"

	"parley/internal/bot/packet"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/store"
)

func TestChange_refusesWhatDoesNotBelong(t *testing.T) {
	t.Parallel()
	d, s, id, _ := open(t)
	for want, c := range map[string]desk.Change{
		"is not an outcome":       {Kind: chat.Resolve, Outcome: "great"},
		"leave it out of accept":  {Kind: chat.Accept, Outcome: desk.Solved},
		"leave it out of resolve": {Kind: chat.Resolve, Promise: "soon"},
		"goes with resolve":       {Kind: chat.PassBack, Note: "for you"},
		"too long":                {Kind: chat.PassBack, Promise: strings.Repeat("é", 1001)},
		"not something an agent":  {Kind: chat.Offer},
	} {
		c.ConversationID, c.Agent, c.Epoch = id, "ben", 1
		if err := d.Change(t.Context(), c); code(err) != chat.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
	if c, err := s.Conversation(t.Context(), id); err != nil || c.Epoch != 1 {
		t.Errorf("something was changed: %+v (%v)", c.Ownership, err)
	}
}

// Who takes a conversation from the bot gets to know what the bot knows; who takes it
// from the queue has been told already.
func TestChange_tellsWhoTakesItFromTheBot(t *testing.T) {
	t.Parallel()
	_, s, id, _ := open(t)
	made := 0
	d := desk.New(map[string]desk.Workspace{"shop": {
		TakenOver: func(c chat.Conversation, contact chat.Contact, lines []chat.Message, at int64) (*store.Handoff, error) {
			made++
			if c.ID != id || contact.ExternalID != "u1" || len(lines) != 1 || at != now+1000 {
				t.Errorf("made of %+v, %+v, %+v", c, contact, lines)
			}
			return &store.Handoff{ID: chat.NewID(), Code: packet.TakenOver, Packet: "{}"}, nil
		},
		Survey: &store.SurveyPlan{Delay: 1000, Every: 1000},
		Plan: func(text string) []chat.Delivery {
			return []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: text}}
		},
	}}, s, func() int64 { return now + 1000 }, func(store.Topic) {})
	for i, agent := range []string{"ben", "mia"} {
		if err := d.Change(t.Context(), desk.Change{ConversationID: id, Kind: chat.Accept, Agent: agent, Epoch: int64(i + 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.Handoffs(t.Context(), id); err != nil || len(list) != 1 || made != 1 {
		t.Errorf("%d packets, made %d (%v)", len(list), made, err)
	}
	err := d.Reply(t.Context(), desk.Reply{ConversationID: id, ClientID: chat.NewID(), Agent: "mia", Text: "hello", Forced: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Change(t.Context(), desk.Change{ConversationID: id, Kind: chat.Resolve, Agent: "mia", Epoch: 3, Outcome: desk.Spam}); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Survey(t.Context(), id); err != nil || ok {
		t.Errorf("a sender of spam is asked for an opinion (%v)", err)
	}
	if err := d.LabelHandoff(t.Context(), id, "nowhere", true, "mia"); code(err) != chat.NotFound {
		t.Errorf("labelled nothing: %v", err)
	}
}

func TestSuggest_isSilentWithoutKnowledge(t *testing.T) {
	t.Parallel()
	d, s, id, _ := open(t)
	if _, ok, err := d.Suggest(t.Context(), id); ok || err != nil {
		t.Errorf("suggested without knowing anything: %v", err)
	}
	d = desk.New(map[string]desk.Workspace{"shop": {Suggest: func(_ string, lines []chat.Message, language string) (packet.Suggestion, bool) {
		return packet.Suggestion{Text: lines[len(lines)-1].Text + " in " + language}, true
	}}}, s, func() int64 { return now }, func(store.Topic) {})
	if got, ok, err := d.Suggest(t.Context(), id); !ok || err != nil || got.Text != "hello in " {
		t.Errorf("suggested %+v (%v)", got, err)
	}
	if _, _, err := d.Suggest(t.Context(), "nowhere"); code(err) != chat.NotFound {
		t.Errorf("of nothing: %v", err)
	}
}
