package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// post does something at the desk API and reads the answer into out, unless that is nil.
func (d *desk) post(path string, in, out any) {
	d.t.Helper()
	d.must(http.MethodPost, path, in, out)
}

// TestHandoff plays what happens around a handoff: the bot hands over with all it knows, an
// agent helps and gives the conversation back with a promise, takes it again, ends it, and
// the customer says what they think of it.
func TestHandoff(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		f := newFront(t)
		b := newBox(t, f.URL, nil)
		cfg := settings(t, database, b.url)
		cfg.Workspaces[0].Knowledge = builtin(t, "opening_hours", "order_tracking", "return_item")
		cfg.Workspaces[0].CSAT.Enabled, cfg.Workspaces[0].CSAT.Delay = true, 0
		l := &loop{rig: newRigBehind(t, cfg, f), box: b}
		d := l.desk()

		l.write(grace, "Where is my order 20391? I paid €49.90")
		b.replied(grace, 1)
		l.write(grace, "that is useless, I want to talk to a person")
		b.replied(grace, 2)
		l.settled()
		id := string(l.of(grace).ID)
		l.checkPacket(d, id)
		var detail struct {
			Epoch   int64
			LastSeq int64
			Outcome string
			CSAT    *struct {
				State   string
				Score   int
				Comment string
			}
		}
		d.post("/conversations/"+id+"/replies", map[string]any{"clientId": chat.NewID(), "text": "I ask the carrier.", "seenSeq": l.of(grace).LastSeq}, &detail)
		b.replied(grace, 3)
		d.post("/conversations/"+id+"/owner", map[string]any{"kind": "pass_back", "epoch": detail.Epoch, "promise": "I write to you on Monday."}, &detail)
		l.write(grace, "any news from your colleague?")
		told := b.replied(grace, 4)[3]
		if !strings.Contains(told, "My colleague promised: “I write to you on Monday.”") || !strings.Contains(told, "automated assistant of Parley Shop again") {
			t.Errorf("after the hand-back she is told %q", told)
		}

		d.post("/conversations/"+id+"/owner", map[string]any{"kind": "accept", "epoch": detail.Epoch}, &detail)
		if got := d.get("/conversations/" + id + "/handoffs"); strings.Count(got, "handoff.v1") != 2 || !strings.Contains(got, `"taken_over"`) {
			t.Errorf("taken from the bot, the agent gets %s", got)
		}
		d.post("/conversations/"+id+"/owner", map[string]any{"kind": "resolve", "epoch": detail.Epoch, "outcome": "solved", "note": "carrier found it"}, &detail)
		if detail.Outcome != "solved" {
			t.Errorf("resolved as %q", detail.Outcome)
		}
		if asked := b.replied(grace, 5)[4]; !strings.Contains(asked, "5. Very good") {
			t.Errorf("she is asked %q", asked)
		}
		l.write(grace, "2")
		if answer := b.replied(grace, 6)[5]; !strings.Contains(answer, "in one message") {
			t.Errorf("after a low score she is told %q", answer)
		}
		l.write(grace, "Nobody called me back")
		b.replied(grace, 7)
		l.settled()
		if n := len(l.conversations()); n != 1 {
			t.Errorf("the answers opened conversations: %d", n)
		}
		testkit.Eventually(t, patience, func() bool {
			if err := json.Unmarshal([]byte(d.get("/conversations/"+id)), &detail); err != nil {
				t.Fatal(err)
			}
			return detail.CSAT != nil && detail.CSAT.Comment != ""
		})
		if s := detail.CSAT; s.State != "answered" || s.Score != 2 || s.Comment != "Nobody called me back" {
			t.Errorf("the desk shows %+v", s)
		}
		l.write(grace, "Where is my order 555123?") // a new question is a new conversation
		b.replied(grace, 8)
		if n := len(l.conversations()); n != 2 {
			t.Errorf("%d conversations in the end", n)
		}
	})
}

func (l *loop) checkPacket(d *desk, id string) {
	t := l.t
	t.Helper()
	var list struct {
		Items []struct {
			ID       string
			Schema   string
			Priority string
			Topic    string
			Needed   *bool
			Reason   struct {
				Code  string
				Words struct{ EN, FR string }
			}
			Summary struct {
				Issue, Mood, AskedFor string
				AlreadyTried          []string
				Facts                 []struct {
					Name, Value string
					Seq         int64
				}
			}
			Entities   map[string]string
			Transcript []struct{ Author, Text string }
		}
	}
	read := func() {
		if err := json.Unmarshal([]byte(d.get("/conversations/"+id+"/handoffs")), &list); err != nil {
			t.Fatal(err)
		}
	}
	read()
	if len(list.Items) != 1 {
		t.Fatalf("%d handoffs", len(list.Items))
	}
	p := list.Items[0]
	if p.Schema != "handoff.v1" || p.Topic != "order_tracking" || p.Reason.Code != "person_requested" || p.Reason.Words.FR == "" ||
		p.Summary.Mood != "upset" || p.Summary.AskedFor != "person" || len(p.Summary.AlreadyTried) != 1 {
		t.Errorf("packet %+v", p)
	}
	if !strings.Contains(p.Summary.Issue, "talk to a person") || p.Entities["order_number"] != "20391" || p.Entities["amount"] != "49.90 EUR" || len(p.Transcript) != 3 {
		t.Errorf("packet %+v", p)
	}
	d.post(fmt.Sprintf("/conversations/%s/handoffs/%s/label", id, p.ID), map[string]any{"needed": true}, nil)
	if read(); list.Items[0].Needed == nil || !*list.Items[0].Needed {
		t.Errorf("labelled: %+v", list.Items[0])
	}
	// Tracking was answered already, so it is nothing to suggest.
	res, err := d.http.Get(d.url + "/api/v1/conversations/" + id + "/suggestion")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusNoContent && strings.Contains(string(body), "order_tracking") {
		t.Errorf("suggested %s %s (%v)", res.Status, body, err)
	}
}

// TestLearning goes from a customer's question to the answer of the next one.
func TestLearning(t *testing.T) {
	t.Parallel()
	f := newFront(t)
	b := newBox(t, f.URL, nil)
	cfg := settings(t, "sqlite:"+t.TempDir()+"/x.db", b.url)
	l := &loop{rig: newRigBehind(t, cfg, f), box: b}
	const question = "when does the brass thing open its shutters"
	l.write(grace, question)
	b.replied(grace, 1)
	l.settled()
	c := l.of(grace)
	supervisor := l.deskOf(auth.NewUser{Email: "supervisor@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword})
	line := slices.IndexFunc(l.lines(c.ID), func(m chat.Message) bool { return m.Direction == chat.In })
	var proposal struct{ ID, State string }
	supervisor.post("/learning/proposals", map[string]any{
		"conversationId": c.ID, "messageId": l.lines(c.ID)[line].ID, "text": question, "language": "en",
		"newIntent": map[string]any{"id": "brass_shutters", "title": "Brass shutters", "answer": "The brass shutters open at nine."},
	}, &proposal)
	supervisor.post("/learning/proposals/"+proposal.ID+"/review", map[string]any{"accept": true}, &proposal)
	if proposal.State != "accepted" {
		t.Fatalf("proposal %+v", proposal)
	}
	var done struct{ Version string }
	supervisor.post("/learning/publish", map[string]any{}, &done)
	testkit.Eventually(t, patience, func() bool {
		return strings.Contains(supervisor.get("/knowledge/intents"), "brass_shutters")
	})
	l.write(ada, question)
	if got := b.replied(ada, 1)[0]; !strings.Contains(got, "open at nine") {
		t.Errorf("taught, the bot says %q", got)
	}
}
