// Package profile is the sandbox's user base: Braze profiles, how they are found, and what an attributes
// object does to them. It knows nothing of HTTP, campaigns or phones.
//
// Sources: Braze documentation, "User attributes object", "Event object", "Identify users",
// "Custom attributes", "Array of objects", "Nested custom attributes", "Subscription groups".
package profile

import (
	"maps"
	"slices"
	"time"

	"parley/internal/sandbox/liquid"
)

// Alias is a second name of a profile; label and name together are unique.
type Alias struct {
	Name  string `json:"alias_name"`
	Label string `json:"alias_label"`
}

// Tally sums up a custom event or a purchased product.
type Tally struct {
	Name  string    `json:"name"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
	Count int       `json:"count"`
}

// Event is one custom event of a profile.
type Event struct {
	Name       string         `json:"name"`
	Time       time.Time      `json:"time"`
	Properties map[string]any `json:"properties,omitempty"`
}

// User is a profile at one moment. It is immutable: every change makes a new User, so that a template may
// read one without a lock.
type User struct {
	BrazeID    string
	ExternalID string
	Phone      string // E.164, or "" when unknown
	SenderID   string // WhatsApp's business-scoped user id
	Email      string
	Aliases    []Alias
	Standard   map[string]any // first_name, language, … by name
	Custom     map[string]any
	Groups     map[string]bool // true is subscribed; absent is neither
	Events     map[string]Tally
	Purchases  map[string]Tally
	Recent     []Event // the latest custom events, oldest first
	Created    time.Time
	Updated    time.Time

	bare   map[string]any
	states map[string]any
}

// Bare returns the values of bare `${name}` tags; the map must not be changed.
func (u *User) Bare() map[string]any { return u.bare }

// Subscribed reports whether the user is subscribed to the group.
func (u *User) Subscribed(group string) bool { return u.Groups[group] }

// States returns the subscription states as `{{subscribed_state.${group}}}` reads them; the map must not
// be changed.
func (u *User) States() map[string]any { return u.states }

func stateName(subscribed bool) string {
	if subscribed {
		return "subscribed"
	}
	return "unsubscribed"
}

// clone copies the parts that Apply and the store may change.
func (u *User) clone() *User {
	c := *u
	c.Aliases = slices.Clone(u.Aliases)
	c.Standard = maps.Clone(u.Standard)
	c.Custom = maps.Clone(u.Custom)
	c.Groups = maps.Clone(u.Groups)
	return &c
}

// seal prepares what readers need; it is called once, before the user is published.
func (u *User) seal() {
	bare := make(map[string]any, len(u.Standard)+6)
	maps.Copy(bare, u.Standard)
	for name, value := range map[string]string{
		"user_id": u.ExternalID, "braze_id": u.BrazeID, "phone_number": u.Phone, "email_address": u.Email,
	} {
		if value != "" {
			bare[name] = value
		}
	}
	if tz, ok := bare["time_zone"]; !ok || tz == "" {
		bare["time_zone"] = "UTC"
	}
	u.bare = bare
	u.states = make(map[string]any, len(u.Groups))
	for group, subscribed := range u.Groups {
		u.states[group] = stateName(subscribed)
	}
}

// addEvent gives the user one more custom event; keep is how many recent ones are kept in full.
func (u *User) addEvent(e Event, keep int) {
	u.Events = tallied(u.Events, e.Name, e.Time)
	recent := append(slices.Clone(u.Recent), e)
	u.Recent = recent[max(0, len(recent)-keep):]
}

func tallied(all map[string]Tally, name string, at time.Time) map[string]Tally {
	next := maps.Clone(all)
	if next == nil {
		next = map[string]Tally{}
	}
	t, ok := next[name]
	if !ok || at.Before(t.First) {
		t.First = at
	}
	if at.After(t.Last) {
		t.Last = at
	}
	t.Name = name
	t.Count++
	next[name] = t
	return next
}

// plain turns decoded JSON into template values.
func plain(v any) any { return liquid.Value(v) }
