// Package survey asks customers what they think of the help they got: once after a
// conversation that an agent resolved, as a line of that conversation that leaves like
// every other. It owns when that is asked and in which words; what counts as an answer
// is a rule of package chat, and the store takes it when it comes in.
//
// Start reading at [Surveys.Run].
package survey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
)

// Workspace is what the surveys need to know of one.
type Workspace struct {
	Language string                            // spoken when nothing tells the customer's
	Plan     func(text string) []chat.Delivery // a text in sendable parts
	Pace     chat.Pace
	// Ask, Comment and Thanks replace the built-in texts in every language unless they
	// are empty.
	Ask, Comment, Thanks string
}

// Surveys asks and says thank you. Several, in one process or in many, may share a store.
type Surveys struct {
	workspaces map[string]Workspace
	store      *store.Store
	log        *slog.Logger
	now        func() int64
	publish    func(store.Topic)
	wake       alarm.Alarm
}

// New makes it for the workspaces that ask. now is the clock in unix milliseconds;
// publish is told after a commit what it has made available.
func New(workspaces map[string]Workspace, s *store.Store, log *slog.Logger, now func() int64, publish func(store.Topic)) *Surveys {
	return &Surveys{workspaces: workspaces, store: s, log: log, now: now, publish: publish}
}

// lag is how long a survey may wait after it fell due, so that a flood of messages does
// not ask for surveys with each of them.
const lag = 200 // ms

// Wake says that something has changed by a time in unix milliseconds, and a survey may
// be due.
func (s *Surveys) Wake(at int64) { s.wake.Set(at + lag) }

// Run asks, thanks and lets surveys expire until ctx ends. Without a workspace that
// asks it returns at once: what was planned before the setting was taken back is never asked.
func (s *Surveys) Run(ctx context.Context) {
	const poll, batch = 5 * time.Second, 100
	if len(s.workspaces) == 0 {
		return
	}
	for ctx.Err() == nil {
		due, err := s.store.DueSurveys(ctx, s.now(), batch)
		for _, id := range due {
			err = errors.Join(err, s.step(ctx, id))
		}
		switch {
		case err != nil && ctx.Err() == nil:
			s.log.Error("surveys", obs.Error(err))
			s.wake.Wait(ctx, s.now, poll)
		case len(due) < batch:
			s.rest(ctx, poll)
		}
	}
}

func (s *Surveys) rest(ctx context.Context, poll time.Duration) {
	next, err := s.store.NextSurvey(ctx)
	if err != nil && ctx.Err() == nil {
		s.log.Error("next survey", obs.Error(err))
	}
	if next != 0 {
		s.wake.Set(max(next, s.now()+1))
	}
	s.wake.Wait(ctx, s.now, poll)
}

// step does in one transaction what a survey is due for, so that a crash leaves either
// nothing or a line that will leave.
func (s *Surveys) step(ctx context.Context, id chat.ConversationID) error {
	said := false
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		said = false
		now := s.now()
		v, ok, err := tx.LockSurvey(ctx, id, now)
		if err != nil || !ok {
			return err
		}
		text := s.next(&v, now)
		if err := tx.SaveSurvey(ctx, v.Survey); err != nil || text == "" {
			return err
		}
		w := s.workspaces[v.Workspace]
		said = true
		if err := tx.Say(ctx, store.Line{
			ConversationID: id, MessageID: chat.MessageID(chat.NewID()), Text: text, Parts: w.Plan(text), Pace: w.Pace,
		}, now); err != nil {
			return err
		}
		return tx.Notify(ctx, store.TopicDeliveries)
	})
	if err == nil && said {
		s.publish(store.TopicDeliveries)
	}
	return err
}

// next moves a survey on and returns what is to be said, or nothing.
func (s *Surveys) next(v *store.OpenSurvey, now int64) string {
	w, asks := s.workspaces[v.Workspace]
	t := w.texts(v.Conversation.Language, v.Contact.Language)
	drop := func(reason string) string {
		v.State, v.Reason, v.DueAt = chat.SurveyDropped, reason, 0
		return ""
	}
	switch v.State {
	case chat.SurveyPlanned:
		switch {
		case !asks:
			return drop("switched_off")
		case v.Conversation.Owner != chat.OwnerNone:
			return drop("reopened")
		case v.Talking:
			return drop("wrote_again")
		case v.Contact.OptedOut > 0:
			return drop("opted_out")
		case v.Conversation.WindowUntil <= now:
			return drop("window_closed")
		}
		v.State, v.AskedAt, v.Until = chat.SurveyAsked, now, now+chat.SurveyOpen
		v.DueAt = v.Until
		return t.ask
	case chat.SurveyAsked:
		v.State, v.DueAt = chat.SurveyExpired, 0
	case chat.SurveyAnswered:
		v.DueAt = 0
		switch {
		case !asks || v.Conversation.WindowUntil <= now:
		case v.Wants():
			return t.comment
		default:
			return t.thanks
		}
	default:
		v.DueAt = 0
	}
	return ""
}

type texts struct{ ask, comment, thanks string }

// texts are in the customer's language, as far as the house speaks it.
func (w Workspace) texts(languages ...string) texts {
	language := "en"
	for _, l := range append(languages, w.Language) {
		if l = strings.ToLower(l); len(l) >= 2 {
			if l[:2] == "fr" {
				language = "fr"
			}
			break
		}
	}
	t := texts{
		ask:     "How satisfied are you with the help you got? Please answer with a number.",
		comment: "Thank you, and I am sorry that it was not better. If you like, tell us in one message what we should have done differently.",
		thanks:  "Thank you for your answer.",
	}
	if language == "fr" {
		t = texts{
			ask:     "Êtes-vous satisfait de l'aide reçue ? Merci de répondre par un chiffre.",
			comment: "Merci, et je regrette que cela n'ait pas été mieux. Si vous le souhaitez, dites-nous en un message ce que nous aurions dû faire autrement.",
			thanks:  "Merci de votre réponse.",
		}
	}
	for _, own := range []struct {
		text string
		into *string
	}{{w.Ask, &t.ask}, {w.Comment, &t.comment}, {w.Thanks, &t.thanks}} {
		if strings.TrimSpace(own.text) != "" {
			*own.into = strings.TrimSpace(own.text)
		}
	}
	// Five buttons do not fit a WhatsApp message, so the scores are a numbered list.
	lines := []string{t.ask, ""}
	for i, name := range chat.Scores(language) {
		lines = append(lines, fmt.Sprintf("%d. %s", 5-i, name))
	}
	t.ask = strings.Join(lines, "\n")
	return t
}
