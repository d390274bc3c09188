package flow

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/tool"
)

const (
	maxFileBytes = 128 << 10
	maxLines     = 2000
)

// Known is what a check may know of the world around flows. What is nil is not checked.
type Known struct {
	// Tools are the effects of the declared tools by name.
	Tools map[string]tool.Effect
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Load reads a folder of flows, sorted by name. The error is [Problems] when the files can
// be read but are not right; flows that are right are returned all the same. Files and
// folders whose name starts with a dot, and .md files, are ignored.
func Load(fsys fs.FS, known Known) ([]*Flow, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	var flows []*Flow
	var problems Problems
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".md") || strings.HasSuffix(name, "~"):
			continue
		case e.IsDir():
			problems = append(problems, Problem{name, 0, "is a folder; flows are files right in the folder of flows"})
			continue
		case path.Ext(name) != ".yaml":
			problems = append(problems, Problem{name, 0, "is not a .yaml file; rename it, or start its name with a dot"})
			continue
		}
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("flows: %w", err)
		}
		f, err := Parse(strings.TrimSuffix(name, ".yaml"), raw, known)
		if found, ok := err.(Problems); ok {
			problems = append(problems, found...)
			continue
		}
		flows = append(flows, f)
	}
	if len(flows)+len(problems) == 0 {
		problems = append(problems, Problem{".", 0, "has no flow; add a file such as return.yaml, or let parley flow init write one"})
	}
	if len(problems) == 0 {
		problems = CheckJumps(flows)
	}
	if len(problems) > 0 {
		slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line)) })
		return flows, problems
	}
	return flows, nil
}

// CheckJumps finds jumps to flows that are not among the given ones.
func CheckJumps(flows []*Flow) Problems {
	var names []string
	for _, f := range flows {
		names = append(names, f.Name)
	}
	var problems Problems
	for _, f := range flows {
		for _, s := range f.Steps {
			if s.Kind == Jump && !slices.Contains(names, s.Flow) {
				problems = append(problems, Problem{f.Name + ".yaml", s.line("jump"), fmt.Sprintf("step %s jumps to %q, which is no flow%s", s.Name, s.Flow, nearest(s.Flow, names))})
			}
		}
	}
	return problems
}

// Parse reads one flow. The error is [Problems]. Jumps to other flows are not checked.
func Parse(name string, raw []byte, known Known) (*Flow, error) {
	p := &parser{file: name + ".yaml", known: known, flow: &Flow{Name: name, Source: raw}}
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", name)
	h.Write(raw)
	p.flow.Version = hex.EncodeToString(h.Sum(nil))[:12]
	switch {
	case !identifier.MatchString(name) || name == End:
		p.problem(0, "the file's name is the flow's: use lower-case letters, digits and _, a letter first")
	case len(raw) > maxFileBytes:
		p.problem(0, "has %d bytes, at most %d are read", len(raw), maxFileBytes)
	case bytes.Count(raw, []byte("\n")) > maxLines:
		p.problem(0, "has more than %d lines; make two flows, and jump", maxLines)
	case !utf8.Valid(raw):
		p.problem(0, "is not UTF-8; save it as UTF-8")
	}
	if len(p.problems) == 0 {
		if doc := p.document(raw); doc != nil {
			p.read(doc)
		}
	}
	if len(p.problems) > 0 {
		slices.SortStableFunc(p.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, p.problems
	}
	return p.flow, nil
}

type parser struct {
	file     string
	known    Known
	flow     *Flow
	problems Problems
	used     []use // names that texts and conditions read
}

type use struct {
	name string
	line int
}

func (p *parser) problem(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.file, line, fmt.Sprintf(format, args...)})
}

var (
	reference  = regexp.MustCompile(`\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}`)
	stopBraces = regexp.MustCompile(`\{\{|\}\}`)
)

// names notes the names that a text reads.
func (p *parser) names(line int, text string) {
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		p.used = append(p.used, use{m[1], line})
	}
	if stopBraces.MatchString(reference.ReplaceAllString(text, "")) {
		p.problem(line, "{{ or }} that is not a name; write {{name}} with letters, digits and _")
	}
}

// nearest proposes the word that was probably meant.
func nearest(word string, of []string) string {
	best, least := "", 3
	for _, w := range of {
		if d := distance(word, w); d < least {
			best, least = w, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("; did you mean %s?", best)
	case len(of) == 0:
		return "; there is none"
	case len(of) > 12:
		return ""
	}
	list := slices.Clone(of)
	slices.Sort(list)
	return "; known here: " + strings.Join(list, ", ")
}

// distance counts the letters to change, add or leave out.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := before
			if a[i] != b[j] {
				cost = min(before, row[j], row[j+1]) + 1
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
