// Package calls is the ledger of tools: what was called, for whom, and what came of it,
// so that a call is carried out once whatever happens to the process that makes it.
//
// What makes it hold:
//
//   - A call's id says the conversation, the customer's message, the tool and the
//     arguments. A turn that is given again after a crash asks for the same call.
//   - Whoever carries a call out has written "started" and a lease before anything is
//     sent, and writes the outcome only while that very attempt is still its own. So of
//     two processes one carries it out and the other waits.
//   - An attempt whose lease has run out may have had its effect. What only reads, and
//     what the other side knows how to take twice, is attempted again; any other write
//     becomes unknown and is never sent again.
//   - A write starts only after the customer's yes, and an outcome never changes.
//
// It owns no HTTP and no catalogue: package bot/tool/run decides what to send. Start
// reading at [Begin].
package calls

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Plan is a call that somebody wants made.
type Plan struct {
	ID           string // tool.Call.ID
	Workspace    string
	Conversation chat.ConversationID
	Turn         chat.TurnID
	Effect       tool.Effect
	Idempotent   bool
	Call         tool.Call
	By           string // who asks; another one every time
	Lease        int64  // milliseconds that one attempt may take
}

// Entry is a call as the ledger knows it. Times are in unix milliseconds, 0 until then.
type Entry struct {
	ID           string
	Workspace    string
	Conversation chat.ConversationID
	Turn         chat.TurnID // the first that asked
	Tool         string
	Effect       tool.Effect
	Idempotent   bool
	Args         string // JSON
	State        tool.State
	Attempt      int
	Result       string // JSON of tool.Result; empty until it has ended
	LeaseBy      string
	LeaseUntil   int64

	PlannedAt, ConfirmedAt, StartedAt, EndedAt int64
}

// Ended says that the call has an outcome, which will not change.
func (e *Entry) Ended() bool {
	return e.State == tool.Done || e.State == tool.Failed || e.State == tool.Unknown
}

// Outcome is the result of a call that has ended.
func (e *Entry) Outcome() (r tool.Result, err error) {
	if err := json.Unmarshal([]byte(e.Result), &r); err != nil {
		return r, fmt.Errorf("result of tool call %s: %w", e.ID, err)
	}
	return r, nil
}

// Verdict is what somebody who wants a call may do.
type Verdict string

// Go: carry it out as the entry's attempt, then Finish. Over: it has an outcome. Busy:
// somebody else is at it, until the lease at the latest. Unconfirmed: a write without the
// customer's yes.
const (
	Go          Verdict = "go"
	Over        Verdict = "over"
	Busy        Verdict = "busy"
	Unconfirmed Verdict = "unconfirmed"
)

var columns = []string{
	"id", "workspace", "conversation_id", "turn_id", "tool", "effect", "idempotent", "args", "state", "attempt", "result", "lease_by", "lease_until",
	"planned_at", "confirmed_at", "started_at", "ended_at",
}

var selectEntry = "SELECT " + strings.Join(columns, ", ") + " FROM tool_calls "

func scan(rows *sql.Rows) (*Entry, error) {
	e := new(Entry)
	var idempotent int64
	err := rows.Scan(&e.ID, &e.Workspace, &e.Conversation, &e.Turn, &e.Tool, &e.Effect, &idempotent, &e.Args, &e.State, &e.Attempt, &e.Result,
		&e.LeaseBy, &e.LeaseUntil, &e.PlannedAt, &e.ConfirmedAt, &e.StartedAt, &e.EndedAt)
	e.Idempotent = idempotent != 0
	return e, err
}

// Begin asks for a call. The entry is as it stands afterwards.
func Begin(ctx context.Context, tx *store.Tx, p Plan, now int64) (*Entry, Verdict, error) {
	args, err := json.Marshal(p.Call.Args)
	if err != nil {
		return nil, "", fmt.Errorf("arguments of tool %s: %w", p.Call.Tool, err)
	}
	idempotent := 0
	if p.Idempotent {
		idempotent = 1
	}
	row := []any{
		p.ID, p.Workspace, string(p.Conversation), string(p.Turn), p.Call.Tool, string(p.Effect), idempotent, string(args), string(tool.Planned), 0, "", "", 0,
		now, 0, 0, 0,
	}
	if _, err := tx.Insert(ctx, "tool_calls", columns, [][]any{row}, "ON CONFLICT (id) DO NOTHING"); err != nil {
		return nil, "", err
	}
	e, err := one(db.Collect(ctx, tx, scan, selectEntry+"WHERE id = $1"+tx.Dialect.Lock, p.ID))
	if err != nil {
		return nil, "", err
	}
	if e == nil {
		return nil, "", db.ErrRaced
	}
	before := *e
	verdict, err := e.begin(p, now)
	if err != nil || *e == before {
		return e, verdict, err
	}
	return e, verdict, e.save(ctx, tx, before)
}

// begin is the rule.
func (e *Entry) begin(p Plan, now int64) (Verdict, error) {
	if e.Ended() {
		return Over, nil
	}
	if e.State == tool.Started && now < e.LeaseUntil {
		return Busy, nil
	}
	if e.State == tool.Started && e.Effect == tool.Write && !e.Idempotent {
		return Over, e.end(tool.Result{
			Call: p.Call, State: tool.Unknown, Problem: "the process ended while it was making the call; the write may or may not have happened",
		}, now)
	}
	if e.State == tool.Planned && e.Effect == tool.Write {
		if !p.Call.Confirmed {
			return Unconfirmed, nil
		}
		e.State, e.ConfirmedAt = tool.Confirmed, now
	}
	e.State, e.StartedAt = tool.Started, now
	e.Attempt++
	e.LeaseBy, e.LeaseUntil = p.By, now+p.Lease
	return Go, nil
}

func (e *Entry) end(r tool.Result, now int64) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("result of tool %s: %w", e.Tool, err)
	}
	e.State, e.Result, e.EndedAt, e.LeaseBy, e.LeaseUntil = r.State, string(raw), now, "", 0
	return nil
}

// save writes what has changed, if nobody else has changed it since it was read.
func (e *Entry) save(ctx context.Context, tx *store.Tx, was Entry) error {
	saved, err := e.swap(ctx, tx, was)
	if err == nil && !saved {
		err = db.ErrRaced
	}
	return err
}

func (e *Entry) swap(ctx context.Context, tx *store.Tx, was Entry) (bool, error) {
	res, err := tx.ExecContext(ctx, `UPDATE tool_calls SET state = $1, attempt = $2, result = $3, lease_by = $4, lease_until = $5,
		confirmed_at = $6, started_at = $7, ended_at = $8 WHERE id = $9 AND state = $10 AND attempt = $11 AND lease_by = $12`,
		string(e.State), e.Attempt, e.Result, e.LeaseBy, e.LeaseUntil, e.ConfirmedAt, e.StartedAt, e.EndedAt, e.ID, string(was.State), was.Attempt, was.LeaseBy)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Again takes the lease anew for a further attempt of a call that is still one's own. It
// must not be asked for after an attempt of a write that cannot be repeated.
func Again(ctx context.Context, tx *store.Tx, e Entry, lease, now int64) (Entry, bool, error) {
	next := e
	next.Attempt++
	next.LeaseUntil = now + lease
	ours, err := next.swap(ctx, tx, e)
	return next, ours, err
}

// Free gives up an attempt that has certainly had no effect, so that the next who asks
// need not wait for its lease.
func Free(ctx context.Context, tx *store.Tx, e Entry) error {
	next := e
	next.LeaseUntil = 0
	_, err := next.swap(ctx, tx, e)
	return err
}

// Finish writes the outcome of the attempt that Begin or Again gave. It is false when the
// call is no longer one's own: somebody else goes on with it, or has given it an outcome.
func Finish(ctx context.Context, tx *store.Tx, e Entry, r tool.Result, now int64) (bool, error) {
	next := e
	if err := next.end(r, now); err != nil {
		return false, err
	}
	if !next.Ended() {
		return false, fmt.Errorf("tool %s cannot end as %q", e.Tool, r.State)
	}
	return next.swap(ctx, tx, e)
}

// Find gives a call, or nil.
func Find(ctx context.Context, s *store.Store, id string) (*Entry, error) {
	return one(db.Collect(ctx, s.Read, scan, selectEntry+"WHERE id = $1", id))
}

// Of lists the calls made for a conversation, oldest first.
func Of(ctx context.Context, s *store.Store, id chat.ConversationID) ([]*Entry, error) {
	return db.Collect(ctx, s.Read, scan, selectEntry+"WHERE conversation_id = $1 ORDER BY planned_at, id", string(id))
}

func one(list []*Entry, err error) (*Entry, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}
