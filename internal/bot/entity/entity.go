// Package entity finds the few things in a customer's words that an agent would
// otherwise have to ask for again: order numbers, e-mail addresses, amounts and
// dates, as English and French write them. A finding is checked, not guessed: what
// could as well be something else is left out.
//
// It must not know conversations or answers, do I/O or read the clock.
package entity

import (
	"cmp"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Name says what an entity is.
type Name string

// The names, as they stand in a handoff packet.
const (
	OrderNumber Name = "order_number"
	Email       Name = "email"
	Amount      Name = "amount"
	Date        Name = "date"
)

// Entity is one finding.
type Entity struct {
	Name Name
	// Value is the same however it was written: an upper-case order number, a
	// lower-case address, "12.50 EUR", "2026-11-20". A date without a year stays as
	// it was written.
	Value string
	// Text is what the customer wrote.
	Text string
	// Cents is the amount in hundredths of its currency; 0 for everything else.
	Cents int64
}

// Find lists what a text holds, in the order of the text, each value once. language
// decides how 03/04/2026 is read: in French the day comes first; in any other it is
// left as written unless only one reading is a date.
func Find(text, language string) []Entity {
	f := &finder{text: text, french: language == "fr"}
	f.emails()
	f.amounts()
	f.dates()
	f.orders()
	slices.SortStableFunc(f.found, func(a, b place) int { return cmp.Compare(a.from, b.from) })
	var out []Entity
	for _, p := range f.found {
		if !slices.ContainsFunc(out, func(e Entity) bool { return e.Name == p.Name && e.Value == p.Value }) {
			out = append(out, p.Entity)
		}
	}
	return out
}

type place struct {
	Entity
	from, to int
}

type finder struct {
	text   string
	french bool
	found  []place
}

// add keeps a finding unless an earlier kind has taken the same words.
func (f *finder) add(from, to int, e Entity) {
	for _, p := range f.found {
		if from < p.to && p.from < to {
			return
		}
	}
	e.Text = f.text[from:to]
	f.found = append(f.found, place{e, from, to})
}

var email = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}`)

func (f *finder) emails() {
	for _, m := range email.FindAllStringIndex(f.text, -1) {
		address := f.text[m[0]:m[1]]
		if _, err := mail.ParseAddress(address); err == nil {
			f.add(m[0], m[1], Entity{Name: Email, Value: strings.ToLower(address)})
		}
	}
}

const (
	// number is 1 234,56 or 1,234.56 or 49,90 or 100.
	number   = `\d{1,3}(?:[ \x{00A0}\x{202F}.,']\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?`
	currency = `€|£|\$|(?i:euros?|eur|pounds?|gbp|dollars?|usd|chf|cad)\b`
)

var (
	amountAfter  = regexp.MustCompile(`(` + number + `)[ \x{00A0}\x{202F}]?(` + currency + `)`)
	amountBefore = regexp.MustCompile(`(€|£|\$|\b(?i:eur|gbp|usd|chf|cad))[ \x{00A0}\x{202F}]?(` + number + `)`)
)

var codes = map[string]string{
	"€": "EUR", "£": "GBP", "$": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "dollar": "USD", "dollars": "USD",
}

func (f *finder) amounts() {
	f.amount(amountBefore, 2, 1)
	f.amount(amountAfter, 1, 2)
}

func (f *finder) amount(pattern *regexp.Regexp, value, unit int) {
	for _, m := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
		if m[0] > 0 && isDigit(f.text[m[0]-1]) || m[1] < len(f.text) && isDigit(f.text[m[1]]) {
			continue // a piece of a longer number
		}
		cents, ok := parseAmount(f.text[m[2*value]:m[2*value+1]])
		if !ok {
			continue
		}
		word := strings.ToLower(f.text[m[2*unit]:m[2*unit+1]])
		code, known := codes[word]
		if !known {
			code = strings.ToUpper(word)
		}
		f.add(m[0], m[1], Entity{Name: Amount, Value: strconv.FormatInt(cents/100, 10) + "." + pad(cents%100) + " " + code, Cents: cents})
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func pad(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// parseAmount takes the last point or comma for the decimal sign when one or two
// digits follow it; all other marks part thousands.
func parseAmount(text string) (cents int64, ok bool) {
	whole, fraction := text, ""
	if i := strings.LastIndexAny(text, ".,"); i >= 0 && len(text)-i-1 <= 2 {
		whole, fraction = text[:i], text[i+1:]
	}
	var digits strings.Builder
	for _, c := range whole {
		if c >= '0' && c <= '9' {
			digits.WriteRune(c)
		}
	}
	n, err := strconv.ParseInt(digits.String()+(fraction + "00")[:2], 10, 64)
	return n, err == nil && digits.Len() <= 9
}

var (
	isoDate     = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	slashDate   = regexp.MustCompile(`\b(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})\b`)
	dayMonth    = regexp.MustCompile(`(?i)\b(\d{1,2})(?:st|nd|rd|th|er)?\s+(?:of\s+)?(` + monthNames + `)\.?(?:,?\s+(\d{4}))?(?:[^\pL\d]|$)`)
	monthDay    = regexp.MustCompile(`(?i)\b(` + monthNames + `)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?(?:[^\pL\d]|$)`)
	monthNames  = `january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|janv|févr|fevr|avr|juil|déc`
	monthNumber = map[string]time.Month{
		"jan": 1, "feb": 2, "fev": 2, "fév": 2, "mar": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5, "jun": 6, "juin": 6, "jul": 7, "juil": 7,
		"aug": 8, "aou": 8, "aoû": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "déc": 12,
	}
)

func month(name string) time.Month {
	r := []rune(strings.ToLower(name))
	for _, n := range []int{4, 3} {
		if len(r) >= n {
			if m, ok := monthNumber[string(r[:n])]; ok {
				return m
			}
		}
	}
	return 0
}

func (f *finder) dates() {
	for _, m := range isoDate.FindAllStringSubmatchIndex(f.text, -1) {
		if value, ok := day(f.number(m, 1), f.number(m, 2), f.number(m, 3)); ok {
			f.add(m[0], m[1], Entity{Name: Date, Value: value})
		}
	}
	for _, m := range slashDate.FindAllStringSubmatchIndex(f.text, -1) {
		if value, ok := f.slashed(f.number(m, 1), f.number(m, 2), f.number(m, 3)); ok {
			if value == "" {
				value = f.text[m[0]:m[1]]
			}
			f.add(m[0], m[1], Entity{Name: Date, Value: value})
		}
	}
	f.named(dayMonth, 1, 2)
	f.named(monthDay, 2, 1)
}

func (f *finder) number(m []int, group int) int {
	n, _ := strconv.Atoi(f.text[m[2*group]:m[2*group+1]]) // the pattern lets through digits only
	return n
}

// slashed reads 20/11/2026. The value is empty when it may mean two days.
func (f *finder) slashed(a, b, year int) (value string, ok bool) {
	if year < 100 {
		year += 2000
	}
	dayFirst, okDay := day(year, b, a)
	monthFirst, okMonth := day(year, a, b)
	switch {
	case okDay && (f.french || !okMonth || dayFirst == monthFirst):
		return dayFirst, true
	case okMonth && !okDay:
		return monthFirst, !f.french
	}
	return "", okDay && okMonth
}

func (f *finder) named(pattern *regexp.Regexp, dayGroup, monthGroup int) {
	for _, m := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
		d, mo := f.number(m, dayGroup), month(f.text[m[2*monthGroup]:m[2*monthGroup+1]])
		end := max(m[2*dayGroup+1], m[2*monthGroup+1])
		year := 2000 // a leap year, so that 29 February without a year is a day
		if m[6] >= 0 {
			year, end = f.number(m, 3), m[7]
		}
		value, ok := day(year, int(mo), d)
		if !ok || m[6] < 0 && f.text[m[2]:m[3]] == "may" { // "may 2" is a verb more often than a day
			continue
		}
		if m[6] < 0 {
			value = f.text[m[0]:end]
		}
		f.add(m[0], end, Entity{Name: Date, Value: value})
	}
}

// day writes a date, if there is such a day in the years a customer speaks of.
func day(year, month, d int) (string, bool) {
	t := time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)
	return t.Format(time.DateOnly), year >= 1990 && year <= 2100 && t.Year() == year && int(t.Month()) == month && t.Day() == d
}

var (
	// orderWord is a number that the customer calls one of an order: "commande n° 123456", "order AB-1234".
	orderWord = regexp.MustCompile(`(?i)(?:order|commande|cmd|purchase|achat|parcel|colis|tracking|suivi|reference|référence|ref|réf)(?:\s+(?:number|numero|numéro|num|no|nr|id|is|est|was|it's|its|c'est|le|la|of))*\s*[.:#=-]?\s*(?:n\s*[°º.o]\s*)?#?\s*([A-Z]{0,4}[-_]?\d[\dA-Z]*(?:-\d[\dA-Z]*)*)`)
	orderHash = regexp.MustCompile(`(?i)(?:^|[\s(:])(?:#|n[°º]\s*)\s*([A-Z]{0,4}-?\d[\dA-Z-]*\d)`)
	orderBare = regexp.MustCompile(`\b([A-Z]{1,4}-?\d{4,12})\b`)
)

// orders come last, so that a date or an amount is not taken for one.
func (f *finder) orders() {
	for _, pattern := range []*regexp.Regexp{orderWord, orderHash, orderBare} {
		for _, m := range pattern.FindAllStringSubmatchIndex(f.text, -1) {
			value := strings.ToUpper(strings.ReplaceAll(f.text[m[2]:m[3]], "_", "-"))
			digits := 0
			for _, c := range value {
				if c >= '0' && c <= '9' {
					digits++
				}
			}
			// Four digits could be a year or a price, more than twelve a card.
			if digits < 4 || digits > 12 || digits == 4 && len(value) == 4 && (strings.HasPrefix(value, "19") || strings.HasPrefix(value, "20")) {
				continue
			}
			f.add(m[2], m[3], Entity{Name: OrderNumber, Value: value})
		}
	}
}
