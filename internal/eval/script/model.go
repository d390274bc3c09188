package script

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"parley/internal/bot/guard"
	"parley/internal/bot/llm"
)

// Model is a scripted language model: what it says is in the steps, and nobody else's
// computer is asked.
type Model struct {
	Line     int
	Dialect  string        // openai or anthropic, as the vendors' own SDKs speak it
	Deadline time.Duration // of all calls of a turn; 0: that of the settings
	When     string        // reading or unsure; empty: as in the settings
	Calls    int           // most in a turn; 0: as in the settings
}

// Say is what a scripted model answers to one call: it ends its turn (Ends), wants tools
// called, only talks, or fails.
type Say struct {
	Line    int
	Ends    string // answer, ask, handoff or decline, with Text
	Text    string // without Ends, what it says instead of calling a tool
	Sources []string
	Tools   []Tool
	Fault   string // one of the faults of a model
}

// Tool is one that a scripted model wants called. Args is a JSON object.
type Tool struct{ Name, Args string }

// What can be wrong with a model.
const (
	ModelSlow      = "slow"      // does not answer before the deadline
	ModelDown      = "down"      // breaks the connection off
	ModelLimited   = "429"       // refuses for now
	ModelBroken    = "503"       // the vendor is down
	ModelMalformed = "malformed" // answers half a JSON document
	ModelTruncated = "truncated" // stops in the middle, at its limit
	ModelRefused   = "refused"   // will not answer
)

var modelFaults = []string{ModelSlow, ModelDown, ModelLimited, ModelBroken, ModelMalformed, ModelTruncated, ModelRefused}

// Slow reports whether the model is ever too slow in the conversation.
func (t *Test) Slow() bool {
	for _, s := range t.Steps {
		if s.Faults.Model == ModelSlow {
			return true
		}
		for _, say := range s.Says {
			if say.Fault == ModelSlow {
				return true
			}
		}
	}
	return false
}

// maxDeadline is the longest that a model may be waited for: a slow one is waited for in real time.
const maxDeadline = 30 * time.Second

func (p *parser) model(in entry) *Model {
	m := &Model{Line: in.line}
	if in.value.Kind == yaml.ScalarNode {
		m.Dialect = p.oneOf(in, llm.ProviderOpenAI, llm.ProviderAnthropic)
		return m
	}
	for _, e := range p.entries(in.value, "model", "dialect", "deadline", "when", "calls") {
		switch e.key {
		case "dialect":
			m.Dialect = p.oneOf(e, llm.ProviderOpenAI, llm.ProviderAnthropic)
		case "deadline":
			if m.Deadline = p.span(e); m.Deadline > maxDeadline {
				p.problem(e.line, "deadline is at most %v, since a slow model is waited for in real time", maxDeadline)
			}
		case "when":
			m.When = p.oneOf(e, "reading", "unsure")
		case "calls":
			m.Calls = p.number(e, 1, 10)
		}
	}
	if m.Dialect == "" && in.value.Kind == yaml.MappingNode {
		m.Dialect = llm.ProviderOpenAI
	}
	return m
}

// says are the answers of a step, one for each call of the model, in their order.
func (p *parser) says(in entry) (list []Say) {
	items := []*yaml.Node{in.value}
	if in.value.Kind == yaml.SequenceNode {
		items = in.value.Content
		if len(items) == 0 {
			p.problem(in.line, "model is an empty list; write what it answers, such as \"- decline:\"")
		}
	}
	for _, item := range items {
		list = append(list, p.say(item))
	}
	return list
}

func (p *parser) say(node *yaml.Node) Say {
	s := Say{Line: node.Line}
	does := ""
	var sources *entry
	for _, e := range p.entries(node, "an answer of the model", "answer", "ask", "handoff", "decline", "calls", "text", "fault", "sources") {
		if e.key == "sources" {
			sources = &e
			continue
		}
		if does != "" {
			p.problem(e.line, "the model does one thing in a call; %s and %s belong into two items of the list", does, e.key)
			continue
		}
		does = e.key
		switch e.key {
		case "answer", "ask":
			s.Ends, s.Text = e.key, p.some(e)
		case "handoff", "decline":
			s.Ends, s.Text = e.key, p.text(e)
		case "calls":
			s.Tools = p.tools(e)
		case "text":
			s.Text = p.some(e)
		case "fault":
			s.Fault = p.oneOf(e, modelFaults...)
		}
	}
	switch {
	case sources != nil && s.Ends != "answer":
		p.problem(sources.line, "sources belong to an answer")
	case sources != nil:
		s.Sources = p.texts(*sources)
	}
	if does == "" && node.Kind == yaml.MappingNode {
		p.problem(node.Line, "the model says nothing; write one of answer, ask, handoff, decline, calls, text, fault")
	}
	return s
}

// tools are calls by the tool's name, each with its arguments.
func (p *parser) tools(in entry) (list []Tool) {
	for _, e := range p.entries(in.value, "calls") {
		args := map[string]any{}
		if e.value.Tag != "!!null" {
			if e.value.Kind != yaml.MappingNode {
				p.problem(e.line, "%s must have a group of arguments, such as {order_number: AB-12345}", e.key)
				continue
			}
			if err := e.value.Decode(&args); err != nil {
				p.problem(e.line, "the arguments of %s cannot be read: %v", e.key, err)
			}
		}
		raw, err := json.Marshal(args)
		if err != nil {
			p.problem(e.line, "the arguments of %s cannot be written as JSON: %v", e.key, err)
		}
		list = append(list, Tool{e.key, string(raw)})
	}
	if len(list) == 0 && in.value.Kind == yaml.MappingNode {
		p.problem(in.line, "calls names no tool")
	}
	return list
}

// modelled reports what a conversation asks of a model that it does not have.
func (p *parser) modelled(t *Test) {
	if t.Model != nil {
		return
	}
	for _, s := range t.Steps {
		line := 0
		switch {
		case s.Faults.Model != "":
			line = s.Line
		case len(s.Says) > 0:
			line = s.Says[0].Line
		}
		for _, c := range s.Checks {
			if line == 0 && strings.HasPrefix(c.Key, "model.") {
				line = c.Line
			}
		}
		if line != 0 {
			p.problem(line, "the conversation has no model; write \"model: openai\" or \"model: anthropic\" beside steps")
		}
	}
}

// outcomes and failures of a model's turn, as its trace names them.
var (
	modelOutcomes = []string{"answer", "ask", "handoff", "decline", "propose", "fallback"}
	modelFailures = []string{
		string(llm.Timeout), string(llm.RateLimited), string(llm.Unreachable), string(llm.RefusedRequest), string(llm.Refused), string(llm.Truncated),
		string(llm.Malformed), string(llm.Resting), string(llm.Unsafe), string(llm.OverBudget), string(llm.OverCalls), string(llm.NoLedger),
	}
	violations = []string{
		string(guard.RuleEmpty), string(guard.RuleLength), string(guard.RuleMarks), string(guard.RuleLink), string(guard.RuleContact), string(guard.RuleNumber),
		string(guard.RulePrice), string(guard.RulePromise), string(guard.RuleLanguage), string(guard.RulePrompt), string(guard.RuleEcho),
	}
)

// asked are the expectations of what a model had to do with a step.
func (p *parser) asked(in entry) (list []Check) {
	if in.value.Kind == yaml.ScalarNode {
		return []Check{{Line: in.line, Key: "model", Wants: []string{p.oneOf(in, "none")}}}
	}
	for _, e := range p.entries(in.value, "model", "outcome", "failure", "violation", "calls", "told", "untold") {
		c := Check{Line: e.line, Key: "model." + e.key}
		switch e.key {
		case "outcome":
			c.Wants = []string{p.oneOf(e, modelOutcomes...)}
		case "failure":
			c.Wants = []string{p.oneOf(e, modelFailures...)}
		case "violation":
			c.Wants = []string{p.oneOf(e, violations...)}
		case "calls":
			c.Wants = []string{strconv.Itoa(p.number(e, 0, 1000))}
		default:
			c.Wants = p.texts(e)
		}
		list = append(list, c)
	}
	return list
}
