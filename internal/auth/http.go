package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"parley/internal/config"
	"parley/internal/obs"
)

// CSRFHeader carries Session.CSRF in requests that change something.
const CSRFHeader = "X-CSRF-Token"

// Names of the session cookie. Browsers take a __Host- cookie only over https, for the whole host and from that
// host itself, so that no neighbour can plant one ("Set-Cookie", developer.mozilla.org).
const (
	cookieName       = "parley"
	secureCookieName = "__Host-parley"
)

type sessionKey struct{}

// From returns the session of a request that Require let through.
func From(ctx context.Context) (Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(Session)
	return s, ok
}

// Status is the HTTP status for an error of this package: 401, 403 or 429, and 500 for what is internal.
func Status(err error) int {
	var throttled *ThrottledError
	switch {
	case errors.Is(err, ErrCredentials), errors.Is(err, ErrNoSession), errors.Is(err, ErrToken):
		return http.StatusUnauthorized
	case errors.Is(err, ErrRole), errors.Is(err, ErrScope), errors.Is(err, ErrInPerson), errors.Is(err, ErrForged):
		return http.StatusForbidden
	case errors.As(err, &throttled):
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

// Require lets a request through when it comes with a valid API token, or has a session and, if it may change
// something, comes from the desk's own page with the session's CSRF token; and its caller may do what is needed.
// next finds the session with From. Everything else is answered by Settings.Refuse.
func (a *Auth) Require(need Permission, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := a.Identify(r)
		if err == nil {
			err = s.User.Check(need)
		}
		if err != nil {
			if Status(err) == http.StatusInternalServerError && r.Context().Err() == nil {
				a.failed(r.Context(), "identify a user", err)
				err = errInternal
			}
			a.set.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, s)))
	})
}

// errInternal replaces errors whose text must not leave the building.
var errInternal = errors.New("log-ins cannot be checked at the moment; try again")

// Check is nil when the caller may do it, and otherwise says what is missing: ErrRole, ErrScope or ErrInPerson.
func (u User) Check(need Permission) error {
	switch {
	case u.May(need):
		return nil
	case u.Scopes == nil:
		return ErrRole
	case need == InPerson:
		return ErrInPerson
	}
	return ErrScope
}

// Identify returns the session of a request's cookie, after the checks against forged requests, or one that stands
// for the request's API token. A request with a token is never judged by its cookies, so that no page can borrow
// them. Its errors are those of Resume, ErrToken and ErrForged.
func (a *Auth) Identify(r *http.Request) (Session, error) {
	if secret, ok := bearer(r); ok {
		return a.byToken(r.Context(), secret)
	}
	cookie, err := r.Cookie(a.cookieName(r))
	if err != nil {
		return Session{}, ErrNoSession
	}
	s, err := a.Resume(r.Context(), config.Secret(cookie.Value))
	if err != nil {
		return Session{}, err
	}
	if isSafe(r.Method) {
		return s, nil
	}
	if err := a.CheckOrigin(r); err != nil {
		return Session{}, err
	}
	if subtle.ConstantTimeCompare([]byte(r.Header.Get(CSRFHeader)), []byte(s.CSRF)) != 1 {
		return Session{}, ErrForged
	}
	return s, nil
}

// Client says where a request comes from.
func (a *Auth) Client(r *http.Request) Client {
	return Client{Address: a.Address(r), Browser: r.UserAgent()}
}

// CheckOrigin returns ErrForged for a request that another site's page made a browser send. The log-in needs
// it, having no session yet whose CSRF token it could bring.
func (a *Auth) CheckOrigin(r *http.Request) error {
	if err := a.origin.Check(r); err != nil {
		a.log.WarnContext(r.Context(), "request from another site refused", obs.FieldPath, r.URL.Path)
		return ErrForged
	}
	return nil
}

// isSafe reports whether a method changes nothing (RFC 9110, section 9.2.1).
func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// SetCookie gives a session to the browser. r is the request being answered.
func (a *Auth) SetCookie(w http.ResponseWriter, r *http.Request, s Session) {
	http.SetCookie(w, a.cookie(r, s.Token.Reveal(), int(a.set.Longest.Seconds())))
}

// ClearCookie takes the session from the browser.
func (a *Auth) ClearCookie(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, a.cookie(r, "", -1))
}

func (a *Auth) cookie(r *http.Request, value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: a.cookieName(r), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: a.Secure(r),
	}
}

func (a *Auth) cookieName(r *http.Request) string {
	if a.Secure(r) {
		return secureCookieName
	}
	return cookieName
}

// Secure reports whether the browser reached us over https: by itself, through a trusted proxy, or because
// public_url says that it always does.
func (a *Auth) Secure(r *http.Request) bool {
	if r.TLS != nil || strings.HasPrefix(a.set.PublicURL, "https://") {
		return true
	}
	return a.isProxy(peer(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// Origin is where the browser of a request finds the desk, such as https://parley.example.com: public_url if there is
// one, and otherwise what the request was sent to.
func (a *Auth) Origin(r *http.Request) string {
	switch {
	case a.set.PublicURL != "":
		return strings.TrimSuffix(a.set.PublicURL, "/")
	case a.Secure(r):
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Address returns the address of the client: the peer's, or behind trusted proxies the last address in
// X-Forwarded-For that is not one of them. What stands before that one anybody could have written. The zero
// Addr stands for a peer without an address, such as a Unix socket.
func (a *Auth) Address(r *http.Request) netip.Addr {
	client := peer(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !a.isProxy(client) {
			break
		}
		address, err := parseHop(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		client = address
	}
	return client
}

func (a *Auth) isProxy(address netip.Addr) bool {
	return slices.ContainsFunc(a.set.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// parseHop reads an address with or without a port, as proxies write both.
func parseHop(text string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(text); err == nil {
		return with.Addr().Unmap().WithZone(""), nil
	}
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err
}

func peer(r *http.Request) netip.Addr {
	address, err := parseHop(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address
}
