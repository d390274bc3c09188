package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/api/setup"
	"parley/internal/auth"
)

func (a *API) setup() {
	read := func(id, path, summary string, need auth.Permission) operation {
		return operation{id: id, method: http.MethodGet, path: path, summary: summary, need: need}
	}
	register(a, read("list-routes", "/routes", "List inbound routes with what came in by each", auth.ReadRoutes),
		func(ctx context.Context, in *setup.RoutesInput, _ auth.User) (*setup.RoutesOutput, error) {
			return a.Setup.Routes(ctx, in)
		})
	register(a, read("get-setup-guide", "/setup/guide", "Read what to make in Braze, without the secrets", auth.ExamineSetup),
		func(ctx context.Context, _ *struct{}, _ auth.User) (*setup.GuideOutput, error) {
			return a.Setup.Guide(ctx), nil
		})
	register(a, read("list-checks-by-hand", "/setup/by-hand", "List what to look up in Braze because no API shows it", auth.ExamineSetup),
		func(ctx context.Context, _ *struct{}, _ auth.User) (*setup.ByHandOutput, error) {
			return a.Setup.ByHand(ctx), nil
		})
	register(a, read("follow-loop-test", "/setup/loop", "Follow a message that is sent from one's own phone", auth.ExamineSetup),
		func(ctx context.Context, in *setup.LoopInput, _ auth.User) (*setup.LoopOutput, error) {
			return a.Setup.Loop(ctx, in)
		})
	register(a, operation{
		id: "run-doctor", method: http.MethodPost, path: "/setup/doctor", summary: "Look for what keeps messages from arriving or leaving",
		description: "Calls Braze, and changes and sends nothing. Answers with one DoctorFinding on each line (application/x-ndjson), as soon as it is " +
			"known; an examination that ended early ends with a line that has an error instead.",
		need: auth.ExamineSetup,
	}, func(context.Context, *struct{}, auth.User) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: a.examine}, nil
	})
	document := a.huma.OpenAPI()
	document.Paths[prefix+"/setup/doctor"].Post.Responses["200"] = &huma.Response{
		Description: "What was found, a line each.",
		Content: map[string]*huma.MediaType{"application/x-ndjson": {
			Schema: document.Components.Schemas.Schema(typeOf[setup.DoctorFinding](), true, ""),
		}},
	}
}

// examine writes what the doctor finds, line by line.
func (a *API) examine(to huma.Context) {
	_, w := humago.Unwrap(to)
	to.SetHeader("Content-Type", "application/x-ndjson")
	to.SetHeader("Cache-Control", "no-store")
	to.SetHeader("X-Accel-Buffering", "no") // nginx would hold lines back
	lines := json.NewEncoder(w)
	control := http.NewResponseController(w)
	err := a.Setup.Examine(to.Context(), func(f setup.DoctorFinding) {
		_ = lines.Encode(f) // when the caller has gone, the context ends the examination
		_ = control.Flush()
	})
	if err != nil {
		_ = lines.Encode(map[string]string{"error": a.problem(to.Context(), err).Detail})
	}
}
