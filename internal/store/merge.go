package store

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// mergeContacts carries out the merges that resolving a batch has found: the
// names, the history and what is still on its way out move to the surviving contact.
func (tx *Tx) mergeContacts(ctx context.Context, p *people, now int64) error {
	for _, m := range p.merged {
		if err := tx.mergeContact(ctx, m, now); err != nil {
			return err
		}
	}
	return nil
}

// Identify gives names to a contact, and merges whoever had one of them, as an arrival does.
func (tx *Tx) Identify(ctx context.Context, a Arrival, now int64) (*chat.Contact, error) {
	contacts, p, err := tx.resolve(ctx, []Arrival{a}, now)
	if err != nil {
		return nil, err
	}
	return contacts[0], tx.mergeContacts(ctx, p, now)
}

func (tx *Tx) mergeContact(ctx context.Context, m merge, now int64) error {
	from, into := string(m.from), string(m.into)
	for _, statement := range []string{
		"UPDATE identities SET contact_id = $2 WHERE contact_id = $1",
		"UPDATE surveys SET contact_id = $2 WHERE contact_id = $1",
		"UPDATE consents SET contact_id = $2 WHERE contact_id = $1",
		"UPDATE contacts SET opted_out = (SELECT MAX(opted_out) FROM contacts WHERE id IN ($1, $2)) WHERE id = $2",
		"UPDATE contacts SET merged_into = $2, external_id = '', braze_id = '', phone = '' WHERE id = $1",
	} {
		if _, err := tx.ExecContext(ctx, statement, from, into); err != nil {
			return err
		}
	}
	if err := tx.mergeConversations(ctx, m, now); err != nil {
		return err
	}
	if err := tx.moveConversations(ctx, from, into, now); err != nil {
		return err
	}
	return tx.mergeLanes(ctx, m, now)
}

// moveConversations gives all conversations of a contact to another one.
func (tx *Tx) moveConversations(ctx context.Context, from, into string, now int64) error {
	moved, err := db.Collect(ctx, tx, func(rows *sql.Rows) (n note, err error) { return n, rows.Scan(&n.workspace, &n.conversation) },
		"UPDATE conversations SET contact_id = $2 WHERE contact_id = $1 RETURNING workspace, id", from, into)
	if err != nil {
		return err
	}
	return tx.announceNotes(ctx, moved, now)
}

// mergeConversations keeps the survivor's open conversation when both have one:
// what is unanswered in the other moves over, and the other is resolved.
func (tx *Tx) mergeConversations(ctx context.Context, m merge, now int64) error {
	in, args := db.OneOf(tx.Dialect, 1, []chat.ContactID{m.from, m.into})
	open, err := db.Collect(ctx, tx, scanConversation, selectConversation+"WHERE owner <> 'none' AND contact_id "+in+" ORDER BY id"+tx.Dialect.Lock, args...)
	if err != nil || len(open) < 2 {
		return err
	}
	kept, ended := open[0], open[1]
	if kept.ContactID != m.into {
		kept, ended = ended, kept
	}
	waiting, err := db.Collect(ctx, tx, scanMessage,
		selectMessage+"WHERE conversation_id = $1 AND direction = 'in' AND seq > $2 ORDER BY seq", string(ended.ID), ended.DoneSeq)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		seq := kept.Receive(w.Text, now, chat.Timing{})
		if _, err := tx.ExecContext(ctx, "UPDATE messages SET conversation_id = $2, seq = $3 WHERE id = $1", string(w.ID), string(kept.ID), seq); err != nil {
			return err
		}
	}
	t, err := transition(ended, chat.Resolve, "", "merged", "parley", now)
	if err != nil {
		return err
	}
	if err := tx.insertTransitions(ctx, []chat.Transition{t}); err != nil {
		return err
	}
	both := []*chat.Conversation{ended, kept}
	if err := tx.saveConversations(ctx, both, byOwner); err != nil {
		return err
	}
	return tx.announce(ctx, both, now)
}

// transition changes the owner of a loaded conversation and gives the line that
// the transcript shows of it.
func transition(c *chat.Conversation, kind chat.Kind, agent, reason, actor string, now int64) (chat.Transition, error) {
	from := c.Owner
	if err := c.Change(kind, agent, reason, now); err != nil {
		return chat.Transition{}, err
	}
	c.LastSeq++
	return chat.Transition{
		ConversationID: c.ID, Seq: c.LastSeq, At: now, Kind: kind, Actor: actor, Reason: reason, From: from, To: c.Owner, Epoch: c.Epoch,
	}, nil
}

// mergeLanes puts what the merged contact still had to be sent behind the survivor's.
func (tx *Tx) mergeLanes(ctx context.Context, m merge, now int64) error {
	in, args := db.OneOf(tx.Dialect, 1, []chat.ContactID{m.from, m.into})
	lanes, err := db.Collect(ctx, tx, scanLane, selectLane+"WHERE contact_id "+in+" ORDER BY contact_id"+tx.Dialect.Lock, args...)
	if err != nil {
		return err
	}
	byContact := map[chat.ContactID]*chat.Lane{}
	for _, l := range lanes {
		byContact[l.ContactID] = l
	}
	from := byContact[m.from]
	if from == nil {
		return nil
	}
	into := byContact[m.into]
	if into == nil {
		into = &chat.Lane{ContactID: m.into, Workspace: from.Workspace}
	}
	ids, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"SELECT id FROM deliveries WHERE contact_id = $1 AND state IN ('queued', 'sending') ORDER BY n", string(m.from))
	if err != nil {
		return err
	}
	if err := tx.line(ctx, into, ids, now); err != nil {
		return err
	}
	if from.LeaseUntil > now { // somebody is sending its head: wait for that lease before the survivor's lane goes on
		into.DueAt = max(into.DueAt, from.LeaseUntil)
	}
	from.DueAt, from.LeaseBy, from.LeaseUntil = 0, "", 0
	return tx.saveLanes(ctx, []*chat.Lane{from, into})
}

// line numbers deliveries at the end of a lane.
func (tx *Tx) line(ctx context.Context, lane *chat.Lane, ids []string, now int64) error {
	for _, id := range ids {
		n := lane.Queue(now, chat.Pace{})
		if _, err := tx.ExecContext(ctx, "UPDATE deliveries SET contact_id = $2, n = $3 WHERE id = $1", id, string(lane.ContactID), n); err != nil {
			return err
		}
	}
	return nil
}

// Requeue gives deliveries, in this order, places at the end of a contact's lane.
func (tx *Tx) Requeue(ctx context.Context, workspace string, contact chat.ContactID, ids []string, now int64) error {
	lanes, err := tx.lockLanes(ctx, []chat.ContactID{contact})
	if err != nil {
		return err
	}
	lane := lanes[contact]
	lane.Workspace = workspace
	if err := tx.line(ctx, lane, ids, now); err != nil {
		return err
	}
	return tx.saveLanes(ctx, []*chat.Lane{lane})
}
