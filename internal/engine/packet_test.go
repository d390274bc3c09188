package engine_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"parley/internal/bot/knowledge"
	"parley/internal/bot/packet"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// Whatever ends the bot's work, people get a packet with it: one, in the same commit.
func TestEngine_handsOverWithAPacket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, shop)
		b.run(b.engine)
		b.write("ann", "when are you open")
		b.until("ann", done)
		b.write("ann", "I want to talk to a person about order 20391")
		c := b.until("ann", func(c store.Listed) bool { return c.Owner == chat.OwnerQueue })
		list, err := s.Handoffs(t.Context(), c.ID)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d packets (%v)", len(list), err)
		}
		var p packet.Packet
		if err := json.Unmarshal([]byte(list[0].Packet), &p); err != nil {
			t.Fatal(err)
		}
		if p.ID != list[0].ID || p.Reason.Code != "person_requested" || p.Topic == "" || c.Topic != p.Topic || p.Entities["order_number"] != "20391" ||
			len(p.Summary.AlreadyTried) != 1 || p.Summary.AlreadyTried[0] != "Opening hours" || len(p.Transcript) != 3 {
			t.Errorf("packet %+v, conversation %+v", p, c.People)
		}
		if in, _ := b.lines("ann"); p.Reason.MessageID != string(in[1].ID) {
			t.Errorf("decided by %q, not by the last line", p.Reason.MessageID)
		}
	})
}

// A bot that breaks down knows little, but people get what there is.
func TestEngine_givesUpWithAPacket(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, func() *knowledge.Published { panic("the bot is broken") })
		b.run(b.engine)
		b.write("ann", "where is order 20391")
		for n := 1; n <= attempts; n++ {
			b.until("ann", func(c store.Listed) bool { return c.Attempts == n && c.LeaseBy == "" })
			b.tick(2 * time.Minute)
		}
		c := b.until("ann", func(c store.Listed) bool { return c.Owner == chat.OwnerQueue })
		list, err := s.Handoffs(t.Context(), c.ID)
		if err != nil || len(list) != 1 || list[0].Code != "bot_failed" {
			t.Fatalf("%+v (%v)", list, err)
		}
		if p := list[0].Packet; !strings.Contains(p, "20391") || strings.Contains(p, "suggestedReply") {
			t.Errorf("packet %s", p)
		}
	})
}

// What colleagues write to each other is not for the bot, and so never for the customer:
// it takes a note neither for something said nor for a person who has spoken.
func TestEngine_keepsNotesFromTheBot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, shop)
		b.run(b.engine)
		b.write("ann", "when are you open")
		c := b.until("ann", done)
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			locked, err := tx.LockConversation(t.Context(), c.ID)
			if err != nil {
				return err
			}
			locked.LastSeq++
			if err := tx.SaveConversation(t.Context(), locked, nil, b.now.Load()); err != nil {
				return err
			}
			return tx.InsertMessages(t.Context(), []chat.Message{{
				ID: chat.MessageID(chat.NewID()), ConversationID: c.ID, Seq: locked.LastSeq, Direction: chat.Note, Author: chat.AuthorAgent,
				Agent: "ben", Text: "she is difficult", At: b.now.Load(),
			}})
		})
		if err != nil {
			t.Fatal(err)
		}
		b.write("ann", "how do I return a parcel")
		b.until("ann", done)
		_, out := b.lines("ann")
		last := out[len(out)-1].Text
		if !strings.Contains(last, "Within thirty days.") || strings.Contains(last, "assistant") {
			t.Errorf("after a note the bot says %q", last)
		}
	})
}

// A conversation that people gave back is the bot's again, with their promise.
func TestEngine_tellsTheBotOfTheReturn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, shop)
		b.run(b.engine)
		b.write("ann", "I want to talk to a person")
		c := b.until("ann", func(c store.Listed) bool { return c.Owner == chat.OwnerQueue })
		err := s.Write(t.Context(), func(tx *store.Tx) error {
			return tx.ChangeOwner(t.Context(), store.OwnerChange{
				ConversationID: c.ID, Kind: chat.PassBack, Actor: "ben", Epoch: c.Epoch, Reason: "You get a voucher.",
			}, b.now.Load())
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range []string{"My colleague promised: “You get a voucher.”", "From nine to six."} {
			b.write("ann", []string{"what did your colleague promise me", "when are you open"}[n])
			c = b.until("ann", done)
			_, out := b.lines("ann")
			last := out[len(out)-1].Text
			if !strings.Contains(last, want) || strings.Contains(last, "assistant of Shop again") != (n == 0) {
				t.Errorf("reply %d: %q", n+1, last)
			}
		}
		if c.Owner != chat.OwnerBot {
			t.Errorf("the old handoff led to a new one: owner %s, %s", c.Owner, c.Reason)
		}
	})
}
