package engine

import (
	"time"

	"parley/internal/bot"
	"parley/internal/store"
)

// Situation is all that the bot of a conversation knows in a turn, for a turn that is to be decided again.
func (ws Workspace) Situation(w *store.Work, at time.Time) bot.Turn {
	return ws.turn(w, at.UnixMilli())
}
