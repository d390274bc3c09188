package api

import (
	"context"
	"net/http"

	"parley/internal/api/beside"
	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/live"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// The inbox: lists and counts, and what people do beside answering.

func (a *API) beside() beside.Operations {
	return beside.Operations{
		Store: a.Store, Desk: a.Desk, Roster: a.Roster, Media: a.Media, Hub: func() *live.Hub { return a.hub }, Now: a.now,
		Words: func(ctx context.Context, err error) string { return a.problem(ctx, err).Detail },
	}
}

func (a *API) inbox() {
	o := a.beside()
	register(a, operation{
		id: "list-conversations", method: http.MethodGet, path: "/conversations", summary: "List conversations",
		description: "unread and mentioned are those of who asks. Live events leave them out: they are the same for everybody.", need: auth.ReadConversations,
	}, a.listConversations)
	register(a, operation{
		id: "count-conversations", method: http.MethodGet, path: "/conversations/counts", summary: "Count what waits in each view", need: auth.ReadConversations,
	}, o.Counts)
	act(a, "add-note", "/conversations/{id}/notes", "Leave a note that only colleagues see", o.AddNote)
	change(a, operation{
		id: "set-tags", method: http.MethodPut, path: "/conversations/{id}/tags", summary: "Set the tags", need: auth.WriteConversations,
	}, o.SetTags)
	get(a, "list-tags", "/tags", "List the tags in use, most used first", o.Tags)
	act(a, "snooze", "/conversations/{id}/snooze", "Put a conversation aside until a time, or bring it back", o.Snooze)
	register(a, operation{
		id: "mark-read", method: http.MethodPost, path: "/conversations/{id}/read", summary: "Say what I have seen", need: auth.ReadConversations,
	}, o.MarkRead)
	register(a, operation{
		id: "tell-activity", method: http.MethodPost, path: "/conversations/{id}/activity", summary: "Tell colleagues that I look at it or type", need: auth.ReadConversations,
	}, o.TellActivity)
	register(a, operation{
		id: "change-many", method: http.MethodPost, path: "/conversations/bulk", summary: "Do one thing to many conversations",
		description: "Each is a transaction of its own: some may work and others not.", need: auth.WriteConversations,
	}, o.Bulk)
	a.own(o)
}

// own registers what people keep, and what is known of a customer.
func (a *API) own(o beside.Operations) {
	register(a, operation{id: "put-draft", method: http.MethodPut, path: "/conversations/{id}/draft", summary: "Keep what I am writing", need: auth.WriteConversations}, o.PutDraft)
	register(a, operation{
		id: "get-draft", method: http.MethodGet, path: "/conversations/{id}/draft", summary: "Read what I was writing",
		description: "204 when there is none.", need: auth.ReadConversations,
	}, o.Draft)
	register(a, operation{id: "delete-draft", method: http.MethodDelete, path: "/conversations/{id}/draft", summary: "Forget what I was writing", need: auth.WriteConversations}, o.DeleteDraft)

	register(a, operation{id: "list-views", method: http.MethodGet, path: "/views", summary: "List my saved views and those of everybody", need: auth.ReadConversations}, o.Views)
	register(a, operation{id: "create-view", method: http.MethodPost, path: "/views", summary: "Save a view", need: auth.ReadConversations}, o.CreateView)
	register(a, operation{id: "change-view", method: http.MethodPut, path: "/views/{id}", summary: "Change a saved view", need: auth.ReadConversations}, o.ChangeView)
	register(a, operation{id: "delete-view", method: http.MethodDelete, path: "/views/{id}", summary: "Delete a saved view", need: auth.ReadConversations}, o.DeleteView)

	register(a, operation{id: "list-canned", method: http.MethodGet, path: "/canned", summary: "List canned replies by shortcut", need: auth.ReadConversations}, o.Canned)
	register(a, operation{id: "create-canned", method: http.MethodPost, path: "/canned", summary: "Add a canned reply", need: auth.ManageTeams}, o.CreateCanned)
	register(a, operation{id: "change-canned", method: http.MethodPut, path: "/canned/{id}", summary: "Change a canned reply", need: auth.ManageTeams}, o.ChangeCanned)
	register(a, operation{id: "delete-canned", method: http.MethodDelete, path: "/canned/{id}", summary: "Delete a canned reply", need: auth.ManageTeams}, o.DeleteCanned)

	get(a, "get-contact", "/contacts/{id}", "Read what is known of a person", o.Contact)
	register(a, operation{
		id: "get-media", method: http.MethodGet, path: "/media/{messageId}/{n}", summary: "Fetch what a customer sent beside text",
		description: "It is fetched by the server, so that no browser follows a customer's address. Everything but images, audio and video comes as an attachment.",
		need:        auth.ReadConversations,
	}, o.FetchMedia)
	act(a, "send-template", "/conversations/{id}/template", "Send the template that opens a conversation again", o.SendTemplate)
}

func (a *API) listConversations(ctx context.Context, in *beside.ListInput, user auth.User) (*conversationList, error) {
	f, err := a.beside().Filter(ctx, in, user)
	if err != nil {
		return nil, err
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
