package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

// delivery returns the end of a dispatch in the activity log.
func (b *box) delivery(dispatchID string) activity {
	b.t.Helper()
	entries := b.log("kind=delivery&dispatch_id=" + dispatchID)
	if len(entries) != 1 {
		b.t.Fatalf("%d deliveries for one dispatch: %+v", len(entries), entries)
	}
	return entries[0]
}

func TestLine46_window(t *testing.T) {
	t.Parallel()
	b := start(t)
	if e := b.delivery(b.reply("grace", "never wrote")); e.Outcome != "window_closed" || e.ProviderCode != 131047 {
		t.Errorf("before the first message: %+v", e)
	}
	b.open(grace)
	phone := b.must(http.StatusOK, "GET", phonePath(grace), nil)
	until, err := time.Parse(time.RFC3339, phone.json["window_until"].(string))
	if err != nil || time.Until(until) < 23*time.Hour {
		t.Errorf("window_until %v", phone.json["window_until"])
	}
	b.advance(24*time.Hour - time.Minute)
	b.reply("grace", "in time")
	b.advance(2 * time.Minute)
	late := b.reply("grace", "late")
	if e := b.delivery(late); e.Outcome != "window_closed" || e.ProviderCode != 131047 || !strings.Contains(e.Doc, "window") {
		t.Errorf("after 24 h: %+v", e)
	}
	_, notices := b.conversation(grace)
	if len(notices) != 2 || notices[1].Kind != "window_closed" || !strings.Contains(notices[1].Text.FR, "24 heures") {
		t.Errorf("notices %+v", notices)
	}
	template := b.send(sandbox.SeedTemplate, "grace", "your parcel is here.")
	if e := b.delivery(template.json["dispatch_id"].(string)); e.Outcome != "delivered" {
		t.Errorf("template: %+v", e)
	}
	b.open(grace)
	b.reply("grace", "open again")
	if diff := cmp.Diff([]string{"in time", "Hello Grace, we have an answer to your question: your parcel is here. Reply to this message to go on.", "open again"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine46_windowIsPerBusinessNumber(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusAccepted, "POST", phonePath(grace)+"/messages", map[string]any{"text": "to the other number", "subscription_group_id": sandbox.SeedSecondGroup})
	if e := b.delivery(b.reply("grace", "x")); e.Outcome != "window_closed" {
		t.Errorf("%+v", e)
	}
}

func TestLine46_windowEndIsAnEvent(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	events := b.followFrom("", "phone", "clock")
	b.advance(25 * time.Hour)
	await(t, events, "the end of the window", func(e event) bool { return e.kind == "phone" && strings.Contains(e.data, grace) })
}

func TestLine47_pairLimit(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusOK, "POST", "/sandbox/clock", `{"set":"2027-01-10T10:00:00Z"}`)
	b.switches(map[string]any{"throughput_per_second": 0})
	b.open(grace)
	ok := func(want bool, when string) {
		t.Helper()
		e := b.delivery(b.reply("grace", when))
		if got := e.Outcome == "delivered"; got != want {
			t.Errorf("%s: %+v", when, e)
		}
		if !want && e.ProviderCode != 131056 {
			t.Errorf("%s: code %d", when, e.ProviderCode)
		}
	}
	for range 20 {
		ok(true, "burst")
	}
	b.advance(7 * time.Second)
	ok(false, "after a burst of 20")
	b.advance(106 * time.Second)
	ok(false, "1 min 53 s after")
	b.advance(8 * time.Second)
	ok(true, "2 min after")
	b.advance(6 * time.Second)
	ok(true, "one per 6 s")
	b.advance(5 * time.Minute)
	for range 45 {
		ok(true, "full burst")
	}
	ok(false, "46th")
	b.advance(10 * time.Minute)
	b.switches(map[string]any{"pair_limit": "token_bucket"})
	for range 10 {
		ok(true, "bucket")
	}
	b.advance(7 * time.Second)
	ok(true, "bucket lets the next one through")
	b.switches(map[string]any{"pair_limit": "off"})
	for range 60 {
		ok(true, "off")
	}
}

func TestLine48_throughput(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 10, 10, 0, 0, 0, time.UTC)
	b := start(t, func(c *sandbox.Config) {
		c.Now = func() time.Time { return now }
		c.Adjust = func(s *sandbox.Switches) { s.Throughput = 3 }
	})
	b.write(grace, "counts too")
	outcomes := []string{}
	for range 3 {
		outcomes = append(outcomes, b.delivery(b.reply("grace", "x")).Outcome)
	}
	b.advance(time.Second)
	outcomes = append(outcomes, b.delivery(b.reply("grace", "x")).Outcome)
	if diff := cmp.Diff([]string{"delivered", "delivered", "throughput", "delivered"}, outcomes); diff != "" {
		t.Error(diff)
	}
	if e := b.log("outcome=throughput"); e[0].ProviderCode != 130429 {
		t.Errorf("%+v", e)
	}
}

func TestLine48_brazeMayRetryByItself(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 10, 10, 0, 0, 0, time.UTC)
	b := start(t, func(c *sandbox.Config) {
		c.Now = func() time.Time { return now }
		c.Adjust = func(s *sandbox.Switches) { s.Throughput, s.WhatsAppRetries = 2, true }
	})
	b.write(grace, "hello")
	b.reply("grace", "one")
	id := b.reply("grace", "two")
	if e := b.log("outcome=retrying&dispatch_id=" + id); len(e) != 1 {
		t.Errorf("%+v", e)
	}
	b.advance(4 * time.Second)
	if diff := cmp.Diff([]string{"one", "two"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine49_lengthsInCodePoints(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.switches(map[string]any{"pair_limit": "off", "throughput_per_second": 0})
	b.open(grace)
	// A family emoji is several code points and many more bytes.
	glyphs := func(n int) string { return strings.Repeat("é", n-1) + "🙂" }
	try := func(campaign string, properties map[string]any) activity {
		t.Helper()
		r := b.call("POST", triggerPath, map[string]any{"campaign_id": campaign, "recipients": to("external_user_id", "grace", "trigger_properties", properties)})
		return b.delivery(r.json["dispatch_id"].(string))
	}
	with := func(pairs ...string) map[string]any {
		p := map[string]any{"external_system_msg_body": "b", "list_button": "l", "section_title": "s", "row_1": "r", "button_1": "x", "image_uri": "https://e.test/i.png"}
		for i := 0; i+1 < len(pairs); i += 2 {
			p[pairs[i]] = pairs[i+1]
		}
		return p
	}
	for _, c := range []struct {
		campaign, property string
		max                int
	}{
		{sandbox.SeedReply, "external_system_msg_body", 4096},
		{sandbox.SeedQuickReply, "external_system_msg_body", 1024},
		{sandbox.SeedQuickReply, "button_1", 20},
		{sandbox.SeedList, "external_system_msg_body", 4096},
		{sandbox.SeedList, "list_button", 20},
		{sandbox.SeedList, "section_title", 24},
		{sandbox.SeedList, "row_1", 24},
		{sandbox.SeedList, "row_1_description", 72},
		{sandbox.SeedImage, "external_system_msg_body", 1024},
	} {
		if e := try(c.campaign, with(c.property, glyphs(c.max))); e.Outcome != "delivered" {
			t.Errorf("%s of %d: %+v", c.property, c.max, e)
		}
		if e := try(c.campaign, with(c.property, glyphs(c.max+1))); e.Outcome != "too_long" || !strings.Contains(e.Reason, fmt.Sprint(c.max+1)) {
			t.Errorf("%s of %d: %+v", c.property, c.max+1, e)
		}
	}
	for field, name := range map[string]string{"header_text": "header", "footer": "footer"} {
		b.change(sandbox.SeedQuickReply, func(c map[string]any) { c["whatsapp"].(map[string]any)[field] = glyphs(61) })
		if e := try(sandbox.SeedQuickReply, with()); e.Outcome != "too_long" || !strings.Contains(e.Reason, name) {
			t.Errorf("%s: %+v", field, e)
		}
		b.change(sandbox.SeedQuickReply, func(c map[string]any) { delete(c["whatsapp"].(map[string]any), field) })
	}
}

func TestLayouts_blankPartsAreDropped(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	send := func(campaign string, properties map[string]any) activity {
		r := b.call("POST", triggerPath, map[string]any{"campaign_id": campaign, "recipients": to("external_user_id", "grace", "trigger_properties", properties)})
		return b.delivery(r.json["dispatch_id"].(string))
	}
	send(sandbox.SeedQuickReply, map[string]any{"external_system_msg_body": "Which?", "button_1": "One", "button_3": "Three"})
	send(sandbox.SeedList, map[string]any{"external_system_msg_body": "Pick", "row_1": "A", "row_1_description": "first", "row_7": "G"})
	if e := send(sandbox.SeedQuickReply, map[string]any{"external_system_msg_body": "none"}); e.Outcome != "blank" {
		t.Errorf("no button at all: %+v", e)
	}
	messages, _ := b.conversation(grace)
	if len(messages) != 3 || len(messages[1].Buttons) != 2 || messages[1].Buttons[1].Label != "Three" {
		t.Fatalf("%+v", messages)
	}
	if l := messages[2].List; l == nil || l.Button != "Choose" || len(l.Sections[0].Rows) != 2 || l.Sections[0].Rows[1].Title != "G" {
		t.Errorf("list %+v", messages[2])
	}
	b.switches(map[string]any{"blank_parts": "keep"})
	if e := send(sandbox.SeedQuickReply, map[string]any{"external_system_msg_body": "Which?", "button_1": "One"}); e.Outcome != "blank" {
		t.Errorf("kept blanks: %+v", e)
	}
}

func TestLine50_statuses(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	status := func(n int) string { m, _ := b.conversation(grace); return m[n-1].Status }
	patch := func(change string) { b.must(http.StatusOK, "PATCH", phonePath(grace), change) }
	patch(`{"online":false}`)
	if e := b.delivery(b.reply("grace", "offline")); e.Outcome != "sent" || status(2) != "sent" {
		t.Errorf("offline: %+v %s", e, status(2))
	}
	patch(`{"online":true}`)
	if status(2) != "delivered" {
		t.Errorf("online again: %s", status(2))
	}
	read := b.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":2}`)
	if status(2) != "read" || read.json["unread"] != 0.0 {
		t.Errorf("read: %s %s", status(2), read.raw)
	}
	if diff := cmp.Diff([]string{"sent", "delivered", "read"}, b.outcomes("delivery")); diff != "" {
		t.Errorf("the log follows the statuses: %s", diff)
	}
	patch(`{"read_receipts":false}`)
	b.reply("grace", "private")
	if p := b.must(http.StatusOK, "GET", phonePath(grace), nil); p.json["unread"] != 1.0 || p.json["last"].(map[string]any)["text"] != "private" {
		t.Errorf("phone %s", p.raw)
	}
	b.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":3}`)
	if status(3) != "delivered" {
		t.Errorf("receipts off: %s", status(3))
	}
	patch(`{"blocked":true}`)
	if e := b.delivery(b.reply("grace", "blocked")); e.Outcome != "blocked" || status(4) != "sent" {
		t.Errorf("blocked: %+v %s", e, status(4))
	}
	b.must(http.StatusConflict, "POST", phonePath(grace)+"/messages", `{"text":"x"}`)
	patch(`{"blocked":false,"read_receipts":true}`)
	if status(4) != "sent" {
		t.Errorf("sent while blocked, then %s", status(4))
	}
	if _, notices := b.conversation(grace); len(notices) != 1 || notices[0].Kind != "blocked" {
		t.Errorf("notices %+v", notices)
	}
	b.switches(map[string]any{"delivered_status": "skipped"})
	b.reply("grace", "skips")
	if status(5) != "sent" {
		t.Errorf("skipped: %s", status(5))
	}
	b.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":5}`)
	if status(5) != "read" {
		t.Errorf("skipped, read: %s", status(5))
	}
	b.track(`{"attributes":[{"external_id":"offgrid","phone":"+15559999999","subscription_groups":[{"subscription_group_id":"` + sandbox.SeedGroup + `","subscription_state":"subscribed"}]}]}`)
	if e := b.delivery(b.reply("offgrid", "x")); e.Outcome != "not_on_whatsapp" || e.ProviderCode != 131026 {
		t.Errorf("no phone: %+v", e)
	}
}

func TestLine51_taps(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.call("POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedQuickReply, "recipients": to("external_user_id", "grace",
		"trigger_properties", map[string]any{"external_system_msg_body": "Which?", "button_1": "Track my order"})})
	b.call("POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedList, "recipients": to("external_user_id", "grace",
		"trigger_properties", map[string]any{"external_system_msg_body": "Pick", "row_1": "Plain", "row_2": "Titled", "row_2_description": "with words"})})
	tap := func(n int, button, want string) {
		t.Helper()
		b.must(http.StatusAccepted, "POST", phonePath(grace)+"/taps", map[string]any{"n": n, "button": button})
		if h := b.hook(); !strings.Contains(h.body, `"message": "`+want+`"`) {
			t.Errorf("%s arrives as %s", button, h.body)
		}
	}
	tap(2, "Track my order", "Track my order")
	tap(3, "Plain", "Plain")
	tap(3, "Titled", `Titled\nwith words`)
	for body, want := range map[string]int{`{"n":2,"button":"Nothing"}`: 400, `{"n":1,"button":"hello"}`: 404, `{"n":99,"button":"x"}`: 404} {
		b.must(want, "POST", phonePath(grace)+"/taps", body)
	}
}

func TestLine52_stopDoesNothingByItself(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.write(grace, "STOP")
	b.hook()
	if state := b.user("grace")["subscription_groups"].(map[string]any)[sandbox.SeedGroup]; state != "subscribed" {
		t.Errorf("STOP leaves the state %v", state)
	}
	b.reply("grace", "still here")
	if diff := cmp.Diff([]string{"still here"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestDelivery_failCode(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.faults(`{"delivery":{"fail_code":131026}}`)
	if e := b.delivery(b.reply("grace", "x")); e.Outcome != "failed" || e.ProviderCode != 131026 {
		t.Errorf("%+v", e)
	}
	b.faults(`{}`)
	if e := b.delivery(b.reply("grace", "x")); e.Outcome != "delivered" {
		t.Errorf("%+v", e)
	}
}

func TestReEligibility_failedSendCountsOnlyBySwitch(t *testing.T) {
	t.Parallel()
	for _, counts := range []bool{true, false} {
		b := start(t)
		b.switches(map[string]any{"failure_counts_as_receipt": counts})
		b.change(sandbox.SeedReply, func(c map[string]any) { c["re_eligible"] = false })
		b.reply("grace", "window closed")
		b.open(grace)
		b.reply("grace", "second")
		if got := len(b.got(grace)); (got == 0) != counts {
			t.Errorf("counts %v: %d messages", counts, got)
		}
	}
}
