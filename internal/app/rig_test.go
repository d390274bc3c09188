package app_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/testkit"
)

const (
	webhookSecret = "loop-webhook-secret"
	brazeKey      = "loop-braze-key-c0ffee"
	deskEmail     = "agent@example.com"
	deskPassword  = "loop-desk-password"
)

// patience is how long a test waits for what must happen; the machine may be busy.
const patience = 60 * time.Second

// rig is a gateway on a database, with its log.
type rig struct {
	t     *testing.T
	cfg   config.Config
	app   *app.App
	front *front // nil: nothing stands before the gateway
	logs  *logs
	http  *http.Client
	ahead atomic.Int64 // how far the gateway's clock is ahead, in milliseconds

	mu     sync.Mutex
	secret map[string]bool // what must never be logged
}

// settings are those of the demo, answering at once and without pacing, with a knowledge
// base of the test's that trains in no time.
func settings(t *testing.T, database, endpoint string) config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.OpsListen, cfg.Database = "127.0.0.1:0", "127.0.0.1:0", config.DSN(database)
	cfg.Log.Level = "debug"
	w := config.NewWorkspace("demo")
	w.Name = "Parley Shop"
	w.Braze.Endpoint, w.Braze.APIKey = endpoint, brazeKey
	w.SubscriptionGroup, w.SubscribeNewSenders = sandbox.SeedGroup, true
	w.Routes = []config.Route{config.NewRoute("support", webhookSecret), config.NewRoute("returns", webhookSecret)}
	w.Routes[1].Specific = true
	w.Layouts.Text.CampaignID = sandbox.SeedReply
	w.Layouts.QuickReply.CampaignID = sandbox.SeedQuickReply
	w.Knowledge = knowledgeOf(t)
	w.Turn.Settle, w.Turn.PerMinute, w.Delivery.PairInterval = 0, 0, 0
	cfg.Workspaces = []config.Workspace{w}
	return cfg
}

// newRig starts a gateway that is stopped when the test ends; then its whole log is
// searched for what it must not hold.
func newRig(t *testing.T, cfg config.Config) *rig {
	t.Helper()
	return newRigBehind(t, cfg, nil)
}

func newRigBehind(t *testing.T, cfg config.Config, f *front) *rig {
	t.Helper()
	r := &rig{t: t, cfg: cfg, front: f, logs: &logs{}, http: newClient(), secret: map[string]bool{}}
	t.Cleanup(func() {
		r.stop()
		r.checkLog()
	})
	r.start()
	return r
}

func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: patience}
}

func (r *rig) start() {
	r.t.Helper()
	log, err := obs.NewLogger(r.logs, "debug", "json")
	if err != nil {
		r.t.Fatal(err)
	}
	r.app, err = app.New(r.t.Context(), app.Options{
		Config: r.cfg, Log: log, Version: "test", Desk: http.NotFoundHandler(),
		Now: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load()) * time.Millisecond) },
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if r.front != nil {
		r.front.gateway.Store("http://" + r.app.Addr().String())
	}
	r.app.Start()
}

// stop ends the gateway; it may be called again.
func (r *rig) stop() {
	r.t.Helper()
	if r.app == nil {
		return
	}
	// A server waits five seconds for a connection that was opened and never used, which
	// a busy client leaves behind.
	r.http.CloseIdleConnections()
	if r.front != nil {
		r.front.http.CloseIdleConnections()
	}
	if err := r.app.Stop(); err != nil {
		r.t.Errorf("stop: %v", err)
	}
	r.app = nil
}

func (r *rig) url() string { return "http://" + r.app.Addr().String() }

// private remembers texts that must not be logged. Short words are in every log.
func (r *rig) private(texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, text := range texts {
		if len(text) >= 8 {
			r.secret[text] = true
		}
	}
}

func (r *rig) checkLog() {
	r.t.Helper()
	r.private(brazeKey, webhookSecret, deskPassword)
	log := r.logs.String()
	for text := range r.secret {
		quoted, err := json.Marshal(text)
		if err != nil {
			r.t.Fatal(err)
		}
		if strings.Contains(log, text) || strings.Contains(log, string(bytes.Trim(quoted, `"`))) {
			r.t.Errorf("the log holds %q", text)
		}
	}
}

// logs collects what a gateway logs.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// settled waits until no turn and no delivery is left to do.
func (r *rig) settled() {
	r.t.Helper()
	testkit.Eventually(r.t, patience, func() bool {
		b, err := r.app.Store().Backlog(r.t.Context(), 1<<60)
		if err != nil {
			r.t.Fatal(err)
		}
		return b.Turns == 0 && b.Deliveries == 0
	})
}

// conversations lists all of them, newest activity first.
func (r *rig) conversations() []store.Listed {
	r.t.Helper()
	return conversationsOf(r.t, r.app.Store())
}

func conversationsOf(t *testing.T, s *store.Store) []store.Listed {
	t.Helper()
	list, more, err := s.Conversations(t.Context(), store.Filter{Limit: 5000})
	if err != nil || more != "" {
		t.Fatalf("list conversations: %v, more %q", err, more)
	}
	return list
}

func (r *rig) lines(id chat.ConversationID) []chat.Message {
	r.t.Helper()
	return linesOf(r.t, r.app.Store(), id)
}

func linesOf(t *testing.T, s *store.Store, id chat.ConversationID) []chat.Message {
	t.Helper()
	list, more, err := s.Messages(t.Context(), id, 0, 5000)
	if err != nil || more {
		t.Fatalf("list messages: %v, more %v", err, more)
	}
	return list
}

func texts(lines []chat.Message, dir chat.Direction) []string {
	out := []string{}
	for _, m := range lines {
		if m.Direction == dir {
			out = append(out, m.Text)
		}
	}
	return out
}

// said is one webhook of a campaign with the recommended body.
type said struct {
	route, from, phone, text, dispatch string
}

func (s said) body() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// A struct keeps the order of the recommended body: who wrote comes before the message.
	err := enc.Encode(struct {
		V          int    `json:"v"`
		ExternalID string `json:"external_id"`
		Phone      string `json:"phone"`
		Message    string `json:"message"`
		DispatchID string `json:"dispatch_id,omitempty"`
	}{1, s.from, s.phone, s.text, s.dispatch})
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

// post delivers a webhook and returns the status and what the gateway did with it.
func (r *rig) post(s said) (status int, outcome string) {
	r.t.Helper()
	r.private(s.phone, s.text)
	status, answer := r.raw(cmp.Or(s.route, "support"), s.body(), "Bearer "+webhookSecret)
	var v struct{ Status string }
	_ = json.Unmarshal(answer, &v)
	return status, v.Status
}

func (r *rig) raw(route string, body []byte, authorization string) (int, []byte) {
	r.t.Helper()
	status, answer, err := post(r.t.Context(), r.http, r.url()+"/braze/inbound/"+route, body, authorization)
	if err != nil {
		r.t.Errorf("webhook: %v", err)
	}
	return status, answer
}

func post(ctx context.Context, client *http.Client, url string, body []byte, authorization string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// accepted posts and demands that the message counts as a new one.
func (r *rig) accepted(s said) {
	r.t.Helper()
	if status, outcome := r.post(s); status != http.StatusOK || outcome != "accepted" {
		r.t.Errorf("webhook of %s answers %d %q", s.from, status, outcome)
	}
}

// desk is a logged-in browser.
type desk struct {
	t    *testing.T
	url  string
	http *http.Client
	csrf string
}

func (r *rig) desk() *desk {
	r.t.Helper()
	return r.deskOf(auth.NewUser{Email: deskEmail, Name: "Ben Agent", Role: auth.Agent, Password: deskPassword})
}

// deskOf is the desk of a user, who is enrolled the first time.
func (r *rig) deskOf(n auth.NewUser) *desk {
	r.t.Helper()
	if _, err := r.app.Store().UserByEmail(r.t.Context(), n.Email); err != nil { // a new password would end the other desks
		if _, err := r.app.Auth().Enroll(r.t.Context(), n); err != nil {
			r.t.Fatal(err)
		}
	}
	r.private(n.Password.Reveal())
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	d := &desk{t: r.t, url: r.url(), http: &http.Client{Jar: jar, Timeout: patience}}
	login := fmt.Sprintf(`{"email": %q, "password": %q}`, n.Email, n.Password.Reveal())
	res, err := d.http.Post(d.url+"/api/v1/session", "application/json", strings.NewReader(login))
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	var info struct{ CSRFToken string }
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil || res.StatusCode != http.StatusOK {
		r.t.Fatalf("log-in answers %s: %v", res.Status, err)
	}
	d.csrf = info.CSRFToken
	return d
}

// get reads a page of the desk API.
func (d *desk) get(path string) string {
	d.t.Helper()
	res, err := d.http.Get(d.url + "/api/v1" + path)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		d.t.Fatalf("GET %s answers %s %s: %v", path, res.Status, body, err)
	}
	return string(body)
}

// topics are what the test's knowledge base knows about; each has an answer of its own.
var topics = strings.Fields("harbour lantern meadow copper violin glacier pepper saddle thunder walnut")

var phrasings = []string{
	"tell me about the %s", "what is a %s", "%s details please", "how much is the %s", "where do I find the %s",
	"is the %s any good", "%s information", "I need the %s",
}

// question asks about a topic. Neighbours use other words: the bot takes much the same words
// for the same question again.
func question(topic int) string {
	return fmt.Sprintf(phrasings[topic%len(phrasings)], topics[topic%len(topics)])
}

// asked is a question that nobody has asked in the same words.
func asked(topic, nth int) string { return fmt.Sprintf("%s (number %d)", question(topic), nth) }

func answerTo(topic int) string {
	return fmt.Sprintf("The %s is in room %d; ask for it by its name.", topics[topic%len(topics)], topic%len(topics)+1)
}

func knowledgeOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "en"), 0o750); err != nil {
		t.Fatal(err)
	}
	write("base.yaml", "name: Test Shop\nlanguages: [en]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")
	for i, topic := range topics {
		var b strings.Builder
		fmt.Fprintf(&b, "title: About the %s\nphrasings:\n", topic)
		for _, phrasing := range phrasings {
			fmt.Fprintf(&b, "  - "+phrasing+"\n", topic)
		}
		fmt.Fprintf(&b, "answer: %s\nhandoff: never\n", answerTo(i))
		write("en/about_"+topic+".yaml", b.String())
	}
	return dir
}

// builtin is the part of the built-in knowledge base about some intents: all of it takes
// the race detector long to train.
func builtin(t *testing.T, intents ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, knowledge.Seed()); err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "fr"} {
		entries, err := os.ReadDir(filepath.Join(dir, language))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if name := strings.TrimSuffix(e.Name(), ".yaml"); name != "variables" && !slices.Contains(intents, name) {
				if err := os.Remove(filepath.Join(dir, language, e.Name())); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

// front stands before the gateway as a load balancer does: its address stays when the
// gateway is started anew. It remembers every webhook.
type front struct {
	*httptest.Server
	http    *http.Client
	gateway atomic.Value // string

	mu       sync.Mutex
	webhooks []webhook
	losing   bool
	missing  []webhook // those that were not passed on
}

type webhook struct {
	path string
	body []byte
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{http: newClient()}
	f.Server = httptest.NewServer(http.HandlerFunc(f.pass))
	t.Cleanup(f.Close)
	return f
}

func (f *front) pass(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	f.webhooks = append(f.webhooks, webhook{r.URL.Path, body})
	losing := f.losing
	if losing {
		f.missing = append(f.missing, webhook{r.URL.Path, body})
	}
	f.mu.Unlock()
	if losing {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	status, answer, err := post(r.Context(), f.http, f.gateway.Load().(string)+r.URL.Path, body, r.Header.Get("Authorization"))
	if err != nil {
		status = http.StatusBadGateway
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// lose makes the front refuse what comes until it is told otherwise; lost is what that was.
func (f *front) lose(on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.losing = on
}

func (f *front) lost() []webhook {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.missing
}

func (f *front) seen() []webhook {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.webhooks
}

// box is a pretend Braze and WhatsApp.
type box struct {
	t    *testing.T
	url  string
	http *http.Client
}

func newBox(t *testing.T, gateway string, adjust func(*sandbox.Switches)) *box {
	t.Helper()
	s := sandbox.New(sandbox.Config{Logger: slog.New(slog.DiscardHandler), GatewayURL: gateway, WebhookSecret: webhookSecret, Adjust: adjust})
	s.Start(context.Background())
	web := httptest.NewServer(s.Handler())
	b := &box{t: t, url: web.URL, http: newClient()}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop the sandbox: %v", err)
		}
		b.http.CloseIdleConnections()
		web.Close()
	})
	b.call(http.MethodPut, "/sandbox/keys/"+brazeKey, map[string]any{"name": "test", "permissions": []string{"campaigns.trigger.send"}}, nil)
	return b
}

func (b *box) call(method, path string, in, out any) {
	b.t.Helper()
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			b.t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		b.t.Fatalf("%s %s answers %s %s: %v", method, path, res.Status, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			b.t.Fatal(err)
		}
	}
}

func phonePath(phone string) string {
	return "/sandbox/phones/" + strings.ReplaceAll(phone, "+", "%2B")
}

// write is a person writing on their phone.
func (b *box) write(phone, text string) {
	b.t.Helper()
	b.call(http.MethodPost, phonePath(phone)+"/messages", map[string]any{"text": text}, nil)
}

// replies are the texts that the business sent to a phone.
func (b *box) replies(phone string) []string {
	b.t.Helper()
	var feed struct {
		Messages []struct{ Direction, Text string }
	}
	b.call(http.MethodGet, phonePath(phone)+"/messages?after=0", nil, &feed)
	out := []string{}
	for _, m := range feed.Messages {
		if m.Direction == "out" {
			out = append(out, m.Text)
		}
	}
	return out
}

// replied waits until a phone has got n replies and gives them.
func (b *box) replied(phone string, n int) []string {
	b.t.Helper()
	var got []string
	testkit.Eventually(b.t, patience, func() bool {
		got = b.replies(phone)
		return len(got) >= n
	})
	return got
}

// bodyOf changes the body of a webhook campaign.
func (b *box) bodyOf(campaign string, edit func(body string) string) {
	b.t.Helper()
	var c map[string]any
	b.call(http.MethodGet, "/sandbox/campaigns/"+campaign, nil, &c)
	w := c["webhook"].(map[string]any)
	w["body"] = edit(w["body"].(string))
	b.call(http.MethodPut, "/sandbox/campaigns/"+campaign, c, nil)
}
