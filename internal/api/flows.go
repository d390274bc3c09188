package api

import (
	"context"
	"net/http"

	"parley/internal/api/guided"
	"parley/internal/auth"
)

func (a *API) flows() {
	register(a, operation{
		id: "list-flows", method: http.MethodGet, path: "/flows", summary: "List published flows with where conversations are in them",
		description: "Each flow as a graph of steps. Steps are counted over the last days, waiting conversations now.", need: auth.ReadReports,
	}, func(ctx context.Context, in *guided.ListInput, _ auth.User) (*guided.ListOutput, error) {
		return a.Flows.List(ctx, in)
	})
}
