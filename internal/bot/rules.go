package bot

import (
	"fmt"
	"strings"
	"unicode"

	"parley/internal/bot/intent"
)

// urgentKinds hand over at once, before anything is read; the first found wins.
var urgentKinds = []struct {
	kind   intent.Kind
	code   HandoffCode
	detail string
}{
	{intent.Probe, HandoffProbe, "WhatsApp announced a test of the bot's quality; answer it within 24 hours"},
	{intent.Safety, HandoffSafety, "the message may be about harm to somebody; look at it first"},
	{intent.Legal, HandoffLegal, "the message speaks of the law, fraud or a payment dispute"},
	{intent.DeleteData, HandoffDeleteData, "the customer asks for their personal data to be erased or shown"},
	{intent.Person, HandoffPerson, "the customer asked for a person"},
	{intent.Stop, HandoffOptOut, "the customer wants no more messages"},
}

// urgent finds what must never be argued with.
func (r *run) urgent() (Outcome, bool) {
	for _, u := range urgentKinds {
		if !r.has(u.kind) {
			continue
		}
		if u.kind == intent.Stop && r.turn.Rules.Consent {
			return r.unsubscribe(), true
		}
		out := r.handoff(u.code, BandAlways, u.detail)
		if r.turn.Rules.Consent && r.wrote(intent.StopWord) {
			out.Consent = &Consent{Out: true, Means: MeansWord}
		}
		return out, true
	}
	return Outcome{}, false
}

// has reports whether a part is of the kind, or all of them together are.
func (r *run) has(kind intent.Kind) bool {
	for _, p := range r.parts {
		if p.always && p.special.Kind == kind {
			return true
		}
	}
	if len(r.parts) < 2 {
		return false
	}
	s, ok := intent.Always(r.text, r.language)
	return ok && s.Kind == kind
}

// attachment explains once that only text is read, then hands over.
func (r *run) attachment() (Outcome, bool) {
	if !r.media && r.seen == "" || r.question != "" {
		return Outcome{}, false
	}
	return r.explainMedia(), true
}

func (r *run) explainMedia() Outcome {
	if r.state.MediaTold {
		return r.handoff(HandoffMedia, BandRule, "the customer sent a picture, voice message, document or location again")
	}
	r.state.MediaTold = true
	r.expectNothing()
	if !r.media {
		return r.say(ActionAsk, BandRule, "unsupported_media", "a picture alone asks nothing; the bot says so once", r.texts.Picture, r.hint())
	}
	return r.say(ActionAsk, BandRule, "unsupported_media", "the bot reads text only; it says so once", r.texts.Media, r.hint())
}

// smallTalk answers messages that ask nothing.
func (r *run) smallTalk() (Outcome, bool) {
	if r.question != "" {
		return Outcome{}, false
	}
	t := r.texts
	for _, reply := range []struct {
		kind   intent.Kind
		action Action
		text   string
	}{
		{intent.Robot, ActionAnswer, join(t.Robot, r.hint())},
		{intent.Goodbye, ActionAnswer, t.Goodbye},
		{intent.Thanks, ActionAnswer, t.Thanks},
		{intent.No, ActionAnswer, t.Declined},
		{intent.Yes, ActionAnswer, t.Acknowledged},
		{intent.Greeting, ActionAsk, t.AskGreeting},
	} {
		if !r.has(reply.kind) {
			continue
		}
		reason := fmt.Sprintf("the message is %s and asks nothing", reply.kind)
		if again := r.state.Said == cut(intent.Fold(reply.text)); again && !r.intro {
			if reply.action == ActionAsk {
				return r.miss("greeting", "the customer was asked what it is about and has not said", t.Empty), true
			}
			return r.quiet(string(reply.kind)), true
		}
		r.expectNothing()
		if reply.kind == intent.Goodbye || reply.kind == intent.Thanks {
			r.state.Calm = r.state.Turns
		}
		if reply.kind == intent.Greeting {
			return r.greet(reason), true
		}
		return r.say(reply.action, BandAlways, string(reply.kind), reason, reply.text), true
	}
	return r.miss("empty", "the message has no letter to read", r.texts.Empty), true
}

// quiet keeps two polite machines, or a customer's third "ok", from going on for ever.
func (r *run) quiet(kind string) Outcome {
	out := r.silent("the last reply answered the same small talk already")
	r.trace.Band, r.trace.Rule = BandAlways, kind
	return out
}

// greet says hello before the introduction.
func (r *run) greet(reason string) Outcome {
	hello := r.texts.HelloNoName
	if name := firstName(r.turn.Contact.FirstName); name != "" {
		hello = fmt.Sprintf(r.texts.Hello, name)
	}
	introduced := !r.intro
	out := r.say(ActionAsk, BandAlways, string(intent.Greeting), reason, r.texts.AskGreeting)
	if introduced {
		out.Text = hello + " " + out.Text
	} else {
		out.Text = join(hello+" "+r.introduction(), r.texts.AskGreeting)
	}
	return out
}

// firstName takes a profile's name only when it looks like one: profiles hold anything.
func firstName(name string) string {
	letters := 0
	for _, c := range name {
		switch {
		case unicode.IsLetter(c):
			letters++
		case !unicode.Is(unicode.Mn, c) && !strings.ContainsRune(" -'’.", c):
			return ""
		}
	}
	if letters == 0 || letters > 30 {
		return ""
	}
	return strings.TrimSpace(name)
}

// expectNothing forgets open questions: the bot no longer waits for a choice or a yes.
func (r *run) expectNothing() {
	r.state.Offered, r.state.PersonAsked, r.state.Proposed = nil, "", nil
}

// miss asks again, or hands over when asking again did not help before.
func (r *run) miss(rule, reason, text string) Outcome {
	run, recent := r.state.miss(true)
	asked := r.state.PersonAsked
	r.expectNothing()
	switch {
	case run >= missRun:
		return r.handoff(HandoffFallbacks, BandFallback, "the bot did not understand two turns in a row; last: "+reason)
	case recent >= missRecent:
		return r.handoff(HandoffFallbacks, BandFallback, "the bot did not understand three of the last eight turns; last: "+reason)
	case asked == HandoffUpset, r.state.UpsetTold && r.upset >= upsetOffer:
		return r.handoff(HandoffUpset, BandFallback, "the customer is upset, was offered a person and was not understood; last: "+reason)
	case r.upset >= upsetOffer:
		r.offerPerson(HandoffUpset)
		return r.say(ActionAsk, BandFallback, "frustration", reason+"; the customer sounds upset", r.texts.OfferPerson)
	}
	r.state.try(Tried{Kind: TriedRephrase})
	return r.say(ActionAsk, BandFallback, rule, reason, text, r.hint())
}
