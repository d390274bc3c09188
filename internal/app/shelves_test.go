package app

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/flows"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestShelves_takeUpWhatOthersPublish is about the flows that ship with Parley, too: they
// are there at once, and one that was rolled back or changed stays so.
func TestShelves_takeUpWhatOthersPublish(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := config.NewWorkspace("shop")
		w.Flows = config.BuiltinFlows
		load := func() *shelves {
			t.Helper()
			out, err := loadShelves(t.Context(), []config.Workspace{w, config.NewWorkspace("other")}, nil, s, slog.New(slog.DiscardHandler), func() int64 { return 1 })
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		shelf := load()
		shipped, ok := shelf.library("shop")().Current("return_item")
		if !ok || shelf.library("other")() != nil {
			t.Fatal("the shipped flows are not where they belong")
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); shelf.Run(ctx) }()
		defer func() { cancel(); <-done }()

		mine, err := flow.Parse("return_item", []byte("title: {en: Mine}\nlanguages: [en]\nsteps: {a: {handoff: {en: Over}}}\n"), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			_, err := flows.Publish(t.Context(), tx, "shop", []flows.Version{{Name: mine.Name, Version: mine.Version, Source: string(mine.Source)}}, flows.Published, "ada", 2)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		testkit.Eventually(t, 30*time.Second, func() bool {
			f, ok := shelf.library("shop")().Current("return_item")
			return ok && f.Version == mine.Version
		})
		if _, ok := shelf.library("shop")().Pinned("return_item", shipped.Version); !ok {
			t.Error("the version before is gone")
		}
		if f, _ := load().library("shop")().Current("return_item"); f.Version != mine.Version {
			t.Error("a start puts the shipped flow back")
		}
	})
}

func TestShelves_checkToolsAtTheFirstStart(t *testing.T) {
	t.Parallel()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := config.NewWorkspace("shop")
	w.Flows = config.BuiltinFlows
	tools := map[string]map[string]tool.Effect{"shop": {"order_status": tool.Read}}
	_, err = loadShelves(t.Context(), []config.Workspace{w}, tools, s, slog.New(slog.DiscardHandler), func() int64 { return 1 })
	if err == nil {
		t.Error("flows that call undeclared tools are published")
	}
}
