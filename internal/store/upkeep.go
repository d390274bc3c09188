package store

import "context"

// Retention says for how long rows that only explain the past are kept, in milliseconds.
type Retention struct {
	Exchanges, Feed, Drops int64
}

// Prune deletes what has outlived its use, at most limit rows of a table, so that
// no transaction is long. It returns how many rows went; call it again while
// that is not zero.
func (tx *Tx) Prune(ctx context.Context, keep Retention, now int64, limit int) (int64, error) {
	var total int64
	for _, t := range []struct {
		table, key, column string
		before             int64
	}{
		{"exchanges", "id", "at", now - keep.Exchanges},
		{"drops", "id", "at", now - keep.Drops},
		{"feed", "cursor", "at", now - keep.Feed},
		{"sessions", "hash", "expires_at", now},
		{"copies", "key", "until", now},
		{"pairs", "contact_id, hash", "until", now},
	} {
		res, err := tx.tx.ExecContext(ctx, "DELETE FROM "+t.table+" WHERE ("+t.key+") IN (SELECT "+t.key+" FROM "+t.table+
			" WHERE "+t.column+" < $1 ORDER BY "+t.column+" LIMIT $2)", t.before, limit)
		if err != nil {
			return total, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return total, err
		}
		total += n
	}
	return total, nil
}
