package desk_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

const now = int64(1_000_000)

// open gives a desk, and a conversation that waits for somebody.
func open(t *testing.T) (*desk.Desk, *store.Store, chat.ConversationID, *int) {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var id chat.ConversationID
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		out, err := tx.Ingest(t.Context(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: "m", ContactID: "p", ConversationID: "c", ExternalID: "u1", Text: "hello",
		}}, now)
		if err == nil {
			id = out[0].ConversationID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	plan := func(text string) []chat.Delivery {
		var parts []chat.Delivery
		for _, p := range strings.SplitAfter(text, "|") {
			parts = append(parts, chat.Delivery{ID: chat.DeliveryID(chat.NewID()), Text: p, Layout: chat.LayoutText})
		}
		return parts
	}
	d := desk.New(map[string]desk.Workspace{"shop": {Plan: plan}}, s, func() int64 { return now + 1000 }, func(store.Topic) { told++ })
	return d, s, id, &told
}

func code(err error) chat.Code {
	var e *chat.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestReply_sendsAllPartsAndWakesTheSender(t *testing.T) {
	t.Parallel()
	d, s, id, told := open(t)
	key := chat.NewID()
	for range 2 { // the second time the page did not hear the answer
		if err := d.Reply(t.Context(), desk.Reply{ConversationID: id, ClientID: key, Agent: "ben", Text: "  one|two  ", SeenSeq: 1}); err != nil {
			t.Fatal(err)
		}
	}
	parts, err := s.DeliveriesOf(context.Background(), []chat.MessageID{chat.MessageID(key)})
	if err != nil || len(parts[chat.MessageID(key)]) != 2 || *told == 0 {
		t.Errorf("parts %+v, told %d (%v)", parts, *told, err)
	}
}

func TestReply_refusesWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	d, _, id, _ := open(t)
	for name, c := range map[string]struct {
		reply desk.Reply
		want  chat.Code
	}{
		"empty":         {desk.Reply{ConversationID: id, ClientID: chat.NewID(), Text: " \n "}, chat.Invalid},
		"too long":      {desk.Reply{ConversationID: id, ClientID: chat.NewID(), Text: strings.Repeat("é", desk.MaxText+1)}, chat.Invalid},
		"no client id":  {desk.Reply{ConversationID: id, ClientID: "1", Text: "x"}, chat.Invalid},
		"nobody":        {desk.Reply{ConversationID: "none", ClientID: chat.NewID(), Text: "x"}, chat.NotFound},
		"unread lines":  {desk.Reply{ConversationID: id, ClientID: chat.NewID(), Agent: "ben", Text: "x", SeenSeq: 0}, chat.Conflict},
		"at the limit":  {desk.Reply{ConversationID: id, ClientID: chat.NewID(), Agent: "ben", Text: strings.Repeat("é", desk.MaxText), SeenSeq: 0}, chat.Conflict},
		"nobody at all": {desk.Reply{}, chat.Invalid},
	} {
		if err := d.Reply(t.Context(), c.reply); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestChange_goesThroughALifeOfAConversation(t *testing.T) {
	t.Parallel()
	d, s, id, _ := open(t)
	for epoch, step := range []struct {
		kind chat.Kind
		want chat.Owner
	}{{chat.Accept, chat.OwnerAgent}, {chat.PassBack, chat.OwnerBot}, {chat.Resolve, chat.OwnerNone}, {chat.Reopen, chat.OwnerBot}} {
		change := desk.Change{ConversationID: id, Kind: step.kind, Agent: "ben", Epoch: int64(epoch + 1)}
		if err := d.Change(t.Context(), change); err != nil {
			t.Fatalf("%s: %v", step.kind, err)
		}
		if err := d.Change(t.Context(), change); code(err) != chat.Conflict {
			t.Errorf("%s twice: %v, want a conflict", step.kind, err)
		}
		c, err := s.Conversation(t.Context(), id)
		if err != nil || c.Owner != step.want {
			t.Errorf("%s: owner %s (%v)", step.kind, c.Owner, err)
		}
	}
	if err := d.Change(t.Context(), desk.Change{ConversationID: id, Kind: chat.Offer, Epoch: 5}); code(err) != chat.Invalid {
		t.Errorf("an agent offering: %v", err)
	}
}
