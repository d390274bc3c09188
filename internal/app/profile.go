package app

import (
	"context"

	"parley/internal/channel/braze"
	"parley/internal/channel/profile"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/facts"
)

// buildProfile makes what reads facts off the conversations. Without a declared mapping
// there is nothing to follow, and it stays nil.
func (a *App) buildProfile(ctx context.Context) error {
	mappings := map[string]profile.Declared{}
	for _, w := range a.opts.Config.Workspaces {
		if w.Profile.Declared() {
			mappings[w.ID] = profile.Declared{Mapping: profile.NewMapping(w.Profile), Wait: w.Profile.Wait}
		}
	}
	if len(mappings) == 0 {
		return nil
	}
	a.facts = profile.NewFollower(mappings, a.store, a.log, a.now, a.wakeTellers)
	return a.facts.Begin(ctx)
}

// buildTeller makes what tells a workspace's facts that no reply takes along.
func (a *App) buildTeller(w config.Workspace, client *braze.Client) {
	set := profile.Settings{Workspace: w.ID, Objects: w.Profile.Objects, Lease: w.Delivery.Lease}
	a.tellers = append(a.tellers, profile.NewTeller(set, a.store, client, a.metrics, a.log, a.now))
}

func (a *App) startProfile(ctx, drain context.Context) {
	if a.facts != nil {
		a.running.Go(func() { a.facts.Run(ctx) })
	}
	for _, t := range a.tellers {
		a.running.Go(func() { t.Run(ctx, drain) })
	}
}

func (a *App) wakeTellers() {
	for _, t := range a.tellers {
		t.Wake()
	}
}

// pruneFacts deletes what has outlived the retention of calls to Braze.
func (a *App) pruneFacts(ctx context.Context, tx *store.Tx) (int64, error) {
	return facts.Prune(ctx, tx, a.now()-a.opts.Config.Retention.Exchanges.Milliseconds(), 1000)
}
