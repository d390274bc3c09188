package chat

// Priority orders the queue before waiting time does.
type Priority int

// The priorities, from least to most.
const (
	Normal Priority = iota
	High
	Urgent
)

// How many milliseconds of waiting a priority is worth, so that waiting raises
// everybody in the queue: a normal one that has waited for a quarter of an hour goes
// before a fresh high one. What came back from an agent who fell silent is at the
// head, beside what is urgent.
const (
	highCredit   = 15 * 60 * 1000
	urgentCredit = 24 * 60 * 60 * 1000
)

// People is what a conversation needs for the people who take care of it. Its rules
// are carried out by the methods of Conversation, and hold for every owner:
//
//   - While the customer waits for a person, AskedAt says since when; only a person's
//     answer, the bot or the end of the conversation ends that wait.
//   - Whoever begins to wait, and whoever changes hands while waiting, is looked at by
//     the desk at once: DeskDueAt is then the present, and the desk puts it to where its
//     patience ends.
//   - A line of the customer ends a snooze.
type People struct {
	Team         string // id of the team it is meant for; empty means any
	Topic        string // intent it is about; empty if nobody knows
	Priority     Priority
	HandedAt     int64 // when people first got it; 0 if they never did
	AskedAt      int64 // arrival of the oldest line of the customer that no person has answered; 0 if there is none
	RepliedAt    int64 // when a person first answered; 0 if nobody did
	DeskDueAt    int64 // when the desk has to look at it again, whoever waits for whom; 0 if never
	SnoozedUntil int64 // until when an agent has put it aside; 0 if it is not
	Outcome      string
	AssignedAt   int64 // when its agent got it, or took it up again; kept while it is back in the queue because they fell silent, else 0
	QueueRank    int64 // its place in the queue: lower comes first; means nothing elsewhere
}

// changed brings what people see in line with a change of owner.
func (c *Conversation) changed(kind Kind, now int64) {
	c.SnoozedUntil, c.DeskDueAt = 0, 0
	switch c.Owner {
	case OwnerBot, OwnerNone:
		c.AskedAt, c.AssignedAt = 0, 0
		if kind == Reopen {
			c.Outcome = ""
		}
		return
	case OwnerAgent:
		c.AssignedAt = now
	case OwnerQueue:
		if kind != Expire {
			c.AssignedAt = 0
		}
		if kind == Offer && c.AskedAt == 0 {
			c.AskedAt = now
		}
	}
	if c.HandedAt == 0 {
		c.HandedAt = now
	}
	if c.AskedAt > 0 {
		c.DeskDueAt = now
	}
	c.line()
}

// asked notes a line of the customer while people own the conversation.
func (c *Conversation) asked(now int64) {
	if c.AskedAt == 0 {
		c.AskedAt, c.DeskDueAt = now, now
	}
	c.Wake(now)
}

// Wake ends a snooze; one that is not put aside stays as it is. Its agent's time to
// answer begins anew.
func (c *Conversation) Wake(now int64) {
	if c.SnoozedUntil == 0 {
		return
	}
	c.SnoozedUntil, c.DeskDueAt = 0, 0
	if c.AskedAt > 0 {
		c.DeskDueAt = now
	}
	if c.Owner == OwnerAgent {
		c.AssignedAt = now
	}
}

// Replied notes a person's answer: nobody waits any more, and what was put aside is
// being worked on.
func (c *Conversation) Replied(now int64) {
	c.AskedAt, c.DeskDueAt, c.SnoozedUntil = 0, 0, 0
	if c.RepliedAt == 0 {
		c.RepliedAt = now
	}
}

// Prioritize moves a conversation in the queue, if it is there, and is remembered for
// the next time if it is not.
func (c *Conversation) Prioritize(p Priority) error {
	if p < Normal || p > Urgent {
		return Errorf(Invalid, "a priority is normal, high or urgent")
	}
	c.Priority = p
	c.line()
	return nil
}

// line puts a conversation in its place in the queue.
func (c *Conversation) line() {
	if c.Owner != OwnerQueue {
		return
	}
	c.QueueRank = c.Waits()
	switch c.Priority {
	case High:
		c.QueueRank -= highCredit
	case Urgent:
		c.QueueRank -= urgentCredit
	}
	if c.AssignedAt > 0 {
		c.QueueRank -= urgentCredit
	}
}

// Waits says since when somebody has to do something: since the customer's question
// if there is one, else since the conversation was queued; 0 outside of the queue
// when nobody waits.
func (c *Conversation) Waits() int64 {
	if c.AskedAt > 0 {
		return c.AskedAt
	}
	return c.QueuedAt
}

// Snooze puts a conversation of people aside until a time, or takes it up again when
// until is 0. Neither changes its owner. The customer's next line ends it as well.
func (c *Conversation) Snooze(until, now int64) error {
	switch {
	case c.Owner != OwnerQueue && c.Owner != OwnerAgent:
		return Errorf(Conflict, "only a conversation that people have can be put aside; take it over first")
	case until != 0 && until <= now:
		return Errorf(Invalid, "the time until which it is put aside has passed; choose a later one")
	case until == 0:
		c.Wake(now)
	default:
		c.SnoozedUntil, c.DeskDueAt = until, until
	}
	return nil
}

// Patience is how long the desk lets a customer wait, in milliseconds. Zero means
// for ever.
type Patience struct {
	Silent   int64 // with an agent who says nothing, before the queue gets it back
	Reassure int64 // in the queue, before the customer is told that the place is kept
}

// Ends says when the desk's patience with the present owner ends, or 0 if it does not:
// nobody waits, it is put aside, or the setting says never.
func (p Patience) Ends(c *Conversation) int64 {
	if c.AskedAt == 0 || c.SnoozedUntil > 0 {
		return 0
	}
	switch {
	case c.Owner == OwnerAgent && p.Silent > 0:
		return max(c.AskedAt, c.AssignedAt) + p.Silent
	case c.Owner == OwnerQueue && p.Reassure > 0:
		return max(c.AskedAt, c.QueuedAt) + p.Reassure
	}
	return 0
}
