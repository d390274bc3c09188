package db

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Topic says what a transaction has made available.
type Topic string

const channel = "parley"

// Notify wakes the other replicas when the transaction commits. Once per batch
// is enough, and all that PostgreSQL likes. On SQLite there are no others.
func (tx *Tx) Notify(ctx context.Context, topic Topic) error {
	if tx.Dialect.Name != "postgres" {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, string(topic))
	return err
}

// Listen calls wake for every notice of another replica (and our own) until ctx
// ends, connecting again when the connection breaks. A notice may be missed
// meanwhile, so callers poll as well. On SQLite it returns at once.
func (d *DB) Listen(ctx context.Context, wake func(Topic), trouble func(error)) {
	if d.pool == nil {
		return
	}
	for ctx.Err() == nil {
		if err := d.listenOnce(ctx, wake); err != nil && ctx.Err() == nil {
			trouble(err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (d *DB) listenOnce(ctx context.Context, wake func(Topic)) error {
	conn, err := pgx.Connect(ctx, d.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		wake(Topic(n.Payload))
	}
}
