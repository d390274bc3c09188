package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const reminded = `title: {en: Your size}
languages: [en]
slots:
  size: {type: number, min: 30, max: 60, ask: {en: Which size do you wear}}
steps:
  first:
    ask: size
    within: 2h
    timeout: remind
    next: tell
  remind:
    say: {en: Are you still there}
    next: second
  second:
    ask: size
    within: 3h
    timeout: people
    next: tell
  tell:
    say: {en: 'Size {{size}} it is'}
    next: end
  people:
    handoff: {en: A colleague looks at it}
`

// inSizes starts a gateway whose route "returns" begins the flow above, with ann in it.
func inSizes(t *testing.T, database string) (*rig, func(string)) {
	cfg := settings(t, database, newRecorder(t).URL)
	w := &cfg.Workspaces[0]
	w.Flows, w.Routes[1].Flow, w.Routes[1].Specific = t.TempDir(), "sizes", false
	if err := os.WriteFile(filepath.Join(w.Flows, "sizes.yaml"), []byte(reminded), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, cfg)
	writes := func(text string) {
		t.Helper()
		r.accepted(said{route: "returns", from: "ann", phone: "+15558000001", text: text})
	}
	writes("RETURN")
	r.settled()
	r.heard("Which size")
	return r, writes
}

// pass moves the gateway's clock.
func (r *rig) pass(d time.Duration) {
	r.ahead.Add(d.Milliseconds())
	r.app.ClockMoved()
}

// heard waits until the customer has got these lines and no other.
func (r *rig) heard(pieces ...string) {
	r.t.Helper()
	var out []string
	testkit.Eventually(r.t, patience, func() bool {
		out = r.outOf("ann")
		return len(out) >= len(pieces)
	})
	r.settled()
	out = r.outOf("ann")
	if len(out) != len(pieces) {
		r.t.Fatalf("%d lines, want %d: %q", len(out), len(pieces), out)
	}
	for i, p := range pieces {
		if !strings.Contains(out[i], p) {
			r.t.Errorf("line %d is %q, want %q", i, out[i], p)
		}
	}
}

// TestSilence_goesOnByItself: a customer who says nothing is reminded once, though the
// gateway was away when it fell due, and then goes to people.
func TestSilence_goesOnByItself(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r, writes := inSizes(t, database)
		r.pass(time.Hour)
		r.stop()
		r.ahead.Add(90 * time.Minute.Milliseconds())
		r.start()
		r.heard("Which size", "still there")
		r.pass(2 * time.Hour) // the second question waits for three
		writes("ninety")
		r.heard("Which size", "still there", "Which size")
		r.pass(2 * time.Hour) // and again from the customer's last word
		if c := r.conversations()[0]; c.Owner != chat.OwnerBot || c.DueAt == 0 {
			t.Errorf("owner %s, due %d", c.Owner, c.DueAt)
		}
		r.pass(61 * time.Minute)
		r.heard("Which size", "still there", "Which size", "A colleague")
		if c := r.conversations()[0]; c.Owner != chat.OwnerQueue || c.DueAt != 0 || !strings.HasPrefix(c.Reason, "flow: ") {
			t.Errorf("owner %s, due %d, %s", c.Owner, c.DueAt, c.Reason)
		}
	})
}

// TestSilence_isOverWhenSomebodyActs: an answer in time, a person who takes the
// conversation and a wish for no more messages leave nothing to fall due.
func TestSilence_isOverWhenSomebodyActs(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(r *rig, writes func(string)) []string{
		"answer": func(r *rig, writes func(string)) []string {
			writes("42")
			return []string{"Which size", "Size 42"}
		},
		"person": func(r *rig, _ func(string)) []string {
			r.take()
			return []string{"Which size"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, writes := inSizes(t, storetest.SQLite(t))
			want := act(r, writes)
			r.heard(want...)
			if c := r.conversations()[0]; c.DueAt != 0 {
				t.Errorf("due at %d", c.DueAt)
			}
			r.pass(5 * time.Hour)
			r.heard(want...)
		})
	}
}

// take is an agent taking the conversation, unless somebody changed it meanwhile.
func (r *rig) take() {
	c := r.conversations()[0]
	err := r.app.Store().Write(r.t.Context(), func(tx *store.Tx) error {
		return tx.ChangeOwner(r.t.Context(), store.OwnerChange{ConversationID: c.ID, Kind: chat.Accept, Agent: "ben", Actor: "ben", Epoch: c.Epoch}, c.LastAt+1)
	})
	if err != nil {
		r.t.Error(err)
	}
}

// TestSilence_andAnAnswerAtTheSameMoment: whichever comes first, the customer hears the
// reminder at most once, and always what their answer leads to, which comes last.
func TestSilence_andAnAnswerAtTheSameMoment(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r, writes := inSizes(t, database)
		var both sync.WaitGroup
		both.Go(func() { r.pass(2*time.Hour + time.Second) })
		both.Go(func() { writes("42") })
		both.Wait()
		testkit.Eventually(t, patience, func() bool {
			out := r.outOf("ann")
			return strings.Contains(out[len(out)-1], "Size 42")
		})
		r.pass(4 * time.Hour)
		r.settled()
		out := r.outOf("ann")
		reminders := len(slices.DeleteFunc(slices.Clone(out), func(s string) bool { return !strings.Contains(s, "still there") }))
		if len(out) != 2+reminders || reminders > 1 || !strings.Contains(out[len(out)-1], "Size 42") {
			t.Errorf("said %q", out)
		}
	})
}

// TestSilence_keepsToTheWindow: what falls due after WhatsApp's window has closed is not sent.
func TestSilence_keepsToTheWindow(t *testing.T) {
	t.Parallel()
	r, _ := inSizes(t, storetest.SQLite(t))
	r.pass(25 * time.Hour)
	id := r.conversations()[0].ID
	var lines []line
	testkit.Eventually(t, patience, func() bool {
		lines = deliveriesOf(t, r.app.Store(), id)
		return len(lines) == 2 && lines[1].State == chat.Dead
	})
	if !strings.Contains(lines[1].Text, "still there") || !strings.Contains(lines[1].Reason, "window") {
		t.Errorf("%q is not sent because of %q", lines[1].Text, lines[1].Reason)
	}
}
