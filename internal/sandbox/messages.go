package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/notice"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
	"parley/internal/sandbox/wire"
)

// messagesRequest is the body of /messages/send.
type messagesRequest struct {
	CampaignID      string                     `json:"campaign_id"`
	SendID          string                     `json:"send_id"`
	ExternalUserIDs []wire.Text                `json:"external_user_ids"`
	UserAliases     []profile.Alias            `json:"user_aliases"`
	SegmentID       string                     `json:"segment_id"`
	Audience        json.RawMessage            `json:"audience"`
	Broadcast       bool                       `json:"broadcast"`
	Uncapped        bool                       `json:"override_frequency_capping"`
	State           string                     `json:"recipient_subscription_state"`
	Messages        map[string]json.RawMessage `json:"messages"`
}

// whatsAppObject is messages.whats_app (Braze, "WhatsApp object").
type whatsAppObject struct {
	AppID       string        `json:"app_id"`
	Group       string        `json:"subscription_group_id"`
	VariationID string        `json:"message_variation_id"`
	Type        string        `json:"message_type"`
	Message     *whatsAppBody `json:"message"`
}

type whatsAppBody struct {
	TemplateName     string            `json:"template_name"`
	TemplateLanguage string            `json:"template_language_code"`
	HeaderVariables  map[string]string `json:"header_variables"`
	BodyVariables    map[string]string `json:"body_variables"`
	ButtonVariables  map[string]string `json:"button_variables"`
	Body             string            `json:"body"`
	ImageURI         string            `json:"image_uri"`
	Caption          string            `json:"caption"`
	HeaderText       string            `json:"header_text"`
	HeaderImageURI   string            `json:"header_image_uri"`
	Header           string            `json:"header"`
	Footer           string            `json:"footer"`
	Buttons          []campaign.Button `json:"buttons"`
	List             *struct {
		Button   string `json:"list_button_text"`
		Sections []struct {
			Title string `json:"section_title"`
			Rows  []struct {
				Title       string `json:"row_title"`
				Description string `json:"row_description"`
			} `json:"list_rows"`
		} `json:"list_sections"`
	} `json:"list"`
}

// sendMessages answers /messages/send: a message that the call itself carries.
func (s *Server) sendMessages(c *wire.Call) wire.Reply {
	var q messagesRequest
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	if problem := q.check(); problem != "" {
		return wire.Bad("%s", problem)
	}
	var object whatsAppObject
	if raw, ok := q.Messages["whats_app"]; ok {
		if err := wire.DecodeNumbers(raw, &object); err != nil {
			return wire.Bad("messages.whats_app cannot be read: %s", wire.Problem(err))
		}
	} else {
		return wire.Bad("No message to send: the sandbox pretends messages.whats_app only")
	}
	camp, problem := s.namedCampaign(&q, &object)
	if problem != "" {
		return wire.Bad("%s", problem)
	}
	if problem := s.checkMessage(&object); problem != "" {
		return wire.Bad("messages.whats_app: %s", problem)
	}
	who, err := profile.ParseAudience(q.Audience)
	if err != nil {
		return wire.Bad("audience: %s", err)
	}
	if q.SendID != "" {
		if problem := s.checkSendID(q.SendID, q.CampaignID); problem != "" {
			return wire.Bad("%s", problem)
		}
	}
	answer := sent{DispatchID: wire.Hex(16), Message: "success"}
	out := &outgoing{
		kind: kindMessages, campaign: camp, group: object.Group, dispatchID: answer.DispatchID, uncapped: q.Uncapped,
		everyone: q.State == "all" && s.switches.Load().UnsubscribedIfAll,
	}
	out.content = s.messageContent(out, &object)
	id, name := out.id()
	s.record(entry{Kind: kindMessages, Outcome: "accepted", CampaignID: id, Campaign: name, DispatchID: out.dispatchID, StatusCode: http.StatusCreated})
	if camp != nil && camp.Status != campaign.Active {
		s.inactive(out, nil)
		answer.Notice = inactive(camp)
		return wire.Answer(http.StatusCreated, answer)
	}
	s.sendMessage(&q, out, who)
	return wire.Answer(http.StatusCreated, answer)
}

func (q *messagesRequest) check() string {
	n := len(q.ExternalUserIDs) + len(q.UserAliases)
	switch {
	case len(q.Messages) == 0:
		return "No message to send: messages is missing or empty"
	case n > maxRecipients:
		return fmt.Sprintf("The max number of external_ids and aliases per request was exceeded: %d, at most %d", n, maxRecipients)
	case n > 0 && q.Broadcast:
		return "broadcast cannot be combined with external_user_ids or user_aliases"
	case q.SegmentID != "":
		return "Invalid Segment ID: the sandbox has no segments; use external_user_ids, user_aliases, or broadcast with audience"
	case n == 0 && !q.Broadcast:
		return "No Recipients: external_user_ids, user_aliases and broadcast are all missing"
	}
	if q.State != "" && !slices.Contains([]string{"opted_in", "subscribed", "all"}, q.State) {
		return "recipient_subscription_state must be opted_in, subscribed or all"
	}
	return ""
}

func (s *Server) namedCampaign(q *messagesRequest, object *whatsAppObject) (*campaign.Campaign, string) {
	if q.CampaignID == "" {
		return nil, ""
	}
	camp := s.campaign(q.CampaignID)
	switch {
	case camp == nil || camp.Type == campaign.Canvas:
		return nil, "Invalid Campaign ID: Campaign does not exist: " + q.CampaignID
	case object.VariationID == "":
		return nil, "Message Variant Unspecified: campaign_id needs message_variation_id in each message"
	case camp.Type == campaign.Webhook:
		return nil, "Mismatched Message Type: the campaign is a webhook, the message a WhatsApp message"
	case camp.Type != campaign.API:
		return nil, "Invalid Campaign ID: /messages/send takes an API campaign; an API-triggered one goes to /campaigns/trigger/send"
	case object.VariationID != camp.VariationID:
		return nil, "Invalid Message Variant: the campaign has no variation " + object.VariationID
	}
	return camp, ""
}

var messageLayouts = map[string]string{
	"template_message": whatsapp.Template, "text_response_message": whatsapp.Text, "text_image_response_message": whatsapp.Image,
	"quick_reply_response_message": whatsapp.QuickReply, "list_response_message": whatsapp.ListLayout,
}

// checkMessage says which required part is missing, or which limit is broken.
func (s *Server) checkMessage(o *whatsAppObject) string {
	m := o.Message
	switch {
	case o.AppID == "":
		return "app_id is required"
	case o.Group == "":
		return "subscription_group_id is required"
	case !s.isGroup(o.Group):
		return "Invalid subscription group ID"
	case messageLayouts[o.Type] == "":
		return fmt.Sprintf("message_type %q is unknown", o.Type)
	case m == nil:
		return "message is required"
	case m.HeaderText != "" && m.HeaderImageURI != "":
		return "header_text and header_image_uri exclude each other"
	}
	for _, required := range []struct {
		in, name string
		ok       bool
	}{
		{"template_message", "template_name", m.TemplateName != ""},
		{"template_message", "template_language_code", m.TemplateLanguage != ""},
		{"text_response_message", "body", m.Body != ""},
		{"text_image_response_message", "image_uri", m.ImageURI != ""},
		{"quick_reply_response_message", "body", m.Body != ""},
		{"quick_reply_response_message", "buttons", len(m.Buttons) > 0},
		{"list_response_message", "body", m.Body != ""},
		{"list_response_message", "list", m.List != nil},
	} {
		if required.in == o.Type && !required.ok {
			return "message." + required.name + " is required"
		}
	}
	if s.switches.Load().MessageLimits == "refuse" {
		return m.tooMany()
	}
	return ""
}

func (m *whatsAppBody) tooMany() string {
	if len(m.Buttons) > 3 {
		return fmt.Sprintf("message.buttons has %d buttons, at most 3", len(m.Buttons))
	}
	if m.List == nil {
		return ""
	}
	rows := 0
	for _, section := range m.List.Sections {
		rows += len(section.Rows)
	}
	if len(m.List.Sections) == 0 || rows > 10 {
		return fmt.Sprintf("message.list has %d sections with %d rows, at least 1 section and at most 10 rows in all", len(m.List.Sections), rows)
	}
	return ""
}

// messageContent renders the call's message for a user; its texts may hold Liquid.
func (s *Server) messageContent(o *outgoing, object *whatsAppObject) func(*profile.User, time.Time) (whatsapp.Content, error) {
	m := object.Message
	return func(u *profile.User, _ time.Time) (whatsapp.Content, error) {
		v := s.values(o, u, nil)
		var err error
		text := func(source string) string {
			if err != nil {
				return ""
			}
			var out string
			out, err = s.adhoc.Render(source, v.Bindings, v.Now)
			return out
		}
		c := whatsapp.Content{Layout: messageLayouts[object.Type], Text: text(m.Body), Header: text(m.HeaderText + m.Header), Footer: text(m.Footer)}
		switch object.Type {
		case "template_message":
			filled, problem := s.filledTemplate(m, text)
			if err == nil {
				err = problem
			}
			c.Text = filled
			c.Media = whatsapp.MediaOf([]string{text(m.HeaderImageURI)})
		case "text_image_response_message":
			c.Text, c.Media = text(m.Caption), whatsapp.MediaOf([]string{text(m.ImageURI)})
		default:
			c.Media = whatsapp.MediaOf([]string{text(m.HeaderImageURI)})
		}
		for _, b := range m.Buttons {
			c.Buttons = append(c.Buttons, whatsapp.Button{Label: text(b.Text)})
		}
		if m.List != nil {
			c.List = &whatsapp.List{Button: text(m.List.Button)}
			for _, section := range m.List.Sections {
				rows := []whatsapp.Row{}
				for _, r := range section.Rows {
					rows = append(rows, whatsapp.Row{Title: text(r.Title), Description: text(r.Description)})
				}
				c.List.Sections = append(c.List.Sections, whatsapp.Section{Title: text(section.Title), Rows: rows})
			}
		}
		return c, err
	}
}

// providerError is a refusal by WhatsApp that shows only when the message is put together.
type providerError struct {
	code   int
	reason string
}

func (e *providerError) Error() string { return e.reason }

var templateVariable = regexp.MustCompile(`\{\{([0-9]+)\}\}`)

// filledTemplate is an approved template with the call's variables, which are numbered from "0".
func (s *Server) filledTemplate(m *whatsAppBody, text func(string) string) (string, error) {
	body, code, reason := s.templates.Body(m.TemplateName, m.TemplateLanguage)
	if code != 0 {
		return "", &providerError{code, reason}
	}
	blank := 0
	filled := templateVariable.ReplaceAllStringFunc(body, func(mark string) string {
		n, _ := strconv.Atoi(mark[2 : len(mark)-2])
		value := text(m.BodyVariables[strconv.Itoa(n-1)])
		if strings.TrimSpace(value) == "" && blank == 0 {
			blank = n
		}
		return value
	})
	if blank > 0 {
		return "", &campaign.BlankError{Variable: blank}
	}
	return filled, nil
}

// sendMessage sends to those the call names, or to everybody its audience holds.
func (s *Server) sendMessage(q *messagesRequest, out *outgoing, who profile.Audience) {
	var users []*profile.User
	if q.Broadcast {
		users = s.users.All()
	}
	unknown := func(externalID string) {
		e := out.entry(nil, "unknown_user", "no profile has this id or alias", notice.Doc("unknown_user"))
		e.ExternalID = externalID
		s.record(e)
	}
	for _, id := range q.ExternalUserIDs {
		if u := s.users.Find(profile.Ref{ExternalID: string(id)}); u != nil {
			users = append(users, u)
			continue
		}
		unknown(string(id))
	}
	for _, a := range q.UserAliases {
		if u := s.users.Find(profile.Ref{Alias: &a}); u != nil {
			users = append(users, u)
			continue
		}
		unknown("")
	}
	done := map[string]bool{}
	for _, u := range users {
		switch {
		case done[u.BrazeID]:
			s.record(out.entry(u, "duplicate_recipient", "the user is named twice in one call and gets one message", notice.Doc("duplicate_recipient")))
		case !who.Has(u):
			s.record(out.entry(u, "not_in_audience", "the user does not match the audience of the call", notice.Doc("not_in_audience")))
		default:
			done[u.BrazeID] = true
			s.deliver(u, out)
		}
	}
}
