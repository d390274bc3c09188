package bot

import (
	"fmt"
	"slices"
	"strings"

	"parley/internal/bot/intent"
	"parley/internal/bot/phrase"
)

// returned meets a conversation that people have given back since the last turn: what
// the bot waited for is over, and what once led to a handoff must not lead there again.
func (r *run) returned() bool {
	t := r.turn.Returned
	if t == nil {
		return false
	}
	at := t.At.UnixMilli()
	if at <= r.state.Back {
		return !r.state.Introduced // its first reply is still to come
	}
	r.state.relieve()
	r.state.Back, r.intro = at, true
	return true
}

// aboutPromise are words of customers who ask what became of what they were told.
var aboutPromise = phrase.List(`
	promised | promise | you said | he said | she said | they said | was told | were told | been told | your colleague | the agent said | any news | any update | any updates
	what about it | is it done | has it been done | when will it | still waiting for it
	promis | promesse | promettre | vous avez dit | on m a dit | m a dit | m avait dit | votre collegue | le conseiller | la conseillere | des nouvelles | du nouveau
	ou en est | ou en sommes | c est fait | est ce fait | quand est ce que ce sera`)

// alike is from which likeness on a question is about the promise's own words.
const alike = 0.45

// promise answers a customer who asks what became of a promise: with the promise, in
// the words of the person who made it, and nothing added.
func (r *run) promise() (Outcome, bool) {
	quote := r.quote()
	if quote == "" || r.question == "" || r.state.Promised {
		return Outcome{}, false
	}
	folded := intent.Fold(r.question)
	asks := phrase.In(r.question, aboutPromise)
	if !asks && intent.Similarity(folded, intent.Fold(r.turn.Returned.Promise)) < alike {
		return Outcome{}, false
	}
	// A question that is clearly about something else gets its own answer.
	if reading := r.reading(r.question); !asks && reading.P >= r.pub.Answer && reading.Top[0].Label != r.about() {
		return Outcome{}, false
	}
	r.expectNothing()
	r.state.miss(false)
	r.state.Promised = true
	return r.say(ActionAnswer, BandRule, "promise", "the customer asks about what a colleague promised", quote, r.hint()), true
}

// promiseFor is the promise, to stand before an answer about the same thing, once.
func (r *run) promiseFor(intents []string) string {
	quote := r.quote()
	if quote == "" || r.state.Promised || !slices.Contains(intents, r.about()) {
		return ""
	}
	r.state.Promised = true
	return quote
}

func (r *run) quote() string {
	if r.turn.Returned == nil || strings.TrimSpace(r.turn.Returned.Promise) == "" {
		return ""
	}
	return fmt.Sprintf(r.texts.Promised, strings.TrimSpace(r.turn.Returned.Promise))
}

// about is the intent of the promise: as its words are read, else what people had the
// conversation for.
func (r *run) about() string {
	if reading := r.reading(r.turn.Returned.Promise); reading.P >= r.pub.Answer {
		return reading.Top[0].Label
	}
	return r.turn.Returned.Topic
}
