// Package audit writes down who did what. It owns how entries get from a request to the
// database without the request waiting for it; what an entry says is up to whoever records
// it, and it must never hold what a message says.
//
// Start reading at Trail.Record.
package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/access"
)

const (
	// batch is how many entries share a transaction.
	batch = 200
	// room is how many entries may wait; beyond it Record waits too, so that a database that has
	// stopped writing stops the changes that need it rather than the memory of what was done.
	room = 10_000
	// again is how long a failed write waits for its next attempt.
	again = time.Second
	// closing is how long Close goes on trying.
	closing = 5 * time.Second
)

// Entry is one thing that somebody did or tried; Record fills in ID and, if it is zero, At.
type Entry = access.Entry

// Trail takes entries and writes them, in order, shortly afterwards. An entry is lost only
// when the process dies in between, which is a matter of milliseconds while the database
// answers; the change it tells of has then been committed all the same.
type Trail struct {
	store *store.Store
	log   *slog.Logger
	now   func() int64

	mu      sync.Mutex
	waiting []Entry
	woken   chan struct{} // has room for one: there is something to write
	free    *sync.Cond    // waiting has become shorter, or closed true
	closed  bool
	done    chan struct{} // the writer has ended; nil before Start
	cancel  context.CancelFunc
}

// New makes a trail. now is the time in unix milliseconds.
func New(s *store.Store, log *slog.Logger, now func() int64) *Trail {
	t := &Trail{store: s, log: log, now: now, woken: make(chan struct{}, 1)}
	t.free = sync.NewCond(&t.mu)
	return t
}

// Record takes an entry. A nil trail keeps none.
func (t *Trail) Record(e Entry) {
	if t == nil {
		return
	}
	e.ID = chat.NewID()
	if e.At == 0 {
		e.At = t.now()
	}
	t.mu.Lock()
	for len(t.waiting) >= room && !t.closed {
		t.free.Wait()
	}
	t.waiting = append(t.waiting, e)
	t.mu.Unlock()
	t.wake()
}

func (t *Trail) wake() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// Start begins to write, until Close.
func (t *Trail) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	t.mu.Lock()
	t.cancel, t.done = cancel, make(chan struct{})
	t.mu.Unlock()
	go func() {
		defer close(t.done)
		t.run(ctx)
	}()
}

// Close writes what waits, for at most five seconds, and ends the writer. Whoever records
// must have ended before.
func (t *Trail) Close() error {
	t.mu.Lock()
	t.closed = true
	t.free.Broadcast()
	done, cancel := t.done, t.cancel
	t.mu.Unlock()
	if done == nil {
		return nil
	}
	t.wake()
	limit := time.AfterFunc(closing, cancel)
	<-done
	limit.Stop()
	cancel()
	return nil
}

// run writes until the trail is closed and empty, or ctx ends.
func (t *Trail) run(ctx context.Context) {
	for {
		t.mu.Lock()
		next, closed := t.waiting[:min(batch, len(t.waiting))], t.closed
		t.mu.Unlock()
		switch {
		case len(next) == 0 && closed:
			return
		case len(next) == 0:
			<-t.woken
			continue
		}
		if err := t.store.Write(ctx, func(tx *store.Tx) error { return access.InsertEntries(ctx, tx, next) }); err != nil {
			t.log.Error("write the audit log", obs.FieldCount, len(next), obs.Error(err))
			select {
			case <-ctx.Done():
				return
			case <-time.After(again):
			}
			continue
		}
		t.mu.Lock()
		t.waiting = t.waiting[len(next):]
		t.free.Broadcast()
		t.mu.Unlock()
	}
}
