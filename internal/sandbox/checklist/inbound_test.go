package checklist_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/testkit"
)

const (
	webhookDoc = "Braze: Create a webhook, Webhook and Connected Content errors"
	tagsDoc    = "Braze: Supported personalization tags"
)

// inboundLines are 37 to 45: webhooks of what customers write.
func inboundLines() []line {
	return []line{
		{
			name: "webhook_renders_the_authors_liquid", check: rendering,
			rule:   "Address, headers and body of a webhook are the author's Liquid. A quote or a line break in a customer's text breaks JSON that puts it in as it is; json_escape mends that.",
			source: tagsDoc + ", Advanced filters", choices: []string{"media_urls"},
		},
		{
			name: "unknown_number_becomes_an_anonymous_profile", check: anonymous,
			rule:   "A number that Braze does not know becomes a profile with a braze id, the number, an alias labelled phone, no external id and no subscription.",
			source: "Braze: Handling unknown phone numbers", choices: []string{"shared_phone"},
		},
		{
			name: "sender_without_a_phone_number", check: phoneless,
			rule:   "A sender who hides the number is known by a business-scoped id, and the phone number renders blank.",
			source: "Meta: Business-scoped user IDs", choices: []string{"phoneless_senders"},
		},
		{
			name: "trigger_rules", check: triggers,
			rule:   "\"Is\" compares the whole text in any case, a regular expression finds a part in its own case, no condition takes everything, and every campaign that matches goes off.",
			source: "Braze: Messaging users (WhatsApp)",
		},
		{
			name: "webhook_timeouts_and_retries", check: retries,
			rule:    "A webhook waits 90 s. 408, 429, 5xx, silence and a refused connection are tried five times more within half an hour; redirects and other 4xx are final.",
			source:  webhookDoc,
			choices: []string{"webhook_first_retry_seconds", "webhook_retry_factor", "webhook_timeout_seconds", "webhook_retries"},
		},
		{
			name: "retries_repeat_dispatch_id_and_bytes", check: sameBytes,
			rule:   "A retry has the dispatch id and the bytes of the first attempt; the fault sheet's rerender_on_retry renders the body anew.",
			source: "Braze: dispatch_id; whether a retry is rendered anew is not documented, rerender_on_retry of the fault sheet chooses",
		},
		{
			name: "unhealthy_host_is_not_called_for_a_minute", check: unhealthy,
			rule:   "More than 3,000 counted failures of a host in a minute stop all its webhooks for a minute; the log says 598. A 500 is not counted.",
			source: webhookDoc, choices: []string{"unhealthy_failures_per_minute", "unhealthy_counts_no_answer"},
		},
		{
			name: "only_ports_80_and_443", check: ports,
			rule:   "Braze calls ports 80 and 443 only; the sandbox calls any, so that a program on this machine can be tried, until told otherwise.",
			source: webhookDoc, choices: []string{"any_port"},
		},
		{
			name: "webhooks_may_be_slow_or_arrive_twice", check: slowAndTwice,
			rule:   "Webhooks may be held back, as a campaign's delivery speed limit does, may arrive in copies, out of order, or not at all.",
			source: "Braze: Rate limiting (delivery speed); the faults are the sandbox's own",
		},
	}
}

func (b *box) webhook(change func(w m)) {
	b.t.Helper()
	b.edit(inbound, func(c m) { change(c["webhook"].(m)) })
}

func rendering(t *testing.T, b *box) {
	const unescaped = `{"user_id":"{{${user_id}}}","phone":"{{${phone_number}}}","message":"{{whats_app.${inbound_message_body}}}"}`
	b.webhook(func(w m) {
		w["url"] = b.target + "/of/{{${language}}}"
		w["headers"] = m{"X-Signature": "{{campaign.${dispatch_id} | hmac_sha256_hex: 'secret'}}"}
		w["body"] = unescaped
	})
	b.writes(ada, "plain")
	if h := b.next(); h.path != "/of/fr" || len(h.header.Get("X-Signature")) != 64 || h.fields(t)["message"] != "plain" || h.fields(t)["user_id"] != "ada" {
		t.Errorf("%s %v %s", h.path, h.header, h.body)
	}
	awkward := []string{`say "hi"`, "two\nlines", `back\slash`, "tab\there", `","user_id":"grace`}
	for _, text := range awkward {
		b.writes(ada, text)
		var v map[string]string
		if h := b.next(); json.Unmarshal([]byte(h.body), &v) == nil && v["message"] == text {
			t.Errorf("%q survives without json_escape: %s", text, h.body)
		}
	}
	b.webhook(func(w m) {
		w["body"] = strings.Replace(unescaped, "inbound_message_body}}}", "inbound_message_body} | json_escape}}", 1)
	})
	for _, text := range awkward {
		b.writes(ada, text)
		if v := b.next().fields(t); v["message"] != text || v["user_id"] != "ada" {
			t.Errorf("%q arrives as %v", text, v)
		}
	}
	b.webhook(func(w m) { w["body"] = `{"media":"{{whats_app.${inbound_media_urls} | json_escape}}"}` })
	for choice, want := range map[string]string{"array": `["https://example.com/1.png","https://example.com/2.png"]`, "space": "https://example.com/1.png https://example.com/2.png"} {
		b.choose("media_urls", choice)
		b.want(http.StatusAccepted, "POST", phone(ada)+"/messages", m{"text": "", "media_urls": []string{"https://example.com/1.png", "https://example.com/2.png"}})
		if v := b.next().fields(t); v["media"] != want {
			t.Errorf("%s: %v", choice, v)
		}
	}
}

func anonymous(t *testing.T, b *box) {
	b.writes(stranger, "hello")
	v, u := b.next().fields(t), b.user(stranger)
	if v["external_id"] != "" || v["phone"] != stranger || v["braze_id"] == "" || v["braze_id"] != u["braze_id"] {
		t.Errorf("webhook %v", v)
	}
	testkit.Diff(t, u["user_aliases"], any([]any{m{"alias_label": "phone", "alias_name": stranger}}))
	if u["phone"] != stranger || u["external_id"] != "" || state(u) == "subscribed" {
		t.Errorf("profile %v", u)
	}
	b.writes(stranger, "again")
	if again := b.next().fields(t); again["braze_id"] != v["braze_id"] {
		t.Error("the second message makes another profile")
	}
	for _, id := range []string{"first", "second"} {
		b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": id, "phone": stranger}}})
	}
	for _, c := range []struct{ choice, want string }{{"last_changed", "second"}, {"first_changed", "first"}} { // in this order: who writes is changed
		b.choose("shared_phone", c.choice)
		b.writes(stranger, "who am I")
		if got := b.next().fields(t)["external_id"]; got != c.want {
			t.Errorf("%s: the message is %q's", c.choice, got)
		}
	}
}

func phoneless(t *testing.T, b *box) {
	b.choose("phoneless_senders", true)
	b.writes(stranger, "hello")
	v := b.next().fields(t)
	if v["phone"] != "" || v["external_id"] != "" || v["braze_id"] == "" {
		t.Fatalf("webhook %v", v)
	}
	u := b.user(v["braze_id"])
	bsuid, _ := u["bsuid"].(string)
	if country, rest, ok := strings.Cut(bsuid, "."); !ok || len(country) != 2 || rest == "" || u["phone"] != "" {
		t.Errorf("profile %v", u)
	}
	b.trigger(reply, m{"braze_id": v["braze_id"], "trigger_properties": words("reached"), "attributes": m{"subscription_groups": subscription("subscribed")}})
	b.got(stranger, "reached")
}

func triggers(t *testing.T, b *box) {
	for _, c := range []struct {
		match, word, text string
		fires             bool
	}{
		{"is", "STOP", "Stop", true},
		{"is", "STOP", "do not stop", false},
		{"regex", "RETURN", "a RETURN, please", true},
		{"regex", "RETURN", "a return, please", false},
		{"regex", "(?i)return(?-i)", "a Return, please", true},
		{"any", "", "anything", true},
	} {
		b.edit(keyword, field("trigger", m{"match": c.match, "word": c.word}))
		b.writes(grace, c.text)
		want := map[string]bool{inbound: true}
		if c.fires {
			want[keyword] = true
		}
		got := map[string]bool{}
		for range want {
			got[b.next().fields(t)["campaign_id"]] = true
		}
		testkit.Diff(t, got, want)
	}
	b.edit(inbound, field("status", "paused"))
	b.edit(keyword, field("status", "paused"))
	b.writes(grace, "to nobody")
	if n := len(b.log("outcome=no_campaign")); n != 1 {
		t.Errorf("%d messages without a campaign", n)
	}
	b.quiet()
}

func retries(t *testing.T, b *box) {
	outcome := func(n int, outcome string) entry { return b.logged(n, "kind=webhook&outcome="+outcome)[0] }
	retried := 0
	for _, status := range []int{408, 429, 500, 503} {
		b.answers(status)
		b.writes(grace, "retried")
		b.next()
		retried++
		if e := outcome(retried, "retrying"); e.StatusCode != status || e.Attempt != 1 {
			t.Errorf("%d: %+v", status, e)
		}
		b.answers(http.StatusAccepted)
		b.advance(10 * time.Second)
		b.next()
		outcome(retried, "accepted")
	}
	for i, status := range []int{302, 400, 401, 404, 410} {
		b.respond(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", b.target+"/elsewhere")
			w.WriteHeader(status)
		})
		b.writes(grace, "final")
		b.next()
		if e := outcome(i+1, "failed"); e.StatusCode != status {
			t.Errorf("%d: %+v", status, e)
		}
	}
	b.answers(500)
	b.writes(grace, "hopeless")
	spent := time.Duration(0)
	for delay := 10 * time.Second; delay < 30*time.Minute; delay *= 3 {
		b.next()
		retried++
		outcome(retried, "retrying")
		b.advance(delay)
		spent += delay
	}
	b.next()
	if e := outcome(1, "given_up"); e.Attempt != 6 || spent > 30*time.Minute {
		t.Errorf("gave up after %s: %+v", spent, e)
	}

	var silent atomic.Bool
	silent.Store(true)
	b.respond(func(w http.ResponseWriter, r *http.Request) {
		if silent.Swap(false) {
			<-r.Context().Done()
		}
	})
	b.writes(grace, "silence")
	b.next()
	b.advance(89 * time.Second)
	if n := len(b.log("kind=webhook&outcome=retrying")); n != retried {
		t.Error("given up before 90 s")
	}
	b.advance(time.Second)
	retried++
	if e := outcome(retried, "retrying"); e.StatusCode != 599 {
		t.Errorf("silence: %+v", e)
	}
	b.advance(10 * time.Second)
	b.next()

	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	b.webhook(func(w m) { w["url"] = gone.URL })
	b.writes(grace, "refused")
	retried++
	if e := outcome(retried, "retrying"); e.StatusCode != 599 {
		t.Errorf("refused: %+v", e)
	}
}

func sameBytes(t *testing.T, b *box) {
	b.webhook(func(w m) { w["body"] = "{{campaign.${dispatch_id}}} {{custom_attribute.${mood} | default: 'none'}}" })
	for i, anew := range []bool{false, true} {
		b.faults(fmt.Sprintf(`{"webhook":{"rerender_on_retry":%v}}`, anew))
		b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "grace", "mood": nil}}})
		b.answers(503)
		b.writes(grace, "hello")
		first := b.next()
		b.logged(i+1, "kind=webhook&outcome=retrying")
		b.want(http.StatusCreated, "POST", track, m{"attributes": []any{m{"external_id": "grace", "mood": "new"}}})
		b.answers(202)
		b.advance(10 * time.Second)
		second := b.next()
		want := first.body
		if anew {
			want = strings.Replace(want, "none", "new", 1)
		}
		if second.body != want || len(strings.Fields(first.body)[0]) != 32 {
			t.Errorf("rendered anew %v: %q, then %q", anew, first.body, second.body)
		}
		b.logged(i+1, "kind=webhook&outcome=accepted")
	}
}

func unhealthy(t *testing.T, b *box) {
	b.choose("unhealthy_failures_per_minute", 3)
	fail := func(status, n int) {
		b.answers(status)
		before := len(b.log("kind=webhook&outcome=retrying"))
		for range n {
			b.writes(grace, "x")
			b.next()
		}
		b.logged(before+n, "kind=webhook&outcome=retrying")
	}
	fail(500, 5) // retried, not counted
	fail(503, 4)
	b.writes(grace, "not called")
	if e := b.logged(1, "kind=webhook&outcome=host_unhealthy")[0]; e.StatusCode != 598 {
		t.Errorf("%+v", e)
	}
	b.quiet()
	b.answers(202)
	b.advance(time.Minute)
	b.writes(grace, "called again")
	for {
		if strings.Contains(b.next().body, "called again") {
			return
		}
	}
}

func ports(_ *testing.T, b *box) {
	put := func(status int, address string) {
		b.t.Helper()
		b.want(status, "PUT", "/sandbox/campaigns/of-a-test", m{"type": "webhook", "webhook": m{"url": address}})
	}
	put(http.StatusCreated, "http://127.0.0.1:8080/hook")
	b.choose("any_port", false)
	put(http.StatusBadRequest, "http://127.0.0.1:8080/hook")
	put(http.StatusBadRequest, "ftp://example.com/hook")
	put(http.StatusOK, "https://example.com/hook")
	put(http.StatusOK, "http://example.com:80/hook")
	put(http.StatusOK, "https://example.com:443/hook")
}

func slowAndTwice(t *testing.T, b *box) {
	b.faults(`{"webhook":{"delay_ms":60000}}`)
	b.writes(grace, "delayed")
	b.advance(59 * time.Second)
	b.quiet()
	b.advance(time.Second)
	b.next()
	b.faults(`{"webhook":{"duplicate":3}}`)
	b.writes(grace, "copied")
	first := b.next()
	if second, third := b.next(), b.next(); second.body != first.body || third.body != first.body {
		t.Error("the copies differ")
	}
	b.faults(`{"webhook":{"drop":1}}`)
	b.writes(grace, "lost")
	b.writes(grace, "kept")
	if v := b.next().fields(t); v["message"] != "kept" {
		t.Errorf("after the lost one: %v", v)
	}
	b.faults(`{"webhook":{"reorder":true}}`)
	b.writes(grace, "one")
	b.writes(grace, "two")
	for _, want := range []string{"two", "one"} {
		if v := b.next().fields(t); v["message"] != want {
			t.Errorf("%v, want %s", v, want)
		}
	}
}
