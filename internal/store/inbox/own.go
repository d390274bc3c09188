package inbox

import (
	"context"
	"database/sql"
	"encoding/json"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Draft is what a user has begun to write to a customer.
type Draft struct {
	User           string
	ConversationID chat.ConversationID
	Text           string
	SeenSeq        int64 // newest line when it was begun
	UpdatedAt      int64
}

// PutDraft keeps a draft in place of the one before.
func PutDraft(ctx context.Context, tx *store.Tx, d Draft) error {
	columns := []string{"user_id", "conversation_id", "text", "seen_seq", "updated_at"}
	_, err := tx.Insert(ctx, "drafts", columns, [][]any{{d.User, string(d.ConversationID), d.Text, d.SeenSeq, d.UpdatedAt}},
		db.Overwrite("user_id,conversation_id", columns))
	return err
}

// FindDraft reads a draft; ok is false when there is none.
func FindDraft(ctx context.Context, s *store.Store, user string, id chat.ConversationID) (d Draft, ok bool, err error) {
	list, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (d Draft, err error) {
		return d, rows.Scan(&d.User, &d.ConversationID, &d.Text, &d.SeenSeq, &d.UpdatedAt)
	}, "SELECT user_id, conversation_id, text, seen_seq, updated_at FROM drafts WHERE user_id = $1 AND conversation_id = $2", user, string(id))
	if err != nil || len(list) == 0 {
		return Draft{}, false, err
	}
	return list[0], true, nil
}

// DeleteDraft forgets a draft; a missing one is no error.
func DeleteDraft(ctx context.Context, tx *store.Tx, user string, id chat.ConversationID) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM drafts WHERE user_id = $1 AND conversation_id = $2", user, string(id))
	return err
}

// SavedView is a filter with a name.
type SavedView struct {
	ID, User, Name string
	Shared         bool   // everybody sees it
	Filter         string // JSON
	CreatedAt      int64
}

func scanView(rows *sql.Rows) (v SavedView, err error) {
	var shared int
	err = rows.Scan(&v.ID, &v.User, &v.Name, &shared, &v.Filter, &v.CreatedAt)
	v.Shared = shared != 0
	return v, err
}

const selectView = "SELECT id, user_id, name, shared, filter, created_at FROM views "

// Views lists what everybody sees and what a user has saved, oldest first.
func Views(ctx context.Context, s *store.Store, user string) ([]SavedView, error) {
	return db.Collect(ctx, s.Read, scanView, selectView+"WHERE user_id = $1 OR shared = 1 ORDER BY created_at, id", user)
}

// FindView reads a saved view that a user sees; another one is NotFound.
func FindView(ctx context.Context, s *store.Store, user, id string) (SavedView, error) {
	list, err := db.Collect(ctx, s.Read, scanView, selectView+"WHERE id = $1 AND (user_id = $2 OR shared = 1)", id, user)
	if err == nil && len(list) == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such view")
	}
	if err != nil {
		return SavedView{}, err
	}
	return list[0], nil
}

// PutView adds a view or replaces its name, its filter and who sees it.
func PutView(ctx context.Context, tx *store.Tx, v SavedView) error {
	shared := 0
	if v.Shared {
		shared = 1
	}
	columns := []string{"id", "user_id", "name", "shared", "filter", "created_at"}
	_, err := tx.Insert(ctx, "views", columns, [][]any{{v.ID, v.User, v.Name, shared, v.Filter, v.CreatedAt}},
		db.Overwrite("id", columns, "user_id", "created_at"))
	return err
}

// DeleteView forgets a view; a missing one is no error.
func DeleteView(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM views WHERE id = $1", id)
	return err
}

// Canned is a text that is used again and again.
type Canned struct {
	ID, Shortcut, Title, Text string
	Language                  string // empty: any
	Team                      string // empty: everybody's
	Beside                    chat.Beside
	UpdatedAt                 int64
}

func scanCanned(rows *sql.Rows) (c Canned, err error) {
	var beside string
	if err = rows.Scan(&c.ID, &c.Shortcut, &c.Title, &c.Text, &c.Language, &c.Team, &beside, &c.UpdatedAt); err == nil && beside != "" {
		err = json.Unmarshal([]byte(beside), &c.Beside)
	}
	return c, err
}

const selectCanned = "SELECT id, shortcut, title, text, language, team, beside, updated_at FROM canned "

// AllCanned lists the canned replies by shortcut.
func AllCanned(ctx context.Context, s *store.Store) ([]Canned, error) {
	return db.Collect(ctx, s.Read, scanCanned, selectCanned+"ORDER BY shortcut, language, team")
}

// PutCanned adds a canned reply or, when fresh is false, replaces it; a missing one is
// then NotFound. A shortcut that is taken for the language and the team is a Conflict.
func PutCanned(ctx context.Context, tx *store.Tx, c Canned, fresh bool) error {
	same, err := db.Collect(ctx, tx, scanCanned, selectCanned+"WHERE shortcut = $1 AND language = $2 AND team = $3", c.Shortcut, c.Language, c.Team)
	if err != nil {
		return err
	}
	if len(same) > 0 && same[0].ID != c.ID {
		return chat.Errorf(chat.Conflict, "the shortcut /%s is taken by %q; choose another, or another language or team", c.Shortcut, same[0].Title)
	}
	if !fresh {
		known, err := db.Collect(ctx, tx, scanCanned, selectCanned+"WHERE id = $1", c.ID)
		if err == nil && len(known) == 0 {
			err = chat.Errorf(chat.NotFound, "there is no such canned reply")
		}
		if err != nil {
			return err
		}
	}
	beside := ""
	if !c.Beside.None() {
		kept, err := json.Marshal(c.Beside)
		if err != nil {
			return err
		}
		beside = string(kept)
	}
	columns := []string{"id", "shortcut", "title", "text", "language", "team", "beside", "updated_at"}
	_, err = tx.Insert(ctx, "canned", columns, [][]any{{c.ID, c.Shortcut, c.Title, c.Text, c.Language, c.Team, beside, c.UpdatedAt}}, db.Overwrite("id", columns))
	return err
}

// DeleteCanned forgets a canned reply; a missing one is no error.
func DeleteCanned(ctx context.Context, tx *store.Tx, id string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM canned WHERE id = $1", id)
	return err
}
