// Package alarm lets a loop sleep until the earliest time at which somebody said
// there is work. It is how "due at" columns are watched without polling hard.
package alarm

import (
	"context"
	"sync"
	"time"
)

// Alarm wakes one waiting loop. The zero value is ready for use; all methods are
// safe for concurrent use, but only one goroutine may call Wait.
type Alarm struct {
	mu   sync.Mutex
	at   int64 // unix milliseconds; 0 while nothing is set
	ring chan struct{}
}

// Set asks for a wake-up at a time in unix milliseconds, unless an earlier one is
// already set. Zero asks for nothing.
func (a *Alarm) Set(at int64) {
	if at == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.at == 0 || at < a.at {
		a.at = at
	}
	// Also for a time that is set already: who moves the clock says so by Set, and Wait must look at it again.
	select {
	case a.bell() <- struct{}{}:
	default:
	}
}

func (a *Alarm) bell() chan struct{} {
	if a.ring == nil {
		a.ring = make(chan struct{}, 1)
	}
	return a.ring
}

// Wait returns when the set time has come, when poll has passed, or when ctx
// ends; it then forgets the set time if it has come. now is the clock in unix
// milliseconds.
func (a *Alarm) Wait(ctx context.Context, now func() int64, poll time.Duration) {
	deadline := time.NewTimer(poll)
	defer deadline.Stop()
	for {
		a.mu.Lock()
		left := time.Duration(-1)
		if a.at != 0 {
			left = time.Duration(a.at-now()) * time.Millisecond
			if left <= 0 {
				a.at = 0
				a.mu.Unlock()
				return
			}
		}
		bell := a.bell()
		a.mu.Unlock()
		if !sleep(ctx, bell, deadline.C, left) {
			return
		}
	}
}

// sleep reports whether the set time must be looked at again.
func sleep(ctx context.Context, bell <-chan struct{}, deadline <-chan time.Time, left time.Duration) bool {
	var due <-chan time.Time
	if left >= 0 {
		t := time.NewTimer(left)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-ctx.Done():
		return false
	case <-deadline:
		return false
	case <-bell:
	case <-due:
	}
	return true
}
