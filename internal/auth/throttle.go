package auth

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKeys bounds how many keys a throttle remembers; the one not seen for longest is forgotten first.
const maxKeys = 10_000

// throttle gives every key a token bucket of failures: a try takes a token beforehand, so that many at once
// count as well, and a success gives it back.
type throttle struct {
	every time.Duration
	burst int
	mu    sync.Mutex
	keys  map[string]*list.Element
	order *list.List // most recently used first
}

type bucket struct {
	key     string
	limiter *rate.Limiter
}

func newThrottle(every time.Duration, burst int) *throttle {
	return &throttle{every: every, burst: burst, keys: map[string]*list.Element{}, order: list.New()}
}

// take spends a token of key. If there is none, wait says when the next one comes and nothing is spent.
// giveBack returns the token.
func (t *throttle) take(key string, now time.Time) (giveBack func(), wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	element, ok := t.keys[key]
	if !ok {
		element = t.order.PushFront(&bucket{key, rate.NewLimiter(rate.Every(t.every), t.burst)})
		t.keys[key] = element
		if t.order.Len() > maxKeys {
			oldest := t.order.Remove(t.order.Back()).(*bucket)
			delete(t.keys, oldest.key)
		}
	}
	t.order.MoveToFront(element)
	reservation := element.Value.(*bucket).limiter.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return func() {}, wait
	}
	// Cancelling as of the time of the reservation is what returns the token, however long the try took.
	return func() { reservation.CancelAt(now) }, 0
}
