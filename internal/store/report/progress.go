package report

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Progress says how far counting has come. It is one row, shared by all replicas.
type Progress struct {
	version    int64
	Edition    int64               // of the rules that conversations were counted by
	Feed       store.Cursor        // changes up to here are counted
	Recounting bool                // all conversations are being counted anew ...
	Recounted  chat.ConversationID // ... up to this one, in the order of ids
}

// Load reads it.
func Load(ctx context.Context, s *store.Store) (p Progress, err error) {
	var feed string
	var recounting int64
	err = s.Read.QueryRowContext(ctx, "SELECT version, edition, feed, recounting, recounted FROM report_progress WHERE id = 1").Scan(
		&p.version, &p.Edition, &feed, &recounting, &p.Recounted)
	p.Recounting = recounting != 0
	if err == nil && feed != "" {
		p.Feed, err = store.ParseCursor(feed)
	}
	return p, err
}

// Counted is what one conversation counts for now.
type Counted struct {
	ID     chat.ConversationID
	Counts Counts
	DueAt  int64 // when it may count for something else though nothing happens to it; 0 if never
}

// ErrOvertaken means that another replica has counted meanwhile, so that what was
// read may be old: load and read again.
var ErrOvertaken = errors.New("another replica counts")

// Apply puts new counts in the place of old ones and moves on from was to next,
// which carries the version to go on with. It is ErrOvertaken, and nothing changes,
// when was is not the present progress any more.
func Apply(ctx context.Context, tx *store.Tx, was Progress, next *Progress, list []Counted) error {
	recounting := 0
	if next.Recounting {
		recounting = 1
	}
	// The row is also the lock: whoever counts at the same time waits here, and then finds another version.
	res, err := tx.ExecContext(ctx,
		"UPDATE report_progress SET version = $1, edition = $2, feed = $3, recounting = $4, recounted = $5 WHERE id = 1 AND version = $6",
		was.version+1, next.Edition, next.Feed.String(), recounting, string(next.Recounted), was.version)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return cmpErr(err, ErrOvertaken)
	}
	change, err := replace(ctx, tx, list)
	if err != nil {
		return err
	}
	if err := addToDays(ctx, tx, change); err != nil {
		return err
	}
	next.version = was.version + 1
	return nil
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// replace stores what conversations count for, and gives the difference to what
// they counted for before.
func replace(ctx context.Context, tx *store.Tx, list []Counted) (Counts, error) {
	change := Counts{}
	if len(list) == 0 {
		return change, nil
	}
	ids := make([]chat.ConversationID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	type row struct {
		id      chat.ConversationID
		counted string
		dueAt   int64
	}
	rows, err := db.Collect(ctx, tx, func(r *sql.Rows) (v row, err error) { return v, r.Scan(&v.id, &v.counted, &v.dueAt) },
		"SELECT conversation_id, counted, due_at FROM report_conversations WHERE conversation_id "+in, args...)
	if err != nil {
		return nil, err
	}
	known := make(map[chat.ConversationID]row, len(rows))
	for _, r := range rows {
		known[r.id] = r
	}
	var save [][]any
	for _, c := range list {
		before, ok := known[c.ID]
		text := c.Counts.encode()
		if ok && before.counted == text && before.dueAt == c.DueAt {
			continue
		}
		save = append(save, []any{string(c.ID), text, c.DueAt})
		if before.counted == text {
			continue
		}
		old, err := decodeCounts(before.counted)
		if err != nil {
			return nil, err
		}
		change.AddAll(old, -1)
		change.AddAll(c.Counts, 1)
	}
	slices.SortFunc(save, func(a, b []any) int { return compareText(a[0], b[0]) })
	columns := []string{"conversation_id", "counted", "due_at"}
	_, err = tx.Insert(ctx, "report_conversations", columns, save, db.Overwrite("conversation_id", columns))
	return change, err
}

func compareText(a, b any) int {
	x, y := a.(string), b.(string)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// addToDays adds a difference to the sums of the days.
func addToDays(ctx context.Context, tx *store.Tx, change Counts) error {
	byDay := map[dayKey]Counts{}
	for cell, n := range change {
		key := dayKey{floorDiv(cell.Hour, 24), cell.Route, cell.Team}
		if byDay[key] == nil {
			byDay[key] = Counts{}
		}
		byDay[key][cell] = n
	}
	keys := slices.SortedFunc(maps.Keys(byDay), func(a, b dayKey) int {
		return Cell{Hour: a.day, Route: a.route, Team: a.team}.compare(Cell{Hour: b.day, Route: b.route, Team: b.team})
	})
	columns := []string{"day", "route", "team", "numbers"}
	var save [][]any
	for _, key := range keys {
		var text string
		err := tx.QueryRowContext(ctx, "SELECT numbers FROM report_days WHERE day = $1 AND route = $2 AND team = $3",
			key.day, key.route, key.team).Scan(&text)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		day, err := decodeNumbers(text)
		if err != nil {
			return err
		}
		for cell, n := range byDay[key] {
			s := series{cell.Name, cell.Key}
			if day[s] == nil {
				day[s] = &[24]int64{}
			}
			day[s][cell.Hour-key.day*24] += n
		}
		save = append(save, []any{key.day, key.route, key.team, day.encode()})
	}
	_, err := tx.Insert(ctx, "report_days", columns, save, db.Overwrite("day,route,team", columns))
	return err
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Due lists conversations that count for something else now that time has passed.
func Due(ctx context.Context, s *store.Store, now int64, limit int) ([]chat.ConversationID, error) {
	return db.Collect(ctx, s.Read, scanID,
		"SELECT conversation_id FROM report_conversations WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT $2", now, limit)
}

// NextDue says when the next of them will, or 0.
func NextDue(ctx context.Context, s *store.Store) (at int64, err error) {
	err = s.Read.QueryRowContext(ctx, "SELECT COALESCE(MIN(due_at), 0) FROM report_conversations WHERE due_at > 0").Scan(&at)
	return at, err
}

// After lists conversations in the order of their ids, for counting all of them.
func After(ctx context.Context, s *store.Store, id chat.ConversationID, limit int) ([]chat.ConversationID, error) {
	return db.Collect(ctx, s.Read, scanID, "SELECT id FROM conversations WHERE id > $1 ORDER BY id LIMIT $2", string(id), limit)
}

func scanID(rows *sql.Rows) (id chat.ConversationID, err error) { return id, rows.Scan(&id) }

// Day is one number in the 24 hours of a day in UTC.
type Day struct {
	First       int64 // hour
	Route, Team string
	Name, Key   string
	Hours       *[24]int64
}

// Between reads the numbers of the days in UTC that the hours from first to last, both
// included, belong to. An empty route or team means all. each must not keep the hours
// nor, unless it copies them, the strings.
func Between(ctx context.Context, s *store.Store, first, last int64, route, team string, each func(Day)) error {
	rows, err := s.Read.QueryContext(ctx, `SELECT day, route, team, numbers FROM report_days
		WHERE day >= $1 AND day <= $2 AND ($3 = '' OR route = $3) AND ($4 = '' OR team = $4) ORDER BY day`,
		floorDiv(first, 24), floorDiv(last, 24), route, team)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var d Day
		var day int64
		var text string
		if err := rows.Scan(&day, &d.Route, &d.Team, &text); err != nil {
			return err
		}
		d.First = day * 24
		err := readNumbers(text, func(name, key string, hours *[24]int64) {
			d.Name, d.Key, d.Hours = name, key, hours
			each(d)
		})
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// Routes lists the routes that anything was ever counted for.
func Routes(ctx context.Context, s *store.Store) ([]string, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (r string, err error) { return r, rows.Scan(&r) },
		"SELECT DISTINCT route FROM report_days ORDER BY route")
}
