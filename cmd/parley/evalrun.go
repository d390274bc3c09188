package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"parley/internal/config"
	"parley/internal/eval/play"
	"parley/internal/eval/report"
	"parley/internal/eval/script"
)

type evalRunCmd struct {
	settings
	Files     []string `arg:"" help:"Conversations as YAML; docs/eval.md shows the form."`
	Workspace string   `help:"Which workspace of the settings; may be left out when there is one."`
	Knowledge string   `type:"existingdir" help:"Another knowledge base than that of the settings or the built-in one."`
	CallTools bool     `help:"Let the tools of the settings be called. They reach the systems that their file names, and writes happen there: name a test system."`
	JSON      bool     `name:"json" help:"Print one JSON object; progress goes to standard error."`
	JUnit     string   `name:"junit" type:"path" help:"Write JUnit's XML to this file."`
	HTML      string   `name:"html" type:"path" help:"Write one HTML page to this file."`
}

// Run plays the conversations. It fails when an expectation does not hold.
func (c *evalRunCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	tests, err := readTests(c.Files)
	if err != nil {
		return err
	}
	w, err := c.workspace()
	if err != nil {
		return err
	}
	progress := io.Writer(os.Stdout)
	if c.JSON {
		progress = os.Stderr
	}
	run, err := playAll(ctx, w, tests, progress)
	if err != nil {
		return err
	}
	if c.JSON {
		err = run.JSON(os.Stdout)
	} else {
		fmt.Fprintln(os.Stdout, run.Summary())
	}
	err = errors.Join(err, writeFile(c.JUnit, run.JUnit), writeFile(c.HTML, run.HTML))
	if err == nil && run.Failed > 0 {
		err = fmt.Errorf("%d of %d conversations failed", run.Failed, len(run.Results))
	}
	return err
}

func (c *evalRunCmd) workspace() (*config.Workspace, error) {
	w, err := c.settings.workspace(c.Workspace)
	if err != nil {
		return nil, err
	}
	if w != nil && w.Tools != "" && !c.CallTools {
		return nil, fmt.Errorf("workspace %s has tools (%s), and playing would call the systems they name; let the file name a test system and add --call-tools", w.ID, w.Tools)
	}
	if c.Knowledge == "" {
		return w, nil
	}
	if w == nil {
		w = new(config.NewWorkspace("eval"))
		w.Profile.Templates = []string{"support", "topics", "satisfaction", "events"}
	}
	w.Knowledge = c.Knowledge
	return w, nil
}

// workspace is one of the settings', or nil when no settings are named.
func (s settings) workspace(id string) (*config.Workspace, error) {
	if s.File == "" {
		if id != "" {
			return nil, errors.New("--workspace chooses from settings; name their file with --config")
		}
		return nil, nil
	}
	cfg, err := s.load()
	if err != nil {
		return nil, err
	}
	var ids []string
	for i, w := range cfg.Workspaces {
		if w.ID == id || id == "" && len(cfg.Workspaces) == 1 {
			return &cfg.Workspaces[i], nil
		}
		ids = append(ids, w.ID)
	}
	return nil, fmt.Errorf("choose one of the workspaces of %s with --workspace: %s", s.File, strings.Join(ids, ", "))
}

// readTests reads all files and reports what is wrong with all of them at once.
func readTests(files []string) (tests []*script.Test, err error) {
	for _, file := range files {
		raw, failed := os.ReadFile(file)
		if failed != nil {
			return nil, failed
		}
		list, failed := script.Parse(file, raw)
		tests, err = append(tests, list...), errors.Join(err, failed)
	}
	return tests, err
}

func playAll(ctx context.Context, w *config.Workspace, tests []*script.Test, progress io.Writer) (run *report.Run, err error) {
	fmt.Fprintln(os.Stderr, "starting a gateway and the sandbox …")
	stage, err := play.Open(ctx, play.Options{Workspace: w, Version: version, Env: os.LookupEnv, Tests: tests})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stage.Close()) }()
	run = &report.Run{At: time.Now()}
	for _, t := range tests {
		result, err := stage.Play(ctx, t)
		if err != nil {
			return nil, err
		}
		run.Add(result)
		report.Text(progress, result)
	}
	return run, nil
}

// writeFile writes to a file that was asked for.
func writeFile(name string, write func(io.Writer) error) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
