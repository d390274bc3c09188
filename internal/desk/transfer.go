package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/store"
)

// Transfer is a conversation given to a person or to a team by somebody. Whether they
// may have it is a question for the roster.
type Transfer struct {
	ConversationID chat.ConversationID
	Epoch          int64  // as who asks saw it
	User, Team     string // ids; exactly one of them is set
	Note           string // for colleagues, kept as a line of the transcript
	Agent          string // user id of who asks
}

// Transfer makes the person the owner, or puts the conversation into the team's queue.
func (d *Desk) Transfer(ctx context.Context, t Transfer) error {
	if utf8.RuneCountInString(t.Note) > maxPromise {
		return chat.Errorf(chat.Invalid, "the note is too long; at most %d characters are kept", maxPromise)
	}
	out := store.OwnerChange{
		ConversationID: t.ConversationID, Kind: chat.Assign, Agent: t.User, Actor: t.Agent, Epoch: t.Epoch,
		Note: strings.TrimSpace(t.Note), NoteID: chat.MessageID(chat.NewID()),
	}
	if t.Team != "" {
		out.Kind, out.Team = chat.Transfer, t.Team
	}
	before, err := d.store.Conversation(ctx, t.ConversationID)
	if err != nil {
		return err
	}
	if out.Packet, err = d.takenOver(ctx, before); err != nil {
		return err
	}
	return d.write(ctx, func(tx *store.Tx) error { return tx.ChangeOwner(ctx, out, d.now()) })
}
