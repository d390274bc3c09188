package roster

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func drawDesk(t *rapid.T) Desk {
	var d Desk
	some := func(label string, from ...string) []string {
		return slices.Sorted(slices.Values(rapid.SliceOfDistinct(rapid.SampledFrom(from), rapid.ID[string]).Draw(t, label)))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "teams") {
		d.Teams = append(d.Teams, Team{
			ID: fmt.Sprint("team", i), Strategy: rapid.SampledFrom([]Strategy{RoundRobin, LeastBusy}).Draw(t, "strategy"),
			AutoAssign: rapid.Bool().Draw(t, "auto"), Members: some("members", "p0", "p1", "p2", "p3"),
			Languages: some("for languages", "en", "fr"), Topics: some("for topics", "returns", "orders"),
		})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "people") {
		capacity := rapid.IntRange(0, 3).Draw(t, "capacity")
		d.People = append(d.People, Person{
			ID: fmt.Sprint("p", i), Disabled: rapid.IntRange(0, 5).Draw(t, "disabled") == 0, MayReply: rapid.IntRange(0, 5).Draw(t, "may") > 0,
			State: rapid.SampledFrom([]State{Online, Online, Away, Offline}).Draw(t, "state"), Capacity: capacity,
			Load: rapid.IntRange(0, 4).Draw(t, "load"), Languages: some("speaks", "en", "fr", "de"), Topics: some("knows", "returns", "orders"),
			AssignedAt: int64(rapid.IntRange(0, 3).Draw(t, "last")),
		})
	}
	return d
}

func drawNeed(t *rapid.T) Need {
	return Need{
		Team: rapid.SampledFrom([]string{"", "team0", "team1", "gone"}).Draw(t, "team"), Topic: rapid.SampledFrom([]string{"", "returns", "weather"}).Draw(t, "topic"),
		Language: rapid.SampledFrom([]string{"", "en", "fr-CA", "de"}).Draw(t, "language"),
		Waited:   rapid.SampledFrom([]time.Duration{0, time.Minute, 5 * time.Minute, time.Hour}).Draw(t, "waited"),
	}
}

// members are the people that a conversation is meant for, told again in the plainest way.
func members(d *Desk, team string) []Person {
	var all, of []Person
	for _, p := range d.People {
		if p.MayReply && !p.Disabled {
			all = append(all, p)
			for _, t := range d.Teams {
				if t.ID == team && slices.Contains(t.Members, p.ID) {
					of = append(of, p)
				}
			}
		}
	}
	if of != nil {
		return of
	}
	return all
}

func TestChoose_onlySomebodyWhoMayAndCan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := drawDesk(t), drawNeed(t)
		got := d.Choose(n)
		free, there := []string{}, []Person{}
		for _, p := range members(&d, n.Team) {
			if p.State != Online {
				continue
			}
			there = append(there, p)
			if p.Load < p.Capacity {
				free = append(free, p.ID)
			}
		}
		if got != nil && !slices.Contains(free, got.ID) {
			t.Fatalf("%s gets it, but only %v could take it", got.ID, free)
		}
		speaker := func(p Person) bool { return speaks(p.Languages, n.Language) }
		expert := func(p Person) bool { return knows(p.Topics, n) }
		if got == nil && len(free) > 0 {
			// Only a skill that somebody who is there has may keep a fresh conversation waiting.
			if n.Waited >= skilledOnly || !slices.ContainsFunc(there, speaker) && !slices.ContainsFunc(there, expert) {
				t.Fatalf("nobody gets it, and %v have room; waited %s", free, n.Waited)
			}
		}
		if got != nil && n.Waited < skilledOnly && slices.ContainsFunc(there, speaker) && !speaker(*got) {
			t.Fatalf("%s does not speak %s, and somebody who is there does", got.ID, n.Language)
		}
	})
}

// A day of work: whoever is chosen is loaded, and whoever has the least to do or has
// waited longest for a turn is next.
func TestChoose_isFair(t *testing.T) {
	t.Parallel()
	for _, strategy := range []Strategy{RoundRobin, LeastBusy} {
		d := Desk{Teams: []Team{{ID: "t", Strategy: strategy, AutoAssign: true, Members: []string{"a", "b", "c"}}}}
		for _, id := range []string{"a", "b", "c", "stranger"} {
			d.People = append(d.People, Person{ID: id, MayReply: true, State: Online, Capacity: 10})
		}
		d.People[2].Capacity = 5
		got := map[string]int{}
		for i := range 20 {
			p := d.Choose(Need{Team: "t"})
			if p == nil {
				t.Fatalf("%s: nobody for number %d", strategy, i)
			}
			p.Load++
			p.AssignedAt = int64(i + 1)
			got[p.ID]++
		}
		want := map[Strategy]map[string]int{
			RoundRobin: {"a": 8, "b": 7, "c": 5}, // in turn, until the smaller one is full
			LeastBusy:  {"a": 8, "b": 8, "c": 4}, // by how much of each is free
		}[strategy]
		for id, n := range want {
			if got[id] != n {
				t.Errorf("%s gives %v, want %v", strategy, got, want)
				break
			}
		}
	}
}

func TestTeamFor_prefersTheTopicButNotAnEmptyRoom(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	night := &Hours{Timezone: "UTC", Weekly: []Span{{"sunday", "20:00", "24:00"}}}
	d := Desk{
		Teams: []Team{
			{ID: "support", Members: []string{"ben"}},
			{ID: "returns", Members: []string{"mia"}, Topics: []string{"return_item", "returns"}},
			{ID: "retours", Members: []string{"lea"}, Topics: []string{"return_item"}, Languages: []string{"fr"}},
			{ID: "night", Name: "Night watch", Members: []string{"sol"}, Topics: []string{"late"}, Hours: night},
		},
		People: []Person{
			{ID: "ben", MayReply: true, State: Online},
			{ID: "mia", MayReply: true, State: Online},
			{ID: "lea", MayReply: true, State: Online},
			{ID: "sol", MayReply: true, State: Offline},
		},
	}
	for _, c := range []struct {
		need Need
		want string
	}{
		{Need{}, "support"},
		{Need{Topic: "opening_hours"}, "support"},
		{Need{Topic: "return_item"}, "returns"},
		{Need{Route: "returns"}, "returns"},
		{Need{Topic: "return_item", Language: "fr"}, "retours"},
		{Need{Topic: "late"}, "support"},                           // its people are not there
		{Need{Team: "Night watch", Topic: "return_item"}, "night"}, // asked for, so it gets it whenever it comes
		{Need{Team: "night watch"}, "night"},
		{Need{Team: "retours", Topic: "x"}, "retours"},
		{Need{Team: "gone", Topic: "return_item"}, "returns"},
	} {
		if got := d.TeamFor(c.need, now); got != c.want {
			t.Errorf("%+v goes to %q, want %q", c.need, got, c.want)
		}
	}
	for i := range d.People {
		d.People[i].State = Offline
	}
	if got := d.TeamFor(Need{Topic: "late"}, now); got != "support" {
		t.Errorf("with nobody there a closed team gets it: %q", got)
	}
	if got := d.TeamFor(Need{Topic: "return_item"}, now); got != "returns" {
		t.Errorf("with nobody there it goes to %q", got)
	}
	if got := (&Desk{}).TeamFor(Need{Topic: "x"}, now); got != "" {
		t.Errorf("without teams it goes to %q", got)
	}
}
