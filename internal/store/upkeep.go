package store

import "context"

// Retention says for how long rows that only explain the past are kept, in milliseconds.
type Retention struct {
	Exchanges, Feed, Drops, Audit int64
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
		{"dead_letters", "id", "at", now - keep.Drops},
		{"audit", "id", "at", now - keep.Audit},
		{"sessions", "hash", "expires_at", now},
		{"links", "hash", "expires_at", now},
		{"copies", "key", "until", now},
		{"pairs", "contact_id, hash", "until", now},
	} {
		res, err := tx.ExecContext(ctx, "DELETE FROM "+t.table+" WHERE ("+t.key+") IN (SELECT "+t.key+" FROM "+t.table+
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
	read, err := tx.feedRead(ctx, now)
	if err != nil {
		return total, err
	}
	n, err := tx.pruneFeed(ctx, min(now-keep.Feed, read), limit)
	return total + n, err
}

// feedRead is a time before which everything in the feed has become an event of the
// outgoing webhooks, if there are any. It leaves room for a transaction that was long.
func (tx *Tx) feedRead(ctx context.Context, now int64) (int64, error) {
	const room = 10 * 60 * 1000
	var read int64
	err := tx.QueryRowContext(ctx, `SELECT COALESCE(MIN(seen_at), $1) FROM hook_follower
		WHERE EXISTS (SELECT 1 FROM hooks WHERE active = 1)`, now).Scan(&read)
	return read - room, err
}

// pruneFeed looks at the oldest rows only: the feed grows in order of time, so it
// needs no index that every message would have to pay for.
func (tx *Tx) pruneFeed(ctx context.Context, before int64, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM feed WHERE cursor IN
		(SELECT cursor FROM (SELECT cursor, at FROM feed ORDER BY cursor LIMIT $2) AS oldest WHERE at < $1)`, before, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
