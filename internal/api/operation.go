package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

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

// register adds an operation to the mux and to the document. handle gets who calls
// and may return a chat.Error, which becomes a problem document.
func register[I, O any](a *API, op operation, handle func(context.Context, *I, auth.User) (*O, error)) {
	errors := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	if op.method != http.MethodGet {
		errors = append(errors, http.StatusConflict)
	}
	huma.Register(a.huma, huma.Operation{
		OperationID: op.id, Method: op.method, Path: prefix + op.path, Summary: op.summary,
		Description: "Needs the permission " + string(op.need) + ". " + op.description,
		Security:    []map[string][]string{{"session": {}}}, Errors: errors,
	}, func(ctx context.Context, in *I) (*O, error) {
		session, ok := auth.From(ctx)
		if !ok || !session.User.Role.May(op.need) {
			return nil, a.problem(ctx, auth.ErrRole)
		}
		out, err := handle(ctx, in, session.User)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
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

// done is the answer of an operation that has nothing to tell: 204.
type done struct{}
