package bot

import (
	"slices"

	"parley/internal/bot/intent"
	"parley/internal/bot/texts"
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

// wrote reports whether a message is one of the words that is looks for.
func (r *run) wrote(is func(string) bool) bool {
	return slices.ContainsFunc(r.parts, func(p part) bool { return is(p.text) })
}

// ConsentText is what is said to a decision, in a language.
func ConsentText(language string, out bool) string {
	if out {
		return texts.Of(language).OptedOut
	}
	return texts.Of(language).OptedIn
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
		return r.say(ActionAnswer, BandRule, "opt_out_kept", "the customer was asked whether they want no more messages and said no", r.texts.OptOutKept), true
	case r.turn.Contact.OptedOut && r.wrote(intent.StartWord):
		r.expectNothing()
		out := r.say(ActionAnswer, BandRule, "opt_in", "the customer wants messages again", r.texts.OptedIn)
		out.Consent = &Consent{Means: MeansWord}
		return out, true
	}
	return Outcome{}, false
}

// unsubscribe takes the word alone at its word, and asks first when it stands in a sentence.
func (r *run) unsubscribe() Outcome {
	if r.wrote(intent.StopWord) {
		return r.optOut(MeansWord)
	}
	r.expectNothing()
	r.state.OptOutAsked = true
	return r.say(ActionAsk, BandAlways, "opt_out_asked", "the customer seems to want no more messages; asks before it is done", r.texts.OptOutAsk)
}

func (r *run) optOut(means string) Outcome {
	r.expectNothing()
	out := r.say(ActionAnswer, BandAlways, "opt_out", "the customer wants no more messages", r.texts.OptedOut)
	out.Consent = &Consent{Out: true, Means: means}
	return out
}
