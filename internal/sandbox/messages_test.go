package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

// messagesSend calls /messages/send for grace with one whats_app message.
func (b *box) messagesSend(kind, message string, more ...string) reply {
	b.t.Helper()
	body := `{"external_user_ids":["grace"],` + strings.Join(append(more, ""), ",") + `"messages":{"whats_app":{"app_id":"any","subscription_group_id":"` +
		sandbox.SeedGroup + `","message_type":"` + kind + `","message":` + message + `}}}`
	return b.call("POST", "/messages/send", body)
}

func TestLine23_messagesNeedAMessage(t *testing.T) {
	t.Parallel()
	b := start(t)
	if r := b.call("POST", "/messages/send", `{"external_user_ids":["grace"],"campaign_id":"x"}`); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "No message to send") {
		t.Errorf("the page's prose: %d %s", r.status, r.raw)
	}
	for name, r := range map[string]reply{
		"unknown type":    b.messagesSend("voice_message", `{"body":"x"}`),
		"no body":         b.messagesSend("text_response_message", `{}`),
		"no image":        b.messagesSend("text_image_response_message", `{"caption":"x"}`),
		"no buttons":      b.messagesSend("quick_reply_response_message", `{"body":"x"}`),
		"no list":         b.messagesSend("list_response_message", `{"body":"x"}`),
		"no template":     b.messagesSend("template_message", `{"template_language_code":"en"}`),
		"no app":          b.call("POST", "/messages/send", `{"external_user_ids":["grace"],"messages":{"whats_app":{"message_type":"text_response_message"}}}`),
		"nobody":          b.call("POST", "/messages/send", `{"messages":{"whats_app":{}}}`),
		"unknown segment": b.call("POST", "/messages/send", `{"segment_id":"s","messages":{"whats_app":{}}}`),
		"other channel":   b.call("POST", "/messages/send", `{"external_user_ids":["grace"],"messages":{"sms":{}}}`),
	} {
		if r.status != http.StatusBadRequest || r.message() == "" {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
}

func TestLine24_messagesCampaign(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	send := func(campaign, variation string) reply {
		return b.call("POST", "/messages/send", fmt.Sprintf(`{"external_user_ids":["grace"],"campaign_id":%q,"messages":{"whats_app":{"app_id":"a","subscription_group_id":%q,
			"message_variation_id":%q,"message_type":"text_response_message","message":{"body":"through a campaign"}}}}`, campaign, sandbox.SeedGroup, variation))
	}
	for want, r := range map[string]reply{
		"Message Variant Unspecified": send(sandbox.SeedAPI, ""),
		"Invalid Message Variant":     send(sandbox.SeedAPI, "other"),
		"Mismatched Message Type":     send(sandbox.SeedInbound, "x"),
		"Invalid Campaign ID":         send("nothing", "x"),
		"trigger/send":                send(sandbox.SeedReply, "x"),
	} {
		if r.status != http.StatusBadRequest || !strings.Contains(r.message(), want) {
			t.Errorf("%s: %d %s", want, r.status, r.raw)
		}
	}
	if r := send(sandbox.SeedAPI, sandbox.SeedVariation); r.status != http.StatusCreated {
		t.Errorf("%d %s", r.status, r.raw)
	}
	if diff := cmp.Diff([]string{"through a campaign"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine25_messageLimits(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	rows := strings.TrimSuffix(strings.Repeat(`{"row_title":"r"},`, 11), ",")
	broken := map[string][2]string{
		"two headers":  {"quick_reply_response_message", `{"body":"x","header_text":"h","header_image_uri":"https://e/i.png","buttons":[{"text":"a"}]}`},
		"four buttons": {"quick_reply_response_message", `{"body":"x","buttons":[{"text":"a"},{"text":"b"},{"text":"c"},{"text":"d"}]}`},
		"eleven rows":  {"list_response_message", `{"body":"x","list":{"list_button_text":"l","list_sections":[{"section_title":"s","list_rows":[` + rows + `]}]}}`},
		"no section":   {"list_response_message", `{"body":"x","list":{"list_button_text":"l","list_sections":[]}}`},
	}
	for name, m := range broken {
		if r := b.messagesSend(m[0], m[1]); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	b.switches(map[string]any{"message_limits": "whatsapp"})
	delete(broken, "two headers")
	for name, m := range broken {
		r := b.messagesSend(m[0], m[1])
		entries := b.log(fmt.Sprintf("kind=delivery&dispatch_id=%v", r.json["dispatch_id"]))
		if r.status != http.StatusCreated || len(entries) != 1 || entries[0].ProviderCode != 100 {
			t.Errorf("%s at WhatsApp: %d %s %+v", name, r.status, r.raw, entries)
		}
	}
}

func TestMessages_everyLayout(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	for _, m := range [][2]string{
		{"text_response_message", `{"body":"Hello {{${first_name}}}"}`},
		{"text_image_response_message", `{"image_uri":"https://e.test/i.png","caption":"a picture"}`},
		{"quick_reply_response_message", `{"body":"Which?","header_text":"H","footer":"F","buttons":[{"text":"One"},{"text":"Two"}]}`},
		{"list_response_message", `{"header":"LH","body":"Pick","footer":"LF","list":{"list_button_text":"Open","list_sections":[{"section_title":"S","list_rows":[{"row_title":"R","row_description":"D"}]}]}}`},
		{"template_message", `{"template_name":"reopen_conversation","template_language_code":"en","body_variables":{"0":"Grace","1":"yes."}}`},
	} {
		if r := b.messagesSend(m[0], m[1]); r.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", m[0], r.status, r.raw)
		}
	}
	messages, notices := b.conversation(grace)
	if len(messages) != 6 || len(notices) != 0 {
		t.Fatalf("%+v %+v", messages, notices)
	}
	if m := messages[1]; m.Text != "Hello Grace" || m.Layout != "text" {
		t.Errorf("text %+v", m)
	}
	if m := messages[2]; m.Text != "a picture" || m.Layout != "image" || m.Media[0].URL != "https://e.test/i.png" || m.Media[0].Kind != "image" {
		t.Errorf("image %+v", m)
	}
	if m := messages[3]; m.Layout != "quick_reply" || m.Header != "H" || m.Footer != "F" || len(m.Buttons) != 2 || m.Buttons[1].Label != "Two" {
		t.Errorf("buttons %+v", m)
	}
	if m := messages[4]; m.Layout != "list" || m.Header != "LH" || m.List.Button != "Open" || m.List.Sections[0].Rows[0].Description != "D" {
		t.Errorf("list %+v", m)
	}
	if m := messages[5]; m.Layout != "template" || m.Text != "Hello Grace, we have an answer to your question: yes. Reply to this message to go on." {
		t.Errorf("template %+v", m)
	}
	r := b.messagesSend("template_message", `{"template_name":"nothing","template_language_code":"en"}`)
	if e := b.log(fmt.Sprintf("kind=delivery&dispatch_id=%v", r.json["dispatch_id"])); len(e) != 1 || e[0].ProviderCode != 132001 {
		t.Errorf("unknown template %+v", e)
	}
	r = b.messagesSend("template_message", `{"template_name":"reopen_conversation","template_language_code":"en","body_variables":{"0":"Grace"}}`)
	if e := b.log(fmt.Sprintf("outcome=blank&dispatch_id=%v", r.json["dispatch_id"])); len(e) != 1 {
		t.Errorf("missing variable %+v", e)
	}
}

func TestLine26_canvas(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	enter := func(fields string) reply {
		return b.call("POST", "/canvas/trigger/send", `{"canvas_id":"`+sandbox.SeedCanvas+`",`+fields+`}`)
	}
	if r := b.call("POST", "/canvas/trigger/send", `{"canvas_id":"nothing","recipients":[{"external_user_id":"grace"}]}`); r.status != http.StatusBadRequest {
		t.Errorf("unknown canvas: %d", r.status)
	}
	for _, f := range []string{
		`"recipients":[{"external_user_id":"grace","context":{"external_system_msg_body":"context"}}]`,
		`"canvas_entry_properties":{"external_system_msg_body":"entry"},"recipients":[{"external_user_id":"grace"}]`,
	} {
		if r := enter(f); r.status != http.StatusCreated || r.json["notice"] != nil {
			t.Errorf("%d %s", r.status, r.raw)
		}
	}
	if diff := cmp.Diff([]string{"context", "entry"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
	if r := enter(`"context":{"x":"` + strings.Repeat("x", 51*1024) + `"},"recipients":[{"external_user_id":"grace"}]`); r.status != http.StatusBadRequest {
		t.Errorf("large context: %d", r.status)
	}
	enter(`"recipients":[{"external_user_id":"grace","context":{"external_system_msg_body":"still"},"attributes":{"k":"v",
		"subscription_groups":[{"subscription_group_id":"` + sandbox.SeedGroup + `","subscription_state":"unsubscribed"}]}}]`)
	if diff := cmp.Diff([]string{"context", "entry", "still"}, b.got(grace)); diff != "" {
		t.Errorf("subscription_groups must be ignored: %s", diff)
	}
	for _, status := range []string{"archived", "paused"} {
		b.change(sandbox.SeedCanvas, func(c map[string]any) { c["status"] = status })
		if r := enter(`"recipients":[{"external_user_id":"grace"}]`); r.status != http.StatusCreated || !strings.Contains(fmt.Sprint(r.json["notice"]), status) {
			t.Errorf("%s: %d %s", status, r.status, r.raw)
		}
	}
}

func TestCampaigns_listDetailsAndSendID(t *testing.T) {
	t.Parallel()
	b := start(t)
	list := b.must(http.StatusOK, "GET", "/campaigns/list?page=0", nil).json["campaigns"].([]any)
	if len(list) != 14 || list[1].(map[string]any)["id"] != sandbox.SeedReply {
		t.Errorf("list %v", list)
	}
	b.change(sandbox.SeedImage, func(c map[string]any) { c["status"] = "archived" })
	if n := len(b.must(http.StatusOK, "GET", "/campaigns/list", nil).json["campaigns"].([]any)); n != 13 {
		t.Errorf("without archived: %d", n)
	}
	if n := len(b.must(http.StatusOK, "GET", "/campaigns/list?include_archived=true&page=1", nil).json["campaigns"].([]any)); n != 0 {
		t.Errorf("second page: %d", n)
	}
	d := b.must(http.StatusOK, "GET", "/campaigns/details?campaign_id="+sandbox.SeedReply, nil).json
	if d["archived"] != false || d["draft"] != false || d["schedule_type"] != "api_triggered" || d["channels"].([]any)[0] != "whats_app" {
		t.Errorf("details %v", d)
	}
	b.must(http.StatusBadRequest, "GET", "/campaigns/details?campaign_id=none", nil)
	id := b.must(http.StatusCreated, "POST", "/sends/id/create", `{"campaign_id":"`+sandbox.SeedReply+`"}`).json["send_id"].(string)
	send := func(id string) reply {
		return b.trigger(map[string]any{"send_id": id, "recipients": to("external_user_id", "grace")})
	}
	if r := send(id); r.status != http.StatusCreated {
		t.Errorf("send_id: %d %s", r.status, r.raw)
	}
	if r := send("never-made"); r.status != http.StatusBadRequest {
		t.Errorf("unknown send_id: %d %s", r.status, r.raw)
	}
	b.must(http.StatusBadRequest, "POST", "/sends/id/create", `{"campaign_id":"none"}`)
}
