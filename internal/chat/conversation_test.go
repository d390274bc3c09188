package chat

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var kinds = []Kind{Offer, Accept, Assign, PassBack, Transfer, Expire, Resolve, Reopen}

func TestOwnership_epochRisesWithEveryChangeAndOnlyThen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := Ownership{Owner: OwnerBot, Epoch: 1}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			agent := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "agent")
			next, err := o.Apply(kind, agent)
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || next != o {
					t.Fatalf("%s from %+v: %v left %+v", kind, o, err, next)
				}
				continue
			}
			if next.Epoch != o.Epoch+1 {
				t.Fatalf("%s: epoch %d after %d", kind, next.Epoch, o.Epoch)
			}
			if (next.Owner == OwnerAgent) != (next.Agent != "") {
				t.Fatalf("%s: owner %s with agent %q", kind, next.Owner, next.Agent)
			}
			if next.MaySend(AuthorBot, o.Epoch) || next.MaySend(AuthorSystem, o.Epoch) {
				t.Fatalf("%s: a draft of the bot from before the change may still leave", kind)
			}
			if !next.MaySend(AuthorAgent, o.Epoch) || !next.MaySend(AuthorBot, next.Epoch) {
				t.Fatalf("%s: what is meant may not leave", kind)
			}
			o = next
		}
	})
}

func TestOwnership_allowedChanges(t *testing.T) {
	t.Parallel()
	allowed := map[Owner][]Kind{
		OwnerBot:   {Offer, Accept, Assign, Transfer, Resolve},
		OwnerQueue: {Accept, Assign, PassBack, Transfer, Resolve},
		OwnerAgent: {Accept, Assign, PassBack, Transfer, Expire, Resolve},
		OwnerNone:  {Reopen},
	}
	for owner, want := range allowed {
		for _, kind := range kinds {
			_, err := Ownership{Owner: owner, Epoch: 3, Agent: "x"}.Apply(kind, "a")
			if ok := slices.Contains(want, kind); ok != (err == nil) {
				t.Errorf("%s from %s: %v", kind, owner, err)
			}
		}
	}
}

// machine drives one conversation with any mixture of customers writing, workers
// claiming, finishing, failing, dying, and people changing the owner.
type machine struct {
	c       Conversation
	now     int64
	held    map[string]hold // claims that workers believe in
	workers int
	handled map[int64]int // inbound seq -> how often a commit or a change of owner settled it
}

type hold struct{ epoch, watermark, done int64 }

var testTiming = Timing{Settle: 1200, SettleMax: 6000}

func (m *machine) settle(from, to int64) {
	for seq := from + 1; seq <= to; seq++ {
		if _, inbound := m.handled[seq]; inbound {
			m.handled[seq]++
		}
	}
}

func (m *machine) Receive(t *rapid.T) {
	seq := m.c.Receive("text", m.now, testTiming)
	m.handled[seq] = 0
	if m.c.Owner != OwnerBot {
		m.handled[seq] = 1
	}
}

func (m *machine) Wait(t *rapid.T) { m.now += rapid.Int64Range(1, 40_000).Draw(t, "ms") }

func (m *machine) Claim(t *rapid.T) {
	if !m.c.Claimable(m.now) {
		t.Skip("nothing due")
	}
	m.workers++
	by := string(rune('a' + m.workers%26))
	m.held[by] = hold{m.c.Epoch, m.c.InSeq, m.c.DoneSeq}
	m.c.Claim(by, m.now, 30_000)
}

func (m *machine) Finish(t *rapid.T) {
	by := m.worker(t)
	h := m.held[by]
	delete(m.held, by)
	before := m.c.DoneSeq
	if m.c.Finish(by, h.epoch, h.watermark, m.now, testTiming) == Committed {
		if before != h.done {
			t.Fatalf("committed over another commit: done %d, claimed at %d", before, h.done)
		}
		m.settle(before, m.c.DoneSeq)
		m.c.Line(Out, "answer", m.now)
	} else if m.c.DoneSeq != before {
		t.Fatal("a refused turn moved the watermark")
	}
}

func (m *machine) Fail(t *rapid.T) {
	by := m.worker(t)
	delete(m.held, by)
	m.c.Fail(by, m.now+5000)
}

func (m *machine) ChangeOwner(t *rapid.T) {
	before := m.c.DoneSeq
	if m.c.Change(rapid.SampledFrom(kinds).Draw(t, "kind"), "agent", "why", m.now) == nil {
		m.settle(before, m.c.DoneSeq)
	}
}

func (m *machine) worker(t *rapid.T) string {
	if len(m.held) == 0 {
		t.Skip("no worker has a turn")
	}
	return rapid.SampledFrom(slices.Sorted(func(yield func(string) bool) {
		for by := range m.held {
			if !yield(by) {
				return
			}
		}
	})).Draw(t, "worker")
}

func (m *machine) Check(t *rapid.T) {
	c := &m.c
	if c.DoneSeq > c.InSeq || c.InSeq > c.LastSeq {
		t.Fatalf("sequence numbers crossed: done %d, in %d, last %d", c.DoneSeq, c.InSeq, c.LastSeq)
	}
	if c.Pending() && (c.DueAt == 0 || c.Owner != OwnerBot) {
		t.Fatalf("a message waits and nothing is due: %+v", *c)
	}
	if !c.Pending() && c.DueAt != 0 {
		t.Fatalf("a turn is due and nothing waits: %+v", *c)
	}
	for seq, n := range m.handled {
		if want := seq <= c.DoneSeq; (n == 1) != want || n > 1 {
			t.Fatalf("line %d was settled %d times, done is %d", seq, n, c.DoneSeq)
		}
	}
}

func TestConversation_neverLosesOrDoublesAMessage(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{c: Open("c", "shop", "p", "r", 1), now: 1, held: map[string]hold{}, handled: map[int64]int{}}
		t.Repeat(rapid.StateMachineActions(m))
		// However it went, waiting and one healthy worker settle everything.
		for range 10 {
			if !m.c.Pending() {
				break
			}
			m.now = max(m.now, m.c.DueAt, m.c.LeaseUntil)
			if !m.c.Claimable(m.now) {
				t.Fatalf("pending, due and free, but not claimable: %+v", m.c)
			}
			m.c.Claim("healthy", m.now, 30_000)
			m.c.Finish("healthy", m.c.Epoch, m.c.InSeq, m.now, testTiming)
		}
		if m.c.Pending() {
			t.Fatalf("still pending: %+v", m.c)
		}
	})
}

func TestReceive_settlesAfterTheLastAndCapsAtTheFirst(t *testing.T) {
	t.Parallel()
	c := Open("c", "shop", "p", "r", 0)
	for _, step := range []struct{ at, due int64 }{{1000, 2200}, {2000, 3200}, {5000, 6200}, {6500, 7000}, {9000, 7000}} {
		c.Receive("x", step.at, testTiming)
		if c.DueAt != step.due {
			t.Errorf("written at %d: due at %d, want %d", step.at, c.DueAt, step.due)
		}
	}
	if c.WindowUntil != 9000+Window {
		t.Errorf("window until %d", c.WindowUntil)
	}
}

func TestLane_keepsThePace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Pace{Interval: rapid.Int64Range(0, 10_000).Draw(t, "interval"), Burst: rapid.Int64Range(1, 10).Draw(t, "burst")}
		var l Lane
		var sent []int64
		now, waiting := int64(1), 0
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.Int64Range(0, 15_000).Draw(t, "pause")
			l.Queue(now, p)
			waiting++
			for waiting > 0 && l.DueAt <= now {
				l.Claim("s", now, 1000)
				l.Spend(now, p)
				sent = append(sent, now)
				waiting--
				l.Release(waiting > 0, now, 0, p)
			}
			if (waiting > 0) != (l.DueAt > 0) {
				t.Fatalf("%d waiting, due at %d", waiting, l.DueAt)
			}
		}
		if p.Interval == 0 {
			return
		}
		// Told again from the sends alone: a borrowing lasts one interval, holds at
		// most Burst, and is paid for before the next message.
		for i := 0; i < len(sent); {
			n := i
			for n < len(sent) && sent[n] < sent[i]+p.Interval {
				n++
			}
			if borrowed := int64(n - i); borrowed > p.Burst {
				t.Fatalf("%d messages within %d ms with %+v", borrowed, p.Interval, p)
			} else if n < len(sent) && sent[n] < sent[i]+borrowed*p.Interval {
				t.Fatalf("sent at %d, before the %d of %d were paid for; %+v", sent[n], borrowed, sent[i], p)
			}
			i = n
		}
	})
}

func TestPreview_isOneShortRow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := []rune(Preview(rapid.String().Draw(t, "text")))
		if len(got) > 120 || slices.Contains(got, '\n') || slices.Contains(got, '\t') {
			t.Fatalf("preview %q", string(got))
		}
	})
}

func TestArrive_keywordTakesOverWhatTheBotHas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		owner         Owner
		language      string
		route, spoken string
		keyword       bool
		want, speaks  string
	}{
		"the first line":          {OwnerBot, "", "support", "", false, "support", ""},
		"with a language":         {OwnerBot, "", "support", "fr", false, "support", "fr"},
		"what is spoken stays":    {OwnerBot, "en", "support", "fr", false, "support", "en"},
		"a keyword":               {OwnerBot, "en", "returns", "", true, "returns", "en"},
		"a keyword in a language": {OwnerBot, "en", "returns", "fr", true, "returns", "fr"},
		"another catch-all":       {OwnerBot, "", "other", "fr", false, "support", ""},
		"a keyword in the queue":  {OwnerQueue, "en", "returns", "fr", true, "support", "en"},
		"a keyword to an agent":   {OwnerAgent, "en", "returns", "fr", true, "support", "en"},
	} {
		conversation := Conversation{Route: "support", Language: c.language, Ownership: Ownership{Owner: c.owner}}
		conversation.Arrive(c.route, c.spoken, c.keyword)
		if conversation.Route != c.want || conversation.Language != c.speaks {
			t.Errorf("%s: route %s, language %q", name, conversation.Route, conversation.Language)
		}
	}
}
