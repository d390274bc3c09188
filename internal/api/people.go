package api

import (
	"context"

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

		Outcome string `json:"outcome,omitempty" enum:"solved,unsolved,spam,other" doc:"With resolve: how it ended."`
		Note    string `json:"note,omitempty" maxLength:"4000" doc:"With resolve: a last word to colleagues."`
		Promise string `json:"promise,omitempty" maxLength:"4000" doc:"With pass_back: what the customer was promised. The bot quotes it when they ask."`
	}
}

func (a *API) people() {
	act(a, "send-reply", "/conversations/{id}/replies", "Answer the customer, and take the conversation by doing so", a.reply)
	act(a, "change-owner", "/conversations/{id}/owner", "Take the conversation, hand it back to the bot, resolve it or open it again", a.changeOwner)
}

func (a *API) reply(ctx context.Context, in *replyInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.Reply(ctx, desk.Reply{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Text: in.Body.Text, SeenSeq: in.Body.SeenSeq, Forced: in.Body.Force,
	})
}

func (a *API) changeOwner(ctx context.Context, in *ownerInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.Change(ctx, desk.Change{
		ConversationID: id, Kind: chat.Kind(in.Body.Kind), Agent: user.ID, Epoch: in.Body.Epoch,
		Outcome: in.Body.Outcome, Note: in.Body.Note, Promise: in.Body.Promise,
	})
}
