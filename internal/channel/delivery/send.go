package delivery

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/facts"
)

// keep renews the lease of a batch that has waited since it was claimed, and gives
// what is still ours to send.
func (d *Sender) keep(ctx context.Context, batch []store.Outbound) (kept []store.Outbound) {
	err := d.store.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = tx.RenewLanes(ctx, batch, d.set.Lease.Milliseconds(), d.now())
		if err != nil {
			return err
		}
		return facts.KeepRides(ctx, tx, kept, d.set.Lease.Milliseconds(), d.now())
	})
	if err != nil {
		d.log.ErrorContext(ctx, "renew deliveries", obs.Error(err))
		return nil // the lease ends and somebody else goes on
	}
	return kept
}

// send makes one call for a batch of one layout and settles every recipient.
func (d *Sender) send(ctx context.Context, batch []store.Outbound) {
	if len(batch) == 0 {
		return
	}
	layout := d.set.Layouts[batch[0].Layout]
	request, sendable, bad := d.request(layout, batch)
	if len(bad) > 0 {
		d.record(ctx, outcome{sent: bad, facts: told(bad, facts.Waiting, "", nil)})
	}
	if len(sendable) == 0 {
		return
	}
	started := time.Now()
	var result braze.Result
	var call braze.Exchange
	var err error
	if layout.Object != nil { // claim made it a batch of one
		sendable = d.leave(ctx, sendable)
		sendable[0].OptIn = ""
		result, call, err = d.client.ObjectSend(ctx, layout.object(sendable[0].Delivery, sendable[0].Contact.ExternalID))
	} else {
		result, call, err = d.client.TriggerSend(ctx, request)
	}
	took := time.Since(started)
	d.observe(result, err, took, len(sendable))
	ex := &store.Exchange{
		ID: chat.NewID(), Workspace: d.set.Workspace, Method: call.Method, Path: call.Path, Status: call.Status, RequestID: call.RequestID,
		Request: string(call.Request), Response: string(call.Response), Millis: took.Milliseconds(), At: d.now(),
	}
	if err == nil {
		d.backoff.success()
		d.record(ctx, accepted(sendable, result, ex))
		return
	}
	ex.Error = err.Error()
	d.refused(ctx, sendable, err, ex)
}

// request builds the call for those who can be addressed; the others are ended.
func (d *Sender) request(layout Layout, batch []store.Outbound) (request braze.TriggerSend, sendable []store.Outbound, bad []store.Sent) {
	request.CampaignID, request.CanvasID = layout.CampaignID, layout.CanvasID
	for _, o := range batch {
		c := o.Contact
		recipient, err := braze.RecipientFor(c.ExternalID, c.BrazeID, c.AliasName, c.AliasLabel)
		if err == nil {
			err = layout.refuses(o)
		}
		if err != nil {
			o.State, o.Reason = chat.Dead, err.Error()
			bad = append(bad, store.Sent{Outbound: o})
			continue
		}
		recipient.TriggerProperties = layout.properties(o.Delivery)
		recipient.Attributes = maps.Clone(o.Attributes)
		if layout.CanvasID != "" { // Braze does not subscribe in such a call
			o.OptIn = ""
		}
		if group := d.subscribes(c, o.OptIn); group != "" {
			if recipient.Attributes == nil {
				recipient.Attributes = map[string]any{}
			}
			recipient.Attributes["subscription_groups"] = []map[string]string{{"subscription_group_id": group, "subscription_state": "subscribed"}}
		}
		request.Recipients = append(request.Recipients, recipient)
		sendable = append(sendable, o)
	}
	return request, sendable, bad
}

// subscribes names the group that a call subscribes a contact to, or none.
func (d *Sender) subscribes(c chat.Contact, optIn string) string {
	switch {
	case optIn != "":
		return d.set.OptInGroup
	case c.ExternalID == "" && c.OptedOut == 0:
		return d.set.SubscriptionGroup
	}
	return ""
}

// refuses says why a delivery that was planned under other settings cannot go out now.
func (l Layout) refuses(o store.Outbound) error {
	switch {
	case l.CampaignID == "" && l.CanvasID == "" && l.Object == nil:
		return errors.New("no campaign is configured for the layout " + string(o.Layout))
	case l.Object != nil && o.Contact.ExternalID == "":
		return errors.New("the layout " + string(o.Layout) + " goes by /messages/send, which reaches people with an external id only")
	case l.Object == nil && len(o.Choices) > len(l.Buttons):
		return errors.New("the layout " + string(o.Layout) + " has fewer trigger properties now than when the message was written")
	}
	return nil
}

func accepted(batch []store.Outbound, result braze.Result, ex *store.Exchange) outcome {
	out := outcome{exchange: ex}
	if result.Rate.Known && result.Rate.Remaining == 0 {
		out.pause, out.why = result.Rate.Reset.UnixMilli(), "Braze's rate limit is used up until its next window"
	}
	for _, o := range batch {
		o.State, o.Reason, o.DispatchID = chat.Accepted, result.Notice, result.DispatchID
		out.sent = append(out.sent, stamp(o, ex, len(batch)))
	}
	out.facts = told(out.sent, facts.Accepted, strings.Join(result.Errors, "; "), ex)
	return out
}

// told says what became of the facts that deliveries took along.
func told(sent []store.Sent, state facts.State, answer string, ex *store.Exchange) []facts.Settled {
	var out []facts.Settled
	for _, s := range sent {
		if s.Attributes == nil {
			continue
		}
		one := facts.Settled{ContactID: s.ContactID, By: s.LeaseBy, State: state, Answer: answer, Via: facts.ViaReply, RetryAt: s.RetryAt}
		if ex != nil {
			one.ExchangeID = ex.ID
		}
		out = append(out, one)
	}
	return out
}

// unload takes the facts off a batch that Braze refused, in case they are the reason: the
// answer to a customer must not fail for them. It reports whether there were any.
func (d *Sender) unload(ctx context.Context, batch []store.Outbound, ex *store.Exchange, answer string) ([]store.Outbound, bool) {
	plain, with := stripped(batch)
	if len(with) > 0 {
		d.record(ctx, outcome{exchange: ex, facts: told(with, facts.Failed, answer, ex)})
	}
	return plain, len(with) > 0
}

// leave takes the facts off a batch whose call has no place for them; they wait for the next.
func (d *Sender) leave(ctx context.Context, batch []store.Outbound) []store.Outbound {
	plain, with := stripped(batch)
	if len(with) > 0 {
		d.record(ctx, outcome{facts: told(with, facts.Waiting, "", nil)})
	}
	return plain
}

// stripped is a batch without facts, and those of it that had some.
func stripped(batch []store.Outbound) (plain []store.Outbound, with []store.Sent) {
	plain = slices.Clone(batch)
	for i := range plain {
		if plain[i].Attributes != nil {
			with = append(with, store.Sent{Outbound: plain[i]})
			plain[i].Attributes = nil
		}
	}
	return plain, with
}

func stamp(o store.Outbound, ex *store.Exchange, size int) store.Sent {
	o.ExchangeID, o.BatchSize = ex.ID, size
	return store.Sent{Outbound: o}
}

// refused settles a call that failed. A batch that Braze found fault with is split
// to find the recipient at fault; everything else concerns all of them alike.
func (d *Sender) refused(ctx context.Context, batch []store.Outbound, err error, ex *store.Exchange) {
	var e *braze.Error
	if !errors.As(err, &e) {
		e = &braze.Error{Message: err.Error()}
	}
	if e.Splittable() {
		if plain, ok := d.unload(ctx, batch, ex, reason(e)); ok {
			d.send(ctx, d.keep(ctx, plain))
			return
		}
	}
	if (e.Splittable() || e.Kind == braze.KindInvalid && e.Status == 0) && len(batch) > 1 {
		d.record(ctx, outcome{exchange: ex})
		half := len(batch) / 2
		d.send(ctx, d.keep(ctx, batch[:half]))
		d.send(ctx, d.keep(ctx, batch[half:]))
		return
	}
	now := d.now()
	out := outcome{exchange: ex}
	retryAt := int64(0)
	switch {
	case e.Ambiguous():
	case e.Retryable():
		retryAt = now + d.backoff.fail().Milliseconds()
		if wait := e.RetryAfter(); wait > 0 {
			retryAt = now + wait.Milliseconds()
		}
		out.pause, out.why = retryAt, reason(e)
	case e.OurFault() && e.Kind != braze.KindInvalid:
		// A wrong key or a missing permission is mended by the operator, not by
		// giving up everybody's answer.
		retryAt = now + refusedPause.Milliseconds()
		out.pause, out.why = retryAt, reason(e)
		d.log.ErrorContext(ctx, "braze refuses our calls", obs.FieldStatus, e.Status, obs.FieldReason, e.Fix())
	}
	for _, o := range batch {
		o.Reason = reason(e)
		switch {
		case e.Ambiguous():
			o.State, o.Reason = o.Lost(d.set.Rules.Resend)
		case retryAt != 0:
			o.State = chat.Queued
		default:
			o.State = chat.Dead
		}
		sent := stamp(o, ex, len(batch))
		sent.RetryAt, sent.Unsent = retryAt, retryAt != 0
		out.sent = append(out.sent, sent)
	}
	state := facts.Waiting
	if e.Ambiguous() {
		state = facts.Unknown
	}
	out.facts = told(out.sent, state, reason(e), ex)
	d.record(ctx, out)
}

// reason is what people read about a message that was not sent: what Braze said and what to do.
func reason(e *braze.Error) string {
	if fix := e.Fix(); fix != "" {
		return e.Error() + ". " + fix
	}
	return e.Error()
}

const refusedPause = 30 * time.Second

// record waits until an outcome is on disk. If it cannot be, the mark that the
// delivery was being sent stays, and whoever claims the lane next treats the
// outcome as unknown.
func (d *Sender) record(ctx context.Context, out outcome) {
	for _, s := range out.sent {
		d.metrics.DeliveriesDone(resultOf[s.State], 1)
	}
	if _, err := d.finish.Do(ctx, out); err != nil {
		d.log.Error("record deliveries", obs.Error(err))
	}
	d.wake.Set(d.now())
}

// observe counts a call and remembers what Braze said of its limits.
func (d *Sender) observe(result braze.Result, err error, took time.Duration, size int) {
	status, rate := result.Status, result.Rate
	var e *braze.Error
	if errors.As(err, &e) {
		status, rate = e.Status, e.Rate
		switch {
		case status == 0 && e.Ambiguous():
			status = obs.CallAmbiguous
		case status == 0:
			status = obs.CallRefused
		}
	}
	d.metrics.BatchSent(size)
	d.metrics.BrazeCall(d.set.Workspace, status, took)
	if rate.Known {
		d.metrics.BrazeRateLimit(d.set.Workspace, rate.Limit, rate.Remaining, rate.Reset)
	}
}

var resultOf = map[chat.State]obs.DeliveryResult{
	chat.Accepted: obs.DeliverySent, chat.Queued: obs.DeliveryRetry, chat.Unknown: obs.DeliveryUnknown, chat.Dead: obs.DeliveryDead,
}

// resultOfEnd is the same for what a claim ended without a call.
var resultOfEnd = map[string]obs.DeliveryResult{
	store.ReasonStale: obs.DeliveryStale, store.ReasonWindow: obs.DeliveryWindowClosed, store.ReasonTooOld: obs.DeliveryExpired,
	store.ReasonUnknown: obs.DeliveryUnknown, store.ReasonHeld: obs.DeliveryHeld,
}
