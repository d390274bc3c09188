package currents

import (
	"fmt"
	"net/http"
	"strconv"

	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/wire"
)

// What became of an event of the stream.
const (
	Waiting = "waiting" // not posted yet, or the receiver did not take it and will get it again
	Taken   = "taken"   // the receiver answered 2xx
	Lost    = "lost"    // it will not be posted any more
)

// logLimit is how many events are shown with what became of them.
const logLimit = 500

// Logged is an event, and what its receiver answered.
type Logged struct {
	N int64 `json:"n"` // counts from 1
	Event
	At       clock.Stamp `json:"at"` // when the stream got it, or when it was answered last
	State    string      `json:"state"`
	URL      string      `json:"url,omitempty"`      // where it was posted last
	Attempts int         `json:"attempts,omitempty"` // how often it was posted
	Answer   int         `json:"answer,omitempty"`   // HTTP status of the last attempt; 0 when the receiver was not reached
}

// note adds an event to the log; the lock is held.
func (s *Stream) note(e Event) {
	s.count++
	s.log = append(s.log, Logged{N: s.count, Event: e, At: clock.Stamp(s.clock.Now()), State: Waiting})
	if len(s.log) > logLimit {
		s.log = append([]Logged(nil), s.log[len(s.log)-logLimit:]...)
	}
}

// answered notes what became of a batch.
func (s *Stream) answered(t Target, batch []Event, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := make(map[string]bool, len(batch))
	for _, e := range batch {
		in[e.ID] = true
	}
	for i := range s.log {
		l := &s.log[i]
		if !in[l.ID] {
			continue
		}
		l.Attempts++
		l.At, l.URL, l.Answer = clock.Stamp(s.clock.Now()), t.URL, status
		if status/100 == 2 {
			l.State = Taken
		}
	}
}

// gone notes that an event will not be posted any more; the lock is held. Without an id it means all that wait.
func (s *Stream) gone(id string) {
	for i := range s.log {
		if l := &s.log[i]; l.State == Waiting && (id == "" || l.ID == id) {
			l.State = Lost
		}
	}
}

// Log lists the newest events first, at most limit.
func (s *Stream) Log(limit int) []Logged {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Logged, 0, min(limit, len(s.log)))
	for i := len(s.log) - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, s.log[i])
	}
	return out
}

// Routes adds the sandbox's own calls.
func (s *Stream) Routes(mux *http.ServeMux) {
	state := func(w http.ResponseWriter) {
		waiting, taken, lost := s.State()
		t := s.Target()
		wire.Write(w, http.StatusOK, map[string]any{"enabled": t.Enabled, "url": t.URL, "token": t.Token, "waiting": waiting, "sent": taken, "lost": lost})
	}
	mux.HandleFunc("GET /sandbox/currents", func(w http.ResponseWriter, _ *http.Request) { state(w) })
	mux.HandleFunc("PUT /sandbox/currents", func(w http.ResponseWriter, r *http.Request) {
		var t Target
		if !wire.Read(w, r, &t) {
			return
		}
		if t.Enabled && t.URL == "" {
			wire.Write(w, http.StatusBadRequest, wire.Message{Message: "url is missing: where Currents should post its events"})
			return
		}
		s.SetTarget(t)
		state(w)
	})
	mux.HandleFunc("GET /sandbox/currents/events", func(w http.ResponseWriter, r *http.Request) {
		limit := 100
		if given := r.URL.Query().Get("limit"); given != "" {
			n, err := strconv.Atoi(given)
			if err != nil || n < 1 || n > logLimit {
				wire.Write(w, http.StatusBadRequest, wire.Message{Message: fmt.Sprintf("limit must be a whole number from 1 to %d", logLimit)})
				return
			}
			limit = n
		}
		wire.Write(w, http.StatusOK, map[string]any{"events": s.Log(limit)})
	})
}
