// Package feed is what the sandbox tells the outside: the live events a page follows, and the message
// activity log. Both are rings of bounded size. It knows nothing of what the entries mean.
package feed

import "sync"

// Event is one live event; ID is the cursor to resume after.
type Event struct {
	ID   int64
	Type string
	Data any // marshalled by the reader; must not change after Publish
}

// Hub keeps the latest events and wakes those who follow them. It is safe for concurrent use.
type Hub struct {
	mu      sync.Mutex
	ring    []Event
	last    int64
	waiting chan struct{} // closed by the next Publish; nil while nobody waits
}

// NewHub returns a hub that can replay the last size events.
func NewHub(size int) *Hub { return &Hub{ring: make([]Event, size)} }

// Publish appends an event. It never blocks on a reader.
func (h *Hub) Publish(kind string, data any) {
	h.mu.Lock()
	h.last++
	h.ring[int(h.last)%len(h.ring)] = Event{ID: h.last, Type: kind, Data: data}
	waiting := h.waiting
	h.waiting = nil
	h.mu.Unlock()
	if waiting != nil {
		close(waiting)
	}
}

// Last is the newest cursor, 0 before the first event.
func (h *Hub) Last() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.last
}

// After returns up to limit events after the cursor. With none, wait is closed by the next Publish.
// ok is false when the cursor is older than the ring or newer than the hub: the reader has lost events
// and must start again from Last.
func (h *Hub) After(cursor int64, limit int) (events []Event, wait <-chan struct{}, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if cursor > h.last || cursor < 0 || h.last-cursor > int64(len(h.ring)) {
		return nil, nil, false
	}
	if cursor == h.last {
		if h.waiting == nil {
			h.waiting = make(chan struct{})
		}
		return nil, h.waiting, true
	}
	n := min(int(h.last-cursor), limit)
	events = make([]Event, n)
	for i := range events {
		events[i] = h.ring[int(cursor+1+int64(i))%len(h.ring)]
	}
	return events, nil, true
}
