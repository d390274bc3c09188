// Package facts keeps what Braze's profiles are told of chats: what each contact's
// custom attributes shall say, which events and increments wait, and what Braze
// answered. What a fact is made of, and the calls, are channel/profile's.
//
// What makes it exact:
//
//   - An attribute is a [Cell]: what Braze shall know, and what it took last. Cells are
//     derived from the conversations' rows under the lock of the contact's row, so a
//     later derivation has read later, and only differences are told.
//   - Who tells holds the contact's lease, so one call at most is under way for it, and
//     Braze cannot get them in another order. What is told is written before the call.
//   - An attribute whose outcome is not known is told again: setting it twice changes
//     nothing. An event or increment whose outcome is not known stays [Unknown] and is
//     never repeated by itself: it would count twice.
//   - Events and increments are read off lines behind the conversation's mark; they, the
//     mark and the place in the feed are saved in one transaction, and only if the place
//     is still the one that was read from. So none is lost and none is doubled.
//   - Rows of fact_people are locked after contacts, conversations and lanes, in the
//     order of ids, or not waited for.
//
// Start reading at Cell, then Advance, Ride and Claim.
package facts

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Topic says that facts wait to be told.
const Topic store.Topic = "facts"

// State is what became of something that Braze was told.
type State string

// A telling waits, is on its way, or has ended. Waiting is the outcome of a call that
// Braze did not take: it is made again.
const (
	Pending  State = "pending"
	Sending  State = "sending"
	Accepted State = "accepted"
	Failed   State = "failed"
	Unknown  State = "unknown"
	Waiting  State = "waiting"
)

// Kind is what a telling writes to the profile.
type Kind string

// An attribute is set; an increment adds to one; an event is logged.
const (
	Attribute Kind = "attribute"
	Increment Kind = "increment"
	Event     Kind = "event"
)

// By which call Braze was told.
const (
	ViaReply = "reply"
	ViaTrack = "track"
)

// Telling is one thing that Braze was told, or an event or increment that waits for it.
type Telling struct {
	ID         string
	ContactID  chat.ContactID
	Workspace  string
	Kind       Kind
	Name, Part string
	Value      string // JSON: the value, the increment, or the event's properties
	HappenedAt int64
	State      State
	Via        string
	Answer     string // what Braze said, or why it was not told
	ExchangeID string
	ToldAt     int64 // when its state became final; 0 before
}

var tellingColumns = []string{
	"id", "contact_id", "workspace", "kind", "name", "part", "value", "happened_at", "state", "via", "answer", "exchange_id", "told_at",
}

func tellingRow(t Telling) []any {
	return []any{
		t.ID, string(t.ContactID), t.Workspace, string(t.Kind), t.Name, t.Part, t.Value, t.HappenedAt, string(t.State), t.Via, t.Answer, t.ExchangeID, t.ToldAt,
	}
}

var selectTelling = "SELECT " + strings.Join(tellingColumns, ", ") + " FROM fact_tellings "

func scanTelling(rows *sql.Rows) (t Telling, err error) {
	return t, rows.Scan(&t.ID, &t.ContactID, &t.Workspace, &t.Kind, &t.Name, &t.Part, &t.Value, &t.HappenedAt, &t.State, &t.Via, &t.Answer, &t.ExchangeID, &t.ToldAt)
}

func saveTellings(ctx context.Context, tx *store.Tx, list []Telling) error {
	rows := make([][]any, len(list))
	for i, t := range list {
		rows[i] = tellingRow(t)
	}
	_, err := tx.Insert(ctx, "fact_tellings", tellingColumns, rows, db.Overwrite("id", tellingColumns))
	return err
}

// How far Braze may be told of a person.
const (
	Active  = "active"
	Stopped = "stopped" // nothing more is told
	Purging = "purging" // what was told is being taken back; stopped then
)

// How much care the next call for a person needs.
const (
	careless = 0
	trackIt  = 1 // a reply that carried facts was refused: they go by themselves
	singly   = 2 // Braze found fault with an object of several cells: each goes by itself
)

// Person is a contact whose profile is written to.
type Person struct {
	ContactID  chat.ContactID
	Workspace  string
	State      string
	DueAt      int64
	LeaseUntil int64
	LeaseBy    string
	Care       int
	Points     int64  // data points that were spent, as far as Braze's answers tell
	Trouble    string // why the last call did not go through; empty after one that did
	ChangedBy  string // who has stopped or purged
	ChangedAt  int64
}

var personColumns = []string{
	"contact_id", "workspace", "state", "due_at", "lease_until", "lease_by", "care", "points", "trouble", "changed_by", "changed_at",
}

var selectPerson = "SELECT " + strings.Join(personColumns, ", ") + " FROM fact_people "

func scanPerson(rows *sql.Rows) (*Person, error) {
	p := new(Person)
	return p, rows.Scan(&p.ContactID, &p.Workspace, &p.State, &p.DueAt, &p.LeaseUntil, &p.LeaseBy, &p.Care, &p.Points, &p.Trouble, &p.ChangedBy, &p.ChangedAt)
}

func savePeople(ctx context.Context, tx *store.Tx, list []*Person) error {
	rows := make([][]any, len(list))
	for i, p := range list {
		rows[i] = []any{string(p.ContactID), p.Workspace, p.State, p.DueAt, p.LeaseUntil, p.LeaseBy, p.Care, p.Points, p.Trouble, p.ChangedBy, p.ChangedAt}
	}
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
	_, err := tx.Insert(ctx, "fact_people", personColumns, rows, db.Overwrite("contact_id", personColumns))
	return err
}

// free gives the lease back.
func (p *Person) free() { p.LeaseBy, p.LeaseUntil = "", 0 }

// lockPeople makes and locks the rows of contacts, in the order of ids.
func lockPeople(ctx context.Context, tx *store.Tx, workspaces map[chat.ContactID]string) (map[chat.ContactID]*Person, error) {
	ids := make([]chat.ContactID, 0, len(workspaces))
	rows := make([][]any, 0, len(workspaces))
	for id := range workspaces {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		rows = append(rows, []any{string(id), workspaces[id], Active, 0, 0, "", 0, 0, "", "", 0})
	}
	if _, err := tx.Insert(ctx, "fact_people", personColumns, rows, "ON CONFLICT (contact_id) DO NOTHING"); err != nil {
		return nil, err
	}
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanPerson, selectPerson+"WHERE contact_id "+in+" ORDER BY contact_id"+tx.Dialect.Lock, args...)
	if err != nil {
		return nil, err
	}
	out := make(map[chat.ContactID]*Person, len(list))
	for _, p := range list {
		out[p.ContactID] = p
	}
	return out, nil
}

var cellColumns = []string{"contact_id", "name", "part", "op", "desired", "accepted", "sent", "refused", "reason", "since", "told_at"}

// loadCells reads the cells of contacts.
func loadCells(ctx context.Context, q db.Querier, dialect db.Dialect, ids []chat.ContactID) (map[chat.ContactID]*cells, error) {
	type row struct {
		contact chat.ContactID
		cell    *Cell
	}
	in, args := db.OneOf(dialect, 1, ids)
	list, err := db.Collect(ctx, q, func(rows *sql.Rows) (r row, err error) {
		c := new(Cell)
		r.cell = c
		return r, rows.Scan(&r.contact, &c.Name, &c.Part, &c.Op, &c.Desired, &c.Accepted, &c.Sent, &c.Refused, &c.Reason, &c.Since, &c.ToldAt)
	}, "SELECT "+strings.Join(cellColumns, ", ")+" FROM fact_cells WHERE contact_id "+in, args...)
	if err != nil {
		return nil, err
	}
	grouped := map[chat.ContactID][]*Cell{}
	for _, r := range list {
		grouped[r.contact] = append(grouped[r.contact], r.cell)
	}
	out := make(map[chat.ContactID]*cells, len(ids))
	for _, id := range ids {
		out[id] = newCells(grouped[id])
	}
	return out, nil
}

// saveCells writes the cells that have changed.
func saveCells(ctx context.Context, tx *store.Tx, all map[chat.ContactID]*cells) error {
	var rows [][]any
	for id, s := range all {
		for c := range s.changed {
			rows = append(rows, []any{string(id), c.Name, c.Part, string(c.Op), c.Desired, c.Accepted, c.Sent, c.Refused, c.Reason, c.Since, c.ToldAt})
		}
		clear(s.changed)
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return slices.Compare([]string{a[0].(string), a[1].(string), a[2].(string)}, []string{b[0].(string), b[1].(string), b[2].(string)})
	})
	_, err := tx.Insert(ctx, "fact_cells", cellColumns, rows, db.Overwrite("contact_id,name,part", cellColumns))
	return err
}

// openTellings reads the events and increments that wait or are on their way, oldest first.
func openTellings(ctx context.Context, tx *store.Tx, ids []chat.ContactID) (map[chat.ContactID][]Telling, error) {
	in, args := db.OneOf(tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, tx, scanTelling, selectTelling+"WHERE state IN ('pending', 'sending') AND contact_id "+in+" ORDER BY contact_id, id", args...)
	out := map[chat.ContactID][]Telling{}
	for _, t := range list {
		out[t.ContactID] = append(out[t.ContactID], t)
	}
	return out, err
}

func scanText(rows *sql.Rows) (text string, err error) { return text, rows.Scan(&text) }
