package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/flows"
)

// gateway is who publishes flows at a start.
const gateway = "gateway"

// shelves hold every workspace's flows, as they were published.
type shelves struct {
	store *store.Store
	log   *slog.Logger
	now   func() int64
	mark  int64
	of    map[string]*atomic.Pointer[flow.Library] // by workspace; only those with flows
	// declared are the facts that Braze's profiles are told, by workspace.
	declared map[string][]string
}

// Flows names the files of a workspace's flows: its folder, or those that ship with Parley.
// The result is nil for a workspace without flows.
func Flows(w config.Workspace) fs.FS {
	switch w.Flows {
	case "":
		return nil
	case config.BuiltinFlows:
		return flow.Shop()
	}
	return os.DirFS(w.Flows)
}

// loadShelves publishes what a workspace's folder holds if nothing was before, and of the
// flows that ship with Parley every version that is new; then it reads what is published.
// tools are the declared tools of each workspace; one without an entry has its calls unchecked.
func loadShelves(ctx context.Context, workspaces []config.Workspace, tools map[string]map[string]tool.Effect, s *store.Store, log *slog.Logger, now func() int64) (*shelves, error) {
	out := &shelves{store: s, log: log, now: now, of: map[string]*atomic.Pointer[flow.Library]{}, declared: map[string][]string{}}
	for _, w := range workspaces {
		if w.Flows == "" {
			continue
		}
		if err := out.first(ctx, w, tools[w.ID]); err != nil {
			return nil, fmt.Errorf("workspace %s: flows: %w", w.ID, err)
		}
		out.of[w.ID] = &atomic.Pointer[flow.Library]{}
		out.declared[w.ID] = w.Profile.Facts()
	}
	var err error
	if out.mark, err = flows.Mark(ctx, s); err != nil {
		return nil, err
	}
	if err := out.read(ctx); err != nil {
		return nil, err
	}
	for _, w := range workspaces {
		for _, r := range w.Routes {
			if r.Flow == "" {
				continue
			}
			library := out.library(w.ID)()
			if _, ok := library.Current(r.Flow); !ok {
				return nil, fmt.Errorf("route %s: flow: no flow %q is published; there are %v, and parley flow publish adds to them", r.ID, r.Flow, library.Names())
			}
		}
	}
	return out, nil
}

// first publishes at a start.
func (s *shelves) first(ctx context.Context, w config.Workspace, tools map[string]tool.Effect) error {
	versions, err := flows.Versions(ctx, s.store.Read, w.ID)
	if err != nil || len(versions) > 0 && w.Flows != config.BuiltinFlows {
		return err
	}
	list, err := flow.Load(Flows(w), flow.Known{Tools: tools})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; `parley flow init %s` writes the shop's flows there", err, w.Flows)
	}
	if err != nil {
		return err
	}
	var fresh []flows.Version
	for _, f := range list {
		v := flows.Version{Name: f.Name, Version: f.Version, Source: string(f.Source)}
		if !slices.Contains(versions, v) { // one that was rolled back stays so
			fresh = append(fresh, v)
		}
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		_, err := flows.Publish(ctx, tx, w.ID, fresh, flows.Started, gateway, s.now())
		return err
	})
}

// library gives a workspace's flows as they are at each call.
func (s *shelves) library(workspace string) func() *flow.Library {
	if pointer := s.of[workspace]; pointer != nil {
		return pointer.Load
	}
	return func() *flow.Library { return nil }
}

// read takes up what is published in every workspace.
func (s *shelves) read(ctx context.Context) error {
	for workspace, pointer := range s.of {
		now, older, unreadable, err := readFlows(ctx, s.store, workspace)
		if err != nil {
			return fmt.Errorf("workspace %s: flows: %w", workspace, err)
		}
		for _, problem := range unreadable {
			s.log.Error("a published flow cannot be read any more", obs.FieldWorkspace, workspace, obs.Error(problem))
		}
		for _, problem := range flow.Undeclared(now, s.declared[workspace]) {
			s.log.Warn("a published flow sets a fact that Braze is not told", obs.FieldWorkspace, workspace, obs.Error(errors.New(problem.String())))
		}
		pointer.Store(flow.NewLibrary(now, older))
	}
	return nil
}

// readFlows reads all versions of a workspace. A version that this program cannot read
// any more is left out and told: conversations that are in it go to people.
func readFlows(ctx context.Context, s *store.Store, workspace string) (now, older []*flow.Flow, unreadable []error, err error) {
	current, err := flows.Current(ctx, s.Read, workspace)
	if err != nil {
		return nil, nil, nil, err
	}
	versions, err := flows.Versions(ctx, s.Read, workspace)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, v := range versions {
		f, err := flow.Parse(v.Name, []byte(v.Source), flow.Known{})
		switch {
		case err != nil:
			unreadable = append(unreadable, fmt.Errorf("flow %s, version %s: %w", v.Name, v.Version, err))
		case current[v.Name].Version == v.Version:
			now = append(now, f)
		default:
			older = append(older, f)
		}
	}
	return now, older, unreadable, nil
}

// Run takes up what is published by others until ctx ends.
func (s *shelves) Run(ctx context.Context) {
	const every = 2 * time.Second
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		mark, err := flows.Mark(ctx, s.store)
		if err == nil && mark != s.mark {
			if err = s.read(ctx); err == nil {
				s.mark = mark
			}
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("read the published flows", obs.Error(err))
		}
	}
}
