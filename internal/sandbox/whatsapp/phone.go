package whatsapp

import (
	"time"

	"parley/internal/sandbox/clock"
)

// Phone is a phone as the sandbox shows it.
type Phone struct {
	Phone        string       `json:"phone"`
	Name         string       `json:"name"`
	Language     string       `json:"language"`
	ExternalID   string       `json:"external_id"`
	BrazeID      string       `json:"braze_id"`
	Subscribed   bool         `json:"subscribed"`
	Blocked      bool         `json:"blocked"`
	ReadReceipts bool         `json:"read_receipts"`
	Online       bool         `json:"online"`
	WindowUntil  *clock.Stamp `json:"window_until"`
	Typing       bool         `json:"typing"`
	Unread       int          `json:"unread"`
	Last         *Message     `json:"last"`
}

// Notice says in the words of a person why something did not arrive.
type Notice struct {
	ID   int64       `json:"id"` // counts the phone's notices from 1
	N    int64       `json:"n"`  // the last message before it
	At   clock.Stamp `json:"at"`
	Kind string      `json:"kind"`
	Text Bilingual   `json:"text"`
	Doc  string      `json:"doc,omitempty"`
}

// Bilingual is a text in both languages of the page.
type Bilingual struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// phone is guarded by Network.mu.
type phone struct {
	number, name, language, sender string
	blocked, readReceipts, online  bool
	identity                       Identity

	messages []Message // the latest ones; messages[0].N-1 have been forgotten
	count    int64
	seen     int64 // the person has seen everything up to here
	unread   int

	notices     []Notice
	noticeCount int64

	windows     map[string]time.Time // last inbound message, by business number
	pairs       map[string]*pair
	typingUntil time.Time
	wakeAt      time.Time // when tick is due; zero when it is not scheduled
}

// pair is the state of the limit between one business number and one customer. Messages may be borrowed
// within one interval; after it nothing passes until the borrowed time is over.
type pair struct {
	burstFrom    time.Time
	burst        int
	blockedUntil time.Time
}

// allow takes one message, or says how long the pair stays blocked.
func (p *pair) allow(now time.Time, r *Rules) (wait time.Duration, ok bool) {
	if r.PairTokenBucket {
		if p.blockedUntil.Before(now) {
			p.blockedUntil = now
		}
		until := p.blockedUntil.Add(r.PairInterval)
		if over := until.Sub(now) - time.Duration(r.PairBurst)*r.PairInterval; over > 0 {
			return over, false
		}
		p.blockedUntil = until
		return 0, true
	}
	if p.burst == 0 || !now.Before(p.burstFrom.Add(r.PairInterval)) {
		if now.Before(p.blockedUntil) {
			return p.blockedUntil.Sub(now), false
		}
		p.burstFrom, p.burst = now, 0
	}
	if p.burst >= r.PairBurst {
		return p.blockedUntil.Sub(now), false
	}
	p.burst++
	p.blockedUntil = p.burstFrom.Add(time.Duration(p.burst) * r.PairInterval)
	return 0, true
}

func (p *phone) snapshot(n *Network) Phone {
	now := n.clock.Now()
	s := Phone{
		Phone: p.number, Name: p.name, Language: p.language,
		ExternalID: p.identity.ExternalID, BrazeID: p.identity.BrazeID, Subscribed: p.identity.Subscribed,
		Blocked: p.blocked, ReadReceipts: p.readReceipts, Online: p.online,
		Typing: now.Before(p.typingUntil), Unread: p.unread,
	}
	if until := p.windowUntil(&n.rules); !until.IsZero() {
		stamp := clock.Stamp(until)
		s.WindowUntil = &stamp
	}
	if len(p.messages) > 0 {
		last := p.messages[len(p.messages)-1]
		s.Last = &last
	}
	return s
}

// windowUntil is the end of the latest window with any business number, zero before the first message.
func (p *phone) windowUntil(r *Rules) time.Time {
	var last time.Time
	for _, t := range p.windows {
		if t.After(last) {
			last = t
		}
	}
	if last.IsZero() {
		return last
	}
	return last.Add(r.Window)
}

// at returns message n, or nil when it does not exist or was forgotten.
func (p *phone) at(n int64) *Message {
	if len(p.messages) == 0 {
		return nil
	}
	i := n - p.messages[0].N
	if i < 0 || i >= int64(len(p.messages)) {
		return nil
	}
	return &p.messages[i]
}

// forget drops messages up to n.
func (p *phone) forget(n int64) {
	for len(p.messages) > 0 && p.messages[0].N <= n {
		p.messages[0] = Message{}
		p.messages = p.messages[1:]
	}
}

// append numbers a message, keeps it within bounds and publishes it.
func (n *Network) append(p *phone, m Message) Message {
	p.count++
	m.N = p.count
	m.ID = newID()
	m.At = clock.Stamp(n.clock.Now())
	m.Status = Sent
	n.hold(p, m)
	n.publish("message", messageEvent{Phone: p.number, Message: m})
	if m.Direction == Out {
		n.status(p.number, m)
	}
	return m
}

// hold puts a numbered message on the phone and forgets what is beyond the bounds.
func (n *Network) hold(p *phone, m Message) {
	p.messages = append(p.messages, m)
	p.forget(m.N - int64(n.rules.MessagesPerPhone))
	if old, ok := n.history.push(mark{p, m.N}, n.rules.MessagesInAll); ok {
		old.phone.forget(old.n)
	}
}

func (n *Network) setStatus(p *phone, m *Message, status string) {
	m.Status = status
	n.publish("status", statusEvent{Phone: p.number, N: m.N, Status: status})
	if m.Direction == Out {
		n.status(p.number, *m)
	}
}

func (n *Network) tellPhone(p *phone) { n.publish("phone", phoneEvent{Phone: p.snapshot(n)}) }

// schedule makes sure that tick runs when "typing" or the window ends.
func (n *Network) schedule(p *phone) {
	now := n.clock.Now()
	var due time.Time
	for _, t := range []time.Time{p.typingUntil, p.windowUntil(&n.rules)} {
		if t.After(now) && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	if due.IsZero() || (p.wakeAt.After(now) && !due.Before(p.wakeAt)) {
		return // nothing ends, or an earlier tick will schedule the next one
	}
	p.wakeAt = due
	n.clock.At(due, func() { n.tick(p, due) })
}

func (n *Network) tick(p *phone, due time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !p.wakeAt.Equal(due) || n.phones[p.number] != p {
		return
	}
	p.wakeAt = time.Time{}
	now := n.clock.Now()
	if ended := p.windowUntil(&n.rules); (!ended.IsZero() && !ended.After(now)) || (!p.typingUntil.IsZero() && !p.typingUntil.After(now)) {
		if !p.typingUntil.After(now) {
			p.typingUntil = time.Time{}
		}
		n.tellPhone(p)
	}
	n.schedule(p)
}

// events as the page gets them.
type (
	messageEvent struct {
		Phone   string  `json:"phone"`
		Message Message `json:"message"`
	}
	statusEvent struct {
		Phone  string `json:"phone"`
		N      int64  `json:"n"`
		Status string `json:"status"`
	}
	noticeEvent struct {
		Phone  string `json:"phone"`
		Notice Notice `json:"notice"`
	}
	phoneEvent struct {
		Phone Phone `json:"phone"`
	}
)
