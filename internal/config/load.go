package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// loader carries one Load.
type loader struct {
	file     string // base name, for messages
	env      func(string) (string, bool)
	readFile func(string) ([]byte, error)
	origin   map[string]string // key -> where its value was written
	problems Problems
}

// Load builds the settings: defaults, then the YAML file, then the environment, then validation. An empty path
// means no file. env looks a variable up, like os.LookupEnv; readFile reads the YAML file and the files that
// PARLEY_…_FILE variables name, like os.ReadFile.
//
// The error is of type Problems and holds everything that is wrong; the Config is then not to be used.
func Load(path string, env func(string) (string, bool), readFile func(string) ([]byte, error)) (Config, error) {
	c := Default()
	l := &loader{file: filepath.Base(path), env: env, readFile: readFile, origin: map[string]string{}}
	if path != "" {
		data, err := readFile(path)
		if err != nil {
			return Config{}, Problems{{Origin: path, What: "cannot be read: " + err.Error(), Fix: "check the path and its permissions"}}
		}
		l.decode(data, &c)
	}
	l.environ(reflect.ValueOf(&c).Elem(), "", "PARLEY")
	c.normalize()

	wrong := map[string]bool{}
	for _, p := range l.problems {
		wrong[p.Key] = true
	}
	var invalid Problems
	if errors.As(c.Validate(), &invalid) {
		for _, p := range invalid {
			if !wrong[p.Key] {
				p.Origin = l.whereIs(p.Key)
				l.problems = append(l.problems, p)
			}
		}
	}
	if err := l.problems.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// whereIs returns where the value of a key was written, or for a missing one its section.
func (l *loader) whereIs(key string) string {
	for {
		dot := strings.LastIndex(key, ".")
		if origin, ok := l.origin[key]; ok || dot < 0 {
			return origin
		}
		key = key[:dot]
	}
}

// normalize fills in what follows from other settings and removes what makes no difference.
func (c *Config) normalize() {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	for i := range c.Workspaces {
		w := &c.Workspaces[i]
		if w.Name == "" {
			w.Name = w.ID
		}
		w.Braze.Endpoint = strings.TrimRight(w.Braze.Endpoint, "/")
	}
}

// yamlLine finds the line in the parser's own messages.
var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// decode reads one YAML document into c.
func (l *loader) decode(data []byte, c *Config) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return
	}
	if err != nil {
		origin, what := l.file, err.Error()
		if m := yamlLine.FindStringSubmatch(what); m != nil {
			what = m[2]
			if m[1] != "" {
				origin += ":" + m[1]
			}
		}
		l.problems = append(l.problems, Problem{Origin: origin, What: "is not YAML: " + what, Fix: "check the indentation and quote texts that hold a colon"})
		return
	}
	l.section(doc.Content[0], reflect.ValueOf(c).Elem(), "")
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		l.problems = append(l.problems, Problem{
			Origin: fmt.Sprintf("%s:%d", l.file, max(more.Line, 1)),
			What:   "holds more than one YAML document", Fix: "remove the line --- and what follows",
		})
	}
}

// section reads a mapping into a struct of settings. Every key must be known and written once.
func (l *loader) section(n *yaml.Node, v reflect.Value, key string) {
	n = target(n)
	if n.Tag == "!!null" {
		return
	}
	if n.Kind != yaml.MappingNode {
		l.wrongKind(n, key, "a section with keys of its own")
		return
	}
	known := fields(v.Type())
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i].Value, n.Content[i+1]
		path := join(key, name)
		f, ok := fieldNamed(known, name)
		if !ok {
			l.add(n.Content[i], path, "is not a setting", suggestion(name, known))
			continue
		}
		if first, dup := seen[name]; dup {
			l.add(n.Content[i], path, fmt.Sprintf("is written twice, first in line %d", first), "keep one of the two")
			continue
		}
		seen[name] = n.Content[i].Line
		l.origin[path] = fmt.Sprintf("%s:%d", l.file, n.Content[i].Line)
		l.value(value, v.Field(f.index), path)
	}
}

// value reads one node into one setting.
func (l *loader) value(n *yaml.Node, v reflect.Value, key string) {
	n = target(n)
	switch {
	case isSection(v.Type()):
		l.section(n, v, key)
	case n.Tag == "!!null": // "key:" with nothing after it keeps the default
	case isEntries(v.Type()):
		l.entries(n, v, key)
	case v.Kind() == reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			l.wrongKind(n, key, "a list")
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			path := itemKey(key, i)
			l.origin[path] = fmt.Sprintf("%s:%d", l.file, item.Line)
			l.scalar(target(item), v.Index(i), path)
		}
	default:
		l.scalar(n, v, key)
	}
}

// entries reads a list of sections, each starting from its defaults.
func (l *loader) entries(n *yaml.Node, v reflect.Value, key string) {
	if n.Kind != yaml.SequenceNode {
		l.wrongKind(n, key, "a list whose entries start with \"- id:\"")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	ids := make([]string, len(n.Content))
	for i, item := range n.Content {
		setDefaultsOf(v.Index(i))
		ids[i] = idOf(target(item))
		path := entryKey(key, i, ids)
		l.origin[path] = fmt.Sprintf("%s:%d", l.file, item.Line)
		l.section(item, v.Index(i), path)
	}
}

func (l *loader) scalar(n *yaml.Node, v reflect.Value, key string) {
	if n.Kind != yaml.ScalarNode {
		l.wrongKind(n, key, "a single value")
		return
	}
	if n.Tag == "!!null" {
		return
	}
	if err := setScalar(v, n.Value); err != nil {
		what, fix := split(err)
		l.add(n, key, what, fix)
	}
}

func (l *loader) add(n *yaml.Node, key, what, fix string) {
	l.problems = append(l.problems, Problem{Origin: fmt.Sprintf("%s:%d", l.file, n.Line), Key: key, What: what, Fix: fix})
}

func (l *loader) wrongKind(n *yaml.Node, key, want string) {
	is := map[yaml.Kind]string{yaml.MappingNode: "a section", yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}[n.Kind]
	l.add(n, key, "is "+is+" where "+want+" belongs", "see parley config reference")
}

// target follows a YAML alias to the node it names.
func target(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// idOf returns the id of an entry that has not been read yet, or "".
func idOf(n *yaml.Node) string {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "id" {
				return n.Content[i+1].Value
			}
		}
	}
	return ""
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

// itemKey names an item of a list by its position.
func itemKey(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// entryKey names entry i of a list by its id, or by its position when it has none of its own.
func entryKey(key string, i int, ids []string) string {
	if ids[i] == "" || slices.Contains(ids[:i], ids[i]) {
		return itemKey(key, i)
	}
	return key + "[" + ids[i] + "]"
}

func fieldNamed(known []field, name string) (field, bool) {
	for _, f := range known {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

// suggestion names the known key that was probably meant, or all of them.
func suggestion(name string, known []field) string {
	best, distance := "", 3
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.name
		if d := editDistance(strings.ToLower(name), f.name); d < distance {
			best, distance = f.name, d
		}
	}
	if best != "" {
		return "did you mean " + best + "?"
	}
	return "the settings here are " + strings.Join(names, ", ")
}

// editDistance is the number of insertions, deletions and replacements between two words (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
