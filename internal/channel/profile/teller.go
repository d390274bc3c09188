package profile

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"parley/internal/alarm"
	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/facts"
)

// Settings of one workspace's teller.
type Settings struct {
	Workspace string
	Objects   int           // most in one call
	Lease     time.Duration // longer than one call may take
}

// Teller tells Braze by /users/track what no reply has taken along. Several tellers may
// work on a workspace; one call of each is under way at a time, so that what is due
// gathers and calls are few.
type Teller struct {
	set      Settings
	store    *store.Store
	client   *braze.Client
	metrics  *obs.Metrics
	log      *slog.Logger
	now      func() int64
	wake     alarm.Alarm
	by       string
	failures int
	paused   int64 // no call before this time
}

// NewTeller makes one; now is the clock in unix milliseconds.
func NewTeller(set Settings, s *store.Store, client *braze.Client, metrics *obs.Metrics, log *slog.Logger, now func() int64) *Teller {
	return &Teller{set: set, store: s, client: client, metrics: metrics, log: log.With(obs.FieldWorkspace, set.Workspace), now: now, by: chat.NewID()}
}

// Wake says that something may be due.
func (t *Teller) Wake() { t.wake.Set(t.now()) }

const (
	teller       = "facts:" // begins the names of leases
	tellPoll     = 2 * time.Second
	refusedPause = 30 * time.Second
)

// Run tells until ctx ends; the call that is then under way gets until drain ends.
func (t *Teller) Run(ctx, drain context.Context) {
	for ctx.Err() == nil {
		if t.paused <= t.now() && t.Tell(drain) {
			continue
		}
		next, err := facts.Due(ctx, t.store, t.set.Workspace)
		if err != nil && ctx.Err() == nil {
			t.log.ErrorContext(ctx, "next fact", obs.Error(err))
		}
		if next > 0 {
			t.wake.Set(max(next, t.paused, t.now()+50))
		}
		t.wake.Wait(ctx, t.now, tellPoll)
	}
}

// Tell makes one call for what is due and says whether there was anything.
func (t *Teller) Tell(ctx context.Context) bool {
	var claimed []facts.Object
	claim := store.Claim{By: teller + t.by + ":" + chat.NewID(), Limit: t.set.Objects, Lease: t.set.Lease.Milliseconds()}
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		claimed, err = facts.Claim(ctx, tx, t.set.Workspace, claim, t.now())
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			t.log.ErrorContext(ctx, "claim facts", obs.Error(err))
		}
		return false
	}
	t.send(ctx, claimed)
	return len(claimed) > 0
}

// send tells objects and books what became of each.
func (t *Teller) send(ctx context.Context, list []facts.Object) {
	var out []facts.Settled
	var sendable []facts.Object
	var call braze.Track
	for _, o := range list {
		tracked, err := tracked(o)
		if err != nil {
			out = append(out, settled(o, facts.Failed, err.Error()))
			continue
		}
		sendable, call.Objects = append(sendable, o), append(call.Objects, tracked)
	}
	if len(sendable) == 0 {
		t.record(ctx, out, nil)
		return
	}
	result, made, err := t.client.Track(ctx, call)
	ex := &store.Exchange{
		ID: chat.NewID(), Workspace: t.set.Workspace, Method: made.Method, Path: made.Path, Status: made.Status, RequestID: made.RequestID,
		Request: string(made.Request), Response: string(made.Response), Millis: made.Duration.Milliseconds(), At: t.now(),
	}
	if err == nil {
		t.failures = 0
		t.metrics.BrazeCall(t.set.Workspace, result.Status, result.Duration)
		if result.Rate.Known && result.Rate.Remaining == 0 {
			t.paused = result.Rate.Reset.UnixMilli()
		}
		for i, o := range sendable {
			s := settled(o, facts.Accepted, "")
			if words, refused := result.Refused[i]; refused {
				s.State, s.Answer = facts.Failed, "Braze refused it: "+words
			}
			out = append(out, s)
		}
		t.record(ctx, out, ex)
		return
	}
	ex.Error = err.Error()
	t.refused(ctx, sendable, out, err, ex)
}

// refused books a call that failed as a whole. What Braze found fault with is told in
// halves, to find the object at fault.
func (t *Teller) refused(ctx context.Context, list []facts.Object, out []facts.Settled, err error, ex *store.Exchange) {
	var e *braze.Error
	if !errors.As(err, &e) {
		e = &braze.Error{Message: err.Error()}
	}
	t.metrics.BrazeCall(t.set.Workspace, statusOf(e), e.Duration)
	if e.Kind == braze.KindInvalid && len(list) > 1 {
		t.record(ctx, out, ex)
		half := len(list) / 2
		t.send(ctx, t.keep(ctx, list[:half], list))
		t.send(ctx, t.keep(ctx, list[half:], list[half:]))
		return
	}
	state, retryAt := facts.Failed, int64(0)
	switch {
	case e.Ambiguous():
		state = facts.Unknown
	case e.Retryable():
		t.failures++
		pause := 250 * time.Millisecond << min(t.failures-1, 7)
		state, retryAt = facts.Waiting, t.now()+max(e.RetryAfter(), pause/2+rand.N(pause/2)).Milliseconds()
	case e.Kind != braze.KindInvalid:
		state, retryAt = facts.Waiting, t.now()+refusedPause.Milliseconds()
		t.log.ErrorContext(ctx, "braze refuses our profile facts", obs.FieldStatus, e.Status)
	}
	t.paused = max(t.paused, retryAt)
	for _, o := range list {
		s := settled(o, state, answerOf(e))
		s.RetryAt = retryAt
		out = append(out, s)
	}
	t.record(ctx, out, ex)
}

// keep renews the leases of everybody in all and gives the objects of list that may
// still be told.
func (t *Teller) keep(ctx context.Context, list, all []facts.Object) []facts.Object {
	by := map[chat.ContactID]string{}
	for _, o := range all {
		by[o.Contact.ID] = o.By
	}
	var kept map[chat.ContactID]bool
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = facts.Renew(ctx, tx, by, t.set.Lease.Milliseconds(), t.now())
		return err
	})
	if err != nil {
		t.log.ErrorContext(ctx, "renew facts", obs.Error(err))
	}
	var out []facts.Object
	for _, o := range list {
		if kept[o.Contact.ID] {
			out = append(out, o)
		}
	}
	return out
}

// record books outcomes. If that cannot be, the leases end and whoever takes them over
// books them as unknown.
func (t *Teller) record(ctx context.Context, list []facts.Settled, ex *store.Exchange) {
	now := t.now()
	for i := range list {
		list[i].Via = facts.ViaTrack
		if ex != nil {
			list[i].ExchangeID = ex.ID
		}
	}
	ignored := 0
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		if ex != nil {
			if err := tx.InsertExchanges(ctx, []store.Exchange{*ex}); err != nil {
				return err
			}
		}
		ignored, err = facts.Settle(ctx, tx, list, now)
		return err
	})
	if err != nil {
		t.log.ErrorContext(ctx, "record facts", obs.Error(err))
	}
	if ignored > 0 {
		t.log.Warn("answers about facts came after their lease had ended", obs.FieldCount, ignored)
	}
}

func settled(o facts.Object, state facts.State, answer string) facts.Settled {
	return facts.Settled{ContactID: o.Contact.ID, By: o.By, Cells: o.Cells, Telling: o.Telling, State: state, Answer: answer}
}

// tracked writes an object for the wire.
func tracked(o facts.Object) (out braze.Tracked, err error) {
	c := o.Contact
	if out.Who, err = braze.RecipientFor(c.ExternalID, c.BrazeID, c.AliasName, c.AliasLabel); err != nil {
		return out, err
	}
	t := o.Telling
	switch {
	case t == nil:
		out.Attributes = facts.Attributes(o.Cells)
	case t.Kind == facts.Increment:
		out.Attributes = map[string]any{t.Name: map[string]any{"inc": json.Number(t.Value)}}
	default:
		out.Event, out.Time = t.Name, time.UnixMilli(t.HappenedAt)
		err = json.Unmarshal([]byte(t.Value), &out.Properties)
	}
	return out, err
}

func statusOf(e *braze.Error) int {
	switch {
	case e.Status == 0 && e.Ambiguous():
		return obs.CallAmbiguous
	case e.Status == 0:
		return obs.CallRefused
	}
	return e.Status
}

// answerOf is what people read about facts that did not get through.
func answerOf(e *braze.Error) string {
	switch e.Kind {
	case braze.KindForbidden:
		return e.Error() + ". Give the key the permission users.track (a new key is needed, permissions are fixed)."
	case braze.KindAmbiguous:
		return e.Error() + ". Braze may or may not have it."
	case braze.KindInvalid, braze.KindRateLimited, braze.KindServer:
		return e.Error()
	}
	return e.Error() + ". " + e.Fix()
}
