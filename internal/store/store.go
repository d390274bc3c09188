package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Store is one database. Safe for concurrent use.
type Store struct {
	dialect dialect
	write   *sql.DB
	read    *sql.DB
	writer  *writer       // SQLite only
	pool    *pgxpool.Pool // PostgreSQL only; for listening
	dsn     string
}

// Open connects to "sqlite:PATH" or "postgres://…" and migrates it in place.
// An SQLite file and its folder are made when absent.
func Open(ctx context.Context, database string) (*Store, error) {
	loc, err := parseURL(database)
	if err != nil {
		return nil, err
	}
	s := &Store{dialect: loc.dialect, dsn: loc.dsn}
	if loc.path != "" {
		err = s.openSQLite(loc.path)
	} else {
		err = s.openPostgres(ctx, loc.dsn)
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil && loc.path != "" {
		s.writer, err = newWriter(ctx, s.write)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), s.Close())
	}
	return s, nil
}

func (s *Store) openSQLite(path string) (err error) {
	if s.write, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return err
	}
	s.write.SetMaxOpenConns(1)
	if s.read, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return err
	}
	readers := max(4, runtime.NumCPU())
	s.read.SetMaxOpenConns(readers)
	s.read.SetMaxIdleConns(readers)
	return nil
}

func (s *Store) openPostgres(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	cfg.MaxConns = max(cfg.MaxConns, 12)
	if s.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return err
	}
	s.write = stdlib.OpenDBFromPool(s.pool)
	s.read = s.write
	return nil
}

// Close ends all connections. Nothing may use the store afterwards.
func (s *Store) Close() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.read != nil && s.read != s.write {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil {
		errs = append(errs, s.write.Close())
	}
	if s.pool != nil {
		s.pool.Close()
	}
	return errors.Join(errs...)
}

// Dialect is "sqlite" or "postgres".
func (s *Store) Dialect() string { return s.dialect.name }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.read.PingContext(ctx) }

func (s *Store) migrate(ctx context.Context) error {
	provider, err := s.provider(s.write)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (s *Store) provider(db *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, "migrations/"+s.dialect.name)
	if err != nil {
		return nil, err
	}
	if s.dialect.name == "sqlite" {
		return goose.NewProvider(goose.DialectSQLite3, db, folder)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, folder, goose.WithSessionLocker(locker))
}

// Migration is one step of the schema; Applied is zero while it is pending.
type Migration struct {
	Version int64
	Source  string
	Applied time.Time
}

// Migrations lists the steps of the schema in order.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	provider, err := s.provider(s.read)
	if err != nil {
		return nil, err
	}
	status, err := provider.Status(ctx)
	if err != nil {
		return nil, err
	}
	var out []Migration
	for _, st := range status {
		out = append(out, Migration{Version: st.Source.Version, Source: st.Source.Path, Applied: st.AppliedAt})
	}
	return out, nil
}

// Tx is one write transaction. It must not be used after the function that was
// given it returns.
type Tx struct {
	tx      executor
	dialect dialect
}

// executor runs the statements of a transaction: a *sql.Tx on PostgreSQL, the
// writer on SQLite.
type executor interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Write runs fn in one transaction and commits it, or leaves no trace. fn may run
// several times when another transaction was in the way, so it must set its
// results anew each time.
func (s *Store) Write(ctx context.Context, fn func(*Tx) error) error {
	const attempts = 10
	for i := 1; ; i++ {
		err := s.writeOnce(ctx, fn)
		if err == nil || !retryable(err) || i == attempts {
			return err
		}
		pause := time.Duration(rand.IntN(1+i*5)) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (s *Store) writeOnce(ctx context.Context, fn func(*Tx) error) error {
	if s.writer != nil {
		return s.writer.transact(ctx, func() error { return fn(&Tx{tx: s.writer, dialect: s.dialect}) })
	}
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(&Tx{tx: tx, dialect: s.dialect}); err != nil {
		_ = tx.Rollback() // the first error is the one that matters
		return err
	}
	return tx.Commit()
}
