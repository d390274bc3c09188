package remote

import (
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/guard"
	"parley/internal/bot/remote/wire"
)

// maxLine is the longest text that a brain is told, in characters.
const maxLine = 4000

// authors are the sides of a conversation in the words of the format.
var authors = map[string]string{bot.AuthorContact: wire.AuthorCustomer, bot.AuthorBot: wire.AuthorBot, bot.AuthorAgent: wire.AuthorAgent}

// told is what the brain gets of the turn.
func (r *run) told() wire.Turn {
	t := wire.Turn{
		Version: wire.Version, ID: turnID(r.turn), Conversation: string(r.turn.Conversation), Epoch: r.turn.Epoch,
		Workspace: r.turn.Workspace, Route: r.turn.Route, Language: r.turn.Embedded.Language, Languages: r.pub.Languages, Now: when(r.turn.Now),
		Contact: r.contact(), Embedded: r.embedded(), Messages: []wire.Message{}, History: []wire.Line{}, Layouts: r.set.Layouts, Limits: wire.Bounds(),
	}
	for _, m := range r.turn.Messages {
		t.Messages = append(t.Messages, wire.Message{ID: m.ID, Text: r.hide(m.Text), At: when(m.At), Attachments: len(m.Media)})
	}
	for _, l := range r.turn.History {
		if who, ok := authors[l.Author]; ok && l.Text != "" {
			t.History = append(t.History, wire.Line{Author: who, Text: r.hide(l.Text), At: when(l.At)})
		}
	}
	if r.turn.Returned != nil {
		t.Promise = r.hide(r.turn.Returned.Promise)
	}
	return t
}

func (r *run) contact() wire.Contact {
	c := wire.Contact{
		ID: string(r.turn.Customer), ExternalID: r.turn.ExternalID, FirstName: r.turn.Contact.FirstName, Language: r.turn.Contact.Language,
		Attributes: map[string]string{},
	}
	for name, value := range r.turn.Contact.Attributes {
		c.Attributes[name] = r.hide(value)
	}
	if r.set.Raw {
		c.Phone = r.turn.Phone
	}
	return c
}

func (r *run) embedded() wire.Embedded {
	out := r.turn.Embedded
	e := wire.Embedded{
		Action: string(out.Action), Text: r.hide(out.Text), Intent: out.Trace.Intent, Title: out.Trace.Title, Confidence: out.Trace.P, Band: out.Trace.Band,
		Readings: []wire.Reading{},
	}
	for _, s := range out.Trace.Alternatives {
		e.Readings = append(e.Readings, wire.Reading{Intent: s.Intent, Title: s.Title, Confidence: s.P})
	}
	return e
}

// hide keeps from the brain what is kept from models; card numbers always.
func (r *run) hide(text string) string {
	if runes := []rune(text); len(runes) > maxLine {
		text = string(runes[:maxLine]) + " …"
	}
	text = strings.ToValidUTF8(text, "")
	if r.set.Raw {
		return guard.RedactCards(text)
	}
	return r.vault.Hide(text)
}

func when(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
