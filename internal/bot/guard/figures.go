package guard

import (
	"maps"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"parley/internal/bot/entity"
	"parley/internal/bot/intent"
)

// bareLink is a web address with or without its scheme. A full stop without a space after
// it reads as one too; the model then gets to mend its spacing.
var bareLink = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.\-]*://[^\s<>"”»)\]]+|(?:https?://)?(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+[a-z]{2,}(?::[0-9]+)?(?:[/?#][^\s<>"”»)\]]*)?`)

// linksIn lists the web addresses of a text, without scheme, "www." and what closes a
// sentence. E-mail addresses are none.
func linksIn(text string) []string {
	text = emailShape.ReplaceAllString(text, " ")
	var out []string
	for _, link := range bareLink.FindAllString(text, -1) {
		link = strings.TrimRight(link, ".,;:!?'*_")
		host, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(link), "https://"), "http://"), "/") // any other scheme stays
		host = strings.TrimPrefix(host, "www.")
		if _, tail, hasScheme := strings.Cut(link, "://"); hasScheme {
			link = tail
		}
		if _, exact, ok := strings.Cut(link, "/"); ok {
			path = strings.TrimRight(exact, "/") // paths keep their case
		}
		if path != "" {
			host += "/" + path
		}
		out = append(out, host)
	}
	return out
}

var (
	figure = regexp.MustCompile(`[0-9]+(?:[.,'’ \x{00A0}\x{202F}][0-9]+)*`)
	// bullet is the number of a list's line.
	bullet  = regexp.MustCompile(`(?m)^\s*[0-9][.)]\s`)
	percent = regexp.MustCompile(`([0-9]+(?:[.,][0-9]+)?)[ \x{00A0}\x{202F}]*(?:%|percent|per cent|pour cent|pourcent)`)
	code    = regexp.MustCompile(`[\pL\pN][\pL\pN\-_]*[\pL\pN]`)
)

// numbersIn lists the numbers of a text in one spelling: without separators of thousands,
// with two digits behind the point if there are any but zeros. A number that can be read
// in two ways has both.
func numbersIn(text string) map[string]bool {
	out := map[string]bool{}
	for _, n := range figure.FindAllString(text, -1) {
		for _, spelled := range spell(n) {
			out[spelled] = true
		}
		for part := range strings.FieldsFuncSeq(n, func(r rune) bool { return !unicode.IsDigit(r) }) {
			out[trim(part)] = true
		}
	}
	return out
}

// spell gives the readings of a number: whole, and with a fraction of one or two digits.
func spell(n string) []string {
	out := []string{trim(digits(n))}
	if i := strings.LastIndexAny(n, ".,"); i > 0 && len(n)-i-1 <= 2 {
		fraction := (n[i+1:] + "0")[:2]
		if fraction == "00" {
			return []string{trim(digits(n[:i]))}
		}
		return []string{trim(digits(n[:i])) + "." + fraction}
	}
	return out
}

func trim(n string) string {
	if n = strings.TrimLeft(n, "0"); n == "" {
		return "0"
	}
	return n
}

// numbers asks where every number and date comes from.
func (c *checker) numbers() *Violation {
	text := bullet.ReplaceAllString(c.draft, " ")
	if !strings.ContainsFunc(text, unicode.IsDigit) {
		return c.spelledOut()
	}
	for _, n := range figure.FindAllString(text, -1) {
		if n != "00" && !fromKnown(n, c.figures()) { // 9:00 is 9 am
			return violation(RuleNumber, "The number %s is in no source.", n)
		}
	}
	for day := range c.factsIn([]string{text}).dates {
		if vouched, customer := c.facts(); !vouched.dates[day] && !customer.dates[day] {
			return violation(RuleNumber, "The date %s is in no source.", day)
		}
	}
	return c.spelledOut()
}

// facts are the figures of texts: days, and amounts with their currency and shares.
type facts struct{ dates, amounts map[string]bool }

// figures are all numbers of the sources, read once.
func (c *checker) figures() map[string]bool {
	if c.numbered == nil {
		c.numbered = map[string]bool{}
		for _, list := range [][]string{c.vouched, c.Customer} {
			for _, text := range list {
				maps.Copy(c.numbered, numbersIn(text))
			}
		}
	}
	return c.numbered
}

// facts reads the sources, once and only if need be: it takes its time.
func (c *checker) facts() (vouched, customer facts) {
	if !c.read {
		c.read, c.ours, c.theirs = true, c.factsIn(c.vouched), c.factsIn(c.Customer)
	}
	return c.ours, c.theirs
}

func (c *checker) factsIn(texts []string) facts {
	f := facts{map[string]bool{}, map[string]bool{}}
	for _, text := range texts {
		if !strings.ContainsFunc(text, unicode.IsDigit) {
			continue
		}
		for _, e := range entity.Find(text, c.Language) {
			switch e.Name {
			case entity.Date:
				f.dates[strings.ToLower(e.Value)] = true
			case entity.Amount:
				f.amounts[e.Value] = true
			}
		}
		for _, m := range percent.FindAllStringSubmatch(text, -1) {
			f.amounts[spell(m[1])[0]+"%"] = true
		}
	}
	return f
}

// fromKnown looks for a number as a whole and, where spaces may part two numbers rather
// than thousands, piece by piece.
func fromKnown(n string, known map[string]bool) bool {
	for _, spelled := range spell(n) {
		if known[spelled] {
			return true
		}
	}
	pieces := strings.FieldsFunc(n, func(r rune) bool { return unicode.IsSpace(r) || r == '\u00a0' || r == '\u202f' })
	if len(pieces) < 2 {
		return false
	}
	for _, piece := range pieces {
		if !fromKnown(piece, known) {
			return false
		}
	}
	return true
}

// numberWords are numbers written as words, folded.
var numberWords = values(`two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 fifteen=15 twenty=20 thirty=30 forty=40
	fifty=50 sixty=60 seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 half=50
	deux=2 trois=3 quatre=4 cinq=5 sept=7 huit=8 neuf=9 dix=10 onze=11 douze=12 quinze=15 vingt=20 trente=30 quarante=40 cinquante=50
	soixante=60 septante=70 huitante=80 nonante=90 cent=100 mille=1000`)

// money and units are what makes a number in words a fact: amounts, shares, time.
var money = wordSet(`euro euros dollar dollars pound pounds percent pourcent cent`)

var units = wordSet(`euro euros dollar dollars pound pounds percent day days hour hours week weeks month months year years
	pourcent jour jours heure heures semaine semaines mois an ans annee annees`)

func values(list string) map[string]int {
	out := map[string]int{}
	for pair := range strings.FieldsSeq(list) {
		word, n, _ := strings.Cut(pair, "=")
		out[word], _ = strconv.Atoi(n) // a word whose number is no number would be 0, and tests would see it
	}
	return out
}

func wordSet(list string) map[string]bool {
	out := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		out[word] = true
	}
	return out
}

// spelledOut finds "twenty euros" and the like.
func (c *checker) spelledOut() *Violation {
	words := strings.Fields(c.folded)
	for i, word := range words {
		n, ok := numberWords[word]
		if !ok || word == "cent" && i > 0 && (words[i-1] == "per" || words[i-1] == "pour") {
			continue
		}
		for j := i + 1; j < len(words) && j <= i+2; j++ {
			unit := units[words[j]] || (words[j] == "cent" && (words[j-1] == "per" || words[j-1] == "pour"))
			if !unit {
				continue
			}
			phrase := strings.Join(words[i:j+1], " ")
			if !c.counts(n, money[words[j]]) && !strings.Contains(fold(c.vouched)+fold(c.Customer), " "+phrase+" ") {
				return violation(RuleNumber, "%q is in no source.", phrase)
			}
		}
	}
	return nil
}

// counts reports whether a number, or with amount some amount or percentage, is in the
// sources.
func (c *checker) counts(n int, amount bool) bool {
	if !amount {
		return c.figures()[strconv.Itoa(n)]
	}
	vouched, customer := c.facts()
	for _, f := range []facts{vouched, customer} {
		for known := range f.amounts {
			if strings.HasPrefix(known, strconv.Itoa(n)+".00 ") || known == strconv.Itoa(n)+"%" {
				return true
			}
		}
	}
	return false
}

// grants are words of a sentence that gives something away, folded, as beginnings of words.
var grants = strings.Fields(`discount refund credit voucher gift coupon goodwill compensat reimburs cashback waive
	remise reduction rembours avoir offert offrir gratuit cadeau dedommag geste compensation rabais`)

// prices asks where amounts and percentages come from. A sentence that gives something
// away must take them from what the shop vouches for: a customer's wish is no source.
func (c *checker) prices() *Violation {
	for sentence := range strings.FieldsFuncSeq(sentenceEnd.ReplaceAllString(c.draft, "\n"), func(r rune) bool { return r == '\n' }) {
		for amount := range c.factsIn([]string{sentence}).amounts {
			vouched, customer := c.facts()
			if !vouched.amounts[amount] && (givesAway(sentence) || !customer.amounts[amount]) {
				return violation(RulePrice, "The amount or percentage %s is in no source.", amount)
			}
		}
	}
	return nil
}

var sentenceEnd = regexp.MustCompile(`[.!?;](?:\s|$)`)

func givesAway(sentence string) bool {
	for word := range strings.FieldsSeq(intent.Fold(sentence)) {
		for _, grant := range grants {
			if strings.HasPrefix(word, grant) {
				return true
			}
		}
	}
	return false
}

// codes asks where words come from that are made of letters and digits, or shouted:
// vouchers, order numbers.
func (c *checker) codes() *Violation {
	var sources string
	for _, text := range append(append([]string{"AGENT CONSEILLER"}, c.vouched...), c.Customer...) {
		sources += " " + strings.ToUpper(text)
	}
	text := c.draft
	for _, link := range bareLink.FindAllString(text, -1) {
		text = strings.ReplaceAll(text, link, " ")
	}
	for _, word := range code.FindAllString(text, -1) {
		letters, upper, digit := 0, 0, 0
		for _, r := range word {
			switch {
			case unicode.IsDigit(r):
				digit++
			case unicode.IsUpper(r):
				upper, letters = upper+1, letters+1
			case unicode.IsLetter(r):
				letters++
			}
		}
		suspicious := digit > 0 && upper > 0 || upper >= 5 && upper == letters
		if suspicious && !strings.Contains(sources, strings.ToUpper(word)) {
			return violation(RuleNumber, "The code %s is in no source.", word)
		}
	}
	return nil
}
