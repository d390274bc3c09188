package api

import (
	"encoding/json"
	"io"
	"net/http"
	"net/netip"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/api/accounts"
	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
)

// address is what the audit log keeps of where a request came from.
func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (a *API) access() {
	o := accounts.Operations{Store: a.Store, Auth: a.Auth, Actions: func() []string { return a.actions }}
	manage := func(id, method, path, summary, description string) operation {
		return operation{id: id, method: method, path: path, summary: summary, description: description, need: auth.ManageUsers}
	}
	register(a, manage("list-users", http.MethodGet, "/users", "List who may log in", ""), o.Users)
	register(a, manage("invite-user", http.MethodPost, "/users/invitations", "Invite somebody, or again who has not come yet",
		"The answer has a link that works once, for 7 days. Send it to them yourself."), o.Invite)
	register(a, manage("reset-password", http.MethodPost, "/users/{id}/reset", "Make a link to a new password",
		"It works once, for 24 hours. When it is used, all sessions of the user end."), o.Reset)
	register(a, manage("change-user", http.MethodPut, "/users/{id}", "Change name and role",
		"A new role ends the user's sessions. The last administrator stays one."), o.Change)
	register(a, manage("disable-user", http.MethodPost, "/users/{id}/disable", "Log somebody out everywhere and keep them out",
		"The API tokens they made stop working too."), o.Disable)
	register(a, manage("enable-user", http.MethodPost, "/users/{id}/enable", "Let somebody log in again", ""), o.Enable)
	register(a, operation{
		id: "list-tokens", method: http.MethodGet, path: "/tokens", summary: "List API tokens", need: auth.InPerson,
		description: "Your own; with the permission " + string(auth.ManageUsers) + " everybody's.",
	}, o.Tokens)
	register(a, operation{
		id: "create-token", method: http.MethodPost, path: "/tokens", summary: "Make an API token", need: auth.InPerson,
		description: "It acts under its own name and never has more than your present role.",
	}, o.CreateToken)
	register(a, operation{
		id: "revoke-token", method: http.MethodDelete, path: "/tokens/{id}", summary: "End an API token for good", need: auth.InPerson,
	}, o.RevokeToken)
	register(a, operation{
		id: "list-audit", method: http.MethodGet, path: "/audit", summary: "Who did what, newest first", need: auth.ReadAudit,
		description: "Every change through this API and every log-in. Entries appear a moment after what they tell of.",
	}, o.Audit)
	register(a, operation{
		id: "change-own-password", method: http.MethodPut, path: "/me/password", summary: "Change your password", need: auth.InPerson,
		description: "Your other sessions end.",
	}, o.ChangePassword)
	register(a, operation{
		id: "list-own-sessions", method: http.MethodGet, path: "/me/sessions", summary: "Where you are logged in", need: auth.InPerson,
	}, o.Sessions)
	register(a, operation{
		id: "end-own-session", method: http.MethodDelete, path: "/me/sessions/{id}", summary: "Log out somewhere else", need: auth.InPerson,
	}, o.EndSession)
	a.mux.HandleFunc("GET "+prefix+"/invitations/{token}", a.invitation)
	a.mux.HandleFunc("POST "+prefix+"/invitations/{token}", a.acceptInvitation)
	a.actions = append(a.actions, useLink)
	a.describeInvitations()
}

// invitation and acceptInvitation are plain handlers: whoever comes with a link has no session.
func (a *API) invitation(w http.ResponseWriter, r *http.Request) {
	u, purpose, err := a.Auth.Welcome(r.Context(), config.Secret(r.PathValue("token")), a.Auth.Client(r))
	if err != nil {
		a.Refuse(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	respond(w, http.StatusOK, accounts.Invitation{Email: u.Email, Name: u.Name, Purpose: string(purpose)})
}

func (a *API) acceptInvitation(w http.ResponseWriter, r *http.Request) {
	if err := a.Auth.CheckOrigin(r); err != nil {
		a.Refuse(w, r, err)
		return
	}
	var in accounts.NewPassword
	if err := json.NewDecoder(io.LimitReader(r.Body, 8<<10)).Decode(&in); err != nil {
		a.Refuse(w, r, chat.Errorf(chat.Invalid, `the body must be {"password": …}`))
		return
	}
	s, err := a.Auth.Accept(r.Context(), config.Secret(r.PathValue("token")), config.Secret(in.Password), a.Auth.Client(r))
	if err != nil {
		a.Refuse(w, r, err)
		return
	}
	a.record(r, s.User.ID, useLink, http.StatusOK)
	a.Auth.SetCookie(w, r, s)
	respond(w, http.StatusOK, sessionInfo(s))
}

func (a *API) describeInvitations() {
	problem := a.refused()
	token := &huma.Param{Name: "token", In: "path", Required: true, Description: "The end of the link.", Schema: &huma.Schema{Type: "string"}}
	for _, op := range []*huma.Operation{
		{
			OperationID: "get-invitation", Method: http.MethodGet, Summary: "Whom a link is for",
			Responses: map[string]*huma.Response{
				"200": {Description: "Whom it is for", Content: a.content(typeOf[accounts.Invitation]())}, "404": problem, "429": problem,
			},
		},
		{
			OperationID: useLink, Method: http.MethodPost, Summary: "Set a password with a link, and log in",
			Description: "A link works once. All other sessions of the user end.",
			RequestBody: &huma.RequestBody{Required: true, Content: a.content(typeOf[accounts.NewPassword]())},
			Responses: map[string]*huma.Response{
				"200": {Description: "The session", Content: a.content(typeOf[SessionInfo]())}, "404": problem, "422": problem, "429": problem,
			},
		},
	} {
		op.Path, op.Parameters = prefix+"/invitations/{token}", []*huma.Param{token}
		a.huma.OpenAPI().AddOperation(op)
	}
}
