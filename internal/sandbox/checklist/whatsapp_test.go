package checklist_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const reopened = "Hello Grace, we have an answer to your question: yes. Reply to this message to go on."

// whatsAppLines are 46 to 52: what WhatsApp does with what Braze sends.
func whatsAppLines() []line {
	return []line{
		{
			name: "window_closes_24_hours_after_the_last_inbound", check: window,
			rule:   "A response message needs an inbound message to the same business number in the last 24 hours, or fails with 131047; a template passes.",
			source: "Braze: WhatsApp specifications; Meta: Error codes", choices: []string{"window_hours"},
		},
		{
			name: "pair_limit_is_one_message_in_six_seconds", check: pair,
			rule:   "One customer takes a message every 6 s from a number. Up to 45 may be sent at once on credit; then 131056 until the credit is paid back.",
			source: "Meta: Throughput (pair rate limits)", choices: []string{"pair_limit"},
		},
		{
			name: "throughput_is_80_messages_a_second", check: throughput,
			rule:   "A business number takes 80 messages a second, both ways together; beyond it is 130429.",
			source: "Meta: Throughput", choices: []string{"throughput_per_second", "whatsapp_retries"},
		},
		{
			name: "lengths_count_code_points", check: lengths,
			rule:   "Text 4096, text with buttons or a picture 1024, list 4096, button 20, row 24 and 72, section 24, list button 20, header and footer 60: code points, not bytes.",
			source: "Braze: WhatsApp specifications; Meta: Interactive messages",
		},
		{
			name: "statuses_are_sent_delivered_read", check: statuses,
			rule:   "A message is sent, delivered, read; delivered may be left out, a blocked business gets none of them, a number without WhatsApp fails with 131026.",
			source: "Meta: Webhooks (message statuses), Error codes", choices: []string{"delivered_status"},
		},
		{
			name: "taps_come_back_as_text", check: taps,
			rule:   "A tapped button comes as an inbound text with its label, a list row with its title and, if it has one, its description.",
			source: "Braze: Messaging users (WhatsApp)", choices: []string{"list_tap_separator"},
		},
		{
			name: "stop_does_nothing_by_itself", check: stop,
			rule:   "Braze has no opt-out words for WhatsApp: who writes STOP stays subscribed until somebody changes that.",
			source: "Braze: WhatsApp opt-ins and opt-outs",
		},
	}
}

func window(_ *testing.T, b *box) {
	b.ends(b.say("grace", "never wrote"), "window_closed", 131047)
	b.open(grace)
	b.advance(24*time.Hour - time.Second)
	b.say("grace", "in time")
	b.advance(time.Second)
	b.ends(b.say("grace", "late"), "window_closed", 131047)
	b.ends(b.trigger(template, recipient("grace", "trigger_properties", words("yes."))).text("dispatch_id"), "delivered", 0)
	b.ends(b.say("grace", "a template opens nothing"), "window_closed", 131047)
	b.want(http.StatusAccepted, "POST", phone(grace)+"/messages", m{"text": "to the second number", "subscription_group_id": "00000000-0000-4000-8000-000000000101"})
	b.ends(b.say("grace", "another number's window"), "window_closed", 131047)
	b.open(grace)
	b.say("grace", "open again")
	b.got(grace, "in time", reopened, "open again")
}

func pair(_ *testing.T, b *box) {
	b.choose("throughput_per_second", 0)
	b.open(grace)
	pass := func(n int) {
		b.t.Helper()
		for range n {
			b.ends(b.say("grace", "x"), "delivered", 0)
		}
	}
	fail := func() { b.t.Helper(); b.ends(b.say("grace", "x"), "pair_limit", 131056) }
	pass(1)
	b.advance(6 * time.Second)
	pass(20)
	b.advance(119 * time.Second)
	fail()
	b.advance(time.Second)
	pass(45)
	fail()
	b.advance(45*6*time.Second - time.Second)
	fail()
	b.advance(time.Second)
	b.choose("pair_limit", "token_bucket")
	b.advance(time.Hour)
	pass(45)
	fail()
	b.advance(6 * time.Second)
	pass(1)
	b.choose("pair_limit", "off")
	pass(3)
}

func throughput(_ *testing.T, b *box) {
	b.choose("pair_limit", "off")
	b.open(grace) // counts as well
	for range 79 {
		b.ends(b.say("grace", "x"), "delivered", 0)
	}
	b.ends(b.say("grace", "one too many"), "throughput", 130429)
	b.advance(time.Second)
	b.ends(b.say("grace", "the next second"), "delivered", 0)
	b.choose("throughput_per_second", 1)
	b.choose("whatsapp_retries", true)
	late := b.say("grace", "tried again by Braze")
	b.ends(late, "retrying", 130429)
	b.advance(4 * time.Second)
	b.ends(late, "delivered", 0)
}

func lengths(_ *testing.T, b *box) {
	b.choose("pair_limit", "off")
	b.choose("throughput_per_second", 0)
	b.open(grace)
	send := func(campaign, property, value string) string {
		p := m{"external_system_msg_body": "b", "list_button": "l", "section_title": "s", "row_1": "r", "button_1": "x"}
		if property != "" {
			p[property] = value
		}
		return b.trigger(campaign, recipient("grace", "trigger_properties", p)).text("dispatch_id")
	}
	long := func(n int) string { return strings.Repeat("🙂", n) } // four bytes and two UTF-16 units, one code point
	for _, c := range []struct {
		campaign, property string
		limit              int
	}{
		{reply, "external_system_msg_body", 4096},
		{quickReply, "external_system_msg_body", 1024},
		{quickReply, "button_1", 20},
		{list, "external_system_msg_body", 4096},
		{list, "list_button", 20},
		{list, "section_title", 24},
		{list, "row_1", 24},
		{list, "row_1_description", 72},
	} {
		b.ends(send(c.campaign, c.property, long(c.limit)), "delivered", 0)
		b.ends(send(c.campaign, c.property, long(c.limit+1)), "too_long", 100)
	}
	for _, part := range []string{"header_text", "footer"} {
		for n, outcome := range map[int]string{60: "delivered", 61: "too_long"} {
			b.edit(quickReply, func(c m) { c["whatsapp"].(m)[part] = long(n) })
			code := 0
			if n == 61 {
				code = 100
			}
			b.ends(send(quickReply, "", ""), outcome, code)
		}
		b.edit(quickReply, func(c m) { delete(c["whatsapp"].(m), part) })
	}
}

func statuses(t *testing.T, b *box) {
	b.open(grace)
	patch := func(change m) { b.want(http.StatusOK, "PATCH", phone(grace), change) }
	is := func(n int, status string) {
		t.Helper()
		if got := b.inbox(grace)[n-1].Status; got != status {
			t.Errorf("message %d is %s, want %s", n, got, status)
		}
	}
	read := func(n int) { b.want(http.StatusOK, "POST", phone(grace)+"/read", m{"n": n}) }
	patch(m{"online": false})
	b.say("grace", "offline")
	is(2, "sent")
	patch(m{"online": true})
	is(2, "delivered")
	read(2)
	is(2, "read")
	patch(m{"read_receipts": false})
	b.say("grace", "without receipts")
	read(3)
	is(3, "delivered")
	patch(m{"read_receipts": true, "blocked": true})
	b.say("grace", "blocked")
	is(4, "sent")
	if state(b.user("grace")) != "subscribed" {
		t.Error("blocking changes the subscription")
	}
	patch(m{"blocked": false})
	is(4, "sent")
	b.choose("delivered_status", "skipped")
	b.say("grace", "skips one")
	is(5, "sent")
	read(5)
	is(5, "read")
	b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "landline", "phone": "+15558880000", "subscription_groups": subscription("subscribed")}}})
	b.ends(b.say("landline", "x"), "not_on_whatsapp", 131026)
}

func taps(t *testing.T, b *box) {
	b.open(grace)
	b.trigger(quickReply, recipient("grace", "trigger_properties", m{"external_system_msg_body": "Which?", "button_1": "My order"}))
	b.trigger(list, recipient("grace", "trigger_properties", m{"external_system_msg_body": "Pick", "row_1": "Blue", "row_2": "Red", "row_2_description": "dark"}))
	tap := func(n int, label, want string) {
		t.Helper()
		b.want(http.StatusAccepted, "POST", phone(grace)+"/taps", m{"n": n, "button": label})
		if got := b.next().fields(t)["message"]; got != want {
			t.Errorf("%s arrives as %q, want %q", label, got, want)
		}
	}
	tap(2, "My order", "My order")
	tap(3, "Blue", "Blue")
	tap(3, "Red", "Red\ndark")
	b.choose("list_tap_separator", " - ")
	tap(3, "Red", "Red - dark")
	b.want(http.StatusBadRequest, "POST", phone(grace)+"/taps", m{"n": 2, "button": "Not there"})
}

func stop(t *testing.T, b *box) {
	for _, word := range []string{"STOP", "stop", "ARRÊT", "UNSUBSCRIBE"} {
		b.writes(grace, word)
		b.next()
	}
	if s := state(b.user("grace")); s != "subscribed" {
		t.Errorf("subscription %v", s)
	}
	b.say("grace", "still here")
	b.got(grace, "still here")
}
