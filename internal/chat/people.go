package chat

// Priority orders the queue before waiting time does.
type Priority int

// The priorities, from least to most.
const (
	Normal Priority = iota
	High
	Urgent
)

// People is what a conversation needs for the people who take care of it.
type People struct {
	Team         string // id of the team it is meant for; empty means any
	Topic        string // intent it is about; empty if nobody knows
	Priority     Priority
	HandedAt     int64 // when people first got it; 0 if they never did
	AskedAt      int64 // arrival of the oldest line of the customer that no person has answered; 0 if there is none
	RepliedAt    int64 // when a person first answered; 0 if nobody did
	DeskDueAt    int64 // when the desk has to look at it again, whoever waits for whom; 0 if never
	SnoozedUntil int64 // until when an agent has put it aside; 0 if it is not
	Outcome      string
}
