package gate

import (
	"sync"
	"time"
)

// Pools of the rate limits; each has its own span and size (Braze, "API rate limits").
const (
	PoolHour         = "hour" // most endpoints share it
	PoolTrack        = "track"
	PoolExport       = "export"
	PoolIdentity     = "identity"
	PoolSubscription = "subscription"
	PoolSendID       = "send_id"
	PoolBroadcast    = "broadcast"
)

// pool is a limit on the calls in a fixed span: the clock hour, not a sliding one.
type pool struct {
	limit int
	span  time.Duration
	from  time.Time
	used  int
}

// Rates counts calls. The limits are per workspace, not per key. It is safe for concurrent use.
type Rates struct {
	mu    sync.Mutex
	pools map[string]*pool
}

// NewRates returns Braze's published limits.
func NewRates() *Rates {
	return &Rates{pools: map[string]*pool{
		PoolHour:         {limit: 250_000, span: time.Hour},
		PoolTrack:        {limit: 3_000, span: 3 * time.Second},
		PoolExport:       {limit: 250, span: time.Minute},
		PoolIdentity:     {limit: 20_000, span: time.Minute},
		PoolSubscription: {limit: 5_000, span: time.Minute},
		PoolSendID:       {limit: 100, span: 24 * time.Hour},
		PoolBroadcast:    {limit: 250, span: time.Minute},
	}}
}

// Set changes the hourly limit and that of /users/track per 3 seconds.
func (r *Rates) Set(hour, track int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pools[PoolHour].limit, r.pools[PoolTrack].limit = hour, track
}

// Clear forgets all calls.
func (r *Rates) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.pools {
		p.used = 0
	}
}

// Usage is the state of a pool after a call.
type Usage struct {
	Limit, Remaining int
	Reset            time.Time // when the span ends
	OK               bool      // the call is within the limit
}

// Take counts one call.
func (r *Rates) Take(name string, now time.Time) Usage {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.pools[name]
	if from := now.Truncate(p.span); !from.Equal(p.from) {
		p.from, p.used = from, 0
	}
	u := Usage{Limit: p.limit, Reset: p.from.Add(p.span), OK: p.used < p.limit}
	if u.OK {
		p.used++
	}
	u.Remaining = p.limit - p.used
	return u
}
