package bot

import (
	"maps"
	"time"

	"parley/internal/bot/flow"
)

// wakes is when the flow that waits goes on by itself.
func (r *run) wakes() (at time.Time) {
	if len(r.state.Flows) == 0 {
		return at
	}
	top := r.state.Flows[len(r.state.Flows)-1]
	patience, ok := flow.Patience(r.library, top)
	if !ok {
		return at
	}
	if at = time.UnixMilli(top.At); len(r.turn.Messages) > 0 {
		at = r.turn.Now // the customer is here, whatever the flow made of it
	}
	return at.Add(patience)
}

// silence goes on with a flow whose customer has said nothing for as long as it waits. What
// has nothing to say then says nothing: nobody is there to be told that something was noted.
func (r *run) silence() Outcome {
	if len(r.state.Flows) == 0 {
		return r.silent("no message to answer")
	}
	top := r.state.Flows[len(r.state.Flows)-1]
	patience, ok := flow.Patience(r.library, top)
	if !ok || r.turn.Now.UnixMilli() < top.At+patience.Milliseconds() {
		return r.silent("no message to answer")
	}
	r.inFlow(top)
	m, _ := flow.Silence(r.library, top, r.input())
	switch {
	case r.turn.Contact.OptedOut, m.Outcome == flow.Expired:
		r.met(flow.Abandoned)
		r.state.Flows = nil
		return r.silent("the customer is silent, and is not asked again")
	case m.Outcome == flow.Ends: // what it had interrupted is as silent
		r.state.Flows = r.state.Flows[:len(r.state.Flows)-1]
		r.met(flow.Abandoned)
		r.state.Flows = []flow.Position{top}
	}
	if len(m.Says) > 0 || m.Outcome != flow.Ends && m.Outcome != flow.Waits {
		return r.moved(m)
	}
	r.trace.Steps = append(r.trace.Steps, m.Path...)
	maps.Copy(r.facts, m.Facts)
	r.state.Flows[len(r.state.Flows)-1] = m.Position
	if m.Outcome == flow.Ends {
		r.trace.Steps = append(r.trace.Steps, m.Position.Met(flow.Ended))
		r.state.Flows = nil
	}
	return r.silent(m.Reason)
}
