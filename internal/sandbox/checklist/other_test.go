package checklist_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/testkit"
)

const (
	messagesDoc = "Braze: Send messages immediately"
	trackDoc    = "Braze: Create and update users"
)

// otherLines are 23 to 36: the other endpoints, limits and faults.
func otherLines() []line {
	return []line{
		{
			name: "messages_send_needs_a_message_of_a_known_type", check: messageShape,
			rule:   "/messages/send carries the message itself: without one, with an unknown type or without a part that the type needs it is 400.",
			source: "Braze: API errors (No message to send), WhatsApp object",
		},
		{
			name: "messages_send_checks_campaign_and_variation", check: messageCampaign,
			rule:   "A campaign in /messages/send is an API campaign with one of its own variations and of the message's channel.",
			source: "Braze: API errors (Message Variant Unspecified, Invalid Message Variant, Mismatched Message Type)",
		},
		{
			name: "messages_send_limits_buttons_rows_and_headers", check: messageLimits,
			rule:   "Two kinds of header, four buttons, eleven rows or a list without a section are refused, by Braze or later by WhatsApp.",
			source: "Braze: WhatsApp object; Meta: Interactive messages", choices: []string{"message_limits"},
		},
		{
			name: "canvas_takes_context_and_ignores_subscription_groups", check: canvasEntry,
			rule:   "A Canvas is entered with context of at most 50 KB, leaves subscription states in attributes alone, and answers 201 with a notice when it is not active.",
			source: "Braze: Send API-triggered Canvases",
		},
		{
			name: "track_counts_and_reports_partial_errors", check: trackErrors,
			rule:   "/users/track counts what it processed; what it refuses is named by array and index in a 201, and is 400 when nothing was good.",
			source: trackDoc + "; the shape of an error is as connectors read it",
		},
		{
			name: "track_size_depends_on_the_contract", check: trackSizes,
			rule:   "One call takes 75 objects in all, or 75 in each array, or 50 in all.",
			source: "Braze: API rate limits", choices: []string{"track_objects"},
		},
		{
			name: "update_existing_only_rules", check: existingOnly,
			rule:   "A new external id makes a user unless _update_existing_only is true; a new alias makes one only when it is false.",
			source: "Braze: User attributes object",
		},
		{
			name: "attribute_operations", check: operations,
			rule:   "Numbers are incremented, arrays added to and removed from, objects in arrays added, updated and removed, objects merged or replaced, null removes.",
			source: "Braze: User attributes object, Array of objects, Nested custom attributes",
		},
		{
			name: "lengths_and_reserved_names_are_errors", check: attributeLimits,
			rule:   "Texts over 255 characters, objects over 100 KB and the property names time and event_name are refused.",
			source: "Braze: Custom attributes, Custom events", choices: []string{"long_text"},
		},
		{
			name: "export_returns_users_and_invalid_ids", check: export,
			rule:   "The export answers with the users there are, names the ids that nobody has, and takes 50 at a time.",
			source: "Braze: Export user profile by identifier",
		},
		{
			name: "subscription_status_v2", check: subscriptions,
			rule:   "A state is set for up to 50 users, by emails or by phones but not both, for everybody who shares a number, of a group that exists; it may take a minute.",
			source: "Braze: Update user subscription group status (v2), WhatsApp subscription groups", choices: []string{"subscription_delay_seconds"},
		},
		{
			name: "hourly_pool_and_track_window", check: rates,
			rule:   "Send endpoints share one pool until the next whole hour, /users/track has its own of 3 seconds; beyond it is 429 with none remaining and no Retry-After.",
			source: "Braze: API rate limits", choices: []string{"retry_after", "hourly_limit", "track_limit"},
		},
		{
			name: "faults_by_call_number", check: faults,
			rule:   "Calls can be made to fail by their number: 429 and 5xx, slow, refused, or carried out and then cut off, which leaves the caller in doubt.",
			source: "Braze: API errors (5XX); the faults are the sandbox's own",
		},
		{
			name: "quick_calls_may_be_delivered_swapped", check: swapped,
			rule:   "Two calls for one user may reach the phone the other way round.",
			source: "Braze: Race conditions (no order is promised)",
		},
	}
}

// whatsApp is a call of /messages/send to Grace.
func whatsApp(kind string, message m, more ...any) m {
	object := m{"app_id": "any", "subscription_group_id": group, "message_type": kind, "message": message}
	for i := 0; i+1 < len(more); i += 2 {
		object[more[i].(string)] = more[i+1]
	}
	return m{"external_user_ids": []string{"grace"}, "messages": m{"whats_app": object}}
}

func messageShape(_ *testing.T, b *box) {
	b.refuses(messagesSend, map[string]any{"none": m{"external_user_ids": []string{"grace"}}, "trigger's fields": m{"campaign_id": reply, "recipients": []any{}}}, "No message to send")
	b.refuses(messagesSend, map[string]any{
		"type":     whatsApp("telegram", m{"body": "x"}),
		"body":     whatsApp("text_response_message", m{}),
		"image":    whatsApp("text_image_response_message", m{"caption": "x"}),
		"buttons":  whatsApp("quick_reply_response_message", m{"body": "x"}),
		"list":     whatsApp("list_response_message", m{"body": "x"}),
		"template": whatsApp("template_message", m{"template_language_code": "en"}),
		"language": whatsApp("template_message", m{"template_name": "reopen_conversation"}),
		"app":      whatsApp("text_response_message", m{"body": "x"}, "app_id", ""),
		"group":    whatsApp("text_response_message", m{"body": "x"}, "subscription_group_id", ""),
	})
	b.open(grace)
	b.want(http.StatusCreated, "POST", messagesSend, whatsApp("text_response_message", m{"body": "whole"}))
	b.got(grace, "whole")
}

func messageCampaign(_ *testing.T, b *box) {
	b.open(grace)
	send := func(campaign, variation string) m {
		call := whatsApp("text_response_message", m{"body": "of a campaign"}, "message_variation_id", variation)
		call["campaign_id"] = campaign
		return call
	}
	b.refuses(messagesSend, map[string]any{"no variation": send(apiCampaign, "")}, "Message Variant Unspecified")
	b.refuses(messagesSend, map[string]any{"another's variation": send(apiCampaign, "x")}, "Invalid Message Variant")
	b.refuses(messagesSend, map[string]any{"a webhook": send(inbound, "x")}, "Mismatched Message Type")
	b.refuses(messagesSend, map[string]any{"API-triggered": send(reply, "x"), "unknown": send("x", "x")}, "Invalid Campaign ID")
	b.want(http.StatusCreated, "POST", messagesSend, send(apiCampaign, variation))
	b.got(grace, "of a campaign")
}

func messageLimits(_ *testing.T, b *box) {
	b.open(grace)
	rows := func(n int) []m {
		all := make([]m, n)
		for i := range all {
			all[i] = m{"row_title": fmt.Sprint(i)}
		}
		return all
	}
	lists := func(sections ...m) m {
		return whatsApp("list_response_message", m{"body": "x", "list": m{"list_button_text": "l", "list_sections": append([]m{}, sections...)}})
	}
	buttons := func(n int) m {
		all := make([]m, n)
		for i := range all {
			all[i] = m{"text": fmt.Sprint(i)}
		}
		return whatsApp("quick_reply_response_message", m{"body": "x", "buttons": all})
	}
	broken := map[string]any{
		"four buttons": buttons(4), "no section": lists(),
		"eleven rows in two sections": lists(m{"section_title": "a", "list_rows": rows(5)}, m{"section_title": "b", "list_rows": rows(6)}),
	}
	b.refuses(messagesSend, broken)
	b.refuses(messagesSend, map[string]any{"two headers": whatsApp("quick_reply_response_message",
		m{"body": "x", "buttons": []m{{"text": "a"}}, "header_text": "h", "header_image_uri": "https://example.com/h.png"})})
	b.choose("message_limits", "whatsapp")
	for _, call := range broken {
		id := b.want(http.StatusCreated, "POST", messagesSend, call).text("dispatch_id")
		if e := b.log("kind=delivery&dispatch_id=%s", id); len(e) != 1 || e[0].ProviderCode != 100 {
			b.t.Errorf("at WhatsApp: %+v", e)
		}
	}
	b.got(grace)
	b.want(http.StatusCreated, "POST", messagesSend, buttons(3))
	b.want(http.StatusCreated, "POST", messagesSend, lists(m{"section_title": "a", "list_rows": rows(10)}))
	b.got(grace, "x", "x")
}

func canvasEntry(t *testing.T, b *box) {
	b.open(grace)
	enter := func(fields m) m {
		fields["canvas_id"] = canvas
		if fields["recipients"] == nil {
			fields["recipients"] = []any{recipient("grace")}
		}
		return fields
	}
	b.refuses(canvasSend, map[string]any{"large": enter(m{"context": words(strings.Repeat("x", 50*1024))})}, "50 KB")
	b.refuses(canvasSend, map[string]any{"a campaign": m{"canvas_id": reply, "recipients": []any{recipient("grace")}}}, "Canvas")
	b.want(http.StatusCreated, "POST", canvasSend, enter(m{"context": words("new name")}))
	b.want(http.StatusCreated, "POST", canvasSend, enter(m{"canvas_entry_properties": words("old name")}))
	b.want(http.StatusCreated, "POST", canvasSend, enter(m{"recipients": []any{
		recipient("grace", "context", words("own"), "attributes", m{"seen": true, "subscription_groups": subscription("unsubscribed")}),
	}}))
	b.got(grace, "new name", "old name", "own")
	if u := b.user("grace"); state(u) != "subscribed" || u["custom_attributes"].(m)["seen"] != true {
		t.Errorf("profile %v", u)
	}
	for _, status := range []string{"paused", "archived"} {
		b.edit(canvas, field("status", status))
		if a := b.want(http.StatusCreated, "POST", canvasSend, enter(m{})); !strings.Contains(a.text("notice"), status) {
			t.Errorf("%s: %s", status, a.raw)
		}
	}
}

func trackErrors(t *testing.T, b *box) {
	event := m{"external_id": "grace", "name": "chat_started", "time": "2027-01-10T09:00:00Z"}
	a := b.want(http.StatusCreated, "POST", track, m{
		"attributes": []any{m{"external_id": "grace", "x": 1}, m{"external_id": "ada", "x": 1}}, "events": []any{event, event},
		"purchases": []any{m{"external_id": "grace", "product_id": "mug", "currency": "EUR", "price": 9.5, "time": "2027-01-10"}},
	})
	testkit.Diff(t, a.json, m{"message": "success", "attributes_processed": 2.0, "events_processed": 2.0, "purchases_processed": 1.0})
	if events := b.user("grace")["custom_events"].([]any); events[0].(m)["count"] != 2.0 {
		t.Errorf("the same event twice is one: %v", events)
	}
	a = b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "grace", "y": 1}, m{"of": "nobody"}}, "events": []any{m{"external_id": "grace"}}})
	errors := a.json["errors"].([]any)
	if len(errors) != 2 || a.text("message") != "success" || a.json["attributes_processed"] != 1.0 {
		t.Fatalf("partial: %s", a.raw)
	}
	for i, want := range []m{{"input_array": "attributes", "index": 1.0}, {"input_array": "events", "index": 0.0}} {
		e := errors[i].(m)
		if e["input_array"] != want["input_array"] || e["index"] != want["index"] || e["type"] == "" {
			t.Errorf("error %d: %v", i, e)
		}
	}
	a = b.want(http.StatusBadRequest, "POST", track, m{"attributes": []any{m{"of": "nobody"}}})
	if a.json["errors"] == nil || a.text("message") == "success" {
		t.Errorf("nothing good: %s", a.raw)
	}
}

func trackSizes(t *testing.T, b *box) {
	call := func(attributes, events int) string {
		return `{"attributes":` + many(attributes, `{"external_id":"grace","x":1}`) + `,"events":` +
			many(events, `{"external_id":"grace","name":"e","time":"2027-01-10"}`) + `}`
	}
	for _, c := range []struct {
		rule               string
		attributes, events int
		status             int
	}{
		{"75_total", 40, 35, 201},
		{"75_total", 40, 36, 400},
		{"75_each", 75, 75, 201},
		{"75_each", 75, 76, 400},
		{"50_total", 25, 25, 201},
		{"50_total", 25, 26, 400},
	} {
		b.choose("track_objects", c.rule)
		if a := b.post(track, call(c.attributes, c.events)); a.status != c.status {
			t.Errorf("%s: %d and %d objects are %d, want %d", c.rule, c.attributes, c.events, a.status, c.status)
		}
	}
}

func existingOnly(t *testing.T, b *box) {
	write := func(status int, object m) {
		t.Helper()
		object["x"] = 1
		b.want(status, "POST", track, m{"attributes": []any{object}})
	}
	alias := m{"alias_name": "c-1", "alias_label": "crm"}
	write(http.StatusCreated, m{"external_id": "made"})
	b.user("made")
	write(http.StatusBadRequest, m{"external_id": "not-made", "_update_existing_only": true})
	b.noUser("not-made")
	write(http.StatusBadRequest, m{"user_alias": alias})
	write(http.StatusBadRequest, m{"user_alias": alias, "_update_existing_only": true})
	write(http.StatusCreated, m{"user_alias": alias, "_update_existing_only": false})
	write(http.StatusCreated, m{"user_alias": alias})
	a := b.want(http.StatusCreated, "POST", "/users/export/ids", m{"user_aliases": []any{alias}})
	if n := len(a.json["users"].([]any)); n != 1 {
		t.Errorf("%d users have the alias", n)
	}
}

func operations(t *testing.T, b *box) {
	write := func(attributes m) {
		t.Helper()
		attributes["external_id"] = "grace"
		if a := b.want(http.StatusCreated, "POST", track, m{"attributes": []any{attributes}}); a.json["errors"] != nil {
			t.Errorf("%s", a.raw)
		}
	}
	write(m{
		"visits": 1, "old": "x", "tags": []string{"a", "b"}, "size": m{"eu": 40},
		"orders": []any{m{"id": 1, "state": "open"}, m{"id": 2, "state": "open"}},
	})
	write(m{"visits": m{"inc": 2}, "old": nil, "tags": m{"add": []string{"c"}}, "size": m{"us": 9}, "_merge_objects": true})
	write(m{"tags": m{"remove": []string{"a"}}, "orders": m{"$add": []any{m{"id": 3}}}})
	write(m{"orders": m{"$update": []any{m{"$identifier_key": "id", "$identifier_value": 2, "$new_object": m{"state": "sent"}}}}})
	write(m{"orders": m{"$remove": []any{m{"$identifier_key": "id", "$identifier_value": 1}}}})
	testkit.Diff(t, b.user("grace")["custom_attributes"].(m), m{
		"visits": 3.0, "tags": []any{"b", "c"}, "size": m{"eu": 40.0, "us": 9.0},
		"orders": []any{m{"id": 2.0, "state": "sent"}, m{"id": 3.0}},
	})
	write(m{"size": m{"uk": 7}})
	testkit.Diff(t, b.user("grace")["custom_attributes"].(m)["size"], any(m{"uk": 7.0}))
}

func attributeLimits(t *testing.T, b *box) {
	long := strings.Repeat("é", 256)
	attribute := func(name string, value any) m { return m{"attributes": []any{m{"external_id": "grace", name: value}}} }
	event := func(properties m) m {
		return m{"events": []any{m{"external_id": "grace", "name": "e", "time": "2027-01-10", "properties": properties}}}
	}
	large := make([]m, 500)
	for i := range large {
		large[i] = m{"k": strings.Repeat("v", 230)}
	}
	b.refuses(track, map[string]any{
		"long text": attribute("x", long), "large array": attribute("x", large), "long property": event(m{"p": long}),
		"time": event(m{"time": "x"}), "event_name": event(m{"event_name": "x"}), "dollar": attribute("$x", 1),
	})
	b.want(http.StatusCreated, "POST", track, attribute("x", long[:2*255]))
	b.choose("long_text", "cut")
	b.want(http.StatusCreated, "POST", track, attribute("x", long))
	if got := b.user("grace")["custom_attributes"].(m)["x"]; got != long[:2*255] {
		t.Errorf("cut to %q", got)
	}
}

func export(t *testing.T, b *box) {
	const path = "/users/export/ids"
	a := b.want(http.StatusCreated, "POST", path, m{"external_ids": []string{"grace", "nobody"}, "fields_to_export": []string{"external_id", "phone"}})
	testkit.Diff(t, a.json, m{"message": "success", "users": []any{m{"external_id": "grace", "phone": grace}}, "invalid_user_ids": []any{"nobody"}})
	b.want(http.StatusCreated, "POST", path, `{"external_ids":`+many(50, `"grace"`)+`}`)
	b.refuses(path, map[string]any{"51": `{"external_ids":` + many(51, `"grace"`) + `}`, "none": m{}})
}

func subscriptions(t *testing.T, b *box) {
	const path = "/v2/subscription/status/set"
	set := func(more ...any) m {
		g := m{"subscription_group_id": group, "subscription_state": "unsubscribed"}
		for i := 0; i+1 < len(more); i += 2 {
			g[more[i].(string)] = more[i+1]
		}
		return m{"subscription_groups": []any{g}}
	}
	ids := make([]string, 51)
	for i := range ids {
		ids[i] = "grace"
	}
	a := b.want(http.StatusBadRequest, "POST", path, set("subscription_group_id", "none", "external_ids", ids[:1]))
	testkit.Diff(t, a.json, m{"message": "Invalid subscription group ID"})
	b.refuses(path, map[string]any{
		"both": set("emails", []string{"a@example.com"}, "phones", []string{grace}), "51": set("external_ids", ids),
		"nobody": set(), "state": set("external_ids", ids[:1], "subscription_state", "perhaps"),
	})
	b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "twin", "phone": grace, "subscription_groups": subscription("subscribed")}}})
	b.want(http.StatusCreated, "POST", path, set("phones", []string{grace}))
	if state(b.user("grace")) != "unsubscribed" || state(b.user("twin")) != "unsubscribed" {
		t.Error("not everybody with the number is unsubscribed")
	}
	b.choose("subscription_delay_seconds", 60)
	b.want(http.StatusCreated, "POST", path, set("external_ids", []string{"ada"}))
	b.advance(59 * time.Second)
	before := state(b.user("ada"))
	b.advance(time.Second)
	if after := state(b.user("ada")); before != "subscribed" || after != "unsubscribed" {
		t.Errorf("after 59 s %v, after 60 s %v", before, after)
	}
}

func rates(t *testing.T, b *box) {
	b.choose("hourly_limit", 2)
	b.choose("track_limit", 1)
	b.say("grace", "one")
	b.post(messagesSend, whatsApp("text_response_message", m{"body": "two"}))
	a := b.post(canvasSend, m{"canvas_id": canvas, "recipients": []any{recipient("grace")}})
	if a.status != http.StatusTooManyRequests || a.header.Get("X-RateLimit-Remaining") != "0" || a.header.Get("Retry-After") != "" ||
		a.header.Get("X-RateLimit-Reset") != fmt.Sprint(begin.Unix()+3600) {
		t.Errorf("%d %v", a.status, a.header)
	}
	if len(b.log("kind=trigger_send&campaign_id=%s", canvas)) != 0 {
		t.Error("the refused call was carried out")
	}
	write := m{"attributes": []any{m{"external_id": "grace", "x": 1}}}
	b.want(http.StatusCreated, "POST", track, write)
	b.want(http.StatusTooManyRequests, "POST", track, write)
	b.advance(3 * time.Second)
	b.want(http.StatusCreated, "POST", track, write)
	b.choose("retry_after", true)
	if a := b.trigger(reply, recipient("grace")); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" {
		t.Errorf("with Retry-After: %d %v", a.status, a.header)
	}
	b.advance(time.Hour)
	b.say("grace", "the next hour")
}

func faults(t *testing.T, b *box) {
	b.open(grace)
	send := m{"campaign_id": reply, "recipients": []any{recipient("grace", "trigger_properties", words("told"))}}
	for _, status := range []int{429, 500, 502, 503, 504} {
		b.faults(fmt.Sprintf(`{"api":[{"path":%q,"from_call":2,"calls":1,"status":%d}]}`, triggerSend, status))
		for call, want := range []int{201, status, 201} {
			if a := b.post(triggerSend, send); a.status != want {
				t.Errorf("call %d: %d, want %d", call+1, a.status, want)
			}
		}
	}
	before := len(b.inbox(grace))
	if before != 1+2*5 {
		t.Errorf("%d messages, want the two that passed of each three", before)
	}
	b.faults(fmt.Sprintf(`{"api":[{"path":%q,"calls":1,"cut_after_accept":true},{"path":"*","from_call":2,"calls":1,"refuse":true},{"path":"*","from_call":3,"delay_ms":60}]}`, triggerSend))
	for _, added := range []int{1, 1} { // carried out, not carried out; the caller cannot tell
		if a, err := b.try(key, "POST", triggerSend, send); err == nil {
			t.Errorf("a cut call answers %d", a.status)
		}
		if got := len(b.inbox(grace)) - before; got != added {
			t.Errorf("%d messages more, want %d", got, added)
		}
	}
	began := time.Now()
	b.post(triggerSend, send)
	if took := time.Since(began); took < 60*time.Millisecond {
		t.Errorf("the slow call took %s", took)
	}
}

func swapped(_ *testing.T, b *box) {
	b.open(grace)
	b.faults(`{"delivery":{"reorder":true}}`)
	for _, text := range []string{"one", "two", "three"} {
		b.say("grace", text)
	}
	b.got(grace, "two", "one")
	b.advance(2 * time.Second) // nothing follows the third
	b.got(grace, "two", "one", "three")
}
