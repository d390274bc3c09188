package receipts

import (
	"fmt"
	"strings"
	"testing"

	rows "parley/internal/store/receipts"
	"parley/internal/testkit"
)

const noon = int64(1_795_348_800_000)

func TestDecode_readsBothShapesOfEvents(t *testing.T) {
	t.Parallel()
	nested := fmt.Sprintf(`{"event_type": "users.messages.whatsapp.Failure", "id": "e1", "time": %d,
		"user": {"user_id": "b1", "external_user_id": "ada", "new_field": {"x": 1}},
		"properties": {"campaign_id": "c1", "dispatch_id": "d1", "to_phone_number": "33600000002", "bsuid": "FR.1", "subscription_group_id": "g1",
			"provider_error_code": 131026, "provider_error_title": "Message undeliverable"}}`, noon/1000)
	flat := fmt.Sprintf(`{"event_type": "users.messages.whatsapp.Failure", "id": "e1", "time": %d, "user_id": "b1", "external_user_id": "ada",
		"campaign_id": "c1", "dispatch_id": "d1", "to_phone_number": "+33600000002", "bsuid": "FR.1", "subscription_group_id": "g1",
		"provider_error_code": "131026", "provider_error_title": "Message undeliverable"}`, noon)
	want := rows.Event{
		ID: "e1", Kind: rows.Failure, At: noon, ReceivedAt: noon, DueAt: noon, BrazeID: "b1", ExternalID: "ada", Phone: "+33600000002", BSUID: "FR.1",
		CampaignID: "c1", DispatchID: "d1", Group: "g1", Code: "131026", Detail: "Message undeliverable",
	}
	for _, raw := range []string{nested, flat} {
		events, others, broken, err := decode([]byte(`{"events": [`+raw+`]}`), noon)
		if err != nil || others != 0 || broken != 0 || len(events) != 1 {
			t.Fatalf("%d events, %d others, %d broken, %v", len(events), others, broken, err)
		}
		testkit.Diff(t, events[0], want)
	}
}

func TestDecode_toleratesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	body := `{"events": [
		{"event_type": "users.messages.email.Open", "id": "1"},
		{"event_type": "users.messages.whatsapp.SomethingNew", "id": "2"},
		{"id": "3"}, 17, "text", null,
		{"event_type": "users.messages.whatsapp.Send", "time": "later"},
		{"event_type": "users.messages.whatsapp.Send", "time": 99999999999, "id": "7"}
	], "schema": 9}`
	events, others, broken, err := decode([]byte(body), noon)
	if err != nil || others != 4 || broken != 2 || len(events) != 2 {
		t.Fatalf("%d events, %d others, %d broken, %v", len(events), others, broken, err)
	}
	for _, e := range events {
		if e.ID == "" || e.At != noon {
			t.Errorf("event %q happened at %d", e.ID, e.At)
		}
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"events": 1}`, `{"events"`} {
		if _, _, _, err := decode([]byte(bad), noon); err == nil || !strings.Contains(err.Error(), "events") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDecode_readsInboundMessages(t *testing.T) {
	t.Parallel()
	one := func(properties string) rows.Event {
		t.Helper()
		events, _, _, err := decode([]byte(`{"events": [{"event_type": "users.messages.whatsapp.InboundReceive", "id": "i", "user": {"user_id": "b"}, "properties": `+properties+`}]}`), noon)
		if err != nil || len(events) != 1 {
			t.Fatalf("%d events, %v", len(events), err)
		}
		return events[0]
	}
	e := one(`{"user_phone_number": "+1555", "message_body": " hi\u0000 ", "medial_urls": ["https://x.example/a", 5], "message_id": "wamid.1"}`)
	if e.Text != " hi\uFFFD " || len(e.Media) != 1 || e.Phone != "+1555" || e.Raw != "" {
		t.Errorf("read %+v", e)
	}
	if e := one(`{"quick_reply_text": "Yes", "media_urls": "https://x.example/b"}`); e.Button != "Yes" || len(e.Media) != 1 || e.Raw != "" {
		t.Errorf("read %+v", e)
	}
	if e := one(`{"flow_response_json": {"size": "M"}}`); e.Flow != `{"size":"M"}` {
		t.Errorf("read %+v", e)
	}
	if e := one(`{"bsuid": "US.1"}`); e.BSUID != "US.1" || !strings.Contains(e.Raw, "US.1") {
		t.Errorf("an event without a body is read as %+v", e)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"events": [{"event_type": "users.messages.whatsapp.Send", "id": 1, "time": -1e400, "user": [], "properties": {"dispatch_id": {}}}]}`))
	f.Add([]byte(`{"events": [{"event_type": "users.messages.whatsapp.InboundReceive", "properties": {"message_body": 5, "media_urls": [null]}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, _, _, _ := decode(body, noon)
		for _, e := range events {
			if e.ID == "" || e.Kind == "" || e.At > noon || e.At <= 0 {
				t.Errorf("read %+v", e)
			}
		}
	})
}

func TestSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		event rows.Event
		line  rows.Line
		want  bool
	}{
		{rows.Event{Text: "Hi  there\n"}, rows.Line{Text: "hi there"}, true},
		{rows.Event{Text: "Hi there"}, rows.Line{Text: "hi"}, false},
		{rows.Event{Button: "Yes"}, rows.Line{Text: "Yes"}, true},
		{rows.Event{Text: "Yes, I do", Button: "Yes"}, rows.Line{Text: "Yes"}, true},
		{rows.Event{Flow: `{"a": 1}`}, rows.Line{Text: `{"a":1}`}, true},
		{rows.Event{Media: []string{"x"}}, rows.Line{Media: 1}, true},
		{rows.Event{Media: []string{"x"}}, rows.Line{Media: 1, Text: "look"}, false},
		{rows.Event{Media: []string{"x"}}, rows.Line{}, false},
		{rows.Event{Raw: "{}"}, rows.Line{Text: "hi"}, false},
	} {
		if got := same(c.event, c.line); got != c.want {
			t.Errorf("%+v is %+v: %v", c.event, c.line, got)
		}
	}
}

// TestExplain_hasBothLanguages goes through every code, and through those nobody knows.
func TestExplain_hasBothLanguages(t *testing.T) {
	t.Parallel()
	var all []rows.Receipt
	for code := range codes {
		all = append(all, rows.Receipt{Failure: rows.Failure, Code: code})
	}
	for kind := range aborts {
		all = append(all, rows.Receipt{Failure: rows.Abort, Code: kind})
	}
	all = append(all, rows.Receipt{Failure: rows.Failure, Code: "999"}, rows.Receipt{Failure: rows.Abort, Code: "new_reason"}, rows.Receipt{Failure: rows.Failure})
	for _, r := range all {
		title, cure := Explain(r)
		if title.EN == "" || title.FR == "" || cure.EN == "" || cure.FR == "" || title.EN == title.FR || cure.EN == cure.FR {
			t.Errorf("%s %s: %+v %+v", r.Failure, r.Code, title, cure)
		}
	}
	for _, code := range []string{"131047", "131026", "131056", "130429", "131051", "132000"} {
		if title, _ := Explain(rows.Receipt{Failure: rows.Failure, Code: code}); strings.Contains(title.EN, "code") {
			t.Errorf("%s is explained as %q", code, title.EN)
		}
	}
}
