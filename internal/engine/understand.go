package engine

import (
	"context"
	"strings"

	"parley/internal/bot"
	"parley/internal/bot/sense"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/understood"
)

// understand makes text of the files that wait, and puts what is known of all files
// beside their lines. A turn that has failed too often only takes what is there.
func (e *Engine) understand(ctx context.Context, ws Workspace, w *store.Work) ([]bot.FileTrace, error) {
	var out []bot.FileTrace
	if ws.Sense != nil && w.Conversation.Attempts <= ws.Attempts {
		c := w.Conversation
		files, err := ws.Sense.Understand(ctx, sense.Where{Workspace: c.Workspace, Route: c.Route, Conversation: c.ID, At: e.now()}, w.Waiting)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			t := bot.FileTrace{MessageID: string(f.Message), N: f.N, Failure: f.Failure, Detail: f.Detail, Model: f.Model, Millis: f.Millis}
			switch {
			case f.Heard != "":
				t.How = sense.Heard
			case f.Seen != "":
				t.How = sense.Seen
			}
			out = append(out, t)
		}
	}
	return out, understood.Fill(ctx, e.store, w.Waiting, w.History)
}

// opaque are the files of a line of which there is no text.
func opaque(m chat.Message) (out []string) {
	for i, address := range m.Media {
		if _, ok := m.Understood[i]; !ok {
			out = append(out, address)
		}
	}
	return out
}

// told is an earlier line in words, its pictures in brackets.
func told(m chat.Message) string {
	text := m.Words()
	if shown := m.Shown(); shown != "" {
		text = strings.TrimSpace(text + "\n(picture: " + shown + ")")
	}
	return text
}
