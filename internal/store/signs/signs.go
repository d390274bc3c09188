// Package signs reads from the database how the machinery is doing: what arrives by
// which route and in which condition, what is not delivered and why, who may log in.
// It reads only.
package signs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Route is what the newest messages of a route were like.
type Route struct {
	Messages   int
	LastAt     int64
	Repaired   int // broken JSON that could be mended
	NoDispatch int // without a dispatch_id
	Nameless   int // of people whom Braze knows by nothing but an alias or a number
}

// Routes looks at the newest messages of customers, at most limit of them.
func Routes(ctx context.Context, s *store.Store, limit int) (map[string]*Route, error) {
	out := map[string]*Route{}
	type row struct {
		arrival, external, braze string
		at                       int64
	}
	rows, err := db.Collect(ctx, s.Read, func(r *sql.Rows) (v row, err error) {
		return v, r.Scan(&v.arrival, &v.at, &v.external, &v.braze)
	}, `SELECT m.arrival, m.at, p.external_id, p.braze_id FROM messages m
		JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
		WHERE m.direction = 'in' ORDER BY m.id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, err
	}
	for _, v := range rows {
		var a chat.Arrived
		if v.arrival == "" || json.Unmarshal([]byte(v.arrival), &a) != nil {
			continue
		}
		r := out[a.Route]
		if r == nil {
			r = &Route{}
			out[a.Route] = r
		}
		r.Messages++
		r.LastAt = max(r.LastAt, v.at)
		if len(a.Repaired) > 0 {
			r.Repaired++
		}
		if a.DispatchID == "" {
			r.NoDispatch++
		}
		if v.external == "" && v.braze == "" {
			r.Nameless++
		}
	}
	return out, nil
}

// Unreadable counts the webhooks of a route since a time that could not be understood.
func Unreadable(ctx context.Context, s *store.Store, route string, since int64) (n int, err error) {
	err = s.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM dead_letters WHERE route = $1 AND at >= $2", route, since).Scan(&n)
	return n, err
}

// Undelivered is a reason for which messages did not leave, and how often.
type Undelivered struct {
	State  chat.State
	Reason string
	Count  int
}

// Trouble lists why messages queued since a time did not leave, most frequent first.
func Trouble(ctx context.Context, s *store.Store, workspace string, since int64) ([]Undelivered, error) {
	return db.Collect(ctx, s.Read, func(r *sql.Rows) (v Undelivered, err error) {
		return v, r.Scan(&v.State, &v.Reason, &v.Count)
	}, `SELECT state, reason, COUNT(*) FROM deliveries WHERE workspace = $1 AND state IN ('dead', 'unknown') AND queued_at >= $2
		GROUP BY state, reason ORDER BY COUNT(*) DESC, reason LIMIT 5`, workspace, since)
}

// Paused says until when sending is paused for a workspace and why; 0 when it is not.
func Paused(ctx context.Context, s *store.Store, workspace string, now int64) (until int64, reason string, err error) {
	err = s.Read.QueryRowContext(ctx, "SELECT paused_until, reason FROM budgets WHERE workspace = $1 AND paused_until > $2", workspace, now).Scan(&until, &reason)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return until, reason, err
}

// Backlog is what waits to be done.
type Backlog struct {
	Turns          int   // conversations that are due
	OldestTurn     int64 // since when the longest of them is, or 0
	Deliveries     int   // messages not yet sent
	OldestDelivery int64
	Unknown        int // messages of which nobody knows whether they arrived
}

// Waiting counts what waits at a time.
func Waiting(ctx context.Context, s *store.Store, now int64) (b Backlog, err error) {
	err = s.Read.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(due_at), 0) FROM conversations
		WHERE due_at > 0 AND due_at <= $1 AND done_seq < in_seq`, now).Scan(&b.Turns, &b.OldestTurn)
	if err == nil {
		err = s.Read.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(MIN(queued_at), 0) FROM deliveries
			WHERE state IN ('queued', 'sending')`).Scan(&b.Deliveries, &b.OldestDelivery)
	}
	if err == nil {
		err = s.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM deliveries WHERE state = 'unknown'").Scan(&b.Unknown)
	}
	return b, err
}

// Step is how far the newest message of a customer since some time has come.
type Step struct {
	Message    chat.Message
	Contact    chat.ContactID
	Owner      chat.Owner
	Action     string // what the bot decided; empty before its turn
	Deliveries []chat.Delivery
}

// Newest follows the newest message that a customer sent after a time; ok is false while there is none.
func Newest(ctx context.Context, s *store.Store, after int64) (step Step, ok bool, err error) {
	ids, err := since(ctx, s, after)
	if err != nil || len(ids) == 0 {
		return step, false, err
	}
	step, err = Follow(ctx, s, ids[0].message)
	return step, err == nil, err
}

// First finds the oldest message that a customer sent after a time: of the sender with
// that number if there is one, written in any way. It is empty while there is none.
func First(ctx context.Context, s *store.Store, after int64, phone string) (chat.MessageID, error) {
	list, err := since(ctx, s, after)
	if err != nil {
		return "", err
	}
	want := digits(phone)
	for _, m := range slices.Backward(list) {
		if want == "" || digits(m.phone) == want || digits(m.alias) == want {
			return m.message, nil
		}
	}
	return "", nil
}

// digits is all that matters of how a number is written.
func digits(phone string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
}

type arrival struct {
	message      chat.MessageID
	phone, alias string
}

// since lists what customers sent after a time, newest first. It looks at the newest
// lines only, so that asking again and again costs little however many there are.
func since(ctx context.Context, s *store.Store, after int64) ([]arrival, error) {
	return db.Collect(ctx, s.Read, func(r *sql.Rows) (v arrival, err error) { return v, r.Scan(&v.message, &v.phone, &v.alias) },
		`SELECT m.id, p.phone, p.alias_name FROM (SELECT id, conversation_id, direction, at FROM messages ORDER BY id DESC LIMIT 500) AS m
		JOIN conversations c ON c.id = m.conversation_id JOIN contacts p ON p.id = c.contact_id
		WHERE m.direction = 'in' AND m.at > $1 ORDER BY m.id DESC`, after)
}

// Follow says how far a message of a customer has come.
func Follow(ctx context.Context, s *store.Store, id chat.MessageID) (step Step, err error) {
	if step.Message, err = s.Message(ctx, id); err != nil {
		return step, err
	}
	c, err := s.Conversation(ctx, step.Message.ConversationID)
	if err != nil {
		return step, err
	}
	step.Contact, step.Owner = c.ContactID, c.Owner
	turn, found, err := s.Turn(ctx, step.Message)
	if err != nil || !found {
		return step, err
	}
	step.Action = turn.Action
	lines, _, err := s.Messages(ctx, c.ID, 0, 10)
	if err != nil {
		return step, err
	}
	for _, m := range lines {
		if m.TurnID == turn.ID && m.Direction == chat.Out {
			parts, err := s.DeliveriesOf(ctx, []chat.MessageID{m.ID})
			if err != nil {
				return step, err
			}
			step.Deliveries = append(step.Deliveries, parts[m.ID]...)
		}
	}
	return step, nil
}
