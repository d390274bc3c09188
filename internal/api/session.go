package api

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
)

// Login is what it takes to begin a session.
type Login struct {
	Email    string `json:"email" maxLength:"254"`
	Password string `json:"password" maxLength:"1024"`
}

// Person is a user of the desk.
type Person struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	Role  string `json:"role" enum:"agent,supervisor,admin"`
}

// SessionInfo is what a browser may know of its session.
type SessionInfo struct {
	User      Person `json:"user"`
	CSRFToken string `json:"csrfToken" doc:"To be sent as X-CSRF-Token with whatever changes something."`
}

// sessions are plain handlers, because they set cookies and look at where a request comes from.
func (a *API) sessions() {
	a.mux.HandleFunc("POST "+prefix+"/session", a.login)
	a.mux.Handle("GET "+prefix+"/session", a.Auth.Require(auth.Agent, http.HandlerFunc(a.session)))
	a.mux.Handle("DELETE "+prefix+"/session", a.Auth.Require(auth.Agent, http.HandlerFunc(a.logout)))
	a.describeSessions()
}

func (a *API) login(w http.ResponseWriter, r *http.Request) {
	if err := a.Auth.CheckOrigin(r); err != nil {
		a.Refuse(w, r, err)
		return
	}
	var in Login
	if err := json.NewDecoder(io.LimitReader(r.Body, 8<<10)).Decode(&in); err != nil {
		a.Refuse(w, r, chat.Errorf(chat.Invalid, `the body must be {"email": …, "password": …}`))
		return
	}
	s, err := a.Auth.Login(r.Context(), in.Email, config.Secret(in.Password), a.Auth.Client(r))
	if err != nil {
		a.Refuse(w, r, err)
		return
	}
	a.Auth.SetCookie(w, r, s)
	respond(w, http.StatusOK, sessionInfo(s))
}

func (a *API) session(w http.ResponseWriter, r *http.Request) {
	s, _ := auth.From(r.Context())
	respond(w, http.StatusOK, sessionInfo(s))
}

func (a *API) logout(w http.ResponseWriter, r *http.Request) {
	s, _ := auth.From(r.Context())
	if err := a.Auth.Logout(r.Context(), s.Token); err != nil {
		a.Refuse(w, r, err)
		return
	}
	a.Auth.ClearCookie(w, r)
	w.WriteHeader(http.StatusNoContent)
}

func sessionInfo(s auth.Session) SessionInfo {
	return SessionInfo{User: Person{ID: s.User.ID, Email: s.User.Email, Name: s.User.Name, Role: string(s.User.Role)}, CSRFToken: s.CSRF}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (a *API) describeSessions() {
	doc := a.huma.OpenAPI()
	schemas := doc.Components.Schemas
	content := func(t reflect.Type) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: huma.SchemaFromType(schemas, t)}}
	}
	problem := &huma.Response{
		Description: "Refused",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: huma.SchemaFromType(schemas, typeOf[Problem]())}},
	}
	info := &huma.Response{Description: "The session", Content: content(typeOf[SessionInfo]())}
	session := []map[string][]string{{"session": {}}}
	for _, op := range []*huma.Operation{
		{
			OperationID: "log-in", Method: http.MethodPost, Summary: "Log in",
			RequestBody: &huma.RequestBody{Required: true, Content: content(typeOf[Login]())},
			Responses:   map[string]*huma.Response{"200": info, "401": problem, "429": problem},
		},
		{
			OperationID: "get-session", Method: http.MethodGet, Summary: "Who is logged in", Security: session,
			Responses: map[string]*huma.Response{"200": info, "401": problem},
		},
		{
			OperationID: "log-out", Method: http.MethodDelete, Summary: "Log out", Security: session,
			Responses: map[string]*huma.Response{"204": {Description: "Logged out"}, "401": problem, "403": problem},
		},
	} {
		op.Path = prefix + "/session"
		doc.AddOperation(op)
	}
}
