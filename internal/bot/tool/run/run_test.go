package run_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/calls"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const token = "shop-token-of-tests"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func parse(t testing.TB, yaml, base string) *tool.Catalogue {
	t.Helper()
	c, err := tool.Parse("tools.yaml", []byte(yaml), func(name string) (string, bool) {
		v, ok := map[string]string{"SHOP_URL": base, "SHOP_TOKEN": token}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func runner(t *testing.T, yaml, base string, s *store.Store) *run.Runner {
	t.Helper()
	r := run.New(run.Settings{Catalogue: parse(t, yaml, base)}, s, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func grace(flow string) run.Who {
	return run.Who{Workspace: "demo", Conversation: chat.ConversationID(chat.NewID()), Turn: "t1", ExternalID: "grace", Phone: "+15550000001", Language: "en", Flow: flow}
}

func must(t *testing.T) func(tool.Result, error) tool.Result {
	return func(r tool.Result, err error) tool.Result {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func TestRun_exampleShop(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		orders := shop.New(token, func() time.Time { return noon })
		r := runner(t, string(shop.ToolsYAML), serve(t, orders.Handler()), s)
		status := func(number string) tool.Call {
			return tool.Call{MessageID: "m1", Tool: "order_status", Args: map[string]any{"order_number": number}}
		}
		returning := func(number, item string) tool.Call {
			return tool.Call{MessageID: "m1", Tool: "return_start", Confirmed: true, Args: map[string]any{"order_number": number, "item": item, "reason": "too_small"}}
		}
		moving := func(number, date string) tool.Call {
			return tool.Call{MessageID: "m1", Tool: "delivery_change", Confirmed: true, Args: map[string]any{"order_number": number, "date": date}}
		}
		for _, c := range []struct {
			flow  string
			call  tool.Call
			state tool.State
			code  string
			data  map[string]any
		}{
			{"order_tracking", status("ab-12345"), tool.Done, "", map[string]any{"status": "shipped", "eta": "2026-11-24", "carrier": "Parcel Express", "item_1": "Blue rain jacket", "item_2": "Wool socks"}},
			{"order_tracking", status("CD-20001"), tool.Failed, "not_found", nil}, // another customer's
			{"order_tracking", status("nonsense"), tool.Failed, "invalid", nil},
			{"smalltalk", status("AB-12345"), tool.Failed, "refused", nil},
			{"return_item", returning("AB-12346", "Sun hat"), tool.Done, "", map[string]any{"return_id": "R-12346C", "item": "Sun hat"}},
			{"return_item", returning("AB-12345", "Wool socks"), tool.Failed, "not_allowed", nil},
			{"return_item", returning("AB-10011", "Denim jacket"), tool.Failed, "too_late", nil},
			{"return_item", returning("CD-20002", "Écharpe"), tool.Failed, "not_found", nil},
			{"change_delivery", moving("AB-12347", "2026-12-01"), tool.Done, "", map[string]any{"date": "2026-12-01", "status": "processing"}},
			{"change_delivery", moving("AB-12351", "2026-12-01"), tool.Failed, "too_late", nil},
			{"change_delivery", moving("AB-12347", "2026-11-22"), tool.Failed, "not_allowed", nil},
			{"change_delivery", moving("CD-20003", "2026-12-01"), tool.Failed, "not_found", nil},
		} {
			got := must(t)(r.Run(t.Context(), grace(c.flow), c.call))
			got.Problem = ""
			testkit.Diff(t, got, tool.Result{Call: c.call, State: c.state, Code: c.code, Data: c.data})
		}
		if len(orders.Returns()) != 1 || orders.Moves() != 1 {
			t.Errorf("%d returns, %d moves", len(orders.Returns()), orders.Moves())
		}
	})
}

func TestRun_sameCallOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		orders := shop.New(token, func() time.Time { return noon })
		var requests atomic.Int64
		url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			orders.Handler().ServeHTTP(w, r)
		}))
		who := grace("return_item")
		call := tool.Call{MessageID: "m1", Tool: "return_start", Confirmed: true, Args: map[string]any{"order_number": "AB-12346", "item": "Sun hat", "reason": "other"}}
		results := make(chan tool.Result, 6)
		var all sync.WaitGroup
		for range cap(results) { // as many processes
			r := runner(t, string(shop.ToolsYAML), url, s)
			all.Go(func() {
				got, err := r.Run(t.Context(), who, call)
				if err != nil {
					t.Error(err)
				}
				results <- got
			})
		}
		all.Wait()
		close(results)
		for got := range results {
			testkit.Diff(t, got, tool.Result{Call: call, State: tool.Done, Data: map[string]any{"return_id": "R-12346C", "item": "Sun hat"}})
		}
		if requests.Load() != 1 || len(orders.Returns()) != 1 {
			t.Errorf("%d requests, %d returns", requests.Load(), len(orders.Returns()))
		}
	})
}

func TestRun_refuses(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		orders := shop.New(token, func() time.Time { return noon })
		r := runner(t, string(shop.ToolsYAML), serve(t, orders.Handler()), s)
		call := tool.Call{MessageID: "m1", Tool: "return_start", Args: map[string]any{"order_number": "AB-12346", "item": "Sun hat", "reason": "other"}}
		stranger := grace("return_item")
		stranger.ExternalID = ""
		chosen := call
		chosen.Args = map[string]any{"order_number": "CD-20002", "item": "Écharpe", "reason": "other", "customer": "ada"}
		chosen.Confirmed = true
		for _, c := range []struct {
			who           run.Who
			call          tool.Call
			code, problem string
		}{
			{grace("return_item"), call, "refused", "has not said yes"},
			{stranger, call, "refused", "needs contact.external_id"},
			{grace("return_item"), tool.Call{Tool: "pay"}, "refused", "there is no tool"},
			{grace("return_item"), chosen, "invalid", "customer is filled in by the server"},
		} {
			got := must(t)(r.Run(t.Context(), c.who, c.call))
			if got.State != tool.Failed || got.Code != c.code || !strings.Contains(got.Problem, c.problem) {
				t.Errorf("%+v, want %s: %s", got, c.code, c.problem)
			}
		}
		if len(orders.Returns()) != 0 {
			t.Error("a return was started")
		}
	})
}

// plain declares a read and two writes at the address.
const plain = `tools:
  - name: look
    description: Reads.
    effect: read
    timeout: 20s
    retries: 1
    url: ${SHOP_URL}/look
    result: {ok: /ok}
    allow: {flows: ["*"]}
  - name: write
    description: Writes.
    effect: write
    timeout: 20s
    method: POST
    url: ${SHOP_URL}/write
    result: {ok: /ok}
    errors: [{status: 404, code: gone}]
    allow: {flows: ["*"]}
  - name: keyed
    description: Writes, and may be repeated.
    effect: write
    idempotent: true
    timeout: 20s
    retries: 1
    method: POST
    url: ${SHOP_URL}/write
    result: {ok: /ok}
    allow: {flows: ["*"]}
`

func TestRun_faults(t *testing.T) {
	t.Parallel()
	s := open(t)
	type behaviour = http.HandlerFunc
	status := func(code int, body string) behaviour {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}
	var hang behaviour // nil: it never answers
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	fine := status(200, `{"ok":true}`)
	for _, c := range []struct {
		name, tool  string
		answers     []behaviour // one for each request, and no more come
		state, code string
	}{
		{"a read is tried again", "look", []behaviour{status(503, ""), fine}, "done", ""},
		{"a read that hangs", "look", []behaviour{hang, hang}, "failed", "timeout"},
		{"a read that breaks", "look", []behaviour{cut, fine}, "done", ""},
		{"too many calls", "look", []behaviour{status(429, ""), status(429, "")}, "failed", "unreachable"},
		{"not JSON", "look", []behaviour{status(200, "<html>")}, "failed", "invalid"},
		{"too much", "look", []behaviour{status(200, `{"ok":"`+strings.Repeat("x", 300<<10)+`"}`)}, "failed", "invalid"},
		{"an unknown refusal", "look", []behaviour{status(418, "")}, "failed", "refused"},
		{"a write that hangs", "write", []behaviour{hang}, "unknown", ""},
		{"a write that breaks", "write", []behaviour{cut}, "unknown", ""},
		{"a write with an error", "write", []behaviour{status(500, "")}, "unknown", ""},
		{"a write with an odd answer", "write", []behaviour{status(200, "ok")}, "unknown", ""},
		{"a write sent elsewhere", "write", []behaviour{status(303, "")}, "unknown", ""},
		{"a write that is told why not", "write", []behaviour{status(404, "")}, "failed", "gone"},
		{"a write that may be repeated", "keyed", []behaviour{hang, fine}, "done", ""},
		{"a repeated write that nobody takes", "keyed", []behaviour{hang, status(429, "")}, "unknown", ""},
		{"a write that nobody took", "keyed", []behaviour{status(429, ""), status(429, "")}, "failed", "unreachable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			yaml := plain
			if slices.ContainsFunc(c.answers, func(b behaviour) bool { return b == nil }) {
				yaml = strings.ReplaceAll(plain, "timeout: 20s", "timeout: 1500ms")
			}
			var mu sync.Mutex
			n, keys := 0, map[string]bool{}
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				n++
				i := n - 1
				keys[r.Header.Get("Idempotency-Key")] = true
				mu.Unlock()
				if i < len(c.answers) && c.answers[i] != nil {
					c.answers[i](w, r)
				} else if i < len(c.answers) {
					_, _ = io.Copy(io.Discard, r.Body) // so that the server sees the caller go
					<-r.Context().Done()
				}
			}))
			got := must(t)(runner(t, yaml, url, s).Run(t.Context(), grace("f"), tool.Call{MessageID: "m", Tool: c.tool, Confirmed: true}))
			if string(got.State) != c.state || got.Code != c.code {
				t.Errorf("%+v, want %s %s", got, c.state, c.code)
			}
			mu.Lock()
			defer mu.Unlock()
			if n != len(c.answers) || len(keys) != 1 || keys[""] != (c.tool != "keyed") {
				t.Errorf("%d requests, want %d; keys %v", n, len(c.answers), keys)
			}
		})
	}
}

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestRun_hostThatIsNotThere(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	r := runner(t, plain, gone.URL, open(t))
	for i := range 7 {
		got := must(t)(r.Run(t.Context(), grace("f"), tool.Call{MessageID: fmt.Sprint(i), Tool: "write", Confirmed: true}))
		want := "could not be reached"
		if i >= 5 {
			want = "left alone"
		}
		if got.State != tool.Failed || got.Code != "unreachable" || !strings.Contains(got.Problem, want) || strings.Contains(got.Problem, gone.URL) {
			t.Errorf("call %d: %+v, want %s", i, got, want)
		}
	}
}

func TestRun_keepsToItsHost(t *testing.T) {
	t.Parallel()
	reached := make(chan string, 1)
	other := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached <- "the other host" }))
	here := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/look":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/there":
			http.Redirect(w, r, other+"/steal", http.StatusFound)
		}
	}))
	got := must(t)(runner(t, plain, here, open(t)).Run(t.Context(), grace("f"), tool.Call{MessageID: "m", Tool: "look"}))
	if got.Code != "refused" || len(reached) != 0 {
		t.Errorf("%+v, %d requests reached another host", got, len(reached))
	}
}

// TestRun_seesAWriteThrough ends the turn while the other side works: a write is waited for
// and written down, a read is given up and free for the next who asks.
func TestRun_seesAWriteThrough(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for name, want := range map[string]tool.State{"keyed": tool.Done, "look": tool.Started} {
			arrived, goOn := make(chan bool), make(chan bool)
			url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				arrived <- true
				select {
				case <-goOn:
				case <-r.Context().Done():
				}
				_, _ = io.WriteString(w, `{"ok":true}`)
			}))
			r := runner(t, plain, url, s)
			who, call := grace("f"), tool.Call{MessageID: "m", Tool: name, Confirmed: true}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() {
				_, err := r.Run(ctx, who, call)
				done <- err
			}()
			<-arrived
			cancel()
			close(goOn)
			if err := <-done; name == "keyed" && err != nil {
				t.Error(err)
			}
			list, err := calls.Of(t.Context(), s, who.Conversation)
			if err != nil || len(list) != 1 {
				t.Fatalf("%v %d", err, len(list))
			}
			// A read may have been answered before it was given up.
			if got := list[0]; got.State != want && (name != "look" || got.State != tool.Done) || got.LeaseUntil != 0 {
				t.Errorf("%s: %s, lease until %d", name, got.State, got.LeaseUntil)
			}
		}
	})
}
