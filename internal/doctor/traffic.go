package doctor

import (
	"context"
	"strings"
	"time"

	"parley/internal/config"
	"parley/internal/store/signs"
	"parley/internal/store/window"
)

// settings checks what is allowed and still unwise.
func (e *examination) settings(w config.Workspace) {
	if w.Delivery.MaxAge > 24*time.Hour {
		e.warn("max_age", w.ID, tooOld(w.Delivery.MaxAge))
	}
	if !e.sandboxed() && w.Delivery.PairInterval < 6*time.Second {
		e.warn("pair_interval", w.ID, tooFast(w.Delivery.PairInterval))
	}
	if !w.Layouts.QuickReply.Configured() {
		e.note("quick_reply", w.ID, noButtons())
	}
	for _, r := range w.Routes {
		if r.Match != "" && !r.Specific {
			e.warn("match", r.ID, keywordNotSpecific(r.ID))
		}
	}
	if w.SubscriptionGroup == "" {
		e.note("subscription", w.ID, noGroup())
	}
	if w.Window.Hold && !w.Layouts.Notice.Configured() {
		e.note("notice", w.ID, noNotice())
	}
	if w.Braze.Timeout < 5*time.Second {
		e.warn("timeout", w.ID, impatient(w.Braze.Timeout))
	}
}

// recent is how far back arrivals and deliveries are looked at.
const (
	recent  = 500
	lastDay = 24 * time.Hour
)

// traffic reads the traces of what came and went.
func (e *examination) traffic(ctx context.Context, w config.Workspace) {
	if e.Store == nil {
		return
	}
	seen, err := signs.Routes(ctx, e.Store, recent)
	if err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	now := e.Now().UnixMilli()
	for _, r := range w.Routes {
		e.route(ctx, r.ID, seen[r.ID], now)
	}
	until, reason, err := signs.Paused(ctx, e.Store, w.ID, now)
	if err == nil && until > 0 {
		e.fail("paused", w.ID, paused(time.UnixMilli(until).Sub(e.Now()), reason))
	}
	e.tier(ctx, w, now)
	lost, err := signs.Trouble(ctx, e.Store, w.ID, now-lastDay.Milliseconds())
	if err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	for _, l := range lost {
		e.warn("undelivered", w.ID, undelivered(l.Count, string(l.State), l.Reason))
	}
}

// tier compares the people who got a template with the number's messaging limit.
func (e *examination) tier(ctx context.Context, w config.Workspace, now int64) {
	limit := w.Window.MessagingLimit
	if limit == 0 {
		return
	}
	c, err := window.Count(ctx, e.Store.Read, w.ID, now)
	switch {
	case err != nil:
		e.fail("database", "database", databaseSilent(err.Error()))
	case c.People >= limit:
		e.fail("messaging_limit", w.ID, tierFull(c.People, limit, time.UnixMilli(c.FreeAt)))
	case c.People*5 >= limit*4:
		e.warn("messaging_limit", w.ID, tierClose(c.People, limit))
	default:
		e.ok("messaging_limit", w.ID, tierFree(c.People, limit))
	}
}

func (e *examination) route(ctx context.Context, id string, r *signs.Route, now int64) {
	unreadable, err := signs.Unreadable(ctx, e.Store, id, now-lastDay.Milliseconds())
	if err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	if unreadable > 0 {
		e.warn("unreadable", id, webhookUnreadable(unreadable))
	}
	if r == nil {
		if unreadable == 0 {
			e.note("silent", id, routeSilent(strings.TrimRight(e.Config.PublicURL, "/")+"/braze/inbound/"+id))
		}
		return
	}
	if r.Repaired > 0 {
		e.warn("json_escape", id, webhookRaw(r.Repaired, r.Messages))
	}
	if r.NoDispatch*2 > r.Messages {
		e.warn("dispatch_id", id, webhookNoDispatch(r.NoDispatch, r.Messages))
	}
	if r.Nameless > 0 {
		e.warn("identity", id, webhookNameless(r.Nameless, r.Messages))
	}
	e.ok("arrivals", id, routeHeard(time.UnixMilli(now).Sub(time.UnixMilli(r.LastAt))))
}
