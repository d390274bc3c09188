package checklist_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/internal/testkit"
)

// traceLines are 53 to 55: what can be seen from outside.
func traceLines() []line {
	return []line{
		{
			name: "every_201_can_be_traced_to_its_end", check: traced,
			rule:   "The activity log has the end of every recipient of a call by its dispatch id, with the reason and the document that states it when the message did not arrive.",
			source: "Braze: Message Activity Log",
		},
		{
			name: "currents_stream", check: stream,
			rule:   "What happens to messages is posted in batches of up to 100 events with a bearer token, and again until the receiver takes them.",
			source: "Braze: Custom HTTP connector, Message engagement events",
		},
		{
			name: "choices_are_listed_with_their_switches", check: choices,
			rule:   "Everything the documents do not say is listed with what the sandbox does, what else it could do, and the switch between them; each belongs to a line of this list.",
			source: "docs/sandbox-api.md",
		},
	}
}

func traced(t *testing.T, b *box) {
	b.open(grace)
	b.open(stranger)
	id := b.want(http.StatusCreated, "POST", triggerSend, m{"campaign_id": reply, "trigger_properties": words("x"), "recipients": []any{
		recipient("grace"), recipient("grace"), recipient("ada"), recipient("nobody"),
		m{"user_alias": m{"alias_name": stranger, "alias_label": "phone"}},
	}}).text("dispatch_id")
	ends := map[string]int{}
	for _, e := range b.log("dispatch_id=%s", id) {
		ends[e.Outcome]++
		if e.Outcome != "accepted" && e.Outcome != "delivered" && (e.Reason == "" || e.Doc == "") {
			t.Errorf("without a reason or its document: %+v", e)
		}
	}
	testkit.Diff(t, ends, map[string]int{
		"accepted": 1, "delivered": 1, "duplicate_recipient": 1, "window_closed": 1, "unknown_user": 1, "not_subscribed": 1,
	})
}

func stream(t *testing.T, b *box) {
	batches := b.currents()
	b.choose("pair_limit", "off")
	b.choose("throughput_per_second", 0)
	b.open(grace)
	b.ends(b.say("ada", "too late"), "window_closed", 131047)
	const replies = 60
	for range replies {
		b.say("grace", "x")
	}
	b.want(http.StatusOK, "POST", phone(grace)+"/read", m{"n": 2})
	b.edit(reply, body("{% abort_message('"+strings.Repeat("because ", 40)+"') %}"))
	b.say("grace", "aborted")
	count, ids := map[string]int{}, map[string]bool{}
	for _, e := range b.collect(batches, 2*replies+4) {
		kind := strings.TrimPrefix(e.Type, "users.messages.whatsapp.")
		count[kind]++
		if e.ID == "" || ids[e.ID] || e.Time < begin.Unix() || e.User["user_id"] == "" {
			t.Errorf("event %+v", e)
		}
		ids[e.ID] = true
		p := e.Properties
		switch kind {
		case "InboundReceive":
			if p["message_body"] != "hello" || p["user_phone_number"] != grace {
				t.Errorf("inbound %v", p)
			}
		case "Failure":
			if p["provider_error_code"] != 131047.0 || p["provider_error_title"] == "" || p["to_phone_number"] != ada {
				t.Errorf("failure %v", p)
			}
		case "Abort":
			if log, _ := p["abort_log"].(string); p["abort_type"] != "liquid_abort_message" || len(log) != 128 {
				t.Errorf("abort %v", p)
			}
		default:
			if p["campaign_id"] != reply || p["dispatch_id"] == "" || p["message_id"] == "" || p["to_phone_number"] != grace || e.User["external_user_id"] != "grace" {
				t.Errorf("%s %v %v", kind, e.User, p)
			}
		}
	}
	testkit.Diff(t, count, map[string]int{"InboundReceive": 1, "Send": replies, "Delivery": replies, "Read": 1, "Failure": 1, "Abort": 1})
	if s := b.call("GET", "/sandbox/currents", nil).json; s["lost"] != 0.0 {
		t.Errorf("state %v", s)
	}
}

func choices(t *testing.T, b *box) {
	var claimed []string
	for _, l := range lines() {
		claimed = append(claimed, l.choices...)
	}
	about := b.call("GET", "/sandbox/switches", nil).json["about"].([]any)
	known := map[string]bool{}
	for _, a := range about {
		a := a.(m)
		name := a["name"].(string)
		known[name] = true
		what, _ := a["what"].(string)
		french, _ := a["what_fr"].(string)
		if what == "" || french == "" || what == french || a["source"] != "choice" && a["source"] != "documented" || a["default"] == nil {
			t.Errorf("%s does not explain itself: %v", name, a)
		}
		if !slices.Contains(claimed, name) {
			t.Errorf("no line of the list is about the switch %s", name)
		}
		alternatives, _ := a["choices"].([]any)
		for _, value := range append(alternatives, a["default"]) {
			if name == "ip_refused_status" {
				continue // a number, listed as text
			}
			b.choose(name, value)
		}
	}
	for _, name := range claimed {
		if !known[name] {
			t.Errorf("a line names the switch %s, which the sandbox does not have", name)
		}
	}
}
