// Package app puts Parley together: it is the only place that knows every part.
// Parts are built in order, started in order and stopped in reverse; a failure
// on the way unwinds what is already there.
//
// Start reading at New.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"parley/internal/api"
	"parley/internal/api/costs"
	"parley/internal/api/guided"
	"parley/internal/api/setup"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bot/tool/run"
	"parley/internal/channel/consent"
	"parley/internal/channel/delivery"
	"parley/internal/channel/intake"
	"parley/internal/channel/profile"
	"parley/internal/channel/receipts"
	"parley/internal/channel/window"
	"parley/internal/config"
	"parley/internal/desk"
	"parley/internal/desk/finder"
	"parley/internal/desk/hooks"
	"parley/internal/desk/learn"
	"parley/internal/desk/person"
	"parley/internal/desk/report"
	"parley/internal/desk/roster"
	"parley/internal/desk/survey"
	"parley/internal/engine"
	"parley/internal/live"
	"parley/internal/media"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/facts"
	outbox "parley/internal/store/hooks"
)

// Options are what New needs besides the settings.
type Options struct {
	Config  config.Config
	Log     *slog.Logger
	Version string
	Now     func() time.Time // nil means time.Now
	// SessionNow is the time by which people's log-ins end; Now when nil. The demo's are
	// those of real browsers, however far its clock is moved.
	SessionNow func() time.Time
	Desk       http.Handler // the desk's pages
	// Env looks up what ${NAME} stands for in the file of tools, like os.LookupEnv; nil has nothing.
	Env func(string) (string, bool)
}

// App is one gateway process.
type App struct {
	opts    Options
	log     *slog.Logger
	store   *store.Store
	auth    *auth.Auth
	audit   *audit.Trail
	metrics *obs.Metrics
	health  *obs.Health
	base    *bases
	tools   map[string]*run.Runner // by workspace; only those with tools
	flows   *shelves
	intake  *intake.Intake
	engine  *engine.Engine
	desk    *desk.Desk
	surveys *survey.Surveys
	keeper  *window.Keeper
	roster  *roster.Roster
	senders []*delivery.Sender
	folder  *report.Folder
	hub     *live.Hub
	files   *media.Fetcher // fetches what customers sent
	finder  *finder.Finder

	receipts *receipts.Receipts
	follower *hooks.Follower
	courier  *hooks.Courier
	facts    *profile.Follower // nil: no workspace tells its profiles anything
	tellers  []*profile.Teller

	people   map[string]person.Workspace
	persons  *person.Persons
	consents []*consent.Teller

	public, ops             net.Listener
	publicServer, opsServer *http.Server
	running, serving        sync.WaitGroup
	stop, cut               context.CancelFunc // no new work; no more waiting for work under way
	unwind                  []func() error
}

// New opens the database, loads and trains the knowledge base and binds both
// listeners, but accepts and does nothing yet. The caller must Stop an App that
// New returned, started or not.
func New(ctx context.Context, opts Options) (*App, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.SessionNow == nil {
		opts.SessionNow = opts.Now
	}
	a := &App{opts: opts, log: opts.Log, health: &obs.Health{}, people: map[string]person.Workspace{}}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

func (a *App) build(ctx context.Context) (err error) {
	cfg := a.opts.Config
	var routes, workspaces []string
	for _, w := range cfg.Workspaces {
		workspaces = append(workspaces, w.ID)
		for _, r := range w.Routes {
			routes = append(routes, r.ID)
		}
	}
	a.metrics = obs.NewMetrics(a.opts.Version, routes, workspaces)
	if a.public, err = a.listen(cfg.Listen, "listen"); err != nil {
		return err
	}
	if a.ops, err = a.listen(cfg.OpsListen, "ops_listen"); err != nil {
		return err
	}
	if a.store, err = store.Open(ctx, cfg.Database.Reveal()); err != nil {
		return err
	}
	a.audit = audit.New(a.store, a.log, a.now)
	a.unwind = append(a.unwind, a.store.Close, a.audit.Close)
	a.health.Check("database", a.store.Ping)
	if a.tools, err = a.loadTools(cfg.Workspaces); err != nil {
		return err
	}
	if a.flows, err = loadShelves(ctx, cfg.Workspaces, effects(a.tools), a.store, a.log, a.now); err != nil {
		return err
	}
	if a.base, err = loadBases(ctx, cfg.Workspaces, a.flows, a.metrics, a.log); err != nil {
		return err
	}
	a.files = media.New(media.Settings{MaxBytes: cfg.Limits.MediaBytes, AllowPrivate: cfg.Desk.MediaHostsAllowPrivate})
	if err := a.buildChannel(ctx); err != nil {
		return err
	}
	return a.buildHTTP()
}

func (a *App) listen(address, key string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; choose another address or stop what uses it", key, err)
	}
	a.unwind = append(a.unwind, func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return l, nil
}

func (a *App) buildHTTP() (err error) {
	cfg := a.opts.Config
	var desk *api.API
	a.auth, err = auth.New(auth.Settings{
		PublicURL: cfg.PublicURL, TrustedProxies: cfg.TrustedProxies, Changed: func() { a.wake(store.TopicPeople) },
		Refuse: func(w http.ResponseWriter, r *http.Request, err error) { desk.Refuse(w, r, err) },
	}, a.store, a.log, func() int64 { return a.opts.SessionNow().UnixMilli() })
	if err != nil {
		return err
	}
	desk = api.New(api.Settings{BodyBytes: cfg.Limits.BodyBytes, Desk: a.opts.Desk, Now: a.now}, api.Parts{
		Store: a.store, Auth: a.auth, Audit: a.audit, Intake: a.intake, Receipts: a.receipts, Desk: a.desk, Persons: a.persons, Roster: a.roster, Log: a.log,
		Learn: learn.New(a.base.list, a.store, a.opts.Now),
		Media: a.files,
		Hooks: a.buildHooks(),
		Setup: setup.New(cfg, a.store, a.roster.Desk, a.opts.Now),
		Costs: costs.New(a.store, a.opts.Now),
		Flows: guided.New(cfg.Workspaces, a.store, a.opts.Now),
	})
	a.folder = report.NewFolder(a.store, a.log, a.now)
	a.hub = live.New(a.store, desk.Render, a.metrics, a.log, a.now)
	desk.SetHub(a.hub)
	a.finder = finder.New(a.store, a.log, a.now)
	quiet := slog.NewLogLogger(a.log.Handler(), slog.LevelDebug)
	a.publicServer = &http.Server{
		Handler: desk.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, ErrorLog: quiet,
	}
	a.opsServer = &http.Server{
		Handler: obs.Handler(a.metrics, a.health, a.log), ReadHeaderTimeout: 10 * time.Second, ErrorLog: quiet,
	}
	return nil
}

func (a *App) now() int64 { return a.opts.Now().UnixMilli() }

// Addr and OpsAddr are where the listeners are bound, with the port that was chosen for ":0".
func (a *App) Addr() net.Addr { return a.public.Addr() }

// Roster is who works at the desk, for commands that run beside the gateway.
func (a *App) Roster() *roster.Roster { return a.roster }

// OpsAddr is the address of the internal listener.
func (a *App) OpsAddr() net.Addr { return a.ops.Addr() }

// Store is the database, for commands that run beside the gateway.
func (a *App) Store() *store.Store { return a.store }

// Auth adds and checks users.
func (a *App) Auth() *auth.Auth { return a.auth }

// Start begins to work and to serve. It returns at once.
func (a *App) Start() {
	var ctx, drain context.Context
	ctx, a.stop = context.WithCancel(context.Background())
	drain, a.cut = context.WithCancel(context.Background())
	a.audit.Start()
	a.running.Go(func() { a.hub.Run(ctx) })
	a.running.Go(func() { a.finder.Run(ctx) })
	for _, s := range a.senders {
		a.running.Go(func() { s.Run(ctx, drain) })
	}
	a.running.Go(func() { a.engine.Run(ctx, drain) })
	a.running.Go(func() { a.receipts.Run(ctx) })
	a.running.Go(func() { a.follower.Run(ctx) })
	a.running.Go(func() { a.courier.Run(ctx, drain) })
	a.startProfile(ctx, drain)
	for _, t := range a.consents {
		a.running.Go(func() { t.Run(ctx, drain) })
	}
	a.running.Go(func() { a.store.Listen(ctx, a.wake, a.hub.Heard, a.listenTrouble) })
	a.running.Go(func() { a.roster.Run(ctx) })
	a.running.Go(func() { a.surveys.Run(ctx) })
	a.running.Go(func() { a.keeper.Run(ctx) })
	a.running.Go(func() { a.upkeep(ctx) })
	a.running.Go(func() { a.intake.Run(ctx) })
	a.running.Go(func() { a.folder.Run(ctx) })
	a.running.Go(func() { a.flows.Run(ctx) })
	for _, w := range a.base.watchers {
		a.running.Go(func() {
			if err := w.Run(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("watch the knowledge base", obs.Error(err))
			}
		})
	}
	a.serve(a.publicServer, a.public)
	a.serve(a.opsServer, a.ops)
}

func (a *App) serve(server *http.Server, l net.Listener) {
	a.serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("serve", obs.FieldAddress, l.Addr().String(), obs.Error(err))
		}
	})
}

// wake tells whoever waits for a topic that there may be something.
func (a *App) wake(topic store.Topic) {
	switch topic {
	case store.TopicTurns:
		a.engine.Wake(a.now())
	case store.TopicDeliveries:
		for _, s := range a.senders {
			s.Wake(a.now())
		}
		a.keeper.Wake()
	case outbox.Topic:
		a.follower.Wake()
		a.courier.Wake()
	case facts.Topic:
		a.wakeTellers()
	case store.TopicPeople:
		a.roster.Wake(a.now())
		a.hub.PeopleChanged()
	}
	a.surveys.Wake(a.now())
	a.follower.Changed()
	if a.facts != nil {
		a.facts.Wake()
	}
	a.hub.Wake()
	a.folder.Wake()
	a.finder.Wake()
}

// ClockMoved tells everybody that Options.Now has jumped: whatever sleeps until something
// is due looks again, and open pages show the new time. It may be called once New has returned.
func (a *App) ClockMoved() {
	for _, topic := range []store.Topic{store.TopicTurns, store.TopicDeliveries, store.TopicPeople, outbox.Topic, facts.Topic} {
		a.wake(topic)
	}
	a.hub.Tell("clock", api.Clock{Now: a.opts.Now().UTC()}, "")
}

// buildHooks makes what tells other programs of events.
func (a *App) buildHooks() *hooks.Desk {
	allow := a.opts.Config.Hooks.AllowPrivate
	a.courier = hooks.NewCourier(a.store, hooks.NewClient(allow), "parley/"+a.opts.Version, a.metrics, a.log, a.now)
	a.follower = hooks.NewFollower(a.store, a.log, a.now, a.courier.Wake)
	return hooks.New(a.store, a.courier, allow, a.now, a.wake)
}

func (a *App) listenTrouble(err error) {
	a.log.Warn("listen for wake-ups; polling meanwhile", obs.Error(err))
}

// Stop ends everything within limits.stop_seconds: no new requests, then no new
// turns and calls, then those under way are waited for. What has to be cut off
// comes back when its lease ends. A second Stop does nothing.
func (a *App) Stop() error {
	limit := time.Duration(a.opts.Config.Limits.StopSeconds) * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	a.health.Stop()
	var errs []error
	if a.stop != nil {
		a.stop()
		// Requests first: whoever is answered 2xx must find the store open.
		errs = append(errs, a.publicServer.Shutdown(ctx), a.opsServer.Shutdown(ctx))
		done := make(chan struct{})
		go func() {
			a.running.Wait()
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
			errs = append(errs, errors.New("work was cut off; it goes on when its lease ends"))
			a.cut()
			<-done
		}
		a.cut()
		a.stop = nil
		errs = append(errs, a.publicServer.Close(), a.opsServer.Close())
		a.serving.Wait()
	}
	return errors.Join(append(errs, a.close())...)
}

// close unwinds what New built, in reverse.
func (a *App) close() error {
	var errs []error
	for i := len(a.unwind) - 1; i >= 0; i-- {
		errs = append(errs, a.unwind[i]())
	}
	a.unwind = nil
	return errors.Join(errs...)
}
