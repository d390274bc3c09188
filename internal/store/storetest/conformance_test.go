package storetest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

const minute = int64(60_000)

var timing = chat.Timing{Settle: 1200, SettleMax: 6000}

var dedupe = store.Dedupe{WithDispatch: 24 * 60 * minute, WithoutDispatch: 2 * minute, Brief: 10_000, Pair: 6000}

// arrival is a message of a known customer with everything optional left out.
func arrival(externalID, text string) store.Arrival {
	return store.Arrival{
		Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
		ConversationID: chat.ConversationID(chat.NewID()), ExternalID: externalID, Text: text, Timing: timing, Dedupe: dedupe,
	}
}

func with(a store.Arrival, change func(*store.Arrival)) store.Arrival {
	change(&a)
	return a
}

func ingest(t *testing.T, s *store.Store, now int64, arrivals ...store.Arrival) []store.Receipt {
	t.Helper()
	var out []store.Receipt
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.Ingest(context.Background(), arrivals, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func claim(t *testing.T, s *store.Store, by string, now int64) []store.Work {
	t.Helper()
	var out []store.Work
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.ClaimTurns(context.Background(), store.Claim{By: by, Limit: 100, Lease: 30_000}, 20, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// answer is a result that says text, or is silent when text is empty.
func answer(w *store.Work, text string) store.Result {
	r := store.Result{ID: chat.TurnID(chat.NewID()), Work: w, Action: "answer", Trace: "{}", Timing: timing}
	if text != "" {
		r.Message = &chat.Message{ID: chat.MessageID(chat.NewID()), Text: text, Layout: chat.LayoutText}
		r.Parts = []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: text, Layout: chat.LayoutText}}
	}
	return r
}

func finish(t *testing.T, s *store.Store, now int64, results ...store.Result) []chat.Verdict {
	t.Helper()
	var out []chat.Verdict
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		out, err = tx.FinishTurns(context.Background(), results, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func claimOut(t *testing.T, s *store.Store, by string, rules store.Rules, now int64) []store.Outbound {
	t.Helper()
	var out []store.Outbound
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		out, _, err = tx.ClaimDeliveries(context.Background(), "shop", store.Claim{By: by, Limit: 50, Lease: 30_000}, rules, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func finishOut(t *testing.T, s *store.Store, now int64, pace chat.Pace, sent ...store.Sent) int {
	t.Helper()
	var lost int
	err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
		lost, err = tx.FinishDeliveries(context.Background(), sent, pace, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

func texts(list []chat.Message) []string {
	out := []string{}
	for _, m := range list {
		out = append(out, m.Text)
	}
	return out
}

func transcript(t *testing.T, s *store.Store, id chat.ConversationID) []string {
	t.Helper()
	list, _, err := s.Messages(context.Background(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return texts(list)
}

func wantDiff(t *testing.T, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestIngest_keepsOrderAndOpensOneConversation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var batch []store.Arrival
		var want []string
		for i := range 10 {
			text := fmt.Sprintf("message %d", i)
			batch, want = append(batch, arrival("u1", text)), append(want, text)
		}
		receipts := ingest(t, s, 1000, batch...)
		for _, r := range receipts {
			if r.Duplicate != "" || r.ConversationID != receipts[0].ConversationID {
				t.Errorf("receipt %+v is not a message of the first conversation", r)
			}
		}
		wantDiff(t, transcript(t, s, receipts[0].ConversationID), want)
	})
}

func TestIngest_dropsCopies(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		dispatched := func(id, text string) store.Arrival {
			return with(arrival("u1", text), func(a *store.Arrival) { a.DispatchID = id })
		}
		first := ingest(t, s, 1000, dispatched("d1", "hello"), dispatched("d1", "hello"))
		if first[0].Duplicate != "" || first[1].Duplicate != store.DropRedelivered || first[1].MessageID != first[0].MessageID {
			t.Errorf("two copies in a batch gave %+v", first)
		}
		for _, c := range []struct {
			name string
			at   int64
			a    store.Arrival
			want store.DropReason
		}{
			{"an hour later", 60 * minute, dispatched("d1", "hello"), store.DropRedelivered},
			{"another person of the same dispatch", 60 * minute, with(dispatched("d1", "hello"), func(a *store.Arrival) { a.ExternalID = "u2" }), ""},
			{"another text of the same dispatch", 60 * minute, dispatched("d1", "hello?"), ""},
			{"the same text of another dispatch", 60 * minute, dispatched("d2", "hello"), ""},
			{"after a day", 25 * 60 * minute, dispatched("d1", "hello"), ""},
			{"no dispatch, first", 100 * 60 * minute, arrival("u1", "where is it"), ""},
			{"no dispatch, in a minute", 101 * 60 * minute, arrival("u1", "where is it"), ""},
			{"no dispatch, two seconds later", 101*60*minute + 2000, arrival("u1", "where is it"), store.DropRedelivered},
			{"no dispatch, later than the window", 104 * 60 * minute, arrival("u1", "where is it"), ""},
			{"brief, first", 200 * 60 * minute, arrival("u1", "yes"), ""},
			{"brief, at once", 200*60*minute + 500, arrival("u1", "yes"), store.DropRedelivered},
			{"brief, to the next question", 200*60*minute + 11_000, arrival("u1", "yes"), ""},
			{"picture", 300 * 60 * minute, with(arrival("u1", ""), func(a *store.Arrival) { a.Media = []string{"https://x.test/1"} }), ""},
			{"another picture", 300*60*minute + 1, with(arrival("u1", ""), func(a *store.Arrival) { a.Media = []string{"https://x.test/2"} }), ""},
			{"same picture", 300*60*minute + 2, with(arrival("u1", ""), func(a *store.Arrival) { a.Media = []string{"https://x.test/2"} }), store.DropRedelivered},
		} {
			if got := ingest(t, s, 1000+c.at, c.a)[0].Duplicate; got != c.want {
				t.Errorf("%s: duplicate = %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestIngest_joinsKeywordAndCatchAll(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		through := func(route string, specific bool, dispatch string) store.Arrival {
			return with(arrival("u1", "RETURN"), func(a *store.Arrival) {
				a.Route, a.Specific, a.Paired, a.DispatchID = route, specific, true, dispatch
			})
		}
		// Two messages, each through both routes, in the order that hurts most.
		got := ingest(t, s, 1000,
			through("support", false, "a1"), through("support", false, "a2"),
			through("returns", true, "b1"), through("returns", true, "b2"))
		var drops []store.DropReason
		for _, r := range got {
			drops = append(drops, r.Duplicate)
		}
		wantDiff(t, drops, []store.DropReason{"", "", store.DropOtherRoute, store.DropOtherRoute})
		c, err := s.Conversation(context.Background(), got[0].ConversationID)
		if err != nil || c.Route != "returns" {
			t.Errorf("the keyword route did not win: route %q, %v", c.Route, err)
		}
		if again := ingest(t, s, 2000, through("returns", true, "b1")); again[0].Duplicate != store.DropRedelivered {
			t.Errorf("a redelivery of the dropped copy came back as %q", again[0].Duplicate)
		}
		if later := ingest(t, s, 1000+minute, through("returns", true, "b3")); later[0].Duplicate != "" {
			t.Errorf("the same word a minute later is a new message, got %q", later[0].Duplicate)
		}
	})
}

func TestIngest_simultaneousCopiesStoreOne(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people, copies = 20, 6
		var wg sync.WaitGroup
		var mu sync.Mutex
		stored := map[chat.MessageID]bool{}
		for p := range people {
			for range copies {
				wg.Go(func() {
					a := with(arrival(fmt.Sprint("u", p), "hello there"), func(a *store.Arrival) { a.Phone = fmt.Sprint("+3360000", p) })
					var out []store.Receipt
					err := s.Write(context.Background(), func(tx *store.Tx) (err error) {
						out, err = tx.Ingest(context.Background(), []store.Arrival{a}, 1000)
						return err
					})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					if out[0].Duplicate == "" {
						stored[out[0].MessageID] = true
					}
				})
			}
		}
		wg.Wait()
		list, _, err := s.Conversations(context.Background(), store.Filter{Limit: 1000})
		if err != nil || len(list) != people || len(stored) != people {
			t.Errorf("%d conversations and %d messages for %d people (%v)", len(list), len(stored), people, err)
		}
	})
}

func TestIngest_identity(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		who := func(externalID, brazeID, phone string) store.Arrival {
			return with(arrival(externalID, chat.NewID()), func(a *store.Arrival) { a.BrazeID, a.Phone = brazeID, phone })
		}
		send := func(a store.Arrival) chat.ContactID { return ingest(t, s, 1000, a)[0].ContactID }

		anonymous := send(who("", "b1", "+331"))
		if got := send(who("", "", "+331")); got != anonymous {
			t.Error("the phone alone did not find the person")
		}
		if got := send(who("u1", "b1", "+331")); got != anonymous {
			t.Error("learning the external id made a second person")
		}
		if got := send(who("u2", "b2", "+331")); got == anonymous {
			t.Error("two external ids on one phone are two people")
		}
		if got := send(who("u1", "", "")); got != anonymous {
			t.Error("the external id alone did not find the person")
		}

		byBraze, byPhone := send(who("", "b3", "")), send(who("", "", "+333"))
		if byBraze == byPhone {
			t.Fatal("nothing connected these two yet")
		}
		kept := send(who("u3", "b3", "+333"))
		if kept != byBraze {
			t.Errorf("the stronger identity should have survived the merge")
		}
		list, _, err := s.Conversations(context.Background(), store.Filter{Owner: chat.OwnerBot, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		for _, c := range list {
			if c.ContactID == kept {
				open++
				if got := len(transcript(t, s, c.ID)); got != 3 {
					t.Errorf("the merged conversation has %d lines, want all 3 unanswered ones", got)
				}
			}
		}
		if open != 1 {
			t.Errorf("the merged person has %d open conversations, want 1", open)
		}
	})
}

func TestTurn_answersBurstOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "one"))
		ingest(t, s, 1500, arrival("u1", "two"))
		if got := claim(t, s, "w1", 2600); len(got) != 0 {
			t.Fatalf("claimed before the customer had settled: %+v", got)
		}
		works := claim(t, s, "w1", 2700)
		if len(works) != 1 || len(claim(t, s, "w2", 2700)) != 0 {
			t.Fatal("exactly one worker must get the turn")
		}
		wantDiff(t, texts(works[0].Waiting), []string{"one", "two"})
		if v := finish(t, s, 2800, answer(&works[0], "hi")); v[0] != chat.Committed {
			t.Fatalf("verdict %s", v[0])
		}
		if v := finish(t, s, 2900, answer(&works[0], "hi again")); v[0] != chat.Stale {
			t.Errorf("the same turn committed twice: %s", v[0])
		}
		wantDiff(t, transcript(t, s, works[0].Conversation.ID), []string{"one", "two", "hi"})
		if next, err := s.NextTurn(context.Background()); next != 0 || err != nil {
			t.Errorf("next turn at %d (%v), want none", next, err)
		}
	})
}

func TestTurn_messageDuringRunSupersedes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "one"))
		works := claim(t, s, "w1", 2300)
		ingest(t, s, 2400, arrival("u1", "two"))
		if v := finish(t, s, 2500, answer(&works[0], "half")); v[0] != chat.Superseded {
			t.Fatalf("verdict %s, want superseded", v[0])
		}
		works = claim(t, s, "w1", 3600)
		if len(works) != 1 {
			t.Fatal("the joined turn is not due")
		}
		wantDiff(t, texts(works[0].Waiting), []string{"one", "two"})
	})
}

func TestTurn_writerWithoutEndIsStillAnswered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "one"))
		works := claim(t, s, "w1", 2300)
		ingest(t, s, 7100, arrival("u1", "two"))
		if v := finish(t, s, 7200, answer(&works[0], "to one")); v[0] != chat.Committed {
			t.Fatalf("verdict %s, want committed after settle_max", v[0])
		}
		works = claim(t, s, "w1", 8500)
		if len(works) != 1 {
			t.Fatal("what came during the run is nobody's")
		}
		wantDiff(t, texts(works[0].Waiting), []string{"two"})
		wantDiff(t, texts(works[0].History), []string{"one", "to one"})
	})
}

func TestTurn_crashedWorkerLosesItsLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "one"))
		dead := claim(t, s, "w1", 2300)
		if got := claim(t, s, "w2", 2300+29_000); len(got) != 0 {
			t.Fatal("the lease was not respected")
		}
		alive := claim(t, s, "w2", 2300+30_000)
		if len(alive) != 1 || alive[0].Conversation.Attempts != 2 {
			t.Fatalf("the turn did not come back: %+v", alive)
		}
		if v := finish(t, s, 40_000, answer(&dead[0], "late")); v[0] != chat.Stale {
			t.Errorf("a lost lease committed: %s", v[0])
		}
		if v := finish(t, s, 40_000, answer(&alive[0], "once")); v[0] != chat.Committed {
			t.Errorf("the new worker was refused: %s", v[0])
		}
		wantDiff(t, transcript(t, s, alive[0].Conversation.ID), []string{"one", "once"})
	})
}

// A turn that takes long keeps its lease as long as it says so; one that is not its
// worker's any more does not get it back.
func TestTurn_leaseIsRenewed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		renew := func(w *store.Work, now int64) bool {
			var kept []*store.Work
			err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				kept, err = tx.RenewTurns(t.Context(), []*store.Work{w}, 30_000, now)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return len(kept) == 1
		}
		ingest(t, s, 1000, arrival("u1", "one"))
		slow := claim(t, s, "w1", 2300)
		if !renew(&slow[0], 20_000) {
			t.Fatal("a turn under way was refused")
		}
		if got := claim(t, s, "w2", 49_000); len(got) != 0 {
			t.Fatal("a renewed lease was not respected")
		}
		if next, err := s.NextTurn(t.Context()); err != nil || next != 50_000 {
			t.Fatalf("looked at again at %d, want when the lease ends: %v", next, err)
		}
		other := claim(t, s, "w2", 50_000)
		if len(other) != 1 || renew(&slow[0], 51_000) {
			t.Fatalf("%d claims; the lease was lost", len(other))
		}
		// What comes in meanwhile does not wait longer than the lease because of a renewal.
		ingest(t, s, 52_000, arrival("u1", "two"))
		if !renew(&other[0], 53_000) {
			t.Fatal("the new worker was refused")
		}
		if v := finish(t, s, 54_000, answer(&other[0], "to one")); v[0] != chat.Committed {
			t.Fatalf("a renewed turn was refused: %s", v[0])
		}
		if both := claim(t, s, "w3", 60_000); len(both) != 1 || len(both[0].Waiting) != 1 {
			t.Fatalf("%d turns for what came meanwhile", len(both))
		}
	})
}

func TestTurn_handoffGoesToPeople(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "question"))
		w := claim(t, s, "w1", 2300)
		finish(t, s, 2400, answer(&w[0], "first answer"))
		ingest(t, s, 3000, arrival("u1", "a person please"))
		w = claim(t, s, "w1", 4300)
		r := answer(&w[0], "a colleague takes over")
		r.Handoff = "asked_for_person"
		finish(t, s, 4400, r)

		id := w[0].Conversation.ID
		c, err := s.Conversation(context.Background(), id)
		if err != nil || c.Owner != chat.OwnerQueue || c.Epoch != 2 || c.QueuedAt != 4400 || c.Reason != "asked_for_person" {
			t.Errorf("after the handoff: %+v (%v)", c.Conversation, err)
		}
		if got := ingest(t, s, 5000, arrival("u1", "hello?")); got[0].Owner != chat.OwnerQueue || got[0].DueAt != 0 {
			t.Errorf("a message in the queue asked the bot: %+v", got[0])
		}
		events, err := s.Transitions(context.Background(), id, 100)
		if err != nil || len(events) != 1 || events[0].To != chat.OwnerQueue || events[0].Seq != 5 {
			t.Errorf("transitions %+v (%v)", events, err)
		}
		// Both of the bot's lines leave, in order, although the epoch rose between them.
		var out []string
		for now := int64(5000); now < 5010; now++ {
			for _, o := range claimOut(t, s, "s1", store.Rules{}, now) {
				out = append(out, o.Text)
				o.State = chat.Accepted
				finishOut(t, s, now, chat.Pace{}, store.Sent{Outbound: o})
			}
		}
		wantDiff(t, out, []string{"first answer", "a colleague takes over"})
	})
}

func TestConversations_queueShowsTheLongestWaitFirst(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 5 {
			now := int64(1000 + 10_000*i)
			ingest(t, s, now, arrival(fmt.Sprint("u", i), "a person please"))
			w := claim(t, s, fmt.Sprint("w", i), now+1200)
			r := answer(&w[0], "a colleague takes over")
			r.Handoff = "asked_for_person"
			finish(t, s, now+1300, r)
		}
		ingest(t, s, 90_000, arrival("u0", "hello?")) // activity does not cost the place in the queue
		for _, c := range []struct {
			owner chat.Owner
			want  []string
		}{
			{chat.OwnerQueue, []string{"u0", "u1", "u2", "u3", "u4"}},
			{"", []string{"u0", "u4", "u3", "u2", "u1"}},
		} {
			var got []string
			for before := ""; ; {
				list, next, err := s.Conversations(context.Background(), store.Filter{Owner: c.owner, Before: before, Limit: 2})
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range list {
					got = append(got, l.Contact.ExternalID)
				}
				if before = next; next == "" {
					break
				}
			}
			wantDiff(t, got, c.want)
		}
	})
}

func TestFinish_remembersAnOptOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ingest(t, s, 1000, arrival("u1", "stop"))
		w := claim(t, s, "w", 2300)
		r := answer(&w[0], "understood")
		r.Handoff, r.OptOut = "opt_out", true
		finish(t, s, 2400, r)
		ingest(t, s, 3000, with(arrival("u1", "hello"), func(a *store.Arrival) { a.FirstName = "Grace" }))
		c, err := s.Conversation(context.Background(), w[0].Conversation.ID)
		if err != nil || c.Contact.OptedOut != 2400 || c.Contact.FirstName != "Grace" {
			t.Errorf("the contact afterwards: %+v (%v)", c.Contact, err)
		}
	})
}
