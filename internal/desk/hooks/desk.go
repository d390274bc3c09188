package hooks

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/sign"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
)

// overlap is for how long the secret before also signs after a change, so that the
// receiver can be changed meanwhile.
const overlap = 24 * time.Hour

// Desk is what admins do with hooks.
type Desk struct {
	store        *store.Store
	courier      *Courier
	allowPrivate bool
	now          func() int64
	publish      func(store.Topic)
}

// New makes the admins' side; publish is told after a commit what it has made available.
func New(s *store.Store, courier *Courier, allowPrivate bool, now func() int64, publish func(store.Topic)) *Desk {
	return &Desk{store: s, courier: courier, allowPrivate: allowPrivate, now: now, publish: publish}
}

// Wanted is a hook as an admin describes it.
type Wanted struct {
	Name, URL string
	Events    []string
	Active    bool
}

// check says what is wrong with a description, and gives it in order.
func (d *Desk) check(w Wanted) (Wanted, error) {
	w.Name, w.URL = strings.TrimSpace(w.Name), strings.TrimSpace(w.URL)
	if n := utf8.RuneCountInString(w.Name); n == 0 || n > 80 {
		return w, chat.Errorf(chat.Invalid, "name: write 1 to 80 characters that say who receives the events")
	}
	if err := CheckURL(w.URL, d.allowPrivate); err != nil {
		return w, err
	}
	var events []string
	for _, known := range Events() {
		if slices.Contains(w.Events, known) {
			events = append(events, known)
		}
	}
	for _, e := range w.Events {
		if !slices.Contains(events, e) {
			return w, chat.Errorf(chat.Invalid, "events: %q is not an event; there are %s", e, strings.Join(Events(), ", "))
		}
	}
	if len(events) == 0 {
		return w, chat.Errorf(chat.Invalid, "events: choose at least one")
	}
	w.Events = events
	return w, nil
}

// Create adds a hook. Its secret is in what is returned and is shown nowhere again.
func (d *Desk) Create(ctx context.Context, w Wanted, by string) (outbox.Hook, error) {
	w, err := d.check(w)
	if err != nil {
		return outbox.Hook{}, err
	}
	end, err := d.store.FeedEnd(ctx)
	if err != nil {
		return outbox.Hook{}, err
	}
	wanted := outbox.Hook{ID: chat.NewID(), Name: w.Name, URL: w.URL, Events: w.Events, Active: w.Active, Secret: sign.NewSecret(), CreatedBy: by}
	var h outbox.Hook
	return h, d.write(ctx, &h, func(tx *store.Tx) (outbox.Hook, error) { return outbox.Create(ctx, tx, wanted, end, d.now) })
}

// Update changes a hook. One that was not active gets what happens from now on, and
// what had still to be sent to it.
func (d *Desk) Update(ctx context.Context, id string, w Wanted) (outbox.Hook, error) {
	w, err := d.check(w)
	if err != nil {
		return outbox.Hook{}, err
	}
	end, err := d.store.FeedEnd(ctx)
	if err != nil {
		return outbox.Hook{}, err
	}
	wanted := outbox.Hook{ID: id, Name: w.Name, URL: w.URL, Events: w.Events, Active: w.Active}
	var h outbox.Hook
	return h, d.write(ctx, &h, func(tx *store.Tx) (outbox.Hook, error) { return outbox.Update(ctx, tx, wanted, end, d.now) })
}

// Rotate gives a hook another secret, which is shown nowhere again. The one before
// also signs for a day.
func (d *Desk) Rotate(ctx context.Context, id string) (outbox.Hook, error) {
	secret, until := sign.NewSecret(), d.now()+overlap.Milliseconds()
	var h outbox.Hook
	return h, d.write(ctx, &h, func(tx *store.Tx) (outbox.Hook, error) { return outbox.Rotate(ctx, tx, id, secret, until) })
}

// Delete forgets a hook with everything that was or should have been sent to it.
func (d *Desk) Delete(ctx context.Context, id string) error {
	var h outbox.Hook
	return d.write(ctx, &h, func(tx *store.Tx) (outbox.Hook, error) { return h, outbox.Delete(ctx, tx, id) })
}

// Test posts a test event at once and says what came of it.
func (d *Desk) Test(ctx context.Context, id string) (outbox.Delivery, error) {
	h, err := outbox.Get(ctx, d.store, id)
	if err != nil {
		return outbox.Delivery{}, err
	}
	return d.courier.Test(ctx, h)
}

// Replay sends a delivery again, from its first attempt on.
func (d *Desk) Replay(ctx context.Context, id string) (outbox.Delivery, error) {
	var h outbox.Hook
	err := d.write(ctx, &h, func(tx *store.Tx) (outbox.Hook, error) {
		_, err := outbox.Replay(ctx, tx, id, d.now())
		return h, err
	})
	if err != nil {
		return outbox.Delivery{}, err
	}
	return outbox.DeliveryByID(ctx, d.store, id)
}

// ReplayDead sends everything of a hook again that was given up, and says how many that are.
func (d *Desk) ReplayDead(ctx context.Context, id string) (n int, err error) {
	h, err := outbox.Get(ctx, d.store, id)
	if err != nil {
		return 0, err
	}
	err = d.write(ctx, &h, func(tx *store.Tx) (_ outbox.Hook, err error) {
		n, err = outbox.ReplayDead(ctx, tx, id, d.now())
		return h, err
	})
	return n, err
}

func (d *Desk) write(ctx context.Context, out *outbox.Hook, fn func(*store.Tx) (outbox.Hook, error)) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		h, err := fn(tx)
		if err != nil {
			return err
		}
		*out = h
		return tx.Notify(ctx, outbox.Topic)
	})
	if err == nil {
		d.publish(outbox.Topic)
	}
	return err
}
