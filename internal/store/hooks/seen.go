package hooks

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/receipts"
)

// Seen is what WhatsApp made of a line of ours, as Currents told it.
type Seen struct {
	Message   chat.Message
	Status    receipts.State // of the part in most trouble
	Code      string         // with a failure: the provider's code, or the type of the abort
	Detail    string
	LearnedAt int64
}

// overlap is how far what was learned before the mark is read once more, in milliseconds:
// of two transactions that learn at once the earlier may become visible later. An event
// that is read again keeps its id, and is not told again.
const overlap = 5 * 60_000

// Receipts adds to conversations what was learned of their lines since their marks, and
// not before since.
func Receipts(ctx context.Context, s *store.Store, list []*Conversation, since int64) error {
	if len(list) == 0 {
		return nil
	}
	byID := map[chat.ConversationID]*Conversation{}
	ids := make([]chat.ConversationID, len(list))
	for i, c := range list {
		byID[c.ID], ids[i] = c, c.ID
	}
	in, args := db.OneOf(s.Dialect, 3, ids)
	lines, err := db.Collect(ctx, s.Read, scanMessage, "SELECT "+messageColumns+` FROM messages l LEFT JOIN hook_marks k ON k.conversation_id = l.conversation_id
		WHERE EXISTS (SELECT 1 FROM deliveries d JOIN receipts r ON r.delivery_id = d.id
			WHERE d.message_id = l.id AND r.changed_at >= $1 AND r.changed_at > COALESCE(k.receipts, 0) - $2)
		AND l.direction = 'out' AND l.conversation_id `+in+" ORDER BY l.conversation_id, l.seq", append([]any{since, overlap}, args...)...)
	if err != nil || len(lines) == 0 {
		return err
	}
	messages := make([]chat.MessageID, len(lines))
	for i, m := range lines {
		messages[i] = m.ID
	}
	parts, known, err := told(ctx, s, messages)
	if err != nil {
		return err
	}
	for _, m := range lines {
		status, part := receipts.Status(parts[m.ID], known)
		seen := Seen{Message: m, Status: receipts.State(status)}
		for _, d := range parts[m.ID] {
			seen.LearnedAt = max(seen.LearnedAt, known[d.ID].ChangedAt)
		}
		if !slices.Contains([]receipts.State{receipts.StateDelivered, receipts.StateRead, receipts.StateFailed}, seen.Status) {
			continue // Send says no more than that Braze took it
		}
		if seen.Status == receipts.StateFailed {
			seen.Code, seen.Detail = known[part.ID].Code, known[part.ID].Detail
		}
		c := byID[m.ConversationID]
		c.Seen = append(c.Seen, seen)
	}
	return nil
}

// told reads the parts of lines and their receipts.
func told(ctx context.Context, s *store.Store, ids []chat.MessageID) (map[chat.MessageID][]chat.Delivery, map[chat.DeliveryID]receipts.Receipt, error) {
	in, args := db.OneOf(s.Dialect, 1, ids)
	list, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (d chat.Delivery, err error) {
		return d, rows.Scan(&d.ID, &d.MessageID, &d.State)
	}, "SELECT id, message_id, state FROM deliveries WHERE message_id "+in+" ORDER BY message_id, part", args...)
	if err != nil {
		return nil, nil, err
	}
	parts := map[chat.MessageID][]chat.Delivery{}
	deliveries := make([]chat.DeliveryID, len(list))
	for i, d := range list {
		parts[d.MessageID] = append(parts[d.MessageID], d)
		deliveries[i] = d.ID
	}
	known, err := receipts.Of(ctx, s, deliveries)
	return parts, known, err
}
