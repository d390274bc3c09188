package api

import (
	"context"
	"net/http"

	"parley/internal/api/costs"
	"parley/internal/auth"
)

func (a *API) models() {
	register(a, operation{
		id: "get-model-report", method: http.MethodGet, path: "/reports/models", summary: "Read what language models did and cost in a period of at most 400 days",
		need: auth.ReadReports,
	}, func(ctx context.Context, in *costs.Input, _ auth.User) (*costs.Output, error) {
		return a.Costs.Read(ctx, in)
	})
}
