package chat

import (
	"testing"

	"pgregory.net/rapid"
)

// desk drives one conversation as customers, agents and the desk do, and keeps its own,
// simpler account of who waits since when.
type desk struct {
	c       Conversation
	now     int64
	waits   int64 // since when the customer waits for a person
	answers int
}

var testPatience = Patience{Silent: 30 * 60_000, Reassure: 10 * 60_000}

func (d *desk) Wait(t *rapid.T) { d.now += rapid.Int64Range(1, 45*60_000).Draw(t, "ms") }

func (d *desk) Write(t *rapid.T) {
	if d.c.Owner == OwnerNone {
		t.Skip("it is over")
	}
	asleep := d.c.SnoozedUntil
	d.c.Receive("text", d.now, testTiming)
	if d.c.Owner == OwnerQueue || d.c.Owner == OwnerAgent {
		if d.waits == 0 {
			d.waits = d.now
		}
		if d.c.SnoozedUntil != 0 {
			t.Fatalf("the customer wrote, and it is still put aside until %d", asleep)
		}
	}
}

func (d *desk) Change(t *rapid.T) {
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	before, waitingFrom := d.c, d.c.WaitingFrom
	if d.c.Change(kind, "agent", "why", d.now) != nil {
		if d.c != before {
			t.Fatalf("a refused %s changed %+v to %+v", kind, before, d.c)
		}
		return
	}
	switch d.c.Owner {
	case OwnerBot, OwnerNone:
		d.waits = 0
	default:
		if before.Owner == OwnerBot && before.Pending() {
			d.waits = waitingFrom
		} else if kind == Offer {
			d.waits = d.now
		}
		if d.c.HandedAt == 0 || before.HandedAt > 0 && d.c.HandedAt != before.HandedAt {
			t.Fatalf("%s: first handed over at %d, was %d", kind, d.c.HandedAt, before.HandedAt)
		}
	}
	if d.c.SnoozedUntil != 0 {
		t.Fatalf("%s left it put aside", kind)
	}
}

func (d *desk) Reply(t *rapid.T) {
	if d.c.Owner != OwnerAgent {
		t.Skip("nobody to answer")
	}
	d.c.Replied(d.now)
	d.waits = 0
	d.answers++
}

func (d *desk) Snooze(t *rapid.T) {
	until := rapid.SampledFrom([]int64{0, d.now, d.now + 3_600_000}).Draw(t, "until")
	if err := d.c.Snooze(until, d.now); err == nil && d.c.SnoozedUntil != until {
		t.Fatalf("put aside until %d, wanted %d", d.c.SnoozedUntil, until)
	}
}

func (d *desk) Prioritize(t *rapid.T) {
	p := Priority(rapid.IntRange(-1, 3).Draw(t, "priority"))
	before := d.c
	if err := d.c.Prioritize(p); (err == nil) != (p >= Normal && p <= Urgent) || err != nil && d.c != before {
		t.Fatalf("priority %d: %v, %+v", p, err, d.c.People)
	}
}

// Look is the desk's look at what is due.
func (d *desk) Look(t *rapid.T) {
	if d.c.DeskDueAt == 0 || d.c.DeskDueAt > d.now {
		t.Skip("nothing due")
	}
	if d.c.SnoozedUntil > 0 {
		d.c.Wake(d.now)
	}
	ends := testPatience.Ends(&d.c)
	switch {
	case ends > d.now:
		d.c.DeskDueAt = ends
	case ends > 0 && d.c.Owner == OwnerAgent:
		if err := d.c.Change(Expire, "", "silent", d.now); err != nil {
			t.Fatal(err)
		}
	default:
		d.c.DeskDueAt = 0
	}
}

func (d *desk) Check(t *rapid.T) {
	c := &d.c
	if c.AskedAt != d.waits {
		t.Fatalf("the customer waits since %d, the conversation says %d: %+v", d.waits, c.AskedAt, *c)
	}
	if (c.RepliedAt > 0) != (d.answers > 0) {
		t.Fatalf("%d answers, first at %d", d.answers, c.RepliedAt)
	}
	people := c.Owner == OwnerQueue || c.Owner == OwnerAgent
	if !people && (c.AskedAt != 0 || c.DeskDueAt != 0 || c.SnoozedUntil != 0 || c.AssignedAt != 0) {
		t.Fatalf("people have nothing to do with it, yet %+v", c.People)
	}
	// Nobody is forgotten: who waits with an agent is looked at, at the latest when patience ends.
	if c.Owner == OwnerAgent && c.AskedAt > 0 {
		limit := max(testPatience.Ends(c), c.SnoozedUntil)
		if c.DeskDueAt == 0 || c.DeskDueAt > limit {
			t.Fatalf("looked at again at %d, patience ends at %d: %+v", c.DeskDueAt, limit, *c)
		}
	}
	if c.SnoozedUntil > 0 && c.DeskDueAt != c.SnoozedUntil {
		t.Fatalf("put aside until %d, looked at at %d", c.SnoozedUntil, c.DeskDueAt)
	}
	if c.Owner == OwnerAgent && c.AssignedAt == 0 {
		t.Fatal("an agent has it since never")
	}
}

func TestPeople_nobodyWhoWaitsIsForgotten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := &desk{c: Open("c", "shop", "p", "r", 1), now: 1}
		t.Repeat(rapid.StateMachineActions(d))
	})
}

// queued is a conversation that came to the queue at a time.
func queued(t interface{ Fatal(...any) }, at int64, p Priority) *Conversation {
	c := Open("c", "shop", "p", "r", at)
	c.Priority = p
	if err := c.Change(Offer, "", "why", at); err != nil {
		t.Fatal(err)
	}
	return &c
}

func TestQueueRank_waitingRaisesEverybody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Int64Range(1_700_000_000_000, 1_800_000_000_000).Draw(t, "at")
		later := at + rapid.Int64Range(1, 3*24*60*60_000).Draw(t, "later")
		first, second := rapid.IntRange(0, 2).Draw(t, "first"), rapid.IntRange(0, 2).Draw(t, "second")
		a, b := queued(t, at, Priority(first)), queued(t, later, Priority(second))
		head := []int64{0, highCredit, urgentCredit}
		if want := later-at > head[second]-head[first]; (a.QueueRank < b.QueueRank) != want && later-at != head[second]-head[first] {
			t.Fatalf("priorities %d and %d, %d ms apart: ranks %d and %d", first, second, later-at, a.QueueRank, b.QueueRank)
		}
	})
}

func TestQueueRank_whoWasForgottenByAnAgentComesFirst(t *testing.T) {
	t.Parallel()
	const hour = 60 * 60_000
	forgotten, patient := queued(t, 10*hour, Normal), queued(t, 5*hour, High)
	if err := forgotten.Change(Assign, "ben", "", 10*hour+1); err != nil {
		t.Fatal(err)
	}
	if err := forgotten.Change(Expire, "", "silent", 11*hour); err != nil {
		t.Fatal(err)
	}
	if forgotten.QueueRank >= patient.QueueRank {
		t.Errorf("ranks %d and %d", forgotten.QueueRank, patient.QueueRank)
	}
	urgent := queued(t, 10*hour-1, Urgent)
	if urgent.QueueRank >= forgotten.QueueRank {
		t.Errorf("what is urgent and came earlier has rank %d, after %d", urgent.QueueRank, forgotten.QueueRank)
	}
	// Given to another team by a person, it has no such claim any more.
	if err := forgotten.Change(Transfer, "", "", 11*hour+1); err != nil || forgotten.QueueRank != 10*hour {
		t.Errorf("rank %d after a transfer (%v)", forgotten.QueueRank, err)
	}
}

func TestPatience_neverMeansNever(t *testing.T) {
	t.Parallel()
	c := queued(t, 1000, Normal)
	if ends := testPatience.Ends(c); ends != 1000+testPatience.Reassure {
		t.Errorf("in the queue it ends at %d", ends)
	}
	if ends := (Patience{Silent: 1}).Ends(c); ends != 0 {
		t.Errorf("without a setting it ends at %d", ends)
	}
	if err := c.Change(Assign, "ben", "", 5000); err != nil {
		t.Fatal(err)
	}
	if ends := testPatience.Ends(c); ends != 5000+testPatience.Silent {
		t.Errorf("with an agent it ends at %d", ends)
	}
	c.Replied(6000)
	if ends := testPatience.Ends(c); ends != 0 {
		t.Errorf("answered, it ends at %d", ends)
	}
}
