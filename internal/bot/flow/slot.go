package flow

import (
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/bot/entity"
	"parley/internal/bot/intent"
)

// Offer is a choice as the customer sees it.
type Offer struct{ Value, Title, Detail string }

// fit reads a slot's value out of what the customer wrote: out of all of it, or out of the
// only message of a burst that has one.
func (r *run) fit(s *Slot) (string, bool) {
	read := func(text string) (string, bool) {
		if s.Type == Choice {
			return r.choose(s, text)
		}
		return s.Read(text, r.in.Language, r.in.Now)
	}
	if value, ok := read(r.in.Text); ok {
		return value, true
	}
	found := ""
	for line := range strings.Lines(r.in.Text) {
		value, ok := read(strings.TrimSpace(line))
		if ok && found != "" && found != value {
			return "", false
		}
		if ok {
			found = value
		}
	}
	return found, found != ""
}

// Read finds the slot's value in a text, written in one way however the customer wrote
// it. It fails when there is none, when there are two, and when it is out of bounds.
// Choices depend on the conversation and are not read here.
func (s *Slot) Read(text, language string, now time.Time) (string, bool) {
	text = strings.TrimSpace(text)
	switch s.Type {
	case Text:
		n := float64(utf8.RuneCountInString(text))
		_, small := intent.Always(text, language)
		return clip(text), !small && intent.Fold(text) != "" && s.within(n) && (s.Max != nil || n <= maxValue)
	case Number:
		return s.number(text)
	case Date:
		day, ok := readDate(text, language, now)
		return day, ok && s.withinDays(day, now)
	case Email:
		return only(entity.Email, text, language)
	case Order:
		return s.order(text, language)
	case Regex:
		found := regexp.MustCompile(s.Pattern).FindString(text)
		return clip(found), found != "" && utf8.RuneCountInString(found) <= maxValue
	}
	return "", false
}

func clip(text string) string {
	if utf8.RuneCountInString(text) <= maxValue {
		return text
	}
	return string([]rune(text)[:maxValue])
}

func (s *Slot) within(n float64) bool {
	return (s.Min == nil || n >= *s.Min) && (s.Max == nil || n <= *s.Max)
}

func (s *Slot) withinDays(day string, now time.Time) bool {
	at, err := time.Parse(time.DateOnly, day)
	today, err2 := time.Parse(time.DateOnly, now.Format(time.DateOnly))
	return err == nil && err2 == nil && s.within(at.Sub(today).Hours()/24)
}

var numeral = regexp.MustCompile(`-?\d+(?:[.,]\d+)?`)

func (s *Slot) number(text string) (string, bool) {
	found := numeral.FindAllString(text, 2)
	if len(found) != 1 {
		return "", false
	}
	n, err := strconv.ParseFloat(strings.Replace(found[0], ",", ".", 1), 64)
	return strconv.FormatFloat(n, 'f', -1, 64), err == nil && s.within(n)
}

// only is the one entity of a kind that a text holds.
func only(name entity.Name, text, language string) (string, bool) {
	value := ""
	for _, e := range entity.Find(text, language) {
		if e.Name != name {
			continue
		}
		if value != "" {
			return "", false
		}
		value = e.Value
	}
	if name == entity.Email && value != "" {
		if _, err := mail.ParseAddress(value); err != nil {
			return "", false
		}
	}
	return value, value != ""
}

var bareOrder = regexp.MustCompile(`^#?[A-Za-z]{0,4}[-_]?\d[\dA-Za-z-]*$`)

// order takes an order number as such, and in an answer also one that is not called so.
func (s *Slot) order(text, language string) (string, bool) {
	value, ok := only(entity.OrderNumber, text, language)
	if !ok {
		var tokens []string
		for _, w := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\n,;:!?()", c) }) {
			if w = strings.TrimRight(w, "."); bareOrder.MatchString(w) {
				tokens = append(tokens, w)
			}
		}
		if len(tokens) != 1 {
			return "", false
		}
		value, ok = only(entity.OrderNumber, "order "+tokens[0], language)
	}
	if ok && s.Pattern != "" {
		ok = regexp.MustCompile("^(?:" + s.Pattern + ")$").MatchString(value)
	}
	return value, ok
}

// offers are the choices of a slot whose names all have values.
func (r *run) offers(s *Slot) []Offer {
	var out []Offer
	for _, o := range s.Choices {
		value, gap := r.fill(o.Value, false)
		title, gap2 := r.fill(r.flow.In(o.Title, r.in.Language), true)
		detail, gap3 := r.fill(r.flow.In(o.Detail, r.in.Language), true)
		if gap+gap2+gap3 != "" || slices.ContainsFunc(out, func(other Offer) bool { return other.Title == title }) {
			continue
		}
		out = append(out, Offer{clip(value), short(title, maxTitle), short(detail, maxDetail)})
	}
	return out
}

func short(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}

// choose resolves a tap, a number, a title or telling words.
func (r *run) choose(s *Slot, text string) (string, bool) {
	offers := r.offers(s)
	plain := func(t string) string { return strings.ToLower(strings.Join(strings.Fields(t), " ")) }
	for _, o := range offers {
		if said := plain(text); said == plain(o.Title) || said == plain(o.Value) || said == plain(o.Title+" "+o.Detail) {
			return o.Value, true
		}
	}
	if r.in.Pick != nil {
		if n := r.in.Pick(text, len(offers)); n > 0 {
			return offers[n-1].Value, true
		}
	}
	words := strings.Fields(intent.Fold(text))
	if len(words) > 8 {
		return "", false
	}
	best := -1
	for i, o := range offers {
		title := strings.Fields(intent.Fold(o.Title))
		shared := slices.ContainsFunc(words, func(w string) bool { return len(w) > 2 && w != "the" && w != "les" && slices.Contains(title, w) })
		if shared && best >= 0 {
			return "", false
		}
		if shared {
			best = i
		}
	}
	if best < 0 {
		return "", false
	}
	return offers[best].Value, true
}
