package roster

import (
	"time"

	"parley/internal/store/roster"
)

// gone is after how long without a sign of an open page somebody is offline. Pages
// give one every 30 seconds.
const gone = 2 * time.Minute

// stateOf makes one of what a person wants to be and what was seen of them, and says
// since when it is so; 0 if they were never there.
func stateOf(p roster.Presence, away time.Duration, now int64) (State, int64) {
	left := p.SeenAt + gone.Milliseconds()
	idle := p.ActiveAt + away.Milliseconds()
	switch {
	case p.SeenAt == 0:
		return Offline, 0
	case now >= left:
		return Offline, left
	case p.Wish == string(Offline):
		return Offline, p.WishedAt
	case p.Wish == string(Away):
		return Away, p.WishedAt
	case now >= idle:
		return Away, idle
	}
	return Online, p.Since
}

// beat is a sign of an open page, and of somebody in front of it when active.
func beat(p roster.Presence, away time.Duration, active bool, now int64) roster.Presence {
	before, _ := stateOf(p, away, now)
	if before == Offline && now >= p.SeenAt+gone.Milliseconds() {
		p.ActiveAt = now // whoever opens the page is there
	}
	p.SeenAt = now
	if active {
		p.ActiveAt = now
	}
	return arrive(p, before, away, now)
}

// wish is what a person says they want to be, which also shows that they are there.
func wish(p roster.Presence, away time.Duration, want State, now int64) roster.Presence {
	before, _ := stateOf(p, away, now)
	p.Wish, p.WishedAt, p.SeenAt, p.ActiveAt = string(want), now, now, now
	return arrive(p, before, away, now)
}

func arrive(p roster.Presence, before State, away time.Duration, now int64) roster.Presence {
	if after, _ := stateOf(p, away, now); after == Online && before != Online {
		p.Since = now
	}
	return p
}
