package profile

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"parley/internal/alarm"
	"parley/internal/live"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/facts"
)

// Follower reads the feed of changes and turns it into facts. Any number may run, in one
// process or in many: what one has written the others do not.
type Follower struct {
	store    *store.Store
	log      *slog.Logger
	now      func() int64
	mappings map[string]Declared
	tell     func() // facts wait
	wake     alarm.Alarm
	since    atomic.Int64
}

// Declared is a workspace's mapping, and how long attributes wait for a reply.
type Declared struct {
	Mapping Mapping
	Wait    time.Duration
}

// NewFollower makes a follower for the workspaces that declare anything; tell is called
// when facts wait.
func NewFollower(mappings map[string]Declared, s *store.Store, log *slog.Logger, now func() int64, tell func()) *Follower {
	return &Follower{store: s, log: log, now: now, mappings: mappings, tell: tell}
}

// Begin finds where to follow from; the first time ever that is the present. It must be
// called before conversations change.
func (f *Follower) Begin(ctx context.Context) error {
	place, err := facts.At(ctx, f.store, f.now())
	f.since.Store(place.Since)
	return err
}

// Wake says that conversations may have changed.
func (f *Follower) Wake() { f.wake.Set(f.now() + gather) }

const (
	gather     = 50  // milliseconds in which changes gather, to be read together
	page       = 100 // changes read at once
	followPoll = 2 * time.Second
)

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := f.Follow(ctx)
		if err != nil && ctx.Err() == nil {
			f.log.ErrorContext(ctx, "turn changes into facts", obs.Error(err))
			more = false
		}
		if !more {
			f.wake.Wait(ctx, f.now, followPoll)
		}
	}
}

// Follow reads a page of changes and says whether there may be more.
func (f *Follower) Follow(ctx context.Context) (bool, error) {
	place, err := facts.At(ctx, f.store, f.now())
	if err != nil {
		return false, err
	}
	changes, err := f.store.Changes(ctx, place.Cursor, page)
	if err != nil || len(changes) == 0 {
		return false, err
	}
	step := facts.Step{From: place, To: changes[len(changes)-1].Cursor}
	for _, c := range live.Newest(changes) {
		step.Changed = append(step.Changed, c.ConversationID)
	}
	won := false
	err = f.store.Write(ctx, func(tx *store.Tx) (err error) {
		won, err = facts.Advance(ctx, tx, step, f.now(), f.derive)
		return err
	})
	if err == nil && won {
		f.tell()
	}
	return len(changes) == page, err
}

// derive gives a workspace's mapping, or nil, and how long attributes wait.
func (f *Follower) derive(workspace string) (facts.Derive, int64) {
	if d, ok := f.mappings[workspace]; ok {
		return d.Mapping.Derive, d.Wait.Milliseconds()
	}
	return nil, 0
}

// Ride lets claimed deliveries take along what their contacts' profiles shall say now.
// It must run in the transaction that claimed them.
func (f *Follower) Ride(ctx context.Context, tx *store.Tx, claimed []store.Outbound, lease time.Duration) error {
	if len(claimed) == 0 {
		return nil
	}
	derive, _ := f.derive(claimed[0].Workspace)
	if derive == nil {
		return nil
	}
	return facts.Ride(ctx, tx, claimed, lease.Milliseconds(), f.since.Load(), f.now(), derive)
}
