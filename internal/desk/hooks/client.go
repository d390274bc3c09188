package hooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"parley/internal/chat"
)

// timeout bounds one call, from dialling to the end of the answer.
const timeout = 10 * time.Second

// errPrivate is why an address inside the network is not called: a webhook must not
// be a way to reach what the internet cannot.
var errPrivate = errors.New("the name leads to a private address; set hooks.allow_private if that is meant")

// NewClient makes the client that calls receivers. It goes through no proxy, follows
// no redirect, and checks each address when it is dialled, after the name was looked
// up, so that a name cannot be made to lead inside later.
func NewClient(allowPrivate bool) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !allowPrivate && !public(a.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxIdleConnsPerHost: perHook, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// closed are ranges that no public receiver has (IANA, "IPv4 and IPv6 Special-Purpose Address Registries").
var closed = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
)

// hidden carry an IPv4 address in their bytes from the given one on.
var hidden = map[netip.Prefix]int{
	netip.MustParsePrefix("64:ff9b::/96"):   12,
	netip.MustParsePrefix("64:ff9b:1::/48"): 12,
	netip.MustParsePrefix("2002::/16"):      2,
}

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// public reports whether an address is one of the internet's.
func public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	for prefix, from := range hidden {
		if prefix.Contains(a) {
			bytes := a.As16()
			return public(netip.AddrFrom4([4]byte(bytes[from : from+4])))
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// CheckURL says what is wrong with a receiver's address, as far as that can be known
// without calling it.
func CheckURL(text string, allowPrivate bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return chat.Errorf(chat.Invalid, "url: this is not a web address; write one such as https://example.com/parley")
	case u.User != nil:
		return chat.Errorf(chat.Invalid, "url: leave name and password out; the signature says who calls")
	case u.Fragment != "":
		return chat.Errorf(chat.Invalid, "url: leave out what follows the #; it would not be sent")
	case u.Scheme == "http" && !allowPrivate:
		return chat.Errorf(chat.Invalid, "url: use https, because events hold what customers write; http is for hooks.allow_private only")
	}
	a, err := netip.ParseAddr(strings.Trim(u.Hostname(), "[]"))
	inside := err == nil && !public(a) || strings.EqualFold(u.Hostname(), "localhost")
	if inside && !allowPrivate {
		return chat.Errorf(chat.Invalid, "url: %s is a private address; set hooks.allow_private if that is meant", u.Hostname())
	}
	return nil
}

// trouble says why a call failed, as a code and a sentence, without the address that was called.
func trouble(err error) string {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case errors.Is(err, errPrivate):
		return "private: " + errPrivate.Error()
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		return fmt.Sprintf("timeout: no answer within %d s", int(timeout.Seconds()))
	case errors.As(err, &dns):
		return "dns: the name could not be looked up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused: nobody listens there"
	case errors.As(err, &op) && op.Op == "dial":
		return "no_connection: no connection could be made"
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return "broken: the connection broke: " + err.Error()
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
