package record

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"parley/internal/bot/guard"
)

// mask replaces personal data, the same always by the same.
type mask struct {
	names   []name
	given   map[string]string // what stands for a value, by kind and value
	counted map[string]int
}

type name struct {
	shape *regexp.Regexp
	by    string
}

func newMask() *mask { return &mask{given: map[string]string{}, counted: map[string]int{}} }

// name lets a name, and each part of it with at least three letters, be replaced wherever it stands as a word.
func (m *mask) name(full, by string) {
	for _, part := range append([]string{full}, strings.Fields(full)...) {
		if len([]rune(part)) < 3 {
			continue
		}
		m.names = append(m.names, name{regexp.MustCompile(`(?i)(^|[^\p{L}\p{N}])` + regexp.QuoteMeta(part) + `($|[^\p{L}\p{N}])`), by})
	}
}

// once is what stands for a value; make is given its number among those of its kind, from 1.
func (m *mask) once(kind, value string, make func(n int) string) string {
	key := kind + " " + value
	if m.given[key] == "" {
		m.counted[kind]++
		m.given[key] = make(m.counted[kind])
	}
	return m.given[key]
}

// Numbers of tests, which pass their check digits and belong to nobody, so that a rule about such numbers
// still sees one.
const (
	testCard = "4111 1111 1111 1111"
	testIBAN = "GB33BUKB20201555555555"
	testNIR  = "2 69 05 49 588 157 80"
)

var longNumber = regexp.MustCompile(`[0-9]{5,}`)

// text masks a text. What it puts in is not looked at again.
func (m *mask) text(text string) string {
	var b strings.Builder
	done := 0
	for _, f := range guard.Find(text) {
		b.WriteString(m.rest(text[done:f.From]))
		b.WriteString(m.found(f))
		done = f.To
	}
	return b.String() + m.rest(text[done:])
}

func (m *mask) found(f guard.Finding) string {
	switch f.Kind {
	case guard.Email:
		return m.once("email", strings.ToLower(f.Text), func(n int) string { return fmt.Sprintf("person%d@example.com", n) })
	case guard.Phone:
		return m.once("phone", digits(f.Text), func(n int) string { return fmt.Sprintf("+1555010%04d", 9000+n) })
	case guard.Card:
		return testCard
	case guard.IBAN:
		return testIBAN
	case guard.NIR:
		return testNIR
	}
	return m.rest(f.Text)
}

// rest masks what no shape has found: names and long numbers.
func (m *mask) rest(text string) string {
	for _, n := range m.names {
		// Twice, because neighbours share the space between them.
		for range 2 {
			text = n.shape.ReplaceAllString(text, "${1}"+n.by+"${2}")
		}
	}
	return longNumber.ReplaceAllStringFunc(text, func(number string) string {
		return m.once("number", number, func(n int) string { return fmt.Sprintf("1%0*d", len(number)-1, n) })
	})
}

// file masks the address of a file and keeps its kind.
func (m *mask) file(address string) string {
	kind, _, _ := strings.Cut(path.Ext(address), "?")
	if len(kind) > 6 || strings.ContainsAny(kind, "/&=#") {
		kind = ""
	}
	return m.once("file", address, func(n int) string { return fmt.Sprintf("https://example.com/file-%d%s", n, kind) })
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}
