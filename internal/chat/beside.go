package chat

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Beside is what somebody wants shown beside a text; at most one of the four is set.
// Whether it can be is the layouts' to say.
type Beside struct {
	Choices []Choice `json:"choices,omitempty"`
	Button  string   `json:"button,omitempty"` // opens the choices where they are a list
	File    File     `json:"file,omitzero"`
	Link    Link     `json:"link,omitzero"`
	Form    string   `json:"form,omitempty"` // label of the button that opens the workspace's form
}

// Choice is one thing to choose; Detail is said beneath it in a list, or empty.
type Choice struct {
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

// File is shown with a text; Kind is one of the layouts of files.
type File struct {
	Kind Layout `json:"kind"`
	URL  string `json:"url"`
}

// Link is a web page that a button opens.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// MaxChoices is how many rows a WhatsApp list has (Meta, "Interactive list messages").
const MaxChoices = 10

// maxAddress is the longest address of a file or page, in bytes.
const maxAddress = 2000

// None reports whether nothing is to be shown.
func (b Beside) None() bool { return b.Layout() == LayoutText }

// Layout is the kind of message that shows it at its best.
func (b Beside) Layout() Layout {
	switch {
	case len(b.Choices) > 3:
		return LayoutList
	case len(b.Choices) > 0:
		return LayoutQuickReply
	case b.File != File{}:
		return b.File.Kind
	case b.Link != Link{}:
		return LayoutCTA
	case b.Form != "":
		return LayoutFlow
	}
	return LayoutText
}

// Check finds what no layout can mend; the error is Invalid.
func (b Beside) Check() error {
	kinds := 0
	for _, is := range []bool{len(b.Choices) > 0, b.File != File{}, b.Link != Link{}, b.Form != ""} {
		if is {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return Errorf(Invalid, "show: a WhatsApp message has choices, a file, a link or a form beside its text, not several of them; send one after the other")
	case len(b.Choices) > MaxChoices:
		return Errorf(Invalid, "show.choices: there are %d; a WhatsApp list has at most %d", len(b.Choices), MaxChoices)
	}
	for i, c := range b.Choices {
		switch {
		case strings.TrimSpace(c.Title) == "":
			return Errorf(Invalid, "show.choices: the title of number %d is empty; write it or remove the choice", i+1)
		case strings.ContainsAny(c.Title+c.Detail, "\r\n"):
			return Errorf(Invalid, "show.choices: number %d has a line break; titles and descriptions are one line each", i+1)
		case slices.ContainsFunc(b.Choices[:i], func(other Choice) bool { return strings.EqualFold(other.Title, c.Title) }):
			return Errorf(Invalid, "show.choices: %q is there twice; a tap brings back nothing but the title, so make them differ", c.Title)
		}
	}
	if b.File != (File{}) {
		if !slices.Contains([]Layout{LayoutImage, LayoutVideo, LayoutAudio, LayoutDocument}, b.File.Kind) {
			return Errorf(Invalid, "show.file: kind %q is none of image, video, audio, document", b.File.Kind)
		}
		return checkAddress("show.file", b.File.URL)
	}
	if b.Link != (Link{}) {
		if strings.TrimSpace(b.Link.Label) == "" {
			return Errorf(Invalid, "show.link: the label is empty; say what the button does")
		}
		return checkAddress("show.link", b.Link.URL)
	}
	return nil
}

func checkAddress(what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || len(address) > maxAddress {
		return Errorf(Invalid, "%s: %q cannot be fetched by WhatsApp; give a whole address that begins with https://, of at most %d characters", what, address, maxAddress)
	}
	return nil
}

// Complete is the text with everything in it, for a message that shows nothing beside.
func (b Beside) Complete(text string) string {
	switch {
	case len(b.Choices) > 0:
		var lines []string
		for i, c := range b.Choices {
			line := fmt.Sprintf("%d. %s", i+1, c.Title)
			if c.Detail != "" {
				line += " – " + c.Detail
			}
			lines = append(lines, line)
		}
		return text + "\n\n" + strings.Join(lines, "\n")
	case b.File != File{}:
		return text + "\n\n" + b.File.URL
	case b.Link != Link{}:
		return text + "\n\n" + b.Link.Label + ": " + b.Link.URL
	}
	return text
}

// Titles are what the choices are called.
func (b Beside) Titles() []string {
	var out []string
	for _, c := range b.Choices {
		out = append(out, c.Title)
	}
	return out
}
