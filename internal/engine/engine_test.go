package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/channel/delivery"
	"parley/internal/chat"
	"parley/internal/engine"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	patience = time.Minute
	attempts = 3
	lease    = 30 * time.Second
)

// bench is an engine on a store, with a clock and a bot of the test's.
type bench struct {
	t      *testing.T
	store  *store.Store
	engine *engine.Engine
	now    atomic.Int64
	// published is asked once by each turn; it may block, panic or return nil.
	published atomic.Pointer[func() *knowledge.Published]
	asked     atomic.Int64
	metrics   *obs.Metrics
	timing    chat.Timing
	lease     time.Duration
	clock     func() int64
}

func newBench(t *testing.T, s *store.Store, published func() *knowledge.Published) *bench {
	t.Helper()
	b := &bench{t: t, store: s, metrics: obs.NewMetrics("test", []string{"support"}, []string{"shop"}), timing: chat.Timing{SettleMax: 6000}, lease: lease}
	b.now.Store(time.Now().UnixMilli())
	b.clock = b.now.Load
	b.published.Store(&published)
	b.engine = b.another()
	return b
}

// another makes a further engine on the same store.
func (b *bench) another() *engine.Engine {
	shop := engine.Workspace{
		Bot: bot.New(func() *knowledge.Published {
			b.asked.Add(1)
			return (*b.published.Load())()
		}, nil),
		Layouts:  delivery.Layouts{chat.LayoutText: {CampaignID: "text", Property: "body", MaxRunes: 4096}},
		Timing:   b.timing,
		Attempts: attempts,
	}
	set := engine.Settings{Workspaces: map[string]engine.Workspace{"shop": shop}, Workers: 4, Lease: b.lease, History: 20}
	return engine.New(set, b.store, b.metrics, slog.New(slog.DiscardHandler), b.clock, func(store.Topic) {})
}

// run works until the test ends, or stop is called.
func (b *bench) run(e *engine.Engine) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { e.Run(ctx, context.Background()) })
	b.t.Cleanup(func() { cancel(); running.Wait() })
	return cancel
}

// write is a customer writing; it returns when the message is stored.
func (b *bench) write(who, text string) {
	b.t.Helper()
	now := b.now.Load()
	err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		receipts, err := tx.Ingest(b.t.Context(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Text: text, DispatchID: chat.NewID(),
			Timing: b.timing, Dedupe: store.Dedupe{WithDispatch: time.Hour.Milliseconds()},
		}}, now)
		if err == nil && receipts[0].Duplicate != "" {
			b.t.Errorf("%q counts as a copy", text)
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.engine.Wake(now)
}

// of reads the conversation of a person.
func (b *bench) of(who string) store.Listed {
	b.t.Helper()
	list, _, err := b.store.Conversations(b.t.Context(), store.Filter{Search: who, Limit: 2})
	if err != nil || len(list) != 1 {
		b.t.Fatalf("%d conversations of %s: %v", len(list), who, err)
	}
	return list[0]
}

func (b *bench) lines(who string) (in, out []chat.Message) {
	b.t.Helper()
	list, _, err := b.store.Messages(b.t.Context(), b.of(who).ID, 0, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, m := range list {
		if m.Direction == chat.In {
			in = append(in, m)
		} else {
			out = append(out, m)
		}
	}
	return in, out
}

func (b *bench) until(who string, is func(store.Listed) bool) store.Listed {
	b.t.Helper()
	var c store.Listed
	testkit.Eventually(b.t, patience, func() bool { c = b.of(who); return is(c) })
	return c
}

// tick moves the clock and lets the engine look.
func (b *bench) tick(d time.Duration) {
	b.engine.Wake(b.now.Add(d.Milliseconds()))
}

func done(c store.Listed) bool { return !c.Pending() }

// shop is a small knowledge base that answers.
var shop = sync.OnceValue(func() *knowledge.Published {
	base, err := knowledge.Load(fstest.MapFS{
		"base.yaml": {Data: []byte("name: Shop\nlanguages: [en]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")},
		"en/opening_hours.yaml": {Data: []byte("title: Opening hours\nphrasings: [when are you open, what are your opening hours, opening times please]\n" +
			"answer: From nine to six.\nhandoff: never\n")},
		"en/returns.yaml": {Data: []byte("title: Returns\nphrasings: [how do I return a parcel, I want to send it back, your return policy]\n" +
			"answer: Within thirty days.\nhandoff: never\n")},
	})
	if err != nil {
		panic(err)
	}
	published, err := knowledge.Publish(context.Background(), base, nil)
	if err != nil {
		panic(err)
	}
	return published
})

func TestEngine_answers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, shop)
		b.run(b.engine)
		b.write("ann", "when are you open")
		c := b.until("ann", done)
		_, out := b.lines("ann")
		if len(out) != 1 || !strings.Contains(out[0].Text, "From nine to six.") || c.Owner != chat.OwnerBot || c.Language != "en" {
			t.Errorf("said %+v, owner %s, language %q", out, c.Owner, c.Language)
		}
		turn, ok, err := s.Turn(t.Context(), out[0])
		if err != nil || !ok || turn.Attempts != 1 || turn.FromSeq != 0 || turn.ToSeq != 1 || !strings.Contains(turn.Trace, "opening_hours") {
			t.Errorf("turn %+v, %v, %v", turn, ok, err)
		}
	})
}

// A turn that takes longer than its lease keeps it: nobody answers beside it.
func TestEngine_keepsALongTurn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		going := make(chan struct{})
		b := newBench(t, s, func() *knowledge.Published {
			<-going
			return shop()
		})
		b.lease = 400 * time.Millisecond
		b.clock = func() int64 { return time.Now().UnixMilli() }
		first, second := b.another(), b.another()
		b.engine = first
		b.run(first)
		b.write("ann", "when are you open")
		begun := b.until("ann", func(c store.Listed) bool { return c.LeaseBy != "" })
		b.run(second)
		b.until("ann", func(c store.Listed) bool { return c.LeaseUntil > begun.LeaseUntil+2*b.lease.Milliseconds() })
		close(going)
		b.until("ann", done)
		if _, out := b.lines("ann"); len(out) != 1 || b.asked.Load() != 1 {
			t.Errorf("said %d lines in %d turns", len(out), b.asked.Load())
		}
	})
}

// A turn that fails is tried again, so many times and no more; then people take over, the
// customer is told and the reason is kept.
func TestEngine_handsOverAfterFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after func() *knowledge.Published // what the bot meets when it gives up
	}{
		{"the turn fails", shop},
		{"giving up fails too", func() *knowledge.Published { panic("the base is broken") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				failures := atomic.Int64{}
				b := newBench(t, s, func() *knowledge.Published {
					if failures.Add(1) <= attempts {
						panic("the bot is broken")
					}
					return c.after()
				})
				b.run(b.engine)
				b.write("ann", "when are you open")
				for n := 1; n <= attempts; n++ {
					failed := b.until("ann", func(c store.Listed) bool { return c.Attempts == n && c.LeaseBy == "" })
					if failed.Owner != chat.OwnerBot || !failed.Pending() || failed.DueAt <= b.now.Load() {
						t.Errorf("after %d failures: owner %s, pending %v, due in %d ms", n, failed.Owner, failed.Pending(), failed.DueAt-b.now.Load())
					}
					b.tick(2 * time.Minute)
				}
				got := b.until("ann", func(c store.Listed) bool { return c.Owner == chat.OwnerQueue })
				if want := fmt.Sprintf("bot_failed: the bot failed %d times", attempts); got.Reason != want || got.Pending() || got.DueAt != 0 {
					t.Errorf("reason %q, want %q; pending %v, due at %d", got.Reason, want, got.Pending(), got.DueAt)
				}
				_, out := b.lines("ann")
				if len(out) != 1 || out[0].Text == "" {
					t.Errorf("the customer is told %+v", out)
				}
			})
		})
	}
}

// A turn that fails once and then works leaves no trace but its number of attempts.
func TestEngine_triesAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		calls := atomic.Int64{}
		b := newBench(t, s, func() *knowledge.Published {
			if calls.Add(1) == 1 {
				panic("only once")
			}
			return shop()
		})
		b.run(b.engine)
		b.write("ann", "when are you open")
		b.until("ann", func(c store.Listed) bool { return c.Attempts == 1 && c.LeaseBy == "" })
		b.tick(time.Minute)
		c := b.until("ann", done)
		_, out := b.lines("ann")
		if len(out) != 1 || c.Attempts != 0 || c.Owner != chat.OwnerBot {
			t.Errorf("said %+v after %d attempts, owner %s", out, c.Attempts, c.Owner)
		}
		if turn, _, err := s.Turn(t.Context(), out[0]); err != nil || turn.Attempts != 2 {
			t.Errorf("the turn counts %d attempts: %v", turn.Attempts, err)
		}
	})
}

func TestEngine_handsOverWithoutKnowledge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s, func() *knowledge.Published { return nil })
		b.run(b.engine)
		b.write("ann", "when are you open")
		c := b.until("ann", func(c store.Listed) bool { return c.Owner == chat.OwnerQueue })
		if !strings.HasPrefix(c.Reason, "no_knowledge: ") {
			t.Errorf("reason %q", c.Reason)
		}
		if _, out := b.lines("ann"); len(out) != 1 || out[0].Text == "" {
			t.Errorf("the customer is told %+v", out)
		}
		b.write("ann", "hello?")
		if c := b.of("ann"); c.DueAt != 0 || c.Pending() {
			t.Errorf("with people as owners a message is due at %d, pending %v", c.DueAt, c.Pending())
		}
	})
}

// held is a bot that waits in its first turn.
type held struct {
	first    atomic.Bool
	entered  chan struct{}
	released chan struct{}
	release  func()
}

// hold makes one; release must be deferred, so that no stop waits for ever.
func hold() *held {
	h := &held{entered: make(chan struct{}), released: make(chan struct{})}
	h.release = sync.OnceFunc(func() { close(h.released) })
	return h
}

func (h *held) published() *knowledge.Published {
	if !h.first.Swap(true) {
		close(h.entered)
		<-h.released
	}
	return shop()
}

// A message that arrives while the bot thinks is answered together with the one before, or,
// when the customer has waited long enough, by the next turn. It is never lost.
func TestEngine_messageDuringTheTurn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		longest int64
		replies int
	}{{"superseded", 6000, 1}, {"left to the next turn", 0, 2}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				h := hold()
				defer h.release()
				b := newBench(t, s, h.published)
				b.timing.SettleMax = c.longest
				b.engine = b.another()
				b.run(b.engine)
				b.write("ann", "when are you open")
				<-h.entered
				b.write("ann", "how do I return a parcel")
				h.release()
				b.tick(time.Millisecond) // what is due now lies in the past of the next look
				b.until("ann", done)
				_, out := b.lines("ann")
				var all string
				for _, m := range out {
					all += m.Text
				}
				if len(out) != c.replies || !strings.Contains(all, "From nine to six.") || !strings.Contains(all, "Within thirty days.") {
					t.Errorf("%d replies: %q", len(out), all)
				}
			})
		})
	}
}

// A worker whose lease was lost may not speak any more: another one has answered.
func TestEngine_lostLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := hold()
		defer h.release()
		b := newBench(t, s, h.published)
		b.run(b.engine)
		b.write("ann", "when are you open")
		<-h.entered
		other := b.another()
		b.now.Add(lease.Milliseconds() + 1)
		b.run(other)
		b.until("ann", done)
		_, before := b.lines("ann")
		h.release()
		// The late worker's commit comes before its next turn.
		b.write("bob", "when are you open")
		b.until("bob", done)
		testkit.Eventually(t, patience, func() bool { return b.asked.Load() >= 3 })
		if _, out := b.lines("ann"); len(before) != 1 || len(out) != 1 {
			t.Errorf("%d replies, then %d", len(before), len(out))
		}
	})
}

// A stop waits for the turns under way and begins no other.
func TestEngine_stop(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := hold()
		defer h.release()
		b := newBench(t, s, h.published)
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(ended)
			b.engine.Run(ctx, context.Background())
		}()
		b.write("ann", "when are you open")
		<-h.entered
		cancel()
		b.write("bob", "when are you open")
		select {
		case <-ended:
			t.Error("the stop did not wait for the turn")
		default:
		}
		h.release()
		<-ended
		if c := b.of("ann"); !done(c) {
			t.Error("the turn under way was not committed")
		}
		if c := b.of("bob"); done(c) || c.LeaseBy != "" {
			t.Errorf("a turn was begun after the stop: pending %v, claimed by %q", c.Pending(), c.LeaseBy)
		}
	})
}

// No more turns run at the same time than there are workers, and all of them are used.
func TestEngine_workers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people, workers = 20, 4
		var now, most atomic.Int64
		full := make(chan struct{})
		var once sync.Once
		b := newBench(t, s, func() *knowledge.Published {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			if n == workers {
				once.Do(func() { close(full) })
			}
			<-full
			return shop()
		})
		for p := range people {
			b.write(fmt.Sprintf("person-%02d", p), "when are you open")
		}
		b.run(b.engine)
		for p := range people {
			b.until(fmt.Sprintf("person-%02d", p), done)
		}
		if got := most.Load(); got != workers {
			t.Errorf("%d turns ran at the same time, want %d", got, workers)
		}
	})
}
