package accounts

import (
	"context"
	"time"

	"parley/internal/auth"
	"parley/internal/config"
)

// OwnSession is one of the caller's log-ins.
type OwnSession struct {
	ID         string    `json:"id"`
	Address    string    `json:"address" doc:"Where it was begun from; Empty if not known."`
	Browser    string    `json:"browser" doc:"What the browser calls itself."`
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt" doc:"To five minutes."`
	ExpiresAt  time.Time `json:"expiresAt"`
	Current    bool      `json:"current" doc:"The one that asks."`
}

type (
	// OwnPassword is a password and the next.
	OwnPassword struct {
		Body struct {
			Current string `json:"current" maxLength:"1024"`
			Next    string `json:"next" maxLength:"1024" doc:"At least 10 characters."`
		}
	}
	// OwnSessions is the sessions of the caller.
	OwnSessions struct {
		Body struct {
			Items      []OwnSession `json:"items" nullable:"false"`
			NextCursor string       `json:"nextCursor" doc:"Always empty: the list is whole."`
		}
	}
)

// ChangePassword changes the caller's password.
func (o Operations) ChangePassword(ctx context.Context, in *OwnPassword, _ auth.User) (*Done, error) {
	session, _ := auth.From(ctx)
	return &Done{}, o.Auth.ChangePassword(ctx, session, config.Secret(in.Body.Current), config.Secret(in.Body.Next))
}

// Sessions lists where the caller is logged in.
func (o Operations) Sessions(ctx context.Context, _ *Empty, _ auth.User) (*OwnSessions, error) {
	session, _ := auth.From(ctx)
	list, err := o.Auth.LogIns(ctx, session)
	if err != nil {
		return nil, err
	}
	out := &OwnSessions{}
	out.Body.Items = make([]OwnSession, len(list))
	for i, l := range list {
		out.Body.Items[i] = OwnSession{
			ID: l.ID, Address: l.Address, Browser: l.Browser, CreatedAt: l.Began.UTC(), LastSeenAt: l.Seen.UTC(), ExpiresAt: l.Expires.UTC(), Current: l.Current,
		}
	}
	return out, nil
}

// EndSession ends one of the caller's sessions.
func (o Operations) EndSession(ctx context.Context, in *ID, _ auth.User) (*Done, error) {
	session, _ := auth.From(ctx)
	return &Done{}, o.Auth.EndLogIn(ctx, session, in.ID)
}
