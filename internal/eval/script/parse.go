package script

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"parley/internal/bot"
	"parley/internal/chat"
)

// Parse reads the conversations of a file. The error is [Problems] when there is
// something to mend.
func Parse(file string, raw []byte) ([]*Test, error) {
	p := &parser{file: file}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	var tests []*Test
	for {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			p.malformed(err)
			break
		}
		if len(doc.Content) == 1 {
			tests = append(tests, p.test(doc.Content[0]))
		}
	}
	if len(tests) == 0 && len(p.problems) == 0 {
		p.problem(1, "is empty; write customer and steps")
	}
	for i, t := range tests {
		if t.Name == "" {
			t.Name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
			if len(tests) > 1 {
				t.Name += " " + strconv.Itoa(i+1)
			}
		}
	}
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.problems
	}
	return tests, nil
}

type parser struct {
	file     string
	problems Problems
}

func (p *parser) problem(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.file, line, fmt.Sprintf(format, args...)})
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

func (p *parser) malformed(err error) {
	text, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	p.problem(line, "is not valid YAML: %s", text)
}

// entry is one line of a mapping.
type entry struct {
	key   string
	line  int
	value *yaml.Node
}

// entries are the lines of a mapping; keys that are not known or come twice are problems.
func (p *parser) entries(node *yaml.Node, what string, known ...string) (list []entry) {
	if node.Kind != yaml.MappingNode {
		p.problem(node.Line, "%s must be a group of \"name: value\" lines", what)
		return nil
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		switch before, twice := seen[key.Value]; {
		case twice:
			p.problem(key.Line, "%s is given twice, first on line %d", key.Value, before)
			continue
		case len(known) > 0 && !slices.Contains(known, key.Value):
			p.problem(key.Line, "%s has no %q; it may have %s", what, key.Value, strings.Join(known, ", "))
			continue
		}
		seen[key.Value] = key.Line
		list = append(list, entry{key.Value, key.Line, value})
	}
	return list
}

func (p *parser) text(e entry) string {
	if e.value.Kind != yaml.ScalarNode {
		p.problem(e.line, "%s must be one text", e.key)
		return ""
	}
	if e.value.Tag == "!!null" {
		return ""
	}
	return e.value.Value
}

// some is a text that is not empty.
func (p *parser) some(e entry) string {
	before := len(p.problems)
	text := p.text(e)
	if strings.TrimSpace(text) == "" && len(p.problems) == before {
		p.problem(e.line, "%s is empty", e.key)
	}
	return text
}

// texts are a text or a list of them, none of them empty.
func (p *parser) texts(e entry) (list []string) {
	if e.value.Kind != yaml.SequenceNode {
		return []string{p.some(e)}
	}
	if len(e.value.Content) == 0 {
		p.problem(e.line, "%s is an empty list", e.key)
	}
	for _, item := range e.value.Content {
		list = append(list, p.some(entry{e.key, item.Line, item}))
	}
	return list
}

func (p *parser) yes(e entry) bool {
	v, err := strconv.ParseBool(p.text(e))
	if err != nil {
		p.problem(e.line, "%s must be true or false", e.key)
	}
	return v
}

func (p *parser) number(e entry, low, high int) int {
	n, err := strconv.Atoi(p.text(e))
	if err != nil || n < low || n > high {
		p.problem(e.line, "%s must be a number of %d to %d", e.key, low, high)
	}
	return n
}

// longest is how far one step may move the clock.
const longest = 90 * 24 * time.Hour

func (p *parser) span(e entry) time.Duration {
	d, err := time.ParseDuration(p.text(e))
	if err != nil || d <= 0 || d > longest {
		p.problem(e.line, "%s must be a time such as 90s, 10m or 26h, above 0 and at most %v", e.key, longest)
	}
	return d
}

func (p *parser) oneOf(e entry, values ...string) string {
	v := p.text(e)
	if !slices.Contains(values, v) {
		p.problem(e.line, "%s cannot be %q; it is one of %s", e.key, v, strings.Join(values, ", "))
	}
	return v
}

var phoneNumber = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func (p *parser) test(node *yaml.Node) *Test {
	t := &Test{File: p.file, Line: node.Line, Customer: Customer{Name: "Grace", Language: "en"}}
	steps := false
	for _, e := range p.entries(node, "a conversation", "name", "customer", "model", "steps") {
		switch e.key {
		case "name":
			t.Name = p.some(e)
		case "customer":
			p.customer(e.value, &t.Customer)
		case "model":
			t.Model = p.model(e)
		case "steps":
			steps = true
			if e.value.Kind != yaml.SequenceNode || len(e.value.Content) == 0 {
				p.problem(e.line, "steps must be a list of what happens, such as \"- customer: Hello\"")
				continue
			}
			for _, item := range e.value.Content {
				t.Steps = append(t.Steps, p.step(item))
			}
		}
	}
	if !steps && node.Kind == yaml.MappingNode {
		p.problem(node.Line, "steps is missing")
	}
	p.modelled(t)
	return t
}

func (p *parser) customer(node *yaml.Node, c *Customer) {
	for _, e := range p.entries(node, "customer", "name", "language", "id", "phone", "known") {
		switch e.key {
		case "name":
			c.Name = p.some(e)
		case "language":
			c.Language = p.some(e)
		case "id":
			c.ID = p.some(e)
		case "phone":
			if c.Phone = p.text(e); !phoneNumber.MatchString(c.Phone) {
				p.problem(e.line, "phone must be + and 7 to 15 digits, in quotes, such as \"+15550100001\"")
			}
		case "known":
			c.Unknown = !p.yes(e)
		}
	}
	if c.Unknown && c.ID != "" {
		p.problem(node.Line, "customer has an id at Braze or is not known there, not both")
	}
}

func (p *parser) step(node *yaml.Node) Step {
	s := Step{Line: node.Line}
	known := []string{"text", "model", "expect"}
	for _, k := range kinds {
		known = append(known, string(k))
	}
	var caption *entry
	for _, e := range p.entries(node, "a step", known...) {
		switch e.key {
		case "expect":
			s.Checks = p.expect(e.value)
			continue
		case "text":
			caption = &e
			continue
		case "model":
			s.Says = p.says(e)
			continue
		}
		if s.Kind != "" {
			p.problem(e.line, "a step does one thing; %s and %s belong into two", s.Kind, e.key)
			continue
		}
		s.Kind = Kind(e.key)
		p.does(&s, e)
	}
	if caption != nil {
		if s.Kind != Media {
			p.problem(caption.line, "text is the caption of media; without a file write customer")
		}
		s.Texts = []string{p.some(*caption)}
	}
	if s.Kind == "" && node.Kind == yaml.MappingNode {
		p.problem(node.Line, "the step does nothing; write one of %s", strings.Join(known[3:], ", "))
	}
	if len(s.Says) > 0 && !slices.Contains([]Kind{Customers, Burst, Tap, Media}, s.Kind) {
		p.problem(s.Says[0].Line, "the model is asked when the customer writes; put what it says beside customer, burst, tap or media")
	}
	if s.Kind == Look && len(s.Checks) == 0 {
		p.problem(node.Line, "check without expect looks at nothing")
	}
	return s
}

func (p *parser) does(s *Step, e entry) {
	switch s.Kind {
	case Customers, Tap, Agent:
		s.Texts = []string{p.some(e)}
	case Burst:
		if s.Texts = p.texts(e); len(s.Texts) < 2 {
			p.problem(e.line, "burst must be a list of at least two texts; for one write customer")
		}
	case Media:
		s.Media = p.texts(e)
	case HandBack:
		s.Texts = []string{p.text(e)}
	case Advance:
		s.For = p.span(e)
	case Faulty:
		p.faults(s, e)
	default:
		if p.text(e) != "" {
			p.problem(e.line, "%s takes no value", e.key)
		}
	}
}

func (p *parser) faults(s *Step, in entry) {
	if in.value.Kind == yaml.ScalarNode && in.value.Value == "none" {
		return
	}
	f := &s.Faults
	f.Calls = 1
	for _, e := range p.entries(in.value, "faults", "duplicate", "reorder", "late", "braze", "cut", "calls", "model") {
		switch e.key {
		case "duplicate":
			f.Duplicate = p.number(e, 2, 20)
		case "reorder":
			f.Reorder = p.yes(e)
		case "late":
			f.Late = p.span(e)
		case "braze":
			f.Status = p.number(e, 400, 599)
		case "cut":
			f.Cut = p.yes(e)
		case "calls":
			f.Calls = p.number(e, 1, 1000)
		case "model":
			f.Model = p.oneOf(e, modelFaults...)
		}
	}
	if f.Cut && f.Status != 0 {
		p.problem(in.line, "a call is either refused (braze) or cut off (cut); order one after the other")
	}
}

// expect reads what is expected. Intents are not compared with any knowledge base: the
// file does not say which one it will be played with.
func (p *parser) expect(node *yaml.Node) (list []Check) {
	for _, e := range p.entries(node, "expect", "contains", "lacks", "equals", "matches", "silence", "sends", "layout", "choices",
		"intent", "band", "action", "rule", "language", "flow", "step", "owner", "handoff", "profile", "calls", "model") {
		c := Check{Line: e.line, Key: e.key}
		switch e.key {
		case "contains", "lacks", "choices":
			c.Wants = p.texts(e)
		case "silence":
			c.Wants = []string{strconv.FormatBool(p.yes(e))}
		case "sends":
			c.Wants = []string{strconv.Itoa(p.number(e, 0, 1000))}
		case "matches":
			c.Wants = []string{p.some(e)}
			var err error
			if c.Match, err = regexp.Compile(c.Wants[0]); err != nil {
				p.problem(e.line, "matches is no regular expression: %v", err)
			}
		case "layout":
			c.Wants = []string{p.oneOf(e, layouts...)}
		case "band":
			c.Wants = []string{p.oneOf(e, bot.BandAnswer, bot.BandClarify, bot.BandFallback, bot.BandAlways, bot.BandRule)}
		case "action":
			c.Wants = []string{p.oneOf(e, actions...)}
		case "owner":
			c.Wants = []string{p.oneOf(e, string(chat.OwnerBot), string(chat.OwnerQueue), string(chat.OwnerAgent), string(chat.OwnerNone))}
		case "handoff":
			c.Wants = []string{p.oneOf(e, handoffCodes()...)}
		case "profile":
			for _, a := range p.entries(e.value, "profile") {
				list = append(list, Check{Line: a.line, Key: "profile." + a.key, Wants: []string{p.text(a)}})
			}
			continue
		case "calls":
			list = append(list, p.calls(e)...)
			continue
		case "model":
			list = append(list, p.asked(e)...)
			continue
		default:
			c.Wants = []string{p.some(e)}
		}
		list = append(list, c)
	}
	return list
}

// calls are tools by name, each with arguments; none at all is an expectation, too.
func (p *parser) calls(in entry) (list []Check) {
	for _, e := range p.entries(in.value, "calls") {
		c := Check{Line: e.line, Key: "calls." + e.key}
		if e.value.Tag != "!!null" {
			for _, a := range p.entries(e.value, e.key) {
				c.Wants = append(c.Wants, a.key+"="+p.text(a))
			}
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		list = []Check{{Line: in.line, Key: "calls", Wants: []string{"none"}}}
	}
	return list
}

var (
	layouts = []string{
		string(chat.LayoutText), string(chat.LayoutQuickReply), string(chat.LayoutList), string(chat.LayoutImage), string(chat.LayoutVideo),
		string(chat.LayoutAudio), string(chat.LayoutDocument), string(chat.LayoutCTA), string(chat.LayoutTemplate),
	}
	actions = []string{
		string(bot.ActionAnswer), string(bot.ActionChoices), string(bot.ActionAsk), string(bot.ActionHandoff), string(bot.ActionSilent),
	}
)

func handoffCodes() (list []string) {
	for _, code := range bot.HandoffCodes() {
		list = append(list, string(code))
	}
	return list
}
