package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/eval/draft"
	recorder "parley/internal/eval/record"
	"parley/internal/eval/replay"
	"parley/internal/store"
)

// database is where conversations are read from.
type database struct {
	settings
	Database string `help:"Database, sqlite:PATH or postgres://…, instead of that of the settings."`
}

// open opens the database that was named. One that does not exist is not made.
func (d database) open(ctx context.Context) (config.Config, *store.Store, error) {
	cfg, err := d.load()
	if err != nil {
		return cfg, nil, err
	}
	if d.Database != "" {
		cfg.Database = config.DSN(d.Database)
	}
	if file, ok := strings.CutPrefix(cfg.Database.Reveal(), "sqlite:"); ok {
		if _, err := os.Stat(file); err != nil {
			return cfg, nil, fmt.Errorf("no conversations to read: %w; name the database with --config or --database sqlite:PATH", err)
		}
	}
	s, err := store.Open(ctx, cfg.Database.Reveal())
	return cfg, s, err
}

type evalReplayCmd struct {
	database
	Knowledge string        `type:"existingdir" help:"Folder of the draft: a knowledge base as parley kb init writes it. Without it, the settings' one with --prompt, else the built-in one."`
	Flows     string        `type:"existingdir" help:"Folder of draft flows as parley flow init writes it; the published ones when left out."`
	Since     time.Duration `default:"24h" help:"How far back to read."`
	Workspace string        `help:"Only the conversations of this workspace; the draft speaks for all of them otherwise."`
	Route     string        `help:"Only the conversations of this route."`
	All       bool          `help:"Also print the turns that stay as they are."`
	JSON      bool          `name:"json" help:"Print one JSON object."`
	HTML      string        `name:"html" type:"path" help:"Write one HTML page to this file."`
	FailAbove int           `default:"-1" help:"Fail when more turns than this change."`
	Prompt    string        `type:"existingfile" help:"File with a draft prompt. The model of the settings is asked with it, which costs money; it says what and asks first."`
	MaxCalls  int           `default:"200" help:"Most calls of the model, with --prompt."`
	MaxCost   float64       `default:"1" help:"Most that they may cost, in the currency of the settings' prices; 0: no limit. A call that could go beyond is not made."`
	Yes       bool          `short:"y" help:"Do not ask before the model is."`
}

// Run decides past turns again and prints what would change.
func (c *evalReplayCmd) Run() (err error) {
	ctx, stop := interruptible()
	defer stop()
	if c.Knowledge == "" && c.Flows == "" && c.Prompt == "" {
		return errors.New("no draft: name a knowledge base with --knowledge, flows with --flows or a prompt with --prompt")
	}
	if c.Since <= 0 {
		return errors.New("--since must be a time such as 24h")
	}
	prompt := draft.Prompt{File: c.Prompt, MaxCalls: c.MaxCalls, MaxCost: c.MaxCost, Yes: c.Yes, In: os.Stdin, Out: os.Stderr, Env: os.LookupEnv}
	if c.Prompt != "" {
		if prompt.Workspace, err = c.settings.workspace(c.Workspace); err != nil {
			return err
		}
		if err := prompt.Check(); err != nil {
			return err
		}
		c.Knowledge = cmp.Or(c.Knowledge, prompt.Workspace.Knowledge)
	}
	base, err := loadKnowledge(c.Knowledge)
	if err != nil {
		return err
	}
	cfg, s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	published, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	report, err := c.replay(ctx, cfg, s, published, prompt)
	if err != nil {
		return err
	}
	if c.JSON {
		err = report.JSON(os.Stdout, c.All)
	} else {
		report.Text(os.Stdout, c.All)
	}
	err = errors.Join(err, writeFile(c.HTML, report.HTML))
	if err == nil && c.FailAbove >= 0 && report.Changed > c.FailAbove {
		err = fmt.Errorf("%d turns would change, more than %d", report.Changed, c.FailAbove)
	}
	return err
}

func (c *evalReplayCmd) replay(ctx context.Context, cfg config.Config, s *store.Store, published *knowledge.Published, prompt draft.Prompt) (*replay.Report, error) {
	var flows fs.FS
	if c.Flows != "" {
		flows = os.DirFS(c.Flows)
	}
	o, err := draft.Options(ctx, cfg, s, published, flows)
	if err != nil {
		return nil, err
	}
	bar := newBar("replaying")
	defer bar.clear()
	o.Until, o.Workspace, o.Route, o.Progress = time.Now(), c.Workspace, c.Route, bar.show
	o.Since = o.Until.Add(-c.Since)
	if c.Prompt != "" {
		return prompt.Run(ctx, s, published, o)
	}
	return replay.Run(ctx, s, o)
}

type evalRecordCmd struct {
	database
	Conversation string `arg:"" help:"Id of the conversation; it is the last part of the address on the desk."`
	Output       string `short:"o" type:"path" help:"Write to this file instead of standard output; it must not exist."`
}

// Run writes a conversation as a test.
func (c *evalRecordCmd) Run() (err error) {
	ctx, stop := interruptible()
	defer stop()
	_, s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	out := io.Writer(os.Stdout)
	if c.Output != "" {
		f, failed := os.OpenFile(filepath.Clean(c.Output), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		out = f
	}
	return recorder.Write(ctx, out, s, chat.ConversationID(c.Conversation))
}
