package api

import (
	"context"
	"net/http"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
)

type ownerInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Kind  string `json:"kind" enum:"accept,pass_back,resolve,reopen"`
		Epoch int64  `json:"epoch" minimum:"1" doc:"The conversation's epoch as the page shows it; a different one is a conflict."`

		Outcome string `json:"outcome,omitempty" enum:"solved,unsolved,spam,other" doc:"With resolve: how it ended."`
		Note    string `json:"note,omitempty" maxLength:"4000" doc:"With resolve: a last word to colleagues."`
		Promise string `json:"promise,omitempty" maxLength:"4000" doc:"With pass_back: what the customer was promised. The bot quotes it when they ask."`
	}
}

func (a *API) people() {
	act(a, "send-reply", "/conversations/{id}/replies", "Answer the customer, and take the conversation by doing so", a.beside().Reply)
	register(a, operation{
		id: "preview-reply", method: http.MethodPost, path: "/conversations/{id}/replies/preview", summary: "Say how a reply would leave, without sending it",
		need: auth.WriteConversations,
	}, a.beside().PreviewReply)
	act(a, "change-owner", "/conversations/{id}/owner", "Take the conversation, hand it back to the bot, resolve it or open it again", a.changeOwner)
}

func (a *API) changeOwner(ctx context.Context, in *ownerInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.Change(ctx, desk.Change{
		ConversationID: id, Kind: chat.Kind(in.Body.Kind), Agent: user.ID, Epoch: in.Body.Epoch,
		Outcome: in.Body.Outcome, Note: in.Body.Note, Promise: in.Body.Promise,
	})
}
