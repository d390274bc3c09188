package app

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/bot"
	"parley/internal/channel/braze"
	"parley/internal/channel/delivery"
	"parley/internal/channel/intake"
	"parley/internal/channel/window"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/desk"
	"parley/internal/desk/person"
	"parley/internal/desk/roster"
	"parley/internal/desk/survey"
	"parley/internal/engine"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/flows"
	outbox "parley/internal/store/hooks"
	told "parley/internal/store/receipts"
	"parley/internal/store/routes"
	"parley/internal/store/signs"
	"parley/internal/store/usage"
)

// routeHours is how long it is kept what came in by which route in an hour.
const routeHours = 35 * 24 * time.Hour

// flowDays is how long steps of flows stay counted, and a conversation that was left in one known as waiting there.
const flowDays = 90 * 24 * time.Hour

// history is how many earlier lines the bot may see.
const history = 20

// buildChannel makes the way in, the turns and the way out of every workspace.
func (a *App) buildChannel(ctx context.Context) error {
	workspaces, desks := map[string]engine.Workspace{}, map[string]desk.Workspace{}
	var routes []intake.Route
	surveys, windows := map[string]survey.Workspace{}, map[string]window.Workspace{}
	workers, lease, longest := 0, time.Duration(0), time.Duration(0)
	if err := a.buildProfile(ctx); err != nil {
		return err
	}
	for _, w := range a.opts.Config.Workspaces {
		sender, err := a.sender(w)
		if err != nil {
			return fmt.Errorf("workspace %s: %w", w.ID, err)
		}
		a.senders = append(a.senders, sender)
		models, err := a.models(w)
		if err != nil {
			return fmt.Errorf("workspace %s: %w", w.ID, err)
		}
		workspaces[w.ID] = engine.Workspace{
			Bot: a.base.bots[w.ID], Language: w.Language, Layouts: layouts(w), Timing: timing(w.Turn), Pace: pace(w.Delivery), Attempts: w.Turn.Attempts,
			Rules: rules(w), Group: consentGroup(w), Routes: a.base.differing(w), PerMinute: w.Turn.PerMinute, Models: models, Brains: a.brains(w), Tools: a.tools[w.ID],
		}
		desks[w.ID] = desk.Workspace{
			Plan: func(text string) []chat.Delivery { return layouts(w).Plan(delivery.Line{Text: text}) }, Pace: pace(w.Delivery),
			Show: func(text string, b chat.Beside, known bool) []chat.Delivery {
				return layouts(w).Plan(besideLine(text, b, known))
			},
			Has:      func(kind chat.Layout) bool { _, ok := layouts(w)[kind]; return ok },
			Template: template(w), TakenOver: workspaces[w.ID].TakenOver, Suggest: workspaces[w.ID].Suggest, Survey: surveyPlan(w.CSAT),
			Hold: w.Window.Hold, MessagingLimit: w.Window.MessagingLimit,
		}
		windows[w.ID] = held(w)
		if w.CSAT.Enabled {
			surveys[w.ID] = survey.Workspace{
				Plan: desks[w.ID].Plan, Pace: pace(w.Delivery), Language: w.Language, Ask: w.CSAT.Ask, Comment: w.CSAT.Comment, Thanks: w.CSAT.Thanks,
			}
		}
		routes = append(routes, routesOf(w)...)
		workers, lease, longest = workers+w.Turn.Workers, max(lease, w.Turn.Lease), max(longest, w.Turn.Timeout)
	}
	a.buildRoster(desks)
	a.engine = engine.New(engine.Settings{Workspaces: workspaces, Workers: max(workers, 1), Lease: cmp.Or(lease, 30*time.Second), Longest: longest, History: history, Roster: a.roster},
		a.store, a.metrics, a.log, a.now, a.wake)
	a.surveys = survey.New(surveys, a.store, a.log, a.now, a.wake)
	a.keeper = window.New(windows, a.store, a.log, a.now, a.wake)
	a.persons = person.New(a.people, a.store, a.now, a.wake)
	a.desk = desk.New(desks, a.store, a.now, a.wake)
	a.intake = intake.New(routes, a.store, a.metrics, a.log, a.now, a.engine.Wake, a.wake)
	a.unwind = append(a.unwind, a.intake.Close)
	a.buildReceipts()
	return nil
}

func (a *App) buildRoster(desks map[string]desk.Workspace) {
	cfg := a.opts.Config
	workspaces := map[string]roster.Workspace{}
	for _, w := range cfg.Workspaces {
		workspaces[w.ID] = roster.Workspace{Plan: desks[w.ID].Plan, Pace: desks[w.ID].Pace, Language: w.Language}
	}
	minutes := func(n int) int64 { return int64(n) * time.Minute.Milliseconds() }
	a.roster = roster.New(roster.Settings{
		Workspaces: workspaces, Away: time.Duration(cfg.Desk.AwayMinutes) * time.Minute, Capacity: cfg.Desk.Capacity,
		Patience: chat.Patience{Silent: minutes(cfg.Desk.AgentSilentMinutes), Reassure: minutes(cfg.Desk.ReassureMinutes)},
		MayReply: func(role string) bool { return auth.Role(role).May(auth.WriteConversations) },
		TakenOver: func(ctx context.Context, id chat.ConversationID) (*store.Handoff, error) {
			return a.desk.TakenOver(ctx, id)
		},
		Keep: func(language string, p roster.Prospect) string { return bot.PlaceKept(language, engine.Outlook(p)) },
	}, a.store, a.metrics, a.log, a.now, a.wake, func(event string, data any, onlyUser string) { a.hub.Tell(event, data, onlyUser) })
}

func (a *App) sender(w config.Workspace) (*delivery.Sender, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = w.Braze.CallsInFlight
	client, err := braze.New(braze.Config{
		Endpoint: w.Braze.Endpoint, APIKey: w.Braze.APIKey.Reveal(), Timeout: w.Braze.Timeout, Transport: transport,
		UserAgent: "parley/" + a.opts.Version, Now: a.opts.Now,
	})
	if err != nil {
		return nil, err
	}
	set := delivery.Settings{
		Workspace: w.ID, Layouts: layouts(w), Batch: w.Delivery.Batch, CallsInFlight: w.Braze.CallsInFlight, Lease: w.Delivery.Lease,
		Rules: store.Rules{
			Pace: pace(w.Delivery), Resend: w.Delivery.Ambiguous == config.AmbiguousResend, MaxAge: w.Delivery.MaxAge.Milliseconds(),
			Hold: w.Window.Hold,
		},
	}
	if a.facts != nil && w.Profile.Declared() {
		set.Ride = a.facts.Ride
		a.buildTeller(w, client)
	}
	a.buildConsent(w, client)
	set.OptInGroup = consentGroup(w)
	if w.SubscribeNewSenders {
		set.SubscriptionGroup = w.SubscriptionGroup
	}
	return delivery.New(set, a.store, client, a.metrics, a.log, a.now), nil
}

func routesOf(w config.Workspace) []intake.Route {
	out := make([]intake.Route, len(w.Routes))
	for i, r := range w.Routes {
		out[i] = intake.Route{
			ID: r.ID, Workspace: w.ID, SigningKey: r.SigningKey.Reveal(), Specific: r.Specific, Paired: len(w.Routes) > 1 || reconciled(w) != "", Language: r.Language, AllowFrom: r.AllowFrom,
			Surveyed: w.CSAT.Enabled, Keep: w.Window.AnswerMaxAge.Milliseconds(),
			Timing: timing(w.Turn),
			Dedupe: store.Dedupe{
				WithDispatch: w.Dedupe.WithDispatch.Milliseconds(), WithoutDispatch: w.Dedupe.WithoutDispatch.Milliseconds(),
				Brief: w.Dedupe.Brief.Milliseconds(), Pair: max(w.Turn.SettleMax, 2*time.Second).Milliseconds(),
			},
		}
		if w.Consent.ByWord {
			out[i].Consent = &intake.Consent{
				Group: w.SubscriptionGroup, Language: cmp.Or(r.Language, w.Language), Text: bot.ConsentText, Pace: pace(w.Delivery),
				Plan: func(text string) []chat.Delivery { return layouts(w).Plan(delivery.Line{Text: text}) },
			}
		}
		for _, s := range r.Secrets {
			out[i].Secrets = append(out[i].Secrets, s.Reveal())
		}
	}
	return out
}

func surveyPlan(c config.CSAT) *store.SurveyPlan {
	if !c.Enabled {
		return nil
	}
	return &store.SurveyPlan{Delay: c.Delay.Milliseconds(), Every: int64(c.EveryDays) * 24 * time.Hour.Milliseconds()}
}

func rules(w config.Workspace) bot.Rules {
	h := w.Handoff
	return bot.Rules{
		Keywords: h.Keywords, Intents: h.Intents, Routes: h.Routes, Attributes: h.Attributes, AmountAbove: int64(h.AmountAbove) * 100,
		Consent: w.Consent.ByWord,
	}
}

func timing(t config.Turn) chat.Timing {
	return chat.Timing{Settle: t.Settle.Milliseconds(), SettleMax: t.SettleMax.Milliseconds()}
}

func pace(d config.Delivery) chat.Pace {
	return chat.Pace{Interval: d.PairInterval.Milliseconds(), Burst: int64(d.PairBurst)}
}

// upkeep refreshes the gauges and prunes what has outlived its use.
func (a *App) upkeep(ctx context.Context) {
	gauges := time.NewTicker(5 * time.Second)
	defer gauges.Stop()
	prune := time.NewTicker(10 * time.Minute)
	defer prune.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-gauges.C:
			err = a.gauges(ctx)
		case <-prune.C:
			err = a.prune(ctx)
		}
		if err != nil && ctx.Err() == nil {
			a.log.Error("upkeep", obs.Error(err))
		}
	}
}

func (a *App) gauges(ctx context.Context) error {
	now := a.now()
	b, err := signs.Waiting(ctx, a.store, now)
	if err != nil {
		return err
	}
	a.metrics.TurnQueue(b.Turns, age(now, b.OldestTurn))
	a.metrics.DeliveryQueue(b.Deliveries, age(now, b.OldestDelivery), b.Unknown)
	counts, err := outbox.Counts(ctx, a.store)
	if err != nil {
		return err
	}
	var all outbox.Count
	for _, c := range counts {
		all.Waiting, all.Dead = all.Waiting+c.Waiting, all.Dead+c.Dead
		if c.Oldest > 0 && (all.Oldest == 0 || c.Oldest < all.Oldest) {
			all.Oldest = c.Oldest
		}
	}
	a.metrics.HookQueue(all.Waiting, age(now, all.Oldest), all.Dead)
	return nil
}

func age(now, since int64) time.Duration {
	if since == 0 {
		return 0
	}
	return time.Duration(now-since) * time.Millisecond
}

func (a *App) prune(ctx context.Context) error {
	keep := a.opts.Config.Retention
	for {
		var n int64
		err := a.store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.Prune(ctx, store.Retention{
				Exchanges: keep.Exchanges.Milliseconds(), Feed: keep.Events.Milliseconds(), Drops: keep.Drops.Milliseconds(),
				Audit: keep.Audit.Milliseconds(),
			}, a.now(), 1000)
			if err != nil {
				return err
			}
			gone, err := outbox.Prune(ctx, tx, a.now()-keep.Exchanges.Milliseconds(), 1000)
			if err != nil {
				return err
			}
			known, err := a.pruneFacts(ctx, tx)
			if err != nil {
				return err
			}
			asked, err := usage.Prune(ctx, tx, a.now()-keep.Exchanges.Milliseconds(), 1000)
			if err != nil {
				return err
			}
			ids, err := told.Prune(ctx, tx, a.now()-keep.Drops.Milliseconds(), 1000)
			n += gone + known + ids + asked
			if err != nil {
				return err
			}
			if _, err = routes.Prune(ctx, tx, a.now()-routeHours.Milliseconds()); err != nil {
				return err
			}
			return flows.Prune(ctx, tx, a.now()-flowDays.Milliseconds())
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
