package doctor

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// database checks what messages are stored in.
func (e *examination) database(ctx context.Context) {
	if e.Store == nil {
		return // who could not open it has said so
	}
	begun := e.Now()
	if err := e.Store.Ping(ctx); err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	steps, err := e.Store.Migrations(ctx)
	if err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	for _, s := range steps {
		if s.Applied.IsZero() {
			e.fail("migration", "database", migrationPending(s.Source))
			return
		}
	}
	e.ok("database", "database", databaseFine(e.Store.Dialect.Name, e.Now().Sub(begun)))
	users, err := e.Store.Users(ctx)
	if err != nil {
		e.fail("database", "database", databaseSilent(err.Error()))
		return
	}
	admins := 0
	for _, u := range users {
		if u.DisabledAt == 0 && u.Role == "admin" {
			admins++
		}
	}
	if admins == 0 {
		e.warn("users", "desk", nobodyLogsIn())
	}
}

// public knocks at the address that Braze is to post to, as far as it can be tried from
// here: a firewall may still let us in and keep Braze out.
func (e *examination) public(ctx context.Context) {
	text := e.Config.PublicURL
	u, err := url.Parse(text)
	sandboxed := e.sandboxed()
	switch {
	case text == "" && sandboxed:
		return
	case text == "":
		e.warn("public_url", "public_url", publicMissing())
		return
	case err != nil:
		e.fail("public_url", "public_url", publicUnreachable(text, err.Error()))
		return
	case !sandboxed && u.Scheme != "https":
		e.fail("public_https", "public_url", publicPlain(text))
	case !sandboxed && private(u.Hostname()):
		e.fail("public_private", "public_url", publicPrivate(u.Hostname()))
		return
	}
	for _, w := range e.Config.Workspaces {
		for _, r := range w.Routes {
			e.knock(ctx, strings.TrimRight(text, "/")+"/braze/inbound/"+r.ID, r.ID)
		}
	}
}

// sandboxed says whether every workspace talks to a sandbox on this machine.
func (e *examination) sandboxed() bool {
	for _, w := range e.Config.Workspaces {
		u, err := url.Parse(w.Braze.Endpoint)
		if err != nil || !private(u.Hostname()) {
			return false
		}
	}
	return len(e.Config.Workspaces) > 0
}

// private reports whether only this machine or its neighbours can reach a host by that name.
func private(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.IsLoopback() || address.IsPrivate() || address.IsLinkLocalUnicast() || address.IsUnspecified()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || !strings.Contains(host, ".") ||
		strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".localhost")
}

// knock posts to a route without its secret. Parley answers 401 with its own words; whatever else answers stands in between.
func (e *examination) knock(ctx context.Context, address, route string) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader("{}"))
	if err != nil {
		e.fail("public_url", route, publicUnreachable(address, err.Error()))
		return
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: e.HTTP, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		e.fail("public_name", route, publicName(req.URL.Hostname()))
		return
	case err != nil:
		e.fail("public_url", route, publicUnreachable(address, cause(err)))
		return
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	ours := err == nil && strings.Contains(res.Header.Get("Content-Type"), "application/problem+json")
	switch {
	case res.StatusCode == http.StatusUnauthorized && ours:
		e.ok("public_url", route, publicFine(address))
	case res.StatusCode >= 300 && res.StatusCode < 400:
		e.fail("public_redirect", route, publicRedirect(address, res.Header.Get("Location")))
	case res.StatusCode == http.StatusNotFound && ours:
		e.fail("public_route", route, publicRoute(route))
	default:
		e.fail("public_foreign", route, publicForeign(address, res.StatusCode, len(body) > 0))
	}
}

func cause(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}
