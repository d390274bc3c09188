package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/sandbox"
)

const (
	grace   = "+15550000001"
	ada     = "+33600000002"
	unknown = "+15550000077"
)

// hit is one webhook as the gateway got it.
type hit struct {
	path, body string
	header     http.Header
	query      url.Values
}

// gateway is what the webhooks of a test go to.
type gateway struct {
	*httptest.Server
	hits chan hit

	mu     sync.Mutex
	handle func(w http.ResponseWriter, r *http.Request, n int)
	n      int
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	g.mu.Lock()
	g.n++
	n, handle := g.n, g.handle
	g.mu.Unlock()
	g.hits <- hit{path: r.URL.Path, body: string(body), header: r.Header.Clone(), query: r.URL.Query()}
	if handle != nil {
		handle(w, r, n)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// answer makes the gateway answer with the statuses in turn, the last one for ever.
func (g *gateway) answer(statuses ...int) {
	g.respond(func(w http.ResponseWriter, _ *http.Request, n int) { w.WriteHeader(statuses[min(n, len(statuses))-1]) })
}

func (g *gateway) respond(handle func(http.ResponseWriter, *http.Request, int)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.handle, g.n = handle, 0
}

// box is a running sandbox with its gateway.
type box struct {
	t       testing.TB
	server  *sandbox.Server
	url     string
	gateway *gateway
	client  *http.Client
	key     string
}

// start starts a sandbox; adjust changes its configuration.
func start(t testing.TB, adjust ...func(*sandbox.Config)) *box {
	t.Helper()
	g := &gateway{hits: make(chan hit, 10_000)}
	g.Server = httptest.NewServer(g)
	cfg := sandbox.Config{GatewayURL: g.URL, DeskURL: "http://127.0.0.1:8080/"}
	for _, a := range adjust {
		a(&cfg)
	}
	s, err := sandbox.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Start(t.Context())
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		web.Close()
		g.CloseClientConnections()
		g.Close()
	})
	return &box{t: t, server: s, url: web.URL, gateway: g, client: web.Client(), key: sandbox.SeedKey}
}

// reply is an answer of the sandbox.
type reply struct {
	status int
	header http.Header
	raw    string
	json   map[string]any
}

func (r reply) message() string { m, _ := r.json["message"].(string); return m }

// call makes a request; body may be a string, anything that marshals, or nil.
func (b *box) call(method, path string, body any, header ...string) reply {
	b.t.Helper()
	r, err := b.try(method, path, body, header...)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (b *box) try(method, path string, body any, header ...string) (reply, error) {
	b.t.Helper()
	var content io.Reader
	switch v := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(v)
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			b.t.Fatal(err)
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, content)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if !strings.HasPrefix(path, "/sandbox") && b.key != "" {
		request.Header.Set("Authorization", "Bearer "+b.key)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := b.client.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &out.json)
	return out, nil
}

// must is call with the status it must have.
func (b *box) must(status int, method, path string, body any, header ...string) reply {
	b.t.Helper()
	r := b.call(method, path, body, header...)
	if r.status != status {
		b.t.Fatalf("%s %s answers %d %s, want %d", method, path, r.status, r.raw, status)
	}
	return r
}

func phonePath(number string) string { return "/sandbox/phones/" + url.PathEscape(number) }

// write is a person writing a text.
func (b *box) write(number, text string) {
	b.t.Helper()
	b.must(http.StatusAccepted, "POST", phonePath(number)+"/messages", map[string]any{"text": text, "media_urls": []string{}})
}

// hook waits for the next webhook.
func (b *box) hook() hit {
	b.t.Helper()
	select {
	case h := <-b.gateway.hits:
		return h
	case <-time.After(20 * time.Second):
		b.t.Fatal("no webhook came")
		return hit{}
	}
}

// noHook checks that no webhook is waiting to be looked at.
func (b *box) noHook() {
	b.t.Helper()
	select {
	case h := <-b.gateway.hits:
		b.t.Fatalf("unexpected webhook: %s", h.body)
	default:
	}
}

// open makes the customer write, so that the window is open, and takes the webhook.
func (b *box) open(number string) {
	b.t.Helper()
	b.write(number, "hello")
	b.hook()
}

type message struct {
	N         int64
	Direction string
	Layout    string
	Text      string
	Header    string
	Footer    string
	Media     []struct{ URL, Kind string }
	Buttons   []struct{ Label string }
	List      *struct {
		Button   string
		Sections []struct {
			Title string
			Rows  []struct{ Title, Description string }
		}
	}
	Status     string
	DispatchID string `json:"dispatch_id"`
}

type notice struct {
	ID, N int64
	Kind  string
	Text  struct{ EN, FR string }
	Doc   string
}

func (b *box) conversation(number string) (messages []message, notices []notice) {
	b.t.Helper()
	r := b.must(http.StatusOK, "GET", phonePath(number)+"/messages?after=0", nil)
	var v struct {
		Messages []message
		Notices  []notice
	}
	if err := json.Unmarshal([]byte(r.raw), &v); err != nil {
		b.t.Fatal(err)
	}
	return v.Messages, v.Notices
}

// got returns the texts of the business on a phone.
func (b *box) got(number string) []string {
	b.t.Helper()
	texts := []string{}
	messages, _ := b.conversation(number)
	for _, m := range messages {
		if m.Direction == "out" {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

type activity struct {
	N            int64
	Kind         string
	Outcome      string
	Phone        string
	ExternalID   string `json:"external_id"`
	CampaignID   string `json:"campaign_id"`
	DispatchID   string `json:"dispatch_id"`
	Attempt      int
	StatusCode   int `json:"status_code"`
	ProviderCode int `json:"provider_code"`
	Reason       string
	Doc          string
}

// log returns the activity log, oldest first; query is added to the call.
func (b *box) log(query string) []activity {
	b.t.Helper()
	r := b.must(http.StatusOK, "GET", "/sandbox/activity?limit=1000&"+query, nil)
	var v struct{ Entries []activity }
	if err := json.Unmarshal([]byte(r.raw), &v); err != nil {
		b.t.Fatal(err)
	}
	for i, j := 0, len(v.Entries)-1; i < j; i, j = i+1, j-1 {
		v.Entries[i], v.Entries[j] = v.Entries[j], v.Entries[i]
	}
	return v.Entries
}

// outcomes returns the outcomes of the log of a kind, oldest first.
func (b *box) outcomes(kind string) []string {
	b.t.Helper()
	all := []string{}
	for _, e := range b.log("kind=" + kind) {
		all = append(all, e.Outcome)
	}
	return all
}

// follow streams the sandbox's events of the given types from cursor 0.
func (b *box) follow(types ...string) <-chan event {
	b.t.Helper()
	return b.followFrom("0", types...)
}

type event struct {
	id, kind, data string
}

func (b *box) followFrom(after string, types ...string) <-chan event {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), "GET", b.url+"/sandbox/events?after="+after, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		b.t.Fatalf("events answers %d", response.StatusCode)
	}
	events := make(chan event, 10_000)
	done, stop := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		defer close(events)
		readEvents(response.Body, func(e event) {
			if slices.Contains(types, e.kind) {
				select {
				case events <- e:
				case <-stop:
				}
			}
		})
	}()
	b.t.Cleanup(func() { close(stop); response.Body.Close(); <-done })
	return events
}

func readEvents(r io.Reader, tell func(event)) {
	var e event
	var line []byte
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		line = append(line, buf[:n]...)
		for {
			i := bytes.IndexByte(line, '\n')
			if i < 0 {
				break
			}
			text := string(line[:i])
			line = line[i+1:]
			switch {
			case text == "":
				if e.kind != "" {
					tell(e)
				}
				e = event{}
			case strings.HasPrefix(text, "id: "):
				e.id = text[4:]
			case strings.HasPrefix(text, "event: "):
				e.kind = text[7:]
			case strings.HasPrefix(text, "data: "):
				e.data = text[6:]
			}
		}
		if err != nil {
			return
		}
	}
}

// await waits for an event that the test is looking for.
func await(t testing.TB, events <-chan event, what string, is func(event) bool) event {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the events ended before %s", what)
			}
			if is(e) {
				return e
			}
		case <-deadline:
			t.Fatalf("%s did not come", what)
		}
	}
}

// awaitActivity waits until the log gets an entry of a kind with an outcome.
func awaitActivity(t testing.TB, events <-chan event, kind, outcome string) activity {
	t.Helper()
	var found activity
	await(t, events, kind+" "+outcome, func(e event) bool {
		var v struct{ Entry activity }
		if json.Unmarshal([]byte(e.data), &v) != nil || v.Entry.Kind != kind || v.Entry.Outcome != outcome {
			return false
		}
		found = v.Entry
		return true
	})
	return found
}

// send makes the documented call for one user with a text.
func (b *box) send(campaignID, externalID, text string) reply {
	b.t.Helper()
	return b.call("POST", "/campaigns/trigger/send", map[string]any{
		"campaign_id": campaignID,
		"recipients":  []any{map[string]any{"external_user_id": externalID, "trigger_properties": map[string]any{"external_system_msg_body": text}}},
	})
}

// reply sends a text through the seed campaign and checks the 201.
func (b *box) reply(externalID, text string) string {
	b.t.Helper()
	r := b.send(sandbox.SeedReply, externalID, text)
	if r.status != http.StatusCreated {
		b.t.Fatalf("send answers %d %s", r.status, r.raw)
	}
	id, _ := r.json["dispatch_id"].(string)
	return id
}

func (b *box) advance(d time.Duration) {
	b.t.Helper()
	b.must(http.StatusOK, "POST", "/sandbox/clock", map[string]string{"advance": d.String()})
}

func (b *box) switches(values map[string]any) {
	b.t.Helper()
	b.must(http.StatusOK, "PUT", "/sandbox/switches", values)
}

func (b *box) faults(sheet string) {
	b.t.Helper()
	b.must(http.StatusOK, "PUT", "/sandbox/faults", sheet)
}

// change edits a campaign through its own JSON.
func (b *box) change(id string, edit func(c map[string]any)) {
	b.t.Helper()
	c := b.must(http.StatusOK, "GET", "/sandbox/campaigns/"+id, nil).json
	edit(c)
	b.must(http.StatusOK, "PUT", "/sandbox/campaigns/"+id, c)
}

func (b *box) user(id string) map[string]any {
	b.t.Helper()
	return b.must(http.StatusOK, "GET", "/sandbox/users/"+url.PathEscape(id), nil).json
}

func recipients(n int) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = map[string]any{"external_user_id": fmt.Sprintf("user-%d", i)}
	}
	return all
}
