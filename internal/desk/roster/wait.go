package roster

import (
	"slices"
	"time"

	"parley/internal/store/roster"
)

const (
	waitsOf     = 2 * time.Hour // what is longer ago says little about now
	fewestWaits = 3             // fewer are chance
	noWait      = 15 * time.Second
)

// expectedWait says how long a customer who comes now will wait for a person, going
// by how long others waited lately; 0 if nobody can tell. It never promises less than
// somebody in the line has waited already, nor less than the pace at which a line has
// moved lately. position counts from 1, oldest is since when the head of the line
// waits; takes are the newest first.
func expectedWait(takes []roster.Take, position int, oldest, now int64) time.Duration {
	var waits, gaps []int64
	for i, t := range takes {
		if t.Waited < noWait.Milliseconds() {
			continue
		}
		waits = append(waits, t.Waited)
		// Only while somebody stood in line does the time between two tell its pace.
		if i+1 < len(takes) && t.At-takes[i+1].At <= t.Waited {
			gaps = append(gaps, t.At-takes[i+1].At)
		}
	}
	if len(waits) < fewestWaits {
		return 0
	}
	wait := median(waits)
	if oldest > 0 && position > 1 {
		wait = max(wait, now-oldest)
	}
	if len(gaps) > 0 {
		wait = max(wait, median(gaps)*int64(position))
	}
	return time.Duration(wait) * time.Millisecond
}

func median(list []int64) int64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// takesOf keeps those of a team; those of every team for none.
func takesOf(takes []roster.Take, team string) []roster.Take {
	if team == "" {
		return takes
	}
	return slices.DeleteFunc(slices.Clone(takes), func(t roster.Take) bool { return t.Team != team })
}
