package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store/access"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// door is one way into the public listener.
type door struct {
	method, path, body string
	operation          string          // id in the document; empty for what it does not describe
	need               auth.Permission // as the document says
	open               bool            // to everybody, as the document says
}

// open are the operations that are meant for whoever has no session yet.
var open = []string{"accept-invitation", "get-invitation", "log-in"}

// doors lists everything that the API's own document describes, with real ids, and what it does not.
func (r *rig) doors(d *desk) []door {
	r.t.Helper()
	var document struct {
		Paths map[string]map[string]struct {
			OperationID string
			Security    []map[string][]string
			Permission  auth.Permission `json:"x-permission"`
		}
	}
	if err := json.Unmarshal([]byte(d.get("/openapi.json")), &document); err != nil {
		r.t.Fatal(err)
	}
	c := r.conversations()[0]
	ids := map[string]string{"conversations": string(c.ID), "messages": string(r.lines(c.ID)[0].ID), "contacts": string(c.ContactID)}
	bodies := map[string]string{
		"/api/v1/conversations/{id}/replies": fmt.Sprintf(`{"clientId":%q,"text":"hello","seenSeq":%d}`, chat.NewID(), c.LastSeq),
		"/api/v1/conversations/{id}/owner":   fmt.Sprintf(`{"kind":"accept","epoch":%d}`, c.Epoch),
	}
	var out []door
	var unguarded []string
	for path, methods := range document.Paths {
		for method, op := range methods {
			v := door{
				method: strings.ToUpper(method), path: filled(path, ids), body: bodies[path], operation: op.OperationID, need: op.Permission,
				open: len(op.Security) == 0,
			}
			if v.body == "" && v.method != http.MethodGet {
				v.body = "{}"
			}
			if v.open {
				unguarded = append(unguarded, v.operation)
			} else if v.need != auth.Known && v.need != auth.InPerson && !slices.Contains(auth.Permissions(), v.need) {
				r.t.Errorf("%s: the document says that it needs %q, which is no permission", v.operation, v.need)
			}
			out = append(out, v)
		}
	}
	slices.Sort(unguarded)
	testkit.Diff(r.t, unguarded, open)
	return append(out,
		door{method: "GET", path: "/api/v1/openapi.json", need: auth.Known},
		door{method: "HEAD", path: "/api/v1/conversations", need: auth.ReadConversations},
		door{method: "GET", path: "/api/v1/nothing/here", need: auth.Known},
		door{method: "POST", path: "/api/v1/conversations", body: "{}", need: auth.Known},
		door{method: "DELETE", path: "/api/v1/conversations/" + string(c.ID), need: auth.Known},
		door{method: "GET", path: "/api/v1/session/../conversations", need: auth.ReadConversations},
		door{method: "GET", path: "/api/v1/session/%2e%2e/conversations", need: auth.Known},
		door{method: "GET", path: "/api/v1/invitations/../conversations", need: auth.ReadConversations},
		door{method: "GET", path: "/api/v1/invitations/%2e%2e%2fconversations", open: true},
		door{method: "GET", path: "/api/v1/invitations/x/../../users", need: auth.ManageUsers},
		door{method: "GET", path: "//api/v1/conversations", need: auth.ReadConversations},
		door{method: "GET", path: "/api/v1//conversations", need: auth.ReadConversations},
	)
}

// filled puts ids into a path of the document: of what there is, or else of nothing.
func filled(path string, ids map[string]string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		switch {
		case part == "{n}":
			parts[i] = "0"
		case part == "{token}":
			parts[i] = "made-up"
		case strings.HasPrefix(part, "{"):
			if parts[i] = ids[parts[i-1]]; parts[i] == "" {
				parts[i] = chat.NewID()
			}
		}
	}
	return strings.Join(parts, "/")
}

// knock tries a door. Redirects are followed, as a browser does.
func (r *rig) knock(client *http.Client, d door, header http.Header) (status int, answer string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, d.method, r.url()+d.path, strings.NewReader(d.body))
	if err != nil {
		r.t.Fatal(err)
	}
	if d.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range header {
		req.Header[name] = values
	}
	res, err := client.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Type") == "text/event-stream" {
		return res.StatusCode, "" // it never ends
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// caller is somebody at a door.
type caller struct {
	name   string
	client *http.Client
	header http.Header
}

// private are texts that a refusal must not tell.
var private = []string{"+15556000001", "wilhelmina", "Wilhelmina", "harbour", deskEmail, brazeKey, "Ben Agent", "Ada Admin", "parley_pat_"}

// refused tries a door that must not open, and that must say nothing but that.
func (r *rig) refused(by caller, d door, want int) {
	r.t.Helper()
	status, answer := r.knock(by.client, d, by.header)
	if status != want && !(d.method == "GET" && strings.HasPrefix(d.path, "//") && status == http.StatusNotFound) {
		r.t.Errorf("%s: %s %s answers %d %s", by.name, d.method, d.path, status, answer)
	}
	var problem struct{ Status int }
	if status == want && d.method != "HEAD" && (json.Unmarshal([]byte(answer), &problem) != nil || problem.Status != want) {
		r.t.Errorf("%s: %s %s answers with something else than a problem: %s", by.name, d.method, d.path, answer)
	}
	for _, text := range private {
		if strings.Contains(answer, text) {
			r.t.Errorf("%s: %s %s tells %q", by.name, d.method, d.path, text)
		}
	}
}

// admitted tries a door that must open; what is behind it need not be there or make sense.
func (r *rig) admitted(by caller, d door) {
	r.t.Helper()
	status, answer := r.knock(by.client, d, by.header)
	permission := slices.ContainsFunc([]error{auth.ErrRole, auth.ErrScope, auth.ErrInPerson, auth.ErrForged}, func(err error) bool {
		return strings.Contains(answer, err.Error())
	})
	if status == http.StatusUnauthorized || permission || status >= 500 && status != http.StatusServiceUnavailable {
		r.t.Errorf("%s: %s %s answers %d %s", by.name, d.method, d.path, status, answer)
	}
}

// TestDoors tries every operation of the API's document, and ways around it, without
// credentials, with wrong ones, with every role and with tokens that lack exactly what is
// needed or have nothing else. What is needed comes from the document, so that an operation
// that is added is tried by itself.
func TestDoors(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		b := newRecorder(t)
		b.examined = true
		r := newRig(t, settings(t, database, b.URL))
		r.accepted(said{from: "wilhelmina", phone: "+15556000001", text: "tell me about the harbour, my name is Wilhelmina"})
		r.settled()
		desks := map[auth.Role]*desk{
			auth.Agent:      r.desk(),
			auth.Supervisor: r.deskOf(auth.NewUser{Email: "supervisor@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword}),
			auth.Admin:      r.deskOf(auth.NewUser{Email: "admin@example.com", Name: "Ada Admin", Role: auth.Admin, Password: deskPassword}),
		}
		doors := r.doors(desks[auth.Agent])
		if len(doors) < 40 {
			t.Fatalf("there are %d doors only", len(doors))
		}
		r.strangers(doors)
		r.lesser(doors, desks)
		if c := r.conversations()[0]; c.Owner != chat.OwnerBot || len(texts(r.lines(c.ID), chat.Out)) != 1 {
			t.Error("a refused call changed the conversation")
		}
		r.entitled(doors, desks)
		r.logOut(t, desks[auth.Agent])
	})
}

// strangers try every door.
func (r *rig) strangers(doors []door) {
	r.t.Helper()
	ended := r.desk()
	if status, _ := r.knock(ended.http, door{method: "DELETE", path: "/api/v1/session"}, http.Header{"X-Csrf-Token": {ended.csrf}}); status != http.StatusNoContent {
		r.t.Fatalf("log-out answers %d", status)
	}
	revoked := r.token("revoked", auth.Permissions()...)
	tokens, err := r.app.Auth().Tokens(r.t.Context(), r.admin())
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.app.Auth().RevokeToken(r.t.Context(), r.admin(), tokens[0].ID); err != nil {
		r.t.Fatal(err)
	}
	for _, by := range []caller{
		{"nobody", newClient(), nil},
		{"a made-up cookie", newClient(), http.Header{"Cookie": {"parley=0123456789abcdef0123456789abcdef"}}},
		{"an empty cookie", newClient(), http.Header{"Cookie": {"parley="}}},
		{"the webhook's secret", newClient(), http.Header{"Authorization": {"Bearer " + webhookSecret}}},
		{"a made-up token", newClient(), http.Header{"Authorization": {"Bearer " + auth.TokenPrefix + strings.Repeat("A", 43)}}},
		{"a revoked token", newClient(), revoked.header},
		{"a session that has ended", ended.http, http.Header{"X-Csrf-Token": {ended.csrf}}},
	} {
		for _, d := range doors {
			if !d.open {
				r.refused(by, d, http.StatusUnauthorized)
			}
		}
		by.client.CloseIdleConnections()
	}
}

// lesser callers, who may do much but not this, try every door.
func (r *rig) lesser(doors []door, desks map[auth.Role]*desk) {
	r.t.Helper()
	everything := r.token("everything", auth.Permissions()...)
	without := map[auth.Permission]caller{}
	for _, p := range auth.Permissions() {
		without[p] = r.token("all but "+string(p), slices.DeleteFunc(auth.Permissions(), func(q auth.Permission) bool { return p == q })...)
	}
	for _, d := range doors {
		if d.open {
			continue
		}
		for role, desk := range desks {
			with := caller{string(role), desk.http, http.Header{"X-Csrf-Token": {desk.csrf}}}
			if !(auth.User{Role: role}).May(d.need) {
				r.refused(with, d, http.StatusForbidden)
			} else if d.method != "GET" && d.method != "HEAD" {
				with.name, with.header = "without the token of the page, "+with.name, nil
				r.refused(with, d, http.StatusForbidden)
			}
		}
		switch token, ok := without[d.need]; {
		case d.need == auth.InPerson:
			r.refused(everything, d, http.StatusForbidden)
		case ok:
			r.refused(token, d, http.StatusForbidden)
			// A browser that happens to be logged in lends a token nothing.
			token.client = desks[auth.Admin].http
			r.refused(token, d, http.StatusForbidden)
		}
	}
}

// entitled callers have just enough for a door. What they did is in the audit log.
func (r *rig) entitled(doors []door, desks map[auth.Role]*desk) {
	r.t.Helper()
	only := map[auth.Permission]caller{}
	for _, p := range auth.Permissions() {
		only[p] = r.token("only "+string(p), p)
	}
	var changes []string
	for _, d := range doors {
		if d.open || d.operation == "log-out" {
			continue
		}
		for role, desk := range desks {
			if (auth.User{Role: role}).May(d.need) {
				r.admitted(caller{string(role), desk.http, http.Header{"X-Csrf-Token": {desk.csrf}}}, d)
			}
		}
		if token, ok := only[d.need]; ok {
			r.admitted(token, d)
		}
		if d.operation != "" && d.method != "GET" {
			changes = append(changes, d.operation)
		}
	}
	// They happen many times a minute and change nothing that others rely on.
	unrecorded := []string{"delete-draft", "mark-read", "preview-reply", "put-draft", "send-heartbeat", "tell-activity"}
	var log map[string]bool
	testkit.Eventually(r.t, patience, func() bool {
		log = r.audited()
		return !slices.ContainsFunc(changes, func(operation string) bool { return !log[operation] && !slices.Contains(unrecorded, operation) })
	})
	for _, operation := range unrecorded {
		if log[operation] || !slices.Contains(changes, operation) {
			r.t.Errorf("%s is recorded, or there is no such operation", operation)
		}
	}
}

// audited says which operations the audit log holds for the administrator.
func (r *rig) audited() map[string]bool {
	r.t.Helper()
	entries, err := access.Entries(r.t.Context(), r.app.Store(), access.AuditFilter{Actor: r.admin().ID, Limit: 5000})
	if err != nil {
		r.t.Fatal(err)
	}
	out := map[string]bool{}
	for _, e := range entries {
		out[e.Action] = true
	}
	return out
}

func (r *rig) admin() auth.User {
	r.t.Helper()
	u, err := r.app.Store().UserByEmail(r.t.Context(), "admin@example.com")
	if err != nil {
		r.t.Fatal(err)
	}
	return auth.User{ID: u.ID, Name: u.Name, Role: auth.Admin}
}

// token is a program with a token of the administrator's.
func (r *rig) token(name string, scopes ...auth.Permission) caller {
	r.t.Helper()
	_, secret, err := r.app.Auth().CreateToken(r.t.Context(), r.admin(), auth.NewToken{Name: name, Scopes: scopes})
	if err != nil {
		r.t.Fatal(err)
	}
	r.private(secret.Reveal())
	return caller{"a token for " + name, r.http, http.Header{"Authorization": {"Bearer " + secret.Reveal()}}}
}

// logOut ends the session, which only the desk's own page may do.
func (r *rig) logOut(t *testing.T, d *desk) {
	t.Helper()
	session := door{method: "DELETE", path: "/api/v1/session"}
	for name, header := range map[string]http.Header{
		"no token":       nil,
		"a wrong token":  {"X-Csrf-Token": {d.csrf + "x"}},
		"another site":   {"X-Csrf-Token": {d.csrf}, "Sec-Fetch-Site": {"cross-site"}},
		"another origin": {"X-Csrf-Token": {d.csrf}, "Origin": {"https://evil.example.com"}},
	} {
		if status, answer := r.knock(d.http, session, header); status != http.StatusForbidden {
			t.Errorf("log-out with %s answers %d %s", name, status, answer)
		}
	}
	d.get("/session") // still there
	if status, answer := r.knock(d.http, session, http.Header{"X-Csrf-Token": {d.csrf}}); status != http.StatusNoContent {
		t.Errorf("log-out answers %d %s", status, answer)
	}
	if status, _ := r.knock(d.http, door{method: "GET", path: "/api/v1/session"}, nil); status != http.StatusUnauthorized {
		t.Errorf("after the log-out the session answers %d", status)
	}
}

// TestDocument serves the API's description as it is committed.
func TestDocument(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("../../web/ui/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, settings(t, storetest.SQLite(t), newRecorder(t).URL))
	testkit.Diff(t, described(t, []byte(r.desk().get("/openapi.json"))), described(t, committed))
}

// described is a document without its version, which is that of the program.
func described(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	delete(v["info"].(map[string]any), "version")
	return v
}

// stream is an open connection for live events.
type stream struct {
	t    *testing.T
	body io.ReadCloser
	read *bufio.Reader
}

type liveEvent struct{ id, kind, data string }

func (d *desk) stream(query, lastEventID string) *stream {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.url+"/api/v1/events"+query, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	if lastEventID != "" {
		req.Header.Set("Last-Event-ID", lastEventID)
	}
	client := *d.http
	client.Timeout = 0
	res, err := client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		d.t.Fatalf("events answer %s %s", res.Status, res.Header.Get("Content-Type"))
	}
	return &stream{t: d.t, body: res.Body, read: bufio.NewReader(res.Body)}
}

// next reads one event. ok is false when the stream has ended.
func (s *stream) next() (e liveEvent, ok bool) {
	s.t.Helper()
	timeout := time.AfterFunc(patience, func() { _ = s.body.Close() })
	defer timeout.Stop()
	for {
		line, err := s.read.ReadString('\n')
		if err != nil {
			return e, false
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch {
		case line == "\n" && e.kind != "":
			return e, true
		case name == "id":
			e.id = value
		case name == "event":
			e.kind = value
		case name == "data":
			e.data = value
		}
	}
}

// until reads on to an event about a text, and returns it.
func (s *stream) until(kind, text string) liveEvent {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			s.t.Fatalf("the events ended before %s %q", kind, text)
		}
		if e.kind == kind && strings.Contains(e.data, text) {
			return e
		}
	}
}

// TestEvents follows the desk's live events, is away for a while, and goes on where it was.
func TestEvents(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, newRecorder(t).URL))
		d := r.desk()
		s := d.stream("", "")
		hello := s.until("hello", "")
		if hello.id == "" {
			t.Error("hello has no cursor to go on from")
		}
		r.accepted(said{from: "ann", text: question(0)})
		e := s.until("conversation", answerTo(0))
		var v struct {
			Conversation struct{ ID, Owner, LastDirection string }
			Messages     []struct{ Direction, Text, Status string }
		}
		if err := json.Unmarshal([]byte(e.data), &v); err != nil {
			t.Fatal(err)
		}
		if v.Conversation.ID != string(r.conversations()[0].ID) || v.Conversation.Owner != "bot" || len(v.Messages) != 2 {
			t.Errorf("the event says %+v", v)
		}
		// What happened while the hub read is told at once, and not again.
		if accepted := `"status":"accepted"`; !strings.Contains(e.data, accepted) {
			s.until("conversation", accepted)
		}
		_ = s.body.Close()

		r.accepted(said{from: "bob", text: question(1)})
		r.settled()
		for i, name := range []string{"Last-Event-ID", "after"} {
			query, header := "?after="+e.id, ""
			if i == 0 {
				query, header = "", e.id
			}
			again := d.stream(query, header)
			missed := again.until("conversation", answerTo(1))
			if missed.id == e.id {
				t.Errorf("%s: the replay repeats the cursor", name)
			}
			r.accepted(said{from: "cid-" + name, text: asked(2, i)})
			again.until("conversation", asked(2, i))
			_ = again.body.Close()
		}
		for _, lost := range []string{"999999999999.999999999999", "not-a-cursor"} {
			again := d.stream("", lost)
			if e, ok := again.next(); !ok || e.kind != "resync" || e.id == "" {
				t.Errorf("cursor %s is answered with %+v", lost, e)
			}
			_ = again.body.Close()
		}

		// A stop does not wait for browsers, and they see that it is over.
		open := d.stream("", "")
		open.until("hello", "")
		r.settled()
		r.stop()
		for {
			if _, ok := open.next(); !ok {
				break
			}
		}
		_ = open.body.Close()
	})
}
