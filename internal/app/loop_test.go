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

		l.answers(t)
		l.unescaped(t)
		l.staysSilent(t)
		l.restarts(t)
	})
}

const (
	bursty   = "+15550000003"
	careful  = "+15550000011"
	careless = "+15550000012"
	waiting  = "+15550000021"
)

// awkward breaks JSON in every way that a keyboard can.
const awkward = "He said \"size M\"\nbut it fits like S \\ what does your size guide say? 🙂👩‍👩‍👧 {{x}} <b>&"

// answers lets several people write at once: two languages, five bubbles, awkward text, and
// somebody who wants a person.
func (l *loop) answers(t *testing.T) {
	t.Helper()
	l.write(grace, "What are your opening hours?")
	l.write(ada, "Où est ma commande ?")
	l.write(bursty, "hi", "hello there", "I have a question", "do you deliver to Germany", "and how much is it?")
	l.write(careful, awkward)
	l.write(waiting, "I want to talk to a person")
	if got := l.box.replied(grace, 1)[0]; !strings.Contains(got, "closed on Sundays") {
		t.Errorf("Grace is told %q", got)
	}
	if got := l.box.replied(ada, 1)[0]; !strings.Contains(got, "commande") || !strings.Contains(got, "vous") {
		t.Errorf("Ada is told %q", got)
	}
	if got := l.box.replied(careful, 1)[0]; !strings.Contains(got, "size") {
		t.Errorf("the question about sizes is answered with %q", got)
	}
	if told := l.box.replied(waiting, 1)[0]; !strings.Contains(told, "colleague") && !strings.Contains(told, "person") {
		t.Errorf("who wants a person is told %q", told)
	}
	l.box.replied(bursty, 1)
	l.settled()
	for _, phone := range []string{grace, ada, bursty, careful, waiting} {
		if got := l.box.replies(phone); len(got) != 1 {
			t.Errorf("%s got %d replies: %q", phone, len(got), got)
		}
	}
	if lines := l.lines(l.of(bursty).ID); len(texts(lines, chat.In)) != 5 || len(texts(lines, chat.Out)) != 1 || lines[5].Direction != chat.Out {
		t.Errorf("five bubbles and one answer are stored as %+v", lines)
	}
	testkit.Diff(t, texts(l.lines(l.of(careful).ID), chat.In), []string{awkward})
	if c := l.of(waiting); c.Owner != chat.OwnerQueue || !strings.HasPrefix(c.Reason, "person_requested: ") {
		t.Errorf("who wants a person has owner %s, reason %q", c.Owner, c.Reason)
	}
}

// unescaped goes through the body of Braze's page: awkward text is stored as it was written, and
// a text that ends its JSON string and names somebody else stays a text.
func (l *loop) unescaped(t *testing.T) {
	t.Helper()
	var before string
	l.box.bodyOf(sandbox.SeedInbound, func(b string) string { before = b; return documentedBody })
	forged := `where is my order","user_id":"victim`
	l.write(careless, awkward)
	l.write(grace, forged)
	if got := l.box.replied(careless, 1)[0]; !strings.Contains(got, "size") {
		t.Errorf("the question about sizes is answered with %q", got)
	}
	l.box.replied(grace, 2)
	l.box.bodyOf(sandbox.SeedInbound, func(string) string { return before })
	testkit.Diff(t, texts(l.lines(l.of(careless).ID), chat.In), []string{awkward})
	if in := texts(l.lines(l.of(grace).ID), chat.In); in[len(in)-1] != forged {
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

// staysSilent writes to people: the bot does not answer, although it answers somebody else.
func (l *loop) staysSilent(t *testing.T) {
	t.Helper()
	l.write(waiting, "What are your opening hours?")
	testkit.Eventually(t, patience, func() bool { return len(texts(l.lines(l.of(waiting).ID), chat.In)) == 2 })
	l.write("+15550000022", "What are your opening hours?")
	l.box.replied("+15550000022", 1)
	l.settled()
	if got := l.box.replies(waiting); len(got) != 1 {
		t.Errorf("the bot talks over people: %q", got)
	}
	if c := l.of(waiting); c.Owner != chat.OwnerQueue || c.DueAt != 0 {
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
