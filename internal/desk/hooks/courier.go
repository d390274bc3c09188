package hooks

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/internal/alarm"
	"parley/internal/batch"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/sign"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
)

const (
	perHook = 4 // calls to one hook at a time by one process; a slow receiver uses up its own only
	lease   = 30 * time.Second
	heard   = 4 << 10 // bytes of an answer that are read
	kept    = 500     // characters of it that are kept
	longest = 24 * time.Hour
	glance  = 10 * time.Second // finds what a lost notice hid
)

// waits is how long is waited after each failed attempt; after the last one the
// delivery is given up, most of a day after the event.
var waits = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// Courier posts deliveries. Several, in one process or in many, may work on the same hooks.
type Courier struct {
	store   *store.Store
	client  *http.Client
	agent   string
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	wake    alarm.Alarm
	finish  *batch.Queue[result, struct{}]
	by      string

	mu   sync.Mutex
	busy map[string]int // calls under way, by hook
}

// result is what one attempt has led to.
type result struct {
	delivery outbox.Delivery
	by       string
	gone     bool  // the receiver wants nothing any more
	pause    int64 // the receiver wants nothing before this time
}

// NewCourier makes a courier; client is what NewClient gives, agent the User-Agent
// and now the clock in unix milliseconds.
func NewCourier(s *store.Store, client *http.Client, agent string, metrics *obs.Metrics, log *slog.Logger, now func() int64) *Courier {
	c := &Courier{store: s, client: client, agent: agent, metrics: metrics, log: log, now: now, by: chat.NewID(), busy: map[string]int{}}
	c.finish = batch.New(64, nil, c.settle)
	return c
}

// Wake says that deliveries may be due now.
func (c *Courier) Wake() { c.wake.Set(1) }

// Run delivers until ctx ends, then waits for the calls under way, which get until
// the deadline of drain to settle.
func (c *Courier) Run(ctx, drain context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for ctx.Err() == nil {
		claimed, next, err := c.claim(ctx)
		if err != nil && ctx.Err() == nil {
			c.log.ErrorContext(ctx, "claim webhooks", obs.Error(err))
		}
		for _, w := range claimed {
			calls.Go(func() { c.deliver(drain, w) })
		}
		if len(claimed) == 0 {
			c.wake.Set(next)
			c.wake.Wait(ctx, c.now, glance)
		}
	}
}

// work is a claimed delivery with the hook it goes to.
type work struct {
	hook     outbox.Hook
	delivery outbox.Delivery
	by       string
}

// claim takes what is due for hooks that have calls to spare, and says when the
// next one will be.
func (c *Courier) claim(ctx context.Context) (claimed []work, next int64, err error) {
	due, err := outbox.Due(ctx, c.store)
	if err != nil || len(due) == 0 {
		return nil, 0, err
	}
	hooks, err := outbox.List(ctx, c.store)
	if err != nil {
		return nil, 0, err
	}
	now := c.now()
	free := map[string]int{}
	for _, h := range hooks {
		at, ok := due[h.ID]
		spare := perHook - c.calls(h.ID, 0)
		if !ok || !h.Active || spare <= 0 {
			continue
		}
		if at = max(at, h.PausedUntil); at <= now {
			free[h.ID] = spare
		} else if next == 0 || at < next {
			next = at
		}
	}
	if len(free) == 0 {
		return nil, next, nil
	}
	by := c.by + ":" + chat.NewID()
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		claimed = nil
		for _, h := range hooks {
			if free[h.ID] == 0 {
				continue
			}
			list, err := outbox.Claim(ctx, tx, h.ID, store.Claim{By: by, Limit: free[h.ID], Lease: lease.Milliseconds()}, now)
			if err != nil {
				return err
			}
			for _, d := range list {
				claimed = append(claimed, work{h, d, by})
			}
		}
		return nil
	})
	if err != nil {
		return nil, next, err
	}
	for _, w := range claimed {
		c.calls(w.hook.ID, 1)
	}
	return claimed, next, nil
}

// calls counts calls under way to a hook.
func (c *Courier) calls(hook string, change int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy[hook] += change
	return c.busy[hook]
}

// deliver makes one attempt and waits until its outcome is on disk. If it cannot be
// recorded, the lease ends and the event is posted again under the same id.
func (c *Courier) deliver(ctx context.Context, w work) {
	defer func() {
		c.calls(w.hook.ID, -1)
		c.Wake()
	}()
	r := c.attempt(ctx, w.hook, w.delivery)
	r.by = w.by
	if ctx.Err() != nil {
		return // cut off: nobody knows what the receiver made of it
	}
	c.metrics.HookTried(resultOf[r.delivery.State], time.Duration(r.delivery.Millis)*time.Millisecond)
	if _, err := c.finish.Do(ctx, r); err != nil {
		c.log.ErrorContext(ctx, "record webhook", obs.FieldDelivery, w.delivery.ID, obs.Error(err))
	}
}

var resultOf = map[outbox.State]obs.HookResult{outbox.Done: obs.HookDone, outbox.Waiting: obs.HookRetry, outbox.Dead: obs.HookDead}

// attempt posts a delivery once and says what that means for it.
func (c *Courier) attempt(ctx context.Context, h outbox.Hook, d outbox.Delivery) result {
	started := time.Now()
	status, retryAfter, answer, err := c.post(ctx, h, d)
	d.Status, d.Answer, d.Millis, d.Error = status, answer, time.Since(started).Milliseconds(), ""
	now := c.now()
	switch {
	case err != nil:
		d.Error = trouble(err)
	case status >= 200 && status < 300:
		d.State = outbox.Done
		return result{delivery: d}
	case status >= 300 && status < 400:
		d.Error = "redirect: the receiver redirects, and redirects are not followed; set the address it leads to"
	case status == http.StatusGone:
		d.State, d.Error = outbox.Dead, "gone: the receiver says that it is gone, so the webhook was switched off"
		return result{delivery: d, gone: true}
	default:
		d.Error = fmt.Sprintf("status: the receiver answered %d %s", status, http.StatusText(status))
	}
	r := result{delivery: d}
	if d.Attempts > len(waits) {
		r.delivery.State = outbox.Dead
		r.delivery.Error += fmt.Sprintf("; given up after %d attempts", d.Attempts)
		return r
	}
	wait := backoff(d.Attempts, rand.Float64())
	if retryAfter > 0 {
		wait = max(wait, retryAfter)
		r.pause = now + retryAfter.Milliseconds()
	}
	r.delivery.NextAt = now + wait.Milliseconds()
	return r
}

// backoff is the wait after the n-th failed attempt, from 1; luck between 0 and 1
// makes it up to a fifth longer, so that what failed together is not tried together.
func backoff(n int, luck float64) time.Duration {
	wait := waits[min(n, len(waits))-1]
	return wait + time.Duration(luck*float64(wait)/5)
}

func (c *Courier) post(ctx context.Context, h outbox.Hook, d outbox.Delivery) (status int, retryAfter time.Duration, answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, strings.NewReader(d.Payload))
	if err != nil {
		return 0, 0, "", err
	}
	now := c.now()
	secrets := []string{h.Secret}
	if h.OldSecret != "" && h.OldUntil > now {
		secrets = append(secrets, h.OldSecret)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", c.agent)
	// Receivers hold it against their own clock, which a demo's clock may be ahead of.
	stamp := time.Now().UnixMilli()
	if err := sign.Set(request.Header, d.EventID, stamp, d.Payload, secrets...); err != nil {
		return 0, 0, "", err
	}
	response, err := c.client.Do(request)
	if err != nil {
		return 0, 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, heard))
	if err != nil && response.StatusCode < 300 {
		return response.StatusCode, 0, "", err
	}
	if s := response.StatusCode; s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable {
		retryAfter = delay(response.Header.Get("Retry-After"), now)
	}
	return response.StatusCode, retryAfter, readable(body), nil
}

// delay reads a Retry-After header (RFC 9110, 10.2.3), in seconds or as a date.
func delay(text string, now int64) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), int(longest.Seconds()))) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(time.Duration(at.UnixMilli()-now)*time.Millisecond, 0), longest)
	}
	return 0
}

// readable keeps the beginning of an answer for people to look at.
func readable(body []byte) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(string(body), ""))
	if runes := []rune(clean); len(runes) > kept {
		clean = string(runes[:kept]) + "…"
	}
	return strings.TrimSpace(clean)
}

// settle records outcomes, many at a time.
func (c *Courier) settle(ctx context.Context, results []result) ([]struct{}, error) {
	slices.SortFunc(results, func(a, b result) int { // as all who touch lanes do
		return cmp.Or(cmp.Compare(a.delivery.HookID, b.delivery.HookID), cmp.Compare(a.delivery.Lane, b.delivery.Lane))
	})
	lost := 0
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		lost = 0
		for _, r := range results {
			if r.gone {
				if err := outbox.Disable(ctx, tx, r.delivery.HookID, "gone"); err != nil {
					return err
				}
			}
			if r.pause > 0 {
				if err := outbox.Pause(ctx, tx, r.delivery.HookID, r.pause); err != nil {
					return err
				}
			}
			kept, err := outbox.Finish(ctx, tx, r.by, r.delivery, c.now())
			if err != nil {
				return err
			}
			if !kept {
				lost++
			}
		}
		return nil
	})
	if lost > 0 {
		c.log.WarnContext(ctx, "results of webhooks came after their lease had ended", obs.FieldCount, lost)
	}
	return make([]struct{}, len(results)), err
}

// Test posts a test event to a hook at once, active or not, and records what came of it.
func (c *Courier) Test(ctx context.Context, h outbox.Hook) (outbox.Delivery, error) {
	id, now := chat.NewID(), c.now()
	event := Event{ID: EventID(TestRequest, id), Type: TestRequest, CreatedAt: when(now)}
	payload, err := event.payload()
	if err != nil {
		return outbox.Delivery{}, err
	}
	d := c.attempt(ctx, h, outbox.Delivery{
		ID: id, HookID: h.ID, EventID: event.ID, Event: event.Type, Payload: payload, State: outbox.Dead, Attempts: 1, At: now, TriedAt: now,
	}).delivery
	d.NextAt, d.DoneAt = 0, c.now()
	return d, c.store.Write(ctx, func(tx *store.Tx) error { return outbox.Record(ctx, tx, d) })
}
