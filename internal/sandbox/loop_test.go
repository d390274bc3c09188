package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

func TestLoop_customerWritesBusinessAnswers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.write(grace, "Where is \"my\" order?\nSee \\ path")
	h := b.hook()
	var body map[string]any
	if err := json.Unmarshal([]byte(h.body), &body); err != nil {
		t.Fatalf("%s: %v", h.body, err)
	}
	for name, want := range map[string]any{
		"external_id": "grace", "phone": grace, "first_name": "Grace", "language": "en", "v": 1.0,
		"message": "Where is \"my\" order?\nSee \\ path", "campaign_id": sandbox.SeedInbound, "media_urls": "",
	} {
		if diff := cmp.Diff(want, body[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if h.path != "/braze/inbound/support" || h.header.Get("Authorization") != "Bearer demo-webhook-secret" {
		t.Errorf("webhook goes to %s with %q", h.path, h.header.Get("Authorization"))
	}
	dispatch := b.reply("grace", "On its way")
	messages, notices := b.conversation(grace)
	if len(messages) != 2 || len(notices) != 0 {
		t.Fatalf("phone has %d messages and %v", len(messages), notices)
	}
	in, out := messages[0], messages[1]
	if in.Status != "delivered" || in.Direction != "in" || in.N != 1 {
		t.Errorf("inbound is %+v", in)
	}
	if out.Text != "On its way" || out.Layout != "text" || out.Status != "delivered" || out.DispatchID != dispatch {
		t.Errorf("outbound is %+v", out)
	}
	if diff := cmp.Diff([]string{"accepted"}, b.outcomes("inbound")); diff != "" {
		t.Error(diff)
	}
}

// The page's own payload and cURL, unchanged but for the placeholders it says to replace.
func TestPage_literalPayloads(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedInbound, func(c map[string]any) {
		c["webhook"] = map[string]any{"method": "POST", "url": b.gateway.URL + "/hook", "body": "{\n" +
			"  \"user_id\": \"{{${user_id}}}\",\n  \"phone_number\": \"{{${phone_number}}}\",\n  \"message\": \"{{whats_app.${inbound_message_body}}}\"\n}"}
	})
	b.write(grace, "plain")
	h := b.hook()
	want := map[string]any{"user_id": "grace", "phone_number": grace, "message": "plain"}
	var got map[string]any
	if err := json.Unmarshal([]byte(h.body), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if ct := h.header.Get("Content-Type"); ct != "application/json" {
		t.Errorf("Content-Type derived from the body is %q", ct)
	}
	b.write(grace, "he said \"hi\"\nand left")
	if h := b.hook(); json.Valid([]byte(h.body)) {
		t.Errorf("quotes and line breaks leave valid JSON: %s", h.body)
	}
	curl := func(campaign, user, text string) reply {
		return b.call("POST", "/campaigns/trigger/send", `{
    "campaign_id": "`+campaign+`",
    "recipients": [
      {
        "external_user_id": "`+user+`",
        "trigger_properties": {
          "external_system_msg_body": "`+text+`"
        }
      }
    ]
  }`)
	}
	if r := curl("campaign_id", "external_id", "your external system message"); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "Campaign does not exist") {
		t.Errorf("the page's placeholder campaign answers %d %s", r.status, r.raw)
	}
	if r := curl(sandbox.SeedReply, "grace", "your external system message"); r.status != http.StatusCreated {
		t.Errorf("the seed campaign answers %d %s", r.status, r.raw)
	}
	if diff := cmp.Diff([]string{"your external system message"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}
