package sandbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/internal/sandbox/campaign"
	"parley/internal/sandbox/notice"
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
	"parley/internal/sandbox/wire"
)

// written is a message that a person writes.
type written struct {
	Text         string   `json:"text"`
	MediaURLs    []string `json:"media_urls"`
	Group        string   `json:"subscription_group_id"` // the business number; the demo's when empty
	FlowResponse string   `json:"flow_response"`         // JSON of an answered Flow
	ProductID    string   `json:"product_id"`
	CatalogID    string   `json:"catalog_id"`
}

// write is a person writing: the phone shows the message, Braze finds or makes the profile, and every
// campaign that matches goes off.
func (s *Server) write(number string, w written) (whatsapp.Message, error) {
	if w.Group == "" {
		w.Group = SeedGroup
	}
	if !s.isGroup(w.Group) {
		return whatsapp.Message{}, &whatsapp.Error{Status: 400, Message: fmt.Sprintf("subscription_group_id %q is no business number of the sandbox", w.Group)}
	}
	m, err := s.net.Write(number, w.Group, w.Text, whatsapp.MediaOf(w.MediaURLs), w.FlowResponse)
	if err != nil {
		return m, err
	}
	sw := s.switches.Load()
	u, created := s.users.Sender(number, s.net.SenderID(number), "", sw.PhonelessSenders, sw.SharedPhone == "first_changed")
	s.identify(u)
	s.net.Arrived(number, m.N)
	reason := ""
	if created {
		reason = "an unknown sender: Braze made an anonymous profile that is not subscribed"
	}
	s.record(entry{
		Kind: kindInbound, Outcome: "accepted", Phone: number, ExternalID: u.ExternalID, BrazeID: u.BrazeID, MessageN: m.N, Reason: reason,
		Doc: docIf(created, "Handling unknown phone numbers"),
	})
	s.stream.received(u, number, w, m, s.clock.Now())
	in := &inbound{server: s, user: u, number: number, n: m.N, group: w.Group, values: inboundValues(w, sw.MediaURLs)}
	if in.fire(w.Text) == 0 {
		s.record(entry{
			Kind: kindInbound, Outcome: "no_campaign", Phone: number, ExternalID: u.ExternalID, BrazeID: u.BrazeID, MessageN: m.N,
			Reason: "no active campaign has a trigger that matches this message", Doc: notice.Doc("no_campaign"),
		})
		s.notify(u, "no_campaign", bilingual{}, notice.Doc("no_campaign"))
	}
	return m, nil
}

func docIf(ok bool, doc string) string {
	if ok {
		return doc
	}
	return ""
}

// inboundValues are what {{whats_app.${…}}} reads.
func inboundValues(w written, mediaURLs string) map[string]any {
	values := map[string]any{"inbound_message_body": w.Text}
	if len(w.MediaURLs) > 0 {
		switch mediaURLs {
		case "space":
			values["inbound_media_urls"] = strings.Join(w.MediaURLs, " ")
		case "comma":
			values["inbound_media_urls"] = strings.Join(w.MediaURLs, ",")
		default:
			list := make([]any, len(w.MediaURLs))
			for i, u := range w.MediaURLs {
				list[i] = u
			}
			values["inbound_media_urls"] = list
		}
	}
	for name, v := range map[string]string{"inbound_flow_response": w.FlowResponse, "inbound_product_id": w.ProductID, "inbound_catalog_id": w.CatalogID} {
		if v != "" {
			values[name] = v
		}
	}
	return values
}

// inbound is one message of a customer, as the campaigns see it.
type inbound struct {
	server *Server
	user   *profile.User
	number string
	n      int64
	group  string
	values map[string]any
}

// fire sets off every campaign that matches, each on its own, and returns how many did.
func (in *inbound) fire(text string) int {
	s := in.server
	s.mu.RLock()
	actions := s.actions
	s.mu.RUnlock()
	matched := 0
	for _, c := range actions {
		if !c.Matches(in.group, text) {
			continue
		}
		matched++
		if c.Type == campaign.Webhook {
			in.webhook(c)
			continue
		}
		out := &outgoing{kind: kindTrigger, campaign: c, group: c.SubscriptionGroupID, dispatchID: wire.Hex(16)}
		out.content = s.campaignContent(out, nil, in.values)
		s.deliver(in.user, out)
	}
	return matched
}

// webhook renders a webhook campaign's request and queues it.
func (in *inbound) webhook(c *campaign.Campaign) {
	s, now := in.server, in.server.clock.Now()
	out := &outgoing{kind: kindWebhook, campaign: c, dispatchID: wire.Hex(16)}
	if c.Quiet(now) {
		s.drop(in.user, out, "aborted", bilingual{EN: "quiet hours", FR: "heures calmes"}, "Quiet hours")
		return
	}
	if why := s.users.Eligible(in.user.BrazeID, once(c), now); why != "" {
		s.ineligible(in.user, out, why)
		return
	}
	call, err := in.render(out, in.user)
	if err != nil {
		s.aborted(in.user, out, err, now)
		return
	}
	if why := s.users.Receive(in.user.BrazeID, once(c), now); why != "" {
		s.ineligible(in.user, out, why)
		return
	}
	s.markSent(c.ID, now)
	in.queue(out, call)
}

func (in *inbound) render(out *outgoing, u *profile.User) (webhook.Call, error) {
	values := in.server.values(out, u, nil)
	values.Bindings["whats_app"] = in.values
	r, err := out.campaign.Request(values)
	return webhook.Call{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body}, err
}

// heldHook is a webhook that the reorder fault holds until the user's next one has gone first.
type heldHook struct{ send func() }

// queue sends the webhook, with the faults of the sheet on the way.
func (in *inbound) queue(out *outgoing, call webhook.Call) {
	s := in.server
	fault, lost := s.faults.Webhook()
	if lost {
		s.drop(in.user, out, "dropped", bilingual{EN: "the fault sheet loses this webhook"}, "")
		return
	}
	send := func() {
		for i := range fault.Duplicate {
			copyOf := func() { in.send(out, call, fault.RerenderOnRetry, i) }
			if i == 0 || fault.DuplicateDelayMS == 0 {
				copyOf()
				continue
			}
			s.clock.After(time.Duration(int64(i)*fault.DuplicateDelayMS)*time.Millisecond, copyOf)
		}
	}
	if fault.DelayMS > 0 {
		now := send
		send = func() { s.clock.After(time.Duration(fault.DelayMS)*time.Millisecond, now) }
	}
	if !fault.Reorder {
		send()
		return
	}
	lane := in.user.BrazeID + out.campaign.ID
	s.flow.Lock()
	before := s.heldHooks[lane]
	if before != nil {
		delete(s.heldHooks, lane)
		s.flow.Unlock()
		send()
		before.send()
		return
	}
	mine := &heldHook{send}
	s.heldHooks[lane] = mine
	s.flow.Unlock()
	s.clock.After(reorderHold, func() {
		s.flow.Lock()
		still := s.heldHooks[lane] == mine
		if still {
			delete(s.heldHooks, lane)
		}
		s.flow.Unlock()
		if still {
			send()
		}
	})
}

// send gives one copy of the webhook to the dispatcher. Copies have lanes of their own, so that they
// arrive at the same instant.
func (in *inbound) send(out *outgoing, call webhook.Call, rerender bool, nth int) {
	s := in.server
	job := &webhook.Job{
		Lane:   in.user.BrazeID + out.campaign.ID,
		Call:   call,
		Report: func(r webhook.Report) { in.report(out, r) },
	}
	if nth > 0 {
		job.Lane = fmt.Sprintf("%s#%d", job.Lane, nth)
	}
	if rerender {
		job.Again = func() (webhook.Call, error) {
			u := s.users.Find(profile.Ref{BrazeID: in.user.BrazeID})
			if u == nil {
				u = in.user
			}
			return in.render(out, u)
		}
	}
	if err := s.hooks.Send(job); err != nil {
		s.drop(in.user, out, "aborted", bilingual{EN: err.Error(), FR: "trop de webhooks en attente"}, notice.WebhookDoc)
	}
}

// report logs what became of an attempt, and tells the phone what a person should know.
func (in *inbound) report(out *outgoing, r webhook.Report) {
	s := in.server
	e := out.entry(in.user, r.Outcome, r.Reason, docIf(r.Outcome != webhook.Accepted, notice.WebhookDoc))
	e.Phone, e.MessageN, e.Attempt, e.StatusCode, e.DurationMS = in.number, in.n, r.Attempt, r.Status, r.Took.Milliseconds()
	if r.RetryIn > 0 {
		e.Reason = strings.TrimPrefix(e.Reason+fmt.Sprintf("; Braze tries again in %s", r.RetryIn.Round(time.Second)), "; ")
	}
	defer s.record(e) // last, so that who sees the entry finds the rest done
	switch {
	case r.Outcome == webhook.Accepted:
		s.net.Typing(in.number)
	case r.Outcome == webhook.Retrying && r.Attempt > 1:
		// the first notice already says that Braze goes on trying
	default:
		s.tell(in.user, r.Outcome, notice.Webhook(r.Outcome, strconv.Itoa(r.Status), nameOf(in.user)), notice.WebhookDoc)
	}
}
