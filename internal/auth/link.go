package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/access"
)

// WelcomePath is the page of one-time links; the secret of the link follows it.
const WelcomePath = "/welcome/"

// Purpose says what a one-time link is for.
type Purpose = access.Purpose

// Link is a one-time link, at the only time its secret is known.
type Link struct {
	Secret  config.Secret // 32 random bytes; only its SHA-256 is stored
	UserID  string
	Expires time.Time
}

// errLink is about every link that does not work, whatever the reason.
var errLink = chat.Errorf(chat.NotFound, "this link does not work: it was used, it has expired, or a newer one took its place; ask for another")

// Invite adds a user without a password and returns the link to set one. Inviting somebody again who has not come
// yet replaces name, role and link. It is a Conflict for somebody who has come.
func (a *Auth) Invite(ctx context.Context, by User, n NewUser) (Link, error) {
	n, err := n.checked()
	if err != nil {
		return Link{}, err
	}
	fresh := store.User{ID: chat.NewID(), Email: n.Email, CreatedAt: a.now()}
	return a.link(ctx, by, n.Email, access.Invite, func(u *store.User) error {
		switch {
		case u.DisabledAt != 0:
			return chat.Errorf(chat.Conflict, "%s is disabled; enable the account instead", n.Email)
		case u.PasswordHash != "":
			return chat.Errorf(chat.Conflict, "%s has an account already; make a link for a new password instead", n.Email)
		case u.ID == "":
			*u = fresh
		}
		u.Name, u.Role = n.Name, string(n.Role)
		return nil
	})
}

// ResetLink returns a link to set a new password. Until it is used, the old password and sessions go on. The link
// of somebody who has not come yet is good for as long as an invitation.
func (a *Auth) ResetLink(ctx context.Context, by User, key string) (Link, error) {
	return a.link(ctx, by, key, access.Reset, func(u *store.User) error {
		switch {
		case u.ID == "":
			return errNoUser
		case u.DisabledAt != 0:
			return chat.Errorf(chat.Conflict, "this account is disabled; enable it first")
		}
		return nil
	})
}

// link changes a user and makes the only link of theirs.
func (a *Auth) link(ctx context.Context, by User, key string, purpose Purpose, change func(*store.User) error) (Link, error) {
	secret := newSecret()
	row := access.Link{Hash: tokenHash(secret), CreatedBy: by.ID, CreatedAt: a.now()}
	var user store.User
	_, err := a.alter(ctx, by, key, func(_ *store.Tx, u *store.User) error { return change(u) }, func(tx *store.Tx, u store.User) error {
		row.UserID, row.Purpose, row.ExpiresAt = u.ID, purpose, row.CreatedAt+a.set.Reset.Milliseconds()
		if u.PasswordHash == "" {
			row.Purpose, row.ExpiresAt = access.Invite, row.CreatedAt+a.set.Invitation.Milliseconds()
		}
		user = u
		return access.ReplaceLinks(ctx, tx, row)
	})
	if err != nil {
		return Link{}, err
	}
	return Link{Secret: config.Secret(secret), UserID: user.ID, Expires: time.UnixMilli(row.ExpiresAt)}, nil
}

// Welcome tells whom a link is for. Its error is a chat.Error with code NotFound for a link that does not work, or a
// *ThrottledError after too many of those.
func (a *Auth) Welcome(ctx context.Context, secret config.Secret, from Client) (User, Purpose, error) {
	u, l, err := a.open(ctx, secret, from)
	return userOf(u), l.Purpose, err
}

// Accept spends a link: it sets the password, logs the user out everywhere else and starts a session. Of several at
// the same time only one succeeds. Besides the errors of Welcome there is a chat.Error with code Invalid for a
// password that is not good; the link stays good then.
func (a *Auth) Accept(ctx context.Context, secret, password config.Secret, from Client) (Session, error) {
	u, l, err := a.open(ctx, secret, from)
	if err != nil {
		return Session{}, err
	}
	hash, err := a.hash(ctx, password.Reveal())
	if err != nil {
		return Session{}, err
	}
	var s Session
	_, err = a.alter(ctx, Console, u.ID, func(tx *store.Tx, u *store.User) error {
		if err := access.TakeLink(ctx, tx, l.Hash, a.now()); err != nil {
			return err
		}
		if u.ID == "" || u.DisabledAt != 0 {
			return errLink
		}
		u.PasswordHash = hash
		return a.logOutEverywhere(ctx, tx, u.ID, "")
	}, func(tx *store.Tx, u store.User) error {
		var row store.Session
		s, row = a.newSession(u, from)
		return tx.InsertSession(ctx, row)
	})
	if notFound(err) {
		err = errLink
	}
	if err != nil {
		return Session{}, err
	}
	return s, nil
}

// open finds the link and its user. Links that do not work count as guesses of the address they come from.
func (a *Auth) open(ctx context.Context, secret config.Secret, from Client) (store.User, access.Link, error) {
	giveBack, wait := a.addresses.take(network(from.Address), time.UnixMilli(a.now()))
	if wait > 0 {
		return store.User{}, access.Link{}, &ThrottledError{wait}
	}
	l, err := access.LinkByHash(ctx, a.store, tokenHash(secret.Reveal()), a.now())
	if notFound(err) {
		return store.User{}, access.Link{}, errLink
	}
	giveBack()
	if err != nil {
		return store.User{}, access.Link{}, fmt.Errorf("open a link: %w", err)
	}
	u, err := a.store.User(ctx, l.UserID)
	switch {
	case notFound(err) || err == nil && u.DisabledAt != 0:
		return store.User{}, access.Link{}, errLink
	case err != nil:
		return store.User{}, access.Link{}, fmt.Errorf("open a link: %w", err)
	}
	return u, l, nil
}

// ChangePassword sets another password for whoever has the session, and logs them out everywhere else. The error is
// a chat.Error when an entry is to be mended, or a *ThrottledError after too many wrong passwords.
func (a *Auth) ChangePassword(ctx context.Context, s Session, current, next config.Secret) error {
	u, err := a.store.User(ctx, s.User.ID)
	if err != nil {
		return err
	}
	giveBack, wait := a.accounts.take(u.Email, time.UnixMilli(a.now()))
	if wait > 0 {
		return &ThrottledError{wait}
	}
	_, err = a.check(ctx, u.Email, current.Reveal())
	if errors.Is(err, ErrCredentials) {
		return chat.Errorf(chat.Invalid, "the current password is wrong; nothing was changed")
	}
	giveBack()
	if err != nil {
		return err
	}
	if current == next {
		return chat.Errorf(chat.Invalid, "the new password is the current one; choose another")
	}
	hash, err := a.hash(ctx, next.Reveal())
	if err != nil {
		return err
	}
	_, err = a.alter(ctx, Console, u.ID, func(tx *store.Tx, u *store.User) error {
		if u.ID == "" || u.DisabledAt != 0 {
			return errNoUser
		}
		u.PasswordHash = hash
		return a.logOutEverywhere(ctx, tx, u.ID, tokenHash(s.Token.Reveal()))
	})
	return err
}
