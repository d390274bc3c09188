package facts

import (
	"context"
	"maps"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Ledger is everything that is known of what Braze was told of a contact.
type Ledger struct {
	Person   Person
	Cells    []Cell    // by name
	Tellings []Telling // the newest, newest first
}

// Read gives a contact's ledger, with at most limit tellings.
func Read(ctx context.Context, s *store.Store, id chat.ContactID, limit int) (l Ledger, err error) {
	people, err := db.Collect(ctx, s.Read, scanPerson, selectPerson+"WHERE contact_id = $1", string(id))
	if err != nil || len(people) == 0 {
		return Ledger{Person: Person{ContactID: id, State: Active}}, err
	}
	l.Person = *people[0]
	all, err := loadCells(ctx, s.Read, s.Dialect, []chat.ContactID{id})
	if err != nil {
		return l, err
	}
	own := all[id]
	for _, key := range slices.SortedFunc(maps.Keys(own.byKey), compareKeys) {
		l.Cells = append(l.Cells, *own.byKey[key])
	}
	l.Tellings, err = db.Collect(ctx, s.Read, scanTelling, selectTelling+"WHERE contact_id = $1 ORDER BY id DESC LIMIT $2", string(id), limit)
	return l, err
}

// change runs fn on a contact's row, cells and open tellings.
func change(ctx context.Context, tx *store.Tx, id chat.ContactID, by string, now int64, fn func(w *work, p *Person) error) error {
	workspace, err := db.Collect(ctx, tx, scanText, "SELECT workspace FROM contacts WHERE id = $1", string(id))
	if err != nil {
		return err
	}
	if len(workspace) == 0 {
		return chat.Errorf(chat.NotFound, "there is no such contact")
	}
	people, err := lockPeople(ctx, tx, map[chat.ContactID]string{id: workspace[0]})
	if err != nil {
		return err
	}
	w, err := open(ctx, tx, people)
	if err != nil {
		return err
	}
	p := people[id]
	p.ChangedBy, p.ChangedAt = by, now
	if err := fn(w, p); err != nil {
		return err
	}
	return w.save(ctx)
}

// Stop ends telling Braze of a contact: what waits is dropped and nothing is derived any
// more. A call that is under way is carried through.
func Stop(ctx context.Context, tx *store.Tx, id chat.ContactID, by string, now int64) error {
	return change(ctx, tx, id, by, now, func(w *work, p *Person) error {
		if p.State == Active {
			p.State = Stopped
		}
		w.schedule(p, now, true)
		return w.dropPending(ctx, id)
	})
}

func (w *work) dropPending(ctx context.Context, id chat.ContactID) error {
	_, err := w.tx.ExecContext(ctx, "DELETE FROM fact_tellings WHERE contact_id = $1 AND state = 'pending'", string(id))
	return err
}

// Resume goes on after Stop: attributes are told as they then stand. What happened
// meanwhile is not.
func Resume(ctx context.Context, tx *store.Tx, id chat.ContactID, by string, now int64) error {
	return change(ctx, tx, id, by, now, func(w *work, p *Person) error {
		if p.State == Purging {
			return chat.Errorf(chat.Conflict, "what Braze was told is still being taken back; wait until that is done")
		}
		p.State, p.DueAt = Active, p.LeaseUntil // what the cells want is old; the feed makes it anew
		_, err := tx.ExecContext(ctx, `INSERT INTO feed (workspace, conversation_id, at)
			SELECT workspace, id, $2 FROM conversations WHERE contact_id = $1 ORDER BY opened_at DESC, id DESC LIMIT 1`, string(id), now)
		return err
	})
}

// Purge forgets what Braze was told of a contact and takes its attributes back there:
// each that Braze has or may have is set to null. Events cannot be taken back through
// Braze's API. Nothing more is told of the contact afterwards.
func Purge(ctx context.Context, tx *store.Tx, id chat.ContactID, by string, now int64) error {
	return change(ctx, tx, id, by, now, func(w *work, p *Person) error {
		own := w.cells[id]
		back := newCells(nil)
		take := func(name string) {
			one := &Cell{Name: name, Op: Set, Desired: Null, Since: now}
			back.byKey[[2]string{name, ""}] = one
		}
		for _, c := range own.byKey {
			// An attribute goes as a whole, whatever it was made of; one that was refused or never told is not there.
			if c.Accepted == Null || c.Accepted == "" && c.Sent == "" && c.Refused == c.Desired {
				continue
			}
			take(c.Name)
		}
		counted, err := db.Collect(ctx, tx, scanText,
			"SELECT DISTINCT name FROM fact_tellings WHERE contact_id = $1 AND kind = 'increment' AND state IN ('accepted', 'unknown', 'sending')", string(id))
		if err != nil {
			return err
		}
		for _, name := range counted {
			take(name)
		}
		for _, statement := range []string{"DELETE FROM fact_cells WHERE contact_id = $1", "DELETE FROM fact_tellings WHERE contact_id = $1"} {
			if _, err := tx.ExecContext(ctx, statement, string(id)); err != nil {
				return err
			}
		}
		for _, one := range back.byKey {
			back.changed[one] = true
		}
		w.cells[id], w.open[id] = back, nil
		p.State, p.Care, p.Trouble, p.Points = Purging, careless, "", 0
		w.schedule(p, now, true)
		w.finishPurge(p)
		return nil
	})
}

// finishPurge ends taking back once everything was.
func (w *work) finishPurge(p *Person) {
	if p.State == Purging && p.LeaseBy == "" && len(w.cells[p.ContactID].due()) == 0 {
		p.State, p.DueAt = Stopped, 0
	}
}

// Prune deletes tellings that were done with before a time, at most limit of them.
func Prune(ctx context.Context, tx *store.Tx, before int64, limit int) (int64, error) {
	res, err := tx.ExecContext(ctx, `DELETE FROM fact_tellings WHERE id IN
		(SELECT id FROM fact_tellings WHERE told_at > 0 AND told_at < $1 ORDER BY told_at LIMIT $2)`, before, limit)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
