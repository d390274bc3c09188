package profile_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/channel/braze"
	"parley/internal/channel/profile"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/facts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const patience = time.Minute

// track is one call, as Braze reads it.
type track struct {
	Attributes, Events []map[string]any
}

// fakeBraze answers /users/track and remembers what it took.
type fakeBraze struct {
	mu     sync.Mutex
	calls  int
	sizes  []int
	took   map[string]map[string]any // attributes by external id
	events map[string]int            // by external id and name
	decide func(n int, call track) (status int, answer string)
}

func (f *fakeBraze) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, _ := io.ReadAll(r.Body)
	var call track
	if err := json.Unmarshal(raw, &call); err != nil || r.URL.Path != "/users/track" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.calls++
	f.sizes = append(f.sizes, len(call.Attributes)+len(call.Events))
	status, answer := http.StatusCreated, `{"message":"success"}`
	if f.decide != nil {
		status, answer = f.decide(f.calls, call)
	}
	if status == http.StatusCreated {
		f.take(call, answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func (f *fakeBraze) take(call track, answer string) {
	for i, a := range call.Attributes {
		if strings.Contains(answer, fmt.Sprintf(`"attributes","index":%d}`, i)) {
			continue
		}
		id := a["external_id"].(string)
		if f.took[id] == nil {
			f.took[id] = map[string]any{}
		}
		for name, v := range a {
			if inc, ok := v.(map[string]any); ok {
				n, _ := f.took[id][name].(float64)
				v = n + inc["inc"].(float64)
			}
			f.took[id][name] = v
		}
	}
	for i, e := range call.Events {
		if !strings.Contains(answer, fmt.Sprintf(`"events","index":%d}`, i)) {
			f.events[e["external_id"].(string)+" "+e["name"].(string)]++
		}
	}
}

// shop is a store with a follower and a teller.
type shop struct {
	t        *testing.T
	store    *store.Store
	braze    *fakeBraze
	follower *profile.Follower
	teller   *profile.Teller
	now      int64
}

func newShop(t *testing.T, s *store.Store, p config.Profile) *shop {
	f := &fakeBraze{took: map[string]map[string]any{}, events: map[string]int{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client, err := braze.New(braze.Config{Endpoint: server.URL, APIKey: "key"})
	if err != nil {
		t.Fatal(err)
	}
	w := &shop{t: t, store: s, braze: f, now: 1_000_000}
	now := func() int64 { return w.now }
	log := slog.New(slog.DiscardHandler)
	w.follower = profile.NewFollower(map[string]profile.Declared{"shop": {Mapping: profile.NewMapping(p), Wait: time.Second}}, s, log, now, func() {})
	if err := w.follower.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.teller = profile.NewTeller(profile.Settings{Workspace: "shop", Objects: 75, Lease: 30 * time.Second}, s, client, obs.NewMetrics("test", nil, []string{"shop"}), log, now)
	return w
}

// write lets people named from..to-1 write and be handed over.
func (w *shop) write(from, to int) {
	w.t.Helper()
	for from < to {
		var arrivals []store.Arrival
		for ; from < to && len(arrivals) < 250; from++ {
			arrivals = append(arrivals, store.Arrival{
				Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
				ConversationID: chat.ConversationID(chat.NewID()), ExternalID: name(from), Text: "hello",
			})
		}
		err := w.store.Write(w.t.Context(), func(tx *store.Tx) error {
			got, err := tx.Ingest(w.t.Context(), arrivals, w.now)
			if err != nil {
				return err
			}
			for _, r := range got {
				err := tx.ChangeOwner(w.t.Context(), store.OwnerChange{ConversationID: r.ConversationID, Kind: chat.Offer, Actor: "bot", Reason: "asked", Epoch: 1}, w.now)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

func name(n int) string { return fmt.Sprintf("p%04d", n) }

// follow reads the feed until a number of contacts has facts.
func (w *shop) follow(contacts int) {
	w.t.Helper()
	testkit.Eventually(w.t, patience, func() bool {
		for {
			more, err := w.follower.Follow(w.t.Context())
			if err != nil {
				w.t.Fatal(err)
			}
			if !more {
				break
			}
		}
		var n int
		err := w.store.Read.QueryRowContext(w.t.Context(), "SELECT COUNT(*) FROM fact_people WHERE due_at > 0").Scan(&n)
		return err == nil && n == contacts
	})
}

// tell lets everything be told, as often as there is something.
func (w *shop) tell() {
	for range 100 {
		w.now += 1500
		for w.teller.Tell(context.Background()) {
		}
		if next, err := facts.Due(w.t.Context(), w.store, "shop"); err != nil || next == 0 {
			return
		}
		w.now += time.Minute.Milliseconds()
	}
	w.t.Error("something stays due for ever")
}

func (w *shop) ledger(id string) (l facts.Ledger) {
	w.t.Helper()
	var contact string
	err := w.store.Read.QueryRowContext(w.t.Context(), "SELECT id FROM contacts WHERE external_id = $1", id).Scan(&contact)
	if err == nil {
		l, err = facts.Read(w.t.Context(), w.store, chat.ContactID(contact), 100)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

var declared = config.Profile{
	Attributes: []string{"in_support=in_support", "status=status"}, Counters: []string{"handoffs=handed_off"}, Events: []string{"handed=handed_off"},
}

// TestTeller_fewestCalls tells 4 facts of each of 300 people: fewer calls could not hold them.
func TestTeller_fewestCalls(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const people = 300
		w := newShop(t, s, declared)
		w.write(0, people)
		w.follow(people)
		w.tell()
		if want := people * 3 / 75; w.braze.calls != want {
			t.Errorf("%d calls for %d objects, want %d", w.braze.calls, people*3, want)
		}
		for n := range people {
			k := w.braze.took[name(n)]
			if k["in_support"] != true || k["status"] != "waiting" || k["handoffs"] != 1.0 || w.braze.events[name(n)+" handed"] != 1 {
				t.Fatalf("%s is told %v, event %d times", name(n), k, w.braze.events[name(n)+" handed"])
			}
		}
		if l := w.ledger("p0000"); l.Person.Points != 4 || len(l.Tellings) != 4 {
			t.Errorf("ledger %+v", l)
		}
		w.tell()
		if want := people * 3 / 75; w.braze.calls != want {
			t.Errorf("what was told is told again: %d calls", w.braze.calls)
		}
	})
}

// TestTeller_partialErrors lets Braze name what it does not take: of attributes that went
// together each is told by itself, and only the one at fault is given up, with Braze's words.
func TestTeller_partialErrors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newShop(t, s, declared)
		w.write(0, 3)
		w.follow(3)
		w.braze.decide = func(_ int, call track) (int, string) {
			var errs []string
			for i, a := range call.Attributes {
				if a["external_id"] == "p0001" && a["status"] != nil {
					errs = append(errs, fmt.Sprintf(`{"type":"status is blocked","input_array":"attributes","index":%d}`, i))
				}
			}
			for i, e := range call.Events {
				if e["external_id"] == "p0002" {
					errs = append(errs, fmt.Sprintf(`{"type":"no such event","input_array":"events","index":%d}`, i))
				}
			}
			return http.StatusCreated, `{"message":"success","errors":[` + strings.Join(errs, ",") + `]}`
		}
		w.tell()
		for _, c := range w.ledger("p0001").Cells {
			if failed := c.Refused == c.Desired; failed != (c.Name == "status") || failed && c.Reason != "Braze refused it: status is blocked" || !failed && c.Accepted != c.Desired {
				t.Errorf("%+v", c)
			}
		}
		for _, one := range w.ledger("p0002").Tellings {
			if want := map[bool]facts.State{true: facts.Failed, false: facts.Accepted}[one.Kind == facts.Event]; one.State != want {
				t.Errorf("%+v, want %s", one, want)
			}
		}
		if w.braze.took["p0000"]["status"] != "waiting" || w.braze.took["p0001"]["in_support"] != true || w.braze.events["p0002 handed"] != 0 {
			t.Errorf("Braze knows %v", w.braze.took)
		}
	})
}

// TestTeller_wholeErrors refuses whole calls: one with a bad object is halved until that is
// alone, and what is Braze's trouble is tried again and counts once.
func TestTeller_wholeErrors(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newShop(t, s, declared)
		w.write(0, 20)
		w.follow(20)
		w.braze.decide = func(n int, call track) (int, string) {
			switch {
			case n == 1:
				return http.StatusServiceUnavailable, `{"message":"busy"}`
			case n == 2:
				return http.StatusForbidden, `{"message":"no permission"}`
			}
			for _, e := range call.Events {
				if e["external_id"] == "p0007" {
					return http.StatusBadRequest, `{"message":"bad event"}`
				}
			}
			return http.StatusCreated, `{"message":"success"}`
		}
		w.tell()
		for n := range 20 {
			events := w.braze.events[name(n)+" handed"]
			if w.braze.took[name(n)]["handoffs"] != 1.0 || events != 1 && n != 7 || events != 0 && n == 7 {
				t.Errorf("%s: %v, event %d times", name(n), w.braze.took[name(n)], events)
			}
		}
		for _, one := range w.ledger("p0007").Tellings {
			if (one.State == facts.Failed) != (one.Kind == facts.Event) || one.State == facts.Failed && !strings.Contains(one.Answer, "bad event") {
				t.Errorf("%+v", one)
			}
		}
	})
}
