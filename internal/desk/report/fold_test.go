package report

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/internal/chat"
	"parley/internal/store"
	rows "parley/internal/store/report"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// shop plays customers, bot, agents and Braze against a real store, with the clock in
// its hand, while folders count at any moment.
type shop struct {
	s       *store.Store
	now     int64
	run     int // of the property; contacts differ between runs
	folders [2]*Folder

	open  []chat.ConversationID // that were ever written to
	wrote int64                 // lines of customers
	spoke map[string]int64      // lines by agent
	gave  int64                 // handoffs by the bot
}

func newShop(s *store.Store) *shop {
	w := &shop{s: s, now: 1_790_000_000_000, spoke: map[string]int64{}}
	for i := range w.folders {
		w.folders[i] = NewFolder(s, slog.New(slog.DiscardHandler), func() int64 { return w.now })
		w.folders[i].some = 1 + i*2
	}
	return w
}

func (w *shop) write(t rapid.TB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := w.s.Write(context.Background(), fn); err != nil {
		var e *chat.Error
		if errors.As(err, &e) { // not allowed just now: so it does not happen
			t.Skip(e.Message)
		}
		t.Fatal(err)
	}
}

func (w *shop) arrive(t rapid.TB, route, external, phone string) {
	a := store.Arrival{
		Workspace: "shop", Route: route,
		MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()), ConversationID: chat.ConversationID(chat.NewID()),
		ExternalID: external, Phone: phone, Text: chat.NewID(), DispatchID: chat.NewID(),
	}
	var id chat.ConversationID
	w.write(t, func(tx *store.Tx) error {
		out, err := tx.Ingest(context.Background(), []store.Arrival{a}, w.now)
		if err == nil {
			id = out[0].ConversationID
		}
		return err
	})
	w.open = append(w.open, id)
	w.wrote++
}

func (w *shop) name(t *rapid.T) string {
	return fmt.Sprintf("%d-%d", w.run, rapid.IntRange(1, 2).Draw(t, "contact"))
}

func (w *shop) route(t *rapid.T) string {
	return rapid.SampledFrom([]string{"support", "returns"}).Draw(t, "route")
}

func (w *shop) Writes(t *rapid.T) { w.arrive(t, w.route(t), "u"+w.name(t), "") }

func (w *shop) WritesFromPhone(t *rapid.T) { w.arrive(t, w.route(t), "", "+49"+w.name(t)) }

// Merges: a message that shows two contacts to be one person.
func (w *shop) Merges(t *rapid.T) { n := w.name(t); w.arrive(t, w.route(t), "u"+n, "+49"+n) }

// IsServed: somebody asks, the bot answers, and the conversation is closed.
func (w *shop) IsServed(t *rapid.T) {
	if rapid.Bool().Draw(t, "by phone") {
		w.served(t, "", "+49"+w.name(t))
	} else {
		w.served(t, "u"+w.name(t), "")
	}
	w.Folds(t)
}

func (w *shop) served(t rapid.TB, external, phone string) {
	w.arrive(t, "support", external, phone)
	id := w.open[len(w.open)-1]
	w.now += 2000
	w.bot(t, said{"answer", `{"band":"answer","intent":"refund"}`, ""})
	c, err := w.s.Conversation(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, func(tx *store.Tx) error {
		return tx.ChangeOwner(context.Background(), store.OwnerChange{ConversationID: id, Kind: chat.Resolve, Actor: "zoe", Epoch: c.Epoch}, w.now)
	})
}

type said struct{ action, trace, handoff string }

func (w *shop) BotAnswers(t *rapid.T) {
	w.bot(t, rapid.SampledFrom([]said{
		{"answer", `{"band":"answer","intent":"order_status"}`, ""},
		{"answer", `{"band":"answer","intent":"refund"}`, ""},
		{"choices", `{"band":"clarify","intent":"refund"}`, ""},
		{"ask", `{"band":"fallback"}`, ""},
		{"handoff", `{"band":"rule","intent":"refund"}`, "person_requested: the customer asked for a person"},
		{"silent", `not JSON`, ""},
	}).Draw(t, "say"))
}

func (w *shop) bot(t rapid.TB, say said) {
	var given int64
	w.write(t, func(tx *store.Tx) error {
		given = 0
		works, err := tx.ClaimTurns(context.Background(), store.Claim{By: chat.NewID(), Limit: 5, Lease: 1000}, 5, w.now)
		if err != nil {
			return err
		}
		var results []store.Result
		for i := range works {
			m := chat.Message{ID: chat.MessageID(chat.NewID()), Text: "x", Layout: chat.LayoutText}
			results = append(results, store.Result{
				ID: chat.TurnID(chat.NewID()), Work: &works[i], Action: say.action, Trace: say.trace, Handoff: say.handoff, Message: &m,
				Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: "x", Layout: chat.LayoutText}},
			})
		}
		verdicts, err := tx.FinishTurns(context.Background(), results, w.now)
		for _, v := range verdicts {
			if v == chat.Committed && say.handoff != "" {
				given++
			}
		}
		return err
	})
	w.gave += given
}

func (w *shop) pick(t *rapid.T) store.Listed {
	if len(w.open) == 0 {
		t.Skip("nothing there")
	}
	c, err := w.s.Conversation(context.Background(), rapid.SampledFrom(w.open).Draw(t, "conversation"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (w *shop) AgentAnswers(t *rapid.T) {
	c, agent := w.pick(t), rapid.SampledFrom([]string{"ben", "zoe"}).Draw(t, "agent")
	w.write(t, func(tx *store.Tx) error {
		return tx.Reply(context.Background(), store.Reply{
			ConversationID: c.ID, MessageID: chat.MessageID(chat.NewID()), Agent: agent, Text: "x", SeenSeq: c.LastSeq,
			Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: "x", Layout: chat.LayoutText}},
		}, w.now)
	})
	w.spoke[agent]++
}

func (w *shop) OwnerChanges(t *rapid.T) {
	c := w.pick(t)
	kind := rapid.SampledFrom([]chat.Kind{chat.Accept, chat.Assign, chat.PassBack, chat.Expire, chat.Resolve, chat.Reopen}).Draw(t, "kind")
	w.write(t, func(tx *store.Tx) error {
		return tx.ChangeOwner(context.Background(), store.OwnerChange{ConversationID: c.ID, Kind: kind, Agent: "ben", Actor: "zoe", Epoch: c.Epoch}, w.now)
	})
}

func (w *shop) BrazeAnswers(t *rapid.T) {
	state := rapid.SampledFrom([]chat.State{chat.Accepted, chat.Dead, chat.Unknown}).Draw(t, "state")
	w.write(t, func(tx *store.Tx) error {
		out, _, err := tx.ClaimDeliveries(context.Background(), "shop", store.Claim{By: chat.NewID(), Limit: 5, Lease: 1000}, store.Rules{}, w.now)
		if err != nil {
			return err
		}
		var done []store.Sent
		for _, o := range out {
			o.State, o.Reason = state, "braze invalid (400): no"
			done = append(done, store.Sent{Outbound: o})
		}
		_, err = tx.FinishDeliveries(context.Background(), done, chat.Pace{}, w.now)
		return err
	})
}

func (w *shop) TimePasses(t *rapid.T) {
	w.now += rapid.SampledFrom([]int64{1000, 90_000, rows.Hour, 25 * rows.Hour, 60 * rows.Hour}).Draw(t, "ms")
}

func (w *shop) Folds(t *rapid.T) {
	if _, err := w.folders[rapid.IntRange(0, 1).Draw(t, "folder")].Fold(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// FoldsAndDies: the process ends after some of the transactions of a fold.
func (w *shop) FoldsAndDies(t *rapid.T) {
	ctx, die := context.WithCancel(context.Background())
	defer die()
	left := rapid.IntRange(0, 3).Draw(t, "transactions")
	f := NewFolder(w.s, slog.New(slog.DiscardHandler), func() int64 {
		if left--; left < 0 {
			die()
		}
		return w.now
	})
	f.some = 1
	if _, err := f.Fold(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
}

// FoldsLate: another replica counts between the plan of a fold and its work.
func (w *shop) FoldsLate(t *rapid.T) {
	ctx := context.Background()
	was, err := rows.Load(ctx, w.s)
	if err != nil {
		t.Fatal(err)
	}
	next, ids, _, err := w.folders[0].plan(ctx, was)
	if err != nil {
		t.Fatal(err)
	}
	counted, err := w.folders[0].count(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	w.Folds(t)
	after, err := rows.Load(ctx, w.s)
	if err != nil {
		t.Fatal(err)
	}
	err = w.s.Write(ctx, func(tx *store.Tx) error { return rows.Apply(ctx, tx, was, &next, counted) })
	if overtaken := after != was; errors.Is(err, rows.ErrOvertaken) != overtaken || err != nil && !overtaken {
		t.Fatalf("from %+v while it is %+v: %v", was, after, err)
	}
}

func (w *shop) LosesTheFeed(t *rapid.T) {
	if rapid.IntRange(0, 199).Draw(t, "how often") > 0 {
		t.Skip("seldom")
	}
	w.write(t, func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), "DELETE FROM feed WHERE cursor < (SELECT MAX(cursor) FROM feed)")
		return err
	})
}

func (w *shop) Check(*rapid.T) {}

// stored is what the tables hold, and fresh what counting everything anew gives.
func (w *shop) stored(t rapid.TB) rows.Counts {
	out := rows.Counts{}
	err := rows.Between(context.Background(), w.s, 0, 1<<40, "", "", func(c rows.Cell, n int64) { out[c] += n })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *shop) fresh(t rapid.TB) rows.Counts {
	ids, err := rows.After(context.Background(), w.s, "", 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	histories, err := rows.Histories(context.Background(), w.s, ids)
	if err != nil {
		t.Fatal(err)
	}
	out := rows.Counts{}
	for _, c := range Count(histories, w.now) {
		out.AddAll(c.Counts, 1)
	}
	return out
}

// mustAgree counts to the end and compares. The feed of PostgreSQL may lag behind
// transactions of other tests, so it is given time.
func (w *shop) mustAgree(t rapid.TB) {
	t.Helper()
	diff := ""
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		for more := true; more; {
			var err error
			if more, err = w.folders[1].Fold(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		if diff = cmp.Diff(w.fresh(t), w.stored(t)); diff == "" {
			return
		}
	}
	t.Fatalf("counting bit by bit differs from counting from scratch (-scratch +stored):\n%s", diff)
}

// TestFold_isCountingFromScratch: whatever happened, in whatever order and batches it
// was counted, by whom and with which accidents, the sums are those of counting
// everything once.
func TestFold_isCountingFromScratch(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newShop(s)
		rapid.Check(t, func(r *rapid.T) {
			if w.run++; w.run > 40 {
				return // enough: each run is on top of all before it
			}
			w.open = nil
			r.Repeat(rapid.StateMachineActions(w))
			if w.run%5 == 0 { // each time is from scratch, over all runs so far
				w.mustAgree(r)
			}
		})
		w.mustAgree(t)
		// What does not need the rules of Count to be known.
		day := time.UnixMilli(1_790_000_000_000).UTC()
		report := Ask{From: day, To: day.AddDate(0, 0, MaxDays-1), Zone: time.UTC}
		var wrote, spoke, gave int64
		for ; report.From.UnixMilli() <= w.now; report.From, report.To = report.From.AddDate(0, 0, MaxDays), report.To.AddDate(0, 0, MaxDays) {
			got, err := Read(t.Context(), s, report)
			if err != nil {
				t.Fatal(err)
			}
			wrote, spoke = wrote+got.Totals.In, spoke+got.Totals.OutAgent
			for _, reason := range got.Reasons {
				if reason.Key == "person_requested" {
					gave += reason.Count
				}
			}
		}
		testkit.Diff(t, []int64{wrote, spoke, gave}, []int64{w.wrote, w.spoke["ben"] + w.spoke["zoe"], w.gave})
		if w.wrote < 50 {
			t.Errorf("the test has hardly tried anything: %+v", w)
		}
	})
}

// TestFold_seesWhatAMergeJoins: two people who turn out to be one have come back with
// the same question, long before anybody knew.
func TestFold_seesWhatAMergeJoins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newShop(s)
		for i, phoneFirst := range []bool{false, true} {
			external, phone := fmt.Sprintf("u%d", i), fmt.Sprintf("+33%d", i)
			visits := [][2]string{{external, ""}, {"", phone}}
			if phoneFirst {
				visits[0], visits[1] = visits[1], visits[0]
			}
			for _, v := range visits {
				w.served(t, v[0], v[1])
				w.mustAgree(t)
				w.now += 50 * rows.Hour
			}
			w.arrive(t, "support", external, phone)
			w.mustAgree(t)
		}
		got, err := Read(t.Context(), s, Ask{From: time.UnixMilli(w.now).AddDate(0, 0, -30), To: time.UnixMilli(w.now), Zone: time.UTC})
		// The first comes back twice and is answered each time, the second once: her third question is open.
		if err != nil || got.Totals.Contained != 5 || got.Totals.Falsely != 3 {
			t.Errorf("of two people who were served twice: %+v (%v)", got.Totals, err)
		}
	})
}
