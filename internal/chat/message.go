package chat

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
	// ByCurrents says that no webhook brought the line in time, and that Braze's stream of events did.
	ByCurrents bool `json:"byCurrents,omitempty"`
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
