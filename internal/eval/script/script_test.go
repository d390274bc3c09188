package script

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestParse_reportsEverythingAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse("bad.yaml", []byte(`name: ""
colour: red
customer: {name: Grace, phone: 12345, age: 3}
steps:
  - customer: hello
    burst: [a, b]
  - burst: [alone]
  - advance: -3h
  - faults: {braze: 200, cut: maybe, calls: 0, fire: 1}
  - faults: {braze: 429, cut: true}
  - expect: {sends: 1}
  - check:
  - tap: [A]
  - customer: hi
    text: caption
    expect:
      owner: nobody
      band: sure
      layout: carousel
      action: shout
      handoff: bored
      matches: "("
      silence: often
      sends: many
      contains: []
      smell: good
      profile: 3
  - resolve: now
`))
	if err == nil {
		t.Fatal("was accepted")
	}
	want := strings.Split(`bad.yaml:1: name is empty
bad.yaml:2: a conversation has no "colour"; it may have name, customer, model, steps
bad.yaml:3: customer has no "age"
bad.yaml:3: phone must be + and 7 to 15 digits
bad.yaml:6: a step does one thing; customer and burst belong into two
bad.yaml:7: burst must be a list of at least two texts
bad.yaml:8: advance must be a time such as 90s
bad.yaml:9: faults has no "fire"
bad.yaml:9: braze must be a number of 400 to 599
bad.yaml:9: cut must be true or false
bad.yaml:9: calls must be a number of 1 to 1000
bad.yaml:10: a call is either refused (braze) or cut off (cut)
bad.yaml:11: the step does nothing; write one of customer
bad.yaml:12: check without expect looks at nothing
bad.yaml:13: tap must be one text
bad.yaml:15: text is the caption of media
bad.yaml:17: owner cannot be "nobody"; it is one of bot, queue, agent, none
bad.yaml:18: band cannot be "sure"
bad.yaml:19: layout cannot be "carousel"
bad.yaml:20: action cannot be "shout"
bad.yaml:21: handoff cannot be "bored"
bad.yaml:22: matches is no regular expression
bad.yaml:23: silence must be true or false
bad.yaml:24: sends must be a number
bad.yaml:25: contains is an empty list
bad.yaml:26: expect has no "smell"
bad.yaml:27: profile must be a group
bad.yaml:28: resolve takes no value`, "\n")
	got := strings.Split(err.Error(), "\n")
	for i, line := range got {
		if i >= len(want) || !strings.HasPrefix(line, want[i]) {
			t.Errorf("problem %d: %s", i, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d problems, want %d", len(got), len(want))
	}
	for text, want := range map[string]string{
		"model: gpt\nsteps: [{resolve: }]":                                                                "x.yaml:1: model cannot be \"gpt\"; it is one of openai, anthropic",
		"model: {deadline: 2h, speed: 1}\nsteps: [{resolve: }]":                                           "x.yaml:1: model has no \"speed\"",
		"model: {deadline: 2m}\nsteps: [{resolve: }]":                                                     "deadline is at most 30s",
		"model: {calls: 99, when: never}\nsteps: [{resolve: }]":                                           "calls must be a number of 1 to 10",
		"steps:\n- customer: a\n  model: {decline: }":                                                     "x.yaml:3: the conversation has no model",
		"steps:\n- faults: {model: down}":                                                                 "x.yaml:2: the conversation has no model",
		"steps:\n- customer: a\n  expect: {model: {calls: 1}}":                                            "x.yaml:3: the conversation has no model",
		"model: openai\nsteps:\n- faults: {model: sad}":                                                   "x.yaml:3: model cannot be \"sad\"; it is one of slow, down",
		"model: openai\nsteps:\n- advance: 1h\n  model: {decline: }":                                      "x.yaml:4: the model is asked when the customer writes",
		"model: openai\nsteps:\n- customer: a\n  model: []":                                               "x.yaml:4: model is an empty list",
		"model: openai\nsteps:\n- customer: a\n  model:\n  - {sources: [a]}":                              "x.yaml:5: the model says nothing",
		"model: openai\nsteps:\n- customer: a\n  model: [{ask: a, text: b}]":                              "one thing in a call; ask and text",
		"model: openai\nsteps:\n- customer: a\n  model: {ask: a, sources: x}":                             "sources belong to an answer",
		"model: openai\nsteps:\n- customer: a\n  model: {calls: {}}":                                      "calls names no tool",
		"model: openai\nsteps:\n- customer: a\n  model: {calls: {look: 3}}":                               "look must have a group of arguments",
		"model: openai\nsteps:\n- customer: a\n  model: {fault: broken}":                                  "fault cannot be \"broken\"",
		"model: openai\nsteps:\n- customer: a\n  model: {answer: ''}":                                     "answer is empty",
		"model: openai\nsteps:\n- customer: a\n  expect: {model: asked}":                                  "model cannot be \"asked\"; it is one of none",
		"model: openai\nsteps:\n- customer: a\n  expect: {model: {mood: x}}":                              "model has no \"mood\"",
		"model: openai\nsteps:\n- customer: a\n  expect: {model: {failure: x, outcome: y, violation: z}}": "failure cannot be \"x\"",
		"":                          "x.yaml:1: is empty",
		"steps: [":                  "is not valid YAML",
		"name: x":                   "steps is missing",
		"steps: []":                 "steps must be a list",
		"- a":                       "a conversation must be a group",
		"steps: [{tap: a, tap: b}]": "tap is given twice",
	} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestWrite_isReadBackAsItWas writes texts that YAML would take for something else.
func TestWrite_isReadBackAsItWas(t *testing.T) {
	t.Parallel()
	check := func(key string, wants ...string) Check { return Check{Key: key, Wants: wants} }
	in := &Test{File: "x.yaml", Name: "yes: no # 1", Customer: Customer{Name: "null", Language: "no", Unknown: true}, Steps: []Step{
		{Kind: Customers, Texts: []string{"12"}, Checks: []Check{check("intent", "true"), check("silence", "true"), check("sends", "2")}},
		{Kind: Burst, Texts: []string{"~", "- a\nb: {c}", "\"'"}, Checks: []Check{check("contains", "a, b", "c]")}},
		{Kind: Media, Media: []string{"https://example.com/a.jpg"}, Texts: []string{"*look*"}},
		{Kind: Agent, Texts: []string{"null"}},
		{Kind: HandBack, Texts: []string{""}},
		{Kind: Advance, For: 26*time.Hour + 90*time.Second},
		{Kind: Tap, Texts: []string{"2026-11-23"}},
		{Kind: Resolve},
	}}
	var b bytes.Buffer
	if err := in.Write(&b, "# recorded"); err != nil {
		t.Fatal(err)
	}
	out, err := Parse("x.yaml", b.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	if d := cmp.Diff([]*Test{in}, out, cmpopts.IgnoreFields(Test{}, "Line"), cmpopts.IgnoreFields(Step{}, "Line"), cmpopts.IgnoreFields(Check{}, "Line"), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s\n%s", d, b.String())
	}
}
