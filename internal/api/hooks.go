package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/internal/auth"
	"parley/internal/desk/hooks"
	"parley/internal/sign"
	outbox "parley/internal/store/hooks"
)

// Hook is an outgoing webhook, without its secret.
type Hook struct {
	ID                  string     `json:"id"`
	Name                string     `json:"name"`
	URL                 string     `json:"url"`
	Events              []string   `json:"events" nullable:"false"`
	Active              bool       `json:"active"`
	Reason              string     `json:"reason,omitempty" doc:"gone: its receiver answered 410, so it was switched off."`
	SecretHint          string     `json:"secretHint" doc:"The end of the secret, to tell two apart."`
	PreviousSecretUntil *time.Time `json:"previousSecretUntil,omitempty" doc:"Until when the secret before also signs."`
	PausedUntil         *time.Time `json:"pausedUntil,omitempty" doc:"The receiver asked for no calls before this time."`
	Waiting             int        `json:"waiting" doc:"Deliveries that wait for their first or next attempt."`
	Dead                int        `json:"dead" doc:"Deliveries that were given up and can be replayed."`
	CreatedAt           time.Time  `json:"createdAt"`
}

// HookWithSecret is a webhook at the only time its secret is shown.
type HookWithSecret struct {
	Hook
	Secret string `json:"secret" doc:"Signs what is sent (Standard Webhooks). Shown this once."`
}

// HookDelivery is one event on its way to one webhook.
type HookDelivery struct {
	ID             string     `json:"id"`
	Event          string     `json:"event"`
	EventID        string     `json:"eventId" doc:"The id in the body and in the header webhook-id."`
	ConversationID string     `json:"conversationId,omitempty"`
	State          string     `json:"state" enum:"waiting,done,dead"`
	Attempts       int        `json:"attempts"`
	NextAt         *time.Time `json:"nextAt,omitempty" doc:"When it is tried next."`
	Status         int        `json:"status" doc:"HTTP status of the last attempt; 0 if there was no answer."`
	ErrorCode      string     `json:"errorCode,omitempty" enum:"status,redirect,gone,timeout,private,dns,refused,no_connection,broken" doc:"Why the last attempt failed."`
	Error          string     `json:"error,omitempty" doc:"The same as a sentence."`
	Answer         string     `json:"answer,omitempty" doc:"The beginning of what the receiver said last."`
	Millis         int64      `json:"millis" doc:"How long the last attempt took."`
	At             time.Time  `json:"at" doc:"When the event happened."`
	TriedAt        *time.Time `json:"triedAt,omitempty"`
	DoneAt         *time.Time `json:"doneAt,omitempty"`
}

// HookDeliveryDetail is a delivery with what is sent.
type HookDeliveryDetail struct {
	HookDelivery
	Payload string `json:"payload" doc:"The body, byte for byte."`
}

// HookWanted is a webhook as an admin describes it.
type HookWanted struct {
	Name   string   `json:"name" minLength:"1" maxLength:"80"`
	URL    string   `json:"url" minLength:"1" maxLength:"2000" doc:"https; plain http and private addresses only with hooks.allow_private."`
	Events []string `json:"events" nullable:"false" maxItems:"20" doc:"conversation.opened, offered, assigned, passed_back, resolved, reopened; message.received, sent, delivered, read, failed; handoff.created; csat.answered."`
	Active *bool    `json:"active,omitempty" doc:"Whether events are recorded and sent; true when left out."`
}

func (w HookWanted) wanted() hooks.Wanted {
	return hooks.Wanted{Name: w.Name, URL: w.URL, Events: w.Events, Active: w.Active == nil || *w.Active}
}

type (
	hookCreate struct{ Body HookWanted }
	hookUpdate struct {
		ID   string `path:"id" maxLength:"40"`
		Body HookWanted
	}
	hookOutput struct{ Body Hook }
	hookSecret struct{ Body HookWithSecret }
	hookList   struct {
		Body struct {
			Items  []Hook   `json:"items" nullable:"false"`
			Events []string `json:"events" nullable:"false" doc:"What a webhook may ask for."`
		}
	}
	hookDeliveries struct {
		ID     string `path:"id" maxLength:"40"`
		State  string `query:"state" enum:"waiting,done,dead"`
		Cursor string `query:"cursor" maxLength:"40"`
		Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	}
	hookDeliveryList struct {
		Body struct {
			Items      []HookDelivery `json:"items" nullable:"false"`
			NextCursor string         `json:"nextCursor" doc:"Empty on the last page."`
		}
	}
	hookDeliveryInput struct {
		ID       string `path:"id" maxLength:"40"`
		Delivery string `path:"delivery" maxLength:"40"`
	}
	hookDeliveryOutput struct{ Body HookDelivery }
	hookDeliveryDetail struct{ Body HookDeliveryDetail }
	hookReplayed       struct {
		Body struct {
			Replayed int `json:"replayed"`
		}
	}
)

func (a *API) hooks() {
	manage := func(id, method, path, summary string) operation {
		return operation{id: id, method: method, path: path, summary: summary, need: auth.ManageHooks}
	}
	register(a, manage("list-hooks", http.MethodGet, "/hooks", "List outgoing webhooks"), a.listHooks)
	register(a, manage("create-hook", http.MethodPost, "/hooks", "Add a webhook, which gets what happens from now on"), a.createHook)
	register(a, manage("update-hook", http.MethodPut, "/hooks/{id}", "Change a webhook, or switch it on or off"), a.updateHook)
	register(a, manage("delete-hook", http.MethodDelete, "/hooks/{id}", "Forget a webhook and its deliveries"), a.deleteHook)
	register(a, manage("rotate-hook-secret", http.MethodPost, "/hooks/{id}/secret", "Make another secret; the one before also signs for a day"), a.rotateHook)
	register(a, manage("test-hook", http.MethodPost, "/hooks/{id}/test", "Post a test event at once, and say what came of it"), a.testHook)
	register(a, manage("replay-dead-hooks", http.MethodPost, "/hooks/{id}/replay", "Send everything again that was given up"), a.replayDead)
	register(a, manage("list-hook-deliveries", http.MethodGet, "/hooks/{id}/deliveries", "List a webhook's deliveries, newest first"), a.hookDeliveries)
	register(a, manage("get-hook-delivery", http.MethodGet, "/hooks/{id}/deliveries/{delivery}", "Read one delivery with its body"), a.hookDelivery)
	register(a, manage("replay-hook-delivery", http.MethodPost, "/hooks/deliveries/{id}/replay", "Send one delivery again"), a.replayHook)
	a.describeHooks()
}

// describeHooks puts what is sent into the document.
func (a *API) describeHooks() {
	document := a.huma.OpenAPI()
	event := huma.SchemaFromType(document.Components.Schemas, typeOf[hooks.Event]())
	document.Webhooks = map[string]*huma.PathItem{"event": {Post: &huma.Operation{
		OperationID: "receive-event", Summary: "What Parley posts to a webhook",
		Description: "Signed as Standard Webhooks has it: webhook-id, webhook-timestamp and webhook-signature. Any 2xx within 10 seconds takes it; " +
			"anything else is tried again for most of a day; 410 switches the webhook off.",
		RequestBody: &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: event}}},
		Responses:   map[string]*huma.Response{"204": {Description: "Taken."}},
	}}}
}

func hookShape(h outbox.Hook, c outbox.Count, now int64) Hook {
	out := Hook{
		ID: h.ID, Name: h.Name, URL: h.URL, Events: h.Events, Active: h.Active, Reason: h.Reason, SecretHint: sign.Hint(h.Secret),
		Waiting: c.Waiting, Dead: c.Dead, CreatedAt: when(h.CreatedAt),
	}
	if h.OldSecret != "" && h.OldUntil > now {
		out.PreviousSecretUntil = maybe(h.OldUntil)
	}
	if h.PausedUntil > now {
		out.PausedUntil = maybe(h.PausedUntil)
	}
	return out
}

func deliveryShape(d outbox.Delivery) HookDelivery {
	code, sentence, _ := strings.Cut(d.Error, ": ")
	out := HookDelivery{
		ID: d.ID, Event: d.Event, EventID: d.EventID, ConversationID: d.Lane, State: string(d.State), Attempts: d.Attempts, Status: d.Status,
		ErrorCode: code, Error: sentence, Answer: d.Answer, Millis: d.Millis, At: when(d.At), TriedAt: maybe(d.TriedAt), DoneAt: maybe(d.DoneAt),
	}
	if d.State == outbox.Waiting {
		out.NextAt = maybe(d.NextAt)
	}
	return out
}

func (a *API) listHooks(ctx context.Context, _ *struct{}, _ auth.User) (*hookList, error) {
	list, err := outbox.List(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	counts, err := outbox.Counts(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	out := &hookList{}
	out.Body.Items, out.Body.Events = []Hook{}, hooks.Events()
	for _, h := range list {
		out.Body.Items = append(out.Body.Items, hookShape(h, counts[h.ID], time.Now().UnixMilli()))
	}
	return out, nil
}

func (a *API) createHook(ctx context.Context, in *hookCreate, user auth.User) (*hookSecret, error) {
	h, err := a.Hooks.Create(ctx, in.Body.wanted(), user.ID)
	if err != nil {
		return nil, err
	}
	return &hookSecret{HookWithSecret{hookShape(h, outbox.Count{}, h.CreatedAt), h.Secret}}, nil
}

func (a *API) updateHook(ctx context.Context, in *hookUpdate, _ auth.User) (*hookOutput, error) {
	h, err := a.Hooks.Update(ctx, in.ID, in.Body.wanted())
	if err != nil {
		return nil, err
	}
	shape, err := a.hookNow(ctx, h)
	return &hookOutput{shape}, err
}

// hookNow is a hook with its present counts.
func (a *API) hookNow(ctx context.Context, h outbox.Hook) (Hook, error) {
	counts, err := outbox.Counts(ctx, a.Store)
	return hookShape(h, counts[h.ID], time.Now().UnixMilli()), err
}

func (a *API) rotateHook(ctx context.Context, in *idInput, _ auth.User) (*hookSecret, error) {
	h, err := a.Hooks.Rotate(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	shape, err := a.hookNow(ctx, h)
	return &hookSecret{HookWithSecret{shape, h.Secret}}, err
}

func (a *API) deleteHook(ctx context.Context, in *idInput, _ auth.User) (*struct{}, error) {
	return nil, a.Hooks.Delete(ctx, in.ID)
}

func (a *API) testHook(ctx context.Context, in *idInput, _ auth.User) (*hookDeliveryOutput, error) {
	d, err := a.Hooks.Test(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &hookDeliveryOutput{deliveryShape(d)}, nil
}

func (a *API) replayHook(ctx context.Context, in *idInput, _ auth.User) (*hookDeliveryOutput, error) {
	d, err := a.Hooks.Replay(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &hookDeliveryOutput{deliveryShape(d)}, nil
}

func (a *API) replayDead(ctx context.Context, in *idInput, _ auth.User) (*hookReplayed, error) {
	out := &hookReplayed{}
	var err error
	out.Body.Replayed, err = a.Hooks.ReplayDead(ctx, in.ID)
	return out, err
}

func (a *API) hookDeliveries(ctx context.Context, in *hookDeliveries, _ auth.User) (*hookDeliveryList, error) {
	if _, err := outbox.Get(ctx, a.Store, in.ID); err != nil {
		return nil, err
	}
	list, err := outbox.Deliveries(ctx, a.Store, outbox.Filter{HookID: in.ID, State: outbox.State(in.State), Before: in.Cursor, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := &hookDeliveryList{}
	out.Body.Items = []HookDelivery{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.NextCursor = list[in.Limit-1].ID
	}
	for _, d := range list {
		out.Body.Items = append(out.Body.Items, deliveryShape(d))
	}
	return out, nil
}

func (a *API) hookDelivery(ctx context.Context, in *hookDeliveryInput, _ auth.User) (*hookDeliveryDetail, error) {
	d, err := outbox.DeliveryByID(ctx, a.Store, in.Delivery)
	if err != nil {
		return nil, err
	}
	return &hookDeliveryDetail{HookDeliveryDetail{deliveryShape(d), d.Payload}}, nil
}
