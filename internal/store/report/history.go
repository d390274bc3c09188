package report

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/receipts"
)

// Again is for how long after the end of a conversation a contact who comes back
// is looked at together with it, in milliseconds.
const Again = 72 * Hour

// History is what is known of a conversation and can be counted. It holds no text.
type History struct {
	ID          chat.ConversationID
	ContactID   chat.ContactID
	Route, Team string
	OpenedAt    int64
	Outcome     string
	Lines       []Line            // in order of Seq
	Changes     []chat.Transition // in order of Seq
	Turns       []Turn            // in order of ToSeq
	Deliveries  []Delivery        // those that have ended
	Verdicts    []Verdict
	Surveys     []Survey // those that were asked
}

// Line is a message without its content.
type Line struct {
	Seq       int64
	Direction chat.Direction
	Author    chat.Author
	Agent     string
	At        int64
}

// Turn is what the bot did about the lines up to ToSeq.
type Turn struct {
	ToSeq, At     int64
	Action, Trace string
}

// Delivery is how one part of a line ended.
type Delivery struct {
	State  chat.State
	Reason string
	At     int64
	// Receipt is what has been told of it since Braze took it; empty without Currents.
	Receipt receipts.Receipt
}

// Verdict is what people said of a handoff: that it needed a person ("yes") or not
// ("no"), or nothing yet ("").
type Verdict struct {
	At     int64 // of the handoff
	Needed string
}

// Survey is a customer's opinion, with a score from 1 to 5 or 0 while there is none.
type Survey struct {
	AskedAt int64
	Score   int64
	Agent   string // who resolved the conversation
}

// Around lists the conversations given and those others of the same contacts that
// begin at most [Again] after one of them or end at most that long before one.
func Around(ctx context.Context, s *store.Store, ids []chat.ConversationID) ([]chat.ConversationID, error) {
	in, args := db.OneOf(s.Dialect, 2, ids)
	return db.Collect(ctx, s.Read, scanID, `SELECT DISTINCT c.id FROM conversations x
		JOIN conversations c ON c.contact_id = x.contact_id AND c.last_at >= x.opened_at - $1 AND c.opened_at <= x.last_at + $1
		WHERE x.id `+in, append([]any{Again}, args...)...)
}

// Histories reads what can be counted of conversations, in no order. What is written
// meanwhile may be in one part of a history and not yet in another; the feed then
// tells of that change later than of what was asked for.
func Histories(ctx context.Context, s *store.Store, ids []chat.ConversationID) ([]*History, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.OneOf(s.Dialect, 1, ids)
	list, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (*History, error) {
		h := new(History)
		return h, rows.Scan(&h.ID, &h.ContactID, &h.Route, &h.Team, &h.OpenedAt, &h.Outcome)
	}, "SELECT id, contact_id, route, team, opened_at, outcome FROM conversations WHERE id "+in, args...)
	if err != nil {
		return nil, err
	}
	of := make(map[chat.ConversationID]*History, len(list))
	for _, h := range list {
		of[h.ID] = h
	}
	rest := &reader{s: s, of: of, args: args}
	fill(ctx, rest, "SELECT conversation_id, seq, direction, author, agent, at FROM messages WHERE conversation_id "+in+" ORDER BY conversation_id, seq",
		func(id *chat.ConversationID, l *Line) []any {
			return []any{id, &l.Seq, &l.Direction, &l.Author, &l.Agent, &l.At}
		},
		func(h *History) *[]Line { return &h.Lines })
	fill(ctx, rest, `SELECT conversation_id, seq, at, kind, actor, reason, from_owner, to_owner, epoch FROM transitions
			WHERE conversation_id `+in+" ORDER BY conversation_id, seq",
		func(id *chat.ConversationID, t *chat.Transition) []any {
			return []any{id, &t.Seq, &t.At, &t.Kind, &t.Actor, &t.Reason, &t.From, &t.To, &t.Epoch}
		}, func(h *History) *[]chat.Transition { return &h.Changes })
	fill(ctx, rest, "SELECT conversation_id, to_seq, finished_at, action, trace FROM turns WHERE conversation_id "+in+" ORDER BY conversation_id, to_seq, id",
		func(id *chat.ConversationID, t *Turn) []any { return []any{id, &t.ToSeq, &t.At, &t.Action, &t.Trace} },
		func(h *History) *[]Turn { return &h.Turns })
	fill(ctx, rest, `SELECT m.conversation_id, d.state, d.reason, d.done_at, COALESCE(r.sent_at, 0), COALESCE(r.delivered_at, 0), COALESCE(r.read_at, 0),
			COALESCE(r.retried_at, 0), COALESCE(r.failed_at, 0), COALESCE(r.failure, ''), COALESCE(r.code, '')
			FROM messages m JOIN deliveries d ON d.message_id = m.id LEFT JOIN receipts r ON r.delivery_id = d.id
			WHERE d.done_at > 0 AND m.conversation_id `+in,
		func(id *chat.ConversationID, d *Delivery) []any {
			r := &d.Receipt
			return []any{id, &d.State, &d.Reason, &d.At, &r.SentAt, &r.DeliveredAt, &r.ReadAt, &r.RetriedAt, &r.FailedAt, &r.Failure, &r.Code}
		},
		func(h *History) *[]Delivery { return &h.Deliveries })
	fill(ctx, rest, "SELECT conversation_id, at, needed FROM handoffs WHERE conversation_id "+in,
		func(id *chat.ConversationID, v *Verdict) []any { return []any{id, &v.At, &v.Needed} },
		func(h *History) *[]Verdict { return &h.Verdicts })
	fill(ctx, rest, "SELECT conversation_id, asked_at, score, agent FROM surveys WHERE asked_at > 0 AND conversation_id "+in,
		func(id *chat.ConversationID, v *Survey) []any { return []any{id, &v.AskedAt, &v.Score, &v.Agent} },
		func(h *History) *[]Survey { return &h.Surveys })
	return list, rest.err
}

// reader fills histories; after the first error it does nothing.
type reader struct {
	s    *store.Store
	of   map[chat.ConversationID]*History
	args []any
	err  error
}

// fill adds the rows of a query to the lists of the conversations they belong to.
func fill[T any](ctx context.Context, r *reader, query string, fields func(*chat.ConversationID, *T) []any, list func(*History) *[]T) {
	if r.err != nil {
		return
	}
	_, r.err = db.Collect(ctx, r.s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		var v T
		err := rows.Scan(fields(&id, &v)...)
		if h := r.of[id]; err == nil && h != nil {
			all := list(h)
			*all = append(*all, v)
		}
		return struct{}{}, err
	}, query, r.args...)
}
