package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

// trigger calls /campaigns/trigger/send for the reply campaign with more fields.
func (b *box) trigger(fields map[string]any) reply {
	b.t.Helper()
	body := map[string]any{"campaign_id": sandbox.SeedReply}
	for k, v := range fields {
		body[k] = v
	}
	return b.call("POST", triggerPath, body)
}

func to(fields ...any) []any {
	one := map[string]any{}
	for i := 0; i+1 < len(fields); i += 2 {
		one[fields[i].(string)] = fields[i+1]
	}
	return []any{one}
}

func text(body string) map[string]any { return map[string]any{"external_system_msg_body": body} }

func TestLine08_campaignMustBeTriggerable(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.change(sandbox.SeedReply, func(c map[string]any) { c["delivery"] = "action_based" })
	for name, id := range map[string]string{
		"unknown": "11111111-0000-4000-8000-000000000001", "webhook": sandbox.SeedInbound, "action-based": sandbox.SeedReply,
		"api campaign": sandbox.SeedAPI, "canvas": sandbox.SeedCanvas, "empty": "",
	} {
		if r := b.send(id, "grace", "x"); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "Campaign") {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	if got := b.got(grace); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestLine09_recipientsOrBroadcast(t *testing.T) {
	t.Parallel()
	b := start(t)
	for name, fields := range map[string]map[string]any{
		"neither":         {},
		"both":            {"broadcast": true, "recipients": to("external_user_id", "grace")},
		"empty":           {"recipients": []any{}},
		"empty broadcast": {"recipients": []any{}, "broadcast": true},
	} {
		if r := b.trigger(fields); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	b.open(grace)
	b.open(ada)
	b.call("POST", "/users/track", `{"attributes":[{"external_id":"ada","vip":true}]}`)
	b.trigger(map[string]any{"broadcast": true, "trigger_properties": text("all")})
	b.trigger(map[string]any{
		"broadcast": true, "trigger_properties": text("vip"),
		"audience": map[string]any{"AND": []any{map[string]any{"custom_attribute": map[string]any{"custom_attribute_name": "vip", "comparison": "equals", "value": true}}}},
	})
	if diff := cmp.Diff([][]string{{"all"}, {"all", "vip"}}, [][]string{b.got(grace), b.got(ada)}); diff != "" {
		t.Error(diff)
	}
}

func TestLine10_fiftyRecipients(t *testing.T) {
	t.Parallel()
	b := start(t)
	if r := b.trigger(map[string]any{"recipients": recipients(51)}); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "max number") {
		t.Errorf("51: %d %s", r.status, r.raw)
	}
	if r := b.trigger(map[string]any{"recipients": recipients(50)}); r.status != http.StatusCreated {
		t.Errorf("50: %d %s", r.status, r.raw)
	}
}

func TestLine11_oneIdentifier(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	bad := map[string][]any{
		"none":        to("trigger_properties", text("x")),
		"empty":       to("external_user_id", ""),
		"two":         to("external_user_id", "grace", "braze_id", "x"),
		"half alias":  to("user_alias", map[string]any{"alias_name": "x"}),
		"email alone": to("email", "a@example.com"),
	}
	for name, list := range bad {
		if r := b.trigger(map[string]any{"recipients": list}); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "recipients[0]") {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	b.switches(map[string]any{"recipient_errors": "minor"})
	r := b.trigger(map[string]any{"recipients": append(bad["none"], to("external_user_id", "grace", "trigger_properties", text("ok"))...)})
	if r.status != http.StatusCreated || r.json["errors"] == nil {
		t.Errorf("minor: %d %s", r.status, r.raw)
	}
	if diff := cmp.Diff([]string{"ok"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine12_createOnSend(t *testing.T) {
	t.Parallel()
	b := start(t)
	if r := b.trigger(map[string]any{"recipients": to("external_user_id", "new", "send_to_existing_only", false)}); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "attributes") {
		t.Errorf("without attributes: %d %s", r.status, r.raw)
	}
	alias := map[string]any{"alias_name": "n", "alias_label": "l"}
	if r := b.trigger(map[string]any{"recipients": to("user_alias", alias, "send_to_existing_only", false, "attributes", map[string]any{})}); r.status != http.StatusBadRequest {
		t.Errorf("with an alias: %d %s", r.status, r.raw)
	}
	b.must(http.StatusCreated, "POST", "/sandbox/phones", `{"phone":"+15550000009","name":"New One"}`)
	b.must(http.StatusAccepted, "POST", phonePath("+15550000009")+"/messages", `{"text":"hi"}`)
	r := b.trigger(map[string]any{"recipients": to("external_user_id", "new", "send_to_existing_only", false, "trigger_properties", text("welcome"),
		"attributes", map[string]any{
			"phone": "+15550000009", "first_name": "New",
			"subscription_groups": []any{map[string]any{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"}},
		})})
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	if diff := cmp.Diff([]string{"welcome"}, b.got("+15550000009")); diff != "" {
		t.Error(diff)
	}
	if b.user("new")["phone"] != "+15550000009" {
		t.Errorf("profile %v", b.user("new"))
	}
}

func TestLine13_unknownUser(t *testing.T) {
	t.Parallel()
	b := start(t)
	id := b.reply("nobody", "x")
	entries := b.log("dispatch_id=" + id + "&outcome=unknown_user")
	if len(entries) != 1 || entries[0].ExternalID != "nobody" || entries[0].Kind != "trigger_send" {
		t.Errorf("log has %+v", entries)
	}
}

func TestLine14_propertiesOverride(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["whatsapp"].(map[string]any)["body"] = "{{api_trigger_properties.${a}}}-{{api_trigger_properties.${b}}}-{{api_trigger_properties.${c}.d}}"
	})
	b.open(grace)
	b.open(ada)
	r := b.trigger(map[string]any{
		"trigger_properties": map[string]any{"a": "1", "b": "2", "c": map[string]any{"d": 3}},
		"recipients":         append(to("external_user_id", "grace", "trigger_properties", map[string]any{"b": "own"}), to("external_user_id", "ada")...),
	})
	if r.status != http.StatusCreated {
		t.Fatal(r.raw)
	}
	if diff := cmp.Diff([][]string{{"1-own-3"}, {"1-2-3"}}, [][]string{b.got(grace), b.got(ada)}); diff != "" {
		t.Error(diff)
	}
}

func TestLine15_propertiesSize(t *testing.T) {
	t.Parallel()
	b := start(t)
	big := text(strings.Repeat("x", 51*1024))
	for name, fields := range map[string]map[string]any{
		"top":       {"trigger_properties": big, "recipients": to("external_user_id", "grace")},
		"recipient": {"recipients": to("external_user_id", "grace", "trigger_properties", big)},
	} {
		if r := b.trigger(fields); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "50 KB") {
			t.Errorf("%s: %d %s", name, r.status, r.message())
		}
	}
}

func TestLine16_duplicateRecipients(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	twice := map[string]any{"recipients": append(
		to("external_user_id", "grace", "trigger_properties", text("first")),
		to("braze_id", b.user("grace")["braze_id"], "trigger_properties", text("second"))...)}
	b.trigger(twice)
	if diff := cmp.Diff([]string{"first"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
	if n := len(b.log("outcome=duplicate_recipient")); n != 1 {
		t.Errorf("%d log lines", n)
	}
	b.switches(map[string]any{"duplicate_recipient": "last"})
	b.trigger(twice)
	if diff := cmp.Diff([]string{"first", "second"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine17_attributesBeforeTheSend(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["whatsapp"].(map[string]any)["body"] = "{{custom_attribute.${chat_status}}} {{${first_name}}} {{subscribed_state.${" + sandbox.SeedGroup + "}}}"
	})
	b.write(unknown, "hi")
	b.hook()
	id := b.user(unknown)["braze_id"]
	r := b.trigger(map[string]any{"recipients": to("braze_id", id, "attributes", map[string]any{
		"chat_status": "bot", "first_name": "Una",
		"subscription_groups": []any{map[string]any{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"}},
	})})
	if r.status != http.StatusCreated {
		t.Fatal(r.raw)
	}
	if diff := cmp.Diff([]string{"bot Una subscribed"}, b.got(unknown)); diff != "" {
		t.Error(diff)
	}
	r = b.trigger(map[string]any{"recipients": to("braze_id", id, "attributes", map[string]any{"long": strings.Repeat("x", 256), "chat_status": "human"})})
	if r.status != http.StatusCreated || r.json["errors"] == nil {
		t.Errorf("an attribute that is refused answers %d %s", r.status, r.raw)
	}
	if diff := cmp.Diff("human", b.user(unknown)["custom_attributes"].(map[string]any)["chat_status"]); diff != "" {
		t.Error(diff)
	}
}

func TestLine18_reEligibility(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.change(sandbox.SeedReply, func(c map[string]any) { c["re_eligible"] = false })
	b.reply("grace", "one")
	b.reply("grace", "two")
	if diff := cmp.Diff([]string{"one"}, b.got(grace)); diff != "" {
		t.Errorf("off: %s", diff)
	}
	_, notices := b.conversation(grace)
	if len(notices) != 1 || notices[0].Kind != "not_re_eligible" || notices[0].N != 2 || notices[0].Text.EN == "" || notices[0].Text.FR == "" || notices[0].Doc == "" {
		t.Errorf("notices %+v", notices)
	}
	b.change(sandbox.SeedReply, func(c map[string]any) { c["re_eligible"], c["re_eligible_after_seconds"] = true, 60 })
	b.reply("grace", "too soon")
	b.advance(61 * time.Second)
	b.reply("grace", "three")
	b.reply("grace", "too soon again")
	b.advance(61 * time.Second)
	b.reply("grace", "four")
	if diff := cmp.Diff([]string{"one", "three", "four"}, b.got(grace)); diff != "" {
		t.Errorf("window: %s", diff)
	}
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["re_eligible"], c["re_eligible_after_seconds"] = false, 0
		c["whatsapp"].(map[string]any)["body"] = "{% if api_trigger_properties.${external_system_msg_body} == 'stop' %}{% abort_message('asked to') %}{% endif %}{{api_trigger_properties.${external_system_msg_body}}}"
	})
	b.open(ada)
	b.reply("ada", "stop")
	b.reply("ada", "first that counts")
	if diff := cmp.Diff([]string{"first that counts"}, b.got(ada)); diff != "" {
		t.Errorf("aborted sends count: %s", diff)
	}
}

func TestLine18_reEligibilityOfTheInboundCampaign(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedInbound, func(c map[string]any) { c["re_eligible"] = false })
	b.open(grace)
	b.write(grace, "second")
	b.noHook()
	if n := len(b.log("kind=webhook&outcome=not_re_eligible")); n != 1 {
		t.Errorf("%d drops, log %v", n, b.outcomes("webhook"))
	}
}

func TestLine19_inactiveCampaign(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	for _, status := range []string{"paused", "archived", "draft"} {
		b.switches(map[string]any{"inactive_campaign": "notice"})
		b.change(sandbox.SeedReply, func(c map[string]any) { c["status"] = status })
		r := b.send(sandbox.SeedReply, "grace", "x")
		if notice, _ := r.json["notice"].(string); r.status != http.StatusCreated || !strings.Contains(notice, status) {
			t.Errorf("%s: %d %s", status, r.status, r.raw)
		}
		b.switches(map[string]any{"inactive_campaign": "refuse"})
		if r := b.send(sandbox.SeedReply, "grace", "x"); r.status != http.StatusBadRequest {
			t.Errorf("%s refused: %d %s", status, r.status, r.raw)
		}
	}
	if got := b.got(grace); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
}

func TestLine20_missingPropertyRendersBlank(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["whatsapp"].(map[string]any)["body"] = "{{api_trigger_properties.${external_system_msg+body}}}"
	})
	id := b.reply("grace", "the page's own misspelling")
	entries := b.log("dispatch_id=" + id + "&kind=delivery")
	if len(entries) != 1 || entries[0].Outcome != "blank" || entries[0].ProviderCode == 0 {
		t.Errorf("log %+v", entries)
	}
	if _, notices := b.conversation(grace); len(notices) != 1 || notices[0].Kind != "blank" {
		t.Errorf("notices %+v", notices)
	}
	b.change(sandbox.SeedReply, func(c map[string]any) {
		c["whatsapp"].(map[string]any)["body"] = "Hello{{api_trigger_properties.${missing}}}!"
	})
	b.reply("grace", "x")
	if diff := cmp.Diff([]string{"Hello!"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine21_subscription(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	set := func(state string) {
		b.must(http.StatusCreated, "POST", "/v2/subscription/status/set", map[string]any{"subscription_groups": []any{
			map[string]any{"subscription_group_id": sandbox.SeedGroup, "subscription_state": state, "external_ids": []string{"grace"}},
		}})
	}
	set("unsubscribed")
	id := b.reply("grace", "no")
	if entries := b.log("dispatch_id=" + id + "&outcome=not_subscribed"); len(entries) != 1 {
		t.Errorf("log %+v", entries)
	}
	_, notices := b.conversation(grace)
	if len(notices) != 1 || !strings.Contains(notices[0].Text.EN, "Grace is not subscribed") || !strings.Contains(notices[0].Text.FR, "Grace") {
		t.Errorf("notices %+v", notices)
	}
	if p := b.must(http.StatusOK, "GET", phonePath(grace), nil); p.json["subscribed"] != false {
		t.Errorf("phone %s", p.raw)
	}
	set("subscribed")
	b.reply("grace", "yes")
	if diff := cmp.Diff([]string{"yes"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine22_quietHoursAndFrequencyCap(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusOK, "POST", "/sandbox/clock", `{"set":"2027-01-10T23:30:00Z"}`)
	b.open(grace)
	b.change(sandbox.SeedReply, func(c map[string]any) { c["quiet_hours"] = map[string]any{"from": "22:00", "until": "07:00"} })
	b.reply("grace", "night")
	b.advance(8 * time.Hour)
	b.reply("grace", "morning")
	b.change(sandbox.SeedReply, func(c map[string]any) {
		delete(c, "quiet_hours")
		c["frequency_cap"] = map[string]any{"messages": 2, "seconds": 3600}
	})
	for _, s := range []string{"one", "two", "three"} {
		b.reply("grace", s)
	}
	b.advance(time.Hour + time.Second)
	b.reply("grace", "four")
	if diff := cmp.Diff([]string{"morning", "one", "two", "four"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
	reasons := ""
	for _, e := range b.log("outcome=aborted") {
		reasons += e.Reason + "|"
	}
	if !strings.Contains(reasons, "quiet hours") || !strings.Contains(reasons, "frequency capping") {
		t.Errorf("aborts: %s", reasons)
	}
}

func TestTrigger_recipientByAliasEmailAndBrazeID(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.must(http.StatusCreated, "POST", "/users/alias/new", `{"user_aliases":[{"external_id":"grace","alias_name":"+15550000001","alias_label":"phone"}]}`)
	b.must(http.StatusCreated, "POST", "/users/track", `{"attributes":[{"external_id":"grace","email":"Grace@example.com"}]}`)
	b.trigger(map[string]any{"recipients": to("user_alias", map[string]any{"alias_name": "+15550000001", "alias_label": "phone"}, "trigger_properties", text("alias"))})
	b.trigger(map[string]any{"recipients": to("email", "grace@example.com", "prioritization", []string{"identified", "most_recently_updated"}, "trigger_properties", text("email"))})
	b.trigger(map[string]any{"recipients": to("braze_id", b.user("grace")["braze_id"], "trigger_properties", text("braze id"))})
	if diff := cmp.Diff([]string{"alias", "email", "braze id"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestTrigger_liquidInProperties(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.reply("grace", "Hi {{${first_name}}}")
	b.switches(map[string]any{"liquid_in_properties": true})
	b.reply("grace", "Hi {{${first_name}}}")
	if diff := cmp.Diff([]string{"Hi {{${first_name}}}", "Hi Grace"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}
