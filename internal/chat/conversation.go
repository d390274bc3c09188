package chat

// Window is how long WhatsApp lets a business answer freely after the
// customer's last message (Meta, "Customer service windows"), in milliseconds.
const Window = 24 * 60 * 60 * 1000

// Timing says how long to wait for a customer to finish writing, in
// milliseconds: Settle after their last message, but at most SettleMax after
// their first unanswered one.
type Timing struct {
	Settle    int64
	SettleMax int64
}

// Conversation is one engagement with a contact and, at the same time, the work
// item of the engine: a conversation whose DueAt has come wants a turn.
//
// Sequence numbers count every line of the conversation from 1 without gaps.
// The pair InSeq, DoneSeq is what makes a message impossible to lose: work is
// outstanding exactly while DoneSeq < InSeq, and DoneSeq moves only in the
// commit that answers, hands over or explains the silence.
type Conversation struct {
	ID        ConversationID
	Workspace string
	ContactID ContactID
	Route     string
	Language  string
	Ownership
	LastSeq     int64 // newest line
	InSeq       int64 // newest inbound line
	DoneSeq     int64 // newest inbound line that needs nothing more
	WaitingFrom int64 // arrival of the oldest inbound line not done; 0 if none
	DueAt       int64 // when a turn is wanted; 0 if none. With nothing pending: should the customer be silent until then
	LeaseUntil  int64 // until when LeaseBy may run the turn
	LeaseBy     string
	Attempts    int // turns begun since the last one that was committed
	WindowUntil int64
	BotState    string // the bot's own memory, opaque here
	LastText    string
	LastDir     Direction
	LastAt      int64
	QueuedAt    int64  // when it entered the queue; 0 if it is not there
	Reason      string // why the bot handed it over; empty if people took it by themselves
	People
	OpenedAt   int64
	ResolvedAt int64
}

// Open starts a conversation owned by the bot.
func Open(id ConversationID, workspace string, contact ContactID, route string, now int64) Conversation {
	return Conversation{
		ID: id, Workspace: workspace, ContactID: contact, Route: route,
		Ownership: Ownership{Owner: OwnerBot, Epoch: 1}, OpenedAt: now,
	}
}

// Arrive says by which route a line came. What begins on a route belongs to it, with the
// language that is spoken there, if one is. Later a keyword route takes over what the bot
// has, because its word is what the customer wants now; a catch-all never does, and
// nothing is taken over that people have.
func (c *Conversation) Arrive(route, spoken string, keyword bool) {
	takes := keyword && c.Route != route && c.Owner == OwnerBot
	if takes {
		c.Route = route
	}
	if spoken != "" && (takes || c.Language == "" && c.Route == route) {
		c.Language = spoken
	}
}

// Pending says whether an inbound line waits for the bot.
func (c *Conversation) Pending() bool { return c.DoneSeq < c.InSeq }

// Line gives the next sequence number to a line and remembers it as the last one.
func (c *Conversation) Line(dir Direction, text string, now int64) int64 {
	c.LastSeq++
	c.LastText, c.LastDir, c.LastAt = Preview(text), dir, now
	return c.LastSeq
}

// Receive takes an inbound line and returns its sequence number. With the bot
// as owner a turn becomes due once the customer has stopped writing; with
// people as owners nothing is due: they see the line themselves.
func (c *Conversation) Receive(text string, now int64, t Timing) int64 {
	c.InSeq = c.Line(In, text, now)
	c.WindowUntil = now + Window
	if c.Owner != OwnerBot {
		c.DoneSeq = c.InSeq
		c.asked(now)
		return c.InSeq
	}
	if c.WaitingFrom == 0 {
		c.WaitingFrom = now
	}
	c.DueAt = min(now+t.Settle, c.WaitingFrom+t.SettleMax)
	return c.InSeq
}

// Claimable says whether a worker may begin a turn now.
func (c *Conversation) Claimable(now int64) bool {
	return c.DueAt > 0 && c.DueAt <= now && c.LeaseUntil <= now
}

// Claim gives the turn to a worker until the lease ends. A worker that dies
// needs no help: the conversation is due again when its lease ends.
func (c *Conversation) Claim(by string, now, lease int64) {
	c.LeaseBy, c.LeaseUntil, c.DueAt = by, now+lease, now+lease
	c.Attempts++
}

// Verdict is what becomes of a turn that wants to commit.
type Verdict string

// A turn is committed; or superseded, because the customer wrote on while it
// ran and everything will be answered together; or stale, because the owner
// changed or the lease was lost, and its draft is thrown away.
const (
	Committed  Verdict = "committed"
	Superseded Verdict = "superseded"
	Stale      Verdict = "stale"
)

// Finish ends a turn that was claimed by a worker under an epoch and has seen
// every inbound line up to watermark. Only for Committed may the caller add the
// turn's lines.
//
// A draft is superseded only within SettleMax of the first unanswered line:
// somebody who never stops writing is still answered, and what came during the
// run is then left to the next turn. A turn about the customer's silence is always
// superseded by what they write.
func (c *Conversation) Finish(by string, epoch, watermark, now int64, t Timing) Verdict {
	if c.LeaseBy != by || c.Epoch != epoch {
		return Stale
	}
	c.release()
	if c.InSeq > watermark && (watermark == c.DoneSeq || now < c.WaitingFrom+t.SettleMax) {
		c.DueAt = min(max(now, c.LastAt+t.Settle), c.WaitingFrom+t.SettleMax)
		return Superseded
	}
	c.DoneSeq = max(c.DoneSeq, watermark)
	if c.Pending() {
		c.WaitingFrom, c.DueAt = now, now+t.Settle
	} else {
		c.WaitingFrom, c.DueAt = 0, 0
	}
	return Committed
}

// Recall asks for a turn at a time should the customer be silent until then; 0 asks for
// none. Whatever they write and every change of owner undoes it.
func (c *Conversation) Recall(at int64) {
	if at > 0 && c.Owner == OwnerBot && !c.Pending() {
		c.DueAt = at
	}
}

// Fail ends a turn without a result; it is tried again at retryAt.
func (c *Conversation) Fail(by string, retryAt int64) bool {
	if c.LeaseBy != by {
		return false
	}
	attempts := c.Attempts
	c.release()
	c.Attempts, c.DueAt = attempts, retryAt
	return true
}

func (c *Conversation) release() {
	c.LeaseBy, c.LeaseUntil, c.Attempts = "", 0, 0
}

// Change moves the conversation to another owner. Whoever ran a turn loses it.
// Handing to people marks everything unanswered as theirs, and what that means for
// them is told by People; handing to the bot asks for nothing until the customer
// writes again.
func (c *Conversation) Change(kind Kind, agent, reason string, now int64) error {
	next, err := c.Apply(kind, agent)
	if err != nil {
		return err
	}
	if c.Pending() && c.AskedAt == 0 {
		c.AskedAt = c.WaitingFrom
	}
	from := c.Owner
	c.Ownership = next
	c.release()
	c.DoneSeq, c.WaitingFrom, c.DueAt = c.InSeq, 0, 0
	c.QueuedAt, c.ResolvedAt = 0, 0
	switch next.Owner {
	case OwnerQueue:
		c.QueuedAt = now
	case OwnerNone:
		c.ResolvedAt = now
	}
	switch {
	case kind == Offer:
		c.Reason = reason
	case from == OwnerBot: // a person took it; there is no reason of the bot's for it
		c.Reason = ""
	}
	c.changed(kind, now)
	return nil
}

// Preview is what a list shows of a line: its first 120 characters on one row.
func Preview(text string) string {
	const limit = 120
	out := make([]rune, 0, limit)
	for _, r := range text {
		if r == '\n' || r == '\r' || r == '\t' {
			r = ' '
		}
		if len(out) == limit {
			out[limit-1] = '…'
			break
		}
		out = append(out, r)
	}
	return string(out)
}
