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

func (b *box) track(body string) reply {
	b.t.Helper()
	return b.call("POST", "/users/track", body)
}

func (b *box) custom(id string) map[string]any {
	b.t.Helper()
	return b.user(id)["custom_attributes"].(map[string]any)
}

func TestLine27_trackCountersAndErrors(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.track(`{"attributes":[{"external_id":"grace","vip":true},{"external_id":"fresh","n":1}],
		"events":[{"external_id":"grace","name":"chat_started","time":"2026-11-22T10:00:00Z","properties":{"channel":"whatsapp"}}],
		"purchases":[{"external_id":"grace","product_id":"mug","currency":"EUR","price":9.5,"time":"2026-11-22"}]}`)
	want := map[string]any{"message": "success", "attributes_processed": 2.0, "events_processed": 1.0, "purchases_processed": 1.0}
	if diff := cmp.Diff(want, r.json); r.status != http.StatusCreated || diff != "" {
		t.Errorf("%d %s", r.status, diff)
	}
	if events := b.user("grace")["custom_events"].([]any); len(events) != 1 || events[0].(map[string]any)["name"] != "chat_started" {
		t.Errorf("events %v", events)
	}
	r = b.track(`{"attributes":[{"vip":true},{"external_id":"grace","good":1}],"events":[{"external_id":"grace","name":"x"}]}`)
	errors, _ := r.json["errors"].([]any)
	if r.status != http.StatusCreated || r.json["message"] != "success" || len(errors) != 2 {
		t.Fatalf("%d %s", r.status, r.raw)
	}
	first, second := errors[0].(map[string]any), errors[1].(map[string]any)
	if first["input_array"] != "attributes" || first["index"] != 0.0 || second["input_array"] != "events" || second["type"] == "" {
		t.Errorf("errors %v", errors)
	}
	r = b.track(`{"events":[{"external_id":"grace","time":"2026-11-22"}]}`)
	if r.status != http.StatusBadRequest || r.json["errors"] == nil {
		t.Errorf("all bad: %d %s", r.status, r.raw)
	}
	if r := b.track(`{}`); r.status != http.StatusBadRequest {
		t.Errorf("nothing: %d", r.status)
	}
}

func TestLine28_trackSizes(t *testing.T) {
	t.Parallel()
	b := start(t)
	body := func(attributes, events int) string {
		a := strings.TrimSuffix(strings.Repeat(`{"external_id":"grace","x":1},`, attributes), ",")
		e := strings.TrimSuffix(strings.Repeat(`{"external_id":"grace","name":"e","time":"2026-11-22"},`, events), ",")
		return `{"attributes":[` + a + `],"events":[` + e + `]}`
	}
	for _, c := range []struct {
		rule               string
		attributes, events int
		status             int
	}{
		{"75_total", 75, 0, 201},
		{"75_total", 40, 36, 400},
		{"75_each", 75, 75, 201},
		{"75_each", 76, 0, 400},
		{"50_total", 25, 25, 201},
		{"50_total", 26, 25, 400},
	} {
		b.switches(map[string]any{"track_objects": c.rule})
		if r := b.track(body(c.attributes, c.events)); r.status != c.status {
			t.Errorf("%s with %d and %d: %d %s", c.rule, c.attributes, c.events, r.status, r.message())
		}
	}
}

func TestLine29_updateExistingOnly(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.track(`{"attributes":[{"external_id":"made","x":1}]}`)
	b.user("made")
	if r := b.track(`{"attributes":[{"external_id":"not-made","_update_existing_only":true,"x":1}]}`); r.status != http.StatusBadRequest {
		t.Errorf("only existing: %d %s", r.status, r.raw)
	}
	b.must(http.StatusNotFound, "GET", "/sandbox/users/not-made", nil)
	alias := `"user_alias":{"alias_name":"a1","alias_label":"l"}`
	if r := b.track(`{"attributes":[{` + alias + `,"x":1}]}`); r.status != http.StatusBadRequest {
		t.Errorf("an alias is not made by default: %d %s", r.status, r.raw)
	}
	if r := b.track(`{"attributes":[{` + alias + `,"_update_existing_only":false,"x":1}]}`); r.status != http.StatusCreated {
		t.Errorf("an alias is made on demand: %d %s", r.status, r.raw)
	}
	r := b.must(http.StatusCreated, "POST", "/users/export/ids", `{"user_aliases":[{"alias_name":"a1","alias_label":"l"}]}`)
	if users := r.json["users"].([]any); len(users) != 1 || users[0].(map[string]any)["external_id"] != nil {
		t.Errorf("alias-only profile %s", r.raw)
	}
}

func TestLine30_attributeOperations(t *testing.T) {
	t.Parallel()
	b := start(t)
	apply := func(attributes string) {
		t.Helper()
		if r := b.track(`{"attributes":[{"external_id":"grace",` + attributes + `}]}`); r.status != http.StatusCreated || r.json["errors"] != nil {
			t.Fatalf("%s: %d %s", attributes, r.status, r.raw)
		}
	}
	apply(`"n":1,"gone":"x","tags":["a","b"],"pets":[{"id":1,"name":"Rex"},{"id":2,"name":"Tom"}],"address":{"city":"Paris","geo":{"lat":1}}`)
	apply(`"n":{"inc":4},"gone":null,"tags":{"add":["c","a"]},"first_name":"Amazing"`)
	apply(`"tags":{"remove":["b"]},"n":{"inc":-2},"fresh":{"inc":7},"seen":{"$time":"2026-11-22T10:00:00Z"}`)
	apply(`"pets":{"$add":[{"id":3,"name":"Kit"}],"$update":[{"$identifier_key":"id","$identifier_value":2,"$new_object":{"name":"Tim","age":4}}],
		"$remove":[{"$identifier_key":"id","$identifier_value":1}]}`)
	apply(`"_merge_objects":true,"address":{"zip":"75001","geo":{"lon":2}}`)
	want := map[string]any{
		"n": 3.0, "tags": []any{"c", "a"}, "fresh": 7.0, "seen": "2026-11-22T10:00:00Z",
		"pets":    []any{map[string]any{"id": 2.0, "name": "Tim", "age": 4.0}, map[string]any{"id": 3.0, "name": "Kit"}},
		"address": map[string]any{"city": "Paris", "zip": "75001", "geo": map[string]any{"lat": 1.0, "lon": 2.0}},
	}
	if diff := cmp.Diff(want, b.custom("grace")); diff != "" {
		t.Error(diff)
	}
	apply(`"address":{"city":"Lyon"}`)
	if diff := cmp.Diff(map[string]any{"city": "Lyon"}, b.custom("grace")["address"]); diff != "" {
		t.Errorf("without merge: %s", diff)
	}
	if name := b.user("grace")["attributes"].(map[string]any)["first_name"]; name != "Amazing" {
		t.Errorf("first_name %v", name)
	}
	if r := b.track(`{"attributes":[{"external_id":"grace","tags":{"inc":1}}]}`); r.status != http.StatusBadRequest {
		t.Errorf("incrementing an array: %d %s", r.status, r.raw)
	}
}

func TestLine31_sizesAndReservedNames(t *testing.T) {
	t.Parallel()
	b := start(t)
	long := strings.Repeat("é", 256)
	for name, body := range map[string]string{
		"long text":     `{"attributes":[{"external_id":"grace","x":"` + long + `"}]}`,
		"large object":  `{"attributes":[{"external_id":"grace","x":[` + strings.TrimSuffix(strings.Repeat(`{"k":"`+strings.Repeat("v", 250)+`"},`, 420), ",") + `]}]}`,
		"dollar":        `{"attributes":[{"external_id":"grace","$x":"v"}]}`,
		"nested key":    `{"attributes":[{"external_id":"grace","x":{"a.b":1}}]}`,
		"reserved":      `{"events":[{"external_id":"grace","name":"e","time":"2026-11-22","properties":{"event_name":"x"}}]}`,
		"reserved time": `{"events":[{"external_id":"grace","name":"e","time":"2026-11-22","properties":{"time":"x"}}]}`,
		"long property": `{"events":[{"external_id":"grace","name":"e","time":"2026-11-22","properties":{"p":"` + long + `"}}]}`,
	} {
		if r := b.track(body); r.status != http.StatusBadRequest || r.json["errors"] == nil {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	b.switches(map[string]any{"long_text": "cut"})
	b.track(`{"attributes":[{"external_id":"grace","x":"` + long + `"}]}`)
	if got := b.custom("grace")["x"]; got != strings.Repeat("é", 255) {
		t.Errorf("cut to %d bytes", len(fmt.Sprint(got)))
	}
}

func TestLine32_export(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.track(`{"attributes":[{"external_id":"grace","vip":true}]}`)
	r := b.must(http.StatusCreated, "POST", "/users/export/ids", `{"external_ids":["grace","nobody"],"fields_to_export":["external_id","custom_attributes","phone","first_name"]}`)
	want := map[string]any{"message": "success", "invalid_user_ids": []any{"nobody"}, "users": []any{map[string]any{
		"external_id": "grace", "phone": grace, "first_name": "Grace", "custom_attributes": map[string]any{"vip": true},
	}}}
	if diff := cmp.Diff(want, r.json); diff != "" {
		t.Error(diff)
	}
	ids := `"` + strings.Repeat(`x","`, 50) + `x"`
	b.must(http.StatusBadRequest, "POST", "/users/export/ids", `{"external_ids":[`+ids+`]}`)
	b.must(http.StatusBadRequest, "POST", "/users/export/ids", `{}`)
	if r := b.must(http.StatusCreated, "POST", "/users/export/ids", `{"phone":"`+ada+`"}`); len(r.json["users"].([]any)) != 1 {
		t.Errorf("by phone %s", r.raw)
	}
}

func TestLine33_subscriptionStatus(t *testing.T) {
	t.Parallel()
	b := start(t)
	set := func(fields string) reply {
		return b.call("POST", "/v2/subscription/status/set", `{"subscription_groups":[{`+fields+`}]}`)
	}
	group := `"subscription_group_id":"` + sandbox.SeedGroup + `","subscription_state":"unsubscribed",`
	if r := set(`"subscription_group_id":"none","subscription_state":"subscribed","external_ids":["grace"]`); r.status != http.StatusBadRequest ||
		r.raw != `{"message":"Invalid subscription group ID"}`+"\n" {
		t.Errorf("unknown group: %d %q", r.status, r.raw)
	}
	for name, fields := range map[string]string{
		"both":     group + `"emails":["a@b.c"],"phones":["` + grace + `"]`,
		"too many": group + `"external_ids":["` + strings.Repeat(`x","`, 50) + `x"]`,
		"nobody":   group + `"external_ids":[]`,
		"state":    `"subscription_group_id":"` + sandbox.SeedGroup + `","subscription_state":"maybe","external_ids":["grace"]`,
	} {
		if r := set(fields); r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, r.status, r.raw)
		}
	}
	state := func(id string) any {
		return b.user(id)["subscription_groups"].(map[string]any)[sandbox.SeedGroup]
	}
	b.track(`{"attributes":[{"external_id":"twin","phone":"` + grace + `"}]}`)
	set(group + `"phones":["` + grace + `"]`)
	if state("grace") != "unsubscribed" || state("twin") != "unsubscribed" {
		t.Errorf("sharing a number: %v %v", state("grace"), state("twin"))
	}
	b.switches(map[string]any{"subscription_delay_seconds": 60})
	set(group + `"external_ids":["ada"]`)
	if state("ada") != "subscribed" {
		t.Error("applied before its delay")
	}
	b.advance(61 * time.Second)
	if state("ada") != "unsubscribed" {
		t.Error("not applied after its delay")
	}
}

func TestUsers_identifyMergesTheUnknownSender(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.write(unknown, "who am I")
	b.hook()
	before := b.user(unknown)
	if before["external_id"] != "" {
		t.Fatalf("unknown sender has %v", before)
	}
	b.track(`{"attributes":[{"external_id":"una","first_name":"Una"}]}`)
	r := b.must(http.StatusCreated, "POST", "/users/identify", `{"aliases_to_identify":[{"external_id":"una","user_alias":{"alias_name":"`+unknown+`","alias_label":"phone"}}]}`)
	if r.json["message"] != "success" {
		t.Error(r.raw)
	}
	after := b.user(unknown)
	if after["external_id"] != "una" || after["braze_id"] == before["braze_id"] || after["attributes"].(map[string]any)["first_name"] != "Una" {
		t.Errorf("merged into %v", after)
	}
	b.must(http.StatusNotFound, "GET", "/sandbox/users/"+before["braze_id"].(string), nil)
	if p := b.must(http.StatusOK, "GET", phonePath(unknown), nil); p.json["external_id"] != "una" {
		t.Errorf("phone %s", p.raw)
	}
	r = b.must(http.StatusCreated, "POST", "/users/identify", `{"aliases_to_identify":[{"external_id":"x","user_alias":{"alias_name":"none","alias_label":"phone"}}]}`)
	if r.json["errors"] == nil {
		t.Errorf("unknown alias %s", r.raw)
	}
}

func TestUsers_aliasOfNobodyIsNotAdded(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.must(http.StatusCreated, "POST", "/users/alias/new", `{"user_aliases":[{"external_id":"nobody","alias_name":"n","alias_label":"l"},{"alias_name":"n2","alias_label":"l"}]}`)
	if r.json["aliases_processed"] != 1.0 {
		t.Error(r.raw)
	}
}
