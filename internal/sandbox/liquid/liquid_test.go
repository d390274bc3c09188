package liquid

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func bindings() map[string]any {
	return map[string]any{
		Profile:                  map[string]any{"user_id": "grace", "first_name": "Grace", "odd name": "x"},
		"custom_attribute":       map[string]any{"n": 41, "tags": []any{"a", "b"}, "big": 1000000},
		"api_trigger_properties": map[string]any{"body": "He said \"hi\"", "order": map[string]any{"id": 7, "lines": []any{map[string]any{"sku": "A1"}}}},
		"whats_app":              map[string]any{"inbound_message_body": "a \"b\"\n\\c\td\u0001", "inbound_media_urls": []any{"https://e/1", "https://e/2"}},
		"campaign":               map[string]any{"dispatch_id": "d1"},
		"subscribed_state":       map[string]any{"g-1": "subscribed"},
	}
}

func TestRender_brazeTags(t *testing.T) {
	t.Parallel()
	engine := New()
	for _, c := range []struct{ source, want string }{
		{"plain { text }", "plain { text }"},
		{`{"user_id": "{{${user_id}}}", "d": "{{campaign.${dispatch_id}}}"}`, `{"user_id": "grace", "d": "d1"}`},
		{"{{${nobody}}}|{{ ${first_name} }}|{{${odd name}}}", "|Grace|x"},
		{"{{api_trigger_properties.${external_system_msg+body}}}.", "."},
		{"{{nothing.${x}.y.z}}.", "."},
		{"{{api_trigger_properties.${order}.id}} {{api_trigger_properties.${order}.lines[0].sku}}", "7 A1"},
		{"{{custom_attribute.${n} | plus: 1}} {{custom_attribute.${big}}}", "42 1000000"},
		{"{% assign v = {{custom_attribute.${n}}} | plus: 1 %}{{v}}", "42"},
		{"{{ 'Hello ' | append: {{${first_name}}} }}", "Hello Grace"},
		{"{% if {{${nobody} | default: 'none'}} == 'none' %}yes{% endif %}", "yes"},
		{"{% if {{${first_name}}} == blank %}b{% elsif custom_attribute.${n} > 40 and ${first_name} != blank %}c{% endif %}", "c"},
		{"{% if ${nobody} == blank %}b{% endif %}{% unless ${first_name} == empty %}n{% endunless %}", "bn"},
		{"{% for x in custom_attribute.${tags} %}{{x}};{% endfor %}", "a;b;"},
		{"{% case ${first_name} %}{% when 'Grace' %}g{% else %}o{% endcase %}", "g"},
		{"{{subscribed_state.${g-1}}}", "subscribed"},
		{"{{ ${first_name}\n  | default: 'there' }}", "Grace"},
		{"{{ 'a\nb' | replace: '\n', ' ' }}", "a b"},
		{"a {{- ${first_name} -}} b {%- if true -%} c {%- endif -%} d", "aGracebcd"},
		{"{% raw %}{{${x}}}{% endraw %}", "{{${x}}}"},
		{"{% comment %}{{ broken | nofilter }}{% endcomment %}x", "x"},
		{"{{ 'now' | date: '%Y-%m-%d' }} {{ 'now' | date: '%s' }}", "2026-11-22 1795348800"},
		{"{{ '2026-01-02' | date: '%d/%m/%y' }} {{ 'soon' | date: '%d' }}", "02/01/26 soon"},
		{"{{whats_app.${inbound_media_urls}}}", "https://e/1https://e/2"},
		{"{{whats_app.${inbound_media_urls} | json_escape}}", `[\"https://e/1\",\"https://e/2\"]`},
	} {
		tpl, err := engine.Compile(c.source)
		if err != nil {
			t.Errorf("compile %q: %v", c.source, err)
			continue
		}
		got, err := tpl.Render(bindings(), noon)
		if err != nil {
			t.Errorf("render %q: %v", c.source, err)
		}
		if got != c.want {
			t.Errorf("%q renders %q, want %q", c.source, got, c.want)
		}
	}
}

func TestRender_documentedFilterExamples(t *testing.T) {
	t.Parallel()
	engine := New()
	for source, want := range map[string]string{
		"{{'hey' | md5}}":                              "6057f13c496ecf7fd777ceb9e79ae285",
		"{{'hey' | sha1}}":                             "7f550a9f4c44173a37664d938f1355f0f92a47a7",
		"{{'hey' | sha2}}":                             "fa690b82061edfd2852629aeba8a8977b57e40fcb77d1a7a28b26cba62591204",
		"{{'blah' | base64_encode}}":                   "YmxhaA==",
		"{{'hey' | hmac_sha1_hex: 'secret_key'}}":      "2a3969bed25bfeefb00aca4063eb9590b4df8f0e",
		"{{'hey' | hmac_sha1_base64: 'secret_key'}}":   "KjlpvtJb/u+wCspAY+uVkLTfjw4=",
		"{{'hey' | hmac_sha256_hex: 'secret_key'}}":    "8df897f8da3d7992fe57c8dbc6f27578cfbf2dcc4d0fbb4000b8c924841d508e",
		"{{'hey' | hmac_sha256_base64: 'secret_key'}}": "jfiX+No9eZL+V8jbxvJ1eM+/LcxND7tAALjJJIQdUI4=",
		"{{'hey<>hi' | url_escape}}":                   "hey%3C%3Ehi",
		"{{'hey<&>hi' | url_param_escape}}":            "hey%3C%26%3Ehi",
		"{{ 'google search' | url_encode }}":           "google+search",
		"{{ 123456 | number_with_delimiter }}":         "123,456",
		"{{ '  x ' | strip }}|{{ 'ünïcode' | size }}":  "x|7",
		"{{ 'a-b-c' | split: '-' | last }}":            "c",
		"{{ 'héllo wörld' | truncate: 8 }}":            "héllo...",
		"{{ '{\"a\":{\"b\":2}}' | json_parse | property_accessor: 'a' | as_json_string }}": `{"b":2}`,
	} {
		tpl, err := engine.Compile(source)
		if err != nil {
			t.Errorf("compile %q: %v", source, err)
			continue
		}
		if got, err := tpl.Render(nil, noon); err != nil || got != want {
			t.Errorf("%q renders %q (%v), want %q", source, got, err, want)
		}
	}
}

func TestRender_abortMessage(t *testing.T) {
	t.Parallel()
	engine := New()
	for source, want := range map[string]string{
		"{% abort_message('no name') %}": "no name",
		"{% abort_message() %}":          "",
		"{% if ${nobody} == blank %}{% abort_message(\"who\") %}{% endif %}x": "who",
	} {
		tpl, err := engine.Compile(source)
		if err != nil {
			t.Fatalf("compile %q: %v", source, err)
		}
		_, err = tpl.Render(bindings(), noon)
		var stop *AbortError
		if !errors.As(err, &stop) || stop.Reason != want {
			t.Errorf("%q gives %v, want abort with reason %q", source, err, want)
		}
	}
}

func TestCompile_namesTheFault(t *testing.T) {
	t.Parallel()
	engine := New()
	for source, want := range map[string]string{
		"a\n{{ ${x} ":                        "line 2",
		"{{ 'x' | no_such_filter }}":         "no_such_filter",
		"{% if true %}":                      "if",
		"{% nosuchtag %}":                    "nosuchtag",
		"{{ 'open }}":                        "not closed",
		"{{}}":                               "names nothing",
		"{% connected_content https://x/ %}": "connected_content",
	} {
		_, err := engine.Compile(source)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives error %v, want one with %q", source, err, want)
		}
	}
}

func TestJSONEscape_curesWhatTextBreaks(t *testing.T) {
	t.Parallel()
	engine := New()
	raw, err := engine.Compile(`{"m":"{{whats_app.${inbound_message_body}}}"}`)
	if err != nil {
		t.Fatal(err)
	}
	escaped, err := engine.Compile(`{"m":"{{whats_app.${inbound_message_body} | json_escape}}"}`)
	if err != nil {
		t.Fatal(err)
	}
	broken, _ := raw.Render(bindings(), noon)
	if json.Valid([]byte(broken)) {
		t.Errorf("unescaped text gives valid JSON %s; the documented trap is gone", broken)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		out, err := escaped.Render(map[string]any{"whats_app": map[string]any{"inbound_message_body": text}}, noon)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ M string }
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if diff := cmp.Diff(text, got.M); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"{{${user_id}}}", "{% if {{${x}}} == blank %}a{% endif %}", "{{ 'a' | replace: '}}', \"\n\" }}", "{% raw %}{{", "{{a[b[${c}]]}}", "{%- abort_message( -%}"} {
		f.Add(s)
	}
	engine := New()
	f.Fuzz(func(t *testing.T, source string) {
		tpl, err := engine.Compile(source)
		if err != nil {
			return
		}
		_, _ = tpl.Render(bindings(), noon)
	})
}

func BenchmarkRender_recommendedBody(b *testing.B) {
	tpl, err := New().Compile(`{"external_id":"{{${user_id} | json_escape}}","braze_id":"{{${braze_id} | json_escape}}","phone":"{{${phone_number} | json_escape}}",
"first_name":"{{${first_name} | json_escape}}","language":"{{${language} | json_escape}}","message":"{{whats_app.${inbound_message_body} | json_escape}}",
"media_urls":"{{whats_app.${inbound_media_urls} | json_escape}}","dispatch_id":"{{campaign.${dispatch_id}}}","campaign_id":"{{campaign.${api_id}}}"}`)
	if err != nil {
		b.Fatal(err)
	}
	vars := bindings()
	for b.Loop() {
		if _, err := tpl.Render(vars, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender_oneProperty(b *testing.B) {
	tpl, err := New().Compile("{{api_trigger_properties.${body}}}")
	if err != nil {
		b.Fatal(err)
	}
	vars := bindings()
	for b.Loop() {
		if _, err := tpl.Render(vars, noon); err != nil {
			b.Fatal(err)
		}
	}
}

// Where the engine below us does not count or write as Ruby's Liquid does.
func TestRender_countsAndWritesAsRubyDoes(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`{{ -3 | modulo: 3 }}`:                      "0",
		`{{ -3 | modulo: 2 }}`:                      "1",
		`{{ -3 | divided_by: 2 }}`:                  "-2",
		`{{ 2.5 | divided_by: 2 }}`:                 "1.25",
		`{{ 7 | divided_by: 2.0 }}`:                 "3.5",
		`{{ "élan vital" | capitalize }}`:           "Élan vital",
		`{{ "" | capitalize }}`:                     "",
		`{{ "one two three" | truncatewords: 2 }}`:  "one two...",
		`{{ "one two" | truncatewords: 2 }}`:        "one two",
		`{{ "one two" | truncatewords: 1, "(…)" }}`: "one(…)",
	} {
		tpl, err := New().Compile(source)
		if err != nil {
			t.Fatalf("%s: %v", source, err)
		}
		if got, err := tpl.Render(bindings(), time.Now()); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", source, got, err, want)
		}
	}
	tpl, err := New().Compile(`{{ 1 | divided_by: 0 }}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tpl.Render(bindings(), time.Now()); err == nil {
		t.Errorf("divided by nothing gives %q", got)
	}
}
