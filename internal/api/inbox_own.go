package api

import (
	"context"
	"net/http"
	"time"

	"parley/internal/auth"
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

func (a *API) putDraft(ctx context.Context, in *draftInput, user auth.User) (*draftOutput, error) {
	return nil, errSoon
}

func (a *API) getDraft(ctx context.Context, in *idInput, user auth.User) (*draftOutput, error) {
	return nil, errSoon
}

func (a *API) deleteDraft(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return nil, errSoon
}

func (a *API) listViews(ctx context.Context, _ *struct{}, user auth.User) (*viewList, error) {
	return nil, errSoon
}

func (a *API) createView(ctx context.Context, in *newViewInput, user auth.User) (*viewOutput, error) {
	return nil, errSoon
}

func (a *API) changeView(ctx context.Context, in *viewInput, user auth.User) (*viewOutput, error) {
	return nil, errSoon
}

func (a *API) deleteView(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return nil, errSoon
}

func (a *API) listCanned(ctx context.Context, in *listCannedInput, user auth.User) (*cannedList, error) {
	return nil, errSoon
}

func (a *API) createCanned(ctx context.Context, in *newCannedInput, user auth.User) (*cannedOutput, error) {
	return nil, errSoon
}

func (a *API) changeCanned(ctx context.Context, in *cannedInput, user auth.User) (*cannedOutput, error) {
	return nil, errSoon
}

func (a *API) deleteCanned(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return nil, errSoon
}
