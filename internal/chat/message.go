package chat

import "strings"

// Message is one line of a conversation.
type Message struct {
	ID             MessageID
	ConversationID ConversationID
	Seq            int64
	Direction      Direction
	Author         Author
	Text           string
	Media          []string // addresses; of an inbound line given by the customer: untrusted
	Layout         Layout
	Choices        []string
	TurnID         TurnID // the turn that wrote it, or that answered it
	Agent          string // user id of the agent who wrote it
	Arrival        *Arrived
	At             int64
	// Understood is what a model made of Media, by their place in it. It is filled in by
	// store/understood for those who need it, never kept with the line.
	Understood map[int]Understood
}

// Understood is what a model heard or saw in one file of a customer. It is untrusted like
// every text of theirs, and may be wrong besides. Of the fields, Heard is set or Seen is.
type Understood struct {
	Heard string // what was said in a recording, in its language
	Seen  string // what a picture shows, in one or two English sentences
	Read  string // what is written in a picture, or empty
}

// Words are what the customer said in writing and aloud, a recording on a line of its own.
func (m Message) Words() string {
	lines := []string{}
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	for i := range m.Media {
		if u := m.Understood[i]; u.Heard != "" {
			lines = append(lines, u.Heard)
		}
	}
	return strings.Join(lines, "\n")
}

// Shown is what the customer's pictures show, one line for each that was looked at.
func (m Message) Shown() string {
	lines := []string{}
	for i := range m.Media {
		if u := m.Understood[i]; u.Seen != "" {
			line := u.Seen
			if u.Read != "" {
				line += " Written in it: " + u.Read
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Arrived is what intake knew of an inbound line.
type Arrived struct {
	Route      string   `json:"route"`
	CampaignID string   `json:"campaignId,omitempty"`
	DispatchID string   `json:"dispatchId,omitempty"`
	Repaired   []string `json:"repaired,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	// Attributes are what else the webhook said of the sender; customers may be able to
	// set some of them, so they may lead to a person but never prove anything.
	Attributes map[string]string `json:"attributes,omitempty"`
	// Form holds the answers of a completed WhatsApp Flow; Text says the same in words.
	Form []Field `json:"form,omitempty"`
	// ByCurrents says that no webhook brought the line in time, and that Braze's stream of events did.
	ByCurrents bool `json:"byCurrents,omitempty"`
}

// Field is one answer of a form.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// FormText says the answers of a form in words, one to a line.
func FormText(fields []Field) string {
	lines := make([]string, len(fields))
	for i, f := range fields {
		lines[i] = f.Name + ": " + f.Value
	}
	return strings.Join(lines, "\n")
}

// State is where a delivery stands.
type State string

// States of a delivery. Accepted means that Braze took it, which is no promise
// that it will arrive: Braze answers 201 also when it will send nothing.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Accepted  State = "accepted"
	Unknown   State = "unknown"   // the connection broke after sending; nobody can tell
	Dead      State = "dead"      // Braze refused it, or it came too late
	Cancelled State = "cancelled" // its draft was overtaken by a change of owner
	Withheld  State = "withheld"  // the window has closed: it waits for the customer to write
)

// Delivery is one part of a message on its way out through Braze.
type Delivery struct {
	ID             DeliveryID
	Workspace      string
	ContactID      ContactID
	ConversationID ConversationID
	MessageID      MessageID
	N              int64 // place in the contact's lane
	Part           int   // from 0
	Parts          int
	Author         Author
	Epoch          int64
	Layout         Layout
	Text           string
	Choices        []string // what the layout shows beside Text, as package delivery wrote it
	State          State
	Attempts       int
	Ambiguous      int // how often its outcome could not be known
	Reason         string
	ExchangeID     string
	DispatchID     string
	BatchSize      int
	QueuedAt       int64
	SentAt         int64
	DoneAt         int64
}

// Transition is one change of owner, numbered as a line of the transcript.
type Transition struct {
	ConversationID ConversationID
	Seq            int64
	At             int64
	Kind           Kind
	Actor          string
	Reason         string
	From, To       Owner
	Epoch          int64
}
