package api

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
	Actor     string    `json:"actor" doc:"User id, token: and the id of an API token, console, or empty for nobody known."`
	ActorName string    `json:"actorName"`
	Action    string    `json:"action" doc:"Id of the operation."`
	Target    string    `json:"target" doc:"What it was done to, as in the API's paths, such as users/ID."`
	Outcome   string    `json:"outcome" enum:"done,refused,failed" doc:"refused: was not let do it; failed: could not be done."`
	Status    int       `json:"status" doc:"HTTP status of the answer."`
	Address   string    `json:"address"`
}

type (
	tokenList struct {
		Body struct {
			Items      []APIToken `json:"items" nullable:"false"`
			NextCursor string     `json:"nextCursor" doc:"Always empty: the list is whole."`
			Scopes     []string   `json:"scopes" nullable:"false" doc:"What you may give to a token."`
		}
	}
	tokenInput struct {
		Body struct {
			Name      string     `json:"name" minLength:"1" maxLength:"80"`
			Scopes    []string   `json:"scopes" nullable:"false" minItems:"1" maxItems:"20"`
			ExpiresAt *time.Time `json:"expiresAt,omitempty" doc:"Never, if left out."`
		}
	}
	tokenOutput struct{ Body APITokenWithSecret }
	auditInput  struct {
		Actor  string `query:"actor" maxLength:"60"`
		Action string `query:"action" maxLength:"60"`
		Before string `query:"before" maxLength:"40" doc:"The nextCursor of the page before."`
		Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	}
	auditList struct {
		Body struct {
			Items      []AuditEntry `json:"items" nullable:"false"`
			NextCursor string       `json:"nextCursor" doc:"Empty on the last page."`
			Actions    []string     `json:"actions" nullable:"false" doc:"What can be asked for as action."`
		}
	}
)

func (a *API) tokens() {
	register(a, operation{
		id: "list-tokens", method: http.MethodGet, path: "/tokens", summary: "List API tokens", need: auth.InPerson,
		description: "Your own; with the permission " + string(auth.ManageUsers) + " everybody's.",
	}, a.listTokens)
	register(a, operation{
		id: "create-token", method: http.MethodPost, path: "/tokens", summary: "Make an API token", need: auth.InPerson,
		description: "It acts under its own name and never has more than your present role.",
	}, a.createToken)
	register(a, operation{
		id: "revoke-token", method: http.MethodDelete, path: "/tokens/{id}", summary: "End an API token for good", need: auth.InPerson,
	}, a.revokeToken)
	register(a, operation{
		id: "list-audit", method: http.MethodGet, path: "/audit", summary: "Who did what, newest first", need: auth.ReadAudit,
		description: "Every change through this API and every log-in. Entries appear a moment after what they tell of.",
	}, a.listAudit)
}

func (a *API) listTokens(ctx context.Context, _ *empty, user auth.User) (*tokenList, error) {
	list, err := a.Auth.Tokens(ctx, user)
	if err != nil {
		return nil, err
	}
	out := &tokenList{}
	out.Body.Items, out.Body.Scopes = make([]APIToken, len(list)), []string{}
	for i, t := range list {
		out.Body.Items[i] = apiToken(t, a.Auth.Now())
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

func (a *API) createToken(ctx context.Context, in *tokenInput, user auth.User) (*tokenOutput, error) {
	wanted := auth.NewToken{Name: in.Body.Name}
	for _, s := range in.Body.Scopes {
		wanted.Scopes = append(wanted.Scopes, auth.Permission(s))
	}
	if in.Body.ExpiresAt != nil {
		wanted.Expires = *in.Body.ExpiresAt
	}
	t, secret, err := a.Auth.CreateToken(ctx, user, wanted)
	if err != nil {
		return nil, err
	}
	made(ctx, "tokens/"+t.ID)
	return &tokenOutput{APITokenWithSecret{APIToken: apiToken(t, a.Auth.Now()), Secret: secret.Reveal()}}, nil
}

func (a *API) revokeToken(ctx context.Context, in *idInput, user auth.User) (*done, error) {
	return &done{}, a.Auth.RevokeToken(ctx, user, in.ID)
}

func (a *API) listAudit(ctx context.Context, in *auditInput, _ auth.User) (*auditList, error) {
	entries, err := access.Entries(ctx, a.Store, access.AuditFilter{Actor: in.Actor, Action: in.Action, Before: in.Before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	names, err := a.Auth.Names(ctx)
	if err != nil {
		return nil, err
	}
	out := &auditList{}
	out.Body.Items, out.Body.Actions = []AuditEntry{}, slices.Sorted(slices.Values(a.actions))
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		out.Body.NextCursor = entries[in.Limit-1].ID
	}
	for _, e := range entries {
		out.Body.Items = append(out.Body.Items, AuditEntry{
			ID: e.ID, At: when(e.At), Actor: e.Actor, ActorName: names[e.Actor], Action: e.Action, Target: e.Target,
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
