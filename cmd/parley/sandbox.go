package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"parley/internal/obs"
	"parley/internal/sandbox"
	"parley/web"
)

type sandboxCmd struct {
	Listen     string `default:"127.0.0.1:8081" help:"Address to listen on. The sandbox has no log-in: keep it on this machine."`
	GatewayURL string `name:"gateway" default:"http://127.0.0.1:8080" help:"Where the seed webhook campaigns post: your integration, without a trailing slash."`
	Data       string `type:"path" placeholder:"FILE" help:"Keep phones, profiles and campaigns in this file; a second run goes on with them. Without it all is forgotten at the end."`
	BrazePorts bool   `help:"Let webhooks reach ports 80 and 443 only, as Braze does."`
	LogLevel   string `default:"warn" enum:"debug,info,warn,error" help:"${enum}."`
}

// Run serves the sandbox until the process is told to stop.
func (c sandboxCmd) Run() error {
	ctx, stop := untilStopped()
	defer stop()
	log, err := obs.NewLogger(os.Stderr, c.LogLevel, "auto")
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	s, err := startSandbox(l, sandbox.Config{Logger: log, GatewayURL: c.GatewayURL, File: c.Data, Page: web.Phone(), BrazePortsOnly: c.BrazePorts})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Printf("sandbox: http://%s  (phones in the browser, Braze's REST API on the same address, key %s)\n", l.Addr(), sandbox.SeedKey)
	<-ctx.Done()
	return s.stop()
}

// runningSandbox is a sandbox with its HTTP server.
type runningSandbox struct {
	sandbox *sandbox.Server
	server  *http.Server
	served  chan error
}

// startSandbox serves on l; with an error l stays open.
func startSandbox(l net.Listener, cfg sandbox.Config) (*runningSandbox, error) {
	pretend, err := sandbox.Open(cfg)
	if err != nil {
		return nil, err
	}
	s := &runningSandbox{sandbox: pretend, served: make(chan error, 1)}
	s.server = &http.Server{Handler: s.sandbox.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.sandbox.Start(context.Background())
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
}

func (s *runningSandbox) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := errors.Join(s.sandbox.Stop(ctx), s.server.Shutdown(ctx), s.server.Close())
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
