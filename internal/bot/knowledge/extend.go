package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"parley/internal/bot/intent"
)

// Addition is one phrasing to be added to a base, of an intent that it has or of a new
// one.
type Addition struct {
	Language string
	Intent   string
	Text     string
	// Title and Answer make a new intent; both are empty for one that exists.
	Title, Answer string
}

// Staged is a base with additions, in a folder of its own that nobody watches.
type Staged struct {
	Base *Base
	// Changed are the files that differ from the source, in the order of their names.
	Changed []string
	dir     string
}

// Stage copies a base to a temporary folder and makes the additions there. A phrasing
// that the intent has already is passed over, so staging what was published before
// changes nothing. The error is [Problems] when the additions do not fit the base. The
// caller must Close what it gets.
func Stage(source fs.FS, additions []Addition) (*Staged, error) {
	dir, err := os.MkdirTemp("", "parley-knowledge-")
	if err != nil {
		return nil, fmt.Errorf("stage knowledge base: %w", err)
	}
	s := &Staged{dir: dir}
	if err := s.fill(source, additions); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close removes the temporary folder.
func (s *Staged) Close() error { return os.RemoveAll(s.dir) }

func (s *Staged) fill(source fs.FS, additions []Addition) error {
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != "." && ignored(d.Name()) && !isDocument(name):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(s.dir, filepath.FromSlash(name)), 0o750)
		}
		raw, err := fs.ReadFile(source, name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(s.dir, filepath.FromSlash(name)), raw, 0o600)
	})
	if err != nil {
		return fmt.Errorf("stage knowledge base: %w", err)
	}
	for _, a := range additions {
		if err := s.add(a); err != nil {
			return err
		}
	}
	slices.Sort(s.Changed)
	s.Changed = slices.Compact(s.Changed)
	s.Base, err = Load(os.DirFS(s.dir))
	if err != nil {
		return err
	}
	return s.verify(additions)
}

func (s *Staged) add(a Addition) error {
	name := path.Join(a.Language, a.Intent+".yaml")
	if !languageCode.MatchString(a.Language) || !intentName.MatchString(a.Intent) {
		return Problems{{File: name, Text: "language or intent is not a name; use lower-case letters, digits and _, a letter first"}}
	}
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	raw, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist) && a.Title == "":
		return Problems{{File: name, Text: "is not in the knowledge base; propose a new intent instead"}}
	case errors.Is(err, fs.ErrNotExist):
		raw, err = newIntent(a)
	case err == nil:
		raw, err = appendPhrasing(name, raw, a.Text)
	}
	if err != nil || raw == nil {
		return err
	}
	s.Changed = append(s.Changed, name)
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		return fmt.Errorf("stage knowledge base: %w", err)
	}
	return nil
}

// verify makes sure that every addition is where it should be: what edits other
// people's files must not guess.
func (s *Staged) verify(additions []Addition) error {
	for _, a := range additions {
		in, ok := s.Base.Intent(a.Language, a.Intent)
		if !ok || !has(in.Phrasings, a.Text) {
			return Problems{{File: path.Join(a.Language, a.Intent+".yaml"), Text: fmt.Sprintf("phrasing %q could not be added; add it by hand", a.Text)}}
		}
	}
	return nil
}

func has(list []Phrasing, text string) bool {
	folded := intent.Fold(text)
	return slices.ContainsFunc(list, func(p Phrasing) bool { return intent.Fold(p.Text) == folded })
}

func newIntent(a Addition) ([]byte, error) {
	return yaml.Marshal(struct {
		Title     string   `yaml:"title"`
		Phrasings []string `yaml:"phrasings"`
		Answer    string   `yaml:"answer"`
	}{a.Title, []string{oneLine(a.Text)}, strings.TrimSpace(a.Answer) + "\n"})
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// appendPhrasing adds a phrasing to the file of an intent and leaves every other line
// as its author wrote it. It returns nil when the phrasing is there already.
func appendPhrasing(name string, raw []byte, text string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, Problems{{File: name, Text: "is not valid YAML; mend it first"}}
	}
	list := value(doc.Content[0], "phrasings")
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 || list.Style&yaml.FlowStyle != 0 {
		return nil, Problems{{File: name, Text: "write phrasings as a list with one line for each, so that lines can be added"}}
	}
	folded := intent.Fold(text)
	for _, item := range list.Content {
		if intent.Fold(item.Value) == folded {
			return nil, nil
		}
	}
	item, err := yaml.Marshal([]string{oneLine(text)})
	if err != nil {
		return nil, fmt.Errorf("phrasing: %w", err)
	}
	lines := strings.SplitAfter(string(raw), "\n")
	at := list.Content[len(list.Content)-1].Line // after the last item, if it has one line
	if next := at; next < len(lines) && continues(lines[next], list.Column) {
		at = list.Content[0].Line - 1
	}
	if at > 0 && !strings.HasSuffix(lines[at-1], "\n") {
		lines[at-1] += "\n"
	}
	lines = slices.Insert(lines, at, strings.Repeat(" ", list.Column-1)+string(item))
	return []byte(strings.Join(lines, "")), nil
}

// continues reports whether a line belongs to the list item before it.
func continues(line string, column int) bool {
	text := strings.TrimRight(line, "\r\n")
	return strings.TrimSpace(text) != "" && len(text)-len(strings.TrimLeft(text, " ")) >= column
}

func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// lockFile keeps two publishers of one folder apart, on whatever machines they run.
// Its name starts with a dot, so it is no part of the base.
const lockFile = ".publishing"

// staleLock is after what time a lock is that of a process which died.
const staleLock = 5 * time.Minute

// ErrBusy means that somebody else publishes the folder now.
var ErrBusy = errors.New("the knowledge base is being published by somebody else; try again in a moment")

// ErrMoved means that the folder is not what was staged any more.
var ErrMoved = errors.New("the files of the knowledge base changed meanwhile; look at the preview again")

// Publish writes the changed files over those in dir, each whole or not at all, and the
// manifest last, so that every watcher of the folder takes the base up at once. before
// is the version of dir that was staged. A process that dies on the way leaves a base
// that loads, with a part of the additions; publishing the same again completes it.
func (s *Staged) Publish(ctx context.Context, dir, before string, now time.Time, took time.Duration) (err error) {
	unlock, err := lock(dir, now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	present, err := Load(os.DirFS(dir))
	if err != nil {
		return err
	}
	if present.Version != before {
		return ErrMoved
	}
	for _, name := range s.Changed {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw, err := os.ReadFile(filepath.Join(s.dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("publish knowledge base: %w", err)
		}
		if err := replace(filepath.Join(dir, filepath.FromSlash(name)), raw); err != nil {
			return fmt.Errorf("publish knowledge base: %w", err)
		}
	}
	return WriteManifest(dir, s.Base.Manifest(now, took))
}

func lock(dir string, now time.Time) (unlock func() error, err error) {
	file := filepath.Join(dir, lockFile)
	if info, err := os.Stat(file); err == nil && now.Sub(info.ModTime()) > staleLock {
		_ = os.Remove(file) // whoever else saw it go stale may have been faster
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ErrBusy
	}
	if err != nil {
		return nil, fmt.Errorf("the knowledge base cannot be written: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(file) }, nil
}

// replace writes a file under a name that readers ignore and then puts it in place.
func replace(file string, raw []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.Write(raw)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
