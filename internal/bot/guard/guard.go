// Package guard stands between a model and everybody else: it hides personal data
// before a model or a log sees it, marks text that nobody vouches for, and checks what a
// model wants to say before a customer reads it.
//
// It is pure: no I/O, no clock, no randomness of its own. It must not decide what
// happens to a text that fails; that is up to the caller. Start reading at [Vault] and
// [Check].
package guard

import (
	"fmt"
	"strings"
)

// Kind is a sort of personal data.
type Kind string

// The kinds a [Vault] hides. Literal is text that only looks like a placeholder.
const (
	Card    Kind = "CARD"  // payment card, Luhn
	IBAN    Kind = "IBAN"  // bank account, ISO 13616 mod 97
	NIR     Kind = "NIR"   // French social security number, by its key
	Email   Kind = "EMAIL" // e-mail address
	Phone   Kind = "PHONE" // telephone number
	Literal Kind = "TEXT"
)

// Vault replaces personal data by placeholders such as <EMAIL_1> and puts it back. The
// same value gets the same placeholder for as long as the Vault lives. The zero value is
// ready; it is not safe for concurrent use.
type Vault struct {
	names  map[string]string // kind and value -> placeholder
	values map[string]string // placeholder -> value
	counts map[Kind]int
}

// Hide replaces what is personal in text.
func (v *Vault) Hide(text string) string {
	return replace(text, func(f Finding) string { return v.name(f) })
}

// Show puts the values back, all but card numbers: those are never repeated to anybody.
// Placeholders that Hide did not make stay as they are.
func (v *Vault) Show(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		value, ok := v.values[name]
		if !ok || strings.HasPrefix(name, "<"+string(Card)+"_") {
			return name
		}
		return value
	})
}

// Holds reports whether something of the kind was hidden.
func (v *Vault) Holds(kind Kind) bool { return v.counts[kind] > 0 }

func (v *Vault) name(f Finding) string {
	if v.names == nil {
		v.names, v.values, v.counts = map[string]string{}, map[string]string{}, map[Kind]int{}
	}
	key := string(f.Kind) + f.Text
	if name, ok := v.names[key]; ok {
		return name
	}
	v.counts[f.Kind]++
	name := fmt.Sprintf("<%s_%d>", f.Kind, v.counts[f.Kind])
	v.names[key], v.values[name] = name, f.Text
	return name
}

// Redact hides personal data for good: every finding becomes <KIND>.
func Redact(text string) string {
	return replace(text, func(f Finding) string { return "<" + string(f.Kind) + ">" })
}

// RedactCards hides the numbers of payment cards for good and leaves the rest as it is.
func RedactCards(text string) string {
	return replace(text, func(f Finding) string {
		if f.Kind != Card {
			return f.Text
		}
		return "<" + string(Card) + ">"
	})
}

func replace(text string, with func(Finding) string) string {
	found := Find(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.From])
		b.WriteString(with(f))
		at = f.To
	}
	b.WriteString(text[at:])
	return b.String()
}

// Spotlight marks text of which nobody knows what it wants: everything between the two
// marks is data. delimiter must be one that the writers of text cannot know, made anew
// for every request; where it stands in text or label all the same, it is taken out.
func Spotlight(delimiter, label, text string) string {
	clean := func(s string) string {
		for delimiter != "" && strings.Contains(s, delimiter) {
			s = strings.ReplaceAll(s, delimiter, "")
		}
		return s
	}
	return "[" + delimiter + " " + clean(label) + "]\n" + clean(text) + "\n[/" + delimiter + "]"
}
