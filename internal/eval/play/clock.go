package play

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/internal/store/signs"
)

// now is the clock of the gateway; the sandbox's is kept at the same offset.
func (s *Stage) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

// jump moves both clocks and lets everything look.
func (s *Stage) jump(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	// The sandbox's first: what the gateway sends as soon as it may would come too early for a sandbox that is behind.
	if err := s.call(ctx, http.MethodPost, "/sandbox/clock", map[string]string{"advance": d.String()}, nil); err != nil {
		return err
	}
	s.ahead.Add(int64(d))
	s.app.ClockMoved()
	return nil
}

const (
	// patience is how long, in real time, one step may keep the gateway busy.
	patience = 60 * time.Second
	// reach is how far settling may move the clock: through every pause and retry of a step.
	// A 429 of Braze pauses for up to an hour.
	reach = 12 * time.Hour
	tick  = 2 * time.Millisecond
)

// backlog is what is still to be done, and when the first of it falls due.
type backlog struct {
	jobs int       // answers that customers wait for, and deliveries
	busy bool      // somebody is working
	next time.Time // also of flows that go on should the customer be silent; zero: nothing is
}

func (s *Stage) backlog(ctx context.Context) (b backlog, err error) {
	db := s.app.Store()
	left, err := signs.Waiting(ctx, db, 1<<60)
	if err != nil {
		return b, err
	}
	b.jobs = left.Turns + left.Deliveries
	turn, err := db.NextTurn(ctx)
	if err != nil {
		return b, err
	}
	delivery, err := db.NextDelivery(ctx, s.ws.ID)
	if err != nil {
		return b, err
	}
	for _, at := range []int64{turn, delivery} {
		if due := time.UnixMilli(at); at != 0 && (b.next.IsZero() || due.Before(b.next)) {
			b.next = due
		}
	}
	b.busy, err = signs.Busy(ctx, db, s.now().UnixMilli())
	return b, err
}

// over says whether nothing is left to do, or nothing that falls due by until.
func (b backlog) over(now, until time.Time) bool {
	switch {
	case b.busy:
		return false
	case b.next.IsZero():
		return b.jobs == 0
	case until.IsZero():
		return b.jobs == 0 && b.next.After(now)
	}
	return b.next.After(until)
}

// settle lets time pass until the gateway has nothing left to do, but not beyond until.
// What falls due after until is left.
func (s *Stage) settle(ctx context.Context, until time.Time) error {
	started, from, idle := time.Now(), s.now(), 0
	for idle < 3 {
		if time.Since(started) > patience {
			return errors.New("the gateway was still busy after a minute")
		}
		b, err := s.backlog(ctx)
		if err != nil {
			return err
		}
		wait := b.next.Sub(s.now())
		switch {
		case b.over(s.now(), until):
			idle++
		case !b.busy && !b.next.IsZero() && wait > 0: // what is leased is due at the end of its lease, which is not to come by a jump
			idle = 0
			if b.next.Sub(from) > reach {
				return errors.New("something is still to be done after twelve hours; look for a fault that never ends")
			}
			if err := s.jump(ctx, wait+time.Millisecond); err != nil {
				return err
			}
		default:
			idle = 0
		}
		if err := sleep(ctx, tick); err != nil {
			return err
		}
	}
	return nil
}

// pass moves the clock by d, from one thing that falls due to the next.
func (s *Stage) pass(ctx context.Context, d time.Duration) error {
	target := s.now().Add(d)
	for {
		if err := s.settle(ctx, target); err != nil {
			return err
		}
		left := target.Sub(s.now())
		if left <= 0 {
			return nil
		}
		// An hour at a time: what becomes due by what the clock does, as a snooze or an agent's silence, is no job yet.
		if err := s.jump(ctx, min(left, time.Hour)); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
