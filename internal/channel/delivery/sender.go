// Package delivery is the way out: it claims what is due, keeps each contact's
// order and pace, batches different contacts into one call to Braze, and settles
// what became of each message. It owns the sending policy; Braze's wire is
// package braze, and the rows are the store's.
//
// Start reading at Sender.Run.
package delivery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"parley/internal/alarm"
	"parley/internal/batch"
	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/facts"
	"parley/internal/store/window"
)

// Settings of one workspace's way out.
type Settings struct {
	Workspace string
	Layouts   Layouts
	// SubscriptionGroup, if set, is written to the profile of senders without an
	// external id in the call that answers them: Braze leaves such people
	// unsubscribed, and an unsubscribed person gets nothing (Braze docs, "Handling
	// unknown phone numbers"). Nobody who asked for no more messages is subscribed again.
	SubscriptionGroup string
	// OptInGroup is the group that a call subscribes those to who want messages again; empty: none.
	OptInGroup    string
	Batch         int // recipients in a call; Braze allows 50
	CallsInFlight int
	Lease         time.Duration
	Rules         store.Rules
	// Ride, if set, writes what profiles shall be told into the Attributes of claimed
	// deliveries, in the transaction that claims them.
	Ride func(ctx context.Context, tx *store.Tx, claimed []store.Outbound, lease time.Duration) error
}

// Sender sends one workspace's deliveries. Several senders, in one process or in
// many, may work on the same workspace.
type Sender struct {
	set     Settings
	store   *store.Store
	client  *braze.Client
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	wake    alarm.Alarm
	finish  *batch.Queue[outcome, struct{}]
	by      string
	backoff backoff
}

// outcome is what became of the deliveries of one call.
type outcome struct {
	sent     []store.Sent
	facts    []facts.Settled // what became of what they took along
	exchange *store.Exchange // nil if no call was made
	pause    int64           // no sending for this workspace before this time
	why      string
}

// New makes a sender; now is the clock in unix milliseconds.
func New(set Settings, s *store.Store, client *braze.Client, metrics *obs.Metrics, log *slog.Logger, now func() int64) *Sender {
	d := &Sender{set: set, store: s, client: client, metrics: metrics, log: log.With(obs.FieldWorkspace, set.Workspace), now: now, by: chat.NewID()}
	d.finish = batch.New(64, metrics.StoreCommit, d.settle)
	return d
}

// Wake says that something may be due at a time in unix milliseconds.
func (d *Sender) Wake(at int64) { d.wake.Set(at) }

// Run sends until ctx ends, then waits for the calls in flight, which get until
// the deadline of drain to settle.
func (d *Sender) Run(ctx, drain context.Context) {
	slots := make(chan struct{}, d.set.CallsInFlight)
	var calls sync.WaitGroup
	defer calls.Wait()
	for ctx.Err() == nil {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		batches := d.claim(ctx)
		if len(batches) == 0 {
			<-slots
			d.rest(ctx)
			continue
		}
		for i, batch := range batches {
			if i > 0 { // a second layout in the same claim
				slots <- struct{}{}
			}
			calls.Go(func() {
				defer func() { <-slots }()
				if i > 0 {
					batch = d.keep(drain, batch)
				}
				d.send(drain, batch)
			})
		}
	}
}

// rest sleeps until something is due. The poll finds what a lost notice hid.
func (d *Sender) rest(ctx context.Context) {
	const poll = 2 * time.Second
	next, err := d.store.NextDelivery(ctx, d.set.Workspace)
	if err != nil {
		if ctx.Err() == nil {
			d.log.Error("next delivery", obs.Error(err))
		}
		next = 0
	}
	if next != 0 {
		d.wake.Set(max(next, d.now()+1))
	}
	d.wake.Wait(ctx, d.now, poll)
}

// claim takes due deliveries and sorts them by the campaign that will carry them.
func (d *Sender) claim(ctx context.Context) [][]store.Outbound {
	var claimed []store.Outbound
	var ended []*chat.Delivery
	claim := store.Claim{
		By: d.by + ":" + chat.NewID(), Limit: d.set.Batch, Lease: d.set.Lease.Milliseconds(),
	}
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		claimed, ended, err = tx.ClaimDeliveries(ctx, d.set.Workspace, claim, d.set.Rules, d.now())
		if err == nil {
			err = window.Await(ctx, tx, held(ended), d.now())
		}
		if err == nil && d.set.OptInGroup != "" {
			err = consent.Mark(ctx, tx, claimed)
		}
		if err != nil || d.set.Ride == nil {
			return err
		}
		return d.set.Ride(ctx, tx, claimed, d.set.Lease)
	})
	if err != nil {
		if ctx.Err() == nil {
			d.log.Error("claim deliveries", obs.Error(err))
		}
		return nil
	}
	for _, e := range ended {
		d.metrics.DeliveriesDone(resultOfEnd[e.Reason], 1)
	}
	if len(ended) > 0 {
		d.wake.Set(d.now()) // their lanes go on at once
	}
	byLayout := map[chat.Layout]int{}
	var batches [][]store.Outbound
	for _, o := range claimed {
		i, ok := byLayout[o.Layout]
		if d.set.Layouts[o.Layout].Object != nil {
			ok = false // such a call holds the message itself, so it is for one person
		}
		if !ok {
			i = len(batches)
			byLayout[o.Layout] = i
			batches = append(batches, nil)
		}
		batches[i] = append(batches[i], o)
	}
	return batches
}

// held are the conversations of those that wait for their customer now.
func held(ended []*chat.Delivery) (ids []chat.ConversationID) {
	for _, d := range ended {
		if d.State == chat.Withheld {
			ids = append(ids, d.ConversationID)
		}
	}
	return ids
}

// settle records outcomes and lets the lanes go on, many calls at a time.
func (d *Sender) settle(ctx context.Context, outcomes []outcome) ([]struct{}, error) {
	now := d.now()
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		var sent []store.Sent
		var told []facts.Settled
		var exchanges []store.Exchange
		for _, o := range outcomes {
			sent, told = append(sent, o.sent...), append(told, o.facts...)
			for _, s := range o.sent {
				if s.OptIn != "" && s.State == chat.Accepted {
					if err := consent.Settle(ctx, tx, s.OptIn, consent.Told, "", 0, now); err != nil {
						return err
					}
				}
			}
			if o.exchange != nil {
				exchanges = append(exchanges, *o.exchange)
			}
			if o.pause > now {
				if err := tx.Pause(ctx, d.set.Workspace, o.pause, o.why); err != nil {
					return err
				}
			}
		}
		if err := tx.InsertExchanges(ctx, exchanges); err != nil {
			return err
		}
		lost, err := tx.FinishDeliveries(ctx, sent, d.set.Rules.Pace, now)
		if err != nil {
			return err
		}
		if _, err := facts.Settle(ctx, tx, told, now); err != nil {
			return err
		}
		if lost > 0 {
			d.log.Warn("results came after their lease had ended", obs.FieldCount, lost)
		}
		return tx.Notify(ctx, store.TopicFeed)
	})
	return make([]struct{}, len(outcomes)), err
}

// backoff grows while calls fail in a way that says Braze is not there.
type backoff struct {
	mu       sync.Mutex
	failures int
}

func (b *backoff) fail() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	pause := 250 * time.Millisecond << min(b.failures-1, 7) // up to 32 s
	return pause/2 + rand.N(pause/2)
}

func (b *backoff) success() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
}
