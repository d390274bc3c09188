package knowledge

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping is a YAML mapping whose keys are taken one by one; done notes the ones nobody
// took. Going over nodes keeps the line of everything and finds all problems in one pass,
// which a decode into structs does not.
type mapping struct {
	l      *loader
	file   string
	start  int
	keys   []string
	values map[string]*yaml.Node
	lines  map[string]int
	taken  map[string]bool
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parse returns the top mapping of a document, or nil with the problem noted.
func parse(l *loader, file string, raw []byte) *mapping {
	var node yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(&node); err != nil {
		if errors.Is(err, io.EOF) {
			l.problem(file, 0, "is empty")
			return nil
		}
		text, line := strings.TrimPrefix(err.Error(), "yaml: "), 0
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = strings.Replace(text, m[0], "", 1)
		}
		l.problem(file, line, "is not valid YAML: %s", text)
		return nil
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		l.problem(file, 0, "holds more than one document; keep one per file")
		return nil
	}
	if len(node.Content) != 1 {
		l.problem(file, 0, "is empty")
		return nil
	}
	return newMapping(l, file, node.Content[0])
}

func newMapping(l *loader, file string, node *yaml.Node) *mapping {
	if node.Kind != yaml.MappingNode {
		l.problem(file, node.Line, "must be a list of \"name: value\" lines")
		return nil
	}
	m := &mapping{
		l: l, file: file, start: node.Line, values: make(map[string]*yaml.Node),
		lines: make(map[string]int), taken: make(map[string]bool),
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		if _, twice := m.values[key.Value]; twice {
			l.problem(file, key.Line, "%s is given twice, first on line %d", key.Value, m.lines[key.Value])
			continue
		}
		m.keys = append(m.keys, key.Value)
		m.values[key.Value], m.lines[key.Value] = value, key.Line
	}
	return m
}

// line is the line of a key, or of the mapping when the key is not there.
func (m *mapping) line(key string) int {
	if n, ok := m.lines[key]; ok {
		return n
	}
	return m.start
}

func (m *mapping) take(key string, required bool) *yaml.Node {
	m.taken[key] = true
	node, ok := m.values[key]
	if !ok && required {
		m.l.problem(m.file, m.start, "%s is missing", key)
	}
	return node
}

// text takes a scalar; a missing or null one is empty.
func (m *mapping) text(key string, required bool) string {
	node := m.take(key, required)
	if node == nil {
		return ""
	}
	if node.Kind != yaml.ScalarNode {
		m.l.problem(m.file, node.Line, "%s must be a text, not a list or a group", key)
		return ""
	}
	value := node.Value
	if node.Tag == "!!null" {
		value = ""
	}
	if required && strings.TrimSpace(value) == "" {
		m.l.problem(m.file, node.Line, "%s is empty", key)
	}
	return value
}

// list takes a list of scalars.
func (m *mapping) list(key string, required bool) []Phrasing {
	node := m.take(key, required)
	if node == nil {
		return nil
	}
	if node.Kind != yaml.SequenceNode {
		m.l.problem(m.file, node.Line, "%s must be a list", key)
		return nil
	}
	if len(node.Content) == 0 && required {
		m.l.problem(m.file, node.Line, "%s is empty", key)
	}
	var out []Phrasing
	for _, item := range node.Content {
		if item.Kind != yaml.ScalarNode {
			m.l.problem(m.file, item.Line, "%s: an entry must be a text; put it in quotes if it has a colon", key)
			continue
		}
		out = append(out, Phrasing{strings.TrimSpace(item.Value), item.Line})
	}
	return out
}

// mapping takes an optional group.
func (m *mapping) mapping(key string) *mapping {
	node := m.take(key, false)
	if node == nil {
		return nil
	}
	return newMapping(m.l, m.file, node)
}

// share takes an optional number above 0 and below 1.
func (m *mapping) share(key string, to *float64) {
	node := m.take(key, false)
	if node == nil {
		return
	}
	v, err := strconv.ParseFloat(node.Value, 64)
	if node.Kind != yaml.ScalarNode || err != nil || v <= 0 || v >= 1 {
		m.l.problem(m.file, node.Line, "%s must be a number above 0 and below 1", key)
		return
	}
	*to = v
}

// done notes keys nobody asked for.
func (m *mapping) done() {
	for _, key := range m.keys {
		if !m.taken[key] {
			m.l.problem(m.file, m.lines[key], "unknown name %q; known here: %s", key, strings.Join(sortedKeys(m.taken), ", "))
		}
	}
}
