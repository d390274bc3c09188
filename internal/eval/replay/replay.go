// Package replay decides turns of the past once more, from another knowledge base, and
// tells which would have gone otherwise. It writes nothing and sends nothing.
//
// Each turn is judged in its own situation: with what the customer had really been told
// before. The bot's memory is the draft's own as long as the draft decides as it was
// decided then, and the stored memory of then after a turn where it does not. So a
// change shows where it takes effect and nowhere else.
//
// Start reading at [Run].
package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/chat"
	"parley/internal/engine"
	"parley/internal/store"
	"parley/internal/store/calls"
	"parley/internal/store/past"
)

// Options choose what is decided again.
type Options struct {
	// Draft is the bot that decides for a workspace.
	Draft func(workspace string) *bot.Bot
	// Workspaces by id, as the gateway has them, without a Bot; a workspace that is missing has no rules.
	Workspaces map[string]engine.Workspace
	Workspace  string // only this one; empty: all
	Route      string // only this one; empty: all that have no knowledge base of their own
	Own        []string
	Since      time.Time
	Until      time.Time
	History    int     // earlier lines that the bot may see
	Models     *Models // nil: none is asked
	Progress   func(done, total int)
}

// Report is what came of it.
type Report struct {
	Since         time.Time      `json:"since"`
	Until         time.Time      `json:"until"`
	Conversations int            `json:"conversations"`
	Turns         int            `json:"turns"`
	Changed       int            `json:"changed"`
	By            map[string]int `json:"by"` // how many turns differ in reply, intent, band, handoff
	// CarriedOn counts turns whose memory of then is not stored; LeftOut those of other workspaces and routes.
	CarriedOn int     `json:"carried_on"`
	LeftOut   int     `json:"left_out"`
	Spent     *Spent  `json:"model,omitempty"` // with Models
	Items     []*Item `json:"items"`
}

// Item is one turn, as it was and as it would be.
type Item struct {
	Conversation chat.ConversationID `json:"conversation"`
	Turn         chat.TurnID         `json:"turn"`
	At           time.Time           `json:"at"`
	Workspace    string              `json:"workspace"`
	Route        string              `json:"route"`
	Messages     []string            `json:"messages"`
	Then         Side                `json:"then"`
	Draft        Side                `json:"draft"`
	Changed      []string            `json:"changed"`              // of reply, intent, band, handoff; empty: it stays
	CarriedOn    bool                `json:"carried_on,omitempty"` // the memory of then is not stored
}

// Side is what a turn decides.
type Side struct {
	Text    string  `json:"text"`
	Action  string  `json:"action"`
	Intent  string  `json:"intent"`
	P       float64 `json:"p"`
	Band    string  `json:"band"`
	Rule    string  `json:"rule,omitempty"`
	Handoff string  `json:"handoff,omitempty"`
	Model   string  `json:"model,omitempty"` // how a model ended the turn, or why it was of no use; empty: it was not asked
	Reason  string  `json:"reason"`
}

// Run decides the turns of the time again.
func Run(ctx context.Context, s *store.Store, o Options) (*Report, error) {
	since, until := o.Since.UnixMilli(), o.Until.UnixMilli()
	ids, err := past.Conversations(ctx, s, since, until)
	if err != nil {
		return nil, err
	}
	r := &replayer{Report: &Report{Since: o.Since.UTC(), Until: o.Until.UTC(), By: map[string]int{}, Items: []*Item{}}, Options: o}
	if o.Models != nil {
		r.Spent = &Spent{}
	}
	for i, id := range ids {
		turns, err := past.Turns(ctx, s, id, o.History)
		if err != nil {
			return nil, fmt.Errorf("conversation %s: %w", id, err)
		}
		made, err := calls.Of(ctx, s, id)
		if err != nil {
			return nil, fmt.Errorf("conversation %s: %w", id, err)
		}
		if err := r.conversation(ctx, turns, made); err != nil {
			return nil, fmt.Errorf("conversation %s: %w", id, err)
		}
		if o.Progress != nil {
			o.Progress(i+1, len(ids))
		}
	}
	slices.SortStableFunc(r.Items, func(a, b *Item) int { return a.At.Compare(b.At) })
	if o.Models != nil && o.Models.Meter != nil {
		o.Models.Meter.fill(r.Spent)
	}
	return r.Report, nil
}

// replayer is one call of [Run].
type replayer struct {
	*Report
	Options
	outages int // turns in a row for which no model could be reached
}

func (o Options) wants(c chat.Conversation) bool {
	if o.Workspace != "" && c.Workspace != o.Workspace {
		return false
	}
	if o.Route != "" {
		return c.Route == o.Route
	}
	return !slices.Contains(o.Own, c.Route)
}

func (r *replayer) conversation(ctx context.Context, turns []*past.Turn, made []*calls.Entry) error {
	o := r.Options
	since, until := o.Since.UnixMilli(), o.Until.UnixMilli()
	var memory json.RawMessage // the draft's own
	agrees, counted := true, false
	for _, t := range turns {
		in := t.In(since, until)
		if !o.wants(t.Work.Conversation) {
			if in {
				r.LeftOut++
			}
			continue
		}
		turn := o.Workspaces[t.Work.Conversation.Workspace].Situation(&t.Work, time.UnixMilli(t.At))
		// A changed answer must not look to the draft as if it had never been given.
		if agrees && memory != nil || !t.Remembered {
			turn.State = memory
		}
		out, err := decide(ctx, o.Draft(turn.Workspace), turn, string(t.Work.Conversation.ID), made)
		if err != nil {
			return err
		}
		if in && o.Models != nil {
			better, asked, err := r.improve(ctx, turn, out, t.Work.Conversation.ID, made)
			if err != nil {
				return err
			}
			if !asked {
				memory, agrees = out.State, false
				continue
			}
			out = better
		}
		item, err := compare(t, out)
		if err != nil {
			return err
		}
		// What a model says anew is no answer of the draft's that counts as given.
		memory, agrees = out.State, item.Draft.Model == "" && item.Then.Action == item.Draft.Action && !slices.ContainsFunc(item.Changed, func(what string) bool { return what != "reply" })
		if !in {
			continue
		}
		r.add(item)
		if !counted {
			r.Conversations++
			counted = true
		}
	}
	return nil
}

// decide lets the draft reply. A call of a tool that was made then has the result of then.
func decide(ctx context.Context, b *bot.Bot, turn bot.Turn, conversation string, made []*calls.Entry) (bot.Outcome, error) {
	for {
		out, err := b.Reply(ctx, turn)
		if err != nil || out.Action != bot.ActionCall || len(turn.Results) > len(made) {
			return out, err
		}
		result, ok, err := then(*out.Call, conversation, made)
		if err != nil || !ok {
			return out, err
		}
		turn.Results = append(turn.Results, result)
	}
}

func (r *Report) add(item *Item) {
	r.Items = append(r.Items, item)
	r.Turns++
	if item.CarriedOn {
		r.CarriedOn++
	}
	if len(item.Changed) > 0 {
		r.Changed++
	}
	for _, what := range item.Changed {
		r.By[what]++
	}
}

func compare(t *past.Turn, out bot.Outcome) (*Item, error) {
	var trace bot.Trace
	if err := json.Unmarshal([]byte(t.Trace), &trace); err != nil {
		return nil, fmt.Errorf("trace of turn %s: %w", t.ID, err)
	}
	c := t.Work.Conversation
	item := &Item{
		Conversation: c.ID, Turn: t.ID, At: time.UnixMilli(t.At).UTC(), Workspace: c.Workspace, Route: c.Route,
		Then:    side(t.Text, t.Action, t.HandoffCode(), trace),
		Draft:   side(out.Text, string(out.Action), "", out.Trace),
		Changed: []string{}, CarriedOn: !t.Remembered,
	}
	for _, m := range t.Work.Waiting {
		text := m.Text
		if len(m.Media) > 0 {
			text = strings.TrimSpace(text + fmt.Sprintf(" (%d files)", len(m.Media)))
		}
		item.Messages = append(item.Messages, text)
	}
	if out.Handoff != nil {
		item.Draft.Handoff = string(out.Handoff.Code)
		// What was added of how long it would take is of that hour, and of no knowledge base.
		if strings.HasPrefix(item.Then.Text, item.Draft.Text+"\n\n") && item.Then.Handoff != "" {
			item.Draft.Text = item.Then.Text
		}
	}
	if out.Action == bot.ActionCall {
		item.Draft.Text = "(calls a tool that was not called then)"
	}
	then, draft := item.Then, item.Draft
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"reply", then.Text != draft.Text},
		{"intent", then.Intent != draft.Intent},
		{"band", then.Band != draft.Band},
		{"handoff", then.Handoff != draft.Handoff},
	} {
		if f.differs {
			item.Changed = append(item.Changed, f.name)
		}
	}
	return item, nil
}

func side(text, action, handoff string, t bot.Trace) Side {
	asked := ""
	if m := t.Model; m != nil {
		if asked = m.Outcome; m.Failure != "" {
			asked += ": " + m.Failure
		}
	}
	return Side{Model: asked, Text: text, Action: action, Intent: t.Intent, P: t.P, Band: t.Band, Rule: t.Rule, Handoff: handoff, Reason: t.Reason}
}
