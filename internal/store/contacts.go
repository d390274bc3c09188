package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"parley/internal/chat"
	"parley/internal/store/db"
)

var contactColumns = []string{
	"id", "workspace", "external_id", "braze_id", "alias_name", "alias_label", "phone", "first_name", "language", "opted_out", "created_at",
}

func contactRow(c *chat.Contact) []any {
	return []any{
		string(c.ID), c.Workspace, c.ExternalID, c.BrazeID, c.AliasName, c.AliasLabel, c.Phone, c.FirstName, c.Language, c.OptedOut, c.CreatedAt,
	}
}

func scanContact(rows *sql.Rows) (*chat.Contact, error) {
	c := new(chat.Contact)
	return c, rows.Scan(&c.ID, &c.Workspace, &c.ExternalID, &c.BrazeID, &c.AliasName, &c.AliasLabel, &c.Phone, &c.FirstName, &c.Language, &c.OptedOut, &c.CreatedAt)
}

const selectContact = "SELECT id, workspace, external_id, braze_id, alias_name, alias_label, phone, first_name, language, opted_out, created_at FROM contacts "

// identityKey is an identity within its workspace.
type identityKey struct {
	workspace string
	chat.Identity
}

func (a *Arrival) identities() []identityKey {
	var keys []identityKey
	add := func(kind chat.IdentityKind, value string) {
		if value != "" {
			keys = append(keys, identityKey{a.Workspace, chat.Identity{Kind: kind, Value: value}})
		}
	}
	add(chat.ByExternalID, a.ExternalID)
	add(chat.ByBrazeID, a.BrazeID)
	if a.AliasName != "" {
		add(chat.ByAlias, chat.Alias(a.AliasLabel, a.AliasName))
	}
	add(chat.ByPhone, a.Phone)
	add(chat.ByBSUID, a.BSUID)
	return keys
}

// people resolves the senders of one batch of arrivals to contacts.
type people struct {
	tx       *Tx
	known    map[identityKey]chat.ContactID
	contacts map[chat.ContactID]*chat.Contact
	dirty    map[chat.ContactID]bool
	fresh    map[identityKey]chat.ContactID // identities to be written
	merged   []merge
}

type merge struct{ from, into chat.ContactID }

// resolve finds or makes the contact of every arrival, in order. The contacts'
// rows are locked until the transaction ends, so that whatever follows for one
// person happens one transaction after the other.
func (tx *Tx) resolve(ctx context.Context, arrivals []Arrival, now int64) ([]*chat.Contact, *people, error) {
	p := &people{
		tx: tx, known: map[identityKey]chat.ContactID{}, contacts: map[chat.ContactID]*chat.Contact{},
		dirty: map[chat.ContactID]bool{}, fresh: map[identityKey]chat.ContactID{},
	}
	if err := p.load(ctx, arrivals); err != nil {
		return nil, nil, err
	}
	out := make([]*chat.Contact, len(arrivals))
	for i := range arrivals {
		out[i] = p.contact(&arrivals[i], now)
	}
	for i := range out { // a later arrival may have merged an earlier one's contact
		out[i] = p.contacts[p.current(out[i].ID)]
	}
	return out, p, p.save(ctx, now)
}

func (p *people) load(ctx context.Context, arrivals []Arrival) error {
	wanted := map[identityKey]bool{}
	var values []string
	for i := range arrivals {
		for _, key := range arrivals[i].identities() {
			if !wanted[key] {
				wanted[key] = true
				values = append(values, key.Value)
			}
		}
	}
	in, args := db.OneOf(p.tx.Dialect, 1, values)
	found, err := db.Collect(ctx, p.tx, func(rows *sql.Rows) (id chat.ContactID, err error) {
		var key identityKey
		if err := rows.Scan(&key.workspace, &key.Kind, &key.Value, &id); err != nil || !wanted[key] {
			return "", err // the same text may also name somebody in another way
		}
		p.known[key] = id
		return id, nil
	}, "SELECT workspace, kind, value, contact_id FROM identities WHERE value "+in, args...)
	if err != nil {
		return err
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if len(found) > 0 && found[0] == "" {
		found = found[1:]
	}
	return p.loadContacts(ctx, found)
}

func (p *people) loadContacts(ctx context.Context, ids []chat.ContactID) error {
	if len(ids) == 0 {
		return nil
	}
	in, args := db.OneOf(p.tx.Dialect, 1, ids)
	list, err := db.Collect(ctx, p.tx, scanContact, selectContact+"WHERE id "+in+" ORDER BY id"+p.tx.Dialect.Lock, args...)
	for _, c := range list {
		p.contacts[c.ID] = c
	}
	// An identity that named a contact before the lock and no longer does was
	// merged away meanwhile; the transaction must look again.
	if err == nil && len(list) != len(ids) {
		err = db.ErrRaced
	}
	return err
}

// current follows the merges of this batch.
func (p *people) current(id chat.ContactID) chat.ContactID {
	for _, m := range p.merged {
		if m.from == id {
			id = m.into
		}
	}
	return id
}

// contact decides whose message an arrival is. The strongest identity that is
// known wins. The others, when they name somebody else, are merged into that
// contact unless both have an external id, which makes them two people who share a
// number; then the weaker identity stays where it is.
func (p *people) contact(a *Arrival, now int64) *chat.Contact {
	keys := a.identities()
	var c *chat.Contact
	for _, key := range keys {
		id, ok := p.known[key]
		if !ok {
			continue
		}
		hit := p.contacts[p.current(id)]
		switch {
		case hit == c:
		case c == nil && (a.ExternalID == "" || hit.ExternalID == "" || hit.ExternalID == a.ExternalID):
			c = hit
		case c != nil && (hit.ExternalID == "" || c.ExternalID == ""):
			p.merged = append(p.merged, merge{from: hit.ID, into: c.ID})
			if c.ExternalID == "" {
				c.ExternalID = hit.ExternalID
			}
			p.dirty[c.ID] = true
		}
	}
	if c == nil {
		c = &chat.Contact{ID: a.ContactID, Workspace: a.Workspace, CreatedAt: now}
		p.contacts[c.ID] = c
		p.dirty[c.ID] = true
	}
	for _, key := range keys {
		if _, ok := p.known[key]; !ok {
			p.known[key] = c.ID
			p.fresh[key] = c.ID
		}
	}
	p.learn(c, a)
	return c
}

func (p *people) learn(c *chat.Contact, a *Arrival) {
	set := func(field *string, value string) {
		if value != "" && *field != value {
			*field = value
			p.dirty[c.ID] = true
		}
	}
	set(&c.ExternalID, a.ExternalID)
	set(&c.BrazeID, a.BrazeID)
	if a.AliasName != "" {
		set(&c.AliasName, a.AliasName)
		set(&c.AliasLabel, a.AliasLabel)
	}
	set(&c.Phone, a.Phone)
	set(&c.FirstName, a.FirstName)
	set(&c.Language, a.Language)
}

func (p *people) save(ctx context.Context, now int64) error {
	var rows [][]any
	for id := range p.dirty {
		rows = append(rows, contactRow(p.contacts[id]))
	}
	sortRows(rows)
	if _, err := p.tx.Insert(ctx, "contacts", contactColumns, rows, db.Overwrite("id", contactColumns, "opted_out", "created_at")); err != nil {
		return err
	}
	rows = nil
	for key, id := range p.fresh {
		rows = append(rows, []any{key.workspace, string(key.Kind), key.Value, string(id), now})
	}
	slices.SortFunc(rows, func(a, b []any) int {
		return cmp.Or(cmp.Compare(a[1].(string), b[1].(string)), cmp.Compare(a[2].(string), b[2].(string)))
	})
	n, err := p.tx.Insert(ctx, "identities", []string{"workspace", "kind", "value", "contact_id", "created_at"}, rows, "ON CONFLICT DO NOTHING")
	if err == nil && n != int64(len(rows)) {
		err = db.ErrRaced // somebody else has just met the same person
	}
	return err
}

// sortRows orders rows by their first column, the id, which is the order in
// which every transaction takes its locks.
func sortRows(rows [][]any) {
	slices.SortFunc(rows, func(a, b []any) int { return cmp.Compare(a[0].(string), b[0].(string)) })
}
