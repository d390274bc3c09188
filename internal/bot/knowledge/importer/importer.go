// Package importer makes documents of a knowledge base out of what a shop has already:
// web pages, PDF files, Markdown, all the pages of a sitemap.
//
// It owns reading, fetching and writing them. What it writes is meant to be read by a
// person before it is published, so it only ever writes Markdown below documents/. Start
// reading at [Importer.Import].
package importer

import (
	"bytes"
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
	"parley/internal/bot/passage"
)

// Document is one document, before it is written.
type Document struct {
	Title    string
	Link     string // where customers can read the whole; empty unless it is https
	Language string // what the source says of itself, or empty
	Text     string // Markdown
}

// Outcome is what became of a source.
type Outcome string

const (
	Written   Outcome = "written"
	Unchanged Outcome = "unchanged"
	Kept      Outcome = "kept"   // a different file was there already
	Failed    Outcome = "failed" // Err says why
)

// Result is what an import has to say of one source.
type Result struct {
	Source   string // as it was named, or the address of a page
	File     string // below the knowledge base; empty if there is none
	Outcome  Outcome
	Passages int
	Err      error
}

// Importer writes into one knowledge base.
type Importer struct {
	Dir       string   // of the knowledge base
	Languages []string // of the base
	Default   string   // language of what does not say its own
	Language  string   // of everything, whatever it says; may be empty
	Replace   bool     // files that are there already and differ
	Now       func() time.Time
	// Tell is called after each source.
	Tell func(Result)
	Web  Web
}

// Import takes one source: a file, or the address of a page. It fails only when nothing
// further can be done; what is wrong with the source is in the result.
func (im *Importer) Import(ctx context.Context, source string) {
	r := Result{Source: source}
	doc, err := im.read(ctx, source)
	if err == nil {
		r, err = im.write(source, doc)
	}
	im.tell(r, err)
}

// ImportSitemap takes all the pages that a sitemap names. Its error says what is wrong
// with the sitemap itself.
func (im *Importer) ImportSitemap(ctx context.Context, address string) error {
	return im.Web.crawl(ctx, address, func(page string, raw []byte, kind string, err error) {
		r := Result{Source: page}
		var doc Document
		if err == nil {
			doc, err = convert(raw, kind, page)
		}
		if err == nil {
			r, err = im.write(page, doc)
		}
		im.tell(r, err)
	})
}

func (im *Importer) tell(r Result, err error) {
	if err != nil {
		r.Outcome, r.Err = Failed, err
	}
	im.Tell(r)
}

func (im *Importer) read(ctx context.Context, source string) (Document, error) {
	if isAddress(source) {
		raw, kind, err := im.Web.get(ctx, source)
		if err != nil {
			return Document{}, err
		}
		return convert(raw, kind, source)
	}
	info, err := os.Stat(source)
	switch {
	case err != nil:
		return Document{}, err
	case !info.Mode().IsRegular():
		return Document{}, errors.New("is not a file; name the files one by one, as in DIR/*.html")
	case info.Size() > maxBytes:
		return Document{}, fmt.Errorf("is larger than %d MB", maxBytes>>20)
	}
	raw, err := os.ReadFile(source)
	if err != nil {
		return Document{}, err
	}
	return convert(raw, kinds[strings.ToLower(filepath.Ext(source))], source)
}

func isAddress(source string) bool {
	return strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
}

// Kinds of what is read.
const (
	kindHTML     = "html"
	kindPDF      = "pdf"
	kindMarkdown = "markdown"
)

var kinds = map[string]string{".html": kindHTML, ".htm": kindHTML, ".xhtml": kindHTML, ".pdf": kindPDF, ".md": kindMarkdown, ".markdown": kindMarkdown, ".txt": kindMarkdown}

func convert(raw []byte, kind, source string) (Document, error) {
	var doc Document
	var err error
	switch {
	case bytes.HasPrefix(raw, []byte("%PDF-")):
		doc, err = fromPDF(raw)
	case kind == kindHTML:
		doc, err = fromHTML(raw)
	case kind == kindMarkdown:
		doc, err = fromMarkdown(raw)
	default:
		return Document{}, errors.New("is none of HTML, PDF and Markdown (.html, .pdf, .md, .txt)")
	}
	if doc.Link == "" && strings.HasPrefix(source, "https://") {
		doc.Link = source
	}
	if doc.Title == "" {
		doc.Title = titleOf(source)
	}
	return doc, err
}

// titleOf makes words of a file's name.
func titleOf(source string) string {
	words := strings.FieldsFunc(nameOf(source), func(c rune) bool { return c == '-' || c == '_' })
	title := []rune(strings.Join(words, " "))
	if len(title) > 0 {
		copy(title, []rune(strings.ToUpper(string(title[:1]))))
	}
	return string(title)
}

// nameOf names the file of a source: the path of a page with hyphens, or the file's own name.
func nameOf(source string) string {
	name := filepath.Base(source)
	if isAddress(source) {
		_, rest, _ := strings.Cut(source, "://")
		rest, _, _ = strings.Cut(rest, "#")
		rest, query, _ := strings.Cut(rest, "?")
		host, pages, _ := strings.Cut(rest, "/")
		if name = strings.TrimSpace(strings.Trim(pages, "/") + " " + query); name == "" {
			name = host
		}
	}
	if ext := path.Ext(name); kinds[strings.ToLower(ext)] != "" {
		name = strings.TrimSuffix(name, ext)
	}
	return strings.ReplaceAll(intent.Fold(strings.NewReplacer("-", " ", "_", " ").Replace(name)), " ", "-")
}

// write puts a document where it belongs, unless there is something else.
func (im *Importer) write(source string, doc Document) (Result, error) {
	r := Result{Source: source}
	language, err := im.language(doc)
	if err != nil {
		return r, err
	}
	name := nameOf(source)
	if name == "" {
		return r, errors.New("its name has no letter to make a file's name from")
	}
	r.File = path.Join("documents", language, name+".md")
	text := doc.render()
	list, problems := passage.Parse(r.File, language, text)
	if len(problems) > 0 {
		return r, fmt.Errorf("what was read of it %s", problems[0].Text)
	}
	r.Passages = len(list)
	file := filepath.Join(im.Dir, filepath.FromSlash(r.File))
	switch old, err := os.ReadFile(file); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return r, err
	case sameDocument(string(old), text):
		r.Outcome = Unchanged
		return r, nil
	case !im.Replace:
		r.Outcome = Kept
		return r, nil
	}
	r.Outcome = Written
	return r, replace(file, fmt.Sprintf("%s\n%s%s on %s -->\n", text, imported, comment(source), im.Now().UTC().Format(time.DateOnly)))
}

// language is the folder of a document.
func (im *Importer) language(doc Document) (string, error) {
	if im.Language != "" {
		return im.Language, nil
	}
	said := strings.ToLower(doc.Language)
	said, _, _ = strings.Cut(strings.ReplaceAll(said, "_", "-"), "-")
	switch {
	case said == "":
		return im.Default, nil
	case slices.Contains(im.Languages, said):
		return said, nil
	}
	return "", fmt.Errorf("says that its language is %q, which the knowledge base does not have; name one of its languages with --lang", doc.Language)
}

// render writes the document with its front matter.
func (d Document) render() string {
	head, err := yaml.Marshal(struct {
		Title string `yaml:"title"`
		Link  string `yaml:"link,omitempty"`
	}{d.Title, d.Link})
	if err != nil {
		head = nil // two strings are always YAML
	}
	text := strings.NewReplacer("{{", "{ {", "}}", "} }").Replace(d.Text) // no variables of the base
	return "---\n" + string(head) + "---\n\n" + strings.TrimSpace(text) + "\n"
}

// imported starts the last line of a file, which says where it is from.
const imported = "<!-- imported from "

func comment(source string) string { return strings.ReplaceAll(source, "--", "- -") }

// sameDocument compares but for the line that says when it was imported.
func sameDocument(old, text string) bool {
	old, _, _ = strings.Cut(old, "\n"+imported)
	return strings.TrimSpace(old) == strings.TrimSpace(text)
}

// replace writes a file whole or not at all.
func replace(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".import-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.WriteString(text); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}
