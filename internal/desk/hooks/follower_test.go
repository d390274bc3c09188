package hooks_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/hooks"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
	"parley/internal/store/receipts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// settles waits until a hook has been told everything, and exactly that.
func (w *town) settles(h outbox.Hook) {
	w.t.Helper()
	want := w.want(h.Since)
	if len(want) < 10 {
		w.t.Fatalf("only %d events: this proves nothing", len(want))
	}
	testkit.Eventually(w.t, patience, func() bool { return len(w.got(h.ID)) >= len(want) })
	testkit.Diff(w.t, w.got(h.ID), want)
}

// Many people act at once while followers of several replicas are killed and started at any moment, and hooks
// are added in between. Every hook must have each event once.
func TestFollower_tellsEverythingOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		w.live(3, 15) // before there is a hook
		first := w.create("http://127.0.0.1:1/first")
		ended := make(chan struct{})
		var killing sync.WaitGroup
		killing.Go(func() {
			for {
				fs, stop := w.follows(2)
				select {
				case <-ended:
					stop()
					return
				case <-time.After(rand.N(30 * time.Millisecond)):
				}
				fs[0].Changed()
				stop()
			}
		})
		w.live(4, 40)
		second := w.create("http://127.0.0.1:1/second")
		w.live(4, 40)
		close(ended)
		killing.Wait()
		w.follows(3)
		w.settles(first)
		w.settles(second)
		if len(w.got(second.ID)) >= len(w.got(first.ID)) {
			t.Error("the second hook was told of what happened before it was there")
		}
	})
}

func TestFollower_costsNothingWithoutHooks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		h := w.create("http://127.0.0.1:1/")
		d := hooks.New(s, nil, true, now, func(store.Topic) {})
		if _, err := d.Update(t.Context(), h.ID, hooks.Wanted{Name: "off", URL: h.URL, Events: h.Events}); err != nil {
			t.Fatal(err)
		}
		before, _, err := outbox.At(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		fs, stop := w.follows(1)
		w.live(2, 20)
		fs[0].Wake()
		stop()
		after, _, err := outbox.At(t.Context(), s)
		if err != nil || after != before || len(w.got(h.ID)) != 0 {
			t.Errorf("nobody listens, yet it went from %+v to %+v (%v)", before, after, err)
		}
	})
}

func TestFollower_switchedOnAgainHearsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		h := w.create("http://127.0.0.1:1/")
		w.follows(1)
		w.says("0001", "one")
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == 2 })
		d := hooks.New(s, nil, true, now, func(store.Topic) {})
		set := func(active bool) {
			t.Helper()
			if _, err := d.Update(t.Context(), h.ID, hooks.Wanted{Name: "x", URL: h.URL, Events: h.Events, Active: active}); err != nil {
				t.Fatal(err)
			}
		}
		set(false)
		w.says("0001", "two")
		time.Sleep(2 * time.Millisecond) // the clock counts in milliseconds
		set(true)
		time.Sleep(2 * time.Millisecond)
		w.says("0001", "three")
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) >= 3 })
		if n := len(w.got(h.ID)); n != 3 {
			t.Errorf("%d events: %v", n, w.got(h.ID))
		}
	})
}

// A line that was on its way when the hook was added is told once it was sent.
func TestFollower_tellsTheOutcomeOfEarlierLines(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		w.says("0001", "one")
		w.answers("")
		w.sends(chat.Accepted) // the first of two parts
		time.Sleep(2 * time.Millisecond)
		h := w.create("http://127.0.0.1:1/", hooks.Sent)
		w.follows(1)
		w.sends(chat.Accepted)
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == 1 })
	})
}

// The feed is not pruned beyond what was turned into events.
func TestFollower_keepsTheFeedItNeeds(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		h := w.create("http://127.0.0.1:1/")
		w.says("0001", "one")
		const month = 30 * 24 * 3600 * 1000
		w.write(func(tx *store.Tx) error {
			_, err := tx.Prune(t.Context(), store.Retention{Exchanges: month, Drops: month, Feed: 1000}, now()+month, 1000)
			return err
		})
		w.follows(1)
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == 2 })
		if want := w.want(h.Since); !slices.Equal(w.got(h.ID), want) {
			t.Errorf("told %v, want %v", w.got(h.ID), want)
		}
	})
}

// The score is told when it is given, and the comment when that follows.
func TestFollower_tellsTheCustomersOpinion(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		h := w.create("http://127.0.0.1:1/", hooks.CSAT)
		w.follows(1)
		id := w.says("0001", "one").ConversationID
		opinion := func(score int, comment string) {
			t.Helper()
			w.write(func(tx *store.Tx) error {
				_, err := tx.ExecContext(t.Context(), `INSERT INTO surveys (conversation_id, workspace, contact_id, agent, state, due_at, planned_at, answered_at, score, comment)
					SELECT id, workspace, contact_id, '', 'answered', 0, $2, $2, $3, $4 FROM conversations WHERE id = $1
					ON CONFLICT (conversation_id) DO UPDATE SET comment = excluded.comment`, string(id), now(), score, comment)
				return err
			})
			w.says("0001", "as said by "+chat.NewID()) // what a customer says changes the conversation
		}
		opinion(4, "")
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == 1 })
		opinion(4, "quick")
		testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == 2 })
		w.says("0001", "more")
		_, stop := w.follows(1)
		w.settled(id)
		stop()
		list := w.deliveries(h, outbox.Waiting)
		if len(list) != 2 || !strings.Contains(list[1].Payload, `"csat":{"score":4}`) || !strings.Contains(list[0].Payload, `"csat":{"score":4,"comment":"quick"}`) {
			t.Errorf("told %+v", list)
		}
	})
}

// settled waits until everything of a conversation was turned into events.
func (w *town) settled(id chat.ConversationID) {
	w.t.Helper()
	testkit.Eventually(w.t, patience, func() bool {
		c, err := outbox.Read(w.t.Context(), w.store, []chat.ConversationID{id}, 0)
		return err == nil && len(c) == 1 && c[0].Told.Seq == c[0].LastSeq
	})
}

// What Currents tells is told once for each line and kind, when all its parts are there.
func TestFollower_tellsReceiptsOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := &town{t: t, store: s}
		h := w.create("http://127.0.0.1:1/", hooks.Delivered, hooks.Read, hooks.Failed)
		w.follows(2)
		id := w.says("0001", "one").ConversationID
		w.answers("")
		for w.sends(chat.Accepted) > 0 {
			continue
		}
		lines, _, err := s.Messages(t.Context(), id, 0, 10)
		if err != nil || len(lines) != 2 {
			t.Fatal(lines, err)
		}
		parts, err := s.DeliveriesOf(t.Context(), []chat.MessageID{lines[1].ID})
		if err != nil {
			t.Fatal(err)
		}
		tell := func(kind receipts.Kind, part int) {
			t.Helper()
			w.write(func(tx *store.Tx) error {
				d := parts[lines[1].ID][part]
				return receipts.Tell(t.Context(), tx, "shop", []receipts.Matched{{
					Event:  receipts.Event{Kind: kind, At: 5, Code: "131047", Detail: "Re-engagement message"},
					Target: receipts.Target{ID: d.ID, ConversationID: id, State: chat.Accepted},
				}}, now())
			})
		}
		told := func(n int) {
			t.Helper()
			testkit.Eventually(t, patience, func() bool { return len(w.got(h.ID)) == n })
		}
		tell(receipts.Send, 0)
		tell(receipts.Failure, 1)
		told(1)
		tell(receipts.Delivery, 1) // Braze has sent it again
		tell(receipts.Delivery, 0)
		told(2)
		tell(receipts.Delivery, 0)
		tell(receipts.Read, 0)
		tell(receipts.Read, 1)
		told(3)
		w.says("0001", "more")
		_, stop := w.follows(1)
		w.settled(id)
		stop()
		var got []string
		for _, d := range slices.Backward(w.deliveries(h, outbox.Waiting)) {
			got = append(got, d.Event)
			if d.Event == hooks.Failed && (!strings.Contains(d.Payload, `"status":"failed"`) || !strings.Contains(d.Payload, `"reason":"131047: Re-engagement message"`)) {
				t.Errorf("the failure is told as %s", d.Payload)
			}
		}
		testkit.Diff(t, got, []string{hooks.Failed, hooks.Delivered, hooks.Read})
	})
}
