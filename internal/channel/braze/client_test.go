package braze

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const testKey = "key-1234-secret"

// testNow is the clock of the clients under test.
var testNow = time.Date(2026, 11, 22, 20, 4, 46, 0, time.UTC)

func newClient(t *testing.T, endpoint string, change ...func(*Config)) *Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	cfg := Config{Endpoint: endpoint, APIKey: testKey, Transport: transport, Now: func() time.Time { return testNow }}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts a server and a client of it.
func serve(t *testing.T, h http.HandlerFunc, change ...func(*Config)) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return newClient(t, srv.URL, change...)
}

func oneCall() TriggerSend {
	return TriggerSend{
		CampaignID: uuid36,
		Recipients: []Recipient{{
			ExternalUserID:    "customer-0042",
			TriggerProperties: map[string]any{"external_system_msg_body": "Your order <1> left & \"arrives\" today"},
		}},
	}
}

func sendError(t *testing.T, c *Client, ctx context.Context) *Error {
	t.Helper()
	result, _, err := c.TriggerSend(ctx, oneCall())
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("TriggerSend = %+v, %v; want an Error", result, err)
	}
	return e
}

func TestTriggerSend_writesTheDocumentedCall(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		h := w.Header()
		h["x-ratelimit-limit"] = []string{"250000"}
		h["x-ratelimit-remaining"] = []string{"249999"}
		h["x-ratelimit-reset"] = []string{"1795381200"}
		h["x-request-id"] = []string{"req-1"}
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"dispatch_id":"%s","message":"success","notice":"paused","errors":["one",{"type":"two"}]}`, hex32)
	}, func(cfg *Config) { cfg.UserAgent = "parley/test" })

	no, yes := false, true
	result, _, err := c.TriggerSend(t.Context(), TriggerSend{
		CampaignID:        uuid36,
		SendID:            "s1",
		TriggerProperties: map[string]any{"greeting": "Hi"},
		Recipients: []Recipient{
			{ExternalUserID: "u1", TriggerProperties: map[string]any{"text": "a<b>&\u2028\n\"c\"", "n": 1, "list": []string{"x"}}},
			{UserAlias: &UserAlias{Name: "+15550000001", Label: "phone"}, SendToExistingOnly: &yes},
			{BrazeID: "b1", Attributes: map[string]any{"chat_status": "bot"}, SendToExistingOnly: &no},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != "POST" || got.URL.Path != "/campaigns/trigger/send" {
		t.Errorf("called %s %s", got.Method, got.URL.Path)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + testKey, "Content-Type": "application/json", "User-Agent": "parley/test", "Idempotency-Key": "",
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s = %q, want %q", name, v, want)
		}
	}
	const want = `{"campaign_id":"` + uuid36 + `","send_id":"s1","trigger_properties":{"greeting":"Hi"},"recipients":[` +
		`{"external_user_id":"u1","trigger_properties":{"list":["x"],"n":1,"text":"a<b>&\u2028\n\"c\""}},` +
		`{"user_alias":{"alias_name":"+15550000001","alias_label":"phone"},"send_to_existing_only":true},` +
		`{"braze_id":"b1","attributes":{"chat_status":"bot"},"send_to_existing_only":false}]}`
	if diff := cmp.Diff(want, string(body)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	wantResult := Result{
		DispatchID: hex32, Message: "success", Notice: "paused", Errors: []string{"one", `{"type":"two"}`}, RequestID: "req-1", Status: 201,
		Rate: RateLimit{Limit: 250000, Remaining: 249999, Reset: time.Unix(1795381200, 0).UTC(), Known: true},
	}
	if diff := cmp.Diff(wantResult, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestTriggerSend_checksBeforeSending(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	c := serve(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) })
	no := false
	to := func(r ...Recipient) TriggerSend { return TriggerSend{CampaignID: uuid36, Recipients: r} }
	many := make([]Recipient, 51)
	for i := range many {
		many[i].ExternalUserID = fmt.Sprint("u", i)
	}
	tests := []struct {
		name string
		call TriggerSend
		want string
	}{
		{"no campaign", TriggerSend{Recipients: []Recipient{{ExternalUserID: "u1"}}}, "campaign_id is empty"},
		{"no recipients", to(), "no recipients"},
		{"51 recipients", to(many...), "51 recipients"},
		{"no identifier", to(Recipient{ExternalUserID: "u1"}, Recipient{}), "recipient 1 has 0 identifiers"},
		{"two identifiers", to(Recipient{ExternalUserID: "u1", BrazeID: "b1"}), "recipient 0 has 2 identifiers"},
		{"blank id", to(Recipient{ExternalUserID: " "}), "blank identifier"},
		{"blank braze_id", to(Recipient{BrazeID: "\t"}), "blank identifier"},
		{"half an alias", to(Recipient{UserAlias: &UserAlias{Name: "+1"}}), "alias without"},
		{"new alias", to(Recipient{UserAlias: &UserAlias{"+1", "phone"}, SendToExistingOnly: &no, Attributes: map[string]any{"a": 1}}), "cannot create alias-only"},
		{"new user without attributes", to(Recipient{ExternalUserID: "u1", SendToExistingOnly: &no}), "without attributes"},
		{"same person twice", to(Recipient{ExternalUserID: "u1"}, Recipient{BrazeID: "u1"}, Recipient{ExternalUserID: "u1"}), "recipients 0 and 2 are the same"},
		{"too much for one", to(Recipient{ExternalUserID: "u1", TriggerProperties: map[string]any{"t": strings.Repeat("x", MaxProperties)}}), "recipient 0's trigger properties take"},
		{"too much for all", TriggerSend{CampaignID: "c", TriggerProperties: map[string]any{"t": strings.Repeat("x", MaxProperties)}, Recipients: many[:1]}, "the call's trigger properties"},
		{"no JSON", to(Recipient{ExternalUserID: "u1", TriggerProperties: map[string]any{"f": func() {}}}), "cannot be written as JSON"},
	}
	for _, tt := range tests {
		_, _, err := c.TriggerSend(t.Context(), tt.call)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
			continue
		}
		if e.Kind != KindInvalid || e.Retryable() || !e.OurFault() || e.Splittable() || e.Fix() == "" {
			t.Errorf("%s: wrong judgement %+v", tt.name, e)
		}
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	// Fifty times nearly the most for one is not too much: the limit is for each set of properties.
	call := to(many[:50]...)
	for i := range call.Recipients {
		call.Recipients[i].TriggerProperties = map[string]any{"t": strings.Repeat("x", 2000)}
	}
	if _, err := call.encode(); err != nil {
		t.Errorf("50 recipients of 2000 bytes: %v", err)
	}
}

func TestTriggerSend_judgesAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		status  int
		body    string
		header  map[string]string
		kind    Kind
		code    string
		retry   bool
		after   time.Duration
		ours    bool
		split   bool
		message string
	}{
		{
			"unauthorized", 401, `{"message":"Invalid API key: ` + testKey + `"}`,
			map[string]string{"X-RateLimit-Limit": "", "X-RateLimit-Reset": ""},
			KindUnauthorized, "", false, 0, true, false, "Invalid API key: •••",
		},
		{"ip allowlist", 403, `{"message":"Invalid whitelisted IPs"}`, nil, KindForbidden, "ip_not_allowed", false, 0, true, false, "Invalid whitelisted IPs"},
		{"forbidden", 403, `{"message":"You do not have permission to access this resource"}`, nil, KindForbidden, "", false, 0, true, false, "You do not have permission to access this resource"},
		{"wrong path", 404, `{"message":"Not Found"}`, nil, KindNotFound, "", false, 0, true, false, "Not Found"},
		{"campaign", 400, `{"message":"Campaign does not exist"}`, nil, KindInvalid, "invalid_campaign", false, 0, true, false, "Campaign does not exist"},
		{"no recipients", 400, `{"message":"No Recipients"}`, nil, KindInvalid, "no_recipients", false, 0, true, true, "No Recipients"},
		{
			"too many", 400, `{"message":"The max number of external_ids and aliases per request was exceeded"}`, nil, KindInvalid, "too_many_recipients", false, 0, true, true,
			"The max number of external_ids and aliases per request was exceeded",
		},
		{"bad recipient", 400, `{"message":"bad","errors":["customer-0042 is blocked",{"index":1}]}`, nil, KindInvalid, "", false, 0, true, true, `bad; …0042 is blocked; {"index":1}`},
		{"payload too large", 413, ``, nil, KindInvalid, "", false, 0, true, true, "request entity too large"},
		{
			"rate limited", 429, `{"message":"slow down"}`,
			map[string]string{"X-RateLimit-Limit": "250000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795381200"},
			KindRateLimited, "", true, time.Unix(1795381200, 0).Sub(testNow), false, false, "slow down",
		},
		{"rate limited without a reset", 429, `{}`, nil, KindRateLimited, "", true, 0, false, false, "too many requests"},
		{
			"rate limited with a reset in the past", 429, `{}`,
			map[string]string{"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"},
			KindRateLimited, "", true, 0, false, false, "too many requests",
		},
		{
			"rate limited by a clock far ahead", 429, `{}`,
			map[string]string{"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1995381200"},
			KindRateLimited, "", true, time.Hour, false, false, "too many requests",
		},
		{"rate limited by a proxy", 429, `{}`, map[string]string{"Retry-After": "7"}, KindRateLimited, "", true, 7 * time.Second, false, false, "too many requests"},
		{"proxy's endless wait", 503, `{}`, map[string]string{"Retry-After": "99999999999"}, KindServer, "", true, time.Hour, false, false, "service unavailable"},
		{"proxy's date", 503, `{}`, map[string]string{"Retry-After": "Sun, 22 Nov 2026 20:04:56 GMT"}, KindServer, "", true, 10 * time.Second, false, false, "service unavailable"},
		{"server", 500, `{"message":"oops"}`, nil, KindServer, "", true, 0, false, false, "oops"},
		{"gateway", 502, "<html>\n  <b>Bad</b>\xff</html>", nil, KindServer, "", true, 0, false, false, "<html> <b>Bad</b>\uFFFD</html>"},
		{"timeout", 408, ``, nil, KindServer, "", true, 0, false, false, "request timeout"},
		{"moved", 302, ``, map[string]string{"Location": "/elsewhere"}, KindUnexpected, "", false, 0, true, false, "found"},
		{"redirect", 307, ``, map[string]string{"Location": "/elsewhere"}, KindUnexpected, "", false, 0, true, false, "temporary redirect"},
		{"foreign success", 200, `<html>log in</html>`, nil, KindUnexpected, "", false, 0, true, false, "<html>log in</html>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				for k, v := range tt.header {
					w.Header().Set(k, v)
				}
				w.Header().Set("X-Request-Id", "req-1")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			e := sendError(t, c, t.Context())
			if e.Kind != tt.kind || e.Status != tt.status || e.Code != tt.code || e.Message != tt.message || e.RequestID != "req-1" {
				t.Errorf("got %+v", e)
			}
			if e.Retryable() != tt.retry || e.RetryAfter() != tt.after || e.OurFault() != tt.ours || e.Splittable() != tt.split || e.Ambiguous() {
				t.Errorf("retryable %v after %v, our fault %v, splittable %v, ambiguous %v",
					e.Retryable(), e.RetryAfter(), e.OurFault(), e.Splittable(), e.Ambiguous())
			}
			if (e.Fix() == "") == tt.ours {
				t.Errorf("fix = %q", e.Fix())
			}
			if strings.Contains(fmt.Sprintf("%v %+v", e, e), testKey) {
				t.Error("the key shows")
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// hijacked serves by hand: f gets the connection once the request has been read whole.
func hijacked(f func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		f(conn)
		_ = conn.Close()
	}
}

func TestTriggerSend_brokenConnections(t *testing.T) {
	t.Parallel()
	t.Run("closed after the request", func(t *testing.T) {
		t.Parallel()
		e := sendError(t, serve(t, hijacked(func(net.Conn) {})), t.Context())
		if !e.Ambiguous() || e.Retryable() || e.OurFault() || e.Fix() == "" || e.Message == "" {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("reset after the request", func(t *testing.T) {
		t.Parallel()
		e := sendError(t, serve(t, hijacked(func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) })), t.Context())
		if !e.Ambiguous() {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("half a status line", func(t *testing.T) {
		t.Parallel()
		e := sendError(t, serve(t, hijacked(func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 20") })), t.Context())
		if !e.Ambiguous() {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("cut in the body of a 201", func(t *testing.T) {
		t.Parallel()
		c := serve(t, hijacked(func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 201 Created\r\nContent-Length: 500\r\nx-request-id: req-9\r\n\r\n{\"dispatch_id\":\"ab")
		}))
		result, _, err := c.TriggerSend(t.Context(), oneCall())
		if diff := cmp.Diff(Result{Status: 201, Cut: true, RequestID: "req-9"}, result); err != nil || diff != "" {
			t.Errorf("err %v, result (-want +got):\n%s", err, diff)
		}
	})
	t.Run("cut in the body of a 500", func(t *testing.T) {
		t.Parallel()
		e := sendError(t, serve(t, hijacked(func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 500 Oops\r\nContent-Length: 500\r\n\r\n")
		})), t.Context())
		if e.Kind != KindServer || !e.Retryable() || e.Message != "internal server error (the answer was cut)" {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("an endless 201", func(t *testing.T) {
		t.Parallel()
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(201)
			for chunk := strings.Repeat("x", 1<<16); ; {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		})
		if result, _, err := c.TriggerSend(t.Context(), oneCall()); err != nil || !result.Cut {
			t.Errorf("result %+v, %v", result, err)
		}
	})
	t.Run("no answer in time", func(t *testing.T) {
		t.Parallel()
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done() // the client hangs up
		}, func(cfg *Config) { cfg.Timeout = 50 * time.Millisecond })
		e := sendError(t, c, t.Context())
		if !e.Ambiguous() || e.Message != "no answer in time" || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("given up while waiting", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		if e := sendError(t, c, ctx); !e.Ambiguous() {
			t.Errorf("got %+v", e)
		}
	})
	t.Run("given up before", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if e := sendError(t, serve(t, hijacked(func(net.Conn) {})), ctx); e.Kind != KindCanceled || !e.Retryable() {
			t.Errorf("got %+v", e)
		}
	})
}

func TestTriggerSend_nothingSent(t *testing.T) {
	t.Parallel()
	dial := func(err error) func(*Config) {
		return func(cfg *Config) {
			cfg.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}
		}
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	untrusted := httptest.NewUnstartedServer(nil)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)

	tests := []struct {
		name  string
		c     *Client
		retry bool
		code  string
	}{
		{"refused", newClient(t, closed.URL), true, ""},
		{"no such host", newClient(t, "https://rest.fra-01.braze.eu", dial(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true})), true, ""},
		{"unreachable", newClient(t, "https://rest.fra-01.braze.eu", dial(errors.New("network is unreachable"))), true, ""},
		{"no TLS there", newClient(t, strings.Replace(plain.URL, "http:", "https:", 1)), true, ""},
		{"untrusted certificate", newClient(t, untrusted.URL), false, "certificate"},
		{"dial takes too long", newClient(t, "https://rest.fra-01.braze.eu", func(cfg *Config) {
			cfg.Timeout = time.Millisecond
			cfg.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}}
		}), true, ""},
	}
	for _, tt := range tests {
		e := sendError(t, tt.c, t.Context())
		if e.Kind != KindUnreachable || e.Ambiguous() || e.Retryable() != tt.retry || e.OurFault() == tt.retry || e.Code != tt.code || e.Fix() == "" {
			t.Errorf("%s: got %+v", tt.name, e)
		}
	}
}

// failingConn is a connection that dies once no more writes are left.
type failingConn struct {
	net.Conn
	left *atomic.Int32
}

func (c failingConn) Write(p []byte) (int, error) {
	if c.left.Add(-1) < 0 {
		return 0, errors.New("broken pipe")
	}
	return c.Conn.Write(p)
}

func TestTriggerSend_requestCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, writes := range []int32{0, 1} { // the head of a request is one write, its body another
		t.Run(fmt.Sprintf("after %d writes", writes), func(t *testing.T) {
			t.Parallel()
			var calls, left atomic.Int32
			left.Store(1000)
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if body, err := io.ReadAll(r.Body); err != nil || len(body) == 0 {
					return
				}
				calls.Add(1)
				w.WriteHeader(201)
				_, _ = io.WriteString(w, `{"message":"success"}`)
			}, func(cfg *Config) {
				cfg.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					conn, err := new(net.Dialer).DialContext(ctx, network, addr)
					return failingConn{conn, &left}, err
				}
			})
			if _, _, err := c.TriggerSend(t.Context(), oneCall()); err != nil {
				t.Fatal(err)
			}
			left.Store(writes) // the kept connection dies
			if e := sendError(t, c, t.Context()); e.Kind != KindUnreachable || !e.Retryable() || e.Ambiguous() {
				t.Errorf("got %+v", e)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d calls arrived", n)
			}
		})
	}
}

// TestTriggerSend_isNotReplayed uses a server that answers the first request on a kept connection and
// closes it on having read the second: the case in which net/http sends an idempotent request again.
func TestTriggerSend_isNotReplayed(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int32
	var done sync.WaitGroup
	t.Cleanup(done.Wait)
	t.Cleanup(func() { _ = ln.Close() })
	serveConn := func(conn net.Conn) {
		defer conn.Close()
		for r := bufio.NewReader(conn); ; {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			if requests.Add(1) > 1 {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 21\r\n\r\n{\"message\":\"success\"}")
		}
	}
	done.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			done.Go(func() { serveConn(conn) })
		}
	})
	c := newClient(t, "http://"+ln.Addr().String())
	if _, _, err := c.TriggerSend(t.Context(), oneCall()); err != nil {
		t.Fatal(err)
	}
	if e := sendError(t, c, t.Context()); !e.Ambiguous() {
		t.Errorf("got %+v", e)
	}
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests arrived, want 2", n)
	}
}

func TestTriggerSend_overHTTP2(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-RateLimit-Limit", "5")
		w.Header().Set("X-RateLimit-Remaining", "4")
		w.Header().Set("X-RateLimit-Reset", "1795381200")
		if calls.Add(1) > 1 || r.ProtoMajor != 2 {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(201)
		_, _ = io.WriteString(w, `{"message":"success"}`)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := newClient(t, srv.URL, func(cfg *Config) { cfg.Transport = srv.Client().Transport })
	result, _, err := c.TriggerSend(t.Context(), oneCall())
	if err != nil || result.Rate.Limit != 5 || !result.Rate.Known {
		t.Fatalf("%+v, %v", result, err)
	}
	if e := sendError(t, c, t.Context()); !e.Ambiguous() {
		t.Errorf("a reset stream: %+v", e)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

func TestExchange_showsNothingOfAnybody(t *testing.T) {
	t.Parallel()
	type born struct {
		Year int `json:"year"`
	}
	status := http.StatusCreated
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		w.WriteHeader(status)
		if status == 502 {
			_, _ = io.WriteString(w, "no upstream for customer-0042 "+testKey)
			return
		}
		fmt.Fprintf(w, `{"dispatch_id":"%s","message":"success","errors":["customer-0042 and +15550000001 %s"]}`, hex32, testKey)
	})
	call := oneCall()
	call.TriggerProperties = map[string]any{"note": "private words"}
	call.Recipients = append(call.Recipients,
		Recipient{UserAlias: &UserAlias{"+15550000001", "phone"}, Attributes: map[string]any{
			"email": "grace@example.com", "age": 42, "vip": true, "born": born{1999}, "tags": []any{"secret-tag", nil},
			"subscription_groups": []any{map[string]any{"subscription_group_id": "group-1", "subscription_state": "subscribed"}},
		}},
		Recipient{BrazeID: "5f0c2e7a9b1d4c3e8f6a7b2c"}, Recipient{ExternalUserID: "u7"})
	_, accepted, err := c.TriggerSend(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	status = 502
	_, refused, err := c.TriggerSend(t.Context(), call)
	if err == nil {
		t.Fatal("502 was taken")
	}
	got := []Exchange{accepted, refused}
	const request = `{"campaign_id":"` + uuid36 + `","trigger_properties":{"note":"«13 chars»"},"recipients":[` +
		`{"external_user_id":"…0042","trigger_properties":{"external_system_msg_body":"«37 chars»"}},` +
		`{"user_alias":{"alias_name":"…0001","alias_label":"phone"},"attributes":{"age":"«number»","born":{"year":"«number»"},"email":"«17 chars»",` +
		`"subscription_groups":[{"subscription_group_id":"group-1","subscription_state":"subscribed"}],"tags":["«10 chars»",null],"vip":true}},` +
		`{"braze_id":"…7b2c"},{"external_user_id":"…"}]}`
	want := []Exchange{
		{
			Method: "POST", Path: "/campaigns/trigger/send", Status: 201, RequestID: "req-1", Request: json.RawMessage(request),
			Response: json.RawMessage(`{"dispatch_id":"` + hex32 + `","message":"success","errors":["…0042 and …0001 •••"]}`),
		},
		{
			Method: "POST", Path: "/campaigns/trigger/send", Status: 502, RequestID: "req-1", Request: json.RawMessage(request),
			Response: json.RawMessage(`"no upstream for …0042 •••"`),
			Err:      &Error{Kind: KindServer, Status: 502, Message: "no upstream for …0042 •••", RequestID: "req-1"},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Error{})); diff != "" {
		t.Errorf("exchanges (-want +got):\n%s", diff)
	}
	for _, secret := range []string{testKey, "private words", "Your order", "customer-0042", "+15550000001", "grace@", "secret-tag", "1999"} {
		if text := fmt.Sprintf("%+v %s %s", got, got[0].Request, got[1].Response); strings.Contains(text, secret) {
			t.Errorf("%q shows in %s", secret, text)
		}
	}
}

func TestExchange_toldOfFailures(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	c := newClient(t, closed.URL)
	_, got, err := c.TriggerSend(t.Context(), oneCall())
	if err == nil || got.Status != 0 || got.Response != nil || !errors.Is(got.Err, err) || len(got.Request) == 0 {
		t.Errorf("exchange %+v of %v", got, err)
	}
}

func TestNew_checksItsConfig(t *testing.T) {
	t.Parallel()
	tests := []struct{ endpoint, key, want string }{
		{"", "k", "endpoint is empty"},
		{"rest.fra-01.braze.eu", "k", "not an http or https URL"},
		{"ftp://rest.fra-01.braze.eu", "k", "not an http or https URL"},
		{"https://u:p@rest.fra-01.braze.eu", "k", "scheme and host only"},
		{"https://rest.fra-01.braze.eu?x=1", "k", "scheme and host only"},
		{"https://dashboard-01.braze.com", "k", "dashboard"},
		{"http://rest.fra-01.braze.eu", "k", "plain http"},
		{"https://rest.fra-01.braze.eu", "", "key is empty"},
		{"https://rest.fra-01.braze.eu", `"secret"`, "quotes"},
		{"https://rest.fra-01.braze.eu", "secret\n", "line breaks"},
		{"https://rest.fra-01.braze.eu", "Bearer secret", `"Bearer"`},
	}
	for _, tt := range tests {
		_, err := New(Config{Endpoint: tt.endpoint, APIKey: tt.key})
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("New(%q, %q): %v, want %q", tt.endpoint, tt.key, err, tt.want)
		}
	}
	if _, err := New(Config{Endpoint: "https://x", APIKey: "k", Timeout: -1}); err == nil {
		t.Error("a negative timeout was taken")
	}
	c, err := New(Config{Endpoint: " https://rest.fra-01.braze.eu/ ", APIKey: "k"})
	if err != nil || c.base != "https://rest.fra-01.braze.eu" || c.timeout != DefaultTimeout || c.agent != "parley" {
		t.Errorf("defaults: %+v, %v", c, err)
	}
}

func TestRecipientFor(t *testing.T) {
	t.Parallel()
	tests := []struct {
		external, braze, name, label string
		want                         Recipient
	}{
		{"u", "b", "n", "l", Recipient{ExternalUserID: "u"}},
		{"", "b", "n", "l", Recipient{BrazeID: "b"}},
		{" ", "", "n", "l", Recipient{UserAlias: &UserAlias{"n", "l"}}},
	}
	for _, tt := range tests {
		got, err := RecipientFor(tt.external, tt.braze, tt.name, tt.label)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("RecipientFor(%+v): %v\n%s", tt, err, diff)
		}
		if words := got.check(); words != "" {
			t.Errorf("RecipientFor(%+v) %s", tt, words)
		}
	}
	for _, half := range [][2]string{{"", ""}, {"n", ""}, {"", "l"}} {
		if got, err := RecipientFor("", "", half[0], half[1]); err == nil {
			t.Errorf("RecipientFor with alias %q = %+v", half, got)
		}
	}
}
