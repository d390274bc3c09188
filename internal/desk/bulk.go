package desk

import (
	"context"
	"errors"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
	"parley/internal/store/roster"
)

// MaxBulk is to how many conversations one thing can be done at once.
const MaxBulk = 200

// Bulk is one thing that an agent does to many conversations.
type Bulk struct {
	IDs     []chat.ConversationID
	Action  string // assign, resolve, tag, snooze, pass_back or take
	Agent   string // user id of who asks
	To      string // assign: user id of the new owner
	Team    string // assign: id of the team whose queue gets them, instead
	Tag     string
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
	owner := func(kind chat.Kind, to string) func(chat.ConversationID) error {
		return func(id chat.ConversationID) error {
			return d.changeNow(ctx, store.OwnerChange{ConversationID: id, Kind: kind, Agent: to, Team: b.Team, Actor: b.Agent})
		}
	}
	switch b.Action {
	case "take":
		return owner(chat.Accept, b.Agent), nil
	case "pass_back":
		return owner(chat.PassBack, ""), nil
	case "resolve":
		return owner(chat.Resolve, ""), nil
	case "assign":
		if b.Team != "" {
			return owner(chat.Transfer, ""), d.mayQueue(ctx, b)
		}
		u, err := d.store.User(ctx, b.To)
		if e := (*chat.Error)(nil); errors.As(err, &e) || err == nil && u.DisabledAt != 0 {
			return nil, chat.Errorf(chat.Invalid, "userId: %q is no colleague who can log in; choose another", b.To)
		}
		return owner(chat.Assign, b.To), err
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

// mayQueue says why conversations cannot be put into a team's queue.
func (d *Desk) mayQueue(ctx context.Context, b Bulk) error {
	teams, err := roster.Teams(ctx, d.store.Read)
	switch {
	case err != nil:
		return err
	case b.To != "":
		return chat.Errorf(chat.Invalid, "name either userId or teamId")
	case !slices.ContainsFunc(teams, func(t roster.Team) bool { return t.ID == b.Team }):
		return chat.Errorf(chat.Invalid, "teamId: there is no such team")
	}
	return nil
}

// changeNow changes the owner of a conversation as it is at the moment.
func (d *Desk) changeNow(ctx context.Context, change store.OwnerChange) error {
	return d.write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockConversation(ctx, change.ConversationID)
		if err != nil {
			return err
		}
		if c.Owner == chat.OwnerAgent && c.Agent == change.Agent && (change.Kind == chat.Accept || change.Kind == chat.Assign) {
			return nil // it is theirs already
		}
		if c.Owner == chat.OwnerQueue && c.Team == change.Team && change.Kind == chat.Transfer {
			return nil // it waits there already
		}
		change.Epoch = c.Epoch
		return tx.ChangeOwner(ctx, change, d.now())
	})
}
