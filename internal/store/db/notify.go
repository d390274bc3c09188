package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Topic says what a transaction has made available.
type Topic string

const (
	channel = "parley"
	// spoken carries texts; channel carries topics.
	spoken = "parley_said"
)

// Say sends a text of less than 8,000 bytes to all replicas, ourselves included: it
// is what Listen hears. It is not kept for who does not listen. On SQLite there are
// no others, and it does nothing.
func (d *DB) Say(ctx context.Context, text string) error {
	if d.pool == nil {
		return nil
	}
	_, err := d.Read.ExecContext(ctx, "SELECT pg_notify($1, $2)", spoken, text)
	return err
}

// Notify wakes the other replicas when the transaction commits. Once per batch
// is enough, and all that PostgreSQL likes. On SQLite there are no others.
func (tx *Tx) Notify(ctx context.Context, topic Topic) error {
	if tx.Dialect.Name != "postgres" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, string(topic))
	return err
}

// Listen calls wake for every notice of another replica (and our own), and heard for
// every text that one says, until ctx ends, connecting again when the connection breaks. A notice may be missed
// meanwhile, so callers poll as well. On SQLite it returns at once.
func (d *DB) Listen(ctx context.Context, wake func(Topic), heard func(string), trouble func(error)) {
	if d.pool == nil {
		return
	}
	for ctx.Err() == nil {
		if err := d.listenOnce(ctx, wake, heard); err != nil && ctx.Err() == nil {
			trouble(err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (d *DB) listenOnce(ctx context.Context, wake func(Topic), heard func(string)) error {
	conn, err := pgx.Connect(ctx, d.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel+"; LISTEN "+spoken); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Channel == spoken {
			heard(n.Payload)
		} else {
			wake(Topic(n.Payload))
		}
	}
}
