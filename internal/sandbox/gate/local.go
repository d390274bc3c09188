package gate

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"parley/internal/sandbox/wire"
)

// Local keeps other sites and other machines away from next: there is no log-in, so the Host must be loopback
// or one of hosts ("*" is any), and a browser may write only from the sandbox's own page.
func Local(hosts []string, next http.Handler) http.Handler {
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		wire.Write(w, http.StatusForbidden, wire.Message{Message: "a page of another site may not change the sandbox"})
	}))
	inner := own.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowed(hosts, r.Host) {
			wire.Write(w, http.StatusForbidden, wire.Message{Message: fmt.Sprintf("the sandbox does not answer to the name %q: call it by a loopback address, or allow the name in its configuration", r.Host)})
			return
		}
		inner.ServeHTTP(w, r)
	})
}

func allowed(hosts []string, hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.Trim(strings.ToLower(host), "[]")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if address, err := netip.ParseAddr(host); err == nil && address.IsLoopback() {
		return true
	}
	return slices.ContainsFunc(hosts, func(allowed string) bool { return allowed == "*" || strings.EqualFold(allowed, host) })
}
