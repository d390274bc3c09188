package run

import (
	"sync"
	"time"
)

const (
	breakAfter = 5                // failures in a row
	breakFor   = 30 * time.Second // then one call is let through to see
)

// breaker leaves hosts alone that do not answer, so that customers do not wait for them.
type breaker struct {
	now   func() time.Time
	mu    sync.Mutex
	hosts map[string]*circuit
}

type circuit struct {
	failures int
	until    time.Time // no call before
}

func newBreaker(now func() time.Time) *breaker {
	return &breaker{now: now, hosts: map[string]*circuit{}}
}

// allow says whether a host may be called. After the rest one call may, and the others
// rest on until it has gone well.
func (b *breaker) allow(host string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.hosts[host]
	if c == nil || c.failures < breakAfter {
		return true
	}
	now := b.now()
	if now.Before(c.until) {
		return false
	}
	c.until = now.Add(breakFor)
	return true
}

// note takes what came of a call.
func (b *breaker) note(host string, well bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if well {
		delete(b.hosts, host)
		return
	}
	c := b.hosts[host]
	if c == nil {
		c = &circuit{}
		b.hosts[host] = c
	}
	if c.failures++; c.failures >= breakAfter {
		c.until = b.now().Add(breakFor)
	}
}
