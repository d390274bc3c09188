package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

func TestLine53_everySendHasATraceableEnd(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.open(unknown)
	r := b.call("POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedReply, "trigger_properties": text("x"), "recipients": append(append(append(
		to("external_user_id", "grace"), to("external_user_id", "nobody")...), to("external_user_id", "ada")...),
		to("user_alias", map[string]any{"alias_name": unknown, "alias_label": "phone"})...)})
	id := r.json["dispatch_id"].(string)
	ends := map[string]string{}
	for _, e := range b.log("dispatch_id=" + id) {
		who := e.ExternalID
		if who == "" {
			who = e.Phone
		}
		ends[who] = e.Outcome
		if e.Outcome != "accepted" && e.Outcome != "delivered" && (e.Reason == "" || e.Doc == "") {
			t.Errorf("without reason or document: %+v", e)
		}
	}
	want := map[string]string{"": "accepted", "grace": "delivered", "nobody": "unknown_user", "ada": "window_closed", unknown: "not_subscribed"}
	if diff := cmp.Diff(want, ends); diff != "" {
		t.Error(diff)
	}
	if n := len(b.log("phone=" + strings.Replace(grace, "+", "%2B", 1) + "&kind=delivery")); n != 1 {
		t.Errorf("by phone: %d", n)
	}
	page := b.must(http.StatusOK, "GET", "/sandbox/activity?limit=2", nil)
	last := page.json["next_after"].(float64)
	if entries := page.json["entries"].([]any); len(entries) != 2 || entries[0].(map[string]any)["n"] != last {
		t.Errorf("newest first: %s", page.raw)
	}
	b.reply("grace", "more")
	if n := len(b.log("after=" + jsonNumber(last))); n != 2 {
		t.Errorf("%d entries after the cursor, want the acceptance and the delivery", n)
	}
}

func jsonNumber(f float64) string { b, _ := json.Marshal(f); return string(b) }

func TestLine54_currents(t *testing.T) {
	t.Parallel()
	type envelope struct {
		Events []struct {
			Type       string `json:"event_type"`
			ID         string
			Time       int64
			User       map[string]any
			Properties map[string]any
		}
	}
	batches := make(chan envelope, 100)
	var calls atomic.Int32
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		if r.Header.Get("Authorization") != "Bearer t" || calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		var e envelope
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Error(err)
		}
		batches <- e
	}))
	defer receiver.Close()
	b := start(t)
	b.must(http.StatusOK, "PUT", "/sandbox/currents", map[string]any{"enabled": true, "url": receiver.URL, "token": "t"})
	b.open(grace)
	b.reply("grace", "hi")
	b.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":2}`)
	b.reply("ada", "closed window")
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["whatsapp"].(map[string]any)["body"] = "{% abort_message('no') %}"
	})
	b.reply("grace", "aborted")
	seen := map[string]map[string]any{}
	deadline := time.After(20 * time.Second)
	for len(seen) < 6 {
		select {
		case batch := <-batches:
			if len(batch.Events) > 100 {
				t.Errorf("%d events in one batch", len(batch.Events))
			}
			for _, e := range batch.Events {
				kind := strings.TrimPrefix(e.Type, "users.messages.whatsapp.")
				if e.User["user_id"] == "" || e.Time == 0 || e.ID == "" {
					t.Errorf("event %+v", e)
				}
				seen[kind] = e.Properties
			}
		case <-deadline:
			t.Fatalf("only %v came", seen)
		}
	}
	if p := seen["InboundReceive"]; p["message_body"] != "hello" || p["user_phone_number"] != grace || p["inbound_phone_number"] != "+15550009999" {
		t.Errorf("inbound %v", p)
	}
	for _, kind := range []string{"Send", "Delivery", "Read"} {
		if p := seen[kind]; p["campaign_id"] != sandbox.SeedReply || p["to_phone_number"] != grace || p["message_id"] == "" || p["dispatch_id"] == "" {
			t.Errorf("%s %v", kind, p)
		}
	}
	if p := seen["Failure"]; p["provider_error_code"] != 131047.0 || p["to_phone_number"] != ada {
		t.Errorf("failure %v", p)
	}
	if p := seen["Abort"]; p["abort_type"] != "liquid_abort_message" || p["abort_log"] != "no" {
		t.Errorf("abort %v", p)
	}
	state := b.must(http.StatusOK, "GET", "/sandbox/currents", nil).json
	if state["lost"] != 0.0 {
		t.Errorf("state %v", state)
	}
}

func TestLine55_switchesExplainThemselves(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.must(http.StatusOK, "GET", "/sandbox/switches", nil)
	values := r.json["switches"].(map[string]any)
	about := r.json["about"].([]any)
	if len(values) != len(about) {
		t.Errorf("%d switches, %d explained", len(values), len(about))
	}
	for _, a := range about {
		a := a.(map[string]any)
		name := a["name"].(string)
		value, ok := values[name]
		if !ok || a["what"] == "" || !cmp.Equal(value, a["value"]) || (a["source"] != "documented" && a["source"] != "choice") {
			t.Errorf("%s: %v", name, a)
		}
		if name != "any_port" && !cmp.Equal(a["value"], a["default"]) {
			t.Errorf("%s starts at %v, default %v", name, a["value"], a["default"])
		}
	}
	for body, want := range map[string]string{
		`{"no_such":1}`:                      "no_such",
		`{"media_urls":"yaml"}`:              "media_urls",
		`{"webhook_retries":-1}`:             "webhook_retries",
		`{"subscription_delay_seconds":120}`: "subscription_delay_seconds",
		`{"any_port":"yes"}`:                 "any_port",
	} {
		if r := b.call("PUT", "/sandbox/switches", body); r.status != http.StatusBadRequest || !strings.Contains(r.message(), want) {
			t.Errorf("%s: %d %s", body, r.status, r.raw)
		}
	}
	after := b.must(http.StatusOK, "PUT", "/sandbox/switches", `{"switches":{"window_hours":1}}`)
	if got := after.json["switches"].(map[string]any); got["window_hours"] != 1.0 || got["webhook_retries"] != 5.0 {
		t.Errorf("%v", got)
	}
}
