package clock

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestAdvance_runsWhatFallsDueInOrder(t *testing.T) {
	t.Parallel()
	c := New(func() time.Time { return start })
	var ran []string
	note := func(what string) func() { return func() { ran = append(ran, what) } }
	c.After(3*time.Second, note("third"))
	c.After(time.Second, func() {
		note("first")()
		c.After(time.Second, note("second")) // due while the clock is being moved
	})
	c.After(3*time.Second, note("fourth"))
	c.After(time.Hour, note("not yet"))
	c.Advance(2 * time.Second)
	if diff := cmp.Diff([]string{"first"}, ran); diff != "" {
		t.Error(diff)
	}
	c.Advance(time.Minute)
	if diff := cmp.Diff([]string{"first", "third", "fourth", "second"}, ran); diff != "" {
		t.Error(diff)
	}
	c.Set(start.Add(-time.Hour))
	if got := c.Offset(); got != -time.Hour {
		t.Errorf("offset %s", got)
	}
	c.Clear()
	c.Advance(100 * time.Hour)
	if len(ran) != 4 {
		t.Errorf("cleared work ran: %v", ran)
	}
	c.Reset()
	if !c.Now().Equal(start) {
		t.Errorf("after reset it is %s", c.Now())
	}
}

func TestRun_wakesAtTheRightMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := New(time.Now)
		began := time.Now()
		at := make(chan time.Duration, 2)
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx) }()
		synctest.Wait()
		c.After(90*time.Minute, func() { at <- time.Since(began) }) // later than Run's longest sleep
		c.After(10*time.Second, func() { at <- time.Since(began) })
		if got := <-at; got != 10*time.Second {
			t.Errorf("first ran after %s", got)
		}
		if got := <-at; got != 90*time.Minute {
			t.Errorf("second ran after %s", got)
		}
		cancel()
		<-done
	})
}

func TestStamp(t *testing.T) {
	t.Parallel()
	b, err := json.Marshal(Stamp(time.Date(2026, 11, 22, 10, 0, 0, 5e6, time.FixedZone("", 3600))))
	if err != nil || string(b) != `"2026-11-22T09:00:00.005Z"` {
		t.Errorf("%s %v", b, err)
	}
	var s Stamp
	if err := json.Unmarshal(b, &s); err != nil || !time.Time(s).Equal(start.Add(5*time.Millisecond)) {
		t.Errorf("%v %v", time.Time(s), err)
	}
}
