// Package learn is the SQL of what people propose for the knowledge base: phrasings and
// new intents, from the question that a customer asked to the day it was published.
//
// It must not know how a knowledge base is written or trained. Start reading at
// [Proposal].
package learn

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// State says how far a proposal has come.
type State string

// The states. An accepted proposal waits for the next publish; a published one is over.
const (
	Open      State = "open"
	Accepted  State = "accepted"
	Rejected  State = "rejected"
	Published State = "published"
)

// NewIntent is an intent that the knowledge base does not have yet.
type NewIntent struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Answer string `json:"answer"`
}

// Proposal is one phrasing for one intent.
type Proposal struct {
	ID             string
	Workspace      string
	ConversationID chat.ConversationID
	MessageID      chat.MessageID
	State          State
	Text           string
	Language       string
	Intent         string     // its name; that of New if there is one
	New            *NewIntent // nil for an intent that exists
	By, ByName     string     // who proposed it; the name is read only
	At             int64
	ReviewedBy     string
	ReviewedAt     int64
	Note           string // of the reviewer
	PublishedAt    int64
	Version        string // of the base it was published with
}

var columns = []string{
	"id", "workspace", "conversation_id", "message_id", "state", "text", "language", "intent", "new_intent", "by_user", "at",
}

const selectProposal = `SELECT p.id, p.workspace, p.conversation_id, p.message_id, p.state, p.text, p.language, p.intent, p.new_intent, p.by_user,
	COALESCE(u.name, ''), p.at, p.reviewed_by, p.reviewed_at, p.note, p.published_at, p.version
	FROM proposals p LEFT JOIN users u ON u.id = p.by_user `

func scan(rows *sql.Rows) (p Proposal, err error) {
	var added string
	if err := rows.Scan(&p.ID, &p.Workspace, &p.ConversationID, &p.MessageID, &p.State, &p.Text, &p.Language, &p.Intent, &added, &p.By,
		&p.ByName, &p.At, &p.ReviewedBy, &p.ReviewedAt, &p.Note, &p.PublishedAt, &p.Version); err != nil {
		return p, err
	}
	p.New, err = db.Decode[*NewIntent](added)
	return p, err
}

// Insert adds an open proposal. The same text of the same message, unless it was
// rejected, is a Conflict.
func Insert(ctx context.Context, tx *store.Tx, p Proposal) error {
	if _, err := tx.LockConversation(ctx, p.ConversationID); err != nil { // two who propose the same meet here
		return err
	}
	var same int
	err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM proposals WHERE message_id = $1 AND text = $2 AND conversation_id = $3 AND state <> 'rejected'",
		string(p.MessageID), p.Text, string(p.ConversationID)).Scan(&same)
	if err != nil {
		return err
	}
	if same > 0 {
		return chat.Errorf(chat.Conflict, "this text was proposed already; it waits for review or was taken")
	}
	added := ""
	if p.New != nil {
		added = db.Encode(p.New)
	}
	_, err = tx.Insert(ctx, "proposals", columns, [][]any{{
		p.ID, p.Workspace, string(p.ConversationID), string(p.MessageID), string(Open), p.Text, p.Language, p.Intent, added, p.By, p.At,
	}}, "")
	return err
}

// Filter chooses proposals; the zero value means all.
type Filter struct {
	State      State
	Workspaces []string
	Before     string // opaque: the next of the page before
	Limit      int
}

// List reads a page, newest first, and the mark of the next page, empty on the last.
func List(ctx context.Context, s *store.Store, f Filter) (list []Proposal, next string, err error) {
	where := []string{"1 = 1"}
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	if f.State != "" {
		where = append(where, "p.state = "+arg(string(f.State)))
	}
	if f.Before != "" {
		at, id, ok := strings.Cut(f.Before, ".")
		ms, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return nil, "", chat.Errorf(chat.Invalid, "cursor %q is not one this list gave out", f.Before)
		}
		where = append(where, "(p.at, p.id) < ("+arg(ms)+", "+arg(id)+")")
	}
	if len(f.Workspaces) > 0 {
		marks := make([]string, len(f.Workspaces))
		for i, w := range f.Workspaces {
			marks[i] = arg(w)
		}
		where = append(where, "p.workspace IN ("+strings.Join(marks, ", ")+")")
	}
	list, err = db.Collect(ctx, s.Read, scan, selectProposal+"WHERE "+strings.Join(where, " AND ")+
		" ORDER BY p.at DESC, p.id DESC LIMIT "+arg(f.Limit+1), args...)
	if err == nil && len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		next = strconv.FormatInt(last.At, 10) + "." + last.ID
	}
	return list, next, err
}

// One reads a proposal; a missing one is NotFound.
func One(ctx context.Context, s *store.Store, id string) (Proposal, error) {
	list, err := db.Collect(ctx, s.Read, scan, selectProposal+"WHERE p.id = $1", id)
	if err == nil && len(list) == 0 {
		err = chat.Errorf(chat.NotFound, "there is no such proposal")
	}
	if err != nil {
		return Proposal{}, err
	}
	return list[0], nil
}

// Verdict is what a reviewer decides.
type Verdict struct {
	ID     string
	Accept bool
	Intent string // another intent than the proposed one, which makes it a phrasing of that; or empty
	Note   string
	By     string
}

// Review decides on a proposal. A reviewer may decide again until it is published; then
// it is a Conflict.
func Review(ctx context.Context, tx *store.Tx, v Verdict, now int64) error {
	state := Rejected
	if v.Accept {
		state = Accepted
	}
	set := ""
	args := []any{v.ID, string(state), v.By, now, v.Note}
	if v.Intent != "" {
		set = ", intent = $6, new_intent = ''"
		args = append(args, v.Intent)
	}
	done, err := tx.ExecContext(ctx, "UPDATE proposals SET state = $2, reviewed_by = $3, reviewed_at = $4, note = $5"+set+
		" WHERE id = $1 AND state <> 'published'", args...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return chat.Errorf(chat.Conflict, "this proposal is published already; change the knowledge base itself")
}

// Publish marks those of the accepted proposals as published. One that was rejected or
// given another intent since it was read stays as it is.
func Publish(ctx context.Context, tx *store.Tx, list []Proposal, version string, now int64) (n int64, err error) {
	for _, p := range list {
		done, err := tx.ExecContext(ctx, "UPDATE proposals SET state = 'published', published_at = $3, version = $4 WHERE id = $1 AND state = 'accepted' AND intent = $2",
			p.ID, p.Intent, now, version)
		if err != nil {
			return n, err
		}
		changed, err := done.RowsAffected()
		if err != nil {
			return n, err
		}
		n += changed
	}
	return n, nil
}

// Asked is something a customer wrote.
type Asked struct {
	Text     string
	Language string // of the conversation; may be empty
}

// LastAsked lists the newest texts of customers of the workspaces, newest first.
func LastAsked(ctx context.Context, s *store.Store, workspaces []string, limit int) ([]Asked, error) {
	in, args := db.OneOf(s.Dialect, 2, workspaces)
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (a Asked, err error) { return a, rows.Scan(&a.Text, &a.Language) },
		`SELECT m.text, c.language FROM messages m JOIN conversations c ON c.id = m.conversation_id
		WHERE m.direction = 'in' AND m.text <> '' AND c.last_at >= (SELECT COALESCE(MIN(last_at), 0) FROM
			(SELECT last_at FROM conversations ORDER BY last_at DESC LIMIT $1) AS newest) AND c.workspace `+in+
			" ORDER BY m.at DESC, m.id DESC LIMIT "+strconv.Itoa(limit), append([]any{limit}, args...)...)
}
