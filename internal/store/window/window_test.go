package window_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/window"
)

const hour = 60 * 60 * 1000

func write(t *testing.T, s *store.Store, fn func(ctx context.Context, tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// writes stores a message of a customer and lets go what waited for them.
func writes(t *testing.T, s *store.Store, who, text string, now int64) (r store.Receipt) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Ingest(ctx, []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Text: text,
		}}, now)
		if err != nil {
			return err
		}
		r = got[0]
		_, err = window.Release(ctx, tx, []chat.ContactID{r.ContactID}, func(string) int64 { return 48 * hour }, now)
		return err
	})
	return r
}

func parts(texts ...string) (out []chat.Delivery) {
	for _, text := range texts {
		out = append(out, chat.Delivery{ID: chat.DeliveryID(chat.NewID()), Text: text, Layout: chat.LayoutText})
	}
	return out
}

// replies stores an answer of an agent that may wait.
func replies(t *testing.T, s *store.Store, to chat.ConversationID, now int64, texts ...string) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Reply(ctx, store.Reply{
			ConversationID: to, MessageID: chat.MessageID(chat.NewID()), Agent: "ben", Text: texts[0], Parts: parts(texts...), SeenSeq: 99, MayWait: true,
		}, now); err != nil {
			return err
		}
		return window.Await(ctx, tx, []chat.ConversationID{to}, now)
	})
}

// answers lets the bot answer what waits, without sending it.
func answers(t *testing.T, s *store.Store, text string, now int64) {
	t.Helper()
	write(t, s, func(ctx context.Context, tx *store.Tx) error {
		works, err := tx.ClaimTurns(ctx, store.Claim{By: "turn", Limit: 10, Lease: 1000}, 10, now)
		for i := range works {
			if _, err := tx.FinishTurns(ctx, []store.Result{{
				ID: chat.TurnID(chat.NewID()), Work: &works[i], Action: "answer", Trace: "{}",
				Message: &chat.Message{ID: chat.MessageID(chat.NewID()), Text: text, Layout: chat.LayoutText}, Parts: parts(text),
			}}, now); err != nil {
				return err
			}
		}
		return err
	})
}

// sends claims what is due until nothing is, as a sender does, and gives what left.
func sends(t *testing.T, s *store.Store, now int64) (sent []string) {
	t.Helper()
	for {
		var out []store.Outbound
		var ended []*chat.Delivery
		write(t, s, func(ctx context.Context, tx *store.Tx) (err error) {
			out, ended, err = tx.ClaimDeliveries(ctx, "shop", store.Claim{By: chat.NewID(), Limit: 10, Lease: 1000}, store.Rules{Hold: true}, now)
			if err != nil {
				return err
			}
			var held []chat.ConversationID
			for _, e := range ended {
				held = append(held, e.ConversationID)
			}
			return window.Await(ctx, tx, held, now)
		})
		if len(out)+len(ended) == 0 {
			return sent
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for _, o := range out {
				sent = append(sent, o.Text)
				o.State = chat.Accepted
				if _, err := tx.FinishDeliveries(ctx, []store.Sent{{Outbound: o}}, chat.Pace{}, now); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// states are those of all deliveries of a conversation, by their texts.
func states(t *testing.T, s *store.Store, id chat.ConversationID) map[string]string {
	t.Helper()
	lines, _, err := s.Messages(t.Context(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, m := range lines {
		parts, err := s.DeliveriesOf(t.Context(), []chat.MessageID{m.ID})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parts[m.ID] {
			out[d.Text] = string(d.State)
		}
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want +got\n%s", what, d)
	}
}

// TestRelease_sendsInOrderBeforeAnythingNew: what waited leaves when the customer writes,
// in the order in which it was written and before what is said then.
func TestRelease_sendsInOrderBeforeAnythingNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := writes(t, s, "ann", "where is it?", 1000)
		answers(t, s, "the bot's answer", 2000)
		closed := int64(25 * hour)
		same(t, "after the window", sends(t, s, closed), []string(nil))
		replies(t, s, r.ConversationID, closed+1000, "first", "first, second part")
		replies(t, s, r.ConversationID, closed+2000, "second")
		same(t, "while it is closed", sends(t, s, closed+3000), []string(nil))
		same(t, "states", states(t, s, r.ConversationID), map[string]string{
			"the bot's answer": "withheld", "first": "withheld", "first, second part": "withheld", "second": "withheld",
		})
		w, ok, err := window.Of(t.Context(), s, r.ConversationID)
		if err != nil || !ok || w.Since != closed {
			t.Errorf("what waits: %+v %v %v", w, ok, err)
		}
		back := closed + 10*hour
		writes(t, s, "ann", "hello?", back)
		replies(t, s, r.ConversationID, back+1000, "third")
		// The agent who took it over withdrew the bot's words, as everywhere else.
		same(t, "on return", sends(t, s, back+2000), []string{"first", "first, second part", "second", "third"})
		same(t, "the bot's", states(t, s, r.ConversationID)["the bot's answer"], "cancelled")
		if _, ok, _ := window.Of(t.Context(), s, r.ConversationID); ok {
			t.Error("it still waits")
		}
	})
}

// TestRelease_dropsOldAnswersOfTheBot: what people wrote is sent however old it is.
func TestRelease_dropsOldAnswersOfTheBot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, c := range []struct {
			who  string
			back int64
			want []string
		}{{"young", 40 * hour, []string{"it takes two days"}}, {"old", 60 * hour, nil}} {
			r := writes(t, s, c.who, "how long does it take?", 1000)
			answers(t, s, "it takes two days", 2000)
			sends(t, s, 25*hour)
			writes(t, s, c.who, "I am back", c.back)
			same(t, c.who, sends(t, s, c.back+1000), c.want)
			if c.want == nil {
				same(t, "state", states(t, s, r.ConversationID), map[string]string{"it takes two days": "cancelled"})
			}
		}
		r := writes(t, s, "agent's", "how long does it take?", 1000)
		replies(t, s, r.ConversationID, 26*hour, "I asked for you")
		writes(t, s, "agent's", "I am back", 500*hour)
		same(t, "of an agent", sends(t, s, 500*hour+1), []string{"I asked for you"})
	})
}

// TestRelease_findsTheContactAfterwards: the customer comes back in a new conversation,
// under another name, and still gets what waits.
func TestRelease_findsTheContactAfterwards(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		arrive := func(a store.Arrival, now int64) (r store.Receipt) {
			a.Workspace, a.Route, a.Text = "shop", "support", fmt.Sprint("written at ", now)
			a.MessageID, a.ContactID, a.ConversationID = chat.MessageID(chat.NewID()), chat.ContactID(chat.NewID()), chat.ConversationID(chat.NewID())
			write(t, s, func(ctx context.Context, tx *store.Tx) error {
				got, err := tx.Ingest(ctx, []store.Arrival{a}, now)
				if err != nil {
					return err
				}
				r = got[0]
				_, err = window.Release(ctx, tx, []chat.ContactID{r.ContactID}, func(string) int64 { return hour }, now)
				return err
			})
			return r
		}
		first := arrive(store.Arrival{BrazeID: "b1", Phone: "+15550001"}, 1000)
		replies(t, s, first.ConversationID, 30*hour, "we found your parcel")
		c, err := s.Conversation(t.Context(), first.ConversationID)
		if err != nil {
			t.Fatal(err)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error {
			return tx.ChangeOwner(ctx, store.OwnerChange{ConversationID: first.ConversationID, Kind: chat.Resolve, Actor: "ben", Epoch: c.Epoch}, 31*hour)
		})
		// Braze has made one profile of two meanwhile: the number now belongs to somebody known.
		arrive(store.Arrival{ExternalID: "ann"}, 40*hour)
		second := arrive(store.Arrival{ExternalID: "ann", Phone: "+15550001"}, 41*hour)
		if second.ConversationID == first.ConversationID {
			t.Fatal("the resolved conversation went on")
		}
		same(t, "sent", sends(t, s, 41*hour+1), []string{"we found your parcel"})
	})
}

// TestAllow_countsPeopleInADay: a template to one person more than the limit is refused,
// one to somebody who got one is not, and after a day there is room again.
func TestAllow_countsPeopleInADay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const limit = 3
		template := func(who string, now int64) error {
			r := writes(t, s, who, "hello", now-30*hour)
			return s.Write(t.Context(), func(tx *store.Tx) error {
				if err := window.Allow(t.Context(), tx, "shop", r.ContactID, limit, now); err != nil {
					return err
				}
				p := parts("template to " + who)
				p[0].Layout = chat.LayoutTemplate
				return tx.Reply(t.Context(), store.Reply{
					ConversationID: r.ConversationID, MessageID: chat.MessageID(chat.NewID()), Agent: "ben", Text: "x", Layout: chat.LayoutTemplate, Parts: p, SeenSeq: 99,
				}, now)
			})
		}
		start := int64(1000 * hour)
		for i, who := range []string{"a", "b", "c", "a"} {
			if err := template(who, start+int64(i)*1000); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			if i%2 == 0 { // those on their way count as well
				sends(t, s, start+int64(i)*1000)
			}
		}
		sends(t, s, start+4000)
		err := template("d", start+hour)
		full, ok := window.AsFull(err)
		var refusal *chat.Error
		if !ok || full.People != 3 || full.FreeAt != start+1000+window.Period && full.FreeAt != start+2000+window.Period || !errors.As(err, &refusal) || refusal.Code != chat.Conflict {
			t.Fatalf("one too many: %v %+v", err, full)
		}
		if err := template("d", start+window.Period+hour); err != nil {
			t.Errorf("a day later: %v", err)
		}
		n, err := window.Count(t.Context(), s.Read, "shop", start+window.Period+hour)
		if err != nil || n.People != 1 {
			t.Errorf("counted %+v %v, want the newest", n, err)
		}
	})
}
