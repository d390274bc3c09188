package braze

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// Exchange is one call as it may be shown and kept: what customers and agents wrote is replaced by its
// length, people are named by the last characters of their identifiers, and the key is nowhere.
type Exchange struct {
	Method    string
	Path      string
	Status    int // zero when there was no answer
	Request   json.RawMessage
	Response  json.RawMessage // valid JSON; a JSON string when the answer was none; nil without an answer
	Duration  time.Duration
	RequestID string
	Err       error // nil when the call was accepted; else an [*Error], already redacted
}

const masked = "•••"

// redactor takes the key, which Braze's 401 repeats ("Invalid API key: …"), and people out of a text.
func (c *Client) redactor(people []string) *strings.Replacer {
	pairs := []string{c.key, masked}
	for _, id := range people {
		if len(id) >= 4 { // shorter ones would tear ordinary words apart
			pairs = append(pairs, id, tail(id))
		}
	}
	return strings.NewReplacer(pairs...)
}

// people are the identifiers of all recipients.
func (t *TriggerSend) people() []string {
	var ids []string
	for i := range t.Recipients {
		r := &t.Recipients[i]
		ids = append(ids, r.ExternalUserID, r.BrazeID)
		if r.UserAlias != nil {
			ids = append(ids, r.UserAlias.Name)
		}
	}
	return ids
}

func (a *answer) exchange(path string, request json.RawMessage, redact *strings.Replacer) Exchange {
	x := Exchange{
		Method: http.MethodPost, Path: path, Status: a.status, Request: request,
		Duration: a.duration, RequestID: a.requestID,
	}
	if a.err != nil {
		x.Err = a.err
	}
	if a.status == 0 {
		return x
	}
	text := strings.ToValidUTF8(string(a.body), "\uFFFD")
	if clean := redact.Replace(text); json.Valid([]byte(text)) && json.Valid([]byte(clean)) {
		x.Response = json.RawMessage(clean)
	} else {
		x.Response, _ = marshal(clip(clean, 2000))
	}
	return x
}

// tail names an identifier by its last characters, at most a third of it and at most four.
func tail(id string) string {
	n := min(utf8.RuneCountInString(id)/3, 4)
	cut := len(id)
	for ; n > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(id[:cut])
		cut -= size
	}
	return "…" + id[cut:]
}

// redacted is the call's body as an [Exchange] may show it.
func (t *TriggerSend) redacted() json.RawMessage {
	shown := TriggerSend{
		CampaignID: t.CampaignID, CanvasID: t.CanvasID, SendID: t.SendID,
		TriggerProperties: redactMap(t.TriggerProperties),
		Recipients:        make([]Recipient, len(t.Recipients)),
	}
	for i, r := range t.Recipients {
		to := &shown.Recipients[i]
		to.SendToExistingOnly = r.SendToExistingOnly
		to.TriggerProperties = redactMap(r.TriggerProperties)
		to.Attributes = redactMap(r.Attributes)
		if r.ExternalUserID != "" {
			to.ExternalUserID = tail(r.ExternalUserID)
		}
		if r.BrazeID != "" {
			to.BrazeID = tail(r.BrazeID)
		}
		if r.UserAlias != nil {
			to.UserAlias = &UserAlias{Name: tail(r.UserAlias.Name), Label: r.UserAlias.Label}
		}
	}
	body, err := marshal(shown.body())
	if err != nil {
		return nil
	}
	return body
}

// shownKeys are properties whose values say nothing about a person but much about why a send failed.
var shownKeys = map[string]bool{"subscription_group_id": true, "subscription_state": true}

func redactMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	shown := make(map[string]any, len(m))
	for key, v := range m {
		if s, ok := v.(string); ok && shownKeys[key] {
			shown[key] = s
			continue
		}
		shown[key] = redactValue(v)
	}
	return shown
}

// redactValue keeps the shape of a value and replaces what it holds.
func redactValue(v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return fmt.Sprintf("«%d chars»", utf8.RuneCountInString(v))
	case map[string]any:
		return redactMap(v)
	case []any:
		shown := make([]any, len(v))
		for i := range v {
			shown[i] = redactValue(v[i])
		}
		return shown
	}
	// Other types become plain JSON values first; a number stays hidden, it may be anybody's birthday.
	raw, err := marshal(v)
	if err != nil {
		return "«?»"
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return "«?»"
	}
	switch plain := plain.(type) {
	case float64:
		return "«number»"
	default:
		return redactValue(plain)
	}
}
