package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// writer is SQLite's one writing connection. Whoever wants to write while a
// transaction runs shares the next one with everybody else who waits, so that one
// sync to disk serves them all. It keeps its statements prepared: parsing a batch's
// long statements anew costs more than carrying them out.
type writer struct {
	mu      sync.Mutex
	waiting []*write
	running bool
	closed  bool
	idle    *sync.Cond // running has become false

	conn       *sql.Conn // of whoever runs
	statements map[string]*sql.Stmt
}

type write struct {
	ctx  context.Context
	fn   func() error
	err  error
	done chan struct{}
}

var errClosed = errors.New("the database is closed")

// maxStatements bounds what is kept; beyond it statements are prepared for one use.
const maxStatements = 400

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{conn: conn, statements: map[string]*sql.Stmt{}}
	w.idle = sync.NewCond(&w.mu)
	return w, nil
}

// close lets those who wait finish and refuses everybody after them.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	for w.running {
		w.idle.Wait()
	}
	w.mu.Unlock()
	var errs []error
	for _, s := range w.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// transact runs fn in a transaction and returns when it is on disk or has left no
// trace. fn may run twice. A caller that gives up while it waits leaves; once
// begun, a transaction is carried through, for an interrupted one would cost its
// neighbours theirs.
func (w *writer) transact(ctx context.Context, fn func() error) error {
	one := &write{ctx: ctx, fn: fn, done: make(chan struct{})}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errClosed
	}
	w.waiting = append(w.waiting, one)
	if !w.running {
		w.running = true
		// Not in the caller's own goroutine: with others always waiting it would never return.
		go w.run()
	}
	w.mu.Unlock()
	<-one.done
	return one.err
}

// run carries out transactions until nobody waits; close waits for it.
func (w *writer) run() {
	for {
		w.mu.Lock()
		batch := w.waiting
		w.waiting = nil
		if len(batch) == 0 {
			w.running = false
			w.idle.Broadcast()
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		w.together(batch)
		for _, one := range batch {
			close(one.done)
		}
	}
}

// together commits all or, when one fails, each alone.
func (w *writer) together(batch []*write) {
	if len(batch) > 1 && w.commit(func() error {
		for _, one := range batch {
			if err := one.fn(); err != nil {
				return err
			}
		}
		return nil
	}) == nil {
		return
	}
	for _, one := range batch {
		if one.err = one.ctx.Err(); one.err == nil {
			one.err = w.commit(one.fn)
		}
	}
}

func (w *writer) commit(fn func() error) (err error) {
	ctx := context.Background() // see transact
	if _, err := w.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a transaction panicked: %v", p)
		}
		if !committed {
			_, rollback := w.ExecContext(ctx, "ROLLBACK")
			err = errors.Join(err, rollback)
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	if _, err := w.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	committed = true
	return nil
}

func (w *writer) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := w.statements[query]; ok {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err == nil {
		w.statements[query] = s
	}
	return s, err
}

// ExecContext runs a statement of the transaction.
func (w *writer) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	if len(w.statements) >= maxStatements && w.statements[query] == nil {
		return w.conn.ExecContext(ctx, query, args...)
	}
	s, err := w.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext runs a query of the transaction.
func (w *writer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	if len(w.statements) >= maxStatements && w.statements[query] == nil {
		return w.conn.QueryContext(ctx, query, args...)
	}
	s, err := w.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext runs a query of the transaction that gives one row.
func (w *writer) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	s, err := w.prepared(ctx, query)
	if err != nil {
		return w.conn.QueryRowContext(ctx, query, args...) // fails the same way, as a row
	}
	return s.QueryRowContext(ctx, args...)
}
