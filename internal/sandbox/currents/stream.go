// Package currents streams events to a custom HTTP connector the way Braze Currents does: in batches of up
// to 100, with a bearer token, again until the receiver answers 2xx. It knows nothing of what the
// events mean.
//
// Source: Braze documentation, "Custom HTTP connector".
package currents

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"parley/internal/sandbox/clock"
)

// Event is one event of the stream.
type Event struct {
	Type       string         `json:"event_type"`
	ID         string         `json:"id"`
	Time       int64          `json:"time"` // seconds since the epoch
	User       map[string]any `json:"user"`
	Properties map[string]any `json:"properties"`
}

// Target is where the stream goes.
type Target struct {
	Enabled bool   `json:"enabled"`
	URL     string `json:"url"`
	Token   string `json:"token"`
}

const (
	batchSize  = 100
	queueLimit = 50_000 // older events are lost, as they are when a connector stays down
	linger     = 200 * time.Millisecond
	firstRetry = time.Second
	lastRetry  = time.Minute
)

// Stream is safe for concurrent use.
type Stream struct {
	clock  *clock.Clock
	logger *slog.Logger
	client *http.Client
	wake   chan struct{}

	mu     sync.Mutex
	target Target
	queue  []Event
	sent   int
	lost   int
	log    []Logged // the newest, oldest first
	count  int64
}

// New returns a stream that is off.
func New(c *clock.Clock, log *slog.Logger) *Stream {
	return &Stream{clock: c, logger: log, wake: make(chan struct{}, 1), client: &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SetTarget points the stream elsewhere; switching it off drops what waits.
func (s *Stream) SetTarget(t Target) {
	s.mu.Lock()
	s.target = t
	if !t.Enabled {
		s.queue = nil
		s.gone("")
	}
	s.mu.Unlock()
	s.nudge()
}

// Target returns where the stream goes.
func (s *Stream) Target() Target {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target
}

// State counts what waits, what was taken and what was lost.
func (s *Stream) State() (waiting, sent, lost int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue), s.sent, s.lost
}

// Enabled reports whether Add does anything, so that a caller need not build events in vain.
func (s *Stream) Enabled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.target.Enabled
}

// Add queues an event; it never blocks.
func (s *Stream) Add(e Event) {
	s.mu.Lock()
	if !s.target.Enabled {
		s.mu.Unlock()
		return
	}
	if len(s.queue) >= queueLimit {
		s.gone(s.queue[0].ID)
		s.queue = s.queue[1:]
		s.lost++
	}
	s.queue = append(s.queue, e)
	s.note(e)
	s.mu.Unlock()
	s.nudge()
}

// Clear forgets what waits and what was.
func (s *Stream) Clear() {
	s.mu.Lock()
	s.queue, s.sent, s.lost, s.log = nil, 0, 0, nil
	s.mu.Unlock()
}

func (s *Stream) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends.
func (s *Stream) Run(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	retry := firstRetry
	for {
		batch, target := s.batch()
		if len(batch) == 0 {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			}
			if !s.pause(ctx, linger) {
				return
			}
			continue
		}
		status := s.post(ctx, target, batch)
		s.answered(target, batch, status)
		if status/100 == 2 {
			s.taken(batch)
			retry = firstRetry
			continue
		}
		again := make(chan struct{})
		s.clock.After(retry, func() { close(again) })
		retry = min(2*retry, lastRetry)
		select {
		case <-ctx.Done():
			return
		case <-again:
		}
	}
}

func (s *Stream) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (s *Stream) batch() ([]Event, Target) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.queue[:min(len(s.queue), batchSize)]...), s.target
}

// taken removes a batch that the receiver has taken; what was lost meanwhile is gone already.
func (s *Stream) taken(batch []Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := batch[len(batch)-1].ID
	for i, e := range s.queue[:min(len(s.queue), len(batch))] {
		if e.ID == last {
			s.queue = s.queue[i+1:]
			break
		}
	}
	s.sent += len(batch)
}

// post gives the HTTP status that the receiver answered, 0 when it was not reached.
func (s *Stream) post(ctx context.Context, t Target, batch []Event) int {
	body, err := json.Marshal(map[string]any{"events": batch})
	if err != nil {
		s.logger.Error("currents batch cannot be encoded", "error", err)
		return http.StatusNoContent // it never will be
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	if t.Token != "" {
		request.Header.Set("Authorization", "Bearer "+t.Token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		s.logger.Debug("currents receiver not reached", "error", err)
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
	_ = response.Body.Close()
	if response.StatusCode/100 != 2 {
		s.logger.Debug("currents batch refused", "status", response.StatusCode)
	}
	return response.StatusCode
}
