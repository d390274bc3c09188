package wire_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/remote/wire"
	"parley/internal/sign"
)

// seen is one call as the brain got it.
type seen struct {
	header http.Header
	body   string
}

// brain is a server that remembers what it is asked. next gives the answer to the nth call.
type brain struct {
	*httptest.Server
	mu    sync.Mutex
	calls []seen
}

func newBrain(t *testing.T, next func(n int, w http.ResponseWriter, r *http.Request)) *brain {
	t.Helper()
	b := &brain{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.mu.Lock()
		b.calls = append(b.calls, seen{r.Header.Clone(), string(body)})
		n := len(b.calls)
		b.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		next(n, w, r)
	}))
	t.Cleanup(b.Close)
	return b
}

func (b *brain) seen() []seen {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

func client(url, secret string, timeout time.Duration) *wire.Client {
	return wire.New(wire.Options{URL: url, Secret: secret, Timeout: timeout, UserAgent: "parley/test", Now: time.Now})
}

const fine = `{"turn":"turn_1","action":"answer","text":"Tomorrow."}`

func TestAsk_signsTheTurn(t *testing.T) {
	t.Parallel()
	secret := sign.NewSecret()
	b := newBrain(t, func(_ int, w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, fine) })
	a, tried, err := client(b.URL, secret, time.Minute).Ask(t.Context(), turn)
	if err != nil || tried != 1 || a.Text != "Tomorrow." {
		t.Fatalf("%+v after %d calls: %v", a, tried, err)
	}
	got := b.seen()[0]
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", got.header.Get("webhook-id"), got.header.Get("webhook-timestamp"), got.body)
	if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); got.header.Get("webhook-signature") != want || got.header.Get("webhook-id") != turn.ID {
		t.Errorf("signed %q", got.header)
	}
	var told wire.Turn
	if err := json.Unmarshal([]byte(got.body), &told); err != nil || told.ID != turn.ID || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("told %s, %v", got.body, err)
	}
}

// What may go better is tried once more under the same id; nothing else is.
func TestAsk_triesAgainWhereItHelps(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	status := func(code int) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	text := func(body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
	}
	for name, c := range map[string]struct {
		first func(http.ResponseWriter, *http.Request)
		calls int
		kind  llm.Kind // after a first attempt that is not repeated
		say   string
	}{
		"no answer": {hang, 2, llm.Timeout, "no answer within"},
		"503":       {status(503), 2, llm.Unreachable, "503"},
		"504":       {status(504), 2, llm.Timeout, "504"},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		}, 2, llm.Unreachable, "before the end"},
		"connection reset": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 2, llm.Unreachable, ""},
		"slow body": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"turn":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 2, llm.Timeout, "no answer within"},
		"401":       {status(401), 1, llm.RefusedRequest, "401"},
		"429":       {status(429), 1, llm.RateLimited, "429"},
		"not JSON":  {text("<html>"), 1, llm.Malformed, "no JSON"},
		"unknown":   {text(`{"turn":"turn_1","action":"keep","x":1}`), 1, llm.Malformed, `"x"`},
		"late turn": {text(`{"turn":"turn_0","action":"keep"}`), 1, llm.Malformed, "not that of the request"},
		"204":       {status(204), 1, llm.Malformed, "empty"},
		"too big":   {text(`{"turn":"` + strings.Repeat("x", 70<<10) + `"}`), 1, llm.Malformed, "longer than 65536 bytes"},
		"HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, fine)
		}, 1, llm.Malformed, "Content-Type"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, 1, llm.RefusedRequest, "redirects are not followed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			timeout := 30 * time.Second
			if strings.HasPrefix(c.say, "no answer") {
				timeout = 200 * time.Millisecond // each of them waits for all of it
			} else {
				once := newBrain(t, func(n int, w http.ResponseWriter, r *http.Request) {
					if n == 1 {
						c.first(w, r)
						return
					}
					_, _ = io.WriteString(w, fine)
				})
				if _, tried, err := client(once.URL, sign.NewSecret(), timeout).Ask(t.Context(), turn); (err == nil) != (c.calls == 2) || tried != c.calls {
					t.Errorf("after one failure: %d calls, %v", tried, err)
				}
			}
			ever := newBrain(t, func(_ int, w http.ResponseWriter, r *http.Request) { c.first(w, r) })
			_, tried, err := client(ever.URL, sign.NewSecret(), timeout).Ask(t.Context(), turn)
			var failed *llm.Error
			if !errors.As(err, &failed) || failed.Kind != c.kind || tried != c.calls || !strings.Contains(failed.Error(), c.say) {
				t.Errorf("%d calls end with %v, want %s %q", tried, err, c.kind, c.say)
			}
			calls := ever.seen()
			if len(calls) != c.calls {
				t.Fatalf("%d calls came, want %d", len(calls), c.calls)
			}
			for _, call := range calls {
				if call.body != calls[0].body || call.header.Get("webhook-id") != turn.ID {
					t.Errorf("the second attempt differs: %v", call.header)
				}
			}
		})
	}
}

// network answers requests without any, so that time can be played.
type network func(r *http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// Each attempt has the whole timeout for itself, so that a brain that was slow once can
// give the answer it has made meanwhile.
func TestAsk_bothAttemptsHaveTheirTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		slow := network(func(r *http.Request) (*http.Response, error) {
			if calls++; calls == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			time.Sleep(7 * time.Second)
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}}, Body: io.NopCloser(strings.NewReader(fine))}, nil
		})
		c := wire.New(wire.Options{URL: "https://brain.example.com", Secret: sign.NewSecret(), Timeout: 8 * time.Second, Transport: slow, Now: time.Now})
		begun := time.Now()
		a, tried, err := c.Ask(t.Context(), turn)
		if took := time.Since(begun); err != nil || tried != 2 || a.Text == "" || took != 15*time.Second+250*time.Millisecond {
			t.Errorf("%d calls in %v: %v", tried, took, err)
		}
	})
}

func TestAsk_givesUpWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	b := newBrain(t, func(_ int, _ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, tried, err := client(b.URL, sign.NewSecret(), time.Minute).Ask(ctx, turn)
	if !errors.Is(err, context.Canceled) || tried != 1 {
		t.Errorf("%d calls, %v", tried, err)
	}
}

func TestAsk_nobodyIsThere(t *testing.T) {
	t.Parallel()
	b := httptest.NewServer(nil)
	b.Close()
	_, tried, err := client(b.URL, sign.NewSecret(), time.Minute).Ask(t.Context(), turn)
	if llm.KindOf(err) != llm.Unreachable || tried != 2 || strings.Contains(err.Error(), "http://") {
		t.Errorf("%d calls, %v", tried, err)
	}
}
