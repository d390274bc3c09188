// Package access keeps what decides who may come in besides users and sessions: one-time
// links, API tokens, and the audit log of what was done. Secrets come here hashed. It
// enforces no permission: that is up to package auth and to whoever calls it.
package access

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Purpose says what a one-time link is for.
type Purpose string

// The purposes.
const (
	Invite Purpose = "invite"
	Reset  Purpose = "reset"
)

// Link is a one-time link with which a user sets a password.
type Link struct {
	Hash, UserID         string
	Purpose              Purpose
	CreatedBy            string
	CreatedAt, ExpiresAt int64
}

// LinkByHash reads a link that has not ended by now; any other is NotFound.
func LinkByHash(ctx context.Context, s *store.Store, hash string, now int64) (Link, error) {
	return single(db.Collect(ctx, s.Read, func(rows *sql.Rows) (v Link, err error) {
		return v, rows.Scan(&v.Hash, &v.UserID, &v.Purpose, &v.CreatedBy, &v.CreatedAt, &v.ExpiresAt)
	}, "SELECT hash, user_id, purpose, created_by, created_at, expires_at FROM links WHERE hash = $1 AND expires_at > $2", hash, now))
}

// ReplaceLinks makes a link the only one of its user.
func ReplaceLinks(ctx context.Context, tx *store.Tx, v Link) error {
	if err := DeleteLinks(ctx, tx, v.UserID); err != nil {
		return err
	}
	_, err := tx.Insert(ctx, "links", []string{"hash", "user_id", "purpose", "created_by", "created_at", "expires_at"},
		[][]any{{v.Hash, v.UserID, string(v.Purpose), v.CreatedBy, v.CreatedAt, v.ExpiresAt}}, "")
	return err
}

// TakeLink spends a link. Of several transactions that take the same one only one succeeds;
// the others, and those that come too late, get NotFound.
func TakeLink(ctx context.Context, tx *store.Tx, hash string, now int64) error {
	res, err := tx.ExecContext(ctx, "DELETE FROM links WHERE hash = $1 AND expires_at > $2", hash, now)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such link")
	}
	return err
}

// DeleteLinks makes all links of a user worthless.
func DeleteLinks(ctx context.Context, tx *store.Tx, userID string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM links WHERE user_id = $1", userID)
	return err
}

// single is the only row of a query.
func single[T any](list []T, err error) (v T, _ error) {
	if err != nil {
		return v, err
	}
	if len(list) == 0 {
		return v, chat.Errorf(chat.NotFound, "there is no such entry")
	}
	return list[0], nil
}
