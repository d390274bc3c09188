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

func TestLine34_rateLimits(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *sandbox.Config) {
		c.Adjust = func(s *sandbox.Switches) { s.HourlyLimit, s.TrackLimit = 3, 2 }
	})
	b.must(http.StatusOK, "POST", "/sandbox/clock", `{"set":"2027-01-10T10:59:00Z"}`)
	b.must(http.StatusOK, "GET", "/campaigns/list", nil)
	b.reply("grace", "x")
	b.call("POST", "/messages/send", `{}`) // a refused call counts too
	r := b.send(sandbox.SeedReply, "grace", "over")
	if r.status != http.StatusTooManyRequests || r.header.Get("X-RateLimit-Remaining") != "0" || r.header.Get("Retry-After") != "" || r.message() == "" {
		t.Errorf("%d %v %s", r.status, r.header, r.raw)
	}
	if got := r.header.Get("X-RateLimit-Reset"); got != fmt.Sprint(time.Date(2027, 1, 10, 11, 0, 0, 0, time.UTC).Unix()) {
		t.Errorf("reset %s", got)
	}
	b.switches(map[string]any{"retry_after": true})
	if r := b.send(sandbox.SeedReply, "grace", "over"); r.header.Get("Retry-After") == "" {
		t.Error("the switch adds no Retry-After")
	}
	track := `{"attributes":[{"external_id":"grace","x":1}]}`
	b.must(http.StatusCreated, "POST", "/users/track", track)
	b.must(http.StatusCreated, "POST", "/users/track", track)
	if r := b.must(http.StatusTooManyRequests, "POST", "/users/track", track); r.header.Get("X-RateLimit-Limit") != "2" {
		t.Errorf("track limit %s", r.header.Get("X-RateLimit-Limit"))
	}
	b.advance(3 * time.Second)
	b.must(http.StatusCreated, "POST", "/users/track", track)
	b.advance(time.Minute)
	b.reply("grace", "the next hour")
	if n := len(b.log("outcome=rate_limited")); n != 3 {
		t.Errorf("%d refusals in the log", n)
	}
}

func TestLine35_faults(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	for _, status := range []int{429, 500, 502, 503, 504} {
		b.faults(fmt.Sprintf(`{"api":[{"path":"/campaigns/trigger/send","from_call":2,"calls":1,"status":%d}]}`, status))
		b.reply("grace", fmt.Sprint(status, " first"))
		r := b.send(sandbox.SeedReply, "grace", "lost")
		if r.status != status {
			t.Errorf("second call answers %d, want %d", r.status, status)
		}
		if status == 429 && r.header.Get("X-RateLimit-Remaining") != "0" {
			t.Error("429 without Remaining 0")
		}
		b.reply("grace", fmt.Sprint(status, " third"))
	}
	if got := b.got(grace); len(got) != 10 || strings.Contains(strings.Join(got, " "), "lost") {
		t.Errorf("phone has %v", got)
	}
}

func TestLine35_cutAfterAcceptAndRefuse(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.faults(`{"api":[{"path":"/campaigns/trigger/send","calls":1,"cut_after_accept":true},{"path":"*","from_call":2,"calls":1,"refuse":true}]}`)
	body := map[string]any{"campaign_id": sandbox.SeedReply, "recipients": to("external_user_id", "grace", "trigger_properties", text("accepted and cut"))}
	if r, err := b.try("POST", triggerPath, body); err == nil {
		t.Errorf("the cut call answers %d", r.status)
	}
	if r, err := b.try("POST", triggerPath, body); err == nil {
		t.Errorf("the refused call answers %d", r.status)
	}
	b.reply("grace", "third")
	if diff := cmp.Diff([]string{"accepted and cut", "third"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
}

func TestLine35_slowReply(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.faults(`{"api":[{"path":"/campaigns/list","delay_ms":150}]}`)
	began := time.Now()
	b.must(http.StatusOK, "GET", "/campaigns/list", nil)
	if took := time.Since(began); took < 150*time.Millisecond {
		t.Errorf("answered in %s", took)
	}
}

func TestFaults_badSheetsAreExplained(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, sheet := range []string{`{"api":[{"path":"campaigns"}]}`, `{"api":[{"path":"/x","status":200}]}`, `{"webhook":{"duplicate":99}}`, `{"unknown":1}`, `{`} {
		if r := b.call("PUT", "/sandbox/faults", sheet); r.status != http.StatusBadRequest || r.message() == "" {
			t.Errorf("%s: %d %s", sheet, r.status, r.raw)
		}
	}
	b.faults(`{"api":[{"path":"/x","status":500}],"delivery":{"fail_code":131026}}`)
	r := b.must(http.StatusOK, "GET", "/sandbox/faults", nil)
	if r.json["delivery"].(map[string]any)["fail_code"] != 131026.0 || r.json["webhook"].(map[string]any)["duplicate"] != 1.0 {
		t.Errorf("sheet %s", r.raw)
	}
}

func TestLine36_reorderedDelivery(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.faults(`{"delivery":{"reorder":true}}`)
	b.reply("grace", "one")
	b.reply("grace", "two")
	if diff := cmp.Diff([]string{"two", "one"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
	b.reply("grace", "alone")
	b.advance(3 * time.Second)
	if diff := cmp.Diff([]string{"two", "one", "alone"}, b.got(grace)); diff != "" {
		t.Errorf("a message without a successor is lost: %s", diff)
	}
	b.faults(`{"delivery":{"delay_ms":60000}}`)
	b.reply("grace", "late")
	if n := len(b.got(grace)); n != 3 {
		t.Errorf("%d messages before the delay", n)
	}
	b.advance(time.Minute)
	if n := len(b.got(grace)); n != 4 {
		t.Errorf("%d messages after the delay", n)
	}
}
