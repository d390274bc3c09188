package accounts

import (
	"context"
	"net/http"
	"slices"
	"time"

	"parley/internal/auth"
	"parley/internal/store/access"
)

// APIToken is a key for programs, without its secret.
type APIToken struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Hint        string     `json:"hint" doc:"The end of the secret, to tell two apart."`
	Scopes      []string   `json:"scopes" nullable:"false" doc:"Permissions, as far as the creator has them."`
	CreatedBy   string     `json:"createdBy" doc:"User id."`
	CreatorName string     `json:"creatorName"`
	State       string     `json:"state" enum:"active,expired,revoked,stopped" doc:"stopped: its creator is disabled."`
	CreatedAt   time.Time  `json:"createdAt"`
	ExpiresAt   *time.Time `json:"expiresAt,omitempty"`
	LastUsedAt  *time.Time `json:"lastUsedAt,omitempty" doc:"To five minutes."`
	RevokedAt   *time.Time `json:"revokedAt,omitempty"`
}

// APITokenWithSecret is a token at the only time its secret is shown.
type APITokenWithSecret struct {
	APIToken
	Secret string `json:"secret" doc:"For the header Authorization: Bearer. Shown this once."`
}

// AuditEntry is one thing that somebody did or tried.
type AuditEntry struct {
	ID        string    `json:"id"`
	At        time.Time `json:"at"`
	Actor     string    `json:"actor" doc:"User id, token: and the id of an API token, console, or Empty for nobody known."`
	ActorName string    `json:"actorName"`
	Action    string    `json:"action" doc:"Id of the operation."`
	Target    string    `json:"target" doc:"What it was Done to, as in the API's paths, such as users/ID."`
	Outcome   string    `json:"outcome" enum:"done,refused,failed" doc:"refused: was not let do it; failed: could not be Done."`
	Status    int       `json:"status" doc:"HTTP status of the answer."`
	Address   string    `json:"address"`
}

type (
	// TokenList is API tokens.
	TokenList struct {
		Body struct {
			Items      []APIToken `json:"items" nullable:"false"`
			NextCursor string     `json:"nextCursor" doc:"Always empty: the list is whole."`
			Scopes     []string   `json:"scopes" nullable:"false" doc:"What you may give to a token."`
		}
	}
	// TokenInput is an API token to be made.
	TokenInput struct {
		Body struct {
			Name      string     `json:"name" minLength:"1" maxLength:"80"`
			Scopes    []string   `json:"scopes" nullable:"false" minItems:"1" maxItems:"20"`
			ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"Never, if left out."`
		}
	}
	// TokenOutput is a new API token.
	TokenOutput struct{ Body APITokenWithSecret }
	// AuditInput is which entries of the audit log.
	AuditInput struct {
		Actor  string `query:"actor" maxLength:"60"`
		Action string `query:"action" maxLength:"60"`
		Before string `query:"before" maxLength:"40" doc:"The nextCursor of the page before."`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	// AuditList is a page of the audit log.
	AuditList struct {
		Body struct {
			Items      []AuditEntry `json:"items" nullable:"false"`
			NextCursor string       `json:"nextCursor" doc:"Empty on the last page."`
			Actions    []string     `json:"actions" nullable:"false" doc:"What can be asked for as action."`
		}
	}
)

// Tokens lists the API tokens that the caller may see.
func (o Operations) Tokens(ctx context.Context, _ *Empty, user auth.User) (*TokenList, error) {
	list, err := o.Auth.Tokens(ctx, user)
	if err != nil {
		return nil, err
	}
	out := &TokenList{}
	out.Body.Items, out.Body.Scopes = make([]APIToken, len(list)), []string{}
	for i, t := range list {
		out.Body.Items[i] = apiToken(t, o.Auth.Now())
	}
	for _, p := range auth.Permissions() {
		if user.May(p) {
			out.Body.Scopes = append(out.Body.Scopes, string(p))
		}
	}
	return out, nil
}

func apiToken(t auth.Token, now time.Time) APIToken {
	out := APIToken{
		ID: t.ID, Name: t.Name, Hint: t.Hint, Scopes: []string{}, CreatedBy: t.Creator.ID, CreatorName: t.Creator.Name, State: "active",
		CreatedAt: t.Created.UTC(), ExpiresAt: moment(t.Expires), LastUsedAt: moment(t.Used), RevokedAt: moment(t.Revoked),
	}
	for _, p := range t.Scopes {
		out.Scopes = append(out.Scopes, string(p))
	}
	switch {
	case !t.Revoked.IsZero():
		out.State = "revoked"
	case !t.Expires.IsZero() && !t.Expires.After(now):
		out.State = "expired"
	case t.CreatorIsStopped:
		out.State = "stopped"
	}
	return out
}

// CreateToken makes an API token.
func (o Operations) CreateToken(ctx context.Context, in *TokenInput, user auth.User) (*TokenOutput, error) {
	wanted := auth.NewToken{Name: in.Body.Name}
	for _, s := range in.Body.Scopes {
		wanted.Scopes = append(wanted.Scopes, auth.Permission(s))
	}
	if in.Body.ExpiresAt != nil {
		wanted.Expires = *in.Body.ExpiresAt
	}
	t, secret, err := o.Auth.CreateToken(ctx, user, wanted)
	if err != nil {
		return nil, err
	}
	made(ctx, "tokens/"+t.ID)
	return &TokenOutput{APITokenWithSecret{APIToken: apiToken(t, o.Auth.Now()), Secret: secret.Reveal()}}, nil
}

// RevokeToken ends an API token for good.
func (o Operations) RevokeToken(ctx context.Context, in *ID, user auth.User) (*Done, error) {
	return &Done{}, o.Auth.RevokeToken(ctx, user, in.ID)
}

// Audit lists who did what.
func (o Operations) Audit(ctx context.Context, in *AuditInput, _ auth.User) (*AuditList, error) {
	entries, err := access.Entries(ctx, o.Store, access.AuditFilter{Actor: in.Actor, Action: in.Action, Before: in.Before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	names, err := o.Auth.Names(ctx)
	if err != nil {
		return nil, err
	}
	out := &AuditList{}
	out.Body.Items, out.Body.Actions = []AuditEntry{}, slices.Sorted(slices.Values(o.Actions()))
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		out.Body.NextCursor = entries[in.Limit-1].ID
	}
	for _, e := range entries {
		out.Body.Items = append(out.Body.Items, AuditEntry{
			ID: e.ID, At: time.UnixMilli(e.At).UTC(), Actor: e.Actor, ActorName: names[e.Actor], Action: e.Action, Target: e.Target,
			Outcome: outcome(e.Status), Status: e.Status, Address: e.Address,
		})
	}
	return out, nil
}

// outcome is the gist of a status.
func outcome(status int) string {
	switch {
	case status < http.StatusBadRequest:
		return "done"
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "refused"
	}
	return "failed"
}
