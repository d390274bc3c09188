package calls_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/calls"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const lease = 1000

func plan(t testing.TB, effect tool.Effect, idempotent, confirmed bool) calls.Plan {
	t.Helper()
	p := calls.Plan{
		Workspace: "shop", Conversation: chat.ConversationID(chat.NewID()), Turn: "t1", Effect: effect, Idempotent: idempotent, By: chat.NewID(), Lease: lease,
		Call: tool.Call{MessageID: "m1", Tool: "pay", Args: map[string]any{"sum": 3.5}, Confirmed: confirmed},
	}
	var err error
	if p.ID, err = p.Call.ID(string(p.Conversation)); err != nil {
		t.Fatal(err)
	}
	return p
}

// book is a ledger as the tests speak with it.
type book struct {
	t   rapidOrTest
	ctx context.Context
	s   *store.Store
}

type rapidOrTest interface {
	Helper()
	Fatal(args ...any)
}

func (b book) begin(p calls.Plan, now int64) (e calls.Entry, v calls.Verdict) {
	b.t.Helper()
	err := b.s.Write(b.ctx, func(tx *store.Tx) error {
		got, verdict, err := calls.Begin(b.ctx, tx, p, now)
		if err == nil {
			e, v = *got, verdict
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return e, v
}

func (b book) finish(e calls.Entry, r tool.Result, now int64) (ours bool) {
	b.t.Helper()
	err := b.s.Write(b.ctx, func(tx *store.Tx) (err error) {
		ours, err = calls.Finish(b.ctx, tx, e, r, now)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return ours
}

func TestBegin_givesTheStoredResult(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := book{t, t.Context(), s}
		p := plan(t, tool.Write, false, true)
		e, v := b.begin(p, 100)
		if v != calls.Go || e.State != tool.Started || e.Attempt != 1 || e.ConfirmedAt != 100 {
			t.Fatalf("%s %+v", v, e)
		}
		other := p
		other.By = "another"
		if _, v := b.begin(other, 200); v != calls.Busy {
			t.Errorf("a second one at the same time: %s", v)
		}
		want := tool.Result{Call: p.Call, State: tool.Done, Data: map[string]any{"id": "7", "n": 2.0}}
		if !b.finish(e, want, 300) {
			t.Error("its own call was taken away")
		}
		if b.finish(e, tool.Result{State: tool.Failed}, 301) {
			t.Error("an outcome was overwritten")
		}
		again, v := b.begin(other, 400)
		got, err := again.Outcome()
		if v != calls.Over || err != nil {
			t.Errorf("%s %v", v, err)
		}
		testkit.Diff(t, got, want)
		list, err := calls.Of(t.Context(), s, p.Conversation)
		if err != nil || len(list) != 1 || list[0].Args != `{"sum":3.5}` || list[0].EndedAt != 300 {
			t.Errorf("%v %+v", err, list)
		}
	})
}

func TestBegin_afterACrash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := book{t, t.Context(), s}
		for _, c := range []struct {
			name string
			plan calls.Plan
			want calls.Verdict
			then tool.State
		}{
			{"a read", plan(t, tool.Read, false, false), calls.Go, tool.Started},
			{"an idempotent write", plan(t, tool.Write, true, true), calls.Go, tool.Started},
			{"another write", plan(t, tool.Write, false, true), calls.Over, tool.Unknown},
		} {
			first, _ := b.begin(c.plan, 0)
			if _, v := b.begin(c.plan, lease-1); v != calls.Busy {
				t.Errorf("%s, before the lease has ended: %s", c.name, v)
			}
			e, v := b.begin(c.plan, lease)
			if v != c.want || e.State != c.then {
				t.Errorf("%s: %s %s, want %s %s", c.name, v, e.State, c.want, c.then)
			}
			if b.finish(first, tool.Result{State: tool.Done}, lease+1) {
				t.Errorf("%s: who lost the call still wrote its outcome", c.name)
			}
		}
	})
}

func TestBegin_refusesAWriteWithoutAYes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := book{t, t.Context(), s}
		p := plan(t, tool.Write, true, false)
		if e, v := b.begin(p, 1); v != calls.Unconfirmed || e.State != tool.Planned {
			t.Errorf("%s %s", v, e.State)
		}
		p.Call.Confirmed = true
		if e, v := b.begin(p, 2); v != calls.Go || e.PlannedAt != 1 || e.ConfirmedAt != 2 {
			t.Errorf("after the yes: %s %+v", v, e)
		}
	})
}

func TestAgain_andFree(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := book{t, t.Context(), s}
		p := plan(t, tool.Read, false, false)
		e, _ := b.begin(p, 0)
		again := func(e calls.Entry) (next calls.Entry, ours bool) {
			if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				next, ours, err = calls.Again(t.Context(), tx, e, lease, 900)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return next, ours
		}
		next, ours := again(e)
		if !ours || next.Attempt != 2 {
			t.Errorf("%v %+v", ours, next)
		}
		if _, ours := again(e); ours {
			t.Error("an attempt that is over was taken again")
		}
		if _, v := b.begin(p, 1500); v != calls.Busy {
			t.Errorf("within the second lease: %s", v)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return calls.Free(t.Context(), tx, next) }); err != nil {
			t.Fatal(err)
		}
		if _, v := b.begin(p, 1500); v != calls.Go {
			t.Errorf("after it was given up: %s", v)
		}
	})
}

// world is the other side: what has happened there, by the key that came with it.
type world struct {
	effects int
	keys    map[string]bool
}

func (w *world) take(key string, idempotent bool) {
	if idempotent && w.keys[key] {
		return
	}
	w.keys[key] = true
	w.effects++
}

// TestLedger_underCrashes lets two processes carry the same call out in every order of
// their steps, with crashes anywhere and leases that run out, and checks that the other
// side saw a write once at most, that an outcome never changes and that it is true.
func TestLedger_underCrashes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		rapid.Check(t, func(t *rapid.T) {
			b := book{t, ctx, s}
			effect := rapid.SampledFrom([]tool.Effect{tool.Read, tool.Write}).Draw(t, "effect")
			idempotent := effect == tool.Write && rapid.Bool().Draw(t, "idempotent")
			confirmed := rapid.Bool().Draw(t, "confirmed")
			p := calls.Plan{
				ID: chat.NewID(), Conversation: "c", Effect: effect, Idempotent: idempotent, Lease: lease,
				Call: tool.Call{MessageID: "m", Tool: "x", Confirmed: confirmed},
			}
			w := &world{keys: map[string]bool{}}
			now, crashed := int64(1), false
			var outcome string
			// A process is at 0 nothing, 1 begun, 2 has had the effect.
			var at [2]int
			var held [2]calls.Entry
			for step := range rapid.IntRange(4, 25).Draw(t, "steps") {
				who := rapid.IntRange(0, 1).Draw(t, "who")
				switch what := rapid.SampledFrom([]string{"go", "go", "go", "crash", "time"}).Draw(t, "what"); {
				case what == "time":
					now += rapid.Int64Range(1, lease).Draw(t, "passes")
					crashed = true // a slow process is as good as a dead one
				case what == "crash":
					at[who], crashed = 0, true
				case at[who] == 0:
					p.By = fmt.Sprintf("%d-%d", who, step)
					e, v := b.begin(p, now)
					if v == calls.Unconfirmed && (confirmed || effect == tool.Read) {
						t.Fatal("refused although confirmed")
					}
					if v == calls.Go {
						at[who], held[who] = 1, e
					}
					if v == calls.Over {
						if outcome == "" && e.State != tool.Unknown {
							t.Fatal("an outcome out of nothing")
						}
						if outcome != "" && outcome != e.Result {
							t.Fatalf("the outcome changed from %s to %s", outcome, e.Result)
						}
						outcome = e.Result
						if e.State == tool.Unknown && (effect == tool.Read || idempotent || !crashed) {
							t.Fatalf("unknown without need: %+v", e)
						}
					}
				case at[who] == 1:
					w.take(p.ID, idempotent)
					at[who] = 2
				default:
					r := tool.Result{Call: p.Call, State: tool.Done, Data: map[string]any{"by": held[who].LeaseBy}}
					if b.finish(held[who], r, now) {
						if outcome != "" {
							t.Fatal("two outcomes")
						}
						e, _ := b.begin(p, now)
						outcome = e.Result
						if w.effects == 0 {
							t.Fatal("done, and nothing has happened")
						}
					}
					at[who] = 0
				}
			}
			if effect == tool.Write && w.effects > 1 {
				t.Fatalf("the write happened %d times", w.effects)
			}
			if effect == tool.Write && !confirmed && w.effects > 0 {
				t.Fatal("written without a yes")
			}
		})
	})
}

// TestBegin_atTheSameTime lets many ask at once: one may go.
func TestBegin_atTheSameTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := plan(t, tool.Write, true, true)
		verdicts := make(chan calls.Verdict, 8)
		for range cap(verdicts) {
			go func() {
				p := p
				p.By = chat.NewID()
				var v calls.Verdict
				if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
					_, v, err = calls.Begin(t.Context(), tx, p, time.Now().UnixMilli())
					return err
				}); err != nil {
					t.Error(err)
				}
				verdicts <- v
			}()
		}
		count := map[calls.Verdict]int{}
		for range cap(verdicts) {
			count[<-verdicts]++
		}
		testkit.Diff(t, count, map[calls.Verdict]int{calls.Go: 1, calls.Busy: 7})
	})
}
