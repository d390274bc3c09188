package sandbox

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/clock"
	"parley/internal/sandbox/feed"
	"parley/internal/sandbox/liquid"
	"parley/internal/sandbox/notice"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/whatsapp"
)

type entry = feed.Entry

// kinds of activity.
const (
	kindInbound      = "inbound"
	kindWebhook      = "webhook"
	kindTrigger      = "trigger_send"
	kindMessages     = "messages_send"
	kindDelivery     = "delivery"
	kindSubscription = "subscription"
	kindUser         = "user"
)

// record puts a line into the activity log.
func (s *Server) record(e entry) {
	if time.Time(e.At).IsZero() {
		e.At = clock.Stamp(s.clock.Now())
	}
	s.audit.Add(e)
}

// outgoing is a message that Braze has accepted for a user and has not decided on yet.
type outgoing struct {
	kind       string             // of the activity log
	campaign   *campaign.Campaign // nil for /messages/send without one
	group      string
	dispatchID string
	everyone   bool // send to unsubscribed users too
	uncapped   bool // ignore frequency caps
	content    func(u *profile.User, now time.Time) (whatsapp.Content, error)
}

func (o *outgoing) id() (id, name string) {
	if o.campaign == nil {
		return "", ""
	}
	return o.campaign.ID, o.campaign.Name
}

func (o *outgoing) entry(u *profile.User, outcome, reason, doc string) entry {
	id, name := o.id()
	e := entry{Kind: o.kind, Outcome: outcome, CampaignID: id, Campaign: name, DispatchID: o.dispatchID, Reason: reason, Doc: doc}
	if u != nil {
		e.Phone, e.ExternalID, e.BrazeID = u.Phone, u.ExternalID, u.BrazeID
	}
	return e
}

// once is the campaign's rule on sending to a user again.
func once(c *campaign.Campaign) profile.Once {
	rule := profile.Once{CampaignID: c.ID, Again: c.ReEligible, After: time.Duration(c.ReEligibleAfterSeconds) * time.Second}
	if c.FrequencyCap != nil {
		rule.Cap = c.FrequencyCap.Messages
		rule.CapWindow = time.Duration(c.FrequencyCap.Seconds) * time.Second
	}
	return rule
}

// deliver decides whether the user gets the message and hands it to WhatsApp. The caller of the REST API
// never learns what happens here: it has its 201.
func (s *Server) deliver(u *profile.User, o *outgoing) {
	now := s.clock.Now()
	if c := o.campaign; c != nil {
		if c.Quiet(now) {
			s.stream.abort(u, o, "quiet_hours", "quiet hours", now)
			s.drop(u, o, "aborted", bilingual{
				EN: fmt.Sprintf("quiet hours from %s to %s UTC", c.QuietHours.From, c.QuietHours.Until),
				FR: fmt.Sprintf("heures calmes de %s à %s UTC", c.QuietHours.From, c.QuietHours.Until),
			}, "Quiet hours")
			return
		}
		if why := s.users.Eligible(u.BrazeID, o.rule(), now); why != "" {
			s.ineligible(u, o, why)
			return
		}
	}
	if !o.everyone && !u.Subscribed(o.group) {
		s.drop(u, o, "not_subscribed", bilingual{EN: "the user is not subscribed to the subscription group of this WhatsApp number"}, "")
		return
	}
	number := s.numberOf(u)
	if number == "" {
		s.drop(u, o, "no_phone", bilingual{EN: "the profile has no phone number"}, "")
		return
	}
	content, err := o.content(u, now)
	if err != nil {
		s.aborted(u, o, err, now)
		return
	}
	if o.campaign != nil && s.switches.Load().FailureCountsAsReceipt {
		if why := s.users.Receive(u.BrazeID, o.rule(), now); why != "" {
			s.ineligible(u, o, why)
			return
		}
	}
	s.hand(&parcel{user: u, number: number, out: o, content: content})
}

func (o *outgoing) rule() profile.Once {
	rule := once(o.campaign)
	if o.uncapped {
		rule.Cap = 0
	}
	return rule
}

func (s *Server) ineligible(u *profile.User, o *outgoing, why string) {
	switch why {
	case "frequency_capped":
		s.stream.abort(u, o, "frequency_capped", "frequency capping", s.clock.Now())
		s.drop(u, o, "aborted", bilingual{
			EN: "frequency capping: the user has had as many messages as the cap allows",
			FR: "limitation de fréquence : le plafond de messages est atteint",
		}, "Frequency capping")
	default:
		reason := "the user has had this campaign and re-eligibility is off"
		if o.campaign.ReEligible {
			reason = fmt.Sprintf("the user had this campaign less than %d s ago", o.campaign.ReEligibleAfterSeconds)
		}
		s.drop(u, o, why, bilingual{EN: reason}, "")
	}
}

// aborted logs a message that its own template stopped.
func (s *Server) aborted(u *profile.User, o *outgoing, err error, now time.Time) {
	var stop *liquid.AbortError
	var blank *campaign.BlankError
	var provider *providerError
	switch {
	case errors.As(err, &provider):
		e := o.entry(u, "failed", fmt.Sprintf("%d: %s", provider.code, provider.reason), notice.Doc("failed"))
		e.Kind, e.ProviderCode = kindDelivery, provider.code
		s.record(e)
		s.stream.failure("Failure", u, o, u.Phone, whatsapp.Result{Code: provider.code, Reason: provider.reason}, now)
		s.notify(u, "failed", bilingual{EN: provider.reason, FR: "code " + strconv.Itoa(provider.code)}, e.Doc)
	case errors.As(err, &stop):
		s.stream.abort(u, o, "liquid_abort_message", stop.Reason, now)
		s.drop(u, o, "aborted", bilingual{EN: err.Error(), FR: "abort_message " + stop.Reason}, "Abort messages")
	case errors.As(err, &blank):
		s.drop(u, o, "blank", bilingual{EN: err.Error()}, "WhatsApp template messages")
	default:
		s.drop(u, o, "aborted", bilingual{EN: err.Error(), FR: "erreur Liquid"}, "Liquid")
	}
}

// drop logs a message that Braze does not send, and tells the phone why. doc is that of the outcome when
// it is empty.
func (s *Server) drop(u *profile.User, o *outgoing, outcome string, why bilingual, doc string) {
	if doc == "" {
		doc = notice.Doc(outcome)
	}
	s.notify(u, outcome, why, doc)
	s.record(o.entry(u, outcome, why.EN, doc))
}

// parcel is a message on its way to WhatsApp.
type parcel struct {
	user    *profile.User
	number  string
	out     *outgoing
	content whatsapp.Content
	attempt int
}

// receipt is what a message on a phone is remembered by, so that its later statuses can be told. It holds
// only names: a phone keeps many messages, and none may keep properties or profiles alive.
type receipt struct {
	user   *profile.User
	out    *outgoing
	logged atomic.Bool // the log has what became of it at once; later statuses are logged as they come
}

func (p *parcel) receipt() *receipt {
	u, o := p.user, p.out
	return &receipt{
		user: &profile.User{BrazeID: u.BrazeID, ExternalID: u.ExternalID, Phone: u.Phone, SenderID: u.SenderID},
		out:  &outgoing{kind: o.kind, campaign: o.campaign, group: o.group, dispatchID: o.dispatchID},
	}
}

// heldMessage is a message that the reorder fault holds until the next one has gone first.
type heldMessage struct{ parcel *parcel }

// reorderHold is how long a held message waits for another one.
const reorderHold = 2 * time.Second

// hand passes the parcel on, with the faults of the sheet on the way.
func (s *Server) hand(p *parcel) {
	fault := s.faults.Delivery()
	if !fault.Reorder {
		s.later(fault.DelayMS, p)
		return
	}
	s.flow.Lock()
	before := s.held[p.number]
	if before == nil {
		mine := &heldMessage{p}
		s.held[p.number] = mine
		s.flow.Unlock()
		s.clock.After(reorderHold, func() { s.unhold(p.number, mine) })
		return
	}
	delete(s.held, p.number)
	s.flow.Unlock()
	s.later(fault.DelayMS, p)
	s.later(fault.DelayMS, before.parcel)
}

func (s *Server) unhold(number string, mine *heldMessage) {
	s.flow.Lock()
	still := s.held[number] == mine
	if still {
		delete(s.held, number)
	}
	s.flow.Unlock()
	if still {
		s.transmit(mine.parcel)
	}
}

func (s *Server) later(delayMS int64, p *parcel) {
	if delayMS == 0 {
		s.transmit(p)
		return
	}
	s.clock.After(time.Duration(delayMS)*time.Millisecond, func() { s.transmit(p) })
}

// whatsAppRetries is how often Braze sends again when that switch is on.
const whatsAppRetries = 3

// transmit gives the message to WhatsApp and logs its end.
func (s *Server) transmit(p *parcel) {
	p.attempt++
	o, u := p.out, p.user
	kept := p.receipt()
	result := s.net.Send(p.number, o.group, o.dispatchID, p.content, kept)
	e := o.entry(u, result.Outcome, result.Reason, notice.Doc(result.Outcome))
	e.Kind, e.Phone, e.MessageN, e.ProviderCode, e.Attempt = kindDelivery, p.number, result.N, result.Code, p.attempt
	if result.Refused() {
		e.Reason = fmt.Sprintf("%d: %s", result.Code, result.Reason)
	}
	kept.logged.Store(true)
	defer func() { s.record(e) }() // last, so that who sees the entry finds the rest done
	now, sw := s.clock.Now(), s.switches.Load()
	switch {
	case sw.WhatsAppRetries && result.Wait > 0 && p.attempt <= whatsAppRetries:
		e.Outcome = "retrying"
		s.stream.failure("Retry", u, o, p.number, result, now)
		s.clock.After(time.Duration(math.Pow(4, float64(p.attempt)))*time.Second, func() { s.transmit(p) })
		return
	case result.Refused():
		s.stream.failure("Failure", u, o, p.number, result, now)
		s.notify(u, result.Outcome, result.Detail, e.Doc)
		return
	case result.Outcome == "blocked":
		s.notify(u, result.Outcome, result.Detail, e.Doc)
	}
	if o.campaign != nil {
		if !sw.FailureCountsAsReceipt {
			s.users.Receive(u.BrazeID, o.rule(), now)
		}
		s.markSent(o.campaign.ID, now)
	}
}

// sentSpan is when a campaign was first and last sent.
type sentSpan struct{ first, last time.Time }

func (s *Server) markSent(id string, now time.Time) {
	s.flow.Lock()
	defer s.flow.Unlock()
	span := s.lastSent[id]
	if span.first.IsZero() {
		span.first = now
	}
	span.last = now
	s.lastSent[id] = span
}
