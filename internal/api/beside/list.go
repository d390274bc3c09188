package beside

import (
	"context"
	"strings"

	"parley/internal/auth"
	"parley/internal/store/inbox"
)

// ListInput chooses conversations.
type ListInput struct {
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

// CountsOutput is the answer.
type CountsOutput struct{ Body Counts }

// Filter is what a list asks for.
func (o Operations) Filter(ctx context.Context, in *ListInput, user auth.User) (inbox.Filter, error) {
	f := inbox.Filter{
		View: inbox.View(in.View), User: user.ID, Tag: strings.ToLower(in.Tag), Language: in.Language, Agent: in.Agent, Search: in.Query,
		Sort: inbox.Sort(in.Sort), After: in.Cursor, Limit: in.Limit, Now: o.Now(),
	}
	if f.Agent == "me" {
		f.Agent = user.ID
	}
	switch {
	case in.Team != "":
		f.Teams = []string{in.Team}
	case f.View == inbox.OfTeam:
		var err error
		if f.Teams, err = o.teamsOf(ctx, user); err != nil {
			return f, err
		}
	}
	return f, nil
}

// Counts counts what the views of somebody have.
func (o Operations) Counts(ctx context.Context, _ *struct{}, user auth.User) (*CountsOutput, error) {
	teams, err := o.teamsOf(ctx, user)
	if err != nil {
		return nil, err
	}
	n, err := inbox.Count(ctx, o.Store, user.ID, teams, o.Now())
	return &CountsOutput{Body: Counts{Mine: n.Mine, Queue: n.Queue, Team: n.Team, All: n.All, Snoozed: n.Snoozed, Mentions: n.Mentions}}, err
}

// teamsOf lists the teams that somebody is in.
func (o Operations) teamsOf(ctx context.Context, user auth.User) ([]string, error) {
	return o.Roster.TeamsOf(ctx, user.ID)
}
