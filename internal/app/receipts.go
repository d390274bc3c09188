package app

import (
	"slices"

	"parley/internal/channel/braze"
	"parley/internal/channel/receipts"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
)

// buildReceipts makes what reads Currents.
func (a *App) buildReceipts() {
	var workspaces []receipts.Workspace
	for _, w := range a.opts.Config.Workspaces {
		set := receipts.Workspace{ID: w.ID, Campaigns: campaigns(w), Group: w.SubscriptionGroup, Grace: w.Currents.Grace}
		for _, s := range w.Currents.Secrets {
			set.Secrets = append(set.Secrets, s.Reveal())
		}
		if route := reconciled(w); route != "" {
			set.Arrival = func(m braze.Inbound, writtenAt int64) store.Arrival { return a.intake.Recovered(route, m, writtenAt) }
			set.Returned = a.intake.Returned
		}
		workspaces = append(workspaces, set)
	}
	a.receipts = receipts.New(workspaces, a.store, a.metrics, a.log, a.now, a.engine.Wake, a.wake)
}

// reconciled names the route under which messages are brought in that no webhook has
// brought; empty if none are. A keyword campaign alone says nothing of other messages.
func reconciled(w config.Workspace) string {
	i := slices.IndexFunc(w.Routes, func(r config.Route) bool { return !r.Specific })
	if i < 0 || !w.Currents.Configured() || !w.Currents.Reconcile {
		return ""
	}
	return w.Routes[i].ID
}

// campaigns are our own API-triggered ones.
func campaigns(w config.Workspace) map[string]chat.Layout {
	out := map[string]chat.Layout{}
	for layout, l := range layouts(w) {
		if l.CampaignID != "" {
			out[l.CampaignID] = layout
		}
	}
	return out
}
