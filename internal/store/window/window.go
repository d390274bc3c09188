// Package window keeps what WhatsApp's customer service window holds back: lines that
// wait for the customer to write again, and how many people have been sent a template.
// It owns when such a line is let go and which one is too old; what a template says and
// when somebody is told that an answer waits belong to channel/window.
//
// A line that waits is a delivery in the state withheld, outside of its lane. Its
// conversation has a row in waits, written in the transaction that withheld it, so that
// whoever comes back, or whoever looks after the rows, finds it. Both may: letting go
// twice lets go once.
//
// Start reading at Release.
package window

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// ReasonOldAnswer ends what the bot had said to a question from long ago.
const ReasonOldAnswer = "old_answer: the customer came back too late for the bot's answer to the old question"

// Await notes that something waits in conversations. It looks by itself whether it does.
func Await(ctx context.Context, tx *store.Tx, ids []chat.ConversationID, now int64) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := db.OneOf(tx.Dialect, 2, ids)
	_, err := tx.ExecContext(ctx, `INSERT INTO waits (conversation_id, workspace, since, look_at, notice_id, noticed_at, trouble)
		SELECT c.id, c.workspace, CAST($1 AS BIGINT), CAST($1 AS BIGINT), '', 0, '' FROM conversations c
		WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.state = 'withheld' AND d.conversation_id = c.id) AND c.id `+in+`
		ON CONFLICT (conversation_id) DO NOTHING`, append([]any{now}, args...)...)
	return err
}

// line is a withheld delivery.
type line struct {
	id           string
	conversation chat.ConversationID
	workspace    string
	contact      chat.ContactID
	author       chat.Author
	queuedAt     int64
}

// Release lets go what waited for contacts who have written: everything goes to the end
// of their lanes in the order in which it was written, before anything that is said from
// now on. An answer of the bot that is older than keep allows for its workspace, in
// milliseconds, is ended instead; what people wrote always goes. The caller has the
// contacts locked, or their conversations. It says how many lines were let go.
func Release(ctx context.Context, tx *store.Tx, contacts []chat.ContactID, keep func(workspace string) int64, now int64) (int, error) {
	if len(contacts) == 0 {
		return 0, nil
	}
	in, args := db.OneOf(tx.Dialect, 1, contacts)
	waiting, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id chat.ConversationID, err error) { return id, rows.Scan(&id) },
		"SELECT w.conversation_id FROM conversations c JOIN waits w ON w.conversation_id = c.id WHERE c.contact_id "+in+" ORDER BY w.conversation_id", args...)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	in, args = db.OneOf(tx.Dialect, 1, waiting)
	// The window is the contact's: it is open for a conversation that is over as well.
	if _, err := tx.ExecContext(ctx, `UPDATE conversations SET window_until =
		(SELECT MAX(o.window_until) FROM conversations o WHERE o.contact_id = conversations.contact_id) WHERE id `+in, args...); err != nil {
		return 0, err
	}
	lines, err := db.Collect(ctx, tx, func(rows *sql.Rows) (l line, err error) {
		return l, rows.Scan(&l.id, &l.conversation, &l.workspace, &l.contact, &l.author, &l.queuedAt)
	}, `SELECT d.id, d.conversation_id, d.workspace, c.contact_id, d.author, d.queued_at FROM deliveries d JOIN conversations c ON c.id = d.conversation_id
		WHERE d.state = 'withheld' AND d.conversation_id `+in+" ORDER BY c.contact_id, d.queued_at, d.message_id, d.part", args...)
	if err != nil {
		return 0, err
	}
	n, err := release(ctx, tx, lines, keep, now)
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM waits WHERE conversation_id "+in, args...)
	return n, err
}

func release(ctx context.Context, tx *store.Tx, lines []line, keep func(string) int64, now int64) (released int, err error) {
	var old []string
	changed := map[string][]chat.ConversationID{}
	for len(lines) > 0 {
		contact := lines[0].contact
		var ids []string
		workspace := lines[0].workspace
		for len(lines) > 0 && lines[0].contact == contact {
			l := lines[0]
			lines = lines[1:]
			changed[workspace] = append(changed[workspace], l.conversation)
			if max := keep(workspace); l.author == chat.AuthorBot && now-l.queuedAt > max {
				old = append(old, l.id)
				continue
			}
			ids = append(ids, l.id)
		}
		if len(ids) > 0 {
			if err := tx.Requeue(ctx, workspace, contact, ids, now); err != nil {
				return 0, err
			}
			in, args := db.OneOf(tx.Dialect, 2, ids)
			if _, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'queued', reason = '', queued_at = $1, done_at = 0 WHERE id "+in,
				append([]any{now}, args...)...); err != nil {
				return 0, err
			}
			released += len(ids)
		}
	}
	if len(old) > 0 {
		in, args := db.OneOf(tx.Dialect, 3, old)
		if _, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'cancelled', reason = $1, done_at = $2 WHERE id "+in,
			append([]any{ReasonOldAnswer, now}, args...)...); err != nil {
			return 0, err
		}
	}
	for workspace, ids := range changed {
		slices.Sort(ids)
		if err := tx.Announce(ctx, workspace, slices.Compact(ids), now); err != nil {
			return 0, err
		}
	}
	return released, nil
}

// Wait is a conversation in which something waits.
type Wait struct {
	ConversationID chat.ConversationID
	Workspace      string
	ContactID      chat.ContactID
	Since          int64
	NoticeID       chat.MessageID // the template that told the customer; empty if none did
	NoticedAt      int64
	Trouble        string // why the customer was not told, or empty
}

const selectWait = `SELECT w.conversation_id, w.workspace, c.contact_id, w.since, w.notice_id, w.noticed_at, w.trouble
	FROM waits w JOIN conversations c ON c.id = w.conversation_id `

func scanWait(rows *sql.Rows) (w Wait, err error) {
	return w, rows.Scan(&w.ConversationID, &w.Workspace, &w.ContactID, &w.Since, &w.NoticeID, &w.NoticedAt, &w.Trouble)
}

// Of reads what waits in a conversation; ok is false when nothing does.
func Of(ctx context.Context, s *store.Store, id chat.ConversationID) (w Wait, ok bool, err error) {
	list, err := db.Collect(ctx, s.Read, scanWait, selectWait+"WHERE w.conversation_id = $1", string(id))
	if err != nil || len(list) == 0 {
		return w, false, err
	}
	return list[0], true, nil
}

// Due lists conversations that have to be looked at, longest due first.
func Due(ctx context.Context, s *store.Store, limit int, now int64) ([]Wait, error) {
	return db.Collect(ctx, s.Read, scanWait, selectWait+"WHERE w.look_at > 0 AND w.look_at <= $1 ORDER BY w.look_at LIMIT $2", now, limit)
}

// Next says when a conversation has to be looked at, or 0 if none has.
func Next(ctx context.Context, s *store.Store) (at int64, err error) {
	var next sql.NullInt64
	err = s.Read.QueryRowContext(ctx, "SELECT MIN(look_at) FROM waits WHERE look_at > 0").Scan(&next)
	return next.Int64, err
}

// Standing is all that decides what is done about a wait.
type Standing struct {
	Wait
	WindowUntil int64 // of the contact, over all their conversations
	FirstName   string
	OptedOut    bool
	Notice      chat.State // of the template's delivery; empty if there is none
}

// Still reads a wait anew inside a transaction that has its conversation locked; ok is
// false when nothing waits any more.
func Still(ctx context.Context, tx *store.Tx, id chat.ConversationID) (s Standing, ok bool, err error) {
	list, err := db.Collect(ctx, tx, scanWait, selectWait+"WHERE w.conversation_id = $1", string(id))
	if err != nil || len(list) == 0 {
		return s, false, err
	}
	s.Wait = list[0]
	err = tx.QueryRowContext(ctx, `SELECT p.first_name, p.opted_out > 0, (SELECT MAX(c.window_until) FROM conversations c WHERE c.contact_id = p.id),
		COALESCE((SELECT MAX(d.state) FROM deliveries d WHERE d.message_id = $2), '') FROM contacts p WHERE p.id = $1`,
		string(s.ContactID), string(s.NoticeID)).Scan(&s.FirstName, &s.OptedOut, &s.WindowUntil, &s.Notice)
	return s, err == nil, err
}

// Save writes what became of a wait and when to look again; 0 is never.
func Save(ctx context.Context, tx *store.Tx, w Wait, lookAt int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE waits SET notice_id = $2, noticed_at = $3, trouble = $4, look_at = $5 WHERE conversation_id = $1",
		string(w.ConversationID), string(w.NoticeID), w.NoticedAt, w.Trouble, lookAt)
	return err
}
