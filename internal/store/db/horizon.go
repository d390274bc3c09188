package db

import (
	"context"
	"fmt"
)

// horizon is the number below which every transaction of this database has ended.
// pg_snapshot_xmin answers that for the whole server, where a nightly load of some
// other database may run for hours; here only sessions of this database count. The
// statement's snapshot is taken before it reads the sessions, and a number is
// announced before a snapshot can lie above it, so an older writer is either seen
// here or visible to any later statement. backend_xid has 32 bits: the distance to
// xmax gives it back the rest. A session whose details we may not see (another
// role's, without pg_read_all_stats) may be writing: then xmin it is.
const horizon = `
SELECT CAST(CAST(CASE WHEN bool_or(a.pid IS NOT NULL AND a.backend_type IS NULL) THEN s.xmin
	ELSE s.xmax - coalesce(max(a.behind) FILTER (WHERE a.behind < 2147483648), 0) END AS TEXT) AS BIGINT)
FROM (SELECT CAST(CAST(pg_snapshot_xmin(now.snap) AS TEXT) AS BIGINT) AS xmin,
		CAST(CAST(pg_snapshot_xmax(now.snap) AS TEXT) AS BIGINT) AS xmax
	FROM (SELECT pg_current_snapshot() AS snap) now) s
LEFT JOIN LATERAL (
	SELECT pid, backend_type, mod(mod(s.xmax, 4294967296) - CAST(CAST(backend_xid AS TEXT) AS BIGINT) + 4294967296, 4294967296) AS behind
	FROM pg_stat_activity
	WHERE datid = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND (backend_xid IS NOT NULL OR backend_type IS NULL)) a ON TRUE
GROUP BY s.xmin, s.xmax`

// Horizon is the transaction number below which a row's place can no longer
// change, for a predicate "txid < horizon" in a later statement. Only PostgreSQL
// has one; it costs a look at all sessions.
func (d *DB) Horizon(ctx context.Context) (int64, error) {
	var n int64
	if err := d.Read.QueryRowContext(ctx, horizon).Scan(&n); err != nil {
		return 0, fmt.Errorf("horizon of the feed: %w", err)
	}
	return n, nil
}
