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
	// SeenAt is when the user last did something, to five minutes; 0 for never. It is kept with sessions, not by UpsertUser.
	SeenAt int64
}

// Session is a log-in; only the hash of its secret is stored.
type Session struct {
	Hash, UserID                 string
	CreatedAt, ExpiresAt, SeenAt int64
	Address                      string // of the client that logged in
	Browser                      string // what it called itself
}

var userColumns = []string{"id", "email", "name", "role", "password_hash", "created_at", "disabled_at"}

func scanUser(rows *sql.Rows) (u User, err error) {
	return u, rows.Scan(&u.ID, &u.Email, &u.Name, &u.Role, &u.PasswordHash, &u.CreatedAt, &u.DisabledAt, &u.SeenAt)
}

const selectUser = "SELECT id, email, name, role, password_hash, created_at, disabled_at, seen_at FROM users "

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

// InsertUser adds a user. If somebody else has just added one with this address the transaction runs again, and finds it.
func (tx *Tx) InsertUser(ctx context.Context, u User) error {
	n, err := tx.Insert(ctx, "users", userColumns, [][]any{{u.ID, u.Email, u.Name, u.Role, u.PasswordHash, u.CreatedAt, u.DisabledAt}},
		"ON CONFLICT (email) DO NOTHING")
	if err == nil && n == 0 {
		err = db.ErrRaced
	}
	return err
}

// LockUsers reads the user with this id or address, if there is one, and all administrators, in order of id, and keeps
// others from changing them until the transaction ends.
func (tx *Tx) LockUsers(ctx context.Context, key string) ([]User, error) {
	return db.Collect(ctx, tx, scanUser, selectUser+"WHERE id = $1 OR email = $1 OR role = 'admin' ORDER BY id"+tx.Dialect.Lock, key)
}

const selectSession = "SELECT hash, user_id, created_at, expires_at, seen_at, address, browser FROM sessions "

func scanSession(rows *sql.Rows) (v Session, err error) {
	return v, rows.Scan(&v.Hash, &v.UserID, &v.CreatedAt, &v.ExpiresAt, &v.SeenAt, &v.Address, &v.Browser)
}

// SessionByHash reads a session, ended or not; a missing one is NotFound.
func (s *Store) SessionByHash(ctx context.Context, hash string) (Session, error) {
	return one(db.Collect(ctx, s.Read, scanSession, selectSession+"WHERE hash = $1", hash))("session")
}

// SessionsOf lists the log-ins of a user that have not ended by now, the last used first.
func (s *Store) SessionsOf(ctx context.Context, userID string, now int64) ([]Session, error) {
	return db.Collect(ctx, s.Read, scanSession, selectSession+"WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, hash", userID, now)
}

// InsertSession adds a log-in.
func (tx *Tx) InsertSession(ctx context.Context, v Session) error {
	_, err := tx.Insert(ctx, "sessions", []string{"hash", "user_id", "created_at", "expires_at", "seen_at", "address", "browser"},
		[][]any{{v.Hash, v.UserID, v.CreatedAt, v.ExpiresAt, v.SeenAt, v.Address, v.Browser}}, "")
	if err != nil {
		return err
	}
	return tx.seen(ctx, v.UserID, v.SeenAt)
}

// TouchSession moves the end of a session that is being used.
func (tx *Tx) TouchSession(ctx context.Context, v Session) error {
	_, err := tx.ExecContext(ctx, "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE hash = $1", v.Hash, v.SeenAt, v.ExpiresAt)
	if err != nil {
		return err
	}
	return tx.seen(ctx, v.UserID, v.SeenAt)
}

func (tx *Tx) seen(ctx context.Context, userID string, at int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE users SET seen_at = $2 WHERE id = $1 AND seen_at < $2", userID, at)
	return err
}

// DeleteSession logs out; a missing session is no error.
func (tx *Tx) DeleteSession(ctx context.Context, hash string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE hash = $1", hash)
	return err
}

// DeleteSessionsOf ends all log-ins of a user but the one with the hash keep, which may be "".
func (tx *Tx) DeleteSessionsOf(ctx context.Context, userID, keep string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM sessions WHERE user_id = $1 AND hash <> $2", userID, keep)
	return err
}
