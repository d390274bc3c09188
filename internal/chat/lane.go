package chat

// Pace limits how fast one person is written to, in milliseconds: one message
// per Interval on average, with up to Burst at once before that. WhatsApp blocks
// a business number that exceeds its pair rate (about one message per 6 s with
// borrowed bursts; Meta, error 131056), long after Braze's API has said 201.
// A zero Interval means no limit.
type Pace struct {
	Interval int64
	Burst    int64
}

// Lane is the way out to one contact. Deliveries leave it one at a time in the
// order they were queued: the next waits for the result of the one before.
type Lane struct {
	ContactID  ContactID
	Workspace  string
	LastN      int64 // number of the newest delivery
	DueAt      int64 // when the head may be sent; 0 if the lane is empty
	LeaseUntil int64
	LeaseBy    string
	// Paid is the theoretical arrival time of the generic cell rate algorithm:
	// how far into the future the messages already sent have used up the pace.
	Paid int64
}

// Queue numbers one more delivery and makes the lane due when pacing allows.
func (l *Lane) Queue(now int64, p Pace) int64 {
	l.LastN++
	if l.DueAt == 0 {
		l.DueAt = l.next(now, p)
	}
	return l.LastN
}

// Claim gives the lane to a sender until its lease ends.
func (l *Lane) Claim(by string, now, lease int64) {
	l.LeaseBy, l.LeaseUntil, l.DueAt = by, now+lease, now+lease
}

// Spend books one message against the pace; call it for everything that may
// have reached WhatsApp.
func (l *Lane) Spend(now int64, p Pace) { l.Paid = max(l.Paid, now) + p.Interval }

// Refund takes back a Spend for a message that certainly did not leave.
func (l *Lane) Refund(p Pace) { l.Paid -= p.Interval }

// Release ends a claim. With more waiting, the lane is due when pacing allows,
// but not before notBefore.
func (l *Lane) Release(more bool, now, notBefore int64, p Pace) {
	l.LeaseBy, l.LeaseUntil, l.DueAt = "", 0, 0
	if more {
		l.DueAt = max(l.next(now, p), notBefore)
	}
}

func (l *Lane) next(now int64, p Pace) int64 {
	return max(now, l.Paid-max(p.Burst-1, 0)*p.Interval, 1)
}
