// Package whatsapp is the pretend WhatsApp: phones, their conversations with the business, and the rules
// by which WhatsApp takes or refuses a message (customer service window, pair limit, throughput, lengths).
// It knows nothing of Braze: campaigns, profiles and subscriptions are the caller's.
package whatsapp

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"parley/internal/sandbox/clock"
)

// Rules are WhatsApp's figures; a zero Pair or Throughput switches that limit off.
type Rules struct {
	Window           time.Duration // how long after the customer's last message free text may be sent: 24 h
	PairInterval     time.Duration // one message per interval to one customer: 6 s
	PairBurst        int           // how many may be borrowed within one interval: 45
	PairTokenBucket  bool          // a plain token bucket instead of borrow-then-block
	Throughput       int           // messages per second and business number, both directions: 80
	SkipDelivered    bool          // go from sent straight to read
	ListTapSeparator string        // between title and description of a tapped row
	TypingFor        time.Duration // how long "typing" lasts without a message
	MessagesPerPhone int
	MessagesInAll    int
	Phones           int
	NoticesPerPhone  int
	FailWith         int // refuse every message with this provider code, when not 0
}

// DefaultRules returns WhatsApp's published figures and bounds that keep memory small.
func DefaultRules() Rules {
	return Rules{
		Window: 24 * time.Hour, PairInterval: 6 * time.Second, PairBurst: 45, Throughput: 80, ListTapSeparator: "\n",
		TypingFor: 25 * time.Second, MessagesPerPhone: 1000, MessagesInAll: 100_000, Phones: 100_000, NoticesPerPhone: 100,
	}
}

// Error is a refusal of a phone call (not of a message); Status is the HTTP status that says it best.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

func refuse(status int, format string, args ...any) error {
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

// Network holds the phones. It is safe for concurrent use.
type Network struct {
	clock   *clock.Clock
	publish func(kind string, data any) // must not block nor call back
	status  func(number string, m Message)

	mu       sync.Mutex
	rules    Rules
	phones   map[string]*phone
	order    []*phone
	bySender map[string]*phone // by business-scoped user id
	history  history
	rates    map[string]*rate // by business number
}

// rate counts the messages of one business number in one second.
type rate struct {
	second int64
	n      int
}

// New returns a network without phones. Every change is told to publish, in order; a new status of a
// message of the business also to status. Neither may block nor call back.
func New(c *clock.Clock, publish func(kind string, data any), status func(number string, m Message)) *Network {
	n := &Network{clock: c, publish: publish, status: status}
	n.Clear(DefaultRules())
	return n
}

// Clear removes all phones.
func (n *Network) Clear(r Rules) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules = r
	n.phones = map[string]*phone{}
	n.order = nil
	n.bySender = map[string]*phone{}
	n.history = history{}
	n.rates = map[string]*rate{}
}

// SetRules replaces the rules.
func (n *Network) SetRules(r Rules) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules = r
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ValidNumber reports whether the number is E.164 with its plus sign.
func ValidNumber(number string) bool { return e164.MatchString(number) }

// CheckNumber explains what is wrong with a number that is not E.164.
func CheckNumber(number string) error {
	if ValidNumber(number) {
		return nil
	}
	return refuse(400, "%q is not a phone number: write it as E.164, a plus sign and 7 to 15 digits, such as +15550000001", number)
}

// Identity is what Braze knows about the holder of a phone.
type Identity struct {
	ExternalID string `json:"external_id"`
	BrazeID    string `json:"braze_id"`
	Subscribed bool   `json:"subscribed"`
}

// AddPhone adds a phone. A number that is taken is an *Error with status 409.
func (n *Network) AddPhone(number, name, language string) (Phone, error) {
	if err := CheckNumber(number); err != nil {
		return Phone{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.phones[number] != nil {
		return Phone{}, refuse(409, "the number %s is taken by another phone", number)
	}
	p, err := n.add(number, name, language)
	if err != nil {
		return Phone{}, err
	}
	n.tellPhone(p)
	return p.snapshot(n), nil
}

func (n *Network) add(number, name, language string) (*phone, error) {
	if len(n.order) >= n.rules.Phones {
		return nil, refuse(507, "the sandbox holds %d phones, its limit: POST /sandbox/reset starts again", len(n.order))
	}
	if language == "" {
		language = "en"
	}
	p := &phone{
		number: number, name: name, language: language, sender: senderID(number),
		readReceipts: true, online: true, windows: map[string]time.Time{}, pairs: map[string]*pair{},
	}
	n.phones[number] = p
	n.bySender[p.sender] = p
	n.order = append(n.order, p)
	return p, nil
}

// senderID is the business-scoped user id of a number: two letters, a dot and digits, always the same
// for one number (Meta, "Business-scoped user IDs").
func senderID(number string) string {
	country := "US"
	for prefix, code := range map[string]string{"+33": "FR", "+44": "GB", "+49": "DE", "+34": "ES", "+39": "IT", "+32": "BE", "+41": "CH"} {
		if strings.HasPrefix(number, prefix) {
			country = code
		}
	}
	digits, _ := strconv.ParseUint(number[1:], 10, 64)
	return fmt.Sprintf("%s.%017d", country, (digits*2654435761+97)%100_000_000_000_000_000)
}

// SenderID is the business-scoped user id of the phone with that number.
func (n *Network) SenderID(number string) string { return senderID(number) }

// NumberOf is the number behind a business-scoped user id, "" when there is none.
func (n *Network) NumberOf(sender string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.bySender[sender]; p != nil {
		return p.number
	}
	return ""
}

// find must be called with the lock held.
func (n *Network) find(number string) (*phone, error) {
	if err := CheckNumber(number); err != nil {
		return nil, err
	}
	p := n.phones[number]
	if p == nil {
		return nil, refuse(404, "no phone has the number %s: POST /sandbox/phones adds one", number)
	}
	return p, nil
}

// SetIdentity records what Braze knows about the holder, when a phone has that number.
func (n *Network) SetIdentity(number string, id Identity) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.phones[number]
	if p == nil || p.identity == id {
		return
	}
	p.identity = id
	n.tellPhone(p)
}

// Phones returns all phones in the order they were added.
func (n *Network) Phones() []Phone {
	n.mu.Lock()
	defer n.mu.Unlock()
	all := make([]Phone, len(n.order))
	for i, p := range n.order {
		all[i] = p.snapshot(n)
	}
	return all
}

// Phone returns one phone.
func (n *Network) Phone(number string) (Phone, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.find(number)
	if err != nil {
		return Phone{}, err
	}
	return p.snapshot(n), nil
}

// newID makes a message id of the shape WhatsApp uses.
func newID() string {
	var b [18]byte
	_, _ = rand.Read(b[:])
	return "wamid." + base64.RawURLEncoding.EncodeToString(b[:])
}

// history remembers in which order messages came, so that the oldest of all can be forgotten.
type history struct {
	ring []mark
	next int
	full bool
}

type mark struct {
	phone *phone
	n     int64
}

// push records a message and returns the one that must be forgotten, if any.
func (h *history) push(m mark, limit int) (mark, bool) {
	if len(h.ring) < limit && !h.full {
		h.ring = append(h.ring, m)
		return mark{}, false
	}
	h.full = true
	old := h.ring[h.next]
	h.ring[h.next] = m
	h.next = (h.next + 1) % len(h.ring)
	return old, true
}
