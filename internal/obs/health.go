package obs

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// checkTimeout bounds one readiness probe; probes commonly give up after a few seconds themselves.
const checkTimeout = 2 * time.Second

// Stopping is the name under which a process that is shutting down reports itself as not ready.
const Stopping = "stopping"

// Health knows whether the process should get traffic. The zero value is ready to use and has no checks.
type Health struct {
	mu       sync.Mutex
	checks   map[string]func(context.Context) error
	stopping atomic.Bool
	failing  string // names of the last probe, to log changes only
}

// Check adds a named check, or replaces it. check must return when its context ends; nil means well. Its error
// is logged, not shown.
func (h *Health) Check(name string, check func(context.Context) error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checks == nil {
		h.checks = map[string]func(context.Context) error{}
	}
	h.checks[name] = check
}

// Stop makes the process report itself as not ready from now on, so that load balancers turn away before the
// listener closes.
func (h *Health) Stop() { h.stopping.Store(true) }

// Failing runs all checks at once and returns the errors of those that fail, by name; none means ready.
func (h *Health) Failing(ctx context.Context) map[string]error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	failing := map[string]error{}
	if h.stopping.Load() {
		failing[Stopping] = context.Canceled
	}
	h.mu.Lock()
	var (
		running sync.WaitGroup
		mu      sync.Mutex
	)
	for name, check := range h.checks {
		running.Go(func() {
			if err := check(ctx); err != nil {
				mu.Lock()
				failing[name] = err
				mu.Unlock()
			}
		})
	}
	h.mu.Unlock()
	running.Wait()
	return failing
}

// Handler returns the handler of the internal listener: /healthz says that the process lives, /readyz that it
// should get traffic, naming the checks that fail, and /metrics holds the series. log gets a line whenever
// readiness changes.
func Handler(m *Metrics, h *Health, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeStatus(w, http.StatusOK, readiness{Status: "alive"})
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { h.serveReady(w, r, log) })
	mux.Handle("GET /metrics", m.handler())
	return mux
}

// readiness is the body of /healthz and /readyz.
type readiness struct {
	Status  string   `json:"status"`
	Failing []string `json:"failing,omitempty"`
}

func (h *Health) serveReady(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	failing := h.Failing(r.Context())
	names := make([]string, 0, len(failing))
	for name := range failing {
		names = append(names, name)
	}
	slices.Sort(names)
	if r.Context().Err() == nil && h.changed(names) {
		for _, name := range names {
			log.Warn("not ready", FieldCheck, name, FieldError, failing[name])
		}
		if len(names) == 0 {
			log.Info("ready")
		}
	}
	if len(names) > 0 {
		writeStatus(w, http.StatusServiceUnavailable, readiness{Status: "not ready", Failing: names})
		return
	}
	writeStatus(w, http.StatusOK, readiness{Status: "ready"})
}

// changed reports whether other checks fail than at the last probe.
func (h *Health) changed(names []string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	text, _ := json.Marshal(names)
	before := h.failing
	h.failing = string(text)
	return before != h.failing
}

func writeStatus(w http.ResponseWriter, code int, body readiness) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the prober has gone; nobody is left to tell
}
