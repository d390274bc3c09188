// Package play plays conversations that are written down: it runs a gateway and the
// sandbox in one process, on a clock that it moves itself, lets the sandbox's phones write and
// looks at what arrives there.
//
// Everything goes the way of real messages: the sandbox's Braze, the webhook, the turn,
// the call to Braze. It must not reach into the gateway but for the clock and for what
// people at the desk do.
//
// Start reading at [Open] and [Stage.Play].
package play

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/config"
	"parley/internal/eval/script"
	"parley/internal/sandbox"
)

// Options choose what is played with.
type Options struct {
	// Workspace is whose knowledge base, routes, rules, timing and profile mapping are used; nil is the built-in
	// shop. What tells it how to reach Braze is not used.
	Workspace *config.Workspace
	Log       *slog.Logger // nil: nothing is logged
	Version   string
	Env       func(string) (string, bool) // what ${NAME} in a file of tools stands for; nil: nothing
	// Tests are what will be played, as far as they have a model: each gets one of its own, with routes that ask it.
	Tests []*script.Test
}

// Stage is a gateway and a sandbox that wait for conversations. It plays one at a time.
type Stage struct {
	app     *app.App
	pretend *sandbox.Server
	server  *http.Server
	served  chan error
	url     string
	folder  string
	http    *http.Client
	ahead   atomic.Int64 // how far the clock is ahead of the real one, in nanoseconds
	ws      config.Workspace
	agent   string // user id, once somebody was needed at the desk
	people  int    // customers so far
	models  *models
	seed    map[string]any // the inbound campaign that every route's is made from
	speaks  int            // the model that the routes' campaigns lead to now; none: without
}

const secret = "eval-webhook-secret"

// Open starts the stage: a temporary folder for the database, the sandbox, the gateway
// with its knowledge base trained. The caller must Close it.
func Open(ctx context.Context, o Options) (s *Stage, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s = &Stage{served: make(chan error, 1), http: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.folder, err = os.MkdirTemp("", "parley-eval-"); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.url = "http://" + l.Addr().String()
	cfg := settings(o.Workspace, s.url, s.folder)
	if s.models, err = openModels(o.Tests); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.ws = cfg.Workspaces[0]
	cfg.Workspaces[0].Routes = s.models.routes(o.Workspace, s.ws)
	s.app, err = app.New(ctx, app.Options{Config: cfg, Log: o.Log, Version: cmp.Or(o.Version, "eval"), Now: s.now, Desk: http.NotFoundHandler(), Env: o.Env})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.pretend = sandbox.New(sandbox.Config{Logger: o.Log, GatewayURL: "http://" + s.app.Addr().String(), WebhookSecret: secret})
	s.pretend.Start(context.WithoutCancel(ctx))
	s.server = &http.Server{Handler: s.pretend.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	s.app.Start()
	return s, s.putRoutes(ctx)
}

// Close stops everything and removes the folder.
func (s *Stage) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if s.pretend != nil {
		errs = append(errs, s.pretend.Stop(ctx))
	}
	s.http.CloseIdleConnections()
	if s.app != nil {
		errs = append(errs, s.app.Stop())
	}
	if s.models != nil {
		errs = append(errs, s.models.close())
	}
	if s.server != nil {
		errs = append(errs, s.server.Close())
		if err := <-s.served; !errors.Is(err, http.ErrServerClosed) {
			errs = append(errs, err)
		}
	}
	if s.folder != "" {
		errs = append(errs, os.RemoveAll(s.folder))
	}
	return errors.Join(errs...)
}

// settings are the sandbox's seed campaigns and, of a workspace, all that decides what is said and when.
func settings(own *config.Workspace, endpoint, folder string) config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.OpsListen, cfg.Database = "127.0.0.1:0", "127.0.0.1:0", config.DSN("sqlite:"+folder+"/parley.db")
	w := config.NewWorkspace("eval")
	w.Profile.Templates = []string{"support", "topics", "satisfaction", "events"}
	if own != nil {
		w = *own
		w.Layouts = config.NewWorkspace(w.ID).Layouts
	}
	w.Braze.Endpoint, w.Braze.APIKey = endpoint, sandbox.SeedKey
	w.SubscriptionGroup, w.SubscribeNewSenders = sandbox.SeedGroup, true
	w.Currents.Secrets, w.Model = nil, config.NewWorkspace(w.ID).Model
	if len(w.Routes) == 0 {
		w.Routes = []config.Route{config.NewRoute("support"), config.NewRoute("returns")}
		w.Routes[1].Specific, w.Routes[1].Match = true, "Matches regex (?i)^(return|retour)s?$"
	}
	routes := make([]config.Route, len(w.Routes))
	for i, r := range w.Routes {
		r.Secrets, r.Since, r.SigningKey, r.AllowFrom = []config.Secret{secret}, nil, "", nil
		r.Model, r.Brain = config.NewRoute(r.ID).Model, config.Brain{} // neither is ours to ask
		routes[i] = r
	}
	w.Routes = routes
	l := &w.Layouts
	l.Text.CampaignID, l.QuickReply.CampaignID, l.List.CampaignID = sandbox.SeedReply, sandbox.SeedQuickReply, sandbox.SeedList
	l.CTA.CampaignID, l.Image.CampaignID, l.Image.URL = sandbox.SeedCTA, sandbox.SeedImage, "image_uri"
	l.Document.CampaignID, l.Video.CampaignID, l.Audio.CampaignID = sandbox.SeedDocument, sandbox.SeedVideo, sandbox.SeedAudio
	l.Template.CampaignID = sandbox.SeedTemplate
	cfg.Workspaces = []config.Workspace{w}
	return cfg
}

// putRoutes gives every route its webhook campaign in place of the seed's two.
func (s *Stage) putRoutes(ctx context.Context) error {
	if err := s.call(ctx, http.MethodGet, "/sandbox/campaigns/"+sandbox.SeedInbound, nil, &s.seed); err != nil {
		return err
	}
	for _, id := range []string{sandbox.SeedInbound, sandbox.SeedKeyword} {
		var c map[string]any
		if err := s.call(ctx, http.MethodGet, "/sandbox/campaigns/"+id, nil, &c); err != nil {
			return err
		}
		c["status"] = "paused"
		if err := s.call(ctx, http.MethodPut, "/sandbox/campaigns/"+id, c, nil); err != nil {
			return err
		}
	}
	// By the other reading of WhatsApp's limit a message that is sent the moment it may be is refused if the one before was
	// a moment on its way: on a busy machine that would fail tests by chance.
	if err := s.call(ctx, http.MethodPut, "/sandbox/switches", map[string]string{"pair_limit": "token_bucket"}, nil); err != nil {
		return err
	}
	return s.point(ctx, none)
}

// point lets the campaigns of all routes lead to those that ask a model, or to those that ask none.
func (s *Stage) point(ctx context.Context, model int) error {
	for i, r := range s.ws.Routes {
		trigger, ok := triggerOf(r)
		if !ok {
			continue
		}
		hook := s.seed["webhook"].(map[string]any)
		hook["url"] = "http://" + s.app.Addr().String() + "/braze/inbound/" + routeOf(r.ID, model)
		id := fmt.Sprintf("00000000-0000-4000-8000-0000000009%02d", i)
		s.seed["id"], s.seed["name"], s.seed["status"], s.seed["trigger"] = id, r.ID, "active", trigger
		if err := s.call(ctx, http.MethodPut, "/sandbox/campaigns/"+id, s.seed, nil); err != nil {
			return fmt.Errorf("route %s: %w", r.ID, err)
		}
	}
	s.speaks = model
	return nil
}

// triggerOf is what a route's campaign asks of a message. What a keyword route does not say cannot be played.
func triggerOf(r config.Route) (map[string]any, bool) {
	if !r.Specific {
		return map[string]any{"match": "any"}, true
	}
	if word, ok := strings.CutPrefix(r.Match, "Is "); ok {
		return map[string]any{"match": "is", "word": word}, true
	}
	if pattern, ok := strings.CutPrefix(r.Match, "Matches regex "); ok {
		return map[string]any{"match": "regex", "word": pattern}, true
	}
	return nil, false
}

// somebody is the person at the desk.
func (s *Stage) somebody(ctx context.Context) (string, error) {
	if s.agent != "" {
		return s.agent, nil
	}
	link, err := s.app.Auth().Invite(ctx, auth.User{Role: auth.Admin}, auth.NewUser{Email: "agent@example.com", Name: "Ben Agent", Role: auth.Agent})
	s.agent = link.UserID
	return s.agent, err
}

// call speaks with the sandbox.
func (s *Stage) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var why struct{ Message string }
		_ = json.Unmarshal(raw, &why) // without a reason the status has to do
		return fmt.Errorf("sandbox: %s", cmp.Or(why.Message, res.Status))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}
