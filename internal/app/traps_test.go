package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"parley/internal/sandbox"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// wire is a Braze that says 201 to everything and keeps the recipients of every call as they came.
type wire struct {
	*httptest.Server
	mu         sync.Mutex
	recipients []map[string]any
}

func newWire(t *testing.T) *wire {
	t.Helper()
	b := &wire{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Recipients []map[string]any }
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Errorf("a call cannot be read: %v", err)
		}
		b.mu.Lock()
		b.recipients = append(b.recipients, q.Recipients...)
		b.mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"dispatch_id":"0123456789abcdef0123456789abcdef","message":"success"}`)
	}))
	t.Cleanup(b.Close)
	return b
}

// to finds the last recipient with a value anywhere in its identifiers.
func (b *wire) to(who string) map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found map[string]any
	for _, r := range b.recipients {
		identifiers, _ := json.Marshal([]any{r["external_user_id"], r["braze_id"], r["user_alias"]})
		if strings.Contains(string(identifiers), who) {
			found = r
		}
	}
	return found
}

// TestTraps_newSendersAreReached: somebody whom Braze has just met has no external id and is subscribed to nothing,
// so the reply goes to the alias and carries the subscription; nobody else's does, and STOP ends it.
func TestTraps_newSendersAreReached(t *testing.T) {
	t.Parallel()
	braze := newWire(t)
	r := newRig(t, settings(t, storetest.SQLite(t), braze.URL))
	const stranger = "+15555000011"
	r.accepted(said{from: "known", phone: "+15555000010", text: question(0)})
	r.accepted(said{phone: stranger, text: question(0)})
	r.settled()
	known, met := braze.to("known"), braze.to(stranger)
	testkit.Diff(t, met["attributes"], any(map[string]any{"subscription_groups": []any{
		map[string]any{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"},
	}}))
	if _, has := met["external_user_id"]; has {
		t.Errorf("an external id is made up: %v", met)
	}
	if known["external_user_id"] != "known" || known["attributes"] != nil {
		t.Errorf("the reply to a customer that Braze knows is %v", known)
	}
	r.accepted(said{phone: stranger, text: "STOP"})
	r.settled()
	if last := braze.to(stranger); last["attributes"] != nil {
		t.Errorf("who wrote STOP is subscribed again: %v", last)
	}
}

// TestTraps_wordsStayOutOfProfiles: what customers write and are told is in Parley's database and in the trigger
// properties; no attribute of a call has it, so nothing is cut at 255 characters and no data point is spent.
func TestTraps_wordsStayOutOfProfiles(t *testing.T) {
	t.Parallel()
	braze := newWire(t)
	r := newRig(t, settings(t, storetest.SQLite(t), braze.URL))
	r.accepted(said{phone: "+15555000012", text: question(3)})
	r.settled()
	sent := braze.to("+15555000012")
	attributes, err := json.Marshal(sent["attributes"])
	if err != nil || sent == nil {
		t.Fatalf("nothing was sent: %v", err)
	}
	properties, _ := json.Marshal(sent["trigger_properties"])
	if !strings.Contains(string(properties), answerTo(3)) {
		t.Errorf("the answer is not in the properties: %s", properties)
	}
	for _, words := range []string{answerTo(3), question(3)} {
		if strings.Contains(string(attributes), words) {
			t.Errorf("the profile gets the words %q: %s", words, attributes)
		}
	}
}

// TestTraps_testSendsAreNotAnswered: the composer's test sends reach the production webhook with a dispatch id that
// says so.
func TestTraps_testSendsAreNotAnswered(t *testing.T) {
	t.Parallel()
	braze := newWire(t)
	r := newRig(t, settings(t, storetest.SQLite(t), braze.URL))
	status, outcome := r.post(said{from: "tester", phone: "+15555000013", text: question(0), dispatch: "dispatch_id_for_unsent_campaign"})
	if status != http.StatusOK || outcome != "test" {
		t.Errorf("a test send is answered %d %q", status, outcome)
	}
	r.settled()
	if n := len(r.conversations()); n != 0 || braze.to("tester") != nil {
		t.Errorf("a test send opened %d conversations, and was told %v", n, braze.to("tester"))
	}
}
