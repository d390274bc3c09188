package braze

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	hex32  = "0123456789abcdef0123456789abcdef"
	uuid36 = "9f8b2c1e-5a4d-4e3f-8b7a-6c5d4e3f2a1b"
)

// pageBody is what Braze sends for DocumentedWebhookBody, whose words are put in as they are.
func pageBody(user, phone, words string) string {
	r := strings.NewReplacer("{{${user_id}}}", user, "{{${phone_number}}}", phone, "{{whats_app.${inbound_message_body}}}", words)
	return r.Replace(DocumentedWebhookBody)
}

// recommendedBody is what Braze sends for RecommendedWebhookBody with the given words, already escaped.
func recommendedBody(words, media string) string {
	r := strings.NewReplacer(
		"{{${user_id} | json_escape}}", "u1", "{{${braze_id} | json_escape}}", "b1",
		"{{${phone_number} | json_escape}}", "+15550000001", "{{${first_name} | json_escape}}", "Grace",
		"{{${language} | json_escape}}", "en", "{{whats_app.${inbound_message_body} | json_escape}}", words,
		"{{whats_app.${inbound_media_urls} | json_escape}}", media,
		"{{whats_app.${inbound_flow_response} | json_escape}}", "",
		"{{campaign.${dispatch_id}}}", hex32, "{{campaign.${api_id}}}", uuid36)
	return r.Replace(RecommendedWebhookBody)
}

func TestDecodeInbound_bodies(t *testing.T) {
	t.Parallel()
	who := Inbound{ExternalID: "u1", Phone: "+15550000001"}
	with := func(change func(*Inbound)) Inbound {
		in := who
		change(&in)
		return in
	}
	words := func(text string) Inbound { return with(func(in *Inbound) { in.Text = text }) }
	recommended := Inbound{
		ExternalID: "u1", BrazeID: "b1", Phone: "+15550000001", FirstName: "Grace", Language: "en",
		Text: "hello", DispatchID: hex32, CampaignID: uuid36,
	}

	tests := []struct {
		name string
		body string
		want Inbound
	}{
		{"recommended", recommendedBody("hello", ""), recommended},
		{"recommended with everything escaped", recommendedBody(`a\"b\\c\nd\te\u00e9\ud83d\ude00\/`, ""), func() Inbound {
			in := recommended
			in.Text = "a\"b\\c\nd\teé😀/"
			return in
		}()},
		{"recommended, escaped injection stays text", recommendedBody(`x\",\"external_id\":\"victim`, ""), func() Inbound {
			in := recommended
			in.Text = `x","external_id":"victim`
			return in
		}()},
		{"recommended without escaping, injection", recommendedBody(`x","external_id":"victim`, ""), func() Inbound {
			in := recommended
			in.Text = `x","external_id":"victim`
			return in
		}()},
		{"recommended without escaping, quotes and line break", recommendedBody("say \"hi\"\nnow", ""), func() Inbound {
			in := recommended
			in.Text = "say \"hi\"\nnow"
			return in
		}()},
		{"recommended where json_escape left a line break", recommendedBody("say \\\"hi\\\"\nnow", ""), func() Inbound {
			in := recommended
			in.Text = "say \"hi\"\nnow"
			return in
		}()},
		{"page", pageBody("u1", "+15550000001", "hello"), words("hello")},
		{"page, nobody known to Braze", pageBody("", "+15550000001", "hello"), Inbound{Phone: "+15550000001", Text: "hello"}},
		{"page, no words", pageBody("u1", "+15550000001", ""), words("")},
		{"page, quotes", pageBody("u1", "+15550000001", `He said "hi"`), words(`He said "hi"`)},
		{"page, only a quote", pageBody("u1", "+15550000001", `"`), words(`"`)},
		{"page, line breaks and tabs", pageBody("u1", "+15550000001", "a\nb\tc\r\nd"), words("a\nb\tc\r\nd")},
		{"page, stray backslash", pageBody("u1", "+15550000001", `C:\dir`), words(`C:\dir`)},
		{"page, backslash at the end", pageBody("u1", "+15550000001", `C:\`), words(`C:\`)},
		{"page, pasted JSON", pageBody("u1", "+15550000001", `{"id":"x","user_id":"y"}`), words(`{"id":"x","user_id":"y"}`)},
		{"page, ends like the body", pageBody("u1", "+15550000001", "x\"\n}"), words("x\"\n}")},
		{"page, invalid UTF-8", pageBody("u1", "+15550000001", "a\xffb"), words("a\uFFFDb")},
		{"page, NUL", pageBody("u1", "+15550000001", "a\x00b"), words("ab")},
		{"page, emoji", pageBody("u1", "+15550000001", "👍🏽"), words("👍🏽")},
		{"page, user_id injected", pageBody("u1", "+15550000001", `x","user_id":"victim`), words(`x","user_id":"victim`)},
		{"page, synonym injected", pageBody("u1", "+15550000001", `x","phone":"+1999`), words(`x","phone":"+1999`)},
		{"page, unknown field injected", pageBody("u1", "+15550000001", `x","admin":"1`), words(`x","admin":"1`)},
		{"page, second message injected", pageBody("u1", "+15550000001", `x","message":"y`), words(`x","message":"y`)},
		{"page, dispatch_id of no Braze form injected", pageBody("u1", "+15550000001", `x","dispatch_id":"d9`), words(`x","dispatch_id":"d9`)},
		{"page, promise injected", pageBody("u1", "+15550000001", `x","v":"1`), words(`x","v":"1`)},
		{"page, keys in another case injected", pageBody("u1", "+15550000001", `x","User_ID":"victim`), words(`x","User_ID":"victim`)},
		{
			"page, user_id in quotes injected for an unknown sender", pageBody("", "+15550000001", `x","user_id":"victim`),
			Inbound{Phone: "+15550000001", Text: `x","user_id":"victim`},
		},
		{"page, trailing comma", `{"user_id":"u1","phone_number":"+15550000001","message":"a "b",` + "\n}", words(`a "b`)},
		{"page, byte order mark and space", "\xef\xbb\xbf \n" + pageBody("u1", "+15550000001", "hello") + "\n", words("hello")},
		{"message first", `{"message":"say "hi"","user_id":"u1","phone_number":"+15550000001"}`, words(`say "hi"`)},
		{
			"message first, injection", `{"message":"x","user_id":"victim","phone_number":"+1999","user_id":"u1","phone_number":"+15550000001"}`,
			words(`x","user_id":"victim","phone_number":"+1999`),
		},
		{
			"message first, other identity injected", `{"message":"x","braze_id":"victim","user_id":"u1","phone_number":"+15550000001"}`,
			words(`x","braze_id":"victim`),
		},
		{
			"fields after unescaped words with Braze's mark",
			`{"user_id":"u1","phone_number":"+15550000001","message":"say "hi"","media_urls":"","dispatch_id":"` + hex32 + `"}`,
			with(func(in *Inbound) { in.Text, in.DispatchID = `say "hi"`, hex32 }),
		},
		{
			"backslash before fields after the words",
			`{"user_id":"u1","phone_number":"+15550000001","message":"C:\","dispatch_id":"` + hex32 + `"}`,
			with(func(in *Inbound) { in.Text, in.DispatchID = `C:\`, hex32 }),
		},
		{
			"blank flow response at the end",
			`{"user_id":"u1","phone_number":"+15550000001","message":"say "hi"","flow_response": }`, words(`say "hi"`),
		},
		{
			"raw flow response at the end",
			`{"user_id":"u1","phone_number":"+15550000001","message":"ok","flow_response": {"size":"M","n":[1,2]} }`,
			with(func(in *Inbound) { in.Text, in.FlowResponse = "ok", json.RawMessage(`{"size":"M","n":[1,2]}`) }),
		},
		{
			"number at the end",
			`{"user_id":"u1","phone_number":"+15550000001","message":"ok","ts": 5}`,
			with(func(in *Inbound) { in.Text, in.Extra = "ok", map[string]json.RawMessage{"ts": json.RawMessage("5")} }),
		},
		{
			"name with quotes before the words",
			`{"user_id":"u1","phone_number":"+15550000001","first_name":"Dwayne "The Rock" J","language":"en","message":"hi"}`,
			with(func(in *Inbound) { in.Text, in.FirstName, in.Language = "hi", `Dwayne "The Rock" J`, "en" }),
		},
		{"synonyms", `{"externalUserId":"u1","Phone-Number":"+15550000001","inbound_message_body":"hi"}`, words("hi")},
		{
			"page, the documented limit: words that end in Braze's own mark lose it",
			pageBody("u1", "+15550000001", `x","dispatch_id":"`+hex32),
			with(func(in *Inbound) { in.Text, in.DispatchID = "x", hex32 }),
		},
		{"numeric user_id", `{"user_id":12,"message":"hi"}`, Inbound{ExternalID: "12", Text: "hi"}},
		{"null and missing", `{"user_id":"u1","phone_number":null,"message":"hi"}`, Inbound{ExternalID: "u1", Text: "hi"}},
		{"null message", `{"user_id":"u1","message":null,"media_urls":["https://a/1"]}`, Inbound{ExternalID: "u1", Media: []string{"https://a/1"}}},
		{"white space around ids", `{"user_id":" u1 ","message":" hi "}`, Inbound{ExternalID: "u1", Text: " hi "}},
		{"alias fields", `{"alias_name":"+1555","alias_label":"phone","message":"hi"}`, Inbound{Alias: &Alias{"+1555", "phone"}, Text: "hi"}},
		{"alias object", `{"user_alias":{"alias_name":"+1555","alias_label":"phone"},"message":"hi"}`, Inbound{Alias: &Alias{"+1555", "phone"}, Text: "hi"}},
		{"bsuid", `{"bsuid":"US.13491208655302741918","message":"hi"}`, Inbound{BSUID: "US.13491208655302741918", Text: "hi"}},
		{
			"names", `{"user_id":"u1","first_name":"A","last_name":"B","profile_name":"C","message":"hi"}`,
			Inbound{ExternalID: "u1", FirstName: "A", LastName: "B", ProfileName: "C", Text: "hi"},
		},
		{"product", `{"v":1,"user_id":"u1","message":"","product_id":"p","catalog_id":"c"}`, Inbound{ExternalID: "u1", ProductID: "p", CatalogID: "c"}},
		{
			"flow response in a string", `{"v":1,"user_id":"u1","message":"","flow_response":"{\"a\":1}"}`,
			Inbound{ExternalID: "u1", FlowResponse: json.RawMessage(`{"a":1}`)},
		},
		{
			"unknown fields are kept", `{"v":1,"user_id":"u1","message":"hi","plan":"gold","n":{"a":[1]},"t":true,"z":null}`,
			Inbound{ExternalID: "u1", Text: "hi", Extra: map[string]json.RawMessage{
				"plan": json.RawMessage(`"gold"`), "n": json.RawMessage(`{"a":[1]}`), "t": json.RawMessage("true"), "z": json.RawMessage("null"),
			}},
		},
		{"test send", recommendedTest(), func() Inbound {
			in := recommended
			in.DispatchID, in.Test = "dispatch_id_for_unsent_campaign", true
			return in
		}()},
		{"first of two identities, escaped", `{"v":1,"user_id":"u1","user_id":"u2","message":"hi"}`, Inbound{ExternalID: "u1", Text: "hi"}},
		{"identity after an escaped name", `{"v":1,"first_name":"A","user_id":"u1","message":"hi"}`, Inbound{ExternalID: "u1", FirstName: "A", Text: "hi"}},
		{"first of two identities", `{"user_id":"u1","user_id":"u2","message":"hi"}`, Inbound{ExternalID: "u1", Text: "hi"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeInbound("application/json", []byte(tt.body))
			if err != nil {
				t.Fatalf("DecodeInbound(%s): %v", tt.body, err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(Inbound{}, "Repaired", "Notes"), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("DecodeInbound(%s) (-want +got):\n%s", tt.body, diff)
			}
		})
	}
}

func recommendedTest() string {
	return strings.Replace(recommendedBody("hello", ""), hex32, "dispatch_id_for_unsent_campaign", 1)
}

func TestDecodeInbound_refuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, reason string }{
		{"nothing", "", "empty"},
		{"blank", " \n", "empty"},
		{"array", `[{"user_id":"u1"}]`, "array"},
		{"form", "user_id=u1&message=hi", "form"},
		{"text", "hello", "not a JSON object"},
		{"HTML", "<html>", "not a JSON object"},
		{"cut off", `{"user_id":"u1","message":"hi`, "closing brace"},
		{"no identity", `{"message":"hi"}`, "who wrote"},
		{"empty identity", pageBody("", "", "hi"), "nothing in the body says who wrote"},
		{"test send without a user", `{"v":1,"user_id":"","message":"hi","dispatch_id":"dispatch_id_for_unsent_campaign"}`, "test send"},
		{"no message", `{"user_id":"u1"}`, `add "message"`},
		{"phone after unescaped words", `{"user_id":"u1","message":"hi","phone_number":"+15550000001"}`, `"phone_number" says who wrote`},
		{"user after unescaped words", `{"phone_number":"+15550000001","message":"hi","user_id":"u1"}`, `"user_id" says who wrote`},
		{"page, new identity injected", pageBody("u1", "+15550000001", `x","braze_id":"victim`), `"braze_id" says who wrote`},
		{"only half the documented fields after the words", `{"message":"hi","user_id":"u1"}`, "after an unescaped message"},
		{"undocumented identity after the words", `{"message":"hi","external_id":"u1","phone":"+15550000001"}`, "after an unescaped message"},
		{"message first, a field slipped in", `{"message":"x","language":"fr","user_id":"u1","phone_number":"+15550000001"}`, "after an unescaped message"},
		{"unmarked field after the words", `{"user_id":"u1","message":"hi","language":"en"}`, `put "message" last`},
		{"identity after a name", `{"first_name":"A","user_id":"victim","phone_number":"+15550000001","message":"hi"}`, "which a customer can choose"},
		{"identity twice after a free text", `{"nick":"A","user_id":"victim","user_id":"u1","message":"hi"}`, "comes twice"},
		{"identity on both sides of escaped words", `{"v":1,"user_id":"u1","message":"hi","bsuid":"US.1"}`, "move it before the message"},
		{"identity after escaped words", `{"v":1,"message":"hi","user_id":"u1"}`, "move it before the message"},
		{"identity twice after a name with escaped words", `{"v":1,"first_name":"A","user_id":"u1","user_id":"u2","message":"hi"}`, "comes twice"},
		{"message without quotes", `{"user_id":"u1","message":hello}`, "in quotes"},
		{"message is an object", `{"v":1,"user_id":"u1","message":{"body":"hi"}}`, "not a text"},
		{"identity is an array", `{"user_id":["u1"],"message":"hi"}`, "not a text"},
		{"identity with a line break", "{\"user_id\":\"u\n1\",\"message\":\"hi\"}", "control characters"},
		{"broken before the message", `{"user_id":"u"1","message":"hi"}`, `breaks at "user_id"`},
		{"no end", `{"user_id":"u1","message":"}`, "end of the message"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeInbound("application/json", []byte(tt.body))
			var refused *DecodeError
			if !errors.As(err, &refused) {
				t.Fatalf("DecodeInbound(%s) = %+v, %v; want a DecodeError", tt.body, got, err)
			}
			if !strings.Contains(refused.Reason, tt.reason) {
				t.Errorf("reason %q does not contain %q", refused.Reason, tt.reason)
			}
		})
	}
	if _, err := DecodeInbound("", []byte("{"+strings.Repeat(" ", MaxInboundBody)+"}")); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("an endless body: %v", err)
	}
}

func TestDecodeInbound_remarks(t *testing.T) {
	t.Parallel()
	const typed = "application/json; charset=utf-8"
	tests := []struct {
		name, contentType, body string
		repaired, notes         []string
	}{
		{"nothing to say", typed, recommendedBody("hello", ""), nil, nil},
		{"vendor type", "application/vnd.braze+JSON", recommendedBody("hello", ""), nil, nil},
		{"no content type", "", recommendedBody("hello", ""), nil, []string{"no Content-Type header; add Content-Type: application/json to the webhook"}},
		{"form type", "application/x-www-form-urlencoded", recommendedBody("hello", ""), nil, []string{"the Content-Type header does not say application/json"}},
		{"escaped words need no repair", typed, pageBody("u1", "+15550000001", `a\nb`), nil, nil},
		{"quotes", typed, pageBody("u1", "+15550000001", `a "b"`), []string{"unescaped quotes in the message"}, nil},
		{
			"quotes and breaks", typed, pageBody("u1", "+15550000001", "a \"b\"\n"),
			[]string{"unescaped quotes in the message", "unescaped line breaks or control characters in the message"},
			nil,
		},
		{"backslash", typed, pageBody("u1", "+15550000001", `a\d`), []string{"unescaped backslashes in the message"}, nil},
		{"bytes", typed, pageBody("u1", "+15550000001", "\xff"), []string{"invalid UTF-8 in the message"}, nil},
		{"NUL", typed, recommendedBody(`a\u0000`, ""), []string{"NUL characters removed from the message"}, nil},
		{
			"broken promise", typed, recommendedBody(`a "b"`, ""),
			[]string{"unescaped quotes in the message"},
			[]string{`the body has "v" but a text in it is not escaped with json_escape`},
		},
		{"twice", typed, `{"user_id":"u1","user_id":"u2","message":"hi"}`, nil, []string{`"user_id" comes more than once or under two names; the first is kept`}},
		{"later version", typed, `{"v":2,"user_id":"u1","message":"hi"}`, nil, []string{`the value of "v" is not 1; read as version 1`}},
		{"half an alias", typed, `{"user_id":"u1","alias_name":"x","message":"hi"}`, nil, []string{"an alias needs both a name and a label; ignored"}},
		{
			"perhaps a field", typed, pageBody("u1", "+15550000001", `x","admin":"1`),
			[]string{"unescaped quotes in the message"},
			[]string{`the words end in what may be another field of the template; if it is one, put "message" last` + useRecommended},
		},
		{"no country", typed, `{"phone":"06 12 34 56 78","message":"hi"}`, nil, []string{"the phone has no country code; kept as given"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeInbound(tt.contentType, []byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.repaired, got.Repaired); diff != "" {
				t.Errorf("repaired (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.notes, got.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeInbound_media(t *testing.T) {
	t.Parallel()
	two := []string{"https://a.example/1.jpg?x=1,2", "http://b.example/2.pdf"}
	tests := []struct {
		name, value string
		want        []string
		remark      bool
	}{
		{"empty", `""`, nil, false},
		{"blank tag", ` `, nil, false},
		{"null", `null`, nil, false},
		{"one", `"https://a.example/1.jpg?x=1,2"`, two[:1], false},
		{"comma", `"https://a.example/1.jpg?x=1,2,http://b.example/2.pdf"`, two, false},
		{"comma and space", `"https://a.example/1.jpg?x=1,2, http://b.example/2.pdf"`, two, false},
		{"spaces", `"https://a.example/1.jpg?x=1,2\n  http://b.example/2.pdf "`, two, false},
		{"JSON array", `["https://a.example/1.jpg?x=1,2", "http://b.example/2.pdf"]`, two, false},
		{"escaped array", `"[\"https://a.example/1.jpg?x=1,2\", \"http://b.example/2.pdf\"]"`, two, false},
		{"unescaped array in quotes", `"["https://a.example/1.jpg?x=1,2", "http://b.example/2.pdf"]"`, two, false},
		{"Ruby array with single quotes", `"['https://a.example/1.jpg?x=1,2', 'http://b.example/2.pdf']"`, two, false},
		{"empty arrays", `"[]"`, nil, false},
		{"no URL", `"javascript:alert(1)"`, nil, true},
		{"one of each", `"ftp://x https://a.example/1.jpg?x=1,2"`, two[:1], true},
		{"numbers", `[1,"http://b.example/2.pdf"]`, two[1:], true},
		{"object", `{"a":1}`, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := `{"v":1,"user_id":"u1","message":"","media_urls":` + tt.value + `}`
			got, err := DecodeInbound("application/json", []byte(body))
			if err != nil {
				t.Fatalf("DecodeInbound(%s): %v", body, err)
			}
			if diff := cmp.Diff(tt.want, got.Media); diff != "" {
				t.Errorf("media of %s (-want +got):\n%s", body, diff)
			}
			if (len(got.Notes) > 0) != tt.remark {
				t.Errorf("notes = %q", got.Notes)
			}
		})
	}
}

func TestNormalizePhone(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"", ""},
		{"+15550000001", "+15550000001"},
		{"+1 (555) 000-0001", "+15550000001"},
		{"0033600000002", "+33600000002"},
		{"33600000002", "+33600000002"},
		{"0612345678", "0612345678"},
		{"5551234567", "5551234567"},
		{"+0612345678", ""},
		{"12", ""},
		{"+1234567890123456", ""},
		{"unknown", ""},
		{"1+5550000001", ""},
	}
	for _, tt := range tests {
		if got, _ := normalizePhone(tt.in); got != tt.want {
			t.Errorf("normalizePhone(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
