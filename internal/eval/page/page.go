// Package page is the look of the pages that evaluations write: one file without outside
// parts or scripts, light and dark, for a screen, a phone and paper.
//
// It owns the frame and the styles. What stands in it belongs to whoever writes the page.
//
// Start reading at [Write].
package page

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed page.css
var styles string

//go:embed page.gohtml
var frame string

// Tile is one figure at the top. Tone is "", "ok" or "danger".
type Tile struct{ Name, Value, Tone string }

// Page is the frame's content.
type Page struct {
	Title, Lead string
	Tiles       []Tile
	// Some and All name the choice between everything and what has not the class "rest"; Narrow chooses Some at first.
	Some, All string
	Narrow    bool
	Styles    template.CSS
	Body      any // what the template "body" is given
}

// Write writes a page. body defines the template "body" and may define others.
func Write(w io.Writer, p Page, body string) error {
	t, err := template.New("page").Parse(frame)
	if err == nil {
		t, err = t.Parse(body)
	}
	if err != nil {
		return err
	}
	p.Styles = template.CSS(styles)
	return t.Execute(w, p)
}
