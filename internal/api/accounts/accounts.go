// Package accounts is how the desk API shows who may come in: users, one-time links,
// API tokens, the audit log and one's own account. It holds shapes, and what each
// operation asks of package auth. Paths and permissions are package api's.
package accounts

import (
	"context"
	"time"

	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/store"
)

// Operations are what the API hands calls on to.
type Operations struct {
	Store   *store.Store
	Auth    *auth.Auth
	Actions func() []string // what the audit log records
}

// Done is an answer without a body.
type Done = struct{}

// Empty is a question without anything to say.
type Empty struct{}

// Call is what an operation may know of the request it answers.
type Call struct {
	Entry  *audit.Entry // what will be recorded of it
	Origin string       // where its browser finds the desk
}

type callKey struct{}

// With is a context for an operation that answers a call.
func With(ctx context.Context, c Call) context.Context { return context.WithValue(ctx, callKey{}, c) }

func callOf(ctx context.Context) Call {
	c, ok := ctx.Value(callKey{}).(Call)
	if !ok {
		c.Entry = &audit.Entry{}
	}
	return c
}

// made tells the audit log what an operation without an id in its path has made.
func made(ctx context.Context, target string) { callOf(ctx).Entry.Target = target }

// UserAccount is a user as administrators see one.
type UserAccount struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Role       string     `json:"role" enum:"agent,supervisor,admin"`
	State      string     `json:"state" enum:"active,invited,disabled" doc:"invited: has not set a password yet."`
	LastSeenAt *time.Time `json:"lastSeenAt,omitempty" doc:"To five minutes; absent for who never came."`
	CreatedAt  time.Time  `json:"createdAt"`
}

func userAccount(a auth.Account) UserAccount {
	return UserAccount{
		ID: a.ID, Email: a.Email, Name: a.Name, Role: string(a.Role), State: string(a.State), LastSeenAt: moment(a.SeenAt), CreatedAt: a.CreatedAt.UTC(),
	}
}

// moment is a time that may be missing.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// OneTimeLink is a link with which a user sets a password.
type OneTimeLink struct {
	UserID    string    `json:"userId"`
	Link      string    `json:"link" doc:"Works once. It cannot be had again: only a new one can."`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Invitation tells whom a link is for.
type Invitation struct {
	Email   string `json:"email"`
	Name    string `json:"name"`
	Purpose string `json:"purpose" enum:"invite,reset"`
}

// NewPassword is what it takes to use a link.
type NewPassword struct {
	Password string `json:"password" maxLength:"1024" doc:"At least 10 characters."`
}

// ID names what is asked for.
type ID struct {
	ID string `path:"id" maxLength:"40"`
}

type (
	// UserOutput is one user.
	UserOutput struct{ Body UserAccount }
	// UserList is all users.
	UserList struct {
		Body struct {
			Items      []UserAccount `json:"items" nullable:"false"`
			NextCursor string        `json:"nextCursor" doc:"Always empty: the list is whole."`
		}
	}
	// InviteInput is whom to invite.
	InviteInput struct {
		Body struct {
			Email string `json:"email" minLength:"3" maxLength:"254"`
			Name  string `json:"name" minLength:"1" maxLength:"80"`
			Role  string `json:"role" enum:"agent,supervisor,admin"`
		}
	}
	// UserInput is what a user shall be.
	UserInput struct {
		ID   string `path:"id" maxLength:"40"`
		Body struct {
			Name string `json:"name" minLength:"1" maxLength:"80"`
			Role string `json:"role" enum:"agent,supervisor,admin"`
		}
	}
	// LinkOutput is a one-time link.
	LinkOutput struct{ Body OneTimeLink }
)

// Users lists who may log in.
func (o Operations) Users(ctx context.Context, _ *Empty, _ auth.User) (*UserList, error) {
	list, err := o.Auth.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := &UserList{}
	out.Body.Items = make([]UserAccount, len(list))
	for i, u := range list {
		out.Body.Items[i] = userAccount(u)
	}
	return out, nil
}

// Invite adds somebody who has yet to set a password.
func (o Operations) Invite(ctx context.Context, in *InviteInput, by auth.User) (*LinkOutput, error) {
	l, err := o.Auth.Invite(ctx, by, auth.NewUser{Email: in.Body.Email, Name: in.Body.Name, Role: auth.Role(in.Body.Role)})
	return o.link(ctx, l, err)
}

// Reset makes a link to a new password.
func (o Operations) Reset(ctx context.Context, in *ID, by auth.User) (*LinkOutput, error) {
	l, err := o.Auth.ResetLink(ctx, by, in.ID)
	return o.link(ctx, l, err)
}

func (o Operations) link(ctx context.Context, l auth.Link, err error) (*LinkOutput, error) {
	if err != nil {
		return nil, err
	}
	made(ctx, "users/"+l.UserID)
	origin := callOf(ctx).Origin
	return &LinkOutput{OneTimeLink{UserID: l.UserID, Link: origin + auth.WelcomePath + l.Secret.Reveal(), ExpiresAt: l.Expires.UTC()}}, nil
}

// Change changes name and role.
func (o Operations) Change(ctx context.Context, in *UserInput, by auth.User) (*UserOutput, error) {
	session, _ := auth.From(ctx)
	u, err := o.Auth.Rename(ctx, by, session.Token, in.ID, in.Body.Name, auth.Role(in.Body.Role))
	return account(u, err)
}

// Disable logs somebody out everywhere and keeps them out.
func (o Operations) Disable(ctx context.Context, in *ID, by auth.User) (*UserOutput, error) {
	u, err := o.Auth.Disable(ctx, by, in.ID)
	return account(u, err)
}

// Enable lets somebody log in again.
func (o Operations) Enable(ctx context.Context, in *ID, by auth.User) (*UserOutput, error) {
	u, err := o.Auth.Enable(ctx, by, in.ID)
	return account(u, err)
}

func account(u auth.Account, err error) (*UserOutput, error) {
	if err != nil {
		return nil, err
	}
	return &UserOutput{userAccount(u)}, nil
}
