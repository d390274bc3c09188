package intent

import (
	"embed"
	"regexp"
	"strings"
	"sync"
)

// Kind is something every bot understands without training.
type Kind string

// The always-on kinds, in the order they win over each other.
const (
	Probe      Kind = "probe"       // WhatsApp's announced test of the bot's quality
	Safety     Kind = "safety"      // self-harm, injury, threat, a minor
	Legal      Kind = "legal"       // lawyer, regulator, chargeback, fraud
	DeleteData Kind = "delete_data" // erasure of, or access to, personal data
	Stop       Kind = "stop"        // no more messages
	Robot      Kind = "robot"       // are you a robot?
	Person     Kind = "person"      // let me talk to a person
	No         Kind = "no"
	Yes        Kind = "yes"
	Goodbye    Kind = "goodbye"
	Thanks     Kind = "thanks"
	Greeting   Kind = "greeting"
)

// Request reports whether a text of the kind asks for something; the others are small
// talk.
func (k Kind) Request() bool {
	switch k {
	case Probe, Safety, Legal, DeleteData, Stop, Person:
		return true
	}
	return false
}

// Special is an always-on reading.
type Special struct {
	Kind Kind
	// Language of the list that matched. Words that languages share ("ok", "stop",
	// "agent") carry the language the caller asked for, if that has them too.
	Language string
}

// Always reports whether a text is one of the always-on kinds, in any shipped language;
// lang is looked at first. Requests (person, stop, data, law, safety) may be wrapped in
// other words, small talk must be the whole text.
func Always(text, lang string) (Special, bool) {
	if kind, ok := emoji(text); ok {
		return Special{kind, lang}, true
	}
	folded := Fold(text)
	if folded == "" {
		return Special{}, false
	}
	var best Special
	rank := len(kinds)
	for _, l := range lexicons() {
		kind, ok := l.match(folded)
		if !ok {
			continue
		}
		r := kindRank(kind)
		if r < rank || (r == rank && l.language == lang) {
			best, rank = Special{kind, l.language}, r
		}
	}
	return best, rank < len(kinds)
}

var kinds = []Kind{Probe, Safety, Legal, DeleteData, Stop, Robot, Person, No, Yes, Goodbye, Thanks, Greeting}

func kindRank(k Kind) int {
	for i, other := range kinds {
		if k == other {
			return i
		}
	}
	return len(kinds)
}

// emoji reads a message of emoji alone, and a quality probe, which no folding may touch.
func emoji(text string) (Kind, bool) {
	if len(text) > 64 || Fold(text) != "" {
		return "", false
	}
	for _, e := range []struct {
		runes string
		kind  Kind
	}{
		{"👎", No},
		{"👍👌✅✔", Yes},
		{"🙏❤💙💚💕😊😍🥰😘", Thanks},
		{"👋", Greeting},
	} {
		if strings.ContainsAny(text, e.runes) {
			return e.kind, true
		}
	}
	return "", false
}

// rule finds one kind. Patterns are over folded words with one space between.
type rule struct {
	kind Kind
	// needs holds words of which the text must have one: it spares most texts the patterns.
	needs map[string]bool
	// anywhere may match within the text, whole must match all of it less filler words.
	anywhere, whole *regexp.Regexp
	// unless forbids a match: denied is what may not stand right before it, except what
	// may not stand anywhere.
	denied, except *regexp.Regexp
}

// lexicon is one language's lists. It does not change once built.
type lexicon struct {
	language string
	rules    []rule
	polite   map[string]bool   // words that say nothing at the start of anything
	lead     map[string]bool   // words that say nothing at the start of a request
	trail    map[string]bool   // and at the end of anything
	small    map[string][]talk // small talk by first word, longest phrase first
	keys     []string          // words worth mending when misspelt
	keep     map[string]bool   // words that are right as they are
}

type talk struct {
	words []string
	kind  Kind
	weak  bool // "ok": a yes when nothing else is said
}

var lexicons = sync.OnceValue(func() []*lexicon {
	return []*lexicon{lexiconEN(), lexiconFR()}
})

func (l *lexicon) match(folded string) (Kind, bool) {
	tokens := words(nil, folded, l.language)
	if len(tokens) <= 40 {
		l.mend(tokens)
	}
	if kind, ok := l.request(tokens); ok {
		return kind, true
	}
	return l.smallTalk(tokens)
}

func (l *lexicon) request(tokens []string) (Kind, bool) {
	var text, said, core string
	for i := range l.rules {
		r := &l.rules[i]
		if !r.wanted(tokens) {
			continue
		}
		if text == "" {
			text = strings.Join(tokens, " ")
			rest := strip(tokens, l.polite, l.trail)
			said = strings.Join(rest, " ")
			core = strings.Join(strip(rest, l.lead, l.trail), " ")
		}
		if r.except != nil && r.except.MatchString(text) {
			continue
		}
		if r.whole != nil && (r.whole.MatchString(said) || r.whole.MatchString(core)) {
			return r.kind, true
		}
		if r.anywhere == nil {
			continue
		}
		if at := r.anywhere.FindStringIndex(text); at != nil {
			if r.denied == nil || !r.denied.MatchString(text[:at[0]]+" ") {
				return r.kind, true
			}
		}
	}
	return "", false
}

func (r *rule) wanted(tokens []string) bool {
	for _, t := range tokens {
		if r.needs[t] {
			return true
		}
	}
	return false
}

// strip takes filler off both ends; a text of filler only stays whole.
func strip(tokens []string, lead, trail map[string]bool) []string {
	a, b := 0, len(tokens)
	for a < b && lead[tokens[a]] {
		a++
	}
	for b > a && trail[tokens[b-1]] {
		b--
	}
	if a == b {
		return tokens
	}
	return tokens[a:b]
}

// smallTalk covers the whole text with known phrases, or refuses.
func (l *lexicon) smallTalk(tokens []string) (Kind, bool) {
	if len(tokens) > 12 {
		return "", false
	}
	var best Kind
	rank, weak := len(kinds), false
	for i := 0; i < len(tokens); {
		n := 0
		for _, t := range l.small[tokens[i]] {
			if !startsWith(tokens[i:], t.words) {
				continue
			}
			n = len(t.words)
			if t.weak {
				weak = true
			} else if r := kindRank(t.kind); t.kind != "" && r < rank {
				best, rank = t.kind, r
			}
			break
		}
		if n == 0 {
			return "", false
		}
		i += n
	}
	if weak && (rank == len(kinds) || best == Greeting) {
		return Yes, true
	}
	return best, best != ""
}

func startsWith(tokens, words []string) bool {
	if len(tokens) < len(words) {
		return false
	}
	for i, w := range words {
		if tokens[i] != w {
			return false
		}
	}
	return true
}

// mend corrects misspelt key words in place: a letter too many, too few, wrong or
// swapped, never in the first letter, never a word that is right as it is.
func (l *lexicon) mend(tokens []string) {
	for i, t := range tokens {
		if len(t) < 4 || l.keep[t] {
			continue
		}
		if short := squeeze(t); short != t && l.keep[short] {
			tokens[i] = short
			continue
		}
		for _, key := range l.keys {
			if near(t, key) {
				tokens[i] = key
				break
			}
		}
	}
}

// squeeze shortens runs of three or more of a letter, and of any length at the end.
func squeeze(word string) string {
	out := make([]byte, 0, len(word))
	for i := 0; i < len(word); {
		j := i
		for j < len(word) && word[j] == word[i] {
			j++
		}
		if n := j - i; n >= 3 || (j == len(word) && n >= 2) {
			out = append(out, word[i])
		} else {
			out = append(out, word[i:j]...)
		}
		i = j
	}
	return string(out)
}

// near reports whether a is a likely misspelling of key: one edit, two in long words,
// only a swap of neighbours in words of four letters.
func near(a, key string) bool {
	if a[0] != key[0] || len(a)-len(key) > 2 || len(key)-len(a) > 2 {
		return false
	}
	edits := distance(a, key)
	switch {
	case len(key) >= 10:
		return edits <= 2
	case len(key) >= 5:
		return edits <= 1
	case len(key) == 4:
		return edits <= 1 && len(a) == 4 && sameLetters(a, key)
	}
	return false
}

func sameLetters(a, b string) bool {
	var sum [256]int
	for i := range len(a) {
		sum[a[i]]++
		sum[b[i]]--
	}
	return sum == [256]int{}
}

// distance counts edits, a swap of neighbours as one. Words are at most 32 bytes.
func distance(a, b string) int {
	if len(a) > 32 || len(b) > 32 {
		return 99
	}
	var d [33][33]int
	for i := range len(a) + 1 {
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// talkFiles hold small talk and the words around requests, by language.
//
//go:embed talk/*.txt
var talkFiles embed.FS

// build assembles a lexicon from its rules and its file of small talk.
func build(language string, rules ...rule) *lexicon {
	raw, err := talkFiles.ReadFile("talk/" + language + ".txt")
	if err != nil {
		panic("intent: embedded small talk: " + err.Error())
	}
	l := &lexicon{language: language, rules: rules, small: make(map[string][]talk)}
	lists := map[string]*map[string]bool{"polite": &l.polite, "lead": &l.lead, "trail": &l.trail, "keep": &l.keep}
	for _, set := range lists {
		*set = make(map[string]bool)
	}
	section := ""
	for line := range strings.Lines(string(raw)) {
		w := strings.Fields(line)
		if len(w) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if name, ok := strings.CutPrefix(w[0], "["); ok {
			section = strings.TrimSuffix(name, "]")
			continue
		}
		if set, ok := lists[section]; ok {
			for _, word := range w {
				(*set)[word] = true
			}
			continue
		}
		for _, word := range w {
			l.keep[word] = true
		}
		if section == "keys" {
			l.keys = append(l.keys, w...)
			continue
		}
		kind, weak := strings.CutPrefix(section, "~")
		if kind == "filler" {
			kind = ""
		}
		l.small[w[0]] = insertTalk(l.small[w[0]], talk{w, Kind(kind), weak})
	}
	return l
}

// insertTalk keeps phrases with the same first word longest first; of equal phrases the
// one that ranks higher wins, so that the order of the lists does not matter.
func insertTalk(list []talk, t talk) []talk {
	i := 0
	for i < len(list) && (len(list[i].words) > len(t.words) ||
		len(list[i].words) == len(t.words) && kindRank(list[i].kind) <= kindRank(t.kind)) {
		i++
	}
	list = append(list, talk{})
	copy(list[i+1:], list[i:])
	list[i] = t
	return list
}

func wordSet(list string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// anywhere compiles patterns that match between word boundaries.
func anywhere(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^| )(?:` + strings.Join(patterns, "|") + `)(?: |$)`)
}

// whole compiles patterns that match all of the text.
func whole(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join(patterns, "|") + `)$`)
}
