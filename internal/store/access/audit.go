package access

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"parley/internal/store"
	"parley/internal/store/db"
)

// Entry is one thing that somebody did or tried. It never holds what was written.
type Entry struct {
	ID      string // grows with time
	At      int64
	Actor   string // user id, "token:" and a token's id, "console" for the command line, or "" for nobody known
	Action  string // operation id of the API, or the like
	Target  string // what it was done to, as in the API's paths, such as users/ID; may be ""
	Status  int    // HTTP status of the answer
	Address string // of the client; may be ""
}

// InsertEntries appends to the audit log. An entry that is there already stays as it is.
func InsertEntries(ctx context.Context, tx *store.Tx, entries []Entry) error {
	rows := make([][]any, len(entries))
	for i, e := range entries {
		rows[i] = []any{e.ID, e.At, e.Actor, e.Action, e.Target, e.Status, e.Address}
	}
	_, err := tx.Insert(ctx, "audit", []string{"id", "at", "actor", "action", "target", "status", "address"}, rows, "ON CONFLICT (id) DO NOTHING")
	return err
}

// AuditFilter chooses entries; zero fields choose all.
type AuditFilter struct {
	Actor, Action string
	Before        string // id: only older entries
	Limit         int
}

// Entries lists the audit log, the newest first.
func Entries(ctx context.Context, s *store.Store, f AuditFilter) ([]Entry, error) {
	where, args := []string{"1 = 1"}, []any{}
	for _, c := range []struct{ condition, value string }{{"actor = ", f.Actor}, {"action = ", f.Action}, {"id < ", f.Before}} {
		if c.value != "" {
			args = append(args, c.value)
			where = append(where, c.condition+"$"+strconv.Itoa(len(args)))
		}
	}
	args = append(args, f.Limit)
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (e Entry, err error) {
		return e, rows.Scan(&e.ID, &e.At, &e.Actor, &e.Action, &e.Target, &e.Status, &e.Address)
	}, "SELECT id, at, actor, action, target, status, address FROM audit WHERE "+strings.Join(where, " AND ")+
		" ORDER BY id DESC LIMIT $"+strconv.Itoa(len(args)), args...)
}
