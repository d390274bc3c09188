package llm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Kind says why there is no answer. The list is closed, fit for a metric label.
type Kind string

// The kinds of failure. The last five are not the model's own but of those who ask it.
const (
	Timeout        Kind = "timeout"
	RateLimited    Kind = "rate_limited"
	Unreachable    Kind = "unreachable"     // no connection, or the other side is down
	RefusedRequest Kind = "refused_request" // wrong key, unknown model, bad request
	Refused        Kind = "refused"         // the model or a filter would not answer
	Truncated      Kind = "truncated"       // cut off at the limit of tokens
	Malformed      Kind = "malformed"       // not what was asked for
	Resting        Kind = "resting"         // the breaker is open
	Unsafe         Kind = "unsafe"          // a check of the text failed
	OverBudget     Kind = "over_budget"     // money
	OverCalls      Kind = "over_calls"      // calls in one turn
	NoLedger       Kind = "no_ledger"       // what was spent cannot be read or written
)

// Error is a failure to get an answer. It holds nothing of the request or the answer, so
// it may be logged.
type Error struct {
	Kind   Kind
	Status int    // of HTTP, or 0
	Detail string // in English, or empty
	// Usage is what the call cost all the same, if anybody counted.
	Usage Usage
}

func (e *Error) Error() string {
	text := "model: " + string(e.Kind)
	if e.Status != 0 {
		text += fmt.Sprintf(": %d %s", e.Status, http.StatusText(e.Status))
	}
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// KindOf is the kind of an error of a [Model]; what is no [*Error] is a timeout, since
// only a context that has ended is returned bare.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Timeout
}

// outage reports whether a failure says something of the next call too.
func (k Kind) outage() bool {
	return k == Timeout || k == RateLimited || k == Unreachable || k == RefusedRequest
}

// ByStatus is what an HTTP status of the other side means that is no 2xx.
func ByStatus(status int) *Error {
	kind := RefusedRequest
	switch {
	case status == http.StatusTooManyRequests:
		kind = RateLimited
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout:
		kind = Timeout
	case status >= 500:
		kind = Unreachable
	}
	return &Error{Kind: kind, Status: status}
}

// ByCause is what a failure without an answer means: an [*Error], or the error of ctx if
// that was cancelled.
func ByCause(ctx context.Context, err error) error {
	var network net.Error
	var address *url.Error
	var long *http.MaxBytesError
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return ctx.Err()
	case ctx.Err() != nil || errors.As(err, &network) && network.Timeout():
		return &Error{Kind: Timeout}
	case errors.As(err, &long):
		return &Error{Kind: Malformed, Detail: fmt.Sprintf("the answer is longer than %d bytes", long.Limit)}
	case errors.As(err, &address): // its own text would name the address
		return &Error{Kind: Unreachable, Detail: rootOf(address.Err)}
	case errors.As(err, &network):
		return &Error{Kind: Unreachable, Detail: rootOf(err)}
	}
	return &Error{Kind: Malformed, Detail: "the answer cannot be read"}
}

func rootOf(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
