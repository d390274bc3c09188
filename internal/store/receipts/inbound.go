package receipts

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Line is an inbound message of a contact that no event has been found to be about.
type Line struct {
	ID    chat.MessageID
	Text  string
	Media int // how many files came with it
	At    int64
}

// Unclaimed locks contacts, so that no webhook of theirs is stored until the
// transaction ends, and gives their inbound lines since a time that no event is about
// yet, oldest first.
func Unclaimed(ctx context.Context, tx *store.Tx, contacts []chat.ContactID, since int64) (map[chat.ContactID][]Line, error) {
	in, args := db.OneOf(tx.Dialect, 1, contacts)
	_, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"SELECT id FROM contacts WHERE id "+in+" ORDER BY id"+tx.Dialect.Lock, args...)
	if err != nil {
		return nil, err
	}
	out := map[chat.ContactID][]Line{}
	in, args = db.OneOf(tx.Dialect, 2, contacts)
	_, err = db.Collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) {
		var contact chat.ContactID
		var l Line
		var media string
		if err := rows.Scan(&contact, &l.ID, &l.Text, &media, &l.At); err != nil {
			return struct{}{}, err
		}
		files, err := db.Decode[[]string](media)
		l.Media = len(files)
		out[contact] = append(out[contact], l)
		return struct{}{}, err
	}, `SELECT c.contact_id, m.id, m.text, m.media, m.at FROM conversations c JOIN messages m ON m.conversation_id = c.id
		WHERE m.direction = 'in' AND m.at >= $1
		AND NOT EXISTS (SELECT 1 FROM receipt_events e WHERE e.message_id <> '' AND e.message_id = m.id)
		AND c.contact_id `+in+" ORDER BY m.at, m.id", append([]any{since}, args...)...)
	return out, err
}
