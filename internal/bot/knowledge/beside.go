package knowledge

import (
	"net/url"
	"slices"
	"strings"
)

// beside reads what an answer shows beside its text: choices, a file, a link or a form.
func (l *loader) beside(doc *mapping, in *Intent) {
	in.Detail = strings.TrimSpace(doc.text("description", false))
	if strings.Contains(in.Detail, "\n") {
		l.problem(in.File, doc.line("description"), "description must be one line")
	}
	var given []string
	for _, c := range doc.list("choices", false) {
		in.Choices = append(in.Choices, c.Text)
	}
	if len(in.Choices) > 0 {
		given = append(given, "choices")
	}
	for _, kind := range MediaKinds() {
		if at := strings.TrimSpace(doc.text(kind, false)); at != "" {
			given = append(given, kind)
			in.Media = Media{kind, at}
			l.checkAddress(in, doc.line(kind), kind, at)
		}
	}
	if link := doc.mapping("link"); link != nil {
		given = append(given, "link")
		in.Link = Link{strings.TrimSpace(link.text("label", true)), strings.TrimSpace(link.text("url", true))}
		l.checkAddress(in, link.line("url"), "link", in.Link.URL)
		link.done()
	}
	if in.Form = strings.TrimSpace(doc.text("form", false)); in.Form != "" {
		given = append(given, "form")
	}
	if len(given) > 1 {
		l.problem(in.File, doc.line(given[1]), "has %s: a WhatsApp message shows one of them; make one answer for each", strings.Join(given, " and "))
	}
	if len(given) > 0 && in.Answer == "" {
		l.problem(in.File, doc.line(given[0]), "has %s without an answer to show it with", given[0])
	}
	if len(given) > 0 && in.Handoff != HandoffNever {
		l.problem(in.File, doc.line(given[0]), "has %s but hands over to people, which sends text only; write handoff: never", given[0])
	}
	if n := len(in.Choices); n > MaxChoices {
		l.problem(in.File, doc.line("choices"), "has %d choices; a WhatsApp list has ten rows, and the last is a person", n)
	}
}

// checkAddress sees that an address, with its variables filled in, is one.
func (l *loader) checkAddress(in *Intent, line int, what, at string) {
	l.checkVariables(in.File, line, what, at, in.Language)
	empty := false
	full := l.base.fill(in.Language, at, func(string) { empty = true })
	if empty {
		return
	}
	if u, err := url.Parse(full); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		l.problem(in.File, line, "%s %q is not the address of a file or page; write it whole, beginning with https://", what, full)
	}
}

// checkChoices sees that every choice is another intent of the language, once.
func (l *loader) checkChoices() {
	for i := range l.base.Intents {
		in := &l.base.Intents[i]
		for n, name := range in.Choices {
			_, ok := l.base.Intent(in.Language, name)
			switch {
			case !ok:
				l.problem(in.File, 0, "choice %q is no intent; name a file of %s/ without .yaml", name, in.Language)
			case name == in.Name:
				l.problem(in.File, 0, "choice %q is the intent itself", name)
			case slices.Contains(in.Choices[:n], name):
				l.problem(in.File, 0, "choice %q is given twice", name)
			}
		}
	}
}
