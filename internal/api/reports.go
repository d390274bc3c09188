package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk/report"
	rows "parley/internal/store/report"
)

type reportInput struct {
	From  string `query:"from" maxLength:"40" doc:"First day, as 2026-11-01. Without one: 27 days before the last."`
	To    string `query:"to" maxLength:"40" doc:"Last day, included. Without one: today."`
	Zone  string `query:"tz" maxLength:"60" doc:"Time zone that days are meant in, as Europe/Paris. Without one: UTC."`
	Route string `query:"route" maxLength:"100" doc:"Only conversations that came in through this route."`
	Team  string `query:"team" maxLength:"40" doc:"Only conversations of this team (id)."`
}

type reportCSVInput struct {
	reportInput
	Table string `query:"table" enum:"days,reasons,intents,agents,deliveries" default:"days"`
}

// ReportFigures are the numbers of a day or of a period.
type ReportFigures struct {
	Opened           int64  `json:"opened" doc:"Engagements by when they began; contained, falselyContained and handedOff too, so that they can be compared. An engagement is a conversation, or the part of one between two silences of the customer of more than 24 hours."`
	Contained        int64  `json:"contained" doc:"Ended without a person."`
	FalselyContained int64  `json:"falselyContained" doc:"Of these: the bot's last word was a question or that it did not understand, nobody answered the last line, an agent closed it as unsolved, or the customer came back with the same intent within 72 hours."`
	HandedOff        int64  `json:"handedOff" doc:"People had a part in it."`
	MessagesIn       int64  `json:"messagesIn" doc:"Lines of customers, when they were written."`
	MessagesBot      int64  `json:"messagesBot"`
	MessagesAgent    int64  `json:"messagesAgent"`
	Handoffs         int64  `json:"handoffs" doc:"Times that people got a conversation from the bot, when they did."`
	Answered         int64  `json:"answered" doc:"Handoffs that an agent has answered."`
	FirstReplyP50    *int64 `json:"firstReplyP50,omitempty" doc:"Seconds from the handoff to the first line of an agent, by when it was handed over: half were faster."`
	FirstReplyP90    *int64 `json:"firstReplyP90,omitempty"`
	Resolved         int64  `json:"resolved" doc:"When it was."`
	ResolutionP50    *int64 `json:"resolutionP50,omitempty" doc:"Seconds from the first handoff to the end, by when it was resolved."`
	ResolutionP90    *int64 `json:"resolutionP90,omitempty"`
	Accepted         int64  `json:"accepted" doc:"Parts of messages that Braze took."`
	Failed           int64  `json:"failed" doc:"Those that were not sent, or of which nobody knows."`
}

// ReportDay is one day of the asked time zone.
type ReportDay struct {
	Day string `json:"day" format:"date"`
	ReportFigures
}

// ReportReason is how often there was a reason.
type ReportReason struct {
	Code  string `json:"code"`
	Count int64  `json:"count"`
}

// ReportDelivery is how often a message was not sent for a reason.
type ReportDelivery struct {
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// ReportIntent is how often customers came with an intent.
type ReportIntent struct {
	Intent    string `json:"intent"`
	Count     int64  `json:"count"`
	HandedOff int64  `json:"handedOff"`
}

// ReportAgent is what one agent did.
type ReportAgent struct {
	ID            string   `json:"id"`
	Name          string   `json:"name" doc:"Empty for somebody who is not a user any more."`
	Replies       int64    `json:"replies"`
	Conversations int64    `json:"conversations" doc:"Engagements that the agent wrote in."`
	FirstReplyP50 *int64   `json:"firstReplyP50,omitempty" doc:"Seconds, of the handoffs that the agent was first to answer."`
	CSAT          *float64 `json:"csat,omitempty" doc:"Mean score from 1 to 5 of the conversations that the agent resolved."`
	CSATAnswers   int64    `json:"csatAnswers"`
}

// ReportCSAT is what customers said of the service.
type ReportCSAT struct {
	Asked    int64    `json:"asked" doc:"Customers, by when they were; their answers too."`
	Answered int64    `json:"answered"`
	Average  *float64 `json:"average,omitempty"`
	By       []int64  `json:"by" nullable:"false" doc:"Answers from score 1 to score 5."`
}

// ReportPrecision is what agents said of handoffs.
type ReportPrecision struct {
	Needed     int64 `json:"needed"`
	NotNeeded  int64 `json:"notNeeded"`
	Unlabelled int64 `json:"unlabelled"`
}

// ReportBody is the numbers of a period.
type ReportBody struct {
	From             string           `json:"from" format:"date"`
	To               string           `json:"to" format:"date"`
	Zone             string           `json:"tz"`
	Counting         bool             `json:"counting" doc:"Older conversations are still being counted: numbers will grow."`
	Routes           []string         `json:"routes" nullable:"false" doc:"That can be asked for."`
	Totals           ReportFigures    `json:"totals"`
	Days             []ReportDay      `json:"days" nullable:"false" doc:"Every day of the period."`
	FalseReasons     []ReportReason   `json:"falseReasons" nullable:"false" doc:"Why contained engagements were not: unsolved, unanswered, choices, fallback, again."`
	Reasons          []ReportReason   `json:"reasons" nullable:"false" doc:"Of handoffs, most frequent first."`
	Intents          []ReportIntent   `json:"intents" nullable:"false"`
	Agents           []ReportAgent    `json:"agents" nullable:"false"`
	Deliveries       []ReportDelivery `json:"deliveries" nullable:"false" doc:"Why messages were not sent."`
	CSAT             ReportCSAT       `json:"csat"`
	HandoffPrecision ReportPrecision  `json:"handoffPrecision"`
}

type reportOutput struct{ Body ReportBody }

func (a *API) reports() {
	register(a, operation{
		id: "get-reports", method: http.MethodGet, path: "/reports", summary: "Read how the work went in a period of at most 400 days",
		need: auth.ReadReports,
	}, func(ctx context.Context, in *reportInput, _ auth.User) (*reportOutput, error) {
		body, err := a.report(ctx, in)
		if err != nil {
			return nil, err
		}
		return &reportOutput{*body}, nil
	})
	register(a, operation{
		id: "get-reports-csv", method: http.MethodGet, path: "/reports.csv", summary: "Read one table of a report as CSV",
		description: "UTF-8 with a header line, durations in seconds. Cells that a spreadsheet could take for a formula begin with an apostrophe.",
		need:        auth.ReadReports,
	}, func(ctx context.Context, in *reportCSVInput, _ auth.User) (*huma.StreamResponse, error) {
		ask, err := in.ask(time.UnixMilli(a.set.Now()))
		if err != nil {
			return nil, err
		}
		r, err := report.Read(ctx, a.Store, ask)
		if err != nil {
			return nil, err
		}
		names, err := a.userNames(ctx)
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(to huma.Context) {
			to.SetHeader("Content-Type", "text/csv; charset=utf-8")
			to.SetHeader("Content-Disposition", `attachment; filename="parley-`+in.Table+"-"+ask.From.Format(time.DateOnly)+"-"+ask.To.Format(time.DateOnly)+`.csv"`)
			_ = r.WriteCSV(to.BodyWriter(), in.Table, names) // the caller has gone; nobody is left to tell
		}}, nil
	})
}

func (a *API) report(ctx context.Context, in *reportInput) (*ReportBody, error) {
	ask, err := in.ask(time.UnixMilli(a.set.Now()))
	if err != nil {
		return nil, err
	}
	r, err := report.Read(ctx, a.Store, ask)
	if err != nil {
		return nil, err
	}
	progress, err := rows.Load(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	routes, err := rows.Routes(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	names, err := a.userNames(ctx)
	if err != nil {
		return nil, err
	}
	body := &ReportBody{
		From: ask.From.Format(time.DateOnly), To: ask.To.Format(time.DateOnly), Zone: ask.Zone.String(),
		Counting: progress.Recounting || progress.Edition == 0, Routes: append([]string{}, routes...), Totals: figures(r.Totals), Days: []ReportDay{},
		FalseReasons: reasons(r.Falsely), Reasons: reasons(r.Reasons), Intents: []ReportIntent{}, Agents: []ReportAgent{}, Deliveries: []ReportDelivery{},
		CSAT:             ReportCSAT{Asked: r.Asked, Answered: r.Scores.Answers(), Average: r.Scores.Mean(), By: r.Scores[:]},
		HandoffPrecision: ReportPrecision{Needed: r.Needed, NotNeeded: r.NotNeeded, Unlabelled: r.Unlabelled},
	}
	for _, d := range r.Days {
		body.Days = append(body.Days, ReportDay{d.Day, figures(d.Figures)})
	}
	for _, i := range r.Intents {
		body.Intents = append(body.Intents, ReportIntent(i))
	}
	for _, d := range r.Deliveries {
		body.Deliveries = append(body.Deliveries, ReportDelivery{d.Key, d.Count})
	}
	for _, g := range r.Agents {
		body.Agents = append(body.Agents, ReportAgent{
			ID: g.ID, Name: names[g.ID], Replies: g.Replies, Conversations: g.Conversations, FirstReplyP50: seconds(g.FirstReplyP50),
			CSAT: g.Scores.Mean(), CSATAnswers: g.Scores.Answers(),
		})
	}
	return body, nil
}

func (a *API) userNames(ctx context.Context) (map[string]string, error) {
	users, err := a.Store.Users(ctx)
	names := make(map[string]string, len(users))
	for _, u := range users {
		names[u.ID] = u.Name
	}
	return names, err
}

// ask reads the period that is asked for; without one it is the last four weeks.
func (in *reportInput) ask(now time.Time) (report.Ask, error) {
	ask := report.Ask{Zone: time.UTC, Route: in.Route, Team: in.Team}
	var err error
	if in.Zone != "" {
		if ask.Zone, err = time.LoadLocation(in.Zone); err != nil || in.Zone == "Local" {
			return ask, chat.Errorf(chat.Invalid, "tz %q is no time zone that is known here; use a name such as Europe/Paris", in.Zone)
		}
	}
	ask.To = now.In(ask.Zone)
	if in.To != "" {
		if ask.To, err = time.Parse(time.DateOnly, in.To); err != nil {
			return ask, chat.Errorf(chat.Invalid, "to=%q is no day; write it as 2026-11-22", in.To)
		}
	}
	ask.From = ask.To.AddDate(0, 0, -27)
	if in.From != "" {
		if ask.From, err = time.Parse(time.DateOnly, in.From); err != nil {
			return ask, chat.Errorf(chat.Invalid, "from=%q is no day; write it as 2026-11-01", in.From)
		}
	}
	return ask, nil
}

func figures(f report.Figures) ReportFigures {
	return ReportFigures{
		Opened: f.Opened, Contained: f.Contained, FalselyContained: f.Falsely, HandedOff: f.HandedOff,
		MessagesIn: f.In, MessagesBot: f.OutBot, MessagesAgent: f.OutAgent, Handoffs: f.Handoffs, Answered: f.Replied,
		FirstReplyP50: seconds(f.FirstReplyP50), FirstReplyP90: seconds(f.FirstReplyP90),
		Resolved: f.Resolved, ResolutionP50: seconds(f.ResolutionP50), ResolutionP90: seconds(f.ResolutionP90),
		Accepted: f.Sent, Failed: f.Unsent,
	}
}

func reasons(list []report.Counted) []ReportReason {
	out := []ReportReason{}
	for _, c := range list {
		out = append(out, ReportReason{c.Key, c.Count})
	}
	return out
}

func seconds(ms *int64) *int64 {
	if ms == nil {
		return nil
	}
	s := report.Seconds(*ms)
	return &s
}
