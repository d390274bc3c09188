package bot

import (
	"parley/internal/bot/intent"
	"parley/internal/bot/tool"
)

// proposed carries out what the last reply has proposed, if the customer says yes and
// nothing else. Anything that is no clear yes is a no, and read as what it is.
func (r *run) proposed() (Outcome, bool) {
	call := r.state.Proposed
	if call == nil {
		return Outcome{}, false
	}
	for _, result := range r.turn.Results {
		if result.Call.Tool == call.Tool && result.Call.Confirmed {
			r.state.Proposed = nil
			return r.carriedOut(result), true
		}
	}
	if r.question == "" && r.has(intent.Yes) && !r.has(intent.No) {
		confirmed := *call
		confirmed.Confirmed = true
		r.trace.Band, r.trace.Rule, r.trace.Reason = BandRule, "confirmed", "the customer said yes to "+call.Tool
		return Outcome{Action: ActionCall, Call: &confirmed}, true
	}
	r.state.Proposed = nil
	if r.question == "" && r.has(intent.No) {
		return r.say(ActionAnswer, BandRule, "not_confirmed", "the customer said no to "+call.Tool, r.texts.LeftAsItIs), true
	}
	return Outcome{}, false
}

func (r *run) carriedOut(result tool.Result) Outcome {
	switch result.State {
	case tool.Done:
		r.state.miss(false)
		return r.say(ActionAnswer, BandRule, "tool", "the customer said yes and "+result.Call.Tool+" has done it", r.texts.CarriedOut)
	case tool.Failed:
		return r.handoff(HandoffTool, BandRule, "the customer said yes to "+result.Call.Tool+", which failed and changed nothing: "+result.Code)
	}
	return r.handoff(HandoffTool, BandRule, "the customer said yes to "+result.Call.Tool+", and nobody knows whether it has happened; look before doing it again")
}
