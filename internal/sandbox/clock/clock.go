// Package clock is the sandbox's movable clock: the real time plus an offset that a test or a person
// may change, and the list of what falls due. It knows nothing of what it runs.
package clock

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Clock is safe for concurrent use.
type Clock struct {
	real func() time.Time
	wake chan struct{}

	running sync.Mutex // held while due work runs, so that it runs in order

	mu     sync.Mutex
	offset time.Duration
	queue  queue
	seq    uint64
}

// New returns a clock that follows real. Nothing falls due until Run or RunDue is called.
func New(real func() time.Time) *Clock {
	return &Clock{real: real, wake: make(chan struct{}, 1)}
}

// Now is the pretend time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return c.real().Add(c.offset).UTC() }

// Offset is how far the pretend time is ahead of the real one.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// Advance moves the clock by d, which may be negative, and runs what has fallen due.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	c.offset += d
	c.mu.Unlock()
	c.moved()
}

// Set moves the clock to t and runs what has fallen due.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	c.offset = t.Sub(c.real())
	c.mu.Unlock()
	c.moved()
}

// Reset returns to the real time; work that was due later keeps its pretend time.
func (c *Clock) Reset() {
	c.mu.Lock()
	c.offset = 0
	c.mu.Unlock()
	c.moved()
}

func (c *Clock) moved() {
	c.RunDue()
	c.nudge()
}

// At runs fn once the pretend time reaches due. Functions run one after another, in order of due and
// then of the calls to At; they must not block.
func (c *Clock) At(due time.Time, fn func()) {
	c.mu.Lock()
	c.seq++
	heap.Push(&c.queue, item{due: due, seq: c.seq, fn: fn})
	first := c.queue[0].seq == c.seq
	c.mu.Unlock()
	if first {
		c.nudge()
	}
}

// After is At, d from now.
func (c *Clock) After(d time.Duration, fn func()) { c.At(c.Now().Add(d), fn) }

// Clear forgets everything that was to fall due.
func (c *Clock) Clear() {
	c.mu.Lock()
	c.queue = nil
	c.mu.Unlock()
}

// RunDue runs what has fallen due and returns when it is done.
func (c *Clock) RunDue() {
	c.running.Lock()
	defer c.running.Unlock()
	for {
		c.mu.Lock()
		if len(c.queue) == 0 || c.queue[0].due.After(c.now()) {
			c.mu.Unlock()
			return
		}
		next := heap.Pop(&c.queue).(item)
		c.mu.Unlock()
		next.fn()
	}
}

// Run runs what falls due until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		c.RunDue()
		wait := time.Hour
		c.mu.Lock()
		if len(c.queue) > 0 {
			wait = min(wait, max(0, c.queue[0].due.Sub(c.now())))
		}
		c.mu.Unlock()
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
		}
	}
}

func (c *Clock) nudge() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

type item struct {
	due time.Time
	seq uint64
	fn  func()
}

// queue is a heap ordered by due time, then by insertion.
type queue []item

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].seq < q[j].seq
	}
	return q[i].due.Before(q[j].due)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(item)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = item{}
	*q = old[:len(old)-1]
	return last
}

// Stamp is a time as the sandbox writes it: RFC 3339 in UTC with milliseconds.
type Stamp time.Time

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	return time.Time(s).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Stamp) UnmarshalJSON(b []byte) error {
	t, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b))
	*s = Stamp(t)
	return err
}
