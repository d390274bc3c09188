package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"parley/internal/auth"
	"parley/internal/config"
	"parley/internal/store"
)

type configCmd struct {
	Check     configCheckCmd     `cmd:"" help:"Say everything that is wrong with the settings, and how to mend it."`
	Print     configPrintCmd     `cmd:"" help:"Print the settings in force, without secrets."`
	Reference configReferenceCmd `cmd:"" help:"Print the reference of all settings (Markdown)."`
	Sample    configSampleCmd    `cmd:"" help:"Print a settings file to start from (YAML)."`
}

type configCheckCmd struct{ settings }

// Run checks the settings.
func (c configCheckCmd) Run() error {
	if _, err := c.load(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(os.Stdout, "The settings are in order.")
	return err
}

type configPrintCmd struct{ settings }

// Run prints the settings.
func (c configPrintCmd) Run() error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	text, err := cfg.YAML()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

type configReferenceCmd struct{}

// Run prints the reference page.
func (configReferenceCmd) Run() error {
	_, err := os.Stdout.WriteString(config.Reference())
	return err
}

type configSampleCmd struct{}

// Run prints the sample file.
func (configSampleCmd) Run() error {
	_, err := os.Stdout.WriteString(config.Sample())
	return err
}

type migrateCmd struct {
	settings
}

// Run migrates the database, which every start does as well, and lists its steps.
func (c migrateCmd) Run() error {
	return c.with(func(ctx context.Context, _ *auth.Auth, s *store.Store) error {
		steps, err := s.Migrations(ctx)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		for _, m := range steps {
			_, _ = fmt.Fprintf(out, "%d\t%s\tapplied %s\n", m.Version, m.Source, m.Applied.Format(time.DateTime)) // Flush reports the error
		}
		return out.Flush()
	})
}
