package delivery

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/channel/braze"
	"parley/internal/chat"
)

// Layout is one kind of WhatsApp message and what carries it: a campaign, a Canvas
// or a message object in the call, of which exactly one is set. What is composed in
// Braze has one layout, so each kind needs its own.
type Layout struct {
	CampaignID string
	CanvasID   string
	Object     *Object
	Property   string // trigger property that the body prints; empty for a template
	// Buttons are the trigger properties of what stands beside the body, in the order
	// of a delivery's Choices: labels of quick replies, parameters of a template, the
	// address of a file, label and address of a link; of a list the text of its
	// button, the title of its section, then the titles of its rows.
	Buttons []string
	Details []string // trigger properties of the descriptions of a list's rows; nil if it shows none
	// MaxRunes is the longest body; WhatsApp counts code points, not bytes.
	MaxRunes int
}

// Object says how /messages/send carries a layout. It reaches people with an external id only.
type Object struct {
	AppID, Group, CampaignID, VariationID string
}

// Layouts are the kinds a workspace can send. LayoutText is always there.
type Layouts map[chat.Layout]Layout

// The longest texts beside a body in code points (Braze docs, "WhatsApp message
// types"; Meta, "Interactive list messages").
const (
	maxLabel   = 20 // of a button
	maxRow     = 24 // title of a list's row or section
	maxDetail  = 72 // description of a row
	maxAddress = 2000
	// listHead is what stands before the rows in the Choices of a list's delivery.
	listHead = 2
)

func (l Layout) reaches(line Line) bool { return l.Object == nil || line.Known }

func within(text string, limit int) bool { return utf8.RuneCountInString(text) <= limit }

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// buttons gives the line's delivery with quick replies, if it fits.
func (l Layout) buttons(line Line) ([]string, bool) {
	if len(line.Choices) == 0 || len(line.Choices) > len(l.Buttons) || blank(line.Prompt) || !within(line.Prompt, l.MaxRunes) {
		return nil, false
	}
	labels := titles(line.Choices)
	return labels, distinct(labels, maxLabel)
}

// rows is the same for a list.
func (l Layout) rows(line Line) ([]string, bool) {
	n := len(line.Choices)
	if n == 0 || n > len(l.Buttons)-listHead || blank(line.Prompt) || !within(line.Prompt, l.MaxRunes) || blank(line.Button) || !within(line.Button, maxLabel) {
		return nil, false
	}
	out := []string{line.Button, line.Button}
	for _, c := range line.Choices {
		row := c.Title
		// A description that is too long for a row is not cut but left to the text layouts.
		if !within(c.Detail, maxDetail) {
			return nil, false
		}
		if c.Detail != "" && (l.Details != nil || l.Object != nil) {
			row += "\n" + c.Detail
		}
		out = append(out, row)
	}
	return out, distinct(titles(line.Choices), maxRow)
}

// distinct reports whether titles can be told apart when one is tapped, which arrives as its text, and fit.
func distinct(titles []string, limit int) bool {
	for i, t := range titles {
		if !within(t, limit) || blank(t) || strings.Contains(t, "\n") || slices.Contains(titles[:i], t) {
			return false
		}
	}
	return true
}

func titles(list []Choice) []string {
	out := make([]string, len(list))
	for i, c := range list {
		out[i] = c.Title
	}
	return out
}

// address reports whether a text can be the address of a file or a page.
func address(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(text) <= maxAddress
}

// properties are the trigger properties of one delivery.
func (l Layout) properties(d chat.Delivery) map[string]any {
	properties := map[string]any{}
	if l.Property != "" && d.Layout != chat.LayoutAudio {
		properties[l.Property] = d.Text
	}
	for i, choice := range d.Choices {
		title, detail, _ := strings.Cut(choice, "\n")
		if d.Layout != chat.LayoutList {
			title = choice
		} else if n := i - listHead; n >= 0 && n < len(l.Details) && detail != "" {
			properties[l.Details[n]] = detail
		}
		properties[l.Buttons[i]] = title
	}
	return properties
}

// object is the call of /messages/send for one delivery to a person with an external id.
func (l Layout) object(d chat.Delivery, externalID string) braze.ObjectSend {
	o := braze.ObjectSend{
		AppID: l.Object.AppID, Group: l.Object.Group, CampaignID: l.Object.CampaignID, VariationID: l.Object.VariationID,
		ExternalUserIDs: []string{externalID},
	}
	switch d.Layout {
	case chat.LayoutImage:
		o.Kind, o.Message = braze.ObjectImage, braze.ObjectMessage{ImageURI: d.Choices[0], Caption: d.Text}
	case chat.LayoutList:
		section := braze.ObjectSection{Title: d.Choices[1]}
		for _, row := range d.Choices[listHead:] {
			title, detail, _ := strings.Cut(row, "\n")
			section.Rows = append(section.Rows, braze.ObjectRow{Title: title, Description: detail})
		}
		o.Kind = braze.ObjectList
		o.Message = braze.ObjectMessage{Body: d.Text, List: &braze.ObjectRows{Button: d.Choices[0], Sections: []braze.ObjectSection{section}}}
	default:
		o.Kind, o.Message.Body = braze.ObjectQuickReply, d.Text
		for _, label := range d.Choices {
			o.Message.Buttons = append(o.Message.Buttons, braze.ObjectButton{Text: label})
		}
	}
	return o
}
