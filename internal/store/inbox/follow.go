package inbox

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// The search index follows the feed of changes instead of being written with every
// message: a burst costs it one look at each conversation, and nobody waits for it.
// How far it has come is committed with what it has written, and each conversation
// remembers its newest line that is in the index, so that after a crash nothing is
// missing and nothing is in there twice. Of several replicas one is ahead; the others
// find out when they commit, and write nothing.

const (
	follower = "search"
	allDone  = "~" // sorts behind every id
	batch    = 200 // conversations, and lines, in one transaction
)

// errOvertaken says that another replica has done the same step.
var errOvertaken = errors.New("another process has indexed this meanwhile")

// place is how far the index has come: through the feed, and before that through all
// conversations in the order of their ids.
type place struct {
	cursor  store.Cursor
	reached string
}

// Follow takes the index one step further, and says whether there is more to do now.
// Call it again until there is not. The first steps on a database are through
// everything that is there already, and so they are after a pause so long that the
// feed does not reach back to where it began.
func Follow(ctx context.Context, s *store.Store) (more bool, err error) {
	from, known, err := whereabouts(ctx, s)
	if err != nil {
		return false, err
	}
	if !known {
		return true, begin(ctx, s)
	}
	var ids []chat.ConversationID
	to := from
	if from.reached != allDone {
		if ids, err = conversationsAfter(ctx, s, from.reached); err != nil {
			return false, err
		}
		to.reached = allDone
		if len(ids) > 0 {
			to.reached = string(ids[len(ids)-1])
		}
	} else {
		changes, err := s.Changes(ctx, from.cursor, batch)
		if err != nil || len(changes) == 0 {
			return false, err
		}
		to.cursor = changes[len(changes)-1].Cursor
		for _, c := range changes {
			ids = append(ids, c.ConversationID)
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	w, err := gather(ctx, s, ids)
	if err != nil {
		return false, err
	}
	if w.partial {
		to = from // the rest of their lines in the next step
	}
	err = s.Write(ctx, func(tx *store.Tx) error { return w.write(ctx, tx, from, to) })
	if errors.Is(err, errOvertaken) {
		err = nil
	}
	return true, err
}

// whereabouts reads how far the index has come. known is false when it must begin anew.
func whereabouts(ctx context.Context, s *store.Store) (p place, known bool, err error) {
	err = s.Read.QueryRowContext(ctx, "SELECT txid, cursor, reached FROM followers WHERE name = $1", follower).Scan(
		&p.cursor.Tx, &p.cursor.N, &p.reached)
	if errors.Is(err, sql.ErrNoRows) {
		return place{}, false, nil
	}
	if err != nil {
		return place{}, false, err
	}
	start, err := s.FeedStart(ctx)
	if err != nil || start == (store.Cursor{}) {
		return p, true, err // all that is there was followed, or nothing ever happened
	}
	pruned := p.cursor.Tx < start.Tx || p.cursor.Tx == start.Tx && p.cursor.N < start.N
	return p, !pruned, nil
}

// begin starts from the feed's end, with all conversations still to be looked at.
func begin(ctx context.Context, s *store.Store) error {
	end, err := s.FeedEnd(ctx)
	if err != nil {
		return err
	}
	return s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Insert(ctx, "followers", []string{"name", "txid", "cursor", "reached"}, [][]any{{follower, end.Tx, end.N, ""}},
			db.Overwrite("name", []string{"name", "txid", "cursor", "reached"}))
		return err
	})
}

func conversationsAfter(ctx context.Context, s *store.Store, id string) ([]chat.ConversationID, error) {
	return db.Collect(ctx, s.Read, scanID, "SELECT id FROM conversations WHERE id > $1 ORDER BY id LIMIT $2", id, batch)
}

func scanID(rows *sql.Rows) (id chat.ConversationID, err error) { return id, rows.Scan(&id) }

// piece is what one row of the index finds: lines of a conversation that came in one
// step, for a question and its answer cost one row less that way.
type piece struct {
	conversation chat.ConversationID
	seq          int64 // of its newest line; 0 for the person, the tags and the files
	words        string
}

// progress is how far the index has come with one conversation.
type progress struct {
	seq  int64
	head string // of the words that piece 0 has
}

// work is what a step will write.
type work struct {
	pieces  []piece
	reached map[chat.ConversationID]progress
	partial bool // there are more lines than fit into a step
}

// gather reads what is not in the index yet.
func gather(ctx context.Context, s *store.Store, ids []chat.ConversationID) (*work, error) {
	w := &work{reached: map[chat.ConversationID]progress{}}
	in, args := db.OneOf(s.Dialect, 1, ids)
	if _, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
		var id chat.ConversationID
		var p progress
		err := rows.Scan(&id, &p.seq, &p.head)
		w.reached[id] = p
		return struct{}{}, err
	}, "SELECT conversation_id, seq, head FROM searched WHERE conversation_id "+in, args...); err != nil {
		return nil, err
	}
	if err := w.heads(ctx, s, ids); err != nil {
		return nil, err
	}
	return w, w.lines(ctx, s, ids)
}

// heads finds the people, tags and understood files that have changed.
func (w *work) heads(ctx context.Context, s *store.Store, ids []chat.ConversationID) error {
	in, args := db.OneOf(s.Dialect, 1, ids)
	said := map[chat.ConversationID][]string{}
	for _, query := range []string{
		"SELECT c.id, p.first_name, 'name' FROM conversations c JOIN contacts p ON p.id = c.contact_id WHERE c.id " + in,
		"SELECT c.id, i.value, i.kind FROM conversations c JOIN identities i ON i.contact_id = c.contact_id WHERE c.id " + in,
		"SELECT conversation_id, tag, 'tag' FROM tags WHERE conversation_id " + in,
		// What a model made of files is known later than their lines, so it stands here.
		"SELECT conversation_id, heard || ' ' || seen || ' ' || written, 'file' FROM understood WHERE failure = '' AND conversation_id " + in,
	} {
		if _, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (struct{}, error) {
			var id chat.ConversationID
			var value, kind string
			err := rows.Scan(&id, &value, &kind)
			said[id] = append(said[id], Words(value)...)
			if kind == string(chat.ByPhone) {
				said[id] = append(said[id], tails(value)...)
			}
			return struct{}{}, err
		}, query, args...); err != nil {
			return err
		}
	}
	for id, words := range said {
		slices.Sort(words)
		text := strings.Join(slices.Compact(words), " ")
		sum := sha256.Sum256([]byte(text))
		head := hex.EncodeToString(sum[:16])
		if p := w.reached[id]; p.head != head {
			p.head = head
			w.reached[id] = p
			w.pieces = append(w.pieces, piece{conversation: id, words: text})
		}
	}
	return nil
}

// lines finds what was said since; notes too.
func (w *work) lines(ctx context.Context, s *store.Store, ids []chat.ConversationID) error {
	in, args := db.OneOf(s.Dialect, 1, ids)
	list, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (p piece, err error) { return p, rows.Scan(&p.conversation, &p.seq, &p.words) },
		`SELECT m.conversation_id, m.seq, m.text FROM conversations c LEFT JOIN searched i ON i.conversation_id = c.id
		JOIN messages m ON m.conversation_id = c.id AND m.seq > COALESCE(i.seq, 0)
		WHERE c.id `+in+" ORDER BY m.conversation_id, m.seq LIMIT "+strconv.Itoa(batch+1), args...)
	if err != nil {
		return err
	}
	if len(list) > batch {
		list, w.partial = list[:batch], true
	}
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[n].conversation == list[0].conversation {
			n++
		}
		texts := make([]string, n)
		for i, line := range list[:n] {
			texts[i] = line.words
		}
		p := list[n-1]
		list = list[n:]
		reached := w.reached[p.conversation]
		reached.seq = p.seq
		w.reached[p.conversation] = reached
		if p.words = strings.Join(Words(strings.Join(texts, "\n")), " "); p.words != "" {
			w.pieces = append(w.pieces, p)
		}
	}
	return nil
}

// write commits a step, if the index still is where the step began.
func (w *work) write(ctx context.Context, tx *store.Tx, from, to place) error {
	res, err := tx.ExecContext(ctx,
		"UPDATE followers SET txid = $1, cursor = $2, reached = $3 WHERE name = $4 AND txid = $5 AND cursor = $6 AND reached = $7",
		to.cursor.Tx, to.cursor.N, to.reached, follower, from.cursor.Tx, from.cursor.N, from.reached)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errOvertaken)
	}
	if err := w.writePieces(ctx, tx); err != nil {
		return err
	}
	rows := make([][]any, 0, len(w.reached))
	for id, p := range w.reached {
		rows = append(rows, []any{string(id), p.seq, p.head})
	}
	columns := []string{"conversation_id", "seq", "head"}
	_, err = tx.Insert(ctx, "searched", columns, rows, db.Overwrite("conversation_id", columns))
	return err
}

func (w *work) writePieces(ctx context.Context, tx *store.Tx) error {
	if tx.Dialect.Name == "postgres" {
		return w.writeVectors(ctx, tx)
	}
	var heads []chat.ConversationID
	for _, p := range w.pieces {
		if p.seq == 0 {
			heads = append(heads, p.conversation)
		}
	}
	in, args := db.OneOf(tx.Dialect, 1, heads)
	for _, statement := range []string{
		"DELETE FROM search WHERE rowid IN (SELECT id FROM pieces WHERE seq = 0 AND conversation_id " + in + ")",
		"DELETE FROM pieces WHERE seq = 0 AND conversation_id " + in,
	} {
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return err
		}
	}
	var last int64 // nobody else writes, so the next ids are known
	if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(id), 0) FROM pieces").Scan(&last); err != nil {
		return err
	}
	pieces, words := make([][]any, len(w.pieces)), make([][]any, len(w.pieces))
	for i, p := range w.pieces {
		last++
		pieces[i] = []any{last, string(p.conversation), p.seq}
		words[i] = []any{last, p.words}
	}
	if _, err := tx.Insert(ctx, "pieces", []string{"id", "conversation_id", "seq"}, pieces, ""); err != nil {
		return err
	}
	_, err := tx.Insert(ctx, "search", []string{"rowid", "words"}, words, "")
	return err
}

// writeVectors is writePieces for PostgreSQL. The words are taken as they are: no
// dictionary of the server has a say in what is found.
func (w *work) writeVectors(ctx context.Context, tx *store.Tx) error {
	conversations, seqs, words := make([]string, len(w.pieces)), make([]int64, len(w.pieces)), make([]string, len(w.pieces))
	for i, p := range w.pieces {
		conversations[i], seqs[i], words[i] = string(p.conversation), p.seq, p.words
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO pieces (conversation_id, seq, words)
		SELECT c, s, array_to_tsvector(string_to_array(w, ' ')) FROM UNNEST($1::TEXT[], $2::BIGINT[], $3::TEXT[]) AS t (c, s, w)
		ON CONFLICT (conversation_id, seq) DO UPDATE SET words = excluded.words`, conversations, seqs, words)
	return err
}
