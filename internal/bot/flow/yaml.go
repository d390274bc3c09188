package flow

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing wrong with a flow, and how to mend it.
type Problem struct {
	File string
	Line int // 0 when the whole file is meant
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is everything wrong at once, in the order of files and lines.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// group is a YAML mapping whose keys are taken one by one; done notes those nobody took.
// Going over nodes keeps the line of everything and finds all problems in one pass.
type group struct {
	p      *parser
	start  int
	keys   []string
	values map[string]*yaml.Node
	lines  map[string]int
	taken  []string
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// document returns the top group, or nil with the problem noted.
func (p *parser) document(raw []byte) *group {
	var node yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			p.problem(0, "is empty")
			return nil
		}
		text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = strings.Replace(text, m[0], "", 1)
		}
		p.problem(line, "is not valid YAML: %s; write a text that holds any of : # ? { } in quotes", text)
		return nil
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		p.problem(0, "holds more than one document; keep one per file")
		return nil
	}
	if len(node.Content) != 1 {
		p.problem(0, "is empty")
		return nil
	}
	return p.group(node.Content[0], "a flow")
}

func (p *parser) group(node *yaml.Node, what string) *group {
	if node.Kind != yaml.MappingNode {
		p.problem(node.Line, "%s must be \"name: value\" lines", what)
		return nil
	}
	g := &group{p: p, start: node.Line, values: make(map[string]*yaml.Node), lines: make(map[string]int)}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if key.Kind != yaml.ScalarNode {
			p.problem(key.Line, "%s: a name must be a word", what)
			continue
		}
		if _, twice := g.values[key.Value]; twice {
			p.problem(key.Line, "%s is given twice, first on line %d", key.Value, g.lines[key.Value])
			continue
		}
		g.keys = append(g.keys, key.Value)
		g.values[key.Value], g.lines[key.Value] = value, key.Line
	}
	return g
}

// line is the line of a key, or of the group when the key is not there.
func (g *group) line(key string) int {
	if n, ok := g.lines[key]; ok {
		return n
	}
	return g.start
}

func (g *group) has(key string) bool { return g.values[key] != nil }

func (g *group) take(key string, required bool) *yaml.Node {
	g.taken = append(g.taken, key)
	node := g.values[key]
	if node == nil && required {
		g.p.problem(g.start, "%s is missing", key)
	}
	return node
}

// text takes a scalar; a missing or null one is empty.
func (g *group) text(key string, required bool) string {
	node := g.take(key, required)
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode {
		g.p.problem(node.Line, "%s must be a text, not a list or a group; put it in quotes if it has {{ }}", key)
		return ""
	}
	value := strings.TrimSpace(node.Value)
	if node.Tag == "!!null" {
		value = ""
	}
	if required && value == "" {
		g.p.problem(node.Line, "%s is empty", key)
	}
	return value
}

func (g *group) truth(key string, otherwise bool) bool {
	switch v := g.text(key, false); v {
	case "":
		return otherwise
	case "true", "false":
		return v == "true"
	default:
		g.p.problem(g.line(key), "%s must be true or false", key)
		return otherwise
	}
}

func (g *group) number(key string) *float64 {
	v := g.text(key, false)
	if v == "" {
		return nil
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		g.p.problem(g.line(key), "%s must be a number", key)
		return nil
	}
	return &n
}

// list takes the entries of a list.
func (g *group) list(key string, required bool) []*yaml.Node {
	node := g.take(key, required)
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		g.p.problem(node.Line, "%s must be a list", key)
		return nil
	}
	if len(node.Content) == 0 {
		g.p.problem(node.Line, "%s is empty", key)
	}
	return node.Content
}

// group takes an optional group.
func (g *group) group(key string) *group {
	node := g.take(key, false)
	if node == nil {
		return nil
	}
	return g.p.group(node, key)
}

// assigns takes a group of values.
func (g *group) assigns(key string) []Assign {
	inner := g.group(key)
	if inner == nil {
		return nil
	}
	var out []Assign
	for _, name := range inner.keys {
		a := Assign{Name: name, Line: inner.line(name), Value: inner.text(name, false)}
		node := inner.values[name]
		if node.Tag == "!!int" || node.Tag == "!!float" || node.Tag == "!!bool" {
			if err := node.Decode(&a.Literal); err != nil {
				g.p.problem(a.Line, "%s: %v", name, err)
			}
		}
		out = append(out, a)
	}
	return out
}

// texts takes a text in every language of the flow.
func (g *group) texts(key string, required bool) Texts {
	node := g.take(key, required)
	if node == nil {
		return nil
	}
	if node.Kind != yaml.MappingNode {
		g.p.problem(node.Line, "%s must have one text for each language: {%s: …}", key, strings.Join(g.p.flow.Languages, ": …, "))
		return nil
	}
	inner := g.p.group(node, key)
	out := Texts{}
	for _, language := range g.p.flow.Languages {
		if !inner.has(language) {
			g.p.problem(node.Line, "%s has no text in %s", key, language)
			inner.taken = append(inner.taken, language)
			continue
		}
		out[language] = inner.text(language, true)
		g.p.names(inner.line(language), out[language])
	}
	for _, language := range inner.keys {
		if !slices.Contains(g.p.flow.Languages, language) {
			g.p.problem(inner.line(language), "%s has a text in %q, which is not one of the flow's languages", key, language)
		}
	}
	return out
}

// done notes keys nobody asked for.
func (g *group) done(what string) {
	for _, key := range g.keys {
		if !slices.Contains(g.taken, key) {
			g.p.problem(g.lines[key], "%s has the unknown name %q%s", what, key, nearest(key, g.taken))
		}
	}
}
