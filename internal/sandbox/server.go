package sandbox

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/currents"
	"parley/internal/sandbox/feed"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/switches"
	"parley/internal/sandbox/template"
	"parley/internal/sandbox/userapi"
	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
)

// Switches are the sandbox's answers to what the documentation leaves open.
type Switches = switches.Set

// Config is what a Server needs; the zero value works.
type Config struct {
	Logger *slog.Logger
	// Now is the real clock; the sandbox adds its own offset. time.Now when nil.
	Now func() time.Time
	// GatewayURL is where the seed webhook campaigns post, without a trailing slash;
	// http://127.0.0.1:8080 when empty.
	GatewayURL string
	// WebhookSecret is the bearer token of the seed webhook campaigns; demo-webhook-secret when empty.
	WebhookSecret string
	// CurrentsToken is the bearer token of the Currents connector; WebhookSecret when empty.
	CurrentsToken string
	// Currents makes the seed Currents connector post receipts to GatewayURL/braze/currents.
	Currents bool
	// Page serves the phone page; a plain notice when nil.
	Page http.Handler
	// DeskURL, when set, is shown by the plain notice and by GET /sandbox/about.
	DeskURL string
	// BrazePortsOnly makes webhooks keep to ports 80 and 443, as Braze does. Off, a gateway may listen
	// on any local port.
	BrazePortsOnly bool
	// Hosts are the Host names, without port, that the page and /sandbox may be called by besides
	// loopback; "*" is any.
	Hosts []string
	// Workers is how many webhooks are under way at once; 64 when 0.
	Workers int
	// File is where Open keeps the state for the next run; New does not look at it.
	File string
	// ClockMoved, when set, is told how far the pretend clock was just moved.
	ClockMoved func(by time.Duration)
	// Adjust changes the switches that the sandbox starts with and returns to on reset.
	Adjust func(*Switches)
}

// Server is the sandbox. It is safe for concurrent use. Handler may be used before Start, but webhooks
// leave and time-outs fall due only between Start and Stop.
type Server struct {
	log    *slog.Logger
	cfg    Config
	clock  *clock.Clock
	hub    *feed.Hub
	audit  *feed.Log
	net    *whatsapp.Network
	users  *profile.Store
	hooks  *webhook.Dispatcher
	engine *liquid.Engine
	adhoc  *liquid.Cache // of texts that come with a request
	rates  *gate.Rates
	faults *gate.Faults
	stream stream
	people *userapi.API

	templates *template.Registry

	first    Switches // those it starts with
	switches atomic.Pointer[Switches]

	mu        sync.RWMutex // guards what is set up
	campaigns map[string]*campaign.Campaign
	order     []string                       // campaign ids as they were made
	actions   []*campaign.Campaign           // those that an inbound message may set off
	seeded    map[string]campaign.Definition // campaigns as the sandbox started with them
	keys      map[string]*gate.Key
	sendIDs   map[string]string // send_id to campaign_id

	flow      sync.Mutex // guards what is on its way
	lastSent  map[string]sentSpan
	held      map[string]*heldMessage // by phone: messages that the reorder fault holds back
	heldHooks map[string]*heldHook

	file     string       // where the state is kept, "" for nowhere
	touched  atomic.Int64 // see changes
	saved    bool
	savedAt  int64
	lastSave func() error // saves once

	wg     sync.WaitGroup
	cancel context.CancelFunc
	ended  chan struct{} // closed by Stop: open event streams end
	stop   sync.Once
}

// New returns a server with the seed data that keeps everything in memory; see Open.
func New(cfg Config) *Server {
	s := build(cfg)
	s.seed()
	return s
}

// build puts the parts together and leaves them empty.
func build(cfg Config) *Server {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.GatewayURL == "" {
		cfg.GatewayURL = "http://127.0.0.1:8080"
	}
	if cfg.WebhookSecret == "" {
		cfg.WebhookSecret = "demo-webhook-secret"
	}
	if cfg.CurrentsToken == "" {
		cfg.CurrentsToken = cfg.WebhookSecret
	}
	if cfg.Workers == 0 {
		cfg.Workers = 64
	}
	s := &Server{log: cfg.Logger, cfg: cfg, engine: liquid.New(), ended: make(chan struct{})}
	s.clock = clock.New(cfg.Now)
	s.hub = feed.NewHub(8192)
	s.audit = feed.NewLog(20_000, s.hub)
	s.net = whatsapp.New(s.clock, s.hub.Publish, s.status)
	s.users = profile.NewStore(s.clock.Now, s.identify)
	s.hooks = webhook.New(s.clock, cfg.Workers)
	s.adhoc = liquid.NewCache(s.engine, 512)
	s.rates = gate.NewRates()
	s.faults = gate.NewFaults()
	s.templates = template.New()
	s.stream = stream{currents.New(s.clock, cfg.Logger)}
	s.people = &userapi.API{Users: s.users, Clock: s.clock, IsGroup: s.isGroup, Record: s.record, Rules: func() userapi.Rules { return s.switches.Load().Users() }}
	s.first = switches.Default()
	s.first.AnyPort = !cfg.BrazePortsOnly
	if cfg.Adjust != nil {
		cfg.Adjust(&s.first)
	}
	s.lastSave = sync.OnceValue(func() error {
		s.saved = false // write, whatever changes says
		return s.save()
	})
	return s
}

// Start starts the clock, the webhook workers and the keeping of the state; ctx ends them as Stop does.
func (s *Server) Start(ctx context.Context) {
	ctx, s.cancel = context.WithCancel(ctx)
	s.hooks.Start(ctx)
	s.wg.Go(func() { s.clock.Run(ctx) })
	s.wg.Go(func() { s.stream.out.Run(ctx) })
	if s.file != "" {
		s.wg.Go(func() { s.keepOn(ctx) })
	}
	s.log.Info("sandbox started", "gateway_url", s.cfg.GatewayURL)
}

// Stop ends event streams, webhooks and the clock, waits for them and writes the state, the first time it
// is called. The error is that of ctx when it ends first, else that of writing.
func (s *Server) Stop(ctx context.Context) error {
	done := make(chan error, 1)
	s.stop.Do(func() {
		close(s.ended)
		if s.cancel != nil {
			s.cancel()
		}
	})
	go func() {
		s.hooks.Stop()
		s.wg.Wait()
		done <- s.lastSave()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reset returns to the start: seed data, empty logs, real clock, no faults.
func (s *Server) reset() {
	s.hooks.Clear()
	s.clock.Clear()
	s.shiftClock(s.clock.Reset)
	s.audit.Clear()
	s.rates.Clear()
	s.faults.Put(gate.Sheet{})
	s.stream.out.Clear()
	s.users.Clear()
	s.seed()
	s.hub.Publish("reset", struct{}{})
}

// identify tells the phone what Braze now knows about its holder.
func (s *Server) identify(u *profile.User) {
	s.net.SetIdentity(s.numberOf(u), whatsapp.Identity{ExternalID: u.ExternalID, BrazeID: u.BrazeID, Subscribed: u.Subscribed(SeedGroup)})
}

// campaign returns a campaign by its id, or nil.
func (s *Server) campaign(id string) *campaign.Campaign {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.campaigns[id]
}

// putCampaign compiles and stores a campaign; it reports whether it is new.
func (s *Server) putCampaign(d campaign.Definition) (bool, error) {
	c, err := campaign.Compile(s.engine, d, s.switches.Load().AnyPort)
	if err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, had := s.campaigns[d.ID]
	s.campaigns[d.ID] = c
	if m := d.WhatsApp; m != nil && m.TemplateName != "" {
		s.templates.Note(d.ID, m.TemplateName, m.TemplateLanguage, m.Body)
	}
	if !had {
		s.order = append(s.order, d.ID)
	}
	var actions []*campaign.Campaign
	for _, id := range s.order {
		c := s.campaigns[id]
		if c.Trigger != nil && (c.Type == campaign.Webhook || c.Delivery == campaign.ActionBased) {
			actions = append(actions, c)
		}
	}
	s.actions = actions
	return !had, nil
}

func (s *Server) isGroup(id string) bool { return id == SeedGroup || id == SeedSecondGroup }
