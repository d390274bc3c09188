// Package understood keeps what models heard and saw in customers' files, and what they
// could not: one row for each file, so that nothing is paid for twice.
//
// It must not fetch anything nor ask a model. Start reading at [Note] and [Fill].
package understood

import (
	"context"
	"database/sql"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// File is what became of one file of a message.
type File struct {
	Message      chat.MessageID
	N            int // its place among the message's files, from 0
	Conversation chat.ConversationID
	At           int64 // unix milliseconds
	chat.Understood
	// Failure is the kind of failure, a closed list of package sense, or empty.
	Failure string
	Detail  string // one English sentence about it, without the file's address
	Model   string // as the settings name it; empty if none was asked
	Millis  int64  // time spent
}

var columns = []string{"message_id", "n", "conversation_id", "at", "heard", "seen", "written", "failure", "detail", "model", "millis"}

// Note writes a file down, once: the first time stands. Pages that show its
// conversation learn of it.
func Note(ctx context.Context, tx *store.Tx, workspace string, f File) error {
	n, err := tx.Insert(ctx, "understood", columns, [][]any{{
		string(f.Message), f.N, string(f.Conversation), f.At, f.Heard, f.Seen, f.Read, f.Failure, f.Detail, f.Model, f.Millis,
	}}, "ON CONFLICT (message_id, n) DO NOTHING")
	if err != nil || n == 0 || f.Understood == (chat.Understood{}) {
		return err
	}
	return tx.Announce(ctx, workspace, []chat.ConversationID{f.Conversation}, f.At)
}

// Of reads what became of the files of messages, in the order of message and file.
func Of(ctx context.Context, s *store.Store, ids []chat.MessageID) ([]File, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := db.OneOf(s.Dialect, 1, ids)
	return db.Collect(ctx, s.Read, func(rows *sql.Rows) (f File, err error) {
		return f, rows.Scan(&f.Message, &f.N, &f.Conversation, &f.At, &f.Heard, &f.Seen, &f.Read, &f.Failure, &f.Detail, &f.Model, &f.Millis)
	}, `SELECT message_id, n, conversation_id, at, heard, seen, written, failure, detail, model, millis FROM understood
		WHERE message_id `+in+" ORDER BY message_id, n", args...)
}

// Fill adds to inbound lines what is known of their files. Lines without files cost nothing.
func Fill(ctx context.Context, s *store.Store, lists ...[]chat.Message) error {
	var ids []chat.MessageID
	at := map[chat.MessageID]*chat.Message{}
	for _, list := range lists {
		for i := range list {
			if m := &list[i]; m.Direction == chat.In && len(m.Media) > 0 {
				ids, at[m.ID] = append(ids, m.ID), m
			}
		}
	}
	files, err := Of(ctx, s, ids)
	for _, f := range files {
		if f.Understood == (chat.Understood{}) {
			continue
		}
		m := at[f.Message]
		if m.Understood == nil {
			m.Understood = map[int]chat.Understood{}
		}
		m.Understood[f.N] = f.Understood
	}
	return err
}
