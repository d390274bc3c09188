package knowledge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/intent"
)

const (
	baseFile      = "base.yaml"
	variablesFile = "variables.yaml"
	maxFileBytes  = 1 << 20
	// maxAnswer is the longest body of a WhatsApp text message, in characters (Meta, Cloud
	// API, "Text messages").
	maxAnswer = 4096
)

var (
	languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)
	intentName   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// Problem is one thing wrong with a knowledge base, and how to mend it.
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

// Problems is the error of [Load]: everything wrong at once, in file order.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads a knowledge base. The error is [Problems] when the files can be read but are
// not right. Files and folders whose name starts with a dot or ends with .md are ignored,
// but for the documents.
func Load(fsys fs.FS) (*Base, error) {
	l := &loader{fsys: fsys, hash: sha256.New(), base: &Base{
		Answer: DefaultAnswer, Clarify: DefaultClarify, OOSPrior: intent.DefaultOOSPrior,
		Variables: make(map[string]map[string]string),
	}}
	if err := l.loadBase(); err != nil {
		return nil, err
	}
	for _, lang := range l.base.Languages {
		if err := l.loadLanguage(lang); err != nil {
			return nil, err
		}
	}
	if err := l.loadDocuments(); err != nil {
		return nil, err
	}
	l.checkChoices()
	if err := l.strangers(); err != nil {
		return nil, err
	}
	if len(l.problems) > 0 {
		slices.SortStableFunc(l.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
		})
		return nil, l.problems
	}
	slices.SortFunc(l.base.Intents, func(a, b Intent) int {
		return cmp.Or(cmp.Compare(a.Language, b.Language), cmp.Compare(a.Name, b.Name))
	})
	l.base.Version = hex.EncodeToString(l.hash.Sum(nil))[:12]
	return l.base, nil
}

type loader struct {
	fsys     fs.FS
	base     *Base
	problems Problems
	hash     interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}
}

func (l *loader) problem(file string, line int, format string, args ...any) {
	l.problems = append(l.problems, Problem{file, line, fmt.Sprintf(format, args...)})
}

// read returns a document's top mapping, or nil when a problem was noted.
func (l *loader) read(file string) (*mapping, error) {
	raw, err := l.bytes(file)
	if err != nil || raw == nil {
		return nil, err
	}
	return parse(l, file, raw), nil
}

// bytes returns a file's content, which then counts for the version, or nil when a
// problem was noted.
func (l *loader) bytes(file string) ([]byte, error) {
	raw, err := fs.ReadFile(l.fsys, file)
	if err != nil {
		return nil, fmt.Errorf("knowledge base: %w", err)
	}
	if len(raw) > maxFileBytes {
		l.problem(file, 0, "has %d bytes, at most %d are read", len(raw), maxFileBytes)
		return nil, nil
	}
	fmt.Fprintf(l.hash, "%s\x00%d\x00", file, len(raw))
	l.hash.Write(raw)
	if !utf8.Valid(raw) {
		l.problem(file, 0, "is not UTF-8; save it as UTF-8")
		return nil, nil
	}
	return append([]byte{}, raw...), nil
}

func (l *loader) loadBase() error {
	doc, err := l.read(baseFile)
	if errors.Is(err, fs.ErrNotExist) {
		l.problem(baseFile, 0, "is missing; it holds the name and the languages of the knowledge base")
		return l.problems
	}
	if err != nil {
		return err
	}
	if doc == nil {
		return l.problems
	}
	b := l.base
	b.Name = doc.text("name", true)
	for _, code := range doc.list("languages", true) {
		switch {
		case !languageCode.MatchString(code.Text):
			l.problem(baseFile, code.Line, "language %q: write the two-letter code, such as en", code.Text)
		case slices.Contains(b.Languages, code.Text):
			l.problem(baseFile, code.Line, "language %q is listed twice", code.Text)
		default:
			b.Languages = append(b.Languages, code.Text)
		}
	}
	b.Default = doc.text("default_language", false)
	if b.Default == "" && len(b.Languages) > 0 {
		b.Default = b.Languages[0]
	}
	if len(b.Languages) > 0 && !slices.Contains(b.Languages, b.Default) {
		l.problem(baseFile, doc.line("default_language"), "default_language %q is not one of languages", b.Default)
	}
	if t := doc.mapping("thresholds"); t != nil {
		t.share("answer", &b.Answer)
		t.share("clarify", &b.Clarify)
		if b.Clarify >= b.Answer {
			l.problem(baseFile, doc.line("thresholds"), "thresholds: clarify (%v) must be below answer (%v)", b.Clarify, b.Answer)
		}
		t.done()
	}
	doc.share("oos_prior", &b.OOSPrior)
	doc.done()
	return nil
}

func (l *loader) loadLanguage(lang string) error {
	entries, err := fs.ReadDir(l.fsys, lang)
	if errors.Is(err, fs.ErrNotExist) {
		l.problem(baseFile, 0, "language %q has no folder %s/", lang, lang)
		return nil
	}
	if err != nil {
		return fmt.Errorf("knowledge base: %w", err)
	}
	l.base.Variables[lang] = make(map[string]string)
	if err := l.loadVariables(lang); err != nil {
		return err
	}
	found := false
	for _, e := range entries {
		file := path.Join(lang, e.Name())
		switch {
		case ignored(e.Name()) || e.Name() == variablesFile:
			continue
		case e.IsDir():
			l.problem(file, 0, "is a folder; intents are files right in %s/", lang)
		case path.Ext(file) == ".yml":
			l.problem(file, 0, "rename it to end with .yaml")
		case path.Ext(file) != ".yaml":
			l.problem(file, 0, "is not a .yaml file; remove it or start its name with a dot")
		default:
			found = true
			if err := l.loadIntent(lang, file); err != nil {
				return err
			}
		}
	}
	if !found {
		l.problem(lang, 0, "has no intent; add a file such as %s/opening_hours.yaml", lang)
	}
	return nil
}

func (l *loader) loadVariables(lang string) error {
	file := path.Join(lang, variablesFile)
	doc, err := l.read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || doc == nil {
		return err
	}
	for _, key := range doc.keys {
		if !intentName.MatchString(key) {
			l.problem(file, doc.line(key), "variable %q: use lower-case letters, digits and _, a letter first", key)
		}
		l.base.Variables[lang][key] = strings.TrimSpace(doc.text(key, false))
	}
	return nil
}

func (l *loader) loadIntent(lang, file string) error {
	doc, err := l.read(file)
	if err != nil || doc == nil {
		return err
	}
	in := Intent{
		Name: strings.TrimSuffix(path.Base(file), ".yaml"), Language: lang, File: file,
		Handoff: HandoffNever,
	}
	if !intentName.MatchString(in.Name) {
		l.problem(file, 0, "the file's name is the intent's: use lower-case letters, digits and _, a letter first")
	}
	in.Title = doc.text("title", true)
	in.Phrasings = l.phrasings(file, doc)
	if h := doc.text("handoff", false); h != "" {
		in.Handoff = Handoff(h)
		if in.Handoff != HandoffNever && in.Handoff != HandoffAfter && in.Handoff != HandoffAlways {
			l.problem(file, doc.line("handoff"), "handoff %q: write never, after_answer or always", h)
		}
	}
	in.Answer = strings.TrimSpace(doc.text("answer", in.Handoff != HandoffAlways))
	l.checkAnswer(file, doc.line("answer"), &in)
	l.beside(doc, &in)
	if in.Flow = doc.text("flow", false); in.Flow != "" && !intentName.MatchString(in.Flow) {
		l.problem(file, doc.line("flow"), "flow %q: write the name of a flow's file without .yaml", in.Flow)
	}
	doc.done()
	l.base.Intents = append(l.base.Intents, in)
	return nil
}

func (l *loader) phrasings(file string, doc *mapping) []Phrasing {
	list := doc.list("phrasings", true)
	for _, p := range list {
		if intent.Fold(p.Text) == "" {
			l.problem(file, p.Line, "phrasing %q has no letter or digit", p.Text)
		}
	}
	return list
}

// checkAnswer checks the variables and the length of an answer.
func (l *loader) checkAnswer(file string, line int, in *Intent) {
	l.checkVariables(file, line, "answer", in.Answer, in.Language)
	if n := utf8.RuneCountInString(in.Answer); n > maxAnswer {
		l.problem(file, line, "answer has %d characters, WhatsApp takes at most %d", n, maxAnswer)
	}
}

// checkVariables finds variables that are not declared and braces that are not variables.
func (l *loader) checkVariables(file string, line int, what, text, lang string) {
	for _, m := range variable.FindAllStringSubmatch(text, -1) {
		if _, ok := l.base.Variables[lang][m[1]]; !ok {
			l.problem(file, line, "%s uses {{%s}}, which %s/%s does not have; add it there, with an empty value if you do not know it yet", what, m[1], lang, variablesFile)
		}
	}
	if rest := variable.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		l.problem(file, line, "%s has {{ or }} that is not a variable; write {{name}} with lower-case letters, digits and _", what)
	}
}

// strangers notes top-level entries that nothing refers to.
func (l *loader) strangers() error {
	entries, err := fs.ReadDir(l.fsys, ".")
	if err != nil {
		return fmt.Errorf("knowledge base: %w", err)
	}
	for _, e := range entries {
		name := e.Name()
		switch {
		case ignored(name) || name == baseFile || name == documentsFolder && e.IsDir():
		case e.IsDir() && !slices.Contains(l.base.Languages, name):
			l.problem(name, 0, "is a folder that is not in the languages of %s; add it there or remove it", baseFile)
		case !e.IsDir():
			l.problem(name, 0, "does not belong here; intents are files in the folder of their language")
		}
	}
	return nil
}

// ignored names carry no knowledge: the manifest, version control, notes.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".md") || strings.HasSuffix(name, "~")
}
