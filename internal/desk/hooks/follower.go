package hooks

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/live"
	"parley/internal/obs"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
)

// Follower reads the feed of changes and writes a delivery for every event that a
// hook asked for. Any number may run, in one process or in many: what one has
// written the others do not. Without an active hook it reads nothing but that.
type Follower struct {
	store *store.Store
	log   *slog.Logger
	now   func() int64
	tell  func() // deliveries wait
	wake  alarm.Alarm
	idle  atomic.Bool
}

// NewFollower makes a follower; tell is called after deliveries were written.
func NewFollower(s *store.Store, log *slog.Logger, now func() int64, tell func()) *Follower {
	f := &Follower{store: s, log: log, now: now, tell: tell}
	f.idle.Store(true)
	return f
}

// Changed says that conversations have changed. It costs nothing while there is no hook.
func (f *Follower) Changed() {
	if !f.idle.Load() {
		f.wake.Set(f.now() + gather)
	}
}

// Wake says that hooks have changed.
func (f *Follower) Wake() { f.wake.Set(1) }

const (
	gather   = 50  // milliseconds in which changes gather, to be read together
	page     = 200 // changes read at once
	poll     = 2 * time.Second
	caughtUp = 60_000 // milliseconds after which standing at the end is noted, for pruning
)

// Run follows until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	for ctx.Err() == nil {
		more, err := f.step(ctx)
		if err != nil && ctx.Err() == nil {
			f.log.ErrorContext(ctx, "turn changes into events", obs.Error(err))
			more = false
		}
		if !more {
			f.wake.Wait(ctx, f.now, poll)
		}
	}
}

// step reads a page of changes and says whether there may be more.
func (f *Follower) step(ctx context.Context) (bool, error) {
	// The place comes before the hooks: one that changes later makes Advance refuse.
	place, ok, err := outbox.At(ctx, f.store)
	if err != nil || !ok {
		return false, err
	}
	hooks, err := f.active(ctx)
	if err != nil || len(hooks) == 0 {
		return false, err
	}
	readAt := f.now()
	changes, err := f.store.Changes(ctx, place.Cursor, page)
	if err != nil {
		return false, err
	}
	step := outbox.Step{From: place, To: place.Cursor}
	more := len(changes) == page
	if !more {
		step.SeenAt = readAt
	}
	if len(changes) == 0 {
		if readAt < place.SeenAt+caughtUp {
			return false, nil
		}
		return false, f.advance(ctx, step)
	}
	step.To = changes[len(changes)-1].Cursor
	if err := f.read(ctx, &step, live.Newest(changes), hooks); err != nil {
		return false, err
	}
	return more, f.advance(ctx, step)
}

func (f *Follower) active(ctx context.Context) ([]outbox.Hook, error) {
	hooks, err := outbox.List(ctx, f.store)
	hooks = slices.DeleteFunc(hooks, func(h outbox.Hook) bool { return !h.Active })
	f.idle.Store(len(hooks) == 0)
	return hooks, err
}

// read fills a step with what changed conversations have come to.
func (f *Follower) read(ctx context.Context, step *outbox.Step, changes []store.Change, hooks []outbox.Hook) error {
	ids := make([]chat.ConversationID, len(changes))
	for i, c := range changes {
		ids[i] = c.ConversationID
	}
	list, err := outbox.Read(ctx, f.store, ids, step.From.Since)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(hooks, wantsReceipts) {
		if err := outbox.Receipts(ctx, f.store, list, step.From.Since); err != nil {
			return err
		}
	}
	step.Marks, step.Unsettled = map[chat.ConversationID]outbox.Mark{}, map[chat.MessageID]chat.ConversationID{}
	for _, c := range list {
		mark := outbox.Mark{Seq: c.LastSeq, Opinion: max(c.Told.Opinion, c.Survey.Mark()), Receipts: c.Told.Receipts}
		for _, seen := range c.Seen {
			mark.Receipts = max(mark.Receipts, seen.LearnedAt)
		}
		step.Marks[c.ID] = mark
		for _, m := range c.Waiting {
			step.Unsettled[m] = c.ID
		}
		for _, o := range c.Outcomes {
			step.Settled = append(step.Settled, o.Message.ID)
		}
		for _, e := range derive(c, step.From.Since) {
			if err := address(step, e, c.ID, hooks); err != nil {
				return err
			}
		}
	}
	return nil
}

// wantsReceipts says whether a hook asks for what only Currents knows.
func wantsReceipts(h outbox.Hook) bool {
	return slices.ContainsFunc(h.Events, func(e string) bool { return e == Delivered || e == Read || e == Failed })
}

// address adds an event to a step for every hook that asked for it.
func address(step *outbox.Step, e happening, id chat.ConversationID, hooks []outbox.Hook) error {
	payload := ""
	for _, h := range hooks {
		if e.at < h.Since || !slices.Contains(h.Events, e.Type) {
			continue
		}
		if payload == "" {
			var err error
			if payload, err = e.payload(); err != nil {
				return err
			}
		}
		step.Deliveries = append(step.Deliveries, outbox.Delivery{
			ID: chat.NewID(), HookID: h.ID, EventID: e.ID, Event: e.Type, Lane: string(id), Payload: payload, At: e.at,
		})
	}
	return nil
}

func (f *Follower) advance(ctx context.Context, step outbox.Step) error {
	won := false
	err := f.store.Write(ctx, func(tx *store.Tx) (err error) {
		if won, err = outbox.Advance(ctx, tx, step); err != nil || !won || len(step.Deliveries) == 0 {
			return err
		}
		return tx.Notify(ctx, outbox.Topic)
	})
	if err == nil && won && len(step.Deliveries) > 0 {
		f.tell()
	}
	return err
}
