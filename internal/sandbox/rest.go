package sandbox

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/wire"
)

// endpoint is one of Braze's REST endpoints.
type endpoint struct {
	method, path, permission, pool string
	handle                         func(*wire.Call) wire.Reply
}

func (s *Server) endpoints() []endpoint {
	return []endpoint{
		{"POST", "/campaigns/trigger/send", "campaigns.trigger.send", gate.PoolHour, s.triggerCampaign},
		{"POST", "/canvas/trigger/send", "canvas.trigger.send", gate.PoolHour, s.triggerCanvas},
		{"POST", "/messages/send", "messages.send", gate.PoolHour, s.sendMessages},
		{"POST", "/users/track", "users.track", gate.PoolTrack, s.people.Track},
		{"POST", "/users/export/ids", "users.export.ids", gate.PoolExport, s.people.Export},
		{"POST", "/users/identify", "users.identify", gate.PoolIdentity, s.people.Identify},
		{"POST", "/users/alias/new", "users.alias.new", gate.PoolIdentity, s.people.NewAliases},
		{"POST", "/v2/subscription/status/set", "subscription.status.set", gate.PoolSubscription, s.people.SetSubscriptions},
		{"GET", "/campaigns/list", "campaigns.list", gate.PoolHour, s.listCampaigns},
		{"GET", "/campaigns/details", "campaigns.details", gate.PoolHour, s.campaignDetails},
		{"GET", "/canvas/details", "canvas.details", gate.PoolHour, s.canvasDetails},
		{"POST", "/sends/id/create", "sends.id.create", gate.PoolSendID, s.createSendID},
	}
}

const maxBody = 8 << 20

// rest wraps an endpoint in what all of them share: faults, key, permission, rate limit, headers.
func (s *Server) rest(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fault := s.faults.API(e.path)
		if fault.Refuse {
			panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
		}
		w.Header().Set("X-Request-Id", wire.Hex(16))
		if fault.DelayMS > 0 && !s.wait(r, time.Duration(fault.DelayMS)*time.Millisecond) {
			return
		}
		if fault.Status != 0 {
			s.injected(w, fault.Status)
			return
		}
		answer, ok := s.authorise(w, r, e)
		if ok {
			answer = s.serve(w, r, e)
		}
		if fault.CutAfterAccept {
			panic(http.ErrAbortHandler)
		}
		wire.Write(w, answer.Status, answer.Body)
		s.log.Debug("braze call", "path", e.path, "status", answer.Status)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, e endpoint) wire.Reply {
	now := s.clock.Now()
	u := s.rates.Take(e.pool, now)
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.Limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.Remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(u.Reset.Unix(), 10))
	if !u.OK {
		if s.switches.Load().RetryAfter {
			h.Set("Retry-After", strconv.Itoa(int(u.Reset.Sub(now).Seconds())+1))
		}
		return s.note(e, wire.Refuse(http.StatusTooManyRequests, "Rate limit exceeded: %d calls in this span; X-RateLimit-Reset says when it ends", u.Limit))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return s.note(e, wire.Bad("The request body could not be read, or is larger than %d bytes", maxBody))
	}
	return s.note(e, e.handle(&wire.Call{Query: r.URL.Query(), Body: body, Now: now}))
}

// authorise checks key, address and permission; when it refuses, it returns the answer.
func (s *Server) authorise(w http.ResponseWriter, r *http.Request, e endpoint) (wire.Reply, bool) {
	sent, found := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !found {
		sent = ""
	}
	s.mu.RLock()
	k := s.keys[sent]
	s.mu.RUnlock()
	switch {
	case k == nil || sent == "":
		for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
			w.Header().Set(name, "")
		}
		return s.note(e, wire.Refuse(http.StatusUnauthorized, "Invalid API key: %s", sent)), false
	case !k.From(r.RemoteAddr):
		return s.note(e, wire.Refuse(s.switches.Load().IPRefusedStatus, "Invalid whitelisted IPs")), false
	case !k.May(e.permission):
		return s.note(e, wire.Refuse(http.StatusForbidden, "You do not have permission to access this resource: the key lacks %s", e.permission)), false
	}
	return wire.Reply{}, true
}

// note puts a refused call into the activity log; a key that was refused is not repeated there.
func (s *Server) note(e endpoint, answer wire.Reply) wire.Reply {
	if answer.Status < 400 {
		return answer
	}
	outcome, doc := "refused", "API errors"
	reason := ""
	if m, ok := answer.Body.(wire.Message); ok {
		reason = m.Message
	}
	switch answer.Status {
	case http.StatusTooManyRequests:
		outcome, doc = "rate_limited", "API rate limits"
	case http.StatusUnauthorized:
		reason = "Invalid API key"
	}
	s.record(entry{Kind: kindOf(e.path), Outcome: outcome, StatusCode: answer.Status, Reason: e.path + ": " + reason, Doc: doc})
	return answer
}

func kindOf(path string) string {
	switch path {
	case "/campaigns/trigger/send", "/canvas/trigger/send":
		return kindTrigger
	case "/messages/send":
		return kindMessages
	case "/v2/subscription/status/set":
		return kindSubscription
	}
	return kindUser
}

// injected answers as a gateway before Braze would.
func (s *Server) injected(w http.ResponseWriter, status int) {
	if status == http.StatusTooManyRequests {
		now := s.clock.Now()
		reset := now.Truncate(time.Hour).Add(time.Hour)
		w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.switches.Load().HourlyLimit))
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
		if s.switches.Load().RetryAfter {
			w.Header().Set("Retry-After", strconv.Itoa(int(reset.Sub(now).Seconds())+1))
		}
	}
	wire.Write(w, status, wire.Message{Message: http.StatusText(status) + " (from the fault sheet)"})
}

// wait sleeps in real time; false means that the caller has gone.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ended:
		return true
	case <-r.Context().Done():
		return false
	}
}
