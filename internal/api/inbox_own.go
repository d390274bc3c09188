package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/store/inbox"
)

// What people keep for themselves or share: drafts, views, canned replies.

// Draft is what somebody has begun to write.
type Draft struct {
	Text      string    `json:"text"`
	SeenSeq   int64     `json:"seenSeq" doc:"Newest line when it was begun."`
	UpdatedAt time.Time `json:"updatedAt"`
}

type draftInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Text    string `json:"text" maxLength:"8000" doc:"Empty forgets the draft."`
		SeenSeq int64  `json:"seenSeq" minimum:"0" doc:"Newest line that I had seen when I began."`
	}
}

type draftOutput struct {
	Status int
	Body   *Draft
}

// ViewFilter is what a saved view shows: the parameters of list-conversations.
type ViewFilter struct {
	View     string `json:"view" enum:"all,mine,queue,unassigned,team,agent,bot,snoozed,mentioned,resolved"`
	Team     string `json:"team,omitempty" maxLength:"40"`
	Tag      string `json:"tag,omitempty" maxLength:"40"`
	Language string `json:"language,omitempty" maxLength:"10"`
	Agent    string `json:"agent,omitempty" maxLength:"40"`
	Query    string `json:"q,omitempty" maxLength:"200"`
	Sort     string `json:"sort,omitempty" enum:"activity,waiting,window,opened"`
}

// SavedView is a filter with a name.
type SavedView struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Shared bool       `json:"shared" doc:"Everybody sees it; only who may supervise can make, change or delete it."`
	Mine   bool       `json:"mine" doc:"I made it."`
	Filter ViewFilter `json:"filter"`
}

// NewView is a saved view as it is sent.
type NewView struct {
	Name   string     `json:"name" minLength:"1" maxLength:"60"`
	Shared bool       `json:"shared,omitempty"`
	Filter ViewFilter `json:"filter"`
}

type newViewInput struct{ Body NewView }

type viewInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body NewView
}

type viewOutput struct{ Body SavedView }

type viewList struct {
	Body struct {
		Items []SavedView `json:"items" nullable:"false"`
	}
}

// CannedReply is a text that is used again and again.
type CannedReply struct {
	ID        string    `json:"id"`
	Shortcut  string    `json:"shortcut" doc:"What is typed behind the slash."`
	Title     string    `json:"title"`
	Text      string    `json:"text" doc:"With variables such as {{customer.name}} or {{customer.name|there}}."`
	Language  string    `json:"language" doc:"Empty: any."`
	Team      string    `json:"team" doc:"Team id; empty: everybody."`
	Filled    string    `json:"filled,omitempty" doc:"The text for the conversation that was asked for, with its variables filled in."`
	UpdatedAt time.Time `json:"updatedAt"`
}

// NewCanned is a canned reply as it is sent.
type NewCanned struct {
	Shortcut string `json:"shortcut" minLength:"1" maxLength:"40" doc:"Letters, digits, hyphens and underscores. Unique for a language and a team."`
	Title    string `json:"title" minLength:"1" maxLength:"100"`
	Text     string `json:"text" minLength:"1" maxLength:"4096"`
	Language string `json:"language,omitempty" maxLength:"10"`
	Team     string `json:"team,omitempty" maxLength:"40"`
}

type newCannedInput struct{ Body NewCanned }

type cannedInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body NewCanned
}

type listCannedInput struct {
	Conversation string `query:"conversation" maxLength:"40" doc:"Fill in the variables for this conversation."`
}

type cannedOutput struct{ Body CannedReply }

type cannedList struct {
	Body struct {
		Items     []CannedReply `json:"items" nullable:"false"`
		Variables []string      `json:"variables" nullable:"false" doc:"The variables there are."`
	}
}

func (a *API) desks() {
	register(a, operation{id: "put-draft", method: http.MethodPut, path: "/conversations/{id}/draft", summary: "Keep what I am writing", need: auth.WriteConversations}, a.putDraft)
	register(a, operation{
		id: "get-draft", method: http.MethodGet, path: "/conversations/{id}/draft", summary: "Read what I was writing",
		description: "204 when there is none.", need: auth.ReadConversations,
	}, a.getDraft)
	register(a, operation{id: "delete-draft", method: http.MethodDelete, path: "/conversations/{id}/draft", summary: "Forget what I was writing", need: auth.WriteConversations}, a.deleteDraft)

	register(a, operation{id: "list-views", method: http.MethodGet, path: "/views", summary: "List my saved views and those of everybody", need: auth.ReadConversations}, a.listViews)
	register(a, operation{id: "create-view", method: http.MethodPost, path: "/views", summary: "Save a view", need: auth.ReadConversations}, a.createView)
	register(a, operation{id: "change-view", method: http.MethodPut, path: "/views/{id}", summary: "Change a saved view", need: auth.ReadConversations}, a.changeView)
	register(a, operation{id: "delete-view", method: http.MethodDelete, path: "/views/{id}", summary: "Delete a saved view", need: auth.ReadConversations}, a.deleteView)

	register(a, operation{id: "list-canned", method: http.MethodGet, path: "/canned", summary: "List canned replies by shortcut", need: auth.ReadConversations}, a.listCanned)
	register(a, operation{id: "create-canned", method: http.MethodPost, path: "/canned", summary: "Add a canned reply", need: auth.ManageTeams}, a.createCanned)
	register(a, operation{id: "change-canned", method: http.MethodPut, path: "/canned/{id}", summary: "Change a canned reply", need: auth.ManageTeams}, a.changeCanned)
	register(a, operation{id: "delete-canned", method: http.MethodDelete, path: "/canned/{id}", summary: "Delete a canned reply", need: auth.ManageTeams}, a.deleteCanned)
}

func draft(d inbox.Draft) *Draft {
	return &Draft{Text: d.Text, SeenSeq: d.SeenSeq, UpdatedAt: when(d.UpdatedAt)}
}

func (a *API) putDraft(ctx context.Context, in *draftInput, user auth.User) (*draftOutput, error) {
	d, err := a.Desk.PutDraft(ctx, inbox.Draft{User: user.ID, ConversationID: chat.ConversationID(in.ID), Text: in.Body.Text, SeenSeq: in.Body.SeenSeq})
	return &draftOutput{Status: http.StatusOK, Body: draft(d)}, err
}

func (a *API) getDraft(ctx context.Context, in *idInput, user auth.User) (*draftOutput, error) {
	d, ok, err := inbox.FindDraft(ctx, a.Store, user.ID, chat.ConversationID(in.ID))
	if err != nil || !ok {
		return &draftOutput{Status: http.StatusNoContent}, err
	}
	return &draftOutput{Status: http.StatusOK, Body: draft(d)}, nil
}

func (a *API) deleteDraft(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return &done{}, a.Desk.DeleteDraft(ctx, user.ID, chat.ConversationID(in.ID))
}

func savedView(v inbox.SavedView, user auth.User) (SavedView, error) {
	out := SavedView{ID: v.ID, Name: v.Name, Shared: v.Shared, Mine: v.User == user.ID}
	err := json.Unmarshal([]byte(v.Filter), &out.Filter)
	return out, err
}

func (a *API) listViews(ctx context.Context, _ *struct{}, user auth.User) (*viewList, error) {
	list, err := inbox.Views(ctx, a.Store, user.ID)
	if err != nil {
		return nil, err
	}
	out := &viewList{}
	out.Body.Items = make([]SavedView, len(list))
	for i, v := range list {
		if out.Body.Items[i], err = savedView(v, user); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *API) saveView(ctx context.Context, id string, v NewView, user auth.User) (*viewOutput, error) {
	filter, err := json.Marshal(v.Filter)
	if err != nil {
		return nil, err
	}
	saved, err := a.Desk.SaveView(ctx, inbox.SavedView{ID: id, User: user.ID, Name: v.Name, Shared: v.Shared, Filter: string(filter)},
		user.Role.May(auth.Supervise))
	if err != nil {
		return nil, err
	}
	out := &viewOutput{}
	out.Body, err = savedView(saved, user)
	return out, err
}

func (a *API) createView(ctx context.Context, in *newViewInput, user auth.User) (*viewOutput, error) {
	return a.saveView(ctx, "", in.Body, user)
}

func (a *API) changeView(ctx context.Context, in *viewInput, user auth.User) (*viewOutput, error) {
	return a.saveView(ctx, in.ID, in.Body, user)
}

func (a *API) deleteView(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return &done{}, a.Desk.DeleteView(ctx, user.ID, in.ID, user.Role.May(auth.Supervise))
}

func canned(c inbox.Canned) CannedReply {
	return CannedReply{ID: c.ID, Shortcut: c.Shortcut, Title: c.Title, Text: c.Text, Language: c.Language, Team: c.Team, UpdatedAt: when(c.UpdatedAt)}
}

func (a *API) listCanned(ctx context.Context, in *listCannedInput, user auth.User) (*cannedList, error) {
	list, err := inbox.AllCanned(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	var fill *desk.Filling
	if in.Conversation != "" {
		l, err := a.Store.Conversation(ctx, chat.ConversationID(in.Conversation))
		if err != nil {
			return nil, err
		}
		fill = &desk.Filling{CustomerName: l.Contact.FirstName, CustomerPhone: l.Contact.Phone, AgentName: user.Name}
	}
	out := &cannedList{}
	out.Body.Items, out.Body.Variables = []CannedReply{}, desk.Variables()
	for _, c := range list {
		item := canned(c)
		if fill != nil {
			item.Filled = fill.Fill(c.Text)
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

func (a *API) saveCanned(ctx context.Context, id string, c NewCanned) (*cannedOutput, error) {
	saved, err := a.Desk.SaveCanned(ctx, inbox.Canned{ID: id, Shortcut: c.Shortcut, Title: c.Title, Text: c.Text, Language: c.Language, Team: c.Team})
	return &cannedOutput{Body: canned(saved)}, err
}

func (a *API) createCanned(ctx context.Context, in *newCannedInput, _ auth.User) (*cannedOutput, error) {
	return a.saveCanned(ctx, "", in.Body)
}

func (a *API) changeCanned(ctx context.Context, in *cannedInput, _ auth.User) (*cannedOutput, error) {
	return a.saveCanned(ctx, in.ID, in.Body)
}

func (a *API) deleteCanned(ctx context.Context, in *idInput, _ auth.User) (*done, error) {
	return &done{}, a.Desk.DeleteCanned(ctx, in.ID)
}
