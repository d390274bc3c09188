package store

import (
	"cmp"
	"context"
	"database/sql"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// Handoff is what people get when a conversation becomes theirs. It is written in the
// transaction of the change of owner, so that neither is without the other.
type Handoff struct {
	ID             string
	ConversationID chat.ConversationID
	Workspace      string
	Seq            int64 // of the change of owner
	At             int64
	Code           string        // why, from a closed list
	Topic          string        // intent it is about; empty if nobody knows
	Priority       chat.Priority // at least this is the conversation's from now on; not read back
	Packet         string        // handoff.v1, JSON
	Needed         string        // "yes" or "no" once a person has said whether it needed one
}

var handoffColumns = []string{"id", "conversation_id", "workspace", "seq", "at", "code", "topic", "packet"}

// hand tells a conversation what is known of it, before its owner changes: its topic
// and how urgent it is decide who gets it. A priority that people gave stays if it is higher.
func (h *Handoff) hand(c *chat.Conversation) {
	if h == nil {
		return
	}
	if h.Topic != "" {
		c.Topic = h.Topic
	}
	c.Priority = max(c.Priority, h.Priority)
}

// of fixes the packet to the change of owner that it belongs to.
func (h *Handoff) of(c *chat.Conversation, t chat.Transition) Handoff {
	out := *h
	out.ConversationID, out.Workspace, out.Seq, out.At = c.ID, c.Workspace, t.Seq, t.At
	return out
}

func (tx *Tx) insertHandoffs(ctx context.Context, list []Handoff) error {
	rows := make([][]any, len(list))
	for i, h := range list {
		rows[i] = []any{h.ID, string(h.ConversationID), h.Workspace, h.Seq, h.At, h.Code, h.Topic, h.Packet}
	}
	_, err := tx.Insert(ctx, "handoffs", handoffColumns, rows, "")
	return err
}

// takeOver keeps what people get when they take a conversation that the bot owned.
func (tx *Tx) takeOver(ctx context.Context, c *chat.Conversation, packet *Handoff, t chat.Transition) error {
	if packet == nil || t.From != chat.OwnerBot || t.To == chat.OwnerNone {
		return nil
	}
	packet.hand(c)
	return tx.insertHandoffs(ctx, []Handoff{packet.of(c, t)})
}

// closing adds to a change of owner what people said about it.
func (tx *Tx) closing(ctx context.Context, c *chat.Conversation, change *OwnerChange, t chat.Transition, now int64) error {
	switch change.Kind {
	case chat.Resolve:
		c.Outcome = change.Outcome
		if err := tx.planSurvey(ctx, c, change.Survey, change.Actor, now); err != nil {
			return err
		}
	case chat.Reopen:
		c.Outcome = ""
	}
	if change.Note != "" {
		c.LastSeq++
		if err := tx.InsertMessages(ctx, []chat.Message{{
			ID: change.NoteID, ConversationID: c.ID, Seq: c.LastSeq, Direction: chat.Note, Author: chat.AuthorAgent,
			Text: change.Note, Agent: change.Actor, At: now,
		}}); err != nil {
			return err
		}
	}
	return tx.takeOver(ctx, c, change.Packet, t)
}

// Handoffs lists those of a conversation, newest first.
func (s *Store) Handoffs(ctx context.Context, id chat.ConversationID) ([]Handoff, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (h Handoff, err error) {
		return h, rows.Scan(&h.ID, &h.ConversationID, &h.Workspace, &h.Seq, &h.At, &h.Code, &h.Topic, &h.Packet, &h.Needed)
	}, "SELECT "+strings.Join(handoffColumns, ", ")+", needed FROM handoffs WHERE conversation_id = $1 ORDER BY seq DESC", string(id))
}

// LabelHandoff notes whether it needed a person; the last word counts. A handoff that
// is not of the conversation is NotFound.
func (tx *Tx) LabelHandoff(ctx context.Context, conversation chat.ConversationID, id string, needed bool, by string, now int64) error {
	c, err := tx.LockConversation(ctx, conversation)
	if err != nil {
		return err
	}
	word := "no"
	if needed {
		word = "yes"
	}
	done, err := tx.ExecContext(ctx, "UPDATE handoffs SET needed = $3, labelled_by = $4, labelled_at = $5 WHERE id = $1 AND conversation_id = $2",
		id, string(conversation), word, by, now)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return cmp.Or(err, error(chat.Errorf(chat.NotFound, "there is no such handoff in this conversation")))
	}
	return tx.announce(ctx, []*chat.Conversation{c}, now) // the reports count it
}
