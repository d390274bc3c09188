package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"parley/internal/bot/passage"
)

// documentsFolder holds the long documents, in a folder for each language.
const documentsFolder = "documents"

// isDocument tells a document's path from that of a note, which also ends with .md.
func isDocument(file string) bool {
	return strings.HasPrefix(file, documentsFolder+"/") && path.Ext(file) == ".md" && !strings.HasPrefix(path.Base(file), ".")
}

// loadDocuments reads the Markdown below documents/, if there is any.
func (l *loader) loadDocuments() error {
	l.base.Passages = make(map[string][]passage.Passage)
	err := fs.WalkDir(l.fsys, documentsFolder, func(file string, d fs.DirEntry, err error) error {
		switch {
		case file == documentsFolder && errors.Is(err, fs.ErrNotExist):
			return fs.SkipAll
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), "~"):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !isDocument(file):
			l.problem(file, 0, "is not a Markdown file; documents end with .md")
			return nil
		}
		return l.loadDocument(file)
	})
	if err != nil {
		return fmt.Errorf("knowledge base: %w", err)
	}
	return nil
}

func (l *loader) loadDocument(file string) error {
	raw, err := l.bytes(file)
	if err != nil || raw == nil {
		return err
	}
	language := ""
	if parts := strings.Split(file, "/"); len(parts) > 2 {
		language = parts[1]
	}
	list, problems := passage.Parse(file, language, string(raw))
	for _, p := range problems {
		l.problem(file, p.Line, "%s", p.Text)
	}
	if len(list) == 0 {
		return nil
	}
	if language = list[0].Language; !slices.Contains(l.base.Languages, language) {
		l.problem(file, 0, "has the language %q, which is not in the languages of %s; put it into a folder such as %s/en/", language, baseFile, documentsFolder)
		return nil
	}
	for _, p := range list {
		l.checkVariables(file, p.Line, "the document", p.Title+p.Heading+p.Text(), language)
		var missing []string
		fill := func(text string) string {
			return l.base.fill(language, text, func(name string) { missing = append(missing, name) })
		}
		p.Title, p.Heading = fill(p.Title), fill(p.Heading)
		for i := range p.Sentences {
			p.Sentences[i].Text = fill(p.Sentences[i].Text)
		}
		if len(missing) > 0 {
			l.base.Unfilled = append(l.base.Unfilled, Problem{file, p.Line, fmt.Sprintf("is not quoted: {{%s}} has no value in %s/%s", missing[0], language, variablesFile)})
			continue
		}
		l.base.Passages[language] = append(l.base.Passages[language], p)
	}
	return nil
}
