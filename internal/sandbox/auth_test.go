package sandbox_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/sandbox"
)

const triggerPath = "/campaigns/trigger/send"

func TestLine01_keys(t *testing.T) {
	t.Parallel()
	b := start(t)
	for name, c := range map[string]struct{ header, echoed string }{
		"missing": {"", ""},
		"unknown": {"Bearer nobody", "nobody"},
		"quoted":  {`Bearer "sandbox-key"`, `"sandbox-key"`},
		"no type": {"sandbox-key", ""},
	} {
		b.key = ""
		var headers []string
		if c.header != "" {
			headers = []string{"Authorization", c.header}
		}
		r := b.call("POST", triggerPath, `{}`, headers...)
		if r.status != http.StatusUnauthorized || r.message() != "Invalid API key: "+c.echoed {
			t.Errorf("%s: %d %q", name, r.status, r.message())
		}
		for _, h := range []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
			if v, ok := r.header[h]; !ok || v[0] != "" {
				t.Errorf("%s: %s is %q, want present and empty", name, h, v)
			}
		}
	}
	for _, e := range b.log("outcome=refused") {
		if strings.Contains(e.Reason, "nobody") {
			t.Errorf("the activity log repeats the key that was sent: %s", e.Reason)
		}
	}
}

func TestLine02_permissions(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.must(http.StatusOK, "PUT", "/sandbox/keys/reply-only", `{"name":"x","permissions":["campaigns.trigger.send"]}`)
	b.must(http.StatusOK, "PUT", "/sandbox/keys/track-only", `{"permissions":["users.track"],"ip_allowlist":[]}`)
	b.key = "track-only"
	if r := b.send(sandbox.SeedReply, "grace", "no"); r.status != http.StatusForbidden || !strings.Contains(r.message(), "permission") {
		t.Errorf("a key without the permission answers %d %s", r.status, r.raw)
	}
	if got := b.got(grace); len(got) != 0 {
		t.Errorf("sent anyway: %v", got)
	}
	b.key = "reply-only"
	if r := b.call("POST", "/messages/send", `{}`); r.status != http.StatusForbidden {
		t.Errorf("/messages/send with the page's own key scope answers %d", r.status)
	}
	b.reply("grace", "yes")
}

func TestLine03_addressAllowlist(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusOK, "PUT", "/sandbox/keys/elsewhere", `{"permissions":["*"],"ip_allowlist":["10.0.0.0/8"]}`)
	b.must(http.StatusOK, "PUT", "/sandbox/keys/here", `{"permissions":["*"],"ip_allowlist":["10.0.0.0/8","127.0.0.1"]}`)
	b.key = "elsewhere"
	if r := b.call("GET", "/campaigns/list", nil); r.status != http.StatusForbidden || r.message() != "Invalid whitelisted IPs" {
		t.Errorf("%d %s", r.status, r.raw)
	}
	b.switches(map[string]any{"ip_refused_status": 401})
	if r := b.call("GET", "/campaigns/list", nil); r.status != http.StatusUnauthorized {
		t.Errorf("with the switch: %d", r.status)
	}
	b.key = "here"
	b.must(http.StatusOK, "GET", "/campaigns/list", nil)
	b.must(http.StatusBadRequest, "PUT", "/sandbox/keys/bad", `{"ip_allowlist":["home"]}`)
}

func TestLine04_unknownPathAndMethod(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must(http.StatusNotFound, "POST", "/campaigns/trigger/sent", `{}`)
	b.must(http.StatusMethodNotAllowed, "GET", triggerPath, nil)
	b.must(http.StatusNotFound, "GET", "/nowhere", nil)
	b.must(http.StatusNotFound, "GET", "/sandbox/nowhere", nil)
}

func TestLine05_bodies(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	for _, body := range []string{"", "{", `{"campaign_id":7}`, `[]`, `{} {}`} {
		if r := b.call("POST", triggerPath, body); r.status != http.StatusBadRequest || r.message() == "" {
			t.Errorf("body %q answers %d %s", body, r.status, r.raw)
		}
	}
	b.must(http.StatusCreated, "POST", triggerPath, `{"campaign_id":"`+sandbox.SeedReply+`","new_field":{"x":1},
		"recipients":[{"external_user_id":"grace","another":true,"trigger_properties":{"external_system_msg_body":"ok"}}]}`)
}

func TestLine06_headers(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.must(http.StatusOK, "GET", "/campaigns/list", nil)
	if r.header.Get("X-RateLimit-Limit") != "250000" || r.header.Get("X-RateLimit-Remaining") != "249999" {
		t.Errorf("limit %q remaining %q", r.header.Get("X-RateLimit-Limit"), r.header.Get("X-RateLimit-Remaining"))
	}
	reset, err := strconv.ParseInt(r.header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil || reset%3600 != 0 {
		t.Errorf("reset %q is not a whole hour", r.header.Get("X-RateLimit-Reset"))
	}
	if left := time.Until(time.Unix(reset, 0)); left < 0 || left > time.Hour {
		t.Errorf("reset is in %s", left)
	}
	if r.header.Get("X-Request-Id") == "" || !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") {
		t.Errorf("headers %v", r.header)
	}
}

func TestLine07_success(t *testing.T) {
	t.Parallel()
	b := start(t)
	form := regexp.MustCompile(`^[0-9a-f]{32}$`)
	seen := map[string]bool{}
	for range 3 {
		id := b.reply("grace", "x")
		if !form.MatchString(id) || seen[id] {
			t.Errorf("dispatch_id %q", id)
		}
		seen[id] = true
	}
	r := b.send(sandbox.SeedReply, "grace", "x")
	if r.json["message"] != "success" || len(r.json) != 2 {
		t.Errorf("body %s", r.raw)
	}
	numeric := b.must(http.StatusCreated, "POST", triggerPath, `{"campaign_id":"`+sandbox.SeedReply+`","recipients":[{"external_user_id":12345}]}`)
	if numeric.json["dispatch_id"] == nil {
		t.Errorf("a number as external_user_id answers %s", numeric.raw)
	}
}
