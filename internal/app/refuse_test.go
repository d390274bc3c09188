package app_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestWebhook_refusals posts what must not become a message. Braze gives up on a 4xx and tries
// a 5xx again, so the status decides whether a customer's words are lost.
func TestWebhook_refusals(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		r := newRig(t, settings(t, database, braze.URL))
		good := said{from: "somebody", phone: "+15555000001", text: question(0)}
		const bearer = "Bearer " + webhookSecret
		for _, c := range []struct {
			name, route, authorization string
			body                       []byte
			status                     int
			answer                     string
		}{
			{"no secret", "support", "", good.body(), http.StatusUnauthorized, "the secret is wrong"},
			{"another secret", "support", "Bearer " + webhookSecret + "x", good.body(), http.StatusUnauthorized, "the secret is wrong"},
			{"the secret without its scheme", "support", webhookSecret, good.body(), http.StatusUnauthorized, "the secret is wrong"},
			{"unknown route", "suport", bearer, good.body(), http.StatusNotFound, "no such route"},
			{"oversize", "support", bearer, bytes.Repeat([]byte(" "), int(r.cfg.Limits.BodyBytes)+1), http.StatusRequestEntityTooLarge, "limits.body_bytes"},
			{"garbage", "support", bearer, []byte("\x00\xff{{{ not JSON " + good.phone), http.StatusOK, "dead_letter"},
			{"nothing", "support", bearer, nil, http.StatusOK, "dead_letter"},
			{"nobody", "support", bearer, []byte(`{"v":1,"external_id":"","message":"` + good.text + `"}`), http.StatusOK, "dead_letter"},
			{"no words", "support", bearer, []byte(`{"v":1,"external_id":"somebody","message":""}`), http.StatusOK, "dead_letter"},
		} {
			status, answer := r.raw(c.route, c.body, c.authorization)
			if status != c.status || !strings.Contains(string(answer), c.answer) {
				t.Errorf("%s: answers %d %s, want %d with %q", c.name, status, answer, c.status, c.answer)
			}
		}
		r.private(good.phone, good.text)
		if list := r.conversations(); len(list) != 0 {
			t.Errorf("refused webhooks opened %d conversations", len(list))
		}
		var letters struct {
			Items []struct{ Route, Reason, Body string }
		}
		if err := json.Unmarshal([]byte(r.desk().get("/dead-letters")), &letters); err != nil {
			t.Fatal(err)
		}
		if len(letters.Items) != 4 {
			t.Errorf("%d dead letters, want 4: %+v", len(letters.Items), letters.Items)
		}
		for _, l := range letters.Items {
			if l.Route != "support" || l.Reason == "" {
				t.Errorf("dead letter %+v does not say what was wrong", l)
			}
		}
		r.accepted(good)
		r.settled()
		testkit.Diff(t, braze.taken("somebody"), r.outOf("somebody"))
		if !strings.Contains(r.logs.String(), "webhook not understood") {
			t.Error("the log does not mention the dead letters, so it proves nothing")
		}
	})
}

// TestWebhook_unstorable makes the database refuse to write: Braze is told to try again, and the
// same bytes are taken once it works.
func TestWebhook_unstorable(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		braze := newRecorder(t)
		r := newRig(t, settings(t, database, braze.URL))
		s := said{from: "patient", phone: "+15555000002", text: question(3), dispatch: "0123456789abcdef0123456789abcdef"}
		alter(t, database, "ALTER TABLE messages RENAME TO messages_away")
		if status, _ := r.post(s); status != http.StatusServiceUnavailable {
			t.Errorf("a message that cannot be stored is answered %d", status)
		}
		if status, answer := r.raw("support", []byte("garbage"), "Bearer "+webhookSecret); status != http.StatusOK {
			t.Errorf("a dead letter, which can be stored, is answered %d %s", status, answer)
		}
		alter(t, database, "ALTER TABLE messages_away RENAME TO messages")
		r.accepted(s)
		r.settled()
		if got := braze.taken("patient"); len(got) != 1 || !strings.Contains(got[0], answerTo(3)) {
			t.Errorf("the customer is told %q", got)
		}
		if got := texts(r.lines(r.conversations()[0].ID), chat.In); len(got) != 1 {
			t.Errorf("stored %q", got)
		}
		if status := r.ready(); status != http.StatusOK {
			t.Errorf("/readyz answers %d", status)
		}
		if err := r.app.Store().Close(); err != nil {
			t.Fatal(err)
		}
		for _, body := range []string{string(s.body()), "garbage"} {
			if status, _ := r.raw("support", []byte(body), "Bearer "+webhookSecret); status != http.StatusServiceUnavailable {
				t.Errorf("with a closed database the answer is %d", status)
			}
		}
		if status := r.ready(); status != http.StatusServiceUnavailable {
			t.Errorf("/readyz answers %d with a closed database", status)
		}
		r.http.CloseIdleConnections()
		_ = r.app.Stop() // which finds the database closed
		r.app = nil
	})
}

func (r *rig) ready() int {
	r.t.Helper()
	res, err := r.http.Get("http://" + r.app.OpsAddr().String() + "/readyz")
	if err != nil {
		r.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// alter changes a database behind the gateway's back.
func alter(t *testing.T, database, statement string) {
	t.Helper()
	driver, dsn := "pgx", database
	if path, ok := strings.CutPrefix(database, "sqlite:"); ok {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
