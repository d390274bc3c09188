// Package api is everything that comes in over HTTP: Braze's webhooks, the desk's
// typed API with its OpenAPI document, and live events. It owns paths, shapes,
// status codes and who may call what; what a call means is decided below it.
//
// Start reading at API.Handler.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/internal/api/beside"
	"parley/internal/api/costs"
	"parley/internal/api/guided"
	"parley/internal/api/setup"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/channel/intake"
	"parley/internal/channel/receipts"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/desk/hooks"
	learning "parley/internal/desk/learn"
	"parley/internal/desk/person"
	"parley/internal/desk/roster"
	"parley/internal/live"
	"parley/internal/media"
	"parley/internal/obs"
	"parley/internal/store"
)

const (
	prefix     = "/api/v1"
	timeFormat = "2006-01-02T15:04:05.000Z07:00"
)

// Settings of the HTTP side.
type Settings struct {
	BodyBytes int64         // largest webhook body
	Desk      http.Handler  // the desk's pages
	Heartbeat time.Duration // how often live events show that they are alive; zero means 15 s
	Now       func() int64  // the clock in unix milliseconds; nil means the machine's
}

// Parts are what the API hands calls on to.
type Parts struct {
	Store  *store.Store
	Auth   *auth.Auth
	Audit  *audit.Trail
	Intake *intake.Intake
	// Receipts takes in what Currents tells; nil: nothing does.
	Receipts *receipts.Receipts
	Desk     *desk.Desk
	Persons  *person.Persons
	Hooks    *hooks.Desk
	Learn    *learning.Learn
	Roster   *roster.Roster
	Media    *media.Fetcher
	Setup    *setup.Setup
	Flows    *guided.Flows
	Costs    *costs.Costs
	Log      *slog.Logger
}

// API answers HTTP.
type API struct {
	Parts
	set  Settings
	hub  *live.Hub
	huma huma.API
	mux  *http.ServeMux
	// actions are the audit log's words for what it records.
	actions []string
}

// New makes the API. SetHub must be called before it serves events.
func New(set Settings, parts Parts) *API {
	if set.Heartbeat == 0 {
		set.Heartbeat = heartbeat
	}
	if set.Now == nil {
		set.Now = func() int64 { return time.Now().UnixMilli() }
	}
	api := &API{Parts: parts, set: set, mux: http.NewServeMux()}
	config := huma.DefaultConfig("Parley desk", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil // no $schema in bodies
	config.Info.Description = "Everything the desk's pages do. Log in with POST " + prefix + "/session; send the session's csrfToken as " +
		auth.CSRFHeader + " with whatever changes something."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "parley"},
		"token":   {Type: "http", Scheme: "bearer", Description: "An API token. It needs no " + auth.CSRFHeader + "."},
	}
	api.huma = humago.New(api.mux, config)
	api.sessions()
	api.access()
	api.conversations()
	api.inbox()
	api.people()
	api.teams()
	api.life()
	api.handoffs()
	api.learning()
	api.hooks()
	api.setup()
	api.flows()
	api.models()
	api.profile()
	api.person()
	api.board()
	api.reports()
	api.describeEvents()
	return api
}

func (a *API) now() int64 { return a.set.Now() }

// SetHub connects live events, which need Render of this API to be made.
func (a *API) SetHub(h *live.Hub) { a.hub = h }

// OpenAPI is the document of the desk API, as it is served and committed.
func (a *API) OpenAPI() ([]byte, error) {
	return json.MarshalIndent(a.huma.OpenAPI(), "", "  ")
}

// Handler serves everything of the public listener. All of the desk API but the
// log-in and the one-time links needs a session or an API token.
func (a *API) Handler() http.Handler {
	root := http.NewServeMux()
	root.HandleFunc("POST /braze/inbound/{route}", a.inbound)
	root.HandleFunc("POST /braze/currents", a.currents)
	root.Handle(prefix+"/session", a.mux)
	root.Handle(prefix+"/invitations/{token}", a.mux)
	root.Handle("GET "+prefix+"/openapi.json", a.Auth.Require(auth.Known, http.HandlerFunc(a.document)))
	root.Handle("GET "+prefix+"/events", a.Auth.Require(auth.ReadConversations, http.HandlerFunc(a.events)))
	root.Handle(prefix+"/", a.Auth.Require(auth.Known, a.mux))
	root.Handle("/", a.set.Desk)
	return obs.Requests(chat.NewID, root)
}

func (a *API) document(w http.ResponseWriter, r *http.Request) {
	body, err := a.OpenAPI()
	if err != nil {
		a.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the caller has gone; nobody is left to tell
}

// describeEvents puts the live events' data into the document, so that the pages' types come from it too.
func (a *API) describeEvents() {
	registry := a.huma.OpenAPI().Components.Schemas
	event := huma.SchemaFromType(registry, typeOf[ConversationEvent]())
	huma.SchemaFromType(registry, typeOf[live.Activity]())
	huma.SchemaFromType(registry, typeOf[beside.MentionEvent]())
	a.huma.OpenAPI().AddOperation(&huma.Operation{
		OperationID: "stream-events", Method: http.MethodGet, Path: prefix + "/events", Summary: "Live changes as server-sent events",
		Description: "Events: hello (the cursor to start from), conversation (its data is ConversationEvent), resync (load anew). " +
			"Each id is a cursor; reconnecting with Last-Event-ID replays what was missed. Without an id, and never replayed: " +
			"activity (Activity), mention (MentionEvent, to the one who is mentioned), people (teams or presence changed; load them anew).",
		Security:   []map[string][]string{{"session": {}}, {"token": {}}},
		Extensions: map[string]any{permissionKey: string(auth.ReadConversations)},
		Responses: map[string]*huma.Response{"200": {
			Description: "A stream; the schema is that of a conversation event's data.",
			Content:     map[string]*huma.MediaType{"text/event-stream": {Schema: event}},
		}},
	})
}

var statuses = map[chat.Code]int{
	chat.Invalid: http.StatusUnprocessableEntity, chat.NotFound: http.StatusNotFound, chat.Conflict: http.StatusConflict,
	chat.Forbidden: http.StatusForbidden, chat.Unavailable: http.StatusServiceUnavailable,
}

// Problem is an error as RFC 9457 has it, with a code for programs.
type Problem struct {
	huma.ErrorModel
	Code      string `json:"code"`
	RequestID string `json:"requestId,omitempty"`
}

// problem turns an error into what may leave the building; the text of an
// internal one is logged and stays.
func (a *API) problem(ctx context.Context, err error) *Problem {
	p := &Problem{RequestID: obs.RequestID(ctx)}
	var e *chat.Error
	var throttled *auth.ThrottledError
	switch {
	case errors.As(err, &e):
		p.Status, p.Code, p.Detail = statuses[e.Code], string(e.Code), e.Message
	case errors.As(err, &throttled):
		p.Status, p.Code, p.Detail = http.StatusTooManyRequests, "rate_limited", throttled.Error()
	case auth.Status(err) == http.StatusUnauthorized:
		p.Status, p.Code, p.Detail = http.StatusUnauthorized, "unauthenticated", err.Error()
	case auth.Status(err) == http.StatusForbidden:
		p.Status, p.Code, p.Detail = http.StatusForbidden, string(chat.Forbidden), err.Error()
	default:
		p.Status, p.Code = http.StatusInternalServerError, "internal"
		p.Detail = "Something went wrong on our side; the log has it under this request id."
		if ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "request failed", obs.Error(err))
		}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// Refuse answers a request that may not go on; auth uses it too.
func (a *API) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problem(r.Context(), err)
	var throttled *auth.ThrottledError
	if errors.As(err, &throttled) {
		w.Header().Set("Retry-After", strconv.Itoa(throttled.Seconds()))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone; nobody is left to tell
}

func (a *API) clientAddr(r *http.Request) netip.Addr { return a.Auth.Address(r) }
