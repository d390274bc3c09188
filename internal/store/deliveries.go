package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

var deliveryColumns = []string{
	"id", "workspace", "contact_id", "conversation_id", "message_id", "n", "part", "parts", "author", "epoch", "layout", "text", "choices",
	"state", "attempts", "ambiguous", "reason", "exchange_id", "dispatch_id", "batch_size", "queued_at", "sent_at", "done_at",
}

func deliveryRow(d *chat.Delivery) []any {
	return []any{
		string(d.ID), d.Workspace, string(d.ContactID), string(d.ConversationID), string(d.MessageID), d.N, d.Part, d.Parts, string(d.Author),
		d.Epoch, string(d.Layout), d.Text, db.Encode(d.Choices), string(d.State), d.Attempts, d.Ambiguous, d.Reason, d.ExchangeID, d.DispatchID,
		d.BatchSize, d.QueuedAt, d.SentAt, d.DoneAt,
	}
}

func scanDelivery(rows *sql.Rows) (*chat.Delivery, error) {
	d := new(chat.Delivery)
	var choices string
	err := rows.Scan(&d.ID, &d.Workspace, &d.ContactID, &d.ConversationID, &d.MessageID, &d.N, &d.Part, &d.Parts, &d.Author, &d.Epoch,
		&d.Layout, &d.Text, &choices, &d.State, &d.Attempts, &d.Ambiguous, &d.Reason, &d.ExchangeID, &d.DispatchID, &d.BatchSize,
		&d.QueuedAt, &d.SentAt, &d.DoneAt)
	if err == nil {
		d.Choices, err = db.Decode[[]string](choices)
	}
	return d, err
}

var selectDelivery = "SELECT " + strings.Join(deliveryColumns, ", ") + " FROM deliveries "

var laneColumns = []string{"contact_id", "workspace", "last_n", "due_at", "lease_until", "lease_by", "since", "paid"}

var selectLane = "SELECT " + strings.Join(laneColumns, ", ") + " FROM lanes "

func scanLane(rows *sql.Rows) (*chat.Lane, error) {
	l := new(chat.Lane)
	return l, rows.Scan(&l.ContactID, &l.Workspace, &l.LastN, &l.DueAt, &l.LeaseUntil, &l.LeaseBy, &l.Since, &l.Paid)
}

func (tx *Tx) saveLanes(ctx context.Context, lanes []*chat.Lane) error {
	rows := make([][]any, len(lanes))
	for i, l := range lanes {
		rows[i] = []any{string(l.ContactID), l.Workspace, l.LastN, l.DueAt, l.LeaseUntil, l.LeaseBy, l.Since, l.Paid}
	}
	sortRows(rows)
	_, err := tx.Insert(ctx, "lanes", laneColumns, rows, db.Overwrite("contact_id", laneColumns))
	return err
}

// Outbound is a delivery claimed for sending, with everything needed to send it.
type Outbound struct {
	chat.Delivery
	Contact     chat.Contact
	WindowUntil int64
	LeaseBy     string
	OptIn       string         // of store/consent: what this call tells Braze, by subscribing the contact; empty for none
	Attributes  map[string]any // facts of store/facts that ride along in the call; nil for none
}

// Rules are what a claim decides by itself, without asking Braze.
type Rules struct {
	Pace   chat.Pace
	Resend bool  // an unknown outcome is tried once more, for lines of the bot
	MaxAge int64 // an answer older than this is not sent any more
	Hold   bool  // what the bot or people said waits beyond the window for the customer's return
}

// ClaimDeliveries takes the heads of due lanes of one workspace and marks them
// as being sent, before anything is sent: whoever finds such a mark on a lane
// whose lease has ended knows that the outcome is unknown. What must not be sent
// any more is ended here, with the reason, and returned as ended. Nothing is
// claimed while the workspace's budget is paused.
func (tx *Tx) ClaimDeliveries(ctx context.Context, workspace string, claim Claim, rules Rules, now int64) (out []Outbound, ended []*chat.Delivery, err error) {
	var paused sql.NullInt64
	err = tx.QueryRowContext(ctx, "SELECT MAX(paused_until) FROM budgets WHERE workspace = $1", workspace).Scan(&paused)
	if err != nil || paused.Int64 > now {
		return nil, nil, err
	}
	lanes, err := db.Collect(ctx, tx, scanLane,
		selectLane+"WHERE workspace = $1 AND due_at > 0 AND due_at <= $2 AND lease_until <= $2 ORDER BY due_at LIMIT $3"+tx.Dialect.SkipLocked,
		workspace, now, claim.Limit)
	if err != nil || len(lanes) == 0 {
		return nil, nil, err
	}
	heads, err := tx.heads(ctx, lanes)
	if err != nil {
		return nil, nil, err
	}
	for _, lane := range lanes {
		head := heads[lane.ContactID]
		if head == nil {
			lane.Release(false, now, 0, rules.Pace)
			continue
		}
		if end, why := head.ending(rules, now); end != "" {
			head.State, head.Reason, head.DoneAt = end, why, now
			lane.Release(true, now, 0, rules.Pace)
			ended = append(ended, &head.Delivery)
			continue
		}
		lane.Claim(claim.By, now, claim.Lease)
		lane.Spend(now, rules.Pace)
		head.State, head.SentAt = chat.Sending, now
		head.Attempts++
		head.LeaseBy = claim.By
		out = append(out, head.Outbound)
	}
	if err := tx.saveLanes(ctx, lanes); err != nil {
		return nil, nil, err
	}
	if err := tx.markSending(ctx, out, now); err != nil {
		return nil, nil, err
	}
	if err := tx.saveDeliveries(ctx, ended); err != nil {
		return nil, nil, err
	}
	return out, ended, tx.announceDeliveries(ctx, ended, now)
}

// head is the oldest undelivered line of a lane beside what may stop it.
type head struct {
	Outbound
	epoch int64 // the conversation's, now
}

func (tx *Tx) heads(ctx context.Context, lanes []*chat.Lane) (map[chat.ContactID]*head, error) {
	ids := make([]chat.ContactID, len(lanes))
	for i, l := range lanes {
		ids[i] = l.ContactID
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	deliveries, err := db.Collect(ctx, tx, scanDelivery,
		selectDelivery+`WHERE state IN ('queued', 'sending') AND contact_id `+in+` AND n =
			(SELECT MIN(h.n) FROM deliveries h WHERE h.contact_id = deliveries.contact_id AND h.state IN ('queued', 'sending'))`, args...)
	if err != nil || len(deliveries) == 0 {
		return nil, err
	}
	out := make(map[chat.ContactID]*head, len(deliveries))
	conversations := make([]chat.ConversationID, len(deliveries))
	for i, d := range deliveries {
		out[d.ContactID] = &head{Outbound: Outbound{Delivery: *d}}
		conversations[i] = d.ConversationID
	}
	contacts, err := db.Collect(ctx, tx, scanContact, selectContact+"WHERE id "+in, args...)
	if err != nil {
		return nil, err
	}
	for _, c := range contacts {
		if h := out[c.ID]; h != nil {
			h.Contact = *c
		}
	}
	in, args = db.OneOf(tx.Dialect, 1, conversations)
	type fence struct {
		id            chat.ConversationID
		epoch, window int64
	}
	fences, err := db.Collect(ctx, tx, func(rows *sql.Rows) (f fence, err error) { return f, rows.Scan(&f.id, &f.epoch, &f.window) },
		"SELECT id, epoch, window_until FROM conversations WHERE id "+in, args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[chat.ConversationID]fence, len(fences))
	for _, f := range fences {
		byID[f.id] = f
	}
	for _, h := range out {
		f := byID[h.ConversationID]
		h.epoch, h.WindowUntil = f.epoch, f.window
	}
	return out, nil
}

// Reasons for which a claim ends a delivery by itself.
const (
	ReasonStale   = "stale: the owner changed before it was sent"
	ReasonWindow  = "window_closed: the customer's last message is more than 24 hours old; only a template may be sent"
	ReasonTooOld  = "too_old: it waited longer than delivery.max_age"
	ReasonUnknown = "unknown: the connection broke after sending, so it may or may not have arrived"
	ReasonHeld    = "held: the 24-hour window has closed, so it waits for the customer's return"
)

// ending decides whether a head must not be sent, and settles a head that
// somebody was sending when their lease ended.
func (h *head) ending(rules Rules, now int64) (chat.State, string) {
	if h.State == chat.Sending {
		if state, why := h.Lost(rules.Resend); state != chat.Queued {
			return state, why
		}
	}
	owner := chat.Ownership{Epoch: h.epoch}
	switch {
	case !owner.MaySend(h.Author, h.Epoch):
		return chat.Cancelled, ReasonStale
	case h.WindowUntil <= now && !h.Layout.Template() && rules.Hold && h.Author != chat.AuthorSystem:
		return chat.Withheld, ReasonHeld
	case h.WindowUntil <= now && !h.Layout.Template():
		return chat.Dead, ReasonWindow
	case rules.MaxAge > 0 && now-h.QueuedAt > rules.MaxAge:
		return chat.Dead, ReasonTooOld
	}
	return "", ""
}

// Lost books an outcome that cannot be known and gives the state that policy
// wants: Queued to send it once more, else Unknown.
func (o *Outbound) Lost(resend bool) (chat.State, string) {
	o.Ambiguous++
	if resend && o.Author == chat.AuthorBot && o.Ambiguous == 1 {
		return chat.Queued, ReasonUnknown
	}
	return chat.Unknown, ReasonUnknown
}

// Sent is the outcome of one claimed delivery, filled in by its sender: State,
// Reason, ExchangeID, DispatchID, BatchSize and Ambiguous of the delivery. State
// Queued sends it again, not before RetryAt.
type Sent struct {
	Outbound
	RetryAt int64
	Unsent  bool // nothing left for WhatsApp, so the pace was not used
}

// FinishDeliveries records outcomes and lets the lanes go on. Outcomes whose
// lease was lost are ignored: whoever has the lane now has settled them. It says how many were.
func (tx *Tx) FinishDeliveries(ctx context.Context, sent []Sent, pace chat.Pace, now int64) (lost int, err error) {
	ids := make([]chat.ContactID, len(sent))
	for i := range sent {
		ids[i] = sent[i].ContactID
	}
	lanes, err := tx.lockLanes(ctx, slices.Compact(slices.Sorted(slices.Values(ids))))
	if err != nil {
		return 0, err
	}
	var changed []*chat.Delivery
	var released []*chat.Lane
	for i := range sent {
		d := &sent[i]
		lane := lanes[d.ContactID]
		if lane.LeaseBy != d.LeaseBy {
			lost++
			continue
		}
		if d.State != chat.Queued {
			d.DoneAt = now
		}
		if d.Unsent {
			lane.Refund(pace)
		}
		changed = append(changed, &d.Delivery)
		released = append(released, lane)
	}
	if err := tx.saveDeliveries(ctx, changed); err != nil {
		return 0, err
	}
	if err := tx.announceDeliveries(ctx, changed, now); err != nil {
		return 0, err
	}
	more, err := tx.lanesWithMore(ctx, released)
	if err != nil {
		return 0, err
	}
	notBefore := make(map[chat.ContactID]int64, len(sent))
	for i := range sent {
		notBefore[sent[i].ContactID] = sent[i].RetryAt
	}
	for _, lane := range released {
		lane.Release(more[lane.ContactID], now, notBefore[lane.ContactID], pace)
	}
	return lost, tx.saveLanes(ctx, released)
}

// RenewLanes lengthens the lease of claimed deliveries that are still to be sent, and gives
// those whose lease was not lost meanwhile: only they may be sent.
func (tx *Tx) RenewLanes(ctx context.Context, claimed []Outbound, lease, now int64) ([]Outbound, error) {
	ids := make([]chat.ContactID, len(claimed))
	for i := range claimed {
		ids[i] = claimed[i].ContactID
	}
	slices.Sort(ids)
	lanes, err := tx.lockLanes(ctx, ids)
	if err != nil {
		return nil, err
	}
	var kept []Outbound
	var renewed []*chat.Lane
	for _, o := range claimed {
		if lane := lanes[o.ContactID]; lane.LeaseBy == o.LeaseBy {
			lane.Claim(o.LeaseBy, now, lease)
			kept, renewed = append(kept, o), append(renewed, lane)
		}
	}
	return kept, tx.saveLanes(ctx, renewed)
}

func (tx *Tx) lanesWithMore(ctx context.Context, lanes []*chat.Lane) (map[chat.ContactID]bool, error) {
	ids := make([]chat.ContactID, len(lanes))
	for i, l := range lanes {
		ids[i] = l.ContactID
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	out := map[chat.ContactID]bool{}
	_, err := db.Collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ContactID
		err := rows.Scan(&id)
		out[id] = true
		return struct{}{}, err
	}, "SELECT DISTINCT contact_id FROM deliveries WHERE state IN ('queued', 'sending') AND contact_id "+in, args...)
	return out, err
}

// markSending is written before anything is sent.
func (tx *Tx) markSending(ctx context.Context, list []Outbound, now int64) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]chat.DeliveryID, len(list))
	for i := range list {
		o := &list[i]
		ids[i] = o.ID
		if o.Ambiguous > 0 {
			_, err := tx.ExecContext(ctx, "UPDATE deliveries SET ambiguous = $2, reason = $3 WHERE id = $1", string(o.ID), o.Ambiguous, o.Reason)
			if err != nil {
				return err
			}
		}
	}
	in, args := db.OneOf(tx.Dialect, 2, ids)
	_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, sent_at = $1 WHERE id "+in,
		append([]any{now}, args...)...)
	return err
}

// fate is what the deliveries of one call mostly share.
type fate struct {
	state                      chat.State
	reason, exchange, dispatch string
	ambiguous, size            int
	done                       int64
}

// saveDeliveries writes how deliveries stand: those that share a fate in one statement.
func (tx *Tx) saveDeliveries(ctx context.Context, list []*chat.Delivery) error {
	shared := map[fate][]chat.DeliveryID{}
	var order []fate
	for _, d := range list {
		f := fate{d.State, d.Reason, d.ExchangeID, d.DispatchID, d.Ambiguous, d.BatchSize, d.DoneAt}
		if shared[f] == nil {
			order = append(order, f)
		}
		shared[f] = append(shared[f], d.ID)
	}
	for _, f := range order {
		in, args := db.OneOf(tx.Dialect, 8, shared[f])
		_, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = $1, reason = $2, exchange_id = $3, dispatch_id = $4,
			ambiguous = $5, batch_size = $6, done_at = $7 WHERE id `+in,
			append([]any{string(f.state), f.reason, f.exchange, f.dispatch, f.ambiguous, f.size, f.done}, args...)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// announceDeliveries tells the feed whose transcript changed.
func (tx *Tx) announceDeliveries(ctx context.Context, list []*chat.Delivery, now int64) error {
	notes := make([]note, len(list))
	for i, d := range list {
		notes[i] = note{d.Workspace, d.ConversationID}
	}
	return tx.announceNotes(ctx, notes, now)
}

// Pause stops sending for a workspace, on all replicas, until a time.
func (tx *Tx) Pause(ctx context.Context, workspace string, until int64, reason string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO budgets (workspace, paused_until, reason) VALUES ($1, $2, $3)
		ON CONFLICT (workspace) DO UPDATE SET paused_until = excluded.paused_until, reason = excluded.reason
		WHERE budgets.paused_until < excluded.paused_until`, workspace, until, reason)
	if err != nil {
		return fmt.Errorf("pause workspace: %w", err)
	}
	return nil
}

// NextDelivery says when the next lane of a workspace falls due, its budget's
// pause included, or 0 if nothing waits.
func (s *Store) NextDelivery(ctx context.Context, workspace string) (int64, error) {
	next, err := s.scalar(ctx,
		"SELECT due_at FROM lanes WHERE workspace = $1 AND due_at > 0 AND lease_until <= due_at ORDER BY due_at LIMIT 1", workspace)
	if err != nil || next == 0 {
		return next, err
	}
	paused, err := s.scalar(ctx, "SELECT MAX(paused_until) FROM budgets WHERE workspace = $1", workspace)
	return max(next, paused), err
}

// Exchange is one recorded call to the outside. Request and Response come redacted.
type Exchange struct {
	ID, Workspace, Method, Path         string
	Status                              int
	Request, Response, Error, RequestID string
	Millis, At                          int64
}

// InsertExchanges records calls.
func (tx *Tx) InsertExchanges(ctx context.Context, list []Exchange) error {
	rows := make([][]any, len(list))
	for i, e := range list {
		rows[i] = []any{e.ID, e.Workspace, e.Method, e.Path, e.Status, e.Request, e.Response, e.Error, e.RequestID, e.Millis, e.At}
	}
	_, err := tx.Insert(ctx, "exchanges",
		[]string{"id", "workspace", "method", "path", "status", "request", "response", "error", "request_id", "millis", "at"}, rows, "")
	return err
}
