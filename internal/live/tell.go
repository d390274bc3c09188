package live

import (
	"context"
	"encoding/json"
	"time"

	"parley/internal/obs"
)

// What is told here is of the moment: it is not kept, has no cursor and is never
// replayed. A client that is slow or away misses it.

// telling is what replicas tell each other.
type telling struct {
	From   string          `json:"from"` // the hub that tells; it has told its own clients already
	Event  string          `json:"event,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
	User   string          `json:"user,omitempty"` // only this user's clients
	Signal *Signal         `json:"signal,omitempty"`
}

const (
	// maxTelling leaves room below the 8,000 bytes that PostgreSQL allows for a
	// notification (PostgreSQL manual, "NOTIFY").
	maxTelling = 7000
	outbox     = 256
	sayTimeout = 2 * time.Second
)

// Tell sends an event to the clients of all replicas, or to those of one user only.
// data must be encodable as JSON, in at most 7,000 bytes. It does not wait, and
// nobody finds out whether it arrived.
func (h *Hub) Tell(event string, data any, onlyUser string) {
	body, err := json.Marshal(data)
	if err != nil {
		h.log.Error("encode a live event", obs.Error(err))
		return
	}
	h.tellOurs(event, body, onlyUser)
	h.say(telling{Event: event, Data: body, User: onlyUser})
}

// tellOurs sends an event to clients of this process.
func (h *Hub) tellOurs(event string, body []byte, onlyUser string) {
	frames := []Frame{{Event: event, Data: body}}
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		if onlyUser != "" && c.user != onlyUser {
			continue
		}
		select {
		case c.frames <- frames:
		default: // it will hear of the next one
		}
	}
}

// say puts something into the outbox for the other replicas, if there is room.
func (h *Hub) say(t telling) {
	t.From = h.id
	body, err := json.Marshal(t)
	if err != nil || len(body) > maxTelling {
		h.log.Error("a live event is too long for the other replicas", obs.FieldCount, len(body))
		return
	}
	select {
	case h.outbox <- string(body):
	default: // the database is slow; what is of the moment need not wait for it
	}
}

// speak tells the other replicas until ctx ends.
func (h *Hub) speak(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case text := <-h.outbox:
			limited, cancel := context.WithTimeout(ctx, sayTimeout)
			h.trouble(ctx, "tell the other replicas", h.store.Say(limited, text))
			cancel()
		}
	}
}

// Heard takes what a replica has told.
func (h *Hub) Heard(text string) {
	var t telling
	if err := json.Unmarshal([]byte(text), &t); err != nil || t.From == h.id {
		return
	}
	if t.Signal != nil {
		h.takeSignal(*t.Signal)
	} else if t.Event != "" {
		h.tellOurs(t.Event, t.Data, t.User)
	}
}
