package replay

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"parley/internal/eval/page"
)

// Text writes what would change, and with all also what stays.
func (r *Report) Text(w io.Writer, all bool) {
	for _, i := range r.Items {
		if len(i.Changed) == 0 && !all {
			continue
		}
		what := "stays"
		if len(i.Changed) > 0 {
			what = strings.Join(i.Changed, ", ")
		}
		fmt.Fprintf(w, "%s  conversation %s  %s\n", i.At.Format("2006-01-02 15:04:05"), i.Conversation, what)
		for _, m := range i.Messages {
			fmt.Fprintf(w, "  customer  %s\n", indent(m))
		}
		fmt.Fprintf(w, "  then      %s\n            %s\n", i.Then.line(), indent(i.Then.Text))
		if len(i.Changed) > 0 {
			fmt.Fprintf(w, "  draft     %s\n            %s\n", i.Draft.line(), indent(i.Draft.Text))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, r.Summary())
}

// Summary is the last line.
func (r *Report) Summary() string {
	text := fmt.Sprintf("%d of %d turns in %d conversations would change: %d replies, %d intents, %d bands, %d handoffs",
		r.Changed, r.Turns, r.Conversations, r.By["reply"], r.By["intent"], r.By["band"], r.By["handoff"])
	if r.CarriedOn > 0 {
		text += fmt.Sprintf("; %d without the memory of then", r.CarriedOn)
	}
	if r.LeftOut > 0 {
		text += fmt.Sprintf("; %d of other workspaces or routes left out", r.LeftOut)
	}
	if r.Spent != nil {
		text += "\n" + r.Spent.String()
	}
	return text
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n            ") }

func (s Side) line() string {
	parts := []string{s.Band}
	if s.Intent != "" {
		parts = append(parts, fmt.Sprintf("%s %.2f", s.Intent, s.P))
	}
	if s.Handoff != "" {
		parts = append(parts, "handed over: "+s.Handoff)
	}
	if s.Model != "" {
		parts = append(parts, "model: "+s.Model)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// JSON writes everything, or only what changes.
func (r *Report) JSON(w io.Writer, all bool) error {
	short := *r
	if !all {
		short.Items = []*Item{}
		for _, i := range r.Items {
			if len(i.Changed) > 0 {
				short.Items = append(short.Items, i)
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(short)
}

//go:embed replay.gohtml
var body string

// HTML writes the page, with what changes side by side.
func (r *Report) HTML(w io.Writer) error {
	tone := ""
	if r.Changed == 0 {
		tone = "ok"
	}
	tiles := []page.Tile{
		{Name: "Turns", Value: fmt.Sprint(r.Turns)},
		{Name: "Would change", Value: fmt.Sprint(r.Changed), Tone: tone},
		{Name: "Replies", Value: fmt.Sprint(r.By["reply"])},
		{Name: "Intents", Value: fmt.Sprint(r.By["intent"])},
		{Name: "Bands", Value: fmt.Sprint(r.By["band"])},
		{Name: "Handoffs", Value: fmt.Sprint(r.By["handoff"])},
	}
	if r.Spent != nil {
		tiles = append(tiles, page.Tile{Name: "Model calls", Value: fmt.Sprint(r.Spent.Calls)}, page.Tile{Name: "Cost", Value: fmt.Sprintf("%.4f", r.Spent.Cost)})
	}
	return page.Write(w, page.Page{
		Title: "What would change",
		Lead: fmt.Sprintf("Turns from %s to %s, decided again from the draft. Nothing was sent.",
			r.Since.Format("2 January 2006, 15:04"), r.Until.Format("2 January 2006, 15:04 UTC")),
		Tiles: tiles,
		Some:  fmt.Sprintf("Changed (%d)", r.Changed), All: fmt.Sprintf("All (%d)", r.Turns), Narrow: r.Changed > 0, Body: r,
	}, body)
}

// Has reports whether a part changes, for the page.
func (i *Item) Has(part string) bool {
	for _, c := range i.Changed {
		if c == part {
			return true
		}
	}
	return false
}

// Marked is a side's text with what the other side has not marked: all between the first and the last words that both share.
func (i *Item) Marked(draft bool) template.HTML {
	mine, other := words(i.Then.Text), words(i.Draft.Text)
	if draft {
		mine, other = other, mine
	}
	if len(mine) == 0 {
		return "<em>nothing</em>"
	}
	from, to := 0, len(mine)
	for from < to && from < len(other) && mine[from] == other[from] {
		from++
	}
	for n := len(other); to > from && n > from && mine[to-1] == other[n-1]; n-- {
		to--
	}
	text := func(part []string) string { return template.HTMLEscapeString(strings.Join(part, "")) }
	if from == to {
		return template.HTML(text(mine))
	}
	marked := text(mine[from:to])
	space := marked[len(strings.TrimRight(marked, " \n")):] // is not marked
	return template.HTML(text(mine[:from]) + "<mark>" + strings.TrimSuffix(marked, space) + "</mark>" + space + text(mine[to:]))
}

// words splits a text behind each space and line, so that joining gives the text back.
func words(text string) (list []string) {
	for line := range strings.SplitAfterSeq(text, "\n") {
		for word := range strings.SplitAfterSeq(line, " ") {
			if word != "" {
				list = append(list, word)
			}
		}
	}
	return list
}
