package hooks

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Place is how far the feed was turned into events.
type Place struct {
	Cursor  store.Cursor
	Since   int64 // lines before are no events: nobody had asked for them
	SeenAt  int64 // when the end of the feed was last reached
	Version int64 // rises with every change of a hook
	LastN   int64 // number of the newest delivery
}

func scanPlace(rows *sql.Rows) (p Place, err error) {
	return p, rows.Scan(&p.Cursor.Tx, &p.Cursor.N, &p.Since, &p.SeenAt, &p.Version, &p.LastN)
}

const selectPlace = "SELECT txid, cursor, since, seen_at, version, last_n FROM hook_follower WHERE id = 1"

// At reads the place; ok is false when there never was a hook.
func At(ctx context.Context, s *store.Store) (p Place, ok bool, err error) {
	found, err := db.Collect(ctx, s.Read, scanPlace, selectPlace)
	if err != nil || len(found) == 0 {
		return p, false, err
	}
	return found[0], true, nil
}

// lockFollower keeps the follower from going on until the transaction ends, and
// makes it look at the hooks anew afterwards. So what it has turned into events
// before happened before the present time, and what comes after knows the change.
func lockFollower(ctx context.Context, tx *store.Tx, end store.Cursor) ([]Hook, error) {
	if _, err := tx.Insert(ctx, "hook_follower", []string{"id", "txid", "cursor", "since", "seen_at", "version", "last_n"},
		[][]any{{1, end.Tx, end.N, 0, 0, 0, 0}}, "ON CONFLICT (id) DO NOTHING"); err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE hook_follower SET version = version + 1 WHERE id = 1"); err != nil {
		return nil, err
	}
	return db.Collect(ctx, tx, scanHook, selectHook)
}

// activate starts to follow at the end of the feed, unless other hooks keep the
// follower going already.
func activate(ctx context.Context, tx *store.Tx, others []Hook, end store.Cursor, now int64) error {
	for _, o := range others {
		if o.Active {
			return nil
		}
	}
	for _, statement := range []string{"DELETE FROM hook_marks", "DELETE FROM hook_unsettled"} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE hook_follower SET txid = $1, cursor = $2, since = $3, seen_at = $3 WHERE id = 1", end.Tx, end.N, now)
	return err
}

// Mark is how far a conversation was turned into events.
type Mark struct {
	Seq     int64 // of its newest line
	Opinion int64 // Survey.Mark of what its customer said of it
	// Receipts is the newest Seen.LearnedAt that was read.
	Receipts int64
}

// Step is what reading on from a place has led to.
type Step struct {
	From       Place
	To         store.Cursor
	SeenAt     int64 // the end of the feed was reached at this time; 0 if it was not
	Marks      map[chat.ConversationID]Mark
	Unsettled  map[chat.MessageID]chat.ConversationID
	Settled    []chat.MessageID
	Deliveries []Delivery // id, hook, event, lane, payload and time; in order
}

// Advance saves a step. It does nothing and reports false when another replica was
// faster or a hook has changed since the place was read.
func Advance(ctx context.Context, tx *store.Tx, step Step) (bool, error) {
	from := step.From
	seen := max(step.SeenAt, from.SeenAt)
	res, err := tx.ExecContext(ctx, `UPDATE hook_follower SET txid = $1, cursor = $2, seen_at = $3, last_n = $4
		WHERE id = 1 AND txid = $5 AND cursor = $6 AND version = $7`,
		step.To.Tx, step.To.N, seen, from.LastN+int64(len(step.Deliveries)), from.Cursor.Tx, from.Cursor.N, from.Version)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	var rows [][]any
	for id, m := range step.Marks {
		rows = append(rows, []any{string(id), m.Seq, m.Opinion, m.Receipts})
	}
	columns := []string{"conversation_id", "seq", "opinion", "receipts"}
	if _, err := tx.Insert(ctx, "hook_marks", columns, rows, db.Overwrite("conversation_id", columns)); err != nil {
		return false, err
	}
	rows = nil
	for id, conversation := range step.Unsettled {
		rows = append(rows, []any{string(id), string(conversation)})
	}
	if _, err := tx.Insert(ctx, "hook_unsettled", []string{"message_id", "conversation_id"}, rows, "ON CONFLICT (message_id) DO NOTHING"); err != nil {
		return false, err
	}
	if len(step.Settled) > 0 {
		in, args := db.OneOf(tx.Dialect, 1, step.Settled)
		if _, err := tx.ExecContext(ctx, "DELETE FROM hook_unsettled WHERE message_id "+in, args...); err != nil {
			return false, err
		}
	}
	return true, insertDeliveries(ctx, tx, step.Deliveries, from.LastN)
}
