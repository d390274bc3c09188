// Package usage is the ledger of what models cost and how their turns ended, by
// conversation and by day. It holds numbers and names only: no text of anybody.
//
// It must not decide what a budget allows. Start reading at [Note] and [SpentOn].
package usage

import (
	"context"
	"database/sql"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Fallback is the Outcome of a turn in which the model was of no use and the embedded
// bot's reply stood; Turn.Failure says why. The other outcomes are how models end.
const Fallback = "fallback"

// Brain is the Provider of a turn in which a brain of the operator's own was asked. Its name
// is the Model, and its turns cost nothing here.
const Brain = "brain"

// Turn is one turn in which a model was asked.
type Turn struct {
	ID           string
	Workspace    string
	Route        string
	Conversation chat.ConversationID
	At           int64 // unix milliseconds
	Provider     string
	Model        string // as the settings name it
	Calls        int64
	In, Out      int64 // tokens
	Micros       int64 // millionths of the currency of the settings
	Millis       int64 // time spent
	Outcome      string
	Failure      string // with Fallback
	Violation    string // the check that failed last, whether or not it was mended
}

// DayOf is the beginning of the day, in UTC, that a time in unix milliseconds lies in.
func DayOf(at int64) int64 { return at - at%(24*time.Hour).Milliseconds() }

var (
	turnColumns = []string{
		"id", "workspace", "route", "conversation_id", "at", "provider", "model", "calls", "tokens_in", "tokens_out", "micros", "millis", "outcome", "failure", "violation",
	}
	dayColumns = []string{
		"workspace", "day", "route", "model", "outcome", "failure", "turns", "calls", "tokens_in", "tokens_out", "micros", "millis",
	}
	onDay = `ON CONFLICT (workspace, day, route, model, outcome, failure) DO UPDATE SET turns = model_days.turns + excluded.turns,
		calls = model_days.calls + excluded.calls, tokens_in = model_days.tokens_in + excluded.tokens_in,
		tokens_out = model_days.tokens_out + excluded.tokens_out, micros = model_days.micros + excluded.micros,
		millis = model_days.millis + excluded.millis`
)

// Note writes a turn down, once: the same ID again changes nothing.
func Note(ctx context.Context, tx *store.Tx, t Turn) error {
	n, err := tx.Insert(ctx, "model_turns", turnColumns, [][]any{{
		t.ID, t.Workspace, t.Route, string(t.Conversation), t.At, t.Provider, t.Model, t.Calls, t.In, t.Out, t.Micros, t.Millis, t.Outcome, t.Failure, t.Violation,
	}}, "ON CONFLICT (id) DO NOTHING")
	if err != nil || n == 0 {
		return err
	}
	_, err = tx.Insert(ctx, "model_days", dayColumns, [][]any{{
		t.Workspace, DayOf(t.At), t.Route, t.Model, t.Outcome, t.Failure, 1, t.Calls, t.In, t.Out, t.Micros, t.Millis,
	}}, onDay)
	return err
}

// Spent is money, in millionths of the currency of the settings.
type Spent struct {
	Conversation int64 // this conversation, ever
	Day          int64 // its workspace, on the day of the question
}

// SpentOn says what a conversation and the day of at have cost so far.
func SpentOn(ctx context.Context, s *store.Store, workspace string, conversation chat.ConversationID, at int64) (Spent, error) {
	found, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (v Spent, err error) {
		return v, rows.Scan(&v.Conversation, &v.Day)
	}, `SELECT CAST(COALESCE((SELECT SUM(micros) FROM model_turns WHERE conversation_id = $1), 0) AS BIGINT),
		CAST(COALESCE((SELECT SUM(micros) FROM model_days WHERE workspace = $2 AND day = $3), 0) AS BIGINT)`,
		string(conversation), workspace, DayOf(at))
	if err != nil || len(found) == 0 {
		return Spent{}, err
	}
	return found[0], nil
}

// Of lists the turns of a conversation, oldest first.
func Of(ctx context.Context, s *store.Store, conversation chat.ConversationID) ([]Turn, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (t Turn, err error) {
		return t, rows.Scan(&t.ID, &t.Workspace, &t.Route, &t.Conversation, &t.At, &t.Provider, &t.Model, &t.Calls, &t.In, &t.Out, &t.Micros,
			&t.Millis, &t.Outcome, &t.Failure, &t.Violation)
	}, `SELECT id, workspace, route, conversation_id, at, provider, model, calls, tokens_in, tokens_out, micros, millis, outcome, failure, violation
		FROM model_turns WHERE conversation_id = $1 ORDER BY at, id`, string(conversation))
}

// Sum is what the turns of one day, route, model and ending come to.
type Sum struct {
	Workspace string
	Day       int64
	Route     string
	Model     string
	Outcome   string
	Failure   string
	Turns     int64
	Calls     int64
	In, Out   int64
	Micros    int64
	Millis    int64 // all turns together
}

// Days sums from the day of one time up to and with that of another, in the order of
// workspace, day, route, model, outcome and failure. An empty workspace means all.
func Days(ctx context.Context, s *store.Store, workspace string, from, to int64) ([]Sum, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (v Sum, err error) {
		return v, rows.Scan(&v.Workspace, &v.Day, &v.Route, &v.Model, &v.Outcome, &v.Failure, &v.Turns, &v.Calls, &v.In, &v.Out, &v.Micros, &v.Millis)
	}, `SELECT workspace, day, route, model, outcome, failure, turns, calls, tokens_in, tokens_out, micros, millis FROM model_days
		WHERE ($1 = '' OR workspace = $1) AND day >= $2 AND day <= $3 ORDER BY workspace, day, route, model, outcome, failure`,
		workspace, DayOf(from), DayOf(to))
}

// Prune forgets turns from before a time, at most limit of them, and says how many; the
// sums of the days stay.
func Prune(ctx context.Context, tx *store.Tx, before int64, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, "DELETE FROM model_turns WHERE id IN (SELECT id FROM model_turns WHERE at < $1 ORDER BY at LIMIT $2)", before, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
