package auth

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"parley/internal/testkit"
)

// request is one from the desk's own page in a browser with the session's cookie.
func request(method string, s Session) *http.Request {
	r := httptest.NewRequest(method, "http://desk.example.com/api/v1/conversations", nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: s.Token.Reveal()})
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set(CSRFHeader, s.CSRF)
	return r
}

func TestRequire_letsOnlyTheRightRequestsThrough(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	s, other := b.login(t), b.login(t)
	if _, err := b.Enroll(t.Context(), NewUser{Email: "boss@example.com", Name: "Boss", Role: Supervisor, Password: password}); err != nil {
		t.Fatal(err)
	}
	boss, err := b.Login(t.Context(), "boss@example.com", password, home)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		session Session
		method  string
		change  func(r *http.Request)
		least   Permission
		want    int
	}{
		"read":                      {s, http.MethodGet, nil, ReadConversations, 200},
		"read without CSRF token":   {s, http.MethodGet, func(r *http.Request) { r.Header.Del(CSRFHeader) }, ReadConversations, 200},
		"no cookie":                 {s, http.MethodGet, func(r *http.Request) { r.Header.Del("Cookie") }, ReadConversations, 401},
		"unknown session":           {Session{Token: "AAAA"}, http.MethodGet, nil, ReadConversations, 401},
		"cookie of the https name":  {s, http.MethodGet, func(r *http.Request) { r.TLS = &tls.ConnectionState{} }, ReadConversations, 401},
		"role too low":              {s, http.MethodGet, nil, Supervise, 403},
		"role high enough":          {boss, http.MethodPost, nil, Supervise, 200},
		"role above":                {boss, http.MethodPost, nil, ReadConversations, 200},
		"change":                    {s, http.MethodPost, nil, ReadConversations, 200},
		"delete":                    {s, http.MethodDelete, nil, ReadConversations, 200},
		"change without CSRF token": {s, http.MethodPost, func(r *http.Request) { r.Header.Del(CSRFHeader) }, ReadConversations, 403},
		"put without CSRF token":    {s, http.MethodPut, func(r *http.Request) { r.Header.Del(CSRFHeader) }, ReadConversations, 403},
		"odd method without token":  {s, "CHANGE", func(r *http.Request) { r.Header.Del(CSRFHeader) }, ReadConversations, 403},
		"token of another session":  {s, http.MethodPost, func(r *http.Request) { r.Header.Set(CSRFHeader, other.CSRF) }, ReadConversations, 403},
		"token from another site":   {s, http.MethodPost, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, ReadConversations, 403},
		"token from a neighbour":    {s, http.MethodPost, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, ReadConversations, 403},
		"old browser, other origin": {s, http.MethodPost, func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "http://evil.example") }, ReadConversations, 403},
		"old browser, same origin": {s, http.MethodPost, func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "http://desk.example.com")
		}, ReadConversations, 200},
		"program with cookie and CSRF": {s, http.MethodPost, func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }, ReadConversations, 200},
	} {
		r := request(test.method, test.session)
		if test.change != nil {
			test.change(r)
		}
		var seen Session
		w := httptest.NewRecorder()
		b.Require(test.least, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen, _ = From(r.Context()) })).ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
		if w.Code == 200 {
			testkit.Diff(t, seen, test.session)
		} else if seen.User.ID != "" {
			t.Errorf("%s: was served", name)
		}
	}
	if _, ok := From(t.Context()); ok {
		t.Error("a context without a session has one")
	}
}

func TestRequire_hidesInternalErrors(t *testing.T) {
	t.Parallel()
	var refused error
	b := one(t, Settings{Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
		refused = err
		w.WriteHeader(Status(err))
	}})
	s := b.login(t)
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	b.Require(Known, http.NotFoundHandler()).ServeHTTP(w, request(http.MethodGet, s))
	if w.Code != http.StatusInternalServerError || !errors.Is(refused, errInternal) || !strings.Contains(b.log.String(), "identify a user") {
		t.Errorf("%d %v\n%s", w.Code, refused, b.log)
	}
}

func TestCheckOrigin_trustsThePublicAddress(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{PublicURL: "https://parley.example.com"})
	for origin, want := range map[string]error{"https://parley.example.com": nil, "https://evil.example": ErrForged, "": nil} {
		r := httptest.NewRequest(http.MethodPost, "http://10.0.0.5:8080/api/v1/session", nil) // a proxy that changes Host
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if err := b.CheckOrigin(r); !errors.Is(err, want) {
			t.Errorf("%q: %v", origin, err)
		}
	}
	if _, err := New(Settings{PublicURL: "parley.example.com"}, nil, nil, nil); err == nil {
		t.Error("an address without a scheme is accepted")
	}
}

func TestCookie(t *testing.T) {
	t.Parallel()
	proxy := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	forwarded := func(peer string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-Proto", "https")
		return r
	}
	for name, test := range map[string]struct {
		set  Settings
		r    *http.Request
		want string
	}{
		"http":            {Settings{}, httptest.NewRequest(http.MethodGet, "/", nil), "parley=secret; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax"},
		"TLS":             {Settings{}, httptest.NewRequest(http.MethodGet, "https://desk.example.com/", nil), "__Host-parley=secret; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax"},
		"public address":  {Settings{PublicURL: "https://desk.example.com"}, httptest.NewRequest(http.MethodGet, "/", nil), "__Host-parley=secret; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax"},
		"trusted proxy":   {Settings{TrustedProxies: proxy}, forwarded("10.1.2.3:4"), "__Host-parley=secret; Path=/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax"},
		"untrusted proxy": {Settings{TrustedProxies: proxy}, forwarded("192.0.2.9:4"), "parley=secret; Path=/; Max-Age=1209600; HttpOnly; SameSite=Lax"},
	} {
		test.set.Longest = 14 * 24 * time.Hour
		a := &Auth{set: test.set}
		w := httptest.NewRecorder()
		a.SetCookie(w, test.r, Session{Token: "secret"})
		if got := w.Header().Get("Set-Cookie"); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
		w = httptest.NewRecorder()
		a.ClearCookie(w, test.r)
		if got := w.Header().Get("Set-Cookie"); !strings.Contains(got, "Max-Age=0") || strings.Contains(got, "secret;") {
			t.Errorf("%s, cleared: %s", name, got)
		}
	}
}

func TestClient(t *testing.T) {
	t.Parallel()
	a := &Auth{set: Settings{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}}}
	for _, test := range []struct {
		peer string
		hops []string
		want string
	}{
		{"192.0.2.9:1234", nil, "192.0.2.9"},
		{"192.0.2.9:1234", []string{"203.0.113.7"}, "192.0.2.9"}, // not a proxy of ours: anybody can write the header
		{"10.0.0.1:1234", nil, "10.0.0.1"},
		{"10.0.0.1:1234", []string{"203.0.113.7"}, "203.0.113.7"},
		{"10.0.0.1:1234", []string{"6.6.6.6, 203.0.113.7"}, "203.0.113.7"},
		{"10.0.0.1:1234", []string{"6.6.6.6", "203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		{"10.0.0.1:1234", []string{"rubbish, 10.0.0.2"}, "10.0.0.2"},
		{"10.0.0.1:1234", []string{"203.0.113.7:5678"}, "203.0.113.7"},
		{"[2001:db8::1]:1234", []string{"2a00:1450::7"}, "2a00:1450::7"},
		{"[::ffff:10.0.0.1]:1234", []string{"203.0.113.7"}, "203.0.113.7"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = test.peer
		for _, hop := range test.hops {
			r.Header.Add("X-Forwarded-For", hop)
		}
		if got := a.Address(r).String(); got != test.want {
			t.Errorf("%s %v: %s, want %s", test.peer, test.hops, got, test.want)
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "@"
	if a.Address(r).IsValid() {
		t.Error("a Unix socket has an address")
	}
}
