package facts

import (
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Object is what is told of one contact in one object of a call: cells that go
// together, or one event or increment. All objects of a person in a call have one lease.
type Object struct {
	Contact chat.Contact
	By      string
	Cells   []Cell
	Telling *Telling
}

// lost is what people read about a call of a process that ended in the middle.
const lost = "the process ended before Braze's answer was noted"

// Ride finds what the contacts of claimed deliveries can be told in the same call as
// their reply, from how things stand at this moment, and writes it into the deliveries'
// Attributes. Who is being told something by another call is left out. It must run in the
// transaction that claimed the deliveries, after them.
func Ride(ctx context.Context, tx *store.Tx, claimed []store.Outbound, lease, since, now int64, derive Derive) error {
	workspaces := map[chat.ContactID]string{}
	for i := range claimed {
		workspaces[claimed[i].ContactID] = claimed[i].Workspace
	}
	if len(workspaces) == 0 {
		return nil
	}
	people, err := lockPeople(ctx, tx, workspaces)
	if err != nil {
		return err
	}
	for id, p := range people {
		if p.LeaseUntil > now || p.State != Active || p.Care != careless {
			delete(people, id)
		}
	}
	if len(people) == 0 {
		return nil
	}
	w, err := open(ctx, tx, people)
	if err == nil {
		w.read, err = read(ctx, tx, w.ids, nil, since)
	}
	if err != nil {
		return err
	}
	for i := range claimed {
		o := &claimed[i]
		p := people[o.ContactID]
		if p == nil {
			continue
		}
		w.takeOver(p, now)
		w.derive(p, derive, nil, now, 0)
		due := together(w.cells[p.ContactID].due())
		if len(due) == 0 {
			continue
		}
		p.LeaseBy, p.LeaseUntil, p.DueAt = o.LeaseBy, now+lease, now+lease
		o.Attributes = Attributes(w.send(p, due))
	}
	return w.save(ctx)
}

// takeOver settles what somebody was telling when their lease ended.
func (w *work) takeOver(p *Person, now int64) {
	s := w.cells[p.ContactID]
	for _, c := range s.sent() {
		w.note(p, c, Settled{State: Unknown, Answer: lost}, now)
		c.settle(Unknown, lost, now)
		s.changed[c] = true
	}
	var left []Telling
	for _, t := range w.open[p.ContactID] {
		if t.State == Sending {
			t.State, t.Answer, t.ToldAt = Unknown, lost, now
			w.tellings = append(w.tellings, t)
			continue
		}
		left = append(left, t)
	}
	w.open[p.ContactID] = left
	p.free()
}

// send marks cells as being told.
func (w *work) send(p *Person, list []*Cell) []Cell {
	out := make([]Cell, len(list))
	for i, c := range list {
		c.send()
		w.cells[p.ContactID].changed[c] = true
		out[i] = *c
	}
	return out
}

// Claim takes what is due in a workspace, at most limit objects, and marks it as being
// told before anybody is. What is due for a contact that was merged into another goes
// over to that one.
func Claim(ctx context.Context, tx *store.Tx, workspace string, claim store.Claim, now int64) ([]Object, error) {
	list, err := db.Collect(ctx, tx, scanPerson, selectPerson+"WHERE workspace = $1 AND due_at > 0 AND due_at <= $2 AND lease_until <= $2 ORDER BY due_at LIMIT $3"+tx.Dialect.SkipLocked,
		workspace, now, claim.Limit)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	people := make(map[chat.ContactID]*Person, len(list))
	for _, p := range list {
		people[p.ContactID] = p
	}
	w, err := open(ctx, tx, people)
	if err != nil {
		return nil, err
	}
	names := newReader(ctx, tx, 0)
	if err := names.people(w.ids); err != nil {
		return nil, err
	}
	var out []Object
	for _, p := range list {
		c := names.contacts[p.ContactID]
		w.takeOver(p, now)
		if c.MergedInto != "" {
			if err := w.handOn(ctx, p, c.MergedInto, now); err != nil {
				return nil, err
			}
			continue
		}
		objects := w.objects(p, c.Contact, claim.Limit-len(out))
		if len(objects) == 0 {
			w.schedule(p, now, true)
			continue
		}
		p.LeaseBy, p.LeaseUntil, p.DueAt, p.Care = claim.By, now+claim.Lease, now+claim.Lease, careless
		for i := range objects {
			objects[i].By = claim.By
		}
		out = append(out, objects...)
	}
	return out, w.save(ctx)
}

// objects takes what is due for a person, attributes first, at most limit objects.
func (w *work) objects(p *Person, c chat.Contact, limit int) []Object {
	var out []Object
	due := together(w.cells[p.ContactID].due())
	switch {
	case limit <= 0 || p.State == Stopped:
		return nil
	case len(due) == 0:
	case p.Care == singly:
		for _, cell := range due[:min(len(due), limit)] {
			out = append(out, Object{Contact: c, Cells: w.send(p, []*Cell{cell})})
		}
	default:
		out = append(out, Object{Contact: c, Cells: w.send(p, due)})
	}
	open := w.open[p.ContactID]
	for i := range open[:min(len(open), limit-len(out))] {
		t := &open[i]
		t.State, t.Via = Sending, ViaTrack
		w.tellings = append(w.tellings, *t)
		out = append(out, Object{Contact: c, Telling: t})
	}
	return out
}

// handOn gives what waits for a contact to the one it was merged into. Attributes are
// derived anew for that one; who had stopped being told of stays so.
func (w *work) handOn(ctx context.Context, p *Person, into chat.ContactID, now int64) error {
	for _, statement := range []string{
		"UPDATE fact_tellings SET contact_id = $2 WHERE contact_id = $1",
		"DELETE FROM fact_cells WHERE contact_id = $1 AND contact_id <> $2",
	} {
		if _, err := w.tx.ExecContext(ctx, statement, string(p.ContactID), string(into)); err != nil {
			return err
		}
	}
	p.DueAt, w.cells[p.ContactID], w.open[p.ContactID] = 0, newCells(nil), nil
	kept := w.tellings[:0]
	for _, t := range w.tellings {
		if t.ContactID == p.ContactID {
			t.ContactID = into
		}
		kept = append(kept, t)
	}
	w.tellings = kept
	_, err := w.tx.Insert(ctx, "fact_people", personColumns, [][]any{{string(into), p.Workspace, p.State, now, 0, "", 0, p.Points, "", p.ChangedBy, p.ChangedAt}},
		`ON CONFLICT (contact_id) DO UPDATE SET points = fact_people.points + excluded.points,
			state = CASE WHEN fact_people.state = 'active' THEN excluded.state ELSE fact_people.state END,
			due_at = CASE WHEN fact_people.due_at > 0 THEN fact_people.due_at ELSE excluded.due_at END`)
	return err
}

// Renew lengthens leases that have not been lost and gives the contacts they are of:
// only those may still be told.
func Renew(ctx context.Context, tx *store.Tx, by map[chat.ContactID]string, lease, now int64) (map[chat.ContactID]bool, error) {
	ids := make([]chat.ContactID, 0, len(by))
	for id := range by {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanPerson, selectPerson+"WHERE contact_id "+in+" ORDER BY contact_id"+tx.Dialect.Lock, args...)
	if err != nil {
		return nil, err
	}
	kept := map[chat.ContactID]bool{}
	var renewed []*Person
	for _, p := range list {
		if p.LeaseBy == by[p.ContactID] {
			p.LeaseUntil, p.DueAt = now+lease, now+lease
			kept[p.ContactID] = true
			renewed = append(renewed, p)
		}
	}
	return kept, savePeople(ctx, tx, renewed)
}

// Due says when the next fact of a workspace falls due, or 0 if none waits.
func Due(ctx context.Context, s *store.Store, workspace string) (int64, error) {
	var at sql.NullInt64
	err := s.Read.QueryRowContext(ctx, "SELECT MIN(due_at) FROM fact_people WHERE workspace = $1 AND due_at > 0", workspace).Scan(&at)
	return at.Int64, err
}

// KeepRides renews the leases of deliveries that take facts along; those who have lost them
// go without.
func KeepRides(ctx context.Context, tx *store.Tx, list []store.Outbound, lease, now int64) error {
	by := map[chat.ContactID]string{}
	for _, o := range list {
		if o.Attributes != nil {
			by[o.ContactID] = o.LeaseBy
		}
	}
	if len(by) == 0 {
		return nil
	}
	kept, err := Renew(ctx, tx, by, lease, now)
	if err != nil {
		return err
	}
	for i := range list {
		if !kept[list[i].ContactID] {
			list[i].Attributes = nil
		}
	}
	return nil
}
