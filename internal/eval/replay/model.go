package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"parley/internal/bot"
	"parley/internal/bot/brain"
	"parley/internal/bot/llm"
	"parley/internal/bot/model"
	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/store/calls"
)

// Models are asked about the turns that they may improve, as in the gateway. A nil Meter asks nobody and counts what
// would be asked.
type Models struct {
	Of    func(workspace, route string) *model.Asker // nil: that route has none
	Tools func(workspace string) *tool.Catalogue     // nil: none
	Meter *Meter
}

// maxOutages is how many turns in a row may find nobody before a replay gives up.
const maxOutages = 3

// errNotThen ends a turn in which the model calls a tool that was not called then.
var errNotThen = errors.New("was not called then")

// improve asks the model about a turn. It reports false when the budget is used up.
func (r *replayer) improve(ctx context.Context, turn bot.Turn, out bot.Outcome, conversation chat.ConversationID, made []*calls.Entry) (bot.Outcome, bool, error) {
	asker := r.Models.Of(turn.Workspace, turn.Route)
	if asker == nil || !asker.Asks(out) {
		return out, true, nil
	}
	t := model.Turn{Turn: turn, Conversation: conversation, Embedded: out, Tools: brain.Offered(r.Models.Tools(turn.Workspace), out)}
	if r.Models.Meter == nil {
		guess := asker.Guess(t)
		r.Spent.Turns++
		r.Spent.Calls++
		r.Spent.In += guess.In
		return out, true, nil
	}
	if r.Models.Meter.Full() {
		r.Spent.Left++
		return out, false, nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	t.Run = func(_ context.Context, call tool.Call) (tool.Result, error) {
		result, ok, err := then(call, string(conversation), made)
		if err == nil && !ok {
			err = errNotThen
		}
		if err != nil {
			stop(err)
		}
		return result, err
	}
	better, err := asker.Improve(ctx, t)
	if cause := context.Cause(ctx); errors.Is(cause, errNotThen) {
		r.Spent.Turns++
		out.Action = bot.ActionCall // which [compare] puts into words
		return out, true, nil
	}
	if err != nil {
		return out, false, err
	}
	return r.count(better)
}

// count judges what became of the model's turn.
func (r *replayer) count(out bot.Outcome) (bot.Outcome, bool, error) {
	m := out.Trace.Model
	if m == nil {
		return out, true, nil
	}
	switch kind := llm.Kind(m.Failure); kind {
	case llm.OverBudget:
		r.Spent.Left++
		return out, false, nil
	case llm.Unreachable, llm.RefusedRequest, llm.RateLimited:
		if r.outages++; r.outages == maxOutages {
			return out, false, fmt.Errorf("the model cannot be asked (%s: %s); parley doctor says what is wrong with it", m.Failure, m.Detail)
		}
	default:
		r.outages = 0
	}
	r.Spent.Turns++
	if m.Failure != "" {
		r.Spent.Fallbacks++
	}
	return out, true, nil
}

// then is the result that a call had, if it was made.
func then(call tool.Call, conversation string, made []*calls.Entry) (result tool.Result, ok bool, err error) {
	id, err := call.ID(conversation)
	if err != nil {
		return result, false, err
	}
	at := slices.IndexFunc(made, func(e *calls.Entry) bool { return e.ID == id && e.Ended() })
	if at < 0 {
		return result, false, nil
	}
	result, err = made[at].Outcome()
	return result, true, err
}
