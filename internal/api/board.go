package api

import (
	"context"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk/report"
	"parley/internal/store"
)

// BoardRow is a conversation that somebody should look at.
type BoardRow struct {
	ConversationSummary
	Why          string    `json:"why" enum:"queue,unanswered,window,silent" doc:"queue: nobody has it. unanswered: its agent has not answered. window: the customer waits and the window closes within two hours. silent: nobody has written for two hours."`
	WaitingSince time.Time `json:"waitingSince" doc:"Since when the customer waits; for silent, since when nobody has written."`
}

// BoardTalk is a conversation that an agent has.
type BoardTalk struct {
	ID           string     `json:"id"`
	Name         string     `json:"name" doc:"First name of the customer, or the number."`
	WaitingSince *time.Time `json:"waitingSince,omitempty" doc:"Since when the customer waits for an answer."`
	WindowUntil  *time.Time `json:"windowUntil,omitempty"`
}

// BoardAgent is somebody who can answer.
type BoardAgent struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	Presence      string      `json:"presence" enum:"online,away,offline"`
	Load          int         `json:"load" doc:"Conversations that the agent has."`
	Capacity      int         `json:"capacity" doc:"Conversations that the agent can have at the same time; 0 if nobody said."`
	ReplyingNow   int         `json:"replyingNow" doc:"Conversations of the agent in which no customer waits."`
	Conversations []BoardTalk `json:"conversations" nullable:"false" doc:"At most 20, longest wait first."`
}

type boardOutput struct {
	Body struct {
		Waiting             int          `json:"waiting" doc:"Conversations in the queue."`
		OldestWaitSince     *time.Time   `json:"oldestWaitSince,omitempty"`
		ExpectedWaitSeconds *int64       `json:"expectedWaitSeconds,omitempty"`
		AgentsFree          int          `json:"agentsFree" doc:"Agents who are online and have less than they can take."`
		Agents              []BoardAgent `json:"agents" nullable:"false"`
		WindowsClosing      int          `json:"windowsClosing" doc:"Customers who wait and whose window closes within two hours."`
		Unanswered          int          `json:"unanswered" doc:"Customers who wait for the agent who has their conversation."`
		Rows                []BoardRow   `json:"rows" nullable:"false" doc:"At most 200, most pressing first."`
		MoreRows            int          `json:"moreRows" doc:"How many there are beyond those."`
	}
}

func (a *API) board() {
	register(a, operation{
		id: "get-board", method: http.MethodGet, path: "/board", summary: "See who waits, why and for how long, and who is on what",
		need: auth.Supervise,
	}, a.getBoard)
}

func (a *API) getBoard(ctx context.Context, _ *struct{}, _ auth.User) (*boardOutput, error) {
	b, err := report.Look(ctx, a.Store, time.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	out := &boardOutput{}
	body := &out.Body
	body.Waiting, body.OldestWaitSince = b.Waiting, maybe(b.OldestWaitSince)
	body.WindowsClosing, body.Unanswered, body.MoreRows = b.WindowsClosing, b.Unanswered, b.More
	if body.Rows, err = a.boardRows(ctx, b.Rows); err != nil {
		return nil, err
	}
	body.Agents, err = a.boardAgents(ctx, b.Talks)
	for _, agent := range body.Agents {
		if agent.Presence == "online" && (agent.Capacity == 0 || agent.Load < agent.Capacity) {
			body.AgentsFree++
		}
	}
	return out, err
}

func (a *API) boardRows(ctx context.Context, list []report.Waiting) ([]BoardRow, error) {
	ids := make([]chat.ConversationID, len(list))
	for i, w := range list {
		ids[i] = w.ID
	}
	listed, err := a.Store.ConversationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[chat.ConversationID]store.Listed, len(listed))
	for _, l := range listed {
		byID[l.ID] = l
	}
	out := []BoardRow{}
	for _, w := range list {
		if l, ok := byID[w.ID]; ok {
			out = append(out, BoardRow{ConversationSummary: summary(l), Why: w.Why, WaitingSince: when(w.Since)})
		}
	}
	return out, nil
}

const talksShown = 20

func (a *API) boardAgents(ctx context.Context, talks map[string][]report.Talk) ([]BoardAgent, error) {
	users, err := a.Store.Users(ctx)
	if err != nil {
		return nil, err
	}
	out := []BoardAgent{}
	for _, u := range users {
		mine := talks[u.ID]
		if u.DisabledAt != 0 && len(mine) == 0 {
			continue
		}
		agent := BoardAgent{ID: u.ID, Name: u.Name, Presence: "offline", Load: len(mine), Conversations: []BoardTalk{}}
		for i, t := range mine {
			if t.Waiting == 0 {
				agent.ReplyingNow++
			}
			if i < talksShown {
				agent.Conversations = append(agent.Conversations, BoardTalk{
					ID: string(t.ID), Name: t.Name, WaitingSince: maybe(t.Waiting), WindowUntil: maybe(t.Closes),
				})
			}
		}
		out = append(out, agent)
	}
	return out, nil
}
