// Package flow leads a customer through several steps: it asks for things, checks them,
// calls tools, branches and says what came of it.
//
// A flow is a YAML document; [Load] reads a folder of them and names everything wrong with
// its line. [Start] and [Go] step through one: given where a conversation stands, what the
// customer wrote and what tools answered, they say what comes next. The same input always
// gives the same move. It must not do any I/O, read the clock, call tools or decide whether
// a message belongs to a flow at all; that is package bot's.
package flow

import (
	"slices"
	"time"
)

// End is the target of a step after which the flow is over.
const End = "end"

// Flow is one checked document. It does not change.
type Flow struct {
	Name string // the file's name without .yaml
	// Version names the content: the same name and text give the same version.
	Version   string
	Title     Texts
	Languages []string // every text has all of them; the first stands in for others
	// Expires is how long a flow may wait for the customer before it is over.
	Expires time.Duration
	Slots   []Slot // in the order of the file
	Steps   []Step // in the order of the file; the first one begins
	Source  []byte // the document as written
}

// Texts are one text by language.
type Texts map[string]string

// Type says what a slot takes.
type Type string

// The types of slots.
const (
	Text   Type = "text"
	Number Type = "number"
	Date   Type = "date"
	Email  Type = "email"
	Order  Type = "order"
	Regex  Type = "regex"
	Choice Type = "choice"
)

// Types lists them all.
func Types() []Type { return []Type{Text, Number, Date, Email, Order, Regex, Choice} }

// Slot is something a flow asks for.
type Slot struct {
	Name    string
	Line    int
	Type    Type
	Ask     Texts
	Invalid Texts // said before the question is asked again; may be nil
	Retries int   // times it is asked again
	Opening bool  // may be taken from the message that starts the flow
	Pattern string
	// Min and Max bound numbers, characters of a text and days from today of a date; nil
	// means no bound.
	Min, Max *float64
	Choices  []Option
	Button   Texts // opens a list of choices; may be nil
}

// Option is one choice of a slot. Value and the texts may hold names to fill in; an option
// with a name that has no value is not offered.
type Option struct {
	Value  string
	Title  Texts
	Detail Texts // may be nil
	Line   int
}

// Kind is what a step does.
type Kind string

// The kinds of steps.
const (
	Say     Kind = "say"
	Ask     Kind = "ask"
	Branch  Kind = "branch"
	Call    Kind = "call"
	Set     Kind = "set"
	Wait    Kind = "wait"
	Jump    Kind = "jump"
	Handoff Kind = "handoff"
)

// Kinds lists them all.
func Kinds() []Kind { return []Kind{Say, Ask, Branch, Call, Set, Wait, Jump, Handoff} }

// Step is one step. Which fields have a meaning depends on Kind.
type Step struct {
	Name string
	Line int
	Kind Kind
	Text Texts // of say and handoff
	// Media and Link are shown beside a say; at most one of them.
	Media Media
	Link  Link
	Slot  string // of ask
	Again bool   // of ask: even if the slot is filled
	Cases []Case // of branch, the first that holds wins
	Else  string // of branch
	Tool  string // of call
	Args  []Assign
	Save  []Assign // Name is kept, Value is the result's field
	// Confirm is the question before a call that changes something, nil for a reading one.
	Confirm  Texts
	Declined string
	On       []Exit        // of call, by failure code; "else" is any other
	Values   []Assign      // of set
	For      time.Duration // of wait; of an ask or a confirm with a timeout, how long it waits
	Late     string        // of wait, for a message that comes later than For
	Timeout  string        // of wait, ask and confirm: where the flow goes on by itself after For
	Flow     string        // of jump
	Next     string

	lines map[string]int // of the step's own names
}

// line is where the file gives one of the step's own names.
func (s *Step) line(name string) int {
	if n, ok := s.lines[name]; ok {
		return n
	}
	return s.Line
}

// Media is a file shown with a text: image, video, audio or document.
type Media struct{ Kind, URL string }

// Link is a page that a button below a text opens.
type Link struct {
	Label Texts
	URL   string
}

// Case is one way out of a branch.
type Case struct {
	If   Condition
	Go   string
	Line int
}

// Assign gives a value, which may hold names to fill in, to a name.
type Assign struct {
	Name, Value string
	// Literal is the value as YAML had it when it is no text: a number or true.
	Literal any
	Line    int
}

// Exit is where a failure of a call leads.
type Exit struct {
	Code, Go string
	Line     int
}

// In gives the text of a language, or of the first language there is.
func (f *Flow) In(t Texts, language string) string {
	if text, ok := t[language]; ok {
		return text
	}
	if len(f.Languages) == 0 {
		return ""
	}
	return t[f.Languages[0]]
}

func (f *Flow) step(name string) *Step {
	for i := range f.Steps {
		if f.Steps[i].Name == name {
			return &f.Steps[i]
		}
	}
	return nil
}

func (f *Flow) slot(name string) *Slot {
	for i := range f.Slots {
		if f.Slots[i].Name == name {
			return &f.Slots[i]
		}
	}
	return nil
}

// Library has the flows that may be started, and the versions that conversations may
// still be in. It does not change; nil is an empty one.
type Library struct {
	current map[string]*Flow
	pinned  map[[2]string]*Flow
}

// NewLibrary makes a library. older are versions that are not started any more; current
// ones need not be among them.
func NewLibrary(current, older []*Flow) *Library {
	l := &Library{current: make(map[string]*Flow), pinned: make(map[[2]string]*Flow)}
	for _, f := range older {
		l.pinned[[2]string{f.Name, f.Version}] = f
	}
	for _, f := range current {
		l.current[f.Name] = f
		l.pinned[[2]string{f.Name, f.Version}] = f
	}
	return l
}

// Current is the version that new conversations start with.
func (l *Library) Current(name string) (*Flow, bool) {
	if l == nil {
		return nil, false
	}
	f, ok := l.current[name]
	return f, ok
}

// Pinned is the version that a conversation has started with.
func (l *Library) Pinned(name, version string) (*Flow, bool) {
	if l == nil {
		return nil, false
	}
	f, ok := l.pinned[[2]string{name, version}]
	return f, ok
}

// Names are those of the current flows, sorted.
func (l *Library) Names() []string {
	if l == nil {
		return nil
	}
	names := make([]string, 0, len(l.current))
	for name := range l.current {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
