package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"parley/internal/chat"
	"parley/internal/store/db"
)

// Arrival is one inbound message as intake understood it. The ids are fresh
// ones to be used if the row turns out to be needed.
type Arrival struct {
	Workspace string
	Route     string
	Specific  bool // the route is a keyword route and wins over a catch-all
	Paired    bool // the workspace has more routes that may bring the same message

	MessageID      chat.MessageID
	ContactID      chat.ContactID
	ConversationID chat.ConversationID

	ExternalID, BrazeID, AliasName, AliasLabel, Phone, BSUID string
	FirstName, Language                                      string
	Spoken                                                   string // the route's language; empty if it has none

	Text       string
	Media      []string
	CampaignID string
	DispatchID string
	Repaired   []string
	Notes      []string
	Attributes map[string]string
	Form       []chat.Field // answers of a completed form

	// Surveyed says that the workspace asks customers for their opinion; Score (1 to 5,
	// or 0) and Comment are what the text may be to that question.
	Surveyed bool
	Score    int
	Comment  bool

	// ByCurrents says that no webhook brought the message, although the customer wrote it
	// at WrittenAt. It is never a copy; a webhook that brings it later is.
	ByCurrents bool
	WrittenAt  int64

	Timing chat.Timing
	Dedupe Dedupe
}

// Dedupe says for how long a copy of a message is recognised, in milliseconds.
type Dedupe struct {
	WithDispatch    int64
	WithoutDispatch int64
	Brief           int64 // without a dispatch id, for texts of up to four characters
	Pair            int64 // the same text through another route
}

// Receipt says what became of an arrival.
type Receipt struct {
	ContactID      chat.ContactID
	ConversationID chat.ConversationID
	MessageID      chat.MessageID // the stored message, or the one it is a copy of
	Duplicate      DropReason     // empty when stored
	Owner          chat.Owner
	DueAt          int64
}

// DropReason says why an arrival was not stored as a message of its own.
type DropReason string

// Reasons for dropping an arrival. Every drop is a row that can be looked at.
const (
	DropRedelivered DropReason = "redelivered" // Braze delivered it again
	DropOtherRoute  DropReason = "other_route" // it came through another route already
	DropTest        DropReason = "test"        // a test send from Braze's dashboard
	DropLate        DropReason = "late"        // Currents has brought it meanwhile
)

// Ingest stores a batch of arrivals in order: it finds each sender, drops copies,
// opens conversations and makes turns due. When it returns without an error and
// the transaction commits, every arrival is either a message or a counted drop.
func (tx *Tx) Ingest(ctx context.Context, arrivals []Arrival, now int64) ([]Receipt, error) {
	contacts, people, err := tx.resolve(ctx, arrivals, now)
	if err != nil {
		return nil, err
	}
	in := &ingestion{tx: tx, now: now, copies: map[string]stored{}, pairs: map[pairKey]*pair{}}
	if err := in.load(ctx, arrivals, contacts, people); err != nil {
		return nil, err
	}
	out := make([]Receipt, len(arrivals))
	for i := range arrivals {
		out[i] = in.take(&arrivals[i], contacts[i])
	}
	return out, in.save(ctx)
}

type stored struct {
	message chat.MessageID
	until   int64
	dirty   bool
}

type pairKey struct {
	contact chat.ContactID
	hash    string
}

// pair counts how often one text of one contact came through each route within
// the window. The customer has written it as often as the busiest route says;
// what other routes bring is the same message again.
type pair struct {
	message chat.MessageID
	counts  map[string]int
	until   int64
	dirty   bool
}

type ingestion struct {
	tx  *Tx
	now int64

	open     map[chat.ContactID]*chat.Conversation
	changed  map[chat.ConversationID]bool
	copies   map[string]stored
	pairs    map[pairKey]*pair
	messages []chat.Message
	drops    [][]any
	rerouted []reroute
	asides   asides
}

type reroute struct {
	message chat.MessageID
	arrival *chat.Arrived
}

func (in *ingestion) load(ctx context.Context, arrivals []Arrival, contacts []*chat.Contact, p *people) error {
	if err := in.tx.mergeContacts(ctx, p, in.now); err != nil {
		return err
	}
	in.changed = map[chat.ConversationID]bool{}
	ids := make([]chat.ContactID, 0, len(contacts))
	keys := make([]string, 0, len(arrivals))
	hashes := []string{}
	for i := range arrivals {
		a := &arrivals[i]
		ids = append(ids, contacts[i].ID)
		key, hash := a.copyKeys(contacts[i].ID)
		keys = append(keys, key)
		if a.Paired {
			hashes = append(hashes, hash)
		}
	}
	slices.Sort(ids)
	var surveyed []chat.ConversationID
	if slices.ContainsFunc(arrivals, func(a Arrival) bool { return a.Surveyed && (a.Score > 0 || a.Comment) }) {
		var err error
		if surveyed, err = in.loadSurveys(ctx, slices.Compact(slices.Clone(ids))); err != nil {
			return err
		}
	}
	if err := in.loadOpen(ctx, slices.Compact(ids), surveyed); err != nil {
		return err
	}
	if err := in.loadCopies(ctx, keys); err != nil {
		return err
	}
	return in.loadPairs(ctx, slices.Compact(ids), hashes)
}

// loadOpen locks the open conversations of the contacts, and those that a survey is
// about, in one order.
func (in *ingestion) loadOpen(ctx context.Context, ids []chat.ContactID, surveyed []chat.ConversationID) error {
	list, args := db.OneOf(in.tx.Dialect, 1, ids)
	where := "WHERE owner <> 'none' AND contact_id " + list
	if len(surveyed) > 0 {
		more, values := db.OneOf(in.tx.Dialect, 1+len(args), surveyed)
		where, args = where+" OR id "+more, append(args, values...)
	}
	found, err := db.Collect(ctx, in.tx, scanConversation, selectConversation+where+" ORDER BY id"+in.tx.Dialect.Lock, args...)
	in.open = make(map[chat.ContactID]*chat.Conversation, len(ids))
	for _, c := range found {
		if c.Owner != chat.OwnerNone {
			in.open[c.ContactID] = c
		} else {
			in.asides.conversations[c.ID] = c
		}
	}
	return err
}

func (in *ingestion) loadCopies(ctx context.Context, keys []string) error {
	list, args := db.OneOf(in.tx.Dialect, 2, keys)
	_, err := db.Collect(ctx, in.tx, func(rows *sql.Rows) (struct{}, error) {
		var key string
		var row stored
		err := rows.Scan(&key, &row.message, &row.until)
		in.copies[key] = row
		return struct{}{}, err
	}, "SELECT key, message_id, until FROM copies WHERE until > $1 AND key "+list, append([]any{in.now}, args...)...)
	return err
}

func (in *ingestion) loadPairs(ctx context.Context, ids []chat.ContactID, hashes []string) error {
	if len(hashes) == 0 {
		return nil
	}
	contacts, args := db.OneOf(in.tx.Dialect, 2, ids)
	texts, more := db.OneOf(in.tx.Dialect, 2+len(args), hashes)
	args = append(append([]any{in.now}, args...), more...)
	_, err := db.Collect(ctx, in.tx, func(rows *sql.Rows) (struct{}, error) {
		var key pairKey
		var p pair
		var counts string
		if err := rows.Scan(&key.contact, &key.hash, &p.message, &counts, &p.until); err != nil {
			return struct{}{}, err
		}
		var err error
		p.counts, err = db.Decode[map[string]int](counts)
		in.pairs[key] = &p
		return struct{}{}, err
	}, "SELECT contact_id, hash, message_id, counts, until FROM pairs WHERE until > $1 AND contact_id "+contacts+" AND hash "+texts, args...)
	return err
}

// copyKeys gives the key by which a redelivery is known and the hash of what was
// said. Without a dispatch id the route takes its place, because each route's
// campaign delivers its own copy. A dispatch id alone would not do: Braze may
// share one between two users (Braze docs, "Dispatch ID").
func (a *Arrival) copyKeys(contact chat.ContactID) (key, hash string) {
	said := sha256.New()
	said.Write([]byte(a.Text))
	for _, m := range a.Media {
		said.Write([]byte("\x00" + m))
	}
	hash = hex.EncodeToString(said.Sum(nil)[:16])
	source := "d\x00" + a.DispatchID
	if a.DispatchID == "" {
		source = "r\x00" + a.Route
	}
	sum := sha256.Sum256([]byte(source + "\x00" + string(contact) + "\x00" + hash))
	return hex.EncodeToString(sum[:16]), hash
}

func (a *Arrival) copyWindow() int64 {
	switch {
	case a.DispatchID != "":
		return a.Dedupe.WithDispatch
	case len(a.Media) == 0 && len([]rune(strings.TrimSpace(a.Text))) <= 4:
		return a.Dedupe.Brief
	}
	return a.Dedupe.WithoutDispatch
}

func (in *ingestion) take(a *Arrival, contact *chat.Contact) Receipt {
	key, hash := a.copyKeys(contact.ID)
	if seen, ok := in.copies[key]; ok {
		return in.drop(a, contact, seen.message, DropRedelivered)
	}
	if a.Paired {
		if original, why := in.pairedWith(a, pairKey{contact.ID, hash}); why != "" {
			in.copies[key] = stored{message: original, until: in.now + a.copyWindow(), dirty: true}
			return in.drop(a, contact, original, why)
		}
	}
	in.copies[key] = stored{message: a.MessageID, until: in.now + a.copyWindow(), dirty: true}

	c := in.open[contact.ID]
	if c == nil {
		if c, seq := in.aside(a, contact); c != nil {
			return in.store(a, c, seq)
		}
		opened := chat.Open(a.ConversationID, a.Workspace, contact.ID, a.Route, in.now)
		c = &opened
		in.open[contact.ID] = c
	}
	c.Arrive(a.Route, a.Spoken, a.Specific)
	if c.Language == "" {
		c.Language = contact.Language
	}
	window := c.WindowUntil
	seq := c.Receive(preview(a), in.now, a.Timing)
	if a.ByCurrents { // WhatsApp's window runs from when the customer wrote
		c.WindowUntil = max(window, a.WrittenAt+chat.Window)
	}
	in.changed[c.ID] = true
	return in.store(a, c, seq)
}

func (in *ingestion) store(a *Arrival, c *chat.Conversation, seq int64) Receipt {
	in.messages = append(in.messages, chat.Message{
		ID: a.MessageID, ConversationID: c.ID, Seq: seq, Direction: chat.In, Author: chat.AuthorCustomer,
		Text: a.Text, Media: a.Media, At: in.now, Arrival: a.arrived(),
	})
	return Receipt{ContactID: c.ContactID, ConversationID: c.ID, MessageID: a.MessageID, Owner: c.Owner, DueAt: c.DueAt}
}

func preview(a *Arrival) string {
	if a.Text == "" && len(a.Media) > 0 {
		return "📎"
	}
	return a.Text
}

func (a *Arrival) arrived() *chat.Arrived {
	return &chat.Arrived{Route: a.Route, CampaignID: a.CampaignID, DispatchID: a.DispatchID, Repaired: a.Repaired, Notes: a.Notes, Attributes: a.Attributes, ByCurrents: a.ByCurrents, Form: a.Form}
}

// byCurrents counts, among the routes of a pair, what Braze's stream of events has
// brought; no route has such an id.
const byCurrents = "(currents)"

// pairedWith counts the arrival and says of which stored message it is another
// route's copy, and why, if it is one.
func (in *ingestion) pairedWith(a *Arrival, key pairKey) (chat.MessageID, DropReason) {
	p := in.pairs[key]
	if p == nil {
		p = &pair{counts: map[string]int{}}
		in.pairs[key] = p
	}
	written := 0
	for _, n := range p.counts {
		written = max(written, n)
	}
	p.until, p.dirty = max(p.until, in.now+a.Dedupe.Pair), true
	if a.ByCurrents {
		p.counts[byCurrents], p.message = written+1, a.MessageID
		return "", ""
	}
	p.counts[a.Route]++
	if p.counts[a.Route] > written {
		p.message = a.MessageID
		return "", ""
	}
	if a.Specific {
		arrived := a.arrived()
		arrived.ByCurrents = p.counts[byCurrents] == written
		in.rerouted = append(in.rerouted, reroute{p.message, arrived})
		if c := in.open[key.contact]; c != nil {
			c.Arrive(a.Route, a.Spoken, true)
			in.changed[c.ID] = true
		}
	}
	if p.counts[byCurrents] == written {
		return p.message, DropLate
	}
	return p.message, DropOtherRoute
}

func (in *ingestion) drop(a *Arrival, contact *chat.Contact, original chat.MessageID, why DropReason) Receipt {
	in.drops = append(in.drops, []any{string(a.MessageID), a.Workspace, a.Route, string(original), string(why), a.DispatchID, in.now})
	r := Receipt{ContactID: contact.ID, MessageID: original, Duplicate: why}
	if c := in.open[contact.ID]; c != nil {
		r.ConversationID, r.Owner = c.ID, c.Owner
	}
	return r
}

var dropColumns = []string{"id", "workspace", "route", "message_id", "reason", "dispatch_id", "at"}

func (in *ingestion) save(ctx context.Context) error {
	var changed []*chat.Conversation
	for _, c := range in.open {
		if in.changed[c.ID] {
			changed = append(changed, c)
		}
	}
	for _, c := range in.asides.conversations {
		if in.asides.changed[c.ID] {
			changed = append(changed, c)
		}
	}
	if err := in.saveSurveys(ctx); err != nil {
		return err
	}
	if err := in.tx.saveConversations(ctx, changed, byWriting); err != nil {
		return err
	}
	if err := in.tx.announce(ctx, changed, in.now); err != nil {
		return err
	}
	if err := in.tx.InsertMessages(ctx, in.messages); err != nil {
		return err
	}
	for _, r := range in.rerouted {
		if _, err := in.tx.ExecContext(ctx, "UPDATE messages SET arrival = $2 WHERE id = $1", string(r.message), db.Encode(r.arrival)); err != nil {
			return err
		}
	}
	if _, err := in.tx.Insert(ctx, "drops", dropColumns, in.drops, ""); err != nil {
		return err
	}
	if err := in.saveCopies(ctx); err != nil {
		return err
	}
	return in.savePairs(ctx)
}

func (in *ingestion) saveCopies(ctx context.Context) error {
	columns := []string{"key", "message_id", "until"}
	var rows [][]any
	for key, row := range in.copies {
		if row.dirty {
			rows = append(rows, []any{key, string(row.message), row.until})
		}
	}
	sortRows(rows)
	// An expired row may stand in the way; a live one is impossible here,
	// because the contact's row is locked and live rows were loaded.
	n, err := in.tx.Insert(ctx, "copies", columns, rows,
		"ON CONFLICT (key) DO UPDATE SET message_id = excluded.message_id, until = excluded.until WHERE copies.until < excluded.until")
	if err == nil && n != int64(len(rows)) {
		err = db.ErrRaced
	}
	return err
}

func (in *ingestion) savePairs(ctx context.Context) error {
	columns := []string{"contact_id", "hash", "message_id", "counts", "until"}
	var rows [][]any
	for _, key := range slices.SortedFunc(maps.Keys(in.pairs), func(a, b pairKey) int {
		return cmp.Or(cmp.Compare(a.contact, b.contact), cmp.Compare(a.hash, b.hash))
	}) {
		if p := in.pairs[key]; p.dirty {
			rows = append(rows, []any{string(key.contact), key.hash, string(p.message), db.Encode(p.counts), p.until})
		}
	}
	_, err := in.tx.Insert(ctx, "pairs", columns, rows, db.Overwrite("contact_id,hash", columns))
	return err
}

// Anonymous says whether nothing names the sender.
func (a *Arrival) Anonymous() bool { return len(a.identities()) == 0 }
