package batch

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// doubler works for a second and gives back twice each input; odd inputs spoil
// their batch.
func doubler(sizes *[]int) func(context.Context, []int) ([]int, error) {
	return func(_ context.Context, in []int) ([]int, error) {
		*sizes = append(*sizes, len(in))
		time.Sleep(time.Second)
		out := make([]int, len(in))
		for i, v := range in {
			if v%2 == 1 {
				return nil, errors.New("odd")
			}
			out[i] = 2 * v
		}
		return out, nil
	}
}

func TestQueue_sharesBatchesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := New(4, nil, doubler(&sizes))
		answered := make(chan int, 10)
		for i := range 10 {
			go func() {
				got, err := q.Do(t.Context(), 2*i)
				if err != nil || got != 4*i {
					t.Errorf("%d gave %d (%v)", 2*i, got, err)
				}
				answered <- i
			}()
			synctest.Wait() // each is waiting before the next comes
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []int{1, 4, 4, 1}; !slices.Equal(sizes, want) {
			t.Errorf("batches of %v, want %v: at once when idle, then together up to the limit", sizes, want)
		}
		if len(answered) != 10 {
			t.Errorf("%d of 10 callers were answered", len(answered))
		}
	})
}

func TestQueue_badInputSpoilsNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := New(10, nil, doubler(&sizes))
		errs := make([]error, 5)
		for i := range errs {
			go func() { _, errs[i] = q.Do(t.Context(), i) }()
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		for i, err := range errs {
			if bad := i%2 == 1; bad != (err != nil) {
				t.Errorf("input %d: %v", i, err)
			}
		}
	})
}

func TestQueue_callerMayGiveUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := New(10, nil, doubler(&sizes))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := q.Do(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if got, err := q.Do(t.Context(), 4); got != 8 || err != nil {
			t.Errorf("the next caller got %d (%v)", got, err)
		}
	})
}

func TestQueue_noticesAWrongNumberOfResults(t *testing.T) {
	t.Parallel()
	q := New(10, nil, func(context.Context, []int) ([]int, error) { return nil, nil })
	if _, err := q.Do(t.Context(), 1); err == nil {
		t.Error("a lost result went unnoticed")
	}
}
