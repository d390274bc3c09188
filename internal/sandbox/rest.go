package sandbox

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// key is a REST API key. Permissions and addresses are fixed when it is made.
type key struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions"` // "*" is all
	IPAllowlist []string `json:"ip_allowlist"`

	allowed []netip.Prefix
}

// prepare checks the key's address list.
func (k *key) prepare() error {
	for _, text := range k.IPAllowlist {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, err := netip.ParseAddr(text)
			if err != nil {
				return fmt.Errorf("ip_allowlist: %q is neither an address nor a subnet such as 10.0.0.0/8", text)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		k.allowed = append(k.allowed, prefix)
	}
	return nil
}

func (k *key) may(permission string) bool {
	return slices.Contains(k.Permissions, "*") || slices.Contains(k.Permissions, permission)
}

func (k *key) from(remote string) bool {
	if len(k.allowed) == 0 {
		return true
	}
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	address = address.Unmap()
	return slices.ContainsFunc(k.allowed, func(p netip.Prefix) bool { return p.Contains(address) })
}

// endpoint is one of Braze's REST endpoints.
type endpoint struct {
	method, path, permission, pool string
	handle                         func(*restCall) reply
}

func (s *Server) endpoints() []endpoint {
	return []endpoint{
		{"POST", "/campaigns/trigger/send", "campaigns.trigger.send", poolHour, s.triggerCampaign},
		{"POST", "/canvas/trigger/send", "canvas.trigger.send", poolHour, s.triggerCanvas},
		{"POST", "/messages/send", "messages.send", poolHour, s.sendMessages},
		{"POST", "/users/track", "users.track", poolTrack, s.trackUsers},
		{"POST", "/users/export/ids", "users.export.ids", poolExport, s.exportUsers},
		{"POST", "/users/identify", "users.identify", poolIdentity, s.identifyUsers},
		{"POST", "/users/alias/new", "users.alias.new", poolIdentity, s.newAliases},
		{"POST", "/v2/subscription/status/set", "subscription.status.set", poolSubscription, s.setSubscriptions},
		{"GET", "/campaigns/list", "campaigns.list", poolHour, s.listCampaigns},
		{"GET", "/campaigns/details", "campaigns.details", poolHour, s.campaignDetails},
		{"POST", "/sends/id/create", "sends.id.create", poolSendID, s.createSendID},
	}
}

// restCall is one authorised call.
type restCall struct {
	request *http.Request
	body    []byte
	now     time.Time
}

// decode reads the body into v, leniently: fields that are not known are ignored.
func (c *restCall) decode(v any) error {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("The request body is not valid JSON: %s", jsonProblem(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("The request body is not valid JSON: there is more than one value")
	}
	return nil
}

// jsonProblem says what is wrong with a body without repeating what it holds.
func jsonProblem(err error) string {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s must not be a %s", wrong.Field, wrong.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("%s at byte %d", syntax.Error(), syntax.Offset)
	case errors.Is(err, io.EOF):
		return "it is empty"
	}
	return err.Error()
}

// reply is what a REST endpoint answers.
type reply struct {
	status int
	body   any
}

// message is a plain Braze answer.
type message struct {
	Message string `json:"message"`
	Errors  []any  `json:"errors,omitempty"`
}

func refused(status int, format string, args ...any) reply {
	return reply{status, message{Message: fmt.Sprintf(format, args...)}}
}

const maxBody = 8 << 20

// rest wraps an endpoint in what all of them share: faults, key, permission, rate limit, headers.
func (s *Server) rest(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		fault := s.faults.api(e.path)
		if fault.Refuse {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("X-Request-Id", newHex(16))
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
		writeJSON(w, answer.status, answer.body)
		s.log.Debug("braze call", "path", e.path, "status", answer.status)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, e endpoint) reply {
	now := s.clock.Now()
	u := s.rates.take(e.pool, now)
	h := w.Header()
	h.Set("X-RateLimit-Limit", strconv.Itoa(u.limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(u.remaining))
	h.Set("X-RateLimit-Reset", strconv.FormatInt(u.reset.Unix(), 10))
	if !u.ok {
		if s.switches.Load().RetryAfter {
			h.Set("Retry-After", strconv.Itoa(int(u.reset.Sub(now).Seconds())+1))
		}
		return s.note(e, refused(http.StatusTooManyRequests, "Rate limit exceeded: %d calls in this span; X-RateLimit-Reset says when it ends", u.limit))
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return s.note(e, refused(http.StatusBadRequest, "The request body could not be read, or is larger than %d bytes", maxBody))
	}
	return s.note(e, e.handle(&restCall{request: r, body: body, now: now}))
}

// authorise checks key, address and permission; when it refuses, it returns the answer.
func (s *Server) authorise(w http.ResponseWriter, r *http.Request, e endpoint) (reply, bool) {
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
		return s.note(e, refused(http.StatusUnauthorized, "Invalid API key: %s", sent)), false
	case !k.from(r.RemoteAddr):
		return s.note(e, refused(s.switches.Load().IPRefusedStatus, "Invalid whitelisted IPs")), false
	case !k.may(e.permission):
		return s.note(e, refused(http.StatusForbidden, "You do not have permission to access this resource: the key lacks %s", e.permission)), false
	}
	return reply{}, true
}

// note puts a refused call into the activity log; a key that was refused is not repeated there.
func (s *Server) note(e endpoint, answer reply) reply {
	if answer.status < 400 {
		return answer
	}
	outcome, doc := "refused", "API errors"
	reason := ""
	if m, ok := answer.body.(message); ok {
		reason = m.Message
	}
	switch answer.status {
	case http.StatusTooManyRequests:
		outcome, doc = "rate_limited", "API rate limits"
	case http.StatusUnauthorized:
		reason = "Invalid API key"
	}
	s.record(entry{Kind: kindOf(e.path), Outcome: outcome, StatusCode: answer.status, Reason: e.path + ": " + reason, Doc: doc})
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
	writeJSON(w, status, message{Message: http.StatusText(status) + " (from the fault sheet)"})
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

func writeJSON(w http.ResponseWriter, status int, body any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		status, b = http.StatusInternalServerError, *bytes.NewBufferString(`{"message":"the answer cannot be encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// newHex makes n random bytes, in lowercase hex. A dispatch_id has 16.
func newHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
