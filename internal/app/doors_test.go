package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// door is one way into the public listener.
type door struct{ method, path, body string }

// doors lists everything that the API's own document describes, with real ids, and what it does not.
func (r *rig) doors(d *desk) []door {
	r.t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal([]byte(d.get("/openapi.json")), &document); err != nil {
		r.t.Fatal(err)
	}
	c := r.conversations()[0]
	message := r.lines(c.ID)[0].ID
	bodies := map[string]string{
		"/api/v1/conversations/{id}/replies": fmt.Sprintf(`{"clientId":%q,"text":"hello","seenSeq":%d}`, chat.NewID(), c.LastSeq),
		"/api/v1/conversations/{id}/owner":   fmt.Sprintf(`{"kind":"accept","epoch":%d}`, c.Epoch),
	}
	var out []door
	for path, methods := range document.Paths {
		for method := range methods {
			if path == "/api/v1/session" && method == "post" {
				continue // the door that is open to everybody
			}
			id := string(c.ID)
			if strings.HasPrefix(path, "/api/v1/messages/") {
				id = string(message)
			}
			out = append(out, door{strings.ToUpper(method), strings.ReplaceAll(path, "{id}", id), bodies[path]})
		}
	}
	if len(out) < 8 {
		r.t.Fatalf("the document describes %d calls only", len(out))
	}
	return append(out,
		door{"GET", "/api/v1/openapi.json", ""},
		door{"HEAD", "/api/v1/conversations", ""},
		door{"GET", "/api/v1/nothing/here", ""},
		door{"POST", "/api/v1/conversations", "{}"},
		door{"DELETE", "/api/v1/conversations/" + string(c.ID), ""},
		door{"GET", "/api/v1/session/../conversations", ""},
		door{"GET", "/api/v1/session/%2e%2e/conversations", ""},
		door{"GET", "//api/v1/conversations", ""},
		door{"GET", "/api/v1//conversations", ""},
	)
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

// TestDoors tries every way into the public listener without a session, with wrong ones, with
// one that may not change anything, and with an agent's.
func TestDoors(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		r := newRig(t, settings(t, database, braze.URL))
		const phone, text = "+15556000001", "tell me about the harbour, my name is Wilhelmina"
		r.accepted(said{from: "wilhelmina", phone: phone, text: text})
		r.settled()
		d := r.desk()
		ended := r.desk()
		if status, _ := r.knock(ended.http, door{method: "DELETE", path: "/api/v1/session"}, http.Header{"X-Csrf-Token": {ended.csrf}}); status != http.StatusNoContent {
			t.Fatalf("log-out answers %d", status)
		}
		doors := r.doors(d)
		for _, caller := range []struct {
			name   string
			client *http.Client
			header http.Header
		}{
			{"nobody", newClient(), nil},
			{"a made-up cookie", newClient(), http.Header{"Cookie": {"parley=0123456789abcdef0123456789abcdef"}}},
			{"an empty cookie", newClient(), http.Header{"Cookie": {"parley="}}},
			{"the webhook's secret", newClient(), http.Header{"Authorization": {"Bearer " + webhookSecret}}},
			{"a session that has ended", ended.http, http.Header{"X-Csrf-Token": {ended.csrf}}},
		} {
			for _, try := range doors {
				status, answer := r.knock(caller.client, try, caller.header)
				if status != http.StatusUnauthorized && !(try.method == "GET" && strings.HasPrefix(try.path, "//") && status == http.StatusNotFound) {
					t.Errorf("%s: %s %s answers %d %s", caller.name, try.method, try.path, status, answer)
				}
				for _, private := range []string{phone, "wilhelmina", "Wilhelmina", "harbour", deskEmail, brazeKey} {
					if strings.Contains(answer, private) && !strings.Contains(try.path, private) {
						t.Errorf("%s: %s %s tells %q", caller.name, try.method, try.path, private)
					}
				}
			}
			caller.client.CloseIdleConnections()
		}
		for _, try := range doors {
			changes := try.method != "GET" && try.method != "HEAD"
			status, answer := r.knock(d.http, try, nil)
			switch {
			case changes && status != http.StatusForbidden:
				t.Errorf("without the token of the page, %s %s answers %d %s", try.method, try.path, status, answer)
			case !changes && (status == http.StatusUnauthorized || status == http.StatusForbidden || status >= 500):
				t.Errorf("to an agent, %s %s answers %d %s", try.method, try.path, status, answer)
			}
		}
		if c := r.conversations()[0]; c.Owner != chat.OwnerBot || len(texts(r.lines(c.ID), chat.Out)) != 1 {
			t.Error("a refused call changed the conversation")
		}
		r.logOut(t, d)
	})
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
	r := newRig(t, settings(t, "sqlite:"+t.TempDir()+"/parley.db", newRecorder(t).URL))
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
		s.until("conversation", `"status":"accepted"`)
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
