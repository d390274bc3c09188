package bot

import (
	"parley/internal/bot/intent"
)

// Consent is what a customer decided about messages. The caller unsubscribes them after
// the outcome's text has left, or it never arrives; and subscribes them before.
type Consent struct {
	Out   bool   // no more messages; else they want them again
	Means string // how they said it: one of the Means constants
}

// How somebody says it: in the word alone, or in a sentence and then with a yes.
const (
	MeansWord      = "word"
	MeansConfirmed = "confirmed"
)

// WhatsApp and Braze know no such words, so these are ours: those that text messages have
// made familiar (Braze docs, "Opt-ins and opt-outs").
var (
	stopWords  = folded("stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "arret", "arreter", "desabonner", "desabonnement", "desabo", "stop pub", "stop sms", "stop whatsapp")
	startWords = folded("start", "unstop", "opt in", "optin", "subscribe", "resubscribe", "reabonner", "reabonnement", "reprendre")
)

func folded(words ...string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[intent.Fold(w)] = true
	}
	return out
}

// wrote reports whether a message is one of the words and nothing else.
func (r *run) wrote(words map[string]bool) bool {
	for _, p := range r.parts {
		if words[intent.Fold(p.text)] {
			return true
		}
	}
	return false
}

// consent reads the answer to "no more messages at all?", and the word that brings them back.
func (r *run) consent() (Outcome, bool) {
	asked := r.state.OptOutAsked
	r.state.OptOutAsked = false
	switch {
	case !r.turn.Rules.Consent:
	case asked && r.question == "" && r.has(intent.Yes):
		return r.optOut(MeansConfirmed), true
	case asked && r.question == "" && r.has(intent.No):
		r.expectNothing()
		return r.say(ActionAnswer, BandRule, "opt_out_kept", "the customer was asked whether they want no more messages and said no", r.texts.optOutKept), true
	case r.turn.Contact.OptedOut && r.wrote(startWords):
		r.expectNothing()
		out := r.say(ActionAnswer, BandRule, "opt_in", "the customer wants messages again", r.texts.optedIn)
		out.Consent = &Consent{Means: MeansWord}
		return out, true
	}
	return Outcome{}, false
}

// unsubscribe takes the word alone at its word, and asks first when it stands in a sentence.
func (r *run) unsubscribe() Outcome {
	if r.wrote(stopWords) {
		return r.optOut(MeansWord)
	}
	r.expectNothing()
	r.state.OptOutAsked = true
	return r.say(ActionAsk, BandAlways, "opt_out_asked", "the customer seems to want no more messages; asks before it is done", r.texts.optOutAsk)
}

func (r *run) optOut(means string) Outcome {
	r.expectNothing()
	out := r.say(ActionAnswer, BandAlways, "opt_out", "the customer wants no more messages", r.texts.optedOut)
	out.Consent = &Consent{Out: true, Means: means}
	return out
}
