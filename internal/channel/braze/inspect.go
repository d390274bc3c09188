package braze

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// Campaign is what Braze tells of one (its page "Export campaign details").
type Campaign struct {
	Name         string   `json:"name"`
	Archived     bool     `json:"archived"`
	Draft        bool     `json:"draft"`
	Enabled      *bool    `json:"enabled"` // false while it is stopped; nil when Braze does not say
	ScheduleType string   `json:"schedule_type"`
	Channels     []string `json:"channels"`
}

// The values of Campaign that a reply campaign must have.
const (
	ScheduleAPITriggered = "api_triggered"
	ChannelWhatsApp      = "whats_app"
	ChannelWebhook       = "webhook"
)

// Sight is what any answer shows beside its content.
type Sight struct {
	Rate RateLimit
	// Skew is how far this machine's clock is ahead of Braze's, to about a second; Dated is false when the answer had no date.
	Skew  time.Duration
	Dated bool
}

// Campaign asks for one campaign. It needs the permission campaigns.details and changes nothing. The error is an *Error.
func (c *Client) Campaign(ctx context.Context, id string) (Campaign, Sight, error) {
	return c.details(ctx, "/campaigns/details?campaign_id="+url.QueryEscape(id))
}

// Canvas asks the same of a Canvas (Braze's page "Export Canvas details"). It needs the permission canvas.details.
func (c *Client) Canvas(ctx context.Context, id string) (Campaign, error) {
	out, _, err := c.details(ctx, "/canvas/details?canvas_id="+url.QueryEscape(id))
	return out, err
}

func (c *Client) details(ctx context.Context, path string) (Campaign, Sight, error) {
	a := c.call(ctx, http.MethodGet, path, nil)
	sight := c.sight(a)
	if a.err != nil {
		return Campaign{}, sight, a.err
	}
	var out Campaign
	if err := json.Unmarshal(a.body, &out); err != nil {
		return Campaign{}, sight, &Error{Kind: KindUnexpected, Status: a.status, Message: "the details are not what Braze documents"}
	}
	return out, sight, nil
}

// MayTrack tells Braze nothing of nobody, which it refuses with a 400 once the key has passed. So a nil error says that
// the key may write to profiles; anything else is an *Error.
func (c *Client) MayTrack(ctx context.Context) error {
	a := c.post(ctx, trackPath, []byte("{}"))
	if a.err == nil || a.err.Status == http.StatusBadRequest {
		return nil
	}
	return a.err
}

// MayTrigger asks Braze to send a campaign to nobody, which it refuses with a 400 that means "nothing was sent" ("API
// errors and responses" page: No Recipients) once the key has passed. So a nil error says that the key may send; anything
// else is an *Error.
func (c *Client) MayTrigger(ctx context.Context, id string) (Sight, error) {
	body, err := json.Marshal(map[string]any{"campaign_id": id, "recipients": []any{}})
	if err != nil {
		return Sight{}, invalid("the request cannot be built: " + err.Error())
	}
	a := c.post(ctx, triggerSendPath, body)
	sight := c.sight(a)
	if a.err == nil || a.err.Kind == KindInvalid && a.err.Status == http.StatusBadRequest && a.err.Code != "invalid_campaign" {
		return sight, nil
	}
	return sight, a.err
}

func (c *Client) sight(a *answer) Sight {
	s := Sight{Rate: a.rate, Dated: !a.date.IsZero()}
	if s.Dated {
		s.Skew = c.now().Sub(a.date)
	}
	return s
}

// AsError gives the call's error out of a chain, or nil.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
