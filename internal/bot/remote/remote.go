// Package remote lets a brain of the operator's own, a signed HTTPS endpoint, decide in the
// place of what the embedded bot has made of a question. It owns what the brain is told,
// the checks of what it wants to say, and what is written down of it.
//
// It must not decide rules, nor leave a customer with less than the embedded bot had ready:
// every failure ends with that. The format is package wire's. Start reading at
// [Asker.Improve].
package remote

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/guard"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/remote/wire"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store/usage"
)

// Settings of a brain on one route.
type Settings struct {
	Name string // that people see
	// Raw tells the brain what customers wrote as they wrote it, and their numbers. Without
	// it, it is told no more than a model.
	Raw     bool
	Layouts []string // kinds of messages that can be sent
}

// Parts are what an Asker works with.
type Parts struct {
	Client    *wire.Client
	Circuit   *llm.Circuit
	Bot       *bot.Bot
	Published func() *knowledge.Published
	Note      func(ctx context.Context, t usage.Turn) error // into the ledger
	Metrics   *obs.Metrics                                  // nil: nobody counts
	Log       *slog.Logger
}

// Asker asks one brain. It is safe for concurrent use.
type Asker struct {
	set Settings
	Parts
}

// New makes an Asker.
func New(set Settings, parts Parts) *Asker { return &Asker{set, parts} }

// Turn is a turn that the embedded bot has decided.
type Turn struct {
	bot.Turn
	Conversation      chat.ConversationID
	Epoch             int64
	Customer          chat.ContactID
	ExternalID, Phone string
	Embedded          bot.Outcome
}

// Asks reports whether the brain is asked after such an outcome of the embedded bot: where
// a model would be.
func (a *Asker) Asks(embedded bot.Outcome) bool { return embedded.MayImprove() }

// Improve asks the brain, if it is one of its turns, and gives what it made of it; in every
// other case, and whenever anything fails, it gives the embedded outcome, with the failure
// in its trace. It fails only when ctx has ended.
func (a *Asker) Improve(ctx context.Context, t Turn) (bot.Outcome, error) {
	pub := a.Published()
	if pub == nil || !a.Asks(t.Embedded) {
		return t.Embedded, nil
	}
	started := time.Now()
	r := &run{Asker: a, turn: t, pub: pub}
	r.trace = bot.ModelTrace{Provider: usage.Brain, Model: a.set.Name}
	out, err := r.ask(ctx)
	r.note(ctx, err, time.Since(started))
	if ctx.Err() != nil {
		return bot.Outcome{}, ctx.Err()
	}
	trace := r.trace
	out.Trace.Model = &trace
	return out, nil
}

// run is one turn being put to the brain.
type run struct {
	*Asker
	turn  Turn
	pub   *knowledge.Published
	vault guard.Vault
	trace bot.ModelTrace
}

// ask gives the embedded outcome with every error.
func (r *run) ask(ctx context.Context) (bot.Outcome, error) {
	if !r.Circuit.Enter() {
		return r.turn.Embedded, &llm.Error{Kind: llm.Resting, Detail: "it has failed again and again, and is left alone for a while"}
	}
	told := r.told()
	answer, tried, err := r.Client.Ask(ctx, told)
	r.Circuit.Leave(err, ctx.Err() == context.Canceled)
	r.trace.Calls = tried
	if err != nil {
		return r.turn.Embedded, err
	}
	answer = r.reveal(answer)
	r.trace.Outcome, r.trace.Tools = string(answer.Action), answer.Did
	if answer.Action == wire.Keep {
		return r.turn.Embedded, nil
	}
	if v := Vet(answer, r.vouched()); v != nil {
		r.trace.Violation = string(v.Rule)
		return r.turn.Embedded, &llm.Error{Kind: llm.Unsafe, Detail: v.Detail}
	}
	out, ok, err := r.Bot.Instead(ctx, r.turn.Turn, r.turn.Embedded, r.draft(answer))
	switch {
	case err != nil:
		return r.turn.Embedded, err
	case !ok:
		return r.turn.Embedded, &llm.Error{Kind: llm.Unsafe, Detail: "the answer would be the same again"}
	}
	return out, nil
}

// draft is an answer as the bot takes it.
func (r *run) draft(a wire.Answer) bot.Draft {
	d := bot.Draft{
		Kind: bot.DraftKind(a.Action), Brain: true, Text: strings.TrimSpace(a.Text), Language: a.Language, Button: strings.TrimSpace(a.Button),
		Reason: "the brain " + r.set.Name + " decided",
	}
	if a.Reason != "" {
		d.Reason = "the brain " + r.set.Name + " asks for a person: " + strings.TrimSpace(a.Reason)
	}
	for _, c := range a.Choices {
		d.Choices, d.Details = append(d.Choices, strings.TrimSpace(c.Title)), append(d.Details, strings.TrimSpace(c.Detail))
	}
	for _, s := range a.Sources {
		r.trace.Sources = append(r.trace.Sources, s.Name)
	}
	return d
}

// reveal puts back what was hidden from the brain.
func (r *run) reveal(a wire.Answer) wire.Answer {
	a.Text, a.Reason = r.vault.Show(a.Text), r.vault.Show(a.Reason)
	a.Sources, a.Did = slices.Clone(a.Sources), slices.Clone(a.Did)
	for i := range a.Sources {
		a.Sources[i].Text = r.vault.Show(a.Sources[i].Text)
	}
	for i := range a.Did {
		a.Did[i] = r.vault.Show(a.Did[i])
	}
	return a
}

// vouched is what an answer may draw on beside its own sources.
func (r *run) vouched() guard.Sources {
	s := guard.Sources{Knowledge: []string{r.turn.Embedded.Text}, Language: r.turn.Embedded.Language, Detect: r.detect}
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

// Vet runs over the words of an answer what runs over a model's. s is what they may draw on
// beside the answer's own sources.
func Vet(a wire.Answer, s guard.Sources) *guard.Violation {
	s.Wrote = len(a.Did) > 0
	if a.Language != "" {
		s.Language = a.Language
	}
	for _, source := range a.Sources {
		s.Knowledge = append(s.Knowledge, source.Name, source.Text)
	}
	if text := strings.TrimSpace(a.Text); text != "" {
		if v := guard.Check(text, s); v != nil {
			return v
		}
	}
	s.Detect = nil // labels are too short to tell
	labels := []string{a.Button}
	for _, c := range a.Choices {
		labels = append(labels, c.Title, c.Detail)
	}
	for _, label := range labels {
		if strings.TrimSpace(label) == "" {
			continue
		}
		if v := guard.Check(label, s); v != nil {
			return v
		}
	}
	return nil
}

// note writes the turn down, also when its time is up.
func (r *run) note(ctx context.Context, failure error, took time.Duration) {
	if failure != nil {
		r.trace.Outcome, r.trace.Failure, r.trace.Sources = usage.Fallback, string(llm.KindOf(failure)), nil
		var known *llm.Error
		if errors.As(failure, &known) {
			r.trace.Detail = words(known)
		}
	}
	r.trace.Millis = took.Milliseconds()
	if ctx.Err() == nil { // else nobody waits for it any more, which says nothing of the brain
		r.Metrics.BrainAsked(r.trace.Failure, r.trace.Calls, took)
		if r.trace.Failure != "" { // what was wrong may quote what was said
			r.Log.Warn("brain", obs.FieldConversation, r.turn.Conversation, obs.FieldRoute, r.turn.Route, obs.FieldReason, r.trace.Failure)
		}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := r.Note(ctx, usage.Turn{
		ID: chat.NewID(), Workspace: r.turn.Workspace, Route: r.turn.Route, Conversation: r.turn.Conversation, At: r.turn.Now.UnixMilli(),
		Provider: usage.Brain, Model: r.set.Name, Calls: int64(r.trace.Calls), Millis: r.trace.Millis,
		Outcome: r.trace.Outcome, Failure: r.trace.Failure, Violation: r.trace.Violation,
	})
	if err != nil {
		r.Log.Error("note the turn of a brain", obs.FieldConversation, r.turn.Conversation, obs.Error(err))
	}
}

// words say what went wrong, for the trace.
func words(e *llm.Error) string {
	text := e.Detail
	if e.Status != 0 && (e.Status < 200 || e.Status >= 300) {
		text = strings.TrimSuffix(fmt.Sprintf("it answered %d; %s", e.Status, text), "; ")
	}
	return text
}

// turnID is the same whenever the same messages are to be answered by the bot again.
func turnID(t Turn) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d", t.Conversation, t.Epoch)
	for _, m := range t.Messages {
		fmt.Fprintf(h, " %s", m.ID)
	}
	return "turn_" + hex.EncodeToString(h.Sum(nil)[:16])
}
