package signs

import (
	"context"

	"parley/internal/store"
)

// Busy reports whether somebody holds a lease at a time in unix milliseconds: a turn is being decided, or a message
// is on its way to Braze.
func Busy(ctx context.Context, s *store.Store, now int64) (bool, error) {
	var n int
	err := s.Read.QueryRowContext(ctx,
		"SELECT (SELECT COUNT(*) FROM conversations WHERE lease_until > $1) + (SELECT COUNT(*) FROM lanes WHERE lease_until > $1)", now).Scan(&n)
	return n > 0, err
}
