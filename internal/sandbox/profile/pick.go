package profile

import (
	"maps"
	"slices"
	"strings"
)

// Prioritized picks one of several profiles with one address.
func Prioritized(all []*User, order []string) *User {
	var best *User
	better := func(a, b *User) bool {
		for _, rule := range order {
			switch strings.ToLower(rule) {
			case "identified", "unidentified":
				if (a.ExternalID != "") != (b.ExternalID != "") {
					return (a.ExternalID != "") == (rule == "identified")
				}
			case "most_recently_updated", "least_recently_updated":
				if !a.Updated.Equal(b.Updated) {
					return a.Updated.After(b.Updated) == (rule == "most_recently_updated")
				}
			}
		}
		return false
	}
	for _, u := range all {
		if best == nil || better(u, best) {
			best = u
		}
	}
	return best
}

// Tallies lists the sums by name.
func Tallies(all map[string]Tally) []Tally {
	list := []Tally{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[name])
	}
	return list
}
