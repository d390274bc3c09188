package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Group commits many callers' work in one transaction: whoever calls while a
// transaction runs waits for the next one together with everybody else, so the
// cost of a durable commit is shared and an idle system commits at once. Order of
// arrival is kept.
type Group[In, Out any] struct {
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

// NewGroup makes a group whose run carries out a whole batch: it must return one
// result for each input, in the same order, or an error for all. limit bounds a
// batch; seen, if not nil, is told each batch's size and how long its first waited
// until the commit.
//
// A batch that fails is run again one by one, so that one bad input cannot fail
// its neighbours.
func NewGroup[In, Out any](limit int, seen func(size int, waited time.Duration), run func(context.Context, []In) ([]Out, error)) *Group[In, Out] {
	return &Group[In, Out]{run: run, limit: limit, seen: seen}
}

// Do adds one input and waits until it is committed. A caller whose context ends
// stops waiting; its input may still be committed.
func (g *Group[In, Out]) Do(ctx context.Context, in In) (Out, error) {
	e := &entry[In, Out]{in: in, done: make(chan struct{}), at: time.Now()}
	g.mu.Lock()
	g.queue = append(g.queue, e)
	leader := !g.running
	g.running = true
	g.mu.Unlock()
	if leader {
		go g.drain(context.WithoutCancel(ctx))
	}
	select {
	case <-e.done:
		return e.out, e.err
	case <-ctx.Done():
		var zero Out
		return zero, ctx.Err()
	}
}

func (g *Group[In, Out]) drain(ctx context.Context) {
	for {
		g.mu.Lock()
		if len(g.queue) == 0 {
			g.running = false
			g.mu.Unlock()
			return
		}
		batch := g.queue[:min(g.limit, len(g.queue))]
		g.queue = g.queue[len(batch):]
		if len(g.queue) == 0 {
			g.queue = nil
		}
		g.mu.Unlock()
		g.carryOut(ctx, batch)
	}
}

func (g *Group[In, Out]) carryOut(ctx context.Context, batch []*entry[In, Out]) {
	ins := make([]In, len(batch))
	for i, e := range batch {
		ins[i] = e.in
	}
	outs, err := g.run(ctx, ins)
	if err == nil && len(outs) != len(ins) {
		err = errors.New("store: a group returned a wrong number of results")
	}
	if g.seen != nil {
		g.seen(len(batch), time.Since(batch[0].at))
	}
	for i, e := range batch {
		switch {
		case err == nil:
			e.out = outs[i]
		case len(batch) == 1:
			e.err = err
		default:
			one, oneErr := g.run(ctx, ins[i:i+1])
			if oneErr == nil {
				e.out = one[0]
			}
			e.err = oneErr
		}
		close(e.done)
	}
}
