// Package run carries tools out: it checks what is asked, fills in who the customer is,
// enters the call into the ledger, sends it and writes down what came of it.
//
// It owns HTTP, MCP and the order of these steps. It must not decide whether a customer
// has said yes, nor what to say about a result: that is the bot's. Start reading at
// [Runner.Run].
package run

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/calls"
)

// The codes of failures that are not the other side's.
const (
	CodeTimeout     = "timeout"     // a read had no answer in time
	CodeRefused     = "refused"     // not confirmed, not allowed here, or the other side would not
	CodeUnreachable = "unreachable" // nothing got through, or nothing but errors
	CodeInvalid     = "invalid"     // arguments or an answer that do not fit the declaration
)

// Who is the conversation that a call is for. All of it comes from the server.
type Who struct {
	Workspace                   string
	Conversation                chat.ConversationID
	Turn                        chat.TurnID
	Epoch                       int64 // of the conversation, when the turn was claimed
	Contact                     chat.ContactID
	ExternalID, Phone, Language string
	Intent, Flow                string // what the bot is at, for the allow-lists
}

// Settings of a Runner.
type Settings struct {
	Catalogue *tool.Catalogue
	Version   string           // of Parley, for MCP servers
	Now       func() time.Time // nil: time.Now
	Metrics   *obs.Metrics     // nil: nobody counts
}

// Runner carries out the tools of one workspace. It is safe for concurrent use; several,
// in one process or in many, may share a store.
type Runner struct {
	tools *tool.Catalogue
	store *store.Store
	http  *caller
	mcp   *servers
	log   *slog.Logger
	now   func() time.Time
	count *obs.Metrics
}

// New makes a Runner. It opens nothing yet. store may be nil when only Try is used.
func New(set Settings, s *store.Store, log *slog.Logger) *Runner {
	if set.Now == nil {
		set.Now = time.Now
	}
	return &Runner{
		tools: set.Catalogue, store: s, http: newCaller(set.Now), mcp: newServers(set.Catalogue.Servers(), set.Version, set.Now), log: log, now: set.Now, count: set.Metrics,
	}
}

// Allowed are the tools that may be used for an intent or in a flow.
func (r *Runner) Allowed(intent, flow string) []*tool.Tool { return r.tools.Allowed(intent, flow) }

// Run carries a call out, once: whoever asks for the same call again gets the same result,
// in this process or another, after a crash as well. A call that somebody else is carrying
// out is waited for.
//
// A write that has begun is seen through although ctx ends, for as long as its timeout: to
// cut it off would leave nobody knowing. The error is non-nil only when the ledger could
// not be used or ctx ended; that a tool failed is a Result.
func (r *Runner) Run(ctx context.Context, who Who, call tool.Call) (tool.Result, error) {
	id, err := call.ID(string(who.Conversation))
	if err != nil {
		return failed(call, CodeInvalid, "the arguments cannot be written as JSON"), nil
	}
	t, values, code, problem := r.prepare(who, call, id, true)
	if problem != "" {
		return r.refuse(ctx, id, call, code, problem)
	}
	plan := calls.Plan{
		ID: id, Workspace: who.Workspace, Conversation: who.Conversation, Turn: who.Turn, Effect: t.Effect, Idempotent: t.Idempotent, Call: call,
		By: chat.NewID(), Lease: (t.Timeout + leaseMargin).Milliseconds(),
	}
	for {
		e, verdict, err := r.begin(ctx, plan)
		if err != nil {
			return tool.Result{}, err
		}
		switch verdict {
		case calls.Over:
			return outcomeOf(call, &e)
		case calls.Unconfirmed:
			return failed(call, CodeRefused, fmt.Sprintf("tool %s writes, and the customer has not said yes to it", t.Name)), nil
		case calls.Busy:
			if err := r.pause(ctx, busyPoll); err != nil {
				return tool.Result{}, err
			}
			continue
		}
		result, ours, err := r.attempt(ctx, t, call, values, e)
		if err != nil || ours {
			return result, err
		}
		// The lease ran out meanwhile and somebody else has the call: theirs counts.
		plan.By = chat.NewID()
	}
}

const (
	leaseMargin = 10 * time.Second       // for the database, beyond the timeout of an attempt
	busyPoll    = 100 * time.Millisecond // between looks at a call that somebody else carries out
	retryPause  = 200 * time.Millisecond // before the second attempt; doubles
	lastWrite   = 5 * time.Second        // for writing down an outcome after ctx has ended
)

// Effects says of every tool whether it writes, for whoever checks flows.
func (r *Runner) Effects() map[string]tool.Effect {
	out := map[string]tool.Effect{}
	for _, t := range r.tools.Tools() {
		out[t.Name] = t.Effect
	}
	return out
}

// Pins are what every tool on an MCP server is pinned by, as the servers describe them
// now: by the tool's name here.
func (r *Runner) Pins(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range r.tools.Tools() {
		if t.MCP == nil {
			continue
		}
		within, cancel := context.WithTimeout(ctx, t.Timeout)
		pin, err := r.mcp.pinOf(within, t.MCP)
		cancel()
		if err != nil {
			return nil, fmt.Errorf("tool %s: %w", t.Name, err)
		}
		out[t.Name] = pin
	}
	return out, nil
}

// Close ends the sessions with MCP servers, and those that were started as commands, and
// drops connections. Nothing may run any more.
func (r *Runner) Close() error {
	r.http.client.CloseIdleConnections()
	return r.mcp.close()
}

// Try carries a call out once without the ledger, for people who try a declaration. Where
// a tool may be used does not count.
func (r *Runner) Try(ctx context.Context, who Who, call tool.Call) tool.Result {
	id := chat.NewID()
	t, values, code, problem := r.prepare(who, call, id, false)
	if problem != "" {
		return failed(call, code, problem)
	}
	if t.Effect == tool.Write && !call.Confirmed {
		return failed(call, CodeRefused, fmt.Sprintf("tool %s writes, and was not confirmed", t.Name))
	}
	out := r.carry(ctx, t, id, values)
	out.result.Call = call
	return out.result
}

// prepare checks a call and fills in what is bound.
func (r *Runner) prepare(who Who, call tool.Call, id string, listed bool) (t *tool.Tool, values map[string]any, code, problem string) {
	t = r.tools.Find(call.Tool)
	if t == nil {
		return nil, nil, CodeRefused, fmt.Sprintf("there is no tool %.64q", call.Tool)
	}
	if listed && !t.Allowed(who.Intent, who.Flow) {
		return nil, nil, CodeRefused, fmt.Sprintf("tool %s is not allowed for intent %q or flow %q", t.Name, who.Intent, who.Flow)
	}
	args := call.Args
	if args == nil {
		args = map[string]any{}
	}
	if problem := t.Check(args); problem != "" {
		return nil, nil, CodeInvalid, problem
	}
	values = maps.Clone(args)
	known := map[tool.Bound]string{
		tool.BoundExternalID: who.ExternalID, tool.BoundPhone: who.Phone, tool.BoundConversation: string(who.Conversation), tool.BoundLanguage: who.Language,
		tool.BoundCall: id,
	}
	for _, name := range slices.Sorted(maps.Keys(t.Bind)) {
		v := known[t.Bind[name]]
		if v == "" {
			return nil, nil, CodeRefused, fmt.Sprintf("tool %s needs %s, which is not known of this customer", t.Name, t.Bind[name])
		}
		values[name] = v
	}
	if t.HTTP != nil {
		if _, err := t.HTTP.Request(values); err != nil {
			return nil, nil, CodeInvalid, fmt.Sprintf("tool %s: %v", t.Name, err)
		}
	}
	return t, values, "", ""
}

// refuse fails a call that cannot be made, unless it has been made before: the declaration
// may have changed since.
func (r *Runner) refuse(ctx context.Context, id string, call tool.Call, code, problem string) (tool.Result, error) {
	e, err := calls.Find(ctx, r.store, id)
	switch {
	case err != nil:
		return tool.Result{}, err
	case e != nil && e.Ended():
		return outcomeOf(call, e)
	case e != nil && e.State == tool.Started && e.Effect == tool.Write:
		return tool.Result{Call: call, State: tool.Unknown, Problem: "the write was begun and cannot be repeated: " + problem}, nil
	}
	return failed(call, code, problem), nil
}

func (r *Runner) begin(ctx context.Context, p calls.Plan) (e calls.Entry, v calls.Verdict, err error) {
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		got, verdict, err := calls.Begin(ctx, tx, p, r.now().UnixMilli())
		if err == nil {
			e, v = *got, verdict
		}
		return err
	})
	return e, v, err
}

// attempt makes the attempts of a call that is ours; ours is false when it no longer is.
func (r *Runner) attempt(ctx context.Context, t *tool.Tool, call tool.Call, values map[string]any, e calls.Entry) (result tool.Result, ours bool, err error) {
	sending := ctx
	if t.Effect == tool.Write {
		sending = context.WithoutCancel(ctx)
	}
	started := r.now()
	// Whether an earlier attempt, of a process that has ended as well, may have had its effect.
	doubt := e.Attempt > 1
	out := r.carry(sending, t, e.ID, values)
	for n := 0; out.again && n < t.Retries && ctx.Err() == nil; n++ {
		if r.pause(ctx, retryPause<<n) != nil {
			break
		}
		next, held, err := r.again(ctx, t, e)
		if err != nil || !held {
			return tool.Result{}, false, err
		}
		e = next
		doubt = doubt || out.result.State == tool.Unknown
		out = r.carry(sending, t, e.ID, values)
	}
	if doubt && t.Effect == tool.Write && out.result.State == tool.Failed && out.again {
		out.result = tool.Result{State: tool.Unknown, Problem: out.result.Problem + "; an earlier attempt may have done the write"}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrite)
	defer cancel()
	if ctx.Err() != nil && t.Effect == tool.Read && out.result.State != tool.Done {
		// It was cut off, which says nothing of the other side.
		free := r.store.Write(last, func(tx *store.Tx) error { return calls.Free(last, tx, e) })
		if free != nil {
			r.log.Warn("free a tool call; it waits for its lease", obs.FieldTool, t.Name, obs.Error(free))
		}
		return tool.Result{}, false, ctx.Err()
	}
	out.result.Call = call
	err = r.store.Write(last, func(tx *store.Tx) (err error) {
		ours, err = calls.Finish(last, tx, e, out.result, r.now().UnixMilli())
		return err
	})
	if err != nil {
		return tool.Result{}, false, err
	}
	r.count.ToolCalled(obs.ToolResult(out.result.State), r.now().Sub(started))
	r.log.Info("tool", obs.FieldTool, t.Name, obs.FieldConversation, string(e.Conversation), obs.FieldStatus, string(out.result.State),
		obs.FieldReason, out.result.Code, obs.FieldAttempt, e.Attempt, obs.FieldDuration, r.now().Sub(started).Milliseconds())
	return out.result, ours, nil
}

func (r *Runner) again(ctx context.Context, t *tool.Tool, e calls.Entry) (next calls.Entry, ours bool, err error) {
	err = r.store.Write(ctx, func(tx *store.Tx) (err error) {
		next, ours, err = calls.Again(ctx, tx, e, (t.Timeout + leaseMargin).Milliseconds(), r.now().UnixMilli())
		return err
	})
	return next, ours, err
}

// outcome is what came of one attempt. again says that the other side has not answered the
// question, so that another attempt may go better; whether one is made is up to the
// declaration.
type outcome struct {
	result tool.Result
	again  bool
}

func (r *Runner) carry(ctx context.Context, t *tool.Tool, id string, values map[string]any) outcome {
	ctx, cancel := context.WithTimeout(ctx, t.Timeout)
	defer cancel()
	if t.MCP != nil {
		return r.mcp.call(ctx, t, values)
	}
	return r.http.call(ctx, t, id, values)
}

func (r *Runner) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// outcomeOf is the stored result, for the call as it is asked for now.
func outcomeOf(call tool.Call, e *calls.Entry) (tool.Result, error) {
	result, err := e.Outcome()
	result.Call = call
	return result, err
}

func failed(call tool.Call, code, problem string) tool.Result {
	return tool.Result{Call: call, State: tool.Failed, Code: code, Problem: problem}
}
