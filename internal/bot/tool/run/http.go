package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"parley/internal/bot/tool"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 256 << 10

const maxRedirects = 3

// caller makes calls over HTTP.
type caller struct {
	client  *http.Client
	breaker *breaker
}

func newCaller(now func() time.Time) *caller {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 8
	return &caller{
		client:  &http.Client{Transport: transport, CheckRedirect: redirect},
		breaker: newBreaker(now),
	}
}

// redirect follows reads within their host. Elsewhere it would take the request's secrets,
// and who the customer is, to somebody whom the operator has not named.
func redirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || req.URL.Host != first.URL.Host || req.URL.Scheme != first.URL.Scheme || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// call makes one attempt.
func (c *caller) call(ctx context.Context, t *tool.Tool, id string, values map[string]any) outcome {
	filled, err := t.HTTP.Request(values)
	if err != nil {
		return fail(CodeInvalid, err.Error())
	}
	// Whether anything may have reached the other side: before a connection, nothing has.
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, filled.Method, filled.URL, bytes.NewReader(filled.Body))
	if err != nil {
		return fail(CodeInvalid, "the address is not valid once it is filled in")
	}
	for name, value := range filled.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Accept", "application/json")
	if filled.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	// Only where the other side knows the key: Go's transport itself sends a request that
	// has one again when a connection breaks.
	if t.Effect == tool.Write && t.Idempotent {
		req.Header.Set(tool.IdempotencyKey, id)
	}
	host := req.URL.Host
	if !c.breaker.allow(host) {
		return outcome{result: tool.Result{State: tool.Failed, Code: CodeUnreachable, Problem: "the last calls to this host failed; it is left alone for a while"}, again: true}
	}
	status, body, err := c.exchange(req)
	if !errors.Is(err, context.Canceled) {
		c.breaker.note(host, err == nil && status < 500)
	}
	if err != nil {
		return broken(t, err, sent.Load())
	}
	return judge(t, status, body)
}

var errTooLarge = fmt.Errorf("the answer is larger than %d KiB", maxAnswer>>10)

func (c *caller) exchange(req *http.Request) (status int, body []byte, err error) {
	res, err := c.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	body, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errTooLarge
	}
	return res.StatusCode, body, err
}

// broken judges an exchange without an answer.
func broken(t *tool.Tool, err error, sent bool) outcome {
	// The address of a *url.Error may hold secrets and who the customer is.
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err
	}
	timedOut := errors.Is(err, context.DeadlineExceeded)
	problem := "there was no answer"
	switch {
	case errors.Is(err, errTooLarge):
		problem = err.Error()
	case timedOut:
		problem = fmt.Sprintf("there was no answer within %v", t.Timeout)
	case !sent:
		problem = "the host could not be reached"
	}
	if t.Effect == tool.Write && sent {
		return outcome{result: tool.Result{State: tool.Unknown, Problem: problem + "; the write may or may not have happened"}, again: !errors.Is(err, errTooLarge)}
	}
	code := CodeUnreachable
	switch {
	case errors.Is(err, errTooLarge):
		return fail(CodeInvalid, problem)
	case timedOut:
		code = CodeTimeout
	}
	return outcome{result: tool.Result{State: tool.Failed, Code: code, Problem: problem}, again: true}
}

// judge reads an answer.
func judge(t *tool.Tool, status int, body []byte) outcome {
	data, code, known := t.Answer(status, body)
	switch {
	case known && code == "":
		return outcome{result: tool.Result{State: tool.Done, Data: data}}
	case known:
		return fail(code, fmt.Sprintf("the other side said %s (status %d)", code, status))
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly:
		return outcome{result: tool.Result{State: tool.Failed, Code: CodeUnreachable, Problem: fmt.Sprintf("the other side takes no calls now (status %d)", status)}, again: true}
	case status >= 500 && t.Effect == tool.Write:
		return outcome{result: tool.Result{State: tool.Unknown, Problem: fmt.Sprintf("status %d; the write may or may not have happened", status)}, again: true}
	case status >= 500:
		return outcome{result: tool.Result{State: tool.Failed, Code: CodeUnreachable, Problem: fmt.Sprintf("the other side has trouble (status %d)", status)}, again: true}
	case status < 300 && t.Effect == tool.Write:
		return outcome{result: tool.Result{State: tool.Unknown, Problem: fmt.Sprintf("the answer is not JSON (status %d); the write may or may not have happened", status)}}
	case status < 400 && t.Effect == tool.Write:
		return outcome{result: tool.Result{State: tool.Unknown, Problem: fmt.Sprintf("status %d, which is not followed; the write may or may not have happened", status)}}
	case status < 300:
		return fail(CodeInvalid, fmt.Sprintf("the answer is not JSON (status %d)", status))
	}
	return fail(CodeRefused, fmt.Sprintf("status %d, for which errors: has no code", status))
}

func fail(code, problem string) outcome {
	return outcome{result: tool.Result{State: tool.Failed, Code: code, Problem: problem}}
}
