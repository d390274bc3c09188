package api

import (
	"context"
	"net/http"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store"
)

var views = map[string]chat.Owner{
	"all": "", "bot": chat.OwnerBot, "queue": chat.OwnerQueue, "agent": chat.OwnerAgent, "resolved": chat.OwnerNone,
}

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

func (a *API) listConversations(ctx context.Context, in *listInput, user auth.User) (*conversationList, error) {
	list, next, err := a.Store.Conversations(ctx, store.Filter{Owner: views[in.View], Search: in.Query, Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &conversationList{}
	out.Body.Items, out.Body.NextCursor = []ConversationSummary{}, next
	for _, l := range list {
		out.Body.Items = append(out.Body.Items, summary(l))
	}
	return out, nil
}

func (a *API) conversation(ctx context.Context, in *idInput, user auth.User) (*conversationOutput, error) {
	l, err := a.Store.Conversation(ctx, chat.ConversationID(in.ID))
	if err != nil {
		return nil, err
	}
	names, err := a.Store.Identities(ctx, l.ContactID)
	if err != nil {
		return nil, err
	}
	changes, err := a.Store.Transitions(ctx, l.ID)
	if err != nil {
		return nil, err
	}
	out := &conversationOutput{Body: ConversationDetail{ConversationSummary: summary(l), Identities: []Identity{}, Events: []OwnerChange{}, People: []Active{}}}
	for _, n := range names {
		out.Body.Identities = append(out.Body.Identities, Identity{Kind: string(n.Kind), Value: n.Value, Since: when(n.Since)})
	}
	for _, t := range changes {
		out.Body.Events = append(out.Body.Events, OwnerChange{
			Seq: t.Seq, At: when(t.At), Kind: string(t.Kind), Actor: t.Actor, Reason: t.Reason, From: string(t.From), To: string(t.To),
		})
	}
	return out, nil
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
	if err != nil {
		return nil, false, err
	}
	var sent []chat.MessageID
	for _, m := range list {
		if m.Direction == chat.Out {
			sent = append(sent, m.ID)
		}
	}
	parts, err := a.Store.DeliveriesOf(ctx, sent)
	if err != nil {
		return nil, false, err
	}
	out := make([]Message, len(list))
	for i, m := range list {
		out[i] = message(m, parts[m.ID])
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
