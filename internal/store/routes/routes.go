// Package routes keeps what came in by each route, hour by hour, and when each of its
// secrets was used. It holds counts and fingerprints only: no message and no secret.
// Who counts, and when it is written down, is up to channel/intake.
package routes

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"parley/internal/store"
	"parley/internal/store/db"
)

// Counts are what webhooks turned out to be.
type Counts struct {
	Received   int64 // stored as messages
	Duplicates int64 // copies of a stored message, by this route or another
	Repaired   int64 // of those received or copies: with a broken body that could be mended
	Unreadable int64 // not understood, and kept as dead letters
	Rejected   int64 // with a wrong secret or signature, or from an address that may not post
	Tests      int64 // test sends of Braze's dashboard
}

// Hour is one hour of one route; At is its beginning in unix milliseconds.
type Hour struct {
	Route string
	At    int64
}

// HourOf is the hour that a time in unix milliseconds lies in.
func HourOf(at int64) int64 { return at - at%time.Hour.Milliseconds() }

// Use says when a secret of a route was used, in unix milliseconds.
type Use struct{ First, Last int64 }

// Secret names a secret of a route by its fingerprint.
type Secret struct{ Route, Fingerprint string }

var (
	hourColumns = []string{"route", "hour", "received", "duplicates", "repaired", "unreadable", "rejected", "tests"}
	onHour      = `ON CONFLICT (route, hour) DO UPDATE SET received = route_hours.received + excluded.received,
		duplicates = route_hours.duplicates + excluded.duplicates, repaired = route_hours.repaired + excluded.repaired,
		unreadable = route_hours.unreadable + excluded.unreadable, rejected = route_hours.rejected + excluded.rejected,
		tests = route_hours.tests + excluded.tests`
	secretColumns = []string{"route", "fingerprint", "first_at", "last_at"}
	onSecret      = `ON CONFLICT (route, fingerprint) DO UPDATE SET
		last_at = CASE WHEN excluded.last_at > route_secrets.last_at THEN excluded.last_at ELSE route_secrets.last_at END`
)

// Add adds to what is counted so far.
func Add(ctx context.Context, tx *store.Tx, counts map[Hour]Counts, used map[Secret]Use) error {
	// In one order everywhere: two processes that add at the same time must not wait for each other.
	var rows [][]any
	for _, h := range slices.SortedFunc(maps.Keys(counts), func(a, b Hour) int { return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.At, b.At)) }) {
		c := counts[h]
		rows = append(rows, []any{h.Route, h.At, c.Received, c.Duplicates, c.Repaired, c.Unreadable, c.Rejected, c.Tests})
	}
	if _, err := tx.Insert(ctx, "route_hours", hourColumns, rows, onHour); err != nil {
		return err
	}
	rows = nil
	for _, s := range slices.SortedFunc(maps.Keys(used), func(a, b Secret) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Fingerprint, b.Fingerprint))
	}) {
		rows = append(rows, []any{s.Route, s.Fingerprint, used[s].First, used[s].Last})
	}
	_, err := tx.Insert(ctx, "route_secrets", secretColumns, rows, onSecret)
	return err
}

// Since sums what came in by each route from an hour on.
func Since(ctx context.Context, s *store.Store, from int64) (map[string]Counts, error) {
	out := map[string]Counts{}
	_, err := db.Collect(ctx, s.Read, func(r *sql.Rows) (struct{}, error) {
		var route string
		var c Counts
		err := r.Scan(&route, &c.Received, &c.Duplicates, &c.Repaired, &c.Unreadable, &c.Rejected, &c.Tests)
		out[route] = c
		return struct{}{}, err
	}, `SELECT route, CAST(SUM(received) AS BIGINT), CAST(SUM(duplicates) AS BIGINT), CAST(SUM(repaired) AS BIGINT),
		CAST(SUM(unreadable) AS BIGINT), CAST(SUM(rejected) AS BIGINT), CAST(SUM(tests) AS BIGINT)
		FROM route_hours WHERE hour >= $1 GROUP BY route`, from)
	return out, err
}

// Secrets says when each secret that ever was right was used.
func Secrets(ctx context.Context, s *store.Store) (map[Secret]Use, error) {
	out := map[Secret]Use{}
	_, err := db.Collect(ctx, s.Read, func(r *sql.Rows) (struct{}, error) {
		var of Secret
		var u Use
		err := r.Scan(&of.Route, &of.Fingerprint, &u.First, &u.Last)
		out[of] = u
		return struct{}{}, err
	}, "SELECT route, fingerprint, first_at, last_at FROM route_secrets")
	return out, err
}

// Prune forgets hours before a time.
func Prune(ctx context.Context, tx *store.Tx, before int64) (int64, error) {
	res, err := tx.ExecContext(ctx, "DELETE FROM route_hours WHERE hour < $1", before)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
