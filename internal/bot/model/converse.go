package model

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/guard"
	"parley/internal/bot/llm"
	"parley/internal/bot/tool"
)

// converse talks to the model until it ends its turn. kind is empty if draft is fit to
// be sent.
func (r *run) converse(ctx context.Context) (draft bot.Draft, kind llm.Kind) {
	var err error
	if r.spent, err = r.Spent(ctx, r.turn.Workspace, r.turn.Conversation, r.turn.Now.UnixMilli()); err != nil {
		r.trace.Detail = "what was spent so far cannot be read"
		return draft, llm.NoLedger
	}
	for range r.set.Calls {
		if kind := r.afford(); kind != "" {
			return draft, kind
		}
		r.trace.Calls++
		started := time.Now()
		answer, err := r.Chat.Chat(ctx, r.request)
		r.pay(answer.Usage, err)
		r.called(err, time.Since(started))
		if err != nil {
			return draft, r.failure(err)
		}
		draft, results, kind := r.read(ctx, answer.Message)
		if results == nil {
			return draft, kind
		}
		if ctx.Err() != nil {
			return draft, llm.Timeout
		}
		r.request.Messages = append(r.request.Messages, answer.Message, *results)
	}
	return draft, llm.OverCalls
}

// afford reports whether another call is within the budgets.
func (r *run) afford() llm.Kind {
	cost := r.set.Price.Cost(r.used)
	switch {
	case r.set.PerConversation > 0 && r.spent.Conversation+cost >= r.set.PerConversation:
		r.trace.Detail = "the conversation's budget is used up"
	case r.set.PerDay > 0 && r.spent.Day+cost >= r.set.PerDay:
		r.trace.Detail = "the day's budget is used up"
	default:
		return ""
	}
	return llm.OverBudget
}

// pay counts what a call used; one that was cut off is counted with what was sent.
func (r *run) pay(used llm.Usage, err error) {
	var failed *llm.Error
	if errors.As(err, &failed) {
		used = failed.Usage
	}
	if err != nil && llm.KindOf(err) == llm.Timeout && used == (llm.Usage{}) {
		used = r.request.Guess()
	}
	r.used = r.used.Add(used)
}

// called counts a call.
func (r *run) called(err error, took time.Duration) {
	failure := ""
	if err != nil {
		failure = string(llm.KindOf(err))
	}
	r.Metrics.ModelCalled(failure, took)
}

func (r *run) failure(err error) llm.Kind {
	var failed *llm.Error
	if errors.As(err, &failed) {
		r.trace.Detail = strings.TrimPrefix(failed.Error(), "model: ")
	}
	kind := llm.KindOf(err)
	if kind == llm.Resting {
		r.trace.Calls-- // nobody was called
	}
	return kind
}

// read takes what the model said. It gives results while the conversation goes on.
func (r *run) read(ctx context.Context, m llm.Message) (draft bot.Draft, results *llm.Message, kind llm.Kind) {
	if len(m.Calls) == 0 { // models that cannot be made to call may write the call down
		draft, v := r.parse([]byte(m.Text))
		if v == nil {
			return draft, nil, ""
		}
		return r.again(v, nil)
	}
	if len(m.Calls) == 1 && m.Calls[0].Name == replyTool.Name {
		draft, v := r.parse(m.Calls[0].Args)
		if v == nil {
			return draft, nil, ""
		}
		return r.again(v, &m.Calls[0])
	}
	next := &llm.Message{}
	for _, call := range m.Calls {
		draft, result, kind := r.call(ctx, call)
		if kind != "" || draft.Call != nil {
			return draft, nil, kind
		}
		next.Results = append(next.Results, result)
	}
	return draft, next, ""
}

// again names the violation once; the second one ends the attempt.
func (r *run) again(v *guard.Violation, call *llm.Call) (bot.Draft, *llm.Message, llm.Kind) {
	kind := llm.Malformed
	if v.Rule != "" {
		kind, r.trace.Violation = llm.Unsafe, string(v.Rule)
	}
	r.trace.Detail = v.Detail
	if r.retried {
		return bot.Draft{}, nil, kind
	}
	r.retried = true
	problem := v.Detail + " Nothing was sent. Mend it and call reply again; hand over if you cannot."
	if call == nil {
		return bot.Draft{}, &llm.Message{Text: problem}, ""
	}
	return bot.Draft{}, &llm.Message{Results: []llm.Result{{ID: call.ID, Text: problem, Failed: true}}}, ""
}

// call has one tool carried out, or proposed.
func (r *run) call(ctx context.Context, call llm.Call) (draft bot.Draft, result llm.Result, kind llm.Kind) {
	refuse := func(text string) (bot.Draft, llm.Result, llm.Kind) {
		return bot.Draft{}, llm.Result{ID: call.ID, Text: text, Failed: true}, ""
	}
	tl, ok := r.tools[call.Name]
	switch {
	case call.Name == replyTool.Name:
		return refuse("Nothing was sent. Read what the other tools answer, then call reply alone.")
	case !ok:
		return refuse("There is no such tool.")
	case len(r.trace.Tools) == maxTools:
		return refuse("No more tools in this turn. Call reply.")
	}
	r.trace.Tools = append(r.trace.Tools, call.Name)
	args, err := r.arguments(call.Args)
	if err == nil && tl.Check != nil {
		err = tl.Check(args)
	}
	if err != nil {
		return refuse("The arguments are not right: " + err.Error())
	}
	c := tool.Call{Tool: call.Name, Args: args}
	if n := len(r.turn.Messages); n > 0 {
		c.MessageID = r.turn.Messages[n-1].ID
	}
	if tl.Effect != tool.Read {
		draft, problem := r.propose(tl, c)
		if problem != "" {
			return refuse(problem)
		}
		return draft, llm.Result{}, ""
	}
	done, err := r.turn.Run(ctx, c)
	if err != nil {
		return refuse("The tool could not be asked. Hand over if you need it.")
	}
	if done.State != tool.Done {
		return refuse("The tool failed: " + done.Code + ".")
	}
	data, err := json.Marshal(done.Data)
	if err != nil {
		return refuse("The tool's answer cannot be read.")
	}
	r.results = append(r.results, values(done.Data)...)
	r.cited = append(r.cited, call.Name)
	return draft, llm.Result{ID: call.ID, Text: guard.Spotlight(r.delimiter, "answer of "+call.Name, r.vault.Hide(string(data)))}, ""
}

// arguments reads an object and puts back what was hidden in it.
func (r *run) arguments(raw []byte) (map[string]any, error) {
	args := map[string]any{}
	if len(bytes.TrimSpace(raw)) == 0 {
		return args, nil
	}
	if err := json.Unmarshal(raw, &args); err != nil || args == nil {
		return nil, errors.New("they are no JSON object")
	}
	return r.shown(args).(map[string]any), nil
}

func (r *run) shown(v any) any {
	switch v := v.(type) {
	case string:
		return r.vault.Show(v)
	case []any:
		for i := range v {
			v[i] = r.shown(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = r.shown(v[key])
		}
	}
	return v
}

// propose asks the customer, in the words of the tool's declaration. What stands in them
// must come from somewhere, or the customer would be asked about somebody else's order.
func (r *run) propose(tl Tool, c tool.Call) (bot.Draft, string) {
	text := tl.Confirm(r.turn.Embedded.Language, c.Args)
	if text == "" {
		return bot.Draft{}, "This tool cannot be proposed here. Hand over if it is needed."
	}
	sources := r.vouched()
	sources.Knowledge = append(sources.Knowledge, tl.Confirm(r.turn.Embedded.Language, nil))
	sources.Wrote, sources.Detect = true, nil // it promises nothing, and its words are the operator's
	if v := guard.Check(text, sources); v != nil {
		r.trace.Violation, r.trace.Detail = string(v.Rule), v.Detail
		return bot.Draft{}, "The customer cannot be asked: " + v.Detail
	}
	return bot.Draft{
		Kind: bot.DraftPropose, Text: text, Call: &c, Reason: "the language model proposes " + c.Tool + "; the customer has to say yes",
	}, ""
}

// malformed is a violation of the form, which no check has found.
func malformed(format string, args ...any) *guard.Violation {
	return &guard.Violation{Detail: fmt.Sprintf(format, args...)}
}

// parse reads how the model ends its turn and checks it.
func (r *run) parse(raw []byte) (draft bot.Draft, v *guard.Violation) {
	var end struct {
		Kind, Text, Reason string
		Sources            []string
	}
	if err := json.Unmarshal(bytes.TrimSpace(raw), &end); err != nil {
		return draft, malformed(`You must call the tool "reply" with a JSON object that has a kind.`)
	}
	switch draft.Kind = bot.DraftKind(end.Kind); draft.Kind {
	case bot.DraftHandoff:
		draft.Reason = "the language model asks for a person: " + cut(oneLine(end.Reason))
		return draft, nil
	case bot.DraftDecline:
		draft.Reason = "the language model finds that it is none of the shop's business"
		return draft, nil
	case bot.DraftAnswer:
		draft.Reason = "a language model answered from the sources"
	case bot.DraftAsk:
		draft.Reason = "a language model asks back"
	default:
		return draft, malformed(`The kind must be "answer", "ask", "handoff" or "decline".`)
	}
	if v := r.cite(&draft, end.Sources); v != nil {
		return draft, v
	}
	draft.Text = strings.TrimSpace(r.vault.Show(end.Text))
	return draft, guard.Check(draft.Text, r.vouched())
}

// cite finds the sources an answer names.
func (r *run) cite(draft *bot.Draft, names []string) *guard.Violation {
	r.trace.Sources = nil
	for _, name := range names {
		name = strings.TrimPrefix(strings.TrimSpace(name), "source ")
		i := slices.IndexFunc(r.sources, func(s source) bool { return s.name == name })
		switch {
		case i >= 0:
			draft.Sources = append(draft.Sources, r.sources[i].file)
			if intent := r.sources[i].intent; intent != "" {
				draft.Intents = append(draft.Intents, intent)
			}
		case slices.Contains(r.cited, name):
			draft.Sources = append(draft.Sources, "tool "+name)
		default:
			return malformed("There is no source %q.", cut(oneLine(name)))
		}
		r.trace.Sources = append(r.trace.Sources, name)
	}
	if draft.Kind == bot.DraftAnswer && len(draft.Sources) == 0 {
		return malformed("An answer must name the sources it is from.")
	}
	return nil
}

// vouched is what the model's words are measured by.
func (r *run) vouched() guard.Sources {
	s := guard.Sources{
		Results: r.results, Prompt: r.request.System, Delimiter: r.delimiter, Language: r.turn.Embedded.Language, Detect: r.detect,
	}
	for _, src := range r.sources {
		s.Knowledge = append(s.Knowledge, src.text)
	}
	for _, l := range r.turn.History {
		switch l.Author {
		case bot.AuthorContact:
			s.Customer = append(s.Customer, l.Text)
		case bot.AuthorBot, bot.AuthorAgent: // it was said to this customer already
			s.Knowledge = append(s.Knowledge, l.Text)
		}
	}
	for _, m := range r.turn.Messages {
		s.Customer = append(s.Customer, m.Text)
	}
	return s
}

// detect tells a language only when it is sure; short texts are in any.
func (r *run) detect(text string) string {
	if guess := r.pub.Detector.Detect(text); guess.Words >= 4 && guess.P >= 0.97 {
		return guess.Language
	}
	return ""
}

// values lists what stands in data, in one order.
func values(v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(out, values(v[key])...)
		}
	case []any:
		for _, value := range v {
			out = append(out, values(value)...)
		}
	default:
		out = append(out, fmt.Sprint(v))
	}
	return out
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
