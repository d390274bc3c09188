package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"parley/internal/auth"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
)

type userCmd struct {
	Add     userAddCmd     `cmd:"" help:"Add somebody, or give them a new password; it is read from standard input."`
	List    userListCmd    `cmd:"" help:"List everybody."`
	Disable userDisableCmd `cmd:"" help:"Log somebody out everywhere and keep them out."`
}

type userAddCmd struct {
	settings
	Email string `arg:"" help:"Address to log in with."`
	Name  string `required:"" help:"Name that colleagues see."`
	Role  string `default:"agent" enum:"agent,supervisor,admin" help:"What they may do: ${enum}."`
}

// Run adds a user.
func (c userAddCmd) Run() error {
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && password == "" {
		return fmt.Errorf("no password on standard input; for example: parley user add %s --name … < password.txt", c.Email)
	}
	return c.with(func(ctx context.Context, a *auth.Auth, _ *store.Store) error {
		u, err := a.Enroll(ctx, auth.NewUser{
			Email: c.Email, Name: c.Name, Role: auth.Role(c.Role), Password: config.Secret(strings.TrimRight(password, "\r\n")),
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s may log in as %s\n", u.Email, u.Role)
		return err
	})
}

type userListCmd struct{ settings }

// Run lists all users.
func (c userListCmd) Run() error {
	return c.with(func(ctx context.Context, _ *auth.Auth, s *store.Store) error {
		users, err := s.Users(ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		for _, u := range users {
			state := "active"
			if u.DisabledAt != 0 {
				state = "disabled " + time.UnixMilli(u.DisabledAt).Format(time.DateOnly)
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", u.Email, u.Name, u.Role, state) // Flush reports the error
		}
		return out.Flush()
	})
}

type userDisableCmd struct {
	settings
	Email string `arg:"" help:"Address of the user."`
}

// Run disables a user.
func (c userDisableCmd) Run() error {
	return c.with(func(ctx context.Context, a *auth.Auth, _ *store.Store) error { return a.Disable(ctx, c.Email) })
}

// with opens the configured database for one piece of work.
func (s settings) with(work func(context.Context, *auth.Auth, *store.Store) error) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	log, err := obs.NewLogger(os.Stderr, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return err
	}
	ctx, stop := untilStopped()
	defer stop()
	db, err := store.Open(ctx, cfg.Database.Reveal())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // everything that matters was committed
	a, err := auth.New(auth.Settings{PublicURL: cfg.PublicURL}, db, log, func() int64 { return time.Now().UnixMilli() })
	if err != nil {
		return err
	}
	return work(ctx, a, db)
}
