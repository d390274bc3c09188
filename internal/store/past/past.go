// Package past reads the turns that the bot has had, each with what was known when it
// was decided. It reads only.
//
// Start reading at [Turns].
package past

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/understood"
)

// Turn is one turn and its situation. In Work are the messages that it answered, the lines before them and the
// memory that the bot had, if that is Remembered; contact and route are those of today.
type Turn struct {
	ID              chat.TurnID
	At              int64 // when it was decided
	Action, Trace   string
	Text            string // what was said, or empty
	Handoff         string // "code: detail", or empty
	Remembered      bool
	First           bool // the conversation's first
	fromSeq, toSeq  int64
	conversation    chat.ConversationID
	finished, epoch int64
	Work            store.Work
}

// Conversations are those with a turn that ended from since until before until, in unix milliseconds, by id.
func Conversations(ctx context.Context, s *store.Store, since, until int64) ([]chat.ConversationID, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (id chat.ConversationID, err error) { return id, rows.Scan(&id) },
		"SELECT DISTINCT conversation_id FROM turns WHERE finished_at >= $1 AND finished_at < $2 ORDER BY conversation_id", since, until)
}

// Workspaces are those that have conversations.
func Workspaces(ctx context.Context, s *store.Store) ([]string, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) }, "SELECT DISTINCT workspace FROM conversations ORDER BY workspace")
}

// Turns reads all turns of one conversation, in order, those before since as well, with up to history lines before each.
func Turns(ctx context.Context, s *store.Store, id chat.ConversationID, history int) ([]*Turn, error) {
	c, err := s.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	turns, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (*Turn, error) {
		t := &Turn{conversation: id}
		err := rows.Scan(&t.ID, &t.epoch, &t.fromSeq, &t.toSeq, &t.At, &t.finished, &t.Action, &t.Trace, &t.Work.Conversation.BotState)
		return t, err
	}, "SELECT id, epoch, from_seq, to_seq, claimed_at, finished_at, action, trace, bot_state FROM turns WHERE conversation_id = $1 ORDER BY to_seq, finished_at, id", string(id))
	if err != nil {
		return nil, err
	}
	lines, err := Lines(ctx, s, id)
	if err != nil {
		return nil, err
	}
	changes, err := s.Transitions(ctx, id, 1<<30)
	if err != nil {
		return nil, err
	}
	for i, t := range turns {
		t.First = i == 0
		t.Remembered = t.First || t.Work.Conversation.BotState != ""
		t.situate(c, lines, changes, int64(history))
	}
	return turns, nil
}

// Lines reads the whole transcript, oldest first.
func Lines(ctx context.Context, s *store.Store, id chat.ConversationID) (all []chat.Message, err error) {
	for before := int64(0); ; {
		page, more, err := s.Messages(ctx, id, before, 1000)
		if err != nil {
			return nil, err
		}
		all = append(page, all...)
		if !more || len(page) == 0 {
			return all, understood.Fill(ctx, s, all)
		}
		before = page[0].Seq
	}
}

// situate fills in the situation from the lines and changes of hands of the conversation.
func (t *Turn) situate(c store.Listed, lines []chat.Message, changes []chat.Transition, history int64) {
	w := &t.Work
	state := w.Conversation.BotState
	w.Conversation, w.Contact = c.Conversation, c.Contact
	w.Conversation.BotState, w.Conversation.Epoch, w.Conversation.DoneSeq, w.Conversation.InSeq = state, t.epoch, t.fromSeq, t.toSeq
	for _, m := range lines {
		switch {
		case m.TurnID == t.ID && m.Direction == chat.Out:
			t.Text = m.Text
		case m.Direction == chat.In && m.Seq > t.fromSeq:
			if m.Seq <= t.toSeq {
				w.Waiting = append(w.Waiting, m)
			}
		case m.Direction != chat.Note && m.Seq > t.fromSeq-history && m.At <= t.At:
			w.History = append(w.History, m)
		}
	}
	for i, change := range changes {
		if change.Kind == chat.PassBack && change.At <= t.At {
			w.Returned = &changes[i]
		}
		if change.Kind == chat.Offer && change.Actor == "bot" && change.At == t.finished {
			t.Handoff = change.Reason
		}
	}
	slices.SortStableFunc(w.History, func(a, b chat.Message) int { return cmp.Compare(a.Seq, b.Seq) })
}

// HandoffCode is why the turn handed over, from the closed list, or empty.
func (t *Turn) HandoffCode() string {
	code, _, _ := strings.Cut(t.Handoff, ": ")
	return code
}

// In reports whether the turn ended from since until before until.
func (t *Turn) In(since, until int64) bool { return t.finished >= since && t.finished < until }
