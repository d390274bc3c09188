package flow

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"parley/internal/bot/tool"
)

const (
	maxSteps = 60 // of one turn; more go in circles
	maxCalls = 5  // of one turn
	maxAsks  = 40 // of one flow
	maxJumps = 5  // of one turn
)

// Start begins the current version of a flow. in.Text is what the customer began with.
func Start(lib *Library, name string, in Input) (Move, bool) {
	f, ok := lib.Current(name)
	if !ok {
		return Move{}, false
	}
	r := &run{lib: lib, in: in, flow: f, calls: map[string]bool{}}
	r.pos = Position{Flow: f.Name, Version: f.Version, Values: map[string]string{}, Notes: map[string]string{}, Intent: in.Intent}
	for i := range f.Slots {
		s := &f.Slots[i]
		if !s.Opening || s.Type == Choice {
			continue
		}
		for line := range strings.Lines(in.Text) {
			value, ok := s.opening(strings.TrimSpace(line), in)
			if ok && r.pos.Values[s.Name] == "" {
				r.pos.Values[s.Name] = value
			}
		}
	}
	return r.advance(f.Steps[0].Name), true
}

// opening reads a slot from a text that was no answer to it: only what is called an order
// number is one there.
func (s *Slot) opening(text string, in Input) (string, bool) {
	if s.Type != Order {
		return s.Read(text, in.Language, in.Now)
	}
	value, ok := only("order_number", text, in.Language)
	if ok {
		_, ok = s.Read(value, in.Language, in.Now)
	}
	return value, ok
}

// Go takes what the customer wrote to where the flow waits.
func Go(lib *Library, pos Position, in Input) Move {
	r, step, move := resume(lib, pos, in)
	if move != nil {
		return *move
	}
	waited := in.Now.UnixMilli() - pos.At
	r.pos.Silences = 0
	if step.Kind == Wait && waited > step.For.Milliseconds() && step.Late != "" {
		return r.advance(step.Late)
	}
	longest := max(r.flow.Expires, step.For)
	if step.Timeout != "" { // silence has its own way: whoever finds the flow still there is in time
		longest = step.For + r.flow.Expires
	}
	if waited > longest.Milliseconds() {
		return Move{Outcome: Expired, Position: pos, Reason: "the customer came back too late"}
	}
	unfit := Move{Outcome: Unfit, Position: pos, Reason: "the message is no answer to step " + step.Name}
	switch step.Kind {
	case Ask:
		value, ok := r.fit(r.flow.slot(step.Slot))
		if !ok {
			return unfit
		}
		r.pos.Values[step.Slot] = value
	case Call:
		switch {
		case in.Yes:
			r.confirmed = true
			return r.advance(step.Name)
		case in.No:
			return r.advance(step.Declined)
		}
		return unfit
	}
	return r.advance(step.Next)
}

// Again says once more what the flow waits for, after what did not fit (unfit, which
// counts and in the end hands over) or after something else.
func Again(lib *Library, pos Position, in Input, unfit bool) Move {
	r, step, move := resume(lib, pos, in)
	if move != nil {
		return *move
	}
	retries := defaultRetries
	var invalid Texts
	if step.Kind == Ask {
		retries, invalid = r.flow.slot(step.Slot).Retries, r.flow.slot(step.Slot).Invalid
	}
	if unfit {
		if r.pos.Tries++; r.pos.Tries > retries {
			return r.hand(Stuck, fmt.Sprintf("%d answers in a row did not fit step %s of flow %s", r.pos.Tries, step.Name, r.flow.Name))
		}
		if !r.say(invalid) {
			return r.move
		}
	}
	tries := r.pos.Tries
	m := r.stop(step)
	m.Position.Tries = tries
	return m
}

// Loose reports whether the flow takes almost any text where it waits, so that only a
// clear question can be told from an answer.
func Loose(lib *Library, pos Position) bool {
	r, step, move := resume(lib, pos, Input{})
	return move == nil && (step.Kind == Wait || step.Kind == Ask && r.flow.slot(step.Slot).Type == Text)
}

func resume(lib *Library, pos Position, in Input) (*run, *Step, *Move) {
	f, ok := lib.Pinned(pos.Flow, pos.Version)
	var step *Step
	if ok {
		step = f.step(pos.Step)
	}
	if step == nil || step.Kind != Ask && step.Kind != Call && step.Kind != Wait {
		return nil, nil, &Move{
			Outcome: Hands, Position: pos, Trouble: Broken,
			Reason: fmt.Sprintf("step %s of flow %s, version %s, is not there any more", pos.Step, pos.Flow, pos.Version),
		}
	}
	pos.Values, pos.Notes = copied(pos.Values), copied(pos.Notes)
	r := &run{lib: lib, in: in, flow: f, pos: pos, calls: map[string]bool{}}
	r.waited = step
	return r, step, nil
}

func copied(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	maps.Copy(out, m)
	return out
}

// run is one move being made.
type run struct {
	lib       *Library
	in        Input
	flow      *Flow
	pos       Position
	move      Move
	waited    *Step // where it was resumed, until it moves on; nil at the start
	confirmed bool  // the customer said yes to the call of the step that waited
	calls     map[string]bool
	jumps     int
}

// advance goes from step to step until the flow waits, calls, hands over or ends.
func (r *run) advance(name string) Move {
	for range maxSteps {
		if name == End {
			return r.end(Ends, fmt.Sprintf("flow %s has come to its end", r.flow.Name))
		}
		step := r.flow.step(name)
		if r.waited != step { // a call that goes on after its yes is not come to again
			r.move.Path = append(r.move.Path, Visit{Flow: r.flow.Name, Version: r.flow.Version, Step: name})
		}
		r.waited = nil
		r.pos.Step = name
		next, done := r.take(step)
		if done {
			return r.move
		}
		name = next
	}
	return r.hand(Broken, fmt.Sprintf("flow %s goes in circles at step %s", r.flow.Name, name))
}

// take does one step; done says that the move is made.
func (r *run) take(step *Step) (next string, done bool) {
	switch step.Kind {
	case Say:
		return step.Next, !r.sayStep(step)
	case Ask:
		if r.pos.Values[step.Slot] != "" && !step.Again {
			return step.Next, false
		}
		r.stop(step)
		return "", true
	case Branch:
		for _, c := range step.Cases {
			if c.If.Holds(r.value) {
				return c.Go, false
			}
		}
		return step.Else, false
	case Call:
		return r.call(step)
	case Set:
		for _, a := range step.Values {
			v, _ := r.fill(a.Value, false)
			if name, ok := strings.CutPrefix(a.Name, factPrefix); ok {
				r.fact(name, v)
				continue
			}
			r.note(a.Name, v)
		}
		return step.Next, false
	case Wait:
		r.stop(step)
		return "", true
	case Jump:
		return r.jump(step)
	}
	if r.say(step.Text) {
		r.hand(Wanted, fmt.Sprintf("step %s of flow %s hands over", step.Name, r.flow.Name))
	}
	return "", true
}

func (r *run) jump(step *Step) (next string, done bool) {
	f, ok := r.lib.Current(step.Flow)
	if r.jumps++; !ok || r.jumps > maxJumps {
		r.hand(Broken, fmt.Sprintf("flow %s jumps to %s, which is not published or comes back to it", r.flow.Name, step.Flow))
		return "", true
	}
	r.flow = f
	r.pos.Flow, r.pos.Version, r.pos.Led = f.Name, f.Version, ""
	return f.Steps[0].Name, false
}

// stop asks what the step waits for.
func (r *run) stop(step *Step) Move {
	r.pos.At, r.pos.Tries = r.in.Now.UnixMilli(), 0
	if r.pos.Asks++; r.pos.Asks > maxAsks {
		return r.hand(Stuck, fmt.Sprintf("flow %s has asked %d times", r.flow.Name, maxAsks))
	}
	switch step.Kind {
	case Ask:
		s := r.flow.slot(step.Slot)
		if step.Again {
			delete(r.pos.Values, step.Slot)
		}
		if s.Type == Choice {
			if r.move.Choices = r.offers(s); len(r.move.Choices) == 0 {
				return r.hand(Broken, fmt.Sprintf("slot %s of flow %s has nothing to choose from", s.Name, r.flow.Name))
			}
			r.move.Button = r.flow.In(s.Button, r.in.Language)
		}
		if !r.say(s.Ask) {
			return r.move
		}
	case Call:
		if !r.say(step.Confirm) {
			return r.move
		}
		if r.pos.Led == "" {
			r.pos.Led = r.in.MessageID
		}
		r.move.YesNo = true
	case Wait:
		if len(r.move.Says) == 0 {
			return r.end(Waits, "the flow waits, and was asked nothing")
		}
	}
	return r.end(Waits, fmt.Sprintf("flow %s waits at step %s", r.flow.Name, step.Name))
}

func (r *run) call(step *Step) (next string, done bool) {
	led := r.in.MessageID
	if step.Confirm != nil {
		if !r.confirmed {
			r.pos.Led = ""
			r.stop(step)
			return "", true
		}
		led = r.pos.Led
	}
	call := tool.Call{MessageID: led, Tool: step.Tool, Args: map[string]any{}, Confirmed: step.Confirm != nil}
	for _, a := range step.Args {
		v, gap := r.argument(a)
		if gap != "" {
			r.hand(Broken, fmt.Sprintf("step %s of flow %s needs %s, which has no value", step.Name, r.flow.Name, gap))
			return "", true
		}
		call.Args[a.Name] = v
	}
	id, err := call.ID("")
	if err != nil {
		r.hand(Broken, fmt.Sprintf("step %s of flow %s: %v", step.Name, r.flow.Name, err))
		return "", true
	}
	r.confirmed = false
	for _, result := range r.in.Results {
		if other, err := result.Call.ID(""); err == nil && other == id {
			r.calls[id] = true
			return r.result(step, result)
		}
	}
	if len(r.calls) >= maxCalls {
		r.hand(Broken, fmt.Sprintf("flow %s calls tools again and again", r.flow.Name))
		return "", true
	}
	r.move.Call = &call
	r.end(Calls, fmt.Sprintf("flow %s calls %s", r.flow.Name, step.Tool))
	return "", true
}

// result goes on with what came of a call.
func (r *run) result(step *Step, result tool.Result) (next string, done bool) {
	switch result.State {
	case tool.Done:
		for _, a := range step.Save {
			r.keep(a.Name, text(result.Data[a.Value]))
		}
		r.pos.Led = ""
		return step.Next, false
	case tool.Failed:
		for _, code := range []string{result.Code, "else"} {
			for _, e := range step.On {
				if e.Code == code {
					r.pos.Led = ""
					return e.Go, false
				}
			}
		}
		r.hand(ToolFailed, fmt.Sprintf("%s failed with %s at step %s of flow %s", step.Tool, orNone(result.Code), step.Name, r.flow.Name))
	default:
		r.hand(Uncertain, fmt.Sprintf("nobody knows whether %s went through at step %s of flow %s; look before doing it again", step.Tool, step.Name, r.flow.Name))
	}
	return "", true
}

func orNone(code string) string {
	if code == "" {
		return "no code"
	}
	return code
}

// text writes a field of a result as a value; lists and groups are none.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int, int64, bool:
		return fmt.Sprint(v)
	case fmt.Stringer: // json.Number
		return v.String()
	}
	return ""
}

func (r *run) keep(name, value string) { put(r.pos.Values, name, value) }

// note keeps a set value: over the slot or the field of that name, else for the flow alone.
func (r *run) note(name, value string) {
	if _, ok := r.pos.Values[name]; ok || r.flow.slot(name) != nil {
		put(r.pos.Values, name, value)
		return
	}
	put(r.pos.Notes, name, value)
}

func put(values map[string]string, name, value string) {
	if value = clip(value); value == "" {
		delete(values, name)
		return
	}
	values[name] = value
}

func (r *run) argument(a Assign) (v any, gap string) {
	if a.Literal != nil {
		return a.Literal, ""
	}
	value, gap := r.fill(a.Value, false)
	if m := reference.FindString(a.Value); m == a.Value && m != "" {
		if s := r.flow.slot(strings.TrimSpace(strings.Trim(m, "{}"))); s != nil && s.Type == Number {
			if n, err := strconv.ParseFloat(value, 64); err == nil {
				return n, gap
			}
		}
	}
	return value, gap
}

// value is what a name stands for, or "".
func (r *run) value(name string) string {
	if name == "language" {
		return r.in.Language
	}
	if key, ok := strings.CutPrefix(name, "contact."); ok {
		return r.in.Contact[key]
	}
	if key, ok := strings.CutPrefix(name, "base."); ok {
		return r.in.Base[key]
	}
	if v, ok := r.pos.Values[name]; ok {
		return v
	}
	return r.pos.Notes[name]
}

// fill puts values in; gap is the first name without one. Said days are written in words.
func (r *run) fill(template string, said bool) (filled, gap string) {
	filled = reference.ReplaceAllStringFunc(template, func(m string) string {
		name := strings.TrimSpace(strings.Trim(m, "{}"))
		v := r.value(name)
		if v == "" && gap == "" {
			gap = name
		}
		if said {
			v = spoken(v, r.in.Language)
		}
		return v
	})
	return filled, gap
}

// say adds a text; it makes the move a handoff and returns false when one would have a gap.
func (r *run) say(t Texts) bool {
	if t == nil {
		return true
	}
	filled, gap := r.fill(r.flow.In(t, r.in.Language), true)
	return r.add(Line{Text: filled}, gap)
}

func (r *run) sayStep(step *Step) bool {
	filled, gap := r.fill(r.flow.In(step.Text, r.in.Language), true)
	line := Line{Text: filled, Media: step.Media}
	var gap2 string
	if line.Media.URL, gap2 = r.fill(step.Media.URL, false); gap == "" {
		gap = gap2
	}
	line.Link.Label, gap2 = r.fill(r.flow.In(step.Link.Label, r.in.Language), true)
	if gap == "" {
		gap = gap2
	}
	if line.Link.URL, gap2 = r.fill(step.Link.URL, false); gap == "" {
		gap = gap2
	}
	return r.add(line, gap)
}

func (r *run) add(line Line, gap string) bool {
	if gap != "" {
		r.hand(Broken, fmt.Sprintf("step %s of flow %s says %s, which has no value", r.pos.Step, r.flow.Name, gap))
		return false
	}
	r.move.Says = append(r.move.Says, line)
	return true
}

func (r *run) hand(why Trouble, reason string) Move {
	r.move.Trouble, r.move.Choices, r.move.YesNo = why, nil, false
	return r.end(Hands, reason)
}

func (r *run) end(o Outcome, reason string) Move {
	r.move.Outcome, r.move.Reason, r.move.Position = o, reason, r.pos
	return r.move
}
