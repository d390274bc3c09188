package obs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"parley/internal/testkit"
)

func TestNewLogger_choosesTheForm(t *testing.T) {
	t.Parallel()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if !isTerminal(null) { // a character device, as a terminal is
		t.Error("a character device is not taken for a terminal")
	}
	file, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if isTerminal(file) || isTerminal(&bytes.Buffer{}) {
		t.Error("a file or a buffer is taken for a terminal")
	}
	for format, wantJSON := range map[string]bool{"auto": true, "json": true, "text": false} {
		var out bytes.Buffer
		log, err := NewLogger(&out, "info", format)
		if err != nil {
			t.Fatal(err)
		}
		log.Info("started", FieldAddress, "127.0.0.1:8080")
		if got := json.Valid(out.Bytes()); got != wantJSON {
			t.Errorf("%s: %s", format, out.String())
		}
	}
}

func TestNewLogger_keepsToTheLevel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log, err := NewLogger(&out, "warn", "text")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("not this")
	log.Warn("but this")
	if got := out.String(); strings.Contains(got, "not this") || !strings.Contains(got, "but this") {
		t.Error(got)
	}
}

func TestNewLogger_refusesUnknownNames(t *testing.T) {
	t.Parallel()
	if _, err := NewLogger(io.Discard, "loud", "text"); err == nil || !strings.Contains(err.Error(), "use debug") {
		t.Errorf("level: %v", err)
	}
	if _, err := NewLogger(io.Discard, "info", "xml"); err == nil || !strings.Contains(err.Error(), "use auto") {
		t.Errorf("format: %v", err)
	}
}

func TestRequests_idReachesLogsAndAnswer(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"":                         "made-here",
		"from-the-proxy-0123":      "from-the-proxy-0123",
		"forged\nlevel=ERROR":      "made-here",
		strings.Repeat("long", 20): "made-here",
	} {
		var out bytes.Buffer
		log, err := NewLogger(&out, "info", "json")
		if err != nil {
			t.Fatal(err)
		}
		log = log.With(FieldComponent, "api").WithGroup("g")
		handler := Requests(func() string { return "made-here" }, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			log.InfoContext(r.Context(), "seen")
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header[RequestHeader] = []string{sent}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if got := w.Header().Get(RequestHeader); got != want {
			t.Errorf("%q: answered %q", sent, got)
		}
		if !strings.Contains(out.String(), `"request_id":"`+want+`"`) {
			t.Errorf("%q: logged %s", sent, out.String())
		}
	}
	if got := RequestID(context.Background()); got != "" {
		t.Errorf("id without a request: %q", got)
	}
}

func TestPhone_isMaskedEverywhere(t *testing.T) {
	t.Parallel()
	const number = "+15550000001"
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, Phone(number))
		fmt.Fprintf(&out, verb, struct{ P Phone }{number})
	}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("m", FieldPhone, Phone(number), "inside", struct{ P Phone }{number}, "list", []Phone{number})
	}
	if strings.Contains(out.String(), "5550000") || strings.Contains(out.String(), fmt.Sprintf("%x", "5550000")) {
		t.Errorf("printed: %s", out.String())
	}
	for in, want := range map[Phone]string{number: "…01", "": "", "12345": "…"} {
		if got := in.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// scrape returns Parley's own lines of /metrics without the buckets and sums of histograms.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(m, &Health{}, slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if strings.HasPrefix(line, "parley_") && !strings.Contains(line, "_bucket{") && !strings.Contains(line, "_sum") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestMetrics_zeroSeriesAreThereFromTheStart(t *testing.T) {
	t.Parallel()
	testkit.Golden(t, "testdata/metrics-start.txt", []byte(scrape(t, NewMetrics("v1", []string{"support"}, []string{"shop"}))))
}

func TestMetrics_countWhatHappens(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1", []string{"support"}, []string{"shop"})
	m.WebhookAnswered("support", WebhookAccepted, time.Millisecond)
	m.WebhookAnswered("../../etc/passwd", "made up", time.Millisecond)
	m.WebhookRepaired("support")
	m.DeadLetter("support")
	m.DuplicateDropped(DuplicateRedelivered)
	m.TurnDone(TurnHandoff, time.Second)
	m.TurnQueue(7, 3*time.Second)
	m.DeliveriesDone(DeliverySent, 50)
	m.DeliveryQueue(9, time.Minute, 2)
	m.BatchSent(50)
	for _, status := range []int{201, 400, 401, 403, 404, 429, 500, 302, CallRefused, CallAmbiguous} {
		m.BrazeCall("shop", status, time.Millisecond)
	}
	m.BrazeRateLimit("shop", 250000, 249999, time.Unix(1700000000, 0))
	m.StoreCommit(12, time.Millisecond)
	m.LiveClientJoined()
	m.LiveClientJoined()
	m.LiveClientLeft(true)
	m.KnowledgePublished("shop", "2026-01", time.Unix(1600000000, 0))
	m.KnowledgePublished("shop", "2026-02", time.Unix(1700000000, 0))
	m.KnowledgeRejected("shop")
	m.ModelCalled("", time.Second)
	m.ModelCalled("made up", time.Second)
	m.BrainAsked("timeout", 2, 20*time.Second)
	m.ToolCalled(ToolUnknown, time.Second)
	(*Metrics)(nil).ToolCalled(ToolDone, time.Second)
	var changed []string
	before := scrape(t, NewMetrics("v1", []string{"support"}, []string{"shop"}))
	for line := range strings.Lines(scrape(t, m)) {
		if !strings.Contains(before, line) {
			changed = append(changed, line)
		}
	}
	testkit.Golden(t, "testdata/metrics-changed.txt", []byte(strings.Join(changed, "")))
}

func probe(t *testing.T, handler http.Handler, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestHandler_readyNamesFailingChecks(t *testing.T) {
	t.Parallel()
	var (
		out    bytes.Buffer
		health Health
		broken error
	)
	health.Check("database", func(context.Context) error { return broken })
	health.Check("delivery", func(context.Context) error { return nil })
	handler := Handler(NewMetrics("v1", nil, nil), &health, slog.New(slog.NewTextHandler(&out, nil)))

	expect := func(path string, wantCode int, wantBody string) {
		t.Helper()
		if code, body := probe(t, handler, path); code != wantCode || body != wantBody {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	expect("/readyz", http.StatusOK, `{"status":"ready"}`)
	broken = errors.New("disk is full")
	expect("/readyz", http.StatusServiceUnavailable, `{"status":"not ready","failing":["database"]}`)
	expect("/readyz", http.StatusServiceUnavailable, `{"status":"not ready","failing":["database"]}`)
	expect("/healthz", http.StatusOK, `{"status":"alive"}`)
	broken = nil
	expect("/readyz", http.StatusOK, `{"status":"ready"}`)
	health.Stop()
	expect("/readyz", http.StatusServiceUnavailable, `{"status":"not ready","failing":["stopping"]}`)
	if n := strings.Count(out.String(), "disk is full"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, out.String())
	}
	if code, _ := probe(t, handler, "/elsewhere"); code != http.StatusNotFound {
		t.Errorf("/elsewhere: %d", code)
	}
}

func TestHealth_runsChecksTogetherUnderOneLimit(t *testing.T) {
	t.Parallel()
	var health Health
	reached := make(chan struct{})
	health.Check("first", func(context.Context) error { reached <- struct{}{}; return nil })
	health.Check("second", func(context.Context) error { <-reached; return nil })
	health.Check("stuck", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	failing := health.Failing(ctx)
	if len(failing) != 1 || !errors.Is(failing["stuck"], context.Canceled) {
		t.Errorf("%v", failing)
	}
}
