package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// SurveyPlan says that the customer is to be asked after a conversation was resolved,
// in milliseconds.
type SurveyPlan struct {
	Delay int64 // after resolving
	Every int64 // the same customer is asked at most once in this time
}

var surveyColumns = []string{
	"conversation_id", "workspace", "contact_id", "agent", "state", "due_at", "planned_at", "asked_at", "until", "answered_at", "score",
	"comment_until", "comment", "reason",
}

var selectSurvey = "SELECT " + strings.Join(surveyColumns, ", ") + " FROM surveys "

func scanSurvey(rows *sql.Rows) (*chat.Survey, error) {
	s := new(chat.Survey)
	return s, rows.Scan(&s.ConversationID, &s.Workspace, &s.ContactID, &s.Agent, &s.State, &s.DueAt, &s.PlannedAt, &s.AskedAt, &s.Until,
		&s.AnsweredAt, &s.Score, &s.CommentUntil, &s.Comment, &s.Reason)
}

func surveyRow(s *chat.Survey) []any {
	return []any{
		string(s.ConversationID), s.Workspace, string(s.ContactID), s.Agent, string(s.State), s.DueAt, s.PlannedAt, s.AskedAt, s.Until,
		s.AnsweredAt, s.Score, s.CommentUntil, s.Comment, s.Reason,
	}
}

// planSurvey plans to ask the customer of a conversation that was just resolved: only if
// a person answered in it, if the window will still be open, if they were not asked a
// short while ago, and once. A plan that was dropped before it was asked may come back.
func (tx *Tx) planSurvey(ctx context.Context, c *chat.Conversation, plan *SurveyPlan, agent string, now int64) error {
	if plan == nil || c.RepliedAt == 0 || c.WindowUntil <= now+plan.Delay {
		return nil
	}
	var lately int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM surveys WHERE contact_id = $1 AND planned_at > $2 AND state <> 'dropped' AND conversation_id <> $3`,
		string(c.ContactID), now-plan.Every, string(c.ID)).Scan(&lately)
	if err != nil || lately > 0 {
		return err
	}
	s := &chat.Survey{
		ConversationID: c.ID, Workspace: c.Workspace, ContactID: c.ContactID, Agent: agent, State: chat.SurveyPlanned,
		DueAt: now + plan.Delay, PlannedAt: now,
	}
	_, err = tx.Insert(ctx, "surveys", surveyColumns, [][]any{surveyRow(s)},
		db.Overwrite("conversation_id", surveyColumns)+" WHERE surveys.state IN ('planned', 'dropped')")
	return err
}

// Survey reads that of a conversation; ok is false when none was planned.
func (s *Store) Survey(ctx context.Context, id chat.ConversationID) (v chat.Survey, ok bool, err error) {
	list, err := db.Collect(ctx, s.Read, scanSurvey, selectSurvey+"WHERE conversation_id = $1", string(id))
	if err != nil || len(list) == 0 {
		return v, false, err
	}
	return *list[0], true, nil
}

// DueSurveys lists the conversations whose survey the desk has to look at, due longest
// first.
func (s *Store) DueSurveys(ctx context.Context, now int64, limit int) ([]chat.ConversationID, error) {
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (id chat.ConversationID, err error) { return id, rows.Scan(&id) },
		"SELECT conversation_id FROM surveys WHERE due_at > 0 AND due_at <= $1 ORDER BY due_at LIMIT $2", now, limit)
}

// NextSurvey says when the next survey falls due, or 0 if none will.
func (s *Store) NextSurvey(ctx context.Context) (int64, error) {
	return s.scalar(ctx, "SELECT due_at FROM surveys WHERE due_at > 0 ORDER BY due_at LIMIT 1")
}

// OpenSurvey is a survey with all that decides what becomes of it, locked.
type OpenSurvey struct {
	*chat.Survey
	Conversation *chat.Conversation
	Contact      chat.Contact
	Talking      bool // the customer has an open conversation
}

// LockSurvey loads a survey for writing, with the contact first, so that no message of
// theirs comes in meanwhile; ok is false when it is not due any more, because another
// process was faster.
func (tx *Tx) LockSurvey(ctx context.Context, id chat.ConversationID, now int64) (v OpenSurvey, ok bool, err error) {
	contacts, err := db.Collect(ctx, tx, scanContact, selectContact+
		"WHERE id = (SELECT contact_id FROM surveys WHERE conversation_id = $1)"+tx.Dialect.Lock, string(id))
	if err != nil || len(contacts) == 0 {
		return v, false, err
	}
	v.Contact = *contacts[0]
	if v.Conversation, err = tx.LockConversation(ctx, id); err != nil {
		return v, false, err
	}
	list, err := db.Collect(ctx, tx, scanSurvey, selectSurvey+"WHERE conversation_id = $1"+tx.Dialect.Lock, string(id))
	if err != nil || len(list) == 0 {
		return v, false, err
	}
	v.Survey = list[0]
	if v.Survey.ContactID != v.Contact.ID {
		return v, false, db.ErrRaced // the contact was merged between the two looks
	}
	err = tx.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM conversations WHERE owner <> 'none' AND contact_id = $1", string(v.Contact.ID)).Scan(&v.Talking)
	return v, v.DueAt > 0 && v.DueAt <= now, err
}

// SaveSurvey writes a survey that LockSurvey gave.
func (tx *Tx) SaveSurvey(ctx context.Context, s *chat.Survey) error {
	_, err := tx.Insert(ctx, "surveys", surveyColumns, [][]any{surveyRow(s)}, db.Overwrite("conversation_id", surveyColumns))
	return err
}

// asides are the surveys that a batch of arrivals may answer, by contact, and the
// conversations that they are about. A line is an answer only while its sender has no
// open conversation; all of it is decided under the lock of the contact.
type asides struct {
	surveys       map[chat.ContactID]*chat.Survey
	conversations map[chat.ConversationID]*chat.Conversation
	changed       map[chat.ConversationID]bool
}

// loadSurveys finds the newest survey of each contact that may still be answered. The
// ids of their conversations are locked together with the open ones.
func (in *ingestion) loadSurveys(ctx context.Context, ids []chat.ContactID) ([]chat.ConversationID, error) {
	in.asides = asides{map[chat.ContactID]*chat.Survey{}, map[chat.ConversationID]*chat.Conversation{}, map[chat.ConversationID]bool{}}
	list, args := db.OneOf(in.tx.Dialect, 2, ids)
	found, err := db.Collect(ctx, in.tx, scanSurvey, selectSurvey+`WHERE
		(state = 'asked' AND until > $1 OR state = 'answered' AND comment_until > $1) AND contact_id `+list+" ORDER BY planned_at", append([]any{in.now}, args...)...)
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		in.asides.surveys[s.ContactID] = s
	}
	var out []chat.ConversationID
	for _, s := range in.asides.surveys {
		out = append(out, s.ConversationID)
	}
	slices.Sort(out)
	return out, nil
}

// aside takes an arrival for the answer to a survey, if it is one, and returns the
// conversation it belongs to.
func (in *ingestion) aside(a *Arrival, contact *chat.Contact) (*chat.Conversation, int64) {
	s := in.asides.surveys[contact.ID]
	if s == nil || len(a.Media) > 0 {
		return nil, 0
	}
	c := in.asides.conversations[s.ConversationID]
	if c == nil || c.Owner != chat.OwnerNone || !s.Take(chat.Answer{Score: a.Score, Comment: a.Comment, Text: a.Text}, in.now) {
		return nil, 0
	}
	in.asides.changed[c.ID] = true
	return c, c.Aside(preview(a), in.now)
}

func (in *ingestion) saveSurveys(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(in.asides.surveys)) {
		s := in.asides.surveys[id]
		if !in.asides.changed[s.ConversationID] {
			continue
		}
		done, err := in.tx.ExecContext(ctx, `UPDATE surveys SET state = 'answered', due_at = $2, answered_at = $3, score = $4, comment_until = $5, comment = $6
			WHERE conversation_id = $1 AND state IN ('asked', 'answered')`, string(s.ConversationID), s.DueAt, s.AnsweredAt, s.Score, s.CommentUntil, s.Comment)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n != 1 {
			return cmp.Or(err, db.ErrRaced)
		}
	}
	return nil
}
