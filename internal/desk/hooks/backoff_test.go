package hooks_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/desk/hooks"
	"parley/internal/obs"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
	"parley/internal/store/storetest"
)

// deaf is a receiver that never takes anything, and notes when it was called.
type deaf struct{ at []time.Time }

func (d *deaf) RoundTrip(*http.Request) (*http.Response, error) {
	d.at = append(d.at, time.Now())
	return &http.Response{StatusCode: http.StatusInternalServerError, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("no"))}, nil
}

// The whole of a failing delivery's day, in no time, with a process that ends in between.
func TestCourier_keepsTryingForMostOfADay(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(context.Background(), database)
		if err != nil {
			t.Fatal(err)
		}
		w := &town{t: t, store: s}
		h := w.create("http://receiver.test/", hooks.Received)
		_, stop := w.follows(1)
		w.says("0001", "hello")
		to := &deaf{}
		c := hooks.NewCourier(s, &http.Client{Transport: to}, "parley/test", obs.NewMetrics("test", nil, nil), quiet(), now)
		run := func(wait time.Duration) {
			ctx, cancel := context.WithTimeout(context.Background(), wait)
			defer cancel()
			c.Run(ctx, context.Background())
		}
		time.Sleep(3 * time.Second)
		stop() // it would look every two seconds
		run(time.Second)
		want := []time.Duration{
			5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
		}
		for i, wait := range want {
			// Most of the time there is no courier: it would look every ten seconds.
			time.Sleep(time.Until(to.at[i].Add(wait * 99 / 100)))
			run(wait/4 + time.Second)
		}
		run(time.Hour)
		if len(to.at) != len(want)+1 {
			t.Fatalf("called %d times", len(to.at))
		}
		for i, wait := range want {
			if got := to.at[i+1].Sub(to.at[i]); got < wait || got > wait*12/10+time.Second {
				t.Errorf("waited %s before attempt %d, want %s to a fifth more", got, i+2, wait)
			}
		}
		if dead := w.deliveries(h, outbox.Dead); len(dead) != 1 || dead[0].Attempts != len(to.at) {
			t.Errorf("ended as %+v", dead)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}
