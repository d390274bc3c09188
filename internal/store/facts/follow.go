package facts

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Value is one cell as a mapping wants it.
type Value struct {
	Name, Part string
	Op         Op
	JSON       string
	Problem    string // why it may not be sent; empty if it may
}

// Derived is what a mapping makes of a contact.
type Derived struct {
	Values   []Value
	Exact    []string  // arrays of which no other items than those in Values shall be there
	Tellings []Telling // events and increments: kind, name, value, time; State Failed with an Answer for what may not be sent
}

// Derive is a mapping: a pure function of the contact as it stands. Whether what happened
// is told is up to it; happened is empty where it is not asked for.
type Derive func(c *Contact, happened []*Conversation) Derived

// Place is how far the feed was turned into facts, and since when facts are made.
type Place struct {
	Cursor store.Cursor
	Since  int64
}

// At reads the place. The first time it is the end of the feed: what was before is told
// of nobody until their conversation changes.
func At(ctx context.Context, s *store.Store, now int64) (Place, error) {
	for {
		found, err := db.Collect(ctx, s.Read, func(rows *sql.Rows) (p Place, err error) { return p, rows.Scan(&p.Cursor.Tx, &p.Cursor.N, &p.Since) },
			"SELECT txid, cursor, since FROM fact_follower WHERE id = 1")
		if err != nil || len(found) > 0 {
			return append(found, Place{})[0], err
		}
		end, err := s.FeedEnd(ctx)
		if err != nil {
			return Place{}, err
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Insert(ctx, "fact_follower", []string{"id", "txid", "cursor", "since"}, [][]any{{1, end.Tx, end.N, now}}, "ON CONFLICT (id) DO NOTHING")
			return err
		})
		if err != nil {
			return Place{}, err
		}
	}
}

// Step is a page of the feed.
type Step struct {
	From    Place
	To      store.Cursor
	Changed []chat.ConversationID
}

// Mappings gives a workspace's mapping and how many milliseconds a changed attribute waits
// for a reply that takes it along; nil for a workspace that tells nothing.
type Mappings func(workspace string) (Derive, int64)

// Advance turns a page of the feed into facts. It does nothing and reports false when
// another replica was faster.
func Advance(ctx context.Context, tx *store.Tx, step Step, now int64, mappings Mappings) (bool, error) {
	res, err := tx.ExecContext(ctx, "UPDATE fact_follower SET txid = $1, cursor = $2 WHERE id = 1 AND txid = $3 AND cursor = $4",
		step.To.Tx, step.To.N, step.From.Cursor.Tx, step.From.Cursor.N)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	workspaces, err := contactsOf(ctx, tx, step.Changed, mappings)
	if err != nil || len(workspaces) == 0 {
		return true, err
	}
	people, err := lockPeople(ctx, tx, workspaces)
	if err != nil {
		return false, err
	}
	w, err := open(ctx, tx, people)
	if err == nil {
		w.read, err = read(ctx, tx, w.ids, step.Changed, step.From.Since)
	}
	if err != nil {
		return false, err
	}
	changed := make(map[chat.ConversationID]bool, len(step.Changed))
	for _, id := range step.Changed {
		changed[id] = true
	}
	for id, p := range people {
		var happened []*Conversation
		for _, c := range w.read.contacts[id].Conversations {
			if changed[c.ID] {
				happened = append(happened, c)
				w.marks = append(w.marks, c)
			}
		}
		derive, wait := mappings(p.Workspace)
		w.derive(p, derive, happened, now, wait)
	}
	return true, w.save(ctx)
}

// contactsOf finds whose conversations changed, with the workspaces that tell anything.
func contactsOf(ctx context.Context, tx *store.Tx, ids []chat.ConversationID, mappings Mappings) (map[chat.ContactID]string, error) {
	type row struct {
		contact   chat.ContactID
		workspace string
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, func(rows *sql.Rows) (r row, err error) { return r, rows.Scan(&r.contact, &r.workspace) },
		"SELECT DISTINCT contact_id, workspace FROM conversations WHERE id "+in, args...)
	out := map[chat.ContactID]string{}
	for _, r := range list {
		if derive, _ := mappings(r.workspace); derive != nil {
			out[r.contact] = r.workspace
		}
	}
	return out, err
}

// work is what a transaction has loaded of the people it has locked.
type work struct {
	tx       *store.Tx
	ids      []chat.ContactID // of people, sorted
	people   map[chat.ContactID]*Person
	cells    map[chat.ContactID]*cells
	open     map[chat.ContactID][]Telling
	read     *reader
	tellings []Telling       // to be saved
	marks    []*Conversation // whose marks are to be saved
}

// open loads cells and open tellings of people whose rows are locked.
func open(ctx context.Context, tx *store.Tx, people map[chat.ContactID]*Person) (*work, error) {
	w := &work{tx: tx, people: people, ids: slices.Sorted(maps.Keys(people))}
	var err error
	if w.cells, err = loadCells(ctx, tx, tx.Dialect, w.ids); err != nil {
		return nil, err
	}
	w.open, err = openTellings(ctx, tx, w.ids)
	return w, err
}

// derive brings a person in line with what a mapping makes of them now.
func (w *work) derive(p *Person, mapping Derive, happened []*Conversation, now, wait int64) {
	if p.State != Active {
		return
	}
	d := mapping(w.read.contacts[p.ContactID], happened)
	w.cells[p.ContactID].want(d, now)
	for _, t := range d.Tellings {
		t.ID, t.ContactID, t.Workspace = chat.NewID(), p.ContactID, p.Workspace
		if t.State == Failed {
			t.ToldAt = now
		} else {
			t.State = Pending
			w.open[p.ContactID] = append(w.open[p.ContactID], t)
		}
		w.tellings = append(w.tellings, t)
	}
	w.schedule(p, now+wait, false)
}

// schedule says when a person's facts are due: at a time, or earlier if they were already.
func (w *work) schedule(p *Person, at int64, anew bool) {
	nothing := p.State == Stopped || len(w.cells[p.ContactID].due()) == 0 && len(w.open[p.ContactID]) == 0
	switch {
	case p.LeaseBy != "": // when the lease ends somebody has to look
		p.DueAt = p.LeaseUntil
	case nothing:
		p.DueAt = 0
	case p.DueAt == 0 || anew:
		p.DueAt = at
	}
}

func (w *work) save(ctx context.Context) error {
	var people []*Person
	for _, p := range w.people {
		people = append(people, p)
	}
	if err := savePeople(ctx, w.tx, people); err != nil {
		return err
	}
	if err := saveCells(ctx, w.tx, w.cells); err != nil {
		return err
	}
	if err := saveTellings(ctx, w.tx, w.tellings); err != nil {
		return err
	}
	columns := []string{"conversation_id", "seq", "turn", "scored", "topic", "topic_at"}
	rows := make([][]any, len(w.marks))
	for i, c := range w.marks {
		rows[i] = []any{string(c.ID), c.mark.seq, c.mark.turn, c.mark.scored, c.mark.topic, c.mark.topicAt}
	}
	_, err := w.tx.Insert(ctx, "fact_marks", columns, rows, db.Overwrite("conversation_id", columns))
	return err
}
