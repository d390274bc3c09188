package checklist_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const triggerDoc = "Braze: Send API-triggered campaigns"

// triggerLines are 8 to 22: /campaigns/trigger/send.
func triggerLines() []line {
	return []line{
		{
			name: "campaign_must_exist_and_be_api_triggered", check: triggerable,
			rule:   "A campaign that does not exist, or is not set to API-triggered delivery, is 400 and sends nothing.",
			source: "Braze: API errors (Invalid Campaign ID)",
		},
		{
			name: "recipients_or_broadcast_but_not_both", check: recipientsOrBroadcast,
			rule:   "A call names recipients or says broadcast, never both and never neither; an empty array is neither.",
			source: triggerDoc + ", API errors (No Recipients); that an empty array is neither is our choice",
		},
		{name: "fifty_recipients_at_most", check: fifty, rule: "50 recipients are accepted, 51 are 400.", source: triggerDoc},
		{
			name: "exactly_one_identifier_for_each_recipient", check: oneIdentifier,
			rule:   "A recipient has one of external_user_id, user_alias, braze_id and email.",
			source: "Braze: Recipient object", choices: []string{"recipient_errors"},
		},
		{
			name: "creating_on_send_needs_attributes_and_no_alias", check: createOnSend,
			rule:   "With send_to_existing_only false the user is made before the message is sent; that needs attributes and cannot be done for an alias.",
			source: "Braze: Recipient object",
		},
		{
			name: "unknown_user_is_201_and_nobody_gets_anything", check: unknownUser,
			rule:   "An external id that nobody has is not an error; the message goes nowhere, and no user is made.",
			source: "Braze: API errors",
		},
		{
			name: "recipient_properties_override_common_ones", check: override,
			rule:   "A recipient's trigger properties replace the common ones key by key.",
			source: "Braze: Recipient object",
		},
		{name: "trigger_properties_over_50_kb_are_400", check: largeProperties, rule: "Trigger properties hold 50 KB.", source: triggerDoc},
		{
			name: "the_same_user_twice_gets_one_message", check: twice,
			rule:   "Copies of a user in one call are one message, also under different identifiers.",
			source: "Braze: Recipient object", choices: []string{"duplicate_recipient"},
		},
		{
			name: "attributes_are_written_before_anything_is_decided", check: attributesFirst,
			rule:   "A recipient's attributes, subscription states among them, are on the profile before eligibility is looked at and Liquid is rendered.",
			source: "Braze: Recipient object",
		},
		{
			name: "re_eligibility_drops_repeats_silently", check: reEligibility,
			rule:   "A campaign without re-eligibility reaches a user once for ever; with a window, again when it has passed since the user got it; aborted messages do not count.",
			source: "Braze: Re-eligibility", choices: []string{"failure_counts_as_receipt"},
		},
		{
			name: "inactive_campaign_is_201_with_a_notice", check: inactive,
			rule:   "A paused, archived or draft campaign sends nothing; the answer is 201 with a notice, as documented for a Canvas, or 400.",
			source: "Braze: Send API-triggered Canvases (the notice)", choices: []string{"inactive_campaign"},
		},
		{
			name: "missing_property_renders_blank", check: blank,
			rule:   "A property that the call does not give renders as nothing without an error; a message that is nothing then fails at WhatsApp, and blank buttons are left out.",
			source: "Braze: Using Liquid", choices: []string{"blank_parts", "liquid_in_properties"},
		},
		{
			name: "unsubscribed_user_is_201_and_gets_nothing", check: unsubscribed,
			rule:   "Only users who are subscribed to the sending number's group get a message; the caller is told 201 all the same.",
			source: "Braze: WhatsApp subscription groups", choices: []string{"unsubscribed_if_all"},
		},
		{
			name: "quiet_hours_and_frequency_cap_abort", check: quietHours,
			rule:   "Quiet hours and a frequency cap stop messages after the 201; Currents calls that an Abort.",
			source: "Braze: Quiet hours, Frequency capping, Message engagement events",
		},
	}
}

func triggerable(t *testing.T, b *box) {
	b.open(grace)
	for name, id := range map[string]string{"none": "", "unknown": "no-such-campaign", "webhook": inbound, "API campaign": apiCampaign, "Canvas": canvas} {
		a := b.trigger(id, recipient("grace", "trigger_properties", words("x")))
		if a.status != http.StatusBadRequest || !strings.Contains(a.text("message"), "Invalid Campaign ID") {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	b.edit(reply, func(c m) { c["delivery"], c["trigger"] = "action_based", m{"match": "is", "word": "NEVER"} })
	if a := b.trigger(reply, recipient("grace")); a.status != http.StatusBadRequest {
		t.Errorf("action-based: %d %s", a.status, a.raw)
	}
	b.got(grace)
}

func recipientsOrBroadcast(t *testing.T, b *box) {
	b.open(grace)
	b.refuses(triggerSend, map[string]any{"neither": m{"campaign_id": reply}, "empty": m{"campaign_id": reply, "recipients": []any{}}}, "No Recipients")
	b.refuses(triggerSend, map[string]any{"both": m{"campaign_id": reply, "broadcast": true, "recipients": []any{recipient("grace")}}}, "broadcast")
	a := b.post(triggerSend, m{"campaign_id": reply, "broadcast": true, "trigger_properties": words("to all")})
	if a.status != http.StatusCreated {
		t.Errorf("broadcast: %d %s", a.status, a.raw)
	}
	b.got(grace, "to all")
}

func fifty(_ *testing.T, b *box) {
	send := func(n int) string {
		return fmt.Sprintf(`{"campaign_id":%q,"recipients":%s}`, reply, many(n, `{"external_user_id":"somebody"}`))
	}
	b.want(http.StatusCreated, "POST", triggerSend, send(50))
	b.refuses(triggerSend, map[string]any{"51": send(51)}, "50")
}

func oneIdentifier(t *testing.T, b *box) {
	b.open(grace)
	for name, r := range map[string]m{"none": {}, "two": {"external_user_id": "grace", "braze_id": "x"}} {
		b.choose("recipient_errors", "fatal")
		b.refuses(triggerSend, map[string]any{name: m{"campaign_id": reply, "recipients": []any{r}}}, "exactly one")
		b.choose("recipient_errors", "minor")
		a := b.trigger(reply, r, recipient("grace", "trigger_properties", words(name)))
		if errors, _ := a.json["errors"].([]any); a.status != http.StatusCreated || len(errors) != 1 {
			t.Errorf("%s as a minor error: %d %s", name, a.status, a.raw)
		}
	}
	if n := len(b.inbox(grace)); n != 3 {
		t.Errorf("%d messages, want those to the good recipient", n)
	}
}

func createOnSend(t *testing.T, b *box) {
	b.refuses(triggerSend, map[string]any{
		"no attributes": m{"campaign_id": reply, "recipients": []any{recipient("new", "send_to_existing_only", false)}},
		"alias": m{"campaign_id": reply, "recipients": []any{m{
			"user_alias": m{"alias_name": "n", "alias_label": "l"}, "send_to_existing_only": false, "attributes": m{"x": 1},
		}}},
	})
	b.noUser("new")
	a := b.trigger(template, recipient("new", "send_to_existing_only", false, "trigger_properties", words("hi"),
		"attributes", m{"phone": stranger, "first_name": "Noa", "subscription_groups": subscription("subscribed")}))
	if a.status != http.StatusCreated || b.user("new")["phone"] != stranger {
		t.Errorf("%d %s", a.status, a.raw)
	}
	b.ends(a.text("dispatch_id"), "not_on_whatsapp", 131026) // Braze sent it: only the phone is missing
}

func unknownUser(_ *testing.T, b *box) {
	b.ends(b.say("nobody", "x"), "unknown_user", 0)
	b.noUser("nobody")
}

func override(_ *testing.T, b *box) {
	b.open(grace)
	b.open(ada)
	b.edit(reply, body("{{api_trigger_properties.${a}}}-{{api_trigger_properties.${b}}}"))
	b.want(http.StatusCreated, "POST", triggerSend, m{
		"campaign_id": reply, "trigger_properties": m{"a": "common", "b": "common"},
		"recipients": []any{recipient("grace", "trigger_properties", m{"b": "own"}), recipient("ada")},
	})
	b.got(grace, "common-own")
	b.got(ada, "common-common")
}

func largeProperties(_ *testing.T, b *box) {
	large := words(strings.Repeat("x", 50*1024))
	b.refuses(triggerSend, map[string]any{
		"common": m{"campaign_id": reply, "trigger_properties": large, "recipients": []any{recipient("grace")}},
		"own":    m{"campaign_id": reply, "recipients": []any{recipient("grace", "trigger_properties", large)}},
	}, "50 KB")
	b.say("grace", strings.Repeat("x", 49*1024))
}

func twice(_ *testing.T, b *box) {
	b.open(grace)
	send := func() {
		b.trigger(reply, recipient("grace", "trigger_properties", words("first")),
			m{"braze_id": b.user("grace")["braze_id"], "trigger_properties": words("last")})
	}
	send()
	b.got(grace, "first")
	b.choose("duplicate_recipient", "last")
	send()
	b.got(grace, "first", "last")
}

func attributesFirst(_ *testing.T, b *box) {
	b.open(stranger)
	b.edit(reply, body("{{custom_attribute.${chat_status}}} for {{${first_name}}}"))
	id := b.user(stranger)["braze_id"]
	b.trigger(reply, m{"braze_id": id, "attributes": m{"chat_status": "bot"}})
	b.got(stranger) // not subscribed yet
	b.trigger(reply, m{"braze_id": id, "attributes": m{"first_name": "Noa", "subscription_groups": subscription("subscribed")}})
	b.got(stranger, "bot for Noa")
}

func reEligibility(_ *testing.T, b *box) {
	b.open(grace)
	b.open(ada)
	b.edit(reply, field("re_eligible", false))
	b.say("grace", "one")
	b.ends(b.say("grace", "never"), "not_re_eligible", 0)
	b.edit(reply, func(c m) { c["re_eligible"], c["re_eligible_after_seconds"] = true, 600 })
	b.say("ada", "first")
	b.advance(9 * time.Minute)
	b.ends(b.say("ada", "early"), "not_re_eligible", 0) // and does not begin the window anew
	b.advance(time.Minute)
	b.say("ada", "second")
	b.edit(reply, field("re_eligible_after_seconds", 0))
	b.say("grace", "two")
	b.say("grace", "three")
	b.got(grace, "one", "two", "three")
	b.got(ada, "first", "second")

	b.edit(list, field("re_eligible", false))
	b.edit(list, body("{{api_trigger_properties.${x}}}{% if api_trigger_properties.${x} == 'no' %}{% abort_message('told to') %}{% endif %}"))
	for _, x := range []string{"no", "yes"} {
		b.trigger(list, recipient("grace", "trigger_properties", m{"x": x, "row_1": "r"}))
	}
	b.got(grace, "one", "two", "three", "yes")

	b.edit(quickReply, field("re_eligible", false))
	b.choose("failure_counts_as_receipt", false)
	for _, x := range []string{strings.Repeat("x", 1025), "short"} { // too long: refused by WhatsApp
		b.trigger(quickReply, recipient("grace", "trigger_properties", m{"external_system_msg_body": x, "button_1": "ok"}))
	}
	b.got(grace, "one", "two", "three", "yes", "short")
}

func inactive(t *testing.T, b *box) {
	b.open(grace)
	for _, status := range []string{"paused", "archived", "draft"} {
		b.edit(reply, field("status", status))
		b.choose("inactive_campaign", "notice")
		if a := b.trigger(reply, recipient("grace")); a.status != http.StatusCreated || !strings.Contains(a.text("notice"), status) {
			t.Errorf("%s: %d %s", status, a.status, a.raw)
		}
		b.choose("inactive_campaign", "refuse")
		if a := b.trigger(reply, recipient("grace")); a.status != http.StatusBadRequest {
			t.Errorf("%s refused: %d %s", status, a.status, a.raw)
		}
	}
	b.got(grace)
}

func blank(t *testing.T, b *box) {
	b.open(grace)
	a := b.trigger(reply, recipient("grace", "trigger_properties", m{"external_system_msg+body": "the name of the page's prose"}))
	if a.status != http.StatusCreated {
		t.Errorf("%d %s", a.status, a.raw)
	}
	b.ends(a.text("dispatch_id"), "blank", 100)
	choices := recipient("grace", "trigger_properties", m{"external_system_msg_body": "Which?", "button_1": "One"})
	b.trigger(quickReply, choices)
	if last := b.inbox(grace)[1]; last.Text != "Which?" || len(last.Buttons) != 1 {
		t.Errorf("blank buttons are kept: %+v", last)
	}
	b.choose("blank_parts", "keep")
	b.ends(b.trigger(quickReply, choices).text("dispatch_id"), "blank", 100)
	b.say("grace", "Hi {{${first_name}}}")
	b.choose("liquid_in_properties", true)
	b.say("grace", "Hi {{${first_name}}}")
	b.got(grace, "Which?", "Hi {{${first_name}}}", "Hi Grace")
}

func unsubscribed(_ *testing.T, b *box) {
	b.open(grace)
	set := func(state string) {
		b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "grace", "subscription_groups": subscription(state)}}})
	}
	set("unsubscribed")
	b.ends(b.say("grace", "nothing"), "not_subscribed", 0)
	all := m{
		"external_user_ids": []string{"grace"}, "recipient_subscription_state": "all",
		"messages": m{"whats_app": m{"app_id": "a", "subscription_group_id": group, "message_type": "text_response_message", "message": m{"body": "all"}}},
	}
	b.ends(b.post(messagesSend, all).text("dispatch_id"), "not_subscribed", 0)
	b.choose("unsubscribed_if_all", true)
	b.post(messagesSend, all)
	set("subscribed")
	b.say("grace", "again")
	b.got(grace, "all", "again")
}

func quietHours(t *testing.T, b *box) {
	batches := b.currents()
	b.open(grace)
	b.edit(reply, field("quiet_hours", m{"from": "09:00", "until": "11:00"}))
	b.say("grace", "quiet")
	b.advance(time.Hour)
	b.edit(reply, func(c m) {
		delete(c, "quiet_hours")
		c["frequency_cap"] = m{"messages": 1, "seconds": 86400}
	})
	b.say("grace", "capped at one")
	b.say("grace", "over")
	b.got(grace, "capped at one")
	aborts := map[string]bool{}
	for _, e := range b.collect(batches, 5) { // the inbound message, two aborts, sent, delivered
		if e.Type == "users.messages.whatsapp.Abort" {
			aborts[fmt.Sprint(e.Properties["abort_type"])] = true
		}
	}
	if len(aborts) != 2 || !aborts["quiet_hours"] {
		t.Errorf("aborts %v", aborts)
	}
}
