package facts

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Contact is what facts are made of: a person with their conversations as they stand.
type Contact struct {
	chat.Contact
	MergedInto    chat.ContactID
	Conversations []*Conversation // oldest first
	Topic         string          // what the bot was last sure they want; empty if it never was
	TopicAt       int64
	Score         int64 // the newest opinion, 1 to 5; 0 if there is none
	ScoredAt      int64
	Tags          []string          // of the newest conversation, sorted
	Set           map[string]string // what flows have set, by name; the newest of each
}

// Newest is the conversation that was opened last, or nil.
func (c *Contact) Newest() *Conversation {
	if len(c.Conversations) == 0 {
		return nil
	}
	return c.Conversations[len(c.Conversations)-1]
}

// Conversation is one as it stands; Team is the team's name.
type Conversation struct {
	chat.Conversation
	Happened []Happening // since its mark, in order; only where asked for
	mark     mark
	marked   bool
}

// What can happen in a conversation.
const (
	Started    = "conversation_started"
	HandedOff  = "handed_off"
	Assigned   = "assigned"
	PassedBack = "passed_back"
	Resolved   = "resolved"
	Reopened   = "reopened"
	Scored     = "csat"
	Intent     = "intent"
)

// Happening is something that happened in a conversation, once.
type Happening struct {
	Kind   string
	At     int64
	Reason string // of a handoff
	Score  int64
	Intent string
}

// mark is how far a conversation was turned into happenings.
type mark struct {
	seq, turn, scored int64
	topic             string
	topicAt           int64
}

// reader reads what facts are made of within the transaction that saves them.
type reader struct {
	ctx       context.Context
	tx        *store.Tx
	since     int64
	contacts  map[chat.ContactID]*Contact
	byID      map[chat.ConversationID]*Conversation
	contactOf map[chat.ConversationID]*Contact
}

func newReader(ctx context.Context, tx *store.Tx, since int64) *reader {
	return &reader{
		ctx: ctx, tx: tx, since: since, contacts: map[chat.ContactID]*Contact{}, byID: map[chat.ConversationID]*Conversation{},
		contactOf: map[chat.ConversationID]*Contact{},
	}
}

// read gives contacts as they stand. Happenings are added for the conversations that
// changed, unless these are nil; lines from before since count for no happening.
func read(ctx context.Context, tx *store.Tx, ids []chat.ContactID, changed []chat.ConversationID, since int64) (*reader, error) {
	r := newReader(ctx, tx, since)
	for _, load := range []func([]chat.ContactID) error{r.people, r.conversations, r.turns, r.scores, r.tags, r.set} {
		if err := load(ids); err != nil {
			return nil, err
		}
	}
	if changed == nil {
		return r, nil
	}
	return r, r.transitions(changed)
}

func (r *reader) people(ids []chat.ContactID) error {
	in, args := db.OneOf(r.tx.Dialect, 1, ids)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (*Contact, error) {
		c := new(Contact)
		return c, rows.Scan(&c.ID, &c.Workspace, &c.ExternalID, &c.BrazeID, &c.AliasName, &c.AliasLabel, &c.Phone, &c.FirstName, &c.Language, &c.OptedOut, &c.CreatedAt, &c.MergedInto)
	}, `SELECT id, workspace, external_id, braze_id, alias_name, alias_label, phone, first_name, language, opted_out, created_at, merged_into
		FROM contacts WHERE id `+in, args...)
	for _, c := range list {
		r.contacts[c.ID] = c
	}
	return err
}

func (r *reader) conversations(ids []chat.ContactID) error {
	in, args := db.OneOf(r.tx.Dialect, 1, ids)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (*Conversation, error) {
		c := new(Conversation)
		var seq, turn, scored, topicAt sql.NullInt64
		var topic sql.NullString
		err := rows.Scan(&c.ID, &c.ContactID, &c.Route, &c.Language, &c.Owner, &c.Team, &c.Priority, &c.Reason, &c.Outcome, &c.OpenedAt, &c.ResolvedAt, &c.HandedAt,
			&c.LastSeq, &c.WindowUntil, &seq, &turn, &scored, &topic, &topicAt)
		c.mark, c.marked = mark{seq.Int64, turn.Int64, scored.Int64, topic.String, topicAt.Int64}, seq.Valid
		return c, err
	}, `SELECT c.id, c.contact_id, c.route, c.language, c.owner, COALESCE(t.name, ''), c.priority, c.reason, c.outcome, c.opened_at, c.resolved_at, c.handed_at,
		c.last_seq, c.window_until, k.seq, k.turn, k.scored, k.topic, k.topic_at
		FROM conversations c LEFT JOIN teams t ON t.id = c.team LEFT JOIN fact_marks k ON k.conversation_id = c.id
		WHERE c.contact_id `+in+" ORDER BY c.opened_at, c.id", args...)
	for _, c := range list {
		if p := r.contacts[c.ContactID]; p != nil {
			p.Conversations = append(p.Conversations, c)
			r.byID[c.ID], r.contactOf[c.ID] = c, p
			p.about(c.mark.topic, c.mark.topicAt)
		}
	}
	return err
}

func (c *Contact) about(topic string, at int64) {
	if topic != "" && at >= c.TopicAt {
		c.Topic, c.TopicAt = topic, at
	}
}

// turns reads what the bot made of lines since the marks.
func (r *reader) turns(ids []chat.ContactID) error {
	type row struct {
		id        chat.ConversationID
		toSeq, at int64
		trace     string
	}
	in, args := db.OneOf(r.tx.Dialect, 2, ids)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (t row, err error) {
		return t, rows.Scan(&t.id, &t.toSeq, &t.at, &t.trace)
	}, `SELECT t.conversation_id, t.to_seq, t.finished_at, t.trace FROM conversations c JOIN turns t ON t.conversation_id = c.id
		LEFT JOIN fact_marks k ON k.conversation_id = c.id
		WHERE t.to_seq > COALESCE(k.turn, 0) AND t.finished_at >= $1 AND c.contact_id `+in+" ORDER BY t.conversation_id, t.to_seq, t.id",
		append([]any{r.since}, args...)...)
	for _, t := range list {
		c := r.byID[t.id]
		if c == nil || t.toSeq <= c.mark.turn {
			continue
		}
		c.mark.turn = t.toSeq
		if intent := surely(t.trace); intent != "" {
			c.mark.topic, c.mark.topicAt = intent, t.at
			r.contactOf[t.id].about(intent, t.at)
			c.Happened = append(c.Happened, Happening{Kind: Intent, At: t.at, Intent: intent})
		}
	}
	return err
}

// surely is the intent of a turn that the bot was sure of, or that a rule gave it.
func surely(trace string) string {
	var v struct{ Intent, Band string }
	if json.Unmarshal([]byte(trace), &v) == nil && (v.Band == "answer" || v.Band == "rule") {
		return v.Intent
	}
	return ""
}

func (r *reader) scores(ids []chat.ContactID) error {
	type row struct {
		id        chat.ConversationID
		score, at int64
	}
	in, args := db.OneOf(r.tx.Dialect, 1, ids)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (s row, err error) { return s, rows.Scan(&s.id, &s.score, &s.at) },
		"SELECT conversation_id, score, answered_at FROM surveys WHERE score > 0 AND contact_id "+in+" ORDER BY answered_at", args...)
	for _, s := range list {
		p, c := r.contactOf[s.id], r.byID[s.id]
		if c == nil {
			continue
		}
		p.Score, p.ScoredAt = s.score, s.at
		if s.at > c.mark.scored {
			c.mark.scored = s.at
			if s.at >= r.since {
				c.Happened = append(c.Happened, Happening{Kind: Scored, At: s.at, Score: s.score})
			}
		}
	}
	return err
}

func (r *reader) tags([]chat.ContactID) error {
	var newest []chat.ConversationID
	for _, p := range r.contacts {
		if c := p.Newest(); c != nil {
			newest = append(newest, c.ID)
		}
	}
	slices.Sort(newest)
	in, args := db.OneOf(r.tx.Dialect, 1, newest)
	type row struct {
		id  chat.ConversationID
		tag string
	}
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (t row, err error) { return t, rows.Scan(&t.id, &t.tag) },
		"SELECT conversation_id, tag FROM tags WHERE conversation_id "+in+" ORDER BY tag", args...)
	for _, t := range list {
		r.contactOf[t.id].Tags = append(r.contactOf[t.id].Tags, t.tag)
	}
	return err
}

// set reads what flows have set of the contacts.
func (r *reader) set(ids []chat.ContactID) error {
	type row struct {
		contact     chat.ContactID
		name, value string
	}
	in, args := db.OneOf(r.tx.Dialect, 1, ids)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (s row, err error) { return s, rows.Scan(&s.contact, &s.name, &s.value) },
		"SELECT c.contact_id, f.name, f.value FROM conversations c JOIN flow_facts f ON f.conversation_id = c.id WHERE c.contact_id "+in+" ORDER BY f.at, f.conversation_id", args...)
	for _, s := range list {
		c := r.contacts[s.contact]
		if c == nil {
			continue
		}
		if c.Set == nil {
			c.Set = map[string]string{}
		}
		c.Set[s.name] = s.value
	}
	return err
}

// transitions adds the changes of owner behind the marks, up to the last line that the
// conversation had when it was read: until there all lines are there.
func (r *reader) transitions(changed []chat.ConversationID) error {
	in, args := db.OneOf(r.tx.Dialect, 2, changed)
	list, err := db.Collect(r.ctx, r.tx, func(rows *sql.Rows) (t chat.Transition, err error) {
		return t, rows.Scan(&t.ConversationID, &t.Seq, &t.At, &t.Kind, &t.Reason, &t.From, &t.To)
	}, `SELECT l.conversation_id, l.seq, l.at, l.kind, l.reason, l.from_owner, l.to_owner FROM transitions l LEFT JOIN fact_marks k ON k.conversation_id = l.conversation_id
		WHERE l.seq > COALESCE(k.seq, 0) AND l.at >= $1 AND l.conversation_id `+in+" ORDER BY l.conversation_id, l.seq",
		append([]any{r.since}, args...)...)
	if err != nil {
		return err
	}
	for _, id := range changed {
		if c := r.byID[id]; c != nil && !c.marked && c.OpenedAt >= r.since {
			c.Happened = append(c.Happened, Happening{Kind: Started, At: c.OpenedAt})
		}
	}
	for _, t := range list {
		c := r.byID[t.ConversationID]
		if c == nil || t.Seq > c.LastSeq {
			continue
		}
		if kind := kindOf(t); kind != "" {
			c.Happened = append(c.Happened, Happening{Kind: kind, At: t.At, Reason: t.Reason})
		}
	}
	for _, id := range changed {
		if c := r.byID[id]; c != nil {
			c.mark.seq = max(c.mark.seq, c.LastSeq)
			slices.SortStableFunc(c.Happened, func(a, b Happening) int { return cmp.Compare(a.At, b.At) })
		}
	}
	return nil
}

// kindOf is what a change of owner means for the customer, or nothing.
func kindOf(t chat.Transition) string {
	switch {
	case t.Kind == chat.Resolve && t.Reason == "merged": // it goes on in another conversation
		return ""
	case t.Kind == chat.Reopen:
		return Reopened
	case t.From == chat.OwnerBot && (t.To == chat.OwnerQueue || t.To == chat.OwnerAgent):
		return HandedOff
	case t.To == chat.OwnerAgent:
		return Assigned
	case t.To == chat.OwnerNone:
		return Resolved
	case t.To == chat.OwnerBot:
		return PassedBack
	}
	return ""
}
