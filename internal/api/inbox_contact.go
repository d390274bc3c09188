package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/store/inbox"
)

// The person: their page, what they sent beside text, and how to reach them once the window has closed.

// Fact is something that is known of a person, and from where.
type Fact struct {
	Name  string    `json:"name"`
	Value string    `json:"value"`
	At    time.Time `json:"at"`
}

// PastConversation is one engagement with a person.
type PastConversation struct {
	ID         string     `json:"id"`
	Owner      string     `json:"owner" enum:"bot,queue,agent,none"`
	OpenedAt   time.Time  `json:"openedAt"`
	ResolvedAt *time.Time `json:"resolvedAt,omitempty"`
	Outcome    string     `json:"outcome"`
	LastText   string     `json:"lastText"`
	LastAt     time.Time  `json:"lastAt"`
	Tags       []string   `json:"tags" nullable:"false"`
}

// ContactPage is everything that is known of a person here.
type ContactPage struct {
	Contact       ContactSummary     `json:"contact"`
	Workspace     string             `json:"workspace"`
	CreatedAt     time.Time          `json:"createdAt"`
	OptedOut      bool               `json:"optedOut" doc:"They asked for no more messages."`
	OptedOutAt    *time.Time         `json:"optedOutAt,omitempty"`
	Identities    []Identity         `json:"identities" nullable:"false"`
	Attributes    map[string]string  `json:"attributes" doc:"What webhooks told of them."`
	Facts         []Fact             `json:"facts" nullable:"false"`
	Conversations []PastConversation `json:"conversations" nullable:"false" doc:"The newest 50, newest first."`
}

type contactOutput struct{ Body ContactPage }

type mediaInput struct {
	MessageID string `path:"messageId" maxLength:"40"`
	N         int    `path:"n" minimum:"0" maximum:"99" doc:"Which of the message's media, from 0."`
}

type templateInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ClientID string            `json:"clientId" format:"uuid" doc:"Made by the page for this message; sending again with the same one sends nothing new."`
		SeenSeq  int64             `json:"seenSeq" minimum:"0" doc:"Newest line that the agent had seen."`
		Params   map[string]string `json:"params,omitempty" doc:"Value of each of the template's parameters, by name."`
		Force    bool              `json:"force,omitempty" doc:"Send although there are newer lines."`
	}
}

// TemplateOffer is the template that opens a conversation again after its window has closed.
type TemplateOffer struct {
	Text   string   `json:"text" doc:"What it says, with {{name}} where a parameter goes."`
	Params []string `json:"params" nullable:"false"`
}

func (a *API) contacts() {
	get(a, "get-contact", "/contacts/{id}", "Read what is known of a person", a.contact)
	register(a, operation{
		id: "get-media", method: http.MethodGet, path: "/media/{messageId}/{n}", summary: "Fetch what a customer sent beside text",
		description: "It is fetched by the server, so that no browser follows a customer's address. Everything but images, audio and video comes as an attachment.",
		need:        auth.ReadConversations,
	}, a.fetchMedia)
	act(a, "send-template", "/conversations/{id}/template", "Send the template that opens a conversation again", a.sendTemplate)
}

// pastConversations is how many a contact's page shows.
const pastConversations = 50

func (a *API) contact(ctx context.Context, in *idInput) (*contactOutput, error) {
	p, err := inbox.Contact(ctx, a.Store, chat.ContactID(in.ID))
	if err != nil {
		return nil, err
	}
	names, err := a.identities(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	list, err := inbox.ConversationsWith(ctx, a.Store, p.ID, pastConversations)
	if err != nil {
		return nil, err
	}
	ids := make([]chat.ConversationID, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	tags, err := inbox.Tags(ctx, a.Store, ids)
	if err != nil {
		return nil, err
	}
	out := &contactOutput{Body: ContactPage{
		Contact:   ContactSummary{ID: string(p.ID), Name: p.FirstName, Phone: p.Phone, Language: p.Language},
		Workspace: p.Workspace, CreatedAt: when(p.CreatedAt), OptedOut: p.OptedOut > 0, OptedOutAt: maybe(p.OptedOut),
		Identities: names, Attributes: attributes(p), Facts: []Fact{}, Conversations: make([]PastConversation, len(list)),
	}}
	for i, l := range list {
		out.Body.Conversations[i] = PastConversation{
			ID: string(l.ID), Owner: string(l.Owner), OpenedAt: when(l.OpenedAt), ResolvedAt: maybe(l.ResolvedAt), Outcome: l.Outcome,
			LastText: l.LastText, LastAt: when(l.LastAt), Tags: append([]string{}, tags[l.ID]...),
		}
	}
	return out, nil
}

// attributes are what webhooks have told of a person.
func attributes(p inbox.Person) map[string]string {
	out := map[string]string{}
	for name, value := range map[string]string{
		"external_id": p.ExternalID, "braze_id": p.BrazeID, "alias_name": p.AliasName, "alias_label": p.AliasLabel,
		"phone": p.Phone, "first_name": p.FirstName, "language": p.Language,
	} {
		if value != "" {
			out[name] = value
		}
	}
	return out
}

func (a *API) fetchMedia(ctx context.Context, in *mediaInput, _ auth.User) (*huma.StreamResponse, error) {
	m, err := a.Store.Message(ctx, chat.MessageID(in.MessageID))
	if err != nil {
		return nil, err
	}
	if in.N >= len(m.Media) {
		return nil, chat.Errorf(chat.NotFound, "this message has %d files", len(m.Media))
	}
	file, err := a.Media.Fetch(ctx, m.Media[in.N])
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		file.Serve(w, r)
	}}, nil
}

func (a *API) sendTemplate(ctx context.Context, in *templateInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.SendTemplate(ctx, desk.TemplateMessage{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Params: in.Body.Params, SeenSeq: in.Body.SeenSeq, Forced: in.Body.Force,
	})
}
