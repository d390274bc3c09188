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
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
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

// User is who calls: somebody who logged in or, with Scopes, an API token. It holds nothing secret.
type User struct {
	ID, Email, Name string // of a token: "token:" and its id, nothing, and its name
	Role            Role   // of a token: its creator's at present; ask May, which knows the scopes
	// Scopes are what a token may do at present: never more than its creator. Nil for a person.
	Scopes []Permission
}

// May reports whether the caller may do it.
func (u User) May(p Permission) bool {
	switch {
	case p == Known:
		return u.Role.Allows(Agent)
	case p == InPerson:
		return u.Scopes == nil && u.Role.Allows(Agent)
	case u.Scopes != nil:
		return u.Role.May(p) && slices.Contains(u.Scopes, p)
	}
	return u.Role.May(p)
}

// Console is who works on the command line, beside the database itself.
var Console = User{ID: "console", Name: "Command line", Role: Admin}

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
	// Invitation is how long a link to a new account is good for; zero means 7 days.
	Invitation time.Duration
	// Reset is how long a link to a new password is good for; zero means 24 h.
	Reset time.Duration
	// Changed is told that users have changed, after the commit; nil for nobody.
	Changed func()
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
	costs     params        // of a new hash
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
	if set.Invitation == 0 {
		set.Invitation = 7 * 24 * time.Hour
	}
	if set.Reset == 0 {
		set.Reset = 24 * time.Hour
	}
	if set.Changed == nil {
		set.Changed = func() {}
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
		costs: today(), hashing: make(chan struct{}, maxHashing), decoy: today().encode(newSalt(), make([]byte, keyBytes)),
		// A person mistypes a few times; a program that guesses gets one try a minute for each account, and an
		// address, behind which a whole office may sit, one in five seconds.
		accounts:  newThrottle(time.Minute, 10),
		addresses: newThrottle(5*time.Second, 30),
	}, nil
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

// Now is the time by which sessions, links and tokens end.
func (a *Auth) Now() time.Time { return time.UnixMilli(a.now()) }
