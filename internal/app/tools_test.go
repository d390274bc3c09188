package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/examples/shop"
	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
	"parley/internal/config"
	"parley/internal/testkit"
)

// TestLoadTools_exampleShop also checks the flows that ship with Parley against the tools
// of the shop that ships with it.
func TestLoadTools_exampleShop(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "tools.yaml")
	if err := os.WriteFile(path, shop.ToolsYAML, 0o600); err != nil {
		t.Fatal(err)
	}
	w := config.NewWorkspace("shop")
	w.Tools = path
	a := &App{log: slog.New(slog.DiscardHandler)}
	_, err := a.loadTools([]config.Workspace{w})
	if err == nil || !strings.Contains(err.Error(), "workspace shop: tools: 6 problems:\n") || !strings.Contains(err.Error(), "variable SHOP_TOKEN is not set") {
		t.Errorf("without its environment: %v", err)
	}
	a.opts.Env = func(string) (string, bool) { return "http://127.0.0.1:1", true }
	runners, err := a.loadTools([]config.Workspace{w, config.NewWorkspace("other")})
	if err != nil {
		t.Fatal(err)
	}
	known := effects(runners)
	testkit.Diff(t, known, map[string]map[string]tool.Effect{
		"shop": {"order_status": tool.Read, "return_start": tool.Write, "delivery_change": tool.Write},
	})
	list, err := flow.Load(flow.Shop(), flow.Known{Tools: known["shop"]})
	if err != nil {
		t.Error(err)
	}
	for _, f := range list {
		for _, s := range f.Steps {
			if s.Kind != flow.Call {
				continue
			}
			offered := false
			for _, spec := range runners["shop"].Allowed("", f.Name) {
				offered = offered || spec.Name == s.Tool
			}
			if !offered {
				t.Errorf("flow %s calls %s, which is not allowed there", f.Name, s.Tool)
			}
		}
	}
	if err := a.close(); err != nil {
		t.Error(err)
	}
	w.Tools = filepath.Join(t.TempDir(), "gone.yaml")
	if _, err := a.loadTools([]config.Workspace{w}); err == nil || !strings.Contains(err.Error(), "gone.yaml: no such file") {
		t.Errorf("without a file: %v", err)
	}
}
