package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/api/accounts"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/chat"
)

// operation is one entry of the desk API. All of them are registered through
// register, so that none can forget to check who calls.
type operation struct {
	id, method, path, summary string // path is below the prefix
	description               string
	need                      auth.Permission
}

// passing are the operations that only tell where somebody is and how far they have come, many
// times a minute. The audit log leaves them out.
var passing = []string{"send-heartbeat", "tell-activity", "mark-read", "put-draft", "delete-draft", "preview-reply"}

// recorded reports whether the audit log has the operation.
func (o operation) recorded() bool {
	return o.method != http.MethodGet && !slices.Contains(passing, o.id)
}

// register adds an operation to the mux and to the document. handle gets who calls
// and may return a chat.Error, which becomes a problem document.
func register[I, O any](a *API, op operation, handle func(context.Context, *I, auth.User) (*O, error)) {
	if strings.HasPrefix(op.path, "/me") {
		op.need = auth.InPerson // an API token has no account of its own
	}
	errors := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	if op.method != http.MethodGet {
		errors = append(errors, http.StatusConflict)
	}
	if op.recorded() {
		a.actions = append(a.actions, op.id)
	}
	security := []map[string][]string{{"session": {}}, {"token": {}}}
	if op.need == auth.InPerson {
		security = security[:1]
	}
	huma.Register(a.huma, huma.Operation{
		OperationID: op.id, Method: op.method, Path: prefix + op.path, Summary: op.summary,
		Description: strings.TrimSpace(needs(op.need) + " " + op.description),
		Security:    security, Errors: errors, Extensions: map[string]any{permissionKey: string(op.need)},
		Middlewares: huma.Middlewares{a.guard(op)},
	}, func(ctx context.Context, in *I) (*O, error) {
		session, _ := auth.From(ctx)
		out, err := handle(ctx, in, session.User)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// permissionKey is where the document says what an operation needs.
const permissionKey = "x-permission"

func needs(p auth.Permission) string {
	switch p {
	case auth.Known:
		return "Needs a session or any API token."
	case auth.InPerson:
		return "Needs a session; API tokens are refused."
	}
	return "Needs the permission " + string(p) + "."
}

// guard stands before an operation: it refuses who may not, before anything of the request is
// read, and records what was done or tried.
func (a *API) guard(op operation) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(hc)
		session, known := auth.From(hc.Context())
		e := &audit.Entry{Actor: session.User.ID, Action: op.id, Target: target(op.path, hc.Param), Status: http.StatusInternalServerError}
		if op.recorded() {
			e.Address = address(a.Auth.Address(r))
			defer func() { a.Audit.Record(*e) }() // also when the operation panics
		}
		err := auth.ErrNoSession
		if known {
			err = session.User.Check(op.need)
		}
		if err != nil {
			e.Status = auth.Status(err)
			a.Refuse(w, r, err)
			return
		}
		hc = huma.WithContext(hc, accounts.With(hc.Context(), accounts.Call{Entry: e, Origin: a.Auth.Origin(r)}))
		next(hc)
		e.Status = hc.Status()
	}
}

// target is an operation's path up to its last parameter, with the parameters filled in: what
// it is done to. A path without parameters has none.
func target(path string, param func(string) string) string {
	end := strings.LastIndexByte(path, '}')
	if end < 0 {
		return ""
	}
	parts := strings.Split(strings.TrimPrefix(path[:end+1], "/"), "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			parts[i] = clip(param(strings.TrimSuffix(name, "}")))
		}
	}
	return strings.Join(parts, "/")
}

// clip keeps what a caller wrote into a path from filling the audit log.
func clip(text string) string {
	if len(text) > 64 {
		return "…"
	}
	return strings.ToValidUTF8(text, "")
}

// get registers a read that everybody who sees conversations may do.
func get[I, O any](a *API, id, path, summary string, handle func(context.Context, *I) (*O, error)) {
	register(a, operation{id: id, method: http.MethodGet, path: path, summary: summary, need: auth.ReadConversations},
		func(ctx context.Context, in *I, _ auth.User) (*O, error) { return handle(ctx, in) })
}

// act registers what an agent does to a conversation; it answers with the
// conversation as it then is.
func act[I any](a *API, id, path, summary string, handle func(context.Context, *I, auth.User) (chat.ConversationID, error)) {
	change(a, operation{id: id, method: http.MethodPost, path: path, summary: summary, need: auth.WriteConversations}, handle)
}

// change is act for any method and permission.
func change[I any](a *API, op operation, handle func(context.Context, *I, auth.User) (chat.ConversationID, error)) {
	register(a, op, func(ctx context.Context, in *I, user auth.User) (*conversationOutput, error) {
		id, err := handle(ctx, in, user)
		if err != nil {
			return nil, err
		}
		return a.conversation(ctx, &idInput{ID: string(id)}, user)
	})
}
