package report

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Held is a conversation that people have, with what tells whether somebody must act.
type Held struct {
	ID           chat.ConversationID
	Owner        chat.Owner
	Agent        string
	FirstName    string
	Phone        string
	LastAt       int64
	AskedAt      int64
	QueuedAt     int64
	WindowUntil  int64
	SnoozedUntil int64
	Priority     chat.Priority
}

// People lists all conversations that people have now, in no order.
func People(ctx context.Context, s *store.Store) ([]Held, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (h Held, err error) {
		return h, rows.Scan(&h.ID, &h.Owner, &h.Agent, &h.FirstName, &h.Phone, &h.LastAt, &h.AskedAt, &h.QueuedAt,
			&h.WindowUntil, &h.SnoozedUntil, &h.Priority)
	}, `SELECT c.id, c.owner, c.agent, p.first_name, p.phone, c.last_at, c.asked_at, c.queued_at, c.window_until, c.snoozed_until, c.priority
		FROM conversations c JOIN contacts p ON p.id = c.contact_id WHERE c.owner IN ('queue', 'agent')`)
}
