// Package intake is the way in: it checks who posts, understands what Braze sent,
// and answers only once the message is on disk. It owns which webhook is
// accepted and what happens to one that cannot be understood; the shapes of
// Braze's bodies are package braze, and what is a copy of what is decided by the
// store inside the commit.
//
// Start reading at Intake.Accept.
package intake

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/batch"
	"parley/internal/bot/intent"
	"parley/internal/channel/braze"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/routes"
	"parley/internal/store/window"
)

// Route is one inbound webhook campaign.
type Route struct {
	ID        string
	Workspace string
	Secrets   []string
	// SigningKey, if set, asks for a signature beside the secret; see Webhook.Signature.
	SigningKey string
	Specific   bool   // a keyword campaign, which wins over a catch-all
	Paired     bool   // the same message may come another way: by another route or by Currents
	Language   string // of what begins here, unless the customer clearly writes another
	AllowFrom  []netip.Prefix
	Timing     chat.Timing
	Surveyed   bool // customers are asked for their opinion, so a text may be the answer
	Dedupe     store.Dedupe
	// Keep is how old an answer of the bot may be, in milliseconds, that waited for the
	// customer to write again.
	Keep int64
	// Consent carries out STOP and START where people have the conversation, and the bot
	// sees nothing of it; nil does not.
	Consent *Consent
}

// Webhook is one request as it came.
type Webhook struct {
	Route  string
	Secret string // from "Authorization: Bearer"
	// Signature is the hmac_sha256_hex that the campaign's Liquid made of dispatch_id
	// followed by braze_id. Liquid cannot see the body, so it can sign fields only.
	Signature   string
	From        netip.Addr
	ContentType string
	Body        []byte
}

// Errors of Accept that are final for the sender. Any other error means that
// nothing could be stored and Braze should try again.
var (
	ErrNoRoute    = errors.New("there is no such route; check the last part of the webhook's URL")
	ErrSecret     = errors.New("the secret is wrong; check the Authorization header of the webhook campaign")
	ErrSignature  = errors.New("the signature is wrong; check signing_key of the route and the Liquid of the campaign's X-Parley-Signature header")
	ErrNotAllowed = errors.New("this address may not post here; check allow_from of the route")
)

// Intake accepts webhooks. Safe for concurrent use.
type Intake struct {
	routes  map[string]*route
	store   *store.Store
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	due     func(at int64)
	publish func(store.Topic)
	group   *batch.Queue[store.Arrival, store.Receipt]
	tally   *tally
	old     map[string]int64 // Route.Keep, by workspace
}

type route struct {
	Route
	secrets [][32]byte
	prints  []string // fingerprints of secrets
}

// New makes an intake. now is the clock in unix milliseconds; due is told when a
// turn will be wanted, and publish what a commit has made available.
func New(routes []Route, s *store.Store, metrics *obs.Metrics, log *slog.Logger, now func() int64, due func(int64), publish func(store.Topic)) *Intake {
	in := &Intake{routes: map[string]*route{}, store: s, metrics: metrics, log: log, now: now, due: due, publish: publish, tally: newTally(), old: map[string]int64{}}
	for _, r := range routes {
		in.old[r.Workspace] = r.Keep
		known := &route{Route: r}
		for _, secret := range r.Secrets {
			known.secrets = append(known.secrets, sha256.Sum256([]byte(secret)))
			known.prints = append(known.prints, Fingerprint(secret))
		}
		in.routes[r.ID] = known
	}
	in.group = batch.New(256, metrics.StoreCommit, in.commit)
	return in
}

// Accept takes one webhook. When it returns without an error, what came is on
// disk: as a message, as a counted copy or as a dead letter.
func (in *Intake) Accept(ctx context.Context, w Webhook) (obs.WebhookOutcome, error) {
	started := time.Now()
	outcome, err := in.accept(ctx, w)
	in.metrics.WebhookAnswered(w.Route, outcome, time.Since(started))
	in.tally.answered(w.Route, outcome, in.now())
	return outcome, err
}

// TooLarge counts a webhook whose body was not read to its end.
func (in *Intake) TooLarge(route string, took time.Duration) {
	in.metrics.WebhookAnswered(route, obs.WebhookTooLarge, took)
}

func (in *Intake) accept(ctx context.Context, w Webhook) (obs.WebhookOutcome, error) {
	r, outcome, err := in.admit(w)
	if err != nil {
		return outcome, err
	}
	outcome, err = in.take(ctx, r, w)
	if errors.Is(err, ErrSignature) {
		return obs.WebhookUnauthorized, err
	}
	if err != nil {
		in.log.ErrorContext(ctx, "store webhook", obs.FieldRoute, r.ID, obs.Error(err))
		return obs.WebhookUnavailable, err
	}
	return outcome, nil
}

func (in *Intake) admit(w Webhook) (*route, obs.WebhookOutcome, error) {
	r := in.routes[w.Route]
	if r == nil {
		return nil, obs.WebhookUnknownRoute, ErrNoRoute
	}
	given, which := sha256.Sum256([]byte(w.Secret)), -1
	for i := range r.secrets {
		which = subtle.ConstantTimeSelect(subtle.ConstantTimeCompare(given[:], r.secrets[i][:]), i, which)
	}
	if which < 0 {
		return nil, obs.WebhookUnauthorized, ErrSecret
	}
	if len(r.AllowFrom) > 0 && !allowed(r.AllowFrom, w.From) {
		return nil, obs.WebhookForbidden, ErrNotAllowed
	}
	now := in.now()
	in.tally.knows(r.ID, r.prints[which], now, now)
	return r, "", nil
}

func allowed(networks []netip.Prefix, from netip.Addr) bool {
	for _, n := range networks {
		if n.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

func (in *Intake) take(ctx context.Context, r *route, w Webhook) (obs.WebhookOutcome, error) {
	inbound, err := braze.DecodeInbound(w.ContentType, w.Body)
	if err != nil {
		return obs.WebhookDeadLetter, in.keep(ctx, r, w, reason(err))
	}
	arrival := r.arrival(inbound)
	switch {
	case r.SigningKey != "" && !signed(r.SigningKey, inbound.DispatchID+inbound.BrazeID, w.Signature):
		return "", ErrSignature
	case inbound.Test:
		return obs.WebhookTest, in.store.Write(ctx, func(tx *store.Tx) error {
			return tx.InsertDrop(ctx, chat.NewID(), r.Workspace, r.ID, store.DropTest, inbound.DispatchID, in.now())
		})
	case arrival.Anonymous():
		return obs.WebhookDeadLetter, in.keep(ctx, r, w, "names nobody: external_id, braze_id, alias and phone are all empty")
	case arrival.Text == "" && len(arrival.Media) == 0:
		return obs.WebhookDeadLetter, in.keep(ctx, r, w, "has neither a text nor media")
	}
	receipt, err := in.group.Do(ctx, arrival)
	if err != nil {
		return "", err
	}
	if len(inbound.Repaired) > 0 {
		in.metrics.WebhookRepaired(r.ID)
		in.tally.add(r.ID, routes.Counts{Repaired: 1}, in.now())
	}
	in.due(receipt.DueAt)
	if receipt.Duplicate != "" {
		in.metrics.DuplicateDropped(obs.DuplicateReason(receipt.Duplicate))
		return obs.WebhookDuplicate, nil
	}
	return obs.WebhookAccepted, nil
}

// late is how long after a message was brought in by Currents a webhook of it is
// recognised: Braze gives up a webhook after 30 minutes (Braze docs, "Webhook errors").
const late = 45 * time.Minute

// Recovered makes an arrival of a message that Currents told of and no webhook brought,
// as if it had come through a route that New was given.
func (in *Intake) Recovered(route string, m braze.Inbound, writtenAt int64) store.Arrival {
	a := in.routes[route].arrival(m)
	a.ByCurrents, a.WrittenAt, a.Paired = true, writtenAt, true
	a.Dedupe.Pair = late.Milliseconds()
	return a
}

func signed(key, text, signature string) bool {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	given, err := hex.DecodeString(signature)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

func reason(err error) string {
	var e *braze.DecodeError
	if errors.As(err, &e) {
		return e.Reason
	}
	return err.Error()
}

func (r *route) arrival(m braze.Inbound) store.Arrival {
	a := store.Arrival{
		Workspace: r.Workspace, Route: r.ID, Specific: r.Specific, Paired: r.Paired,
		MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()), ConversationID: chat.ConversationID(chat.NewID()),
		ExternalID: m.ExternalID, BrazeID: m.BrazeID, Phone: m.Phone, BSUID: m.BSUID, FirstName: m.FirstName, Language: m.Language,
		Text: storable(m.Text), Media: m.Media, CampaignID: m.CampaignID, DispatchID: m.DispatchID, Repaired: m.Repaired, Notes: m.Notes,
		Attributes: attributes(m.Extra), Spoken: r.Language,
		Timing: r.Timing, Dedupe: r.Dedupe,
	}
	if r.Surveyed {
		a.Surveyed = true
		a.Score, _ = chat.Score(a.Text)
		a.Comment = remark(a.Text, cmp.Or(r.Language, a.Language))
	}
	switch {
	case m.Alias != nil:
		a.AliasName, a.AliasLabel = m.Alias.Name, m.Alias.Label
	case m.ExternalID == "" && m.BrazeID == "" && m.Phone != "":
		// Braze gives a sender it does not know an alias labelled "phone" (Braze
		// docs, "Handling unknown phone numbers"); it is all we can answer to.
		a.AliasName, a.AliasLabel = m.Phone, "phone"
	}
	if a.Text == "" && len(m.FlowResponse) > 0 {
		a.Text = string(m.FlowResponse)
	}
	return a
}

// remark reports whether a text may be a comment on the help somebody got. What asks
// for something never is: better a comment that the bot answers than a question that
// nobody does.
func remark(text, language string) bool {
	if strings.TrimSpace(text) == "" || strings.Contains(text, "?") {
		return false
	}
	_, always := intent.Always(text, language)
	return !always
}

// attributes takes the fields that Parley does not know for what they are most likely:
// attributes of the profile that the operator put into the body. Lists and objects,
// long values and what goes beyond a profile's worth are left out.
func attributes(extra map[string]json.RawMessage) map[string]string {
	const most, longest = 30, 200
	out := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		var v any
		if len(out) == most || len(name) > longest || json.Unmarshal(extra[name], &v) != nil {
			continue
		}
		text := ""
		switch v := v.(type) {
		case string:
			text = v
		case bool, float64:
			text = string(extra[name])
		}
		if text = strings.TrimSpace(text); text != "" && len(text) <= longest {
			out[name] = storable(text)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// keep puts a webhook into the dead-letter list as it came.
func (in *Intake) keep(ctx context.Context, r *route, w Webhook, why string) error {
	in.log.WarnContext(ctx, "webhook not understood", obs.FieldRoute, r.ID, obs.FieldReason, why)
	in.metrics.DeadLetter(r.ID)
	return in.store.Write(ctx, func(tx *store.Tx) error {
		return tx.InsertDeadLetter(ctx, store.DeadLetter{
			ID: chat.NewID(), Workspace: r.Workspace, Route: r.ID, Reason: why, ContentType: w.ContentType,
			Body: storable(string(w.Body)), Size: int64(len(w.Body)), At: in.now(),
		})
	})
}

// storable replaces what PostgreSQL cannot hold as text: NUL and broken UTF-8.
func storable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsRune(s, 0) {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// commit is the group commit of many arrivals.
func (in *Intake) commit(ctx context.Context, arrivals []store.Arrival) ([]store.Receipt, error) {
	var receipts []store.Receipt
	released := 0
	err := in.store.Write(ctx, func(tx *store.Tx) (err error) {
		now := in.now()
		if receipts, err = tx.Ingest(ctx, arrivals, now); err != nil {
			return err
		}
		if released, err = in.Returned(ctx, tx, receipts, now); err != nil {
			return err
		}
		confirmed, err := in.decide(ctx, tx, arrivals, receipts, now)
		if err != nil {
			return err
		}
		released += confirmed
		return tx.Notify(ctx, store.TopicTurns)
	})
	if err == nil {
		in.publish(store.TopicFeed)
		if released > 0 {
			in.publish(store.TopicDeliveries)
		}
	}
	return receipts, err
}

// Returned lets go what waited for the senders of messages that were stored in this
// transaction, before anything answers them. It says how many lines that were.
func (in *Intake) Returned(ctx context.Context, tx *store.Tx, receipts []store.Receipt, now int64) (int, error) {
	var back []chat.ContactID
	for _, r := range receipts {
		if r.Duplicate == "" {
			back = append(back, r.ContactID)
		}
	}
	slices.Sort(back)
	released, err := window.Release(ctx, tx, slices.Compact(back), func(workspace string) int64 { return in.old[workspace] }, now)
	if err == nil && released > 0 {
		err = tx.Notify(ctx, store.TopicDeliveries)
	}
	return released, err
}
