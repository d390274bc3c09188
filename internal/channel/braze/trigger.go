package braze

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	// MaxRecipients is how many recipients one call may have (Braze's "Send campaign messages via
	// API-triggered delivery" page).
	MaxRecipients = 50
	// MaxProperties is how many bytes of JSON one set of trigger properties may take (same page).
	MaxProperties = 50 << 10

	triggerSendPath = "/campaigns/trigger/send"
)

// UserAlias is the alias half of a recipient. Both fields are required.
type UserAlias struct {
	Name  string `json:"alias_name"`
	Label string `json:"alias_label"`
}

// Recipient is one person of a [TriggerSend]; exactly one of ExternalUserID, UserAlias and BrazeID is set.
type Recipient struct {
	ExternalUserID string     `json:"external_user_id,omitempty"`
	UserAlias      *UserAlias `json:"user_alias,omitempty"`
	BrazeID        string     `json:"braze_id,omitempty"`

	// TriggerProperties override those of the whole call, key by key.
	TriggerProperties map[string]any `json:"trigger_properties,omitempty"`
	// Attributes are written to the profile before the message is sent. They cost data points.
	Attributes map[string]any `json:"attributes,omitempty"`
	// SendToExistingOnly nil means Braze's default, true. With false Braze makes the user first, which
	// needs Attributes and is not possible with an alias.
	SendToExistingOnly *bool `json:"send_to_existing_only,omitempty"`
}

// RecipientFor addresses a contact by the surest name known: external id, else braze_id, else alias.
// It fails when there is none, or only half an alias.
func RecipientFor(externalID, brazeID, aliasName, aliasLabel string) (Recipient, error) {
	switch {
	case !blank(externalID):
		return Recipient{ExternalUserID: externalID}, nil
	case !blank(brazeID):
		return Recipient{BrazeID: brazeID}, nil
	case !blank(aliasName) && !blank(aliasLabel):
		return Recipient{UserAlias: &UserAlias{Name: aliasName, Label: aliasLabel}}, nil
	}
	return Recipient{}, invalid("no external id, braze_id or complete alias is known, so Braze cannot be told whom to answer")
}

// key tells recipients apart within a call; empty when the recipient is not valid.
func (r *Recipient) key() string {
	switch {
	case r.ExternalUserID != "":
		return "e\x00" + r.ExternalUserID
	case r.BrazeID != "":
		return "b\x00" + r.BrazeID
	case r.UserAlias != nil:
		return "a\x00" + r.UserAlias.Label + "\x00" + r.UserAlias.Name
	}
	return ""
}

func (r *Recipient) check() string {
	set := 0
	for _, ok := range [...]bool{r.ExternalUserID != "", r.BrazeID != "", r.UserAlias != nil} {
		if ok {
			set++
		}
	}
	switch {
	case set != 1:
		return fmt.Sprintf("has %d identifiers; give exactly one of external_user_id, user_alias and braze_id", set)
	case r.ExternalUserID != "" && blank(r.ExternalUserID), r.BrazeID != "" && blank(r.BrazeID):
		return "has a blank identifier"
	case r.UserAlias != nil && (blank(r.UserAlias.Name) || blank(r.UserAlias.Label)):
		return "has an alias without a name or without a label"
	case r.SendToExistingOnly == nil || *r.SendToExistingOnly:
		return ""
	case r.UserAlias != nil:
		return "has send_to_existing_only false with an alias; Braze cannot create alias-only users here"
	case len(r.Attributes) == 0:
		return "has send_to_existing_only false without attributes; Braze needs them to create the user"
	}
	return ""
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// TriggerSend is a call of POST /campaigns/trigger/send or, with CanvasID in place of CampaignID, of
// POST /canvas/trigger/send: what was composed in Braze, to 1 to 50 people. The maps are only read.
type TriggerSend struct {
	CampaignID        string         `json:"campaign_id"`
	CanvasID          string         `json:"-"`
	SendID            string         `json:"send_id,omitempty"` // must have been created at Braze before
	TriggerProperties map[string]any `json:"trigger_properties,omitempty"`
	Recipients        []Recipient    `json:"recipients"`
}

// check finds what Braze would refuse, or what would lose a message in silence: Braze collapses a
// person named twice in one call into one message.
func (t *TriggerSend) check() error {
	switch n := len(t.Recipients); {
	case t.CanvasID != "" && t.CampaignID != "":
		return invalid("campaign_id and canvas_id are both set; a call goes to one of them")
	case blank(t.CampaignID) && blank(t.CanvasID):
		return invalid("campaign_id is empty; set it to the API-triggered campaign's identifier")
	case n == 0:
		return invalid("there are no recipients")
	case n > MaxRecipients:
		return invalid(fmt.Sprintf("there are %d recipients; Braze takes at most %d in one call", n, MaxRecipients))
	}
	seen := make(map[string]int, len(t.Recipients))
	for i := range t.Recipients {
		r := &t.Recipients[i]
		if words := r.check(); words != "" {
			return invalid(fmt.Sprintf("recipient %d %s", i, words))
		}
		key := r.key()
		if first, ok := seen[key]; ok {
			return invalid(fmt.Sprintf("recipients %d and %d are the same person; Braze would send only one of the two messages", first, i))
		}
		seen[key] = i
	}
	return nil
}

// encode writes the call's body.
func (t *TriggerSend) encode() ([]byte, error) {
	body, err := marshal(t.body())
	if err != nil {
		return nil, invalid("trigger properties or attributes cannot be written as JSON: " + err.Error())
	}
	if len(body) <= MaxProperties {
		return body, nil
	}
	if err := checkProperties("the call's", t.TriggerProperties); err != nil {
		return nil, err
	}
	for i := range t.Recipients {
		if err := checkProperties(fmt.Sprintf("recipient %d's", i), t.Recipients[i].TriggerProperties); err != nil {
			return nil, err
		}
	}
	return body, nil
}

func checkProperties(whose string, properties map[string]any) error {
	body, err := marshal(properties)
	if err == nil && len(body) > MaxProperties {
		err = invalid(fmt.Sprintf("%s trigger properties take %d bytes; Braze takes at most %d", whose, len(body), MaxProperties))
	}
	return err
}

// marshal is json.Marshal without the escaping meant for HTML, which would only lengthen the body.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Result is what Braze said to an accepted call. Accepted means well formed and queued, nothing more:
// unknown, unsubscribed and capped people, closed windows and paused campaigns are accepted too.
type Result struct {
	DispatchID string   // one for the whole call; empty when the answer was cut
	Message    string   // "success", as far as is known
	Notice     string   // Braze's remark, for example that the campaign is paused
	Errors     []string // minor errors: Braze took the call without what they name; they may name people
	RequestID  string
	Status     int
	Rate       RateLimit
	Duration   time.Duration
	// Cut says that the status line arrived but not the whole body. The call counts as accepted
	// because Braze writes the status after it has queued the call; sending again would double it.
	Cut bool
}

// TriggerSend asks Braze to send a campaign or a Canvas. The error is always an [*Error]; unless it is
// [Error.Ambiguous], nothing was sent. The call is made once: repeating is the caller's decision.
// The exchange is empty when the call was refused before it was made.
func (c *Client) TriggerSend(ctx context.Context, call TriggerSend) (Result, Exchange, error) {
	if err := call.check(); err != nil {
		return Result{}, Exchange{}, err
	}
	body, err := call.encode()
	if err != nil {
		return Result{}, Exchange{}, err
	}
	return c.deliver(ctx, call.path(), body, call.redacted(), call.people)
}

// acceptance reads a 2xx answer.
func acceptance(a *answer) Result {
	r := Result{
		RequestID: a.requestID, Status: a.status, Rate: a.rate, Duration: a.duration, Cut: a.cut,
	}
	var body struct {
		DispatchID string          `json:"dispatch_id"`
		Message    string          `json:"message"`
		Notice     string          `json:"notice"`
		Errors     json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		r.Cut = r.Cut || a.status == http.StatusCreated
		return r
	}
	r.DispatchID, r.Message, r.Notice = body.DispatchID, body.Message, body.Notice
	r.Errors = errorTexts(body.Errors)
	return r
}

// errorTexts reads Braze's "errors": texts, or objects that are kept as JSON.
func errorTexts(raw json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var texts []string
	for _, item := range items {
		var text string
		if json.Unmarshal(item, &text) != nil {
			text = string(item)
		}
		texts = append(texts, text)
	}
	return texts
}
