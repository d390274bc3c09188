package inbox

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"parley/internal/store/db"
)

const (
	maxWord  = 40   // characters of a word that count
	maxWords = 2000 // words of a line that count
	maxTerms = 8    // words of a search that count
)

// ligatures do not decompose, but people write them apart.
var ligatures = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i", "þ", "th", "ð", "d")

// Words are what a text is found by: letters and digits in lower case without accents.
// Scripts that are written without spaces, and pictures, give one word for each character.
func Words(text string) []string {
	var out []string
	seen := map[string]bool{}
	var word strings.Builder
	runes := 0
	end := func() {
		if runes > 0 {
			if w := word.String(); !seen[w] && len(out) < maxWords {
				seen[w] = true
				out = append(out, w)
			}
			word.Reset()
			runes = 0
		}
	}
	for _, r := range norm.NFKD.String(ligatures.Replace(strings.ToLower(text))) {
		switch {
		case unicode.Is(unicode.M, r):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.So):
			end()
			word.WriteRune(r)
			runes = 1
			end()
		case unicode.IsLetter(r), unicode.IsNumber(r):
			if runes < maxWord {
				word.WriteRune(unicode.ToLower(r))
				runes++
			}
		default:
			end()
		}
	}
	end()
	return out
}

// tails are the ends of a phone number, so that any part of it begins one of them.
func tails(phone string) []string {
	digits := digitsOf(phone)
	var out []string
	for i := 0; i+4 <= len(digits); i++ {
		out = append(out, digits[i:])
	}
	return out
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// terms are the words of a search. Each is a list of beginnings of which one must be
// found in a conversation; all of them must.
func terms(text string) [][]string {
	if phone := phoneOf(text); phone != nil {
		return [][]string{phone}
	}
	var out [][]string
	for _, w := range Words(text) {
		if len(out) < maxTerms {
			out = append(out, []string{w})
		}
	}
	return out
}

// phoneOf reads a search as a phone number in any way of writing it: with spaces, and
// with the zero that a country's own people put before it.
func phoneOf(text string) []string {
	digits := digitsOf(text)
	for _, r := range text {
		if (r < '0' || r > '9') && !strings.ContainsRune("+-./() \u00a0\u202f", r) {
			return nil
		}
	}
	if len(digits) < 4 {
		return nil
	}
	if short := strings.TrimLeft(digits, "0"); len(short) >= 4 && short != digits {
		return []string{digits, short}
	}
	return []string{digits}
}

// search adds what finds a text, and says false when the text has no words to find.
func search(d db.Dialect, q *query, text string) bool {
	if strings.TrimSpace(text) == "" {
		return true
	}
	list := terms(text)
	for _, term := range list {
		q.with = append(q.with, found(d, q.arg(expression(d, term))))
	}
	return len(list) > 0
}

// found selects the conversations in which an expression of the engine's index is found.
func found(d db.Dialect, parameter string) string {
	if d.Name == "postgres" {
		return "SELECT DISTINCT conversation_id FROM pieces WHERE words @@ CAST(" + parameter + " AS TSQUERY)"
	}
	return "SELECT DISTINCT conversation_id FROM search JOIN pieces ON pieces.id = search.rowid WHERE search MATCH " + parameter
}

// expression writes a term in the engine's language. Words have letters and digits
// only, and stand in quotes, so nothing that people type is part of the language.
func expression(d db.Dialect, term []string) string {
	parts := make([]string, len(term))
	for i, word := range term {
		if d.Name == "postgres" {
			parts[i] = "'" + word + "':*"
		} else {
			parts[i] = `"` + word + `"*`
		}
	}
	if d.Name == "postgres" {
		return strings.Join(parts, " | ")
	}
	return strings.Join(parts, " OR ")
}
