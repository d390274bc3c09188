package chat

// Owner says who may speak to the customer now.
type Owner string

// The owners. A resolved conversation has none.
const (
	OwnerBot   Owner = "bot"
	OwnerQueue Owner = "queue"
	OwnerAgent Owner = "agent"
	OwnerNone  Owner = "none"
)

// Kind names a change of owner.
type Kind string

// The changes of owner; Ownership.Apply says which are allowed from where.
const (
	Offer    Kind = "offer"     // the bot hands over: bot to queue
	Accept   Kind = "accept"    // an agent takes it: bot, queue or agent to agent
	Assign   Kind = "assign"    // somebody gives it to an agent: bot, queue or agent to agent
	PassBack Kind = "pass_back" // people give it back: queue or agent to bot
	Transfer Kind = "transfer"  // it is another team's: bot, queue or agent to queue
	Expire   Kind = "expire"    // the agent fell silent: agent to queue
	Resolve  Kind = "resolve"   // it is over
	Reopen   Kind = "reopen"    // it was not over: none to bot
)

// Ownership is the fencing token of a conversation. Every draft carries the
// epoch it was written under; a draft of an older epoch is refused when it is
// queued and again when it is claimed to be sent, so that bot and people never
// talk over each other.
type Ownership struct {
	Owner Owner
	Epoch int64
	Agent string // the agent's user id when Owner is OwnerAgent
}

// Apply returns the ownership after a change; agent is needed by Accept and
// Assign and ignored otherwise. The epoch rises by exactly one. A change that is
// not allowed from the present owner is a Conflict and changes nothing.
func (o Ownership) Apply(kind Kind, agent string) (Ownership, error) {
	to, ok := kind.target(o.Owner)
	if !ok {
		return o, o.cannot(kind)
	}
	next := Ownership{Owner: to, Epoch: o.Epoch + 1}
	if to == OwnerAgent {
		if agent == "" {
			return o, Errorf(Invalid, "%s needs the agent who takes the conversation", kind)
		}
		next.Agent = agent
	}
	return next, nil
}

// cannot says why a change is refused, and what to do instead.
func (o Ownership) cannot(kind Kind) error {
	switch {
	case o.Owner == OwnerNone:
		return Errorf(Conflict, "the conversation is resolved; open it again first")
	case kind == Reopen:
		return Errorf(Conflict, "the conversation is open already")
	case o.Owner == OwnerBot:
		return Errorf(Conflict, "the bot has the conversation already")
	case o.Owner == OwnerQueue:
		return Errorf(Conflict, "the conversation waits in the queue already")
	default:
		return Errorf(Conflict, "an agent has the conversation already")
	}
}

func (k Kind) target(from Owner) (Owner, bool) {
	switch k {
	case Offer:
		return OwnerQueue, from == OwnerBot
	case Accept, Assign:
		return OwnerAgent, from == OwnerBot || from == OwnerQueue || from == OwnerAgent
	case PassBack:
		return OwnerBot, from == OwnerQueue || from == OwnerAgent
	case Transfer:
		return OwnerQueue, from == OwnerBot || from == OwnerQueue || from == OwnerAgent
	case Expire:
		return OwnerQueue, from == OwnerAgent
	case Resolve:
		return OwnerNone, from != OwnerNone
	case Reopen:
		return OwnerBot, from == OwnerNone
	}
	return "", false
}

// MaySend says whether a line written under epoch may still leave. Everybody but
// people is fenced: what a person wrote was meant, whoever owns the conversation now.
func (o Ownership) MaySend(author Author, epoch int64) bool {
	return author == AuthorAgent || epoch == o.Epoch
}
