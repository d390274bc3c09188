package bot

import (
	"cmp"
	"context"
	"fmt"

	"parley/internal/bot/intent"
	"parley/internal/bot/texts"
	"parley/internal/bot/tool"
)

// DraftKind is how somebody else than the embedded bot would end a turn.
type DraftKind string

// The kinds of a [Draft].
const (
	DraftAnswer  DraftKind = "answer"
	DraftAsk     DraftKind = "ask"
	DraftChoices DraftKind = "choices"
	DraftHandoff DraftKind = "handoff"
	DraftDecline DraftKind = "decline" // not the shop's business; the words are the bot's
	DraftPropose DraftKind = "propose" // a tool that changes something; Text says what it would do
)

// Draft is what a model, or the operator's own brain, would say in the place of the embedded
// bot. Its texts were checked before.
type Draft struct {
	Kind DraftKind
	Text string // with DraftHandoff it may be empty; the notice follows it
	// Brain says that it is the operator's own: its questions may be steps of something, so
	// they are not counted against it.
	Brain bool
	// Language of Text, one of the knowledge base's; empty is the embedded outcome's.
	Language string
	// Choices and Details are of the same length; Button may be empty. With DraftChoices only.
	Choices, Details []string
	Button           string
	// Reason is one English sentence for the trace and, with a handoff, for the agent.
	Reason string
	// Sources are the files of the knowledge base that the text draws on, Intents their names.
	Sources, Intents []string
	// Call is set exactly with DraftPropose.
	Call *tool.Call
}

// MaxAsks is how many questions in a row a draft may ask before people take over.
const MaxAsks = 3

// MayImprove reports whether a draft may take the place of an outcome: it came from
// reading a question, or the answer to a draft's, and neither the operator nor the
// knowledge base has laid down how it ends.
func (o Outcome) MayImprove() bool {
	switch o.Trace.Band {
	case BandAnswer, BandClarify, BandFallback:
	case BandAlways: // a bare yes or no is an answer if somebody has asked
		return o.Asked && (o.Trace.Rule == string(intent.Yes) || o.Trace.Rule == string(intent.No))
	default:
		return false
	}
	switch {
	case len(o.Trace.Alternatives) == 0 && !o.Asked: // nothing was read
		return false
	case o.Trace.Rule == "unsupported_media" || o.Trace.Rule == "frustration" || o.Media.URL != "" || o.Link.URL != "":
		return false
	case o.Action == ActionHandoff:
		return o.Handoff.Code == HandoffFallbacks
	case o.Action == ActionChoices:
		return o.Trace.Band == BandClarify
	}
	return o.Action == ActionAnswer || o.Action == ActionAsk
}

// Instead is the outcome of a turn with a draft in the place of what Reply has made of
// it: with the introduction, the way to a person and the memory that belong to it. ok is
// false when the draft would go in circles; the embedded outcome then stands.
func (b *Bot) Instead(ctx context.Context, t Turn, embedded Outcome, d Draft) (out Outcome, ok bool, err error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, false, fmt.Errorf("bot turn: %w", err)
	}
	r := begin(b.published(), t)
	if r.pub == nil {
		return Outcome{}, false, nil
	}
	micros := embedded.Trace.Micros
	r.trace = embedded.Trace
	r.language = cmp.Or(d.Language, embedded.Language)
	r.trace.Language = r.language
	r.texts = texts.Of(r.language)
	r.state.Turns++
	r.count()
	r.remember()
	if embedded.Trace.P >= r.pub.Clarify {
		r.state.readAs(Scored{r.trace.Intent, r.trace.Title, r.trace.P})
	}
	if d.Kind == DraftAnswer && cut(intent.Fold(d.Text)) == r.state.Said {
		return Outcome{}, false, nil
	}
	after := readState(embedded.State)
	r.state.Language = cmp.Or(d.Language, after.Language)
	r.state.Asking = d.Kind == DraftAsk || d.Kind == DraftChoices
	r.state.Flows, r.state.Breaks = after.Flows, after.Breaks // one that was given up stays so
	out = r.draft(d)
	raw, err := r.state.write()
	if err != nil {
		return Outcome{}, false, fmt.Errorf("bot turn: state: %w", err)
	}
	r.trace.Micros, r.trace.Sources = micros, d.Sources
	out.State, out.Language, out.Trace = raw, r.language, r.trace
	return out, true, nil
}

func (r *run) draft(d Draft) Outcome {
	band, rule := r.trace.Band, "model_"+string(d.Kind)
	if d.Brain {
		rule = "brain_" + string(d.Kind)
	}
	r.expectNothing()
	r.state.Refusals, r.state.Refused, r.state.Repeats = 0, nil, 0
	switch d.Kind {
	case DraftHandoff:
		return r.handoff(HandoffModel, band, d.Reason, d.Text)
	case DraftDecline:
		r.state.miss(false)
		return r.say(ActionAnswer, band, rule, d.Reason, r.texts.OffTopic, r.hint())
	case DraftPropose:
		r.state.miss(false)
		r.state.Proposed = d.Call
		out := r.say(ActionChoices, band, rule, d.Reason, d.Text, r.texts.YesOrNo)
		r.withYesNo(&out)
		return out
	case DraftChoices:
		r.state.miss(false)
		r.state.try(Tried{TriedChoices, d.Choices})
		out := r.enumerate(d.Choices, d.Details, band, rule, d.Reason, d.Text)
		out.Button = cmp.Or(d.Button, out.Button)
		return out
	case DraftAsk:
		if run, _ := r.state.miss(!d.Brain); run >= MaxAsks {
			return r.handoff(HandoffFallbacks, BandFallback, fmt.Sprintf("%d questions in a row have not led anywhere", run))
		}
		r.state.try(Tried{Kind: TriedRephrase})
		if d.Brain { // not behind every step
			return r.say(ActionAsk, band, rule, d.Reason, d.Text)
		}
		return r.say(ActionAsk, band, rule, d.Reason, d.Text, r.hint())
	}
	r.state.miss(false)
	var titles []string
	for _, name := range d.Intents {
		if in, ok := r.pub.Intent(r.language, name); ok {
			titles = append(titles, in.Title)
		}
	}
	r.state.try(Tried{TriedAnswer, titles})
	out := r.say(ActionAnswer, band, rule, d.Reason, r.promiseFor(d.Intents), d.Text, r.offerAfter())
	r.state.Said = cut(intent.Fold(d.Text))
	return out
}
