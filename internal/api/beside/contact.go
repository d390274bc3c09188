package beside

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// ContactSummary is what a list shows of a person.
type ContactSummary struct {
	ID       string `json:"id"`
	Name     string `json:"name" doc:"First name, or empty when Braze does not know it."`
	Phone    string `json:"phone" doc:"E.164, or empty for a sender who hides the number."`
	Language string `json:"language"`
}

// Identity is one way in which a person is known.
type Identity struct {
	Kind  string    `json:"kind" enum:"external_id,braze_id,alias,phone,bsuid"`
	Value string    `json:"value"`
	Since time.Time `json:"since"`
}

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

// ContactOutput is the answer.
type ContactOutput struct{ Body ContactPage }

// MediaInput names a file of a message.
type MediaInput struct {
	MessageID string `path:"messageId" maxLength:"40"`
	N         int    `path:"n" minimum:"0" maximum:"99" doc:"Which of the message's media, from 0."`
}

// TemplateInput is a template as it is sent.
type TemplateInput struct {
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

// pastConversations is how many a contact's page shows.
const pastConversations = 50

// Contact reads what is known of a person.
func (o Operations) Contact(ctx context.Context, in *ID) (*ContactOutput, error) {
	p, err := inbox.Contact(ctx, o.Store, chat.ContactID(in.ID))
	if err != nil {
		return nil, err
	}
	names, err := Identities(ctx, o.Store, p.ID)
	if err != nil {
		return nil, err
	}
	list, err := inbox.ConversationsWith(ctx, o.Store, p.ID, pastConversations)
	if err != nil {
		return nil, err
	}
	ids := make([]chat.ConversationID, len(list))
	for i, l := range list {
		ids[i] = l.ID
	}
	tags, err := inbox.Tags(ctx, o.Store, ids)
	if err != nil {
		return nil, err
	}
	out := &ContactOutput{Body: ContactPage{
		Contact:   ContactSummary{ID: string(p.ID), Name: p.FirstName, Phone: p.Phone, Language: p.Language},
		Workspace: p.Workspace, CreatedAt: When(p.CreatedAt), OptedOut: p.OptedOut > 0, OptedOutAt: Maybe(p.OptedOut),
		Identities: names, Attributes: attributes(p), Facts: []Fact{}, Conversations: make([]PastConversation, len(list)),
	}}
	for i, l := range list {
		out.Body.Conversations[i] = PastConversation{
			ID: string(l.ID), Owner: string(l.Owner), OpenedAt: When(l.OpenedAt), ResolvedAt: Maybe(l.ResolvedAt), Outcome: l.Outcome,
			LastText: l.LastText, LastAt: When(l.LastAt), Tags: append([]string{}, tags[l.ID]...),
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

// FetchMedia fetches a file through the server.
func (o Operations) FetchMedia(ctx context.Context, in *MediaInput, _ auth.User) (*huma.StreamResponse, error) {
	m, err := o.Store.Message(ctx, chat.MessageID(in.MessageID))
	if err != nil {
		return nil, err
	}
	if in.N >= len(m.Media) {
		return nil, chat.Errorf(chat.NotFound, "this message has %d files", len(m.Media))
	}
	file, err := o.Media.Fetch(ctx, m.Media[in.N])
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		file.Serve(w, r)
	}}, nil
}

// SendTemplate sends the template that opens a conversation again.
func (o Operations) SendTemplate(ctx context.Context, in *TemplateInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, o.Desk.SendTemplate(ctx, desk.TemplateMessage{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Params: in.Body.Params, SeenSeq: in.Body.SeenSeq, Forced: in.Body.Force,
	})
}

// Identities lists everything by which a person is known, oldest first.
func Identities(ctx context.Context, s *store.Store, id chat.ContactID) ([]Identity, error) {
	list, err := s.Identities(ctx, id)
	out := make([]Identity, len(list))
	for i, n := range list {
		out[i] = Identity{Kind: string(n.Kind), Value: n.Value, Since: When(n.Since)}
	}
	return out, err
}

// When is a time as it is kept, as the API writes it.
func When(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// Maybe is When, and nil for 0.
func Maybe(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := When(ms)
	return &t
}
