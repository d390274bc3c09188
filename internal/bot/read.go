package bot

import (
	"fmt"
	"slices"
	"strings"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

// read understands the question and puts it in its band.
func (r *run) read() Outcome {
	best, several := r.understand()
	for _, s := range best.Top {
		if in, ok := r.pub.Intent(r.language, s.Label); ok && len(r.trace.Alternatives) < maxChoices {
			r.trace.Alternatives = append(r.trace.Alternatives, Scored{s.Label, in.Title, s.P})
		}
	}
	r.trace.P = best.P
	if len(best.Top) > 0 {
		r.trace.Intent = best.Top[0].Label
		if in, ok := r.pub.Intent(r.language, r.trace.Intent); ok {
			r.trace.Title = in.Title
		}
	}
	if best.P >= r.pub.Clarify {
		r.state.readAs(Scored{r.trace.Intent, r.trace.Title, best.P})
	}
	if len(several) > 1 {
		return r.confident(several, fmt.Sprintf("the messages hold %d clear questions", len(several)))
	}
	p := best.P
	switch in, ok := r.pub.Intent(r.language, r.trace.Intent); {
	case ok && p >= r.pub.Answer:
		return r.confident([]*knowledge.Intent{in}, fmt.Sprintf("p %.2f is at or above the answer threshold %.2f", p, r.pub.Answer))
	case ok && p >= r.pub.Clarify:
		if out, ok := r.clarify(best, fmt.Sprintf("p %.2f is between the thresholds %.2f and %.2f", p, r.pub.Clarify, r.pub.Answer)); ok {
			return out
		}
	}
	return r.lost(fmt.Sprintf("p %.2f is below the clarify threshold %.2f", p, r.pub.Clarify))
}

// understand reads the burst as one question, each message by itself, and each
// question-marked piece of it; the most certain reading stands for the burst. several
// holds two or three different questions when each is certain by itself.
func (r *run) understand() (best intent.Reading, several []*knowledge.Intent) {
	best = r.reading(r.question)
	if r.seen != "" && best.P < r.pub.Answer { // "is this normal?"
		if with := r.reading(r.question + " " + clip(r.seen, maxPart)); with.P > best.P {
			best = with
		}
	}
	pieces := r.pieces()
	if len(pieces) < 2 {
		return best, nil
	}
	for _, piece := range pieces {
		reading := r.reading(piece)
		if reading.P > best.P {
			best = reading
		}
		if reading.P < r.pub.Answer || len(several) == maxChoices {
			continue
		}
		in, ok := r.pub.Intent(r.language, reading.Top[0].Label)
		if ok && !contains(several, in) {
			several = append(several, in)
		}
	}
	return best, several
}

// pieces are the asking messages, cut after question marks and line ends. Pieces of one
// or two words belong to their neighbour.
func (r *run) pieces() []string {
	var out []string
	for _, p := range r.parts {
		if p.small() {
			continue
		}
		for _, piece := range strings.FieldsFunc(p.text, func(c rune) bool { return c == '?' || c == '\n' || c == ';' }) {
			piece = strings.TrimSpace(piece)
			switch words := len(strings.Fields(intent.Fold(piece))); {
			case words == 0:
			case words < 3 && len(out) > 0:
				out[len(out)-1] += " " + piece
			default:
				if _, small := intent.Always(piece, r.language); !small {
					out = append(out, piece)
				}
			}
		}
	}
	return out
}

// reading asks the model of the reply's language and, when that is lost, the others:
// customers mix languages, and an intent has the same name in all of them.
func (r *run) reading(text string) intent.Reading {
	best := r.pub.Models[r.language].Understand(text)
	if best.P >= r.pub.Clarify {
		return best
	}
	for _, l := range r.pub.Languages {
		if l == r.language {
			continue
		}
		other := r.pub.Models[l].Understand(text)
		if other.P < r.pub.Answer {
			continue
		}
		if _, ok := r.pub.Intent(r.language, other.Top[0].Label); ok && other.P > best.P {
			best = other
		}
	}
	return best
}

// confident answers, unless that would go in circles.
func (r *run) confident(list []*knowledge.Intent, reason string) Outcome {
	if len(list) == 1 && r.leadsOn(list[0]) {
		if r.state.Repeats++; !r.repeated {
			r.state.Repeats = 0
		}
		if r.state.Repeats >= 2 {
			return r.handoff(HandoffLoop, BandRule, "the customer asked the same again and again")
		}
		return r.answer(list, BandAnswer, "", reason)
	}
	body, _ := r.compose(list)
	if r.repeated || (body != "" && cut(intent.Fold(body)) == r.state.Said) {
		return r.circle(list)
	}
	r.state.Repeats = 0
	return r.answer(list, BandAnswer, "", reason)
}

// compose fills the answers in; missing names variables nobody filled in.
func (r *run) compose(list []*knowledge.Intent) (body string, missing []string) {
	var answers []string
	for _, in := range list {
		text, m := r.pub.Whole(in)
		missing = append(missing, m...)
		if len(m) == 0 {
			answers = append(answers, text)
		}
	}
	return join(answers...), missing
}

// answer sends the answers of the intents, and hands over where they say so.
func (r *run) answer(list []*knowledge.Intent, band, rule, reason string) Outcome {
	body, missing := r.compose(list)
	r.expectNothing()
	r.state.Refusals, r.state.Refused = 0, nil
	handoff, ruled := false, ""
	var names, titles []string
	for _, in := range list {
		handoff = handoff || in.Handoff != knowledge.HandoffNever
		if slices.Contains(r.turn.Rules.Intents, in.Name) {
			ruled = in.Name
		}
		names, titles = append(names, in.Name), append(titles, in.Title)
		r.trace.Sources = append(r.trace.Sources, in.File)
	}
	r.trace.Intent, r.trace.Title = list[0].Name, list[0].Title
	r.state.readAs(Scored{list[0].Name, list[0].Title, r.trace.P})
	if ruled == "" && len(list) == 1 {
		if out, ok := r.led(list[0], rule == "choice"); ok {
			return out
		}
	}
	switch {
	case ruled != "":
		return r.handoff(HandoffIntent, band, "a rule of the workspace wants a person for "+ruled)
	case len(missing) > 0:
		return r.handoff(HandoffUnfilled, band, fmt.Sprintf("the answer to %s needs %s, which has no value in the knowledge base", strings.Join(names, ", "), strings.Join(missing, ", ")), body)
	case handoff:
		return r.handoff(HandoffIntent, band, fmt.Sprintf("the knowledge base wants a person for %s", strings.Join(names, ", ")), body)
	}
	r.state.miss(false)
	if choices := r.choicesOf(list); choices != nil {
		out := r.list(choices, band, rule, reason, join(r.promiseFor(names), body))
		r.state.Said = cut(intent.Fold(body))
		return out
	}
	r.state.try(Tried{TriedAnswer, titles})
	out := r.say(ActionAnswer, band, rule, reason, r.promiseFor(names), body, r.offerAfter())
	r.state.Said = cut(intent.Fold(body)) // without the offer, so that a repeat is seen
	if len(list) == 1 {
		if out.Media, out.Link = r.pub.Beside(list[0]); out.Media.URL+out.Link.URL != "" {
			bare, _ := r.pub.Fill(list[0])
			out.Prompt = strings.Replace(out.Text, body, bare, 1)
		} else if out.Form = list[0].Form; out.Form != "" {
			out.Prompt = out.Text
		}
	}
	return out
}

// offerAfter asks behind an answer whether a person should take over: somebody upset, and
// once somebody who has been writing for long.
func (r *run) offerAfter() string {
	switch {
	case r.upset >= upsetOffer:
		r.offerPerson(HandoffUpset)
		return r.texts.OfferPerson
	case r.state.Turns-r.state.Calm > longTurns && !r.state.OfferedLong:
		r.state.OfferedLong = true
		r.offerPerson(HandoffPerson)
		return r.texts.OfferPerson
	}
	return ""
}

// choicesOf are the intents that the only answer asks to choose from, or nil.
func (r *run) choicesOf(list []*knowledge.Intent) []*knowledge.Intent {
	if len(list) != 1 {
		return nil
	}
	var choices []*knowledge.Intent
	for _, name := range list[0].Choices {
		if in, ok := r.pub.Intent(r.language, name); ok {
			choices = append(choices, in)
		}
	}
	return choices
}

// offerPerson remembers that the reply asks whether the customer would like a person.
func (r *run) offerPerson(why HandoffCode) {
	r.state.PersonAsked = why
	r.state.UpsetTold = r.state.UpsetTold || why == HandoffUpset
	r.state.try(Tried{Kind: TriedPerson})
}

// circle breaks a loop: choices first, then a person.
func (r *run) circle(list []*knowledge.Intent) Outcome {
	r.state.Repeats++
	if r.state.Repeats >= 2 {
		return r.handoff(HandoffLoop, BandRule, "the customer asked the same again and the bot has only the same answer")
	}
	reason := "the customer asks the same again, or the answer would be the same again"
	var others []*knowledge.Intent
	for _, a := range r.trace.Alternatives {
		if in, ok := r.pub.Intent(r.language, a.Intent); ok && a.P >= worthOffering && !contains(list, in) {
			others = append(others, in)
		}
	}
	if len(others) == 0 {
		r.expectNothing()
		r.offerPerson(HandoffLoop)
		return r.say(ActionAsk, BandRule, "loop", reason, r.texts.OfferPerson)
	}
	out := r.offer(others, "loop", reason, r.texts.RepeatHead)
	r.trace.Band = BandRule
	return out
}

// clarify offers what the question may be about. Intents the customer turned down before
// are not offered again.
func (r *run) clarify(reading intent.Reading, reason string) (Outcome, bool) {
	if r.state.PersonAsked == HandoffUpset {
		return r.handoff(HandoffUpset, BandClarify, "the customer is upset, was offered a person and is not clearly understood"), true
	}
	var list []*knowledge.Intent
	for _, s := range reading.Top {
		if s.P < plausible*reading.P || len(list) == maxChoices {
			break
		}
		in, ok := r.pub.Intent(r.language, s.Label)
		if ok && !r.turnedDown(in) {
			list = append(list, in)
		}
	}
	if len(list) == 0 {
		return Outcome{}, false
	}
	if r.repeated {
		r.state.Repeats++
		if r.state.Repeats >= 2 {
			return r.handoff(HandoffLoop, BandRule, "the customer repeats a question the bot does not clearly understand"), true
		}
	}
	r.state.miss(false)
	return r.offer(list, "clarify", reason, r.texts.ChoicesHead), true
}

const (
	// plausible is the share of the best reading's probability a choice must have.
	plausible = 0.1
	// worthOffering is the probability an intent needs to be offered beside an answer that
	// did not help.
	worthOffering = 0.03
)

func (r *run) turnedDown(in *knowledge.Intent) bool {
	for _, name := range r.state.Refused {
		if name == in.Name {
			return true
		}
	}
	return false
}

// lost is the lowest band. A picture beside words nobody understands is explained first.
func (r *run) lost(reason string) Outcome {
	if r.media {
		return r.explainMedia()
	}
	if out, ok := r.fromDocuments(reason); ok {
		return out
	}
	return r.miss("", reason, r.texts.Rephrase)
}

func contains(list []*knowledge.Intent, in *knowledge.Intent) bool {
	for _, other := range list {
		if other.Name == in.Name {
			return true
		}
	}
	return false
}
