package importer

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"github.com/ledongthuc/pdf"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// furniture are the parts of a page that are about the site and not about its subject.
var furniture = []atom.Atom{
	atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Nav, atom.Header, atom.Footer, atom.Aside, atom.Form, atom.Button,
	atom.Iframe, atom.Svg, atom.Canvas, atom.Dialog, atom.Img, atom.Video, atom.Audio, atom.Picture, atom.Object,
}

var furnitureRoles = []string{"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alert"}

// fromHTML takes what a page is about: its main part if it names one, else its body,
// without what belongs to the site.
func fromHTML(raw []byte) (Document, error) {
	decoded, err := charset.NewReader(bytes.NewReader(raw), "text/html")
	if err != nil {
		return Document{}, fmt.Errorf("its letters cannot be read: %w", err)
	}
	root, err := html.Parse(decoded)
	if err != nil {
		return Document{}, fmt.Errorf("is not HTML: %w", err)
	}
	var doc Document
	if n := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Html }); n != nil {
		doc.Language = attribute(n, "lang")
	}
	content := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Main || attribute(n, "role") == "main" })
	if content == nil {
		content = find(root, func(n *html.Node) bool { return n.DataAtom == atom.Article })
	}
	if content == nil {
		content = find(root, func(n *html.Node) bool { return n.DataAtom == atom.Body })
	}
	if content == nil {
		return Document{}, errors.New("is a page without a body")
	}
	if heading := find(content, func(n *html.Node) bool { return n.DataAtom == atom.H1 }); heading != nil {
		doc.Title = words(heading)
	}
	if doc.Title == "" {
		if title := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Title }); title != nil {
			doc.Title, _, _ = strings.Cut(words(title), " | ")
		}
	}
	clear(content)
	convert := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
	text, err := convert.ConvertNode(content)
	if err != nil {
		return Document{}, fmt.Errorf("cannot be made into Markdown: %w", err)
	}
	doc.Text = string(text)
	return doc, nil
}

// find walks depth first.
func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && is(n) {
		return n
	}
	for child := range n.ChildNodes() {
		if found := find(child, is); found != nil {
			return found
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words is the text below a node in one line.
func words(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// clear takes the furniture out. A header inside of the content may hold its heading, so
// only what is left of it in words goes when there is none.
func clear(content *html.Node) {
	var away []*html.Node
	for n := range content.Descendants() {
		if n.Type == html.ElementNode && isFurniture(n) {
			away = append(away, n)
		}
	}
	for _, n := range away {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

func isFurniture(n *html.Node) bool {
	switch {
	case n.DataAtom == atom.Header && find(n, func(n *html.Node) bool { return n.DataAtom == atom.H1 }) != nil:
		return false
	case slices.Contains(furniture, n.DataAtom), slices.Contains(furnitureRoles, attribute(n, "role")):
		return true
	}
	return attribute(n, "aria-hidden") == "true" || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
}

// fromPDF takes the text of a PDF file, a section for each page. Pictures of text, as a
// scanner makes them, hold none.
func fromPDF(raw []byte) (doc Document, err error) {
	// The library panics at files that break the format's rules.
	defer func() {
		if broken := recover(); broken != nil {
			err = errors.New("is a broken PDF file; open it with a viewer and print it into a new one")
		}
	}()
	file, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if errors.Is(err, pdf.ErrInvalidPassword) {
		return doc, errors.New("is protected by a password; save it without one")
	}
	if err != nil {
		return doc, fmt.Errorf("is not a PDF file that can be read: %w", err)
	}
	doc.Title = strings.TrimSpace(file.Trailer().Key("Info").Key("Title").Text())
	var pages []string
	for i := range file.NumPage() {
		page := file.Page(i + 1)
		if page.V.IsNull() {
			continue
		}
		rows, err := page.GetTextByRow()
		if err != nil {
			return doc, fmt.Errorf("page %d cannot be read: %w", i+1, err)
		}
		if text := pageText(rows); text != "" {
			pages = append(pages, text)
		}
	}
	if len(pages) == 0 {
		return doc, errors.New("holds no text, only pictures of it; run it through text recognition (OCR) first")
	}
	doc.Text = strings.Join(pages, "\n\n")
	return doc, nil
}

// pageText joins the rows of a page. A row that is set far from the one above it starts a
// paragraph.
func pageText(rows pdf.Rows) string {
	var b strings.Builder
	for i, row := range rows {
		var line strings.Builder
		end := 0.0
		for j, piece := range row.Content {
			if j > 0 && piece.X-end > piece.FontSize/8 && !strings.HasSuffix(line.String(), " ") {
				line.WriteByte(' ')
			}
			line.WriteString(piece.S)
			end = piece.X + piece.W
		}
		text := strings.TrimSpace(line.String())
		if text == "" {
			continue
		}
		if i > 0 && len(row.Content) > 0 && float64(rows[i-1].Position-row.Position) > 1.8*row.Content[0].FontSize {
			b.WriteByte('\n')
		}
		b.WriteString(text + "\n")
	}
	return strings.TrimSpace(b.String())
}

// fromMarkdown takes a Markdown file, with what it says of itself in front.
func fromMarkdown(raw []byte) (Document, error) {
	text := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n", "\n")
	var doc Document
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if head, body, ok := strings.Cut(rest, "\n---\n"); ok {
			// Other tools write more there; what they mean is theirs.
			var said struct{ Title, Link, Language, Lang string }
			if err := yaml.Unmarshal([]byte(head), &said); err == nil {
				doc.Title, doc.Language, text = said.Title, said.Language+said.Lang, body
				if strings.HasPrefix(said.Link, "https://") {
					doc.Link = said.Link
				}
			}
		}
	}
	if doc.Title == "" {
		for line := range strings.Lines(text) {
			if title, ok := strings.CutPrefix(line, "# "); ok {
				doc.Title = strings.TrimSpace(title)
				break
			}
		}
	}
	doc.Text = text
	return doc, nil
}
