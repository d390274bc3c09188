package checklist_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/sandbox"
	"parley/internal/testkit"
)

// What docs/sandbox-api.md says is there at the start.
const (
	key         = "sandbox-key"
	grace       = "+15550000001"
	ada         = "+33600000002"
	stranger    = "+15550000077"
	group       = "00000000-0000-4000-8000-000000000100"
	inbound     = "00000000-0000-4000-8000-000000000001"
	reply       = "00000000-0000-4000-8000-000000000002"
	keyword     = "00000000-0000-4000-8000-000000000003"
	quickReply  = "00000000-0000-4000-8000-000000000004"
	list        = "00000000-0000-4000-8000-000000000005"
	template    = "00000000-0000-4000-8000-000000000006"
	apiCampaign = "00000000-0000-4000-8000-000000000008"
	variation   = "00000000-0000-4000-8000-000000000108"
	canvas      = "00000000-0000-4000-8000-000000000009"
)

const (
	triggerSend  = "/campaigns/trigger/send"
	messagesSend = "/messages/send"
	canvasSend   = "/canvas/trigger/send"
	track        = "/users/track"
)

// begin is when every line begins; the sandbox's clock stands still but for what a line does with it.
var begin = time.Date(2027, 1, 10, 10, 0, 0, 0, time.UTC)

// patience is how long a line waits for what happens beside its calls.
const patience = 30 * time.Second

type m = map[string]any

// hook is a webhook as the integration gets it.
type hook struct {
	path, body string
	header     http.Header
}

// fields are the texts of a body that is JSON.
func (h hook) fields(t *testing.T) map[string]string {
	t.Helper()
	var all m
	if err := json.Unmarshal([]byte(h.body), &all); err != nil {
		t.Fatalf("the webhook's body is not JSON: %v\n%s", err, h.body)
	}
	texts := map[string]string{}
	for name, v := range all {
		if text, ok := v.(string); ok {
			texts[name] = text
		}
	}
	return texts
}

// box is a sandbox, and the integration whose webhooks it calls.
type box struct {
	t           *testing.T
	url, target string
	hooks       chan hook

	mu    sync.Mutex
	reply http.HandlerFunc // of the integration; 202 when nil
}

func start(t *testing.T) *box {
	t.Helper()
	b := &box{t: t, hooks: make(chan hook, 10_000)}
	target := httptest.NewServer(b)
	b.target = target.URL
	s := sandbox.New(sandbox.Config{GatewayURL: target.URL, Now: func() time.Time { return begin }})
	s.Start(t.Context())
	web := httptest.NewServer(s.Handler())
	b.url = web.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		web.Close()
		target.CloseClientConnections()
		target.Close()
	})
	return b
}

// ServeHTTP is the integration.
func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	b.mu.Lock()
	reply := b.reply
	b.mu.Unlock()
	b.hooks <- hook{r.URL.Path, string(body), r.Header.Clone()}
	if reply == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	reply(w, r)
}

// answers makes the integration answer with a status.
func (b *box) answers(status int) {
	b.respond(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
}

func (b *box) respond(f http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reply = f
}

// answer is what the sandbox answers.
type answer struct {
	status int
	header http.Header
	raw    string
	json   m
}

func (a answer) text(name string) string { s, _ := a.json[name].(string); return s }

// try makes a call with a key; body is a text, or what marshals, or nil.
func (b *box) try(key, method, path string, body any) (answer, error) {
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
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	a := answer{status: response.StatusCode, header: response.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.json) // what is not an object has no fields
	return a, nil
}

func (b *box) call(method, path string, body any) answer {
	b.t.Helper()
	a, err := b.try(key, method, path, body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// post calls one of Braze's endpoints.
func (b *box) post(path string, body any) answer { b.t.Helper(); return b.call("POST", path, body) }

// want makes a call that must have a status.
func (b *box) want(status int, method, path string, body any) answer {
	b.t.Helper()
	a := b.call(method, path, body)
	if a.status != status {
		b.t.Fatalf("%s %s answers %d %s, want %d", method, path, a.status, a.raw, status)
	}
	return a
}

// refuses checks that each call of Braze's endpoint gets 400 with a message that holds the words.
func (b *box) refuses(path string, calls map[string]any, words ...string) {
	b.t.Helper()
	for name, body := range calls {
		a := b.post(path, body)
		if a.status != http.StatusBadRequest || a.text("message") == "" {
			b.t.Errorf("%s answers %d %s, want 400 with a message", name, a.status, a.raw)
		}
		for _, w := range words {
			if !strings.Contains(a.text("message"), w) {
				b.t.Errorf("%s: message %q, want %q in it", name, a.text("message"), w)
			}
		}
	}
}

// recipient is one user of a call, by external id; more are pairs of further fields.
func recipient(externalID string, more ...any) m {
	r := m{"external_user_id": externalID}
	for i := 0; i+1 < len(more); i += 2 {
		r[more[i].(string)] = more[i+1]
	}
	return r
}

func words(text string) m { return m{"external_system_msg_body": text} }

// trigger calls /campaigns/trigger/send.
func (b *box) trigger(campaign string, recipients ...any) answer {
	b.t.Helper()
	return b.post(triggerSend, m{"campaign_id": campaign, "recipients": recipients})
}

// say sends a text to a user, which must be answered 201, and returns the dispatch id.
func (b *box) say(externalID, text string) string {
	b.t.Helper()
	a := b.trigger(reply, recipient(externalID, "trigger_properties", words(text)))
	if a.status != http.StatusCreated {
		b.t.Fatalf("the send answers %d %s, want 201", a.status, a.raw)
	}
	return a.text("dispatch_id")
}

func phone(number string) string { return "/sandbox/phones/" + url.PathEscape(number) }

// writes is a customer writing.
func (b *box) writes(number, text string) {
	b.t.Helper()
	b.want(http.StatusAccepted, "POST", phone(number)+"/messages", m{"text": text, "media_urls": []string{}})
}

// next waits for a webhook.
func (b *box) next() hook {
	b.t.Helper()
	select {
	case h := <-b.hooks:
		return h
	case <-time.After(patience):
		b.t.Fatal("no webhook came")
		return hook{}
	}
}

// quiet checks that no webhook has come.
func (b *box) quiet() {
	b.t.Helper()
	select {
	case h := <-b.hooks:
		b.t.Fatalf("a webhook that nobody expected: %s", h.body)
	default:
	}
}

// open makes the customer write, so that the window is open.
func (b *box) open(number string) {
	b.t.Helper()
	b.writes(number, "hello")
	b.next()
}

type bubble struct {
	N                               int
	Direction, Layout, Text, Status string
	Buttons                         []struct{ Label string }
}

// inbox is everything on a phone.
func (b *box) inbox(number string) []bubble {
	b.t.Helper()
	var v struct{ Messages []bubble }
	if err := json.Unmarshal([]byte(b.want(http.StatusOK, "GET", phone(number)+"/messages", nil).raw), &v); err != nil {
		b.t.Fatal(err)
	}
	return v.Messages
}

// got checks the texts that the business has brought to a phone.
func (b *box) got(number string, want ...string) {
	b.t.Helper()
	texts := []string{}
	for _, x := range b.inbox(number) {
		if x.Direction == "out" {
			texts = append(texts, x.Text)
		}
	}
	testkit.Diff(b.t, texts, append([]string{}, want...))
}

type entry struct {
	Kind, Outcome, Phone, Reason, Doc string
	ExternalID                        string `json:"external_id"`
	StatusCode                        int    `json:"status_code"`
	ProviderCode                      int    `json:"provider_code"`
	Attempt                           int
}

// log is the activity log that a query selects, newest first.
func (b *box) log(query string, args ...any) []entry {
	b.t.Helper()
	var v struct{ Entries []entry }
	if err := json.Unmarshal([]byte(b.want(http.StatusOK, "GET", "/sandbox/activity?limit=1000&"+fmt.Sprintf(query, args...), nil).raw), &v); err != nil {
		b.t.Fatal(err)
	}
	return v.Entries
}

// ends checks what became of the only recipient of a dispatch; code is WhatsApp's, 0 for none.
func (b *box) ends(dispatchID, outcome string, code int) {
	b.t.Helper()
	entries := b.log("dispatch_id=%s", dispatchID)
	for _, e := range entries {
		if e.Outcome == outcome && e.ProviderCode == code {
			return
		}
	}
	b.t.Errorf("no %s (%d) for the dispatch: %+v", outcome, code, entries)
}

// logged waits until the log has n entries that a query selects, and returns them.
func (b *box) logged(n int, query string) []entry {
	b.t.Helper()
	var entries []entry
	testkit.Eventually(b.t, patience, func() bool {
		entries = b.log("%s", query)
		return len(entries) >= n
	})
	return entries
}

func (b *box) advance(d time.Duration) {
	b.t.Helper()
	b.want(http.StatusOK, "POST", "/sandbox/clock", m{"advance": d.String()})
}

func (b *box) choose(name string, value any) {
	b.t.Helper()
	b.want(http.StatusOK, "PUT", "/sandbox/switches", m{name: value})
}

func (b *box) faults(sheet string) {
	b.t.Helper()
	b.want(http.StatusOK, "PUT", "/sandbox/faults", sheet)
}

// edit changes a campaign as a marketer would in the dashboard.
func (b *box) edit(id string, change func(c m)) {
	b.t.Helper()
	c := b.want(http.StatusOK, "GET", "/sandbox/campaigns/"+id, nil).json
	change(c)
	b.want(http.StatusOK, "PUT", "/sandbox/campaigns/"+id, c)
}

// field is an edit of one field.
func field(name string, value any) func(m) { return func(c m) { c[name] = value } }

// body is an edit of the text that a WhatsApp campaign sends.
func body(liquid string) func(m) { return func(c m) { c["whatsapp"].(m)["body"] = liquid } }

func (b *box) user(id string) m {
	b.t.Helper()
	return b.want(http.StatusOK, "GET", "/sandbox/users/"+url.PathEscape(id), nil).json
}

func (b *box) noUser(id string) {
	b.t.Helper()
	b.want(http.StatusNotFound, "GET", "/sandbox/users/"+url.PathEscape(id), nil)
}

// subscription is an attribute that sets the state of the demo's group.
func subscription(state string) []any {
	return []any{m{"subscription_group_id": group, "subscription_state": state}}
}

func state(u m) any { return u["subscription_groups"].(m)[group] }

// many is a JSON array of n copies.
func many(n int, element string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]"
}

// receipt is one event of the Currents stream.
type receipt struct {
	Type       string `json:"event_type"`
	ID         string
	Time       int64
	User       m
	Properties m
}

// currents connects a receiver that refuses the first batch, and returns the batches it takes.
func (b *box) currents() <-chan []receipt {
	b.t.Helper()
	batches := make(chan []receipt, 1000)
	var mu sync.Mutex
	refused := false
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer currents-token" || !refused {
			refused = true
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var v struct{ Events []receipt }
		if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
			b.t.Errorf("a batch cannot be read: %v", err)
		}
		batches <- v.Events
	}))
	b.t.Cleanup(receiver.Close)
	b.want(http.StatusOK, "PUT", "/sandbox/currents", m{"enabled": true, "url": receiver.URL, "token": "currents-token"})
	return batches
}

// collect moves the clock until enough receipts have come.
func (b *box) collect(batches <-chan []receipt, n int) []receipt {
	b.t.Helper()
	var all []receipt
	testkit.Eventually(b.t, patience, func() bool {
		for {
			select {
			case batch := <-batches:
				if len(batch) == 0 || len(batch) > 100 {
					b.t.Errorf("a batch of %d events, want 1 to 100", len(batch))
				}
				all = append(all, batch...)
			default:
				b.advance(2 * time.Second)
				return len(all) >= n
			}
		}
	})
	return all
}
