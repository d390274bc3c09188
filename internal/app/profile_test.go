package app_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store/facts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// known is a profile as the sandbox shows it.
type known struct {
	Custom map[string]any `json:"custom_attributes"`
	Events []struct {
		Name  string
		Count int
	} `json:"custom_events"`
}

func (b *box) profile(id string) (k known) {
	b.t.Helper()
	b.call(http.MethodGet, "/sandbox/users/"+id, nil, &k)
	return k
}

func (k known) times(event string) int {
	for _, e := range k.Events {
		if e.Name == event {
			return e.Count
		}
	}
	return 0
}

type ledger struct {
	State      string
	DataPoints int
	Trouble    string
	Attributes []struct{ Name, Part, Value, Accepted, State, Reason string }
	Tellings   []struct{ Kind, Name, Part, Value, State, Via, Answer, ExchangeID string }
}

func (d *desk) ledger(contact chat.ContactID) (l ledger) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.get("/contacts/"+string(contact)+"/profile-facts")), &l); err != nil {
		d.t.Fatal(err)
	}
	return l
}

// TestProfile lets facts ride in the call of the reply, with a key that may do nothing else;
// then lets what is left go by itself, meets faults on the way, and takes everything back.
func TestProfile(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		f := newFront(t)
		b := newBox(t, f.URL, nil)
		cfg := settings(t, database, b.url)
		cfg.Workspaces[0].Knowledge = builtin(t, "opening_hours", "order_tracking", "return_item")
		told := &cfg.Workspaces[0].Profile
		told.Templates, told.Wait = []string{"support", "topics", "events"}, time.Hour
		told.Attributes, told.Counters = []string{"parley.route=route", "parley.opened=started_at"}, []string{"parley_handoffs=handed_off"}
		l := &loop{rig: newRigBehind(t, cfg, f), box: b}
		d := l.deskOf(auth.NewUser{Email: "supervisor@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword})

		// Whoever has no fact yet is told of at once, in the call of the answer.
		l.write(grace, "What are your opening hours?")
		b.replied(grace, 1)
		if k := b.profile("grace").Custom; k["parley_status"] != "bot" || k["parley_last_topic"] != "opening_hours" || k["parley_in_support"] != nil {
			t.Errorf("with the first answer Braze is told %v", k)
		}
		// The event of the beginning may try to go by itself, which the key does not allow. While it
		// tries, a reply takes nothing along.
		testkit.Eventually(t, patience, func() bool {
			known, err := facts.Read(t.Context(), l.app.Store(), l.of(grace).ContactID, 1)
			return err == nil && known.Person.LeaseBy == "" && known.Person.DueAt > time.Now().Add(5*time.Second).UnixMilli()
		})
		l.write(grace, "I want to talk to a person")
		b.replied(grace, 2)
		l.settled()
		k := b.profile("grace").Custom
		nested, _ := k["parley"].(map[string]any)
		if k["parley_in_support"] != true || k["parley_status"] != "waiting" || nested["route"] != "support" || nested["opened"] == nil {
			t.Errorf("with the reply Braze is told %v", k)
		}
		c := l.of(grace)
		if got := d.ledger(c.ContactID); got.DataPoints == 0 || got.State != "active" {
			t.Errorf("ledger %+v", got)
		}
		for _, one := range d.ledger(c.ContactID).Tellings {
			if one.Kind == "attribute" && (one.Via != "reply" || one.State != "accepted" || one.ExchangeID == "") {
				t.Errorf("told %+v, want by the reply's call", one)
			}
		}
		if n := b.profile("grace").times("parley_handed_off"); n != 0 {
			t.Errorf("an event went with a reply: %d", n)
		}

		l.goByThemselves(d, c.ContactID)
	})
}

func (l *loop) goByThemselves(d *desk, id chat.ContactID) {
	t, b := l.t, l.box
	t.Helper()
	b.call(http.MethodPut, "/sandbox/keys/"+brazeKey, map[string]any{"name": "test", "permissions": []string{"campaigns.trigger.send", "users.track"}}, nil)
	// The first call is carried out and its answer lost, the next two are refused for now.
	b.call(http.MethodPut, "/sandbox/faults", map[string]any{"api": []map[string]any{
		{"path": "/users/track", "from_call": 1, "calls": 1, "cut_after_accept": true}, {"path": "/users/track", "from_call": 2, "calls": 2, "status": 503},
	}}, nil)
	l.stop()
	l.cfg.Workspaces[0].Profile.Wait = 0
	l.start()
	d.url = l.url()
	state := func(kind, name string) (states []string) {
		for _, one := range d.ledger(id).Tellings {
			if one.Kind == kind && one.Name == name {
				states = append(states, one.State)
			}
		}
		return states
	}
	conversation := l.of(grace)
	// The wait of what was due before the restart goes on; the end of the conversation comes first.
	d.post("/conversations/"+string(conversation.ID)+"/owner", map[string]any{"kind": "resolve", "epoch": conversation.Epoch, "outcome": "solved"}, nil)
	l.ahead.Store(2 * time.Hour.Milliseconds())
	testkit.Eventually(t, patience, func() bool {
		k := b.profile("grace").Custom
		return k["parley_in_support"] == false && k["parley_status"] == "closed"
	})
	testkit.Eventually(t, patience, func() bool {
		return b.profile("grace").times("parley_resolved") >= 1 || len(state("event", "parley_resolved")) > 0
	})
	testkit.Eventually(t, patience, func() bool {
		for _, one := range d.ledger(id).Tellings {
			if one.State == "pending" || one.State == "sending" {
				return false
			}
		}
		return true
	})
	// What may have been told twice was not, and says so.
	k := b.profile("grace")
	for _, event := range []string{"parley_conversation_started", "parley_handed_off", "parley_resolved"} {
		if n := k.times(event); n != 1 || len(state("event", event)) != 1 {
			t.Errorf("%s was logged %d times, the ledger has %v", event, n, state("event", event))
		}
	}
	if k.Custom["parley_handoffs"] != 1.0 {
		t.Errorf("the counter says %v", k.Custom["parley_handoffs"])
	}
	unknown := 0
	for _, one := range d.ledger(id).Tellings {
		if one.State == "unknown" {
			unknown++
		}
	}
	if unknown == 0 {
		t.Error("the lost answer left no trace")
	}

	d.post("/contacts/"+string(id)+"/profile-facts/purge", map[string]any{}, nil)
	testkit.Eventually(t, patience, func() bool { return d.ledger(id).State == "stopped" })
	for name, value := range b.profile("grace").Custom {
		if len(name) > 6 && name[:6] == "parley" {
			t.Errorf("after the purge Braze still has %s = %v", name, value)
		}
	}
}

const measured = `title: {en: Your size}
languages: [en]
slots:
  size: {type: number, ask: {en: Which size do you wear}}
steps:
  ask:
    ask: size
    next: keep
  keep:
    set: {fact.size: "{{size}}"}
    next: tell
  tell:
    say: {en: 'Size {{size}} it is'}
    next: ask_again
  ask_again:
    wait: 2h
    next: forget
  forget:
    set: {fact.size: ""}
    next: end
`

// TestProfile_factOfAFlow: what a flow sets of the customer is told in the call of the
// reply, and taken back with another.
func TestProfile_factOfAFlow(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		f := newFront(t)
		b := newBox(t, f.URL, nil)
		cfg := settings(t, database, b.url)
		w := &cfg.Workspaces[0]
		w.Flows, w.Routes[0].Flow = t.TempDir(), "sizes"
		w.Profile.Attributes, w.Profile.Wait = []string{"parley_size=fact.size", "parley_shoe=fact.shoe"}, time.Hour
		if err := os.WriteFile(filepath.Join(w.Flows, "sizes.yaml"), []byte(measured), 0o600); err != nil {
			t.Fatal(err)
		}
		l := &loop{rig: newRigBehind(t, cfg, f), box: b}
		told := func(n int, text string, want any) {
			t.Helper()
			l.write(grace, text)
			b.replied(grace, n)
			custom := b.profile("grace").Custom
			if _, shoe := custom["parley_shoe"]; custom["parley_size"] != want || shoe {
				t.Errorf("after %q Braze knows %v", text, custom)
			}
		}
		told(1, "hello", nil)
		told(2, "42", "42")
		told(3, "thanks", nil)
	})
}
