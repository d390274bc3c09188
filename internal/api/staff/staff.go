// Package staff is how the desk API shows who works here and what waits for them:
// shapes, and what each operation asks of the roster. Paths and permissions are
// package api's.
package staff

import (
	"context"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/desk/roster"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// Operations are what the API hands calls on to.
type Operations struct {
	Store  *store.Store
	Desk   *desk.Desk
	Roster *roster.Roster
}

// Done is an answer without a body.
type Done = struct{}

// SetPresence notes what somebody wants to be.
func (o Operations) SetPresence(ctx context.Context, in *PresenceInput, user auth.User) (*MeOutput, error) {
	if err := o.Roster.Wish(ctx, user.ID, roster.State(in.Body.Presence)); err != nil {
		return nil, err
	}
	return o.Me(ctx, nil, user)
}

// Beat notes that a page is open.
func (o Operations) Beat(ctx context.Context, in *HeartbeatInput, user auth.User) (*Done, error) {
	return &Done{}, o.Roster.Beat(ctx, user.ID, in.Body.Active)
}

// CreateTeam adds one.
func (o Operations) CreateTeam(ctx context.Context, in *TeamInput, _ auth.User) (*TeamOutput, error) {
	return o.saveTeam(ctx, in.Body.team(""))
}

// UpdateTeam replaces everything of one.
func (o Operations) UpdateTeam(ctx context.Context, in *TeamChangeInput, _ auth.User) (*TeamOutput, error) {
	return o.saveTeam(ctx, in.Body.team(in.ID))
}

// DeleteTeam removes one.
func (o Operations) DeleteTeam(ctx context.Context, in *TeamID, _ auth.User) (*Done, error) {
	return &Done{}, o.Roster.DeleteTeam(ctx, in.ID)
}

// Position is the place of a conversation in its team's queue, from 1; nil when it
// does not wait there.
func (o Operations) Position(ctx context.Context, c *chat.Conversation) (*int, error) {
	n, err := o.Roster.Position(ctx, c)
	if err != nil || n == 0 {
		return nil, err
	}
	return &n, nil
}

// Priorities are their names, by chat.Priority.
var Priorities = []string{chat.Normal: "normal", chat.High: "high", chat.Urgent: "urgent"}

// People lists everybody.
func (o Operations) People(ctx context.Context, _ *struct{}) (*PeopleOutput, error) {
	all, err := o.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	out := &PeopleOutput{}
	out.Body.Items = []Colleague{}
	for _, p := range all.People {
		out.Body.Items = append(out.Body.Items, colleague(p))
	}
	return out, nil
}

// Me is who asks.
func (o Operations) Me(ctx context.Context, _ *struct{}, user auth.User) (*MeOutput, error) {
	p, err := o.person(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	n, err := inbox.UnreadMentions(ctx, o.Store, user.ID)
	return &MeOutput{Body: Myself{Colleague: colleague(p), Mentions: n, Wish: string(p.Wish)}}, err
}

func (o Operations) person(ctx context.Context, id string) (roster.Person, error) {
	all, err := o.Roster.Desk(ctx)
	if err != nil {
		return roster.Person{}, err
	}
	for _, p := range all.People {
		if p.ID == id {
			return p, nil
		}
	}
	return roster.Person{}, chat.Errorf(chat.NotFound, "there is no such colleague")
}

// SetSkills replaces what somebody can take and knows.
func (o Operations) SetSkills(ctx context.Context, in *SkillsInput, _ auth.User) (*ColleagueOutput, error) {
	err := o.Roster.SetSkills(ctx, in.ID, roster.Skills{Capacity: in.Body.Capacity, Languages: in.Body.Languages, Topics: in.Body.Topics})
	if err != nil {
		return nil, err
	}
	p, err := o.person(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &ColleagueOutput{Body: colleague(p)}, nil
}

// Teams lists all of them.
func (o Operations) Teams(ctx context.Context, _ *struct{}) (*TeamsOutput, error) {
	all, err := o.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	out := &TeamsOutput{}
	out.Body.Items = []TeamInfo{}
	for _, t := range all.Teams {
		out.Body.Items = append(out.Body.Items, teamInfo(t))
	}
	return out, nil
}

func (o Operations) saveTeam(ctx context.Context, t roster.Team) (*TeamOutput, error) {
	id, err := o.Roster.SaveTeam(ctx, t)
	if err != nil {
		return nil, err
	}
	all, err := o.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range all.Teams {
		if t.ID == id {
			return &TeamOutput{Body: teamInfo(t)}, nil
		}
	}
	return nil, chat.Errorf(chat.NotFound, "the team was removed meanwhile")
}

// Queue tells how it stands.
func (o Operations) Queue(ctx context.Context, _ *struct{}) (*QueueOutput, error) {
	q, err := o.Roster.Queue(ctx)
	if err != nil {
		return nil, err
	}
	out := &QueueOutput{Body: QueueInfo{Waiting: q.Waiting, OldestAt: maybe(q.Oldest), Online: q.Online, Open: q.Open}}
	if q.Wait > 0 {
		seconds := int64(q.Wait.Seconds())
		out.Body.ExpectedWaitSeconds = &seconds
	}
	if !q.OpensAt.IsZero() {
		out.Body.OpensAt = maybe(q.OpensAt.UnixMilli())
	}
	return out, nil
}

// Transfer gives a conversation to a colleague or to a team.
func (o Operations) Transfer(ctx context.Context, in *TransferInput, user auth.User) (chat.ConversationID, error) {
	id, to := chat.ConversationID(in.ID), in.Body.To
	if err := o.Roster.Receives(ctx, to.UserID, to.TeamID); err != nil {
		return id, err
	}
	return id, o.Desk.Transfer(ctx, desk.Transfer{
		ConversationID: id, Epoch: in.Body.Epoch, User: to.UserID, Team: to.TeamID, Note: in.Body.Note, Agent: user.ID,
	})
}

// SetPriority moves a conversation in the queue.
func (o Operations) SetPriority(ctx context.Context, in *PriorityInput, _ auth.User) (chat.ConversationID, error) {
	id, p := chat.ConversationID(in.ID), chat.Priority(-1)
	for i, name := range Priorities {
		if name == in.Body.Priority {
			p = chat.Priority(i)
		}
	}
	return id, o.Roster.Prioritize(ctx, id, p)
}
