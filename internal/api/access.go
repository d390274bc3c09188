package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
)

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

// address is what the audit log keeps of where a request came from.
func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
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

type (
	empty      struct{}
	userOutput struct{ Body UserAccount }
	userList   struct {
		Body struct {
			Items      []UserAccount `json:"items" nullable:"false"`
			NextCursor string        `json:"nextCursor" doc:"Always empty: the list is whole."`
		}
	}
	inviteInput struct {
		Body struct {
			Email string `json:"email" minLength:"3" maxLength:"254"`
			Name  string `json:"name" minLength:"1" maxLength:"80"`
			Role  string `json:"role" enum:"agent,supervisor,admin"`
		}
	}
	userInput struct {
		ID   string `path:"id" maxLength:"40"`
		Body struct {
			Name string `json:"name" minLength:"1" maxLength:"80"`
			Role string `json:"role" enum:"agent,supervisor,admin"`
		}
	}
	linkOutput struct{ Body OneTimeLink }
)

func (a *API) access() {
	manage := func(id, method, path, summary, description string) operation {
		return operation{id: id, method: method, path: path, summary: summary, description: description, need: auth.ManageUsers}
	}
	register(a, manage("list-users", http.MethodGet, "/users", "List who may log in", ""), a.listUsers)
	register(a, manage("invite-user", http.MethodPost, "/users/invitations", "Invite somebody, or again who has not come yet",
		"The answer has a link that works once, for 7 days. Send it to them yourself."), a.inviteUser)
	register(a, manage("reset-password", http.MethodPost, "/users/{id}/reset", "Make a link to a new password",
		"It works once, for 24 hours. When it is used, all sessions of the user end."), a.resetPassword)
	register(a, manage("change-user", http.MethodPut, "/users/{id}", "Change name and role",
		"A new role ends the user's sessions. The last administrator stays one."), a.changeUser)
	register(a, manage("disable-user", http.MethodPost, "/users/{id}/disable", "Log somebody out everywhere and keep them out",
		"The API tokens they made stop working too."), a.disableUser)
	register(a, manage("enable-user", http.MethodPost, "/users/{id}/enable", "Let somebody log in again", ""), a.enableUser)
	a.mux.HandleFunc("GET "+prefix+"/invitations/{token}", a.invitation)
	a.mux.HandleFunc("POST "+prefix+"/invitations/{token}", a.acceptInvitation)
	a.actions = append(a.actions, useLink)
	a.describeInvitations()
	a.tokens()
	a.mine()
}

func (a *API) listUsers(ctx context.Context, _ *empty, _ auth.User) (*userList, error) {
	list, err := a.Auth.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := &userList{}
	out.Body.Items = make([]UserAccount, len(list))
	for i, u := range list {
		out.Body.Items[i] = userAccount(u)
	}
	return out, nil
}

func (a *API) inviteUser(ctx context.Context, in *inviteInput, by auth.User) (*linkOutput, error) {
	l, err := a.Auth.Invite(ctx, by, auth.NewUser{Email: in.Body.Email, Name: in.Body.Name, Role: auth.Role(in.Body.Role)})
	return a.link(ctx, l, err)
}

func (a *API) resetPassword(ctx context.Context, in *idInput, by auth.User) (*linkOutput, error) {
	l, err := a.Auth.ResetLink(ctx, by, in.ID)
	return a.link(ctx, l, err)
}

func (a *API) link(ctx context.Context, l auth.Link, err error) (*linkOutput, error) {
	if err != nil {
		return nil, err
	}
	made(ctx, "users/"+l.UserID)
	origin, _ := ctx.Value(originKey{}).(string)
	return &linkOutput{OneTimeLink{UserID: l.UserID, Link: origin + auth.WelcomePath + l.Secret.Reveal(), ExpiresAt: l.Expires.UTC()}}, nil
}

func (a *API) changeUser(ctx context.Context, in *userInput, by auth.User) (*userOutput, error) {
	session, _ := auth.From(ctx)
	u, err := a.Auth.Rename(ctx, by, session.Token, in.ID, in.Body.Name, auth.Role(in.Body.Role))
	return account(u, err)
}

func (a *API) disableUser(ctx context.Context, in *idInput, by auth.User) (*userOutput, error) {
	u, err := a.Auth.Disable(ctx, by, in.ID)
	return account(u, err)
}

func (a *API) enableUser(ctx context.Context, in *idInput, by auth.User) (*userOutput, error) {
	u, err := a.Auth.Enable(ctx, by, in.ID)
	return account(u, err)
}

func account(u auth.Account, err error) (*userOutput, error) {
	if err != nil {
		return nil, err
	}
	return &userOutput{userAccount(u)}, nil
}

// invitation and acceptInvitation are plain handlers: whoever comes with a link has no session.
func (a *API) invitation(w http.ResponseWriter, r *http.Request) {
	u, purpose, err := a.Auth.Welcome(r.Context(), config.Secret(r.PathValue("token")), a.Auth.Client(r))
	if err != nil {
		a.Refuse(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	respond(w, http.StatusOK, Invitation{Email: u.Email, Name: u.Name, Purpose: string(purpose)})
}

func (a *API) acceptInvitation(w http.ResponseWriter, r *http.Request) {
	if err := a.Auth.CheckOrigin(r); err != nil {
		a.Refuse(w, r, err)
		return
	}
	var in NewPassword
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
				"200": {Description: "Whom it is for", Content: a.content(typeOf[Invitation]())}, "404": problem, "429": problem,
			},
		},
		{
			OperationID: useLink, Method: http.MethodPost, Summary: "Set a password with a link, and log in",
			Description: "A link works once. All other sessions of the user end.",
			RequestBody: &huma.RequestBody{Required: true, Content: a.content(typeOf[NewPassword]())},
			Responses: map[string]*huma.Response{
				"200": {Description: "The session", Content: a.content(typeOf[SessionInfo]())}, "404": problem, "422": problem, "429": problem,
			},
		},
	} {
		op.Path, op.Parameters = prefix+"/invitations/{token}", []*huma.Param{token}
		a.huma.OpenAPI().AddOperation(op)
	}
}
