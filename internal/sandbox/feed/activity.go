package feed

import (
	"sync"

	"parley/internal/sandbox/clock"
)

// Entry is one line of the message activity log. Absent parts are zero.
type Entry struct {
	N            int64       `json:"n"`
	At           clock.Stamp `json:"at"`
	Kind         string      `json:"kind"`
	Outcome      string      `json:"outcome"`
	Phone        string      `json:"phone,omitempty"`
	ExternalID   string      `json:"external_id,omitempty"`
	BrazeID      string      `json:"braze_id,omitempty"`
	CampaignID   string      `json:"campaign_id,omitempty"`
	Campaign     string      `json:"campaign,omitempty"`
	DispatchID   string      `json:"dispatch_id,omitempty"`
	MessageN     int64       `json:"message_n,omitempty"`
	Attempt      int         `json:"attempt,omitempty"`
	StatusCode   int         `json:"status_code,omitempty"`
	ProviderCode int         `json:"provider_code,omitempty"`
	DurationMS   int64       `json:"duration_ms,omitempty"`
	Reason       string      `json:"reason,omitempty"`
	Doc          string      `json:"doc,omitempty"`
}

// Filter selects entries; a zero field selects all.
type Filter struct {
	Phone, ExternalID, CampaignID, DispatchID, Kind, Outcome string
	After, Before                                            int64
	Limit                                                    int
}

func (f Filter) matches(e *Entry) bool {
	return (f.Phone == "" || f.Phone == e.Phone) &&
		(f.ExternalID == "" || f.ExternalID == e.ExternalID) &&
		(f.CampaignID == "" || f.CampaignID == e.CampaignID) &&
		(f.DispatchID == "" || f.DispatchID == e.DispatchID) &&
		(f.Kind == "" || f.Kind == e.Kind) &&
		(f.Outcome == "" || f.Outcome == e.Outcome) &&
		(f.Before == 0 || e.N < f.Before)
}

// Log is the message activity log: the latest entries, numbered from 1. It is safe for concurrent use.
type Log struct {
	hub *Hub

	mu   sync.Mutex
	ring []Entry
	last int64
	from int64 // entries up to here were cleared
}

// NewLog returns a log of the last size entries that also publishes each one to hub.
func NewLog(size int, hub *Hub) *Log { return &Log{ring: make([]Entry, size), hub: hub} }

// Add numbers the entry, keeps it and publishes it.
func (l *Log) Add(e Entry) {
	l.mu.Lock()
	l.last++
	e.N = l.last
	l.ring[int(l.last)%len(l.ring)] = e
	l.mu.Unlock()
	l.hub.Publish("activity", entryEvent{e})
}

type entryEvent struct {
	Entry Entry `json:"entry"`
}

// Entries returns the matching entries, newest first, and the number of the newest entry of the log.
func (l *Log) Entries(f Filter) (entries []Entry, last int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries = []Entry{}
	oldest := max(f.After, l.from, l.last-int64(len(l.ring)))
	for n := l.last; n > oldest && len(entries) < f.Limit; n-- {
		if e := &l.ring[int(n)%len(l.ring)]; f.matches(e) {
			entries = append(entries, *e)
		}
	}
	return entries, l.last
}

// Clear forgets all entries; numbering goes on.
func (l *Log) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.ring)
	l.from = l.last
}
