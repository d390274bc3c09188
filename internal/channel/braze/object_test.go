package braze

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/testkit"
)

// told is a Braze that accepts everything and keeps the last call.
func told(t *testing.T) (*Client, func() (path, body string)) {
	t.Helper()
	var mu sync.Mutex
	var path, body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		mu.Lock()
		path, body = r.URL.Path, string(raw)
		mu.Unlock()
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"dispatch_id":"d1","message":"success"}`)
	}))
	t.Cleanup(server.Close)
	client, err := New(Config{Endpoint: server.URL, APIKey: "the-key-of-the-test", Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return client, func() (string, string) {
		mu.Lock()
		defer mu.Unlock()
		return path, body
	}
}

func TestObjectSend_writesTheDocumentedBody(t *testing.T) {
	t.Parallel()
	client, last := told(t)
	result, exchange, err := client.ObjectSend(t.Context(), ObjectSend{
		AppID: "app", Group: "group", CampaignID: "api", VariationID: "variation", Kind: ObjectList, ExternalUserIDs: []string{"grace-hopper"},
		Message: ObjectMessage{Body: "Which?", List: &ObjectRows{Button: "Choose", Sections: []ObjectSection{{Title: "All", Rows: []ObjectRow{{"A", "first"}, {Title: "B"}}}}}},
	})
	if err != nil || result.DispatchID != "d1" {
		t.Fatalf("%+v, %v", result, err)
	}
	path, body := last()
	testkit.Diff(t, path, "/messages/send")
	testkit.Diff(t, body, `{"campaign_id":"api","external_user_ids":["grace-hopper"],"messages":{"whats_app":{"app_id":"app","message":{"body":"Which?","list":{"list_button_text":"Choose","list_sections":[{"section_title":"All","list_rows":[{"row_title":"A","row_description":"first"},{"row_title":"B"}]}]}},"message_type":"list_response_message","message_variation_id":"variation","subscription_group_id":"group"}}}`)
	if shown := string(exchange.Request); strings.Contains(shown, "Which?") || strings.Contains(shown, "grace") || !strings.Contains(shown, "list_response_message") {
		t.Errorf("the exchange shows %s", shown)
	}
}

func TestObjectSend_refusesWhatBrazeWould(t *testing.T) {
	t.Parallel()
	client, last := told(t)
	good := ObjectSend{AppID: "app", Group: "group", Kind: ObjectQuickReply, ExternalUserIDs: []string{"grace"}}
	for want, spoil := range map[string]func(*ObjectSend){
		"app_id is empty":                func(o *ObjectSend) { o.AppID = " " },
		"subscription_group_id is empty": func(o *ObjectSend) { o.Group = "" },
		"message_variation_id is empty":  func(o *ObjectSend) { o.CampaignID = "api" },
		"no recipients":                  func(o *ObjectSend) { o.ExternalUserIDs = nil },
		"recipient 1 is blank or named":  func(o *ObjectSend) { o.ExternalUserIDs = []string{"grace", "grace"} },
		"at most 50":                     func(o *ObjectSend) { o.ExternalUserIDs = make([]string, 51) },
	} {
		call := good
		spoil(&call)
		if _, _, err := client.ObjectSend(t.Context(), call); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is refused with %v", want, err)
		}
	}
	if path, _ := last(); path != "" {
		t.Errorf("a call was made to %s", path)
	}
}

func TestTriggerSend_goesToACanvas(t *testing.T) {
	t.Parallel()
	client, last := told(t)
	call := TriggerSend{CanvasID: "canvas", Recipients: []Recipient{{ExternalUserID: "grace-hopper", TriggerProperties: map[string]any{"body": "Hello"}}}}
	_, exchange, err := client.TriggerSend(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	path, body := last()
	testkit.Diff(t, path, "/canvas/trigger/send")
	testkit.Diff(t, body, `{"canvas_id":"canvas","recipients":[{"external_user_id":"grace-hopper","context":{"body":"Hello"}}]}`)
	testkit.Diff(t, exchange.Path, "/canvas/trigger/send")
	if shown := string(exchange.Request); strings.Contains(shown, "Hello") || !strings.Contains(shown, `"canvas_id":"canvas"`) {
		t.Errorf("the exchange shows %s", shown)
	}
	call.CampaignID = "campaign"
	if _, _, err := client.TriggerSend(t.Context(), call); err == nil || !strings.Contains(err.Error(), "both set") {
		t.Errorf("two carriers are refused with %v", err)
	}
}
