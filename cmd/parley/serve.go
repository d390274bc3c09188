package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"parley/internal/app"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/web"
)

type settings struct {
	File string `name:"config" short:"c" type:"path" env:"PARLEY_CONFIG" help:"Settings file (YAML); docs/config.md lists them. Environment variables win over it."`
}

func (s settings) load() (config.Config, error) {
	return config.Load(s.File, os.LookupEnv, os.ReadFile)
}

type serveCmd struct {
	settings
}

// Run serves until the process is told to stop.
func (c serveCmd) Run() error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	log, err := obs.NewLogger(os.Stderr, cfg.Log.Level, cfg.Log.Format)
	if err != nil {
		return err
	}
	for _, name := range cfg.UnknownVariables(os.Environ()) {
		log.Warn("no setting is named so; the variable is ignored", "variable", name)
	}
	ctx, stop := untilStopped()
	defer stop()
	a, err := app.New(ctx, app.Options{Config: cfg, Log: log, Version: version, Desk: web.Desk(), Env: os.LookupEnv})
	if err != nil {
		return err
	}
	a.Start()
	log.Info("serving", obs.FieldAddress, a.Addr().String(), "ops", a.OpsAddr().String(), obs.FieldVersion, version)
	if len(cfg.Workspaces) == 0 {
		log.Warn("no workspace is configured, so no webhook will be accepted; docs/config.md shows how, parley demo needs none")
	}
	if users, err := a.Store().Users(ctx); err == nil && len(users) == 0 {
		log.Warn("nobody may log in to the desk yet; parley user invite you@example.com --name … --role admin prints a link")
	}
	<-ctx.Done()
	return shutdown(a, log)
}

// untilStopped ends its context at the first interrupt or terminate signal; the
// second one kills the process as usual.
func untilStopped() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	return ctx, stop
}

func shutdown(a *app.App, log *slog.Logger) error {
	log.Info("stopping")
	if err := a.Stop(); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}
