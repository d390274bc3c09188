package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/live"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// The inbox: lists and counts, and what people do beside answering.

type listInput struct {
	View     string `query:"view" enum:"all,mine,queue,unassigned,team,agent,bot,snoozed,mentioned,resolved" default:"all" doc:"all: every conversation. mine: those I own, not put aside. queue: those that wait for anybody, not put aside. unassigned: the same with those put aside. team: those of my teams or of ?team=, waiting or owned, not put aside. agent: those that people own. snoozed: those put aside, mine and those without an owner, or those of ?agent=. mentioned: those in which a note for me is unread."`
	Team     string `query:"team" maxLength:"40" doc:"Team id."`
	Tag      string `query:"tag" maxLength:"40"`
	Language string `query:"language" maxLength:"10"`
	Agent    string `query:"agent" maxLength:"40" doc:"User id of the owner, or me."`
	Query    string `query:"q" maxLength:"200" doc:"Words; each must begin a word of a line, a note, a tag, or of the customer's name or ids. Accents and case do not matter. Digits find a phone number by any part of at least four."`
	Sort     string `query:"sort" enum:"activity,waiting,window,opened" doc:"activity: newest first. waiting: most urgent, then longest wait first. window: the one that closes first. opened: newest first. Default: waiting in queue and unassigned, activity elsewhere."`
	Cursor   string `query:"cursor" maxLength:"100"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Counts are the numbers beside the views; each counts open conversations.
type Counts struct {
	Mine     int `json:"mine"`
	Queue    int `json:"queue"`
	Team     int `json:"team"`
	All      int `json:"all" doc:"Open ones, whoever owns them."`
	Snoozed  int `json:"snoozed"`
	Mentions int `json:"mentions" doc:"Conversations with an unread note for me."`
}

type countsOutput struct{ Body Counts }

type noteInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ClientID string   `json:"clientId" format:"uuid" doc:"Made by the page for this note; sending again with the same one adds nothing new."`
		Text     string   `json:"text" minLength:"1" maxLength:"8000"`
		Mentions []string `json:"mentions,omitempty" maxItems:"50" doc:"User ids of those who shall see it."`
	}
}

type tagsInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Tags []string `json:"tags" maxItems:"20" nullable:"false" doc:"All of them; those left out go. At most 20 of at most 40 characters."`
	}
}

// TagCount is a tag and how many open conversations have it.
type TagCount struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

type tagList struct {
	Body struct {
		Items []TagCount `json:"items" nullable:"false"`
	}
}

type snoozeInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Until *time.Time `json:"until" doc:"When it comes back by itself; null brings it back now. It also comes back when the customer writes."`
	}
}

type readInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Seq int64 `json:"seq" minimum:"0" doc:"Newest line that I have seen; a smaller one than before makes the conversation unread again."`
	}
}

type activityInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Doing string `json:"doing" enum:"viewing,typing,gone" doc:"Send it again within 10 s, or it is forgotten."`
	}
}

type bulkInput struct {
	Body struct {
		IDs     []string   `json:"ids" minItems:"1" maxItems:"200"`
		Action  string     `json:"action" enum:"assign,resolve,tag,snooze,pass_back,take"`
		UserID  string     `json:"userId,omitempty" doc:"assign: to whom."`
		TeamID  string     `json:"teamId,omitempty" doc:"assign: into the queue of which team."`
		Tag     string     `json:"tag,omitempty" doc:"tag: what to add."`
		Until   *time.Time `json:"until,omitempty" doc:"snooze: until when; without it they come back now."`
		Outcome string     `json:"outcome,omitempty" enum:"solved,unsolved,spam,other" doc:"resolve: how it ended."`
	}
}

// BulkResult says what became of one conversation of many.
type BulkResult struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty" doc:"Why not, in words."`
}

type bulkOutput struct {
	Body struct {
		Items []BulkResult `json:"items" nullable:"false"`
	}
}

func (a *API) inbox() {
	register(a, operation{
		id: "list-conversations", method: http.MethodGet, path: "/conversations", summary: "List conversations",
		description: "unread and mentioned are those of who asks. Live events leave them out: they are the same for everybody.", need: auth.ReadConversations,
	}, a.listConversations)
	register(a, operation{
		id: "count-conversations", method: http.MethodGet, path: "/conversations/counts", summary: "Count what waits in each view", need: auth.ReadConversations,
	}, a.countConversations)
	act(a, "add-note", "/conversations/{id}/notes", "Leave a note that only colleagues see", a.addNote)
	change(a, operation{
		id: "set-tags", method: http.MethodPut, path: "/conversations/{id}/tags", summary: "Set the tags", need: auth.WriteConversations,
	}, a.setTags)
	get(a, "list-tags", "/tags", "List the tags in use, most used first", a.listTags)
	act(a, "snooze", "/conversations/{id}/snooze", "Put a conversation aside until a time, or bring it back", a.snooze)
	register(a, operation{
		id: "mark-read", method: http.MethodPost, path: "/conversations/{id}/read", summary: "Say what I have seen", need: auth.ReadConversations,
	}, a.markRead)
	register(a, operation{
		id: "tell-activity", method: http.MethodPost, path: "/conversations/{id}/activity", summary: "Tell colleagues that I look at it or type", need: auth.ReadConversations,
	}, a.tellActivity)
	register(a, operation{
		id: "change-many", method: http.MethodPost, path: "/conversations/bulk", summary: "Do one thing to many conversations",
		description: "Each is a transaction of its own: some may work and others not.", need: auth.WriteConversations,
	}, a.bulk)
	a.desks()
	a.contacts()
}

func (a *API) listConversations(ctx context.Context, in *listInput, user auth.User) (*conversationList, error) {
	f := inbox.Filter{
		View: inbox.View(in.View), User: user.ID, Tag: strings.ToLower(in.Tag), Language: in.Language, Agent: in.Agent, Search: in.Query,
		Sort: inbox.Sort(in.Sort), After: in.Cursor, Limit: in.Limit, Now: a.now(),
	}
	if f.Agent == "me" {
		f.Agent = user.ID
	}
	switch {
	case in.Team != "":
		f.Teams = []string{in.Team}
	case f.View == inbox.OfTeam:
		var err error
		if f.Teams, err = a.teamsOf(ctx, user); err != nil {
			return nil, err
		}
	}
	list, next, err := inbox.List(ctx, a.Store, f)
	if err != nil {
		return nil, err
	}
	out := &conversationList{}
	out.Body.NextCursor = next
	out.Body.Items, err = a.summaries(ctx, list, user.ID)
	return out, err
}

// summaries are the rows of a list. user is who asks, or empty when it is for everybody.
// Whatever the length of the list, it takes the same few queries.
func (a *API) summaries(ctx context.Context, list []store.Listed, user string) ([]ConversationSummary, error) {
	ids := make([]chat.ConversationID, len(list))
	var agents []string
	for i, l := range list {
		ids[i] = l.ID
		if l.Agent != "" {
			agents = append(agents, l.Agent)
		}
	}
	tags, err := inbox.Tags(ctx, a.Store, ids)
	if err != nil {
		return nil, err
	}
	names, err := inbox.Names(ctx, a.Store, agents)
	if err != nil {
		return nil, err
	}
	var marks map[chat.ConversationID]inbox.Mark
	if user != "" {
		if marks, err = inbox.Marks(ctx, a.Store, user, ids); err != nil {
			return nil, err
		}
	}
	out := make([]ConversationSummary, len(list))
	for i, l := range list {
		out[i] = summary(l)
		out[i].AgentName = names[l.Agent]
		out[i].Tags = append(out[i].Tags, tags[l.ID]...)
		mine := l.Owner == chat.OwnerQueue || l.Owner == chat.OwnerAgent && l.Agent == user
		out[i].Unread = user != "" && mine && l.InSeq > marks[l.ID].ReadSeq
		out[i].Mentioned = marks[l.ID].Mentioned
	}
	return out, nil
}

func (a *API) countConversations(ctx context.Context, _ *struct{}, user auth.User) (*countsOutput, error) {
	teams, err := a.teamsOf(ctx, user)
	if err != nil {
		return nil, err
	}
	n, err := inbox.Count(ctx, a.Store, user.ID, teams, a.now())
	return &countsOutput{Body: Counts{Mine: n.Mine, Queue: n.Queue, Team: n.Team, All: n.All, Snoozed: n.Snoozed, Mentions: n.Mentions}}, err
}

func (a *API) addNote(ctx context.Context, in *noteInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	told, err := a.Desk.AddNote(ctx, desk.Note{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Text: in.Body.Text, Mentions: in.Body.Mentions,
	})
	for _, colleague := range told {
		a.hub.Tell("mention", MentionEvent{ConversationID: in.ID, MessageID: in.Body.ClientID, By: user.Name}, colleague)
	}
	return id, err
}

func (a *API) setTags(ctx context.Context, in *tagsInput, _ auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.SetTags(ctx, id, in.Body.Tags)
}

// maxTagList is how many tags a list of them has.
const maxTagList = 500

func (a *API) listTags(ctx context.Context, _ *struct{}) (*tagList, error) {
	list, err := inbox.AllTags(ctx, a.Store, maxTagList)
	if err != nil {
		return nil, err
	}
	out := &tagList{}
	out.Body.Items = []TagCount{}
	for _, t := range list {
		out.Body.Items = append(out.Body.Items, TagCount{Tag: t.Tag, Count: t.Count})
	}
	return out, nil
}

// millis is a time as it is kept; nothing is 0.
func millis(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMilli()
}

func (a *API) snooze(ctx context.Context, in *snoozeInput, _ auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Desk.Snooze(ctx, id, millis(in.Body.Until))
}

func (a *API) markRead(ctx context.Context, in *readInput, user auth.User) (*done, error) {
	return &done{}, a.Desk.Read(ctx, user.ID, chat.ConversationID(in.ID), in.Body.Seq)
}

func (a *API) tellActivity(ctx context.Context, in *activityInput, user auth.User) (*done, error) {
	if _, err := a.Store.Conversation(ctx, chat.ConversationID(in.ID)); err != nil {
		return nil, err
	}
	a.hub.Signal(live.Signal{ConversationID: in.ID, UserID: user.ID, Name: user.Name, Doing: in.Body.Doing})
	return &done{}, nil
}

func (a *API) bulk(ctx context.Context, in *bulkInput, user auth.User) (*bulkOutput, error) {
	if in.Body.Action == "assign" {
		if err := a.Roster.Receives(ctx, in.Body.UserID, in.Body.TeamID); err != nil {
			return nil, err
		}
	}
	b := desk.Bulk{
		Action: in.Body.Action, Agent: user.ID, User: in.Body.UserID, Team: in.Body.TeamID, Tag: in.Body.Tag, Until: millis(in.Body.Until), Outcome: in.Body.Outcome,
	}
	for _, id := range in.Body.IDs {
		b.IDs = append(b.IDs, chat.ConversationID(id))
	}
	list, err := a.Desk.Bulk(ctx, b)
	if err != nil {
		return nil, err
	}
	out := &bulkOutput{}
	for _, r := range list {
		item := BulkResult{ID: string(r.ID), OK: r.Err == nil}
		if r.Err != nil {
			item.Error = a.problem(ctx, r.Err).Detail
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

// teamsOf lists the teams that somebody is in.
func (a *API) teamsOf(ctx context.Context, user auth.User) ([]string, error) {
	return a.Roster.TeamsOf(ctx, user.ID)
}
