package flow

import (
	"fmt"
	"time"
)

// maxSilences is how often in a row a flow goes on by itself. Reminders that nobody
// answers end there.
const maxSilences = 3

// Patience is how long the customer may be silent where the flow waits; then Silence goes
// on. ok is false where a flow waits without a timeout.
func Patience(lib *Library, pos Position) (d time.Duration, ok bool) {
	_, step, move := resume(lib, pos, Input{})
	if move != nil || step.Timeout == "" {
		return 0, false
	}
	return step.For, true
}

// Silence goes on by the timeout of the step that waits, when it has one. in.Text and what
// was read of it are empty. A flow that has gone on by itself too often in a row is Expired.
func Silence(lib *Library, pos Position, in Input) (m Move, ok bool) {
	// A call or a question that silence leads to is told from any other by where the silence was.
	in.MessageID = fmt.Sprintf("silence:%s:%s:%d", pos.Flow, pos.Step, pos.At)
	r, step, move := resume(lib, pos, in)
	if move != nil || step.Timeout == "" {
		return Move{}, false
	}
	if r.pos.Silences++; r.pos.Silences > maxSilences {
		return Move{Outcome: Expired, Position: pos, Reason: fmt.Sprintf("the customer has been silent %d times in a row", maxSilences)}, true
	}
	return r.advance(step.Timeout), true
}
