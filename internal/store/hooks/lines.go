package hooks

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Conversation is one that changed, with what happened in it since its mark.
type Conversation struct {
	chat.Conversation
	Contact     chat.Contact
	New         bool // it has no mark yet
	Messages    []chat.Message
	Transitions []chat.Transition
	Packets     []Packet
	Outcomes    []Outcome
	Survey      Survey // of now
	Told        Mark
	Seen        []Seen
	Waiting     []chat.MessageID // lines on their way out whose outcome is still open
}

// Outcome is what became of a line on its way out.
type Outcome struct {
	Message chat.Message
	State   chat.State // the worst of its parts
	Reason  string
	At      int64
}

// Packet is a handoff packet, handoff.v1.
type Packet struct {
	ID      string
	Seq, At int64
	JSON    string
}

// Survey is what a customer has said of a conversation; Score is 0 while nothing was.
type Survey struct {
	Score      int
	Comment    string
	AnsweredAt int64
}

// Mark rises when there is more to tell: first the score, then the comment.
func (v Survey) Mark() int64 {
	mark := 2 * v.AnsweredAt
	if v.Comment != "" {
		mark++
	}
	return mark
}

// Read gives what happened in conversations since their marks. Lines from before
// since are left out where there is no mark yet.
func Read(ctx context.Context, s *store.Store, ids []chat.ConversationID, since int64) ([]*Conversation, error) {
	r := reader{ctx: ctx, s: s, since: since, byID: map[chat.ConversationID]*Conversation{}}
	// The conversations come first: their last_seq bounds what is read afterwards.
	for _, load := range []func([]chat.ConversationID) error{r.conversations, r.messages, r.transitions, r.packets, r.surveys, r.outcomes} {
		if err := load(ids); err != nil {
			return nil, err
		}
	}
	return r.list, nil
}

type reader struct {
	ctx   context.Context
	s     *store.Store
	since int64
	list  []*Conversation
	byID  map[chat.ConversationID]*Conversation
}

func (r *reader) conversations(ids []chat.ConversationID) error {
	in, args := db.OneOf(r.s.Dialect, 1, ids)
	list, err := db.Collect(r.ctx, r.s.Read, func(rows *sql.Rows) (*Conversation, error) {
		c := new(Conversation)
		p := &c.Contact
		var mark, opinion, receipts sql.NullInt64
		err := rows.Scan(&c.ID, &c.Workspace, &c.Route, &c.Language, &c.Owner, &c.Epoch, &c.Agent, &c.Team, &c.Topic, &c.Priority, &c.LastSeq, &c.WindowUntil,
			&c.Reason, &c.Outcome, &c.OpenedAt, &c.ResolvedAt, &mark, &opinion, &receipts, &p.ID, &p.ExternalID, &p.BrazeID, &p.Phone, &p.FirstName, &p.Language)
		c.ContactID, c.New, c.Told = p.ID, !mark.Valid, Mark{mark.Int64, opinion.Int64, receipts.Int64}
		return c, err
	}, `SELECT c.id, c.workspace, c.route, c.language, c.owner, c.epoch, c.agent, c.team, c.topic, c.priority, c.last_seq, c.window_until,
		c.reason, c.outcome, c.opened_at, c.resolved_at, k.seq, k.opinion, k.receipts, p.id, p.external_id, p.braze_id, p.phone, p.first_name, p.language
		FROM conversations c JOIN contacts p ON p.id = c.contact_id LEFT JOIN hook_marks k ON k.conversation_id = c.id WHERE c.id `+in+" ORDER BY c.id", args...)
	r.list = list
	for _, c := range list {
		r.byID[c.ID] = c
	}
	return err
}

const after = " LEFT JOIN hook_marks k ON k.conversation_id = l.conversation_id WHERE l.seq > COALESCE(k.seq, 0) AND (k.seq IS NOT NULL OR l.at >= $1) AND l.conversation_id "

const messageColumns = "l.id, l.conversation_id, l.seq, l.direction, l.author, l.text, l.media, l.layout, l.choices, l.agent, l.at"

func scanMessage(rows *sql.Rows) (m chat.Message, err error) {
	var media, choices string
	if err = rows.Scan(&m.ID, &m.ConversationID, &m.Seq, &m.Direction, &m.Author, &m.Text, &media, &m.Layout, &choices, &m.Agent, &m.At); err != nil {
		return m, err
	}
	if m.Media, err = db.Decode[[]string](media); err == nil {
		m.Choices, err = db.Decode[[]string](choices)
	}
	return m, err
}

func (r *reader) messages(ids []chat.ConversationID) error {
	in, args := db.OneOf(r.s.Dialect, 2, ids)
	list, err := db.Collect(r.ctx, r.s.Read, scanMessage,
		"SELECT "+messageColumns+" FROM messages l"+after+in+" ORDER BY l.conversation_id, l.seq", append([]any{r.since}, args...)...)
	for _, m := range list {
		if c := r.byID[m.ConversationID]; c != nil && m.Seq <= c.LastSeq {
			c.Messages = append(c.Messages, m)
		}
	}
	return err
}

func (r *reader) transitions(ids []chat.ConversationID) error {
	in, args := db.OneOf(r.s.Dialect, 2, ids)
	list, err := db.Collect(r.ctx, r.s.Read, func(rows *sql.Rows) (t chat.Transition, err error) {
		return t, rows.Scan(&t.ConversationID, &t.Seq, &t.At, &t.Kind, &t.Actor, &t.Reason, &t.From, &t.To, &t.Epoch)
	}, "SELECT l.conversation_id, l.seq, l.at, l.kind, l.actor, l.reason, l.from_owner, l.to_owner, l.epoch FROM transitions l"+after+in+
		" ORDER BY l.conversation_id, l.seq", append([]any{r.since}, args...)...)
	for _, t := range list {
		if c := r.byID[t.ConversationID]; c != nil && t.Seq <= c.LastSeq {
			c.Transitions = append(c.Transitions, t)
		}
	}
	return err
}

func (r *reader) packets(ids []chat.ConversationID) error {
	in, args := db.OneOf(r.s.Dialect, 2, ids)
	type row struct {
		Packet
		conversation chat.ConversationID
	}
	list, err := db.Collect(r.ctx, r.s.Read, func(rows *sql.Rows) (p row, err error) {
		return p, rows.Scan(&p.conversation, &p.ID, &p.Seq, &p.At, &p.JSON)
	}, "SELECT l.conversation_id, l.id, l.seq, l.at, l.packet FROM handoffs l"+after+in+" ORDER BY l.conversation_id, l.seq", append([]any{r.since}, args...)...)
	for _, p := range list {
		if c := r.byID[p.conversation]; c != nil && p.Seq <= c.LastSeq {
			c.Packets = append(c.Packets, p.Packet)
		}
	}
	return err
}

func (r *reader) surveys(ids []chat.ConversationID) error {
	in, args := db.OneOf(r.s.Dialect, 2, ids)
	_, err := db.Collect(r.ctx, r.s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		var v Survey
		err := rows.Scan(&id, &v.Score, &v.Comment, &v.AnsweredAt)
		if c := r.byID[id]; c != nil {
			c.Survey = v
		}
		return struct{}{}, err
	}, "SELECT conversation_id, score, comment, answered_at FROM surveys WHERE score > 0 AND answered_at >= $1 AND conversation_id "+in, append([]any{r.since}, args...)...)
	return err
}

// outcomes finds what became of the lines that were on their way out.
func (r *reader) outcomes(ids []chat.ConversationID) error {
	open, err := r.unsettled(ids)
	if err != nil || len(open) == 0 {
		return err
	}
	in, args := db.OneOf(r.s.Dialect, 1, open)
	parts := map[chat.MessageID][]chat.Delivery{}
	list, err := db.Collect(r.ctx, r.s.Read, func(rows *sql.Rows) (d chat.Delivery, err error) {
		return d, rows.Scan(&d.MessageID, &d.State, &d.Reason, &d.DoneAt)
	}, "SELECT message_id, state, reason, done_at FROM deliveries WHERE message_id "+in+" ORDER BY message_id, part", args...)
	if err != nil {
		return err
	}
	for _, d := range list {
		parts[d.MessageID] = append(parts[d.MessageID], d)
	}
	lines, err := db.Collect(r.ctx, r.s.Read, scanMessage, "SELECT "+messageColumns+" FROM messages l WHERE l.id "+in+" ORDER BY l.conversation_id, l.seq", args...)
	if err != nil {
		return err
	}
	for _, m := range lines {
		c := r.byID[m.ConversationID]
		if c == nil || len(parts[m.ID]) == 0 {
			continue
		}
		if o, settled := outcome(m, parts[m.ID]); settled {
			c.Outcomes = append(c.Outcomes, o)
		} else {
			c.Waiting = append(c.Waiting, m.ID)
		}
	}
	return nil
}

// unsettled gives the lines on their way out of which no outcome has been told:
// those that were noted, new ones, and those from before the first hook.
func (r *reader) unsettled(ids []chat.ConversationID) ([]chat.MessageID, error) {
	scan := func(rows *sql.Rows) (id chat.MessageID, err error) { return id, rows.Scan(&id) }
	in, args := db.OneOf(r.s.Dialect, 1, ids)
	open, err := db.Collect(r.ctx, r.s.Read, scan, "SELECT message_id FROM hook_unsettled WHERE conversation_id "+in, args...)
	if err != nil {
		return nil, err
	}
	var fresh []chat.ConversationID
	for _, c := range r.list {
		if c.New {
			fresh = append(fresh, c.ID)
		}
		for _, m := range c.Messages {
			if m.Direction == chat.Out {
				open = append(open, m.ID)
			}
		}
	}
	if len(fresh) > 0 {
		in, args := db.OneOf(r.s.Dialect, 2, fresh)
		older, err := db.Collect(r.ctx, r.s.Read, scan, `SELECT DISTINCT m.id FROM messages m JOIN deliveries d ON d.message_id = m.id
			WHERE m.direction = 'out' AND m.at < $1 AND (d.state IN ('queued', 'sending') OR d.done_at >= $1) AND m.conversation_id `+in,
			append([]any{r.since}, args...)...)
		if err != nil {
			return nil, err
		}
		open = append(open, older...)
	}
	slices.Sort(open)
	return slices.Compact(open), nil
}

// outcome is that of the part in most trouble, once all parts are done with.
func outcome(m chat.Message, parts []chat.Delivery) (o Outcome, settled bool) {
	rank := []chat.State{chat.Accepted, chat.Cancelled, chat.Unknown, chat.Dead}
	worst := -1
	for _, p := range parts {
		i := slices.Index(rank, p.State)
		if i < 0 {
			return o, false
		}
		if i > worst {
			worst, o.State, o.Reason = i, p.State, p.Reason
		}
		o.At = max(o.At, p.DoneAt)
	}
	o.Message = m
	return o, true
}
