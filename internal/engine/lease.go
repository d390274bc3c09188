package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
)

// errLost ends a turn whose words would be thrown away.
var errLost = errors.New("the conversation has another owner, or another worker took the turn over")

// running are the turns of this process that have not ended.
type running struct {
	mu    sync.Mutex
	turns map[*store.Work]*turnLease
}

type turnLease struct {
	cancel context.CancelCauseFunc
	from   int64 // when the lease began, unix milliseconds
}

// begin notes a turn; done must be called when it has ended.
func (r *running) begin(ctx context.Context, w *store.Work, now int64) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.turns == nil {
		r.turns = map[*store.Work]*turnLease{}
	}
	r.turns[w] = &turnLease{cancel: cancel, from: now}
	return ctx, func() {
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.turns, w)
	}
}

// old are the turns whose lease began before a time.
func (r *running) old(before int64) (works []*store.Work) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for w, l := range r.turns {
		if l.from <= before {
			works = append(works, w)
		}
	}
	return works
}

// renewed notes which of some turns have a new lease, and cuts the others off.
func (r *running) renewed(asked, kept []*store.Work, now int64) (lost []chat.ConversationID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	have := make(map[*store.Work]bool, len(kept))
	for _, w := range kept {
		have[w] = true
	}
	for _, w := range asked {
		l, ok := r.turns[w]
		switch {
		case !ok: // it has ended meanwhile
		case have[w]:
			l.from = now
		default:
			l.cancel(errLost)
			lost = append(lost, w.Conversation.ID)
		}
	}
	return lost
}

// keep renews the leases of turns that take long, until ended is closed. A turn whose
// lease is lost is cut off: somebody else answers.
func (e *Engine) keep(ctx context.Context, ended <-chan struct{}) {
	tick := time.NewTicker(e.set.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-tick.C:
		}
		works := e.running.old(e.now() - (e.set.Lease / 4).Milliseconds())
		if len(works) == 0 {
			continue
		}
		var kept []*store.Work
		now := e.now()
		err := e.store.Write(ctx, func(tx *store.Tx) (err error) {
			kept, err = tx.RenewTurns(ctx, works, e.set.Lease.Milliseconds(), now)
			return err
		})
		if err != nil {
			e.log.Error("renew turns", obs.Error(err)) // tried again before the lease ends
			continue
		}
		for _, id := range e.running.renewed(works, kept, now) {
			e.log.Warn("turn lost", obs.FieldConversation, id)
		}
	}
}
