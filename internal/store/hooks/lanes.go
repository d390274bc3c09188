package hooks

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"parley/internal/store"
	"parley/internal/store/db"
)

// lane is the order in which one hook hears of one conversation. One delivery of
// a lane is under way at a time.
type lane struct{ hook, id string }

func byHook(a, b lane) int { return cmp.Or(cmp.Compare(a.hook, b.hook), cmp.Compare(a.id, b.id)) }

// wakeLanes makes lanes due at a time, unless they are earlier or somebody is
// sending their head.
func wakeLanes(ctx context.Context, tx *store.Tx, due map[lane]int64) error {
	var rows [][]any
	for _, l := range slices.SortedFunc(maps.Keys(due), byHook) {
		rows = append(rows, []any{l.hook, l.id, due[l], 0, ""})
	}
	_, err := tx.Insert(ctx, "hook_lanes", []string{"hook_id", "lane", "due_at", "lease_until", "lease_by"}, rows,
		`ON CONFLICT (hook_id, lane) DO UPDATE SET due_at = CASE WHEN hook_lanes.lease_until >= hook_lanes.due_at OR hook_lanes.due_at < excluded.due_at
			THEN hook_lanes.due_at ELSE excluded.due_at END`)
	return err
}

// Due says when each hook wants to be called next.
func Due(ctx context.Context, s *store.Store) (map[string]int64, error) {
	out := map[string]int64{}
	_, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var at int64
		err := rows.Scan(&id, &at)
		out[id] = at
		return struct{}{}, err
	}, "SELECT hook_id, MIN(due_at) FROM hook_lanes GROUP BY hook_id")
	return out, err
}

// Patience is the number of failed attempts after which a delivery no longer
// keeps the later ones of its conversation waiting: order matters less than
// hearing at all.
const Patience = 5

// Claim takes due deliveries of one hook, one of a lane at most, and counts the
// attempt before it is made. Whoever dies is forgotten when the lease ends.
func Claim(ctx context.Context, tx *store.Tx, hook string, claim store.Claim, now int64) ([]Delivery, error) {
	lanes, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"SELECT lane FROM hook_lanes WHERE hook_id = $1 AND due_at <= $2 AND lease_until <= $2 ORDER BY due_at LIMIT $3"+tx.Dialect.SkipLocked, hook, now, claim.Limit)
	if err != nil {
		return nil, err
	}
	var out []Delivery
	for _, id := range lanes {
		d, next, err := head(ctx, tx, lane{hook, id}, now)
		if err != nil {
			return nil, err
		}
		if d == nil {
			if err := rest(ctx, tx, lane{hook, id}, next); err != nil {
				return nil, err
			}
			continue
		}
		d.Attempts++
		d.TriedAt = now
		if _, err := tx.ExecContext(ctx, "UPDATE hook_deliveries SET attempts = $2, tried_at = $3 WHERE id = $1", d.ID, d.Attempts, now); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE hook_lanes SET due_at = $3, lease_until = $3, lease_by = $4 WHERE hook_id = $1 AND lane = $2",
			hook, id, now+claim.Lease, claim.By); err != nil {
			return nil, err
		}
		out = append(out, *d)
	}
	return out, nil
}

// head chooses what of a lane goes next: the oldest, or, while one that has often
// failed rests, the oldest after it. Without one that is due it says when there will be.
func head(ctx context.Context, tx *store.Tx, l lane, now int64) (due *Delivery, next int64, err error) {
	after := int64(0)
	for {
		found, err := db.Collect(ctx, tx, scanDelivery, selectDelivery+"WHERE hook_id = $1 AND lane = $2 AND state = 'waiting' AND n > $3 ORDER BY n LIMIT 8", l.hook, l.id, after)
		if err != nil || len(found) == 0 {
			return nil, next, err
		}
		for _, d := range found {
			if d.NextAt <= now {
				return &d, 0, nil
			}
			if next == 0 || d.NextAt < next {
				next = d.NextAt
			}
			if d.Attempts < Patience {
				return nil, next, nil
			}
			after = d.N
		}
	}
}

// rest lets a lane sleep until a time, or forgets it when nothing waits in it.
func rest(ctx context.Context, tx *store.Tx, l lane, next int64) error {
	statement, args := "UPDATE hook_lanes SET due_at = $3, lease_until = 0, lease_by = '' WHERE hook_id = $1 AND lane = $2", []any{l.hook, l.id, next}
	if next == 0 {
		statement, args = "DELETE FROM hook_lanes WHERE hook_id = $1 AND lane = $2", args[:2]
	}
	_, err := tx.ExecContext(ctx, statement, args...)
	return err
}

// Finish records the outcome of a claimed delivery, by its State, NextAt and what
// was heard, and lets its lane go on. It reports false when the lease was lost:
// somebody else has it now, or the hook is gone.
func Finish(ctx context.Context, tx *store.Tx, by string, d Delivery, now int64) (bool, error) {
	l := lane{d.HookID, d.Lane}
	held, err := db.Collect(ctx, tx, func(rows *sql.Rows) (by string, err error) { return by, rows.Scan(&by) },
		"SELECT lease_by FROM hook_lanes WHERE hook_id = $1 AND lane = $2"+tx.Dialect.Lock, l.hook, l.id)
	if err != nil || len(held) == 0 || held[0] != by {
		return false, err
	}
	if d.State != Waiting {
		d.DoneAt = now
	}
	if _, err := tx.ExecContext(ctx, `UPDATE hook_deliveries SET state = $2, next_at = $3, status = $4, error = $5, answer = $6, millis = $7, done_at = $8 WHERE id = $1`,
		d.ID, string(d.State), d.NextAt, d.Status, d.Error, d.Answer, d.Millis, d.DoneAt); err != nil {
		return false, err
	}
	due, next, err := head(ctx, tx, l, now)
	if err != nil {
		return false, err
	}
	if due != nil {
		next = max(due.NextAt, 1)
	}
	return true, rest(ctx, tx, l, next)
}
