package config

import (
	"strings"
	"testing"

	"parley/internal/testkit"
)

func TestProfile_rulesOfTemplatesComeFirst(t *testing.T) {
	t.Parallel()
	p := Profile{
		Templates: []string{"support", "activity"}, Attributes: []string{"chat.last.topic = topic", "parley_tags[]=tags"},
		Counters: []string{"handoffs=handed_off"}, Events: []string{"my.event=resolved"}, Objects: 1,
	}
	attributes, counters, events := p.Rules()
	testkit.Diff(t, attributes, []Rule{
		{Name: "parley_in_support", Source: "in_support"},
		{Name: "parley_status", Source: "status"},
		{Name: "parley_last_message_at", Source: "last_message_at"},
		{Name: "chat", Path: "last.topic", Source: "topic"},
		{Name: "parley_tags", Array: true, Source: "tags"},
	})
	testkit.Diff(t, counters, []Rule{{Name: "parley_chats", Source: "conversation_started"}, {Name: "handoffs", Source: "handed_off"}})
	testkit.Diff(t, events, []Rule{{Name: "my.event", Source: "resolved"}})
	c := &checker{}
	c.profile("profile", p)
	if len(c.problems) != 0 {
		t.Errorf("a right declaration has problems: %v", c.problems)
	}
	for name := range templates {
		c := &checker{}
		if c.profile("profile", Profile{Templates: []string{name}, Objects: 75}); len(c.problems) != 0 {
			t.Errorf("template %s: %v", name, c.problems)
		}
	}
}

func TestProfile_namesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 256)
	c := &checker{}
	c.profile("profile", Profile{
		Objects: 76, Templates: []string{"suport", "support", "support"},
		Attributes: []string{
			"email=status", "$own=status", "parley_topic", "=status", long + "=status", "a=moods", "b.c d=status", "c=tags", "d[]=csat", "e.x=status", "e=topic",
			"f.x[]=tags", "g.x=status", "g.x.y=topic", "h=status", "h=topic",
		},
		Counters: []string{"i=in_support", "j.k=resolved"},
		Events:   []string{"k=in_support", "l=resolved", "l=intent"},
	})
	got := c.problems.Error()
	for _, want := range []string{
		"profile.objects: 76 is out of range", `profile.templates[0]: "suport" is not one of its values`, `profile.templates[2]: "support" is written twice`,
		`"email" is Braze's own attribute`, `"$own" begins with $`, `"parley_topic" names no source`, "has no name before =", "has a name of 256 characters",
		`"moods" is not one of its values`, `"c d" is no key of a nested attribute`, "tags are several values", "an array of csat would say nothing",
		`"e" is already a nested attribute`, `"f.x" is an array inside a nested attribute`, `"g.x" is a key and also holds keys`, `"h" is declared twice`,
		`"in_support" is not one of its values`, `"j.k" is no name for a counter`, `the event "l" is declared twice`, `"parley_in_support" is declared twice`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no problem says %q", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}
