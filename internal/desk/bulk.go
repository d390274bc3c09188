package desk

import (
	"context"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// MaxBulk is to how many conversations one thing can be done at once.
const MaxBulk = 200

// Bulk is one thing that an agent does to many conversations.
type Bulk struct {
	IDs     []chat.ConversationID
	Action  string // assign, resolve, tag, snooze, pass_back or take
	Agent   string // user id of who asks
	User    string // assign: user id of who gets them
	Team    string // assign: id of the team that gets them instead; whether either may is a question for the roster
	Tag     string // tag: what to add
	Until   int64  // snooze: unix milliseconds; 0 brings them back
	Outcome string // resolve
}

// BulkResult is what became of one of them.
type BulkResult struct {
	ID  chat.ConversationID
	Err error // nil when it was done
}

// Bulk does it to each in a transaction of its own, in the order of the list. Its
// error is about what was asked; what failed with one conversation is in its result.
// Work that is cut short by ctx is reported for those that were not reached.
func (d *Desk) Bulk(ctx context.Context, b Bulk) ([]BulkResult, error) {
	one, err := d.bulkAction(ctx, b)
	if err != nil {
		return nil, err
	}
	if len(b.IDs) == 0 || len(b.IDs) > MaxBulk {
		return nil, chat.Errorf(chat.Invalid, "ids: has %d conversations; choose 1 to %d", len(b.IDs), MaxBulk)
	}
	out := make([]BulkResult, len(b.IDs))
	done := map[chat.ConversationID]bool{}
	for i, id := range b.IDs {
		out[i].ID = id
		if done[id] {
			continue // listed twice
		}
		done[id] = true
		if out[i].Err = ctx.Err(); out[i].Err == nil {
			out[i].Err = one(id)
		}
	}
	return out, nil
}

// bulkAction checks what is asked and gives what does it to one conversation.
func (d *Desk) bulkAction(ctx context.Context, b Bulk) (func(chat.ConversationID) error, error) {
	owner := func(kind chat.Kind) func(chat.ConversationID) error {
		return func(id chat.ConversationID) error { return d.changeNow(ctx, id, kind, b) }
	}
	switch b.Action {
	case "take":
		return owner(chat.Accept), nil
	case "pass_back":
		return owner(chat.PassBack), nil
	case "resolve":
		return owner(chat.Resolve), Change{Kind: chat.Resolve, Outcome: b.Outcome}.check()
	case "assign":
		return func(id chat.ConversationID) error {
			c, err := d.store.Conversation(ctx, id)
			if err != nil {
				return err
			}
			return d.Transfer(ctx, Transfer{ConversationID: id, Epoch: c.Epoch, User: b.User, Team: b.Team, Agent: b.Agent})
		}, nil
	case "tag":
		tag, err := inbox.CleanTag(b.Tag)
		return func(id chat.ConversationID) error {
			return d.commit(ctx, func(tx *store.Tx) error { return inbox.AddTag(ctx, tx, id, tag, d.now()) }, store.TopicFeed)
		}, err
	case "snooze":
		return func(id chat.ConversationID) error { return d.Snooze(ctx, id, b.Until) }, nil
	}
	return nil, chat.Errorf(chat.Invalid, "action: %q is none; use assign, resolve, tag, snooze, pass_back or take", b.Action)
}

// changeNow changes the owner of a conversation as it is at the moment. What is the
// agent's already is not taken again.
func (d *Desk) changeNow(ctx context.Context, id chat.ConversationID, kind chat.Kind, b Bulk) error {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return err
	}
	if kind == chat.Accept && c.Owner == chat.OwnerAgent && c.Agent == b.Agent {
		return nil
	}
	change := Change{ConversationID: id, Kind: kind, Agent: b.Agent, Epoch: c.Epoch}
	if kind == chat.Resolve {
		change.Outcome = b.Outcome
	}
	return d.Change(ctx, change)
}
