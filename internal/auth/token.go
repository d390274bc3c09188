package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/access"
)

// TokenPrefix begins the secret of every API token, so that people and scanners know one when they see it.
const TokenPrefix = "parley_pat_"

// tokenActor begins the id of a token where a user's could stand.
const tokenActor = "token:"

// maxTokens bounds how many valid tokens one person has.
const maxTokens = 50

// NewToken is what it takes to make an API token.
type NewToken struct {
	Name    string
	Scopes  []Permission
	Expires time.Time // zero: never
}

// Token is an API token without its secret.
type Token struct {
	ID, Name, Hint   string
	Scopes           []Permission
	Creator          User
	Created          time.Time
	Expires, Used    time.Time // zero: never
	Revoked          time.Time // zero: not
	CreatorIsStopped bool      // its creator is disabled, so it does not work
}

// CreateToken makes a token that may do what is in its scopes, as far as its creator may. The secret is not stored
// and cannot be had again. The error is a chat.Error when an entry is to be mended.
func (a *Auth) CreateToken(ctx context.Context, by User, n NewToken) (Token, config.Secret, error) {
	name, err := checkName(n.Name)
	if err != nil {
		return Token{}, "", chat.Errorf(chat.Invalid, "name the token in at most 80 characters, after the program that will use it")
	}
	if err := by.Check(InPerson); err != nil {
		return Token{}, "", err
	}
	var scopes []string
	for _, p := range Permissions() {
		if slices.Contains(n.Scopes, p) && !by.May(p) {
			return Token{}, "", chat.Errorf(chat.Forbidden, "you do not have the permission %s yourself, so a token of yours cannot", p)
		}
		if slices.Contains(n.Scopes, p) {
			scopes = append(scopes, string(p))
		}
	}
	for _, p := range n.Scopes {
		if !slices.Contains(scopes, string(p)) {
			return Token{}, "", chat.Errorf(chat.Invalid, "%q is not a permission; use %v", p, Permissions())
		}
	}
	now := a.now()
	switch {
	case len(scopes) == 0:
		return Token{}, "", chat.Errorf(chat.Invalid, "choose at least one permission; a token without any can do nothing")
	case !n.Expires.IsZero() && n.Expires.UnixMilli() <= now:
		return Token{}, "", chat.Errorf(chat.Invalid, "the token would have expired already; choose a time to come")
	}
	had, err := access.Tokens(ctx, a.store, by.ID)
	if err != nil {
		return Token{}, "", fmt.Errorf("make a token: %w", err)
	}
	valid := func(v access.Token) bool { return works(v, now) }
	if len(slices.DeleteFunc(had, func(v access.Token) bool { return !valid(v) })) >= maxTokens {
		return Token{}, "", chat.Errorf(chat.Conflict, "you have %d tokens; revoke one that is not used first", maxTokens)
	}
	secret := TokenPrefix + newSecret()
	row := access.Token{
		ID: chat.NewID(), Hash: tokenHash(secret), Name: name, Hint: secret[len(secret)-4:], Scopes: scopes, UserID: by.ID, CreatedAt: now,
	}
	if !n.Expires.IsZero() {
		row.ExpiresAt = n.Expires.UnixMilli()
	}
	if err := a.store.Write(ctx, func(tx *store.Tx) error { return access.InsertToken(ctx, tx, row) }); err != nil {
		return Token{}, "", fmt.Errorf("make a token: %w", err)
	}
	return tokenOf(row, by, false), config.Secret(secret), nil
}

// Tokens lists the tokens that somebody may see: their own or, of who may manage users, everybody's.
func (a *Auth) Tokens(ctx context.Context, by User) ([]Token, error) {
	rows, err := access.Tokens(ctx, a.store, whose(by))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	users, err := a.store.Users(ctx)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	out := make([]Token, len(rows))
	for i, row := range rows {
		at := slices.IndexFunc(users, func(u store.User) bool { return u.ID == row.UserID })
		out[i] = tokenOf(row, userOf(users[at]), users[at].DisabledAt != 0)
	}
	return out, nil
}

// RevokeToken ends a token for good. One that by may not see is NotFound.
func (a *Auth) RevokeToken(ctx context.Context, by User, id string) error {
	return a.store.Write(ctx, func(tx *store.Tx) error { return access.RevokeToken(ctx, tx, id, whose(by), a.now()) })
}

// whose is the id whose tokens somebody may see, "" for all.
func whose(by User) string {
	if by.May(ManageUsers) {
		return ""
	}
	return by.ID
}

// Names finds the names of actors, by the ids that they have in events and in the audit log.
func (a *Auth) Names(ctx context.Context) (map[string]string, error) {
	users, err := a.store.Users(ctx)
	if err != nil {
		return nil, err
	}
	tokens, err := access.Tokens(ctx, a.store, "")
	if err != nil {
		return nil, err
	}
	out := map[string]string{Console.ID: Console.Name}
	for _, u := range users {
		out[u.ID] = u.Name
	}
	for _, v := range tokens {
		out[tokenActor+v.ID] = v.Name
	}
	return out, nil
}

func tokenOf(row access.Token, creator User, stopped bool) Token {
	t := Token{ID: row.ID, Name: row.Name, Hint: row.Hint, Creator: creator, Created: time.UnixMilli(row.CreatedAt), CreatorIsStopped: stopped}
	for _, s := range row.Scopes {
		t.Scopes = append(t.Scopes, Permission(s))
	}
	for at, ms := range map[*time.Time]int64{&t.Expires: row.ExpiresAt, &t.Used: row.UsedAt, &t.Revoked: row.RevokedAt} {
		if ms != 0 {
			*at = time.UnixMilli(ms)
		}
	}
	return t
}

// works reports whether a token is neither revoked nor expired.
func works(v access.Token, now int64) bool {
	return v.RevokedAt == 0 && (v.ExpiresAt == 0 || v.ExpiresAt > now)
}

// bearer finds the secret of an API token in a request. Other kinds of Authorization are none of ours.
func bearer(r *http.Request) (config.Secret, bool) {
	kind, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(kind, "Bearer") || !strings.HasPrefix(secret, TokenPrefix) {
		return "", false
	}
	return config.Secret(secret), true
}

// byToken is the session that stands for an API token: without a secret or a CSRF token of its own. The error is
// ErrToken or internal.
func (a *Auth) byToken(ctx context.Context, secret config.Secret) (Session, error) {
	if len(secret) > 128 {
		return Session{}, ErrToken
	}
	now := a.now()
	row, err := access.TokenByHash(ctx, a.store, tokenHash(secret.Reveal()))
	if notFound(err) || err == nil && !works(row, now) {
		return Session{}, ErrToken
	}
	if err != nil {
		return Session{}, fmt.Errorf("check a token: %w", err)
	}
	u, err := a.store.User(ctx, row.UserID)
	if notFound(err) || err == nil && u.DisabledAt != 0 {
		return Session{}, ErrToken
	}
	if err != nil {
		return Session{}, fmt.Errorf("check a token: %w", err)
	}
	if now-row.UsedAt >= touchEvery.Milliseconds() {
		if err := a.store.Write(ctx, func(tx *store.Tx) error { return access.TouchToken(ctx, tx, row.ID, now) }); err != nil {
			a.failed(ctx, "write down that a token was used", err, obs.FieldUser, u.ID) // it is good all the same
		}
	}
	s := Session{User: User{ID: tokenActor + row.ID, Name: row.Name, Role: Role(u.Role), Scopes: []Permission{}}}
	for _, scope := range row.Scopes {
		if p := Permission(scope); s.User.Role.May(p) {
			s.User.Scopes = append(s.User.Scopes, p)
		}
	}
	if row.ExpiresAt != 0 {
		s.Expires = time.UnixMilli(row.ExpiresAt)
	}
	return s, nil
}
