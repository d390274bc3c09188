package hooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/hooks"
	"parley/internal/obs"
	"parley/internal/store"
	outbox "parley/internal/store/hooks"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// receiver is somebody else's program.
type receiver struct {
	*httptest.Server
	answer atomic.Value // func(w, r, body)

	mu     sync.Mutex
	bodies []string
	heads  []http.Header
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.answers(func(http.ResponseWriter, *http.Request, string) {})
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return
		}
		r.mu.Lock()
		r.bodies, r.heads = append(r.bodies, string(body)), append(r.heads, q.Header.Clone())
		r.mu.Unlock()
		r.answer.Load().(func(http.ResponseWriter, *http.Request, string))(w, q, string(body))
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answers(how func(http.ResponseWriter, *http.Request, string)) { r.answer.Store(how) }

func (r *receiver) status(code int) {
	r.answers(func(w http.ResponseWriter, _ *http.Request, _ string) { w.WriteHeader(code) })
}

func (r *receiver) calls() ([]string, []http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies), slices.Clone(r.heads)
}

// verify does what a receiver does, by the text of the specification.
func verify(t *testing.T, secret string, h http.Header, body string) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || !strings.HasPrefix(secret, "whsec_") || len(key) < 24 {
		t.Fatalf("secret %q: %v", secret, err)
	}
	// Receivers refuse what is older or newer than five minutes by their own clock.
	stamp, err := strconv.ParseInt(h.Get("webhook-timestamp"), 10, 64)
	if err != nil || time.Since(time.Unix(stamp, 0)).Abs() > 5*time.Minute {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + body))
	return slices.Contains(strings.Fields(h.Get("webhook-signature")), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// runs starts couriers until the test ends.
func (w *town) runs(n int, ahead *atomic.Int64) []*hooks.Courier {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	var out []*hooks.Courier
	client := hooks.NewClient(true)
	for range n {
		c := hooks.NewCourier(w.store, client, "parley/test", obs.NewMetrics("test", nil, nil), quiet(), func() int64 { return now() + ahead.Load() })
		out = append(out, c)
		w.mu.Lock()
		w.couriers = append(w.couriers, c)
		w.mu.Unlock()
		running.Go(func() { c.Run(ctx, ctx) })
	}
	w.t.Cleanup(func() {
		cancel()
		running.Wait()
		client.CloseIdleConnections()
	})
	return out
}

func (w *town) deliveries(h outbox.Hook, state outbox.State) []outbox.Delivery {
	w.t.Helper()
	list, err := outbox.Deliveries(context.Background(), w.store, outbox.Filter{HookID: h.ID, State: state, Limit: 1000})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func TestCourier_signsAndDeliversInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, to := &town{t: t, store: s}, newReceiver(t)
		h := w.create(to.URL, hooks.Received)
		w.follows(1)
		for _, text := range []string{"one", "two", "three", "four", "five"} {
			w.says("0001", text)
			w.says("0002", text)
		}
		w.runs(2, new(atomic.Int64))
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 10 })
		bodies, heads := to.calls()
		heard := map[string][]string{}
		for i, body := range bodies {
			var e hooks.Event
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatal(err)
			}
			if !verify(t, h.Secret, heads[i], body) || heads[i].Get("webhook-id") != e.ID || heads[i].Get("Content-Type") != "application/json" {
				t.Errorf("not a genuine call: %v %s", heads[i], body)
			}
			who := e.Data.Conversation.Contact.ExternalID
			heard[who] = append(heard[who], e.Data.Message.Text)
		}
		want := []string{"one", "two", "three", "four", "five"}
		testkit.Diff(t, heard, map[string][]string{"0001": want, "0002": want})
	})
}

func TestCourier_signsWithBothSecretsWhileTheyChange(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, to := &town{t: t, store: s}, newReceiver(t)
		old := w.create(to.URL, hooks.Received)
		var ahead atomic.Int64
		c := w.runs(1, &ahead)[0]
		d := hooks.New(s, c, true, now, func(store.Topic) {})
		fresh, err := d.Rotate(t.Context(), old.ID)
		if err != nil || fresh.Secret == old.Secret {
			t.Fatalf("rotated to %q: %v", fresh.Secret, err)
		}
		for range 2 {
			if _, err := d.Test(t.Context(), old.ID); err != nil {
				t.Fatal(err)
			}
			ahead.Store(25 * 3600 * 1000)
		}
		bodies, heads := to.calls()
		if !verify(t, fresh.Secret, heads[0], bodies[0]) || !verify(t, old.Secret, heads[0], bodies[0]) {
			t.Error("both secrets must sign on the first day")
		}
		if !verify(t, fresh.Secret, heads[1], bodies[1]) || verify(t, old.Secret, heads[1], bodies[1]) {
			t.Error("only the new secret may sign after a day")
		}
	})
}

// A receiver that never answers uses up its own calls only.
func TestCourier_oneSlowReceiverHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, slow, quick := &town{t: t, store: s}, newReceiver(t), newReceiver(t)
		release := make(chan struct{})
		var open, most atomic.Int64
		slow.answers(func(_ http.ResponseWriter, r *http.Request, _ string) {
			most.Store(max(most.Load(), open.Add(1)))
			defer open.Add(-1)
			select {
			case <-release:
			case <-r.Context().Done():
			}
		})
		w.create(slow.URL, hooks.Received)
		h := w.create(quick.URL, hooks.Received)
		w.follows(1)
		w.runs(1, new(atomic.Int64))
		for i := range 40 {
			w.says(string(rune('a'+i)), "hello")
		}
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 40 })
		if most.Load() == 0 || most.Load() > 4 {
			t.Errorf("%d calls at once to the slow one", most.Load())
		}
		close(release)
	})
}

func TestCourier_judgesAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		header map[string]string
		body   string
		state  outbox.State
		says   string
		wait   time.Duration // until the next attempt, at least
	}{
		"taken":                {status: 204, state: outbox.Done},
		"taken with a body":    {status: 200, body: "thanks\x00 " + strings.Repeat("é", 9000), state: outbox.Done},
		"not found":            {status: 404, state: outbox.Waiting, says: "404 Not Found", wait: 5 * time.Second},
		"broken":               {status: 500, body: "stack trace", state: outbox.Waiting, says: "500", wait: 5 * time.Second},
		"redirect":             {status: 302, header: map[string]string{"Location": "http://127.0.0.1:1/"}, state: outbox.Waiting, says: "redirects are not followed", wait: 5 * time.Second},
		"asked to wait":        {status: 429, header: map[string]string{"Retry-After": "600"}, state: outbox.Waiting, says: "429", wait: 10 * time.Minute},
		"asked to wait a date": {status: 503, header: map[string]string{"Retry-After": "in an hour"}, state: outbox.Waiting, says: "503", wait: 59 * time.Minute},
		"asked for ever":       {status: 429, header: map[string]string{"Retry-After": "99999999"}, state: outbox.Waiting, says: "429", wait: 24 * time.Hour},
		"gone":                 {status: 410, state: outbox.Dead, says: "switched off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				w, to := &town{t: t, store: s}, newReceiver(t)
				to.answers(func(w http.ResponseWriter, _ *http.Request, _ string) {
					for k, v := range c.header {
						if v == "in an hour" {
							v = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
						}
						w.Header().Set(k, v)
					}
					w.WriteHeader(c.status)
					_, _ = io.WriteString(w, c.body)
				})
				h := w.create(to.URL, hooks.Received)
				w.follows(1)
				w.says("0001", "hello")
				w.runs(1, new(atomic.Int64))
				var d outbox.Delivery
				testkit.Eventually(t, patience, func() bool {
					for _, d = range w.deliveries(h, "") {
						return d.Status != 0
					}
					return false
				})
				if d.State != c.state || d.Attempts != 1 || d.Status != c.status || !strings.Contains(d.Error, c.says) || len([]rune(d.Answer)) > 501 {
					t.Errorf("%+v", d)
				}
				if wait := time.Duration(d.NextAt-d.TriedAt) * time.Millisecond; c.wait > 0 && (wait < c.wait || wait > c.wait*13/10+2*time.Minute) {
					t.Errorf("waits %s, want %s", wait, c.wait)
				}
				after, err := outbox.Get(t.Context(), s, h.ID)
				if err != nil || after.Active != (c.status != 410) || (after.PausedUntil > 0) != (c.header["Retry-After"] != "") {
					t.Errorf("the hook is now %+v (%v)", after, err)
				}
			})
		})
	}
}

// An event that the receiver cannot take holds up its conversation for a while only.
func TestCourier_poisonHoldsUpItsConversationForAWhileOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, to := &town{t: t, store: s}, newReceiver(t)
		to.answers(func(w http.ResponseWriter, _ *http.Request, body string) {
			if strings.Contains(body, "poison") {
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
		h := w.create(to.URL, hooks.Received)
		w.follows(1)
		w.says("0001", "poison")
		w.says("0001", "after it")
		w.says("0002", "another")
		var ahead atomic.Int64
		c := w.runs(1, &ahead)[0]
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 1 }) // the other conversation
		for n := range outbox.Patience {
			testkit.Eventually(t, patience, func() bool { return attempts(w, h) >= n+1 })
			if n < outbox.Patience-1 && len(w.deliveries(h, outbox.Done)) != 1 {
				t.Errorf("overtaken after %d attempts", n+1)
			}
			ahead.Add(20 * 60 * 1000)
			c.Wake()
		}
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 2 })
	})
}

// attempts is the most that were made of a waiting delivery, counting those whose outcome is recorded.
func attempts(w *town, h outbox.Hook) (most int) {
	for _, d := range w.deliveries(h, outbox.Waiting) {
		if d.NextAt > d.TriedAt {
			most = max(most, d.Attempts)
		}
	}
	return most
}

func TestCourier_givesUpAndReplays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, to := &town{t: t, store: s}, newReceiver(t)
		to.status(http.StatusBadGateway)
		h := w.create(to.URL, hooks.Received)
		w.follows(1)
		w.says("0001", "one")
		w.says("0001", "two")
		var ahead atomic.Int64
		c := w.runs(1, &ahead)[0]
		testkit.Eventually(t, patience, func() bool {
			ahead.Add(13 * 3600 * 1000)
			c.Wake()
			return len(w.deliveries(h, outbox.Dead)) == 2
		})
		for _, d := range w.deliveries(h, outbox.Dead) {
			// The clock leaps, so that a lease may end under an attempt; how many there are is counted elsewhere.
			if d.Attempts < 9 || !strings.Contains(d.Error, "given up after") || d.DoneAt == 0 {
				t.Errorf("%+v", d)
			}
		}
		_, failed := to.calls()
		to.status(http.StatusOK)
		d := hooks.New(s, c, true, func() int64 { return now() + ahead.Load() }, func(store.Topic) { c.Wake() })
		if n, err := d.ReplayDead(t.Context(), h.ID); n != 2 || err != nil {
			t.Fatalf("replays %d: %v", n, err)
		}
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 2 })
		bodies, heads := to.calls()
		bodies, heads = bodies[len(failed):], heads[len(failed):]
		if len(bodies) != 2 || !strings.Contains(bodies[0], `"one"`) || !strings.Contains(bodies[1], `"two"`) {
			t.Errorf("replayed %v", bodies)
		}
		if id := heads[0].Get("webhook-id"); id == "" || id != failed[0].Get("webhook-id") {
			t.Errorf("the id changed from %q to %q", failed[0].Get("webhook-id"), id)
		}
		one := w.deliveries(h, outbox.Done)[0]
		if _, err := d.Replay(t.Context(), one.ID); err != nil { // one that was taken, too
			t.Fatal(err)
		}
		testkit.Eventually(t, patience, func() bool { got, _ := to.calls(); return len(got) == len(failed)+3 })
	})
}

// A courier that dies between the call and its record is followed by another, under the same id.
func TestCourier_callsAgainAfterACrash(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w, to := &town{t: t, store: s}, newReceiver(t)
		hold := make(chan struct{})
		to.answers(func(_ http.ResponseWriter, r *http.Request, _ string) {
			select {
			case <-hold:
			case <-r.Context().Done():
			}
		})
		h := w.create(to.URL, hooks.Received)
		w.follows(1)
		w.says("0001", "hello")
		ctx, kill := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			client := hooks.NewClient(true)
			defer client.CloseIdleConnections()
			hooks.NewCourier(s, client, "parley/test", obs.NewMetrics("test", nil, nil), quiet(), now).Run(ctx, ctx)
		}()
		testkit.Eventually(t, patience, func() bool { got, _ := to.calls(); return len(got) == 1 })
		kill()
		<-ended
		close(hold)
		var ahead atomic.Int64
		c := w.runs(1, &ahead)[0]
		if n := len(w.deliveries(h, outbox.Waiting)); n != 1 {
			t.Fatalf("%d wait", n)
		}
		ahead.Store(31_000) // the lease has ended
		c.Wake()
		testkit.Eventually(t, patience, func() bool { return len(w.deliveries(h, outbox.Done)) == 1 })
		_, heads := to.calls()
		if len(heads) != 2 || heads[0].Get("webhook-id") != heads[1].Get("webhook-id") {
			t.Errorf("called %d times: %v", len(heads), heads)
		}
	})
}

func TestDesk_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := hooks.New(s, nil, false, now, func(store.Topic) {})
		for _, c := range []struct {
			wanted hooks.Wanted
			says   string
		}{
			{hooks.Wanted{Name: " ", URL: "https://example.com", Events: []string{hooks.Sent}}, "name:"},
			{hooks.Wanted{Name: "x", URL: "example.com", Events: []string{hooks.Sent}}, "url: this is not a web address"},
			{hooks.Wanted{Name: "x", URL: "http://example.com", Events: []string{hooks.Sent}}, "use https"},
			{hooks.Wanted{Name: "x", URL: "https://me:pw@example.com", Events: []string{hooks.Sent}}, "leave name and password out"},
			{hooks.Wanted{Name: "x", URL: "https://169.254.169.254/latest", Events: []string{hooks.Sent}}, "private address"},
			{hooks.Wanted{Name: "x", URL: "https://[::1]:8080/", Events: []string{hooks.Sent}}, "private address"},
			{hooks.Wanted{Name: "x", URL: "https://localhost/", Events: []string{hooks.Sent}}, "private address"},
			{hooks.Wanted{Name: "x", URL: "https://example.com"}, "events: choose at least one"},
			{hooks.Wanted{Name: "x", URL: "https://example.com", Events: []string{"message.eaten"}}, `"message.eaten" is not an event`},
		} {
			_, err := d.Create(t.Context(), c.wanted, "admin")
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v: %v, want %q", c.wanted, err, c.says)
			}
		}
		var last outbox.Hook
		for i := range outbox.Max + 1 {
			h, err := d.Create(t.Context(), hooks.Wanted{Name: "x", URL: "https://example.com", Events: []string{hooks.Sent}, Active: true}, "admin")
			if (err == nil) != (i < outbox.Max) {
				t.Errorf("hook %d: %v", i, err)
			}
			if err == nil {
				last = h
			}
		}
		if err := d.Delete(t.Context(), last.ID); err != nil {
			t.Error(err)
		}
		if err := d.Delete(t.Context(), last.ID); err == nil || !strings.Contains(err.Error(), string(chat.NotFound)) {
			t.Errorf("deleted twice: %v", err)
		}
	})
}

// What is inside the network is refused when it is dialled, whatever name leads there.
func TestClient_refusesPrivateAddresses(t *testing.T) {
	t.Parallel()
	to := newReceiver(t)
	client := hooks.NewClient(false)
	for _, url := range []string{to.URL, strings.Replace(to.URL, "127.0.0.1", "localhost", 1)} {
		res, err := client.Post(url, "application/json", strings.NewReader("{}"))
		if err == nil {
			_ = res.Body.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "private address") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if got, _ := to.calls(); len(got) != 0 {
		t.Errorf("called %d times", len(got))
	}
}
