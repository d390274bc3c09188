package report

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	rows "parley/internal/store/report"
)

// Folder keeps the numbers of reports up to date: it follows the change feed and
// counts what has changed. Several folders, in one process or in many, may share a
// store; they take turns.
type Folder struct {
	store *store.Store
	log   *slog.Logger
	now   func() int64
	some  int // conversations counted in one transaction
	wake  alarm.Alarm
}

// NewFolder makes one. now is the clock in unix milliseconds.
func NewFolder(s *store.Store, log *slog.Logger, now func() int64) *Folder {
	return &Folder{store: s, log: log, now: now, some: countedAtOnce}
}

// Wake says that something may have changed.
func (f *Folder) Wake() { f.wake.Set(f.now()) }

const (
	changesAtOnce = 2000 // changes read from the feed
	countedAtOnce = 200  // conversations counted in one transaction
	poll          = 10 * time.Second
	// pause is how long a folder rests after work, so that what changes often is
	// counted once for many changes.
	pause = time.Second
	// share of the time that may go into counting: reports may be late, answers may not.
	share = 4
)

// Run counts until ctx ends. It looks when it is woken and, because a wake-up may be
// lost, every few seconds.
func (f *Folder) Run(ctx context.Context) {
	for ctx.Err() == nil {
		started := time.Now()
		more, err := f.Fold(ctx)
		if err != nil && ctx.Err() == nil {
			f.log.Error("count for the reports", obs.Error(err))
		}
		rest := time.Since(started) * (share - 1)
		if !more {
			f.sleep(ctx, max(pause, rest))
			f.wake.Wait(ctx, f.now, poll)
			continue
		}
		f.sleep(ctx, rest)
	}
}

func (f *Folder) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// Fold counts what has changed since the last time, at most so much that it does not
// take long, and says whether there is more.
func (f *Folder) Fold(ctx context.Context) (more bool, err error) {
	was, err := rows.Load(ctx, f.store)
	if err != nil {
		return false, err
	}
	next, ids, more, err := f.plan(ctx, was)
	if err != nil {
		return false, err
	}
	if len(ids) == 0 && next == was {
		return more, nil
	}
	err = f.apply(ctx, was, next, ids)
	if errors.Is(err, rows.ErrOvertaken) {
		return true, nil
	}
	return more, err
}

// plan says which conversations to count, and where counting stands once they are.
func (f *Folder) plan(ctx context.Context, was rows.Progress) (next rows.Progress, ids []chat.ConversationID, more bool, err error) {
	next = was
	changes, err := f.store.Changes(ctx, was.Feed, changesAtOnce)
	if err != nil {
		return next, nil, false, err
	}
	lost, err := f.lost(ctx, was)
	if err != nil {
		return next, nil, false, err
	}
	if was.Edition != edition || lost {
		// First where the feed ends, then everything: what changes meanwhile comes after that end.
		next.Edition, next.Recounting, next.Recounted = edition, true, ""
		next.Feed, err = f.store.FeedEnd(ctx)
		return next, nil, true, err
	}
	for _, c := range changes {
		ids, next.Feed = append(ids, c.ConversationID), c.Cursor
	}
	due, err := rows.Due(ctx, f.store, f.now(), countedAtOnce)
	if err != nil {
		return next, nil, false, err
	}
	ids = append(ids, due...)
	more = len(changes) == changesAtOnce || len(due) == countedAtOnce
	if was.Recounting && !more {
		all, err := rows.After(ctx, f.store, was.Recounted, countedAtOnce)
		if err != nil {
			return next, nil, false, err
		}
		if more = len(all) == countedAtOnce; more {
			next.Recounted = all[len(all)-1]
		} else {
			next.Recounting, next.Recounted = false, ""
		}
		ids = append(ids, all...)
	}
	slices.Sort(ids)
	return next, slices.Compact(ids), more, nil
}

// lost says whether changes were deleted before they were counted.
func (f *Folder) lost(ctx context.Context, was rows.Progress) (bool, error) {
	start, err := f.store.FeedStart(ctx)
	if err != nil {
		return false, err
	}
	return start != store.Cursor{} && was.Feed.Before(start), nil
}

// apply counts conversations, some in each transaction. Only the last one moves on in
// the feed: what was done before a failure is done again, to no effect.
func (f *Folder) apply(ctx context.Context, was, next rows.Progress, ids []chat.ConversationID) error {
	for {
		some := ids[:min(len(ids), f.some)]
		ids = ids[len(some):]
		counted, err := f.count(ctx, some)
		if err != nil {
			return err
		}
		to := was
		if len(ids) == 0 {
			to = next
		}
		err = f.store.Write(ctx, func(tx *store.Tx) error { return rows.Apply(ctx, tx, was, &to, counted) })
		if err != nil || len(ids) == 0 {
			return err
		}
		was = to
	}
}

// count reads conversations and those that what they count for depends on, and counts
// all whose count may be another now.
func (f *Folder) count(ctx context.Context, ids []chat.ConversationID) ([]rows.Counted, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	affected, err := rows.Around(ctx, f.store, ids)
	if err != nil {
		return nil, err
	}
	needed, err := rows.Around(ctx, f.store, affected)
	if err != nil {
		return nil, err
	}
	histories, err := rows.Histories(ctx, f.store, needed)
	if err != nil {
		return nil, err
	}
	keep := make(map[chat.ConversationID]bool, len(affected))
	for _, id := range affected {
		keep[id] = true
	}
	return slices.DeleteFunc(Count(histories, f.now()), func(c rows.Counted) bool { return !keep[c.ID] }), nil
}
