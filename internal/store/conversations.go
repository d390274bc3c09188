package store

import (
	"context"
	"database/sql"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

var conversationColumns = []string{
	"id", "workspace", "contact_id", "route", "language", "owner", "epoch", "agent", "last_seq", "in_seq", "done_seq",
	"waiting_from", "due_at", "lease_until", "lease_by", "attempts", "window_until", "bot_state", "last_text", "last_dir", "last_at",
	"queued_at", "reason", "team", "topic", "priority", "handed_at", "asked_at", "replied_at", "desk_due_at", "snoozed_until", "outcome",
	"assigned_at", "queue_rank", "opened_at", "resolved_at",
}

var selectConversation = "SELECT " + strings.Join(conversationColumns, ", ") + " FROM conversations "

func conversationRow(c *chat.Conversation) []any {
	return []any{
		string(c.ID), c.Workspace, string(c.ContactID), c.Route, c.Language, string(c.Owner), c.Epoch, c.Agent, c.LastSeq, c.InSeq, c.DoneSeq,
		c.WaitingFrom, c.DueAt, c.LeaseUntil, c.LeaseBy, c.Attempts, c.WindowUntil, c.BotState, c.LastText, string(c.LastDir), c.LastAt,
		c.QueuedAt, c.Reason, c.Team, c.Topic, int(c.Priority), c.HandedAt, c.AskedAt, c.RepliedAt, c.DeskDueAt, c.SnoozedUntil, c.Outcome,
		c.AssignedAt, c.QueueRank, c.OpenedAt, c.ResolvedAt,
	}
}

func conversationFields(c *chat.Conversation) []any {
	return []any{
		&c.ID, &c.Workspace, &c.ContactID, &c.Route, &c.Language, &c.Owner, &c.Epoch, &c.Agent, &c.LastSeq, &c.InSeq, &c.DoneSeq,
		&c.WaitingFrom, &c.DueAt, &c.LeaseUntil, &c.LeaseBy, &c.Attempts, &c.WindowUntil, &c.BotState, &c.LastText, &c.LastDir, &c.LastAt,
		&c.QueuedAt, &c.Reason, &c.Team, &c.Topic, &c.Priority, &c.HandedAt, &c.AskedAt, &c.RepliedAt, &c.DeskDueAt, &c.SnoozedUntil, &c.Outcome,
		&c.AssignedAt, &c.QueueRank, &c.OpenedAt, &c.ResolvedAt,
	}
}

func scanConversation(rows *sql.Rows) (*chat.Conversation, error) {
	c := new(chat.Conversation)
	return c, rows.Scan(conversationFields(c)...)
}

// lockConversations loads rows and keeps them from others until the transaction ends.
func (tx *Tx) lockConversations(ctx context.Context, ids []chat.ConversationID) (map[chat.ConversationID]*chat.Conversation, error) {
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanConversation, selectConversation+"WHERE id "+in+" ORDER BY id"+tx.Dialect.Lock, args...)
	if err != nil {
		return nil, err
	}
	out := make(map[chat.ConversationID]*chat.Conversation, len(list))
	for _, c := range list {
		out[c.ID] = c
	}
	return out, nil
}

// What a write of existing conversations may change. A column that is set costs
// the upkeep of every index it stands in, changed or not, so the frequent writes
// leave the others alone.
var (
	byWriting = db.Overwrite("id", conversationColumns,
		"workspace", "contact_id", "owner", "epoch", "agent", "bot_state", "queued_at", "reason", "team", "topic", "priority", "handed_at",
		"replied_at", "outcome", "queue_rank", "opened_at", "resolved_at")
	byLease = db.Overwrite("id", []string{"id", "due_at", "lease_until", "lease_by", "attempts"})
	byTurn  = db.Overwrite("id", conversationColumns, "workspace", "contact_id", "owner", "team", "topic", "priority", "handed_at", "asked_at",
		"replied_at", "desk_due_at", "snoozed_until", "outcome", "assigned_at", "queue_rank", "opened_at")
	byOwner = db.Overwrite("id", conversationColumns, "workspace", "contact_id", "opened_at")
)

// saveConversations writes rows; change is one of the clauses above.
func (tx *Tx) saveConversations(ctx context.Context, list []*chat.Conversation, change string) error {
	rows := make([][]any, len(list))
	for i, c := range list {
		rows[i] = conversationRow(c)
	}
	sortRows(rows)
	_, err := tx.Insert(ctx, "conversations", conversationColumns, rows, change)
	return err
}

// InsertMessages adds lines whose sequence numbers their conversations have given out.
func (tx *Tx) InsertMessages(ctx context.Context, list []chat.Message) error {
	rows := make([][]any, len(list))
	for i := range list {
		m := &list[i]
		arrival := ""
		if m.Arrival != nil {
			arrival = db.Encode(m.Arrival)
		}
		rows[i] = []any{
			string(m.ID), string(m.ConversationID), m.Seq, string(m.Direction), string(m.Author), m.Text, db.Encode(m.Media),
			string(m.Layout), db.Encode(m.Choices), string(m.TurnID), m.Agent, arrival, m.At,
		}
	}
	_, err := tx.Insert(ctx, "messages", messageColumns, rows, "")
	return err
}

var messageColumns = []string{
	"id", "conversation_id", "seq", "direction", "author", "text", "media", "layout", "choices", "turn_id", "agent", "arrival", "at",
}

var selectMessage = "SELECT " + strings.Join(messageColumns, ", ") + " FROM messages "

func scanMessage(rows *sql.Rows) (chat.Message, error) {
	var m chat.Message
	var media, choices, arrival string
	err := rows.Scan(&m.ID, &m.ConversationID, &m.Seq, &m.Direction, &m.Author, &m.Text, &media, &m.Layout, &choices, &m.TurnID, &m.Agent, &arrival, &m.At)
	if err != nil {
		return m, err
	}
	if m.Media, err = db.Decode[[]string](media); err != nil {
		return m, err
	}
	if m.Choices, err = db.Decode[[]string](choices); err != nil {
		return m, err
	}
	m.Arrival, err = db.Decode[*chat.Arrived](arrival)
	return m, err
}

func (tx *Tx) insertTransitions(ctx context.Context, list []chat.Transition) error {
	rows := make([][]any, len(list))
	for i, t := range list {
		rows[i] = []any{string(t.ConversationID), t.Seq, t.At, string(t.Kind), t.Actor, t.Reason, string(t.From), string(t.To), t.Epoch}
	}
	_, err := tx.Insert(ctx, "transitions",
		[]string{"conversation_id", "seq", "at", "kind", "actor", "reason", "from_owner", "to_owner", "epoch"}, rows, "")
	return err
}
