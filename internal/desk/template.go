package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/window"
)

// maxTemplate is the longest text of a template in characters (Meta, "Components of
// message templates").
const maxTemplate = 1024

// Template opens a conversation again after its window has closed.
type Template struct {
	Text   string   // with {{name}} where a parameter goes, and {{customer.name}} where the first name does
	Params []string // in the order of the campaign's properties
	Plan   func(text string, values []string) []chat.Delivery
}

// TemplateMessage is a template as an agent sends it.
type TemplateMessage struct {
	ConversationID chat.ConversationID
	ClientID       string // a UUID made by the page: sending again with the same one sends nothing new
	Agent          string // user id
	Params         map[string]string
	SeenSeq        int64 // newest line the agent had seen
	Forced         bool  // send although there are newer ones
}

// Offer gives the template that can be sent to a conversation now, or nil: there is
// none, free text still goes, it is over, or the customer wants no more messages.
func (d *Desk) Offer(c store.Listed) *Template {
	if c.WindowUntil > d.now() || c.Owner == chat.OwnerNone || c.Contact.OptedOut > 0 {
		return nil
	}
	return d.workspaces[c.Workspace].Template
}

// SendTemplate sends the template and makes the agent the owner, as an answer does.
func (d *Desk) SendTemplate(ctx context.Context, m TemplateMessage) error {
	if uuid.Validate(m.ClientID) != nil {
		return chat.Errorf(chat.Invalid, "clientId must be a UUID made by the page for this message")
	}
	c, err := d.store.Conversation(ctx, m.ConversationID)
	if err != nil {
		return err
	}
	w := d.workspaces[c.Workspace]
	switch {
	case w.Template == nil:
		return chat.Errorf(chat.Conflict, "there is no template for this workspace; name one in layouts.template of the settings")
	case c.WindowUntil > d.now():
		return chat.Errorf(chat.Conflict, "the 24-hour window is still open; answer with a text")
	case c.Contact.OptedOut > 0:
		return chat.Errorf(chat.Conflict, "this customer asked for no more messages, so no template is sent")
	}
	text, values, err := w.Template.write(m.Params, c.Contact)
	if err != nil {
		return err
	}
	out := store.Reply{
		ConversationID: c.ID, MessageID: chat.MessageID(m.ClientID), Agent: m.Agent, Text: text, Layout: chat.LayoutTemplate,
		Parts: w.Template.Plan(text, values), Pace: w.Pace, SeenSeq: m.SeenSeq, Forced: m.Forced,
	}
	if out.Packet, err = d.takenOver(ctx, c); err != nil {
		return err
	}
	return d.write(ctx, func(tx *store.Tx) error {
		if err := window.Allow(ctx, tx, c.Workspace, c.ContactID, w.MessagingLimit, d.now()); err != nil {
			return err
		}
		return tx.Reply(ctx, out, d.now())
	})
}

// Greet writes a template that nobody fills in.
func Greet(text, firstName string) string {
	return fill(text, map[string]string{"customer.name": firstName})
}

// write gives what the template will say, and its parameters' values in order. Meta
// refuses empty ones and those with line breaks, long after Braze has said 201, so
// they are checked and mended here (Meta, "Template messages").
func (t *Template) write(params map[string]string, to chat.Contact) (text string, values []string, err error) {
	for name := range params {
		if !slices.Contains(t.Params, name) {
			return "", nil, chat.Errorf(chat.Invalid, "params: the template has no parameter %q; it has %s", name, strings.Join(t.Params, ", "))
		}
	}
	places := map[string]string{"customer.name": to.FirstName}
	for _, name := range t.Params {
		value := strings.Join(strings.Fields(params[name]), " ")
		if value == "" {
			return "", nil, chat.Errorf(chat.Invalid, "params: %s is empty; say what the template shall say there", name)
		}
		values = append(values, value)
		places[name] = value
	}
	text = fill(t.Text, places)
	if n := utf8.RuneCountInString(text); n > maxTemplate {
		return "", nil, chat.Errorf(chat.Invalid, "params: the template would have %d characters; WhatsApp allows %d", n, maxTemplate)
	}
	return text, values, nil
}
