package beside

import (
	"context"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
)

// Show is what a reply shows beside its text; at most one of choices, file, link and form.
type Show struct {
	Choices []ShowChoice `json:"choices,omitempty" maxItems:"10" doc:"Up to 3 are buttons, up to 10 a list. A tap comes back as the title."`
	Button  string       `json:"button,omitempty" maxLength:"200" doc:"Opens the choices where they are a list; in the customer's language when it is left out."`
	File    *ShowFile    `json:"file,omitempty"`
	Link    *ShowLink    `json:"link,omitempty"`
	Form    string       `json:"form,omitempty" maxLength:"200" doc:"Label of the button that opens the workspace's form, a WhatsApp Flow."`
}

// ShowChoice is one thing to choose.
type ShowChoice struct {
	Title  string `json:"title" maxLength:"200"`
	Detail string `json:"detail,omitempty" maxLength:"200" doc:"Said beneath the title in a list."`
}

// ShowFile is a file that WhatsApp fetches.
type ShowFile struct {
	Kind string `json:"kind" enum:"image,video,audio,document"`
	URL  string `json:"url" maxLength:"2000" doc:"https:// only."`
}

// ShowLink is a button that opens a page.
type ShowLink struct {
	Label string `json:"label" maxLength:"200"`
	URL   string `json:"url" maxLength:"2000" doc:"https:// only."`
}

// ReplyInput is an answer as it is sent.
type ReplyInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ClientID string `json:"clientId" format:"uuid" doc:"Made by the page for this reply; sending again with the same one sends nothing new."`
		Text     string `json:"text" minLength:"1" maxLength:"8000"`
		Show     *Show  `json:"show,omitempty" doc:"What stands beside the text where the workspace has a layout for it; else it is said in the text."`
		SeenSeq  int64  `json:"seenSeq" minimum:"0" doc:"Sequence number of the newest line that the agent had seen."`
		Force    bool   `json:"force,omitempty" doc:"Send although there are newer lines."`
	}
}

// PreviewInput is an answer that may be sent.
type PreviewInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Text string `json:"text" maxLength:"8000"`
		Show *Show  `json:"show,omitempty"`
	}
}

// ReplyPart is one message of those that a reply leaves as.
type ReplyPart struct {
	Layout string `json:"layout"`
	Text   string `json:"text"`
}

// PreviewOutput is the answer.
type PreviewOutput struct {
	Body struct {
		Parts []ReplyPart `json:"parts" nullable:"false" doc:"In the order in which they leave."`
		Lack  string      `json:"lack,omitempty" enum:"layout,fit" doc:"Why all of it is said in text. layout: the workspace has no such layout. fit: something is too long for WhatsApp, or this customer cannot be reached by that layout."`
	}
}

func (s *Show) beside() chat.Beside {
	if s == nil {
		return chat.Beside{}
	}
	b := chat.Beside{Button: s.Button, Form: s.Form}
	for _, c := range s.Choices {
		b.Choices = append(b.Choices, chat.Choice(c))
	}
	if s.File != nil {
		b.File = chat.File{Kind: chat.Layout(s.File.Kind), URL: s.File.URL}
	}
	if s.Link != nil {
		b.Link = chat.Link(*s.Link)
	}
	return b
}

func shown(b chat.Beside) *Show {
	if b.None() {
		return nil
	}
	s := &Show{Button: b.Button, Form: b.Form}
	for _, c := range b.Choices {
		s.Choices = append(s.Choices, ShowChoice(c))
	}
	if b.File != (chat.File{}) {
		s.File = &ShowFile{Kind: string(b.File.Kind), URL: b.File.URL}
	}
	if b.Link != (chat.Link{}) {
		link := ShowLink(b.Link)
		s.Link = &link
	}
	return s
}

// Reply sends an agent's answer.
func (o Operations) Reply(ctx context.Context, in *ReplyInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, o.Desk.Reply(ctx, desk.Reply{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Text: in.Body.Text, Beside: in.Body.Show.beside(),
		SeenSeq: in.Body.SeenSeq, Forced: in.Body.Force,
	})
}

// PreviewReply says how an answer would leave.
func (o Operations) PreviewReply(ctx context.Context, in *PreviewInput, _ auth.User) (*PreviewOutput, error) {
	p, err := o.Desk.Preview(ctx, chat.ConversationID(in.ID), in.Body.Text, in.Body.Show.beside())
	if err != nil {
		return nil, err
	}
	out := &PreviewOutput{}
	out.Body.Parts, out.Body.Lack = []ReplyPart{}, p.Lack
	for _, part := range p.Parts {
		out.Body.Parts = append(out.Body.Parts, ReplyPart{Layout: string(part.Layout), Text: part.Text})
	}
	return out, nil
}
