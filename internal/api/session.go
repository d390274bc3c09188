package api

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/audit"
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

// What the audit log calls what is done with plain handlers; they are also the ids in the document.
const (
	logIn   = "log-in"
	logOut  = "log-out"
	useLink = "accept-invitation"
)

// sessions are plain handlers, because they set cookies and look at where a request comes from.
func (a *API) sessions() {
	a.mux.HandleFunc("POST "+prefix+"/session", a.login)
	a.mux.Handle("GET "+prefix+"/session", a.Auth.Require(auth.InPerson, http.HandlerFunc(a.session)))
	a.mux.Handle("DELETE "+prefix+"/session", a.Auth.Require(auth.InPerson, http.HandlerFunc(a.logout)))
	a.actions = append(a.actions, logIn, logOut)
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
		if status := auth.Status(err); status != http.StatusTooManyRequests { // nothing was tried, and whoever floods us must not fill the log
			a.record(r, "", logIn, status) // not what was typed: people type their password into the wrong field
		}
		a.Refuse(w, r, err)
		return
	}
	a.record(r, s.User.ID, logIn, http.StatusOK)
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
	a.record(r, s.User.ID, logOut, http.StatusNoContent)
	a.Auth.ClearCookie(w, r)
	w.WriteHeader(http.StatusNoContent)
}

// record writes down what a plain handler did.
func (a *API) record(r *http.Request, actor, action string, status int) {
	a.Audit.Record(audit.Entry{Actor: actor, Action: action, Status: status, Address: address(a.Auth.Address(r))})
}

func sessionInfo(s auth.Session) SessionInfo {
	return SessionInfo{User: Person{ID: s.User.ID, Email: s.User.Email, Name: s.User.Name, Role: string(s.User.Role)}, CSRFToken: s.CSRF}
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (a *API) describeSessions() {
	doc := a.huma.OpenAPI()
	content, problem := a.content, a.refused()
	info := &huma.Response{Description: "The session", Content: content(typeOf[SessionInfo]())}
	session := []map[string][]string{{"session": {}}}
	person := map[string]any{permissionKey: string(auth.InPerson)}
	for _, op := range []*huma.Operation{
		{
			OperationID: logIn, Method: http.MethodPost, Summary: "Log in",
			RequestBody: &huma.RequestBody{Required: true, Content: content(typeOf[Login]())},
			Responses:   map[string]*huma.Response{"200": info, "401": problem, "429": problem},
		},
		{
			OperationID: "get-session", Method: http.MethodGet, Summary: "Who is logged in", Security: session, Extensions: person,
			Responses: map[string]*huma.Response{"200": info, "401": problem},
		},
		{
			OperationID: logOut, Method: http.MethodDelete, Summary: "Log out", Security: session, Extensions: person,
			Responses: map[string]*huma.Response{"204": {Description: "Logged out"}, "401": problem, "403": problem},
		},
	} {
		op.Path = prefix + "/session"
		doc.AddOperation(op)
	}
}

func (a *API) content(t reflect.Type) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, t)}}
}

// refused describes the answer to whom something is refused.
func (a *API) refused() *huma.Response {
	schema := huma.SchemaFromType(a.huma.OpenAPI().Components.Schemas, typeOf[Problem]())
	return &huma.Response{Description: "Refused", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
}
