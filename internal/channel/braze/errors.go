package braze

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Kind is what went wrong with a call, as far as it decides what to do next.
type Kind string

const (
	KindInvalid      Kind = "invalid"      // the call is wrong: refused by us before sending, or by Braze with a 4xx
	KindUnauthorized Kind = "unauthorized" // 401: the key
	KindForbidden    Kind = "forbidden"    // 403: the key's permissions, or the account
	KindNotFound     Kind = "not_found"    // 404: the endpoint
	KindRateLimited  Kind = "rate_limited" // 429
	KindServer       Kind = "server"       // 5xx or 408: Braze's trouble
	KindUnreachable  Kind = "unreachable"  // no connection, or the request could not be written
	KindAmbiguous    Kind = "ambiguous"    // the request went out and no answer came back
	KindCanceled     Kind = "canceled"     // the caller gave up before anything was sent
	KindUnexpected   Kind = "unexpected"   // an answer that is not Braze's: a redirect, a foreign 2xx
)

// maxWait is the longest that RetryAfter tells to wait: Braze's windows are clock hours, and a clock
// that runs behind must not stop a workspace for longer.
const maxWait = time.Hour

// Error is a call that was not accepted. Everything but an ambiguous one means that nothing was sent:
// Braze documents so for all of its error answers ("API errors and responses" page).
type Error struct {
	Kind      Kind
	Status    int    // zero when there was no answer
	Code      string // a stable word for what is known of the cause, such as "invalid_campaign"; may be empty
	Message   string // what was said, with the key and the people addressed masked
	RequestID string // Braze's, for its support
	Rate      RateLimit
	Duration  time.Duration

	wait time.Duration
	err  error
}

func (e *Error) Error() string {
	s := "braze " + string(e.Kind)
	if e.Status != 0 {
		s += " (" + strconv.Itoa(e.Status) + ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	return s
}

// Unwrap gives the transport's error, if there was one.
func (e *Error) Unwrap() error { return e.err }

// Retryable reports whether the same call may succeed later without risk of sending twice.
func (e *Error) Retryable() bool {
	switch e.Kind {
	case KindRateLimited, KindServer, KindCanceled:
		return true
	case KindUnreachable:
		return e.Code != "certificate"
	}
	return false
}

// RetryAfter is how long to wait before the next call at least; zero when nobody said, for the caller's
// own back-off. On a 429 it reaches to X-RateLimit-Reset, at most an hour.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// Ambiguous reports that Braze may or may not have taken the call. Braze knows no idempotency key here,
// so repeating may send twice and not repeating may send nothing.
func (e *Error) Ambiguous() bool { return e.Kind == KindAmbiguous }

// OurFault reports that somebody on our side has to change something, see [Error.Fix].
func (e *Error) OurFault() bool {
	switch e.Kind {
	case KindInvalid, KindUnauthorized, KindForbidden, KindNotFound, KindUnexpected:
		return true
	case KindUnreachable:
		return e.Code == "certificate"
	}
	return false
}

// Splittable reports that Braze refused the call for what it holds, so that a call with fewer recipients
// may pass and the one at fault be found.
func (e *Error) Splittable() bool {
	return e.Kind == KindInvalid && e.Status != 0 && e.Code != "invalid_campaign"
}

// Fix says in plain words what to do; empty when there is nothing but to wait.
func (e *Error) Fix() string {
	if fix, ok := fixes[e.Code]; ok {
		return fix
	}
	switch e.Kind {
	case KindUnauthorized:
		return "Check the REST API key: copied whole, without quotes, made in this workspace, and the endpoint that of the same Braze instance."
	case KindForbidden:
		return "Give the key the permission campaigns.trigger.send, or messages.send or canvas.trigger.send if that is how the layout is sent (a new key is needed, permissions are fixed), or ask Braze whether the account is active."
	case KindNotFound:
		return "Check the endpoint: it is the workspace's REST endpoint, such as https://rest.fra-01.braze.eu, with nothing after the host."
	case KindUnexpected:
		return "Check the endpoint and any proxy in between: this answer is not one of Braze's."
	case KindAmbiguous:
		return "Look at the campaign's Message Activity Log or ask the customer before sending again: Braze may have taken the message."
	case KindUnreachable:
		return "Check the endpoint's name, the network and the firewall for connections to Braze on port 443."
	case KindInvalid:
		if e.Status != 0 {
			return "Check the campaign and the call against Braze's answer above."
		}
		return "Correct what the message names; the call was not made."
	}
	return ""
}

// fixes are what to do about the causes that Braze's "API errors and responses" page names.
var fixes = map[string]string{
	"invalid_campaign":    "Check the campaign id: it is the API identifier of a campaign in this workspace that is active and set to API-triggered delivery (not Action-Based, not an API campaign).",
	"no_recipients":       "Give at least one recipient.",
	"too_many_recipients": "Send to at most 50 recipients in one call.",
	"ip_not_allowed":      "Add this server's outgoing address to the key's IP allowlist in Braze, or use a key without one.",
	"certificate":         "The server's certificate is not trusted: check the endpoint's name and this machine's root certificates and clock.",
	"message_variant":     "The campaign is an API campaign; use one with API-triggered delivery.",
	"bad_json":            "Report this as a defect: Braze could not read the call.",
}

func invalid(words string) *Error { return &Error{Kind: KindInvalid, Message: words} }

// answerError reads an answer that is no acceptance.
func answerError(a *answer, h http.Header, now time.Time) *Error {
	message := answerMessage(a.body)
	e := &Error{
		Kind: kindOf(a.status), Status: a.status, Code: codeOf(a.status, message), Message: message,
		RequestID: a.requestID, Rate: a.rate, Duration: a.duration,
	}
	if message == "" {
		e.Message = strings.ToLower(http.StatusText(a.status))
	}
	if a.cut {
		e.Message += " (the answer was cut)"
	}
	if e.Retryable() {
		e.wait = retryAfter(a, h, now)
	}
	return e
}

// retryAfter is the wait that the answer asks for. Braze documents X-RateLimit-Reset only; Retry-After
// is honoured too because what stands between us and Braze may set it.
func retryAfter(a *answer, h http.Header, now time.Time) time.Duration {
	var wait time.Duration
	if a.status == http.StatusTooManyRequests && a.rate.Known {
		wait = a.rate.Reset.Sub(now)
	}
	if v := h.Get("Retry-After"); v != "" {
		if seconds, err := strconv.Atoi(v); err == nil {
			wait = max(wait, time.Duration(min(seconds, int(maxWait/time.Second)))*time.Second)
		} else if at, err := http.ParseTime(v); err == nil {
			wait = max(wait, at.Sub(now))
		}
	}
	return min(max(wait, 0), maxWait)
}

func kindOf(status int) Kind {
	switch {
	case status == http.StatusUnauthorized:
		return KindUnauthorized
	case status == http.StatusForbidden:
		return KindForbidden
	case status == http.StatusNotFound:
		return KindNotFound
	case status == http.StatusTooManyRequests:
		return KindRateLimited
	case status == http.StatusRequestTimeout || status >= 500:
		return KindServer
	case status >= 400:
		return KindInvalid
	}
	return KindUnexpected
}

// codeOf recognises causes by the words that Braze documents; the exact texts are not documented.
func codeOf(status int, message string) string {
	m := strings.ToLower(message)
	has := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(m, w) {
				return false
			}
		}
		return true
	}
	switch {
	case has("whitelisted ip"), has("allowlisted ip"), has("ip", "allowlist"):
		return "ip_not_allowed"
	case status != http.StatusBadRequest && status != http.StatusNotFound:
		return ""
	case has("max number"):
		return "too_many_recipients"
	case has("no recipients"), has("recipients", "broadcast"):
		return "no_recipients"
	case has("message variant"), has("message_variation"), has("mismatched message type"):
		return "message_variant"
	case has("campaign"):
		return "invalid_campaign"
	case has("json"), has("parse"):
		return "bad_json"
	}
	return ""
}

// answerMessage is Braze's "message" and "errors" in one line, or the start of what else came.
func answerMessage(body []byte) string {
	var v struct {
		Message string          `json:"message"`
		Error   string          `json:"error"`
		Errors  json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &v) != nil {
		return clip(strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "\uFFFD")), " "), 200)
	}
	texts := errorTexts(v.Errors)
	if v.Error != "" {
		texts = append([]string{v.Error}, texts...)
	}
	if v.Message != "" {
		texts = append([]string{v.Message}, texts...)
	}
	return clip(strings.Join(texts, "; "), 500)
}

// clip cuts s to at most n code points.
func clip(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i] + "…"
		}
		n--
	}
	return s
}
