package api

import (
	"context"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/config"
)

// OwnSession is one of the caller's log-ins.
type OwnSession struct {
	ID         string    `json:"id"`
	Address    string    `json:"address" doc:"Where it was begun from; empty if not known."`
	Browser    string    `json:"browser" doc:"What the browser calls itself."`
	CreatedAt  time.Time `json:"createdAt"`
	LastSeenAt time.Time `json:"lastSeenAt" doc:"To five minutes."`
	ExpiresAt  time.Time `json:"expiresAt"`
	Current    bool      `json:"current" doc:"The one that asks."`
}

type (
	ownPassword struct {
		Body struct {
			Current string `json:"current" maxLength:"1024"`
			Next    string `json:"next" maxLength:"1024" doc:"At least 10 characters."`
		}
	}
	ownSessions struct {
		Body struct {
			Items      []OwnSession `json:"items" nullable:"false"`
			NextCursor string       `json:"nextCursor" doc:"Always empty: the list is whole."`
		}
	}
)

// mine registers what concerns the caller's own account.
func (a *API) mine() {
	register(a, operation{
		id: "change-own-password", method: http.MethodPut, path: "/me/password", summary: "Change your password", need: auth.InPerson,
		description: "Your other sessions end.",
	}, a.changeOwnPassword)
	register(a, operation{
		id: "list-own-sessions", method: http.MethodGet, path: "/me/sessions", summary: "Where you are logged in", need: auth.InPerson,
	}, a.listOwnSessions)
	register(a, operation{
		id: "end-own-session", method: http.MethodDelete, path: "/me/sessions/{id}", summary: "Log out somewhere else", need: auth.InPerson,
	}, a.endOwnSession)
}

func (a *API) changeOwnPassword(ctx context.Context, in *ownPassword, _ auth.User) (*done, error) {
	session, _ := auth.From(ctx)
	return &done{}, a.Auth.ChangePassword(ctx, session, config.Secret(in.Body.Current), config.Secret(in.Body.Next))
}

func (a *API) listOwnSessions(ctx context.Context, _ *empty, _ auth.User) (*ownSessions, error) {
	session, _ := auth.From(ctx)
	list, err := a.Auth.LogIns(ctx, session)
	if err != nil {
		return nil, err
	}
	out := &ownSessions{}
	out.Body.Items = make([]OwnSession, len(list))
	for i, l := range list {
		out.Body.Items[i] = OwnSession{
			ID: l.ID, Address: l.Address, Browser: l.Browser, CreatedAt: l.Began.UTC(), LastSeenAt: l.Seen.UTC(), ExpiresAt: l.Expires.UTC(), Current: l.Current,
		}
	}
	return out, nil
}

func (a *API) endOwnSession(ctx context.Context, in *idInput, _ auth.User) (*done, error) {
	session, _ := auth.From(ctx)
	return &done{}, a.Auth.EndLogIn(ctx, session, in.ID)
}
