package sandbox

import (
	"fmt"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/currents"
	"parley/internal/sandbox/gate"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
)

// The names of the seed data; they are documented and do not change.
const (
	SeedKey         = "sandbox-key"
	SeedGroup       = "00000000-0000-4000-8000-000000000100" // the demo's WhatsApp number
	SeedSecondGroup = "00000000-0000-4000-8000-000000000101" // a second number
	SeedInbound     = "00000000-0000-4000-8000-000000000001"
	SeedReply       = "00000000-0000-4000-8000-000000000002"
	SeedKeyword     = "00000000-0000-4000-8000-000000000003"
	SeedQuickReply  = "00000000-0000-4000-8000-000000000004"
	SeedList        = "00000000-0000-4000-8000-000000000005"
	SeedTemplate    = "00000000-0000-4000-8000-000000000006"
	SeedImage       = "00000000-0000-4000-8000-000000000007"
	SeedAPI         = "00000000-0000-4000-8000-000000000008"
	SeedVariation   = "00000000-0000-4000-8000-000000000108"
	SeedCanvas      = "00000000-0000-4000-8000-000000000009"
	SeedCTA         = "00000000-0000-4000-8000-000000000010"
	SeedDocument    = "00000000-0000-4000-8000-000000000011"
	SeedVideo       = "00000000-0000-4000-8000-000000000012"
	SeedAudio       = "00000000-0000-4000-8000-000000000013"
	SeedNotice      = "00000000-0000-4000-8000-000000000020"
)

// webhookBody escapes every text of a customer, as Braze advises for JSON bodies.
const webhookBody = `{
  "v": 1,
  "external_id": "{{${user_id} | json_escape}}",
  "braze_id": "{{${braze_id} | json_escape}}",
  "phone": "{{${phone_number} | json_escape}}",
  "first_name": "{{${first_name} | json_escape}}",
  "language": "{{${language} | json_escape}}",
  "message": "{{whats_app.${inbound_message_body} | json_escape}}",
  "media_urls": "{{whats_app.${inbound_media_urls} | json_escape}}",
  "dispatch_id": "{{campaign.${dispatch_id}}}",
  "campaign_id": "{{campaign.${api_id}}}"
}`

const replyBody = "{{api_trigger_properties.${external_system_msg_body}}}"

// useSwitches makes the switches count.
func (s *Server) useSwitches(sw Switches) {
	s.switches.Store(&sw)
	s.net.SetRules(sw.WhatsApp(s.faults.Delivery().FailCode))
	s.hooks.SetRules(sw.Webhooks())
	s.rates.Set(sw.HourlyLimit, sw.TrackLimit)
}

// firstTarget is where the seed Currents connector posts.
func (s *Server) firstTarget() currents.Target {
	return currents.Target{Enabled: s.cfg.Currents, URL: s.cfg.GatewayURL + "/braze/currents", Token: s.cfg.CurrentsToken}
}

// seed puts the sandbox into its first state.
func (s *Server) seed() {
	s.setUp()
	s.seedPeople()
}

// setUp puts what a marketer sets up into its first state, and leaves no phone.
func (s *Server) setUp() {
	s.net.Clear(whatsapp.DefaultRules())
	s.useSwitches(s.first)
	s.stream.out.SetTarget(s.firstTarget())
	s.mu.Lock()
	s.campaigns = map[string]*campaign.Campaign{}
	s.order = nil
	s.actions = nil
	s.keys = map[string]*gate.Key{SeedKey: {Name: "Demo key", Permissions: []string{"*"}}}
	s.sendIDs = map[string]string{}
	s.mu.Unlock()
	s.flow.Lock()
	s.lastSent = map[string]sentSpan{}
	s.held = map[string]*heldMessage{}
	s.heldHooks = map[string]*heldHook{}
	s.flow.Unlock()
	for _, d := range s.seedCampaigns() {
		if _, err := s.putCampaign(d); err != nil {
			s.log.Error("seed campaign refused", "campaign_id", d.ID, "error", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seeded = map[string]campaign.Definition{}
	for id, c := range s.campaigns {
		s.seeded[id] = c.Definition
	}
}

// seedPeople adds the first phones and profiles.
func (s *Server) seedPeople() {
	for _, p := range []struct{ number, name, first, last, language, externalID, country string }{
		{"+15550000001", "Grace Hopper", "Grace", "Hopper", "en", "grace", "US"},
		{"+33600000002", "Ada Lovelace", "Ada", "Lovelace", "fr", "ada", "FR"},
	} {
		if _, err := s.net.AddPhone(p.number, p.name, p.language); err != nil {
			s.log.Error("seed phone refused", "error", err)
		}
		_, err := s.users.Create(func(u *profile.User) error {
			u.ExternalID, u.Phone, u.SenderID = p.externalID, p.number, s.net.SenderID(p.number)
			u.Standard = map[string]any{"first_name": p.first, "last_name": p.last, "language": p.language, "country": p.country}
			u.Groups[SeedGroup] = true
			return nil
		})
		if err != nil {
			s.log.Error("seed profile refused", "error", err)
		}
	}
}

func (s *Server) seedWebhook(id, name, route string, t campaign.Trigger) campaign.Definition {
	return campaign.Definition{
		ID: id, Name: name, Type: campaign.Webhook, Status: campaign.Active, ReEligible: true,
		SubscriptionGroupID: SeedGroup, Trigger: &t,
		Webhook: &campaign.WebhookMessage{
			Method: "POST", URL: s.cfg.GatewayURL + "/braze/inbound/" + route, Body: webhookBody,
			Headers: map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + s.cfg.WebhookSecret},
		},
	}
}

func seedWhatsApp(id, name string, m campaign.WhatsAppMessage) campaign.Definition {
	if m.Kind == "" {
		m.Kind = "response"
	}
	return campaign.Definition{
		ID: id, Name: name, Type: campaign.WhatsApp, Delivery: campaign.APITriggered, Status: campaign.Active,
		ReEligible: true, SubscriptionGroupID: SeedGroup, WhatsApp: &m,
	}
}

func (s *Server) seedCampaigns() []campaign.Definition {
	property := func(format string, args ...any) string {
		return "{{api_trigger_properties.${" + fmt.Sprintf(format, args...) + "}}}"
	}
	var buttons []campaign.Button
	for i := 1; i <= 3; i++ {
		buttons = append(buttons, campaign.Button{Text: property("button_%d", i)})
	}
	section := campaign.Section{Title: property("section_title")}
	for i := 1; i <= 10; i++ {
		section.Rows = append(section.Rows, campaign.Row{Title: property("row_%d", i), Description: property("row_%d_description", i)})
	}
	api := seedWhatsApp(SeedAPI, "API campaign for messages/send", campaign.WhatsAppMessage{Layout: whatsapp.Text, Body: "-"})
	api.Type, api.VariationID = campaign.API, SeedVariation
	canvas := seedWhatsApp(SeedCanvas, "Reply through a Canvas", campaign.WhatsAppMessage{
		Layout: whatsapp.Text, Body: "{{context.${external_system_msg_body}}}",
	})
	canvas.Type = campaign.Canvas
	return []campaign.Definition{
		s.seedWebhook(SeedInbound, "To Parley (all messages)", "support", campaign.Trigger{Match: "any"}),
		seedWhatsApp(SeedReply, "Reply from Parley", campaign.WhatsAppMessage{Layout: whatsapp.Text, Body: replyBody}),
		s.seedWebhook(SeedKeyword, "To Parley (returns)", "returns", campaign.Trigger{Match: "regex", Word: "(?i)^(return|retour)s?$"}),
		seedWhatsApp(SeedQuickReply, "Choices from Parley", campaign.WhatsAppMessage{Layout: whatsapp.QuickReply, Body: replyBody, Buttons: buttons}),
		seedWhatsApp(SeedList, "List from Parley", campaign.WhatsAppMessage{
			Layout: whatsapp.ListLayout, Body: replyBody,
			List: &campaign.List{Button: "{{api_trigger_properties.${list_button} | default: 'Choose'}}", Sections: []campaign.Section{section}},
		}),
		seedWhatsApp(SeedTemplate, "Re-open the conversation", campaign.WhatsAppMessage{
			Kind: "template", Layout: whatsapp.Template,
			TemplateName: "reopen_conversation", TemplateLanguage: "en",
			Body:      "Hello {{1}}, we have an answer to your question: {{2}} Reply to this message to go on.",
			Variables: []string{"{{${first_name} | default: 'there'}}", replyBody},
		}),
		seedWhatsApp(SeedNotice, "An answer waits", campaign.WhatsAppMessage{
			Kind: "template", Layout: whatsapp.Template, TemplateName: "answer_waits", TemplateLanguage: "en",
			Body: "Hello {{1}}, we have an answer for you. Reply to this message to read it.", Variables: []string{"{{${first_name} | default: 'there'}}"},
		}),
		seedWhatsApp(SeedImage, "Image from Parley", campaign.WhatsAppMessage{Layout: whatsapp.Image, Body: replyBody, ImageURI: property("image_uri")}),
		api, canvas,
		seedWhatsApp(SeedCTA, "Link from Parley", campaign.WhatsAppMessage{
			Layout: whatsapp.CTA, Body: replyBody, Link: &campaign.Link{Text: property("button_text"), URL: property("button_url")},
		}),
		seedWhatsApp(SeedDocument, "Document from Parley", campaign.WhatsAppMessage{Layout: whatsapp.Document, Body: replyBody, MediaURI: property("media_url")}),
		seedWhatsApp(SeedVideo, "Video from Parley", campaign.WhatsAppMessage{Layout: whatsapp.Video, Body: replyBody, MediaURI: property("media_url")}),
		seedWhatsApp(SeedAudio, "Sound from Parley", campaign.WhatsAppMessage{Layout: whatsapp.Audio, MediaURI: property("media_url")}),
	}
}
