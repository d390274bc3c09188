package llm

import (
	"context"
	"sync"
	"time"
)

const (
	maxFailures = 3
	rest        = 30 * time.Second
)

// Breaker leaves a model alone that fails again and again: after three outages in a row
// every call fails with [Resting] for 30 seconds, then one at a time is let through until
// one succeeds. An answer that is merely bad is no outage.
type Breaker struct {
	model Model
	now   func() time.Time

	mu       sync.Mutex
	failures int
	until    time.Time
	trying   bool
}

// NewBreaker guards a model. now is the clock.
func NewBreaker(m Model, now func() time.Time) *Breaker { return &Breaker{model: m, now: now} }

// Chat asks the model, unless it is resting.
func (b *Breaker) Chat(ctx context.Context, r Request) (resp Response, err error) {
	return resp, b.do(ctx, func() error {
		resp, err = b.model.Chat(ctx, r)
		return err
	})
}

// do makes one call, unless the model is resting.
func (b *Breaker) do(ctx context.Context, call func() error) error {
	if !b.enter() {
		return &Error{Kind: Resting}
	}
	err := call()
	b.leave(err, ctx.Err() == context.Canceled)
	return err
}

func (b *Breaker) enter() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < maxFailures {
		return true
	}
	if b.trying || b.now().Before(b.until) {
		return false
	}
	b.trying = true
	return true
}

// leave takes note of how a call ended. One that its caller gave up says nothing.
func (b *Breaker) leave(err error, givenUp bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	switch {
	case givenUp:
	case err != nil && KindOf(err).outage():
		b.failures++
		b.until = b.now().Add(rest)
	default:
		b.failures = 0
	}
}
