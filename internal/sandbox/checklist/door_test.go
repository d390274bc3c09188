package checklist_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"parley/internal/testkit"
)

// doorLines are 1 to 7: keys and HTTP.
func doorLines() []line {
	return []line{
		{
			name: "missing_unknown_or_quoted_key_is_401", check: keys,
			rule:   "A call without a key, with one that nobody made, or with quotes around it gets 401, the key is repeated in the message, and the rate limit headers are there and empty.",
			source: "Braze: API errors; the texts are those of recorded answers",
		},
		{
			name: "key_without_the_permission_is_403", check: permissions,
			rule:   "A key is good for the endpoints it was given and gets 403 from the others, which then do nothing.",
			source: "Braze: API overview (REST API keys), API errors",
		},
		{
			name: "address_outside_the_allowlist_is_refused", check: allowlist,
			rule:   "A key that is tied to addresses is refused from elsewhere with \"Invalid whitelisted IPs\".",
			source: "Braze: API overview (API IP allowlisting)", choices: []string{"ip_refused_status"},
		},
		{
			name: "unknown_path_is_404_wrong_method_is_405", check: paths,
			rule:   "A path that Braze does not have is 404, a path with another method 405.",
			source: "Braze: API errors (404 Not Found); that a wrong method is 405 is our choice",
		},
		{
			name: "broken_json_is_400_unknown_fields_are_accepted", check: bodies,
			rule:   "A body that is not the JSON of the endpoint is 400; fields that the endpoint does not know are passed over.",
			source: "Braze: API errors (400 Bad Request); the leniency is our choice",
		},
		{
			name: "every_authorised_reply_has_rate_headers_and_a_request_id", check: headers,
			rule:   "Every answer to a good key says how many calls are left, and that they are counted anew at the next whole hour.",
			source: "Braze: API rate limits",
		},
		{
			name: "success_is_201_with_one_dispatch_id", check: success,
			rule:   "An accepted send is 201 with \"success\" and one dispatch id of 32 small hexadecimal digits, however many it is for.",
			source: "Braze: Send API-triggered campaigns",
		},
	}
}

func keys(t *testing.T, b *box) {
	for _, sent := range []string{"", "nobody-made-this", `"` + key + `"`} {
		a, err := b.try(sent, "POST", triggerSend, m{})
		if err != nil {
			t.Fatal(err)
		}
		if a.status != http.StatusUnauthorized || a.text("message") != "Invalid API key: "+sent {
			t.Errorf("key %q: %d %s", sent, a.status, a.raw)
		}
		for _, name := range []string{"X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset"} {
			if values, ok := a.header[name]; !ok || values[0] != "" {
				t.Errorf("key %q: %s is %q, want it empty", sent, name, values)
			}
		}
	}
}

func permissions(t *testing.T, b *box) {
	b.open(grace)
	b.want(http.StatusOK, "PUT", "/sandbox/keys/tracker", m{"permissions": []string{"users.track"}})
	send := m{"campaign_id": reply, "recipients": []any{recipient("grace", "trigger_properties", words("no"))}}
	a, err := b.try("tracker", "POST", triggerSend, send)
	if err != nil || a.status != http.StatusForbidden || !strings.Contains(a.text("message"), "permission") {
		t.Errorf("%d %s %v", a.status, a.raw, err)
	}
	b.got(grace)
	if a, err := b.try("tracker", "POST", track, `{"attributes":[{"external_id":"grace","x":1}]}`); err != nil || a.status != http.StatusCreated {
		t.Errorf("what the key may: %d %s %v", a.status, a.raw, err)
	}
}

func allowlist(t *testing.T, b *box) {
	b.want(http.StatusOK, "PUT", "/sandbox/keys/office", m{"permissions": []string{"*"}, "ip_allowlist": []string{"192.0.2.0/24"}})
	b.want(http.StatusOK, "PUT", "/sandbox/keys/local", m{"permissions": []string{"*"}, "ip_allowlist": []string{"192.0.2.0/24", "127.0.0.1"}})
	check := func(key string, status int, message string) {
		t.Helper()
		a, err := b.try(key, "GET", "/campaigns/list", nil)
		if err != nil || a.status != status || a.text("message") != message {
			t.Errorf("%s: %d %s %v", key, a.status, a.raw, err)
		}
	}
	check("local", http.StatusOK, "success")
	check("office", http.StatusForbidden, "Invalid whitelisted IPs")
	b.choose("ip_refused_status", 401)
	check("office", http.StatusUnauthorized, "Invalid whitelisted IPs")
}

func paths(_ *testing.T, b *box) {
	b.want(http.StatusNotFound, "POST", "/campaigns/trigger/sends", m{})
	b.want(http.StatusNotFound, "POST", "/", m{})
	b.want(http.StatusMethodNotAllowed, "GET", triggerSend, nil)
	b.want(http.StatusMethodNotAllowed, "PUT", track, m{})
}

func bodies(_ *testing.T, b *box) {
	b.open(grace)
	b.refuses(triggerSend, map[string]any{"nothing": "", "half": `{"campaign_id":"`, "array": `[]`, "number": `{"campaign_id":1}`, "two": `{}{}`, "text": `hello`})
	b.want(http.StatusCreated, "POST", triggerSend, m{
		"campaign_id": reply, "not_of_braze": m{"x": []int{1}},
		"recipients": []any{recipient("grace", "nor_this", true, "trigger_properties", words("lenient"))},
	})
	b.got(grace, "lenient")
}

func headers(t *testing.T, b *box) {
	for i, a := range []answer{b.call("GET", "/campaigns/list", nil), b.post(triggerSend, `{}`)} {
		want := map[string]string{
			"X-RateLimit-Limit": "250000", "X-RateLimit-Remaining": fmt.Sprint(249_999 - i),
			"X-RateLimit-Reset": fmt.Sprint(begin.Unix() + 3600),
		}
		for name, value := range want {
			if got := a.header.Get(name); got != value {
				t.Errorf("call %d: %s is %q, want %q", i+1, name, got, value)
			}
		}
		if a.header.Get("X-Request-Id") == "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
			t.Errorf("call %d: headers %v", i+1, a.header)
		}
	}
}

func success(t *testing.T, b *box) {
	form := regexp.MustCompile(`^[0-9a-f]{32}$`)
	first := b.trigger(reply, recipient("grace"), recipient("ada"))
	second := b.trigger(reply, recipient("grace"))
	for _, a := range []answer{first, second} {
		if a.status != http.StatusCreated || !form.MatchString(a.text("dispatch_id")) {
			t.Errorf("%d %s", a.status, a.raw)
		}
		testkit.Diff(t, a.json, m{"message": "success", "dispatch_id": a.text("dispatch_id")})
	}
	if first.text("dispatch_id") == second.text("dispatch_id") {
		t.Error("two calls share a dispatch id")
	}
}
