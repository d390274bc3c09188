package app

import (
	"errors"
	"fmt"
	"os"

	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
	"parley/internal/config"
)

// loadTools reads what every workspace declares and makes what carries it out. Everything
// wrong with a file is told at once.
func (a *App) loadTools(workspaces []config.Workspace) (map[string]*run.Runner, error) {
	env := a.opts.Env
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	out := map[string]*run.Runner{}
	for _, w := range workspaces {
		if w.Tools == "" {
			continue
		}
		catalogue, err := ReadTools(w.Tools, env)
		if err != nil {
			return nil, fmt.Errorf("workspace %s: tools: %w", w.ID, err)
		}
		r := run.New(run.Settings{Catalogue: catalogue, Version: a.opts.Version, Now: a.opts.Now, Metrics: a.metrics}, a.store, a.log)
		out[w.ID] = r
		a.unwind = append(a.unwind, r.Close)
	}
	return out, nil
}

// ReadTools reads a file of tools. env looks up what ${NAME} stands for in it.
func ReadTools(path string, env func(string) (string, bool)) (*tool.Catalogue, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	catalogue, err := tool.Parse(path, raw, env)
	var problems tool.Problems
	if errors.As(err, &problems) {
		return nil, fmt.Errorf("%d problems:\n%w", len(problems), err)
	}
	return catalogue, err
}

// effects are the declared tools of each workspace, against which its flows are checked.
func effects(runners map[string]*run.Runner) map[string]map[string]tool.Effect {
	out := map[string]map[string]tool.Effect{}
	for workspace, r := range runners {
		out[workspace] = r.Effects()
	}
	return out
}
