package gate

import (
	"fmt"
	"strings"
	"sync"
)

// Sheet is what goes wrong on purpose.
type Sheet struct {
	API      []APIFault    `json:"api"`
	Webhook  WebhookFault  `json:"webhook"`
	Delivery DeliveryFault `json:"delivery"`
}

// APIFault makes calls to one REST path go wrong.
type APIFault struct {
	Path           string `json:"path"`      // "*" is every path
	FromCall       int    `json:"from_call"` // counts calls to the path since the sheet was put, from 1
	Calls          int    `json:"calls"`     // 0 is for ever
	Status         int    `json:"status"`    // answer with this status and do nothing
	DelayMS        int64  `json:"delay_ms"`
	CutAfterAccept bool   `json:"cut_after_accept"` // carry the call out, then close without an answer
	Refuse         bool   `json:"refuse"`           // close before reading
}

// WebhookFault is what goes wrong on the way of webhooks.
type WebhookFault struct {
	Duplicate        int   `json:"duplicate"` // how often each webhook is delivered; 0 and 1 are once
	DuplicateDelayMS int64 `json:"duplicate_delay_ms"`
	Reorder          bool  `json:"reorder"` // a webhook waits until the user's next one has gone first
	Drop             int   `json:"drop"`    // lose the next so many
	DelayMS          int64 `json:"delay_ms"`
	RerenderOnRetry  bool  `json:"rerender_on_retry"`
}

// DeliveryFault is what goes wrong on the way of messages to WhatsApp.
type DeliveryFault struct {
	Reorder  bool  `json:"reorder"` // a message waits until the phone's next one has gone first
	DelayMS  int64 `json:"delay_ms"`
	FailCode int   `json:"fail_code"` // WhatsApp refuses every message with this code
}

// Validate names the first fault that cannot be.
func (f *Sheet) Validate() error {
	for i, a := range f.API {
		if a.Path != "*" && !strings.HasPrefix(a.Path, "/") {
			return fmt.Errorf("api[%d].path %q must be a path such as /campaigns/trigger/send, or *", i, a.Path)
		}
		if a.Status != 0 && (a.Status < 400 || a.Status > 599) {
			return fmt.Errorf("api[%d].status %d must be 400 to 599, or 0 for none", i, a.Status)
		}
		if a.FromCall < 0 || a.Calls < 0 || a.DelayMS < 0 || a.DelayMS > 600_000 {
			return fmt.Errorf("api[%d]: from_call and calls must not be negative, delay_ms is 0 to 600000", i)
		}
	}
	w, d := f.Webhook, f.Delivery
	if w.Duplicate < 0 || w.Duplicate > 20 || w.Drop < 0 || w.DelayMS < 0 || w.DuplicateDelayMS < 0 {
		return fmt.Errorf("webhook: duplicate is 0 to 20; drop, delay_ms and duplicate_delay_ms must not be negative")
	}
	if d.DelayMS < 0 || d.FailCode < 0 {
		return fmt.Errorf("delivery: delay_ms and fail_code must not be negative")
	}
	return nil
}

// Faults holds the sheet and counts the calls it is about. It is safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	sheet Sheet
	calls map[string]int
}

// NewFaults returns an empty sheet.
func NewFaults() *Faults {
	f := &Faults{}
	f.Put(Sheet{})
	return f
}

// Put replaces the sheet and counts calls anew.
func (f *Faults) Put(sheet Sheet) {
	if sheet.API == nil {
		sheet.API = []APIFault{}
	}
	sheet.Webhook.Duplicate = max(1, sheet.Webhook.Duplicate)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sheet = sheet
	f.calls = map[string]int{}
}

// Current returns the sheet.
func (f *Faults) Current() Sheet {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sheet
}

// API counts a call to the path and returns the first rule that is about it; the zero rule does nothing.
func (f *Faults) API(path string) APIFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.sheet.API) == 0 {
		return APIFault{}
	}
	f.calls[path]++
	n := f.calls[path]
	for _, a := range f.sheet.API {
		from := max(1, a.FromCall)
		if (a.Path == path || a.Path == "*") && n >= from && (a.Calls == 0 || n < from+a.Calls) {
			return a
		}
	}
	return APIFault{}
}

// Webhook returns the webhook faults and whether this webhook is lost.
func (f *Faults) Webhook() (rules WebhookFault, lost bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.sheet.Webhook.Drop > 0 {
		f.sheet.Webhook.Drop--
		lost = true
	}
	return f.sheet.Webhook, lost
}

// Delivery returns the delivery faults.
func (f *Faults) Delivery() DeliveryFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sheet.Delivery
}
