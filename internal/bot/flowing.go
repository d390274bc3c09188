package bot

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"parley/internal/bot/flow"
	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/phrase"
)

const (
	maxFlows  = 3 // at the same time: the one that runs, and those it interrupted
	maxBreaks = 5 // questions answered in between before they count as answers that do not fit
)

// flowing goes on with the flow that the conversation is in, or begins the route's.
func (r *run) flowing() (Outcome, bool) {
	if len(r.state.Flows) == 0 {
		if r.turn.Flow == "" || r.state.Turns != 1 || r.turn.Returned != nil {
			return Outcome{}, false
		}
		return r.enter(r.turn.Flow, "", r.text)
	}
	top := r.state.Flows[len(r.state.Flows)-1]
	switch {
	case r.text == "":
		return Outcome{}, false // an attachment alone has its own rule, and the flow waits on
	case r.leaves():
		return r.leave(), true
	case r.question == "" && r.has(intent.Goodbye):
		r.met(flow.Left)
		r.state.Flows = nil
		return Outcome{}, false
	}
	in := r.input()
	if flow.Loose(r.library, top) && strings.Contains(r.question, "?") {
		if other := r.another(r.question); other != nil {
			return r.interrupted(top, in, other), true
		}
	}
	m := flow.Go(r.library, top, in)
	switch m.Outcome {
	case flow.Unfit:
		return r.unfit(top, in), true
	case flow.Expired:
		r.met(flow.Abandoned)
		r.state.Flows = nil
		return Outcome{}, false
	}
	r.state.Breaks = 0
	return r.moved(m, r.aside()), true
}

// enter begins a flow, if there is one of that name. opening is what the customer began
// with; the name of the intent is remembered, so that it does not interrupt itself.
func (r *run) enter(name, by, opening string) (Outcome, bool) {
	in := r.input()
	in.Intent, in.Text = by, opening
	m, ok := flow.Start(r.library, name, in)
	if !ok {
		return Outcome{}, false
	}
	r.expectNothing()
	r.state.Flows = slices.DeleteFunc(r.state.Flows, func(p flow.Position) bool { return p.Flow == name })
	r.state.Flows = last(append(r.state.Flows, m.Position), maxFlows)
	return r.moved(m), true
}

// leadsOn reports whether an intent begins a flow that there is.
func (r *run) leadsOn(in *knowledge.Intent) bool {
	_, ok := r.library.Current(in.Flow)
	return ok
}

// led is the flow that an intent begins, with the message it was asked in: before a choice
// that is the one before.
func (r *run) led(in *knowledge.Intent, chosen bool) (Outcome, bool) {
	if in.Flow == "" {
		return Outcome{}, false
	}
	opening := r.text
	if chosen {
		for _, line := range slices.Backward(r.turn.History) {
			if line.Author == AuthorContact {
				opening = line.Text + "\n" + opening
				break
			}
		}
	}
	return r.enter(in.Flow, in.Name, opening)
}

func (r *run) input() flow.Input {
	in := flow.Input{
		Text: r.text, Language: r.language, Now: r.turn.Now, Results: r.turn.Results,
		Yes: r.question == "" && r.has(intent.Yes) && !r.has(intent.No),
		No:  r.question == "" && r.has(intent.No) && !r.has(intent.Yes),
		Pick: func(text string, n int) int {
			if numbers, _ := pick(text, n); len(numbers) == 1 {
				return numbers[0]
			}
			return 0
		},
		Contact: maps.Clone(r.turn.Contact.Attributes), Base: r.pub.Variables[r.language],
	}
	if in.Contact == nil {
		in.Contact = map[string]string{}
	}
	in.Contact["first_name"], in.Contact["language"] = firstName(r.turn.Contact.FirstName), r.turn.Contact.Language
	if n := len(r.turn.Messages); n > 0 {
		in.MessageID = r.turn.Messages[n-1].ID
	}
	return in
}

func (r *run) leaves() bool {
	return slices.ContainsFunc(r.parts, func(p part) bool { return phrase.Leaves(p.text) })
}

// leave ends the flow and what it had interrupted.
func (r *run) leave() Outcome {
	r.inFlow(r.state.Flows[len(r.state.Flows)-1])
	r.met(flow.Left)
	r.state.Flows, r.state.Breaks = nil, 0
	r.expectNothing()
	return r.say(ActionAnswer, BandRule, "flow_left", "the customer left the flow", r.texts.Left)
}

// another is the intent that a text clearly asks for, other than those of the flows the
// conversation is in.
func (r *run) another(text string) *knowledge.Intent {
	if text == "" {
		return nil
	}
	reading := r.reading(text)
	if reading.P < r.pub.Answer {
		return nil
	}
	in, ok := r.pub.Intent(r.language, reading.Top[0].Label)
	if !ok || slices.ContainsFunc(r.state.Flows, func(p flow.Position) bool { return p.Intent == in.Name || in.Flow != "" && p.Flow == in.Flow }) {
		return nil
	}
	r.trace.P = reading.P
	return in
}

// unfit meets a message that is no answer to what the flow asked.
func (r *run) unfit(top flow.Position, in flow.Input) Outcome {
	switch {
	case r.upset >= upsetOffer:
		r.inFlow(top)
		return r.handoff(HandoffUpset, BandRule, "the customer is upset and does not answer what a flow asks")
	case r.question == "" && r.has(intent.Robot):
		return r.moved(flow.Again(r.library, top, in, false), r.texts.Robot)
	}
	if other := r.another(r.question); other != nil && r.state.Breaks < maxBreaks {
		return r.interrupted(top, in, other)
	}
	return r.moved(flow.Again(r.library, top, in, true))
}

// interrupted answers another question and comes back to where the flow was.
func (r *run) interrupted(top flow.Position, in flow.Input, other *knowledge.Intent) Outcome {
	r.state.Breaks++
	body, missing := r.compose([]*knowledge.Intent{other})
	if other.Handoff != knowledge.HandoffNever || len(missing) > 0 || slices.Contains(r.turn.Rules.Intents, other.Name) {
		return r.answer([]*knowledge.Intent{other}, BandRule, "flow", "a question within a flow")
	}
	if out, ok := r.led(other, false); ok {
		return out
	}
	r.trace.Sources = append(r.trace.Sources, other.File)
	r.state.readAs(Scored{other.Name, other.Title, r.trace.P})
	r.state.try(Tried{TriedAnswer, []string{other.Title}})
	out := r.moved(flow.Again(r.library, top, in, false), body, r.texts.WhereWere)
	r.trace.Intent, r.trace.Title = other.Name, other.Title
	return out
}

// aside answers a clear question that came in the same burst as what the flow asked for.
func (r *run) aside() string {
	if len(r.parts) < 2 {
		return ""
	}
	for _, p := range r.parts {
		if p.small() {
			continue
		}
		other := r.another(p.text)
		if other == nil || other.Handoff != knowledge.HandoffNever || other.Flow != "" || slices.Contains(r.turn.Rules.Intents, other.Name) {
			continue
		}
		if body, missing := r.compose([]*knowledge.Intent{other}); len(missing) == 0 {
			r.trace.Sources = append(r.trace.Sources, other.File)
			return body
		}
	}
	return ""
}

// met writes into the trace what became of all flows that the conversation is in.
func (r *run) met(f flow.Fate) {
	for _, p := range r.state.Flows {
		r.trace.Steps = append(r.trace.Steps, p.Met(f))
	}
}

// inFlow writes into the trace which flow the turn was about.
func (r *run) inFlow(p flow.Position) {
	r.trace.Flow, r.trace.FlowVersion = p.Flow, p.Version
	if in, ok := r.pub.Intent(r.language, p.Intent); ok {
		r.trace.Intent, r.trace.Title = in.Name, in.Title
	}
}

// moved turns a flow's move into an outcome. before are paragraphs to say first.
func (r *run) moved(m flow.Move, before ...string) Outcome {
	r.inFlow(m.Position)
	r.trace.Steps = append(r.trace.Steps, m.Path...)
	maps.Copy(r.facts, m.Facts)
	top := len(r.state.Flows) - 1
	r.state.Flows[top] = m.Position
	switch m.Outcome {
	case flow.Calls:
		r.trace.Band, r.trace.Rule, r.trace.Reason = BandRule, "flow", m.Reason
		return Outcome{Action: ActionCall, Call: m.Call}
	case flow.Hands:
		return r.handoff(troubles[m.Trouble], BandRule, m.Reason, append(before, whole(m.Says)...)...)
	case flow.Ends:
		r.trace.Steps = append(r.trace.Steps, m.Position.Met(flow.Ended))
		r.state.miss(false)
		if f, ok := r.library.Pinned(m.Position.Flow, m.Position.Version); ok {
			r.state.try(Tried{TriedAnswer, []string{f.In(f.Title, r.language)}})
		}
		if r.state.Flows = r.state.Flows[:top]; top > 0 {
			again := flow.Again(r.library, r.state.Flows[top-1], r.input(), false)
			return r.moved(again, append(append(before, whole(m.Says)...), r.texts.WhereWere)...)
		}
		if len(m.Says) == 0 {
			before = append(before, r.texts.Acknowledged)
		}
		return r.speak(ActionAnswer, m, before)
	}
	r.state.miss(false)
	if len(m.Says) == 0 && join(before...) == "" {
		before = []string{r.texts.Noted}
	}
	if len(m.Choices) > 0 || m.YesNo {
		return r.pose(m, before)
	}
	return r.speak(ActionAsk, m, before)
}

var troubles = map[flow.Trouble]HandoffCode{
	flow.Wanted: HandoffFlow, flow.Stuck: HandoffFallbacks, flow.ToolFailed: HandoffTool, flow.Uncertain: HandoffTool, flow.Broken: HandoffFailed,
}

// whole are lines as text alone, with the address of what would stand beside one below it.
func whole(lines []flow.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, below(l))
	}
	return out
}

func below(l flow.Line) string {
	switch {
	case l.Link.URL != "":
		return join(l.Text, l.Link.Label+": "+l.Link.URL)
	case l.Media.URL != "":
		return join(l.Text, l.Media.URL)
	}
	return l.Text
}

// speak says what a flow says. A message shows one thing beside its text: the last there is.
func (r *run) speak(action Action, m flow.Move, before []string) Outcome {
	out := r.say(action, BandRule, "flow", m.Reason, append(before, whole(m.Says)...)...)
	for _, l := range slices.Backward(m.Says) {
		if l.Media.URL+l.Link.URL == "" {
			continue
		}
		out.Media, out.Link = knowledge.Media(l.Media), knowledge.Link(l.Link)
		out.Prompt = strings.Replace(out.Text, below(l), l.Text, 1)
		break
	}
	return out
}

// pose asks to choose, or for a yes or a no.
func (r *run) pose(m flow.Move, before []string) Outcome {
	paragraphs := append(before, whole(m.Says)...)
	if m.YesNo {
		out := r.say(ActionChoices, BandRule, "flow", m.Reason, append(paragraphs, r.texts.YesOrNo)...)
		r.withYesNo(&out)
		return out
	}
	var choices, details []string
	for _, o := range m.Choices {
		choices, details = append(choices, o.Title), append(details, o.Detail)
	}
	out := r.enumerate(choices, details, BandRule, "flow", m.Reason, paragraphs...)
	out.Button = cmp.Or(m.Button, out.Button)
	return out
}

// withYesNo puts two buttons below a question that says how to answer it without them.
func (r *run) withYesNo(out *Outcome) {
	out.Prompt = strings.TrimSpace(strings.TrimSuffix(out.Text, r.texts.YesOrNo))
	out.Choices, out.Details, out.Button = []string{r.texts.Yes, r.texts.No}, []string{"", ""}, r.texts.Choose
}
