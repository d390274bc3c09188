package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/signs"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	crashPatience = 90 * time.Second
	crashSecret   = "crash-webhook-secret"
)

// TestServe_survivesKills drives the program with webhooks, kills it again and again at any
// moment, and starts it on the same database. Whatever was acknowledged must be stored, in
// order and once; every message must be covered by one turn; and Braze must get each reply in
// order and once, or as often again as its outcome was marked unknown. PARLEY_KILLS sets how
// often, 5 by default.
func TestServe_survivesKills(t *testing.T) {
	t.Parallel()
	kills := 5
	if text := os.Getenv("PARLEY_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("PARLEY_KILLS: %v", err)
		}
	}
	program := binary(t)
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newTaker(t)
		p := &process{t: t, program: program, config: crashConfig(t, database, braze.url)}
		t.Cleanup(p.kill)
		p.start()

		load := startLoad(t, p)
		for range kills {
			time.Sleep(20*time.Millisecond + rand.N(400*time.Millisecond)) // any moment
			p.kill()
			p.start()
		}
		acknowledged := load.stop()

		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		testkit.Eventually(t, crashPatience, func() bool {
			b, err := signs.Waiting(t.Context(), s, 1<<60)
			return err == nil && b.Turns == 0 && b.Deliveries == 0
		})
		p.stop()
		checkCrash(t, s, braze, acknowledged)
		t.Logf("%d kills, %s", kills, braze.summary(s, t))
	})
}

// process is one run of "parley serve" after the other.
type process struct {
	t       *testing.T
	program string
	config  string
	url     atomic.Value // string; where the last run serves

	mu   sync.Mutex
	cmd  *exec.Cmd
	read sync.WaitGroup
	log  bytes.Buffer
}

// start runs the program and waits until it serves.
func (p *process) start() {
	p.t.Helper()
	cmd := exec.Command(p.program, "serve", "--config", p.config)
	cmd.Env = append(os.Environ(), "PARLEY_CONFIG=")
	out, err := cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.cmd = cmd
	serving := make(chan string, 1)
	p.read.Go(func() {
		defer close(serving)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var line struct{ Msg, Address string }
			p.mu.Lock()
			p.log.Write(append(lines.Bytes(), '\n'))
			p.mu.Unlock()
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				serving <- line.Address
			}
		}
	})
	address, ok := <-serving
	if !ok {
		p.t.Fatalf("the program ended instead of serving:\n%s", p.logged())
	}
	p.url.Store("http://" + address)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// kill ends the program as a power cut would, without any warning.
func (p *process) kill() {
	if p.cmd != nil {
		_ = p.cmd.Process.Kill()
		p.read.Wait()
		_ = p.cmd.Wait()
		p.cmd = nil
	}
}

// stop ends the program as an operator would.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	p.read.Wait()
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the program stops with %v:\n%s", err, p.logged())
	}
	p.cmd = nil
}

// crashConfig writes the settings: leases as short as they may be, and a knowledge base that
// trains in no time.
func crashConfig(t *testing.T, database, braze string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("knowledge/base.yaml", "name: Test Shop\nlanguages: [en]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")
	for _, topic := range crashTopics {
		var b strings.Builder
		fmt.Fprintf(&b, "title: About the %s\nphrasings:\n", topic)
		for _, phrasing := range crashPhrasings {
			fmt.Fprintf(&b, "  - "+phrasing+"\n", topic)
		}
		fmt.Fprintf(&b, "answer: Everything about the %s is on its own page.\nhandoff: never\n", topic)
		write("knowledge/en/about_"+topic+".yaml", b.String())
	}
	return write("parley.yaml", fmt.Sprintf(`
listen: 127.0.0.1:0
ops_listen: 127.0.0.1:0
database: %q
log: {format: json}
workspaces:
  - id: crash
    braze: {endpoint: %q, api_key: crash-key, timeout: 2s}
    routes: [{id: support, secrets: [%s]}]
    layouts: {text: {campaign_id: 00000000-0000-4000-8000-000000000002}}
    turn: {settle: 0s, settle_max: 0s, lease: 5s, attempts: 20}
    delivery: {pair_interval: 0s, lease: 5s}
    knowledge: %q
`, database, braze, crashSecret, filepath.Join(dir, "knowledge")))
}

var (
	crashTopics    = strings.Fields("harbour lantern meadow copper violin glacier pepper saddle thunder walnut")
	crashPhrasings = []string{
		"tell me about the %s", "what is a %s", "%s details please", "how much is the %s", "where do I find the %s",
		"is the %s any good", "%s information", "I need the %s",
	}
)

// load is people who write one message after the other, each again until it is acknowledged, as
// Braze does. After a few messages it is somebody else's turn: what a killed run was at waits for
// its lease, so that only new people keep the next run busy.
type load struct {
	t       *testing.T
	p       *process
	ended   chan struct{}
	writers sync.WaitGroup

	mu    sync.Mutex
	texts map[string][]string // acknowledged, by person
}

const (
	crashWriters = 12
	crashEach    = 4 // messages of one person
)

func startLoad(t *testing.T, p *process) *load {
	l := &load{t: t, p: p, ended: make(chan struct{}), texts: map[string][]string{}}
	for i := range crashWriters {
		l.writers.Go(func() { l.write(i) })
	}
	return l
}

// stop lets everybody finish the message they are at, and gives what was acknowledged.
func (l *load) stop() map[string][]string {
	close(l.ended)
	l.writers.Wait()
	return l.texts
}

func (l *load) write(writer int) {
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for n := 0; ; n++ {
		select {
		case <-l.ended:
			return
		default:
		}
		who := fmt.Sprintf("person-%d-%d", writer, n/crashEach)
		text := fmt.Sprintf(crashPhrasings[n%len(crashPhrasings)], crashTopics[n%len(crashTopics)])
		body := fmt.Sprintf(`{"v":1,"external_id":%q,"message":%q,"dispatch_id":"%016x%016x"}`, who, text, writer+1, n)
		deadline := time.Now().Add(crashPatience)
		for !l.post(client, body) {
			if time.Now().After(deadline) {
				l.t.Errorf("%s could not deliver a message for %s", who, crashPatience)
				return
			}
			time.Sleep(5 * time.Millisecond) // Braze's pause before it tries again
		}
		l.mu.Lock()
		l.texts[who] = append(l.texts[who], text)
		l.mu.Unlock()
		time.Sleep(rand.N(20 * time.Millisecond)) // people do not write any faster
	}
}

func (l *load) post(client *http.Client, body string) (acknowledged bool) {
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.p.url.Load().(string)+"/braze/inbound/support", strings.NewReader(body))
	if err != nil {
		l.t.Error(err)
		return true
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+crashSecret)
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusServiceUnavailable {
		l.t.Errorf("a webhook is answered %s", res.Status)
	}
	if res.StatusCode == http.StatusOK && strings.Contains(string(answer), "dead_letter") {
		l.t.Errorf("a webhook is answered %s", answer)
	}
	return err == nil && res.StatusCode == http.StatusOK
}

// taker plays Braze: it takes every call after a moment and remembers what it took, in order.
type taker struct {
	url   string
	calls atomic.Int64

	mu   sync.Mutex
	sent map[string][]string // texts by person
}

func newTaker(t *testing.T) *taker {
	b := &taker{sent: map[string][]string{}}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *taker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Recipients []struct {
			ExternalUserID    string            `json:"external_user_id"`
			TriggerProperties map[string]string `json:"trigger_properties"`
		} `json:"recipients"`
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		return // half a call of a program that was killed
	}
	b.mu.Lock()
	for _, p := range call.Recipients {
		b.sent[p.ExternalUserID] = append(b.sent[p.ExternalUserID], p.TriggerProperties["external_system_msg_body"])
	}
	b.mu.Unlock()
	time.Sleep(rand.N(15 * time.Millisecond)) // the time in which a kill leaves the outcome open
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"dispatch_id":"%032x","message":"success"}`, b.calls.Add(1))
}

func (b *taker) summary(s *store.Store, t *testing.T) string {
	t.Helper()
	messages, deliveries, resent, unknown, sends := 0, 0, 0, 0, 0
	for _, c := range crashConversations(t, s) {
		in, out := crashLines(t, s, c)
		messages += len(in)
		deliveries += len(out)
		for _, d := range out {
			resent += d.Ambiguous
			if d.State == chat.Unknown {
				unknown++
			}
		}
		sends += len(b.sent[c.Contact.ExternalID])
	}
	return fmt.Sprintf("%d messages, %d replies, %d sends; %d times the outcome was open, %d replies ended unknown", messages, deliveries, sends, resent, unknown)
}

func crashConversations(t *testing.T, s *store.Store) []store.Listed {
	t.Helper()
	list, more, err := s.Conversations(t.Context(), store.Filter{Limit: 100_000})
	if err != nil || more != "" {
		t.Fatalf("list conversations: %v, more %q", err, more)
	}
	return list
}

// crashLines reads what a person wrote and what was queued for them, in order.
func crashLines(t *testing.T, s *store.Store, c store.Listed) (in []chat.Message, out []chat.Delivery) {
	t.Helper()
	lines, more, err := s.Messages(t.Context(), c.ID, 0, 100_000)
	if err != nil || more {
		t.Fatalf("list messages: %v, more %v", err, more)
	}
	for _, m := range lines {
		if m.Direction == chat.In {
			in = append(in, m)
			continue
		}
		parts, err := s.DeliveriesOf(t.Context(), []chat.MessageID{m.ID})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, parts[m.ID]...)
	}
	return in, out
}

func checkCrash(t *testing.T, s *store.Store, braze *taker, acknowledged map[string][]string) {
	t.Helper()
	list := crashConversations(t, s)
	if len(list) != len(acknowledged) {
		t.Errorf("%d conversations, %d people wrote", len(list), len(acknowledged))
	}
	for _, c := range list {
		who := c.Contact.ExternalID
		if c.Owner != chat.OwnerBot || c.Pending() {
			t.Errorf("%s: owner %s (%s), pending %v", who, c.Owner, c.Reason, c.Pending())
		}
		in, out := crashLines(t, s, c)
		var stored []string
		for _, m := range in {
			stored = append(stored, m.Text)
		}
		if !slices.Equal(stored, acknowledged[who]) {
			t.Errorf("%s: %d messages were acknowledged, %d are stored, or not in order", who, len(acknowledged[who]), len(stored))
		}
		checkTurns(t, s, c, in, out)
		checkReplies(t, who, out, braze.sent[who])
	}
}

// checkTurns demands that the turns cover all messages without gap or overlap, each with one reply.
func checkTurns(t *testing.T, s *store.Store, c store.Listed, in []chat.Message, out []chat.Delivery) {
	t.Helper()
	done, turns := int64(0), 0
	for _, m := range in {
		turn, ok, err := s.Turn(t.Context(), m)
		switch {
		case err != nil:
			t.Fatal(err)
		case !ok:
			t.Errorf("%s: no turn saw line %d", c.Contact.ExternalID, m.Seq)
		case m.Seq <= done: // joined with the one before
		case turn.FromSeq != done:
			t.Errorf("%s: a turn covers lines %d to %d, the one before ended at %d", c.Contact.ExternalID, turn.FromSeq, turn.ToSeq, done)
			done = turn.ToSeq
		default:
			done, turns = turn.ToSeq, turns+1
		}
	}
	replies := map[chat.MessageID]bool{}
	for _, d := range out {
		replies[d.MessageID] = true
	}
	if len(replies) != turns {
		t.Errorf("%s: %d turns gave %d replies", c.Contact.ExternalID, turns, len(replies))
	}
}

// checkReplies holds a person's replies, in order, against what Braze took.
func checkReplies(t *testing.T, who string, queued []chat.Delivery, sent []string) {
	t.Helper()
	at := 0
	for i, d := range queued {
		n := 0
		for at < len(sent) && sent[at] == d.Text {
			at, n = at+1, n+1
		}
		switch {
		case n > 1+d.Ambiguous:
			t.Errorf("%s: reply %d went out %d times, its outcome was open %d times", who, i, n, d.Ambiguous)
		case d.State == chat.Accepted && n == 0:
			t.Errorf("%s: reply %d is accepted and never went out", who, i)
		case d.State != chat.Accepted && d.State != chat.Unknown:
			t.Errorf("%s: reply %d ended %s: %s", who, i, d.State, d.Reason)
		}
	}
	if at != len(sent) {
		t.Errorf("%s: of %d sends, those after %d are out of order", who, len(sent), at)
	}
}
