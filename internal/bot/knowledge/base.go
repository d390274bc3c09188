// Package knowledge is what the bot knows: a folder of readable files, one per intent
// and language, with the phrasings customers use and the answer they get.
//
//	base.yaml            name, languages, default_language, thresholds
//	en/variables.yaml    opening_hours: "9 am to 6 pm"
//	en/opening_hours.yaml
//	documents/en/warranty.md   long texts, quoted where no intent answers
//
// It owns loading, checking, training and republishing. It must not know conversations
// or decide what the bot says. Start reading at [Load] and [Publish].
package knowledge

import (
	"regexp"
	"strings"

	"parley/internal/bot/passage"
)

// Base is a loaded knowledge base. It does not change.
type Base struct {
	Name      string
	Languages []string // in the order of base.yaml
	Default   string   // one of Languages
	// Answer and Clarify are the confidence, above 0 and below 1, from which the bot
	// answers and from which it offers choices.
	Answer, Clarify float64
	// OOSPrior is the expected share of messages that belong to no intent.
	OOSPrior float64
	// Intents are sorted by language, then name.
	Intents []Intent
	// Variables are the values of variables.yaml by language and name; an empty value
	// has not been filled in yet.
	Variables map[string]map[string]string
	// Passages are the pieces of the documents, by language. One that uses a variable
	// without a value is left out, and its document named in Unfilled.
	Passages map[string][]passage.Passage
	// Unfilled are the passages left out, as "file:line" and the reason.
	Unfilled []Problem
	// Version names the content: the same files give the same version.
	Version string
}

// Default thresholds.
const (
	DefaultAnswer  = 0.70
	DefaultClarify = 0.30
)

// Handoff says when an intent needs a person.
type Handoff string

// The three kinds of handoff.
const (
	HandoffNever  Handoff = "never"        // the answer is enough
	HandoffAfter  Handoff = "after_answer" // answer, then a person takes over
	HandoffAlways Handoff = "always"       // the answer only says that a person takes over
)

// Intent is one thing customers ask for, in one language.
type Intent struct {
	Name     string // the file's name; the same in every language
	Language string
	Title    string // shown on a button and to agents
	// Phrasings are ways to ask, as written in the file.
	Phrasings []Phrasing
	// Answer is the text with {{variables}}; empty only when Handoff is always.
	Answer  string
	Handoff Handoff
	// Detail is said beneath Title where choices are shown as a list, or empty.
	Detail string
	// Choices are names of intents of the same language that the answer asks to choose
	// from. At most one of Choices, Media, Link and Form is set.
	Choices []string
	Media   Media
	Link    Link
	Form    string // label of the button that opens the workspace's form, or empty
	// Flow is begun instead of the answer where there is a flow of that name, or empty.
	Flow string
	File string // path within the base
}

// Media is a file shown with an answer; the zero value is none.
type Media struct {
	Kind string // one of MediaKinds
	URL  string // may hold variables until it is filled
}

// Link is a web page that a button of an answer opens; the zero value is none.
type Link struct {
	Label string
	URL   string // may hold variables until it is filled
}

// MediaKinds are the names under which a file gives the address of a picture and so on.
func MediaKinds() []string { return []string{"image", "video", "audio", "document"} }

// MaxChoices is how many intents an answer may ask to choose from: a WhatsApp list has
// ten rows (Meta, "Interactive list messages"), and the last is a person.
const MaxChoices = 9

// Phrasing is one example of an intent.
type Phrasing struct {
	Text string
	Line int
}

var variable = regexp.MustCompile(`\{\{\s*([a-z][a-z0-9_]*)\s*\}\}`)

// Fill puts the variables of the intent's language into its answer. missing lists the
// variables without a value, each once, in the order of the answer; the text is then not
// fit to be sent. A variable of the address beside the answer counts.
func (b *Base) Fill(in *Intent) (text string, missing []string) {
	seen := make(map[string]bool)
	text = b.fill(in.Language, in.Answer, func(name string) {
		if !seen[name] {
			seen[name] = true
			missing = append(missing, name)
		}
	})
	for _, at := range []string{in.Media.URL, in.Link.URL} {
		b.fill(in.Language, at, func(name string) {
			if !seen[name] {
				seen[name] = true
				missing = append(missing, name)
			}
		})
	}
	return text, missing
}

// Beside gives what is shown beside the intent's answer, filled in.
func (b *Base) Beside(in *Intent) (Media, Link) {
	ignore := func(string) {}
	return Media{in.Media.Kind, b.fill(in.Language, in.Media.URL, ignore)}, Link{in.Link.Label, b.fill(in.Language, in.Link.URL, ignore)}
}

// Whole is Fill with the address of what is shown beside the answer below it, for where
// only text can be shown.
func (b *Base) Whole(in *Intent) (text string, missing []string) {
	text, missing = b.Fill(in)
	media, link := b.Beside(in)
	below := media.URL
	if link.URL != "" {
		below = link.Label + ": " + link.URL
	}
	if below != "" {
		text = strings.TrimSpace(text + "\n\n" + below)
	}
	return text, missing
}

func (b *Base) fill(language, text string, missing func(name string)) string {
	values := b.Variables[language]
	text = variable.ReplaceAllStringFunc(text, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		if values[name] == "" {
			missing(name)
		}
		return values[name]
	})
	return strings.TrimSpace(text)
}

// Intent finds an intent by language and name.
func (b *Base) Intent(language, name string) (*Intent, bool) {
	for i := range b.Intents {
		if in := &b.Intents[i]; in.Language == language && in.Name == name {
			return in, true
		}
	}
	return nil, false
}

// In returns the intents of a language.
func (b *Base) In(language string) []*Intent {
	var list []*Intent
	for i := range b.Intents {
		if b.Intents[i].Language == language {
			list = append(list, &b.Intents[i])
		}
	}
	return list
}

// Speaks reports whether the base has intents in the language.
func (b *Base) Speaks(language string) bool {
	for _, l := range b.Languages {
		if l == language {
			return true
		}
	}
	return false
}
