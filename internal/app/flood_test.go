package app_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestFlood_copiesCountOnce delivers 300 messages three times at the same instant, a third of
// them through a keyword campaign as well, and all the same bytes again an hour later.
func TestFlood_copiesCountOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		dispatch bool
	}{{"dispatch_id", true}, {"no dispatch_id", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.EachURL(t, func(t *testing.T, database string) { copiesCountOnce(t, database, c.dispatch) })
		})
	}
}

func copiesCountOnce(t *testing.T, database string, dispatch bool) {
	const people, paired, copies = 300, 100, 3
	l := newLoop(t, database, false, func(s *sandbox.Switches) { s.Throughput = 0 })
	if !dispatch {
		for _, id := range []string{sandbox.SeedInbound, sandbox.SeedKeyword} {
			l.box.bodyOf(id, func(body string) string {
				without := strings.Replace(body, `"dispatch_id": "{{campaign.${dispatch_id}}}",`, "", 1)
				if without == body {
					t.Fatal("the seed campaign has no dispatch_id to take away")
				}
				return without
			})
		}
	}
	l.box.call(http.MethodPut, "/sandbox/faults", map[string]any{"webhook": map[string]any{"duplicate": copies}}, nil)
	phone := func(i int) string { return fmt.Sprintf("+1555100%04d", i) }
	said := func(i int) string {
		if i < paired {
			return "returns" // goes through the keyword campaign too
		}
		return asked(i, i)
	}
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := w; i < people; i += 8 {
				l.write(phone(i), said(i))
			}
		})
	}
	writers.Wait()
	const webhooks = (people + paired) * copies
	testkit.Eventually(t, patience, func() bool { return len(l.front.seen()) == webhooks })
	for i := range people {
		l.box.replied(phone(i), 1)
	}
	l.settled()
	l.checkOnce(t, people, paired, phone, said)

	// Braze's own clock goes on by an hour, and the gateway's as well where a dispatch_id
	// tells a copy from a customer who repeats themselves.
	l.box.call(http.MethodPost, "/sandbox/clock", map[string]any{"advance": "1h"}, nil)
	if dispatch {
		l.ahead.Store(time.Hour.Milliseconds())
	}
	gate := make(chan struct{}, 32)
	for _, w := range l.front.seen() {
		writers.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			status, answer := l.raw(strings.TrimPrefix(w.path, "/braze/inbound/"), w.body, "Bearer "+webhookSecret)
			if status != http.StatusOK || !strings.Contains(string(answer), `"duplicate"`) {
				t.Errorf("a copy after an hour answers %d %s", status, answer)
			}
		})
	}
	writers.Wait()
	l.settled()
	l.checkOnce(t, people, paired, phone, said)
}

// checkOnce demands one stored message and one reply of everybody, and that every copy is accounted for.
func (l *loop) checkOnce(t *testing.T, people, paired int, phone, said func(int) string) {
	t.Helper()
	byPhone := map[string]store.Listed{}
	for _, c := range l.conversations() {
		byPhone[c.Contact.Phone] = c
	}
	if len(byPhone) != people || len(l.conversations()) != people {
		t.Fatalf("%d people have %d conversations; %d wrote once each", len(byPhone), len(l.conversations()), people)
	}
	for i := range people {
		c := byPhone[phone(i)]
		if got := l.box.replies(phone(i)); len(got) != 1 {
			t.Errorf("%s got %d replies: %q", phone(i), len(got), got)
		} else if i >= paired && !strings.Contains(got[0], answerTo(i)) {
			t.Errorf("%s got %q", phone(i), got[0])
		}
		lines := l.lines(c.ID)
		testkit.Diff(t, texts(lines, chat.In), []string{said(i)})
		if len(lines) != 2 {
			t.Errorf("%s has %d lines", phone(i), len(lines))
			continue
		}
		drops, err := l.app.Store().DropsOf(t.Context(), lines[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := 2
		route := "support"
		if i < paired {
			want, route = 5, "returns"
		}
		if len(drops) != want && len(drops) != 2*want+1 {
			t.Errorf("%s: %d copies were noted", phone(i), len(drops))
		}
		if got := lines[0].Arrival.Route; got != route || c.Route != route {
			t.Errorf("%s came through route %s, the conversation's is %s; want %s", phone(i), got, c.Route, route)
		}
	}
}

// TestFlood_orderIsKept lets 100 people write ten messages each, quickly.
func TestFlood_orderIsKept(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		const people, messages = 100, 10
		braze := newRecorder(t)
		r := newRig(t, settings(t, database, braze.URL))
		person := func(p int) string { return fmt.Sprintf("person-%03d", p) }
		var writers sync.WaitGroup
		gate := make(chan struct{}, 32) // people who write at the same time
		for p := range people {
			writers.Go(func() {
				gate <- struct{}{}
				defer func() { <-gate }()
				for m := range messages {
					r.accepted(said{from: person(p), phone: fmt.Sprintf("+1555200%04d", p), text: question(m), dispatch: fmt.Sprintf("%024x%04x%04x", 1, p, m)})
				}
			})
		}
		writers.Wait()
		r.settled()
		taken := braze.takenByPerson()
		list := r.conversations()
		if len(list) != people {
			t.Fatalf("%d conversations, want %d", len(list), people)
		}
		answers := 0
		for _, c := range list {
			var p int
			if _, err := fmt.Sscanf(c.Contact.ExternalID, "person-%d", &p); err != nil {
				t.Fatal(err)
			}
			var want []string
			for m := range messages {
				want = append(want, question(m))
			}
			lines := r.lines(c.ID)
			testkit.Diff(t, texts(lines, chat.In), want)
			r.everyLineIsCovered(c, lines)
			if c.Owner != chat.OwnerBot {
				t.Errorf("%s: the bot gave up: %s", c.Contact.ExternalID, c.Reason)
			}
			testkit.Diff(t, taken[c.Contact.ExternalID], r.outOf(c.Contact.ExternalID))
			answers += len(taken[c.Contact.ExternalID])
			inOrder(t, c.Contact.ExternalID, taken[c.Contact.ExternalID])
		}
		t.Logf("%d messages got %d replies", people*messages, answers)
		checkDeadlocks(t, database)
	})
}

// checkDeadlocks demands that PostgreSQL never had to end one: the store mends them by trying
// again, but each stops two transactions for a second.
func checkDeadlocks(t *testing.T, database string) {
	t.Helper()
	if !strings.HasPrefix(database, "postgres") {
		return
	}
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRowContext(t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&n); err != nil || n > 0 {
		t.Errorf("PostgreSQL has ended %d deadlocks (%v)", n, err)
	}
}

// everyLineIsCovered demands that each inbound line was taken by exactly one turn.
func (r *rig) everyLineIsCovered(c store.Listed, lines []chat.Message) {
	r.t.Helper()
	if c.Pending() {
		r.t.Errorf("%s: inbound line %d is done, the last is %d", c.Contact.ExternalID, c.DoneSeq, c.InSeq)
	}
	covered := map[chat.TurnID]bool{}
	for _, m := range lines {
		turn, ok, err := r.app.Store().Turn(r.t.Context(), m)
		switch {
		case err != nil:
			r.t.Fatal(err)
		case !ok:
			r.t.Errorf("%s: no turn saw line %d", c.Contact.ExternalID, m.Seq)
		case m.Direction == chat.Out && covered[turn.ID]:
			r.t.Errorf("%s: two replies of one turn", c.Contact.ExternalID)
		case m.Direction == chat.Out:
			covered[turn.ID] = true
		}
	}
}

// inOrder demands that the answers about the topics come in the order of the questions. An
// answer to several questions joins neighbours.
func inOrder(t *testing.T, person string, replies []string) {
	t.Helper()
	last := -1
	for _, reply := range replies {
		for topic := range topics {
			if !strings.Contains(reply, answerTo(topic)) {
				continue
			}
			if topic <= last {
				t.Errorf("%s: the answer about the %s comes late: %q", person, topics[topic], replies)
			}
			last = topic
		}
	}
}
