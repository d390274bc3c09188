package desk

import (
	"context"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
)

// Why something is sent as plain text although more was asked for.
const (
	LackLayout = "layout" // the workspace has no layout for it
	LackFit    = "fit"    // something is too long for WhatsApp, or the customer cannot be reached by it
)

// Preview is how a reply would leave.
type Preview struct {
	Parts []chat.Delivery
	Lack  string // why it is plain text, or empty
}

// Preview tells how a text with something beside it would leave, without sending it.
func (d *Desk) Preview(ctx context.Context, id chat.ConversationID, text string, beside chat.Beside) (Preview, error) {
	if err := beside.Check(); err != nil {
		return Preview{}, err
	}
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	w, ok := d.workspaces[c.Workspace]
	if !ok {
		return Preview{}, chat.Errorf(chat.Unavailable, "the workspace %s is not configured any more", c.Workspace)
	}
	out := Preview{Parts: w.parts(strings.TrimSpace(text), beside, c)}
	if !beside.None() && plain(out.Parts) {
		out.Lack = LackFit
		if !w.has(beside) {
			out.Lack = LackLayout
		}
	}
	return out, nil
}

func (w Workspace) has(b chat.Beside) bool {
	if len(b.Choices) > 0 && w.Has(chat.LayoutList) {
		return true
	}
	return w.Has(b.Layout())
}

// parts are what carries a text and what stands beside it.
func (w Workspace) parts(text string, beside chat.Beside, c store.Listed) []chat.Delivery {
	if beside.None() {
		return w.Plan(text)
	}
	if len(beside.Choices) > 0 && beside.Button == "" {
		beside.Button = "Choose"
		if language := c.Language + c.Contact.Language; strings.HasPrefix(language, "fr") {
			beside.Button = "Choisir"
		}
	}
	return w.Show(text, beside, c.Contact.ExternalID != "")
}

func plain(parts []chat.Delivery) bool {
	return len(parts) == 0 || parts[len(parts)-1].Layout == chat.LayoutText
}

// show writes into a reply what its line in the transcript says: what stands beside the
// text apart from it where the customer sees it so, else all of it in the text.
func show(out *store.Reply, beside chat.Beside) {
	if beside.None() {
		return
	}
	if plain(out.Parts) {
		out.Text = beside.Complete(out.Text)
		return
	}
	out.Layout = out.Parts[len(out.Parts)-1].Layout
	switch {
	case len(beside.Choices) > 0:
		out.Choices = beside.Titles()
	case beside.File.URL != "":
		out.Media = []string{beside.File.URL}
	case beside.Form != "":
		out.Choices = []string{beside.Form}
	default:
		out.Text = beside.Complete(out.Text)
	}
}
