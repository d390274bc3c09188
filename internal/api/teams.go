package api

import (
	"context"
	"net/http"

	"parley/internal/api/staff"
	"parley/internal/auth"
	"parley/internal/chat"
)

func (a *API) staff() staff.Operations {
	return staff.Operations{Store: a.Store, Desk: a.Desk, Roster: a.Roster}
}

func (a *API) teams() {
	o := a.staff()
	get(a, "list-people", "/people", "List colleagues: who is there and how busy they are", o.People)
	get(a, "list-teams", "/teams", "List teams, oldest first", o.Teams)
	get(a, "get-queue", "/queue", "How the queue stands", o.Queue)
	register(a, operation{id: "get-me", method: http.MethodGet, path: "/me", summary: "Who I am to my colleagues", need: auth.ReadConversations}, o.Me)
	register(a, operation{id: "set-presence", method: http.MethodPut, path: "/me/presence", summary: "Say whether I am there", need: auth.ReadConversations},
		o.SetPresence)
	register(a, operation{
		id: "send-heartbeat", method: http.MethodPost, path: "/me/heartbeat", summary: "Show that a page is open", need: auth.ReadConversations,
		description: "An open page sends it every 30 seconds; after two minutes without one its user is offline.",
	}, o.Beat)
	register(a, operation{id: "set-skills", method: http.MethodPut, path: "/people/{id}/skills", summary: "Set what somebody can take and knows", need: auth.ManageTeams},
		o.SetSkills)
	register(a, operation{id: "create-team", method: http.MethodPost, path: "/teams", summary: "Add a team", need: auth.ManageTeams}, o.CreateTeam)
	register(a, operation{id: "update-team", method: http.MethodPut, path: "/teams/{id}", summary: "Change a team", need: auth.ManageTeams}, o.UpdateTeam)
	register(a, operation{
		id: "delete-team", method: http.MethodDelete, path: "/teams/{id}", summary: "Remove a team", need: auth.ManageTeams,
		description: "What waits for it then waits for anybody.",
	}, o.DeleteTeam)
	act(a, "transfer-conversation", "/conversations/{id}/transfer", "Give a conversation to a colleague or to a team's queue", o.Transfer)
	act(a, "set-priority", "/conversations/{id}/priority", "Move a conversation in the queue", o.SetPriority)
}

// inLine adds to a conversation what only one that is looked at by itself shows: its
// place in the queue and who did what.
func (a *API) inLine(ctx context.Context, out *ConversationDetail, c *chat.Conversation) (err error) {
	if out.QueuePosition, err = a.staff().Position(ctx, c); err != nil {
		return err
	}
	names, err := a.Auth.Names(ctx) // of API tokens too
	for i := range out.Events {
		e := &out.Events[i]
		if e.ActorName = e.Actor; names[e.Actor] != "" {
			e.ActorName = names[e.Actor]
		}
	}
	return err
}
