package facts_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/facts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const lease = 10_000

// world is a store in which people write, and a Braze that remembers what it was told.
type world struct {
	t     *testing.T
	store *store.Store
	rand  *rand.Rand
	now   int64
	braze map[chat.ContactID]map[string]string // what the profile says; an array's items are name+item
	logs  map[string]int                       // events and increments by contact, name and time
}

func newWorld(t *testing.T, s *store.Store, seed uint64) *world {
	w := &world{t: t, store: s, rand: rand.New(rand.NewPCG(seed, 1)), now: 1_000_000, braze: map[chat.ContactID]map[string]string{}, logs: map[string]int{}}
	if _, err := facts.At(t.Context(), s, w.now); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) write(fn func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	if err := w.store.Write(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// derive tells in which state a person is, on which routes they came, and of whatever happens.
func derive(c *facts.Contact, happened []*facts.Conversation) (d facts.Derived) {
	n := c.Newest()
	human := n.Owner == chat.OwnerQueue || n.Owner == chat.OwnerAgent
	d.Values = []facts.Value{
		{Name: "human", Op: facts.Set, JSON: fmt.Sprint(human)},
		{Name: "chat", Part: "count", Op: facts.Merge, JSON: fmt.Sprint(len(c.Conversations))},
		{Name: "chat", Part: "owner", Op: facts.Merge, JSON: fmt.Sprintf("%q", n.Owner)},
		{Name: "owners", Part: string(n.Owner), Op: facts.Item, JSON: "true"},
	}
	d.Exact = []string{"owners"}
	for _, conversation := range happened {
		for _, h := range conversation.Happened {
			value := fmt.Sprintf(`{"id":%q}`, conversation.ID)
			d.Tellings = append(d.Tellings, facts.Telling{Kind: facts.Event, Name: h.Kind, Value: value, HappenedAt: h.At})
			if h.Kind == facts.Resolved {
				d.Tellings = append(d.Tellings, facts.Telling{Kind: facts.Increment, Name: "resolved", Value: "1", HappenedAt: h.At})
			}
		}
	}
	return d
}

func mappings(workspace string) (facts.Derive, int64) {
	if workspace == "shop" {
		return derive, 1000
	}
	return nil, 0
}

func (w *world) says(who string) (out store.Receipt) {
	w.write(func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Ingest(ctx, []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Phone: "+1555000" + who, Text: "text " + chat.NewID(),
		}}, w.now)
		if err == nil {
			out = got[0]
		}
		return err
	})
	return out
}

func (w *world) moves(id chat.ConversationID, kind chat.Kind) {
	ctx := w.t.Context()
	l, err := w.store.Conversation(ctx, id)
	if err != nil {
		w.t.Fatal(err)
	}
	_ = w.store.Write(ctx, func(tx *store.Tx) error { // not every change is allowed
		return tx.ChangeOwner(ctx, store.OwnerChange{ConversationID: id, Kind: kind, Agent: "ben", Actor: "ben", Epoch: l.Epoch}, w.now)
	})
}

// follow reads the feed to its end.
func (w *world) follow() {
	w.t.Helper()
	for {
		ctx := w.t.Context()
		place, err := facts.At(ctx, w.store, w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		changes, err := w.store.Changes(ctx, place.Cursor, 3)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(changes) == 0 {
			return
		}
		step := facts.Step{From: place, To: changes[len(changes)-1].Cursor}
		for _, c := range changes {
			if !slices.Contains(step.Changed, c.ConversationID) {
				step.Changed = append(step.Changed, c.ConversationID)
			}
		}
		for twice := range 2 { // a second replica that has read the same page changes nothing
			w.write(func(ctx context.Context, tx *store.Tx) error {
				won, err := facts.Advance(ctx, tx, step, w.now, mappings)
				if won != (twice == 0) {
					w.t.Errorf("run %d of a page: %v", twice, won)
				}
				return err
			})
		}
	}
}

// takes lets Braze carry an object out.
func (w *world) takes(id chat.ContactID, attributes map[string]any, t *facts.Telling) {
	p := w.braze[id]
	if p == nil {
		p = map[string]string{}
		w.braze[id] = p
	}
	if t != nil {
		w.logs[fmt.Sprintf("%s %s %s %s %d", id, t.Kind, t.Name, t.Value, t.HappenedAt)]++
		return
	}
	raw, err := json.Marshal(attributes)
	if err != nil {
		w.t.Fatal(err)
	}
	var plain map[string]any
	if err := json.Unmarshal(raw, &plain); err != nil {
		w.t.Fatal(err)
	}
	for name, value := range plain {
		if name == "_merge_objects" {
			continue
		}
		object, nested := value.(map[string]any)
		if !nested {
			p[name] = fmt.Sprint(value)
			if value == nil {
				maps.DeleteFunc(p, func(k, _ string) bool {
					return k == name || strings.HasPrefix(k, name+".") || strings.HasPrefix(k, name+"+")
				})
			}
			continue
		}
		for key, v := range object {
			switch key {
			case "add":
				for _, item := range v.([]any) {
					p[name+"+"+item.(string)] = "true"
				}
			case "remove":
				for _, item := range v.([]any) {
					delete(p, name+"+"+item.(string))
				}
			default:
				p[name+"."+key] = fmt.Sprint(v)
			}
		}
		if object["add"] != nil && object["remove"] != nil {
			w.t.Errorf("%s is told to add and to remove: %s", name, raw)
		}
	}
}

var fates = []facts.State{facts.Accepted, facts.Accepted, facts.Waiting, facts.Unknown, facts.Failed, "died"}

// fate decides what becomes of a call and whether Braze carried it out.
func (w *world) fate(healthy bool) (state facts.State, carried bool) {
	if healthy {
		return facts.Accepted, true
	}
	state = fates[w.rand.IntN(len(fates))]
	return state, state == facts.Accepted || (state == facts.Unknown || state == "died") && w.rand.IntN(2) == 0
}

// track makes one call and reports whether anything was due.
func (w *world) track(healthy bool) bool {
	var list []facts.Object
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = facts.Claim(ctx, tx, "shop", store.Claim{By: chat.NewID(), Limit: 1 + w.rand.IntN(6), Lease: lease}, w.now)
		return err
	})
	var settled []facts.Settled
	for _, o := range list {
		state, carried := w.fate(healthy)
		if carried {
			w.takes(o.Contact.ID, facts.Attributes(o.Cells), o.Telling)
		}
		if state != "died" {
			settled = append(settled, facts.Settled{ContactID: o.Contact.ID, By: o.By, Cells: o.Cells, Telling: o.Telling, State: state, Answer: "because", Via: facts.ViaTrack})
		}
	}
	if len(settled) > 1 && w.rand.IntN(2) == 0 { // a refused call is told in halves
		half := len(settled) / 2
		w.settle(settled[:half])
		settled = settled[half:]
		by := map[chat.ContactID]string{}
		for _, s := range settled {
			by[s.ContactID] = s.By
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			kept, err := facts.Renew(ctx, tx, by, lease, w.now)
			if len(kept) != len(by) {
				w.t.Errorf("%d of %d people keep their lease for the other half", len(kept), len(by))
			}
			return err
		})
	}
	w.settle(settled)
	return len(list) > 0
}

func (w *world) settle(list []facts.Settled) {
	w.write(func(ctx context.Context, tx *store.Tx) error {
		ignored, err := facts.Settle(ctx, tx, list, w.now)
		if ignored > 0 {
			w.t.Errorf("%d outcomes were ignored under a lease that holds", ignored)
		}
		return err
	})
}

// ride answers a contact with a reply.
func (w *world) ride(id chat.ContactID, healthy bool) {
	batch := []store.Outbound{{Delivery: chat.Delivery{ContactID: id, Workspace: "shop"}, LeaseBy: chat.NewID()}}
	w.write(func(ctx context.Context, tx *store.Tx) error {
		batch[0].Attributes = nil
		return facts.Ride(ctx, tx, batch, lease, 1_000_000, w.now, derive)
	})
	if batch[0].Attributes == nil {
		return
	}
	state, carried := w.fate(healthy)
	if carried {
		w.takes(id, batch[0].Attributes, nil)
	}
	if state != "died" {
		w.settle([]facts.Settled{{ContactID: id, By: batch[0].LeaseBy, State: state, Answer: "because", Via: facts.ViaReply}})
	}
}

// TestFacts_model lets anything happen, with answers that are lost, refused or late and
// processes that die, and then lets everything go well: Braze must know of everybody what is
// so, must have been told nothing twice that counts, and the ledger must admit what it does
// not know.
func TestFacts_model(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		w := newWorld(t, s, seed)
		var conversations []chat.ConversationID
		contacts := map[chat.ContactID]bool{}
		kinds := []chat.Kind{chat.Offer, chat.Accept, chat.PassBack, chat.Resolve, chat.Reopen}
		for range 250 {
			w.now += w.rand.Int64N(4000)
			switch w.rand.IntN(7) {
			case 0:
				r := w.says(fmt.Sprint(w.rand.IntN(4)))
				conversations = append(conversations, r.ConversationID)
				contacts[r.ContactID] = true
			case 1, 2:
				if len(conversations) > 0 {
					w.moves(conversations[w.rand.IntN(len(conversations))], kinds[w.rand.IntN(len(kinds))])
				}
			case 3:
				w.follow()
			case 4:
				for id := range contacts {
					if w.rand.IntN(2) == 0 {
						w.ride(id, false)
					}
				}
			default:
				w.track(false)
			}
		}
		w.calm()
		w.check(slices.Sorted(maps.Keys(contacts)))
	})
}

// calm lets everything go well until nothing is due.
func (w *world) calm() {
	w.now += lease + 1
	w.waitAndFollow()
	for range 500 {
		w.now += 2000
		if !w.track(true) {
			if next, err := facts.Due(w.t.Context(), w.store, "shop"); err != nil || next == 0 {
				return
			}
		}
	}
	w.t.Fatal("something stays due for ever")
}

const patience = 60_000_000_000 // a minute

func (w *world) check(contacts []chat.ContactID) {
	t := w.t
	t.Helper()
	for _, id := range contacts {
		l, err := facts.Read(t.Context(), w.store, id, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if l.Person.LeaseBy != "" || l.Person.DueAt != 0 || l.Person.State != facts.Active {
			t.Errorf("person %+v", l.Person)
		}
		for _, c := range l.Cells {
			key := map[facts.Op]string{facts.Set: c.Name, facts.Merge: c.Name + "." + c.Part, facts.Item: c.Name + "+" + c.Part}[c.Op]
			want := strings.Trim(c.Desired, `"`)
			if c.Op == facts.Item && want == "false" {
				want = ""
			}
			switch got := w.braze[id][key]; {
			case c.Sent != "" || c.Due():
				t.Errorf("%s: not settled: %+v", key, c)
			case c.Desired == c.Refused: // Braze would not have it
			case got != want:
				t.Errorf("%s is %q, Braze says %q", key, want, got)
			}
		}
		points := int64(0)
		for _, one := range l.Tellings {
			if one.State == facts.Accepted {
				points++
			}
			if one.Kind == facts.Attribute {
				continue
			}
			n := w.logs[fmt.Sprintf("%s %s %s %s %d", id, one.Kind, one.Name, one.Value, one.HappenedAt)]
			if one.State == facts.Accepted && n != 1 || one.State == facts.Unknown && n > 1 || one.State == facts.Failed && n != 0 ||
				one.State == facts.Pending || one.State == facts.Sending {
				t.Errorf("%+v was carried out %d times", one, n)
			}
		}
		if points != l.Person.Points {
			t.Errorf("%d data points, the ledger has %d", l.Person.Points, points)
		}
	}
	testkit.Diff(t, w.count("SELECT COUNT(*) FROM fact_tellings WHERE kind = 'event' AND name <> 'conversation_started' AND name <> 'intent'"), w.count("SELECT COUNT(*) FROM transitions"))
	testkit.Diff(t, w.count("SELECT COUNT(*) FROM fact_tellings WHERE kind = 'event' AND name = 'conversation_started'"), w.count("SELECT COUNT(*) FROM conversations"))
	testkit.Diff(t, w.count("SELECT COUNT(*) FROM fact_tellings WHERE kind = 'increment'"), w.count("SELECT COUNT(*) FROM transitions WHERE to_owner = 'none'"))
}

func (w *world) count(query string) int {
	w.t.Helper()
	n, err := db.Collect(w.t.Context(), w.store.Read, func(rows *sql.Rows) (n int, err error) { return n, rows.Scan(&n) }, query)
	if err != nil {
		w.t.Fatal(err)
	}
	return n[0]
}

func TestRide_oneCallAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, 1)
		r := w.says("1")
		w.moves(r.ConversationID, chat.Offer)
		w.waitAndFollow()
		one := []store.Outbound{{Delivery: chat.Delivery{ContactID: r.ContactID, Workspace: "shop"}, LeaseBy: "one"}}
		ride := func(list []store.Outbound) {
			w.write(func(ctx context.Context, tx *store.Tx) error {
				return facts.Ride(ctx, tx, list, lease, 1_000_000, w.now, derive)
			})
		}
		ride(one)
		if one[0].Attributes["human"] == nil {
			t.Fatalf("nothing rides: %v", one[0].Attributes)
		}
		w.moves(r.ConversationID, chat.PassBack)
		w.waitAndFollow()
		w.now += 5000
		two := []store.Outbound{{Delivery: chat.Delivery{ContactID: r.ContactID, Workspace: "shop"}, LeaseBy: "two"}}
		if ride(two); two[0].Attributes != nil {
			t.Error("a second reply takes facts along while the first is on its way")
		}
		if w.track(true) {
			t.Error("facts are tracked while a reply takes some along")
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			ignored, err := facts.Settle(ctx, tx, []facts.Settled{{ContactID: r.ContactID, By: "two", State: facts.Accepted}}, w.now)
			if ignored != 1 {
				t.Error("an outcome counts that has no lease")
			}
			return err
		})
		w.settle([]facts.Settled{{ContactID: r.ContactID, By: "one", State: facts.Accepted, Via: facts.ViaReply}})
		if ride(two); string(two[0].Attributes["human"].(json.RawMessage)) != "false" {
			t.Errorf("afterwards the new value does not ride: %v", two[0].Attributes)
		}
	})
}

// waitAndFollow follows until the feed, which lags on PostgreSQL, was read to its end.
func (w *world) waitAndFollow() {
	w.t.Helper()
	want := w.count("SELECT COUNT(*) FROM feed")
	testkit.Eventually(w.t, patience, func() bool {
		w.follow()
		place, err := facts.At(w.t.Context(), w.store, w.now)
		if err != nil {
			w.t.Fatal(err)
		}
		left, err := w.store.Changes(w.t.Context(), store.Cursor{}, want+1)
		return err == nil && len(left) == want && !place.Cursor.Before(left[want-1].Cursor)
	})
}

func TestStop_andPurge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, 1)
		r := w.says("1")
		w.moves(r.ConversationID, chat.Offer)
		w.calm()
		if w.braze[r.ContactID]["human"] != "true" {
			t.Fatalf("Braze knows %v", w.braze[r.ContactID])
		}
		change := func(fn func(context.Context, *store.Tx, chat.ContactID, string, int64) error) {
			w.write(func(ctx context.Context, tx *store.Tx) error { return fn(ctx, tx, r.ContactID, "sol", w.now) })
		}
		change(facts.Stop)
		w.moves(r.ConversationID, chat.Resolve)
		w.waitAndFollow()
		w.ride(r.ContactID, true)
		w.calm()
		if got := w.braze[r.ContactID]["human"]; got != "true" {
			t.Errorf("stopped, Braze was told %q", got)
		}
		change(facts.Resume)
		w.waitAndFollow()
		w.calm()
		if got := w.braze[r.ContactID]["human"]; got != "false" {
			t.Errorf("resumed, Braze was not told: %q", got)
		}
		if n := w.count("SELECT COUNT(*) FROM fact_tellings WHERE name = 'resolved'"); n != 0 {
			t.Errorf("what happened while stopped was told %d times", n)
		}
		change(facts.Purge)
		w.calm()
		if got := w.braze[r.ContactID]; len(got) != 0 && fmt.Sprint(got) != "map[]" {
			for name, value := range got {
				if value != "<nil>" {
					t.Errorf("after the purge Braze has %s = %s", name, value)
				}
			}
		}
		l, err := facts.Read(t.Context(), s, r.ContactID, 100)
		if err != nil || l.Person.State != facts.Stopped || l.Person.ChangedBy != "sol" {
			t.Errorf("after the purge %+v, %v", l.Person, err)
		}
	})
}

func TestPrune_keepsWhatWaits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newWorld(t, s, 1)
		w.says("1")
		w.calm()
		r := w.says("2")
		w.waitAndFollow()
		before := w.count("SELECT COUNT(*) FROM fact_tellings WHERE state = 'pending'")
		w.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := facts.Prune(ctx, tx, w.now+1, 1000)
			return err
		})
		if n := w.count("SELECT COUNT(*) FROM fact_tellings"); before == 0 || n != before {
			t.Errorf("%d waited, %d are left", before, n)
		}
		w.calm()
		if w.braze[r.ContactID]["chat.count"] != "1" {
			t.Errorf("Braze knows %v", w.braze[r.ContactID])
		}
	})
}
