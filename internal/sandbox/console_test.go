package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/internal/sandbox"
	"parley/internal/testkit"
)

// An event of the stream says whether its receiver has it, and what it answered last.
func TestCurrents_tellsWhatTheReceiverAnswered(t *testing.T) {
	t.Parallel()
	answers := make(chan int, 10)
	answers <- http.StatusServiceUnavailable
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case status := <-answers:
			w.WriteHeader(status)
		default:
		}
	}))
	defer receiver.Close()
	b := start(t)
	b.must(http.StatusOK, "PUT", "/sandbox/currents", map[string]any{"enabled": true, "url": receiver.URL, "token": "t"})
	b.open(grace)
	newest := func() map[string]any {
		events := b.must(http.StatusOK, "GET", "/sandbox/currents/events?limit=1", nil).json["events"].([]any)
		return events[0].(map[string]any)
	}
	testkit.Eventually(t, 20*time.Second, func() bool { return newest()["answer"] == 503.0 })
	if e := newest(); e["state"] != "waiting" || e["attempts"] != 1.0 || e["url"] != receiver.URL || e["event_type"] != "users.messages.whatsapp.InboundReceive" {
		t.Errorf("after a refusal: %v", e)
	}
	b.must(http.StatusOK, "POST", "/sandbox/clock", `{"advance":"2m"}`)
	testkit.Eventually(t, 20*time.Second, func() bool { return newest()["state"] == "taken" })
	if e := newest(); e["answer"] != 200.0 || e["attempts"] != 2.0 {
		t.Errorf("after the second attempt: %v", e)
	}
	b.must(http.StatusBadRequest, "GET", "/sandbox/currents/events?limit=0", nil)
}

// A template that Meta has paused or not approved is refused long after Braze's 201.
func TestTemplates_onlyApprovedOnesAreSent(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	b := start(t, keptIn(file))
	const path = "/sandbox/templates/reopen_conversation/en"
	for state, code := range map[string]int{"paused": 132015, "rejected": 132001, "pending": 132001, "approved": 0} {
		b.must(http.StatusOK, "PUT", path, map[string]any{"status": state})
		for name, r := range map[string]reply{
			"campaign": b.send(sandbox.SeedTemplate, "grace", "your parcel is here."),
			"object":   b.messagesSend("template_message", `{"template_name":"reopen_conversation","template_language_code":"en","body_variables":{"0":"G","1":"y"}}`),
		} {
			e := b.delivery(r.json["dispatch_id"].(string))
			if e.ProviderCode != code || (code == 0) != (e.Outcome == "delivered") {
				t.Errorf("%s, %s: %+v", state, name, e)
			}
		}
	}
	b.must(http.StatusCreated, "PUT", "/sandbox/templates/parcel_here/fr", map[string]any{"status": "approved", "category": "utility", "body": "Bonjour {{1}}."})
	r := b.messagesSend("template_message", `{"template_name":"parcel_here","template_language_code":"fr","body_variables":{"0":"Grace"}}`)
	if e := b.delivery(r.json["dispatch_id"].(string)); e.Outcome != "delivered" {
		t.Errorf("a template made here: %+v", e)
	}
	for body, want := range map[string]string{
		`{"status":"good"}`:    "good",
		`{"category":"jokes"}`: "jokes",
		`{"body":"Other"}`:     "belongs to the campaign",
	} {
		if r := b.call("PUT", path, body); r.status != http.StatusBadRequest || !strings.Contains(r.message(), want) {
			t.Errorf("%s: %d %s", body, r.status, r.raw)
		}
	}
	if r := b.call("PUT", "/sandbox/templates/Big/en", `{"body":"x"}`); r.status != http.StatusBadRequest {
		t.Errorf("a name with capitals: %d", r.status)
	}
	b.must(http.StatusOK, "PUT", path, map[string]any{"status": "paused"})
	want := b.must(http.StatusOK, "GET", "/sandbox/templates", nil).raw
	b.end()
	if got := start(t, keptIn(file)).must(http.StatusOK, "GET", "/sandbox/templates", nil).raw; got != want {
		t.Errorf("after a second start: %s, before %s", got, want)
	}
}

// A segment holds those whose attribute fits, and a fact puts somebody in or out of it.
func TestUsers_areSearchedAndSegmented(t *testing.T) {
	t.Parallel()
	b := start(t)
	list := func(query url.Values) []string {
		r := b.must(http.StatusOK, "GET", "/sandbox/users?"+query.Encode(), nil)
		ids := []string{}
		for _, u := range r.json["users"].([]any) {
			ids = append(ids, u.(map[string]any)["external_id"].(string))
		}
		return ids
	}
	segment := url.Values{"audience": {`{"custom_attribute":{"custom_attribute_name":"chat_status","comparison":"equals","value":"human"}}`}}
	for _, c := range []struct {
		query url.Values
		want  string
	}{{nil, "grace ada"}, {url.Values{"q": {"LOVE"}}, "ada"}, {url.Values{"q": {"+1555"}}, "grace"}, {url.Values{"limit": {"1"}}, "grace"}, {segment, ""}} {
		if got := strings.Join(list(c.query), " "); got != c.want {
			t.Errorf("%v: %q, want %q", c.query, got, c.want)
		}
	}
	track := func(value string) {
		b.must(http.StatusCreated, "POST", "/users/track", `{"attributes":[{"external_id":"ada","chat_status":"`+value+`"}]}`)
	}
	track("human")
	if got := strings.Join(list(segment), " "); got != "ada" {
		t.Errorf("in support now: %q", got)
	}
	track("bot")
	if got := list(segment); len(got) != 0 {
		t.Errorf("after support: %q", got)
	}
	for _, bad := range []string{"audience=x", "limit=0", "audience=" + url.QueryEscape(`{"custom_attribute":{"custom_attribute_name":"a","comparison":"rhymes"}}`)} {
		b.must(http.StatusBadRequest, "GET", "/sandbox/users?"+bad, nil)
	}
}
