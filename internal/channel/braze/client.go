package braze

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// DefaultTimeout bounds one call when [Config].Timeout is zero.
	DefaultTimeout = 15 * time.Second

	maxAnswer = 64 << 10 // bytes of an answer that are read
)

// Config is what a [Client] needs.
type Config struct {
	// Endpoint is the workspace's REST endpoint, such as https://rest.fra-01.braze.eu (Braze's "API
	// overview" page lists them). Plain http is taken for a sandbox.
	Endpoint string
	// APIKey is a REST API key with the campaigns.trigger.send permission, without quotes or "Bearer".
	APIKey string
	// Timeout bounds one call from dialling to the answer's last byte; zero means [DefaultTimeout].
	Timeout time.Duration
	// Transport nil means [http.DefaultTransport]. It should keep as many idle connections per host as
	// calls are made at once; it must not repeat requests by itself.
	Transport http.RoundTripper
	UserAgent string // empty means "parley"
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// Client calls one Braze workspace. It is safe for use by several goroutines and holds nothing to close
// but the idle connections of its transport.
type Client struct {
	base    string
	key     string
	agent   string
	timeout time.Duration
	http    http.Client
	now     func() time.Time
}

// New checks the configuration; the error names the setting and how to mend it, never the key.
func New(cfg Config) (*Client, error) {
	base, err := checkEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	if err := checkKey(cfg.APIKey); err != nil {
		return nil, err
	}
	if cfg.Timeout < 0 {
		return nil, errors.New("braze timeout is negative; leave it out for the default of 15s")
	}
	c := &Client{
		base: base, key: cfg.APIKey, agent: cfg.UserAgent, timeout: cfg.Timeout,
		now: cfg.Now,
		http: http.Client{
			Transport:     cfg.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if c.agent == "" {
		c.agent = "parley"
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

func checkEndpoint(endpoint string) (string, error) {
	const example = "; it looks like https://rest.fra-01.braze.eu and stands on Braze's page API overview"
	u, err := url.Parse(strings.TrimSpace(endpoint))
	switch {
	case strings.TrimSpace(endpoint) == "":
		return "", errors.New("braze endpoint is empty" + example)
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("braze endpoint is not an http or https URL" + example)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return "", errors.New("braze endpoint has a user, a query or a fragment; give scheme and host only" + example)
	case strings.HasPrefix(u.Hostname(), "dashboard"):
		return "", errors.New("braze endpoint is the dashboard's address; give the REST endpoint" + example)
	case u.Scheme == "http" && (strings.HasSuffix(u.Hostname(), ".braze.com") || strings.HasSuffix(u.Hostname(), ".braze.eu")):
		return "", errors.New("braze endpoint is plain http, which would show the key; write https")
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("braze api key is empty; make a REST API key under Settings > API Keys with campaigns.trigger.send")
	case strings.HasPrefix(strings.ToLower(key), "bearer "):
		return errors.New(`braze api key starts with "Bearer"; give the key alone`)
	case strings.ContainsAny(key, "\"'` ") || strings.ContainsFunc(key, isControl):
		return errors.New("braze api key has quotes, spaces or line breaks around or in it; give the key alone")
	}
	return nil
}

// answer is what became of one request. body is the answer as far as it arrived.
type answer struct {
	status    int
	body      []byte
	cut       bool
	requestID string
	rate      RateLimit
	date      time.Time // Braze's clock, in whole seconds; zero when the answer has none
	duration  time.Duration
	err       *Error
}

func (c *Client) post(ctx context.Context, path string, body []byte) *answer {
	return c.call(ctx, http.MethodPost, path, body)
}

// call makes one request, exactly once. Nothing below may repeat it: the body cannot be rewound (no
// GetBody) and there is no Idempotency-Key header, either of which would let [http.Transport] send it
// again on a fresh connection; redirects are not followed.
func (c *Client) call(ctx context.Context, method, path string, body []byte) *answer {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	sent := &sending{reader: bytes.NewReader(body)}
	start := c.now()
	req, err := http.NewRequestWithContext(sent.trace(ctx), method, c.base+path, sent)
	if err != nil {
		return &answer{err: invalid("the request cannot be built: " + err.Error())}
	}
	req.ContentLength = int64(len(body))
	if len(body) == 0 {
		req.Body = http.NoBody
	}
	req.Header.Set("Authorization", "Bearer "+c.key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.agent)

	resp, err := c.http.Do(req)
	if err != nil {
		a := &answer{duration: c.now().Sub(start)}
		a.err = transportError(err, sent)
		return a
	}
	defer resp.Body.Close()
	a := &answer{
		status:    resp.StatusCode,
		requestID: resp.Header.Get("X-Request-Id"),
		rate:      rateLimit(resp.Header),
	}
	a.date, _ = http.ParseTime(resp.Header.Get("Date")) // zero says enough
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	a.cut = err != nil || len(a.body) > maxAnswer
	a.body = a.body[:min(len(a.body), maxAnswer)]
	now := c.now()
	a.duration = now.Sub(start)
	if !accepted(a) {
		a.err = answerError(a, resp.Header, now)
	}
	return a
}

// accepted reports whether the answer says that the call was queued. Braze's success is 201; another
// 2xx counts only with Braze's own words in it, since a captive portal or a wrong host says 200 too.
func accepted(a *answer) bool {
	if a.status == http.StatusCreated {
		return true
	}
	return a.status >= 200 && a.status < 300 && acceptance(a).Message != ""
}

// sending watches a request body go out, to tell what cannot have been sent from what may have been.
type sending struct {
	reader *bytes.Reader
	read   atomic.Bool // the transport has begun to take the body
	failed atomic.Bool // the transport could not write all of the request
}

func (s *sending) Read(p []byte) (int, error) {
	s.read.Store(true)
	return s.reader.Read(p)
}

func (s *sending) Close() error { return nil }

func (s *sending) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err != nil {
				s.failed.Store(true)
			}
		},
	})
}

// possible reports whether Braze may have the whole request. It cannot when the transport never took
// the body or failed to write it to the end; any other case, such as a time limit that ends in the
// middle of writing, counts as possible.
func (s *sending) possible() bool { return s.read.Load() && !s.failed.Load() }

func transportError(err error, sent *sending) *Error {
	e := &Error{Kind: KindUnreachable, Message: plainCause(err), err: err}
	switch {
	case sent.possible():
		e.Kind = KindAmbiguous
	case errors.Is(err, context.Canceled):
		e.Kind = KindCanceled
	}
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		e.Code = "certificate"
	}
	return e
}

// plainCause is the error without net/url's "Post https://…" in front.
func plainCause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	return err.Error()
}

// RateLimit is what Braze's X-RateLimit headers say about the workspace (Braze's "API rate limits" page).
type RateLimit struct {
	Limit, Remaining int
	Reset            time.Time // when the window ends; whole seconds
	Known            bool      // false when a header was missing or empty, as it is on a 401
}

func rateLimit(h http.Header) RateLimit {
	limit, err1 := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil || reset <= 0 {
		return RateLimit{}
	}
	return RateLimit{Limit: limit, Remaining: remaining, Reset: time.Unix(reset, 0).UTC(), Known: true}
}
