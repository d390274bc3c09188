// Package finder keeps the search index behind the conversations: it follows the
// change feed at its leisure, so that no message waits for it. What is indexed, and
// how far it has come, is package store/inbox's; this one decides when.
package finder

import (
	"context"
	"log/slog"
	"time"

	"parley/internal/alarm"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

const (
	// pause gathers changes: a message is usually several within a second, and they
	// cost one look together.
	pause = time.Second
	// rest is for how many times the length of a step the next one waits, so that a
	// burst, or catching up after an upgrade, leaves the machine to the messages.
	rest = 9
	poll = 30 * time.Second // finds what a lost notice hid
)

// Finder is the one loop that indexes. It may run in every replica.
type Finder struct {
	store *store.Store
	log   *slog.Logger
	now   func() int64
	wake  alarm.Alarm
}

// New makes a finder. now is the clock in unix milliseconds.
func New(s *store.Store, log *slog.Logger, now func() int64) *Finder {
	return &Finder{store: s, log: log, now: now}
}

// Wake says that something has changed. What it was can be found about a second later.
func (f *Finder) Wake() { f.wake.Set(f.now() + pause.Milliseconds()) }

// Run indexes until ctx ends. A step under way is carried through.
func (f *Finder) Run(ctx context.Context) {
	for ctx.Err() == nil {
		began := time.Now()
		more, err := inbox.Follow(ctx, f.store)
		if err != nil && ctx.Err() == nil {
			f.log.Error("index what was said", obs.Error(err))
			more = false
		}
		if !more {
			f.wake.Wait(ctx, f.now, poll)
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest * time.Since(began)):
		}
	}
}
