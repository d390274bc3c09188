package app

import (
	"parley/internal/config"
	"parley/internal/engine"
)

// History is how many earlier lines the bot sees in a turn.
const History = history

// Situations are the workspaces of the settings as far as they decide what the bot knows in a turn, by id, and the
// routes that have a knowledge base of their own.
func Situations(cfg config.Config) (workspaces map[string]engine.Workspace, own []string) {
	workspaces = map[string]engine.Workspace{}
	none := &bases{}
	for _, w := range cfg.Workspaces {
		workspaces[w.ID] = engine.Workspace{Language: w.Language, Rules: rules(w.Handoff), Routes: none.differing(w)}
		for _, r := range w.Routes {
			if r.Knowledge != "" {
				own = append(own, r.ID)
			}
		}
	}
	return workspaces, own
}
