// Package campaign is what a marketer sets up in Braze: webhook campaigns, WhatsApp campaigns, API campaigns
// and Canvases, compiled from their definition. It knows when one matches an inbound message and how
// it renders; it sends nothing.
//
// Sources: Braze documentation, "Create a webhook campaign", "API-triggered delivery", "Messaging users"
// (WhatsApp), "Re-eligibility".
package campaign

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/whatsapp"
)

// Types of campaign.
const (
	Webhook  = "webhook"
	WhatsApp = "whatsapp"
	API      = "api"    // an "API campaign", which /messages/send may name
	Canvas   = "canvas" // a Canvas with one WhatsApp step, entered through the API
)

// States of a campaign.
const (
	Active   = "active"
	Paused   = "paused"
	Archived = "archived"
	Draft    = "draft"
)

// Ways a WhatsApp campaign is delivered.
const (
	APITriggered = "api_triggered"
	ActionBased  = "action_based"
)

// Definition is a campaign as it is written and shown.
type Definition struct {
	ID                     string           `json:"id"`
	Name                   string           `json:"name"`
	Type                   string           `json:"type"`
	Delivery               string           `json:"delivery,omitempty"`
	Status                 string           `json:"status"`
	ReEligible             bool             `json:"re_eligible"`
	ReEligibleAfterSeconds int64            `json:"re_eligible_after_seconds"`
	SubscriptionGroupID    string           `json:"subscription_group_id"`
	Tags                   []string         `json:"tags,omitempty"`
	Trigger                *Trigger         `json:"trigger,omitempty"`
	Webhook                *WebhookMessage  `json:"webhook,omitempty"`
	WhatsApp               *WhatsAppMessage `json:"whatsapp,omitempty"`
	QuietHours             *QuietHours      `json:"quiet_hours,omitempty"`
	FrequencyCap           *FrequencyCap    `json:"frequency_cap,omitempty"`
	VariationID            string           `json:"message_variation_id,omitempty"`
}

// Trigger is the inbound message that sets off an action-based campaign.
type Trigger struct {
	Match string `json:"match"` // any, is or regex
	Word  string `json:"word,omitempty"`
}

// WebhookMessage is the request of a webhook campaign; all texts are Liquid.
type WebhookMessage struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body"`
}

// WhatsAppMessage is the message of a WhatsApp campaign; all texts are Liquid, except a template's body,
// which has {{1}}, {{2}} … for the variables.
type WhatsAppMessage struct {
	Kind             string   `json:"kind"`   // response or template
	Layout           string   `json:"layout"` // text, quick_reply, list, image, video, audio, document, cta, flow or template
	Body             string   `json:"body"`
	HeaderText       string   `json:"header_text,omitempty"`
	HeaderImageURI   string   `json:"header_image_uri,omitempty"`
	ImageURI         string   `json:"image_uri,omitempty"`
	MediaURI         string   `json:"media_uri,omitempty"` // of a video, audio or document
	Footer           string   `json:"footer,omitempty"`
	Buttons          []Button `json:"buttons,omitempty"`
	List             *List    `json:"list,omitempty"`
	Link             *Link    `json:"link,omitempty"`
	Flow             *Flow    `json:"flow,omitempty"`
	TemplateName     string   `json:"template_name,omitempty"`
	TemplateLanguage string   `json:"template_language_code,omitempty"`
	Variables        []string `json:"variables,omitempty"`
}

// Button is a quick reply; a blank text drops it.
type Button struct {
	Text string `json:"text"`
}

// Link is the button of a call-to-action message, which opens a web page.
type Link struct {
	Text string `json:"text"`
	URL  string `json:"url"`
}

// Flow is the button of a message that opens a form, and the form; only the button's text is Liquid.
type Flow struct {
	Text   string           `json:"text"`
	ID     string           `json:"id"`
	Fields []whatsapp.Input `json:"fields"`
}

// List is the list of a list message; rows with a blank title and sections without rows are dropped.
type List struct {
	Button   string    `json:"button"`
	Sections []Section `json:"sections"`
}

// Section is a titled part of a list.
type Section struct {
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row is one choice of a list.
type Row struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// QuietHours is a daily span, in UTC, in which the campaign aborts its messages.
type QuietHours struct {
	From  string `json:"from"` // HH:MM
	Until string `json:"until"`
}

// FrequencyCap limits the messages of capped campaigns to one user.
type FrequencyCap struct {
	Messages int   `json:"messages"`
	Seconds  int64 `json:"seconds"`
}

// Campaign is a compiled definition; it is immutable and safe for concurrent use.
type Campaign struct {
	Definition
	word  *regexp.Regexp
	hook  *hook
	parts *parts
	quiet *quiet
}

type quiet struct{ from, until time.Duration }

// Compile checks a definition and compiles its texts. local allows webhook addresses on any port; Braze
// itself calls only 80 and 443.
func Compile(engine *liquid.Engine, d Definition, local bool) (*Campaign, error) {
	if strings.TrimSpace(d.ID) == "" {
		return nil, fmt.Errorf("a campaign needs an id")
	}
	if d.Name == "" {
		d.Name = d.ID
	}
	if d.Status == "" {
		d.Status = Active
	}
	if !slices.Contains([]string{Active, Paused, Archived, Draft}, d.Status) {
		return nil, fmt.Errorf("status %q is none of active, paused, archived, draft", d.Status)
	}
	if d.ReEligibleAfterSeconds < 0 {
		return nil, fmt.Errorf("re_eligible_after_seconds must not be negative")
	}
	c := &Campaign{Definition: d}
	if err := c.compileRules(); err != nil {
		return nil, err
	}
	switch d.Type {
	case Webhook:
		return c, c.compileWebhook(engine, local)
	case WhatsApp, API, Canvas:
		return c, c.compileWhatsApp(engine)
	}
	return nil, fmt.Errorf("type %q is none of webhook, whatsapp, api, canvas", d.Type)
}

func (c *Campaign) compileRules() error {
	if t := c.Trigger; t != nil {
		switch t.Match {
		case "any":
		case "is":
			if strings.TrimSpace(t.Word) == "" {
				return fmt.Errorf("trigger.word is missing: match \"is\" compares the whole message with it")
			}
		case "regex":
			word, err := regexp.Compile(t.Word)
			if err != nil || t.Word == "" {
				return fmt.Errorf("trigger.word %q is not a regular expression", t.Word)
			}
			c.word = word
		default:
			return fmt.Errorf("trigger.match %q is none of any, is, regex", t.Match)
		}
	}
	if q := c.QuietHours; q != nil {
		from, err1 := time.Parse("15:04", q.From)
		until, err2 := time.Parse("15:04", q.Until)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("quiet_hours need from and until as HH:MM")
		}
		midnight := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
		c.quiet = &quiet{from.Sub(midnight), until.Sub(midnight)}
	}
	if f := c.FrequencyCap; f != nil && (f.Messages < 1 || f.Seconds < 1) {
		return fmt.Errorf("frequency_cap needs messages and seconds of at least 1")
	}
	return nil
}

// Matches reports whether an inbound message sets the campaign off. "Is" compares the whole message in
// any case; a regular expression matches a part of it, in the case it is written.
func (c *Campaign) Matches(group, message string) bool {
	if c.Trigger == nil || c.Status != Active || c.SubscriptionGroupID != group {
		return false
	}
	switch c.Trigger.Match {
	case "any":
		return true
	case "is":
		return strings.EqualFold(message, c.Trigger.Word)
	default:
		return c.word.MatchString(message)
	}
}

// Quiet reports whether now lies in the campaign's quiet hours.
func (c *Campaign) Quiet(now time.Time) bool {
	if c.quiet == nil {
		return false
	}
	now = now.UTC()
	at := time.Duration(now.Hour())*time.Hour + time.Duration(now.Minute())*time.Minute
	if c.quiet.from <= c.quiet.until {
		return at >= c.quiet.from && at < c.quiet.until
	}
	return at >= c.quiet.from || at < c.quiet.until
}

// checkAddress checks the part of a webhook address that has no Liquid in it.
func checkAddress(address string, local bool) error {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%q is not an http or https address", address)
	}
	if port := u.Port(); !local && port != "" && port != "80" && port != "443" {
		return fmt.Errorf("port %s: Braze calls webhooks on ports 80 and 443 only", port)
	}
	return nil
}
