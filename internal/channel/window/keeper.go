// Package window looks after what WhatsApp's customer service window holds back: it
// tells customers, with a template, that an answer waits for them, once, within the
// number's messaging limit. It owns when they are told; the rows, and what is let go when
// they write again, are package store/window.
//
// Start reading at Keeper.Run.
package window

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	rows "parley/internal/store/window"
)

// Workspace is how one workspace holds back and tells.
type Workspace struct {
	// Keep is how old an answer of the bot may be, in milliseconds, to be sent when the
	// customer comes back.
	Keep int64
	// Notice makes the template that tells a customer; nil: nobody is told.
	Notice func(firstName string) (text string, parts []chat.Delivery)
	Pace   chat.Pace
	Limit  int // people who may be sent a template in 24 hours; 0: any number
}

// Troubles say why a customer was not told.
const (
	NoNotice = "no_notice" // no template is configured
	OptedOut = "opted_out" // they want no more messages
	Limit    = "messaging_limit"
)

// Keeper looks after the lines that wait. Several, in one process or in many, may do so.
type Keeper struct {
	workspaces map[string]Workspace
	store      *store.Store
	log        *slog.Logger
	now        func() int64
	publish    func(store.Topic)
	wake       alarm.Alarm
}

// New makes a keeper. now is the clock in unix milliseconds; publish is told what a
// commit has made available.
func New(workspaces map[string]Workspace, s *store.Store, log *slog.Logger, now func() int64, publish func(store.Topic)) *Keeper {
	return &Keeper{workspaces: workspaces, store: s, log: log, now: now, publish: publish}
}

// Keep says how old an answer of the bot may be to be sent on the customer's return.
func (k *Keeper) Keep(workspace string) int64 { return k.workspaces[workspace].Keep }

// Wake says that something may have been held back.
func (k *Keeper) Wake() { k.wake.Set(1) }

// Run looks until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	const poll, batch = 5 * time.Second, 100
	for ctx.Err() == nil {
		due, err := rows.Due(ctx, k.store, batch, k.now())
		for _, w := range due {
			err = errors.Join(err, k.look(ctx, w))
		}
		if err != nil && ctx.Err() == nil {
			k.log.ErrorContext(ctx, "look after what waits for customers", obs.Error(err))
		}
		if err == nil && len(due) == batch {
			continue
		}
		if next, err := rows.Next(ctx, k.store); err == nil && next > k.now() {
			k.wake.Set(next)
		}
		k.wake.Wait(ctx, k.now, poll)
	}
}

// look does in one transaction what a wait is due for: it tells the customer, or lets
// everything go if they have written meanwhile.
func (k *Keeper) look(ctx context.Context, due rows.Wait) error {
	queued := false
	err := k.store.Write(ctx, func(tx *store.Tx) error {
		queued = false
		now := k.now()
		full, err := k.gate(ctx, tx, due, now)
		if err != nil {
			return err
		}
		if _, err := tx.LockConversation(ctx, due.ConversationID); err != nil {
			return err
		}
		s, ok, err := rows.Still(ctx, tx, due.ConversationID)
		if err != nil || !ok {
			return err
		}
		if s.WindowUntil > now {
			queued = true
			if _, err := rows.Release(ctx, tx, []chat.ContactID{s.ContactID}, k.Keep, now); err != nil {
				return err
			}
			return tx.Notify(ctx, store.TopicDeliveries)
		}
		queued, err = k.tell(ctx, tx, s, full, now)
		return err
	})
	if err == nil && queued {
		k.publish(store.TopicDeliveries)
	}
	return err
}

// gate finds out whether one more person may be sent a template.
func (k *Keeper) gate(ctx context.Context, tx *store.Tx, due rows.Wait, now int64) (*rows.Full, error) {
	err := rows.Allow(ctx, tx, due.Workspace, due.ContactID, k.workspaces[due.Workspace].Limit, now)
	if full, ok := rows.AsFull(err); ok {
		return full, nil
	}
	return nil, err
}

// recheck is when a notice that was queued is looked at again: a change of owner may
// have withdrawn it.
const recheck = 60_000

// tell queues the template, unless the customer has got one or must not get any.
func (k *Keeper) tell(ctx context.Context, tx *store.Tx, s rows.Standing, full *rows.Full, now int64) (bool, error) {
	w, lookAt := s.Wait, int64(0)
	set := k.workspaces[w.Workspace]
	switch {
	case s.Notice == chat.Queued || s.Notice == chat.Sending:
		lookAt = now + recheck
	case s.Notice != "" && s.Notice != chat.Cancelled:
	case set.Notice == nil:
		w.Trouble = NoNotice
	case s.OptedOut:
		w.Trouble = OptedOut
	case full != nil:
		w.Trouble, lookAt = Limit, max(full.FreeAt, now+recheck)
	default:
		text, parts := set.Notice(s.FirstName)
		w.NoticeID, w.NoticedAt, w.Trouble = chat.MessageID(chat.NewID()), now, ""
		if err := tx.Say(ctx, store.Line{
			ConversationID: w.ConversationID, MessageID: w.NoticeID, Text: text, Layout: chat.LayoutNotice, Parts: parts, Pace: set.Pace,
		}, now); err != nil {
			return false, err
		}
		if err := rows.Save(ctx, tx, w, now+recheck); err != nil {
			return false, err
		}
		return true, tx.Notify(ctx, store.TopicDeliveries)
	}
	if err := rows.Save(ctx, tx, w, lookAt); err != nil {
		return false, err
	}
	return false, tx.Announce(ctx, w.Workspace, []chat.ConversationID{w.ConversationID}, now)
}
