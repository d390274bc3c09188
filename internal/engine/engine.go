// Package engine gives due conversations their turn: it claims them in batches,
// lets the bot reply outside of any transaction, and commits what was said in
// batches again. It owns when a turn runs and what happens when it fails; what is
// said belongs to package bot, and whether it still may be said to package chat.
//
// Start reading at Engine.Run.
package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"parley/internal/alarm"
	"parley/internal/batch"
	"parley/internal/bot"
	"parley/internal/bot/brain"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/model"
	"parley/internal/bot/remote"
	"parley/internal/bot/sense"
	"parley/internal/bot/tool/run"
	telling "parley/internal/channel/consent"
	"parley/internal/channel/delivery"
	"parley/internal/chat"
	"parley/internal/desk/roster"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/flows"
)

// Workspace is what the engine needs to know of one.
type Workspace struct {
	Bot      *bot.Bot
	Language string // spoken when nothing tells the customer's
	Layouts  delivery.Layouts
	Timing   chat.Timing
	Pace     chat.Pace
	Attempts int // failed turns before people take over
	Rules    bot.Rules
	Group    string           // subscription group that is told what customers decide about messages; empty: none
	Routes   map[string]Route // those that differ from the rest
	// PerMinute is how many messages of a customer within a minute are answered; 0 is all.
	PerMinute int
	// Models are asked on the routes that have an entry.
	Models map[string]*model.Asker
	// Brains are the operator's own; a route that has one has no model.
	Brains map[string]*remote.Asker
	Tools  *run.Runner // nil: none
	// Sense makes text of recordings and pictures; nil: nobody does.
	Sense *sense.Sense
}

// Route is in what a route differs from its workspace. What is empty does not.
type Route struct {
	Bot      *bot.Bot
	Language string // spoken unless the customer clearly writes another
	Team     string // name or id of who gets what is handed over
	Flow     string // begun by the first message of a conversation
}

// on is the workspace as it is for the conversations of a route.
func (ws Workspace) on(route string) Workspace {
	if r := ws.Routes[route]; r.Bot != nil {
		ws.Bot = r.Bot
	}
	return ws
}

// Settings of the engine.
type Settings struct {
	Workspaces map[string]Workspace
	Workers    int           // turns at the same time in this process
	Lease      time.Duration // renewed while a turn runs
	Longest    time.Duration // after which a turn is cut off; at least Lease
	History    int           // earlier lines the bot may see
	Roster     *roster.Roster
}

// Engine runs turns. Several engines, in one process or in many, may share a store.
type Engine struct {
	set     Settings
	store   *store.Store
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	publish func(store.Topic)
	wake    alarm.Alarm
	finish  *batch.Queue[store.Result, chat.Verdict]
	by      string
	running running
}

// New makes an engine. now is the clock in unix milliseconds; publish is told
// after a commit what it has made available.
func New(set Settings, s *store.Store, metrics *obs.Metrics, log *slog.Logger, now func() int64, publish func(store.Topic)) *Engine {
	e := &Engine{set: set, store: s, metrics: metrics, log: log, now: now, publish: publish, by: chat.NewID()}
	e.finish = batch.New(256, metrics.StoreCommit, e.commit)
	return e
}

// Wake says that a turn may be due at a time in unix milliseconds.
func (e *Engine) Wake(at int64) { e.wake.Set(at) }

// Run gives turns until ctx ends, then waits for those that run; they are cut
// off when drain ends, and come back when their lease does.
func (e *Engine) Run(ctx, drain context.Context) {
	slots := make(chan struct{}, e.set.Workers)
	var turns, keeping sync.WaitGroup
	ended := make(chan struct{})
	keeping.Go(func() { e.keep(drain, ended) })
	defer keeping.Wait()
	defer close(ended)
	defer turns.Wait()
	for ctx.Err() == nil {
		free := e.free(ctx, slots)
		if free == 0 {
			return
		}
		works := e.claim(ctx, free)
		for range free - len(works) {
			<-slots
		}
		for i := range works {
			turns.Go(func() {
				defer func() { <-slots }()
				e.turn(drain, &works[i])
			})
		}
		if len(works) == 0 {
			e.rest(ctx)
		}
	}
}

// free waits for a slot and then takes all that are free; 0 means that ctx has ended.
func (e *Engine) free(ctx context.Context, slots chan struct{}) int {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		select {
		case slots <- struct{}{}:
		default:
			return n
		}
	}
}

func (e *Engine) rest(ctx context.Context) {
	const poll = 2 * time.Second
	next, err := e.store.NextTurn(ctx)
	if err != nil && ctx.Err() == nil {
		e.log.Error("next turn", obs.Error(err))
	}
	if next != 0 {
		e.wake.Set(max(next, e.now()+1))
	}
	e.wake.Wait(ctx, e.now, poll)
}

func (e *Engine) claim(ctx context.Context, limit int) []store.Work {
	var works []store.Work
	claim := store.Claim{By: e.by + ":" + chat.NewID(), Limit: limit, Lease: e.set.Lease.Milliseconds()}
	err := e.store.Write(ctx, func(tx *store.Tx) (err error) {
		works, err = tx.ClaimTurns(ctx, claim, e.set.History, e.now())
		return err
	})
	if err != nil {
		if ctx.Err() == nil {
			e.log.Error("claim turns", obs.Error(err))
		}
		return nil
	}
	return works
}

// turn runs one turn to its commit, or puts it back.
func (e *Engine) turn(ctx context.Context, w *store.Work) {
	started := time.Now()
	result, err := e.reply(ctx, w)
	if errors.Is(err, errLost) {
		e.metrics.TurnDone(obs.TurnSuperseded, time.Since(started))
		return
	}
	if err != nil {
		e.fail(ctx, w, err)
		e.metrics.TurnDone(obs.TurnFailed, time.Since(started))
		return
	}
	verdict, err := e.finish.Do(ctx, result)
	if err != nil {
		e.log.Error("commit turn", obs.FieldConversation, w.Conversation.ID, obs.Error(err))
		return // the lease ends and the turn runs again
	}
	action := obs.TurnAction(result.Action)
	if verdict != chat.Committed {
		action = obs.TurnSuperseded
		e.wake.Set(e.now() + 1) // a superseded turn is due again
	}
	e.metrics.TurnDone(action, time.Since(started))
}

// reply lets the bot speak. A turn that has failed too often speaks for itself:
// it hands over to people, with the reason.
func (e *Engine) reply(ctx context.Context, w *store.Work) (result store.Result, err error) {
	ws, ok := e.set.Workspaces[w.Conversation.Workspace]
	if !ok {
		return result, fmt.Errorf("workspace %q is not configured any more", w.Conversation.Workspace)
	}
	ws = ws.on(w.Conversation.Route)
	ctx, cancel := context.WithTimeout(ctx, max(e.set.Longest, e.set.Lease))
	defer cancel()
	ctx, done := e.running.begin(ctx, w, e.now())
	defer done()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the bot panicked: %v", p)
		}
	}()
	files, err := e.understand(ctx, ws, w)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return result, err
	}
	id, turn := chat.TurnID(chat.NewID()), ws.turn(w, e.now())
	var out bot.Outcome
	if w.Conversation.Attempts > ws.Attempts {
		out = e.giveUp(ws.Bot, turn, w)
	} else if out, err = (brain.Brain{Bot: ws.Bot, Tools: ws.Tools, Model: ws.Models[turn.Route], Remote: ws.Brains[turn.Route]}).Reply(ctx, who(w, id), turn); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return result, err
	}
	out.Trace.Files = files
	prospect := e.prospect(ctx, ws, w, &out)
	if result, err = ws.result(id, w, out, e.now()); err == nil {
		result.Team = prospect.Team
	}
	return result, err
}

// giveUp hands a turn over. What fails the bot may be its knowledge, so that it fails
// at giving up as well; a bot without any then says what is left to be said.
func (e *Engine) giveUp(b *bot.Bot, turn bot.Turn, w *store.Work) (out bot.Outcome) {
	why := fmt.Sprintf("the bot failed %d times", w.Conversation.Attempts-1)
	defer func() {
		if p := recover(); p != nil {
			e.log.Error("give up", obs.FieldConversation, w.Conversation.ID, obs.Error(fmt.Errorf("the bot panicked: %v", p)))
			out = bot.New(func() *knowledge.Published { return nil }, nil).GiveUp(turn, why)
		}
	}()
	return b.GiveUp(turn, why)
}

// who is the customer of a turn, for the tools.
func who(w *store.Work, turn chat.TurnID) run.Who {
	return run.Who{
		Workspace: w.Conversation.Workspace, Conversation: w.Conversation.ID, Turn: turn, Epoch: w.Conversation.Epoch, Contact: w.Contact.ID,
		ExternalID: w.Contact.ExternalID, Phone: w.Contact.Phone,
	}
}

func (ws Workspace) result(id chat.TurnID, w *store.Work, out bot.Outcome, now int64) (store.Result, error) {
	trace, err := json.Marshal(out.Trace)
	if err != nil {
		return store.Result{}, fmt.Errorf("trace: %w", err)
	}
	r := store.Result{
		ID: id, Work: w, Action: string(out.Action), Trace: string(trace),
		BotState: string(out.State), Language: out.Language, Timing: ws.Timing, Pace: ws.Pace,
	}
	if out.Handoff != nil {
		r.Handoff = string(out.Handoff.Code) + ": " + out.Handoff.Detail
		if r.Packet, err = ws.packet(w, out, now); err != nil {
			return store.Result{}, err
		}
	}
	if !out.Recall.IsZero() {
		r.Recall = out.Recall.UnixMilli()
	}
	r.After = ws.after(w, out, now)
	r.Parts = ws.Layouts.Plan(line(out, w.Contact.ExternalID != ""))
	if len(r.Parts) > 0 {
		r.Message = &chat.Message{
			ID: chat.MessageID(chat.NewID()), Text: out.Text, Layout: r.Parts[len(r.Parts)-1].Layout, Choices: out.Choices,
		}
		if string(r.Message.Layout) == out.Media.Kind { // else the text has its address
			r.Message.Media = []string{out.Media.URL}
		}
	}
	return r, nil
}

// after keeps in the turn's own transaction what it has learned of the customer.
func (ws Workspace) after(w *store.Work, out bot.Outcome, now int64) func(context.Context, *store.Tx) error {
	consented := ws.consented(w, out, now)
	if len(out.Facts) == 0 {
		return consented
	}
	return func(ctx context.Context, tx *store.Tx) error {
		if err := flows.KeepFacts(ctx, tx, w.Conversation.ID, out.Facts, now); err != nil || consented == nil {
			return err
		}
		return consented(ctx, tx)
	}
}

// consented keeps what a customer decided about messages, in the turn's own transaction.
func (ws Workspace) consented(w *store.Work, out bot.Outcome, now int64) func(context.Context, *store.Tx) error {
	kind, means, group := consent.OptOut, "handed_over", ""
	switch c := out.Consent; {
	case c != nil:
		means, group = c.Means, ws.Group
		if !c.Out {
			kind = consent.OptIn
		}
	case out.Handoff == nil || out.Handoff.Code != bot.HandoffOptOut:
		return nil
	}
	d := telling.New(w.Conversation.Workspace, group, w.Contact.ID, w.Conversation.ID, kind, means, "customer", now)
	return func(ctx context.Context, tx *store.Tx) error { return consent.Record(ctx, tx, d) }
}

// line is an outcome as delivery plans it.
func line(out bot.Outcome, known bool) delivery.Line {
	l := delivery.Line{
		Text: out.Text, Prompt: out.Prompt, Button: out.Button, Known: known,
		File: delivery.File{Kind: chat.Layout(out.Media.Kind), URL: out.Media.URL}, Link: delivery.Link(out.Link), Form: out.Form,
	}
	for i, title := range out.Choices {
		l.Choices = append(l.Choices, delivery.Choice{Title: title, Detail: out.Details[i]})
	}
	return l
}

func (e *Engine) fail(ctx context.Context, w *store.Work, cause error) {
	pause := time.Second << min(w.Conversation.Attempts-1, 5)
	retryAt := e.now() + (pause/2 + rand.N(pause)).Milliseconds()
	e.log.Error("turn", obs.FieldConversation, w.Conversation.ID, obs.FieldAttempt, w.Conversation.Attempts, obs.Error(cause))
	ctx = context.WithoutCancel(ctx) // also a turn that a stop has cut off is put back
	err := e.store.Write(ctx, func(tx *store.Tx) error { return tx.FailTurn(ctx, w, retryAt) })
	if err != nil {
		e.log.Error("put turn back", obs.FieldConversation, w.Conversation.ID, obs.Error(err))
	}
	e.wake.Set(retryAt)
}

// commit is the group commit of many turns.
func (e *Engine) commit(ctx context.Context, results []store.Result) ([]chat.Verdict, error) {
	var verdicts []chat.Verdict
	err := e.store.Write(ctx, func(tx *store.Tx) (err error) {
		if verdicts, err = tx.FinishTurns(ctx, results, e.now()); err != nil {
			return err
		}
		if err := flows.Follow(ctx, tx, results, verdicts, e.now()); err != nil {
			return err
		}
		if handsOver(results) {
			if err := tx.Notify(ctx, store.TopicPeople); err != nil {
				return err
			}
		}
		return tx.Notify(ctx, store.TopicDeliveries)
	})
	if err == nil {
		e.publish(store.TopicDeliveries)
		if handsOver(results) {
			e.publish(store.TopicPeople)
		}
	}
	return verdicts, err
}

func (ws Workspace) turn(w *store.Work, now int64) bot.Turn {
	t := bot.Turn{
		Workspace: w.Conversation.Workspace, Route: w.Conversation.Route, Language: ws.Language, Rules: ws.Rules, PerMinute: ws.PerMinute,
		Contact: bot.Contact{FirstName: w.Contact.FirstName, Language: w.Contact.Language, Attributes: attributes(w.Waiting), OptedOut: w.Contact.OptedOut > 0},
		State:   json.RawMessage(w.Conversation.BotState), Now: time.UnixMilli(now), Flow: ws.Routes[w.Conversation.Route].Flow,
	}
	if spoken := ws.Routes[w.Conversation.Route].Language; spoken != "" {
		t.Contact.Language = spoken
	}
	for _, m := range w.Waiting {
		t.Messages = append(t.Messages, bot.Inbound{ID: string(m.ID), Seq: m.Seq, Text: m.Words(), Media: opaque(m), Seen: m.Shown(), At: time.UnixMilli(m.At)})
	}
	for _, m := range w.History {
		if m.Direction == chat.Note {
			continue // for colleagues, and never the bot's to tell
		}
		t.History = append(t.History, bot.Line{Author: botAuthor(m.Author), Text: told(m), At: time.UnixMilli(m.At)})
	}
	if b := w.Returned; b != nil {
		t.Returned = &bot.Return{At: time.UnixMilli(b.At), Promise: b.Reason, Topic: w.Conversation.Topic}
	}
	return t
}

func botAuthor(a chat.Author) string {
	if a == chat.AuthorCustomer {
		return bot.AuthorContact
	}
	return string(a)
}
