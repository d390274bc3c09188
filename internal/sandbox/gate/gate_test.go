package gate

import (
	"testing"
	"time"
)

func TestRates_fixedSpans(t *testing.T) {
	t.Parallel()
	r := NewRates()
	r.Set(2, 1)
	at := time.Date(2026, 11, 22, 20, 4, 46, 0, time.UTC)
	for i, want := range []Usage{{2, 1, at.Truncate(time.Hour).Add(time.Hour), true}, {2, 0, at.Truncate(time.Hour).Add(time.Hour), true}, {2, 0, at.Truncate(time.Hour).Add(time.Hour), false}} {
		if got := r.Take(PoolHour, at.Add(time.Duration(i)*time.Minute)); got != want {
			t.Errorf("call %d: %+v, want %+v", i, got, want)
		}
	}
	if got := r.Take(PoolHour, time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC)); !got.OK {
		t.Error("the next clock hour does not start anew")
	}
	if got := r.Take(PoolTrack, at); !got.OK {
		t.Error("pools share their count")
	}
}

func TestFaults_countFromTheSheet(t *testing.T) {
	t.Parallel()
	f := NewFaults()
	f.Put(Sheet{API: []APIFault{{Path: "/a", FromCall: 2, Calls: 2, Status: 503}, {Path: "*", FromCall: 4, Status: 500}}})
	for i, want := range []int{0, 503, 503, 500, 500} {
		if got := f.API("/a").Status; got != want {
			t.Errorf("call %d: %d, want %d", i+1, got, want)
		}
	}
	if got := f.API("/b").Status; got != 0 {
		t.Errorf("another path: %d", got)
	}
	f.Put(Sheet{Webhook: WebhookFault{Drop: 2}})
	lost := 0
	for range 5 {
		if _, is := f.Webhook(); is {
			lost++
		}
	}
	if lost != 2 {
		t.Errorf("%d lost", lost)
	}
}
