package db

import (
	"context"
	"database/sql"
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

// DB is one database. Safe for concurrent use.
type DB struct {
	Dialect    Dialect
	Read       *sql.DB // for queries outside a transaction
	migrations fs.FS
	write      *sql.DB
	writer     *writer       // SQLite only
	pool       *pgxpool.Pool // PostgreSQL only; for listening
	dsn        string
}

// Open connects to "sqlite:PATH" or "postgres://…" and migrates it in place with
// the steps in the folder of migrations that is named like the dialect.
// An SQLite file and its folder are made when absent.
func Open(ctx context.Context, database string, migrations fs.FS) (*DB, error) {
	loc, err := parseURL(database)
	if err != nil {
		return nil, err
	}
	d := &DB{Dialect: loc.dialect, migrations: migrations, dsn: loc.dsn}
	if loc.path != "" {
		err = d.openSQLite(loc.path)
	} else {
		err = d.openPostgres(ctx, loc.dsn)
	}
	if err == nil {
		err = d.migrate(ctx)
	}
	if err == nil && loc.path != "" {
		d.writer, err = newWriter(ctx, d.write)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), d.Close())
	}
	return d, nil
}

func (d *DB) openSQLite(path string) (err error) {
	if d.write, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		return err
	}
	d.write.SetMaxOpenConns(1)
	if d.Read, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return err
	}
	readers := max(4, runtime.NumCPU())
	d.Read.SetMaxOpenConns(readers)
	d.Read.SetMaxIdleConns(readers)
	return nil
}

func (d *DB) openPostgres(ctx context.Context, dsn string) error {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	cfg.MaxConns = max(cfg.MaxConns, 12)
	if d.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return err
	}
	d.write = stdlib.OpenDBFromPool(d.pool)
	d.Read = d.write
	return nil
}

// Close ends all connections. Nothing may use it afterwards.
func (d *DB) Close() error {
	var errs []error
	if d.writer != nil {
		errs = append(errs, d.writer.close())
	}
	if d.Read != nil && d.Read != d.write {
		errs = append(errs, d.Read.Close())
	}
	if d.write != nil {
		errs = append(errs, d.write.Close())
	}
	if d.pool != nil {
		d.pool.Close()
	}
	return errors.Join(errs...)
}

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.Read.PingContext(ctx) }

func (d *DB) migrate(ctx context.Context) error {
	provider, err := d.provider(d.write)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func (d *DB) provider(on *sql.DB) (*goose.Provider, error) {
	folder, err := fs.Sub(d.migrations, d.Dialect.Name)
	if err != nil {
		return nil, err
	}
	if d.Dialect.Name == "sqlite" {
		return goose.NewProvider(goose.DialectSQLite3, on, folder)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, on, folder, goose.WithSessionLocker(locker))
}

// Migration is one step of the schema; Applied is zero while it is pending.
type Migration struct {
	Version int64
	Source  string
	Applied time.Time
}

// Migrations lists the steps of the schema in order.
func (d *DB) Migrations(ctx context.Context) ([]Migration, error) {
	provider, err := d.provider(d.Read)
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
	Executor
	Dialect Dialect
}

// Executor runs the statements of a transaction: a *sql.Tx on PostgreSQL, the
// writer on SQLite.
type Executor interface {
	Querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Write runs fn in one transaction and commits it, or leaves no trace. fn may run
// several times when another transaction was in the way, so it must set its
// results anew each time.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	const attempts = 10
	for i := 1; ; i++ {
		err := d.writeOnce(ctx, fn)
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

func (d *DB) writeOnce(ctx context.Context, fn func(*Tx) error) error {
	if d.writer != nil {
		return d.writer.transact(ctx, func() error { return fn(&Tx{Executor: d.writer, Dialect: d.Dialect}) })
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(&Tx{Executor: tx, Dialect: d.Dialect}); err != nil {
		_ = tx.Rollback() // the first error is the one that matters
		return err
	}
	return tx.Commit()
}
