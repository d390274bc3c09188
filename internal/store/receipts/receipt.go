// Package receipts keeps what Braze Currents tells of messages: the events until
// somebody has looked at them, their ids so that one that comes again is known, and
// for each delivery what became of it after Braze took it. It owns how events of one
// delivery add up; what a code means and when a lost message is brought back are
// decided in package channel/receipts.
//
// Start reading at Receipt.Apply and Settle.
package receipts

import (
	"parley/internal/chat"
)

// Kind is what an event tells, as Braze names it (Braze docs, "Message engagement events").
type Kind string

// The events of WhatsApp that Parley reads, without their common prefix.
const (
	Send     Kind = "Send"
	Delivery Kind = "Delivery"
	Read     Kind = "Read"
	Failure  Kind = "Failure"
	Abort    Kind = "Abort"
	Retry    Kind = "Retry"
	Inbound  Kind = "InboundReceive"
)

// State is what is known of a message that Braze took.
type State string

// The states, none of which is known without Currents.
const (
	StateNone      State = "" // nothing but that Braze took it
	StateSent      State = "sent"
	StateDelivered State = "delivered"
	StateRead      State = "read"
	StateFailed    State = "failed"
)

// Receipt is what has been told of one delivery. Times are unix milliseconds, 0 while
// it has not happened.
type Receipt struct {
	DeliveryID  chat.DeliveryID
	SentAt      int64 // of the latest time: Braze itself may send again
	DeliveredAt int64
	ReadAt      int64
	RetriedAt   int64 // Braze said that it will send again
	FailedAt    int64
	Failure     Kind   // Failure or Abort
	Code        string // the provider's code, or the type of the abort
	Detail      string // what the provider or the campaign said, in their words
	ChangedAt   int64  // when any of this was last learned, by our own clock
}

// State is what the customer's phone has made of the message. Delivered and read
// outweigh everything: the message is there. A failure counts unless the message was
// sent, or was to be sent, again after it.
func (r Receipt) State() State {
	switch {
	case r.ReadAt != 0:
		return StateRead
	case r.DeliveredAt != 0:
		return StateDelivered
	case r.FailedAt != 0 && r.FailedAt >= max(r.SentAt, r.RetriedAt):
		return StateFailed
	case r.SentAt != 0:
		return StateSent
	}
	return StateNone
}

// Apply adds what an event tells. The result is the same in whatever order events
// come and however often: Currents promises neither order nor uniqueness.
func (r *Receipt) Apply(e Event) {
	at := max(e.At, 1)
	switch e.Kind {
	case Send:
		r.SentAt = max(r.SentAt, at)
	case Retry:
		r.RetriedAt = max(r.RetriedAt, at)
	case Delivery:
		r.DeliveredAt = earlier(r.DeliveredAt, at)
	case Read:
		r.ReadAt = earlier(r.ReadAt, at)
	case Failure, Abort:
		said := Receipt{FailedAt: at, Failure: e.Kind, Code: e.Code, Detail: e.Detail}
		if r.fails(said) {
			r.FailedAt, r.Failure, r.Code, r.Detail = at, e.Kind, e.Code, e.Detail
		}
	}
}

// fails says whether another failure is the one to tell: the latest, and of two of
// the same second always the same one.
func (r *Receipt) fails(other Receipt) bool {
	if other.FailedAt != r.FailedAt {
		return other.FailedAt > r.FailedAt
	}
	a := [3]string{string(other.Failure), other.Code, other.Detail}
	b := [3]string{string(r.Failure), r.Code, r.Detail}
	for i := range a {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return false
}

func earlier(known, at int64) int64 {
	if known == 0 {
		return at
	}
	return min(known, at)
}
