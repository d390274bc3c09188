package hooks

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// State is where a delivery stands.
type State string

// A delivery waits for its first or next attempt, is done with, or was given up.
const (
	Waiting State = "waiting"
	Done    State = "done"
	Dead    State = "dead"
)

// Delivery is one event on its way to one hook.
type Delivery struct {
	ID       string
	HookID   string
	EventID  string // the same over all attempts, and for all hooks
	Event    string
	Lane     string // what is in one lane arrives in order: the conversation's id
	N        int64  // order of all deliveries
	Payload  string // JSON, as it is sent
	State    State
	Attempts int
	NextAt   int64  // when it is tried next; meaningless once it is not waiting
	Status   int    // HTTP status of the last attempt; 0 if there was none
	Error    string // why the last attempt failed: a code, a colon and a sentence
	Answer   string // beginning of what the receiver said last
	Millis   int64  // how long the last attempt took
	At       int64  // when the event happened
	TriedAt  int64
	DoneAt   int64
}

var deliveryColumns = []string{
	"id", "hook_id", "event_id", "event", "lane", "n", "payload", "state", "attempts", "next_at", "status", "error", "answer", "millis", "at", "tried_at", "done_at",
}

func deliveryRow(d Delivery) []any {
	return []any{
		d.ID, d.HookID, d.EventID, d.Event, d.Lane, d.N, d.Payload, string(d.State), d.Attempts, d.NextAt, d.Status, d.Error, d.Answer, d.Millis, d.At, d.TriedAt, d.DoneAt,
	}
}

var selectDelivery = "SELECT " + strings.Join(deliveryColumns, ", ") + " FROM hook_deliveries "

func scanDelivery(rows *sql.Rows) (d Delivery, err error) {
	return d, rows.Scan(&d.ID, &d.HookID, &d.EventID, &d.Event, &d.Lane, &d.N, &d.Payload, &d.State, &d.Attempts, &d.NextAt, &d.Status, &d.Error, &d.Answer,
		&d.Millis, &d.At, &d.TriedAt, &d.DoneAt)
}

// insertDeliveries numbers deliveries on from last and makes their lanes due. One
// of an event that its hook has already is left out.
func insertDeliveries(ctx context.Context, tx *store.Tx, list []Delivery, last int64) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([][]any, len(list))
	due := map[lane]int64{}
	for i, d := range list {
		d.N, d.State, d.NextAt = last+int64(i)+1, Waiting, d.At
		rows[i] = deliveryRow(d)
		due[lane{d.HookID, d.Lane}] = d.At
	}
	if _, err := tx.Insert(ctx, "hook_deliveries", deliveryColumns, rows, "ON CONFLICT (hook_id, event_id) DO NOTHING"); err != nil {
		return err
	}
	return wakeLanes(ctx, tx, due)
}

// Record keeps a delivery that was made outside of the lanes: a test.
func Record(ctx context.Context, tx *store.Tx, d Delivery) error {
	_, err := tx.Insert(ctx, "hook_deliveries", deliveryColumns, [][]any{deliveryRow(d)}, "")
	return err
}

// Filter chooses deliveries of one hook.
type Filter struct {
	HookID string
	State  State  // empty for all
	Before string // id of the last one seen, or empty
	Limit  int
}

// Deliveries lists a page, newest first.
func Deliveries(ctx context.Context, s *store.Store, f Filter) ([]Delivery, error) {
	where, args := "WHERE hook_id = $1", []any{f.HookID}
	if f.State != "" {
		args = append(args, string(f.State))
		where += " AND state = $2"
	}
	if f.Before != "" {
		args = append(args, f.Before)
		where += " AND id < $" + strconv.Itoa(len(args))
	}
	args = append(args, f.Limit)
	return db.Collect(ctx, s.Read, scanDelivery, selectDelivery+where+" ORDER BY id DESC LIMIT $"+strconv.Itoa(len(args)), args...)
}

// DeliveryByID gives one delivery.
func DeliveryByID(ctx context.Context, s *store.Store, id string) (Delivery, error) {
	return oneDelivery(db.Collect(ctx, s.Read, scanDelivery, selectDelivery+"WHERE id = $1", id))
}

func oneDelivery(found []Delivery, err error) (Delivery, error) {
	if err == nil && len(found) == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such delivery; it may have outlived its retention")
	}
	if err != nil {
		return Delivery{}, err
	}
	return found[0], nil
}

// Replay sends a delivery again, from its first attempt on. One that is already
// waiting is tried at once.
func Replay(ctx context.Context, tx *store.Tx, id string, now int64) (Delivery, error) {
	d, err := oneDelivery(db.Collect(ctx, tx, scanDelivery, selectDelivery+"WHERE id = $1", id))
	if err != nil {
		return d, err
	}
	if d.Lane == "" {
		return d, chat.Errorf(chat.Invalid, "a test is not sent again; send a new one")
	}
	_, err = replay(ctx, tx, now, "id = $3", id)
	return d, err
}

// ReplayDead sends everything of a hook again that was given up, in its order. It
// says how many that are.
func ReplayDead(ctx context.Context, tx *store.Tx, hook string, now int64) (int, error) {
	return replay(ctx, tx, now, "hook_id = $3 AND state = 'dead' AND lane <> ''", hook)
}

func replay(ctx context.Context, tx *store.Tx, now int64, which string, arg any) (int, error) {
	lanes, err := db.Collect(ctx, tx, func(rows *sql.Rows) (l lane, err error) { return l, rows.Scan(&l.hook, &l.id) },
		`UPDATE hook_deliveries SET state = $1, attempts = 0, next_at = $2, done_at = 0 WHERE `+which+" RETURNING hook_id, lane", string(Waiting), now, arg)
	if err != nil {
		return 0, err
	}
	due := make(map[lane]int64, len(lanes))
	for _, l := range lanes {
		due[l] = now
	}
	return len(lanes), wakeLanes(ctx, tx, due)
}

// Count is how many deliveries of a hook are in which state.
type Count struct {
	Waiting, Dead int
	Oldest        int64 // when the oldest waiting one happened; 0 if none waits
}

// Counts counts what waits and what was given up, by hook.
func Counts(ctx context.Context, s *store.Store) (map[string]Count, error) {
	out := map[string]Count{}
	_, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id string
		var state State
		var n int
		var oldest int64
		err := rows.Scan(&id, &state, &n, &oldest)
		c := out[id]
		if state == Dead {
			c.Dead = n
		} else {
			c.Waiting, c.Oldest = n, oldest
		}
		out[id] = c
		return struct{}{}, err
	}, "SELECT hook_id, state, COUNT(*), MIN(at) FROM hook_deliveries WHERE state IN ('waiting', 'dead') AND lane <> '' GROUP BY hook_id, state")
	return out, err
}

// Prune deletes deliveries that were done with before a time, at most limit of them.
func Prune(ctx context.Context, tx *store.Tx, before int64, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM hook_deliveries WHERE id IN
		(SELECT id FROM hook_deliveries WHERE state <> 'waiting' AND done_at < $1 ORDER BY done_at LIMIT $2)`, before, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
