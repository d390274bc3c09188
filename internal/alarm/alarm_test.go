package alarm

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func millis() int64 { return time.Now().UnixMilli() }

func TestWait_ringsAtTheEarliestTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a Alarm
		start := millis()
		a.Set(start + 5000)
		a.Set(start + 2000)
		a.Set(start + 9000)
		a.Wait(context.Background(), millis, time.Minute)
		if got := millis() - start; got != 2000 {
			t.Errorf("woke after %d ms, want 2000", got)
		}
		a.Wait(context.Background(), millis, time.Minute)
		if got := millis() - start; got != 62_000 {
			t.Errorf("woke after %d ms, want the poll at 62000", got)
		}
	})
}

func TestWait_isWokenWhileItSleeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a Alarm
		start := millis()
		a.Set(start + 50_000)
		go func() {
			time.Sleep(time.Second)
			a.Set(millis() + 500)
		}()
		a.Wait(context.Background(), millis, time.Minute)
		if got := millis() - start; got != 1500 {
			t.Errorf("woke after %d ms, want 1500", got)
		}
	})
}

func TestWait_endsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a Alarm
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := millis()
		a.Wait(ctx, millis, time.Minute)
		if got := millis() - start; got != 1000 {
			t.Errorf("woke after %d ms, want 1000", got)
		}
	})
}

func TestWait_looksAgainWhenTheClockWasMoved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var a Alarm
		start := time.Now()
		var ahead atomic.Int64
		now := func() int64 { return millis() + ahead.Load() }
		a.Set(now() + 50_000)
		go func() {
			time.Sleep(time.Second)
			ahead.Store(60_000)
			a.Set(now())
		}()
		a.Wait(context.Background(), now, time.Minute)
		if got := time.Since(start); got != time.Second {
			t.Errorf("woke after %v, want when the clock was moved", got)
		}
	})
}
