// Package model lets a language model improve what the embedded bot has decided, where
// that came from reading a question. It owns what the model is told, the loop over its
// tool calls, the checks of what it wants to say, and what it may cost.
//
// It must not decide rules, carry out anything that changes something, or leave a
// customer with less than the embedded bot had ready: every failure ends with that.
// Start reading at [Asker.Improve].
package model

import (
	"context"
	"log/slog"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/guard"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store/usage"
)

// Settings of a model on one route.
type Settings struct {
	Provider, Name string
	// Prompt is the operator's: how the shop speaks. May be empty.
	Prompt      string
	Temperature float64
	MaxTokens   int           // of each answer
	Deadline    time.Duration // of all calls of a turn together
	Calls       int           // of the model in a turn
	// Unsure asks the model only where the embedded bot was not sure enough to answer.
	Unsure bool
	Price  llm.Price
	// PerConversation and PerDay are limits in millionths of the price's currency; 0 is none.
	PerConversation, PerDay int64
}

// maxTools is how many tools a model may have carried out in a turn.
const maxTools = 6

// Tool is one that the model may ask for.
type Tool struct {
	Name, Description string
	Schema            map[string]any // JSON schema of an object
	Effect            tool.Effect
	// Check refuses arguments, in English words for the model. It may be nil.
	Check func(args map[string]any) error
	// Confirm says in the customer's language what a write would do with the arguments, nil
	// for its bare words. A write without it is not offered; where it gives "", the model is
	// told that the tool cannot be proposed.
	Confirm func(language string, args map[string]any) string
}

// Parts are what an Asker works with.
type Parts struct {
	Chat      llm.Model
	Bot       *bot.Bot
	Published func() *knowledge.Published
	// Spent and Note are the ledger.
	Spent func(ctx context.Context, workspace string, conversation chat.ConversationID, at int64) (usage.Spent, error)
	Note  func(ctx context.Context, t usage.Turn) error
	// Delimiter makes a mark that nobody can guess, for one request.
	Delimiter func() string
	Log       *slog.Logger
	Metrics   *obs.Metrics // nil: nobody counts
}

// Asker asks one model. It is safe for concurrent use.
type Asker struct {
	set Settings
	Parts
}

// New makes an Asker.
func New(set Settings, parts Parts) *Asker { return &Asker{set, parts} }

// Turn is a turn that the embedded bot has decided.
type Turn struct {
	bot.Turn
	Conversation chat.ConversationID
	Embedded     bot.Outcome
	Tools        []Tool
	// Run carries out a tool that reads. It is never given another.
	Run func(ctx context.Context, call tool.Call) (tool.Result, error)
}

// Asks reports whether the model is asked after such an outcome of the embedded bot.
func (a *Asker) Asks(embedded bot.Outcome) bool {
	return embedded.MayImprove() && (!a.set.Unsure || embedded.Trace.Band != bot.BandAnswer)
}

// Guess is about what the first call for such a turn would read.
func (a *Asker) Guess(t Turn) llm.Usage {
	pub := a.Published()
	if pub == nil {
		return llm.Usage{}
	}
	return a.begin(pub, t).request.Guess()
}

// Improve asks the model, if it is one of its turns, and gives what it made of it; in
// every other case, and whenever anything fails, it gives the embedded outcome, with the
// failure in its trace. It fails only when ctx has ended.
func (a *Asker) Improve(ctx context.Context, t Turn) (bot.Outcome, error) {
	pub := a.Published()
	if pub == nil || !a.Asks(t.Embedded) {
		return t.Embedded, nil
	}
	started := time.Now()
	r := a.begin(pub, t)
	limited, cancel := context.WithTimeout(ctx, a.set.Deadline)
	draft, kind := r.converse(limited)
	cancel()
	if ctx.Err() != nil {
		r.end(usage.Fallback, llm.Timeout)
		a.note(ctx, r, time.Since(started)) // paid for all the same
		return bot.Outcome{}, ctx.Err()
	}
	out := t.Embedded
	if kind == "" {
		better, ok, err := a.Bot.Instead(ctx, t.Turn, t.Embedded, draft)
		if err != nil {
			return bot.Outcome{}, err
		}
		if out = better; !ok {
			out, kind, r.trace.Detail = t.Embedded, llm.Unsafe, "the answer would be the same again"
		}
	}
	r.end(string(draft.Kind), kind)
	a.note(ctx, r, time.Since(started))
	trace := r.trace
	out.Trace.Model = &trace
	return out, nil
}

// end writes into the trace how the turn ended.
func (r *run) end(outcome string, failure llm.Kind) {
	r.trace.Outcome, r.trace.Failure = outcome, string(failure)
	if failure != "" {
		r.trace.Outcome, r.trace.Sources = usage.Fallback, nil
	}
}

// note writes the turn into the ledger, also when its time is up.
func (a *Asker) note(ctx context.Context, r *run, took time.Duration) {
	r.trace.In, r.trace.Out, r.trace.Millis = r.used.In, r.used.Out, took.Milliseconds()
	r.trace.Micros = a.set.Price.Cost(r.used)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := a.Note(ctx, usage.Turn{
		ID: chat.NewID(), Workspace: r.turn.Workspace, Route: r.turn.Route, Conversation: r.turn.Conversation, At: r.turn.Now.UnixMilli(),
		Provider: a.set.Provider, Model: a.set.Name, Calls: int64(r.trace.Calls), In: r.used.In, Out: r.used.Out, Micros: r.trace.Micros,
		Millis: r.trace.Millis, Outcome: r.trace.Outcome, Failure: r.trace.Failure, Violation: r.trace.Violation,
	})
	if err != nil {
		a.Log.Error("note the cost of a model", obs.FieldConversation, r.turn.Conversation, obs.Error(err))
	}
}

// run is one turn being put to the model.
type run struct {
	*Asker
	turn      Turn
	pub       *knowledge.Published
	vault     guard.Vault
	delimiter string
	sources   []source
	tools     map[string]Tool
	request   llm.Request
	trace     bot.ModelTrace
	used      llm.Usage
	spent     usage.Spent
	results   []string // what tools have answered
	cited     []string // names of the tools whose answers may be cited
	retried   bool
}

func (a *Asker) begin(pub *knowledge.Published, t Turn) *run {
	r := &run{Asker: a, turn: t, pub: pub, delimiter: a.Delimiter(), tools: map[string]Tool{}}
	r.trace = bot.ModelTrace{Provider: a.set.Provider, Model: a.set.Name}
	r.sources = r.gather()
	r.request = llm.Request{
		System: r.instructions(), Messages: []llm.Message{{Text: r.material()}}, Tools: []llm.Tool{replyTool},
		MaxTokens: a.set.MaxTokens, Temperature: a.set.Temperature,
	}
	for _, tl := range t.Tools {
		if tl.Effect != tool.Read && tl.Confirm == nil || tl.Name == replyTool.Name {
			continue
		}
		r.tools[tl.Name] = tl
		r.request.Tools = append(r.request.Tools, llm.Tool{Name: tl.Name, Description: tl.Description, Schema: tl.Schema})
	}
	return r
}
