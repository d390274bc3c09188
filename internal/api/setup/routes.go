package setup

import (
	"context"
	"strings"
	"time"

	"parley/internal/channel/intake"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store/routes"
	"parley/internal/store/window"
)

// RouteCounts are what webhooks of a route turned out to be.
type RouteCounts struct {
	Received   int64 `json:"received" doc:"Stored as messages."`
	Duplicates int64 `json:"duplicates" doc:"Copies of a stored message, dropped."`
	Repaired   int64 `json:"repaired" doc:"Came with a broken body that could be mended."`
	Unreadable int64 `json:"unreadable" doc:"Not understood, and kept as dead letters."`
	Rejected   int64 `json:"rejected" doc:"With a wrong secret or signature, or from an address that may not post."`
	Tests      int64 `json:"tests" doc:"Test sends of Braze's dashboard."`
}

// RouteSecret is what may be shown of a secret.
type RouteSecret struct {
	Fingerprint string     `json:"fingerprint" doc:"Tells secrets apart, and is no part of them."`
	MadeAt      *time.Time `json:"madeAt,omitempty" doc:"As the settings have it."`
	FirstUsedAt *time.Time `json:"firstUsedAt,omitempty"`
	LastUsedAt  *time.Time `json:"lastUsedAt,omitempty"`
}

// InboundRoute is one address that a webhook campaign of Braze posts to.
type InboundRoute struct {
	ID            string        `json:"id"`
	Workspace     string        `json:"workspace"`
	WorkspaceName string        `json:"workspaceName"`
	URL           string        `json:"url" doc:"Where Braze posts; without a host while public_url is not set."`
	Specific      bool          `json:"specific" doc:"A keyword route, which wins over a catch-all."`
	Match         string        `json:"match" doc:"What the campaign asks of the message, as the settings describe it."`
	Team          string        `json:"team" doc:"The team that the settings name."`
	TeamMissing   bool          `json:"teamMissing" doc:"The desk has no such team, so one is chosen by topic and language."`
	Language      string        `json:"language"`
	OwnKnowledge  bool          `json:"ownKnowledge" doc:"The bot answers from a knowledge base of the route's own."`
	Signed        bool          `json:"signed" doc:"A signature is asked for beside the secret."`
	Secrets       []RouteSecret `json:"secrets" nullable:"false"`
	LastAt        *time.Time    `json:"lastAt,omitempty" doc:"When a webhook last came with a right secret."`
	Today         RouteCounts   `json:"today"`
	Week          RouteCounts   `json:"week" doc:"Today and the six days before."`
}

// RoutesInput is the time zone that days are meant in.
type RoutesInput struct {
	Zone string `query:"tz" maxLength:"60" doc:"Time zone that days are meant in, as Europe/Paris. Without one: UTC. Counts are kept by the hour of UTC."`
}

// RoutesOutput is every route.
type RoutesOutput struct {
	Body struct {
		Items []InboundRoute `json:"items" nullable:"false"`
		Tiers []Tier         `json:"tiers" nullable:"false" doc:"How much of each number's messaging limit is used."`
	}
}

// Tier is how many different customers templates reached in the last 24 hours.
type Tier struct {
	Workspace     string     `json:"workspace"`
	WorkspaceName string     `json:"workspaceName"`
	People        int        `json:"people"`
	Limit         int        `json:"limit" doc:"The messaging limit of the settings; 0: unlimited."`
	FreeAt        *time.Time `json:"freeAt,omitempty" doc:"When there is room again; only when there is none."`
}

// tiers counts for each workspace that can send templates, or has sent some.
func (s *Setup) tiers(ctx context.Context) ([]Tier, error) {
	out := []Tier{}
	for _, w := range s.cfg.Workspaces {
		c, err := window.Count(ctx, s.store.Read, w.ID, s.now().UnixMilli())
		if err != nil {
			return nil, err
		}
		if c.People == 0 && !w.Layouts.Template.Configured() && !w.Layouts.Notice.Configured() {
			continue
		}
		t := Tier{Workspace: w.ID, WorkspaceName: w.Name, People: c.People, Limit: w.Window.MessagingLimit}
		if t.Limit > 0 && t.People >= t.Limit {
			t.FreeAt = when(c.FreeAt)
		}
		out = append(out, t)
	}
	return out, nil
}

// Routes lists every route of the settings with what came in by it.
func (s *Setup) Routes(ctx context.Context, in *RoutesInput) (*RoutesOutput, error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil || in.Zone == "Local" {
		return nil, chat.Errorf(chat.Invalid, "tz %q is no time zone that is known here; use a name such as Europe/Paris", in.Zone)
	}
	now := s.now().In(zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone)
	today, err := routes.Since(ctx, s.store, routes.HourOf(midnight.UnixMilli()))
	if err != nil {
		return nil, err
	}
	week, err := routes.Since(ctx, s.store, routes.HourOf(midnight.AddDate(0, 0, -6).UnixMilli()))
	if err != nil {
		return nil, err
	}
	used, err := routes.Secrets(ctx, s.store)
	if err != nil {
		return nil, err
	}
	desk, err := s.teams(ctx)
	if err != nil {
		return nil, err
	}
	out := &RoutesOutput{}
	out.Body.Items = []InboundRoute{}
	for _, w := range s.cfg.Workspaces {
		for _, r := range w.Routes {
			shape := routeShape(r, used)
			shape.Workspace, shape.WorkspaceName = w.ID, w.Name
			shape.URL = strings.TrimRight(s.cfg.PublicURL, "/") + "/braze/inbound/" + r.ID
			shape.TeamMissing = r.Team != "" && desk.Called(r.Team) == nil
			shape.Today, shape.Week = RouteCounts(today[r.ID]), RouteCounts(week[r.ID])
			out.Body.Items = append(out.Body.Items, shape)
		}
	}
	out.Body.Tiers, err = s.tiers(ctx)
	return out, err
}

func routeShape(r config.Route, used map[routes.Secret]routes.Use) InboundRoute {
	out := InboundRoute{
		ID: r.ID, Specific: r.Specific, Match: r.Match, Team: r.Team, Language: r.Language, OwnKnowledge: r.Knowledge != "", Signed: r.SigningKey != "",
		Secrets: []RouteSecret{},
	}
	for i, secret := range r.Secrets {
		shape := RouteSecret{Fingerprint: intake.Fingerprint(secret.Reveal())}
		if i < len(r.Since) {
			if day, err := time.Parse(time.DateOnly, r.Since[i]); err == nil {
				shape.MadeAt = &day
			}
		}
		if u, ok := used[routes.Secret{Route: r.ID, Fingerprint: shape.Fingerprint}]; ok {
			shape.FirstUsedAt, shape.LastUsedAt = when(u.First), when(u.Last)
		}
		out.Secrets = append(out.Secrets, shape)
	}
	var last int64
	for key, u := range used { // with a secret that has gone since as well
		if key.Route == r.ID {
			last = max(last, u.Last)
		}
	}
	if last > 0 {
		out.LastAt = when(last)
	}
	return out
}

func when(at int64) *time.Time {
	t := time.UnixMilli(at).UTC()
	return &t
}
