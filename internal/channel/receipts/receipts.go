// Package receipts learns from Braze Currents what became of messages after Braze took
// them: sent, delivered, read, failed and why. It also finds inbound messages that no
// webhook brought, and brings them in. It owns which event is about which message, how
// long it waits for a webhook, and what a code means in words; the rows are those of
// package store/receipts. It never sends anything.
//
// A request of the connector is stored and answered; what its events mean is worked out
// behind the answer, because an event may be faster than the answer of the call that it
// is about.
//
// Start reading at Accept, then Run.
package receipts

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"log/slog"
	"time"

	"parley/internal/alarm"
	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	rows "parley/internal/store/receipts"
)

// Workspace is one connector.
type Workspace struct {
	ID        string
	Secrets   []string
	Campaigns map[string]chat.Layout // of our own API-triggered campaigns, by id
	Group     string                 // the subscription group that is ours; empty: any
	// Arrival makes an inbound message of what Currents knows of it. Nil: what no
	// webhook brought was not for Parley.
	Arrival func(m braze.Inbound, writtenAt int64) store.Arrival
	// Returned lets go what waited for the senders of what was stored; set with Arrival.
	Returned func(ctx context.Context, tx *store.Tx, stored []store.Receipt, now int64) (int, error)
	Grace    time.Duration // how long a webhook may take
}

// Errors of Accept that are final for the sender. Any other error means that nothing
// could be stored and that Braze should try again.
var (
	ErrOff    = errors.New("receipts are off here; set currents.secrets of the workspace to the bearer token of the connector")
	ErrSecret = errors.New("the bearer token is wrong; check the connector in Braze under Partner Integrations > Data Export and currents.secrets of the workspace")
)

// BodyError says why a body cannot be read.
type BodyError struct{ Reason string }

func (e *BodyError) Error() string { return e.Reason }

// Receipts takes in events. Safe for concurrent use.
type Receipts struct {
	workspaces map[string]Workspace
	secrets    []secret
	store      *store.Store
	metrics    *obs.Metrics
	log        *slog.Logger
	now        func() int64
	due        func(at int64)
	publish    func(store.Topic)
	wake       alarm.Alarm
}

type secret struct {
	hash      [32]byte
	workspace string
}

// New makes the part. now is the clock in unix milliseconds; due is told when a turn
// will be wanted, and publish what a commit has made available.
func New(workspaces []Workspace, s *store.Store, metrics *obs.Metrics, log *slog.Logger, now func() int64, due func(int64), publish func(store.Topic)) *Receipts {
	r := &Receipts{workspaces: map[string]Workspace{}, store: s, metrics: metrics, log: log, now: now, due: due, publish: publish}
	for _, w := range workspaces {
		r.workspaces[w.ID] = w
		for _, s := range w.Secrets {
			r.secrets = append(r.secrets, secret{sha256.Sum256([]byte(s)), w.ID})
		}
	}
	return r
}

// Taken says what became of the events of one request.
type Taken struct {
	Stored     int64 `json:"stored"`
	Duplicates int64 `json:"duplicates"`
	Ignored    int   `json:"ignored"` // of types that Parley does not read, or of another number
	Broken     int   `json:"broken"`  // no events at all
}

// Accept takes one request of a connector with its bearer token. When it returns
// without an error, every event that Parley reads is on disk.
func (r *Receipts) Accept(ctx context.Context, token string, body []byte) (Taken, error) {
	w, err := r.admit(token)
	if err != nil {
		if !errors.Is(err, ErrOff) {
			r.metrics.CurrentsAnswered(obs.CurrentsUnauthorized)
		}
		return Taken{}, err
	}
	now := r.now()
	events, others, broken, err := decode(body, now)
	if err != nil {
		r.metrics.CurrentsAnswered(obs.CurrentsMalformed)
		return Taken{}, &BodyError{err.Error()}
	}
	t := Taken{Ignored: others, Broken: broken}
	kept := events[:0]
	for _, e := range events {
		e.Workspace = w.ID
		if !w.wants(e) {
			t.Ignored++
			continue
		}
		if e.Kind == rows.Inbound {
			e.DueAt = now + w.Grace.Milliseconds()
		}
		kept = append(kept, e)
	}
	if len(kept) > 0 {
		err = r.store.Write(ctx, func(tx *store.Tx) (err error) {
			t.Stored, err = rows.Keep(ctx, tx, kept)
			return err
		})
	}
	if err != nil {
		r.metrics.CurrentsAnswered(obs.CurrentsUnavailable)
		r.log.ErrorContext(ctx, "store events of currents", obs.Error(err))
		return Taken{}, err
	}
	t.Duplicates = int64(len(kept)) - t.Stored
	r.metrics.CurrentsAnswered(obs.CurrentsAccepted)
	r.metrics.CurrentsEvents(obs.EventDuplicate, int(t.Duplicates))
	r.metrics.CurrentsEvents(obs.EventIgnored, t.Ignored)
	r.metrics.CurrentsEvents(obs.EventBroken, t.Broken)
	r.wake.Set(1)
	return t, nil
}

// TooLarge counts a request whose body was not read to its end.
func (r *Receipts) TooLarge() { r.metrics.CurrentsAnswered(obs.CurrentsTooLarge) }

// On says whether any workspace has a connector.
func (r *Receipts) On() bool { return len(r.secrets) > 0 }

func (r *Receipts) admit(token string) (Workspace, error) {
	if !r.On() {
		return Workspace{}, ErrOff
	}
	given, found := sha256.Sum256([]byte(token)), -1
	for i := range r.secrets {
		if subtle.ConstantTimeCompare(given[:], r.secrets[i].hash[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return Workspace{}, ErrSecret
	}
	return r.workspaces[r.secrets[found].workspace], nil
}

// wants says whether an event may be about something of ours.
func (w Workspace) wants(e rows.Event) bool {
	if w.Group != "" && e.Group != "" && e.Group != w.Group {
		return false
	}
	return e.Kind != rows.Inbound || w.Arrival != nil
}

const (
	batch = 200             // events looked at in one transaction
	poll  = 5 * time.Second // how late another replica's events may be seen
	again = 500             // milliseconds until an event that came too early is looked at again
	hold  = 2 * 60_000      // milliseconds for which it is
)

// Run works out what events mean until ctx ends. Any number may run, in one process or
// in many.
func (r *Receipts) Run(ctx context.Context) {
	if !r.On() {
		return
	}
	for ctx.Err() == nil {
		n, err := r.step(ctx)
		if err == nil && n < batch {
			var next int64
			if next, err = rows.Next(ctx, r.store); err == nil {
				r.wake.Set(next)
			}
		}
		if err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "read events of currents", obs.Error(err))
		}
		if err != nil || n < batch {
			r.wake.Wait(ctx, r.now, poll)
		}
	}
}

// result is what a step has led to, counted once it is on disk.
type result struct {
	counts map[obs.EventOutcome]int
	turns  []int64 // when turns are wanted
}

func (r *Receipts) step(ctx context.Context) (n int, err error) {
	var out result
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		out = result{counts: map[obs.EventOutcome]int{}}
		now := r.now()
		due, err := rows.Due(ctx, tx, now, batch)
		n = len(due)
		if err != nil || n == 0 {
			return err
		}
		for _, w := range byWorkspace(due) {
			s := &sitting{tx: tx, now: now, events: w.events, out: &out}
			s.Workspace = r.workspaces[w.id]
			s.ID = w.id
			if err := s.settle(ctx); err != nil {
				return err
			}
		}
		if len(out.turns) == 0 {
			return nil
		}
		return tx.Notify(ctx, store.TopicTurns)
	})
	if err != nil || n == 0 {
		return n, err
	}
	for outcome, count := range out.counts {
		r.metrics.CurrentsEvents(outcome, count)
	}
	for _, at := range out.turns {
		r.due(at)
	}
	r.publish(store.TopicFeed)
	return n, nil
}
