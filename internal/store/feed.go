package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// Cursor is a place in the feed of changes; the zero value is its beginning.
type Cursor struct{ Tx, N int64 }

// String writes the cursor so that ParseCursor reads it back.
func (c Cursor) String() string { return fmt.Sprintf("%d.%d", c.Tx, c.N) }

// Before says whether c is an earlier place than d.
func (c Cursor) Before(d Cursor) bool { return c.Tx < d.Tx || c.Tx == d.Tx && c.N < d.N }

// ParseCursor reads what String wrote.
func ParseCursor(s string) (Cursor, error) {
	var c Cursor
	if _, err := fmt.Sscanf(s, "%d.%d", &c.Tx, &c.N); err != nil {
		return Cursor{}, chat.Errorf(chat.Invalid, "%q is not a cursor of this feed", s)
	}
	return c, nil
}

// Change says that something of a conversation changed.
type Change struct {
	Cursor         Cursor
	Workspace      string
	ConversationID chat.ConversationID
}

type note struct {
	workspace    string
	conversation chat.ConversationID
}

func (tx *Tx) announce(ctx context.Context, list []*chat.Conversation, now int64) error {
	notes := make([]note, len(list))
	for i, c := range list {
		notes[i] = note{c.Workspace, c.ID}
	}
	return tx.announceNotes(ctx, notes, now)
}

// Announce tells the feed that something of conversations of a workspace has changed
// that is not a row of this package.
func (tx *Tx) Announce(ctx context.Context, workspace string, ids []chat.ConversationID, now int64) error {
	notes := make([]note, len(ids))
	for i, id := range ids {
		notes[i] = note{workspace, id}
	}
	return tx.announceNotes(ctx, notes, now)
}

func (tx *Tx) announceNotes(ctx context.Context, notes []note, now int64) error {
	seen := make(map[note]bool, len(notes))
	var rows [][]any
	for _, n := range notes {
		if !seen[n] {
			seen[n] = true
			rows = append(rows, []any{n.workspace, string(n.conversation), now})
		}
	}
	_, err := tx.Insert(ctx, "feed", []string{"workspace", "conversation_id", "at"}, rows, "")
	return err
}

// Changes reads the feed after a cursor, oldest first. A change appears only
// once nothing can appear before it any more, so a reader that goes on from the
// last cursor misses nothing.
func (s *Store) Changes(ctx context.Context, after Cursor, limit int) ([]Change, error) {
	list, err := s.changes(ctx, s.Dialect.Settled, after.Tx, after.N, limit)
	if err != nil || len(list) > 0 || s.Dialect.Below == "" {
		return list, err
	}
	horizon, err := s.Horizon(ctx)
	if err != nil {
		return nil, err
	}
	return s.changes(ctx, s.Dialect.Below, after.Tx, after.N, limit, horizon)
}

func (s *Store) changes(ctx context.Context, settled string, args ...any) ([]Change, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (c Change, err error) {
		return c, rows.Scan(&c.Cursor.Tx, &c.Cursor.N, &c.Workspace, &c.ConversationID)
	}, "SELECT CAST(CAST(txid AS TEXT) AS BIGINT), cursor, workspace, conversation_id FROM feed WHERE "+s.Dialect.After+" AND "+settled+
		" ORDER BY "+strings.Join(s.Dialect.FeedOrder, ", ")+" LIMIT $3", args...)
}

// FeedEnd is the cursor after the newest change that Changes would give.
func (s *Store) FeedEnd(ctx context.Context) (Cursor, error) {
	if s.Dialect.Below == "" {
		return s.feedEdge(ctx, " DESC", s.Dialect.Settled, 0, 0)
	}
	horizon, err := s.Horizon(ctx)
	if err != nil {
		return Cursor{}, err
	}
	return s.feedEdge(ctx, " DESC", strings.ReplaceAll(s.Dialect.Below, "$4", "$3"), 0, 0, horizon)
}

// FeedStart is the cursor just before the oldest change that is kept, whether Changes
// would give that one yet or not: a reader that stands before it may have missed what
// was deleted. Read it after Changes, since what is deleted in between counts too.
func (s *Store) FeedStart(ctx context.Context) (Cursor, error) {
	c, err := s.feedEdge(ctx, "", "TRUE", 0, 0)
	if err == nil && c != (Cursor{}) {
		c.N--
	}
	return c, err
}

func (s *Store) feedEdge(ctx context.Context, direction, settled string, args ...any) (Cursor, error) {
	var c Cursor
	err := s.Read.QueryRowContext(ctx,
		"SELECT CAST(CAST(txid AS TEXT) AS BIGINT), cursor FROM feed WHERE "+s.Dialect.After+" AND "+settled+
			" ORDER BY "+strings.Join(s.Dialect.FeedOrder, direction+", ")+direction+" LIMIT 1", args...).Scan(&c.Tx, &c.N)
	if err == sql.ErrNoRows {
		return Cursor{}, nil
	}
	return c, err
}
