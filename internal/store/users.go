package store

import (
	"context"
	"database/sql"

	"parley/internal/store/db"
)

// User is somebody who may log in to the desk.
type User struct {
	ID, Email, Name, Role string
	PasswordHash          string
	CreatedAt             int64
	DisabledAt            int64 // 0 while the user may log in
}

// Session is a log-in; only the hash of its secret is stored.
type Session struct {
	Hash, UserID                 string
	CreatedAt, ExpiresAt, SeenAt int64
}

var userColumns = []string{"id", "email", "name", "role", "password_hash", "created_at", "disabled_at"}

func scanUser(rows *sql.Rows) (u User, err error) {
	return u, rows.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.PasswordHash, &u.CreatedAt, &u.DisabledAt)
}

const selectUser = "SELECT id, email, name, role, password_hash, created_at, disabled_at FROM users "

// UserByEmail reads a user; the address is compared as it was stored. A missing one is NotFound.
func (s *Store) UserByEmail(ctx context.Context, email string) (User, error) {
	return one(db.Collect(ctx, s.Read, scanUser, selectUser+"WHERE email = $1", email))("user")
}

// User reads a user by id; a missing one is NotFound.
func (s *Store) User(ctx context.Context, id string) (User, error) {
	return one(db.Collect(ctx, s.Read, scanUser, selectUser+"WHERE id = $1", id))("user")
}

// Users lists everybody by address.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	return db.Collect(ctx, s.Read, scanUser, selectUser+"ORDER BY email")
}

// UpsertUser adds a user or, when the address exists, replaces everything but its id and age.
func (tx *Tx) UpsertUser(ctx context.Context, u User) error {
	_, err := tx.Insert(ctx, "users", userColumns, [][]any{{u.ID, u.Email, u.Name, u.Role, u.PasswordHash, u.CreatedAt, u.DisabledAt}},
		db.Overwrite("email", userColumns, "id", "created_at"))
	return err
}

// SessionByHash reads a session, ended or not; a missing one is NotFound.
func (s *Store) SessionByHash(ctx context.Context, hash string) (Session, error) {
	return one(db.Collect(ctx, s.Read, func(rows *sql.Rows) (v Session, err error) {
		return v, rows.Scan(&v.Hash, &v.UserID, &v.CreatedAt, &v.ExpiresAt, &v.SeenAt)
	}, "SELECT hash, user_id, created_at, expires_at, seen_at FROM sessions WHERE hash = $1", hash))("session")
}

// InsertSession adds a log-in.
func (tx *Tx) InsertSession(ctx context.Context, v Session) error {
	_, err := tx.Insert(ctx, "sessions", []string{"hash", "user_id", "created_at", "expires_at", "seen_at"},
		[][]any{{v.Hash, v.UserID, v.CreatedAt, v.ExpiresAt, v.SeenAt}}, "")
	return err
}

// TouchSession moves the end of a session that is being used.
func (tx *Tx) TouchSession(ctx context.Context, hash string, seenAt, expiresAt int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE hash = $1", hash, seenAt, expiresAt)
	return err
}

// DeleteSession logs out; a missing session is no error.
func (tx *Tx) DeleteSession(ctx context.Context, hash string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = $1", hash)
	return err
}
