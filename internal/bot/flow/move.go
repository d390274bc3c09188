package flow

import (
	"time"

	"parley/internal/bot/tool"
)

// Position is where a conversation stands in a flow, and what was collected. It is what
// the bot remembers between turns.
type Position struct {
	Flow    string            `json:"flow"`
	Version string            `json:"version"`
	Step    string            `json:"step"`
	Values  map[string]string `json:"values,omitempty"` // slots, and what tools answered
	Notes   map[string]string `json:"notes,omitempty"`  // what the flow set for itself
	// At is when it began to wait, unix milliseconds.
	At int64 `json:"at"`
	// Tries counts answers that did not fit in a row.
	Tries int `json:"tries,omitempty"`
	Asks  int `json:"asks,omitempty"`
	// Silences counts how often in a row it went on without the customer.
	Silences int `json:"silences,omitempty"`
	// Led is the message that led to the question now waiting for a yes. The call carries it,
	// so that one question can lead to one call only, whatever is written meanwhile.
	Led string `json:"led,omitempty"`
	// Intent started the flow, or is empty.
	Intent string `json:"intent,omitempty"`
}

// Input is what a turn brings.
type Input struct {
	Text     string // what the customer wrote, one line for each message
	Language string // one of the knowledge base's
	Now      time.Time
	// MessageID is the newest message's.
	MessageID string
	// Yes and No say that the text is nothing but a clear yes or no.
	Yes, No bool
	// Pick reads a text that is nothing but the number of one of n choices; 0 is none. May be nil.
	Pick func(text string, n int) int
	// Contact has first_name, language and the profile's attributes; Base the knowledge
	// base's variables in the language. Both may be nil.
	Contact, Base map[string]string
	Intent        string // that starts the flow, or empty
	// Results are what came of the calls that earlier moves of this same turn asked for.
	Results []tool.Result
}

// Outcome says how a move ends.
type Outcome string

// The ends of a move.
const (
	Waits   Outcome = "waits"   // for the customer, at Move.Position
	Calls   Outcome = "calls"   // for the result of Move.Call
	Hands   Outcome = "hands"   // to people, because of Move.Trouble
	Ends    Outcome = "ends"    // the flow is over
	Unfit   Outcome = "unfit"   // the text is no answer to what was asked; nothing was done
	Expired Outcome = "expired" // it waited too long; nothing was done
)

// Trouble is why a move hands over.
type Trouble string

// The troubles.
const (
	Wanted     Trouble = "wanted"      // the flow says so
	Stuck      Trouble = "stuck"       // answers did not fit, again and again
	ToolFailed Trouble = "tool_failed" // with a code that the flow has no way for
	Uncertain  Trouble = "uncertain"   // nobody knows whether a call went through
	Broken     Trouble = "broken"      // the flow cannot go on: a gap, a circle, a missing version
)

// Line is one thing to say.
type Line struct {
	Text  string
	Media Media
	Link  Pointer
}

// Pointer is a link in the customer's language.
type Pointer struct{ Label, URL string }

// Visit is one step that a turn came to, or, with a fate, what became of a conversation there.
type Visit struct {
	Flow    string `json:"flow"`
	Version string `json:"version"`
	Step    string `json:"step"`
	Fate    Fate   `json:"fate,omitempty"`
}

// Fate is how a conversation's way through a flow was over.
type Fate string

// The fates.
const (
	Ended     Fate = "ended"   // at its end
	Left      Fate = "left"    // by the customer's wish
	Handed    Fate = "handed"  // to people
	Abandoned Fate = "expired" // the customer came back too late
)

// Met is the visit that says what became of the conversation where it stands.
func (p Position) Met(f Fate) Visit { return Visit{p.Flow, p.Version, p.Step, f} }

// Move is what a flow does in a turn.
type Move struct {
	Outcome  Outcome
	Position Position // after the move
	Says     []Line
	// Choices are offered with what is said, opened as a list by Button ("" is the usual word).
	Choices []Offer
	Button  string
	YesNo   bool // the question wants a yes or a no
	Call    *tool.Call
	Trouble Trouble
	Reason  string // one English sentence
	Path    []Visit
	Facts   map[string]string // set of the customer, by name without "fact."; an empty value takes one back
}
