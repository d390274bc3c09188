package knowledge

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/internal/bot/passage"
)

// Change is one file of a knowledge base, or what base.yaml says, that differs between
// two of them.
type Change struct {
	File  string `json:"file"`
	Kind  string `json:"kind"` // added, removed or changed
	Title string `json:"title,omitempty"`
	// Lines say what differs, each beginning with "+ ", "- " or, for what is neither, two spaces.
	Lines []string `json:"lines,omitempty"`
}

// Kinds of a [Change].
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Diff is what changes from one base to another: by language and name, base.yaml first.
// Values of variables are compared where they stand in answers.
func Diff(from, to *Base) []Change {
	out := []Change{}
	if lines := diffLines(settings(from), settings(to)); len(lines) > 0 {
		out = append(out, Change{File: baseFile, Kind: Changed, Lines: lines})
	}
	before, after := from.byFile(), to.byFile()
	for _, file := range slices.Sorted(maps.Keys(union(before, after))) {
		a, was := before[file]
		b, is := after[file]
		c := Change{File: file, Kind: Changed, Title: cmp.Or(b.title, a.title)}
		switch {
		case !was:
			c.Kind, c.Lines = Added, []string{"  " + b.about}
		case !is:
			c.Kind, c.Lines = Removed, []string{"  " + a.about}
		default:
			if c.Lines = diffLines(a.lines, b.lines); len(c.Lines) == 0 {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

func settings(b *Base) []string {
	return []string{
		"name: " + b.Name, "languages: " + strings.Join(b.Languages, ", "), "default_language: " + b.Default,
		fmt.Sprintf("thresholds: answer %g, clarify %g", b.Answer, b.Clarify), fmt.Sprintf("oos_prior: %g", b.OOSPrior),
	}
}

// entry is a file in lines that can be compared: a phrasing, a setting or a passage each.
type entry struct {
	title, about string
	lines        []string
}

func (b *Base) byFile() map[string]entry {
	out := make(map[string]entry)
	for i := range b.Intents {
		in := &b.Intents[i]
		answer, _ := b.Whole(in)
		e := entry{title: in.Title, about: fmt.Sprintf("phrasings: %d", len(in.Phrasings))}
		add := func(name, value string) {
			if value != "" {
				e.lines = append(e.lines, name+": "+strings.Join(strings.Fields(value), " "))
			}
		}
		add("title", in.Title)
		add("handoff", string(in.Handoff))
		add("detail", in.Detail)
		add("answer", answer)
		add("choices", strings.Join(in.Choices, ", "))
		add("media", in.Media.URL)
		add("link", strings.TrimSpace(in.Link.Label+" "+in.Link.URL))
		add("form", in.Form)
		add("flow", in.Flow)
		for _, p := range in.Phrasings {
			add("phrasing", p.Text)
		}
		out[in.File] = e
	}
	for _, list := range b.Passages {
		for _, p := range list {
			file, _, _ := strings.Cut(p.ID, "#")
			e := out[file]
			e.title = p.Title
			e.lines = append(e.lines, describe(p))
			e.about = fmt.Sprintf("passages: %d", len(e.lines))
			out[file] = e
		}
	}
	return out
}

func describe(p passage.Passage) string {
	text := strings.Join(strings.Fields(p.Text()), " ")
	if p.Heading == "" {
		return text
	}
	return p.Heading + ": " + text
}

// diffLines gives the lines that only one of two has, those of the first before those of
// the second where their kind is the same. The order of lines says nothing.
func diffLines(from, to []string) []string {
	left := slices.DeleteFunc(slices.Clone(from), func(l string) bool { return slices.Contains(to, l) })
	came := slices.DeleteFunc(slices.Clone(to), func(l string) bool { return slices.Contains(from, l) })
	var out []string
	for _, l := range left {
		out = append(out, "- "+l)
		name, _, _ := strings.Cut(l, ": ")
		if i := slices.IndexFunc(came, func(c string) bool { return strings.HasPrefix(c, name+": ") }); i >= 0 && name != "phrasing" {
			out = append(out, "+ "+came[i])
			came = slices.Delete(came, i, i+1)
		}
	}
	for _, l := range came {
		out = append(out, "+ "+l)
	}
	return out
}

func union[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
