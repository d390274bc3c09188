package app_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// routed is a gateway with a catch-all and a keyword route that differs in everything.
func routed(t *testing.T, database string) *rig {
	t.Helper()
	b := newRecorder(t)
	b.examined = true
	cfg := settings(t, database, b.URL)
	r := &cfg.Workspaces[0].Routes[1]
	r.Match, r.Team, r.Language, r.Since = "Is RETURN", "Parcel people", "fr", []string{"2025-11-22"}
	r.Knowledge = builtin(t, "return_item", "opening_hours")
	return newRig(t, cfg)
}

func (r *rig) of(external string) store.Listed {
	r.t.Helper()
	for _, c := range r.conversations() {
		if c.Contact.ExternalID == external {
			return c
		}
	}
	r.t.Fatalf("%s has no conversation", external)
	return store.Listed{}
}

// TestRoutes_differ lets customers come by a route with a team, a language and a knowledge
// base of its own, alone, beside the catch-all and in the middle of a conversation.
func TestRoutes_differ(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := routed(t, database)
		boss := r.deskOf(auth.NewUser{Email: "boss@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword})
		teams := map[string]string{}
		for _, name := range []string{"Everything", "Parcel people"} {
			var team struct{ ID string }
			topics := []string{}
			if name == "Parcel people" {
				topics = []string{"nobody_asks_this"}
			}
			boss.must(http.MethodPost, "/teams", map[string]any{"name": name, "strategy": "least_busy", "autoAssign": false, "members": []string{boss.me().ID}, "topics": topics}, &team)
			teams[name] = team.ID
		}

		const ask = "How do I return an item?"
		for _, route := range []string{"support", "returns"} {
			r.accepted(said{route: route, from: "asks-" + route, phone: "+15557000001", text: ask})
			r.accepted(said{route: route, from: "mumbles-" + route, phone: "+15557000002", text: "zzzzzz"})
			r.accepted(said{route: route, from: "person-" + route, phone: "+15557000003", text: personPlease})
		}
		r.settled()
		answers := func(route string) bool {
			return strings.Contains(strings.Join(texts(r.lines(r.of("asks-"+route).ID), chat.Out), " "), "return")
		}
		if answers("support") || !answers("returns") {
			t.Errorf("knows about returns: support %v, returns %v", answers("support"), answers("returns"))
		}
		if en, fr := r.of("mumbles-support").Language, r.of("mumbles-returns").Language; en != "en" || fr != "fr" {
			t.Errorf("speaks %q on support and %q on returns", en, fr)
		}
		if got := r.of("person-support"); got.Owner != chat.OwnerQueue || got.Team != teams["Everything"] {
			t.Errorf("from support: %s of %q", got.Owner, got.Team)
		}
		if got := r.of("person-returns"); got.Owner != chat.OwnerQueue || got.Team != teams["Parcel people"] {
			t.Errorf("from returns: %s of %q", got.Owner, got.Team)
		}
		takenOver(t, r)
	})
}

// takenOver says a keyword in the middle of a conversation, in whichever order its two
// campaigns post.
func takenOver(t *testing.T, r *rig) {
	t.Helper()
	for from, order := range map[string][2]string{"keyword-first": {"returns", "support"}, "keyword-last": {"support", "returns"}} {
		r.accepted(said{from: from, phone: "+15557000004", text: question(0)})
		r.settled()
		r.accepted(said{route: order[0], from: from, phone: "+15557000004", text: "RETURN", dispatch: "1-" + from})
		if status, outcome := r.post(said{route: order[1], from: from, phone: "+15557000004", text: "RETURN", dispatch: "2-" + from}); status != http.StatusOK || outcome != "duplicate" {
			t.Errorf("%s: the copy answers %d %q", from, status, outcome)
		}
		r.settled()
		if c := r.of(from); c.Route != "returns" {
			t.Errorf("%s: the conversation is on route %s", from, c.Route)
		}
		r.accepted(said{from: from, phone: "+15557000004", text: question(1)})
		r.settled()
		if c := r.of(from); c.Route != "returns" {
			t.Errorf("%s: a catch-all took it back to %s", from, c.Route)
		}
	}
	r.accepted(said{route: "returns", from: "person-support", phone: "+15557000003", text: "RETURN"})
	if c := r.of("person-support"); c.Route != "support" {
		t.Errorf("what people have went to %s", c.Route)
	}
}

// TestSetup reads what the set-up pages show, and looks for secrets in it.
func TestSetup(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := routed(t, database)
		admin := r.deskOf(auth.NewUser{Email: "admin@example.com", Name: "Ada Admin", Role: auth.Admin, Password: deskPassword})
		hello := said{from: "ann", phone: "+15557000001", text: question(0), dispatch: "d-1"}
		r.accepted(hello)
		r.post(hello)
		r.raw("returns", []byte("no JSON"), "Bearer "+webhookSecret)
		r.raw("returns", hello.body(), "Bearer something-else")
		r.settled()
		r.stop() // what was counted survives, and another process shows it
		r.start()
		admin.url = r.url()

		shown := admin.get("/routes?tz=Europe/Paris") + admin.get("/setup/guide") + admin.get("/setup/by-hand")
		var list struct {
			Items []struct {
				ID, Match, URL string
				TeamMissing    bool
				Secrets        []struct{ Fingerprint, MadeAt, FirstUsedAt string }
				Today, Week    struct{ Received, Duplicates, Unreadable, Rejected int }
			}
		}
		if err := json.Unmarshal([]byte(admin.get("/routes")), &list); err != nil {
			t.Fatal(err)
		}
		support, returns := list.Items[0], list.Items[1]
		if support.Week.Received != 1 || support.Week.Duplicates != 1 || returns.Week.Unreadable != 1 || returns.Week.Rejected != 1 || support.Today.Received > 1 {
			t.Errorf("counts %+v and %+v", support, returns)
		}
		if s := returns.Secrets[0]; s.MadeAt != "2025-11-22T00:00:00Z" || s.FirstUsedAt == "" || len(s.Fingerprint) != 6 {
			t.Errorf("the secret of returns: %+v", s)
		}
		if !returns.TeamMissing || support.TeamMissing || returns.Match != "Is RETURN" || returns.URL != "/braze/inbound/returns" {
			t.Errorf("returns: %+v", returns)
		}
		if status, answer := admin.do(http.MethodGet, "/routes?tz=Nowhere", nil, nil); status != http.StatusUnprocessableEntity {
			t.Errorf("a zone that does not exist: %d %s", status, answer)
		}
		_, found := admin.do(http.MethodPost, "/setup/doctor", nil, nil)
		checkFindings(t, found)
		shown += found
		for _, secret := range []string{webhookSecret, brazeKey} {
			if strings.Contains(shown, secret) {
				t.Errorf("shows %s", secret)
			}
		}
		followed(t, r, admin)
	})
}

func checkFindings(t *testing.T, found string) {
	t.Helper()
	checks := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(found)); lines.Scan(); {
		var f struct {
			Check, Subject, Level string
			What, Cure            struct{ EN, FR string }
		}
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil || f.What.EN == "" || f.What.FR == "" {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		checks[f.Check+" "+f.Subject] = f.Level
	}
	if checks["database database"] != "ok" || checks["unreadable returns"] != "warn" || checks["arrivals support"] != "ok" {
		t.Errorf("found %v", checks)
	}
}

// followed plays the loop test: the message of somebody else does not count.
func followed(t *testing.T, r *rig, admin *desk) {
	t.Helper()
	var loop struct {
		Since   int64
		Message string
		Stages  []struct{ Stage, Level string }
		Done    bool
		Stuck   struct{ EN string }
	}
	ask := func(query string) {
		t.Helper()
		if err := json.Unmarshal([]byte(admin.get("/setup/loop"+query)), &loop); err != nil {
			t.Fatal(err)
		}
	}
	ask("")
	if loop.Since == 0 || len(loop.Stages) != 0 || !strings.Contains(loop.Stuck.EN, "Nothing arrived") {
		t.Errorf("it begins with %+v", loop)
	}
	since := func() string { return "?phone=1-555-700-0009&since=" + jsonOf(t, loop.Since) }
	testkit.Eventually(t, patience, func() bool { return time.Now().UnixMilli() > loop.Since })
	r.accepted(said{from: "bob", phone: "+15557000002", text: question(1)})
	r.settled()
	if ask(since()); loop.Message != "" {
		t.Error("follows somebody else's message")
	}
	r.accepted(said{from: "cleo", phone: "+15557000009", text: question(2)})
	r.settled()
	ask(since())
	first := loop.Message
	ask(since() + "&message=" + first)
	if first == "" || loop.Message != first || !loop.Done || len(loop.Stages) != 3 || loop.Stages[2].Level != "ok" {
		t.Errorf("it ends with %+v", loop)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
