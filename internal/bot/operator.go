package bot

import (
	"strconv"
	"strings"

	"parley/internal/bot/entity"
	"parley/internal/bot/intent"
)

// Rules are an operator's own reasons to hand a conversation to a person at once. The
// zero value has none.
type Rules struct {
	// Keywords are words or phrases of the customer; case and accents do not matter.
	Keywords []string
	// Intents are names of the knowledge base whose answer a person gives.
	Intents []string
	// Routes are ids: everything that came in there is for people.
	Routes []string
	// Attributes are "name=value" or, for any value, "name".
	Attributes []string
	// AmountAbove is in hundredths of whatever currency the customer names; 0 means never.
	AmountAbove int64
	// Consent says that the caller carries out an [Outcome.Consent]; without it, who wants
	// no more messages is handed over.
	Consent bool
}

// operator asks the operator's rules. Who the customer is and where they wrote do not
// change in a conversation, so those rules count until people have had it: else the bot
// would hand every message over again that they gave back.
func (r *run) operator() (Outcome, bool) {
	detail := r.turn.Rules.matchWords(r.text)
	if detail == "" && r.turn.Returned == nil {
		detail = r.turn.Rules.matchCustomer(r.turn)
	}
	if detail == "" {
		detail = r.turn.Rules.matchAmount(r.text, r.language)
	}
	if detail == "" {
		return Outcome{}, false
	}
	return r.handoff(HandoffRule, BandRule, detail), true
}

func (rules Rules) matchWords(text string) string {
	folded, lower := " "+intent.Fold(text)+" ", strings.ToLower(text)
	for _, keyword := range rules.Keywords {
		key := intent.Fold(keyword)
		if key == "" || !strings.Contains(folded, " "+key+" ") {
			continue
		}
		// Folding makes all numbers alike; a keyword with a number means that number.
		if strings.ContainsAny(keyword, "0123456789") && !strings.Contains(lower, strings.ToLower(keyword)) {
			continue
		}
		return "the message holds the keyword " + strconv.Quote(keyword)
	}
	return ""
}

func (rules Rules) matchCustomer(t Turn) string {
	for _, route := range rules.Routes {
		if t.Route == route {
			return "everything on the route " + route + " is for people"
		}
	}
	for _, rule := range rules.Attributes {
		name, value, exact := strings.Cut(rule, "=")
		has := t.Contact.Attributes[strings.TrimSpace(name)]
		if has == "" || has == "false" && !exact || exact && !strings.EqualFold(strings.TrimSpace(value), has) {
			continue
		}
		return "the customer has the attribute " + rule
	}
	return ""
}

func (rules Rules) matchAmount(text, language string) string {
	if rules.AmountAbove <= 0 {
		return ""
	}
	for _, e := range entity.Find(text, language) {
		if e.Name == entity.Amount && e.Cents > rules.AmountAbove {
			return "the customer speaks of " + e.Value
		}
	}
	return ""
}
