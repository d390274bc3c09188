package app

import (
	"parley/internal/desk"
)

// Desk is what people do, for programs that play them.
func (a *App) Desk() *desk.Desk { return a.desk }

// ClockMoved tells everything that waits for a time to look at the clock again. Whoever moves Options.Now forward calls
// it; without it a part notices when its poll comes.
func (a *App) ClockMoved() {
	const always = 1 // before anything that is waited for
	a.engine.Wake(always)
	for _, s := range a.senders {
		s.Wake(always)
	}
	a.roster.Wake(always)
	a.surveys.Wake(always)
	a.follower.Wake()
	a.courier.Wake()
	if a.facts != nil {
		a.facts.Wake()
	}
	a.wakeTellers()
}
