package braze

import "context"

const canvasSendPath = "/canvas/trigger/send"

// canvasSend is a TriggerSend as /canvas/trigger/send wants it: the same shape under other names (Braze
// docs, "Send Canvas messages via API-triggered delivery").
type canvasSend struct {
	CanvasID   string            `json:"canvas_id"`
	SendID     string            `json:"send_id,omitempty"`
	Context    map[string]any    `json:"context,omitempty"`
	Recipients []canvasRecipient `json:"recipients"`
}

type canvasRecipient struct {
	ExternalUserID     string         `json:"external_user_id,omitempty"`
	UserAlias          *UserAlias     `json:"user_alias,omitempty"`
	BrazeID            string         `json:"braze_id,omitempty"`
	Context            map[string]any `json:"context,omitempty"`
	Attributes         map[string]any `json:"attributes,omitempty"`
	SendToExistingOnly *bool          `json:"send_to_existing_only,omitempty"`
}

func (t *TriggerSend) canvas() *canvasSend {
	c := &canvasSend{CanvasID: t.CanvasID, SendID: t.SendID, Context: t.TriggerProperties, Recipients: make([]canvasRecipient, len(t.Recipients))}
	for i, r := range t.Recipients {
		c.Recipients[i] = canvasRecipient{r.ExternalUserID, r.UserAlias, r.BrazeID, r.TriggerProperties, r.Attributes, r.SendToExistingOnly}
	}
	return c
}

// body is the call as the endpoint that takes it wants it.
func (t *TriggerSend) body() any {
	if t.CanvasID != "" {
		return t.canvas()
	}
	return t
}

func (t *TriggerSend) path() string {
	if t.CanvasID != "" {
		return canvasSendPath
	}
	return triggerSendPath
}

// deliver makes a sending call and reads the answer; shown is its body as an [Exchange] may show it.
func (c *Client) deliver(ctx context.Context, path string, body, shown []byte, people func() []string) (Result, Exchange, error) {
	a := c.post(ctx, path, body)
	var result Result
	var ids []string
	if a.err == nil {
		result = acceptance(a)
	}
	if a.err != nil || len(result.Errors) > 0 {
		ids = people() // an answer that complains may name them
	}
	redact := c.redactor(ids)
	if a.err != nil {
		a.err.Message = redact.Replace(a.err.Message)
	}
	exchange := a.exchange(path, shown, redact)
	if a.err != nil {
		return Result{}, exchange, a.err
	}
	return result, exchange, nil
}
