package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk/report"
	"parley/internal/desk/roster"
	"parley/internal/live"
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
	SnoozedUntil *time.Time `json:"snoozedUntil,omitempty" doc:"The agent has put it aside until then."`
	Typing       bool       `json:"typing" doc:"The agent is writing in it now."`
}

// BoardAgent is somebody who can answer.
type BoardAgent struct {
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	Presence      string      `json:"presence" enum:"online,away,offline"`
	PresenceSince *time.Time  `json:"presenceSince,omitempty"`
	Load          int         `json:"load" doc:"Conversations they own and have not put aside."`
	Capacity      int         `json:"capacity" doc:"Conversations that they are given at the same time."`
	ReplyingNow   int         `json:"replyingNow" doc:"Conversations in which they are writing now."`
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

func (a *API) getBoard(ctx context.Context, _ *struct{}, user auth.User) (*boardOutput, error) {
	b, err := report.Look(ctx, a.Store, a.set.Now())
	if err != nil {
		return nil, err
	}
	queue, err := a.Roster.Queue(ctx)
	if err != nil {
		return nil, err
	}
	out := &boardOutput{}
	body := &out.Body
	body.Waiting, body.OldestWaitSince = b.Waiting, maybe(b.OldestWaitSince)
	if queue.Wait > 0 {
		wait := int64(queue.Wait.Seconds())
		body.ExpectedWaitSeconds = &wait
	}
	body.WindowsClosing, body.Unanswered, body.MoreRows = b.WindowsClosing, b.Unanswered, b.More
	if body.Rows, err = a.boardRows(ctx, b.Rows, user.ID); err != nil {
		return nil, err
	}
	desk, err := a.Roster.Desk(ctx)
	if err != nil {
		return nil, err
	}
	body.Agents = []BoardAgent{}
	for i := range desk.People {
		p := &desk.People[i]
		if p.Takes() {
			body.AgentsFree++
		}
		if p.MayReply && !p.Disabled || len(b.Talks[p.ID]) > 0 {
			body.Agents = append(body.Agents, a.boardAgent(p, b.Talks[p.ID]))
		}
	}
	return out, err
}

func (a *API) boardRows(ctx context.Context, list []report.Waiting, user string) ([]BoardRow, error) {
	ids := make([]chat.ConversationID, len(list))
	of := make(map[string]report.Waiting, len(list))
	for i, w := range list {
		ids[i], of[string(w.ID)] = w.ID, w
	}
	listed, err := a.Store.ConversationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	summaries, err := a.summaries(ctx, listed, user)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]ConversationSummary, len(summaries))
	for _, s := range summaries {
		byID[s.ID] = s
	}
	out := []BoardRow{}
	for _, w := range list {
		if s, ok := byID[string(w.ID)]; ok {
			out = append(out, BoardRow{ConversationSummary: s, Why: w.Why, WaitingSince: when(w.Since)})
		}
	}
	return out, nil
}

const talksShown = 20

func (a *API) boardAgent(p *roster.Person, talks []report.Talk) BoardAgent {
	out := BoardAgent{
		ID: p.ID, Name: p.Name, Presence: string(p.State), PresenceSince: maybe(p.Since), Load: p.Load, Capacity: p.Capacity, Conversations: []BoardTalk{},
	}
	for i, t := range talks {
		typing := slices.ContainsFunc(a.hub.At(string(t.ID)), func(at live.Active) bool { return at.UserID == p.ID && at.Doing == live.Typing })
		if typing {
			out.ReplyingNow++
		}
		if i < talksShown {
			out.Conversations = append(out.Conversations, BoardTalk{
				ID: string(t.ID), Name: t.Name, WaitingSince: maybe(t.Waiting), WindowUntil: maybe(t.Closes), Typing: typing, SnoozedUntil: maybe(t.Snoozed),
			})
		}
	}
	return out
}
