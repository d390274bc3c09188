// Package consent tells Braze what customers decided about messages: it unsubscribes them
// from the WhatsApp number's subscription group, after the confirmation has left, and
// subscribes them again where no reply did. It owns when and how Braze is told; the
// decisions are package store/consent's. It decides nothing about anybody.
//
// Start reading at Teller.Run.
package consent

import (
	"context"
	"log/slog"
	"time"

	"parley/internal/alarm"
	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/consent"
)

const (
	// Grace is how long an unsubscription waits after the decision, in milliseconds:
	// Braze's 201 to the confirmation says only that it is queued.
	Grace = 60_000
	// Ride is how long a subscription waits for a reply that takes it along.
	Ride = 30_000

	batch  = 20
	lease  = 60_000
	refuse = 10 * 60_000 // until a wrong key or a missing permission is tried again
	poll   = 2 * time.Second
)

// New makes a decision that Braze is told in time, if group is named, and kept here in
// any case. Means and actor are those of package store/consent.
func New(workspace, group string, contact chat.ContactID, conversation chat.ConversationID, kind, means, actor string, now int64) consent.Decision {
	d := consent.Decision{
		ID: chat.NewID(), Workspace: workspace, ContactID: contact, ConversationID: conversation, At: now,
		Kind: kind, Means: means, Actor: actor, State: consent.Kept,
	}
	if group != "" {
		d.State, d.DueAt = consent.Waiting, now+Ride
		if kind == consent.OptOut {
			d.DueAt = now + Grace
		}
	}
	return d
}

// Teller tells the decisions of one workspace. Several may run.
type Teller struct {
	workspace, group string
	store            *store.Store
	client           *braze.Client
	log              *slog.Logger
	now              func() int64
	wake             alarm.Alarm
}

// NewTeller makes one for a subscription group; now is the clock in unix milliseconds.
func NewTeller(workspace, group string, s *store.Store, client *braze.Client, log *slog.Logger, now func() int64) *Teller {
	return &Teller{workspace: workspace, group: group, store: s, client: client, log: log.With(obs.FieldWorkspace, workspace), now: now}
}

// Run tells until ctx ends; a call that is then under way gets until drain ends.
func (t *Teller) Run(ctx, drain context.Context) {
	for ctx.Err() == nil {
		n, err := t.Tell(drain)
		if err != nil && ctx.Err() == nil {
			t.log.ErrorContext(ctx, "tell Braze of consent", obs.Error(err))
		}
		if n == batch {
			continue
		}
		if next, err := consent.Next(ctx, t.store, t.workspace); err == nil && next > t.now() {
			t.wake.Set(next)
		}
		t.wake.Wait(ctx, t.now, poll)
	}
}

// Tell makes the calls that are due, one for each contact, and says how many.
func (t *Teller) Tell(ctx context.Context) (int, error) {
	var due []consent.Work
	err := t.store.Write(ctx, func(tx *store.Tx) (err error) {
		due, err = consent.Claim(ctx, tx, t.workspace, batch, lease, t.now())
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, w := range due {
		if err := t.tell(ctx, w); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func (t *Teller) tell(ctx context.Context, w consent.Work) error {
	state, answer, dueAt := consent.Told, "", int64(0)
	var ex *store.Exchange
	who, err := braze.RecipientFor(w.Contact.ExternalID, w.Contact.BrazeID, w.Contact.AliasName, w.Contact.AliasLabel)
	if err != nil {
		state, answer = consent.Failed, err.Error()
	} else {
		subscription := "subscribed"
		if w.Kind == consent.OptOut {
			subscription = "unsubscribed"
		}
		result, made, err := t.client.Track(ctx, braze.Track{Objects: []braze.Tracked{{Who: who, Attributes: map[string]any{
			"subscription_groups": []map[string]string{{"subscription_group_id": t.group, "subscription_state": subscription}},
		}}}})
		if made.Method != "" {
			ex = &store.Exchange{
				ID: chat.NewID(), Workspace: t.workspace, Method: made.Method, Path: made.Path, Status: made.Status, RequestID: made.RequestID,
				Request: string(made.Request), Response: string(made.Response), Millis: made.Duration.Milliseconds(), At: t.now(),
			}
			if err != nil {
				ex.Error = err.Error()
			}
		}
		switch {
		case err != nil:
			state, answer, dueAt = t.refused(ctx, err, w.Attempts)
		case result.Refused[0] != "":
			state, answer = consent.Failed, result.Refused[0]
		}
	}
	return t.store.Write(ctx, func(tx *store.Tx) error {
		if ex != nil {
			if err := tx.InsertExchanges(ctx, []store.Exchange{*ex}); err != nil {
				return err
			}
		}
		return consent.Settle(ctx, tx, w.ID, state, answer, dueAt, t.now())
	})
}

// refused says what becomes of a decision after a failed call. Telling twice does no harm,
// so a call of unknown outcome is simply made again.
func (t *Teller) refused(ctx context.Context, err error, attempts int) (state, answer string, dueAt int64) {
	e := braze.AsError(err)
	switch {
	case e.Ambiguous() || e.Retryable():
		pause := int64(1000) << min(attempts, 9)
		return consent.Waiting, e.Error(), t.now() + max(pause, e.RetryAfter().Milliseconds())
	case e.Kind == braze.KindInvalid:
		return consent.Failed, e.Error(), 0
	}
	t.log.ErrorContext(ctx, "braze refuses to change subscriptions", obs.FieldStatus, e.Status, obs.FieldReason, e.Fix())
	fix := e.Fix()
	if e.Kind == braze.KindForbidden {
		fix = "Give the key the permission users.track; a new key is needed."
	}
	return consent.Waiting, e.Error() + ". " + fix, t.now() + refuse
}
