package inbox

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Note is a line that only colleagues see.
type Note struct {
	ConversationID chat.ConversationID
	// MessageID is made by the page, so that a note whose answer was lost can be sent
	// again without being doubled.
	MessageID chat.MessageID
	Agent     string
	Text      string
	Mentions  []string // user ids; whoever may not log in is Invalid
}

// AddNote adds a line of the direction chat.Note. It changes neither the owner nor
// what the list shows as the last line, and it can be added to any conversation. It
// says whom the note is new to; nobody when it had been added before.
func AddNote(ctx context.Context, tx *store.Tx, n Note, now int64) (told []string, err error) {
	c, err := tx.LockConversation(ctx, n.ConversationID)
	if err != nil {
		return nil, err
	}
	known, err := db.Collect(ctx, tx, func(rows *sql.Rows) (m chat.Message, err error) {
		return m, rows.Scan(&m.ConversationID, &m.Agent, &m.Direction)
	}, "SELECT conversation_id, agent, direction FROM messages WHERE id = $1", string(n.MessageID))
	switch {
	case err != nil:
		return nil, err
	case len(known) > 0 && known[0].ConversationID == c.ID && known[0].Agent == n.Agent && known[0].Direction == chat.Note:
		return nil, nil
	case len(known) > 0:
		return nil, chat.Errorf(chat.Conflict, "this message id is taken; use a fresh one")
	}
	mentions := slices.Compact(slices.Sorted(slices.Values(n.Mentions)))
	if err := mayRead(ctx, tx, mentions); err != nil {
		return nil, err
	}
	c.LastSeq++
	if err := tx.SaveConversation(ctx, c, nil, now); err != nil {
		return nil, err
	}
	if err := tx.InsertMessages(ctx, []chat.Message{{
		ID: n.MessageID, ConversationID: c.ID, Seq: c.LastSeq, Direction: chat.Note, Author: chat.AuthorAgent, Text: n.Text, Agent: n.Agent, At: now,
	}}); err != nil {
		return nil, err
	}
	var rows [][]any
	for _, user := range mentions {
		seen := int64(0)
		if user == n.Agent {
			seen = now
		} else {
			told = append(told, user)
		}
		rows = append(rows, []any{user, string(c.ID), c.LastSeq, string(n.MessageID), seen})
	}
	_, err = tx.Insert(ctx, "mentions", []string{"user_id", "conversation_id", "seq", "message_id", "seen_at"}, rows, "")
	return told, err
}

// mayRead refuses users who are not there to read a note.
func mayRead(ctx context.Context, tx *store.Tx, users []string) error {
	if len(users) == 0 {
		return nil
	}
	in, args := db.OneOf(tx.Dialect, 1, users)
	there, err := db.Collect(ctx, tx, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		"SELECT id FROM users WHERE disabled_at = 0 AND id "+in, args...)
	if err != nil {
		return err
	}
	for _, user := range users {
		if !slices.Contains(there, user) {
			return chat.Errorf(chat.Invalid, "mentions: %q is no colleague who can log in; leave it out", user)
		}
	}
	return nil
}

// MentionsOf gives whom notes are for, by the note's id.
func MentionsOf(ctx context.Context, s *store.Store, notes []chat.MessageID) (map[chat.MessageID][]string, error) {
	out := map[chat.MessageID][]string{}
	if len(notes) == 0 {
		return out, nil
	}
	in, args := db.OneOf(s.Dialect, 1, notes)
	_, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.MessageID
		var user string
		err := rows.Scan(&id, &user)
		out[id] = append(out[id], user)
		return struct{}{}, err
	}, "SELECT message_id, user_id FROM mentions WHERE message_id "+in+" ORDER BY message_id, user_id", args...)
	return out, err
}

// Read says what a user has seen of a conversation; notes up to there count as seen.
// A smaller number than before makes the conversation unread again, but no note.
func Read(ctx context.Context, tx *store.Tx, user string, id chat.ConversationID, seq, now int64) error {
	c, err := db.Collect(ctx, tx, func(rows *sql.Rows) (last int64, err error) { return last, rows.Scan(&last) },
		"SELECT last_seq FROM conversations WHERE id = $1", string(id))
	switch {
	case err != nil:
		return err
	case len(c) == 0:
		return chat.Errorf(chat.NotFound, "there is no such conversation")
	}
	columns := []string{"user_id", "conversation_id", "seq"}
	if _, err := tx.Insert(ctx, "reads", columns, [][]any{{user, string(id), min(seq, c[0])}}, db.Overwrite("user_id,conversation_id", columns)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE mentions SET seen_at = $4 WHERE user_id = $1 AND conversation_id = $2 AND seq <= $3 AND seen_at = 0",
		user, string(id), seq, now)
	return err
}

// Snooze puts a conversation aside until a time, or takes it up again when until is 0.
func Snooze(ctx context.Context, tx *store.Tx, id chat.ConversationID, until, now int64) error {
	c, err := tx.LockConversation(ctx, id)
	if err != nil {
		return err
	}
	if err := c.Snooze(until, now); err != nil {
		return err
	}
	return tx.SaveConversation(ctx, c, nil, now)
}

// Limits of tags.
const (
	MaxTags = 20 // of one conversation
	MaxTag  = 40 // characters
)

// CleanTag writes a tag as it is kept: lower case, without white space at its ends,
// with single spaces. An empty or a long one is Invalid.
func CleanTag(text string) (string, error) {
	tag := strings.ToLower(strings.Join(strings.Fields(text), " "))
	switch n := utf8.RuneCountInString(tag); {
	case n == 0:
		return "", chat.Errorf(chat.Invalid, "a tag is empty; write a word or leave it out")
	case n > MaxTag:
		return "", chat.Errorf(chat.Invalid, "the tag %q has %d characters; at most %d", tag, n, MaxTag)
	}
	return tag, nil
}

// SetTags replaces the tags of a conversation. They are cleaned first.
func SetTags(ctx context.Context, tx *store.Tx, id chat.ConversationID, tags []string, now int64) error {
	clean := make([]string, len(tags))
	for i, t := range tags {
		var err error
		if clean[i], err = CleanTag(t); err != nil {
			return err
		}
	}
	clean = slices.Compact(slices.Sorted(slices.Values(clean)))
	if len(clean) > MaxTags {
		return chat.Errorf(chat.Invalid, "%d tags are too many; at most %d", len(clean), MaxTags)
	}
	c, err := tx.LockConversation(ctx, id)
	if err != nil {
		return err
	}
	had, err := tagsOf(ctx, tx, tx.Dialect, []chat.ConversationID{id})
	if err != nil || slices.Equal(had[id], clean) {
		return err
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM tags WHERE conversation_id = $1", string(id)); err != nil {
		return err
	}
	rows := make([][]any, len(clean))
	for i, t := range clean {
		rows[i] = []any{string(id), t}
	}
	if _, err := tx.Insert(ctx, "tags", []string{"conversation_id", "tag"}, rows, ""); err != nil {
		return err
	}
	return tx.SaveConversation(ctx, c, nil, now)
}

// AddTag adds one tag to those a conversation has.
func AddTag(ctx context.Context, tx *store.Tx, id chat.ConversationID, tag string, now int64) error {
	if _, err := tx.LockConversation(ctx, id); err != nil { // before reading, or one of two additions is lost
		return err
	}
	had, err := tagsOf(ctx, tx, tx.Dialect, []chat.ConversationID{id})
	if err != nil {
		return err
	}
	return SetTags(ctx, tx, id, append(had[id], tag), now)
}

// Tags gives the tags of conversations, each list sorted.
func Tags(ctx context.Context, s *store.Store, ids []chat.ConversationID) (map[chat.ConversationID][]string, error) {
	return tagsOf(ctx, s.Read, s.Dialect, ids)
}

func tagsOf(ctx context.Context, q db.Querier, d db.Dialect, ids []chat.ConversationID) (map[chat.ConversationID][]string, error) {
	out := map[chat.ConversationID][]string{}
	in, args := db.OneOf(d, 1, ids)
	_, err := db.Collect(ctx, q, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		var tag string
		err := rows.Scan(&id, &tag)
		out[id] = append(out[id], tag)
		return struct{}{}, err
	}, "SELECT conversation_id, tag FROM tags WHERE conversation_id "+in+" ORDER BY conversation_id, tag", args...)
	for _, tags := range out {
		slices.Sort(tags) // PostgreSQL sorts by its language's rules
	}
	return out, err
}

// TagCount is a tag and how many open conversations have it.
type TagCount struct {
	Tag   string
	Count int
}

// AllTags lists the tags in use, most used first; those of resolved conversations count 0.
func AllTags(ctx context.Context, s *store.Store, limit int) ([]TagCount, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (t TagCount, err error) { return t, rows.Scan(&t.Tag, &t.Count) },
		`SELECT t.tag, SUM(CASE WHEN c.owner <> 'none' THEN 1 ELSE 0 END) AS n FROM tags t JOIN conversations c ON c.id = t.conversation_id
		GROUP BY t.tag ORDER BY n DESC, t.tag LIMIT $1`, limit)
}
