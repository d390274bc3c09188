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
	s := startSandbox(l, sandbox.Config{Logger: log, GatewayURL: c.GatewayURL, Page: web.Phone(), BrazePortsOnly: c.BrazePorts})
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

func startSandbox(l net.Listener, cfg sandbox.Config) *runningSandbox {
	s := &runningSandbox{sandbox: sandbox.New(cfg), served: make(chan error, 1)}
	s.server = &http.Server{Handler: s.sandbox.Handler(), ReadHeaderTimeout: 10 * time.Second}
	s.sandbox.Start(context.Background())
	go func() { s.served <- s.server.Serve(l) }()
	return s
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
