package app

import (
	"slices"

	"parley/internal/channel/delivery"
	"parley/internal/channel/window"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/desk"
)

// layouts are the kinds of message that a workspace's settings name something for.
func layouts(w config.Workspace) delivery.Layouts {
	l := w.Layouts
	object := func(o config.Object) *delivery.Object {
		if o.AppID == "" {
			return nil
		}
		return &delivery.Object{AppID: o.AppID, Group: w.SubscriptionGroup, CampaignID: o.CampaignID, VariationID: o.VariationID}
	}
	out := delivery.Layouts{
		chat.LayoutText: {CampaignID: l.Text.CampaignID, CanvasID: l.Text.CanvasID, Property: l.Text.Property, MaxRunes: l.Text.MaxRunes},
	}
	if t := l.Template; t.Configured() {
		out[chat.LayoutTemplate] = delivery.Layout{CampaignID: t.CampaignID, Buttons: t.Properties}
	}
	if n := l.Notice; n.Configured() {
		out[chat.LayoutNotice] = delivery.Layout{CampaignID: n.CampaignID}
	}
	if q := l.QuickReply; q.Configured() {
		out[chat.LayoutQuickReply] = delivery.Layout{
			CampaignID: q.CampaignID, CanvasID: q.CanvasID, Object: object(q.Message), Property: q.Property, Buttons: q.Buttons, MaxRunes: q.MaxRunes,
		}
	}
	if q := l.List; q.Configured() {
		out[chat.LayoutList] = delivery.Layout{
			CampaignID: q.CampaignID, CanvasID: q.CanvasID, Object: object(q.Message), Property: q.Property, MaxRunes: q.MaxRunes,
			Buttons: slices.Concat([]string{q.Button, q.Section}, q.Rows), Details: q.Descriptions,
		}
	}
	if q := l.Image; q.Configured() {
		out[chat.LayoutImage] = delivery.Layout{
			CampaignID: q.CampaignID, CanvasID: q.CanvasID, Object: object(q.Message), Property: q.Property, Buttons: []string{q.URL}, MaxRunes: q.MaxRunes,
		}
	}
	for kind, q := range map[chat.Layout]config.FileLayout{chat.LayoutVideo: l.Video, chat.LayoutAudio: l.Audio, chat.LayoutDocument: l.Document} {
		if q.Configured() {
			out[kind] = delivery.Layout{CampaignID: q.CampaignID, CanvasID: q.CanvasID, Property: q.Property, Buttons: []string{q.URL}, MaxRunes: q.MaxRunes}
		}
	}
	if q := l.CTA; q.Configured() {
		out[chat.LayoutCTA] = delivery.Layout{
			CampaignID: q.CampaignID, CanvasID: q.CanvasID, Property: q.Property, Buttons: []string{q.Label, q.URL}, MaxRunes: q.MaxRunes,
		}
	}
	return out
}

func template(w config.Workspace) *desk.Template {
	t := w.Layouts.Template
	if !t.Configured() {
		return nil
	}
	return &desk.Template{Text: t.Text, Params: t.Properties, Plan: layouts(w).Template}
}

// held is how a workspace holds back what its window does not let go.
func held(w config.Workspace) window.Workspace {
	out := window.Workspace{Keep: w.Window.AnswerMaxAge.Milliseconds(), Pace: pace(w.Delivery), Limit: w.Window.MessagingLimit}
	if n := w.Layouts.Notice; n.Configured() {
		out.Notice = func(firstName string) (string, []chat.Delivery) {
			text := desk.Greet(n.Text, firstName)
			return text, layouts(w).Notice(text)
		}
	}
	return out
}
