package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/access"
)

type userCmd struct {
	Invite  userInviteCmd  `cmd:"" help:"Add somebody and print the link with which they set a password."`
	Reset   userResetCmd   `cmd:"" help:"Print a link with which somebody sets a new password."`
	Add     userAddCmd     `cmd:"" help:"Add somebody with a password that is read from standard input, or give them that one."`
	List    userListCmd    `cmd:"" help:"List everybody."`
	Disable userDisableCmd `cmd:"" help:"Log somebody out everywhere and keep them out."`
	Enable  userEnableCmd  `cmd:"" help:"Let somebody log in again."`
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
	return c.with(func(ctx context.Context, a *auth.Auth, s *store.Store) error {
		u, err := a.Enroll(ctx, auth.NewUser{
			Email: c.Email, Name: c.Name, Role: auth.Role(c.Role), Password: config.Secret(strings.TrimRight(password, "\r\n")),
		})
		if err != nil {
			return err
		}
		if err := record(ctx, s, "add-user", u.ID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s may log in as %s\n", u.Email, u.Role)
		return err
	})
}

type userInviteCmd struct {
	settings
	Email string `arg:"" help:"Address to log in with."`
	Name  string `required:"" help:"Name that colleagues see."`
	Role  string `default:"agent" enum:"agent,supervisor,admin" help:"What they may do: ${enum}."`
}

// Run invites a user.
func (c userInviteCmd) Run() error {
	return c.link("invite-user", func(ctx context.Context, a *auth.Auth) (auth.Link, error) {
		return a.Invite(ctx, auth.Console, auth.NewUser{Email: c.Email, Name: c.Name, Role: auth.Role(c.Role)})
	})
}

type userResetCmd struct {
	settings
	Email string `arg:"" help:"Address of the user."`
}

// Run makes a link to a new password.
func (c userResetCmd) Run() error {
	return c.link("reset-password", func(ctx context.Context, a *auth.Auth) (auth.Link, error) {
		return a.ResetLink(ctx, auth.Console, account(c.Email))
	})
}

// link prints a one-time link as it reaches the desk from outside, or from this machine without a public_url.
func (s settings) link(action string, make func(context.Context, *auth.Auth) (auth.Link, error)) error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	origin := strings.TrimSuffix(cfg.PublicURL, "/")
	if origin == "" {
		origin = "http://" + strings.Replace(cfg.Listen, "0.0.0.0:", "127.0.0.1:", 1)
	}
	return s.with(func(ctx context.Context, a *auth.Auth, db *store.Store) error {
		l, err := make(ctx, a)
		if err != nil {
			return err
		}
		if err := record(ctx, db, action, l.UserID); err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s%s%s\nworks once, until %s; send it to nobody else\n",
			origin, auth.WelcomePath, l.Secret.Reveal(), l.Expires.Format("2006-01-02 15:04 MST"))
		return err
	})
}

// record puts what the command line did into the audit log.
func record(ctx context.Context, s *store.Store, action, userID string) error {
	return s.Write(ctx, func(tx *store.Tx) error {
		return access.InsertEntries(ctx, tx, []access.Entry{{
			ID: chat.NewID(), At: time.Now().UnixMilli(), Actor: auth.Console.ID, Action: action, Target: "users/" + userID, Status: http.StatusOK,
		}})
	})
}

// account is the form in which addresses are stored.
func account(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

type userListCmd struct{ settings }

// Run lists all users.
func (c userListCmd) Run() error {
	return c.with(func(ctx context.Context, a *auth.Auth, _ *store.Store) error {
		users, err := a.Accounts(ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		for _, u := range users {
			seen := "never seen"
			if !u.SeenAt.IsZero() {
				seen = "seen " + u.SeenAt.Format(time.DateOnly)
			}
			_, _ = fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", u.Email, u.Name, u.Role, u.State, seen) // Flush reports the error
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
	return c.with(func(ctx context.Context, a *auth.Auth, s *store.Store) error {
		u, err := a.Disable(ctx, auth.Console, account(c.Email))
		if err != nil {
			return err
		}
		return record(ctx, s, "disable-user", u.ID)
	})
}

type userEnableCmd struct {
	settings
	Email string `arg:"" help:"Address of the user."`
}

// Run enables a user.
func (c userEnableCmd) Run() error {
	return c.with(func(ctx context.Context, a *auth.Auth, s *store.Store) error {
		u, err := a.Enable(ctx, auth.Console, account(c.Email))
		if err != nil {
			return err
		}
		return record(ctx, s, "enable-user", u.ID)
	})
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
