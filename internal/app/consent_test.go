package app_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// rest calls the pretend Braze's own API.
func (b *box) rest(path string, in any) {
	b.t.Helper()
	raw, err := json.Marshal(in)
	if err != nil {
		b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, bytes.NewReader(raw))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+sandbox.SeedKey)
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		b.t.Fatalf("%s answers %s", path, res.Status)
	}
}

// may replaces what the gateway's key is allowed.
func (b *box) may(permissions ...string) {
	b.call(http.MethodPut, "/sandbox/keys/"+brazeKey, map[string]any{"name": "test", "permissions": permissions}, nil)
}

func (b *box) subscribed(id string) bool {
	b.t.Helper()
	var u struct {
		Groups map[string]any `json:"subscription_groups"`
	}
	b.call(http.MethodGet, "/sandbox/users/"+strings.ReplaceAll(id, "+", "%2B"), nil, &u)
	return u.Groups[sandbox.SeedGroup] == "subscribed"
}

// loopOf is a loop with settings of the test's own.
func loopOf(t *testing.T, change func(*config.Config)) *loop {
	t.Helper()
	f := newFront(t)
	b := newBox(t, f.URL, func(s *sandbox.Switches) { s.PairLimit = "off" })
	cfg := settings(t, storetest.SQLite(t), b.url)
	change(&cfg)
	return &loop{rig: newRigBehind(t, cfg, f), box: b}
}

type decision struct{ Kind, Means, Actor, State, Answer string }

func (d *desk) decisions(r *rig, contact chat.ContactID) (out []decision) {
	r.t.Helper()
	var list struct{ Items []decision }
	d.at(r, "GET", "/contacts/"+string(contact)+"/consents", "", 200, &list)
	return list.Items
}

// TestConsent_byWord: a sentence asks first, the confirmation arrives before the
// unsubscription, nothing arrives after it, and START brings messages back with the very
// reply that says so.
func TestConsent_byWord(t *testing.T) {
	t.Parallel()
	l := loopOf(t, func(cfg *config.Config) { cfg.Workspaces[0].Consent.ByWord = true })
	l.box.may("campaigns.trigger.send")
	l.write(grace, "please stop sending me messages")
	if got := l.box.replied(grace, 1)[0]; !strings.Contains(got, "yes or no") {
		t.Fatalf("asked with %q", got)
	}
	l.write(grace, "yes")
	if got := l.box.replied(grace, 2)[1]; !strings.Contains(got, "START") {
		t.Fatalf("confirmed with %q", got)
	}
	l.settled()
	if !l.box.subscribed("grace") {
		t.Error("unsubscribed before the confirmation can have arrived")
	}
	ben := l.desk()
	contact := l.of(grace).ContactID
	l.ahead.Store(61_000)
	testkit.Eventually(t, patience, func() bool { // the key lacks users.track: it is tried again, and the desk says so
		got := ben.decisions(l.rig, contact)
		return len(got) == 1 && got[0].State == "waiting" && strings.Contains(got[0].Answer, "users.track")
	})
	l.box.may("campaigns.trigger.send", "users.track")
	l.ahead.Store(61_000 + 11*60_000)
	testkit.Eventually(t, patience, func() bool { return !l.box.subscribed("grace") })
	testkit.Eventually(t, patience, func() bool { return ben.decisions(l.rig, contact)[0].State == "told" })

	l.write(grace, question(0))
	testkit.Eventually(t, patience, func() bool { return len(texts(l.lines(l.of(grace).ID), chat.Out)) == 3 })
	l.settled()
	l.write(grace, "start")
	if got := l.box.replied(grace, 3); len(got) != 3 || !strings.Contains(got[2], "again") {
		t.Errorf("her phone has %q", got)
	}
	testkit.Eventually(t, patience, func() bool { return l.box.subscribed("grace") })
	testkit.Eventually(t, patience, func() bool { return ben.decisions(l.rig, contact)[0].State == "told" })
	testkit.Diff(t, ben.decisions(l.rig, contact), []decision{
		{Kind: "opt_in", Means: "word", Actor: "customer", State: "told"}, {Kind: "opt_out", Means: "confirmed", Actor: "customer", State: "told"},
	})

	at := "/contacts/" + string(contact) + "/consents"
	ben.at(l.rig, "POST", at, `{"kind":"opt_out"}`, 204, nil)
	ben.at(l.rig, "POST", at, `{"kind":"opt_out"}`, 204, nil) // the answer was lost
	if got := ben.decisions(l.rig, contact); len(got) != 3 || got[0].Means != "agent" || got[0].Actor != l.userID(deskEmail) {
		t.Errorf("set at the desk: %+v", got)
	}
}

// TestConsent_whilePeopleAnswer: the word counts as well where the bot is silent.
func TestConsent_whilePeopleAnswer(t *testing.T) {
	t.Parallel()
	braze := newWire(t)
	cfg := settings(t, storetest.SQLite(t), braze.URL)
	cfg.Workspaces[0].Consent.ByWord = true
	r := newRig(t, cfg)
	r.accepted(said{from: "ann", text: "I want to talk to a person"})
	r.settled()
	for _, text := range []string{"Arrêt", "STOP", "start", "thank you"} { // the second says nothing new
		r.accepted(said{from: "ann", text: text})
		r.settled()
	}
	c := r.conversations()[0]
	got := r.desk().decisions(r, c.ContactID)
	if len(got) != 2 || got[0].Kind != "opt_in" || got[1].Kind != "opt_out" || got[1].Means != "word" || c.Owner != chat.OwnerQueue {
		t.Errorf("decided %+v, owner %s", got, c.Owner)
	}
	out := texts(r.lines(c.ID), chat.Out)
	if len(out) != 3 || !strings.Contains(out[1], "START") || !strings.Contains(out[2], "STOP") {
		t.Errorf("told %q", out)
	}
	if last := braze.to("ann"); last["attributes"] == nil {
		t.Errorf("what brings messages back does not subscribe: %v", last)
	}
}

// openWith lists the open conversations of whoever has an identity.
func (l *loop) openWith(match func(chat.Contact) bool) (out []store.Listed) {
	l.t.Helper()
	return slices.DeleteFunc(l.conversations(), func(c store.Listed) bool { return c.Owner == chat.OwnerNone || !match(c.Contact) })
}

// TestIdentity_changesInTheMiddleOfAChat: Braze's profiles are merged by somebody else while
// a customer writes, and by us when an agent learns who they are; the conversation goes on,
// and answers arrive at the same phone.
func TestIdentity_changesInTheMiddleOfAChat(t *testing.T) {
	t.Parallel()
	l := loopOf(t, func(*config.Config) {})
	l.box.may("campaigns.trigger.send", "users.identify")
	const una, ida, newNumber = "+15550000077", "+15550000078", "+15550000079"
	ben := l.desk()

	// Somebody else's call merges the unknown sender into a profile that we have met.
	l.accepted(said{from: "una", text: question(0)})
	l.write(una, question(1))
	l.box.replied(una, 1)
	l.box.rest("/users/track", map[string]any{"attributes": []any{map[string]any{
		"external_id": "una", "subscription_groups": []any{map[string]string{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"}},
	}}})
	l.box.rest("/users/identify", map[string]any{"aliases_to_identify": []any{map[string]any{
		"external_id": "una", "user_alias": map[string]string{"alias_name": una, "alias_label": "phone"},
	}}})
	l.write(una, question(2))
	if got := l.box.replied(una, 2)[1]; !strings.Contains(got, answerTo(2)) {
		t.Errorf("after the merge Una is told %q", got)
	}
	l.settled()
	open := l.openWith(func(c chat.Contact) bool { return c.ExternalID == "una" || c.Phone == una })
	if len(open) != 1 || open[0].Contact.ExternalID != "una" || open[0].Contact.Phone != una {
		t.Errorf("Una's open conversations: %+v", open)
	}

	// An agent learns who it is, while the known profile has an open conversation as well.
	l.box.rest("/users/track", map[string]any{"attributes": []any{map[string]any{
		"external_id": "ida", "subscription_groups": []any{map[string]string{"subscription_group_id": sandbox.SeedGroup, "subscription_state": "subscribed"}},
	}}})
	l.accepted(said{from: "ida", text: question(3)})
	l.write(ida, question(4))
	l.box.replied(ida, 1)
	l.settled()
	unknown := l.openWith(func(c chat.Contact) bool { return c.Phone == ida })[0].ContactID
	at := "/contacts/" + string(unknown) + "/external-id"
	ben.at(l.rig, "PUT", at, `{"externalId":"  "}`, 422, nil)
	var left struct{ ContactID chat.ContactID }
	ben.at(l.rig, "PUT", at, `{"externalId":"ida"}`, 200, &left)
	ben.at(l.rig, "PUT", at, `{"externalId":"ida"}`, 200, nil) // the answer was lost
	if answer := ben.at(l.rig, "PUT", at, `{"externalId":"somebody else"}`, 409, nil); !strings.Contains(answer, "already has the external id ida") {
		t.Errorf("another id is refused with %s", answer)
	}
	open = l.openWith(func(c chat.Contact) bool { return c.ExternalID == "ida" || c.Phone == ida })
	if len(open) != 1 || open[0].ContactID != left.ContactID || left.ContactID == unknown {
		t.Fatalf("Ida's open conversations: %+v, the contact left is %s", open, left.ContactID)
	}
	ben.at(l.rig, "POST", "/conversations/"+string(open[0].ID)+"/replies", `{"clientId":"`+chat.NewID()+`","text":"I know you now","seenSeq":99}`, 200, nil)
	if got := l.box.replied(ida, 2)[1]; got != "I know you now" {
		t.Errorf("Ida's phone has %q", got)
	}

	// The key may not identify: nothing changes here either.
	l.box.may("campaigns.trigger.send")
	l.write(newNumber, question(5))
	l.box.replied(newNumber, 1)
	l.settled()
	stranger := l.openWith(func(c chat.Contact) bool { return c.Phone == newNumber })[0].Contact
	if answer := ben.at(l.rig, "PUT", "/contacts/"+string(stranger.ID)+"/external-id", `{"externalId":"nora"}`, 503, nil); !strings.Contains(answer, "users.identify") {
		t.Errorf("a missing permission is told as %s", answer)
	}
	if now := l.openWith(func(c chat.Contact) bool { return c.Phone == newNumber })[0].Contact; now.ExternalID != "" {
		t.Errorf("it was set all the same: %+v", now)
	}

	// A known customer has a new number, and the old one's owner is somebody else now.
	l.accepted(said{from: "ida", phone: "+15550000080", text: question(6)})
	l.settled()
	if c := l.openWith(func(c chat.Contact) bool { return c.ExternalID == "ida" }); len(c) != 1 || c[0].Contact.Phone != "+15550000080" {
		t.Errorf("after the change of number: %+v", c)
	}
	l.accepted(said{from: "otto", phone: ida, text: question(7)})
	l.settled()
	if c := l.openWith(func(c chat.Contact) bool { return c.ExternalID == "otto" }); len(c) != 1 || c[0].Contact.Phone != ida || c[0].ContactID == left.ContactID {
		t.Errorf("the old number's new owner: %+v", c)
	}

	// Without a number there is Meta's id, which leads to the same person when a number comes with it.
	hidden := func(id, external, text string) {
		t.Helper()
		if status, answer := l.raw("support", []byte(`{"v":1,"external_id":"`+external+`","bsuid":"`+id+`","message":"`+text+`"}`), "Bearer "+webhookSecret); status != 200 {
			t.Errorf("bsuid: %d %s", status, answer)
		}
	}
	hidden("US.13491208655302741918", "", question(8))
	hidden("US.13491208655302741918", "hana", question(9))
	l.settled()
	if c := l.openWith(func(c chat.Contact) bool { return c.ExternalID == "hana" }); len(c) != 1 || len(texts(l.lines(c[0].ID), chat.In)) != 2 {
		t.Errorf("Hana's conversations: %+v", c)
	}
}
