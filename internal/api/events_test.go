package api_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/api"
	"parley/internal/auth"
	"parley/internal/live"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

const (
	patience = time.Minute
	email    = "agent@example.com"
	password = "correct horse battery"
)

// page is a logged-in browser on a served API.
type page struct {
	t    *testing.T
	url  string
	auth *auth.Auth
	http *http.Client
	csrf string
}

func newPage(t *testing.T, s *store.Store) *page {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	now := func() int64 { return time.Now().UnixMilli() }
	a, err := auth.New(auth.Settings{}, s, log, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Enroll(t.Context(), auth.NewUser{Email: email, Name: "Ben", Role: auth.Agent, Password: password}); err != nil {
		t.Fatal(err)
	}
	served := api.New(api.Settings{Heartbeat: 20 * time.Millisecond, Desk: http.NotFoundHandler()}, api.Parts{Store: s, Auth: a, Log: log})
	hub := live.New(s, served.Render, obs.NewMetrics("test", nil, nil), log, now)
	served.SetHub(hub)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); hub.Run(ctx) }()
	server := httptest.NewServer(served.Handler())
	t.Cleanup(func() { cancel(); <-ended; server.Close() })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{t: t, url: server.URL + "/api/v1", auth: a, http: &http.Client{Jar: jar}}
	res, err := p.http.Post(p.url+"/session", "application/json", strings.NewReader(`{"email":"`+email+`","password":"`+password+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var info struct{ CSRFToken string }
	if err := json.NewDecoder(res.Body).Decode(&info); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("log-in answers %s: %v", res.Status, err)
	}
	p.csrf = info.CSRFToken
	return p
}

// events opens the live events and returns once they have begun; ended is closed when they end.
func (p *page) events() (beat <-chan string, ended <-chan struct{}) {
	p.t.Helper()
	res, err := p.http.Get(p.url + "/events")
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = res.Body.Close() })
	text, over := make(chan string, 1000), make(chan struct{})
	go func() {
		defer close(over)
		for buf := make([]byte, 1024); ; {
			n, err := res.Body.Read(buf)
			if n > 0 {
				text <- string(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	p.wait(text, "the first event")
	return text, over
}

func (p *page) wait(text <-chan string, what string) {
	p.t.Helper()
	select {
	case <-text:
	case <-time.After(patience):
		p.t.Fatalf("%s did not come", what)
	}
}

// The live events are as private as every other call: they end with the session they began with.
func TestEvents_endWithTheSession(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(p *page) error{
		"log-out": func(p *page) error {
			req, err := http.NewRequestWithContext(p.t.Context(), http.MethodDelete, p.url+"/session", nil)
			if err != nil {
				return err
			}
			req.Header.Set(auth.CSRFHeader, p.csrf)
			res, err := p.http.Do(req)
			if err == nil {
				_, err = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
			return err
		},
		"disabled": func(p *page) error {
			_, err := p.auth.Disable(p.t.Context(), auth.Console, email)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				p := newPage(t, s)
				beats, ended := p.events()
				p.wait(beats, "a heartbeat of a good session")
				if err := end(p); err != nil {
					t.Fatal(err)
				}
				select {
				case <-ended:
				case <-time.After(patience):
					t.Error("the events went on")
				}
			})
		})
	}
}
