package delivery

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/internal/channel/braze"
	"parley/internal/chat"
)

// Layout is one kind of WhatsApp message and the Braze campaign that carries it:
// a campaign's layout is fixed when it is composed, so each kind needs its own.
type Layout struct {
	CampaignID string
	Property   string   // trigger property that the campaign's body prints; empty for a template
	Buttons    []string // trigger properties that its buttons, or a template's parameters, print, in order
	MaxRunes   int      // WhatsApp counts code points, not bytes
}

// Layouts are the kinds a workspace can send. LayoutText is always there.
type Layouts map[chat.Layout]Layout

// maxLabel is the longest label of a quick-reply button in code points (Braze
// docs, "WhatsApp message types").
const maxLabel = 20

// Line is something to be said: Text is complete by itself; Prompt and Choices
// say the same for a layout with buttons.
type Line struct {
	Text    string
	Prompt  string
	Choices []string
}

// Plan turns a line into the messages that will carry it, in order. Choices
// become buttons where the workspace has a campaign for them and they fit;
// otherwise the text is sent, which lists them by number. A text beyond the
// layout's limit is split, because Meta refuses it long after Braze has said 201.
// Whether Braze evaluates Liquid that stands inside a trigger property is not
// documented, so none goes out.
func (l Layouts) Plan(line Line) []chat.Delivery {
	line = line.neutral()
	if buttons, ok := l[chat.LayoutQuickReply]; ok && buttons.fit(line) {
		return []chat.Delivery{{
			ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutQuickReply, Text: line.Prompt, Choices: line.Choices,
		}}
	}
	var out []chat.Delivery
	for _, part := range Split(line.Text, l[chat.LayoutText].MaxRunes) {
		out = append(out, chat.Delivery{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutText, Text: part})
	}
	return out
}

// Template is the delivery of a template: text is what it says, and values are those
// of its parameters, in the layout's order.
func (l Layouts) Template(text string, values []string) []chat.Delivery {
	line := Line{Text: text, Choices: values}.neutral()
	return []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutTemplate, Text: line.Text, Choices: line.Choices}}
}

func (line Line) neutral() Line {
	line.Text, line.Prompt = braze.NeutralizeLiquid(line.Text), braze.NeutralizeLiquid(line.Prompt)
	choices := make([]string, len(line.Choices))
	for i, c := range line.Choices {
		choices[i] = braze.NeutralizeLiquid(c)
	}
	line.Choices = choices
	return line
}

func (l Layout) fit(line Line) bool {
	if len(line.Choices) == 0 || len(line.Choices) > len(l.Buttons) || strings.TrimSpace(line.Prompt) == "" {
		return false
	}
	for i, c := range line.Choices {
		// Of two equal labels nobody could tell which was tapped: a tap arrives as its label.
		if utf8.RuneCountInString(c) > maxLabel || strings.TrimSpace(c) == "" || slices.Contains(line.Choices[:i], c) {
			return false
		}
	}
	return utf8.RuneCountInString(line.Prompt) <= l.MaxRunes
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
