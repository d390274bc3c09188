// Package batch lets many callers share the cost of one piece of work, such as a
// durable commit.
package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Queue carries out many callers' work together: whoever calls while a batch runs
// waits for the next one with everybody else, so that a commit to disk is shared
// under load and an idle system commits at once. Order of arrival is kept.
type Queue[In, Out any] struct {
	run   func(context.Context, []In) ([]Out, error)
	limit int
	seen  func(size int, waited time.Duration)

	mu      sync.Mutex
	queue   []*entry[In, Out]
	running bool
}

type entry[In, Out any] struct {
	in   In
	out  Out
	err  error
	done chan struct{}
	at   time.Time
}

// New makes a queue whose run carries out a whole batch: it must return one
// result for each input, in the same order, or an error for all. limit bounds a
// batch; seen, if not nil, is told each batch's size and how long its first waited
// until the commit.
//
// A batch that fails is run again one by one, so that one bad input cannot fail
// its neighbours.
func New[In, Out any](limit int, seen func(size int, waited time.Duration), run func(context.Context, []In) ([]Out, error)) *Queue[In, Out] {
	return &Queue[In, Out]{run: run, limit: limit, seen: seen}
}

// Do adds one input and waits until it is committed. A caller whose context ends
// stops waiting; its input may still be committed.
func (q *Queue[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	e := &entry[In, Out]{in: in, done: make(chan struct{}), at: time.Now()}
	q.mu.Lock()
	q.queue = append(q.queue, e)
	leader := !q.running
	q.running = true
	q.mu.Unlock()
	if leader {
		go q.drain(context.WithoutCancel(ctx))
	}
	select {
	case <-e.done:
		return e.out, e.err
	case <-ctx.Done():
		var zero Out
		return zero, ctx.Err()
	}
}

func (q *Queue[In, Out]) drain(ctx context.Context) {
	for {
		q.mu.Lock()
		if len(q.queue) == 0 {
			q.running = false
			q.mu.Unlock()
			return
		}
		batch := q.queue[:min(q.limit, len(q.queue))]
		q.queue = q.queue[len(batch):]
		if len(q.queue) == 0 {
			q.queue = nil
		}
		q.mu.Unlock()
		q.carryOut(ctx, batch)
	}
}

func (q *Queue[In, Out]) carryOut(ctx context.Context, batch []*entry[In, Out]) {
	ins := make([]In, len(batch))
	for i, e := range batch {
		ins[i] = e.in
	}
	outs, err := q.run(ctx, ins)
	if err == nil && len(outs) != len(ins) {
		err = errors.New("batch: run returned a wrong number of results")
	}
	if q.seen != nil {
		q.seen(len(batch), time.Since(batch[0].at))
	}
	for i, e := range batch {
		switch {
		case err == nil:
			e.out = outs[i]
		case len(batch) == 1:
			e.err = err
		default:
			one, oneErr := q.run(ctx, ins[i:i+1])
			if oneErr == nil {
				e.out = one[0]
			}
			e.err = oneErr
		}
		close(e.done)
	}
}
