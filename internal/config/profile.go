package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Profile declares what Braze's profiles are told of chats.
type Profile struct {
	Templates  []string      `yaml:"templates" example:"[support, topics, satisfaction]" doc:"Ready-made sets: support (parley_in_support, parley_status), topics (parley_last_topic, parley_topics), satisfaction (parley_csat, parley_csat_at), activity (parley_last_message_at, parley_chats), events (parley_conversation_started, parley_handed_off, parley_resolved, parley_csat_answered). Each value that changes costs a data point at Braze."`
	Attributes []string      `yaml:"attributes" example:"[parley_language=language, parley.team=team, \"parley_tags[]=tags\"]" doc:"name=source: a custom attribute and where its value comes from. name.key writes a key of a nested attribute, name[] keeps an array. Sources: see docs/profile.md."`
	Counters   []string      `yaml:"counters" example:"[parley_handoffs=handed_off]" doc:"name=happening: a number attribute that rises by one each time."`
	Events     []string      `yaml:"events" example:"[parley_intent=intent]" doc:"name=happening: a custom event that is logged each time."`
	Wait       time.Duration `yaml:"wait" default:"5s" doc:"How long a changed attribute waits for a reply that takes it along; then it goes by /users/track, for which the key needs users.track."`
	Objects    int           `yaml:"objects" default:"75" doc:"Most objects in one call of /users/track. Braze takes 75, by some contracts 50."`
}

// Rule is one declared line.
type Rule struct {
	Name   string // the attribute or event
	Path   string // keys inside a nested attribute, with dots; empty for others
	Array  bool
	Source string
}

// templates are sets of lines that people want often.
var templates = map[string]struct{ attributes, counters, events []string }{
	"support":      {attributes: []string{"parley_in_support=in_support", "parley_status=status"}},
	"topics":       {attributes: []string{"parley_last_topic=topic", "parley_topics[]=topic"}},
	"satisfaction": {attributes: []string{"parley_csat=csat", "parley_csat_at=csat_at"}},
	"activity":     {attributes: []string{"parley_last_message_at=last_message_at"}, counters: []string{"parley_chats=conversation_started"}},
	"events": {events: []string{
		"parley_conversation_started=conversation_started", "parley_handed_off=handed_off", "parley_resolved=resolved", "parley_csat_answered=csat",
	}},
}

// ProfileSources are what an attribute can be made of, and ProfileHappenings what a
// counter or an event can.
var (
	ProfileSources = []string{
		"in_support", "status", "topic", "language", "route", "team", "priority", "outcome", "handoff_reason", "csat", "csat_at", "last_message_at", "started_at",
		"handed_off_at", "resolved_at", "conversations", "tags", "opted_out",
	}
	ProfileHappenings = []string{"conversation_started", "handed_off", "assigned", "passed_back", "resolved", "reopened", "csat", "intent"}
)

// FactSource begins a source that flows set, as in fact.return_reason.
const FactSource = "fact."

var factName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// Facts are the names of what flows set, as far as attributes take them.
func (p Profile) Facts() []string {
	out := []string{}
	attributes, _, _ := p.Rules()
	for _, r := range attributes {
		if name, ok := strings.CutPrefix(r.Source, FactSource); ok {
			out = append(out, name)
		}
	}
	return out
}

// reservedNames belong to Braze in an attributes object (Braze docs, "User attributes object").
var reservedNames = []string{
	"_merge_objects", "_update_existing_only", "alias_label", "alias_name", "app_id", "apps", "braze_id", "country", "current_location", "date_of_first_session",
	"date_of_last_session", "dob", "email", "email_click_tracking_disabled", "email_open_tracking_disabled", "email_subscribe", "external_id", "facebook",
	"first_name", "gender", "home_city", "image_url", "language", "last_name", "marked_email_as_spam_at", "phone", "push_subscribe", "push_tokens",
	"push_token_import", "subscription_groups", "time_zone", "twitter", "user_alias",
}

// Declared reports whether anything is told at all.
func (p Profile) Declared() bool {
	return len(p.Templates)+len(p.Attributes)+len(p.Counters)+len(p.Events) > 0
}

// Rules gives the declared lines with those of the templates before them.
func (p Profile) Rules() (attributes, counters, events []Rule) {
	for _, l := range p.lines() {
		switch l.list {
		case "attributes":
			attributes = append(attributes, l.rule.nested())
		case "counters":
			counters = append(counters, l.rule)
		default:
			events = append(events, l.rule)
		}
	}
	return attributes, counters, events
}

// line is one declared line with where it stands.
type line struct {
	list string
	key  string // below profile
	text string
	rule Rule
}

func (p Profile) lines() []line {
	var out []line
	add := func(list string, key func(i int) string, texts []string) {
		for i, text := range texts {
			out = append(out, line{list, key(i), text, parseRule(text)})
		}
	}
	for i, name := range p.Templates {
		t := templates[name]
		at := func(int) string { return itemKey("templates", i) }
		add("attributes", at, t.attributes)
		add("counters", at, t.counters)
		add("events", at, t.events)
	}
	for list, texts := range map[string][]string{"attributes": p.Attributes, "counters": p.Counters, "events": p.Events} {
		add(list, func(i int) string { return itemKey(list, i) }, texts)
	}
	slices.SortStableFunc(out, func(a, b line) int { return strings.Compare(a.list, b.list) })
	return out
}

func parseRule(text string) (r Rule) {
	r.Name, r.Source, _ = strings.Cut(text, "=")
	r.Name, r.Source = strings.TrimSpace(r.Name), strings.TrimSpace(r.Source)
	r.Name, r.Array = strings.CutSuffix(r.Name, "[]")
	return r
}

// nested moves what stands behind the first dot into the path.
func (r Rule) nested() Rule {
	r.Name, r.Path, _ = strings.Cut(r.Name, ".")
	return r
}

// maxName is how long names and string values may be (Braze docs, "Custom attributes").
const maxName = 255

// profile names everything that is wrong with a declaration.
func (c *checker) profile(key string, p Profile) {
	within(c, key+".wait", p.Wait, 0, time.Hour)
	within(c, key+".objects", p.Objects, 1, 75)
	for i, name := range p.Templates {
		if _, ok := templates[name]; !ok {
			c.oneOf(itemKey(key+".templates", i), name, "support", "topics", "satisfaction", "activity", "events")
		}
		if slices.Contains(p.Templates[:i], name) {
			c.add(itemKey(key+".templates", i), fmt.Sprintf("%q is written twice", name), "keep one of the two")
		}
	}
	told := map[string]Rule{}
	shape := map[string]string{}
	for _, l := range p.lines() {
		at := key + "." + l.key
		if _, _, ok := strings.Cut(l.text, "="); !ok {
			c.add(at, fmt.Sprintf("%q names no source", l.text), "write name=source, such as parley_in_support=in_support")
			continue
		}
		if l.list == "events" {
			c.profileName(at, l.rule.Name)
			c.oneOf(at, l.rule.Source, ProfileHappenings...)
			if l.rule.Array {
				c.add(at, "is an event with []", "write the name alone")
			}
			if _, twice := told["event "+l.rule.Name]; twice {
				c.add(at, fmt.Sprintf("the event %q is declared twice", l.rule.Name), "keep one of the two, or use another name")
			}
			told["event "+l.rule.Name] = l.rule
			continue
		}
		c.profileAttribute(at, l, told, shape)
	}
}

func (c *checker) profileAttribute(at string, l line, told map[string]Rule, shape map[string]string) {
	r := l.rule
	kind := "a plain attribute"
	sources := ProfileSources
	switch {
	case l.list == "counters":
		kind, sources = "a counter", ProfileHappenings
		if r.Array || strings.Contains(r.Name, ".") {
			c.add(at, fmt.Sprintf("%q is no name for a counter", r.Name), "write a name without dots and []; Braze adds to plain numbers only")
		}
	case r.Array && strings.Contains(r.Name, "."):
		c.add(at, fmt.Sprintf("%q is an array inside a nested attribute", r.Name), "write name[] or name.key")
	case r.Array:
		kind = "an array"
	case strings.Contains(r.Name, "."):
		r = r.nested()
		kind = "a nested attribute"
		for k := range strings.SplitSeq(r.Path, ".") {
			if k == "" || strings.ContainsAny(k, " $") || utf8.RuneCountInString(k) > maxName {
				c.add(at, fmt.Sprintf("%q is no key of a nested attribute", k), "use 1 to 255 characters without spaces, dots and $")
			}
		}
	}
	fact, set := strings.CutPrefix(r.Source, FactSource)
	switch set = set && l.list == "attributes"; {
	case set && !factName.MatchString(fact):
		c.add(at, fmt.Sprintf("%q is no name of a fact", fact), "write the name that a flow sets: lower-case letters, digits and _, a letter first")
	case !set:
		c.oneOf(at, r.Source, sources...)
	}
	if r.Source == "tags" && !r.Array {
		c.add(at, "tags are several values", "write name[]=tags")
	}
	if r.Array && !set && !slices.Contains([]string{"tags", "topic", "language", "route", "team", "outcome"}, r.Source) {
		c.add(at, fmt.Sprintf("an array of %s would say nothing", r.Source), "use tags, topic, language, route, team or outcome, or leave out []")
	}
	c.profileName(at, r.Name)
	if slices.Contains(reservedNames, r.Name) {
		c.add(at, fmt.Sprintf("%q is Braze's own attribute", r.Name), "use a name of your own, such as parley_"+strings.TrimLeft(r.Name, "_"))
	}
	if _, twice := told[r.Name+"."+r.Path]; twice {
		c.add(at, fmt.Sprintf("%q is declared twice", strings.TrimSuffix(r.Name+"."+r.Path, ".")), "keep one of the two, or use another name")
	} else if other, ok := shape[r.Name]; ok && other != kind {
		c.add(at, fmt.Sprintf("%q is already %s", r.Name, other), "use another name; an attribute has one shape")
	} else if nests := func(a, b string) bool { return strings.HasPrefix(a, b+".") }; kind == "a nested attribute" {
		for _, o := range told {
			if o.Name == r.Name && (nests(o.Path, r.Path) || nests(r.Path, o.Path)) {
				c.add(at, fmt.Sprintf("%q is a key and also holds keys", r.Name+"."+min(o.Path, r.Path)), "use another key")
			}
		}
	}
	told[r.Name+"."+r.Path], shape[r.Name] = r, kind
}

func (c *checker) profileName(at, name string) {
	switch {
	case name == "":
		c.add(at, "has no name before =", "write name=source, such as parley_in_support=in_support")
	case utf8.RuneCountInString(name) > maxName:
		c.add(at, fmt.Sprintf("has a name of %d characters", utf8.RuneCountInString(name)), "Braze takes at most 255")
	case strings.HasPrefix(name, "$"):
		c.add(at, fmt.Sprintf("%q begins with $", name), "Braze keeps such names for itself; use another")
	}
}
