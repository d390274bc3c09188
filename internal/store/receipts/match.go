package receipts

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Target is a delivery that an event may be about.
type Target struct {
	ID             chat.DeliveryID
	ConversationID chat.ConversationID
	ContactID      chat.ContactID // the one it is held with today
	State          chat.State
	Layout         chat.Layout
	BatchSize      int
	DispatchID     string
	SentAt         int64
}

func scanTarget(rows *sql.Rows) (t Target, err error) {
	var merged string
	err = rows.Scan(&t.ID, &t.ConversationID, &t.ContactID, &merged, &t.State, &t.Layout, &t.BatchSize, &t.DispatchID, &t.SentAt)
	if merged != "" {
		t.ContactID = chat.ContactID(merged)
	}
	return t, err
}

const selectTarget = `SELECT d.id, d.conversation_id, p.id, p.merged_into, d.state, d.layout, d.batch_size, d.dispatch_id, d.sent_at
	FROM deliveries d JOIN contacts p ON p.id = d.contact_id `

// Dispatched gives the deliveries of calls to Braze, by dispatch id: one call may
// have had many recipients.
func Dispatched(ctx context.Context, tx *store.Tx, workspace string, dispatches []string) (map[string][]Target, error) {
	in, args := db.OneOf(tx.Dialect, 2, dispatches)
	list, err := db.Collect(ctx, tx, scanTarget, selectTarget+"WHERE d.workspace = $1 AND d.dispatch_id <> '' AND d.dispatch_id "+in+" ORDER BY d.id", append([]any{workspace}, args...)...)
	out := map[string][]Target{}
	for _, t := range list {
		out[t.DispatchID] = append(out[t.DispatchID], t)
	}
	return out, err
}

// People finds who is known by names. Its key is the kind of name, "=" and the name.
type People map[string]chat.ContactID

// Of gives the contacts that an event's user may be, the surest first.
func (p People) Of(e Event) []chat.ContactID {
	var out []chat.ContactID
	for _, n := range e.names() {
		if id, ok := p[n.key()]; ok && n.Value != "" {
			out = append(out, id)
		}
	}
	return out
}

type name struct{ chat.Identity }

func (n name) key() string { return string(n.Kind) + "=" + n.Value }

func (e Event) names() []name {
	alias := chat.Identity{Kind: chat.ByAlias}
	if e.Phone != "" {
		alias.Value = chat.Alias("phone", e.Phone)
	}
	return []name{
		{chat.Identity{Kind: chat.ByExternalID, Value: e.ExternalID}},
		{chat.Identity{Kind: chat.ByBrazeID, Value: e.BrazeID}},
		{chat.Identity{Kind: chat.ByBSUID, Value: e.BSUID}},
		{chat.Identity{Kind: chat.ByPhone, Value: e.Phone}},
		{alias},
	}
}

// Known looks up the users of events of one workspace.
func Known(ctx context.Context, tx *store.Tx, workspace string, events []Event) (People, error) {
	var values []string
	for _, e := range events {
		for _, n := range e.names() {
			if n.Value != "" {
				values = append(values, n.Value)
			}
		}
	}
	people := People{}
	in, args := db.OneOf(tx.Dialect, 2, values)
	_, err := db.Collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) {
		var n name
		var id chat.ContactID
		err := rows.Scan(&n.Kind, &n.Value, &id)
		people[n.key()] = id
		return struct{}{}, err
	}, "SELECT kind, value, contact_id FROM identities WHERE workspace = $1 AND value "+in, append([]any{workspace}, args...)...)
	return people, err
}

// Recent gives the deliveries of a contact that were given to Braze after a time, or
// are being given to it, the latest first.
func Recent(ctx context.Context, tx *store.Tx, contact chat.ContactID, since int64) ([]Target, error) {
	return db.Collect(ctx, tx, scanTarget, `SELECT d.id, d.conversation_id, c.contact_id, '', d.state, d.layout, d.batch_size, d.dispatch_id, d.sent_at
		FROM conversations c JOIN messages m ON m.conversation_id = c.id JOIN deliveries d ON d.message_id = m.id
		WHERE c.contact_id = $1 AND m.direction = 'out' AND d.sent_at >= $2 ORDER BY d.sent_at DESC, d.id DESC LIMIT 50`, string(contact), since)
}

var receiptColumns = []string{"delivery_id", "sent_at", "delivered_at", "read_at", "retried_at", "failed_at", "failure", "code", "detail", "changed_at"}

const selectReceipt = "SELECT delivery_id, sent_at, delivered_at, read_at, retried_at, failed_at, failure, code, detail, changed_at FROM receipts "

func scanReceipt(rows *sql.Rows) (r Receipt, err error) {
	return r, rows.Scan(&r.DeliveryID, &r.SentAt, &r.DeliveredAt, &r.ReadAt, &r.RetriedAt, &r.FailedAt, &r.Failure, &r.Code, &r.Detail, &r.ChangedAt)
}

func (r Receipt) row() []any {
	return []any{string(r.DeliveryID), r.SentAt, r.DeliveredAt, r.ReadAt, r.RetriedAt, r.FailedAt, string(r.Failure), r.Code, r.Detail, r.ChangedAt}
}

// Matched is an event and the delivery that it is about.
type Matched struct {
	Event
	Target
}

// Tell adds events to the receipts of their deliveries and tells the feed whose
// transcript has changed. A delivery of which nobody could tell whether Braze has it
// counts as accepted: it has arrived there, or nothing could be told of it.
func Tell(ctx context.Context, tx *store.Tx, workspace string, list []Matched, now int64) error {
	if len(list) == 0 {
		return nil
	}
	receipts, err := lock(ctx, tx, list)
	if err != nil {
		return err
	}
	before := map[chat.DeliveryID]Receipt{}
	var changed []chat.ConversationID
	var rows [][]any
	for _, m := range list {
		id := m.Target.ID
		if _, ok := before[id]; !ok {
			before[id] = receipts[id]
		}
		r := receipts[id]
		r.Apply(m.Event)
		receipts[id] = r
	}
	for _, m := range list {
		id := m.Target.ID
		if old, ok := before[id]; ok && old != receipts[id] {
			r := receipts[id]
			r.ChangedAt = now
			rows, changed = append(rows, r.row()), append(changed, m.ConversationID)
		}
		delete(before, id)
		if m.Target.State == chat.Unknown {
			_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'accepted', reason = '', dispatch_id = $2 WHERE id = $1 AND state = 'unknown'", string(id), m.Event.DispatchID)
			if err != nil {
				return err
			}
		}
	}
	if _, err := tx.Insert(ctx, "receipts", receiptColumns, rows, db.Overwrite("delivery_id", receiptColumns)); err != nil {
		return err
	}
	return tx.Announce(ctx, workspace, changed, now)
}

// lock reads the receipts of deliveries, made if need be, in one order, so that of two
// replicas one adds to what the other has written.
func lock(ctx context.Context, tx *store.Tx, list []Matched) (map[chat.DeliveryID]Receipt, error) {
	seen := map[chat.DeliveryID]bool{}
	var ids []chat.DeliveryID
	for _, m := range list {
		if !seen[m.Target.ID] {
			seen[m.Target.ID] = true
			ids = append(ids, m.Target.ID)
		}
	}
	slices.Sort(ids)
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = Receipt{DeliveryID: id}.row()
	}
	if _, err := tx.Insert(ctx, "receipts", receiptColumns, rows, "ON CONFLICT (delivery_id) DO NOTHING"); err != nil {
		return nil, err
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	found, err := db.Collect(ctx, tx, scanReceipt, selectReceipt+"WHERE delivery_id "+in+" ORDER BY delivery_id"+tx.Dialect.Lock, args...)
	out := make(map[chat.DeliveryID]Receipt, len(found))
	for _, r := range found {
		out[r.DeliveryID] = r
	}
	return out, err
}

// Of reads the receipts of deliveries; those of which nothing was told are missing.
func Of(ctx context.Context, s *store.Store, ids []chat.DeliveryID) (map[chat.DeliveryID]Receipt, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.OneOf(s.Dialect, 1, ids)
	found, err := db.Collect(ctx, s.Read, scanReceipt, selectReceipt+"WHERE delivery_id "+in, args...)
	out := make(map[chat.DeliveryID]Receipt, len(found))
	for _, r := range found {
		out[r.DeliveryID] = r
	}
	return out, err
}
