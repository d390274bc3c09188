package store

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// OwnerChange is a change of owner that a person asks for.
type OwnerChange struct {
	ConversationID chat.ConversationID
	Kind           chat.Kind
	Agent          string // user id of the new owner, for chat.Accept and chat.Assign
	Team           string // id of the team whose queue gets it, for chat.Transfer
	Actor          string // who asks
	Reason         string
	Epoch          int64 // the epoch that the person saw
	Outcome        string
	Note           string // for colleagues, kept as a line of the transcript; needs NoteID
	NoteID         chat.MessageID
	Packet         *Handoff    // what people get if the bot owns it until then
	Survey         *SurveyPlan // with chat.Resolve: ask the customer, if it is fitting
}

// ChangeOwner carries out a change of owner. If somebody else was first, so that
// the epoch is not the one the person saw, it is a Conflict and nothing changes.
// What the bot has queued but not sent dies with its epoch, unless it was handed over
// before: what it said then is still meant, whichever person gets the conversation.
func (tx *Tx) ChangeOwner(ctx context.Context, change OwnerChange, now int64) error {
	c, err := tx.LockConversation(ctx, change.ConversationID)
	if err != nil {
		return err
	}
	if c.Epoch != change.Epoch {
		return chat.Errorf(chat.Conflict, "somebody else changed this conversation meanwhile; it is now owned by %s", c.Owner)
	}
	if change.Kind == chat.Reopen {
		if err := tx.mayReopen(ctx, c); err != nil {
			return err
		}
	}
	if change.Kind == chat.Transfer {
		c.Team = change.Team
	}
	if c.Owner == chat.OwnerBot {
		change.Packet.hand(c)
	}
	t, err := transition(c, change.Kind, change.Agent, change.Reason, change.Actor, now)
	if err != nil {
		return err
	}
	if err := tx.closing(ctx, c, &change, t, now); err != nil {
		return err
	}
	if err := tx.SaveConversation(ctx, c, []chat.Transition{t}, now); err != nil || !ofPeople(t.From) || !ofPeople(t.To) {
		return err
	}
	if _, err := tx.lockLanes(ctx, []chat.ContactID{c.ContactID}); err != nil { // nobody may be about to send under the old epoch
		return err
	}
	return tx.restamp(ctx, c)
}

func ofPeople(o chat.Owner) bool { return o == chat.OwnerQueue || o == chat.OwnerAgent }

// ClaimQueue locks what waits for one of the teams and is not put aside, in the order
// of the queue. What somebody else is just working on is left out.
func (tx *Tx) ClaimQueue(ctx context.Context, teams []string, limit int) ([]*chat.Conversation, error) {
	in, args := db.OneOf(tx.Dialect, 1, teams)
	list, err := db.Collect(ctx, tx, scanConversation, selectConversation+"WHERE owner = 'queue' AND snoozed_until = 0 AND team "+in+
		" ORDER BY queue_rank, id LIMIT "+strconv.Itoa(limit)+tx.Dialect.SkipLocked, args...)
	if err != nil {
		return nil, err
	}
	contacts := make([]chat.ContactID, len(list))
	for i, c := range list {
		contacts[i] = c.ContactID
	}
	slices.Sort(contacts)
	_, err = tx.lockLanes(ctx, contacts)
	return list, err
}

// ClaimDesk locks what the desk has to look at now, due longest first. What somebody
// else is just working on is left out.
func (tx *Tx) ClaimDesk(ctx context.Context, now int64, limit int) ([]*chat.Conversation, error) {
	return db.Collect(ctx, tx, scanConversation, selectConversation+"WHERE desk_due_at > 0 AND desk_due_at <= $1 ORDER BY desk_due_at LIMIT $2"+
		tx.Dialect.SkipLocked, now, limit)
}

// LookAgain says when the desk has to look at a conversation again, or 0 for never.
// Nothing that pages show changes by it.
func (tx *Tx) LookAgain(ctx context.Context, id chat.ConversationID, at int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE conversations SET desk_due_at = $2 WHERE id = $1", string(id), at)
	return err
}

// Reply is a line that an agent sends.
type Reply struct {
	ConversationID chat.ConversationID
	// MessageID is made by the page that sends, so that a reply whose answer was
	// lost can be sent again without being doubled.
	MessageID chat.MessageID
	Agent     string
	Text      string
	Layout    chat.Layout     // empty means text; a template may leave after the window has closed
	Choices   []string        // what the line shows beside Text
	Media     []string        // the same: addresses
	Parts     []chat.Delivery // Text in sendable parts; id, text, layout and choices are read
	Pace      chat.Pace
	// SeenSeq is the newest line that the agent had seen. Newer ones, or another
	// agent who took the conversation since, make a reply a Conflict unless it is
	// Forced: the agent may be answering something that has changed.
	SeenSeq int64
	Forced  bool
	Packet  *Handoff // what the agent gets if the bot owns it until then
	// MayWait lets a line that the window does not let go wait for the customer's return.
	MayWait bool
}

// Reply queues an agent's line. Whoever answers takes the conversation, whoever
// owned it. It is a Conflict when the conversation is resolved, when WhatsApp's
// window has closed, or when there are lines that the agent has not seen.
func (tx *Tx) Reply(ctx context.Context, r Reply, now int64) error {
	c, err := tx.LockConversation(ctx, r.ConversationID)
	if err != nil {
		return err
	}
	unseen, err := tx.unseen(ctx, c, r)
	if err != nil {
		return err
	}
	known, err := db.Collect(ctx, tx, scanMessage, selectMessage+"WHERE id = $1", string(r.MessageID))
	switch {
	case err != nil:
		return err
	case len(known) > 0 && known[0].ConversationID == c.ID && known[0].Agent == r.Agent:
		return nil // it was sent already
	case len(known) > 0:
		return chat.Errorf(chat.Conflict, "this message id is taken; use a fresh one")
	case c.Owner == chat.OwnerNone:
		return chat.Errorf(chat.Conflict, "this conversation is resolved; open it again first")
	case c.WindowUntil <= now && !r.Layout.Template() && !r.MayWait:
		return chat.Errorf(chat.Conflict, "not sent: the 24-hour window has closed, and only a template may be sent now")
	case unseen > 0 && !r.Forced:
		return chat.Errorf(chat.Conflict, "%d new since you began writing; read first, or send anyway", unseen)
	}
	var transitions []chat.Transition
	if c.Owner != chat.OwnerAgent || c.Agent != r.Agent {
		t, err := transition(c, chat.Accept, r.Agent, "replied", r.Agent, now)
		if err != nil {
			return err
		}
		transitions = append(transitions, t)
		if err := tx.takeOver(ctx, c, r.Packet, t); err != nil {
			return err
		}
	}
	c.Replied(now)
	m := chat.Message{
		ID: r.MessageID, ConversationID: c.ID, Seq: c.Line(chat.Out, r.Text, now), Direction: chat.Out, Author: chat.AuthorAgent,
		Text: r.Text, Layout: cmp.Or(r.Layout, chat.LayoutText), Choices: r.Choices, Media: r.Media, Agent: r.Agent, At: now,
	}
	if err := tx.SaveConversation(ctx, c, transitions, now); err != nil {
		return err
	}
	if err := tx.InsertMessages(ctx, []chat.Message{m}); err != nil {
		return err
	}
	parts := deliveriesOf(c, m, r.Parts, now)
	if c.WindowUntil <= now && !r.Layout.Template() {
		return tx.withhold(ctx, parts, now)
	}
	return tx.queue(ctx, map[chat.ContactID][]*outgoing{c.ContactID: {{pace: r.Pace, deliveries: parts}}}, now)
}

// withhold stores deliveries beside their lane; Requeue puts them into it.
func (tx *Tx) withhold(ctx context.Context, list []chat.Delivery, now int64) error {
	rows := make([][]any, len(list))
	for i := range list {
		list[i].State, list[i].Reason, list[i].DoneAt = chat.Withheld, ReasonHeld, now
		rows[i] = deliveryRow(&list[i])
	}
	_, err := tx.Insert(ctx, "deliveries", deliveryColumns, rows, "")
	return err
}

// Line is something that the house itself tells a customer, such as that their place
// in the queue is kept.
type Line struct {
	ConversationID chat.ConversationID
	MessageID      chat.MessageID
	Text           string
	Layout         chat.Layout     // empty means text; a template may leave after the window has closed
	Parts          []chat.Delivery // Text in sendable parts; id, text, layout and choices are read
	Pace           chat.Pace
}

// Say queues a line of the house under the present epoch, so that it is cancelled if
// the owner changes before it leaves. It is a Conflict when WhatsApp's window has closed.
func (tx *Tx) Say(ctx context.Context, l Line, now int64) error {
	c, err := tx.LockConversation(ctx, l.ConversationID)
	if err != nil {
		return err
	}
	if c.WindowUntil <= now && !l.Layout.Template() {
		return chat.Errorf(chat.Conflict, "not sent: the 24-hour window has closed, and only a template may be sent now")
	}
	m := chat.Message{
		ID: l.MessageID, ConversationID: c.ID, Seq: c.Line(chat.Out, l.Text, now), Direction: chat.Out, Author: chat.AuthorSystem,
		Text: l.Text, Layout: cmp.Or(l.Layout, chat.LayoutText), At: now,
	}
	if err := tx.SaveConversation(ctx, c, nil, now); err != nil {
		return err
	}
	if err := tx.InsertMessages(ctx, []chat.Message{m}); err != nil {
		return err
	}
	return tx.queue(ctx, map[chat.ContactID][]*outgoing{c.ContactID: {{pace: l.Pace, deliveries: deliveriesOf(c, m, l.Parts, now)}}}, now)
}

// mayReopen keeps the rule that a contact has at most one open conversation.
func (tx *Tx) mayReopen(ctx context.Context, c *chat.Conversation) error {
	open, err := db.Collect(ctx, tx, scanConversation, selectConversation+"WHERE owner <> 'none' AND contact_id = $1", string(c.ContactID))
	if err == nil && len(open) > 0 {
		err = chat.Errorf(chat.Conflict, "this customer has another open conversation; go on there")
	}
	return err
}

// unseen counts what was said since the line that the agent had seen and, when it is
// another one's now, who took the conversation. The agent's own lines count too: they
// may come from another page. Being given the conversation is no news to its agent.
func (tx *Tx) unseen(ctx context.Context, c *chat.Conversation, r Reply) (n int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT
		(SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND seq > $2) +
		(SELECT COUNT(*) FROM transitions WHERE conversation_id = $1 AND seq > $2 AND to_owner = 'agent' AND actor <> $3 AND $4 <> $3)`,
		string(r.ConversationID), r.SeenSeq, r.Agent, c.Agent).Scan(&n)
	return n, err
}

// LockConversation loads a conversation and keeps it from others until the
// transaction ends; a missing one is NotFound.
func (tx *Tx) LockConversation(ctx context.Context, id chat.ConversationID) (*chat.Conversation, error) {
	found, err := tx.lockConversations(ctx, []chat.ConversationID{id})
	if err != nil {
		return nil, err
	}
	if found[id] == nil {
		return nil, chat.Errorf(chat.NotFound, "there is no such conversation")
	}
	return found[id], nil
}

// SaveConversation writes whatever people have changed of a locked conversation, with
// the changes of owner that it went through, and tells the feed.
func (tx *Tx) SaveConversation(ctx context.Context, c *chat.Conversation, transitions []chat.Transition, now int64) error {
	changed := []*chat.Conversation{c}
	if err := tx.saveConversations(ctx, changed, byOwner); err != nil {
		return err
	}
	if err := tx.insertTransitions(ctx, transitions); err != nil {
		return err
	}
	return tx.announce(ctx, changed, now)
}

// deliveriesOf makes the deliveries of a line under the conversation's present epoch.
func deliveriesOf(c *chat.Conversation, m chat.Message, parts []chat.Delivery, now int64) []chat.Delivery {
	out := make([]chat.Delivery, len(parts))
	for i, p := range parts {
		out[i] = chat.Delivery{
			ID: p.ID, Workspace: c.Workspace, ContactID: c.ContactID, ConversationID: c.ID, MessageID: m.ID,
			Part: i, Parts: len(parts), Author: m.Author, Epoch: c.Epoch,
			Layout: p.Layout, Text: p.Text, Choices: p.Choices, State: chat.Queued, QueuedAt: now,
		}
	}
	return out
}
