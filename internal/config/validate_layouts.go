package config

import (
	"fmt"
	"slices"
)

// layouts checks each layout that is used: what carries it, its limit, and its properties. The limits
// are WhatsApp's (Braze docs, "WhatsApp message types"; Meta, "Messages").
func (c *checker) layouts(key string, w Workspace) {
	l := w.Layouts
	d := distinct{c, key, map[string]string{}}
	if l.Text.CampaignID == "" && l.Text.CanvasID == "" {
		c.campaign(key+".text.campaign_id", "")
	}
	d.carrier("text", l.Text.CampaignID, l.Text.CanvasID, Object{})
	c.body(key+".text", l.Text.MaxRunes, 4096, l.Text.Property)
	if l.Template.Configured() {
		d.carrier("template", l.Template.CampaignID, "", Object{})
	}
	if l.Notice.Configured() {
		d.carrier("notice", l.Notice.CampaignID, "", Object{})
	}
	c.template(key+".template", l)
	if q := l.QuickReply; q.Configured() || q.Message != (Object{}) {
		d.carrier("quick_reply", q.CampaignID, q.CanvasID, q.Message)
		if len(q.Buttons) < 1 || len(q.Buttons) > 3 {
			c.add(key+".quick_reply.buttons", fmt.Sprintf("has %d names", len(q.Buttons)), "WhatsApp allows one to three buttons; name one trigger property for each")
		}
		c.body(key+".quick_reply", q.MaxRunes, 1024, q.Property, names("buttons", q.Buttons)...)
		c.object(key+".quick_reply", q.Message, w)
	}
	if q := l.List; q.Configured() || q.Message != (Object{}) {
		d.carrier("list", q.CampaignID, q.CanvasID, q.Message)
		c.rows(key+".list", q)
		used := slices.Concat([]named{{"button", q.Button}, {"section", q.Section}}, names("rows", q.Rows), names("descriptions", q.Descriptions))
		c.body(key+".list", q.MaxRunes, 4096, q.Property, used...)
		c.object(key+".list", q.Message, w)
	}
	if q := l.Image; q.Configured() || q.Message != (Object{}) {
		d.carrier("image", q.CampaignID, q.CanvasID, q.Message)
		c.body(key+".image", q.MaxRunes, 1024, q.Property, named{"url", q.URL})
		c.object(key+".image", q.Message, w)
	}
	for _, f := range []struct {
		name string
		FileLayout
	}{{"video", l.Video}, {"audio", l.Audio}, {"document", l.Document}} {
		if f.Configured() {
			d.carrier(f.name, f.CampaignID, f.CanvasID, Object{})
			c.body(key+"."+f.name, f.MaxRunes, 1024, f.Property, named{"url", f.URL})
		}
	}
	if q := l.CTA; q.Configured() {
		d.carrier("cta", q.CampaignID, q.CanvasID, Object{})
		c.body(key+".cta", q.MaxRunes, 1024, q.Property, named{"label", q.Label}, named{"url", q.URL})
	}
}

// distinct sees that a layout has one carrier, and that no two layouts share one: what is composed in
// Braze has one layout.
type distinct struct {
	*checker
	key  string
	seen map[string]string // id to the layout that has it
}

func (d distinct) carrier(name, campaign, canvas string, m Object) {
	key := d.key + "." + name
	set := 0
	for _, id := range []string{campaign, canvas, m.AppID} {
		if id != "" {
			set++
		}
	}
	if set > 1 {
		d.add(key, "names several of campaign_id, canvas_id and message.app_id", "keep the one that carries this layout")
	}
	for _, at := range []struct{ key, id string }{{".campaign_id", campaign}, {".canvas_id", canvas}} {
		if at.id == "" {
			continue
		}
		d.campaign(key+at.key, at.id)
		if other, ok := d.seen[at.id]; ok {
			d.add(key+at.key, "is the campaign of the "+other+" layout", "what is composed in Braze has one layout; make another for "+name)
		}
		d.seen[at.id] = name
	}
}

// named is a trigger property and the setting that names it.
type named struct{ at, property string }

func names(at string, properties []string) []named {
	out := make([]named, len(properties))
	for i, p := range properties {
		out[i] = named{itemKey(at, i), p}
	}
	return out
}

// body checks a layout's limit and that each part has a property of its own.
func (c *checker) body(key string, runes, most int, property string, others ...named) {
	within(c, key+".max_runes", runes, 20, most)
	c.property(key+".property", property)
	used := []string{property}
	for _, o := range others {
		c.property(key+"."+o.at, o.property)
		if slices.Contains(used, o.property) {
			c.add(key+"."+o.at, fmt.Sprintf("%q is already used in this layout", o.property), "give every part of the message a trigger property of its own")
		}
		used = append(used, o.property)
	}
}

func (c *checker) rows(key string, q ListLayout) {
	if len(q.Rows) < 1 || len(q.Rows) > 10 {
		c.add(key+".rows", fmt.Sprintf("has %d names", len(q.Rows)), "WhatsApp allows one to ten rows; name one trigger property for each")
	}
	if n := len(q.Descriptions); n != 0 && n != len(q.Rows) {
		c.add(key+".descriptions", fmt.Sprintf("has %d names for %d rows", n, len(q.Rows)), "name one for each row, or none")
	}
}

// object checks what /messages/send needs (Braze docs, "Send messages immediately using API only").
func (c *checker) object(key string, m Object, w Workspace) {
	switch {
	case m == (Object{}):
		return
	case m.AppID == "":
		c.add(key+".message.app_id", "is missing", "copy it from Settings > APIs and Identifiers, or write any text if the workspace has no app")
	case w.SubscriptionGroup == "":
		c.add(key+".message", "needs the workspace's subscription_group, which names the sending number", "set subscription_group")
	case m.CampaignID != "" && m.VariationID == "":
		c.add(key+".message.variation_id", "is missing; Braze asks for it with campaign_id", "copy the message variation id from the API campaign's page")
	case m.CampaignID == "" && m.VariationID != "":
		c.add(key+".message.campaign_id", "is missing beside variation_id", "copy the id of the API campaign, or take variation_id out")
	}
	if m.CampaignID != "" {
		c.campaign(key+".message.campaign_id", m.CampaignID)
	}
}
