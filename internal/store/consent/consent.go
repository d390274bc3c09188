// Package consent keeps what customers, and people for them, decided about messages: who,
// when and by what kind of words, never the words themselves. It also keeps whether Braze
// was told, so that an unsubscription is not lost. Who decides, and the call to Braze, are
// elsewhere: package bot, desk/person, channel/consent.
//
// Start reading at Record.
package consent

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Kinds of decisions.
const (
	OptOut = "opt_out" // no more messages
	OptIn  = "opt_in"  // messages again
)

// States of a decision.
const (
	Waiting    = "waiting"    // Braze is to be told
	Told       = "told"       // Braze has taken it
	Failed     = "failed"     // Braze refused it for good
	Kept       = "kept"       // nobody tells Braze
	Superseded = "superseded" // another decision came before Braze was told
)

// Decision is one row. Means is how it was said: word, confirmed, handed_over or agent.
type Decision struct {
	ID             string
	Workspace      string
	ContactID      chat.ContactID
	ConversationID chat.ConversationID
	At             int64
	Kind           string
	Means          string
	Actor          string // customer, or the id of the user who set it
	State          string
	DueAt          int64 // when Braze is to be told; 0 for never
	Attempts       int
	Answer         string // Braze's, if it refused
	ToldAt         int64
}

var columns = []string{"id", "workspace", "contact_id", "conversation_id", "at", "kind", "means", "actor", "state", "due_at", "attempts", "answer", "told_at"}

const selectDecision = "SELECT id, workspace, contact_id, conversation_id, at, kind, means, actor, state, due_at, attempts, answer, told_at FROM consents "

func scan(rows *sql.Rows) (d Decision, err error) {
	return d, rows.Scan(&d.ID, &d.Workspace, &d.ContactID, &d.ConversationID, &d.At, &d.Kind, &d.Means, &d.Actor, &d.State, &d.DueAt, &d.Attempts, &d.Answer, &d.ToldAt)
}

// Record keeps a decision with the contact. In state Waiting, Braze is told at DueAt; what
// it has not been told of an earlier decision it never is.
func Record(ctx context.Context, tx *store.Tx, d Decision) error {
	if d.ConversationID != "" { // its contact may have been merged into another one meanwhile
		if err := tx.QueryRowContext(ctx, "SELECT contact_id FROM conversations WHERE id = $1", string(d.ConversationID)).Scan(&d.ContactID); err != nil {
			return err
		}
	}
	out := int64(0)
	if d.Kind == OptOut {
		out = d.At
	}
	if _, err := tx.ExecContext(ctx, "UPDATE contacts SET opted_out = $2 WHERE id = $1", string(d.ContactID), out); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE consents SET state = 'superseded', due_at = 0 WHERE contact_id = $1 AND state = 'waiting'", string(d.ContactID)); err != nil {
		return err
	}
	_, err := tx.Insert(ctx, "consents", columns, [][]any{{
		d.ID, d.Workspace, string(d.ContactID), string(d.ConversationID), d.At, d.Kind, d.Means, d.Actor, d.State, d.DueAt, d.Attempts, d.Answer, d.ToldAt,
	}}, "")
	return err
}

// Of lists the decisions about a contact, newest first.
func Of(ctx context.Context, s *store.Store, id chat.ContactID, limit int) ([]Decision, error) {
	return db.Collect(ctx, s.Read, scan, selectDecision+"WHERE contact_id = $1 ORDER BY at DESC, id DESC LIMIT $2", string(id), limit)
}

// Mark says of claimed deliveries which of them take along that their contact wants
// messages again.
func Mark(ctx context.Context, tx *store.Tx, claimed []store.Outbound) error {
	if len(claimed) == 0 {
		return nil
	}
	ids := make([]chat.ContactID, len(claimed))
	for i := range claimed {
		ids[i] = claimed[i].ContactID
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	waiting, err := db.Collect(ctx, tx, scan, selectDecision+"WHERE state = 'waiting' AND kind = 'opt_in' AND contact_id "+in, args...)
	for _, d := range waiting {
		for i := range claimed {
			if claimed[i].ContactID == d.ContactID {
				claimed[i].OptIn = d.ID
			}
		}
	}
	return err
}

// Work is a decision that Braze is to be told, and about whom.
type Work struct {
	Decision
	Contact chat.Contact
}

// Claim takes due decisions of a workspace, for lease milliseconds. An unsubscription
// waits for what is still on its way to the contact, because Braze would drop it (Braze
// docs, "Opt-ins and opt-outs": the confirmation comes first).
func Claim(ctx context.Context, tx *store.Tx, workspace string, limit int, lease, now int64) ([]Work, error) {
	due, err := db.Collect(ctx, tx, scan, selectDecision+`WHERE workspace = $1 AND due_at > 0 AND due_at <= $2 AND NOT (kind = 'opt_out' AND EXISTS
		(SELECT 1 FROM deliveries d WHERE d.contact_id = consents.contact_id AND d.state IN ('queued', 'sending')))
		ORDER BY due_at LIMIT $3`+tx.Dialect.SkipLocked, workspace, now, limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	ids := make([]string, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	in, args := db.OneOf(tx.Dialect, 2, ids)
	if _, err := tx.ExecContext(ctx, "UPDATE consents SET due_at = $1, attempts = attempts + 1 WHERE id "+in, append([]any{now + lease}, args...)...); err != nil {
		return nil, err
	}
	in, args = db.OneOf(tx.Dialect, 1, ids)
	return db.Collect(ctx, tx, func(rows *sql.Rows) (w Work, err error) {
		c := &w.Contact
		err = rows.Scan(&w.ID, &w.Workspace, &w.ConversationID, &w.Kind, &w.Attempts, &c.ID, &c.ExternalID, &c.BrazeID, &c.AliasName, &c.AliasLabel)
		w.ContactID = c.ID
		return w, err
	}, `SELECT s.id, s.workspace, s.conversation_id, s.kind, s.attempts, p.id, p.external_id, p.braze_id, p.alias_name, p.alias_label
		FROM consents s JOIN contacts p ON p.id = s.contact_id WHERE s.id `+in+" ORDER BY s.at, s.id", args...)
}

// Settle books what became of telling Braze: in state Waiting it is told again at dueAt.
// A decision that was overtaken meanwhile stays so.
func Settle(ctx context.Context, tx *store.Tx, id, state, answer string, dueAt, now int64) error {
	told := int64(0)
	if state == Told {
		told = now
	}
	if state != Waiting {
		dueAt = 0
	}
	_, err := tx.ExecContext(ctx, "UPDATE consents SET state = $2, answer = $3, due_at = $4, told_at = $5 WHERE id = $1 AND state = 'waiting'", id, state, answer, dueAt, told)
	return err
}

// Next says when the next decision of a workspace is due, or 0 if none is.
func Next(ctx context.Context, s *store.Store, workspace string) (int64, error) {
	var at sql.NullInt64
	err := s.Read.QueryRowContext(ctx, "SELECT MIN(due_at) FROM consents WHERE workspace = $1 AND due_at > 0", workspace).Scan(&at)
	return at.Int64, err
}
