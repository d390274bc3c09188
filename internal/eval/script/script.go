// Package script is a conversation written down as a test: what the customer and the
// people at the desk do, what goes wrong meanwhile, and what is expected after each step.
//
// It owns the YAML form, reads it strictly and writes it. It must not play anything.
//
// Start reading at [Test] and [Parse].
package script

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Test is one conversation.
type Test struct {
	File     string
	Line     int
	Name     string
	Customer Customer
	Model    *Model // nil: no model is asked
	Steps    []Step
}

// Customer is who writes.
type Customer struct {
	Name     string
	Language string // on the profile at Braze
	Phone    string // E.164; empty: a number of the test's own
	ID       string // external id at Braze; empty: one of the test's own
	Unknown  bool   // to Braze, until the first message
}

// Kind is what happens in a step.
type Kind string

// The kinds are the keys of a step.
const (
	Customers Kind = "customer" // Texts[0] is written
	Burst     Kind = "burst"    // Texts are written, one right after the other
	Tap       Kind = "tap"      // Texts[0] is the label
	Media     Kind = "media"    // Media are sent, with Texts[0] as the caption if there is one
	Agent     Kind = "agent"    // Texts[0] is what a person answers
	HandBack  Kind = "hand_back"
	Resolve   Kind = "resolve"
	Advance   Kind = "advance"
	Faulty    Kind = "faults"
	Look      Kind = "check"
)

var kinds = []Kind{Customers, Burst, Tap, Media, Agent, HandBack, Resolve, Advance, Faulty, Look}

// Step is one thing that happens, and what is expected then.
type Step struct {
	Line   int
	Kind   Kind
	Texts  []string
	Media  []string
	For    time.Duration // of Advance
	Faults Faults        // of Faulty
	Says   []Say         // of the model, in this step
	Checks []Check
}

// Faults are what goes wrong from a step on. The zero value is nothing.
type Faults struct {
	Duplicate int           // copies of every webhook; 0 and 1 are none beside it
	Reorder   bool          // of two webhooks the second goes first
	Late      time.Duration // of every webhook
	Status    int           // that Braze answers calls with
	Cut       bool          // the connection, after Braze has taken a call
	Calls     int           // how many calls Status or Cut meets
	Model     string        // what is wrong with the model, for as long as the faults last
}

// Check is one expectation.
type Check struct {
	Line int
	// Key is a key of expect; of a profile's attribute it is "profile.NAME", of a tool "calls.NAME", of the model "model.KEY".
	Key   string
	Wants []string       // texts of contains, lacks and choices; else one value
	Match *regexp.Regexp // of matches
}

// Want is the expectation in one line.
func (c Check) Want() string { return strings.Join(c.Wants, " | ") }

// Problem is one thing wrong with a file.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

// Problems is the error of [Parse]: everything wrong at once, in order.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}
