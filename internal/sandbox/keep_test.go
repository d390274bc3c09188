package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/sandbox"
)

// keptIn makes a sandbox keep itself in a file.
func keptIn(file string) func(*sandbox.Config) {
	return func(c *sandbox.Config) { c.File = file }
}

func newFile(t testing.TB) string { return filepath.Join(t.TempDir(), "sandbox.json") }

// end stops the sandbox, as at the end of a run.
func (b *box) end() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.server.Stop(ctx); err != nil {
		b.t.Fatalf("stop: %v", err)
	}
}

// all is everything that a second run must show as the first did.
func (b *box) all() map[string]any {
	b.t.Helper()
	seen := map[string]any{}
	get := func(path string) map[string]any {
		raw := strings.ReplaceAll(b.must(http.StatusOK, "GET", path, nil).raw, b.gateway.URL, "http://gateway")
		var v map[string]any
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			b.t.Fatal(err)
		}
		seen[path] = v
		return v
	}
	for _, path := range []string{"/sandbox/campaigns", "/sandbox/keys", "/sandbox/switches", "/sandbox/currents", "/sandbox/templates"} {
		get(path)
	}
	for _, p := range get("/sandbox/phones")["phones"].([]any) {
		phone := p.(map[string]any)
		delete(phone, "typing") // nobody is at work on an answer after a stop
		get(phonePath(phone["phone"].(string)) + "/messages?after=0")
		for _, name := range []string{"external_id", "braze_id"} {
			if id := phone[name].(string); id != "" {
				get("/sandbox/users/" + url.PathEscape(id))
			}
		}
	}
	seen["offset"] = b.must(http.StatusOK, "GET", "/sandbox/clock", nil).json["offset_ms"]
	for _, id := range []string{sandbox.SeedReply, sandbox.SeedInbound} {
		seen[id] = b.must(http.StatusOK, "GET", "/campaigns/details?campaign_id="+id, nil).json
	}
	return seen
}

// live does something of every kind that is kept.
func (b *box) live() {
	b.t.Helper()
	b.must(http.StatusCreated, "POST", "/sandbox/phones", `{"phone":"+15550000005","name":"Linus","language":"fr","external_id":"linus","subscribed":false}`)
	b.must(http.StatusCreated, "POST", "/sandbox/phones", `{"phone":"+15550000006","name":"Nobody yet","language":"en"}`)
	b.open(grace)
	b.reply("grace", "A \"quoted\"\nanswer 🙂")
	b.must(http.StatusAccepted, "POST", phonePath(grace)+"/messages", `{"text":"","media_urls":["https://m.test/photo.jpg","https://m.test/doc.pdf"]}`)
	b.hook()
	for campaign, properties := range map[string]map[string]any{
		sandbox.SeedQuickReply: {"external_system_msg_body": "Which?", "button_1": "Yes", "button_2": "No"},
		sandbox.SeedList:       {"external_system_msg_body": "Which?", "section_title": "All", "row_1": "One", "row_1_description": "the first"},
		sandbox.SeedImage:      {"external_system_msg_body": "Look", "image_uri": "https://m.test/a.png"},
	} {
		b.must(http.StatusCreated, "POST", triggerPath, map[string]any{"campaign_id": campaign, "recipients": to("external_user_id", "grace", "trigger_properties", properties)})
	}
	b.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":2}`)
	b.must(http.StatusOK, "PATCH", phonePath(ada), `{"online":false,"language":"de","name":"Ada L."}`)
	b.must(http.StatusOK, "PATCH", phonePath("+15550000006"), `{"blocked":true,"read_receipts":false}`)
	b.open(unknown) // an anonymous profile, and the notice of a reply that is dropped
	b.must(http.StatusCreated, "POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedReply, "recipients": []any{
		map[string]any{"user_alias": map[string]any{"alias_label": "phone", "alias_name": unknown}, "trigger_properties": text("lost")},
	}})
	b.must(http.StatusCreated, "POST", "/users/track", `{
		"attributes": [{"external_id": "grace", "big": 9007199254740993, "half": 0.5, "list": ["x", "y"], "object": {"deep": [1, null]}, "email": "g@x.test", "_update_existing_only": true},
			{"external_id": "ada", "subscription_groups": [{"subscription_group_id": "`+sandbox.SeedSecondGroup+`", "subscription_state": "unsubscribed"}]}],
		"events": [{"external_id": "grace", "name": "visit", "time": "2026-11-20T10:00:00Z", "properties": {"page": 3}}],
		"purchases": [{"external_id": "grace", "product_id": "hat", "currency": "EUR", "price": 5, "time": "2026-11-20T10:00:00Z"}]}`)
	b.change(sandbox.SeedList, func(c map[string]any) { c["name"], c["re_eligible"] = "My list", false })
	b.must(http.StatusCreated, "PUT", "/sandbox/campaigns/mine", map[string]any{
		"name": "Mine", "type": "webhook", "trigger": map[string]any{"match": "is", "word": "mine"},
		"webhook": map[string]any{"method": "POST", "url": b.gateway.URL + "/mine", "body": "{}"},
	})
	b.must(http.StatusOK, "PUT", "/sandbox/keys/second", `{"name":"Second","permissions":["campaigns.trigger.send"],"ip_allowlist":["10.0.0.0/8"]}`)
	b.must(http.StatusOK, "PUT", "/sandbox/currents", map[string]any{"enabled": false, "url": b.gateway.URL + "/receipts", "token": "t"})
	b.switches(map[string]any{"window_hours": 30, "list_tap_separator": " - "})
	b.advance(90 * time.Minute)
}

func TestOpen_goesOnWithEverything(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	first.live()
	was := first.all()
	first.end()
	second := start(t, keptIn(file))
	if diff := cmp.Diff(was, second.all()); diff != "" {
		t.Errorf("the second run differs (-first +second):\n%s", diff)
	}
	if got := second.outcomes("inbound"); len(got) != 0 {
		t.Errorf("the second run's log begins with %v, want nothing", got)
	}
	if r := second.call("POST", triggerPath, "{}", "Authorization", "Bearer second"); r.status != http.StatusForbidden {
		t.Errorf("the restricted key answers %d from another address, want 403", r.status)
	}
	second.end()
	if third := start(t, keptIn(file)); !cmp.Equal(was, third.all()) {
		t.Errorf("the third run differs:\n%s", cmp.Diff(was, third.all()))
	}
}

// The people of the second run are those of the first: Braze's ids and the numbers of messages go on, a
// campaign is not sent twice, and what happens to an old message is told.
func TestOpen_goesOnFromThere(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	first.open(unknown)
	id := first.user(unknown)["braze_id"]
	first.open(grace)
	first.change(sandbox.SeedReply, func(c map[string]any) { c["re_eligible"] = false })
	dispatch := first.reply("grace", "once")
	first.must(http.StatusCreated, "POST", "/sends/id/create", `{"campaign_id":"`+sandbox.SeedQuickReply+`","send_id":"spring"}`)
	first.end()

	second := start(t, keptIn(file))
	second.write(unknown, "back")
	if h := second.hook(); h.path != "/braze/inbound/support" || !strings.Contains(h.body, fmt.Sprintf(`"braze_id": %q`, id)) {
		t.Errorf("the webhook goes to %s with %s, want braze_id %v", h.path, h.body, id)
	}
	messages, _ := second.conversation(unknown)
	if last := messages[len(messages)-1]; len(messages) != 2 || last.N != 2 || last.Text != "back" {
		t.Errorf("the second run's messages are %+v, want a second one with n 2", messages)
	}
	events := second.follow("activity")
	second.reply("grace", "twice")
	awaitActivity(t, events, "trigger_send", "not_re_eligible")
	second.must(http.StatusOK, "POST", phonePath(grace)+"/read", `{"n":2}`)
	if e := awaitActivity(t, events, "delivery", "read"); e.DispatchID != dispatch || e.CampaignID != sandbox.SeedReply || e.ExternalID != "grace" || e.Phone != grace {
		t.Errorf("reading the old message is told as %+v", e)
	}
	second.must(http.StatusCreated, "POST", triggerPath, map[string]any{
		"campaign_id": sandbox.SeedQuickReply, "send_id": "spring", "recipients": to("external_user_id", "nobody"),
	})
	if got := second.got(grace); !cmp.Equal(got, []string{"once"}) {
		t.Errorf("grace has %v, want one message", got)
	}
}

// Webhooks that post to the gateway follow it to its new address, whatever else was edited; an address
// elsewhere is the person's own.
func TestOpen_followsTheGateway(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	set := func(id, name, address string) {
		first.change(id, func(c map[string]any) {
			c["name"] = name
			c["webhook"].(map[string]any)["url"] = address
		})
	}
	set(sandbox.SeedInbound, "renamed", first.gateway.URL+"/braze/inbound/support")
	set(sandbox.SeedKeyword, "elsewhere", "http://127.0.0.1:9/braze/inbound/returns")
	first.end()
	second := start(t, keptIn(file))
	where := func(b *box, id string) string {
		c := b.must(http.StatusOK, "GET", "/sandbox/campaigns/"+id, nil).json
		return fmt.Sprint(c["name"], " ", c["webhook"].(map[string]any)["url"])
	}
	if got, want := where(second, sandbox.SeedInbound), "renamed "+second.gateway.URL+"/braze/inbound/support"; got != want {
		t.Errorf("the edited campaign is %s, want %s", got, want)
	}
	if got, want := where(second, sandbox.SeedKeyword), "elsewhere http://127.0.0.1:9/braze/inbound/returns"; got != want {
		t.Errorf("the campaign that posts elsewhere is %s, want %s", got, want)
	}
	second.must(http.StatusOK, "POST", "/sandbox/reset", nil)
	second.end()
	third := start(t, keptIn(file))
	if got, want := where(third, sandbox.SeedKeyword), "To Parley (returns) "+third.gateway.URL+"/braze/inbound/returns"; got != want {
		t.Errorf("the seed campaign after a reset is %s, want %s", got, want)
	}
}

// A campaign keeps the port it was allowed, whatever the switch says now, and the configuration of the new
// run counts where nobody changed a switch.
func TestOpen_mindsTheNewConfiguration(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	first.change(sandbox.SeedInbound, func(c map[string]any) { c["name"] = "edited" })
	first.switches(map[string]any{"hourly_limit": 99})
	first.end()
	second := start(t, keptIn(file), func(c *sandbox.Config) { c.BrazePortsOnly = true })
	got := second.must(http.StatusOK, "GET", "/sandbox/switches", nil).json["switches"].(map[string]any)
	if got["any_port"] != false || got["hourly_limit"] != 99.0 {
		t.Errorf("any_port is %v and hourly_limit %v, want false as configured and 99 as changed", got["any_port"], got["hourly_limit"])
	}
	second.write(grace, "hello")
	second.hook()
}

// holds waits until the file holds a text, as a crash would leave it.
func holds(t testing.TB, file, text string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		body, err := os.ReadFile(file)
		switch {
		case err == nil && !json.Valid(body):
			t.Fatalf("the file is torn: %s", body)
		case err == nil && bytes.Contains(body, []byte(text)):
			return
		case time.Now().After(deadline):
			t.Fatalf("the file never got %s: %s %v", text, body, err)
		}
	}
}

// Every kind of change reaches the file by itself, without a stop.
func TestServer_writesChangesSoon(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(b *box)
		text string
	}{
		"message":  {func(b *box) { b.write(grace, "marker-1") }, "marker-1"},
		"phone":    {func(b *box) { b.must(http.StatusOK, "PATCH", phonePath(ada), `{"name":"marker-2"}`) }, "marker-2"},
		"profile":  {func(b *box) { b.track(`{"attributes":[{"external_id":"grace","m":"marker-3"}]}`) }, "marker-3"},
		"campaign": {func(b *box) { b.change(sandbox.SeedReply, func(c map[string]any) { c["name"] = "marker-4" }) }, "marker-4"},
		"key": {func(b *box) {
			b.must(http.StatusOK, "PUT", "/sandbox/keys/marker-5", `{"name":"k","permissions":[],"ip_allowlist":[]}`)
		}, "marker-5"},
		"switch": {func(b *box) { b.switches(map[string]any{"list_tap_separator": "marker-6"}) }, "marker-6"},
		"clock":  {func(b *box) { b.advance(time.Hour) }, `"clock_offset_ns":3600000000000`},
		"notice": {func(b *box) { b.gateway.answer(http.StatusBadRequest); b.write(grace, "refused") }, "Parley refused the webhook (400)"},
		"subscription": {func(b *box) {
			b.switches(map[string]any{"subscription_delay_seconds": 1}) // long after the call was written
			b.must(http.StatusCreated, "POST", "/v2/subscription/status/set", `{"subscription_groups":[{"subscription_group_id":"`+sandbox.SeedSecondGroup+`","subscription_state":"subscribed","external_ids":["ada"]}]}`)
		}, `"` + sandbox.SeedSecondGroup + `":true`},
		"reset": {func(b *box) {
			b.advance(time.Hour)
			b.must(http.StatusOK, "POST", "/sandbox/reset", nil)
		}, `"clock_offset_ns":0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newFile(t)
			b := start(t, keptIn(file))
			tc.do(b)
			holds(t, file, tc.text)
		})
	}
}

func TestServer_resetEmptiesTheFile(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	first.live()
	first.must(http.StatusOK, "POST", "/sandbox/reset", nil)
	was := first.all()
	first.end()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"linus", "quoted", "My list", "second", "https://m.test", unknown} {
		if bytes.Contains(body, []byte(gone)) {
			t.Errorf("the file still holds %q after a reset", gone)
		}
	}
	second := start(t, keptIn(file))
	if diff := cmp.Diff(was, second.all()); diff != "" {
		t.Errorf("after the reset the second run differs:\n%s", diff)
	}
}

// A crash while writing leaves a temporary file that nobody reads, here one longer than what comes next.
func TestOpen_ignoresATornTemporaryFile(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	first := start(t, keptIn(file))
	first.open(grace)
	first.end()
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".tmp", append(whole[:len(whole):len(whole)], whole...), 0o600); err != nil {
		t.Fatal(err)
	}
	second := start(t, keptIn(file))
	holds(t, file, `"format":"parley-sandbox"`)
	if messages, _ := second.conversation(grace); len(messages) != 1 {
		t.Errorf("%d messages, want the one of the first run", len(messages))
	}
	second.end()
	if _, err := os.Stat(file + ".tmp"); !os.IsNotExist(err) {
		t.Errorf("the torn file is still there: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != fs.FileMode(0o600) {
		t.Errorf("the file is %v (%v), want it private: it holds keys", info.Mode(), err)
	}
}

// A file that cannot be used is left as it is, and the error names it and the cure.
func TestOpen_explainsWhatItCannotUse(t *testing.T) {
	t.Parallel()
	head := `{"format":"parley-sandbox","version":1,`
	for name, tc := range map[string]struct{ body, want string }{
		"empty":            {"", "it is damaged or no state of the sandbox"},
		"torn":             {head + `"phones":[{"pho`, "it is damaged or no state of the sandbox"},
		"not an object":    {`["a"]`, "it is damaged or no state of the sandbox"},
		"foreign":          {`{"name":"parley","version":"1.0"}`, "it is damaged or no state of the sandbox"},
		"foreign object":   {`{"version":1}`, `it lacks "format": "parley-sandbox"`},
		"newer":            {`{"format":"parley-sandbox","version":7}`, "version 7 and this Parley reads up to 1"},
		"unknown field":    {head + `"colour":"red"}`, `unknown field "colour"`},
		"unknown switch":   {head + `"switches":{"nonsense":true}}`, `unknown field "nonsense"`},
		"impossible value": {head + `"switches":{"pair_limit":"maybe"}}`, `pair_limit cannot be "maybe"`},
		"bad campaign":     {head + `"campaigns":[{"id":"c","type":"pigeon"}]}`, `campaign "c": type "pigeon"`},
		"bad key":          {head + `"keys":{"k":{"ip_allowlist":["x"]}}}`, `key "k": ip_allowlist`},
		"null key":         {head + `"keys":{"k":null}}`, `key "k" is null`},
		"bad phone":        {head + `"phones":[{"phone":"12"}]}`, `"12" is not a phone number`},
		"lost message":     {head + `"messages":[{"phone":"+15550000001","n":1}]}`, "is no phone of the file"},
		"bad profile":      {head + `"profiles":[{}]}`, "profile 1 has no braze_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := newFile(t)
			if err := os.WriteFile(file, []byte(tc.body), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := sandbox.Open(sandbox.Config{File: file})
			if err == nil {
				t.Fatal("it was opened")
			}
			for _, want := range []string{file, tc.want, "move the file away to start with a new sandbox"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, want it to say %q", err, want)
				}
			}
			if body, err := os.ReadFile(file); err != nil || string(body) != tc.body {
				t.Errorf("the file is now %q (%v), want it untouched", body, err)
			}
		})
	}
}

func TestOpen_saysAtOnceThatAFileCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "missing", "sandbox.json")
	_, err := sandbox.Open(sandbox.Config{File: file})
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "name a file in a folder that exists") {
		t.Errorf("the error is %v", err)
	}
}

// What cannot be written for a while is written later, and the old file stays until then.
func TestServer_goesOnTryingToWrite(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	b := start(t, keptIn(file))
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file+".tmp", 0o700); err != nil { // stands in the way, for any account
		t.Fatal(err)
	}
	b.write(grace, "while it is full")
	b.hook()
	if body, err := os.ReadFile(file); err != nil || !bytes.Equal(body, before) {
		t.Errorf("the file has changed (%v)", err)
	}
	if err := os.Remove(file + ".tmp"); err != nil {
		t.Fatal(err)
	}
	holds(t, file, "while it is full")
}

// Under load the file is whole at every moment, and holds everything in the end.
func TestServer_isKeptUnderLoad(t *testing.T) {
	t.Parallel()
	file := newFile(t)
	b := start(t, fast, keptIn(file))
	var writers sync.WaitGroup
	const people, each = 6, 60
	for p := range people {
		number := fmt.Sprintf("+1555700%04d", p)
		writers.Go(func() {
			for i := range each {
				_, _ = b.try("POST", phonePath(number)+"/messages", map[string]any{"text": fmt.Sprint("text ", i)})
				_, _ = b.try("POST", triggerPath, map[string]any{"campaign_id": sandbox.SeedReply, "recipients": to("external_user_id", "grace",
					"trigger_properties", text(fmt.Sprint(p, i)), "attributes", map[string]any{"n": map[string]any{"inc": 1}, "list": map[string]any{"add": []any{i}}})})
				_, _ = b.try("POST", phonePath(grace)+"/read", `{"n":1000}`)
				_, _ = b.try("POST", "/users/track", fmt.Sprintf(`{"events":[{"external_id":"ada","name":"e","time":"2026-11-20T10:00:00Z","properties":{"i":%d}}]}`, i))
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
			holds(t, file, `"format":"parley-sandbox"`)
		}
	}
	b.end()
	was := b.all()
	second := start(t, fast, keptIn(file))
	if diff := cmp.Diff(was, second.all()); diff != "" {
		t.Errorf("the second run differs:\n%s", diff)
	}
	if n := second.custom("grace")["n"]; n != float64(people*each) {
		t.Errorf("%d increments make %v", people*each, n)
	}
}
