package sandbox

import (
	"sync"
	"time"
)

// pools of the rate limits; each has its own span and size (Braze, "API rate limits").
const (
	poolHour         = "hour" // most endpoints share it
	poolTrack        = "track"
	poolExport       = "export"
	poolIdentity     = "identity"
	poolSubscription = "subscription"
	poolSendID       = "send_id"
	poolBroadcast    = "broadcast"
)

// pool is a limit on the calls in a fixed span: the clock hour, not a sliding one.
type pool struct {
	limit int
	span  time.Duration
	from  time.Time
	used  int
}

// rates counts calls. The limits are per workspace, not per key. It is safe for concurrent use.
type rates struct {
	mu    sync.Mutex
	pools map[string]*pool
}

func newRates() *rates {
	return &rates{pools: map[string]*pool{
		poolHour:         {limit: 250_000, span: time.Hour},
		poolTrack:        {limit: 3_000, span: 3 * time.Second},
		poolExport:       {limit: 250, span: time.Minute},
		poolIdentity:     {limit: 20_000, span: time.Minute},
		poolSubscription: {limit: 5_000, span: time.Minute},
		poolSendID:       {limit: 100, span: 24 * time.Hour},
		poolBroadcast:    {limit: 250, span: time.Minute},
	}}
}

func (r *rates) set(hour, track int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pools[poolHour].limit, r.pools[poolTrack].limit = hour, track
}

func (r *rates) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pools {
		p.used = 0
	}
}

// usage is the state of a pool after a call.
type usage struct {
	limit, remaining int
	reset            time.Time
	ok               bool
}

// take counts one call.
func (r *rates) take(name string, now time.Time) usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.pools[name]
	if from := now.Truncate(p.span); !from.Equal(p.from) {
		p.from, p.used = from, 0
	}
	u := usage{limit: p.limit, reset: p.from.Add(p.span), ok: p.used < p.limit}
	if u.ok {
		p.used++
	}
	u.remaining = p.limit - p.used
	return u
}
