// Package brain decides a turn with all that a route has: the embedded bot, the tools that
// it asks for and, where the bot had to read a question, a model.
//
// It owns their order and what each gets to see of the others. It must not hold rules or
// words, which are package bot's, nor remember anything between turns: what was called is
// in the ledger of package run. Start reading at [Brain.Reply].
package brain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/model"
	"parley/internal/bot/remote"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
)

// Brain is what decides the turns of a route.
type Brain struct {
	Bot   *bot.Bot
	Tools *run.Runner  // nil: none
	Model *model.Asker // nil: none
	// Remote is asked instead of a model; nil: there is none.
	Remote *remote.Asker
}

// maxCalls is how many tools the embedded bot may call in one turn; a flow stops earlier.
const maxCalls = 6

// Reply decides one turn. Asked again for the same turn, after a crash or a failure, it
// gets the results of the calls that were made from the ledger, so that nothing happens
// twice. It fails when ctx has ended or the ledger cannot be used; everything else that
// goes wrong ends in an outcome. Of who, Intent, Flow and Language are filled in here.
func (b Brain) Reply(ctx context.Context, who run.Who, t bot.Turn) (bot.Outcome, error) {
	var calls []bot.CallTrace
	for {
		out, err := b.Bot.Reply(ctx, t)
		if err != nil {
			return bot.Outcome{}, err
		}
		if out.Action != bot.ActionCall {
			out.Trace.Calls = calls
			if b.Remote != nil {
				return b.Remote.Improve(ctx, remote.Turn{
					Turn: t, Conversation: who.Conversation, Epoch: who.Epoch, Customer: who.Contact, ExternalID: who.ExternalID, Phone: who.Phone, Embedded: out,
				})
			}
			return b.improve(ctx, who, t, out)
		}
		if len(calls) == maxCalls {
			return bot.Outcome{}, fmt.Errorf("the bot asks for more than %d calls in one turn", maxCalls)
		}
		who.Language, who.Flow, who.Intent = out.Language, out.Trace.Flow, out.Trace.Intent
		if who.Intent == "" { // a yes has no intent of its own
			who.Intent = bot.Recall(t.State).Topic
		}
		result, trace, err := b.call(ctx, who, *out.Call)
		if err != nil {
			return bot.Outcome{}, err
		}
		t.Results, calls = append(t.Results, result), append(calls, trace)
	}
}

func (b Brain) call(ctx context.Context, who run.Who, call tool.Call) (tool.Result, bot.CallTrace, error) {
	started := time.Now()
	result := tool.Result{Call: call, State: tool.Failed, Code: run.CodeUnreachable, Problem: "this workspace has no tools"}
	if b.Tools != nil {
		var err error
		if result, err = b.Tools.Run(ctx, who, call); err != nil {
			return tool.Result{}, bot.CallTrace{}, err
		}
	}
	return result, bot.CallTrace{
		Tool: call.Tool, State: result.State, Code: result.Code, Problem: result.Problem, Millis: time.Since(started).Milliseconds(),
	}, nil
}

// improve asks the model, if the route has one.
func (b Brain) improve(ctx context.Context, who run.Who, t bot.Turn, out bot.Outcome) (bot.Outcome, error) {
	if b.Model == nil || !b.Model.Asks(out) {
		return out, nil
	}
	who.Language, who.Flow, who.Intent = out.Language, "", about(out)
	calls := out.Trace.Calls
	turn := model.Turn{Turn: t, Conversation: who.Conversation, Embedded: out}
	if b.Tools != nil {
		turn.Tools = b.offered(who.Intent)
		turn.Run = func(ctx context.Context, call tool.Call) (tool.Result, error) {
			result, trace, err := b.call(ctx, who, call)
			calls = append(calls, trace)
			return result, err
		}
	}
	out, err := b.Model.Improve(ctx, turn)
	out.Trace.Calls = calls
	return out, err
}

// about is the intent that a model is offered tools for: the nearest one where none was sure.
func about(out bot.Outcome) string {
	if out.Trace.Intent == "" && len(out.Trace.Alternatives) > 0 {
		return out.Trace.Alternatives[0].Intent
	}
	return out.Trace.Intent
}

func (b Brain) offered(intent string) []model.Tool { return offers(b.Tools.Allowed(intent, "")) }

// Offered are the tools of a catalogue that a model may ask for after such an outcome of the embedded bot.
func Offered(tools *tool.Catalogue, out bot.Outcome) []model.Tool {
	if tools == nil {
		return nil
	}
	return offers(tools.Allowed(about(out), ""))
}

// offers are the tools a model may ask for. One that changes something has to say in the
// customer's words what a yes would do.
func offers(tools []*tool.Tool) []model.Tool {
	var out []model.Tool
	for _, t := range tools {
		offer := model.Tool{
			Name: t.Name, Description: t.Description, Effect: t.Effect,
			Check: func(args map[string]any) error {
				if problem := t.Check(args); problem != "" {
					return errors.New(problem)
				}
				return nil
			},
		}
		if json.Unmarshal(t.Schema(), &offer.Schema) != nil {
			continue // a schema that was resolved is an object
		}
		if len(t.Confirm) > 0 {
			offer.Confirm = t.Question
		}
		out = append(out, offer)
	}
	return out
}
