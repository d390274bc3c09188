package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/texts"
)

// chosen resolves a tap or a typed title before anything else may read it.
func (r *run) chosen() (Outcome, bool) {
	if len(r.state.Offered) == 0 {
		return Outcome{}, false
	}
	for _, p := range r.parts {
		folded := intent.Fold(p.text)
		if folded == intent.Fold(texts.English.Person) || folded == intent.Fold(texts.French.Person) {
			return r.handoff(HandoffPerson, BandRule, "the customer chose a person from the choices"), true
		}
		for _, in := range r.offered() {
			// A row of a list comes back with its description behind the title.
			if folded == intent.Fold(in.Title) || folded == intent.Fold(in.Title+" "+in.Detail) {
				return r.take([]*knowledge.Intent{in}, "the customer chose the title"), true
			}
		}
	}
	return Outcome{}, false
}

// answered reads a number, an ordinal, words, yes or no against the bot's last question.
func (r *run) answered() (Outcome, bool) {
	offered := r.offered()
	if len(offered) == 0 && r.state.PersonAsked == "" {
		return Outcome{}, false
	}
	if len(offered) > 0 {
		if out, ok := r.picked(offered); ok {
			return out, true
		}
	}
	if r.question != "" {
		return Outcome{}, false
	}
	switch {
	case r.has(intent.No):
		return r.refused(offered), true
	case r.has(intent.Yes) && r.state.PersonAsked != "":
		return r.handoff(r.state.PersonAsked, BandRule, "the customer was offered a person and said yes"), true
	case r.has(intent.Yes) && len(offered) == 1:
		return r.take(offered, "the customer said yes to the only choice"), true
	case r.has(intent.Yes):
		return r.offer(offered, "clarify", "yes to several choices does not say which", r.texts.ChoicesHead), true
	}
	return Outcome{}, false
}

func (r *run) offered() []*knowledge.Intent {
	var list []*knowledge.Intent
	for _, name := range r.state.Offered {
		if in, ok := r.pub.Intent(r.language, name); ok {
			list = append(list, in)
		}
	}
	return list
}

// picked resolves numbers, ordinals and telling words of each message.
func (r *run) picked(offered []*knowledge.Intent) (Outcome, bool) {
	for _, p := range r.parts {
		numbers, stray := pick(p.text, len(offered)+1)
		if slices.Contains(numbers, len(offered)+1) {
			return r.handoff(HandoffPerson, BandRule, "the customer chose a person from the choices"), true
		}
		if len(numbers) > 0 {
			var list []*knowledge.Intent
			for _, n := range numbers {
				list = append(list, offered[n-1])
			}
			return r.take(list, "the customer chose by number"), true
		}
		if stray {
			return r.offer(offered, "clarify", "the number is none of the choices", r.texts.ChoicesHead), true
		}
		if in := byWords(p.text, offered); in != nil {
			return r.take([]*knowledge.Intent{in}, "the customer named one of the choices"), true
		}
	}
	return Outcome{}, false
}

// take answers what the customer chose.
func (r *run) take(list []*knowledge.Intent, reason string) Outcome {
	r.trace.P = 1
	return r.answer(list, BandRule, "choice", reason)
}

// refused asks what it is about, once; the second time a person takes over.
func (r *run) refused(offered []*knowledge.Intent) Outcome {
	if len(offered) == 0 {
		r.expectNothing()
		return r.say(ActionAnswer, BandAlways, string(intent.No), "the customer was offered a person and said no", r.texts.Declined)
	}
	r.state.Refusals++
	for _, in := range offered {
		r.state.Refused = last(append(r.state.Refused, in.Name), 2*maxChoices)
	}
	if r.state.Refusals >= 2 {
		return r.handoff(HandoffRefused, BandRule, "the customer turned the choices down twice")
	}
	return r.miss("choices_refused", "the customer turned the choices down", r.texts.RephraseAgain)
}

// offer lists up to three intents and a person.
func (r *run) offer(intents []*knowledge.Intent, rule, reason, head string) Outcome {
	intents = intents[:min(len(intents), maxChoices)]
	if len(intents) == 1 && head == r.texts.ChoicesHead {
		head = r.texts.ChoiceHead
	}
	return r.list(intents, BandClarify, rule, reason, head)
}

// list asks to choose among intents and a person.
func (r *run) list(intents []*knowledge.Intent, band, rule, reason, head string) Outcome {
	r.expectNothing()
	var choices, details []string
	for _, in := range intents {
		r.state.Offered = append(r.state.Offered, in.Name)
		choices, details = append(choices, in.Title), append(details, in.Detail)
	}
	r.state.try(Tried{TriedChoices, slices.Clone(choices)})
	r.state.UpsetTold = r.state.UpsetTold || r.upset >= upsetOffer // the last choice is a person
	return r.enumerate(append(choices, r.texts.Person), append(details, ""), band, rule, reason, head)
}

// enumerate asks to choose among titles. What is asked stands in paragraphs.
func (r *run) enumerate(choices, details []string, band, rule, reason string, paragraphs ...string) Outcome {
	var lines []string
	for i, title := range choices {
		line := fmt.Sprintf("%d. %s", i+1, title)
		if details[i] != "" {
			line += " – " + details[i]
		}
		lines = append(lines, line)
	}
	list, foot := strings.Join(lines, "\n"), r.texts.ChoicesFoot
	out := r.say(ActionChoices, band, rule, reason, append(paragraphs, list, foot)...)
	out.Prompt = strings.TrimSpace(strings.TrimSuffix(out.Text, join(list, foot)))
	out.Choices, out.Details, out.Button = choices, details, r.texts.Choose
	return out
}

// ordinals are number words by what they mean; -1 is the last choice.
var ordinals = map[string]int{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1, "one": 1, "two": 2, "three": 3, "four": 4,
	"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "top": 1,
	"fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"5th": 5, "6th": 6, "7th": 7, "8th": 8, "9th": 9, "10th": 10,
	"premier": 1, "premiere": 1, "deuxieme": 2, "seconde": 2, "troisieme": 3, "quatrieme": 4, "dernier": -1, "derniere": -1,
	"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "1er": 1, "1ere": 1, "2e": 2, "2eme": 2, "3e": 3, "3eme": 3, "4e": 4, "4eme": 4,
	"cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"5e": 5, "5eme": 5, "6e": 6, "6eme": 6, "7e": 7, "7eme": 7, "8e": 8, "8eme": 8, "9e": 9, "9eme": 9, "10e": 10, "10eme": 10,
}

// pickFiller are words that may stand beside a number without changing what it means.
var pickFiller = wordSet(`the option choice number nr no n answer please pls its it s is i think say d yes ok okay of them my about and or both for with go take want
	hi hello would like that thanks thank you
	le la l les choix numero option reponse oui svp s il vous plait c est plutot je dirais prends veux pour merci celui celle du de et ou bonjour la bonne ce serait`)

func wordSet(list string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// pick reads a text that is nothing but a choice: the numbers, 1 to n, it names by digit
// or ordinal. stray is true when it names a number that is none of the choices.
func pick(text string, n int) (numbers []int, stray bool) {
	before := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		if folded := intent.Fold(w); !strings.ContainsAny(w, "0123456789") {
			w = folded
		}
		v, err := strconv.Atoi(w)
		ordinal, named := ordinals[strings.NewReplacer("è", "e", "é", "e").Replace(w)]
		switch {
		case err == nil:
		case named && !(w == "one" && before != "" && len(numbers) > 0):
			v = ordinal
		case pickFiller[w] || w == "one":
			before = w
			continue
		default:
			return nil, false
		}
		before = w
		if v == -1 {
			v = n
		}
		if v < 1 || v > n {
			stray = true
			continue
		}
		if !slices.Contains(numbers, v) {
			numbers = append(numbers, v)
		}
	}
	return numbers, stray && len(numbers) == 0
}

// byWords finds the one offered intent whose title shares the text's telling words.
func byWords(text string, offered []*knowledge.Intent) *knowledge.Intent {
	said := strings.Fields(intent.Fold(text))
	if len(said) > 5 {
		return nil
	}
	var best *knowledge.Intent
	for _, in := range offered {
		title := strings.Fields(intent.Fold(in.Title))
		shared := false
		for _, w := range said {
			shared = shared || (len(w) > 3 && slices.ContainsFunc(title, func(t string) bool { return same(w, t) }))
		}
		if shared && best != nil {
			return nil
		}
		if shared {
			best = in
		}
	}
	return best
}

// same compares words without a plural or conjugation ending.
func same(a, b string) bool {
	if a == b {
		return true
	}
	return len(a) >= 5 && len(b) >= 5 && (strings.HasPrefix(a, b[:len(b)-1]) || strings.HasPrefix(b, a[:len(a)-1]))
}
