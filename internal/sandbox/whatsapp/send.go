package whatsapp

import (
	"fmt"
	"time"
)

// Result is what became of a message of the business.
type Result struct {
	// Outcome is delivered, sent (accepted; the phone is offline), blocked (accepted; the person blocked
	// the business), or why it was refused: not_on_whatsapp, window_closed, pair_limit, throughput,
	// too_long, blank, invalid, failed.
	Outcome string
	Code    int       // WhatsApp's error code of a refusal
	Reason  string    // in plain words, for the activity log
	Detail  Bilingual // what a person should know of it besides, if anything
	N       int64     // number of the message on the phone, 0 when refused
	Wait    time.Duration
}

// Refused reports whether WhatsApp did not take the message.
func (r Result) Refused() bool { return r.Code != 0 }

// Send delivers content from a business number to a customer, or says why WhatsApp would not. A template
// may be sent outside the window. ref comes back with every status of the message. Rules and codes: Meta, "WhatsApp Cloud API error codes".
func (n *Network) Send(number, business, dispatchID string, c Content, ref any) Result {
	n.mu.Lock()
	defer n.mu.Unlock()
	if outcome, detail := c.invalid(); outcome != "" {
		return Result{Outcome: outcome, Code: 100, Reason: detail.EN, Detail: detail}
	}
	if n.rules.FailWith != 0 {
		return Result{
			Outcome: "failed", Code: n.rules.FailWith, Reason: "the fault sheet makes WhatsApp refuse every message",
			Detail: Bilingual{EN: "ordered by the fault sheet", FR: "selon la feuille de pannes"},
		}
	}
	p := n.phones[number]
	if p == nil {
		return Result{Outcome: "not_on_whatsapp", Code: 131026, Reason: "message undeliverable: the number is not on WhatsApp"}
	}
	now := n.clock.Now()
	if last := p.windows[business]; c.Layout != Template && (last.IsZero() || !now.Before(last.Add(n.rules.Window))) {
		reason := "the customer has never written to this number"
		if !last.IsZero() {
			reason = fmt.Sprintf("the customer last wrote at %s, more than %s ago", last.Format(time.RFC3339), n.rules.Window)
		}
		return Result{Outcome: "window_closed", Code: 131047, Reason: reason}
	}
	if n.rules.Throughput > 0 && n.count(business, now) > n.rules.Throughput {
		return Result{Outcome: "throughput", Code: 130429, Reason: fmt.Sprintf("more than %d messages in one second over this number", n.rules.Throughput), Wait: time.Second}
	}
	if n.rules.PairBurst > 0 && n.rules.PairInterval > 0 {
		limit := p.pairs[business]
		if limit == nil {
			limit = &pair{}
			p.pairs[business] = limit
		}
		if wait, ok := limit.allow(now, &n.rules); !ok {
			return Result{
				Outcome: "pair_limit", Code: 131056, Wait: wait,
				Reason: fmt.Sprintf("too many messages to this customer: the next one passes in %s", wait.Round(time.Second)),
			}
		}
	}
	return n.accept(p, dispatchID, c, ref)
}

func (n *Network) accept(p *phone, dispatchID string, c Content, ref any) Result {
	p.typingUntil = time.Time{}
	m := n.append(p, Message{
		Direction: Out, Layout: c.Layout, Text: c.Text, Header: c.Header, Footer: c.Footer, Media: c.Media,
		Buttons: c.Buttons, List: c.List, Link: c.Link, Flow: c.Flow, DispatchID: dispatchID, lost: p.blocked, Ref: ref,
	})
	defer n.tellPhone(p)
	if p.blocked {
		return Result{Outcome: "blocked", Reason: "the customer has blocked the business: the message is never delivered", N: m.N}
	}
	p.unread++
	kept := p.at(m.N)
	if kept == nil {
		return Result{Outcome: "sent", N: m.N}
	}
	n.deliver(p, kept)
	if kept.Status != Delivered {
		return Result{Outcome: "sent", Reason: "accepted; the phone has not reported it delivered yet", N: m.N}
	}
	return Result{Outcome: "delivered", N: m.N}
}
