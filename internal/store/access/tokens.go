package access

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Token is a key for programs. Its secret is kept as a hash.
type Token struct {
	ID, Hash, Name string
	Hint           string   // the end of the secret, to tell two apart
	Scopes         []string // what it may do, as far as its creator may
	UserID         string   // who made it
	CreatedAt      int64
	ExpiresAt      int64 // 0: never
	UsedAt         int64 // to five minutes; 0: never
	RevokedAt      int64 // 0: not
}

const selectToken = "SELECT id, hash, name, hint, scopes, user_id, created_at, expires_at, used_at, revoked_at FROM api_tokens "

func scanToken(rows *sql.Rows) (v Token, err error) {
	var scopes string
	if err = rows.Scan(&v.ID, &v.Hash, &v.Name, &v.Hint, &scopes, &v.UserID, &v.CreatedAt, &v.ExpiresAt, &v.UsedAt, &v.RevokedAt); err != nil {
		return v, err
	}
	v.Scopes, err = db.Decode[[]string](scopes)
	return v, err
}

// TokenByHash reads a token, valid or not; a missing one is NotFound.
func TokenByHash(ctx context.Context, s *store.Store, hash string) (Token, error) {
	return single(db.Collect(ctx, s.Read, scanToken, selectToken+"WHERE hash = $1", hash))
}

// Tokens lists those of one user, or of all for "", the newest first.
func Tokens(ctx context.Context, s *store.Store, userID string) ([]Token, error) {
	return db.Collect(ctx, s.Read, scanToken, selectToken+"WHERE user_id = $1 OR $1 = '' ORDER BY id DESC", userID)
}

// InsertToken adds a token.
func InsertToken(ctx context.Context, tx *store.Tx, v Token) error {
	_, err := tx.Insert(ctx, "api_tokens",
		[]string{"id", "hash", "name", "hint", "scopes", "user_id", "created_at", "expires_at", "used_at", "revoked_at"},
		[][]any{{v.ID, v.Hash, v.Name, v.Hint, db.Encode(v.Scopes), v.UserID, v.CreatedAt, v.ExpiresAt, v.UsedAt, v.RevokedAt}}, "")
	return err
}

// TouchToken writes down that a token was used.
func TouchToken(ctx context.Context, tx *store.Tx, id string, now int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE api_tokens SET used_at = $2 WHERE id = $1", id, now)
	return err
}

// RevokeToken ends a token for good; its entry stays, so that what it did keeps a name. A
// token of another user than userID is NotFound, unless userID is "".
func RevokeToken(ctx context.Context, tx *store.Tx, id, userID string, now int64) error {
	res, err := tx.ExecContext(ctx, `UPDATE api_tokens SET revoked_at = CASE WHEN revoked_at = 0 THEN $3 ELSE revoked_at END
		WHERE id = $1 AND (user_id = $2 OR $2 = '')`, id, userID, now)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such token")
	}
	return err
}
