package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/bot/packet"
	"parley/internal/chat"
)

// Handoff is what people got when the conversation became theirs.
type Handoff struct {
	packet.Packet
	Needed *bool `json:"needed,omitempty" doc:"Whether it needed a person; absent until somebody has said so."`
}

// schemaName keeps the parts of a packet, which have plain names in their own package,
// apart from the API's own shapes.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.PkgPath() == typeOf[packet.Packet]().PkgPath() && t != typeOf[packet.Packet]() {
		return "Packet" + name
	}
	return name
}

type handoffList struct {
	Body struct {
		Items      []Handoff `json:"items" nullable:"false"`
		NextCursor string    `json:"nextCursor" doc:"Always empty: all are listed."`
	}
}

// suggestionOutput has a status of its own, because there may be nothing to suggest.
type suggestionOutput struct {
	Status int
	Body   *packet.Suggestion
}

type labelInput struct {
	ID        string `path:"id" maxLength:"40"`
	HandoffID string `path:"handoffId" maxLength:"40"`
	Body      struct {
		Needed bool `json:"needed" doc:"Did this need a person?"`
	}
}

func (a *API) handoffs() {
	get(a, "list-handoffs", "/conversations/{id}/handoffs", "Why people have the conversation and what is known, newest first", a.listHandoffs)
	get(a, "get-suggestion", "/conversations/{id}/suggestion", "An answer of the knowledge base that was not given yet; 204 when there is none", a.suggestion)
	register(a, operation{
		id: "label-handoff", method: http.MethodPost, path: "/conversations/{id}/handoffs/{handoffId}/label", summary: "Say whether it needed a person",
		need: auth.WriteConversations,
	}, a.labelHandoff)
}

func (a *API) listHandoffs(ctx context.Context, in *idInput) (*handoffList, error) {
	if _, err := a.Store.Conversation(ctx, chat.ConversationID(in.ID)); err != nil {
		return nil, err
	}
	list, err := a.Store.Handoffs(ctx, chat.ConversationID(in.ID))
	if err != nil {
		return nil, err
	}
	out := &handoffList{}
	out.Body.Items = []Handoff{}
	for _, h := range list {
		item := Handoff{}
		if err := json.Unmarshal([]byte(h.Packet), &item.Packet); err != nil {
			return nil, fmt.Errorf("handoff %s: %w", h.ID, err)
		}
		item.CreatedAt = when(h.At)
		if h.Needed != "" {
			needed := h.Needed == "yes"
			item.Needed = &needed
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

func (a *API) suggestion(ctx context.Context, in *idInput) (*suggestionOutput, error) {
	s, ok, err := a.Desk.Suggest(ctx, chat.ConversationID(in.ID))
	if err != nil || !ok {
		return &suggestionOutput{Status: http.StatusNoContent}, err
	}
	return &suggestionOutput{Status: http.StatusOK, Body: &s}, nil
}

func (a *API) labelHandoff(ctx context.Context, in *labelInput, user auth.User) (*struct{}, error) {
	return nil, a.Desk.LabelHandoff(ctx, chat.ConversationID(in.ID), in.HandoffID, in.Body.Needed, user.ID)
}

// Survey is what a customer was asked after a conversation, and said.
type Survey struct {
	State      string     `json:"state" enum:"asked,answered,expired"`
	Score      int        `json:"score,omitempty" doc:"1 to 5."`
	Comment    string     `json:"comment,omitempty"`
	AskedAt    time.Time  `json:"askedAt"`
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`
}

// survey is that of a conversation, once the customer was asked.
func (a *API) survey(ctx context.Context, id chat.ConversationID) (*Survey, error) {
	s, ok, err := a.Store.Survey(ctx, id)
	if err != nil || !ok || s.AskedAt == 0 {
		return nil, err
	}
	return &Survey{State: string(s.State), Score: s.Score, Comment: s.Comment, AskedAt: when(s.AskedAt), AnsweredAt: maybe(s.AnsweredAt)}, nil
}
