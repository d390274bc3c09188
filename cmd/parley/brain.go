package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"parley/internal/bot/guard"
	"parley/internal/bot/remote"
	"parley/internal/bot/remote/wire"
	"parley/internal/config"
	"parley/internal/sign"
)

// brainCmd works on brains of the operator's own.
type brainCmd struct {
	Try    brainTryCmd    `cmd:"" help:"Put a test turn to the brain of a route, signed as the gateway signs, and show what comes back and whether it is valid."`
	Secret brainSecretCmd `cmd:"" help:"Print a new secret for brain.secret."`
}

type brainSecretCmd struct{}

// Run prints a secret.
func (brainSecretCmd) Run() error {
	_, err := fmt.Fprintln(os.Stdout, sign.NewSecret())
	return err
}

type brainTryCmd struct {
	settings
	Route    string   `help:"Id of the route; needed when several have a brain."`
	Language string   `help:"Language of the turn; that of the route or the workspace when left out."`
	Turn     bool     `help:"Also show the turn."`
	Text     []string `arg:"" optional:"" help:"What the customer writes."`
}

// Run puts the turn. It fails when the gateway would not use the answer.
func (c *brainTryCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	cfg, err := c.load()
	if err != nil {
		return err
	}
	w, r, err := c.pick(cfg)
	if err != nil {
		return err
	}
	client := wire.New(wire.Options{
		URL: r.Brain.URL, Secret: r.Brain.Secret.Reveal(), Timeout: r.Brain.Timeout, UserAgent: "parley/" + version, Now: time.Now,
	})
	turn := wire.Sample(w.ID, r.ID, cmp.Or(c.Language, r.Language, w.Language), cmp.Or(strings.Join(c.Text, " "), "Are you there?"), time.Now())
	return errors.Join(c.ask(ctx, os.Stdout, client, turn), client.Close())
}

func (c *brainTryCmd) ask(ctx context.Context, out io.Writer, client *wire.Client, turn wire.Turn) error {
	if c.Turn {
		if err := printJSON(out, turn); err != nil {
			return err
		}
	}
	begun := time.Now()
	answer, tried, err := client.Ask(ctx, turn)
	fmt.Fprintf(out, "calls: %d, time: %d ms\n", tried, time.Since(begun).Milliseconds())
	if err != nil {
		return fmt.Errorf("the embedded bot would answer: %s", strings.TrimPrefix(err.Error(), "model: "))
	}
	if err := printJSON(out, answer); err != nil {
		return err
	}
	v := remote.Vet(answer, guard.Sources{Knowledge: []string{turn.Embedded.Text}, Customer: []string{turn.Messages[0].Text}, Language: turn.Language})
	if v != nil {
		return fmt.Errorf("the form is right, but the embedded bot would answer, for the check %q: %s", v.Rule, v.Detail)
	}
	_, err = fmt.Fprintln(out, "valid")
	return err
}

// pick finds the route that is meant.
func (c *brainTryCmd) pick(cfg config.Config) (w config.Workspace, r config.Route, err error) {
	var ids []string
	for _, workspace := range cfg.Workspaces {
		for _, route := range workspace.Routes {
			if route.Brain.Configured() && (c.Route == "" || c.Route == route.ID) {
				w, r, ids = workspace, route, append(ids, route.ID)
			}
		}
	}
	switch {
	case len(ids) == 1:
		return w, r, nil
	case len(ids) > 1:
		return w, r, fmt.Errorf("several routes have a brain; choose one with --route: %s", strings.Join(ids, ", "))
	case c.Route != "":
		return w, r, fmt.Errorf("there is no route %q with a brain; set brain.url there", c.Route)
	}
	return w, r, errors.New("no route has a brain; name the settings file with --config, and set brain.url in one of its routes")
}
