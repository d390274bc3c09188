package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// Listed is a conversation with the contact it is held with.
type Listed struct {
	chat.Conversation
	Contact chat.Contact
}

// ScanListed reads a row of ListedColumns.
func ScanListed(rows *sql.Rows) (l Listed, err error) {
	fields := append(conversationFields(&l.Conversation), &l.Contact.ID, &l.Contact.Workspace, &l.Contact.ExternalID, &l.Contact.BrazeID,
		&l.Contact.AliasName, &l.Contact.AliasLabel, &l.Contact.Phone, &l.Contact.FirstName, &l.Contact.Language, &l.Contact.OptedOut, &l.Contact.CreatedAt)
	return l, rows.Scan(fields...)
}

// ListedColumns are what a query of conversations c and their contacts p selects to be read by ScanListed.
func ListedColumns() string {
	return "c." + strings.Join(conversationColumns, ", c.") + `,
	p.id, p.workspace, p.external_id, p.braze_id, p.alias_name, p.alias_label, p.phone, p.first_name, p.language, p.opted_out, p.created_at`
}

var selectListed = "SELECT " + ListedColumns() + " FROM conversations c JOIN contacts p ON p.id = c.contact_id "

// Filter chooses conversations. The zero value means all.
type Filter struct {
	Owner  chat.Owner
	Search string // part of a first name, phone number, external id or last line
	Before string // opaque: the Next of the page before
	Limit  int
}

// Conversations lists a page and the mark of the next page, empty when this is the
// last: the queue with the longest wait first, everything else with the newest
// activity first.
func (s *Store) Conversations(ctx context.Context, f Filter) (list []Listed, next string, err error) {
	where := []string{"1 = 1"}
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	column, after, direction := "c.last_at", "<", "DESC"
	if f.Owner == chat.OwnerQueue {
		column, after, direction = "c.queued_at", ">", "ASC"
	}
	if f.Owner != "" {
		where = append(where, "c.owner = "+arg(string(f.Owner)))
	}
	if f.Before != "" {
		at, id, ok := strings.Cut(f.Before, ".")
		ms, err := strconv.ParseInt(at, 10, 64)
		if !ok || err != nil {
			return nil, "", chat.Errorf(chat.Invalid, "cursor %q is not one this list gave out", f.Before)
		}
		where = append(where, "("+column+", c.id) "+after+" ("+arg(ms)+", "+arg(id)+")")
	}
	if f.Search != "" {
		mark := arg("%" + escapeLike(strings.ToLower(f.Search)) + "%")
		var any []string
		for _, column := range []string{"p.first_name", "p.phone", "p.external_id", "c.last_text"} {
			any = append(any, "LOWER("+column+") LIKE "+mark+` ESCAPE '\'`)
		}
		where = append(where, "("+strings.Join(any, " OR ")+")")
	}
	list, err = db.Collect(ctx, s.Read, ScanListed, selectListed+"WHERE "+strings.Join(where, " AND ")+
		" ORDER BY "+column+" "+direction+", c.id "+direction+" LIMIT "+arg(f.Limit+1), args...)
	if err == nil && len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		at := last.LastAt
		if f.Owner == chat.OwnerQueue {
			at = last.QueuedAt
		}
		next = strconv.FormatInt(at, 10) + "." + string(last.ID)
	}
	return list, next, err
}

func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
}

// Conversation reads one; a missing one is NotFound.
func (s *Store) Conversation(ctx context.Context, id chat.ConversationID) (Listed, error) {
	return one(db.Collect(ctx, s.Read, ScanListed, selectListed+"WHERE c.id = $1", string(id)))("conversation")
}

// ConversationsByID reads those of the ids that exist, in no order.
func (s *Store) ConversationsByID(ctx context.Context, ids []chat.ConversationID) ([]Listed, error) {
	in, args := db.OneOf(s.Dialect, 1, ids)
	return db.Collect(ctx, s.Read, ScanListed, selectListed+"WHERE c.id "+in, args...)
}

func one[T any](list []T, err error) func(what string) (T, error) {
	return func(what string) (v T, _ error) {
		if err != nil {
			return v, err
		}
		if len(list) == 0 {
			return v, chat.Errorf(chat.NotFound, "there is no such %s", what)
		}
		return list[0], nil
	}
}

// NamedAt is an identity and since when it is known.
type NamedAt struct {
	chat.Identity
	Since int64
}

// Identities lists everything by which a contact is known, oldest first.
func (s *Store) Identities(ctx context.Context, id chat.ContactID) ([]NamedAt, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (n NamedAt, err error) { return n, rows.Scan(&n.Kind, &n.Value, &n.Since) },
		"SELECT kind, value, created_at FROM identities WHERE contact_id = $1 ORDER BY created_at, kind, value", string(id))
}

// Transitions lists the newest limit changes of owner of a conversation, in order.
func (s *Store) Transitions(ctx context.Context, id chat.ConversationID, limit int) ([]chat.Transition, error) {
	list, err := db.Collect(ctx, s.Read, scanTransition, selectTransition+"WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2", string(id), limit)
	slices.Reverse(list)
	return list, err
}

const selectTransition = "SELECT conversation_id, seq, at, kind, actor, reason, from_owner, to_owner, epoch FROM transitions "

func scanTransition(rows *sql.Rows) (t chat.Transition, err error) {
	return t, rows.Scan(&t.ConversationID, &t.Seq, &t.At, &t.Kind, &t.Actor, &t.Reason, &t.From, &t.To, &t.Epoch)
}

// Messages lists the newest limit lines before a sequence number (0 means the
// end), in ascending order, and whether there are older ones.
func (s *Store) Messages(ctx context.Context, id chat.ConversationID, before int64, limit int) (list []chat.Message, more bool, err error) {
	if before == 0 {
		before = 1 << 62
	}
	list, err = db.Collect(ctx, s.Read, scanMessage,
		selectMessage+"WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3", string(id), before, limit+1)
	if len(list) > limit {
		list, more = list[:limit], true
	}
	slices.Reverse(list)
	return list, more, err
}

// Message reads one line; a missing one is NotFound.
func (s *Store) Message(ctx context.Context, id chat.MessageID) (chat.Message, error) {
	return one(db.Collect(ctx, s.Read, scanMessage, selectMessage+"WHERE id = $1", string(id)))("message")
}

// DeliveriesOf lists the parts of messages, in order of their lanes.
func (s *Store) DeliveriesOf(ctx context.Context, ids []chat.MessageID) (map[chat.MessageID][]chat.Delivery, error) {
	in, args := db.OneOf(s.Dialect, 1, ids)
	list, err := db.Collect(ctx, s.Read, scanDelivery, selectDelivery+"WHERE message_id "+in+" ORDER BY message_id, part", args...)
	out := make(map[chat.MessageID][]chat.Delivery, len(ids))
	for _, d := range list {
		out[d.MessageID] = append(out[d.MessageID], *d)
	}
	return out, err
}

// Turn is a committed run of the bot.
type Turn struct {
	ID                           chat.TurnID
	ConversationID               chat.ConversationID
	Epoch, FromSeq, ToSeq        int64 // it covered the inbound lines after FromSeq up to ToSeq
	DueAt, ClaimedAt, FinishedAt int64
	Attempts                     int
	Action, Trace                string // Trace is JSON
}

// Turn reads the turn that wrote a line or, for an inbound line, that covered
// it. Lines that no turn has covered have none: ok is false.
func (s *Store) Turn(ctx context.Context, m chat.Message) (t Turn, ok bool, err error) {
	query, args := "WHERE id = $1", []any{string(m.TurnID)}
	if m.TurnID == "" {
		query = "WHERE conversation_id = $1 AND from_seq < $2 AND to_seq >= $2 ORDER BY to_seq LIMIT 1"
		args = []any{string(m.ConversationID), m.Seq}
	}
	err = s.Read.QueryRowContext(ctx, "SELECT "+strings.Join(turnColumns, ", ")+" FROM turns "+query, args...).Scan(
		&t.ID, &t.ConversationID, &t.Epoch, &t.FromSeq, &t.ToSeq, &t.DueAt, &t.ClaimedAt, &t.FinishedAt, &t.Attempts, &t.Action, &t.Trace)
	if errors.Is(err, sql.ErrNoRows) {
		return t, false, nil
	}
	return t, err == nil, err
}

// Drop is an arrival that was not stored as a message of its own.
type Drop struct {
	Route      string
	Reason     DropReason
	DispatchID string
	At         int64
}

// DropsOf lists the copies of a message that were dropped, oldest first.
func (s *Store) DropsOf(ctx context.Context, id chat.MessageID) ([]Drop, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (d Drop, err error) {
		return d, rows.Scan(&d.Route, &d.Reason, &d.DispatchID, &d.At)
	}, "SELECT route, reason, dispatch_id, at FROM drops WHERE message_id = $1 ORDER BY at LIMIT 100", string(id))
}

// Exchange reads a recorded call; ok is false once it was pruned.
func (s *Store) Exchange(ctx context.Context, id string) (e Exchange, ok bool, err error) {
	err = s.Read.QueryRowContext(ctx,
		"SELECT id, workspace, method, path, status, request, response, error, request_id, millis, at FROM exchanges WHERE id = $1", id).Scan(
		&e.ID, &e.Workspace, &e.Method, &e.Path, &e.Status, &e.Request, &e.Response, &e.Error, &e.RequestID, &e.Millis, &e.At)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, err
}

// DeadLetter is a webhook that could not be understood, kept as it came.
type DeadLetter struct {
	ID, Workspace, Route, Reason, ContentType, Body string
	Size, At                                        int64
}

// InsertDeadLetter keeps a webhook that could not be understood.
func (tx *Tx) InsertDeadLetter(ctx context.Context, d DeadLetter) error {
	_, err := tx.Insert(ctx, "dead_letters",
		[]string{"id", "workspace", "route", "reason", "content_type", "body", "size", "at"},
		[][]any{{d.ID, d.Workspace, d.Route, d.Reason, d.ContentType, d.Body, d.Size, d.At}}, "")
	return err
}

// DeadLetters lists a page, newest first; before is the id of the last one seen, or empty.
func (s *Store) DeadLetters(ctx context.Context, before string, limit int) ([]DeadLetter, error) {
	if before == "" {
		before = "~" // sorts after every id
	}
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (d DeadLetter, err error) {
		return d, rows.Scan(&d.ID, &d.Workspace, &d.Route, &d.Reason, &d.ContentType, &d.Body, &d.Size, &d.At)
	}, "SELECT id, workspace, route, reason, content_type, body, size, at FROM dead_letters WHERE id < $1 ORDER BY id DESC LIMIT $2", before, limit)
}

// InsertDrop records an arrival that is no message: a test send.
func (tx *Tx) InsertDrop(ctx context.Context, id, workspace, route string, why DropReason, dispatch string, now int64) error {
	_, err := tx.Insert(ctx, "drops", dropColumns, [][]any{{id, workspace, route, "", string(why), dispatch, now}}, "")
	return err
}
