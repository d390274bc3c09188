package receipts

import (
	"context"
	"database/sql"
	"encoding/json"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Event is one event of Currents as Parley keeps it.
type Event struct {
	Workspace  string `json:"-"`
	ID         string `json:"-"`
	Kind       Kind   `json:"-"`
	At         int64  `json:"-"` // when it happened; never later than ReceivedAt
	ReceivedAt int64  `json:"-"`
	DueAt      int64  `json:"-"` // when to look at it; 0 when it is done with

	BrazeID    string `json:"brazeId,omitempty"`
	ExternalID string `json:"externalId,omitempty"`
	Phone      string `json:"phone,omitempty"` // the customer's, E.164
	BSUID      string `json:"bsuid,omitempty"`
	CampaignID string `json:"campaignId,omitempty"`
	DispatchID string `json:"dispatchId,omitempty"`
	Group      string `json:"group,omitempty"` // the subscription group, which is the business number
	Code       string `json:"code,omitempty"`
	Detail     string `json:"detail,omitempty"`

	// Of an inbound message.
	Text     string   `json:"text,omitempty"`
	Button   string   `json:"button,omitempty"` // text of the quick reply that was tapped
	Media    []string `json:"media,omitempty"`
	Flow     string   `json:"flow,omitempty"`     // JSON of a flow's answers
	Provider string   `json:"provider,omitempty"` // WhatsApp's id of the message
	Raw      string   `json:"raw,omitempty"`      // the event itself, when it has no body to show
}

var eventColumns = []string{"workspace", "id", "kind", "at", "received_at", "due_at", "content", "message_id"}

const selectEvent = "SELECT workspace, id, kind, at, received_at, due_at, content FROM receipt_events "

func scanEvent(rows *sql.Rows) (e Event, err error) {
	var content string
	if err = rows.Scan(&e.Workspace, &e.ID, &e.Kind, &e.At, &e.ReceivedAt, &e.DueAt, &content); err != nil || content == "" {
		return e, err
	}
	return e, json.Unmarshal([]byte(content), &e)
}

// Keep stores events that are not known yet and says how many those are.
func Keep(ctx context.Context, tx *store.Tx, events []Event) (int64, error) {
	rows := make([][]any, len(events))
	for i, e := range events {
		rows[i] = []any{e.Workspace, e.ID, string(e.Kind), e.At, e.ReceivedAt, e.DueAt, db.Encode(e), ""}
	}
	return tx.Insert(ctx, "receipt_events", eventColumns, rows, "ON CONFLICT (workspace, id) DO NOTHING")
}

// Due gives the oldest events that are due, and keeps other replicas from them until
// the transaction ends.
func Due(ctx context.Context, tx *store.Tx, now int64, limit int) ([]Event, error) {
	return db.Collect(ctx, tx, scanEvent,
		selectEvent+"WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at, at, id LIMIT $2"+tx.Dialect.SkipLocked, now, limit)
}

// Next says when the next event falls due, or 0.
func Next(ctx context.Context, s *store.Store) (int64, error) {
	var at sql.NullInt64
	err := s.Read.QueryRowContext(ctx, "SELECT MIN(due_at) FROM receipt_events WHERE due_at > 0").Scan(&at)
	return at.Int64, err
}

// Postpone has events looked at again later.
func Postpone(ctx context.Context, tx *store.Tx, workspace string, ids []string, due int64) error {
	return each(ctx, tx, "UPDATE receipt_events SET due_at = $1 WHERE workspace = $2 AND id ", []any{due, workspace}, ids)
}

// Settle is done with events: their ids stay, their content goes.
func Settle(ctx context.Context, tx *store.Tx, workspace string, ids []string) error {
	return each(ctx, tx, "UPDATE receipt_events SET due_at = 0, content = '' WHERE workspace = $1 AND id ", []any{workspace}, ids)
}

// SettleAs is done with an event that is about an inbound line.
func SettleAs(ctx context.Context, tx *store.Tx, e Event, message chat.MessageID) error {
	_, err := tx.ExecContext(ctx, "UPDATE receipt_events SET due_at = 0, content = '', message_id = $3 WHERE workspace = $1 AND id = $2",
		e.Workspace, e.ID, string(message))
	return err
}

// Forget drops events that are about nothing of ours. Should one come again, it is
// forgotten again; keeping the ids of all a company's campaigns would cost more.
func Forget(ctx context.Context, tx *store.Tx, workspace string, ids []string) error {
	return each(ctx, tx, "DELETE FROM receipt_events WHERE workspace = $1 AND id ", []any{workspace}, ids)
}

func each(ctx context.Context, tx *store.Tx, statement string, args []any, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	in, more := db.OneOf(tx.Dialect, len(args)+1, ids)
	_, err := tx.ExecContext(ctx, statement+in, append(args, more...)...)
	return err
}

// Prune forgets the ids of events that came before a time and are done with, at most
// limit of them. It says how many went.
func Prune(ctx context.Context, tx *store.Tx, before int64, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM receipt_events WHERE (workspace, id) IN
		(SELECT workspace, id FROM receipt_events WHERE received_at < $1 AND due_at = 0 ORDER BY received_at LIMIT $2)`, before, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
