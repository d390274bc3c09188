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

// Circuit leaves another side alone that fails again and again: after three outages in a
// row nobody may enter for 30 seconds, then one at a time until one succeeds. An answer
// that is merely bad is no outage. It is safe for concurrent use.
type Circuit struct {
	now func() time.Time

	mu       sync.Mutex
	failures int
	until    time.Time
	trying   bool
}

// NewCircuit makes a closed circuit. now is the clock.
func NewCircuit(now func() time.Time) *Circuit { return &Circuit{now: now} }

// Enter reports whether the other side may be asked; who may must Leave.
func (c *Circuit) Enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failures < maxFailures {
		return true
	}
	if c.trying || c.now().Before(c.until) {
		return false
	}
	c.trying = true
	return true
}

// Leave takes note of how asking ended. What its caller gave up says nothing.
func (c *Circuit) Leave(err error, givenUp bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trying = false
	switch {
	case givenUp:
	case err != nil && KindOf(err).outage():
		c.failures++
		c.until = c.now().Add(rest)
	default:
		c.failures = 0
	}
}

// Breaker is a model behind a [Circuit].
type Breaker struct {
	model   Model
	circuit *Circuit
}

// NewBreaker guards a model. now is the clock.
func NewBreaker(m Model, now func() time.Time) *Breaker { return &Breaker{m, NewCircuit(now)} }

// Chat asks the model, unless it is resting.
func (b *Breaker) Chat(ctx context.Context, r Request) (Response, error) {
	if !b.circuit.Enter() {
		return Response{}, &Error{Kind: Resting}
	}
	resp, err := b.model.Chat(ctx, r)
	b.circuit.Leave(err, ctx.Err() == context.Canceled)
	return resp, err
}
