package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/bot/flow"
	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/access"
	"parley/internal/store/flows"
)

// flowCmd works on flows: a folder of drafts, and what of them is published.
type flowCmd struct {
	Init     flowInitCmd     `cmd:"" help:"Write the shop's flows that ship with Parley to a new folder, to start your own from."`
	Check    flowCheckCmd    `cmd:"" help:"Report everything that is wrong with the flows of a folder, with line numbers."`
	Try      flowTryCmd      `cmd:"" help:"Be the customer of a flow in this terminal; tools are answered by you or by a file."`
	Diff     flowDiffCmd     `cmd:"" help:"Show what publishing the folder would change."`
	Publish  flowPublishCmd  `cmd:"" help:"Make the folder's flows those that customers meet from now on."`
	Rollback flowRollbackCmd `cmd:"" help:"Make an earlier version of a flow the one that customers meet."`
	History  flowHistoryCmd  `cmd:"" help:"List what was published when and by whom."`
}

type flowInitCmd struct {
	Dir string `arg:"" type:"path" help:"Folder to write; it must not exist or be empty."`
}

// Run writes the flows that ship with Parley.
func (c *flowInitCmd) Run() error {
	entries, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty; name a new folder", c.Dir)
	}
	if err := os.CopyFS(c.Dir, flow.Shop()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "wrote the shop's flows to %s; edit them, then run: parley flow check %s\n", c.Dir, c.Dir)
	return nil
}

type flowCheckCmd struct {
	published
	Dir   string `arg:"" optional:"" type:"existingdir" help:"Folder of the flows; with --config the workspace's, else those that ship with Parley when left out."`
	Tools string `type:"existingfile" help:"File of tools; with it, calls of tools that it does not declare and writes without confirm are problems."`
}

// Run checks a folder. With a settings file it is the workspace's, against its tools and
// the facts that its profile declares.
func (c *flowCheckCmd) Run() error {
	list, err := c.flows()
	if err != nil {
		return err
	}
	tab := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range list {
		var tools []string
		for _, s := range f.Steps {
			if s.Kind == flow.Call && !slices.Contains(tools, s.Tool) {
				tools = append(tools, s.Tool)
			}
		}
		called := ""
		if len(tools) > 0 {
			called = "\tcalls " + strings.Join(tools, ", ")
		}
		fmt.Fprintf(tab, "%s\t%s\t%d steps\t%s%s\n", f.Name, f.Version, len(f.Steps), strings.Join(f.Languages, ", "), called)
	}
	return tab.Flush()
}

func (c *flowCheckCmd) flows() ([]*flow.Flow, error) {
	if c.File == "" {
		return loadFlows(c.Dir, c.Tools)
	}
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	w, err := c.pick(cfg)
	if err != nil {
		return nil, err
	}
	if c.Tools != "" {
		w.Tools = c.Tools
	}
	list, err := drafts(c.Dir, w)
	if err == nil {
		warnOfFacts(list, w)
	}
	return list, err
}

// warnOfFacts tells of facts that no line of the workspace's profile takes.
func warnOfFacts(list []*flow.Flow, w config.Workspace) {
	for _, p := range flow.Undeclared(list, w.Profile.Facts()) {
		fmt.Fprintln(os.Stderr, "warning: "+p.String())
	}
}

// loadFlows reads a folder, or the flows that ship with Parley when dir is empty. Their
// calls are checked against a file of tools, if there is one.
func loadFlows(dir, tools string) ([]*flow.Flow, error) {
	files, name := flow.Shop(), "that ship with Parley"
	if dir != "" {
		files, name = os.DirFS(dir), "of "+dir
	}
	var known flow.Known
	if tools != "" {
		catalogue, err := app.ReadTools(tools, anyEnv)
		if err != nil {
			return nil, err
		}
		known.Tools = map[string]tool.Effect{}
		for _, t := range catalogue.Tools() {
			known.Tools[t.Name] = t.Effect
		}
	}
	list, err := flow.Load(files, known)
	var problems flow.Problems
	if errors.As(err, &problems) {
		have := "have a problem"
		if len(problems) > 1 {
			have = fmt.Sprintf("have %d problems", len(problems))
		}
		return nil, fmt.Errorf("the flows %s %s:\n%w", name, have, err)
	}
	return list, err
}

// published is what the commands have in common that work on the database.
type published struct {
	settings
	Workspace string `help:"Id of the workspace; needed when there are several."`
}

// with opens the database for work on one workspace.
func (p published) with(work func(context.Context, config.Workspace, *store.Store) error) error {
	cfg, err := p.load()
	if err != nil {
		return err
	}
	w, err := p.pick(cfg)
	if err != nil {
		return err
	}
	return p.settings.with(func(ctx context.Context, _ *auth.Auth, s *store.Store) error { return work(ctx, w, s) })
}

func (p published) pick(cfg config.Config) (config.Workspace, error) {
	var ids []string
	for _, w := range cfg.Workspaces {
		if w.ID == p.Workspace || p.Workspace == "" && len(cfg.Workspaces) == 1 {
			return w, nil
		}
		ids = append(ids, w.ID)
	}
	switch {
	case len(ids) == 0:
		return config.Workspace{}, errors.New("the settings have no workspace; name the settings file with --config")
	case p.Workspace != "":
		return config.Workspace{}, fmt.Errorf("there is no workspace %q; there are %s", p.Workspace, strings.Join(ids, ", "))
	}
	return config.Workspace{}, fmt.Errorf("there are several workspaces; choose one with --workspace: %s", strings.Join(ids, ", "))
}

// drafts are the flows of a folder, or of the one that the workspace names.
func drafts(dir string, w config.Workspace) ([]*flow.Flow, error) {
	switch {
	case dir != "":
		return loadFlows(dir, w.Tools)
	case w.Flows == "":
		return nil, fmt.Errorf("workspace %s names no folder of flows; write flows: DIR into the settings, or name the folder here", w.ID)
	case w.Flows == config.BuiltinFlows:
		return loadFlows("", w.Tools)
	}
	if _, err := fs.ReadDir(app.Flows(w), "."); err != nil {
		return nil, fmt.Errorf("workspace %s: flows: %w", w.ID, err)
	}
	return loadFlows(w.Flows, w.Tools)
}

// change is one flow that a publish would change. Before or after is nil where there is none.
type change struct {
	name          string
	before, after *flow.Flow
}

// changes compare drafts with what is published.
func changes(ctx context.Context, s *store.Store, workspace string, list []*flow.Flow) ([]change, error) {
	current, err := flows.Current(ctx, s.Read, workspace)
	if err != nil {
		return nil, err
	}
	versions, err := flows.Versions(ctx, s.Read, workspace)
	if err != nil {
		return nil, err
	}
	var out []change
	for _, v := range versions {
		if current[v.Name].Version != v.Version {
			continue
		}
		c := change{name: v.Name, before: &flow.Flow{Name: v.Name, Version: v.Version, Source: []byte(v.Source)}}
		if i := slices.IndexFunc(list, func(f *flow.Flow) bool { return f.Name == v.Name }); i >= 0 {
			c.after = list[i]
		}
		if c.after == nil || c.after.Version != v.Version {
			out = append(out, c)
		}
	}
	for _, f := range list {
		if _, ok := current[f.Name]; !ok {
			out = append(out, change{name: f.Name, after: f})
		}
	}
	slices.SortFunc(out, func(a, b change) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// String says what a publish would do.
func (c change) String() string {
	switch {
	case c.before == nil:
		return fmt.Sprintf("%s: new, version %s", c.name, c.after.Version)
	case c.after == nil:
		return fmt.Sprintf("%s: not in the folder any more, so it is withdrawn", c.name)
	}
	return fmt.Sprintf("%s: %s becomes %s", c.name, c.before.Version, c.after.Version)
}

type flowDiffCmd struct {
	published
	Dir string `arg:"" optional:"" type:"existingdir" help:"Folder of the drafts; the one that the settings name when left out."`
}

// Run shows what would change.
func (c *flowDiffCmd) Run() error {
	return c.with(func(ctx context.Context, w config.Workspace, s *store.Store) error {
		list, err := drafts(c.Dir, w)
		if err != nil {
			return err
		}
		warnOfFacts(list, w)
		all, err := changes(ctx, s, w.ID, list)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(os.Stdout, "nothing differs from what is published")
		}
		for _, ch := range all {
			fmt.Fprintln(os.Stdout, ch)
			if ch.before == nil || ch.after == nil {
				continue
			}
			for _, line := range flow.Diff(ch.before, ch.after, 3) {
				fmt.Fprintln(os.Stdout, "  "+line)
			}
		}
		return nil
	})
}

type flowPublishCmd struct {
	published
	Dir string `arg:"" optional:"" type:"existingdir" help:"Folder of the drafts; the one that the settings name when left out."`
	By  string `default:"command line" help:"Who publishes, for the history."`
}

// Run publishes a folder.
func (c *flowPublishCmd) Run() error {
	return c.with(func(ctx context.Context, w config.Workspace, s *store.Store) error {
		list, err := drafts(c.Dir, w)
		if err != nil {
			return err
		}
		warnOfFacts(list, w)
		all, err := changes(ctx, s, w.ID, list)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(os.Stdout, "nothing differs from what is published")
			return nil
		}
		var fresh []flows.Version
		var gone []string
		for _, ch := range all {
			if ch.after == nil {
				gone = append(gone, ch.name)
				continue
			}
			fresh = append(fresh, flows.Version{Name: ch.name, Version: ch.after.Version, Source: string(ch.after.Source)})
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			now := time.Now().UnixMilli()
			if _, err := flows.Publish(ctx, tx, w.ID, fresh, flows.Published, c.By, now); err != nil {
				return err
			}
			if _, err := flows.Withdraw(ctx, tx, w.ID, gone, c.By, now); err != nil {
				return err
			}
			return recordFlow(ctx, tx, "publish-flows", w.ID, now)
		})
		if err != nil {
			return err
		}
		for _, ch := range all {
			fmt.Fprintln(os.Stdout, ch)
		}
		fmt.Fprintln(os.Stdout, "published; conversations that are in a flow keep the version they began with")
		return nil
	})
}

// recordFlow puts what the command line did into the audit log.
func recordFlow(ctx context.Context, tx *store.Tx, action, target string, now int64) error {
	return access.InsertEntries(ctx, tx, []access.Entry{{
		ID: chat.NewID(), At: now, Actor: auth.Console.ID, Action: action, Target: "flows/" + target, Status: http.StatusOK,
	}})
}

type flowRollbackCmd struct {
	published
	Name string `arg:"" help:"Name of the flow."`
	To   string `help:"Version to go back to, as parley flow history lists them; the one before the current when left out."`
	By   string `default:"command line" help:"Who does it, for the history."`
}

// Run goes back to an earlier version.
func (c *flowRollbackCmd) Run() error {
	return c.with(func(ctx context.Context, w config.Workspace, s *store.Store) error {
		var p flows.Publication
		err := s.Write(ctx, func(tx *store.Tx) (err error) {
			now := time.Now().UnixMilli()
			if p, err = flows.Rollback(ctx, tx, w.ID, c.Name, c.To, c.By, now); err != nil {
				return err
			}
			return recordFlow(ctx, tx, "roll-back-flow", w.ID+"/"+c.Name, now)
		})
		var said *chat.Error
		if errors.As(err, &said) {
			return errors.New(said.Message)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "%s: version %s is what customers meet again; the files of your folder are as they were\n", p.Name, p.Version)
		}
		return err
	})
}

type flowHistoryCmd struct {
	published
	Name string `arg:"" optional:"" help:"Name of a flow; all when left out."`
}

// Run lists publications.
func (c *flowHistoryCmd) Run() error {
	return c.with(func(ctx context.Context, w config.Workspace, s *store.Store) error {
		list, err := flows.History(ctx, s.Read, w.ID, c.Name)
		if err != nil {
			return err
		}
		tab := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, p := range list {
			fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\n", time.UnixMilli(p.At).Format("2006-01-02 15:04"), p.Name, p.Action, p.Version, p.By)
		}
		return tab.Flush()
	})
}
