package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/config"
	"parley/internal/desk/learn"
	"parley/internal/engine"
	"parley/internal/obs"
)

// bases holds the knowledge base of every workspace and of routes with one of their own. Workspaces that name the
// same folder share one.
type bases struct {
	bots     map[string]*bot.Bot                      // by workspace
	routes   map[string]*bot.Bot                      // by route, of those with a base of their own
	answers  map[*bot.Bot]func() *knowledge.Published // what each of them answers from
	list     []learn.Base
	watchers []*knowledge.Watcher
}

// shared is one folder's base and who answers from it.
type shared struct {
	current    atomic.Pointer[knowledge.Published]
	workspaces []string
}

func loadBases(ctx context.Context, workspaces []config.Workspace, flows *shelves, metrics *obs.Metrics, log *slog.Logger) (*bases, error) {
	out := &bases{bots: map[string]*bot.Bot{}, routes: map[string]*bot.Bot{}, answers: map[*bot.Bot]func() *knowledge.Published{}}
	byFolder := map[string]*shared{}
	open := func(folder string) (*shared, error) {
		base, ok := byFolder[folder]
		if ok {
			return base, nil
		}
		base = &shared{}
		byFolder[folder] = base
		return base, out.load(ctx, folder, base, metrics, log)
	}
	for _, w := range workspaces {
		base, err := open(w.Knowledge)
		if err != nil {
			return nil, fmt.Errorf("workspace %s: knowledge: %w", w.ID, err)
		}
		if err := knowsIntents(base.current.Load(), w.Handoff.Intents); err != nil {
			return nil, fmt.Errorf("workspace %s: handoff.intents: %w", w.ID, err)
		}
		base.workspaces = append(base.workspaces, w.ID)
		metrics.KnowledgePublished(w.ID, base.current.Load().Version, time.Now())
		out.bots[w.ID] = bot.New(base.current.Load, time.Now).WithFlows(flows.library(w.ID))
		out.answers[out.bots[w.ID]] = base.current.Load
	}
	for _, w := range workspaces {
		for _, r := range w.Routes {
			if r.Knowledge == "" {
				continue
			}
			base, err := open(r.Knowledge)
			if err != nil {
				return nil, fmt.Errorf("route %s: knowledge: %w", r.ID, err)
			}
			out.routes[r.ID] = bot.New(base.current.Load, time.Now).WithFlows(flows.library(w.ID))
			out.answers[out.routes[r.ID]] = base.current.Load
		}
	}
	for folder, base := range byFolder {
		if len(base.workspaces) == 0 {
			continue // a route's alone: people teach the base of a workspace
		}
		out.list = append(out.list, learn.Base{Folder: folder, Workspaces: base.workspaces, Published: base.current.Load})
	}
	return out, nil
}

// differing are the routes that are not simply their workspace's.
func (b *bases) differing(w config.Workspace) map[string]engine.Route {
	out := map[string]engine.Route{}
	for _, r := range w.Routes {
		if route := (engine.Route{Bot: b.routes[r.ID], Language: r.Language, Team: r.Team, Flow: r.Flow}); route != (engine.Route{}) {
			out[r.ID] = route
		}
	}
	return out
}

// knowsIntents refuses a rule that could never come true because of a slip of the pen.
func knowsIntents(base *knowledge.Published, names []string) error {
	for _, name := range names {
		if !slices.ContainsFunc(base.Intents, func(in knowledge.Intent) bool { return in.Name == name }) {
			return fmt.Errorf("the knowledge base has no intent %q; write the name of one of its files without .yaml", name)
		}
	}
	return nil
}

// load publishes a folder, or the seed for none, and watches a folder for changes.
func (b *bases) load(ctx context.Context, folder string, into *shared, metrics *obs.Metrics, log *slog.Logger) error {
	files := knowledge.Seed()
	if folder != "" {
		files = os.DirFS(folder)
		if _, err := fs.Stat(files, "base.yaml"); err != nil {
			return fmt.Errorf("%w; `parley kb init %s` starts one from the built-in base", err, folder)
		}
	}
	base, err := knowledge.Load(files)
	if err != nil {
		return err
	}
	published, err := knowledge.Publish(ctx, base, nil)
	if err != nil {
		return err
	}
	into.current.Store(published)
	if folder == "" {
		return nil
	}
	changed := func(p *knowledge.Published) {
		for _, w := range into.workspaces {
			metrics.KnowledgePublished(w, p.Version, time.Now())
		}
	}
	refused := func() {
		for _, w := range into.workspaces {
			metrics.KnowledgeRejected(w)
		}
	}
	b.watchers = append(b.watchers, knowledge.NewWatcher(files, &into.current, log, changed, refused))
	return nil
}
