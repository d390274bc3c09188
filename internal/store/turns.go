package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// Work is one claimed turn with everything the bot may know.
type Work struct {
	Conversation chat.Conversation // as claimed: Epoch and InSeq are what the commit will be held against
	Contact      chat.Contact
	Waiting      []chat.Message   // inbound lines not done, oldest first
	History      []chat.Message   // earlier lines, oldest first, at most the limit asked for
	Returned     *chat.Transition // the last time that people gave it back, or nil; its reason is what they promised
	DueAt        int64            // when the turn became due
	ClaimedAt    int64
}

// Claim names who claims, how many, and for how long.
type Claim struct {
	By    string // unique to the claiming process
	Limit int
	Lease int64
}

// ClaimTurns takes due conversations, longest due first, and loads their work.
func (tx *Tx) ClaimTurns(ctx context.Context, claim Claim, history int, now int64) ([]Work, error) {
	due, err := db.Collect(ctx, tx, scanConversation,
		selectConversation+"WHERE due_at > 0 AND due_at <= $1 AND lease_until <= $1 ORDER BY due_at LIMIT $2"+tx.Dialect.SkipLocked, now, claim.Limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	works := make([]Work, len(due))
	for i, c := range due {
		works[i].DueAt, works[i].ClaimedAt = c.DueAt, now
		c.Claim(claim.By, now, claim.Lease)
		works[i].Conversation = *c
	}
	ids := make([]chat.ConversationID, len(due))
	for i, c := range due {
		ids[i] = c.ID
	}
	// What chat.Conversation.Claim did to each, in one short statement.
	in, args := db.OneOf(tx.Dialect, 3, ids)
	if _, err := tx.ExecContext(ctx,
		"UPDATE conversations SET lease_by = $1, lease_until = $2, due_at = $2, attempts = attempts + 1 WHERE id "+in,
		append([]any{claim.By, now + claim.Lease}, args...)...); err != nil {
		return nil, err
	}
	return works, tx.loadWork(ctx, works, history)
}

// RenewTurns lengthens the leases of turns that still run, and gives those that are still
// theirs to end: of the others the lease was lost or the owner has changed.
func (tx *Tx) RenewTurns(ctx context.Context, works []*Work, lease, now int64) ([]*Work, error) {
	var kept []*Work
	for _, w := range slices.SortedFunc(slices.Values(works), func(a, b *Work) int { return strings.Compare(string(a.Conversation.ID), string(b.Conversation.ID)) }) {
		c := &w.Conversation
		// What came in meanwhile is due on its own account, once the lease allows it.
		res, err := tx.ExecContext(ctx,
			"UPDATE conversations SET lease_until = $1, due_at = CASE WHEN due_at = lease_until THEN $1 ELSE due_at END WHERE id = $2 AND lease_by = $3 AND epoch = $4",
			now+lease, string(c.ID), c.LeaseBy, c.Epoch)
		if err != nil {
			return nil, err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return nil, err
		}
		if n > 0 {
			kept = append(kept, w)
		}
	}
	return kept, nil
}

func (tx *Tx) loadWork(ctx context.Context, works []Work, history int) error {
	ids := make([]chat.ConversationID, len(works))
	people := make([]chat.ContactID, len(works))
	at := make(map[chat.ConversationID]*Work, len(works))
	byContact := make(map[chat.ContactID]*Work, len(works))
	for i := range works {
		w := &works[i]
		ids[i], people[i] = w.Conversation.ID, w.Conversation.ContactID
		at[w.Conversation.ID], byContact[w.Conversation.ContactID] = w, w
	}
	in, args := db.OneOf(tx.Dialect, 1, people)
	contacts, err := db.Collect(ctx, tx, scanContact, selectContact+"WHERE id "+in, args...)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		byContact[c.ID].Contact = *c
	}
	in, args = db.OneOf(tx.Dialect, 2, ids)
	lines, err := db.Collect(ctx, tx, scanMessage,
		`SELECT m.id, m.conversation_id, m.seq, m.direction, m.author, m.text, m.media, m.layout, m.choices, m.turn_id, m.agent, m.arrival, m.at
		FROM conversations c JOIN messages m ON m.conversation_id = c.id AND m.seq > c.done_seq - $1
		WHERE m.direction <> 'note' AND c.id `+in+" ORDER BY m.conversation_id, m.seq", append([]any{history}, args...)...)
	if err != nil {
		return err
	}
	for _, m := range lines {
		w := at[m.ConversationID]
		if m.Direction == chat.In && m.Seq > w.Conversation.DoneSeq {
			w.Waiting = append(w.Waiting, m)
		} else {
			w.History = append(w.History, m)
		}
	}
	return tx.loadReturns(ctx, at)
}

// loadReturns finds out which conversations people have given back. One that never
// changed its owner cannot be among them, which spares the usual turn the question.
func (tx *Tx) loadReturns(ctx context.Context, works map[chat.ConversationID]*Work) error {
	var ids []chat.ConversationID
	for id, w := range works {
		if w.Conversation.Epoch > 1 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanTransition, selectTransition+"WHERE kind = 'pass_back' AND conversation_id "+in+" ORDER BY conversation_id, seq", args...)
	for _, t := range list {
		works[t.ConversationID].Returned = &t
	}
	return err
}

// Result is what a turn wants to commit.
type Result struct {
	ID       chat.TurnID
	Work     *Work
	Action   string
	Trace    string // JSON
	BotState string
	Language string
	Message  *chat.Message   // the line to send, or nil for silence; id, text, layout and choices are read
	Parts    []chat.Delivery // Message in sendable parts; id, text, layout and choices are read
	Handoff  string          // reason for handing over to people, or empty
	Team     string          // with Handoff: the team it is meant for, empty for any
	Packet   *Handoff        // what they get, with Handoff
	Timing   chat.Timing
	Pace     chat.Pace
	Recall   int64 // when the bot wants a turn though the customer is silent; 0 is never
	// After, if set, is called when the result is used, in the transaction that uses it.
	After func(ctx context.Context, tx *Tx) error
}

// FinishTurns commits the results of turns. Each verdict says whether the result
// was used. A line is queued only if the owner and the epoch are still those
// that the turn was claimed under.
func (tx *Tx) FinishTurns(ctx context.Context, results []Result, now int64) ([]chat.Verdict, error) {
	ids := make([]chat.ConversationID, len(results))
	for i := range results {
		ids[i] = results[i].Work.Conversation.ID
	}
	conversations, err := tx.lockConversations(ctx, ids)
	if err != nil {
		return nil, err
	}
	f := &finish{now: now, lanes: map[chat.ContactID][]*outgoing{}}
	verdicts := make([]chat.Verdict, len(results))
	for i := range results {
		r := &results[i]
		claimed := &r.Work.Conversation
		c := conversations[claimed.ID]
		verdicts[i] = c.Finish(claimed.LeaseBy, claimed.Epoch, claimed.InSeq, now, r.Timing)
		if verdicts[i] == chat.Stale {
			continue
		}
		f.changed = append(f.changed, c)
		if verdicts[i] == chat.Committed {
			if err := f.take(c, r); err != nil {
				return nil, err
			}
		}
	}
	return verdicts, f.save(ctx, tx)
}

type outgoing struct {
	deliveries []chat.Delivery
	pace       chat.Pace
}

type finish struct {
	now         int64
	changed     []*chat.Conversation
	messages    []chat.Message
	transitions []chat.Transition
	handoffs    []Handoff
	turns       [][]any
	lanes       map[chat.ContactID][]*outgoing
	restamp     []*chat.Conversation
	after       []func(context.Context, *Tx) error
}

func (f *finish) take(c *chat.Conversation, r *Result) error {
	c.BotState = r.BotState
	if r.Language != "" {
		c.Language = r.Language
	}
	c.Recall(r.Recall)
	w := r.Work
	f.turns = append(f.turns, []any{
		string(r.ID), string(c.ID), w.Conversation.Epoch, w.Conversation.DoneSeq, w.Conversation.InSeq,
		w.DueAt, w.ClaimedAt, f.now, w.Conversation.Attempts, r.Action, r.Trace, w.Conversation.BotState,
	})
	var said chat.Message
	if r.Message != nil {
		said = *r.Message
		said.ConversationID, said.Direction, said.Author, said.TurnID, said.At = c.ID, chat.Out, chat.AuthorBot, r.ID, f.now
		said.Seq = c.Line(chat.Out, said.Text, f.now)
		f.messages = append(f.messages, said)
	}
	if r.After != nil {
		f.after = append(f.after, r.After)
	}
	if r.Handoff != "" {
		c.AskedAt, c.Team = w.Conversation.WaitingFrom, r.Team
		r.Packet.hand(c)
		t, err := transition(c, chat.Offer, "", r.Handoff, "bot", f.now)
		if err != nil {
			return err
		}
		f.transitions = append(f.transitions, t)
		if r.Packet != nil {
			f.handoffs = append(f.handoffs, r.Packet.of(c, t))
		}
		// What the bot said before it handed over is still meant.
		f.restamp = append(f.restamp, c)
	}
	if r.Message != nil {
		f.lanes[c.ContactID] = append(f.lanes[c.ContactID], &outgoing{pace: r.Pace, deliveries: deliveriesOf(c, said, r.Parts, f.now)})
	}
	return nil
}

func (f *finish) save(ctx context.Context, tx *Tx) error {
	change := byTurn
	if len(f.transitions) > 0 {
		change = byOwner
	}
	if err := tx.saveConversations(ctx, f.changed, change); err != nil {
		return err
	}
	if err := tx.announce(ctx, f.changed, f.now); err != nil {
		return err
	}
	if err := tx.InsertMessages(ctx, f.messages); err != nil {
		return err
	}
	if err := tx.insertTransitions(ctx, f.transitions); err != nil {
		return err
	}
	if err := tx.insertHandoffs(ctx, f.handoffs); err != nil {
		return err
	}
	if _, err := tx.Insert(ctx, "turns", append(slices.Clip(turnColumns), "bot_state"), f.turns, ""); err != nil {
		return err
	}
	if err := tx.queue(ctx, f.lanes, f.now); err != nil {
		return err
	}
	for _, after := range f.after {
		if err := after(ctx, tx); err != nil {
			return err
		}
	}
	for _, c := range f.restamp {
		if err := tx.restamp(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// restamp moves what the bot said under the epoch before to the present one.
func (tx *Tx) restamp(ctx context.Context, c *chat.Conversation) error {
	_, err := tx.ExecContext(ctx,
		"UPDATE deliveries SET epoch = $2 WHERE contact_id = $1 AND conversation_id = $3 AND author = 'bot' AND epoch = $4 AND state IN ('queued', 'sending')",
		string(c.ContactID), c.Epoch, string(c.ID), c.Epoch-1)
	return err
}

var turnColumns = []string{
	"id", "conversation_id", "epoch", "from_seq", "to_seq", "due_at", "claimed_at", "finished_at", "attempts", "action", "trace",
}

// queue numbers deliveries in their contacts' lanes and stores them.
func (tx *Tx) queue(ctx context.Context, byContact map[chat.ContactID][]*outgoing, now int64) error {
	if len(byContact) == 0 {
		return nil
	}
	ids := slices.Sorted(maps.Keys(byContact))
	lanes, err := tx.lockLanes(ctx, ids)
	if err != nil {
		return err
	}
	var rows [][]any
	var changed []*chat.Lane
	for _, id := range ids {
		lane := lanes[id]
		for _, out := range byContact[id] {
			for i := range out.deliveries {
				d := &out.deliveries[i]
				lane.Workspace = d.Workspace
				d.N = lane.Queue(now, out.pace)
				rows = append(rows, deliveryRow(d))
			}
		}
		changed = append(changed, lane)
	}
	if err := tx.saveLanes(ctx, changed); err != nil {
		return err
	}
	_, err = tx.Insert(ctx, "deliveries", deliveryColumns, rows, "")
	return err
}

// lockLanes loads lanes for writing; a contact without one gets an empty one.
func (tx *Tx) lockLanes(ctx context.Context, ids []chat.ContactID) (map[chat.ContactID]*chat.Lane, error) {
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanLane, selectLane+"WHERE contact_id "+in+" ORDER BY contact_id"+tx.Dialect.Lock, args...)
	if err != nil {
		return nil, err
	}
	out := make(map[chat.ContactID]*chat.Lane, len(ids))
	for _, l := range list {
		out[l.ContactID] = l
	}
	for _, id := range ids {
		if out[id] == nil {
			out[id] = &chat.Lane{ContactID: id}
		}
	}
	return out, nil
}

// FailTurn puts a claimed turn back to be tried again at retryAt. It does
// nothing if the lease was lost.
func (tx *Tx) FailTurn(ctx context.Context, w *Work, retryAt int64) error {
	conversations, err := tx.lockConversations(ctx, []chat.ConversationID{w.Conversation.ID})
	if err != nil {
		return err
	}
	c := conversations[w.Conversation.ID]
	if !c.Fail(w.Conversation.LeaseBy, retryAt) {
		return nil
	}
	return tx.saveConversations(ctx, []*chat.Conversation{c}, byLease)
}

// NextTurn says when the next conversation falls due, or 0 if none will. One whose
// customer wrote on while its turn runs is left out: the end of that turn tells.
func (s *Store) NextTurn(ctx context.Context) (int64, error) {
	return s.scalar(ctx, "SELECT due_at FROM conversations WHERE due_at > 0 AND lease_until <= due_at ORDER BY due_at LIMIT 1")
}

func (s *Store) scalar(ctx context.Context, query string, args ...any) (int64, error) {
	var v sql.NullInt64
	err := s.Read.QueryRowContext(ctx, query, args...).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v.Int64, err
}
