package passage

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"parley/internal/bot/intent"
)

// maxWords is what a passage holds at most. A longer section is cut at the ends of
// sentences into pieces of about the same length, which makes none shorter than half.
const maxWords = 250

// Passage is a section of a document, or a piece of one. A passage never crosses a
// heading: what is quoted under a heading has to be about it.
type Passage struct {
	// ID is the file, a # and the heading in small letters with hyphens; pieces of one
	// section share it.
	ID       string
	Language string
	Title    string // of the document
	Link     string // of the document, or empty
	Heading  string // of the section, or empty before the first one
	Line     int    // where the section starts
	// Sentences are plain text, without the marks of Markdown.
	Sentences []Sentence
}

// Sentence is one sentence or item of a list.
type Sentence struct {
	Text  string
	Break bool // it starts a line of its own
}

// Problem is one thing wrong with a document, and how to mend it.
type Problem struct {
	Line int // 0 when the whole file is meant
	Text string
}

// Head is what a document says of itself between two lines of ---, all of it optional.
type Head struct {
	Title    string `yaml:"title"`    // the first heading when left out
	Link     string `yaml:"link"`     // where customers can read the whole
	Language string `yaml:"language"` // the folder's when left out
}

// Parse cuts a Markdown document into passages. file names it, in IDs; language is used
// unless the document says its own.
func Parse(file, language, text string) (list []Passage, problems []Problem) {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	head, start, problem := readHead(lines)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	if head.Language != "" && language != "" && head.Language != language {
		return nil, []Problem{{1, fmt.Sprintf("says language %q and lies in the folder of %q; move it or mend the line", head.Language, language)}}
	}
	if head.Language == "" {
		head.Language = language
	}
	if head.Link != "" && !strings.HasPrefix(head.Link, "https://") {
		problems = append(problems, Problem{1, fmt.Sprintf("link %q must start with https://", head.Link)})
	}
	s := sections{file: file, head: head}
	s.read(lines, start)
	if s.head.Title == "" {
		problems = append(problems, Problem{0, "has no title; add one between two lines of ---, or begin with a line such as # Warranty"})
	}
	for i := range s.list {
		s.list[i].Title = s.head.Title
	}
	if len(s.list) == 0 {
		problems = append(problems, Problem{0, "has no text below its headings"})
	}
	return s.list, problems
}

// readHead returns the front matter and the index of the first line behind it.
func readHead(lines []string) (head Head, start int, problem *Problem) {
	if strings.TrimSpace(lines[0]) != "---" {
		return head, 0, nil
	}
	for i := 1; i < len(lines); i++ {
		if strings.TrimSpace(lines[i]) != "---" {
			continue
		}
		dec := yaml.NewDecoder(strings.NewReader(strings.Join(lines[1:i], "\n")))
		dec.KnownFields(true)
		if err := dec.Decode(&head); err != nil && i > 1 {
			return head, 0, &Problem{1, "between the lines of --- only title, link and language may stand, as \"name: value\": " + oneLine(err.Error())}
		}
		return head, i + 1, nil
	}
	return head, 0, &Problem{1, "starts with --- and has no second line of --- that ends it"}
}

// sections gathers the passages of a document.
type sections struct {
	file    string
	head    Head
	list    []Passage
	heading string
	line    int
	found   []Sentence
	para    []string // lines of the paragraph being read
}

var (
	headingLine = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*$`)
	listItem    = regexp.MustCompile(`^\s*(?:[-*+]|\d+[.)])\s+(.*)$`)
	tableRule   = regexp.MustCompile(`^\s*\|?[\s:|-]*--[\s:|-]*$`)
	linkMark    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	markup      = regexp.MustCompile("\\*\\*|__|`|<[^>]*>")
	escaped     = regexp.MustCompile(`\\([!-/:-@\[-\x60{-~])`) // CommonMark 0.31, section 2.4
	comment     = regexp.MustCompile(`<!--.*?-->`)
	sentenceEnd = regexp.MustCompile(`[.!?…]["»”)]*\s+`)
)

func (s *sections) read(lines []string, start int) {
	fenced := false
	s.line = start + 1
	for i := start; i < len(lines); i++ {
		line := comment.ReplaceAllString(lines[i], "")
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			s.paragraph()
			fenced = !fenced
			continue
		}
		if m := headingLine.FindStringSubmatch(line); m != nil && !fenced {
			s.section()
			s.heading, s.line = plain(m[2]), i+1
			if s.head.Title == "" {
				s.head.Title = s.heading
			}
			continue
		}
		switch m := listItem.FindStringSubmatch(line); {
		case strings.TrimSpace(line) == "" || tableRule.MatchString(line):
			s.paragraph()
		case m != nil:
			s.paragraph()
			s.para = append(s.para, "- "+m[1])
		case strings.HasPrefix(strings.TrimSpace(line), "|"):
			s.paragraph()
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for j := range cells {
				cells[j] = strings.TrimSpace(cells[j])
			}
			s.para = append(s.para, strings.Join(cells, ", "))
		default:
			s.para = append(s.para, strings.TrimPrefix(strings.TrimSpace(line), "> "))
		}
	}
	s.section()
}

// paragraph cuts what was gathered into sentences.
func (s *sections) paragraph() {
	text := plain(strings.Join(s.para, " "))
	s.para = nil
	first := true
	for text != "" {
		end := len(text)
		if at := sentenceEnd.FindStringIndex(text); at != nil {
			end = at[1]
		}
		s.found = append(s.found, Sentence{strings.TrimSpace(text[:end]), first})
		text, first = text[end:], false
	}
}

// section ends the section being read.
func (s *sections) section() {
	s.paragraph()
	var total int
	for _, f := range s.found {
		total += len(strings.Fields(f.Text))
	}
	if total == 0 {
		s.found = nil
		return
	}
	pieces := (total + maxWords - 1) / maxWords
	p := Passage{
		ID: s.file + "#" + strings.ReplaceAll(intent.Fold(s.heading), " ", "-"), Language: s.head.Language,
		Link: s.head.Link, Heading: s.heading, Line: s.line,
	}
	words := 0
	for i, f := range s.found {
		p.Sentences = append(p.Sentences, f)
		words += len(strings.Fields(f.Text))
		if words*pieces >= total || i == len(s.found)-1 {
			s.list = append(s.list, p)
			p.Sentences, words = nil, 0
		}
	}
	s.found = nil
}

// plain takes the marks of Markdown out; the customer's telephone shows them as they are.
func plain(text string) string {
	text = linkMark.ReplaceAllString(text, "$1")
	return oneLine(escaped.ReplaceAllString(markup.ReplaceAllString(text, ""), "$1"))
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// Text is the whole passage.
func (p *Passage) Text() string { return join(p.Sentences) }

func join(list []Sentence) string {
	var b strings.Builder
	for i, s := range list {
		switch {
		case i == 0:
		case s.Break:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(s.Text)
	}
	return b.String()
}
