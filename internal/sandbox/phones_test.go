package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

func TestPhones_seedAndNew(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.must(http.StatusOK, "GET", "/sandbox/phones", nil)
	first := r.json["phones"].([]any)[0].(map[string]any)
	want := map[string]any{
		"phone": grace, "name": "Grace Hopper", "language": "en", "external_id": "grace", "braze_id": first["braze_id"], "subscribed": true, "blocked": false,
		"read_receipts": true, "online": true, "window_until": nil, "typing": false, "unread": 0.0, "last": nil,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	known := b.must(http.StatusCreated, "POST", "/sandbox/phones", `{"phone":"+442071838750","name":"Alan Turing","language":"en","external_id":"alan"}`)
	if known.json["subscribed"] != true || known.json["external_id"] != "alan" || b.user("alan")["attributes"].(map[string]any)["last_name"] != "Turing" {
		t.Errorf("known %s", known.raw)
	}
	stranger := b.must(http.StatusCreated, "POST", "/sandbox/phones", `{"phone":"+442071838751","name":"Nobody"}`)
	if stranger.json["external_id"] != "" || stranger.json["braze_id"] != "" || stranger.json["subscribed"] != false {
		t.Errorf("stranger %s", stranger.raw)
	}
	b.write("+442071838751", "hi")
	b.hook()
	if p := b.must(http.StatusOK, "GET", phonePath("+442071838751"), nil); p.json["braze_id"] == "" {
		t.Errorf("after writing %s", p.raw)
	}
	for body, status := range map[string]int{
		`{"phone":"` + grace + `"}`:                       409,
		`{"phone":"5550001"}`:                             400,
		`{"phone":"+15550000500","subscribed":true}`:      400,
		`{"phone":"+15550000501","colour":"red"}`:         400,
		`{"phone":"+15550000502","name":["not a string"]`: 400,
	} {
		if r := b.call("POST", "/sandbox/phones", body); r.status != status || r.message() == "" {
			t.Errorf("%s: %d %s", body, r.status, r.raw)
		}
	}
	if n := len(b.must(http.StatusOK, "GET", "/sandbox/phones", nil).json["phones"].([]any)); n != 4 {
		t.Errorf("%d phones", n)
	}
	b.must(http.StatusNotFound, "GET", phonePath("+15550000999"), nil)
	b.must(http.StatusBadRequest, "GET", phonePath("grace"), nil)
	b.must(http.StatusBadRequest, "POST", phonePath(grace)+"/messages", `{"text":"  ","media_urls":[]}`)
	b.must(http.StatusBadRequest, "POST", phonePath(grace)+"/messages", `{"text":"x","subscription_group_id":"none"}`)
	b.must(http.StatusBadRequest, "GET", phonePath(grace)+"/messages?after=x", nil)
}

func TestPhones_conversationAfter(t *testing.T) {
	t.Parallel()
	b := start(t)
	for i := range 3 {
		b.write(grace, fmt.Sprint(i))
	}
	r := b.must(http.StatusOK, "GET", phonePath(grace)+"/messages?after=2", nil)
	if list := r.json["messages"].([]any); len(list) != 1 || list[0].(map[string]any)["n"] != 3.0 {
		t.Error(r.raw)
	}
}

func TestTyping_fromTheAcceptedWebhookToTheNextMessage(t *testing.T) {
	t.Parallel()
	b := start(t)
	events := b.follow("phone")
	typing := func(want bool) func(event) bool {
		return func(e event) bool {
			var v struct {
				Phone struct {
					Phone  string
					Typing bool
					Last   *message
				}
			}
			_ = json.Unmarshal([]byte(e.data), &v)
			return v.Phone.Phone == grace && v.Phone.Last != nil && v.Phone.Typing == want
		}
	}
	b.write(grace, "hello")
	await(t, events, "typing", typing(true))
	b.reply("grace", "here")
	await(t, events, "no typing", typing(false))
	b.write(grace, "again")
	await(t, events, "typing", typing(true))
	b.advance(26 * time.Second)
	await(t, events, "no typing after 25 s", typing(false))
}

func TestEvents_replayAndResync(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(grace)
	b.reply("grace", "hi")
	all := b.follow("message", "status", "activity", "phone")
	e := await(t, all, "the reply", func(e event) bool { return e.kind == "message" && strings.Contains(e.data, `"direction":"out"`) })
	var v struct {
		Phone   string
		Message message
	}
	if err := json.Unmarshal([]byte(e.data), &v); err != nil || v.Phone != grace || v.Message.Text != "hi" || v.Message.Status != "sent" {
		t.Errorf("%s %v", e.data, err)
	}
	status := await(t, b.followFrom(e.id, "status", "message"), "its status", func(event) bool { return true })
	if !strings.Contains(status.data, `"status":"delivered"`) {
		t.Errorf("after the cursor comes %+v", status)
	}
	await(t, b.followFrom("999999", "resync"), "resync for a cursor of another life", func(event) bool { return true })
	for i := range 3000 { // more events than the ring keeps
		b.must(http.StatusAccepted, "POST", phonePath(fmt.Sprintf("+1555300%04d", i%50))+"/messages", `{"text":"x"}`)
	}
	await(t, b.followFrom("1", "resync"), "resync for an old cursor", func(event) bool { return true })
	next := b.followFrom("", "clock", "faults", "reset")
	b.advance(time.Minute)
	b.faults(`{}`)
	b.must(http.StatusOK, "POST", "/sandbox/reset", nil)
	kinds := ""
	for range 3 {
		kinds += await(t, next, "control events", func(event) bool { return true }).kind + " "
	}
	if kinds != "clock faults reset " {
		t.Errorf("control events %s", kinds)
	}
}

func TestReset_goesBackToTheStart(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.open(unknown)
	b.gateway.answer(500)
	b.write(grace, "will be retried")
	b.hook()
	b.advance(time.Second)
	b.faults(`{"webhook":{"duplicate":5}}`)
	b.switches(map[string]any{"window_hours": 1})
	b.change(sandbox.SeedReply, func(c map[string]any) { c["status"] = "archived" })
	b.must(http.StatusOK, "PUT", "/sandbox/keys/extra", `{"permissions":["*"]}`)
	b.track(`{"attributes":[{"external_id":"grace","vip":true}]}`)
	b.must(http.StatusOK, "POST", "/sandbox/reset", nil)
	if n := len(b.must(http.StatusOK, "GET", "/sandbox/phones", nil).json["phones"].([]any)); n != 2 {
		t.Errorf("%d phones", n)
	}
	if m, n := b.conversation(grace); len(m) != 0 || len(n) != 0 {
		t.Errorf("conversation %v %v", m, n)
	}
	if len(b.log("")) != 0 || len(b.custom("grace")) != 0 {
		t.Error("log or profile is not empty")
	}
	if c := b.must(http.StatusOK, "GET", "/sandbox/clock", nil); c.json["offset_ms"] != 0.0 {
		t.Errorf("clock %s", c.raw)
	}
	if s := b.must(http.StatusOK, "GET", "/sandbox/switches", nil); s.json["switches"].(map[string]any)["window_hours"] != 24.0 {
		t.Errorf("switches %s", s.raw)
	}
	b.gateway.answer(202)
	b.advance(10 * time.Minute)
	b.noHook()
	b.open(grace)
	b.noHook()
	b.reply("grace", "as new")
	if diff := cmp.Diff([]string{"as new"}, b.got(grace)); diff != "" {
		t.Error(diff)
	}
	b.key = "extra"
	b.must(http.StatusUnauthorized, "GET", "/campaigns/list", nil)
}

func TestClock(t *testing.T) {
	t.Parallel()
	b := start(t)
	for _, body := range []string{`{}`, `{"advance":"tomorrow"}`, `{"advance":"1h","reset":true}`, `{"set":"noon"}`} {
		if r := b.call("POST", "/sandbox/clock", body); r.status != http.StatusBadRequest || r.message() == "" {
			t.Errorf("%s: %d %s", body, r.status, r.raw)
		}
	}
	if r := b.must(http.StatusOK, "POST", "/sandbox/clock", `{"set":"2030-01-01T00:00:00Z"}`); !strings.HasPrefix(r.json["now"].(string), "2030-01-01T00:00:0") {
		t.Error(r.raw)
	}
	if r := b.must(http.StatusOK, "POST", "/sandbox/clock", `{"reset":true}`); r.json["offset_ms"] != 0.0 {
		t.Error(r.raw)
	}
}

func TestGuard_keepsOtherSitesAndNamesAway(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Config{Hosts: []string{"sandbox.internal"}})
	h := s.Handler()
	try := func(method, path, host string, header ...string) int {
		r := httptest.NewRequest(method, path, strings.NewReader(`{}`))
		r.Host = host
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for _, c := range []struct {
		name, method, path, host string
		header                   []string
		want                     int
	}{
		{"loopback", "GET", "/sandbox/phones", "127.0.0.1:8081", nil, 200},
		{"ipv6", "GET", "/sandbox/phones", "[::1]:8081", nil, 200},
		{"localhost", "GET", "/", "localhost", nil, 200},
		{"allowed", "GET", "/sandbox/phones", "sandbox.internal:8081", nil, 200},
		{"rebound name", "GET", "/sandbox/phones", "evil.example:8081", nil, 403},
		{"other site", "POST", "/sandbox/reset", "127.0.0.1:8081", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"other origin", "POST", "/sandbox/reset", "127.0.0.1:8081", []string{"Origin", "https://evil.example"}, 403},
		{"own page", "POST", "/sandbox/reset", "127.0.0.1:8081", []string{"Origin", "http://127.0.0.1:8081", "Sec-Fetch-Site", "same-origin"}, 200},
		{"no browser", "POST", "/sandbox/reset", "127.0.0.1:8081", nil, 200},
		{"braze side by any name", "POST", "/users/track", "sandbox:8081", nil, 401},
	} {
		if got := try(c.method, c.path, c.host, c.header...); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	b := start(t)
	if r := b.must(http.StatusOK, "GET", "/", nil); !strings.Contains(r.raw, "Parley sandbox") || !strings.Contains(r.raw, "127.0.0.1:8080") {
		t.Errorf("notice %s", r.raw)
	}
	own := start(t, func(c *sandbox.Config) {
		c.Page = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "page %s", r.URL.Path) })
	})
	if r := own.must(http.StatusOK, "GET", "/assets/x.js", nil); r.raw != "page /assets/x.js" {
		t.Errorf("page %s", r.raw)
	}
	about := own.must(http.StatusOK, "GET", "/sandbox/about", nil)
	if about.json["desk_url"] != "http://127.0.0.1:8080/" || len(about.json["subscription_groups"].([]any)) != 2 {
		t.Errorf("about %s", about.raw)
	}
}
