// Package draft replays conversations with what is not published yet: a knowledge base, flows, a prompt.
//
// It owns how the settings become what a replay needs, and asking before money is spent. It must not judge turns, which
// package replay does.
//
// Start reading at [Options] and [Prompt].
package draft

import (
	"context"
	"fmt"
	"io/fs"

	"parley/internal/app"
	"parley/internal/bot"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/config"
	"parley/internal/eval/replay"
	"parley/internal/store"
	"parley/internal/store/past"
)

// Options are those of a replay of all workspaces with a knowledge base, and with draft flows in the place of the
// published ones unless flows is nil.
func Options(ctx context.Context, cfg config.Config, s *store.Store, published *knowledge.Published, flows fs.FS) (o replay.Options, err error) {
	ids, err := past.Workspaces(ctx, s)
	if err != nil {
		return o, err
	}
	bots := map[string]*bot.Bot{}
	for _, id := range ids {
		library, err := app.DraftFlows(ctx, s, id, flows)
		if err != nil {
			return o, fmt.Errorf("flows of workspace %s: %w", id, err)
		}
		bots[id] = bot.New(func() *knowledge.Published { return published }, nil).WithFlows(func() *flow.Library { return library })
	}
	o.Draft, o.History = func(workspace string) *bot.Bot { return bots[workspace] }, app.History
	o.Workspaces, o.Own = app.Situations(cfg)
	return o, nil
}
