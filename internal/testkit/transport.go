package testkit

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// LocalTransport is a round tripper that refuses every request to another machine, so that no test can reach
// Braze, a model or anything else by mistake. The zero value is ready.
type LocalTransport struct {
	// Base carries the requests that may go. Nil means a transport without proxies.
	Base http.RoundTripper
}

// noProxy is the default base: a proxy from the environment would carry requests off the machine.
var noProxy = &http.Transport{ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 64, IdleConnTimeout: 10 * time.Second}

// RoundTrip sends the request when its host is a loopback address or localhost.
func (l LocalTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if host := r.URL.Hostname(); !loopback(host) {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, fmt.Errorf("test request to %q refused: tests talk to this machine only", host)
	}
	if l.Base != nil {
		return l.Base.RoundTrip(r)
	}
	return noProxy.RoundTrip(r)
}

// LocalClient returns a client over LocalTransport that gives up after 10 s.
func LocalClient() *http.Client {
	return &http.Client{Transport: LocalTransport{}, Timeout: 10 * time.Second}
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
