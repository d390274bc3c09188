package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/config"
	"parley/internal/obs"
)

// bases holds the knowledge base of every workspace. Workspaces that name the
// same folder share one.
type bases struct {
	bots     map[string]*bot.Bot
	watchers []*knowledge.Watcher
}

func loadBases(ctx context.Context, workspaces []config.Workspace, metrics *obs.Metrics, log *slog.Logger) (*bases, error) {
	out := &bases{bots: map[string]*bot.Bot{}}
	byFolder := map[string]*atomic.Pointer[knowledge.Published]{}
	for _, w := range workspaces {
		current, ok := byFolder[w.Knowledge]
		if !ok {
			var err error
			if current, err = out.load(ctx, w.Knowledge, metrics, log); err != nil {
				return nil, fmt.Errorf("workspace %s: knowledge: %w", w.ID, err)
			}
			byFolder[w.Knowledge] = current
		}
		metrics.KnowledgePublished(w.ID, current.Load().Version, time.Now())
		out.bots[w.ID] = bot.New(current.Load, time.Now)
	}
	return out, nil
}

// load publishes a folder, or the seed for none, and watches a folder for changes.
func (b *bases) load(ctx context.Context, folder string, metrics *obs.Metrics, log *slog.Logger) (*atomic.Pointer[knowledge.Published], error) {
	files := knowledge.Seed()
	if folder != "" {
		if _, err := fs.Stat(os.DirFS(folder), "base.yaml"); err != nil {
			return nil, fmt.Errorf("%w; `parley kb init %s` starts one from the built-in base", err, folder)
		}
		files = os.DirFS(folder)
	}
	base, err := knowledge.Load(files)
	if err != nil {
		return nil, err
	}
	published, err := knowledge.Publish(ctx, base, nil)
	if err != nil {
		return nil, err
	}
	current := &atomic.Pointer[knowledge.Published]{}
	current.Store(published)
	if folder != "" {
		b.watchers = append(b.watchers, knowledge.NewWatcher(files, current, log, nil))
	}
	return current, nil
}
