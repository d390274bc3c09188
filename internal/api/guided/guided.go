// Package guided is how the desk API shows flows: what is published, as a graph, with
// where conversations are and where they went no further. It changes nothing. Paths and
// permissions are package api's.
package guided

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/internal/bot/flow"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/flows"
)

// Days are how far back steps are counted.
const Days = 7

// FlowCounts are what became of conversations at a step, or in all of a flow.
type FlowCounts struct {
	Waiting int64 `json:"waiting" doc:"Conversations that wait there for the customer now."`
	Entered int64 `json:"entered" doc:"How often it was come to."`
	Ended   int64 `json:"ended" doc:"For how many the flow was over there, at its end."`
	Left    int64 `json:"left" doc:"How many customers left the flow there."`
	Handed  int64 `json:"handed" doc:"How many were handed to people there."`
	Expired int64 `json:"expired" doc:"How many customers fell silent there, or came back too late."`
}

// FlowStep is one step of a flow.
type FlowStep struct {
	Name   string     `json:"name"`
	Kind   string     `json:"kind" enum:"say,ask,branch,call,set,wait,jump,handoff"`
	Detail string     `json:"detail" doc:"What is said or asked, or the tool, the time or the flow."`
	Counts FlowCounts `json:"counts"`
}

// FlowWay is one way from a step to another.
type FlowWay struct {
	From  string `json:"from"`
	To    string `json:"to" doc:"A step, or end."`
	Label string `json:"label" doc:"Why this way is taken; empty where there is no other."`
}

// PublishedFlow is the version of a flow that new conversations begin.
type PublishedFlow struct {
	Workspace     string     `json:"workspace"`
	WorkspaceName string     `json:"workspaceName"`
	Name          string     `json:"name"`
	Title         string     `json:"title"`
	Version       string     `json:"version"`
	PublishedAt   time.Time  `json:"publishedAt"`
	PublishedBy   string     `json:"publishedBy"`
	Action        string     `json:"action" enum:"publish,rollback,start" doc:"How this version came to be the current one."`
	Languages     []string   `json:"languages" nullable:"false"`
	Steps         []FlowStep `json:"steps" nullable:"false" doc:"The first one begins."`
	Ways          []FlowWay  `json:"ways" nullable:"false"`
	Total         FlowCounts `json:"total" doc:"Of all steps; entered is how many began."`
	Older         int64      `json:"older" doc:"Conversations that are still in an earlier version."`
}

// ListInput chooses the language of texts.
type ListInput struct {
	Language string `query:"language" maxLength:"3" doc:"Language of the texts, as fr; a flow's first language where it has none in this one."`
}

// ListOutput is every published flow.
type ListOutput struct {
	Body struct {
		Days  int             `json:"days" doc:"How many days, today included, are counted, in UTC."`
		Items []PublishedFlow `json:"items" nullable:"false"`
	}
}

// Flows shows the flows of the workspaces it is made with.
type Flows struct {
	workspaces []config.Workspace
	store      *store.Store
	now        func() time.Time
}

// New makes a Flows.
func New(workspaces []config.Workspace, s *store.Store, now func() time.Time) *Flows {
	return &Flows{workspaces: workspaces, store: s, now: now}
}

// List shows every published flow, by workspace and name.
func (f *Flows) List(ctx context.Context, in *ListInput) (*ListOutput, error) {
	out := &ListOutput{}
	out.Body.Days, out.Body.Items = Days, []PublishedFlow{}
	for _, w := range f.workspaces {
		if w.Flows == "" {
			continue
		}
		list, err := f.of(ctx, w, in.Language)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, list...)
	}
	return out, nil
}

func (f *Flows) of(ctx context.Context, w config.Workspace, language string) ([]PublishedFlow, error) {
	current, err := flows.Current(ctx, f.store.Read, w.ID)
	if err != nil {
		return nil, err
	}
	versions, err := flows.Versions(ctx, f.store.Read, w.ID)
	if err != nil {
		return nil, err
	}
	steps, err := flows.Steps(ctx, f.store.Read, w.ID, f.now().AddDate(0, 0, 1-Days).UnixMilli())
	if err != nil {
		return nil, err
	}
	var list []PublishedFlow
	for _, v := range versions {
		p, ok := current[v.Name]
		if !ok || p.Version != v.Version {
			continue
		}
		parsed, err := flow.Parse(v.Name, []byte(v.Source), flow.Known{})
		if err != nil {
			continue // the gateway's log tells of it, and no conversation can begin it
		}
		list = append(list, shown(w, parsed, p, steps, language))
	}
	slices.SortFunc(list, func(a, b PublishedFlow) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

func shown(w config.Workspace, f *flow.Flow, p flows.Publication, steps []flows.Step, language string) PublishedFlow {
	out := PublishedFlow{
		Workspace: w.ID, WorkspaceName: w.Name, Name: f.Name, Title: f.In(f.Title, language), Version: f.Version,
		PublishedAt: time.UnixMilli(p.At).UTC(), PublishedBy: p.By, Action: string(p.Action), Languages: f.Languages, Ways: []FlowWay{},
	}
	if out.WorkspaceName == "" {
		out.WorkspaceName = w.ID
	}
	counts := map[string]FlowCounts{}
	for _, s := range steps {
		switch {
		case s.Name != f.Name:
		case s.Version != f.Version:
			out.Older += s.Waiting
		default:
			counts[s.Step] = FlowCounts{s.Waiting, s.Entered, s.Ended, s.Left, s.Handed, s.Expired}
		}
	}
	graph := f.Graph(language)
	for i, n := range graph.Nodes {
		c := counts[n.Name]
		out.Steps = append(out.Steps, FlowStep{n.Name, string(n.Kind), n.Detail, c})
		out.Total.Waiting += c.Waiting
		out.Total.Ended += c.Ended
		out.Total.Left += c.Left
		out.Total.Handed += c.Handed
		out.Total.Expired += c.Expired
		if i == 0 {
			out.Total.Entered = c.Entered
		}
	}
	for _, e := range graph.Edges {
		out.Ways = append(out.Ways, FlowWay{e.From, e.To, e.Label})
	}
	return out
}
