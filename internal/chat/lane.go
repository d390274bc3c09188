package chat

// Pace limits how fast one person is written to, in milliseconds. WhatsApp lets a
// business number send one person about one message per Interval; more may be
// borrowed within one Interval, and then nothing goes until what was borrowed is
// paid back (Meta, "Pair rate limits", error 131056). A message beyond that is
// refused long after Braze's API has said 201. Burst bounds the borrowing. A zero
// Interval means no limit.
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
	Since      int64 // when the present borrowing began
	Paid       int64 // when everything sent since then is paid for
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
func (l *Lane) Spend(now int64, p Pace) {
	if now >= l.Paid {
		l.Since, l.Paid = now, now
	}
	l.Paid += p.Interval
}

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

// next is when one more message may go.
func (l *Lane) next(now int64, p Pace) int64 {
	if now >= l.Paid || now < l.Since+p.Interval && l.Paid-l.Since < p.Burst*p.Interval {
		return max(now, 1)
	}
	return l.Paid
}
