package webhook

import (
	"net/url"
	"time"
)

// host counts the failures of one host in a moving minute.
type host struct {
	failures []time.Time
	until    time.Time // calls are halted until then
}

func (h *host) halted(now time.Time) bool { return h != nil && now.Before(h.until) }

// counted reports whether a status counts towards an unhealthy host; 500 is retried but not counted.
func counted(status int, noAnswer bool) bool {
	switch status {
	case 408, 429, 502, 503, 504, 529:
		return true
	case StatusNoAnswer:
		return noAnswer
	}
	return false
}

// fail counts a failure and halts the host when there are too many; the lock is held.
func (d *Dispatcher) fail(name string, limit int) {
	h := d.hosts[name]
	if h == nil {
		h = &host{}
		d.hosts[name] = h
	}
	now := d.clock.Now()
	if now.Before(h.until) {
		return
	}
	h.failures = append(h.failures, now)
	for len(h.failures) > 0 && !h.failures[0].After(now.Add(-time.Minute)) {
		h.failures = h.failures[1:]
	}
	if len(h.failures) > limit {
		h.until = now.Add(time.Minute)
		h.failures = nil
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
