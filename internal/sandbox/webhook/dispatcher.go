// Package webhook sends Braze's webhooks: in order for each lane, many lanes at once, with Braze's time
// limit, retries and stop of unhealthy hosts. It knows nothing of campaigns or customers; what becomes of
// each attempt is told to the caller.
//
// Sources: Braze documentation, "Create a webhook", "Webhook and Connected Content errors".
package webhook

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/internal/sandbox/clock"
)

// Outcomes of an attempt.
const (
	Accepted      = "accepted"
	Retrying      = "retrying"
	Failed        = "failed" // an answer that Braze does not retry
	GivenUp       = "given_up"
	HostUnhealthy = "host_unhealthy" // not called at all: the host has failed too often
)

// Status codes that Braze's log shows without an answer of the host.
const (
	StatusUnhealthy = 598
	StatusNoAnswer  = 599
)

// Rules are Braze's figures; times are on the sandbox's clock, except Hold.
type Rules struct {
	Timeout           time.Duration // for one attempt: 90 s
	Retries           int           // 5
	FirstRetry        time.Duration // 10 s; not documented by Braze
	RetryFactor       float64       // 3; not documented by Braze
	UnhealthyFailures int           // counted failures in a moving minute that stop a host: 3,000
	CountNoAnswer     bool          // count timeouts and refused connections too
	Hold              time.Duration // how long a slow first attempt holds the next of its lane: 250 ms
	QueueLimit        int           // webhooks that wait; more are refused
}

// DefaultRules returns Braze's published figures and the sandbox's choices where there are none. The
// retries come after 10 s, 30 s, 90 s, 4.5 min and 13.5 min: five within half an hour.
func DefaultRules() Rules {
	return Rules{
		Timeout: 90 * time.Second, Retries: 5, FirstRetry: 10 * time.Second, RetryFactor: 3, UnhealthyFailures: 3000,
		Hold: 250 * time.Millisecond, QueueLimit: 500_000,
	}
}

// Call is one HTTP request.
type Call struct {
	Method, URL string
	Header      http.Header
	Body        string
}

// Job is one webhook.
type Job struct {
	Lane   string // first attempts of one lane are made in order
	Call   Call
	Again  func() (Call, error) // renders anew for a retry; nil sends the same bytes
	Report func(Report)         // told of every attempt; must not block

	attempt int
	era     int
}

// Report is what became of one attempt.
type Report struct {
	Attempt int // from 1
	Status  int // HTTP status, StatusUnhealthy or StatusNoAnswer
	Outcome string
	Reason  string
	Took    time.Duration
	RetryIn time.Duration // with outcome retrying or host_unhealthy
}

// ErrQueueFull says that too many webhooks wait.
var ErrQueueFull = errors.New("too many webhooks wait: the receiver does not keep up")

// Dispatcher sends webhooks between Start and Stop. It is safe for concurrent use.
type Dispatcher struct {
	clock   *clock.Clock
	client  *http.Client
	workers int
	wg      sync.WaitGroup
	cancel  context.CancelFunc

	mu      sync.Mutex
	work    *sync.Cond
	closed  bool
	era     int // raised by Clear: older jobs are forgotten
	rules   Rules
	lanes   map[string]*lane
	ready   []*lane
	waiting int
	calls   map[*flight]struct{}
	hosts   map[string]*host
}

type lane struct {
	key  string
	jobs []*Job
}

// flight is an attempt under way.
type flight struct {
	deadline time.Time
	cancel   context.CancelFunc
}

// New returns a dispatcher that makes up to workers calls at a time.
func New(c *clock.Clock, workers int) *Dispatcher {
	d := &Dispatcher{
		clock: c, workers: workers, rules: DefaultRules(),
		lanes: map[string]*lane{}, calls: map[*flight]struct{}{}, hosts: map[string]*host{},
		client: &http.Client{
			Transport: &http.Transport{
				DialContext:         (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
				MaxIdleConns:        2 * workers,
				MaxIdleConnsPerHost: workers,
				IdleConnTimeout:     30 * time.Second,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	d.work = sync.NewCond(&d.mu)
	return d
}

// SetRules replaces the rules for what is sent from now on.
func (d *Dispatcher) SetRules(r Rules) {
	d.mu.Lock()
	d.rules = r
	d.mu.Unlock()
}

// Start starts the workers; ctx ends the calls under way.
func (d *Dispatcher) Start(ctx context.Context) {
	ctx, d.cancel = context.WithCancel(ctx)
	context.AfterFunc(ctx, d.close)
	for range d.workers {
		d.wg.Add(1)
		go func() {
			defer d.wg.Done()
			for {
				l, job, ok := d.next()
				if !ok {
					return
				}
				d.first(ctx, l, job)
			}
		}()
	}
}

// Stop ends the calls under way and waits for the workers. What waits is lost, as the sandbox's whole
// state is.
func (d *Dispatcher) Stop() {
	d.close()
	if d.cancel != nil {
		d.cancel()
	}
	d.wg.Wait()
	d.client.CloseIdleConnections()
}

func (d *Dispatcher) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.work.Broadcast()
}

// Clear forgets everything that waits, and what is known of hosts.
func (d *Dispatcher) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.era++
	d.lanes = map[string]*lane{}
	d.ready = nil
	d.waiting = 0
	d.hosts = map[string]*host{}
}

// Waiting is how many webhooks have not been tried yet.
func (d *Dispatcher) Waiting() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.waiting
}

// Send queues a webhook's first attempt.
func (d *Dispatcher) Send(job *Job) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.waiting >= d.rules.QueueLimit {
		return ErrQueueFull
	}
	job.era = d.era
	d.waiting++
	if l := d.lanes[job.Lane]; l != nil { // its head is under way: this one waits behind it
		l.jobs = append(l.jobs, job)
		return nil
	}
	l := &lane{key: job.Lane, jobs: []*Job{job}}
	d.lanes[job.Lane] = l
	d.push(l)
	return nil
}

func (d *Dispatcher) push(l *lane) {
	d.ready = append(d.ready, l)
	d.work.Signal()
}

// next waits for a lane whose head may be sent.
func (d *Dispatcher) next() (*lane, *Job, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.ready) == 0 && !d.closed {
		d.work.Wait()
	}
	if d.closed {
		return nil, nil, false
	}
	l := d.ready[0]
	d.ready[0] = nil
	d.ready = d.ready[1:]
	job := l.jobs[0]
	l.jobs = l.jobs[1:]
	d.waiting--
	return l, job, true
}

// first makes a job's attempt and lets the next of its lane go when it is done, or has been slow.
func (d *Dispatcher) first(ctx context.Context, l *lane, job *Job) {
	d.mu.Lock()
	hold := d.rules.Hold
	d.mu.Unlock()
	release := sync.OnceFunc(func() { d.release(l) })
	slow := time.AfterFunc(hold, release)
	d.attempt(ctx, job)
	slow.Stop()
	release()
}

func (d *Dispatcher) release(l *lane) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lanes[l.key] != l {
		return // a retry's own lane, or one that Clear forgot
	}
	if len(l.jobs) == 0 {
		delete(d.lanes, l.key)
		return
	}
	d.push(l)
}

// retry queues a job again; retries have no order.
func (d *Dispatcher) retry(job *Job) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if job.era != d.era {
		return
	}
	d.waiting++
	d.push(&lane{jobs: []*Job{job}})
}

// attempt makes one call and decides what follows from it.
func (d *Dispatcher) attempt(ctx context.Context, job *Job) {
	job.attempt++
	host := hostOf(job.Call.URL)
	d.mu.Lock()
	rules := d.rules
	halted := d.hosts[host].halted(d.clock.Now())
	d.mu.Unlock()
	report := Report{Attempt: job.attempt, Status: StatusUnhealthy, Reason: "the host failed too often: Braze does not call it for a minute"}
	if !halted {
		started := d.clock.Now()
		report.Status, report.Reason = d.call(ctx, job.Call, rules.Timeout)
		report.Took = d.clock.Now().Sub(started)
		if ctx.Err() != nil {
			return
		}
	}
	d.mu.Lock()
	stale := job.era != d.era
	if !stale && !halted && counted(report.Status, rules.CountNoAnswer) {
		d.fail(host, rules.UnhealthyFailures)
	}
	d.mu.Unlock()
	if stale {
		return
	}
	report.Outcome = outcome(report.Status)
	if report.Outcome == Retrying || report.Outcome == HostUnhealthy {
		if job.attempt > rules.Retries {
			report.Outcome = GivenUp
		} else {
			report.RetryIn = time.Duration(float64(rules.FirstRetry) * math.Pow(rules.RetryFactor, float64(job.attempt-1)))
			d.clock.After(report.RetryIn, func() { d.again(job) })
		}
	}
	job.Report(report)
}

func (d *Dispatcher) again(job *Job) {
	if job.Again != nil {
		if call, err := job.Again(); err == nil {
			job.Call = call
		}
	}
	d.retry(job)
}

// outcome reads Braze's table of answers: 408, 429 and 5xx are retried, redirects and other 4xx are not.
func outcome(status int) string {
	switch {
	case status >= 200 && status < 300:
		return Accepted
	case status == StatusUnhealthy:
		return HostUnhealthy
	case status == 408 || status == 429 || status >= 500:
		return Retrying
	}
	return Failed
}

// call makes the request and returns the status, or StatusNoAnswer and why. The answer's body is read
// so that the connection can be used again, and dropped: Braze uses it for nothing.
func (d *Dispatcher) call(ctx context.Context, c Call, timeout time.Duration) (int, string) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	f := &flight{deadline: d.clock.Now().Add(timeout), cancel: cancel}
	d.mu.Lock()
	d.calls[f] = struct{}{}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.calls, f)
		d.mu.Unlock()
	}()
	request, err := http.NewRequestWithContext(ctx, c.Method, c.URL, strings.NewReader(c.Body))
	if err != nil {
		return StatusNoAnswer, "the address cannot be called"
	}
	request.Header = c.Header.Clone()
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if request.Header.Get("Content-Type") == "" && c.Body != "" {
		request.Header.Set("Content-Type", typeOf(c.Body))
	}
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", "Braze Webhooks (sandbox)")
	}
	response, err := d.client.Do(request)
	switch {
	case err == nil:
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20))
		_ = response.Body.Close()
		return response.StatusCode, ""
	case ctx.Err() != nil:
		return StatusNoAnswer, "no answer within " + timeout.String()
	}
	return StatusNoAnswer, "no connection"
}

// typeOf derives a Content-Type from the body, for an author who gave none (Braze, "Webhook object").
func typeOf(body string) string {
	if text := strings.TrimSpace(body); strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return "application/json"
	}
	return "text/plain; charset=utf-8"
}

// ClockMoved ends the calls whose time limit has passed on the sandbox's clock.
func (d *Dispatcher) ClockMoved() {
	now := d.clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for f := range d.calls {
		if !now.Before(f.deadline) {
			f.cancel()
		}
	}
}
