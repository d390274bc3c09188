// Package inbox keeps what people need to find and sort conversations: lists and
// counts, tags, notes and mentions, what each has read and begun to write, saved
// views, canned replies, and the search index. It changes no conversation's owner and
// sends nothing; conversations and lines themselves are package store's.
//
// Start reading at List; the search index begins at Follow.
package inbox

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// View is a list that everybody has.
type View string

// The views. Of those that are about work to be done, what is put aside is left out.
const (
	All        View = "all"        // every conversation
	Mine       View = "mine"       // owned by who asks
	Queue      View = "queue"      // waiting for anybody
	Unassigned View = "unassigned" // waiting for anybody, with what is put aside
	OfTeam     View = "team"       // of some teams: waiting or owned
	OfAgents   View = "agent"      // owned by people
	OfBot      View = "bot"
	Snoozed    View = "snoozed"   // put aside: by who asks, or without an owner; or of Filter.Agent
	Mentioned  View = "mentioned" // with an unread note for who asks
	Resolved   View = "resolved"
)

// Filter chooses conversations.
type Filter struct {
	View     View
	User     string   // who asks
	Teams    []string // those of OfTeam; elsewhere they narrow the list if there are any
	Tag      string
	Language string
	Agent    string // user id of the owner
	Search   string // as people write it
	Sort     Sort   // empty: the view's own
	After    string // the mark that came with the page before
	Limit    int
	Now      int64 // unix milliseconds
}

// query builds a statement whose parameters are numbered as they come.
type query struct {
	with  []string
	where []string
	args  []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return "$" + strconv.Itoa(len(q.args))
}

func (q *query) add(conditions ...string) { q.where = append(q.where, conditions...) }

// oneOf writes a list of parameters. Lists here are short, so they are numbered on
// both engines and may stand anywhere in the statement.
func (q *query) oneOf(values []string) string {
	marks := make([]string, len(values))
	for i, v := range values {
		marks[i] = q.arg(v)
	}
	return "IN (" + strings.Join(marks, ", ") + ")"
}

// List gives a page and the mark of the next one, empty when this is the last.
func List(ctx context.Context, s *store.Store, f Filter) (list []store.Listed, next string, err error) {
	q := &query{}
	statement, o, err := f.statement(s.Dialect, q)
	if err != nil || statement == "" {
		return nil, "", err
	}
	list, err = db.Collect(ctx, s.Read, store.ScanListed, statement, q.args...)
	if err == nil && len(list) > f.Limit {
		list = list[:f.Limit]
		next = o.mark(&list[f.Limit-1])
	}
	return list, next, err
}

// statement selects a page and one row more. It is empty when the search has no words,
// which nothing can match.
func (f *Filter) statement(d db.Dialect, q *query) (string, order, error) {
	f.view(q)
	f.narrow(q)
	o := f.order(q)
	if err := o.after(q, f.After); err != nil {
		return "", o, err
	}
	if !search(d, q, f.Search) {
		return "", o, nil
	}
	// What the search found comes first: to look it up by key is cheaper than to walk
	// through all conversations, and SQLite keeps the order in which a CROSS JOIN is written.
	from := "conversations c CROSS JOIN contacts p WHERE p.id = c.contact_id"
	with := ""
	if len(q.with) > 0 {
		with = "WITH found AS (" + strings.Join(q.with, " INTERSECT ") + ") "
		from = "found f CROSS JOIN conversations c CROSS JOIN contacts p WHERE c.id = f.conversation_id AND p.id = c.contact_id"
	}
	for _, condition := range q.where {
		from += " AND " + condition
	}
	return with + "SELECT " + store.ListedColumns() + " FROM " + from + " ORDER BY " + o.clause() + " LIMIT " + q.arg(f.Limit+1), o, nil
}

// view adds what makes a conversation belong to the view. The conditions on the owner
// are written out, not bound, because partial indexes are chosen by them.
func (f *Filter) view(q *query) {
	awake := func() { q.add("c.snoozed_until <= " + q.arg(f.Now)) }
	switch f.View {
	case Mine:
		q.add("c.owner = 'agent'", "c.agent = "+q.arg(f.User))
		awake()
	case Queue:
		q.add("c.owner = 'queue'")
		awake()
	case Unassigned:
		q.add("c.owner = 'queue'")
	case OfTeam:
		q.add("c.owner IN ('queue', 'agent')")
		awake()
		if len(f.Teams) == 0 {
			q.add("1 = 0")
		}
	case OfAgents:
		q.add("c.owner IN ('queue', 'agent')", "c.owner = 'agent'")
	case OfBot:
		q.add("c.owner <> 'none'", "c.owner = 'bot'")
	case Snoozed:
		q.add("c.snoozed_until > 0", "c.snoozed_until > "+q.arg(f.Now))
		if f.Agent == "" {
			q.add("(c.owner = 'queue' OR c.agent = " + q.arg(f.User) + ")")
		}
	case Mentioned:
		q.add("c.id IN (SELECT conversation_id FROM mentions WHERE seen_at = 0 AND user_id = " + q.arg(f.User) + ")")
	case Resolved:
		q.add("c.owner = 'none'")
	}
}

func (f *Filter) narrow(q *query) {
	if len(f.Teams) > 0 {
		q.add("c.team " + q.oneOf(f.Teams))
	}
	if f.Tag != "" {
		q.add("c.id IN (SELECT conversation_id FROM tags WHERE tag = " + q.arg(f.Tag) + ")")
	}
	if f.Language != "" {
		q.add("(c.language = " + q.arg(f.Language) + " OR c.language = '' AND p.language = " + q.arg(f.Language) + ")")
	}
	if f.Agent != "" {
		q.add("c.owner = 'agent'", "c.agent = "+q.arg(f.Agent))
	}
}

// Counts are how many conversations each view has.
type Counts struct{ Mine, Queue, Team, All, Snoozed, Mentions int }

// Count counts for somebody and their teams. All are the open ones.
func Count(ctx context.Context, s *store.Store, user string, teams []string, now int64) (n Counts, err error) {
	var columns []string
	q := &query{}
	for _, view := range []View{Mine, Queue, OfTeam, All, Snoozed, Mentioned} {
		q.where = nil
		f := Filter{View: view, User: user, Now: now}
		if view == OfTeam {
			f.Teams = teams
		}
		if view == All {
			q.add("c.owner <> 'none'")
		}
		f.view(q)
		f.narrow(q)
		columns = append(columns, "(SELECT COUNT(*) FROM conversations c WHERE "+strings.Join(q.where, " AND ")+")")
	}
	err = s.Read.QueryRowContext(ctx, "SELECT "+strings.Join(columns, ", "), q.args...).Scan(
		&n.Mine, &n.Queue, &n.Team, &n.All, &n.Snoozed, &n.Mentions)
	return n, err
}

// Mark is what somebody has seen of a conversation.
type Mark struct {
	ReadSeq   int64 // newest line that was marked as read
	Mentioned bool  // a note for them is unread
}

// Marks gives what a user has seen of conversations; one that is missing there was never looked at.
func Marks(ctx context.Context, s *store.Store, user string, ids []chat.ConversationID) (map[chat.ConversationID]Mark, error) {
	out := make(map[chat.ConversationID]Mark, len(ids))
	in, args := db.OneOf(s.Dialect, 2, ids)
	args = append([]any{user}, args...)
	if _, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		var m Mark
		err := rows.Scan(&id, &m.ReadSeq)
		out[id] = m
		return struct{}{}, err
	}, "SELECT conversation_id, seq FROM reads WHERE user_id = $1 AND conversation_id "+in, args...); err != nil {
		return nil, err
	}
	_, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		err := rows.Scan(&id)
		m := out[id]
		m.Mentioned = true
		out[id] = m
		return struct{}{}, err
	}, "SELECT DISTINCT conversation_id FROM mentions WHERE seen_at = 0 AND user_id = $1 AND conversation_id "+in, args...)
	return out, err
}

// UnreadMentions counts the notes for a user that they have not seen.
func UnreadMentions(ctx context.Context, s *store.Store, user string) (n int, err error) {
	err = s.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM mentions WHERE seen_at = 0 AND user_id = $1", user).Scan(&n)
	return n, err
}

// Names gives the names of users; ids that are no users' are left out.
func Names(ctx context.Context, s *store.Store, ids []string) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	in, args := db.OneOf(s.Dialect, 1, ids)
	_, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id, name string
		err := rows.Scan(&id, &name)
		out[id] = name
		return struct{}{}, err
	}, "SELECT id, name FROM users WHERE id "+in, args...)
	return out, err
}
