package whatsapp

import (
	"strings"
	"time"

	"parley/internal/sandbox/clock"
)

// Change is what a person does with their phone; nil leaves a thing as it is.
type Change struct {
	Blocked      *bool   `json:"blocked"`
	ReadReceipts *bool   `json:"read_receipts"`
	Online       *bool   `json:"online"`
	Language     *string `json:"language"`
	Name         *string `json:"name"`
}

// Patch changes a phone. Going online delivers what waited; what was sent while the person blocked the
// business is lost.
func (n *Network) Patch(number string, c Change) (Phone, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.find(number)
	if err != nil {
		return Phone{}, err
	}
	set(&p.blocked, c.Blocked)
	set(&p.readReceipts, c.ReadReceipts)
	set(&p.online, c.Online)
	set(&p.language, c.Language)
	set(&p.name, c.Name)
	if p.online {
		for i := range p.messages {
			n.deliver(p, &p.messages[i])
		}
	}
	n.tellPhone(p)
	return p.snapshot(n), nil
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// deliver shows an outbound message on a phone that is online.
func (n *Network) deliver(p *phone, m *Message) {
	if m.Direction != Out || m.Status != Sent || m.lost || !p.online || n.rules.SkipDelivered {
		return
	}
	n.setStatus(p, m, Delivered)
}

// Write is the person writing to a business number; an unknown number gets a phone. The window of that
// business number opens anew.
func (n *Network) Write(number, business, text string, media []Media, form string) (Message, error) {
	if err := CheckNumber(number); err != nil {
		return Message{}, err
	}
	if strings.TrimSpace(text) == "" && len(media) == 0 && form == "" {
		return Message{}, refuse(400, "a message needs text, media_urls or flow_response")
	}
	if err := checkForm(form); err != nil {
		return Message{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.phones[number]
	if p == nil {
		var err error
		if p, err = n.add(number, "", ""); err != nil {
			return Message{}, err
		}
	}
	if !p.online {
		return Message{}, refuse(409, "the phone %s is offline: PATCH it with \"online\": true first", number)
	}
	if p.blocked {
		return Message{}, refuse(409, "%s has blocked the business: PATCH the phone with \"blocked\": false first", number)
	}
	now := n.clock.Now()
	p.windows[business] = now
	n.count(business, now)
	layout := Text
	if len(media) > 0 {
		layout = media[0].Kind
	}
	if form != "" {
		layout = FlowLayout
	}
	m := n.append(p, Message{Direction: In, Layout: layout, Text: text, Media: media, Form: form})
	n.schedule(p)
	n.tellPhone(p)
	return m, nil
}

// count adds a message to the throughput of a business number and returns how many it has this second.
func (n *Network) count(business string, now time.Time) int {
	r := n.rates[business]
	if r == nil {
		r = &rate{}
		n.rates[business] = r
	}
	if s := now.Unix(); s != r.second {
		r.second, r.n = s, 0
	}
	r.n++
	return r.n
}

// Arrived gives a message of the person its second tick: the business has it.
func (n *Network) Arrived(number string, nr int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.phones[number]; p != nil {
		if m := p.at(nr); m != nil && m.Status == Sent {
			n.setStatus(p, m, Delivered)
		}
	}
}

// Tapped returns the text that WhatsApp sends when a person taps a button or row of message nr: the
// label, and for a row with a description both. The caller then writes it.
func (n *Network) Tapped(number string, nr int64, label string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.find(number)
	if err != nil {
		return "", err
	}
	m := p.at(nr)
	if m == nil || m.Direction != Out {
		return "", refuse(404, "message %d of %s is no message of the business", nr, number)
	}
	for _, b := range m.Buttons {
		if b.Label == label {
			return label, nil
		}
	}
	if m.List != nil {
		for _, s := range m.List.Sections {
			for _, r := range s.Rows {
				if r.Title != label {
					continue
				}
				if r.Description == "" {
					return r.Title, nil
				}
				return r.Title + n.rules.ListTapSeparator + r.Description, nil
			}
		}
	}
	return "", refuse(400, "message %d has no button or list row %q", nr, label)
}

// MarkRead is the person seeing everything up to message nr. Without read receipts the business is not
// told.
func (n *Network) MarkRead(number string, nr int64) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.find(number)
	if err != nil {
		return err
	}
	p.seen = max(p.seen, min(nr, p.count))
	left := 0
	for i := range p.messages {
		m := &p.messages[i]
		switch {
		case m.Direction != Out || m.lost || m.Status == Read:
		case m.N > p.seen:
			left++
		case p.readReceipts && p.online:
			n.setStatus(p, m, Read)
		}
	}
	if left != p.unread {
		p.unread = left
		n.tellPhone(p)
	}
	return nil
}

// Typing shows that the business is at work on an answer.
func (n *Network) Typing(number string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.phones[number]
	if p == nil {
		return
	}
	now := n.clock.Now()
	was := now.Before(p.typingUntil)
	if was || p.blocked || len(p.messages) == 0 || p.messages[len(p.messages)-1].Direction != In {
		return
	}
	p.typingUntil = now.Add(n.rules.TypingFor)
	n.tellPhone(p)
	n.schedule(p)
}

// Notify adds a notice to a phone; a number without a phone is ignored.
func (n *Network) Notify(number, kind string, text Bilingual, doc string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.phones[number]
	if p == nil {
		return
	}
	p.noticeCount++
	notice := Notice{ID: p.noticeCount, N: p.count, At: clock.Stamp(n.clock.Now()), Kind: kind, Text: text, Doc: doc}
	if p.notices = append(p.notices, notice); len(p.notices) > n.rules.NoticesPerPhone {
		p.notices = append([]Notice(nil), p.notices[1:]...)
	}
	n.publish("notice", noticeEvent{Phone: number, Notice: notice})
}

// Conversation returns the messages after nr, and the notices that stand after message nr.
func (n *Network) Conversation(number string, nr int64) ([]Message, []Notice, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p, err := n.find(number)
	if err != nil {
		return nil, nil, err
	}
	messages, notices := []Message{}, []Notice{}
	for _, m := range p.messages {
		if m.N > nr {
			messages = append(messages, m)
		}
	}
	for _, notice := range p.notices {
		if notice.N >= nr {
			notices = append(notices, notice)
		}
	}
	return messages, notices, nil
}
