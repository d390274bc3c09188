package delivery

import (
	"strings"
	"unicode"

	"parley/internal/channel/braze"
	"parley/internal/chat"
)

// Line is something to be said: Text is complete by itself, with every choice, link
// and address in it. Prompt says the same for a layout that shows Choices, File or
// Link beside it; at most one of the three is set.
type Line struct {
	Text    string
	Prompt  string
	Choices []Choice
	Button  string // opens the list of choices
	File    File
	Link    Link
	Known   bool // the person has an external id, without which /messages/send cannot reach them
}

// Choice is one thing to choose; Detail is said beneath it in a list, or empty.
type Choice struct{ Title, Detail string }

// File is shown with the text; Kind is one of the layouts of files.
type File struct {
	Kind chat.Layout
	URL  string
}

// Link is a web page that a button opens.
type Link struct{ Label, URL string }

// Plan turns a line into the messages that will carry it, in order. Choices become
// buttons or a list, files and links what WhatsApp has for them, where the workspace
// has a layout for it and all of it fits; otherwise the complete text is sent. A text
// beyond the layout's limit is split, because Meta refuses it long after Braze has
// said 201. Whether Braze evaluates Liquid that stands inside a trigger property is
// not documented, so none goes out.
func (l Layouts) Plan(line Line) []chat.Delivery {
	line = line.neutral()
	if rich := l.rich(line); rich != nil {
		return rich
	}
	return l.plain(line.Text)
}

func (l Layouts) plain(text string) []chat.Delivery {
	var out []chat.Delivery
	for _, part := range Split(text, l[chat.LayoutText].MaxRunes) {
		out = append(out, one(chat.LayoutText, part, nil))
	}
	return out
}

func one(layout chat.Layout, text string, beside []string) chat.Delivery {
	return chat.Delivery{ID: chat.DeliveryID(chat.NewID()), Layout: layout, Text: text, Choices: beside}
}

// rich is the line in a layout of its own, or nil.
func (l Layouts) rich(line Line) []chat.Delivery {
	if line.File.URL != "" {
		return l.file(line)
	}
	if link := line.Link; link.URL != "" {
		cta, ok := l[chat.LayoutCTA]
		if ok && cta.reaches(line) && !blank(line.Prompt) && within(line.Prompt, cta.MaxRunes) && distinct([]string{link.Label}, maxLabel) && address(link.URL) {
			return []chat.Delivery{one(chat.LayoutCTA, line.Prompt, []string{link.Label, link.URL})}
		}
		return nil
	}
	if layout, ok := l[chat.LayoutQuickReply]; ok && layout.reaches(line) {
		if labels, ok := layout.buttons(line); ok {
			return []chat.Delivery{one(chat.LayoutQuickReply, line.Prompt, labels)}
		}
	}
	if layout, ok := l[chat.LayoutList]; ok && layout.reaches(line) {
		if rows, ok := layout.rows(line); ok {
			return []chat.Delivery{one(chat.LayoutList, line.Prompt, rows)}
		}
	}
	return nil
}

// file is a file with its caption, or after its text: WhatsApp shows none beside a sound.
func (l Layouts) file(line Line) []chat.Delivery {
	layout, ok := l[line.File.Kind]
	if !ok || !layout.reaches(line) || !address(line.File.URL) {
		return nil
	}
	at := []string{line.File.URL}
	if line.File.Kind == chat.LayoutAudio {
		return append(l.plain(line.Prompt), one(chat.LayoutAudio, "", at))
	}
	if blank(line.Prompt) || !within(line.Prompt, layout.MaxRunes) {
		return nil
	}
	return []chat.Delivery{one(line.File.Kind, line.Prompt, at)}
}

// Template is the delivery of a template: text is what it says, and values are those
// of its parameters, in the layout's order.
func (l Layouts) Template(text string, values []string) []chat.Delivery {
	beside := make([]string, len(values))
	for i, v := range values {
		beside[i] = braze.NeutralizeLiquid(v)
	}
	return []chat.Delivery{one(chat.LayoutTemplate, braze.NeutralizeLiquid(text), beside)}
}

// Notice is the delivery of the template that says that an answer waits.
func (l Layouts) Notice(text string) []chat.Delivery {
	return []chat.Delivery{one(chat.LayoutNotice, braze.NeutralizeLiquid(text), nil)}
}

func (line Line) neutral() Line {
	choices := make([]Choice, len(line.Choices))
	for i, c := range line.Choices {
		choices[i] = Choice{braze.NeutralizeLiquid(c.Title), braze.NeutralizeLiquid(c.Detail)}
	}
	line.Choices = choices
	for _, text := range []*string{&line.Text, &line.Prompt, &line.Button, &line.File.URL, &line.Link.Label, &line.Link.URL} {
		*text = braze.NeutralizeLiquid(*text)
	}
	return line
}

// Split cuts a text into parts of at most limit code points: at the end of a
// paragraph if one ends in the second half of what fits, else of a sentence, else
// of a word, else anywhere. No part is blank, and nothing but the white space at
// the cuts is lost. A limit below 1 means none.
func Split(text string, limit int) []string {
	var parts []string
	rest := []rune(strings.TrimSpace(text))
	for limit > 0 && len(rest) > limit {
		cut := cutAt(rest, limit)
		if part := strings.TrimSpace(string(rest[:cut])); part != "" {
			parts = append(parts, part)
		}
		rest = []rune(strings.TrimLeftFunc(string(rest[cut:]), unicode.IsSpace))
	}
	if len(rest) > 0 {
		parts = append(parts, string(rest))
	}
	return parts
}

// cutAt finds the best place to cut, at most limit; rest is longer than that.
func cutAt(rest []rune, limit int) int {
	for _, ends := range []func(i int) bool{
		func(i int) bool { return rest[i] == '\n' && i+1 < len(rest) && rest[i+1] == '\n' },
		func(i int) bool { return rest[i] == '\n' },
		func(i int) bool {
			return unicode.IsSpace(rest[i]) && i > 0 && strings.ContainsRune(".!?…。！？", rest[i-1])
		},
		func(i int) bool { return unicode.IsSpace(rest[i]) },
	} {
		for i := limit; i > limit/2; i-- {
			if ends(i) {
				return i
			}
		}
	}
	return whole(rest, limit)
}

// whole moves a forced cut back so that it does not part a base from what is
// drawn onto it: combining marks, joiners, skin tones.
func whole(rest []rune, cut int) int {
	const joiner = '\u200d'
	for i := cut; i > cut/2; i-- {
		r := rest[i]
		if !unicode.Is(unicode.M, r) && r != joiner && rest[i-1] != joiner && (r < 0x1F3FB || r > 0x1F3FF) {
			return i
		}
	}
	return cut
}
