package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"parley/examples/shop"
)

// Shop is the example shop beside the demo, on a port of this machine only.
type Shop struct {
	Tools      string // the file that declares it
	url, token string
	others     func(string) (string, bool) // the process's environment
	server     *http.Server
	served     chan error
}

// StartShop serves the example shop and writes its tools to a file, unless there is one.
func StartShop(tools string, env func(string) (string, bool)) (*Shop, error) {
	if _, err := os.Stat(tools); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(tools), 0o750); err != nil {
			return nil, err
		}
		if err := os.WriteFile(tools, shop.ToolsYAML, 0o600); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Shop{Tools: tools, others: env, url: "http://" + l.Addr().String(), token: rand.Text(), served: make(chan error, 1)}
	s.server = &http.Server{Handler: shop.New(s.token, time.Now).Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(l) }()
	return s, nil
}

// Env is the environment for the file of tools: the shop's own, and the process's for what
// people have added.
func (s *Shop) Env(name string) (string, bool) {
	switch name {
	case "SHOP_URL":
		return s.url, true
	case "SHOP_TOKEN":
		return s.token, true
	}
	return s.others(name)
}

// Stop ends the shop; calls under way get five seconds.
func (s *Shop) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := errors.Join(s.server.Shutdown(ctx), s.server.Close())
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
