package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/notice"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/wire"
)

const (
	maxRecipients = 50
	maxProperties = 50 * 1024
)

// triggerRequest is the body of /campaigns/trigger/send and /canvas/trigger/send.
type triggerRequest struct {
	CampaignID        string          `json:"campaign_id"`
	CanvasID          string          `json:"canvas_id"`
	SendID            string          `json:"send_id"`
	TriggerProperties json.RawMessage `json:"trigger_properties"`
	Context           json.RawMessage `json:"context"`
	EntryProperties   json.RawMessage `json:"canvas_entry_properties"`
	Broadcast         bool            `json:"broadcast"`
	Audience          json.RawMessage `json:"audience"`
	Recipients        []recipient     `json:"recipients"`
}

// recipient is one person of a call.
type recipient struct {
	ExternalUserID     wire.Text       `json:"external_user_id"`
	UserAlias          *profile.Alias  `json:"user_alias"`
	BrazeID            wire.Text       `json:"braze_id"`
	Email              string          `json:"email"`
	Prioritization     []string        `json:"prioritization"`
	TriggerProperties  json.RawMessage `json:"trigger_properties"`
	Context            json.RawMessage `json:"context"`
	EntryProperties    json.RawMessage `json:"canvas_entry_properties"`
	SendToExistingOnly *bool           `json:"send_to_existing_only"`
	Attributes         map[string]any  `json:"attributes"`

	properties map[string]any
}

// sent is the answer to an accepted send.
type sent struct {
	DispatchID string `json:"dispatch_id"`
	Message    string `json:"message"`
	Notice     string `json:"notice,omitempty"`
	Errors     []any  `json:"errors,omitempty"`
}

func (s *Server) triggerCampaign(c *wire.Call) wire.Reply {
	var q triggerRequest
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	if q.CampaignID == "" {
		return wire.Bad("Invalid Campaign ID: campaign_id must be a string of the campaign api identifier")
	}
	camp := s.campaign(q.CampaignID)
	if camp == nil || camp.Type == campaign.Canvas {
		return wire.Bad("Invalid Campaign ID: Campaign does not exist: %s", q.CampaignID)
	}
	if camp.Type != campaign.WhatsApp || camp.Delivery != campaign.APITriggered {
		return wire.Bad("Invalid Campaign ID: the campaign %s is not API-triggered; choose API-Triggered delivery for it", q.CampaignID)
	}
	return s.trigger(c, &q, camp)
}

func (s *Server) triggerCanvas(c *wire.Call) wire.Reply {
	var q triggerRequest
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	camp := s.campaign(q.CanvasID)
	if camp == nil || camp.Type != campaign.Canvas {
		return wire.Bad("Invalid Canvas ID: Canvas does not exist: %s", q.CanvasID)
	}
	q.TriggerProperties = either(q.Context, q.EntryProperties)
	for i := range q.Recipients {
		r := &q.Recipients[i]
		r.TriggerProperties = either(r.Context, r.EntryProperties)
	}
	return s.trigger(c, &q, camp)
}

func either(a, b json.RawMessage) json.RawMessage {
	if len(a) > 0 {
		return a
	}
	return b
}

// trigger checks the whole call before anything is sent, then sends.
func (s *Server) trigger(c *wire.Call, q *triggerRequest, camp *campaign.Campaign) wire.Reply {
	sw := s.switches.Load()
	common, problem := q.check(camp.Type == campaign.Canvas)
	if problem != "" {
		return wire.Bad("%s", problem)
	}
	var minor []any
	kept := q.Recipients[:0:0]
	for i := range q.Recipients {
		r := &q.Recipients[i]
		if problem := r.check(common); problem != "" {
			problem = fmt.Sprintf("recipients[%d]: %s", i, problem)
			if sw.RecipientErrors == "fatal" {
				return wire.Bad("%s", problem)
			}
			minor = append(minor, problem)
			continue
		}
		kept = append(kept, *r)
	}
	if q.SendID != "" {
		if problem := s.checkSendID(q.SendID, camp.ID); problem != "" {
			return wire.Bad("%s", problem)
		}
	}
	who, err := profile.ParseAudience(q.Audience)
	if err != nil {
		return wire.Bad("audience: %s", err)
	}
	if q.Broadcast && !s.rates.Take(gate.PoolBroadcast, c.Now).OK {
		return wire.Refuse(http.StatusTooManyRequests, "Rate limit exceeded: too many broadcasts in this minute")
	}
	answer := sent{DispatchID: wire.Hex(16), Message: "success", Errors: minor}
	out := &outgoing{kind: kindTrigger, campaign: camp, group: camp.SubscriptionGroupID, dispatchID: answer.DispatchID}
	if camp.Status != campaign.Active {
		if sw.InactiveCampaign == "refuse" && camp.Type != campaign.Canvas {
			return wire.Bad("%s", inactive(camp))
		}
		s.inactive(out, kept)
		answer.Notice = inactive(camp)
		return wire.Answer(http.StatusCreated, answer)
	}
	s.record(entry{Kind: kindTrigger, Outcome: "accepted", CampaignID: camp.ID, Campaign: camp.Name, DispatchID: out.dispatchID, StatusCode: http.StatusCreated})
	if q.Broadcast {
		s.broadcast(out, who, common)
	} else {
		answer.Errors = append(answer.Errors, s.sendTo(kept, out, who)...)
	}
	return wire.Answer(http.StatusCreated, answer)
}

func inactive(c *campaign.Campaign) string {
	what := "campaign"
	if c.Type == campaign.Canvas {
		what = "Canvas"
	}
	if c.Status == campaign.Archived {
		return "The " + what + " is archived. Unarchive the " + what + " to send it."
	}
	return "The " + what + " is " + c.Status + ". Resume the " + what + " to send it."
}

// inactive logs a call for a campaign that is not active, and tells the phones of those it named.
func (s *Server) inactive(out *outgoing, recipients []recipient) {
	s.record(out.entry(nil, "inactive", inactive(out.campaign), notice.Doc("inactive")))
	status := map[string]string{campaign.Paused: "en pause", campaign.Archived: "archivée", campaign.Draft: "à l’état de brouillon"}[out.campaign.Status]
	for i := range recipients {
		if u := s.users.Find(recipients[i].ref()); u != nil {
			s.notify(u, "inactive", bilingual{EN: out.campaign.Status, FR: status}, notice.Doc("inactive"))
		}
	}
}

// check checks what is common to all recipients and returns the common properties.
func (q *triggerRequest) check(canvas bool) (map[string]any, string) {
	switch {
	case q.Broadcast && q.Recipients != nil:
		return nil, "recipients and broadcast cannot be combined: omit one of them"
	case !q.Broadcast && len(q.Recipients) == 0:
		return nil, "No Recipients: recipients is missing or empty, and broadcast is not true"
	case len(q.Recipients) > maxRecipients:
		return nil, fmt.Sprintf("The max number of external_ids and aliases per request was exceeded: %d recipients, at most %d", len(q.Recipients), maxRecipients)
	}
	name := "trigger_properties"
	if canvas {
		name = "context"
	}
	common, err := properties(q.TriggerProperties)
	if err != "" {
		return nil, name + " " + err
	}
	return common, ""
}

// properties reads a properties object.
func properties(raw json.RawMessage) (map[string]any, string) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, ""
	}
	if len(raw) > maxProperties {
		return nil, fmt.Sprintf("has %d bytes, the limit is 50 KB", len(raw))
	}
	var values map[string]any
	if err := wire.DecodeNumbers(raw, &values); err != nil {
		return nil, "must be an object"
	}
	return liquid.Value(values).(map[string]any), ""
}

// check checks one recipient and works out its properties: its own override the common ones key by key.
func (r *recipient) check(common map[string]any) string {
	named := 0
	for _, is := range []bool{r.ExternalUserID != "", r.UserAlias != nil, r.BrazeID != "", r.Email != ""} {
		if is {
			named++
		}
	}
	if named != 1 {
		return fmt.Sprintf("exactly one of external_user_id, user_alias, braze_id and email must be given, not %d", named)
	}
	if r.UserAlias != nil && (r.UserAlias.Name == "" || r.UserAlias.Label == "") {
		return "user_alias needs alias_name and alias_label"
	}
	if r.Email != "" && len(r.Prioritization) == 0 {
		return "prioritization is required with email"
	}
	if r.SendToExistingOnly != nil && !*r.SendToExistingOnly {
		if r.UserAlias != nil {
			return "send_to_existing_only cannot be false with user_alias: the alias must exist"
		}
		if r.Attributes == nil {
			return "attributes must be given when send_to_existing_only is false"
		}
	}
	own, problem := properties(r.TriggerProperties)
	if problem != "" {
		return "trigger_properties " + problem
	}
	r.properties = common
	if own != nil {
		r.properties = own
		if common != nil {
			r.properties = maps.Clone(common)
			maps.Copy(r.properties, own)
		}
	}
	return ""
}

// sendTo sends to the recipients of a call and returns the minor errors.
func (s *Server) sendTo(recipients []recipient, out *outgoing, who profile.Audience) []any {
	sw := s.switches.Load()
	if sw.DuplicateRecipient == "last" {
		reversed := make([]recipient, 0, len(recipients))
		for i := len(recipients) - 1; i >= 0; i-- {
			reversed = append(reversed, recipients[i])
		}
		recipients = reversed
	}
	var minor []any
	done := make(map[string]bool, len(recipients))
	for i := range recipients {
		r := &recipients[i]
		u, problems := s.resolve(r, out.campaign.Type != campaign.Canvas, sw)
		for _, p := range problems {
			minor = append(minor, "attributes."+p)
		}
		if u == nil {
			e := out.entry(nil, "unknown_user", "no profile has "+r.named()+", and send_to_existing_only is true", notice.Doc("unknown_user"))
			e.ExternalID, e.BrazeID = string(r.ExternalUserID), string(r.BrazeID)
			s.record(e)
			continue
		}
		if done[u.BrazeID] {
			s.record(out.entry(u, "duplicate_recipient", "the user is named twice in one call and gets one message", notice.Doc("duplicate_recipient")))
			continue
		}
		done[u.BrazeID] = true
		if !who.Has(u) {
			s.record(out.entry(u, "not_in_audience", "the user does not match the audience of the call", notice.Doc("not_in_audience")))
			continue
		}
		mine := *out
		mine.content = s.campaignContent(&mine, r.properties, nil)
		s.deliver(u, &mine)
	}
	return minor
}

func (r *recipient) named() string {
	switch {
	case r.ExternalUserID != "":
		return "this external_user_id"
	case r.UserAlias != nil:
		return "this user_alias"
	case r.BrazeID != "":
		return "this braze_id"
	}
	return "this email"
}

func (r *recipient) ref() profile.Ref {
	return profile.Ref{ExternalID: string(r.ExternalUserID), BrazeID: string(r.BrazeID), Alias: r.UserAlias, Email: r.Email}
}

// resolve finds the recipient's profile, or makes it when the call asks for that, and writes its
// attributes, all before anything else is decided.
func (s *Server) resolve(r *recipient, groups bool, sw *Switches) (u *profile.User, problems []string) {
	ref := r.ref()
	if r.Email != "" {
		best := profile.Prioritized(s.users.WithEmail(r.Email), r.Prioritization)
		if best == nil {
			return nil, nil
		}
		ref = profile.Ref{BrazeID: best.BrazeID}
	}
	if r.Attributes == nil {
		return s.users.Find(ref), nil
	}
	attributes := r.Attributes
	if _, has := attributes["subscription_groups"]; has && !groups {
		attributes = maps.Clone(attributes)
		delete(attributes, "subscription_groups")
	}
	apply := func(u *profile.User) error {
		problems = profile.Apply(u, attributes, sw.Limits(), s.isGroup)
		return nil
	}
	if r.SendToExistingOnly != nil && !*r.SendToExistingOnly && ref.ExternalID != "" {
		u, _, _ = s.users.ChangeOrCreate(ref, func(u *profile.User) error { u.ExternalID = ref.ExternalID; return nil }, apply)
		return u, problems
	}
	u, _ = s.users.Change(ref, apply)
	return u, problems
}

// broadcast sends to everybody the audience holds.
func (s *Server) broadcast(out *outgoing, who profile.Audience, common map[string]any) {
	for _, u := range s.users.All() {
		if !who.Has(u) || !u.Subscribed(out.group) {
			continue
		}
		mine := *out
		mine.content = s.campaignContent(&mine, common, nil)
		s.deliver(u, &mine)
	}
}
