package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/testkit"
)

// recorder plays Braze's /campaigns/trigger/send and remembers what it took, in order.
type recorder struct {
	examined bool // the doctor may look at it, who asks for other things and sends to nobody
	URL      string
	t        *testing.T
	server   *http.Server
	served   sync.WaitGroup

	mu     sync.Mutex
	decide func(*call) verdict
	calls  int
	sends  []send
	open   map[string]int // people named in calls under way
	odd    []string       // what no caller may do
}

// call is one request. Its recipients are in the order of the body.
type call struct {
	n     int // from 1
	key   string
	sends []send
}

func (c *call) names(to string) bool {
	return slices.ContainsFunc(c.sends, func(s send) bool { return s.to == to })
}

// send is one message to one person.
type send struct {
	to, text string
	call     int
	at       time.Time
}

// verdict is what becomes of a call. The zero value accepts it.
type verdict struct {
	status  int           // refuse with this status
	body    string        // of the refusal; Braze's form if empty
	reset   time.Time     // X-RateLimit-Reset
	cut     bool          // take the call, then close without an answer
	hold    chan struct{} // answer only once this is closed
	took    time.Duration // how long Braze takes to answer
	noEntry bool          // close without taking the call
}

func newRecorder(t *testing.T) *recorder {
	t.Helper()
	b := &recorder{t: t, open: map[string]int{}}
	b.listen("127.0.0.1:0")
	t.Cleanup(func() {
		b.down()
		for _, odd := range b.odd {
			t.Error(odd)
		}
	})
	return b
}

// listen begins to answer at an address.
func (b *recorder) listen(address string) {
	b.t.Helper()
	var l net.Listener
	testkit.Eventually(b.t, patience, func() (ok bool) {
		var err error
		l, err = net.Listen("tcp", address)
		return err == nil
	})
	b.URL = "http://" + l.Addr().String()
	b.server = &http.Server{Handler: b, ReadHeaderTimeout: time.Minute}
	b.served.Go(func() { _ = b.server.Serve(l) })
}

// down refuses connections until listen.
func (b *recorder) down() {
	_ = b.server.Close()
	b.served.Wait()
}

// answer decides calls from now on; nil accepts all.
func (b *recorder) answer(decide func(*call) verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decide = decide
}

func (b *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if b.examined && (r.URL.Path == "/campaigns/details" || strings.Contains(string(raw), `"recipients":[]`)) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"message": "No Recipients"}`)
		return
	}
	var body struct {
		CampaignID string `json:"campaign_id"`
		Recipients []struct {
			ExternalUserID    string         `json:"external_user_id"`
			TriggerProperties map[string]any `json:"trigger_properties"`
		} `json:"recipients"`
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		b.remark("a call is no JSON: %v", err)
	}
	if r.Method != http.MethodPost || r.URL.Path != "/campaigns/trigger/send" || body.CampaignID == "" {
		b.remark("%s %s for campaign %q", r.Method, r.URL.Path, body.CampaignID)
	}
	if n := len(body.Recipients); n < 1 || n > 50 {
		b.remark("a call has %d recipients", n)
	}
	c := &call{key: r.Header.Get("Authorization")}
	for _, p := range body.Recipients {
		text, _ := p.TriggerProperties["external_system_msg_body"].(string)
		c.sends = append(c.sends, send{to: p.ExternalUserID, text: text, at: time.Now()})
	}
	v := b.take(c)
	if v.hold != nil {
		<-v.hold
	}
	time.Sleep(v.took)
	b.release(c) // before the answer, after which the next call may come
	if v.cut || v.noEntry {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	if v.status != 0 {
		if !v.reset.IsZero() {
			w.Header().Set("X-RateLimit-Limit", "250000")
			w.Header().Set("X-RateLimit-Remaining", "0")
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(v.reset.Unix(), 10))
		}
		w.WriteHeader(v.status)
		if v.body == "" {
			v.body = `{"message": "refused by the test"}`
		}
		_, _ = io.WriteString(w, v.body)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `{"dispatch_id": "%032x", "message": "success"}`, c.n)
}

// take decides a call and books its messages if it is accepted. Nobody may be named twice
// in a call, nor in two calls at a time: then order would be lost.
func (b *recorder) take(c *call) verdict {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls++
	c.n = b.calls
	for i := range c.sends {
		c.sends[i].call = c.n
		if b.open[c.sends[i].to]++; b.open[c.sends[i].to] > 1 {
			b.odd = append(b.odd, "two messages to "+c.sends[i].to+" were under way at once")
		}
	}
	var v verdict
	if b.decide != nil {
		v = b.decide(c)
	}
	if v.status == 0 && !v.noEntry {
		b.sends = append(b.sends, c.sends...)
	}
	return v
}

func (b *recorder) release(c *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range c.sends {
		b.open[s.to]--
	}
}

func (b *recorder) remark(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.odd = append(b.odd, fmt.Sprintf(format, args...))
}

// called waits until there were n calls since the recorder was made.
func (b *recorder) called(n int) {
	b.t.Helper()
	testkit.Eventually(b.t, patience, func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.calls >= n
	})
}

func (b *recorder) all() []send {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.sends)
}

// taken are the texts to a person in the order in which they were taken.
func (b *recorder) taken(to string) []string {
	out := []string{}
	for _, s := range b.all() {
		if s.to == to {
			out = append(out, s.text)
		}
	}
	return out
}

// takenByPerson sorts everything that was taken.
func (b *recorder) takenByPerson() map[string][]string {
	out := map[string][]string{}
	for _, s := range b.all() {
		out[s.to] = append(out[s.to], s.text)
	}
	return out
}

// line is one delivery of a person, as the store has it.
type line struct {
	chat.Delivery
}

// deliveriesOf lists what was queued for the person of a conversation, in order.
func deliveriesOf(t *testing.T, s *store.Store, id chat.ConversationID) []line {
	t.Helper()
	var ids []chat.MessageID
	var order []chat.MessageID
	for _, m := range linesOf(t, s, id) {
		if m.Direction == chat.Out {
			ids, order = append(ids, m.ID), append(order, m.ID)
		}
	}
	byMessage, err := s.DeliveriesOf(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var out []line
	for _, id := range order {
		for _, d := range byMessage[id] {
			out = append(out, line{d})
		}
	}
	return out
}

// outOf are the texts that were queued for a person, in order.
func (r *rig) outOf(person string) []string {
	r.t.Helper()
	out := []string{}
	for _, c := range r.conversations() {
		if c.Contact.ExternalID == person {
			for _, d := range deliveriesOf(r.t, r.app.Store(), c.ID) {
				out = append(out, d.Text)
			}
		}
	}
	return out
}
