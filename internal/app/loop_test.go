package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	grace = "+15550000001" // known to the sandbox as grace, English
	ada   = "+33600000002" // known as ada, French
)

// documentedBody is the body of Braze's page on external systems: the customer's text
// stands in it as it is, quotes and all.
const documentedBody = `{
  "user_id": "{{${user_id}}}",
  "phone_number": "{{${phone_number}}}",
  "message": "{{whats_app.${inbound_message_body}}}"
}`

// loop is a gateway and a sandbox, each the other's counterpart, as in the demo.
type loop struct {
	*rig
	box *box
}

func newLoop(t *testing.T, database string, demo bool, adjust func(*sandbox.Switches)) *loop {
	t.Helper()
	f := newFront(t)
	b := newBox(t, f.URL, adjust)
	cfg := settings(t, database, b.url)
	if demo {
		w := &cfg.Workspaces[0]
		w.Knowledge = builtin(t, "opening_hours", "order_tracking", "delivery_countries", "delivery_cost", "size_guide", "return_item")
		w.Turn.Settle, w.Delivery.PairInterval = 1200*time.Millisecond, 6*time.Second
	}
	return &loop{rig: newRigBehind(t, cfg, f), box: b}
}

func (l *loop) write(phone string, bubbles ...string) {
	l.t.Helper()
	l.private(phone)
	for _, text := range bubbles {
		l.private(text)
		l.box.write(phone, text)
	}
}

// of finds the only conversation with a phone.
func (l *loop) of(phone string) store.Listed {
	l.t.Helper()
	list := l.conversations()
	list = slices.DeleteFunc(list, func(c store.Listed) bool { return c.Contact.Phone != phone })
	if len(list) != 1 {
		l.t.Fatalf("%d conversations with %s", len(list), phone)
	}
	return list[0]
}

// TestLoop plays whole conversations through the sandbox with the demo's settings: real
// settle time and real pace, and the built-in knowledge as far as it is asked for.
func TestLoop(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newLoop(t, database, true, nil)

		// Two people at once, each in their language; a third sends five bubbles.
		const five = "+15550000003"
		l.write(grace, "What are your opening hours?")
		l.write(ada, "Où est ma commande ?")
		l.write(five, "hi", "hello there", "I have a question", "do you deliver to Germany", "and how much is it?")
		if got := l.box.replied(grace, 1)[0]; !strings.Contains(got, "closed on Sundays") {
			t.Errorf("Grace is told %q", got)
		}
		if got := l.box.replied(ada, 1)[0]; !strings.Contains(got, "commande") || !strings.Contains(got, "vous") {
			t.Errorf("Ada is told %q", got)
		}
		l.box.replied(five, 1)
		l.settled()
		for _, phone := range []string{grace, ada, five} {
			if got := l.box.replies(phone); len(got) != 1 {
				t.Errorf("%s got %d replies: %q", phone, len(got), got)
			}
		}
		if lines := l.lines(l.of(five).ID); len(texts(lines, chat.In)) != 5 || len(texts(lines, chat.Out)) != 1 || lines[5].Direction != chat.Out {
			t.Errorf("five bubbles and one answer are stored as %+v", lines)
		}

		l.exactText(t)
		l.identityStays(t)
		l.handsOver(t)
		l.restarts(t)
	})
}

const awkward = "He said \"size M\"\nbut it fits like S \\ what does your size guide say? 🙂👩‍👩‍👧 {{x}} <b>&"

// exactText writes what breaks JSON through both bodies of a campaign.
func (l *loop) exactText(t *testing.T) {
	t.Helper()
	for phone, edit := range map[string]func(string) string{
		"+15550000011": func(escaped string) string { return escaped },
		"+15550000012": func(string) string { return documentedBody },
	} {
		var before string
		l.box.bodyOf(sandbox.SeedInbound, func(b string) string { before = b; return edit(b) })
		l.write(phone, awkward)
		if got := l.box.replied(phone, 1); !strings.Contains(got[0], "size") {
			t.Errorf("the question about sizes is answered with %q", got)
		}
		testkit.Diff(t, texts(l.lines(l.of(phone).ID), chat.In), []string{awkward})
		l.box.bodyOf(sandbox.SeedInbound, func(string) string { return before })
	}
}

// identityStays writes a text that ends its JSON string and names somebody else.
func (l *loop) identityStays(t *testing.T) {
	t.Helper()
	forged := `where is my order","user_id":"victim`
	var before string
	l.box.bodyOf(sandbox.SeedInbound, func(b string) string { before = b; return documentedBody })
	defer func() { l.box.bodyOf(sandbox.SeedInbound, func(string) string { return before }) }()
	l.write(grace, forged)
	l.box.replied(grace, 2)
	in := texts(l.lines(l.of(grace).ID), chat.In)
	if in[len(in)-1] != forged {
		t.Errorf("the text is stored as %q", in[len(in)-1])
	}
	if c := l.of(grace).Contact; c.ExternalID != "grace" {
		t.Errorf("the message belongs to %q", c.ExternalID)
	}
	for _, c := range l.conversations() {
		if c.Contact.ExternalID == "victim" {
			t.Error("a customer's text made a contact")
		}
	}
}

// handsOver asks for a person, and writes on.
func (l *loop) handsOver(t *testing.T) {
	t.Helper()
	const phone = "+15550000021"
	l.write(phone, "I want to talk to a person")
	told := l.box.replied(phone, 1)[0]
	if !strings.Contains(told, "colleague") && !strings.Contains(told, "person") {
		t.Errorf("the customer is told %q", told)
	}
	c := l.of(phone)
	if c.Owner != chat.OwnerQueue || !strings.HasPrefix(c.Reason, "person_requested: ") {
		t.Errorf("owner %s, reason %q", c.Owner, c.Reason)
	}
	l.write(phone, "What are your opening hours?")
	testkit.Eventually(t, patience, func() bool { return len(texts(l.lines(c.ID), chat.In)) == 2 })
	// Somebody else is answered meanwhile, so the bot would have had the time.
	l.write("+15550000022", "What are your opening hours?")
	l.box.replied("+15550000022", 1)
	l.settled()
	if got := l.box.replies(phone); len(got) != 1 {
		t.Errorf("the bot talks over people: %q", got)
	}
	if c := l.of(phone); c.Owner != chat.OwnerQueue || c.DueAt != 0 {
		t.Errorf("after another message: owner %s, due at %d", c.Owner, c.DueAt)
	}
}

// restarts stops the gateway and starts it on the same database.
func (l *loop) restarts(t *testing.T) {
	t.Helper()
	before := l.desk().get("/conversations?limit=200")
	replies := map[string]int{}
	for _, c := range l.conversations() {
		replies[c.Contact.Phone] = len(l.box.replies(c.Contact.Phone))
	}
	l.stop()
	l.start()
	testkit.Diff(t, l.desk().get("/conversations?limit=200"), before)
	l.write("+15550000031", "What are your opening hours?")
	l.box.replied("+15550000031", 1)
	l.settled()
	for phone, n := range replies {
		if got := l.box.replies(phone); len(got) != n {
			t.Errorf("%s was answered again after the restart: %q", phone, got)
		}
	}
}

// TestLoop_resumesWhatWaits stops the gateway while a message is being settled and
// another's answer is refused by Braze; both are answered after the start.
func TestLoop_resumesWhatWaits(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		cfg := settings(t, database, braze.URL)
		cfg.Workspaces[0].Turn.Settle, cfg.Workspaces[0].Turn.SettleMax = 1500*time.Millisecond, 1500*time.Millisecond
		braze.answer(func(*call) verdict { return verdict{status: http.StatusServiceUnavailable} })
		r := newRig(t, cfg)
		r.accepted(said{from: "refused", text: asked(0, 1)})
		braze.called(1)
		r.accepted(said{from: "settling", text: asked(1, 1)})
		r.stop()
		braze.answer(nil)
		r.start()
		r.settled()
		testkit.Diff(t, braze.taken("refused"), r.outOf("refused"))
		testkit.Diff(t, braze.taken("settling"), r.outOf("settling"))
		if got := braze.taken("settling"); len(got) != 1 || !strings.Contains(got[0], answerTo(1)) {
			t.Errorf("the message that was settling is answered with %q", got)
		}
	})
}
