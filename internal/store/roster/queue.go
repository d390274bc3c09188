package roster

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Line is how a queue stands: what is put aside does not count.
type Line struct {
	Waiting int
	Since   int64 // since when the one who has waited longest does, or 0
}

// Lines gives the queue of each team that has one; conversations for any team are under "".
func Lines(ctx context.Context, q db.Querier) (map[string]Line, error) {
	out := map[string]Line{}
	_, err := db.Collect(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var team string
		var l Line
		err := rows.Scan(&team, &l.Waiting, &l.Since)
		out[team] = l
		return struct{}{}, err
	}, `SELECT team, COUNT(*), MIN(CASE WHEN asked_at > 0 THEN asked_at ELSE queued_at END) FROM conversations
		WHERE owner = 'queue' AND snoozed_until = 0 GROUP BY team`)
	return out, err
}

// Ahead counts who comes before a conversation in the queue of its team. One without
// an id, which does not wait yet, comes after those of the same rank.
func Ahead(ctx context.Context, q db.Querier, c *chat.Conversation) (int, error) {
	id := string(c.ID)
	if id == "" {
		id = "~" // sorts after every id
	}
	counts, err := db.Collect(ctx, q, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) },
		"SELECT COUNT(*) FROM conversations WHERE owner = 'queue' AND snoozed_until = 0 AND team = $1 AND (queue_rank < $2 OR queue_rank = $2 AND id < $3)",
		c.Team, c.QueueRank, id)
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// Take is a conversation that a person got from the queue.
type Take struct {
	Team   string
	At     int64
	Waited int64 // milliseconds from the queue to the person
}

// Takes lists the newest ones since a time, newest first.
func Takes(ctx context.Context, q db.Querier, since int64, limit int) ([]Take, error) {
	return db.Collect(ctx, q, func(rows *sql.Rows) (t Take, err error) { return t, rows.Scan(&t.Team, &t.At, &t.Waited) },
		`SELECT c.team, t.at, t.at - COALESCE((SELECT MAX(q.at) FROM transitions q
			WHERE q.conversation_id = t.conversation_id AND q.seq < t.seq AND q.to_owner = 'queue'), t.at)
		FROM transitions t JOIN conversations c ON c.id = t.conversation_id
		WHERE t.from_owner = 'queue' AND t.to_owner = 'agent' AND t.at > $1 ORDER BY t.at DESC LIMIT $2`, since, limit)
}

// NextLook says when the desk has to look at a conversation next, or 0 if at none.
func NextLook(ctx context.Context, q db.Querier) (int64, error) {
	list, err := db.Collect(ctx, q, func(rows *sql.Rows) (at int64, err error) { return at, rows.Scan(&at) },
		"SELECT desk_due_at FROM conversations WHERE desk_due_at > 0 ORDER BY desk_due_at LIMIT 1")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// Reassured says whether the house has told the customer anything since they wait.
func Reassured(ctx context.Context, q db.Querier, c *chat.Conversation) (bool, error) {
	list, err := db.Collect(ctx, q, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) },
		"SELECT COUNT(*) FROM messages WHERE conversation_id = $1 AND direction = 'out' AND author = 'system' AND at >= $2", string(c.ID), c.AskedAt)
	if err != nil {
		return false, err
	}
	return list[0] > 0, nil
}

// OptedOut says whether a customer has asked for no more messages.
func OptedOut(ctx context.Context, q db.Querier, id chat.ContactID) (bool, error) {
	list, err := db.Collect(ctx, q, func(rows *sql.Rows) (out bool, err error) { return out, rows.Scan(&out) },
		"SELECT opted_out > 0 FROM contacts WHERE id = $1", string(id))
	return len(list) > 0 && list[0], err
}

// Held is a conversation whose agent may not answer any more.
type Held struct {
	ID    chat.ConversationID
	Epoch int64
}

// HeldByDisabled lists conversations that belong to people who were disabled.
func HeldByDisabled(ctx context.Context, s *store.Store, limit int) ([]Held, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (h Held, err error) { return h, rows.Scan(&h.ID, &h.Epoch) },
		"SELECT c.id, c.epoch FROM conversations c JOIN users u ON u.id = c.agent WHERE c.owner = 'agent' AND u.disabled_at > 0 ORDER BY c.id LIMIT $1", limit)
}
