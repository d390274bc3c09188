package sandbox

import (
	"time"

	"parley/internal/sandbox/currents"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
	"parley/internal/sandbox/wire"
)

// stream turns what happens into Currents events (Braze, "Message engagement events").
type stream struct{ out *currents.Stream }

// businessNumber is the sending number of a subscription group.
func businessNumber(group string) string {
	if group == SeedSecondGroup {
		return "+15550009998"
	}
	return "+15550009999"
}

// emit adds an event about a user; the campaign's and the group's names are added to its properties.
func (s stream) emit(kind string, u *profile.User, o *outgoing, now time.Time, properties map[string]any) {
	user := map[string]any{"user_id": u.BrazeID}
	if u.ExternalID != "" {
		user["external_user_id"] = u.ExternalID
	}
	properties["app_group_id"] = "00000000-0000-4000-8000-000000000200"
	if u.SenderID != "" {
		properties["bsuid"] = u.SenderID
	}
	if o != nil {
		properties["subscription_group_id"] = o.group
		properties["dispatch_id"] = o.dispatchID
		if c := o.campaign; c != nil {
			properties["campaign_id"], properties["campaign_name"] = c.ID, c.Name
			if c.VariationID != "" {
				properties["message_variation_id"] = c.VariationID
			}
			if c.WhatsApp != nil && c.WhatsApp.TemplateName != "" {
				properties["template_name"] = c.WhatsApp.TemplateName
			}
		}
	}
	s.out.Add(currents.Event{Type: "users.messages.whatsapp." + kind, ID: newUUID(), Time: now.Unix(), User: user, Properties: properties})
}

func newUUID() string {
	h := wire.Hex(16)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:]
}

func (s stream) received(u *profile.User, number string, w written, m whatsapp.Message, now time.Time) {
	if !s.out.Enabled() {
		return
	}
	properties := map[string]any{"inbound_phone_number": businessNumber(w.Group), "subscription_group_id": w.Group, "message_body": w.Text, "message_id": m.ID}
	if u.Phone != "" {
		properties["user_phone_number"] = number
	}
	if len(w.MediaURLs) > 0 {
		properties["media_urls"] = w.MediaURLs
	}
	for name, v := range map[string]string{"flow_response_json": w.FlowResponse, "product_id": w.ProductID, "catalog_id": w.CatalogID} {
		if v != "" {
			properties[name] = v
		}
	}
	s.emit("InboundReceive", u, nil, now, properties)
}

func (s stream) route(o *outgoing, number string) map[string]any {
	return map[string]any{"from_phone_number": businessNumber(o.group), "to_phone_number": number}
}

func (s stream) failure(kind string, u *profile.User, o *outgoing, number string, r whatsapp.Result, now time.Time) {
	if !s.out.Enabled() {
		return
	}
	properties := s.route(o, number)
	properties["provider_error_code"], properties["provider_error_title"] = r.Code, r.Reason
	s.emit(kind, u, o, now, properties)
}

// abortLogLimit is the length of abort_log in Braze's events.
const abortLogLimit = 128

func (s stream) abort(u *profile.User, o *outgoing, kind, log string, now time.Time) {
	if !s.out.Enabled() {
		return
	}
	if runes := []rune(log); len(runes) > abortLogLimit {
		log = string(runes[:abortLogLimit])
	}
	s.emit("Abort", u, o, now, map[string]any{"abort_type": kind, "abort_log": log})
}

// status follows a message that WhatsApp has taken.
func (s *Server) status(number string, m whatsapp.Message) {
	p, ok := m.Ref.(*receipt)
	if !ok {
		return
	}
	if p.logged.Load() {
		e := p.out.entry(p.user, m.Status, "", "")
		e.Kind, e.Phone, e.MessageN = kindDelivery, number, m.N
		s.record(e)
	}
	if !s.stream.out.Enabled() {
		return
	}
	kind := map[string]string{whatsapp.Sent: "Send", whatsapp.Delivered: "Delivery", whatsapp.Read: "Read"}[m.Status]
	properties := s.stream.route(p.out, number)
	properties["message_id"] = m.ID
	s.stream.emit(kind, p.user, p.out, s.clock.Now(), properties)
}
