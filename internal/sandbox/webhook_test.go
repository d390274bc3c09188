package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

func TestLine37_webhookIsRenderedFromLiquid(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedInbound, func(c map[string]any) {
		c["webhook"] = map[string]any{
			"method": "PUT", "url": b.gateway.URL + "/hook?who={{${user_id} | url_param_escape}}",
			"headers": map[string]any{"Content-Type": "text/x", "X-Sign": "{{${user_id} | hmac_sha256_hex: 'k'}}", "X-Dispatch": "{{campaign.${dispatch_id}}}"},
			"body":    `{"raw":"{{whats_app.${inbound_message_body}}}"}`,
		}
	})
	b.write(grace, `say "hi"`)
	h := b.hook()
	if h.body != `{"raw":"say "hi""}` || h.query.Get("who") != "grace" || h.header.Get("Content-Type") != "text/x" || len(h.header.Get("X-Sign")) != 64 || len(h.header.Get("X-Dispatch")) != 32 {
		t.Errorf("%+v", h)
	}
	b.change(sandbox.SeedInbound, func(c map[string]any) {
		c["webhook"].(map[string]any)["body"] = `{"safe":"{{whats_app.${inbound_message_body} | json_escape}}"}`
	})
	b.write(grace, "a \"b\"\n\\c\td\u0001")
	var got struct{ Safe string }
	if h := b.hook(); json.Unmarshal([]byte(h.body), &got) != nil || got.Safe != "a \"b\"\n\\c\td\u0001" {
		t.Errorf("json_escape renders %s", h.body)
	}
	for name, body := range map[string]string{"unclosed": "{{${x}", "filter": "{{${x} | nothing}}", "connected content": "{% connected_content http://x %}"} {
		c := b.must(http.StatusOK, "GET", "/sandbox/campaigns/"+sandbox.SeedInbound, nil).json
		c["webhook"].(map[string]any)["body"] = body
		if r := b.call("PUT", "/sandbox/campaigns/"+sandbox.SeedInbound, c); r.status != http.StatusBadRequest || !strings.Contains(r.message(), "webhook.body") {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
}

func TestLine38_unknownSender(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.write(unknown, "hello")
	var body map[string]any
	if err := json.Unmarshal([]byte(b.hook().body), &body); err != nil {
		t.Fatal(err)
	}
	u := b.user(unknown)
	if body["external_id"] != "" || body["phone"] != unknown || body["braze_id"] != u["braze_id"] || u["braze_id"] == "" {
		t.Errorf("webhook %v", body)
	}
	if diff := cmp.Diff([]any{map[string]any{"alias_name": unknown, "alias_label": "phone"}}, u["user_aliases"]); diff != "" {
		t.Error(diff)
	}
	if r := b.trigger(map[string]any{"recipients": to("braze_id", u["braze_id"], "trigger_properties", text("x"))}); r.status != http.StatusCreated {
		t.Errorf("reply answers %d", r.status)
	}
	messages, notices := b.conversation(unknown)
	if len(messages) != 1 || len(notices) != 1 || notices[0].Kind != "not_subscribed" || notices[0].N != 1 {
		t.Errorf("phone has %+v %+v", messages, notices)
	}
	b.write(unknown, "again")
	b.hook()
	if again := b.user(unknown); again["braze_id"] != u["braze_id"] {
		t.Error("the second message makes another profile")
	}
}

func TestLine39_phonelessSender(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.switches(map[string]any{"phoneless_senders": true})
	b.write(unknown, "hello")
	var body map[string]any
	if err := json.Unmarshal([]byte(b.hook().body), &body); err != nil {
		t.Fatal(err)
	}
	if body["phone"] != "" || body["external_id"] != "" || body["braze_id"] == "" {
		t.Errorf("webhook %v", body)
	}
	u := b.user(body["braze_id"].(string))
	if u["phone"] != "" || !strings.HasPrefix(u["bsuid"].(string), "US.") || u["user_aliases"].([]any)[0].(map[string]any)["alias_label"] != "bsuid" {
		t.Errorf("profile %v", u)
	}
	b.trigger(map[string]any{"recipients": to("braze_id", body["braze_id"], "trigger_properties", text("reached"), "attributes",
		map[string]any{"subscription_groups": []any{map[string]any{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"}}})})
	if diff := cmp.Diff([]string{"reached"}, b.got(unknown)); diff != "" {
		t.Error(diff)
	}
}

func TestLine40_triggers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.change(sandbox.SeedInbound, func(c map[string]any) { c["status"] = "paused" })
	set := func(match, word string) {
		b.change(sandbox.SeedKeyword, func(c map[string]any) { c["trigger"] = map[string]any{"match": match, "word": word} })
	}
	matches := func(text string) bool {
		before := len(b.log("outcome=no_campaign"))
		b.write(grace, text)
		if len(b.log("outcome=no_campaign")) > before {
			return false
		}
		b.hook()
		return true
	}
	for _, c := range []struct {
		match, word, text string
		want              bool
	}{
		{"is", "STOP", "stop", true},
		{"is", "STOP", "please stop", false},
		{"regex", "RETURN", "my RETURN please", true},
		{"regex", "RETURN", "my return please", false},
		{"regex", "(?i)return(?-i)", "a ReTurn", true},
		{"any", "", "whatever", true},
	} {
		set(c.match, c.word)
		if got := matches(c.text); got != c.want {
			t.Errorf("%s %q on %q: %v", c.match, c.word, c.text, got)
		}
	}
	b.must(http.StatusBadRequest, "PUT", "/sandbox/campaigns/bad", `{"type":"webhook","trigger":{"match":"regex","word":"("},"webhook":{"url":"http://127.0.0.1/"}}`)
}

func TestLine40_everyMatchingCampaignFires(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, word := range []string{"RETURN", "retours"} {
		b.write(grace, word)
		paths := map[string]string{}
		for range 2 {
			h := b.hook()
			var body struct {
				CampaignID string `json:"campaign_id"`
			}
			if err := json.Unmarshal([]byte(h.body), &body); err != nil {
				t.Fatal(err)
			}
			paths[h.path] = body.CampaignID
		}
		want := map[string]string{"/braze/inbound/support": sandbox.SeedInbound, "/braze/inbound/returns": sandbox.SeedKeyword}
		for path, id := range want {
			if paths[path] != id {
				t.Errorf("%s: %v", word, paths)
			}
		}
	}
}

func TestInbound_actionBasedWhatsAppCampaignAnswersByItself(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusCreated, "PUT", "/sandbox/campaigns/auto", `{"name":"Auto","type":"whatsapp","delivery":"action_based","re_eligible":true,
		"trigger":{"match":"is","word":"HOURS"},"whatsapp":{"layout":"text","body":"You asked: {{whats_app.${inbound_message_body}}}"}}`)
	b.write(grace, "hours")
	b.hook()
	if diff := cmp.Diff([]string{"You asked: hours"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine41_retries(t *testing.T) {
	t.Parallel()
	for _, status := range []int{408, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			events := b.follow("activity")
			b.gateway.answer(status, status, 202)
			b.write(grace, "hello")
			first := b.hook()
			if e := awaitActivity(t, events, "webhook", "retrying"); e.Attempt != 1 || e.StatusCode != status || !strings.Contains(e.Reason, "10s") {
				t.Errorf("first attempt %+v", e)
			}
			b.noHook()
			b.advance(10 * time.Second)
			second := b.hook()
			if e := awaitActivity(t, events, "webhook", "retrying"); e.Attempt != 2 || !strings.Contains(e.Reason, "30s") {
				t.Errorf("second attempt %+v", e)
			}
			b.advance(30 * time.Second)
			third := b.hook()
			awaitActivity(t, events, "webhook", "accepted")
			if first.body != second.body || second.body != third.body {
				t.Error("retries differ")
			}
			if _, notices := b.conversation(grace); len(notices) != 1 || notices[0].Kind != "retrying" {
				t.Errorf("notices %+v", notices)
			}
		})
	}
}

func TestLine41_givesUpAfterFiveRetriesWithinHalfAnHour(t *testing.T) {
	t.Parallel()
	b := start(t)
	events := b.follow("activity")
	b.gateway.answer(500)
	b.write(grace, "hello")
	var total time.Duration
	for attempt := 1; attempt <= 5; attempt++ {
		b.hook()
		awaitActivity(t, events, "webhook", "retrying")
		delay := 10 * time.Second
		for range attempt - 1 {
			delay *= 3
		}
		total += delay
		b.advance(delay)
	}
	b.hook()
	if e := awaitActivity(t, events, "webhook", "given_up"); e.Attempt != 6 {
		t.Errorf("gave up at %+v", e)
	}
	if total > 30*time.Minute {
		t.Errorf("the retries take %s", total)
	}
	b.advance(time.Hour)
	b.noHook()
}

func TestLine41_finalAnswersAreNotRetried(t *testing.T) {
	t.Parallel()
	for _, status := range []int{302, 400, 401, 404, 413} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			events := b.follow("activity")
			b.gateway.respond(func(w http.ResponseWriter, r *http.Request, _ int) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(status)
			})
			b.write(grace, "hello")
			b.hook()
			if e := awaitActivity(t, events, "webhook", "failed"); e.StatusCode != status {
				t.Errorf("%+v", e)
			}
			b.advance(time.Hour)
			b.noHook()
			if _, notices := b.conversation(grace); len(notices) != 1 || notices[0].Kind != "failed" || !strings.Contains(notices[0].Text.EN, fmt.Sprint(status)) {
				t.Errorf("notices %+v", notices)
			}
		})
	}
}

func TestLine41_timeoutAndRefusedConnection(t *testing.T) {
	t.Parallel()
	b := start(t)
	events := b.follow("activity")
	release := make(chan struct{})
	b.gateway.respond(func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			select {
			case <-r.Context().Done():
			case <-release:
			}
		}
	})
	defer close(release)
	b.write(grace, "slow")
	b.hook()
	b.advance(89 * time.Second)
	b.noHook()
	b.advance(2 * time.Second)
	if e := awaitActivity(t, events, "webhook", "retrying"); e.StatusCode != 599 || !strings.Contains(e.Reason, "1m30s") {
		t.Errorf("timeout %+v", e)
	}
	b.advance(10 * time.Second)
	b.hook()
	awaitActivity(t, events, "webhook", "accepted")

	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	b.change(sandbox.SeedInbound, func(c map[string]any) { c["webhook"].(map[string]any)["url"] = gone.URL })
	b.write(grace, "refused")
	if e := awaitActivity(t, events, "webhook", "retrying"); e.StatusCode != 599 || !strings.Contains(e.Reason, "no connection") {
		t.Errorf("refused %+v", e)
	}
}

func TestLine42_sameBytesUnlessSwitched(t *testing.T) {
	t.Parallel()
	for _, rerender := range []bool{false, true} {
		t.Run(fmt.Sprint(rerender), func(t *testing.T) {
			t.Parallel()
			b := start(t)
			events := b.follow("activity")
			b.change(sandbox.SeedInbound, func(c map[string]any) {
				c["webhook"].(map[string]any)["body"] = "{{campaign.${dispatch_id}}} {{custom_attribute.${mood} | default: 'calm'}}"
			})
			b.faults(fmt.Sprintf(`{"webhook":{"rerender_on_retry":%v}}`, rerender))
			b.gateway.answer(503, 202)
			b.write(grace, "hello")
			first := strings.Fields(b.hook().body)
			awaitActivity(t, events, "webhook", "retrying")
			b.track(`{"attributes":[{"external_id":"grace","mood":"cross"}]}`)
			b.advance(10 * time.Second)
			second := strings.Fields(b.hook().body)
			want := "calm"
			if rerender {
				want = "cross"
			}
			if first[0] != second[0] || first[1] != "calm" || second[1] != want {
				t.Errorf("%v then %v", first, second)
			}
		})
	}
}

func TestLine43_unhealthyHost(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *sandbox.Config) {
		c.Adjust = func(s *sandbox.Switches) { s.UnhealthyFailures, s.WebhookRetries = 3, 1 }
	})
	events := b.follow("activity")
	b.gateway.answer(503)
	for range 4 {
		b.write(grace, "x")
		b.hook()
		awaitActivity(t, events, "webhook", "retrying")
	}
	b.write(grace, "not called")
	if e := awaitActivity(t, events, "webhook", "host_unhealthy"); e.StatusCode != 598 || e.Attempt != 1 {
		t.Errorf("%+v", e)
	}
	b.noHook()
	b.gateway.answer(202)
	b.advance(61 * time.Second) // the five retries run, and the host is called again
	for range 5 {
		b.hook()
		awaitActivity(t, events, "webhook", "accepted")
	}
}

func TestLine43_status500IsNotCounted(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *sandbox.Config) { c.Adjust = func(s *sandbox.Switches) { s.UnhealthyFailures = 1 } })
	events := b.follow("activity")
	b.gateway.answer(500)
	for range 4 {
		b.write(grace, "x")
		b.hook()
		awaitActivity(t, events, "webhook", "retrying")
	}
}

func TestLine44_ports(t *testing.T) {
	t.Parallel()
	b := start(t)
	put := func(address string) int {
		return b.call("PUT", "/sandbox/campaigns/p", map[string]any{"type": "webhook", "webhook": map[string]any{"url": address}}).status
	}
	if put("http://127.0.0.1:8080/x") != http.StatusCreated {
		t.Error("the local switch refuses a port")
	}
	b.switches(map[string]any{"any_port": false})
	for address, want := range map[string]int{"http://127.0.0.1:8080/x": 400, "https://e.test:443/x": 200, "http://e.test/x": 200, "ftp://e.test/x": 400, "e.test": 400} {
		if got := put(address); got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
	strict := start(t, func(c *sandbox.Config) { c.BrazePortsOnly = true })
	strict.must(http.StatusBadRequest, "PUT", "/sandbox/campaigns/p", `{"type":"webhook","webhook":{"url":"http://127.0.0.1:8080/x"}}`)
}

func TestLine45_delayDuplicateDropAndReorder(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.faults(`{"webhook":{"duplicate":3}}`)
	b.write(grace, "thrice")
	bodies := map[string]int{}
	for range 3 {
		bodies[b.hook().body]++
	}
	if len(bodies) != 1 {
		t.Errorf("copies differ: %v", bodies)
	}
	b.faults(`{"webhook":{"duplicate":2,"duplicate_delay_ms":60000}}`)
	b.write(grace, "later")
	b.hook()
	b.noHook()
	b.advance(time.Minute)
	b.hook()
	b.faults(`{"webhook":{"drop":1}}`)
	b.write(grace, "lost")
	b.write(grace, "kept")
	if h := b.hook(); !strings.Contains(h.body, "kept") {
		t.Errorf("after the drop: %s", h.body)
	}
	b.faults(`{"webhook":{"delay_ms":60000}}`)
	b.write(grace, "delayed")
	b.noHook()
	b.advance(time.Minute)
	b.hook()
	b.faults(`{"webhook":{"reorder":true}}`)
	b.write(grace, "one")
	b.write(grace, "two")
	if one, two := b.hook(), b.hook(); !strings.Contains(one.body, "two") || !strings.Contains(two.body, "one") {
		t.Errorf("order %s then %s", one.body, two.body)
	}
}

func TestWebhooks_ofOneUserKeepTheirOrder(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.switches(map[string]any{"throughput_per_second": 0})
	const people, each = 8, 30
	for i := range each {
		for p := range people {
			b.write(fmt.Sprintf("+1555100%04d", p), fmt.Sprint(i))
		}
	}
	next := map[string]int{}
	for range people * each {
		var body struct{ Phone, Message string }
		if err := json.Unmarshal([]byte(b.hook().body), &body); err != nil {
			t.Fatal(err)
		}
		if body.Message != fmt.Sprint(next[body.Phone]) {
			t.Fatalf("%s gets %s, want %d", body.Phone, body.Message, next[body.Phone])
		}
		next[body.Phone]++
	}
}

func TestWebhooks_slowFirstAttemptHoldsTheNextOnlyBriefly(t *testing.T) {
	t.Parallel()
	b := start(t)
	release := make(chan struct{})
	var slow atomic.Bool
	b.gateway.respond(func(w http.ResponseWriter, r *http.Request, n int) {
		if n == 1 {
			slow.Store(true)
			<-release
			slow.Store(false)
		}
	})
	b.write(grace, "one")
	b.hook()
	b.write(grace, "two")
	b.hook()
	if !slow.Load() {
		t.Error("the second webhook waited for the first one's answer")
	}
	close(release)
}

func TestInbound_mediaURLs(t *testing.T) {
	t.Parallel()
	b := start(t)
	urls := []string{"https://e.test/a.jpg", "https://e.test/b.pdf"}
	for mode, want := range map[string]string{"array": `["https://e.test/a.jpg","https://e.test/b.pdf"]`, "space": strings.Join(urls, " "), "comma": strings.Join(urls, ",")} {
		b.switches(map[string]any{"media_urls": mode})
		b.must(http.StatusAccepted, "POST", phonePath(grace)+"/messages", map[string]any{"text": "", "media_urls": urls})
		var body map[string]any
		if err := json.Unmarshal([]byte(b.hook().body), &body); err != nil {
			t.Fatal(err)
		}
		if body["media_urls"] != want {
			t.Errorf("%s renders %v", mode, body["media_urls"])
		}
	}
	messages, _ := b.conversation(grace)
	if messages[0].Media[0].Kind != "image" || messages[0].Media[1].Kind != "document" {
		t.Errorf("media %+v", messages[0].Media)
	}
}

func TestInbound_sharedNumberPrefersTheIdentifiedProfile(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.write(unknown, "anonymous")
	b.hook()
	b.track(`{"attributes":[{"external_id":"first","phone":"` + unknown + `"},{"external_id":"second","phone":"` + unknown + `"}]}`)
	who := func() string {
		b.write(unknown, "who")
		var body struct {
			ExternalID string `json:"external_id"`
		}
		if err := json.Unmarshal([]byte(b.hook().body), &body); err != nil {
			t.Fatal(err)
		}
		return body.ExternalID
	}
	if got := who(); got != "second" {
		t.Errorf("last changed: %q", got)
	}
	b.switches(map[string]any{"shared_phone": "first_changed"})
	if got := who(); got != "first" {
		t.Errorf("first changed: %q", got)
	}
}
