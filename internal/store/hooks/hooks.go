// Package hooks keeps outgoing webhooks: who wants which events, how far the
// conversations have been turned into events, and what became of each delivery.
// What an event says and how it is sent is up to desk/hooks.
//
// Events are read off the rows that the conversations are made of; nothing is
// written for them where messages are stored. What makes that exact:
//
//   - The feed of changes names every conversation that changed, in an order that
//     can no longer change (store.Store.Changes). Place is how far it was read.
//   - All lines of a conversation share one gapless numbering, and each is written
//     with the conversation's last_seq under its row lock. Lines after the
//     conversation's mark and up to a last_seq that was read first are therefore
//     all there, and never more are to come.
//   - Events, marks and the new place are saved in one transaction, and only if the
//     place is still the one that was read from: of several replicas one wins.
//   - An event's id is made of what happened, and a hook has each id once.
//
// Start reading at Advance and Claim.
package hooks

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Topic says that hooks or their deliveries have changed.
const Topic store.Topic = "hooks"

// Max is how many hooks there may be: each may keep its own share of calls busy.
const Max = 20

// Hook is one receiver of events.
type Hook struct {
	ID          string
	Name        string
	URL         string
	Events      []string
	Active      bool
	Reason      string // why it is not active, if Parley switched it off
	Secret      string // whsec_…
	OldSecret   string // also signs until OldUntil
	OldUntil    int64
	Since       int64 // what happened before is none of its business
	PausedUntil int64 // the receiver asked for silence until then
	CreatedBy   string
	CreatedAt   int64
}

var hookColumns = []string{
	"id", "name", "url", "events", "active", "reason", "secret", "old_secret", "old_until", "since", "paused_until", "created_by", "created_at",
}

var selectHook = "SELECT " + strings.Join(hookColumns, ", ") + " FROM hooks "

func scanHook(rows *sql.Rows) (h Hook, err error) {
	var events string
	var active int64
	err = rows.Scan(&h.ID, &h.Name, &h.URL, &events, &active, &h.Reason, &h.Secret, &h.OldSecret, &h.OldUntil, &h.Since, &h.PausedUntil, &h.CreatedBy, &h.CreatedAt)
	h.Active = active != 0
	if err == nil {
		h.Events, err = db.Decode[[]string](events)
	}
	return h, err
}

// List gives all hooks, oldest first.
func List(ctx context.Context, s *store.Store) ([]Hook, error) {
	return db.Collect(ctx, s.Read, scanHook, selectHook+"ORDER BY created_at, id")
}

// Get gives one hook.
func Get(ctx context.Context, s *store.Store, id string) (Hook, error) {
	return one(db.Collect(ctx, s.Read, scanHook, selectHook+"WHERE id = $1", id))
}

func one(found []Hook, err error) (Hook, error) {
	if err == nil && len(found) == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such webhook; it may have been deleted")
	}
	if err != nil {
		return Hook{}, err
	}
	return found[0], nil
}

func lock(ctx context.Context, tx *store.Tx, id string) (Hook, error) {
	return one(db.Collect(ctx, tx, scanHook, selectHook+"WHERE id = $1"+tx.Dialect.Lock, id))
}

func save(ctx context.Context, tx *store.Tx, h Hook) error {
	active := 0
	if h.Active {
		active = 1
	}
	_, err := tx.Insert(ctx, "hooks", hookColumns, [][]any{{
		h.ID, h.Name, h.URL, db.Encode(h.Events), active, h.Reason, h.Secret, h.OldSecret, h.OldUntil, h.Since, h.PausedUntil, h.CreatedBy, h.CreatedAt,
	}}, db.Overwrite("id", hookColumns, "created_by", "created_at"))
	return err
}

// Create adds a hook, which gets what happens from now on. end is the end of the
// feed, read before; now is the clock.
func Create(ctx context.Context, tx *store.Tx, h Hook, end store.Cursor, now func() int64) (Hook, error) {
	others, err := lockFollower(ctx, tx, end)
	if err != nil {
		return h, err
	}
	if len(others) >= Max {
		return h, chat.Errorf(chat.Conflict, "there are %d webhooks already; delete one that is not needed", Max)
	}
	h.CreatedAt, h.Since = now(), now()
	if h.Active {
		if err := activate(ctx, tx, others, end, h.Since); err != nil {
			return h, err
		}
	}
	return h, save(ctx, tx, h)
}

// Update changes what people may change of a hook: name, address, events and
// whether it is active. One that was not gets what happens from now on.
func Update(ctx context.Context, tx *store.Tx, wanted Hook, end store.Cursor, now func() int64) (Hook, error) {
	others, err := lockFollower(ctx, tx, end)
	if err != nil {
		return wanted, err
	}
	h, err := lock(ctx, tx, wanted.ID)
	if err != nil {
		return h, err
	}
	others = slices.DeleteFunc(others, func(o Hook) bool { return o.ID == h.ID })
	if wanted.Active && !h.Active {
		h.Since, h.PausedUntil = now(), 0
		if err := activate(ctx, tx, others, end, h.Since); err != nil {
			return h, err
		}
	}
	h.Name, h.URL, h.Events, h.Active, h.Reason = wanted.Name, wanted.URL, wanted.Events, wanted.Active, ""
	return h, save(ctx, tx, h)
}

// Rotate gives a hook another secret; the one before also signs until a time.
func Rotate(ctx context.Context, tx *store.Tx, id, secret string, until int64) (Hook, error) {
	h, err := lock(ctx, tx, id)
	if err != nil {
		return h, err
	}
	h.OldSecret, h.OldUntil, h.Secret = h.Secret, until, secret
	return h, save(ctx, tx, h)
}

// Disable switches a hook off because its receiver said that it is gone.
func Disable(ctx context.Context, tx *store.Tx, id, reason string) error {
	_, err := tx.ExecContext(ctx, "UPDATE hooks SET active = 0, reason = $2 WHERE id = $1", id, reason)
	return err
}

// Pause keeps a hook silent until a time, because its receiver asked for it.
func Pause(ctx context.Context, tx *store.Tx, id string, until int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE hooks SET paused_until = $2 WHERE id = $1 AND paused_until < $2", id, until)
	return err
}

// Delete forgets a hook and everything that was or should have been sent to it.
func Delete(ctx context.Context, tx *store.Tx, id string) error {
	if _, err := lockFollower(ctx, tx, store.Cursor{}); err != nil {
		return err
	}
	if _, err := lock(ctx, tx, id); err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM hook_lanes WHERE hook_id = $1", "DELETE FROM hook_deliveries WHERE hook_id = $1", "DELETE FROM hooks WHERE id = $1",
	} {
		if _, err := tx.ExecContext(ctx, statement, id); err != nil {
			return err
		}
	}
	return nil
}
