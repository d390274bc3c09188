package flow_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
	"parley/internal/testkit"
)

// tools are those of the example shop.
var tools = map[string]tool.Effect{"order_status": tool.Read, "return_start": tool.Write, "delivery_change": tool.Write}

func TestShop_isRight(t *testing.T) {
	t.Parallel()
	flows, err := flow.Load(flow.Shop(), flow.Known{Tools: tools})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range flows {
		names = append(names, f.Name)
		testkit.Diff(t, f.Languages, []string{"en", "fr"})
	}
	testkit.Diff(t, names, []string{"change_delivery", "order_tracking", "return_item"})
}

// head begins flows that are wrong in one way only.
const head = "title: {en: T}\nlanguages: [en]\n"

func TestParse_findsProblemsWithTheirLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string // "line: piece of the text"
	}{
		"empty":            {"", []string{"0: is empty"}},
		"no yaml":          {"title: [\n", []string{"is not valid YAML"}},
		"two documents":    {head + "steps: {a: {handoff: {en: x}}}\n---\n{}\n", []string{"0: more than one document"}},
		"unknown name":     {head + "sloots: {}\nsteps: {a: {handoff: {en: x}}}\n", []string{"3: unknown name \"sloots\"; did you mean slots?"}},
		"missing language": {"title: {en: T}\nlanguages: [en, fr]\nsteps:\n  a:\n    handoff: {en: x, fr: y}\n", []string{"1: title has no text in fr"}},
		"other language":   {head + "steps:\n  a:\n    handoff: {en: x, de: y}\n", []string{"5: a text in \"de\""}},
		"no steps":         {head, []string{"1: steps is missing"}},
		"two kinds":        {head + "steps:\n  a:\n    say: {en: x}\n    jump: b\n", []string{"4: step a does say and jump"}},
		"no kind":          {head + "steps:\n  a: {next: end}\n", []string{"4: step a does nothing"}},
		"unknown step":     {head + "steps:\n  first:\n    say: {en: x}\n    next: secnd\n  second:\n    say: {en: x}\n    next: end\n", []string{"6: goes to \"secnd\", which is no step; did you mean second?", "7: step second cannot be reached"}},
		"dead end":         {head + "steps:\n  a:\n    say: {en: x}\n", []string{"4: step a is a dead end: say where"}},
		"circle": {head + "steps:\n  a:\n    say: {en: x}\n    next: b\n  b:\n    say: {en: y}\n    next: a\n", []string{
			"4: step a is a dead end: every way", "7: step b is a dead end: every way",
		}},
		"branch without else": {head + "steps:\n  a:\n    branch:\n      - {if: language is fr, go: end}\n", []string{"4: step a is a dead end when no case holds"}},
		"condition":           {head + "steps:\n  a:\n    branch:\n      - {if: language equals fr, go: end}\n    else: end\n", []string{`6: after language stands "equals"`}},
		"and with or":         {head + "steps:\n  a:\n    branch:\n      - {if: language is fr and language is en or language is de, go: end}\n    else: end\n", []string{"6: mixes and with or"}},
		"no value":            {head + "steps:\n  a:\n    say: {en: 'Your {{ordr}}'}\n    next: end\n", []string{`5: "ordr" has no value`}},
		"no name":             {head + "steps:\n  a:\n    say: {en: 'Your {{order number}}'}\n    next: end\n", []string{"5: {{ or }} that is not a name"}},
		"unknown slot":        {head + "steps:\n  a:\n    ask: x\n    next: end\n", []string{`5: asks for "x", which is no slot`}},
		"never asked":         {head + "slots:\n  n:\n    type: number\n    ask: {en: How many}\nsteps:\n  a:\n    handoff: {en: x}\n", []string{"4: slot n is never asked for"}},
		"slot type":           {head + "slots:\n  n:\n    type: nubmer\n    ask: {en: How many}\nsteps:\n  a:\n    ask: n\n    next: end\n", []string{`5: type "nubmer" is unknown; did you mean number?`}},
		"slot pattern":        {head + "slots:\n  n:\n    type: regex\n    pattern: '('\n    ask: {en: How many}\nsteps:\n  a:\n    ask: n\n    next: end\n", []string{"6: not a regular expression"}},
		"choices": {head + "slots:\n  n:\n    type: choice\n    ask: {en: Which}\n    choices:\n      - {value: a, title: {en: A title that is far too long for it}}\n      - {titel: x}\nsteps:\n  a:\n    ask: n\n    next: end\n", []string{
			"8: WhatsApp shows 24", "9: value is missing", "9: unknown name \"titel\"",
		}},
		"write without confirm": {head + "steps:\n  a:\n    call: return_start\n    next: end\n", []string{"5: changes something, without confirm"}},
		"no declined":           {head + "steps:\n  a:\n    call: return_start\n    confirm: {en: Shall I}\n    next: end\n", []string{"5: declined is missing"}},
		"unknown tool":          {head + "steps:\n  a:\n    call: order_statos\n    next: end\n", []string{`5: calls "order_statos", which is no tool; did you mean order_status?`}},
		"wait":                  {head + "steps:\n  a:\n    wait: soon\n    next: end\n", []string{`5: wait "soon": write a time`}},
		"late and timeout":      {head + "steps:\n  a:\n    wait: 2h\n    late: end\n    timeout: end\n    next: end\n", []string{"6: has late and timeout"}},
		"within":                {head + "slots:\n  n: {type: number, ask: {en: x}}\nsteps:\n  a:\n    ask: n\n    within: 2h\n    next: end\n", []string{"8: within without timeout"}},
		"timeout nowhere":       {head + "slots:\n  n: {type: number, ask: {en: x}}\nsteps:\n  a:\n    ask: n\n    timeout: b\n    next: end\n", []string{"8: goes to \"b\", which is no step"}},
		"fact read":             {head + "steps:\n  a:\n    set: {fact.x: y}\n    next: b\n  b:\n    say: {en: '{{fact.x}}'}\n    next: end\n", []string{"8: \"fact.x\" has no value"}},
		"fact name":             {head + "steps:\n  a:\n    set: {fact.X: y}\n    next: end\n", []string{"5: \"X\" is no name"}},
		"media and link":        {head + "steps:\n  a:\n    say: {en: x}\n    image: nowhere\n    link: {label: {en: Go}, url: https://example.com}\n    next: end\n", []string{`6: image "nowhere" is not the address`, "7: shows image and link"}},
		"reserved step":         {head + "steps:\n  end:\n    handoff: {en: x}\n", []string{`4: step "end"`}},
		"twice":                 {head + "steps:\n  a:\n    handoff: {en: x}\n  a:\n    handoff: {en: x}\n", []string{"6: a is given twice, first on line 4"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := flow.Parse("broken", []byte(c.text), flow.Known{Tools: tools})
			var problems flow.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("no problems: %v", err)
			}
			for _, want := range c.want {
				line, piece, found := strings.Cut(want, ": ")
				if !found || strings.Trim(line, "0123456789") != "" {
					line, piece = "", want
				}
				if !slices.ContainsFunc(problems, func(p flow.Problem) bool {
					at := "broken.yaml:" + line + ": "
					if line == "0" {
						at = "broken.yaml: "
					}
					return strings.Contains(p.Text, piece) && (line == "" || strings.HasPrefix(p.String(), at))
				}) {
					t.Errorf("no %q in:\n%v", want, err)
				}
			}
			if len(problems) > len(c.want) {
				t.Errorf("more than expected:\n%v", err)
			}
		})
	}
}

func TestLoad_findsWhatConcernsTheFolder(t *testing.T) {
	t.Parallel()
	good := head + "steps:\n  a:\n    jump: %s\n"
	files := fstest.MapFS{
		"one.yaml": {Data: []byte(strings.Replace(good, "%s", "tow", 1))}, "two.yaml": {Data: []byte(head + "steps: {a: {handoff: {en: x}}}")},
		".hidden": {}, "README.md": {},
	}
	_, err := flow.Load(files, flow.Known{})
	if err == nil || err.Error() != `one.yaml:5: step a jumps to "tow", which is no flow; did you mean two?` {
		t.Errorf("got %v", err)
	}
	files["three.yml"], files["Sub/x.yaml"] = &fstest.MapFile{}, &fstest.MapFile{}
	if _, err = flow.Load(files, flow.Known{}); err == nil || !strings.Contains(err.Error(), "Sub: is a folder") || !strings.Contains(err.Error(), "three.yml: is not a .yaml file") {
		t.Errorf("got %v", err)
	}
	if _, err = flow.Load(fstest.MapFS{}, flow.Known{}); err == nil {
		t.Error("an empty folder is no folder of flows")
	}
}

func TestParse_versionNamesTheContent(t *testing.T) {
	t.Parallel()
	parse := func(name, text string) string {
		f, err := flow.Parse(name, []byte(text), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		return f.Version
	}
	text := head + "steps: {a: {handoff: {en: x}}}\n"
	if again := parse("a", text); again != parse("a", text) || parse("a", text) == parse("b", text) || parse("a", text) == parse("a", text+"# more\n") {
		t.Error("a version is not that of name and content")
	}
}

func TestCondition(t *testing.T) {
	t.Parallel()
	values := map[string]string{"status": "Shipped", "eta": "2026-11-20", "n": "10", "name": "Ada Lovelace"}
	for text, want := range map[string]bool{
		"status is shipped": true, "status is not shipped": false, "status is one of lost, shipped": true, "status is one of lost, late": false,
		"eta is known": true, "none is known": false, "none is unknown": true, "n > 9": true, "n >= 10": true, "n < 9": false, "n <= 10.0": true, "n is 10.0": true,
		"eta < 2026-12-01": true, "eta > 2026-12-01": false, "status > 3": false, "none < 3": false, `name is "ada lovelace"`: true,
		"status is shipped and n > 20": false, "status is shipped or n > 20": true, "status is lost or n > 20": false, "status is one of lost, shipped and n is 10": true,
		"none is not shipped": true,
	} {
		c, err := flow.ParseCondition(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := c.Holds(func(name string) string { return values[name] }); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range []string{"", "shipped", "status is", "status is one of", "status is a b", "n > many", `n is "x`, "1 is 1", "status is x and", "status = x", "a is b, c"} {
		if c, err := flow.ParseCondition(text); err == nil {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}

func TestSlot_Read(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC) // a Sunday
	bound := func(n float64) *float64 { return &n }
	for _, c := range []struct {
		slot flow.Slot
		text string
		lang string
		want string // empty: does not fit
	}{
		{flow.Slot{Type: flow.Order}, "AB-12345", "en", "AB-12345"},
		{flow.Slot{Type: flow.Order}, "it's ab-12345.", "en", "AB-12345"},
		{flow.Slot{Type: flow.Order}, "ma commande n° 123456", "fr", "123456"},
		{flow.Slot{Type: flow.Order}, "123456", "en", "123456"},
		{flow.Slot{Type: flow.Order}, "I do not have it", "en", ""},
		{flow.Slot{Type: flow.Order}, "AB-12345 or AB-12346", "en", ""},
		{flow.Slot{Type: flow.Order, Pattern: "AB-[0-9]{5}"}, "123456", "en", ""},
		{flow.Slot{Type: flow.Email}, "Write to Ada@Example.com please", "en", "ada@example.com"},
		{flow.Slot{Type: flow.Email}, "ada at example", "en", ""},
		{flow.Slot{Type: flow.Number}, "about 2,5 kg", "fr", "2.5"},
		{flow.Slot{Type: flow.Number, Min: bound(1), Max: bound(9)}, "12", "en", ""},
		{flow.Slot{Type: flow.Number}, "2 or 3", "en", ""},
		{flow.Slot{Type: flow.Date}, "tomorrow", "en", "2026-11-23"},
		{flow.Slot{Type: flow.Date}, "après-demain svp", "fr", "2026-11-24"},
		{flow.Slot{Type: flow.Date}, "next Friday", "en", "2026-11-27"},
		{flow.Slot{Type: flow.Date}, "dimanche", "fr", "2026-11-29"},
		{flow.Slot{Type: flow.Date}, "20 December", "en", "2026-12-20"},
		{flow.Slot{Type: flow.Date}, "le 3 janvier", "fr", "2027-01-03"},
		{flow.Slot{Type: flow.Date}, "03/12/2026", "fr", "2026-12-03"},
		{flow.Slot{Type: flow.Date}, "25/12", "en", "2026-12-25"},
		{flow.Slot{Type: flow.Date}, "friday or saturday", "en", ""},
		{flow.Slot{Type: flow.Date, Min: bound(1), Max: bound(7)}, "today", "en", ""},
		{flow.Slot{Type: flow.Date, Min: bound(1), Max: bound(7)}, "20 December", "en", ""},
		{flow.Slot{Type: flow.Date}, "soon", "en", ""},
		{flow.Slot{Type: flow.Text}, "the zip is broken", "en", "the zip is broken"},
		{flow.Slot{Type: flow.Text}, "thanks", "en", ""},
		{flow.Slot{Type: flow.Text}, "?!", "en", ""},
		{flow.Slot{Type: flow.Text, Max: bound(5)}, "too long", "en", ""},
		{flow.Slot{Type: flow.Text}, strings.Repeat("x", 301), "en", ""},
		{flow.Slot{Type: flow.Regex, Pattern: `[0-9]{5}`}, "it is 75011 Paris", "fr", "75011"},
		{flow.Slot{Type: flow.Regex, Pattern: `[0-9]{5}`}, "Paris", "fr", ""},
	} {
		got, ok := c.slot.Read(c.text, c.lang, now)
		if !ok {
			got = ""
		}
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s %q: %q", c.slot.Type, c.text, got)
		}
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	parse := func(text string) *flow.Flow {
		f, err := flow.Parse("f", []byte(text), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := parse(head + "steps:\n  a:\n    say: {en: One}\n    next: b\n  b:\n    handoff: {en: x}\n")
	after := parse(head + "steps:\n  a:\n    say: {en: Two}\n    next: b\n  b:\n    handoff: {en: x}\n")
	testkit.Diff(t, flow.Diff(before, after, 1), []string{"@@ 4", "    a:", "-     say: {en: One}", "+     say: {en: Two}", "      next: b"})
	testkit.Diff(t, flow.Diff(before, before, 3), []string(nil))
	if got := flow.Diff(nil, after, 0); len(got) != 9 || got[1] != "+ title: {en: T}" {
		t.Errorf("a new flow: %q", got)
	}
}

func TestGraph(t *testing.T) {
	t.Parallel()
	f, err := flow.Parse("f", []byte(head+"steps:\n  a:\n    branch:\n      - {if: language is fr, go: b}\n    else: end\n  b:\n    handoff: {en: x}\n"), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Diff(t, f.Graph("fr"), flow.Graph{
		Nodes: []flow.Node{{Name: "a", Kind: flow.Branch}, {Name: "b", Kind: flow.Handoff, Detail: "x"}},
		Edges: []flow.Edge{{From: "a", To: "b", Label: "language is fr", Line: 6}, {From: "a", To: "end", Label: "else", Line: 7}},
	})
}
