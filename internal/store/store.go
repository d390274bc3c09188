package store

import (
	"context"

	"parley/internal/store/db"
	"parley/internal/store/migrations"
)

// Store is one database. Safe for concurrent use.
type Store struct{ *db.DB }

// Open connects to "sqlite:PATH" or "postgres://…" and migrates it in place.
// An SQLite file and its folder are made when absent.
func Open(ctx context.Context, database string) (*Store, error) {
	opened, err := db.Open(ctx, database, migrations.Files())
	if err != nil {
		return nil, err
	}
	return &Store{opened}, nil
}

// Tx is one write transaction. It must not be used after the function that was
// given it returns.
type Tx struct{ *db.Tx }

// Write runs fn in one transaction and commits it, or leaves no trace. fn may run
// several times when another transaction was in the way, so it must set its
// results anew each time.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error { return fn(&Tx{tx}) })
}

// Topics of wake-ups.
const (
	TopicTurns      Topic = "turns"
	TopicDeliveries Topic = "deliveries"
	TopicFeed       Topic = "feed"
	TopicPeople     Topic = "people" // who waits for people, who is there, or what they may take
)

// Topic says what a transaction has made available.
type Topic = db.Topic
