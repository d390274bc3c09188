package whatsapp

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// KeptPhone is a phone as a file keeps it, without its messages.
type KeptPhone struct {
	Phone        string               `json:"phone"`
	Name         string               `json:"name"`
	Language     string               `json:"language"`
	Identity     Identity             `json:"identity"`
	Blocked      bool                 `json:"blocked"`
	ReadReceipts bool                 `json:"read_receipts"`
	Online       bool                 `json:"online"`
	Count        int64                `json:"count"` // messages so far, the forgotten ones too
	Seen         int64                `json:"seen"`
	Unread       int                  `json:"unread"`
	Notices      []Notice             `json:"notices,omitempty"`
	NoticeCount  int64                `json:"notice_count"`
	Windows      map[string]time.Time `json:"windows,omitempty"` // last inbound message, by business number
	Pairs        map[string]KeptPair  `json:"pairs,omitempty"`   // by business number
}

// KeptPair is how much of the pair limit is used up.
type KeptPair struct {
	BurstFrom    time.Time `json:"burst_from"`
	Burst        int       `json:"burst"`
	BlockedUntil time.Time `json:"blocked_until"`
}

// KeptMessage is a message as a file keeps it. Its Ref is not written: whoever sent it knows what it means.
type KeptMessage struct {
	Phone string `json:"phone"`
	Message
	Lost bool `json:"lost,omitempty"` // sent while the person blocked the business
}

// Export returns all phones in the order they were added and all messages in the order they came. What is
// returned shares its parts with the network and must not be changed.
func (n *Network) Export() ([]KeptPhone, []KeptMessage) {
	n.mu.Lock()
	defer n.mu.Unlock()
	phones := make([]KeptPhone, len(n.order))
	for i, p := range n.order {
		pairs := map[string]KeptPair{}
		for business, limit := range p.pairs {
			pairs[business] = KeptPair{limit.burstFrom, limit.burst, limit.blockedUntil}
		}
		phones[i] = KeptPhone{
			Phone: p.number, Name: p.name, Language: p.language, Identity: p.identity,
			Blocked: p.blocked, ReadReceipts: p.readReceipts, Online: p.online,
			Count: p.count, Seen: p.seen, Unread: p.unread, Notices: slices.Clone(p.notices), NoticeCount: p.noticeCount,
			Windows: maps.Clone(p.windows), Pairs: pairs,
		}
	}
	messages := make([]KeptMessage, 0, len(n.history.ring))
	for i := range n.history.ring {
		k := n.history.ring[(n.history.next+i)%len(n.history.ring)]
		if m := k.phone.at(k.n); m != nil {
			messages = append(messages, KeptMessage{Phone: k.phone.number, Message: *m, Lost: m.lost})
		}
	}
	return phones, messages
}

// Import adds what Export returned to a network without phones; nothing is published. The rules and the clock
// must be set before. The error names what does not fit together; the network is then of no use.
func (n *Network) Import(phones []KeptPhone, messages []KeptMessage) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range phones {
		if err := n.importPhone(&phones[i]); err != nil {
			return err
		}
	}
	for i := range messages {
		k := &messages[i]
		p := n.phones[k.Phone]
		if p == nil {
			return fmt.Errorf("message %d is of %q, which is no phone of the file", k.N, k.Phone)
		}
		if k.N < 1 || k.N > p.count || (len(p.messages) > 0 && k.N != p.messages[len(p.messages)-1].N+1) {
			return fmt.Errorf("message %d of %s is out of order", k.N, k.Phone)
		}
		m := k.Message
		m.lost = k.Lost
		n.hold(p, m)
	}
	for _, p := range n.order {
		if len(p.messages) > 0 && p.messages[len(p.messages)-1].N != p.count {
			return fmt.Errorf("the last of the %d messages of %s are missing", p.count, p.number)
		}
		n.schedule(p)
	}
	return nil
}

func (n *Network) importPhone(k *KeptPhone) error {
	if err := CheckNumber(k.Phone); err != nil {
		return err
	}
	if n.phones[k.Phone] != nil {
		return fmt.Errorf("the phone %s is there twice", k.Phone)
	}
	p, err := n.add(k.Phone, k.Name, k.Language)
	if err != nil {
		return err
	}
	p.language, p.identity = k.Language, k.Identity
	p.blocked, p.readReceipts, p.online = k.Blocked, k.ReadReceipts, k.Online
	p.count, p.seen, p.unread = k.Count, k.Seen, k.Unread
	p.notices, p.noticeCount = slices.Clone(k.Notices), k.NoticeCount
	maps.Copy(p.windows, k.Windows)
	for business, limit := range k.Pairs {
		p.pairs[business] = &pair{limit.BurstFrom, limit.Burst, limit.BlockedUntil}
	}
	return nil
}
