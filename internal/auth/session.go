package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
)

// What a log-in or a request may fail with besides internal errors. Their texts may be shown to anybody.
var (
	ErrCredentials = errors.New("e-mail address or password is wrong")
	ErrNoSession   = errors.New("not logged in, or logged out in the meantime; log in again")
	ErrToken       = errors.New("this API token is not valid: unknown, revoked, expired, or made by somebody who is disabled")
	ErrRole        = errors.New("your role does not allow this; ask an administrator")
	ErrScope       = errors.New("this API token was not given the permission for this, or its creator does not have it any more")
	ErrInPerson    = errors.New("only a person who is logged in may do this, not an API token")
	ErrForged      = errors.New("the request did not come from this desk's own page; reload the page and try again")
)

// ThrottledError says that there were too many failed log-ins from an address or for an account.
type ThrottledError struct {
	// RetryAfter is how long to wait, for the header of that name.
	RetryAfter time.Duration
}

func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many failed log-ins; try again in %d s", e.Seconds())
}

// Seconds is RetryAfter in whole seconds, rounded up.
func (e *ThrottledError) Seconds() int { return int((e.RetryAfter + time.Second - 1) / time.Second) }

// Session is one log-in, as the browser that has it may know it.
type Session struct {
	// Token is the secret of the cookie: 32 random bytes. Only its SHA-256 is stored.
	Token config.Secret
	// CSRF must come with every request that changes something, in the header CSRFHeader.
	CSRF    string
	User    User
	Expires time.Time
}

// tokenBytes of randomness are in a session's secret.
const tokenBytes = 32

// touchEvery bounds how often use of a session is written down.
const touchEvery = 5 * time.Minute

// Client is where a log-in comes from.
type Client struct {
	Address netip.Addr // as Auth.Address finds it
	Browser string     // what it calls itself
}

// Login checks a password and starts a session. The error is
// ErrCredentials for an unknown address, a wrong password and a disabled user alike, a *ThrottledError after
// too many failures, or internal.
func (a *Auth) Login(ctx context.Context, email string, password config.Secret, from Client) (Session, error) {
	now := time.UnixMilli(a.now())
	account, err := normalEmail(email)
	if err != nil {
		account = "" // one bucket for everything that cannot be an account
	}
	returnAddress, wait := a.addresses.take(network(from.Address), now)
	if wait > 0 {
		return Session{}, &ThrottledError{wait}
	}
	returnAccount, wait := a.accounts.take(account, now)
	if wait > 0 {
		returnAddress() // an account under attack must not lock out the address of its owner
		return Session{}, &ThrottledError{wait}
	}
	u, err := a.check(ctx, account, password.Reveal())
	if !errors.Is(err, ErrCredentials) { // only guesses count, not our own failures
		returnAddress()
		returnAccount()
	}
	if err != nil {
		return Session{}, err
	}
	s, row := a.newSession(u, from)
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return tx.InsertSession(ctx, row) }); err != nil {
		return Session{}, fmt.Errorf("log in: %w", err)
	}
	return s, nil
}

// check finds the user of an account and compares the password, with the same work when there is none.
func (a *Auth) check(ctx context.Context, account, password string) (store.User, error) {
	u, err := a.store.UserByEmail(ctx, account)
	known := err == nil && u.DisabledAt == 0 && u.PasswordHash != "" // who is only invited has none
	if err != nil && !notFound(err) {
		return store.User{}, fmt.Errorf("log in: %w", err)
	}
	stored := u.PasswordHash
	if !known {
		stored = a.decoy
	}
	ok, stale, err := a.verify(ctx, password, stored)
	if err != nil {
		return store.User{}, fmt.Errorf("log in: %w", err)
	}
	if !ok || !known {
		return store.User{}, ErrCredentials
	}
	if stale {
		a.rehash(ctx, u, password)
	}
	return u, nil
}

// rehash stores a password under today's costs. It may fail: the next log-in tries again.
func (a *Auth) rehash(ctx context.Context, old store.User, password string) {
	hash, err := a.hash(ctx, password)
	if chatErr := (*chat.Error)(nil); errors.As(err, &chatErr) {
		return // a password from before today's bounds stays as it is
	}
	if err == nil {
		_, err = a.alter(ctx, Console, old.ID, func(_ *store.Tx, u *store.User) error {
			switch u.PasswordHash {
			case "":
				return errNoUser
			case old.PasswordHash:
				u.PasswordHash = hash
			}
			return nil
		})
	}
	if err != nil {
		a.failed(ctx, "renew a password hash", err, obs.FieldUser, old.ID)
	}
}

// newSession makes a session and what is to be stored of it.
func (a *Auth) newSession(u store.User, from Client) (Session, store.Session) {
	token := newSecret()
	now := a.now()
	row := store.Session{
		Hash: tokenHash(token), UserID: u.ID, CreatedAt: now, SeenAt: now,
		ExpiresAt: now + min(a.set.Idle, a.set.Longest).Milliseconds(), Browser: printable(from.Browser, 200),
	}
	if from.Address.IsValid() {
		row.Address = from.Address.String()
	}
	return sessionOf(token, row, u), row
}

// newSecret is what cookies, links and API tokens are made of.
func newSecret() string {
	secret := make([]byte, tokenBytes)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(secret)
}

// printable is at most so many characters of a text from outside, without what could upset a terminal or a page.
func printable(text string, limit int) string {
	kept := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text))
	return string(kept[:min(len(kept), limit)])
}

// Resume finds the session of a token and keeps it alive. The error is ErrNoSession for a token that is
// unknown, ended or of a disabled user, or internal.
func (a *Auth) Resume(ctx context.Context, token config.Secret) (Session, error) {
	if token == "" || len(token) > 128 {
		return Session{}, ErrNoSession
	}
	row, err := a.store.SessionByHash(ctx, tokenHash(token.Reveal()))
	if notFound(err) || err == nil && row.ExpiresAt <= a.now() {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("resume a session: %w", err)
	}
	u, err := a.store.User(ctx, row.UserID)
	if notFound(err) || err == nil && u.DisabledAt != 0 {
		return Session{}, ErrNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("resume a session: %w", err)
	}
	if now := a.now(); now-row.SeenAt >= touchEvery.Milliseconds() {
		row.SeenAt = now
		row.ExpiresAt = min(now+a.set.Idle.Milliseconds(), row.CreatedAt+a.set.Longest.Milliseconds())
		err := a.store.Write(ctx, func(tx *store.Tx) error {
			return tx.TouchSession(ctx, row)
		})
		if err != nil { // the session is good all the same
			a.failed(ctx, "keep a session alive", err, obs.FieldUser, u.ID)
		}
	}
	return sessionOf(token.Reveal(), row, u), nil
}

// Logout ends a session; one that has ended is no error.
func (a *Auth) Logout(ctx context.Context, token config.Secret) error {
	if err := a.store.Write(ctx, func(tx *store.Tx) error {
		return tx.DeleteSession(ctx, tokenHash(token.Reveal()))
	}); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

func sessionOf(token string, row store.Session, u store.User) Session {
	return Session{Token: config.Secret(token), CSRF: csrfToken(token), User: userOf(u), Expires: time.UnixMilli(row.ExpiresAt)}
}

// tokenHash is what is stored of a token. It needs no salt and no cost: a token is random, not a password.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// csrfToken is bound to a session without being stored and gives nothing away about its secret.
func csrfToken(token string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// network is the key under which an address is throttled: IPv6 clients own a whole /64.
func network(address netip.Addr) string {
	address = address.Unmap()
	if address.Is6() {
		if p, err := address.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return address.String()
}
