// Package switches is the sandbox's answers to what Braze's and Meta's documentation leaves open, each with
// its reason, and what they mean to the parts of the sandbox. It holds no state.
package switches

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/userapi"
	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
)

// Set is all switches: what the documentation leaves open, and Braze's and Meta's published figures, so that
// a test may scale them. GET /sandbox/switches explains each.
type Set struct {
	AnyPort                bool    `json:"any_port"`
	DuplicateRecipient     string  `json:"duplicate_recipient"`
	RecipientErrors        string  `json:"recipient_errors"`
	InactiveCampaign       string  `json:"inactive_campaign"`
	BlankParts             string  `json:"blank_parts"`
	MessageLimits          string  `json:"message_limits"`
	LiquidInProperties     bool    `json:"liquid_in_properties"`
	MediaURLs              string  `json:"media_urls"`
	FailureCountsAsReceipt bool    `json:"failure_counts_as_receipt"`
	UnsubscribedIfAll      bool    `json:"unsubscribed_if_all"`
	IPRefusedStatus        int     `json:"ip_refused_status"`
	RetryAfter             bool    `json:"retry_after"`
	HourlyLimit            int     `json:"hourly_limit"`
	TrackLimit             int     `json:"track_limit"`
	TrackObjects           string  `json:"track_objects"`
	LongText               string  `json:"long_text"`
	SubscriptionDelay      int     `json:"subscription_delay_seconds"`
	PhonelessSenders       bool    `json:"phoneless_senders"`
	SharedPhone            string  `json:"shared_phone"`
	WebhookTimeout         float64 `json:"webhook_timeout_seconds"`
	WebhookRetries         int     `json:"webhook_retries"`
	WebhookFirstRetry      float64 `json:"webhook_first_retry_seconds"`
	WebhookRetryFactor     float64 `json:"webhook_retry_factor"`
	UnhealthyFailures      int     `json:"unhealthy_failures_per_minute"`
	UnhealthyNoAnswer      bool    `json:"unhealthy_counts_no_answer"`
	WindowHours            float64 `json:"window_hours"`
	PairLimit              string  `json:"pair_limit"`
	Throughput             int     `json:"throughput_per_second"`
	WhatsAppRetries        bool    `json:"whatsapp_retries"`
	DeliveredStatus        string  `json:"delivered_status"`
	ListTapSeparator       string  `json:"list_tap_separator"`
}

// Default returns what the sandbox does when nobody says otherwise.
func Default() Set {
	return Set{
		AnyPort: true, DuplicateRecipient: "first", RecipientErrors: "fatal", InactiveCampaign: "notice", BlankParts: "drop",
		MessageLimits: "refuse", MediaURLs: "array", FailureCountsAsReceipt: true, IPRefusedStatus: 403,
		HourlyLimit: 250_000, TrackLimit: 3_000, TrackObjects: "75_total", LongText: "refuse", SharedPhone: "last_changed",
		WebhookTimeout: 90, WebhookRetries: 5, WebhookFirstRetry: 10, WebhookRetryFactor: 3, UnhealthyFailures: 3_000,
		WindowHours: 24, PairLimit: "borrow_then_block", Throughput: 80, DeliveredStatus: "always", ListTapSeparator: "\n",
	}
}

// About explains one switch.
type About struct {
	Name    string   `json:"name"`
	Value   any      `json:"value"`
	Default any      `json:"default"`
	Choices []string `json:"choices,omitempty"`
	// Source is documented, when the value is a published figure, or choice, when the documentation is
	// silent and the sandbox had to decide.
	Source string `json:"source"`
	What   string `json:"what"`
	WhatFR string `json:"what_fr"` // the same in French
}

const (
	documented = "documented"
	choice     = "choice"
)

// explained is the report "what the documentation does not say".
func explained() []About {
	return []About{
		{Name: "any_port", Source: documented, What: "Braze calls webhooks on ports 80 and 443 only. On, any port may be called, so that a gateway on this machine can be tried."},
		{Name: "duplicate_recipient", Source: choice, Choices: []string{"first", "last"}, What: "A user named twice in one call gets one message; which copy survives is not documented."},
		{Name: "recipient_errors", Source: choice, Choices: []string{"fatal", "minor"}, What: "A recipient with none or several identifiers: refuse the whole call with 400, or answer 201 with errors and send the others."},
		{Name: "inactive_campaign", Source: choice, Choices: []string{"notice", "refuse"}, What: "Sending a paused, archived or draft campaign: 201 with a notice, as documented for Canvas, or 400."},
		{Name: "blank_parts", Source: choice, Choices: []string{"drop", "keep"}, What: "Buttons and list rows whose text renders blank are dropped, or kept and refused by WhatsApp."},
		{Name: "message_limits", Source: choice, Choices: []string{"refuse", "whatsapp"}, What: "Too many buttons or rows in /messages/send: 400 at once, or 201 and a failure at WhatsApp."},
		{Name: "liquid_in_properties", Source: choice, What: "Whether Liquid inside the value of a trigger property is evaluated."},
		{Name: "media_urls", Source: choice, Choices: []string{"array", "space", "comma"}, What: "How {{whats_app.${inbound_media_urls}}} renders: an array (JSON behind json_escape), or text joined by a space or comma."},
		{Name: "failure_counts_as_receipt", Source: choice, What: "Whether a message that WhatsApp refused uses up re-eligibility. An aborted one never does."},
		{Name: "unsubscribed_if_all", Source: choice, What: "Whether recipient_subscription_state \"all\" on /messages/send reaches a user who is not subscribed to the WhatsApp number."},
		{Name: "ip_refused_status", Source: choice, Choices: []string{"401", "403"}, What: "The status of \"Invalid whitelisted IPs\"; only the text is documented."},
		{Name: "retry_after", Source: choice, What: "Whether a 429 carries Retry-After; Braze documents X-RateLimit-Reset only."},
		{Name: "hourly_limit", Source: documented, What: "Calls per clock hour over all send endpoints and most others."},
		{Name: "track_limit", Source: documented, What: "Calls to /users/track per 3 seconds."},
		{Name: "track_objects", Source: documented, Choices: []string{"75_total", "75_each", "50_total"}, What: "Objects in one /users/track call; it depends on the contract."},
		{Name: "long_text", Source: choice, Choices: []string{"refuse", "cut"}, What: "A custom attribute or event property over 255 characters is refused or cut."},
		{Name: "subscription_delay_seconds", Source: documented, What: "How long /v2/subscription/status/set takes to apply; Braze says up to 60 s."},
		{Name: "phoneless_senders", Source: choice, What: "Senders without a phone number (WhatsApp usernames): the profile has a business-scoped user id and an alias labelled bsuid, and {{${phone_number}}} is blank."},
		{Name: "shared_phone", Source: choice, Choices: []string{"last_changed", "first_changed"}, What: "Which of several profiles with one number an inbound message belongs to; an identified one always goes first."},
		{Name: "webhook_timeout_seconds", Source: documented, What: "How long Braze waits for a webhook's answer."},
		{Name: "webhook_retries", Source: documented, What: "Retries of a webhook, within 30 minutes."},
		{Name: "webhook_first_retry_seconds", Source: choice, What: "The first delay of the exponential back-off, which is not documented."},
		{Name: "webhook_retry_factor", Source: choice, What: "What each further delay is multiplied by."},
		{Name: "unhealthy_failures_per_minute", Source: documented, What: "Failures (408, 429, 502, 503, 504, 529) of one host in a moving minute that stop its webhooks for a minute."},
		{Name: "unhealthy_counts_no_answer", Source: choice, What: "Whether timeouts and refused connections count towards an unhealthy host."},
		{Name: "window_hours", Source: documented, What: "WhatsApp's customer service window after the customer's last message."},
		{Name: "pair_limit", Source: documented, Choices: []string{"borrow_then_block", "token_bucket", "off"}, What: "WhatsApp's limit of one message per 6 s to one customer. Up to 45 may be sent within 6 s by borrowing, then nothing passes until the borrowed time is over; token_bucket is the gentler reading."},
		{Name: "throughput_per_second", Source: documented, What: "WhatsApp's messages per second and business number, both directions; 0 is no limit."},
		{Name: "whatsapp_retries", Source: choice, What: "Whether Braze sends again by itself what WhatsApp refused for a pair or throughput limit, after 4, 16 and 64 s."},
		{Name: "delivered_status", Source: choice, Choices: []string{"always", "skipped"}, What: "Whether WhatsApp reports delivered before read; it may leave it out."},
		{Name: "list_tap_separator", Source: choice, What: "What stands between title and description when a tapped list row arrives as text."},
	}
}

// validate names the first switch with a value it cannot have.
func (sw *Set) validate() error {
	values := sw.values()
	for _, a := range explained() {
		value := fmt.Sprint(values[a.Name])
		if len(a.Choices) > 0 && !slices.Contains(a.Choices, value) {
			return fmt.Errorf("%s cannot be %q: it is one of %s", a.Name, value, strings.Join(a.Choices, ", "))
		}
		if strings.HasPrefix(value, "-") {
			return fmt.Errorf("%s must not be negative", a.Name)
		}
	}
	if sw.HourlyLimit == 0 || sw.TrackLimit == 0 || sw.WebhookTimeout == 0 || sw.WebhookRetryFactor < 1 || sw.WindowHours == 0 {
		return fmt.Errorf("hourly_limit, track_limit, webhook_timeout_seconds and window_hours must be above 0, webhook_retry_factor at least 1")
	}
	if sw.SubscriptionDelay > 60 {
		return fmt.Errorf("subscription_delay_seconds must be at most 60")
	}
	return nil
}

// values returns the switches by name.
func (sw *Set) values() map[string]any {
	b, _ := json.Marshal(sw)
	values := map[string]any{}
	_ = json.Unmarshal(b, &values)
	return values
}

// Report explains all switches with their present values.
func (sw *Set) Report() []About {
	first := Default()
	defaults, values := first.values(), sw.values()
	about := explained()
	for i := range about {
		name := about[i].Name
		about[i].Value, about[i].Default, about[i].WhatFR = values[name], defaults[name], french[name]
	}
	return about
}

// Changed returns the switches with the named ones replaced; an unknown name is an error.
func (sw *Set) Changed(body []byte) (Set, error) {
	next := *sw
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&next); err != nil {
		return next, fmt.Errorf("the switches cannot be read: %w; GET /sandbox/switches lists them", err)
	}
	return next, next.validate()
}

// Beyond returns the switches that are not as in first, by name; Changed on first takes them.
func (sw *Set) Beyond(first *Set) map[string]any {
	values := sw.values()
	for name, value := range first.values() {
		if values[name] == value {
			delete(values, name)
		}
	}
	return values
}

// WhatsApp is what the switches mean to the pretend WhatsApp; failWith is that of [whatsapp.Rules].
func (sw *Set) WhatsApp(failWith int) whatsapp.Rules {
	r := whatsapp.DefaultRules()
	r.Window = time.Duration(sw.WindowHours * float64(time.Hour))
	r.Throughput = sw.Throughput
	r.PairTokenBucket = sw.PairLimit == "token_bucket"
	if sw.PairLimit == "off" {
		r.PairBurst = 0
	}
	r.SkipDelivered = sw.DeliveredStatus == "skipped"
	r.ListTapSeparator = sw.ListTapSeparator
	r.FailWith = failWith
	return r
}

// Webhooks is what the switches mean to the calls going out.
func (sw *Set) Webhooks() webhook.Rules {
	r := webhook.DefaultRules()
	r.Timeout = time.Duration(sw.WebhookTimeout * float64(time.Second))
	r.Retries = sw.WebhookRetries
	r.FirstRetry = time.Duration(sw.WebhookFirstRetry * float64(time.Second))
	r.RetryFactor = sw.WebhookRetryFactor
	r.UnhealthyFailures = sw.UnhealthyFailures
	r.CountNoAnswer = sw.UnhealthyNoAnswer
	return r
}

// Users is what the switches mean to Braze's endpoints on users.
func (sw *Set) Users() userapi.Rules {
	return userapi.Rules{Limits: sw.Limits(), TrackObjects: sw.TrackObjects, SubscriptionDelay: time.Duration(sw.SubscriptionDelay) * time.Second}
}

// Limits is what the switches mean to an attributes object.
func (sw *Set) Limits() profile.Limits {
	l := profile.DefaultLimits()
	l.CutTooLong = sw.LongText == "cut"
	return l
}
