package api

import (
	"context"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk/roster"
	"parley/internal/store/inbox"
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

type peopleOutput struct {
	Body struct {
		Items      []Colleague `json:"items" nullable:"false"`
		NextCursor string      `json:"nextCursor" doc:"Always empty: there is one page."`
	}
}

// Me is a colleague with what only they see.
type Me struct {
	Colleague
	Mentions int `json:"mentions" doc:"Notes for me that I have not seen."`
	Wish string `json:"wish" enum:"online,away,offline" doc:"What I asked to be. Who wishes to be online and is away did nothing for a while."`
}

type meOutput struct{ Body Me }

type presenceInput struct {
	Body struct {
		Presence string `json:"presence" enum:"online,away,offline" doc:"It stays until it is changed. Online turns into away without input, and into offline without an open page."`
	}
}

type heartbeatInput struct {
	Body struct {
		Active bool `json:"active" doc:"There was input in the page since the last heartbeat."`
	}
}

type skillsInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Capacity  int      `json:"capacity" minimum:"0" maximum:"100"`
		Languages []string `json:"languages" nullable:"false" doc:"Codes such as en or fr."`
		Topics    []string `json:"topics" nullable:"false" doc:"Ids of intents or routes."`
	}
}

type teamsOutput struct {
	Body struct {
		Items      []TeamInfo `json:"items" nullable:"false"`
		NextCursor string     `json:"nextCursor" doc:"Always empty: there is one page."`
	}
}

type teamOutput struct{ Body TeamInfo }

type teamInput struct{ Body TeamFields }

type teamChangeInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body TeamFields
}

type transferInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Epoch int64 `json:"epoch" minimum:"1" doc:"The conversation's epoch as the page shows it; a different one is a conflict."`
		To    struct {
			UserID string `json:"userId,omitempty" maxLength:"64" doc:"It becomes theirs."`
			TeamID string `json:"teamId,omitempty" maxLength:"40" doc:"It waits in this team's queue."`
		} `json:"to" doc:"Either a person or a team."`
		Note string `json:"note,omitempty" maxLength:"500" doc:"For colleagues; stands in the transcript beside the change."`
	}
}

type priorityInput struct {
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

type queueOutput struct{ Body QueueInfo }

func (a *API) teams() {
	get(a, "list-people", "/people", "List colleagues: who is there and how busy they are", a.listPeople)
	get(a, "list-teams", "/teams", "List teams, oldest first", a.listTeams)
	get(a, "get-queue", "/queue", "How the queue stands", a.queue)
	register(a, operation{id: "get-me", method: http.MethodGet, path: "/me", summary: "Who I am to my colleagues", need: auth.ReadConversations},
		func(ctx context.Context, _ *struct{}, user auth.User) (*meOutput, error) { return a.me(ctx, user) })
	register(a, operation{id: "set-presence", method: http.MethodPut, path: "/me/presence", summary: "Say whether I am there", need: auth.ReadConversations},
		func(ctx context.Context, in *presenceInput, user auth.User) (*meOutput, error) {
			if err := a.Roster.Wish(ctx, user.ID, roster.State(in.Body.Presence)); err != nil {
				return nil, err
			}
			return a.me(ctx, user)
		})
	register(a, operation{
		id: "send-heartbeat", method: http.MethodPost, path: "/me/heartbeat", summary: "Show that a page is open", need: auth.ReadConversations,
		description: "An open page sends it every 30 seconds; after two minutes without one its user is offline.",
	}, func(ctx context.Context, in *heartbeatInput, user auth.User) (*struct{}, error) {
		return nil, a.Roster.Beat(ctx, user.ID, in.Body.Active)
	})
	register(a, operation{id: "set-skills", method: http.MethodPut, path: "/people/{id}/skills", summary: "Set what somebody can take and knows", need: auth.ManageTeams},
		a.setSkills)
	register(a, operation{id: "create-team", method: http.MethodPost, path: "/teams", summary: "Add a team", need: auth.ManageTeams},
		func(ctx context.Context, in *teamInput, _ auth.User) (*teamOutput, error) {
			return a.saveTeam(ctx, in.Body.team(""))
		})
	register(a, operation{id: "update-team", method: http.MethodPut, path: "/teams/{id}", summary: "Change a team", need: auth.ManageTeams},
		func(ctx context.Context, in *teamChangeInput, _ auth.User) (*teamOutput, error) {
			return a.saveTeam(ctx, in.Body.team(in.ID))
		})
	register(a, operation{
		id: "delete-team", method: http.MethodDelete, path: "/teams/{id}", summary: "Remove a team", need: auth.ManageTeams,
		description: "What waits for it then waits for anybody.",
	}, func(ctx context.Context, in *idInput, _ auth.User) (*struct{}, error) {
		return nil, a.Roster.DeleteTeam(ctx, in.ID)
	})
	act(a, "transfer-conversation", "/conversations/{id}/transfer", "Give a conversation to a colleague or to a team's queue", a.transfer)
	act(a, "set-priority", "/conversations/{id}/priority", "Move a conversation in the queue", a.setPriority)
}

func (a *API) listPeople(ctx context.Context, _ *struct{}) (*peopleOutput, error) {
	desk, err := a.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	out := &peopleOutput{}
	out.Body.Items = []Colleague{}
	for _, p := range desk.People {
		out.Body.Items = append(out.Body.Items, colleague(p))
	}
	return out, nil
}

func (a *API) me(ctx context.Context, user auth.User) (*meOutput, error) {
	desk, err := a.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range desk.People {
		if p.ID == user.ID {
			mentions, err := inbox.UnreadMentions(ctx, a.Store, user.ID)
			return &meOutput{Body: Me{Colleague: colleague(p), Mentions: mentions, Wish: string(p.Wish)}}, err
		}
	}
	return nil, chat.Errorf(chat.NotFound, "only people have a place at the desk")
}

func (a *API) setSkills(ctx context.Context, in *skillsInput, _ auth.User) (*meOutput, error) {
	err := a.Roster.SetSkills(ctx, in.ID, roster.Skills{Capacity: in.Body.Capacity, Languages: in.Body.Languages, Topics: in.Body.Topics})
	if err != nil {
		return nil, err
	}
	return a.me(ctx, auth.User{ID: in.ID})
}

func (a *API) listTeams(ctx context.Context, _ *struct{}) (*teamsOutput, error) {
	desk, err := a.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	out := &teamsOutput{}
	out.Body.Items = []TeamInfo{}
	for _, t := range desk.Teams {
		out.Body.Items = append(out.Body.Items, teamInfo(t))
	}
	return out, nil
}

func (a *API) saveTeam(ctx context.Context, t roster.Team) (*teamOutput, error) {
	id, err := a.Roster.SaveTeam(ctx, t)
	if err != nil {
		return nil, err
	}
	desk, err := a.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range desk.Teams {
		if t.ID == id {
			return &teamOutput{Body: teamInfo(t)}, nil
		}
	}
	return nil, chat.Errorf(chat.NotFound, "the team was removed meanwhile")
}

func (a *API) queue(ctx context.Context, _ *struct{}) (*queueOutput, error) {
	q, err := a.Roster.Queue(ctx)
	if err != nil {
		return nil, err
	}
	out := &queueOutput{Body: QueueInfo{Waiting: q.Waiting, OldestAt: maybe(q.Oldest), Online: q.Online, Open: q.Open}}
	if q.Wait > 0 {
		seconds := int64(q.Wait.Seconds())
		out.Body.ExpectedWaitSeconds = &seconds
	}
	if !q.OpensAt.IsZero() {
		out.Body.OpensAt = maybe(q.OpensAt.UnixMilli())
	}
	return out, nil
}

func (a *API) transfer(ctx context.Context, in *transferInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, a.Roster.Transfer(ctx, roster.Transfer{
		ConversationID: id, Epoch: in.Body.Epoch, User: in.Body.To.UserID, Team: in.Body.To.TeamID, Note: in.Body.Note, Actor: user.ID,
	})
}

var priorities = []string{chat.Normal: "normal", chat.High: "high", chat.Urgent: "urgent"}

func (a *API) setPriority(ctx context.Context, in *priorityInput, _ auth.User) (chat.ConversationID, error) {
	id, p := chat.ConversationID(in.ID), chat.Priority(-1)
	for i, name := range priorities {
		if name == in.Body.Priority {
			p = chat.Priority(i)
		}
	}
	return id, a.Roster.Prioritize(ctx, id, p)
}

// inLine adds to a conversation what only one that is looked at by itself shows: its
// place in the queue and who did what.
func (a *API) inLine(ctx context.Context, out *ConversationDetail, c *chat.Conversation) error {
	position, err := a.Roster.Position(ctx, c)
	if err != nil {
		return err
	}
	if position > 0 {
		out.QueuePosition = &position
	}
	users, err := a.Store.Users(ctx)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name
	}
	for i := range out.Events {
		e := &out.Events[i]
		if e.ActorName = e.Actor; names[e.Actor] != "" {
			e.ActorName = names[e.Actor]
		}
	}
	return nil
}
