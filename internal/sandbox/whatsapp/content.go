package whatsapp

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// invalid says why WhatsApp refuses the content itself; outcome is "" when it does not. Lengths are counted
// in code points (Meta, "WhatsApp Business Platform: messages"; Braze, "WhatsApp specifications").
func (c *Content) invalid() (outcome string, detail Bilingual) {
	if problem := c.missing(); problem != "" {
		return "blank", Bilingual{EN: problem}
	}
	for _, l := range c.limits() {
		if n := utf8.RuneCountInString(l.text); n > l.max {
			return "too_long", Bilingual{
				EN: fmt.Sprintf("%s has %d characters, the limit is %d", l.en, n, l.max),
				FR: fmt.Sprintf("%s : %d caractères, la limite est de %d", l.fr, n, l.max),
			}
		}
	}
	return c.counts()
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// missing names a part that is blank and must not be.
func (c *Content) missing() string {
	switch c.Layout {
	case Image, Video, Audio, Document:
		if len(c.Media) == 0 {
			return map[string]string{
				Image: "an image message needs an image address", Video: "a video message needs the address of a video",
				Audio: "an audio message needs the address of a sound", Document: "a document message needs the address of a file",
			}[c.Layout]
		}
		return ""
	}
	if blank(c.Text) {
		return "the message text is blank after personalization"
	}
	switch c.Layout {
	case QuickReply:
		if len(c.Buttons) == 0 {
			return "a quick reply message needs at least one button with a label"
		}
	case ListLayout:
		if c.List == nil || len(c.List.Sections) == 0 {
			return "a list message needs at least one section with a row"
		}
		return c.List.missing()
	case CTA:
		if c.Link == nil || blank(c.Link.Label) || blank(c.Link.URL) {
			return "a call-to-action message needs a button with a label and an address"
		}
	}
	if c.Layout == FlowLayout && (c.Flow == nil || blank(c.Flow.Label)) {
		return "a flow message needs a form and a button with a label"
	}
	for _, b := range c.Buttons {
		if blank(b.Label) {
			return "a quick reply button has a blank label"
		}
	}
	return ""
}

func (l *List) missing() string {
	if blank(l.Button) {
		return "a list message needs a list button"
	}
	for _, s := range l.Sections {
		if len(s.Rows) == 0 {
			return "a list section has no row"
		}
		if len(l.Sections) > 1 && blank(s.Title) {
			return "with several list sections each needs a title"
		}
		for _, r := range s.Rows {
			if blank(r.Title) {
				return "a list row has a blank title"
			}
		}
	}
	return ""
}

// limit is a maximum length in code points.
type limit struct {
	en, fr string
	text   string
	max    int
}

func (c *Content) limits() []limit {
	body := map[string]int{Text: 4096, QuickReply: 1024, ListLayout: 4096, Image: 1024, Video: 1024, Document: 1024, CTA: 1024, FlowLayout: 1024, Template: 1024}[c.Layout]
	limits := []limit{
		{"the message text", "le texte du message", c.Text, body},
		{"the header", "l’en-tête", c.Header, 60},
		{"the footer", "le pied", c.Footer, 60},
	}
	label := 20
	if c.Layout == Template {
		label = 25
	}
	for _, b := range c.Buttons {
		limits = append(limits, limit{"a button label", "un bouton", b.Label, label})
	}
	if c.Link != nil {
		limits = append(limits, limit{"a button label", "un bouton", c.Link.Label, label}, limit{"the button address", "l’adresse du bouton", c.Link.URL, 2000})
	}
	if c.Flow != nil {
		limits = append(limits, limit{"a button label", "un bouton", c.Flow.Label, label})
	}
	if c.List == nil {
		return limits
	}
	limits = append(limits, limit{"the list button", "le bouton de la liste", c.List.Button, 20})
	for _, s := range c.List.Sections {
		limits = append(limits, limit{"a section title", "un titre de section", s.Title, 24})
		for _, r := range s.Rows {
			limits = append(limits, limit{"a row title", "un titre de ligne", r.Title, 24},
				limit{"a row description", "une description de ligne", r.Description, 72})
		}
	}
	return limits
}

// counts says which part there are too many of, or that may not be there.
func (c *Content) counts() (outcome string, detail Bilingual) {
	if c.Layout == Audio && c.Text != "" {
		return "invalid", Bilingual{EN: "an audio message cannot have a caption", FR: "un message audio ne peut pas avoir de légende"}
	}
	if n := len(c.Buttons); c.Layout == QuickReply && n > 3 {
		return "invalid", Bilingual{EN: fmt.Sprintf("%d quick reply buttons, the limit is 3", n), FR: fmt.Sprintf("%d boutons, la limite est de 3", n)}
	}
	if c.List == nil {
		return "", Bilingual{}
	}
	rows := 0
	for _, s := range c.List.Sections {
		rows += len(s.Rows)
	}
	if n := len(c.List.Sections); n > 10 || rows > 10 {
		return "invalid", Bilingual{
			EN: fmt.Sprintf("%d list sections with %d rows in all, the limit is 10 of each", n, rows),
			FR: fmt.Sprintf("%d sections et %d lignes en tout, la limite est de 10 pour chacune", n, rows),
		}
	}
	return "", Bilingual{}
}
