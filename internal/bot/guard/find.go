package guard

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Finding is one piece of personal data in a text.
type Finding struct {
	Kind     Kind
	Text     string // as it was written
	From, To int    // bytes
}

var (
	placeholder = regexp.MustCompile(`<[A-Z]+_[0-9]+>`)
	emailShape  = regexp.MustCompile(`[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}`)
	ibanShape   = regexp.MustCompile(`(?i)\b[A-Z]{2}[0-9]{2}(?:[ \x{00A0}\-]?[A-Z0-9]){11,30}`)
	nirShape    = regexp.MustCompile(`(?i)[1-478][ .\-]?[0-9]{2}[ .\-]?[0-9]{2}[ .\-]?(?:[0-9]{2}|2[AB])[ .\-]?[0-9]{3}[ .\-]?[0-9]{3}[ .\-]?[0-9]{2}`)
	cardShape   = regexp.MustCompile(`[2-6](?:[ \x{00A0}.\-]?[0-9]){12,18}`)
	phoneShape  = regexp.MustCompile(`(?:\+|\b00)[1-9](?:[ \x{00A0}\x{202F}.\-/()]{0,2}[0-9]){7,14}|\b0[1-9](?:[ \x{00A0}\x{202F}.\-/]?[0-9]){8,9}|\(?\b[2-9][0-9]{2}\)?[ .\-][0-9]{3}[ .\-][0-9]{4}`)
)

// Find lists the personal data in a text from left to right, without overlaps. What only
// looks like an account, card or social security number fails its check digits and is
// not found; it may be found as something else.
func Find(text string) []Finding {
	f := finder{text: text}
	f.all(Literal, placeholder, func(string) bool { return true })
	f.all(Email, emailShape, func(string) bool { return true })
	f.ibans()
	f.all(NIR, nirShape, validNIR)
	f.all(Card, cardShape, validCard)
	f.all(Phone, phoneShape, func(string) bool { return true })
	slices.SortFunc(f.found, func(a, b Finding) int { return cmp.Compare(a.From, b.From) })
	return f.found
}

type finder struct {
	text  string
	found []Finding
}

func (f *finder) all(kind Kind, shape *regexp.Regexp, valid func(string) bool) {
	for _, at := range shape.FindAllStringIndex(f.text, -1) {
		if valid(f.text[at[0]:at[1]]) && !f.inNumber(kind, at[0], at[1]) {
			f.add(kind, at[0], at[1])
		}
	}
}

// inNumber reports whether more digits stand right beside a number, which is then a
// piece of something longer.
func (f *finder) inNumber(kind Kind, from, to int) bool {
	if kind == Literal || kind == Email {
		return false
	}
	return from > 0 && isDigit(f.text[from-1]) || to < len(f.text) && isDigit(f.text[to])
}

func (f *finder) add(kind Kind, from, to int) {
	for _, other := range f.found {
		if from < other.To && other.From < to {
			return
		}
	}
	f.found = append(f.found, Finding{kind, f.text[from:to], from, to})
}

// ibans shortens what the shape has taken too much of: a word may follow an account.
func (f *finder) ibans() {
	for _, at := range ibanShape.FindAllStringIndex(f.text, -1) {
		for to := at[1]; to > at[0]; to-- {
			if to < len(f.text) && isLetterOrDigit(f.text[to]) {
				continue // in the middle of a word
			}
			if validIBAN(f.text[at[0]:to]) {
				f.add(IBAN, at[0], to)
				break
			}
		}
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isLetterOrDigit(b byte) bool {
	return isDigit(b) || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}

// validCard is the Luhn check (ISO/IEC 7812-1, annex B).
func validCard(text string) bool {
	d := digits(text)
	if len(d) < 13 || len(d) > 19 {
		return false
	}
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// validIBAN is the mod 97 check of ISO 13616.
func validIBAN(text string) bool {
	var b strings.Builder
	for _, c := range strings.ToUpper(text) {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' {
			b.WriteRune(c)
		}
	}
	account := b.String()
	if len(account) < 15 || len(account) > 34 {
		return false
	}
	rest := 0
	for _, c := range account[4:] + account[:4] {
		if c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest == 1
}

// validNIR checks the key of a French social security number: 97 less the number modulo
// 97, where the Corsican departments 2A and 2B count as 19 and 18 (INSEE, "Numéro de
// sécurité sociale").
func validNIR(text string) bool {
	var b strings.Builder
	for _, c := range strings.ToUpper(text) {
		if c >= '0' && c <= '9' || c == 'A' || c == 'B' {
			b.WriteRune(c)
		}
	}
	n := b.String()
	if len(n) != 15 {
		return false
	}
	if month, err := strconv.Atoi(n[3:5]); err != nil || month == 0 || month > 12 && month < 20 {
		return false
	}
	body := strings.NewReplacer("2A", "19", "2B", "18").Replace(n[5:7])
	number, err := strconv.ParseInt(n[:5]+body+n[7:13], 10, 64)
	if err != nil {
		return false
	}
	key, err := strconv.ParseInt(n[13:], 10, 64)
	return err == nil && key == 97-number%97
}
