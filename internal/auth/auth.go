// Package auth decides who may use the desk: passwords, sessions, roles, and the checks that stand before the
// HTTP API. It owns what a secret looks like at rest, and writes users and sessions through the store; it knows
// no conversations and answers no request itself but to refuse it.
//
// Start reading at [Auth.Login] and [Auth.Require].
package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
)

// Role says how much a user may do. Each role may do what the ones before it may.
type Role string

// The roles, from least to most.
const (
	Agent      Role = "agent"      // answers customers
	Supervisor Role = "supervisor" // also sees everybody's work and the reports
	Admin      Role = "admin"      // also changes users and settings
)

var ranks = map[Role]int{Agent: 1, Supervisor: 2, Admin: 3}

// ParseRole reads a role from user input.
func ParseRole(text string) (Role, error) {
	role := Role(strings.ToLower(strings.TrimSpace(text)))
	if ranks[role] == 0 {
		return "", chat.Errorf(chat.Invalid, "%q is not a role; use agent, supervisor or admin", text)
	}
	return role, nil
}

// Allows reports whether somebody of role r may do what needs at least role least. An unknown role may
// nothing, and nobody may do what needs an unknown role.
func (r Role) Allows(least Role) bool { return ranks[least] > 0 && ranks[r] >= ranks[least] }

// User is somebody who may log in, without anything secret.
type User struct {
	ID, Email, Name string
	Role            Role
}

func userOf(u store.User) User {
	return User{ID: u.ID, Email: u.Email, Name: u.Name, Role: Role(u.Role)}
}

// Settings are what an operator decides about log-ins.
type Settings struct {
	// PublicURL is the address of the desk, from the settings; with https all cookies are Secure.
	PublicURL string
	// TrustedProxies may say with headers who the client is and that it came by https.
	TrustedProxies []netip.Prefix
	// Idle ends a session that is not used for so long; zero means 12 h.
	Idle time.Duration
	// Longest ends a session however much it is used; zero means 14 days.
	Longest time.Duration
	// Refuse answers a request that Require does not let through, with the status of Status(err). Nil means a
	// plain text.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

// Auth checks passwords and sessions. Its methods may be called from any goroutine.
type Auth struct {
	set       Settings
	store     *store.Store
	log       *slog.Logger
	now       func() int64
	origin    *http.CrossOriginProtection
	hashing   chan struct{} // one place for each password being hashed
	decoy     string        // hash of no password, checked when there is no such user
	accounts  *throttle
	addresses *throttle
}

// New returns an Auth on the store. now is the time in Unix milliseconds.
func New(set Settings, s *store.Store, log *slog.Logger, now func() int64) (*Auth, error) {
	if set.Idle == 0 {
		set.Idle = 12 * time.Hour
	}
	if set.Longest == 0 {
		set.Longest = 14 * 24 * time.Hour
	}
	if set.Refuse == nil {
		set.Refuse = func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), Status(err)) }
	}
	origin := http.NewCrossOriginProtection()
	if set.PublicURL != "" {
		if err := origin.AddTrustedOrigin(set.PublicURL); err != nil {
			return nil, fmt.Errorf("public_url: %w", err)
		}
	}
	return &Auth{
		set: set, store: s, log: log, now: now, origin: origin,
		hashing: make(chan struct{}, maxHashing), decoy: encode(newSalt(), make([]byte, keyBytes)),
		// A person mistypes a few times; a program that guesses gets one try a minute for each account, and an
		// address, behind which a whole office may sit, one in five seconds.
		accounts:  newThrottle(time.Minute, 10),
		addresses: newThrottle(5*time.Second, 30),
	}, nil
}

// NewUser is what it takes to add a user.
type NewUser struct {
	Email, Name string
	Role        Role
	Password    config.Secret
}

// Enroll adds a user, or replaces name, role and password of the one with this address and lets them log in
// again if they were disabled. The error is a chat.Error when an entry is to be mended.
func (a *Auth) Enroll(ctx context.Context, n NewUser) (User, error) {
	email, err := normalEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	role, err := ParseRole(string(n.Role))
	if err != nil {
		return User{}, err
	}
	name := strings.TrimSpace(n.Name)
	if name == "" {
		return User{}, chat.Errorf(chat.Invalid, "a name is missing; colleagues see it in the desk")
	}
	hash, err := a.hash(ctx, n.Password.Reveal())
	if err != nil {
		return User{}, err
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		return tx.UpsertUser(ctx, store.User{
			ID: chat.NewID(), Email: email, Name: name, Role: string(role), PasswordHash: hash, CreatedAt: a.now(),
		})
	})
	if err != nil {
		return User{}, fmt.Errorf("enroll a user: %w", err)
	}
	u, err := a.store.UserByEmail(ctx, email) // an address that existed keeps its id
	if err != nil {
		return User{}, fmt.Errorf("enroll a user: %w", err)
	}
	return userOf(u), nil
}

// Disable ends all sessions of a user and refuses new ones, until the user is enrolled again. The error is a
// chat.Error with code NotFound when there is no such user.
func (a *Auth) Disable(ctx context.Context, email string) error {
	email, err := normalEmail(email)
	if err != nil {
		return err
	}
	u, err := a.store.UserByEmail(ctx, email)
	if err != nil {
		return err
	}
	u.DisabledAt = a.now() // Resume looks at the user each time, which is what ends the sessions
	return a.store.Write(ctx, func(tx *store.Tx) error { return tx.UpsertUser(ctx, u) })
}

// normalEmail is the form in which addresses are stored and compared.
func normalEmail(text string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(text))
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" || domain == "" || len(email) > 254 || strings.ContainsAny(email, " \t\r\n") {
		return "", chat.Errorf(chat.Invalid, "that is not an e-mail address; write one such as agent@example.com")
	}
	return email, nil
}

// notFound reports whether the store has no such row.
func notFound(err error) bool {
	var e *chat.Error
	return errors.As(err, &e) && e.Code == chat.NotFound
}

// failed logs what the caller will only see as a refusal.
func (a *Auth) failed(ctx context.Context, msg string, err error, attrs ...any) {
	a.log.ErrorContext(ctx, msg, append(attrs, obs.Error(err))...)
}
