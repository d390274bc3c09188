package sandbox

import (
	"maps"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
)

// values are what a message for the user renders with. properties are the trigger properties of a
// campaign, or the context of a Canvas.
func (s *Server) values(o *outgoing, u *profile.User, properties map[string]any) campaign.Values {
	now := s.clock.Now()
	bindings := map[string]any{
		liquid.Profile:     u.Bare(),
		"custom_attribute": u.Custom,
		"subscribed_state": u.States(),
	}
	if o.campaign != nil {
		about := map[string]any{
			"dispatch_id": o.dispatchID, "api_id": o.campaign.ID, "name": o.campaign.Name,
			"message_api_id": o.campaign.VariationID, "message_name": "Variant 1",
		}
		if o.campaign.Type == campaign.Canvas {
			bindings["canvas"] = about
			bindings["context"] = properties
			bindings["canvas_entry_properties"] = properties
			return campaign.Values{Bindings: bindings, Now: now}
		}
		bindings["campaign"] = about
	}
	bindings["api_trigger_properties"] = properties
	return campaign.Values{Bindings: bindings, Now: now}
}

// campaignContent renders the campaign's WhatsApp message for a user.
func (s *Server) campaignContent(o *outgoing, properties, inbound map[string]any) func(*profile.User, time.Time) (whatsapp.Content, error) {
	return func(u *profile.User, now time.Time) (whatsapp.Content, error) {
		if m := o.campaign.WhatsApp; m.TemplateName != "" {
			if _, code, reason := s.templates.Body(m.TemplateName, m.TemplateLanguage); code != 0 {
				return whatsapp.Content{}, &providerError{code, reason}
			}
		}
		sw := s.switches.Load()
		v := s.values(o, u, properties)
		if inbound != nil {
			v.Bindings["whats_app"] = inbound
		}
		if sw.LiquidInProperties {
			evaluated, err := s.evaluated(properties, v)
			if err != nil {
				return whatsapp.Content{}, err
			}
			v = s.values(o, u, evaluated)
		}
		return o.campaign.Content(v, sw.BlankParts == "keep")
	}
}

// evaluated renders the Liquid inside property values.
func (s *Server) evaluated(properties map[string]any, v campaign.Values) (map[string]any, error) {
	out := maps.Clone(properties)
	for name, value := range out {
		text, ok := value.(string)
		if !ok {
			continue
		}
		rendered, err := s.adhoc.Render(text, v.Bindings, v.Now)
		if err != nil {
			return nil, err
		}
		out[name] = rendered
	}
	return out, nil
}
