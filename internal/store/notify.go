package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Topic says what a transaction has made available.
type Topic string

// Topics of wake-ups.
const (
	TopicTurns      Topic = "turns"
	TopicDeliveries Topic = "deliveries"
	TopicFeed       Topic = "feed"
)

const channel = "parley"

// Notify wakes the other replicas when the transaction commits. Once per batch
// is enough, and all that PostgreSQL likes. On SQLite there are no others.
func (tx *Tx) Notify(ctx context.Context, topic Topic) error {
	if tx.dialect.name != "postgres" {
		return nil
	}
	_, err := tx.tx.ExecContext(ctx, "SELECT pg_notify($1, $2)", channel, string(topic))
	return err
}

// Listen calls wake for every notice of another replica (and our own) until ctx
// ends, connecting again when the connection breaks. A notice may be missed
// meanwhile, so callers poll as well. On SQLite it returns at once.
func (s *Store) Listen(ctx context.Context, wake func(Topic), trouble func(error)) {
	if s.pool == nil {
		return
	}
	for ctx.Err() == nil {
		if err := s.listenOnce(ctx, wake); err != nil && ctx.Err() == nil {
			trouble(err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

func (s *Store) listenOnce(ctx context.Context, wake func(Topic)) error {
	conn, err := pgx.Connect(ctx, s.dsn)
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
