// Package profile tells Braze's profiles what chats are about: custom attributes,
// counters and events by which people can be segmented. It owns the declared mapping
// and the calls; what was told of whom, and why nothing is lost or doubled, is
// store/facts. It must not decide anything about a conversation.
//
// Start reading at Mapping.Derive, then Teller.Run.
package profile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store/facts"
)

// Limits of Braze (docs, "Custom attributes", "Nested custom attributes", "Array attributes").
const (
	maxText  = 255       // code points of a string
	maxBytes = 100 << 10 // of a nested attribute's JSON
	maxItems = 25        // of an array, unless Braze has raised it
)

// Mapping is a workspace's declared lines.
type Mapping struct {
	attributes, counters, events []config.Rule
}

// NewMapping takes a declaration that was validated.
func NewMapping(p config.Profile) Mapping {
	attributes, counters, events := p.Rules()
	return Mapping{attributes, counters, events}
}

// Derive says what Braze shall know of a contact, and what it is to be told of what
// happened.
func (m Mapping) Derive(c *facts.Contact, happened []*facts.Conversation) facts.Derived {
	var out facts.Derived
	for _, r := range m.attributes {
		m.attribute(&out, r, c)
	}
	limitNested(out.Values)
	for _, conversation := range happened {
		for _, h := range conversation.Happened {
			m.tell(&out, conversation, h)
		}
	}
	return out
}

func (m Mapping) attribute(out *facts.Derived, r config.Rule, c *facts.Contact) {
	value := valueOf(r.Source, c)
	if r.Array {
		items, exact := value.([]string)
		if text, ok := value.(string); ok {
			items = []string{text}
		}
		if exact {
			out.Exact = append(out.Exact, r.Name)
		}
		for i, item := range items {
			v := facts.Value{Name: r.Name, Part: item, Op: facts.Item, JSON: "true", Problem: tooLong(item)}
			if i >= maxItems {
				v.Problem = fmt.Sprintf("Braze keeps %d items in an array; this is one more", maxItems)
			}
			out.Values = append(out.Values, v)
		}
		return
	}
	v := facts.Value{Name: r.Name, Part: r.Path, Op: facts.Set}
	if r.Path != "" {
		v.Op = facts.Merge
	}
	switch value := value.(type) {
	case string:
		v.Problem = tooLong(value)
	case time.Time:
		v.JSON = encode(stamp(value))
		if r.Path != "" { // inside a nested attribute a time says that it is one
			v.JSON = encode(map[string]string{"$time": stamp(value)})
		}
	}
	if v.JSON == "" {
		v.JSON = encode(value)
	}
	out.Values = append(out.Values, v)
}

func valueOf(source string, c *facts.Contact) any {
	if name, ok := strings.CutPrefix(source, config.FactSource); ok {
		return text(c.Set[name])
	}
	return sources[source](c)
}

// limitNested refuses the keys that would make a nested attribute too large.
func limitNested(values []facts.Value) {
	size := map[string]int{}
	for i := range values {
		v := &values[i]
		if v.Op != facts.Merge || v.Problem != "" {
			continue
		}
		size[v.Name] += len(v.Part) + len(v.JSON) + len(`"":{},`)
		if size[v.Name] > maxBytes {
			v.Problem = fmt.Sprintf("with it the nested attribute takes more than %d KB", maxBytes>>10)
		}
	}
}

// tell adds what is declared for a happening.
func (m Mapping) tell(out *facts.Derived, c *facts.Conversation, h facts.Happening) {
	for _, r := range m.counters {
		if r.Source == h.Kind {
			out.Tellings = append(out.Tellings, facts.Telling{Kind: facts.Increment, Name: r.Name, Value: "1", HappenedAt: h.At})
		}
	}
	for _, r := range m.events {
		if r.Source != h.Kind {
			continue
		}
		properties, problem := propertiesOf(c, h)
		t := facts.Telling{Kind: facts.Event, Name: r.Name, Value: encode(properties), HappenedAt: h.At}
		if problem != "" {
			t.State, t.Answer = facts.Failed, problem
		}
		out.Tellings = append(out.Tellings, t)
	}
}

// propertiesOf are those of an event; what is not known is left out.
func propertiesOf(c *facts.Conversation, h facts.Happening) (properties map[string]any, problem string) {
	properties = map[string]any{"conversation_id": string(c.ID), "route": c.Route}
	add := func(name, text string) {
		if text == "" {
			return
		}
		properties[name] = text
		if p := tooLong(text); p != "" && problem == "" {
			problem = name + ": " + p
		}
	}
	switch h.Kind {
	case facts.HandedOff:
		add("reason", shortReason(h.Reason))
		add("team", c.Team)
	case facts.Assigned:
		add("team", c.Team)
	case facts.Resolved:
		add("outcome", c.Outcome)
	case facts.Intent:
		add("intent", h.Intent)
	case facts.Scored:
		properties["score"] = h.Score
	}
	return properties, problem
}

// shortReason is the code of a reason of the bot's, or the first of what people wrote.
func shortReason(reason string) string {
	code, _, _ := strings.Cut(reason, ":")
	return strings.TrimSpace(code)
}

func tooLong(text string) string {
	if n := utf8.RuneCountInString(text); n > maxText {
		return fmt.Sprintf("it has %d characters; Braze takes at most %d", n, maxText)
	}
	return ""
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // sources give texts, numbers and times only
		return facts.Null
	}
	return string(b)
}

// sources give a text, a number, true or false, a time, texts, or nil for nothing. Their
// names are those of config.ProfileSources.
var sources = map[string]func(c *facts.Contact) any{
	"in_support": func(c *facts.Contact) any {
		return c.Newest() != nil && (c.Newest().Owner == chat.OwnerQueue || c.Newest().Owner == chat.OwnerAgent)
	},
	"status":          ofNewest(func(n *facts.Conversation) any { return statuses[n.Owner] }),
	"topic":           func(c *facts.Contact) any { return text(c.Topic) },
	"language":        func(c *facts.Contact) any { return text(c.Language) },
	"route":           ofNewest(func(n *facts.Conversation) any { return text(n.Route) }),
	"team":            ofNewest(func(n *facts.Conversation) any { return text(n.Team) }),
	"priority":        ofNewest(func(n *facts.Conversation) any { return priorities[n.Priority] }),
	"outcome":         ofNewest(func(n *facts.Conversation) any { return text(n.Outcome) }),
	"handoff_reason":  ofNewest(func(n *facts.Conversation) any { return text(n.Reason) }),
	"csat":            func(c *facts.Contact) any { return number(c.Score) },
	"csat_at":         func(c *facts.Contact) any { return moment(c.ScoredAt) },
	"last_message_at": ofNewest(func(n *facts.Conversation) any { return moment(max(n.WindowUntil-chat.Window, 0)) }),
	"started_at":      ofNewest(func(n *facts.Conversation) any { return moment(n.OpenedAt) }),
	"handed_off_at":   ofNewest(func(n *facts.Conversation) any { return moment(n.HandedAt) }),
	"resolved_at":     ofNewest(func(n *facts.Conversation) any { return moment(n.ResolvedAt) }),
	"conversations":   func(c *facts.Contact) any { return number(int64(len(c.Conversations))) },
	"tags":            func(c *facts.Contact) any { return slices.Clone(append([]string{}, c.Tags...)) },
	"opted_out":       func(c *facts.Contact) any { return c.OptedOut > 0 },
}

var (
	statuses   = map[chat.Owner]string{chat.OwnerBot: "bot", chat.OwnerQueue: "waiting", chat.OwnerAgent: "human", chat.OwnerNone: "closed"}
	priorities = map[chat.Priority]string{chat.Normal: "normal", chat.High: "high", chat.Urgent: "urgent"}
)

func ofNewest(get func(*facts.Conversation) any) func(*facts.Contact) any {
	return func(c *facts.Contact) any {
		if n := c.Newest(); n != nil {
			return get(n)
		}
		return nil
	}
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(n int64) any {
	if n == 0 {
		return nil
	}
	return json.Number(strconv.FormatInt(n, 10))
}

func moment(ms int64) any {
	if ms == 0 {
		return nil
	}
	return time.UnixMilli(ms)
}
