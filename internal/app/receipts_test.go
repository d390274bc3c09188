package app_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const currentsToken = "loop-currents-token"

// newReceiptLoop is a loop whose sandbox streams Currents through the front, with a
// short time for webhooks to come.
func newReceiptLoop(t *testing.T, database string, grace time.Duration) *loop {
	t.Helper()
	f := newFront(t)
	b := newBox(t, f.URL, nil)
	cfg := settings(t, database, b.url)
	w := &cfg.Workspaces[0]
	w.Currents.Secrets, w.Currents.Grace = []config.Secret{currentsToken}, grace
	l := &loop{rig: newRigBehind(t, cfg, f), box: b}
	l.private(currentsToken)
	l.currents(f.URL)
	return l
}

// currents points the sandbox's connector at a gateway.
func (l *loop) currents(gateway string) {
	l.t.Helper()
	l.box.call(http.MethodPut, "/sandbox/currents", map[string]any{"enabled": true, "url": gateway + "/braze/currents", "token": currentsToken}, nil)
}

type lineShown struct {
	ID, Direction, Text, Status, StatusReason string
	ByCurrents                                bool
	Failure                                   *struct {
		Code        string
		Title, Cure struct{ EN, FR string }
	}
}

// lineShown is the transcript as the desk's pages get it.
func (d *desk) lineShown(id chat.ConversationID) []lineShown {
	d.t.Helper()
	var page struct{ Items []lineShown }
	if err := json.Unmarshal([]byte(d.get("/conversations/"+string(id)+"/messages")), &page); err != nil {
		d.t.Fatal(err)
	}
	return page.Items
}

// kinds are the steps of a message's life.
func (d *desk) kinds(message string) []string {
	d.t.Helper()
	var life struct{ Steps []struct{ Kind string } }
	if err := json.Unmarshal([]byte(d.get("/messages/"+message+"/life")), &life); err != nil {
		d.t.Fatal(err)
	}
	var out []string
	for _, s := range life.Steps {
		out = append(out, s.Kind)
	}
	return out
}

func (l *loop) holds(phone string) bool {
	l.t.Helper()
	return slices.ContainsFunc(l.conversations(), func(c store.Listed) bool { return c.Contact.Phone == phone })
}

// until waits for a line of ours that stands so.
func (l *loop) until(d *desk, phone, status string) (found lineShown) {
	l.t.Helper()
	testkit.Eventually(l.t, patience, func() bool { return l.holds(phone) })
	testkit.Eventually(l.t, patience, func() bool {
		for _, m := range d.lineShown(l.of(phone).ID) {
			if m.Direction == "out" && m.Status == status {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// TestReceipts follows replies to the customer's phone: delivered, then read, and one
// that WhatsApp refuses.
func TestReceipts(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newReceiptLoop(t, database, time.Hour)
		d := l.desk()

		l.write(grace, question(0))
		m := l.until(d, grace, "delivered")
		l.box.call(http.MethodPost, phonePath(grace)+"/read", map[string]any{"n": 1000}, nil)
		if read := l.until(d, grace, "read"); read.ID != m.ID {
			t.Errorf("message %s was delivered and %s read", m.ID, read.ID)
		}
		kinds := strings.Join(d.kinds(m.ID), " ")
		if !strings.HasSuffix(kinds, "accepted sent delivered read") {
			t.Errorf("the life of the reply is %s", kinds)
		}

		l.box.call(http.MethodPut, "/sandbox/faults", map[string]any{"delivery": map[string]any{"fail_code": 131026}}, nil)
		l.write(ada, question(1))
		failed := l.until(d, ada, "failed")
		f := failed.Failure
		if f == nil || f.Code != "131026" || !strings.Contains(f.Title.EN, "could not deliver") || f.Title.FR == "" || f.Cure.EN == "" || f.Cure.FR == "" {
			t.Errorf("the failure reads %+v", f)
		}
		if kinds := strings.Join(d.kinds(failed.ID), " "); !strings.HasSuffix(kinds, "accepted failed") {
			t.Errorf("the life of the refused reply is %s", kinds)
		}
	})
}

// TestReceipts_recoverMissedWebhooks loses the webhooks of three messages, two of them
// with the same words: Currents brings them in, each is answered once, and webhooks that
// come late double nothing.
func TestReceipts_recoverMissedWebhooks(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newReceiptLoop(t, database, time.Second)
		l.front.lose(true)
		l.currents(l.url())
		l.write(grace, question(2))
		l.write(ada, "hm", "hm")
		testkit.Eventually(t, patience, func() bool {
			total := 0
			for _, c := range l.conversations() {
				total += len(texts(l.lines(c.ID), chat.In))
			}
			return total == 3
		})
		if got := l.box.replied(grace, 1)[0]; !strings.HasSuffix(got, answerTo(2)) {
			t.Errorf("Grace is told %q", got)
		}
		l.settled()
		late := l.front.lost()
		if len(late) < 3 {
			t.Fatalf("%d webhooks were lost", len(late))
		}
		l.front.lose(false)
		for _, w := range late {
			_, answer, err := post(t.Context(), l.http, l.url()+w.path, w.body, "Bearer "+webhookSecret)
			if err != nil || !strings.Contains(string(answer), "duplicate") {
				t.Errorf("a late webhook answers %s, %v", answer, err)
			}
		}
		l.settled()
		d := l.desk()
		for phone, want := range map[string][]string{grace: {question(2)}, ada: {"hm", "hm"}} {
			c := l.of(phone)
			testkit.Diff(t, texts(l.lines(c.ID), chat.In), want)
			for _, m := range d.lineShown(c.ID) {
				if m.Direction == "in" && !m.ByCurrents {
					t.Errorf("%q is not marked as brought by Currents", m.Text)
				}
			}
		}
		if got := l.box.replies(grace); len(got) != 1 {
			t.Errorf("Grace is answered %d times: %q", len(got), got)
		}
		// The next message, with the same words even, is one of its own.
		l.write(ada, "hm")
		testkit.Eventually(t, patience, func() bool { return len(texts(l.lines(l.of(ada).ID), chat.In)) == 3 })
		if _, err := l.app.Store().DeadLetters(t.Context(), "", 10); err != nil {
			t.Error(err)
		}
		var drops []store.Drop
		for _, m := range l.lines(l.of(grace).ID) {
			more, err := l.app.Store().DropsOf(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			drops = append(drops, more...)
		}
		if len(drops) == 0 || drops[0].Reason != store.DropLate {
			t.Errorf("the late webhook is booked as %+v", drops)
		}
	})
}
