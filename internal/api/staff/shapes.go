package staff

import (
	"time"

	"parley/internal/desk/roster"
)

// Colleague is a user of the desk as their colleagues see them.
type Colleague struct {
	ID            string     `json:"id"`
	Name          string     `json:"name"`
	Email         string     `json:"email"`
	Role          string     `json:"role" enum:"agent,supervisor,admin"`
	Presence      string     `json:"presence" enum:"online,away,offline"`
	PresenceSince *time.Time `json:"presenceSince,omitempty"`
	Load          int        `json:"load" doc:"Conversations they own and have not put aside."`
	Capacity      int        `json:"capacity" doc:"Conversations that they are given at the same time."`
	Teams         []string   `json:"teams" nullable:"false" doc:"Ids of their teams."`
	Languages     []string   `json:"languages" nullable:"false"`
	Topics        []string   `json:"topics" nullable:"false"`
	Disabled      bool       `json:"disabled"`
}

func colleague(p roster.Person) Colleague {
	return Colleague{
		ID: p.ID, Name: p.Name, Email: p.Email, Role: p.Role, Presence: string(p.State), PresenceSince: maybe(p.Since), Load: p.Load,
		Capacity: p.Capacity, Teams: list(p.Teams), Languages: list(p.Languages), Topics: list(p.Topics), Disabled: p.Disabled,
	}
}

// list is never null.
func list(items []string) []string {
	if items == nil {
		return []string{}
	}
	return items
}

// OpenSpan is a stretch of one day of the week in which a team is there.
type OpenSpan struct {
	Day  string `json:"day" enum:"monday,tuesday,wednesday,thursday,friday,saturday,sunday"`
	From string `json:"from" maxLength:"5" doc:"09:00"`
	To   string `json:"to" maxLength:"5" doc:"18:00; 24:00 is the end of the day."`
}

// BusinessHours are when a team is there.
type BusinessHours struct {
	Timezone string     `json:"timezone" maxLength:"60" doc:"Of the IANA database, such as Europe/Paris."`
	Weekly   []OpenSpan `json:"weekly" nullable:"false" maxItems:"50"`
	Holidays []string   `json:"holidays,omitempty" nullable:"false" maxItems:"400" doc:"Days off, as 2026-12-25."`
}

// TeamFields are what is set of a team.
type TeamFields struct {
	Name       string         `json:"name" minLength:"1" maxLength:"80"`
	Strategy   string         `json:"strategy" enum:"round_robin,least_busy" default:"round_robin"`
	AutoAssign bool           `json:"autoAssign" doc:"Its queue is handed out; else its people take from it themselves."`
	Members    []string       `json:"members" nullable:"false" maxItems:"1000" doc:"User ids."`
	Languages  []string       `json:"languages,omitempty" nullable:"false" doc:"What it is for; empty for every language."`
	Topics     []string       `json:"topics,omitempty" nullable:"false" doc:"What it is for, ids of intents or routes; empty for everything."`
	Hours      *BusinessHours `json:"hours,omitempty" doc:"When it is there; absent or null for always."`
}

// TeamInfo is a team.
type TeamInfo struct {
	ID string `json:"id"`
	TeamFields
	CreatedAt time.Time `json:"createdAt"`
}

func teamInfo(t roster.Team) TeamInfo {
	out := TeamInfo{ID: t.ID, CreatedAt: when(t.CreatedAt), TeamFields: TeamFields{
		Name: t.Name, Strategy: string(t.Strategy), AutoAssign: t.AutoAssign, Members: list(t.Members), Languages: list(t.Languages), Topics: list(t.Topics),
	}}
	if t.Hours != nil {
		h := &BusinessHours{Timezone: t.Hours.Timezone, Weekly: []OpenSpan{}, Holidays: list(t.Hours.Holidays)}
		for _, s := range t.Hours.Weekly {
			h.Weekly = append(h.Weekly, OpenSpan(s))
		}
		out.Hours = h
	}
	return out
}

func (f TeamFields) team(id string) roster.Team {
	t := roster.Team{
		ID: id, Name: f.Name, Strategy: roster.Strategy(f.Strategy), AutoAssign: f.AutoAssign, Members: f.Members, Languages: f.Languages, Topics: f.Topics,
	}
	if f.Hours != nil {
		t.Hours = &roster.Hours{Timezone: f.Hours.Timezone, Holidays: f.Hours.Holidays}
		for _, s := range f.Hours.Weekly {
			t.Hours.Weekly = append(t.Hours.Weekly, roster.Span(s))
		}
	}
	return t
}

// PeopleOutput is everybody who works here.
type PeopleOutput struct {
	Body struct {
		Items      []Colleague `json:"items" nullable:"false"`
		NextCursor string      `json:"nextCursor" doc:"Always empty: there is one page."`
	}
}

// ColleagueOutput is one of them.
type ColleagueOutput struct{ Body Colleague }

// Myself is how my colleagues see me, and what waits for me alone.
type Myself struct {
	Colleague
	Mentions int    `json:"mentions" doc:"Unread notes for me."`
	Wish     string `json:"wish" enum:"online,away,offline" doc:"What I asked to be. Who wishes to be online and is away did nothing for a while."`
}

// MeOutput is who asks.
type MeOutput struct{ Body Myself }

// PresenceInput is what somebody wants to be.
type PresenceInput struct {
	Body struct {
		Presence string `json:"presence" enum:"online,away,offline" doc:"It stays until it is changed. Online turns into away without input, and into offline without an open page."`
	}
}

// HeartbeatInput is a sign of an open page.
type HeartbeatInput struct {
	Body struct {
		Active bool `json:"active" doc:"There was input in the page since the last heartbeat."`
	}
}

// SkillsInput is what somebody can take and knows.
type SkillsInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Capacity  int      `json:"capacity" minimum:"0" maximum:"100"`
		Languages []string `json:"languages" nullable:"false" doc:"Codes such as en or fr."`
		Topics    []string `json:"topics" nullable:"false" doc:"Ids of intents or routes."`
	}
}

// TeamsOutput is all teams.
type TeamsOutput struct {
	Body struct {
		Items      []TeamInfo `json:"items" nullable:"false"`
		NextCursor string     `json:"nextCursor" doc:"Always empty: there is one page."`
	}
}

// TeamOutput is one of them.
type TeamOutput struct{ Body TeamInfo }

// TeamInput is a new team.
type TeamInput struct{ Body TeamFields }

// TeamChangeInput is what a team is to be.
type TeamChangeInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body TeamFields
}

// TransferInput is who is to get a conversation.
type TransferInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Epoch int64 `json:"epoch" minimum:"1" doc:"The conversation's epoch as the page shows it; a different one is a conflict."`
		To    struct {
			UserID string `json:"userId,omitempty" maxLength:"64" doc:"It becomes theirs."`
			TeamID string `json:"teamId,omitempty" maxLength:"40" doc:"It waits in this team's queue."`
		} `json:"to" doc:"Either a person or a team."`
		Note string `json:"note,omitempty" maxLength:"1000" doc:"For colleagues; a note in the transcript."`
	}
}

// PriorityInput is how pressing a conversation is.
type PriorityInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Priority string `json:"priority" enum:"normal,high,urgent"`
	}
}

// QueueInfo is how the queue of all teams stands.
type QueueInfo struct {
	Waiting             int        `json:"waiting"`
	OldestAt            *time.Time `json:"oldestAt,omitempty" doc:"Since when the customer who has waited longest does."`
	ExpectedWaitSeconds *int64     `json:"expectedWaitSeconds" doc:"For somebody who comes now; null when nobody can tell."`
	Online              int        `json:"online" doc:"People who are there and may answer."`
	Open                bool       `json:"open" doc:"Some team is expected to be there."`
	OpensAt             *time.Time `json:"opensAt,omitempty"`
}

// QueueOutput is how the queue stands.
type QueueOutput struct{ Body QueueInfo }

// TeamID names a team.
type TeamID struct {
	ID string `path:"id" maxLength:"40"`
}

func when(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func maybe(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := when(ms)
	return &t
}
