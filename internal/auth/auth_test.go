package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	email    = "agent@example.com"
	password = config.Secret("correct horse battery")
)

var home = Client{Address: netip.MustParseAddr("192.0.2.1"), Browser: "Test/1.0"}

// clock is the time of one test in Unix milliseconds.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() int64              { return c.ms.Load() }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

// bundle is an Auth on a fresh store, with one agent enrolled.
type bundle struct {
	*Auth
	clock *clock
	store *store.Store
	log   *bytes.Buffer
}

func setup(t *testing.T, s *store.Store, set Settings) bundle {
	t.Helper()
	b := bundle{clock: &clock{}, store: s, log: &bytes.Buffer{}}
	b.clock.ms.Store(1_700_000_000_000)
	log, err := obs.NewLogger(b.log, "debug", "json")
	if err != nil {
		t.Fatal(err)
	}
	if b.Auth, err = New(set, s, log, b.clock.now); err != nil {
		t.Fatal(err)
	}
	b.costs = params{memory: 64, passes: 1, lanes: 1} // hundreds of log-ins, most of them not about the hash
	b.decoy = b.costs.encode(newSalt(), make([]byte, keyBytes))
	if _, err := b.Enroll(t.Context(), NewUser{Email: email, Name: "Grace", Role: Agent, Password: password}); err != nil {
		t.Fatal(err)
	}
	return b
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, b bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, setup(t, s, Settings{})) })
}

// one runs a test on the embedded database, for what has nothing to do with databases.
func one(t *testing.T, set Settings) bundle {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return setup(t, s, set)
}

func (b bundle) login(t *testing.T) Session {
	t.Helper()
	s, err := b.Login(t.Context(), email, password, home)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLogin_startsASessionThatOnlyItsTokenResumes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		first, err := b.Login(t.Context(), " Agent@Example.COM ", password, home)
		if err != nil {
			t.Fatal(err)
		}
		second := b.login(t)
		if first.Token == second.Token || first.CSRF == second.CSRF {
			t.Error("two sessions share a secret")
		}
		raw, err := base64.RawURLEncoding.DecodeString(first.Token.Reveal())
		if err != nil || len(raw) != 32 {
			t.Errorf("token has %d bytes: %v", len(raw), err)
		}
		if _, err := b.store.SessionByHash(t.Context(), first.Token.Reveal()); !notFound(err) {
			t.Errorf("the token itself is stored: %v", err)
		}
		got, err := b.Resume(t.Context(), first.Token)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, got, first)
		testkit.Diff(t, User{ID: got.User.ID, Email: got.User.Email, Name: got.User.Name, Role: got.User.Role}, User{ID: first.User.ID, Email: email, Name: "Grace", Role: Agent})
		for _, token := range []config.Secret{"", "x", first.Token + "x", config.Secret(tokenHash(first.Token.Reveal())), config.Secret(strings.Repeat("x", 5000))} {
			if _, err := b.Resume(t.Context(), token); !errors.Is(err, ErrNoSession) {
				t.Errorf("token of %d bytes: %v", len(token), err)
			}
		}
	})
}

func TestLogin_refusesEverybodyElseAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		if _, err := b.Enroll(t.Context(), NewUser{Email: "gone@example.com", Name: "Gone", Role: Supervisor, Password: password}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Disable(t.Context(), Console, "gone@example.com"); err != nil {
			t.Fatal(err)
		}
		for _, try := range []struct {
			email    string
			password config.Secret
		}{
			{email, "wrong horse battery"},
			{email, ""},
			{email, config.Secret(strings.Repeat("x", 1<<20))},
			{"nobody@example.com", password},
			{"gone@example.com", password},
			{"' OR 1=1 --", password},
			{"", ""},
		} {
			if _, err := b.Login(t.Context(), try.email, try.password, home); err != ErrCredentials { // the very same value: nothing may tell the cases apart
				t.Errorf("%q: %v", try.email, err)
			}
		}
	})
}

func TestLogin_neverAcceptsTheDecoy(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	if ok, _, err := b.verify(t.Context(), "", b.decoy); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestLogin_renewsHashesOfOtherCosts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		b.costs = today()
		salt := []byte("0123456789abcdef")
		b64 := base64.RawStdEncoding
		cheap := fmt.Sprintf("$argon2id$v=19$m=64,t=1,p=2$%s$%s", b64.EncodeToString(salt), b64.EncodeToString(argon2.IDKey([]byte(password.Reveal()), salt, 1, 64, 2, 32)))
		u, err := b.store.UserByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		u.PasswordHash = cheap
		if err := b.store.Write(t.Context(), func(tx *store.Tx) error { return tx.UpsertUser(t.Context(), u) }); err != nil {
			t.Fatal(err)
		}
		b.login(t)
		renewed, err := b.store.UserByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(renewed.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Errorf("hash is %s", renewed.PasswordHash)
		}
		b.login(t)
		again, err := b.store.UserByEmail(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, again, renewed)
	})
}

func TestResume_endsWithTime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		idle := b.login(t)
		b.clock.advance(12 * time.Hour)
		if _, err := b.Resume(t.Context(), idle.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("after 12 h without use: %v", err)
		}
		used := b.login(t)
		lived := time.Duration(0)
		for ; lived < 30*24*time.Hour; lived += 11 * time.Hour {
			if _, err := b.Resume(t.Context(), used.Token); err != nil {
				break
			}
			b.clock.advance(11 * time.Hour)
		}
		if lived < 14*24*time.Hour || lived > 15*24*time.Hour {
			t.Errorf("a session in use lived %v, want 14 days", lived)
		}
	})
}

func TestResume_endsWithLogoutAndDisabling(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		left, stays := b.login(t), b.login(t)
		for range 2 { // the second finds nothing to end
			if err := b.Logout(t.Context(), left.Token); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Resume(t.Context(), left.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("after logging out: %v", err)
		}
		if _, err := b.Resume(t.Context(), stays.Token); err != nil {
			t.Errorf("the other session: %v", err)
		}
		if _, err := b.Disable(t.Context(), Console, email); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Resume(t.Context(), stays.Token); !errors.Is(err, ErrNoSession) {
			t.Errorf("after disabling: %v", err)
		}
	})
}

func TestEnroll_replacesButKeepsTheID(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b bundle) {
		before := b.login(t).User
		u, err := b.Enroll(t.Context(), NewUser{Email: "AGENT@example.com", Name: " Grace H. ", Role: "Supervisor", Password: "another password"})
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, u, User{ID: before.ID, Email: email, Name: "Grace H.", Role: Supervisor})
		if _, err := b.Login(t.Context(), email, password, home); !errors.Is(err, ErrCredentials) {
			t.Errorf("old password: %v", err)
		}
	})
}

func TestEnroll_saysWhatToMend(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	good := NewUser{Email: "new@example.com", Name: "New", Role: Agent, Password: password}
	for want, change := range map[string]func(*NewUser){
		"e-mail":                     func(n *NewUser) { n.Email = "new" },
		"name is missing":            func(n *NewUser) { n.Name = " " },
		"is not a role":              func(n *NewUser) { n.Role = "root" },
		"use at least 10 characters": func(n *NewUser) { n.Password = "ünseren9x" },
		"use at most 1024 bytes":     func(n *NewUser) { n.Password = config.Secret(strings.Repeat("x", 1025)) },
	} {
		n := good
		change(&n)
		_, err := b.Enroll(t.Context(), n)
		var e *chat.Error
		if !errors.As(err, &e) || e.Code != chat.Invalid || !strings.Contains(e.Message, want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if _, err := b.Disable(t.Context(), Console, "nobody@example.com"); !notFound(err) {
		t.Errorf("disable nobody: %v", err)
	}
}

func TestLogin_internalFailuresAreNoGuesses(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for range 40 {
		_, err := b.Login(cancelled, email, password, home)
		if err == nil || errors.Is(err, ErrCredentials) || Status(err) != 500 {
			t.Fatalf("%v", err)
		}
	}
	b.login(t)
}

func TestVerify_readsOnlyWellFormedHashes(t *testing.T) {
	t.Parallel()
	a := &Auth{costs: today(), hashing: make(chan struct{}, 1)}
	hash, err := a.hash(t.Context(), password.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.hash(t.Context(), password.Reveal())
	if err != nil || other == hash {
		t.Fatalf("two hashes of one password are equal: %v", err)
	}
	if ok, stale, err := a.verify(t.Context(), password.Reveal(), hash); !ok || stale || err != nil {
		t.Errorf("%v %v %v", ok, stale, err)
	}
	parts := strings.Split(hash, "$")
	for _, bad := range []string{
		"", "$", "plain", "$2b$10$abcdefghijklmnopqrstuv", strings.Replace(hash, "argon2id", "argon2i", 1), strings.Replace(hash, "v=19", "v=16", 1),
		strings.Replace(hash, "m=19456", "m=99999999", 1), strings.Replace(hash, "t=2", "t=0", 1), strings.Replace(hash, "p=1", "p=0", 1), strings.Replace(hash, "p=1", "p=300", 1),
		strings.Replace(hash, parts[4], "!!", 1), strings.Replace(hash, parts[5], "AAAA", 1), hash + "$", strings.TrimSuffix(hash, "$"+parts[5]),
	} {
		if _, _, err := a.verify(t.Context(), password.Reveal(), bad); !errors.Is(err, errHash) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestDerive_waitsForAPlaceOrTheContext(t *testing.T) {
	t.Parallel()
	a := &Auth{costs: today(), hashing: make(chan struct{}, 1)}
	a.hashing <- struct{}{} // every place is taken
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.hash(ctx, password.Reveal()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-a.hashing
	if _, err := a.hash(t.Context(), password.Reveal()); err != nil {
		t.Error(err)
	}
	if len(a.hashing) != 0 {
		t.Error("a place is not given back")
	}
}

func TestRole_allows(t *testing.T) {
	t.Parallel()
	order := []Role{"", Agent, Supervisor, Admin}
	for i, has := range order {
		for j, needs := range order {
			if got, want := has.Allows(needs), j > 0 && i >= j; got != want {
				t.Errorf("%q allows %q: %v", has, needs, got)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(today().encode(make([]byte, saltBytes), make([]byte, keyBytes)))
	f.Add("$argon2id$v=19$m=64,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, stored string) {
		p, salt, key, err := decode(stored)
		if err != nil {
			return
		}
		if p.memory == 0 || p.passes == 0 || p.lanes == 0 || len(salt) == 0 || len(key) == 0 {
			t.Errorf("%q is accepted as %+v", stored, p)
		}
	})
}

// TestLog_holdsNoSecrets looks for what was typed in everything that was logged.
func TestLog_holdsNoSecrets(t *testing.T) {
	t.Parallel()
	b := one(t, Settings{})
	s := b.login(t)
	b.log.Reset()
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := b.Resume(t.Context(), s.Token)
	if err == nil {
		t.Fatal("a closed store resumes sessions")
	}
	b.failed(t.Context(), "resume", err)
	slog.New(slog.NewJSONHandler(io.MultiWriter(b.log), nil)).Info("session", "session", s)
	for _, secret := range []string{s.Token.Reveal(), password.Reveal()} {
		if strings.Contains(b.log.String(), secret) {
			t.Errorf("logged: %s", b.log)
		}
	}
	if b.log.Len() == 0 {
		t.Error("nothing was logged")
	}
}
