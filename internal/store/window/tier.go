package window

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Period is how far back the people who got a template count (Meta, "Messaging
// limits": unique customers in a moving 24 hours), in milliseconds.
const Period = 24 * 60 * 60 * 1000

// Contacted is to how many people templates went or are going, and when the first of
// them stops counting; 0 if there is none.
type Contacted struct {
	People int
	FreeAt int64
}

// A template counts from when it left, or while it may leave; one that surely did not
// leave never does. queued_at comes first because it has the index; nothing waits for a day.
const counted = `FROM deliveries WHERE layout IN ('template', 'notice') AND workspace = $1 AND queued_at > CAST($2 AS BIGINT) - 86400000
	AND (state IN ('queued', 'sending') OR state IN ('accepted', 'unknown') AND sent_at > $2) `

// Count counts them for a workspace, whose number they were sent from.
func Count(ctx context.Context, q db.Querier, workspace string, now int64) (c Contacted, err error) {
	found, err := db.Collect(ctx, q, func(rows *sql.Rows) (c Contacted, err error) {
		var first sql.NullInt64
		if err = rows.Scan(&c.People, &first); first.Valid {
			c.FreeAt = first.Int64 + Period
		}
		return c, err
	}, `SELECT COUNT(*), MIN(last_at) FROM
		(SELECT contact_id, MAX(CASE WHEN sent_at > 0 THEN sent_at ELSE queued_at END) AS last_at `+counted+`GROUP BY contact_id) AS people`,
		workspace, now-Period)
	if err == nil {
		c = found[0]
	}
	return c, err
}

// Allow refuses a template that would go beyond the limit of people, 0 being none, with
// a Conflict. It keeps others from counting until the transaction ends, and comes before
// any other lock of it.
func Allow(ctx context.Context, tx *store.Tx, workspace string, contact chat.ContactID, limit int, now int64) error {
	if limit == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO template_gates (workspace, at) VALUES ($1, $2)
		ON CONFLICT (workspace) DO UPDATE SET at = excluded.at`, workspace, now); err != nil {
		return err
	}
	var known int
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) "+counted+"AND contact_id = $3", workspace, now-Period, string(contact)).Scan(&known); err != nil {
		return err
	}
	if known > 0 {
		return nil // who was written to already counts once
	}
	c, err := Count(ctx, tx, workspace, now)
	if err != nil || c.People < limit {
		return err
	}
	return &Full{Contacted: c, Limit: limit}
}

// Full says that no more people may be sent a template for now.
type Full struct {
	Contacted
	Limit int
}

func (f *Full) Error() string { return f.Unwrap().Error() }

// Unwrap gives the error that a person may read.
func (f *Full) Unwrap() error {
	return chat.Errorf(chat.Conflict, "messaging_limit: %d different customers were sent a template in the last 24 hours, and the number's tier is %s; "+
		"the next is free at %s. Raise window.messaging_limit when Meta has raised the tier",
		f.People, strconv.Itoa(f.Limit), time.UnixMilli(f.FreeAt).UTC().Format("2006-01-02 15:04 UTC"))
}

// AsFull finds a Full in an error.
func AsFull(err error) (*Full, bool) {
	var f *Full
	ok := errors.As(err, &f)
	return f, ok
}
