package auth

import (
	"context"
	"fmt"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
)

// LogIn is one of somebody's sessions, as they may see it.
type LogIn struct {
	ID                   string // names the session without giving access to it
	Began, Seen, Expires time.Time
	Address, Browser     string
	Current              bool // the one that asks
	hash                 string
}

// LogIns lists the sessions of whoever has this one, the last used first.
func (a *Auth) LogIns(ctx context.Context, s Session) ([]LogIn, error) {
	rows, err := a.store.SessionsOf(ctx, s.User.ID, a.now())
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	own := tokenHash(s.Token.Reveal())
	out := make([]LogIn, len(rows))
	for i, row := range rows {
		out[i] = LogIn{
			ID: row.Hash[:16], Began: time.UnixMilli(row.CreatedAt), Seen: time.UnixMilli(row.SeenAt), Expires: time.UnixMilli(row.ExpiresAt),
			Address: row.Address, Browser: row.Browser, Current: row.Hash == own, hash: row.Hash,
		}
	}
	return out, nil
}

// EndLogIn ends one of the sessions of whoever has this one; any other is NotFound.
func (a *Auth) EndLogIn(ctx context.Context, s Session, id string) error {
	list, err := a.LogIns(ctx, s)
	if err != nil {
		return err
	}
	for _, l := range list {
		if l.ID == id {
			return a.store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteSession(ctx, l.hash) })
		}
	}
	return chat.Errorf(chat.NotFound, "this session has ended already")
}
