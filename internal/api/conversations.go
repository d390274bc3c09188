package api

import (
	"context"
	"net/http"

	"parley/internal/api/beside"
	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
	"parley/internal/store/understood"
	"parley/internal/store/window"
)

type conversationList struct {
	Body struct {
		Items      []ConversationSummary `json:"items" nullable:"false"`
		NextCursor string                `json:"nextCursor" doc:"Empty on the last page."`
	}
}

type idInput struct {
	ID string `path:"id" maxLength:"40"`
}

type conversationOutput struct{ Body ConversationDetail }

type messagesInput struct {
	ID     string `path:"id" maxLength:"40"`
	Before int64  `query:"before" minimum:"0" doc:"Lines before this sequence number; 0 means the newest."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type messageList struct {
	Body struct {
		Items []Message `json:"items" nullable:"false"`
		More  bool      `json:"more" doc:"There are older lines."`
	}
}

func (a *API) conversations() {
	register(a, operation{
		id: "get-conversation", method: http.MethodGet, path: "/conversations/{id}", summary: "Read one conversation", need: auth.ReadConversations,
	}, a.conversation)
	get(a, "list-messages", "/conversations/{id}/messages", "Read a transcript, oldest first", a.messages)
	get(a, "list-dead-letters", "/dead-letters", "List webhooks that could not be understood, newest first", a.deadLetters)
}

// maxEvents is how many changes of owner a detail tells.
const maxEvents = 500

func (a *API) conversation(ctx context.Context, in *idInput, user auth.User) (*conversationOutput, error) {
	l, err := a.Store.Conversation(ctx, chat.ConversationID(in.ID))
	if err != nil {
		return nil, err
	}
	names, err := beside.Identities(ctx, a.Store, l.ContactID)
	if err != nil {
		return nil, err
	}
	changes, err := a.Store.Transitions(ctx, l.ID, maxEvents)
	if err != nil {
		return nil, err
	}
	row, err := a.summaries(ctx, []store.Listed{l}, user.ID)
	if err != nil {
		return nil, err
	}
	marks, err := inbox.Marks(ctx, a.Store, user.ID, []chat.ConversationID{l.ID})
	if err != nil {
		return nil, err
	}
	out := &conversationOutput{Body: ConversationDetail{
		ConversationSummary: row[0], Identities: names, Events: []OwnerChange{},
		ReadSeq: marks[l.ID].ReadSeq, People: a.hub.At(in.ID),
	}}
	if out.Body.CSAT, err = a.survey(ctx, l.ID); err != nil {
		return nil, err
	}
	for _, t := range changes {
		out.Body.Events = append(out.Body.Events, OwnerChange{
			Seq: t.Seq, At: when(t.At), Kind: string(t.Kind), Actor: t.Actor, Reason: t.Reason, From: string(t.From), To: string(t.To),
		})
	}
	if offer := a.Desk.Offer(l); offer != nil {
		out.Body.TemplateOffered = true
		out.Body.Template = &beside.TemplateOffer{Text: offer.Text, Params: append([]string{}, offer.Params...)}
	}
	out.Body.MayWait = a.Desk.MayWait(l)
	if w, ok, err := window.Of(ctx, a.Store, l.ID); err != nil {
		return nil, err
	} else if ok {
		out.Body.Waiting = &Waiting{Since: when(w.Since), NoticedAt: maybe(w.NoticedAt), NotNoticed: w.Trouble}
	}
	return out, a.inLine(ctx, &out.Body, &l.Conversation)
}

func (a *API) messages(ctx context.Context, in *messagesInput) (*messageList, error) {
	if _, err := a.Store.Conversation(ctx, chat.ConversationID(in.ID)); err != nil {
		return nil, err
	}
	out := &messageList{}
	var err error
	out.Body.Items, out.Body.More, err = a.transcript(ctx, chat.ConversationID(in.ID), in.Before, in.Limit)
	return out, err
}

// transcript reads lines with the state of their deliveries.
func (a *API) transcript(ctx context.Context, id chat.ConversationID, before int64, limit int) ([]Message, bool, error) {
	list, more, err := a.Store.Messages(ctx, id, before, limit)
	if err == nil {
		err = understood.Fill(ctx, a.Store, list)
	}
	if err != nil {
		return nil, false, err
	}
	var sent, notes []chat.MessageID
	var agents []string
	for _, m := range list {
		switch m.Direction {
		case chat.Out:
			sent = append(sent, m.ID)
		case chat.Note:
			notes = append(notes, m.ID)
		}
		if m.Agent != "" {
			agents = append(agents, m.Agent)
		}
	}
	parts, err := a.Store.DeliveriesOf(ctx, sent)
	if err != nil {
		return nil, false, err
	}
	receipts, err := a.receiptsOf(ctx, parts)
	if err != nil {
		return nil, false, err
	}
	mentions, err := inbox.MentionsOf(ctx, a.Store, notes)
	if err != nil {
		return nil, false, err
	}
	names, err := inbox.Names(ctx, a.Store, agents)
	if err != nil {
		return nil, false, err
	}
	out := make([]Message, len(list))
	for i, m := range list {
		out[i] = message(m, parts[m.ID], receipts)
		out[i].AgentName, out[i].Mentions = names[m.Agent], mentions[m.ID]
	}
	return out, more, nil
}

// DeadLetter is a webhook that could not be understood.
type DeadLetter struct {
	ID          string `json:"id"`
	Workspace   string `json:"workspace"`
	Route       string `json:"route"`
	At          string `json:"at" format:"date-time"`
	Reason      string `json:"reason"`
	ContentType string `json:"contentType"`
	Body        string `json:"body"`
	Size        int64  `json:"size" doc:"Bytes."`
}

type deadLettersInput struct {
	Cursor string `query:"cursor" maxLength:"40"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type deadLetterList struct {
	Body struct {
		Items      []DeadLetter `json:"items" nullable:"false"`
		NextCursor string       `json:"nextCursor" doc:"Empty on the last page."`
	}
}

func (a *API) deadLetters(ctx context.Context, in *deadLettersInput) (*deadLetterList, error) {
	list, err := a.Store.DeadLetters(ctx, in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &deadLetterList{}
	out.Body.Items = []DeadLetter{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.NextCursor = list[in.Limit-1].ID
	}
	for _, d := range list {
		out.Body.Items = append(out.Body.Items, DeadLetter{
			ID: d.ID, Workspace: d.Workspace, Route: d.Route, At: when(d.At).Format(timeFormat), Reason: d.Reason,
			ContentType: d.ContentType, Body: d.Body, Size: d.Size,
		})
	}
	return out, nil
}
