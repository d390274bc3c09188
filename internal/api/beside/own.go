package beside

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

// DraftInput is a draft as it is sent.
type DraftInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Text    string `json:"text" maxLength:"8000" doc:"Empty forgets the draft."`
		SeenSeq int64  `json:"seenSeq" minimum:"0" doc:"Newest line that I had seen when I began."`
	}
}

// DraftOutput is the answer; without a draft it is 204.
type DraftOutput struct {
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

// NewViewInput is a view to be added.
type NewViewInput struct{ Body NewView }

// ViewInput is a view to be changed.
type ViewInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body NewView
}

// ViewOutput is the answer.
type ViewOutput struct{ Body SavedView }

// ViewList is the answer.
type ViewList struct {
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
	Show      *Show     `json:"show,omitempty" doc:"What it shows beside its text."`
	UpdatedAt time.Time `json:"updatedAt"`
}

// NewCanned is a canned reply as it is sent.
type NewCanned struct {
	Shortcut string `json:"shortcut" minLength:"1" maxLength:"40" doc:"Letters, digits, hyphens and underscores. Unique for a language and a team."`
	Title    string `json:"title" minLength:"1" maxLength:"100"`
	Text     string `json:"text" minLength:"1" maxLength:"4096"`
	Language string `json:"language,omitempty" maxLength:"10"`
	Team     string `json:"team,omitempty" maxLength:"40"`
	Show     *Show  `json:"show,omitempty" doc:"What stands beside the text, as with a reply."`
}

// NewCannedInput is a canned reply to be added.
type NewCannedInput struct{ Body NewCanned }

// CannedInput is one to be changed.
type CannedInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body NewCanned
}

// ListCannedInput says for whom they are filled in.
type ListCannedInput struct {
	Conversation string `query:"conversation" maxLength:"40" doc:"Fill in the variables for this conversation."`
}

// CannedOutput is the answer.
type CannedOutput struct{ Body CannedReply }

// CannedList is the answer.
type CannedList struct {
	Body struct {
		Items     []CannedReply `json:"items" nullable:"false"`
		Variables []string      `json:"variables" nullable:"false" doc:"The variables there are."`
	}
}

func draft(d inbox.Draft) *Draft {
	return &Draft{Text: d.Text, SeenSeq: d.SeenSeq, UpdatedAt: When(d.UpdatedAt)}
}

// PutDraft keeps a draft.
func (o Operations) PutDraft(ctx context.Context, in *DraftInput, user auth.User) (*DraftOutput, error) {
	d, err := o.Desk.PutDraft(ctx, inbox.Draft{User: user.ID, ConversationID: chat.ConversationID(in.ID), Text: in.Body.Text, SeenSeq: in.Body.SeenSeq})
	return &DraftOutput{Status: http.StatusOK, Body: draft(d)}, err
}

// Draft reads a draft.
func (o Operations) Draft(ctx context.Context, in *ID, user auth.User) (*DraftOutput, error) {
	d, ok, err := inbox.FindDraft(ctx, o.Store, user.ID, chat.ConversationID(in.ID))
	if err != nil || !ok {
		return &DraftOutput{Status: http.StatusNoContent}, err
	}
	return &DraftOutput{Status: http.StatusOK, Body: draft(d)}, nil
}

// DeleteDraft forgets a draft.
func (o Operations) DeleteDraft(ctx context.Context, in *ID, user auth.User) (*Done, error) {
	return &Done{}, o.Desk.DeleteDraft(ctx, user.ID, chat.ConversationID(in.ID))
}

func savedView(v inbox.SavedView, user auth.User) (SavedView, error) {
	out := SavedView{ID: v.ID, Name: v.Name, Shared: v.Shared, Mine: v.User == user.ID}
	err := json.Unmarshal([]byte(v.Filter), &out.Filter)
	return out, err
}

// Views lists those that somebody sees.
func (o Operations) Views(ctx context.Context, _ *struct{}, user auth.User) (*ViewList, error) {
	list, err := inbox.Views(ctx, o.Store, user.ID)
	if err != nil {
		return nil, err
	}
	out := &ViewList{}
	out.Body.Items = make([]SavedView, len(list))
	for i, v := range list {
		if out.Body.Items[i], err = savedView(v, user); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (o Operations) saveView(ctx context.Context, id string, v NewView, user auth.User) (*ViewOutput, error) {
	filter, err := json.Marshal(v.Filter)
	if err != nil {
		return nil, err
	}
	saved, err := o.Desk.SaveView(ctx, inbox.SavedView{ID: id, User: user.ID, Name: v.Name, Shared: v.Shared, Filter: string(filter)},
		user.May(auth.Supervise))
	if err != nil {
		return nil, err
	}
	out := &ViewOutput{}
	out.Body, err = savedView(saved, user)
	return out, err
}

// CreateView adds a view.
func (o Operations) CreateView(ctx context.Context, in *NewViewInput, user auth.User) (*ViewOutput, error) {
	return o.saveView(ctx, "", in.Body, user)
}

// ChangeView changes one.
func (o Operations) ChangeView(ctx context.Context, in *ViewInput, user auth.User) (*ViewOutput, error) {
	return o.saveView(ctx, in.ID, in.Body, user)
}

// DeleteView forgets one.
func (o Operations) DeleteView(ctx context.Context, in *ID, user auth.User) (*Done, error) {
	return &Done{}, o.Desk.DeleteView(ctx, user.ID, in.ID, user.May(auth.Supervise))
}

func canned(c inbox.Canned) CannedReply {
	return CannedReply{ID: c.ID, Shortcut: c.Shortcut, Title: c.Title, Text: c.Text, Language: c.Language, Team: c.Team, Show: shown(c.Beside), UpdatedAt: When(c.UpdatedAt)}
}

// Canned lists canned replies.
func (o Operations) Canned(ctx context.Context, in *ListCannedInput, user auth.User) (*CannedList, error) {
	list, err := inbox.AllCanned(ctx, o.Store)
	if err != nil {
		return nil, err
	}
	var fill *desk.Filling
	if in.Conversation != "" {
		l, err := o.Store.Conversation(ctx, chat.ConversationID(in.Conversation))
		if err != nil {
			return nil, err
		}
		fill = &desk.Filling{CustomerName: l.Contact.FirstName, CustomerPhone: l.Contact.Phone, AgentName: user.Name}
	}
	out := &CannedList{}
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

func (o Operations) saveCanned(ctx context.Context, id string, c NewCanned) (*CannedOutput, error) {
	saved, err := o.Desk.SaveCanned(ctx, inbox.Canned{ID: id, Shortcut: c.Shortcut, Title: c.Title, Text: c.Text, Language: c.Language, Team: c.Team, Beside: c.Show.beside()})
	return &CannedOutput{Body: canned(saved)}, err
}

// CreateCanned adds a canned reply.
func (o Operations) CreateCanned(ctx context.Context, in *NewCannedInput, _ auth.User) (*CannedOutput, error) {
	return o.saveCanned(ctx, "", in.Body)
}

// ChangeCanned changes one.
func (o Operations) ChangeCanned(ctx context.Context, in *CannedInput, _ auth.User) (*CannedOutput, error) {
	return o.saveCanned(ctx, in.ID, in.Body)
}

// DeleteCanned forgets one.
func (o Operations) DeleteCanned(ctx context.Context, in *ID, _ auth.User) (*Done, error) {
	return &Done{}, o.Desk.DeleteCanned(ctx, in.ID)
}
