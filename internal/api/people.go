package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
)

type replyInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ClientID string `json:"clientId" format:"uuid" doc:"Made by the page for this reply; sending again with the same one sends nothing new."`
		Text     string `json:"text" minLength:"1" maxLength:"8000"`
		SeenSeq  int64  `json:"seenSeq" minimum:"0" doc:"Sequence number of the newest line that the agent had seen."`
		Force    bool   `json:"force,omitempty" doc:"Send although there are newer lines."`
	}
}

type ownerInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Kind  string `json:"kind" enum:"accept,pass_back,resolve,reopen"`
		Epoch int64  `json:"epoch" minimum:"1" doc:"The conversation's epoch as the page shows it; a different one is a conflict."`
	}
}

func (a *API) people() {
	post(a, "send-reply", "/conversations/{id}/replies", "Answer the customer, and take the conversation by doing so", a.reply)
	post(a, "change-owner", "/conversations/{id}/owner", "Take the conversation, hand it back to the bot, resolve it or open it again", a.changeOwner)
}

// post registers something that any logged-in user may do to a conversation; it
// answers with the conversation as it then is.
func post[I any](a *API, id, path, summary string, handle func(context.Context, *I, auth.User) (chat.ConversationID, error)) {
	huma.Register(a.huma, huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: prefix + path, Summary: summary,
		Security: []map[string][]string{{"session": {}}},
		Errors:   []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict},
	}, func(ctx context.Context, in *I) (*conversationOutput, error) {
		session, _ := auth.From(ctx)
		id, err := handle(ctx, in, session.User)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		out, err := a.conversation(ctx, &idInput{ID: string(id)})
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

func (a *API) reply(ctx context.Context, in *replyInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.desk.Reply(ctx, desk.Reply{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Text: in.Body.Text, SeenSeq: in.Body.SeenSeq, Forced: in.Body.Force,
	})
}

func (a *API) changeOwner(ctx context.Context, in *ownerInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.desk.Change(ctx, desk.Change{ConversationID: id, Kind: chat.Kind(in.Body.Kind), Agent: user.ID, Epoch: in.Body.Epoch})
}
