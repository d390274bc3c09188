package profile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store/facts"
	"parley/internal/testkit"
)

func TestSources_areThoseOfTheSettings(t *testing.T) {
	t.Parallel()
	testkit.Diff(t, slices.Sorted(maps.Keys(sources)), slices.Sorted(slices.Values(config.ProfileSources)))
	happenings := []string{facts.Started, facts.HandedOff, facts.Assigned, facts.PassedBack, facts.Resolved, facts.Reopened, facts.Scored, facts.Intent}
	testkit.Diff(t, happenings, config.ProfileHappenings)
}

func conversation(id string, owner chat.Owner) *facts.Conversation {
	c := &facts.Conversation{}
	c.ID, c.Owner, c.Route, c.Team, c.OpenedAt, c.WindowUntil = chat.ConversationID(id), owner, "support", "Returns", 1000, 5000+chat.Window
	return c
}

func TestDerive_everySource(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, source := range config.ProfileSources {
		if source != "tags" {
			lines = append(lines, source+"="+source)
		}
	}
	m := NewMapping(config.Profile{Attributes: append(lines, "t[]=tags", "topics[]=topic", "o.last.topic=topic", "o.at=started_at")})
	newest := conversation("c2", chat.OwnerAgent)
	newest.Priority, newest.Reason, newest.HandedAt = chat.High, "person_requested: asked", 3000
	c := &facts.Contact{
		Contact: chat.Contact{Language: "fr", OptedOut: 1}, Conversations: []*facts.Conversation{conversation("c1", chat.OwnerNone), newest},
		Topic: "returns", Score: 4, ScoredAt: 2000, Tags: []string{"a", "b"},
	}
	d := m.Derive(c, nil)
	got := map[string]string{}
	for _, v := range d.Values {
		got[v.Name+"/"+v.Part] = v.JSON
		if v.Problem != "" {
			t.Errorf("%+v", v)
		}
	}
	testkit.Diff(t, got, map[string]string{
		"in_support/": "true", "status/": `"human"`, "topic/": `"returns"`, "language/": `"fr"`, "route/": `"support"`, "team/": `"Returns"`, "priority/": `"high"`,
		"outcome/": "null", "handoff_reason/": `"person_requested: asked"`, "csat/": "4", "csat_at/": `"1970-01-01T00:00:02.000Z"`,
		"last_message_at/": `"1970-01-01T00:00:05.000Z"`, "started_at/": `"1970-01-01T00:00:01.000Z"`, "handed_off_at/": `"1970-01-01T00:00:03.000Z"`,
		"resolved_at/": "null", "conversations/": "2", "opted_out/": "true", "t/a": "true", "t/b": "true", "topics/returns": "true",
		"o/last.topic": `"returns"`, "o/at": `{"$time":"1970-01-01T00:00:01.000Z"}`,
	})
	testkit.Diff(t, d.Exact, []string{"t"}) // topics gather, tags are kept equal
}

func TestDerive_happenings(t *testing.T) {
	t.Parallel()
	m := NewMapping(config.Profile{Counters: []string{"n=handed_off"}, Events: []string{"e1=handed_off", "e2=csat", "e3=intent", "e4=resolved"}})
	c := conversation("c", chat.OwnerQueue)
	c.Outcome = "solved"
	c.Happened = []facts.Happening{
		{Kind: facts.Started, At: 1},
		{Kind: facts.HandedOff, At: 2, Reason: "keyword: a wedding"},
		{Kind: facts.Scored, At: 3, Score: 5},
		{Kind: facts.Intent, At: 4, Intent: strings.Repeat("x", 256)},
		{Kind: facts.Resolved, At: 5},
	}
	got := m.Derive(&facts.Contact{Conversations: []*facts.Conversation{c}}, []*facts.Conversation{c}).Tellings
	testkit.Diff(t, got, []facts.Telling{
		{Kind: facts.Increment, Name: "n", Value: "1", HappenedAt: 2},
		{Kind: facts.Event, Name: "e1", Value: `{"conversation_id":"c","reason":"keyword","route":"support","team":"Returns"}`, HappenedAt: 2},
		{Kind: facts.Event, Name: "e2", Value: `{"conversation_id":"c","route":"support","score":5}`, HappenedAt: 3},
		{
			Kind: facts.Event, Name: "e3", Value: `{"conversation_id":"c","intent":"` + strings.Repeat("x", 256) + `","route":"support"}`, HappenedAt: 4,
			State: facts.Failed, Answer: "intent: it has 256 characters; Braze takes at most 255",
		},
		{Kind: facts.Event, Name: "e4", Value: `{"conversation_id":"c","outcome":"solved","route":"support"}`, HappenedAt: 5},
	})
}

// Whatever people write, nothing that breaks Braze's rules is without its reason, and nothing is cut.
func TestDerive_limits(t *testing.T) {
	t.Parallel()
	m := NewMapping(config.Profile{Attributes: []string{"reason=handoff_reason", "o.reason=handoff_reason", "t[]=tags"}})
	rapid.Check(t, func(t *rapid.T) {
		reason := strings.Repeat(rapid.SampledFrom([]string{"x", "é", "🙂"}).Draw(t, "letter"), rapid.IntRange(1, 600).Draw(t, "length"))
		c := conversation("c", chat.OwnerQueue)
		c.Reason = reason
		var tags []string
		for i := range rapid.IntRange(0, 40).Draw(t, "tags") {
			tags = append(tags, fmt.Sprint("tag", i))
		}
		items := 0
		for _, v := range m.Derive(&facts.Contact{Conversations: []*facts.Conversation{c}, Tags: tags}, nil).Values {
			if v.Op == facts.Item {
				if v.Problem == "" {
					items++
				}
				continue
			}
			if v.JSON != encode(reason) {
				t.Fatalf("%s was changed to %s", reason, v.JSON)
			}
			if tooMany := utf8.RuneCountInString(reason) > 255; tooMany != (v.Problem != "") {
				t.Fatalf("%d characters: %q", utf8.RuneCountInString(reason), v.Problem)
			}
		}
		if items != min(len(tags), 25) {
			t.Fatalf("%d of %d tags go into an array of 25", items, len(tags))
		}
	})
}

func TestLimitNested_refusesWhatIsTooMuch(t *testing.T) {
	t.Parallel()
	big := encode(strings.Repeat("x", 60<<10))
	values := []facts.Value{{Name: "o", Part: "a", Op: facts.Merge, JSON: big}, {Name: "p", Part: "a", Op: facts.Merge, JSON: big}, {Name: "o", Part: "b", Op: facts.Merge, JSON: big}}
	limitNested(values)
	if values[0].Problem != "" || values[1].Problem != "" || !strings.Contains(values[2].Problem, "100 KB") {
		t.Errorf("%q %q %q", values[0].Problem, values[1].Problem, values[2].Problem)
	}
}
