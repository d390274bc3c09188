package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// at calls an operation as the desk's page does, and reads the answer into out, if given.
func (d *desk) at(r *rig, method, path, body string, want int, out any) string {
	r.t.Helper()
	status, answer := r.knock(d.http, door{method: method, path: "/api/v1" + path, body: body}, http.Header{"X-Csrf-Token": {d.csrf}})
	if status != want {
		r.t.Errorf("%s %s %s answers %d %s, want %d", method, path, body, status, answer, want)
	}
	if out != nil {
		if err := json.Unmarshal([]byte(answer), out); err != nil {
			r.t.Errorf("%s %s: %v in %s", method, path, err, answer)
		}
	}
	return answer
}

func (r *rig) colleague(email, name string, role auth.Role) *desk {
	r.t.Helper()
	return r.deskOf(auth.NewUser{Email: email, Name: name, Role: role, Password: config.Secret(deskPassword)})
}

func (r *rig) userID(email string) string {
	r.t.Helper()
	u, err := r.app.Store().UserByEmail(r.t.Context(), email)
	if err != nil {
		r.t.Fatal(err)
	}
	return u.ID
}

type row struct {
	ID, Owner, AgentName string
	Tags                 []string
	Unread, Mentioned    bool
	LastSeq, ReadSeq     int64
	Epoch                int64
	SnoozedUntil         *time.Time
	TemplateOffered      bool
	Template             *struct {
		Text   string
		Params []string
	}
	People []struct{ Name, Doing string }
}

type page struct {
	Items      []row
	NextCursor string
}

// TestInbox_keepsWhatPeopleAddToAConversation plays two colleagues around one customer.
func TestInbox_keepsWhatPeopleAddToAConversation(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, newRecorder(t).URL))
		r.accepted(said{from: "ann", phone: "+33612345678", text: question(0)})
		r.settled()
		id := string(r.conversations()[0].ID)
		at := "/conversations/" + id
		ben, zoe := r.desk(), r.colleague("zoe@example.com", "Zoë", auth.Supervisor)
		events := zoe.stream("", "")
		events.until("hello", "")

		var c row
		zoe.at(r, "POST", at+"/owner", `{"kind":"accept","epoch":1}`, 200, nil)
		ben.at(r, "POST", at+"/notes", fmt.Sprintf(`{"clientId":%q,"text":"she was promised a voucher","mentions":[%q]}`, chat.NewID(), r.userID("zoe@example.com")), 200, &c)
		if c.AgentName != "Zoë" || c.Unread || c.Mentioned {
			t.Errorf("to Ben the conversation is %+v", c)
		}
		if e := events.until("mention", id); !strings.Contains(e.data, "Ben Agent") || strings.Contains(e.data, "voucher") || e.id != "" {
			t.Errorf("the mention says %+v", e)
		}
		zoe.at(r, "GET", at, "", 200, &c)
		if !c.Mentioned || !c.Unread {
			t.Errorf("to Zoë the conversation is %+v", c)
		}
		var me struct{ Mentions int }
		if zoe.at(r, "GET", "/me", "", 200, &me); me.Mentions != 1 {
			t.Errorf("Zoë has %d mentions", me.Mentions)
		}
		zoe.at(r, "POST", at+"/read", fmt.Sprintf(`{"seq":%d}`, c.LastSeq), 204, nil)
		var after row
		if zoe.at(r, "GET", at, "", 200, &after); after.Mentioned || after.Unread || after.ReadSeq != c.LastSeq {
			t.Errorf("after reading it is %+v", after)
		}
		if len(texts(r.lines(r.conversations()[0].ID), chat.Out)) != 1 {
			t.Error("a note went out to the customer")
		}

		ben.at(r, "PUT", at+"/tags", `{"tags":["VIP","late parcel"]}`, 200, &c)
		if len(c.Tags) != 2 {
			t.Errorf("tags %v", c.Tags)
		}
		for q, n := range map[string]int{"voucher": 1, "vip late": 1, "612345": 1, "harbour ann": 1, "nothing": 0} {
			testkit.Eventually(t, patience, func() bool {
				var list page
				ben.at(r, "GET", "/conversations?q="+strings.ReplaceAll(q, " ", "+"), "", 200, &list)
				return len(list.Items) == n
			})
		}
		until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		if zoe.at(r, "POST", at+"/snooze", fmt.Sprintf(`{"until":%q}`, until), 200, &c); c.SnoozedUntil == nil {
			t.Error("it is not put aside")
		}
		var counts struct{ Mine, Snoozed, All int }
		if zoe.at(r, "GET", "/conversations/counts", "", 200, &counts); counts.Mine != 0 || counts.Snoozed != 1 || counts.All != 1 {
			t.Errorf("counts %+v", counts)
		}
		r.accepted(said{from: "ann", phone: "+33612345678", text: "are you there"}) // wakes it
		if zoe.at(r, "GET", "/conversations/counts", "", 200, &counts); counts.Mine != 1 || counts.Snoozed != 0 {
			t.Errorf("after the customer wrote: %+v", counts)
		}

		zoe.at(r, "PUT", at+"/draft", `{"text":"Dear Ann","seenSeq":3}`, 200, nil)
		var draft struct{ Text string }
		if zoe.at(r, "GET", at+"/draft", "", 200, &draft); draft.Text != "Dear Ann" {
			t.Errorf("draft %+v", draft)
		}
		ben.at(r, "GET", at+"/draft", "", 204, nil)
		zoe.at(r, "DELETE", at+"/draft", "", 204, nil)
		zoe.at(r, "GET", at+"/draft", "", 204, nil)

		var contact struct {
			Attributes    map[string]string
			Conversations []struct{ ID string }
		}
		ben.at(r, "GET", "/contacts/"+string(r.conversations()[0].ContactID), "", 200, &contact)
		if contact.Attributes["external_id"] != "ann" || len(contact.Conversations) != 1 || contact.Conversations[0].ID != id {
			t.Errorf("the contact is %+v", contact)
		}
		_ = events.body.Close()
	})
}

// TestInbox_refuses tries what each operation does not take.
func TestInbox_refuses(t *testing.T) {
	t.Parallel()
	r := newRig(t, settings(t, storetest.SQLite(t), newRecorder(t).URL))
	r.accepted(said{from: "ann", text: question(0)})
	r.settled()
	id := string(r.conversations()[0].ID)
	at := "/conversations/" + id
	ben, zoe := r.desk(), r.colleague("zoe@example.com", "Zoë", auth.Supervisor)
	var view, shared struct{ ID string }
	ben.at(r, "POST", "/views", `{"name":"mine","filter":{"view":"mine"}}`, 200, &view)
	zoe.at(r, "POST", "/views", `{"name":"all","shared":true,"filter":{"view":"all","q":"x"}}`, 200, &shared)
	zoe.at(r, "PUT", "/views/"+shared.ID, `{"name":"all of us","shared":true,"filter":{"view":"all"}}`, 200, nil)
	var canned struct{ ID string }
	zoe.at(r, "POST", "/canned", `{"shortcut":"Hello","title":"Greeting","text":"Hello {{customer.name|there}}, {{agent.first_name}} here."}`, 200, &canned)
	var list struct {
		Items []struct{ Shortcut, Filled string }
	}
	ben.at(r, "GET", "/canned?conversation="+id, "", 200, &list)
	if len(list.Items) != 1 || list.Items[0].Shortcut != "hello" || list.Items[0].Filled != "Hello there, Ben here." {
		t.Errorf("canned replies %+v", list)
	}
	past := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	far := time.Now().Add(24 * 400 * time.Hour).UTC().Format(time.RFC3339)
	uuid := chat.NewID()
	for _, c := range []struct {
		by                 *desk
		method, path, body string
		want               int
		words              string
	}{
		{ben, "GET", "/conversations?view=nothing", "", 422, "view"},
		{ben, "GET", "/conversations?sort=nothing", "", 422, "sort"},
		{ben, "GET", "/conversations?cursor=nothing", "", 422, "cursor"},
		{ben, "GET", "/conversations?limit=0", "", 422, "limit"},
		{ben, "POST", at + "/notes", `{"clientId":"1","text":"x"}`, 422, "uuid"},
		{ben, "POST", at + "/notes", fmt.Sprintf(`{"clientId":%q,"text":"  "}`, uuid), 422, "empty"},
		{ben, "POST", at + "/notes", fmt.Sprintf(`{"clientId":%q,"text":"x","mentions":["nobody"]}`, uuid), 422, "nobody"},
		{ben, "POST", "/conversations/none/notes", fmt.Sprintf(`{"clientId":%q,"text":"x"}`, uuid), 404, "conversation"},
		{ben, "PUT", at + "/tags", `{"tags":[" "]}`, 422, "empty"},
		{ben, "PUT", at + "/tags", fmt.Sprintf(`{"tags":[%q]}`, strings.Repeat("x", 41)), 422, "41"},
		{ben, "PUT", "/conversations/none/tags", `{"tags":[]}`, 404, "conversation"},
		{ben, "POST", at + "/snooze", fmt.Sprintf(`{"until":%q}`, past), 409, "take it over first"}, // nobody's yet
		{ben, "POST", at + "/snooze", fmt.Sprintf(`{"until":%q}`, far), 422, "year"},
		{ben, "POST", "/conversations/none/read", `{"seq":1}`, 404, "conversation"},
		{ben, "POST", at + "/read", `{"seq":-1}`, 422, "seq"},
		{ben, "POST", at + "/activity", `{"doing":"sleeping"}`, 422, "doing"},
		{ben, "POST", "/conversations/none/activity", `{"doing":"viewing"}`, 404, "conversation"},
		{ben, "PUT", "/conversations/none/draft", `{"text":"x","seenSeq":0}`, 404, "conversation"},
		{ben, "PUT", at + "/draft", fmt.Sprintf(`{"text":%q,"seenSeq":0}`, strings.Repeat("x", 8001)), 422, "8000"},
		{ben, "POST", "/views", `{"name":" ","filter":{"view":"all"}}`, 422, "name"},
		{ben, "POST", "/views", `{"name":"x","filter":{"view":"nothing"}}`, 422, "view"},
		{ben, "POST", "/views", `{"name":"x","shared":true,"filter":{"view":"all"}}`, 403, "supervisors"},
		{ben, "PUT", "/views/" + shared.ID, `{"name":"x","filter":{"view":"all"}}`, 403, "supervisors"},
		{ben, "DELETE", "/views/" + shared.ID, "", 403, "supervisors"},
		{zoe, "DELETE", "/views/" + view.ID, "", 404, "view"},
		{ben, "POST", "/canned", `{"shortcut":"x","title":"x","text":"x"}`, 403, "role"},
		{ben, "DELETE", "/canned/" + canned.ID, "", 403, "role"},
		{zoe, "POST", "/canned", `{"shortcut":"a b","title":"x","text":"x"}`, 422, "shortcut"},
		{zoe, "POST", "/canned", `{"shortcut":"hello","title":"x","text":"x"}`, 409, "taken"},
		{zoe, "POST", "/canned", `{"shortcut":"x","title":"x","text":"{{customer.age}}"}`, 422, "customer.age"},
		{zoe, "POST", "/canned", `{"shortcut":"x","title":"x","text":"{{ if x"}`, 422, "braces"},
		{zoe, "PUT", "/canned/none", `{"shortcut":"x","title":"x","text":"x"}`, 404, "canned"},
		{ben, "POST", "/conversations/bulk", `{"ids":[],"action":"take"}`, 422, "ids"},
		{ben, "POST", "/conversations/bulk", fmt.Sprintf(`{"ids":[%q],"action":"dance"}`, id), 422, "action"},
		{ben, "POST", "/conversations/bulk", fmt.Sprintf(`{"ids":[%q],"action":"tag"}`, id), 422, "tag"},
		{ben, "GET", "/contacts/none", "", 404, "contact"},
		{ben, "GET", "/media/none/0", "", 404, "message"},
		{ben, "GET", "/media/" + string(r.lines(r.conversations()[0].ID)[0].ID) + "/0", "", 404, "0 files"},
		{ben, "POST", at + "/template", fmt.Sprintf(`{"clientId":%q,"seenSeq":2}`, uuid), 409, "no template"},
	} {
		if answer := c.by.at(r, c.method, c.path, c.body, c.want, nil); !strings.Contains(answer, c.words) {
			t.Errorf("%s %s %s is refused without %q: %s", c.method, c.path, c.body, c.words, answer)
		}
	}
	ben.at(r, "DELETE", "/views/"+view.ID, "", 204, nil)
	zoe.at(r, "DELETE", "/canned/"+canned.ID, "", 204, nil)
}

// TestInbox_doesOneThingToMany: each works or fails by itself.
func TestInbox_doesOneThingToMany(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, newRecorder(t).URL))
		for _, who := range []string{"ann", "bob", "cid"} {
			r.accepted(said{from: who, text: question(0)})
		}
		r.settled()
		ben := r.desk()
		r.colleague("zoe@example.com", "Zoë", auth.Agent)
		zoe := r.userID("zoe@example.com")
		var ids []string
		for _, c := range r.conversations() {
			ids = append(ids, fmt.Sprintf("%q", c.ID))
		}
		all := "[" + strings.Join(ids, ",") + "]"
		type result struct {
			Items []struct {
				ID, Error string
				OK        bool
			}
		}
		do := func(ids, rest string, ok ...bool) {
			t.Helper()
			var out result
			ben.at(r, "POST", "/conversations/bulk", `{"ids":`+ids+`,`+rest+`}`, 200, &out)
			if len(out.Items) != len(ok) {
				t.Fatalf("%s gives %+v", rest, out)
			}
			for i := range ok {
				if out.Items[i].OK != ok[i] || (out.Items[i].Error == "") != ok[i] {
					t.Errorf("%s: item %d is %+v", rest, i, out.Items[i])
				}
			}
		}
		do(all, `"action":"take"`, true, true, true)
		do("["+ids[0]+`,"none",`+ids[0]+"]", `"action":"take"`, true, false, true)
		do(all, `"action":"assign","userId":"`+zoe+`"`, true, true, true)
		for _, c := range r.conversations() {
			if c.Agent != zoe {
				t.Errorf("it is %s's", c.Agent)
			}
		}
		if answer := ben.at(r, "POST", "/conversations/bulk", `{"ids":[`+ids[0]+`],"action":"assign","userId":"nobody"}`, 422, nil); !strings.Contains(answer, "no such person") {
			t.Errorf("refused with %s", answer)
		}
		do(all, `"action":"tag","tag":" Sale "`, true, true, true)
		do(all, `"action":"snooze","until":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"`, true, true, true)
		do("["+ids[1]+"]", `"action":"pass_back"`, true)
		do(all, `"action":"resolve","outcome":"solved"`, true, true, true)
		do(all, `"action":"resolve"`, false, false, false)
		var list page
		ben.at(r, "GET", "/conversations?view=resolved&tag=sale", "", 200, &list)
		if len(list.Items) != 3 {
			t.Errorf("resolved and tagged: %+v", list)
		}
	})
}

// TestInbox_showsWhoIsThere: colleagues see each other come, type and go.
func TestInbox_showsWhoIsThere(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, newRecorder(t).URL))
		r.accepted(said{from: "ann", text: question(0)})
		r.settled()
		id := string(r.conversations()[0].ID)
		ben, zoe := r.desk(), r.colleague("zoe@example.com", "Zoë", auth.Agent)
		events := zoe.stream("", "")
		events.until("hello", "")
		for _, doing := range []string{"viewing", "typing"} {
			ben.at(r, "POST", "/conversations/"+id+"/activity", `{"doing":"`+doing+`"}`, 204, nil)
			if e := events.until("activity", id); !strings.Contains(e.data, `"doing":"`+doing+`"`) || !strings.Contains(e.data, "Ben Agent") {
				t.Errorf("%s is told as %s", doing, e.data)
			}
		}
		var c row
		if zoe.at(r, "GET", "/conversations/"+id, "", 200, &c); len(c.People) != 1 || c.People[0].Doing != "typing" {
			t.Errorf("the detail shows %+v", c.People)
		}
		ben.at(r, "POST", "/conversations/"+id+"/activity", `{"doing":"gone"}`, 204, nil)
		if e := events.until("activity", id); !strings.Contains(e.data, `"people":[]`) {
			t.Errorf("going is told as %s", e.data)
		}
		ben.at(r, "POST", "/conversations/"+id+"/activity", `{"doing":"typing"}`, 204, nil)
		events.until("activity", "typing")
		r.ahead.Store(11_000) // his page is closed without a word
		if e := events.until("activity", id); !strings.Contains(e.data, `"people":[]`) {
			t.Errorf("falling silent is told as %s", e.data)
		}
		_ = events.body.Close()
	})
}

// TestInbox_opensWithATemplate: after the window has closed nothing but the template goes.
func TestInbox_opensWithATemplate(t *testing.T) {
	t.Parallel()
	braze := newRecorder(t)
	cfg := settings(t, storetest.SQLite(t), braze.URL)
	cfg.Workspaces[0].Layouts.Template = config.TemplateLayout{
		CampaignID: sandbox.SeedTemplate, Text: "Hello {{customer.name|there}}, news: {{external_system_msg_body}}", Properties: []string{"external_system_msg_body"},
	}
	r := newRig(t, cfg)
	r.accepted(said{from: "ann", text: question(0)})
	r.settled()
	at := "/conversations/" + string(r.conversations()[0].ID)
	ben := r.desk()
	body := func(params string) string {
		return fmt.Sprintf(`{"clientId":%q,"seenSeq":99,"params":{%s}}`, chat.NewID(), params)
	}
	news := `"external_system_msg_body":"your parcel\n is here"`
	if answer := ben.at(r, "POST", at+"/template", body(news), 409, nil); !strings.Contains(answer, "still open") {
		t.Errorf("with an open window: %s", answer)
	}
	r.ahead.Store(chat.Window + 1000)
	ben = r.desk() // the session has ended meanwhile
	var c row
	ben.at(r, "GET", at, "", 200, &c)
	if !c.TemplateOffered || c.Template == nil || len(c.Template.Params) != 1 {
		t.Fatalf("no template is offered: %+v", c)
	}
	ben.at(r, "POST", at+"/replies", fmt.Sprintf(`{"clientId":%q,"text":"hello","seenSeq":99}`, chat.NewID()), 409, nil)
	for params, words := range map[string]string{"": "is empty", `"other":"x"`: "no parameter", `"external_system_msg_body":"` + strings.Repeat("x", 1020) + `"`: "1024"} {
		if answer := ben.at(r, "POST", at+"/template", body(params), 422, nil); !strings.Contains(answer, words) {
			t.Errorf("params %s are refused with %s", params, answer)
		}
	}
	again := body(news)
	ben.at(r, "POST", at+"/template", again, 200, nil)
	ben.at(r, "POST", at+"/template", again, 200, nil) // the answer was lost
	r.settled()
	sent := texts(r.lines(r.conversations()[0].ID), chat.Out)
	if len(sent) != 2 || sent[1] != "Hello there, news: your parcel is here" {
		t.Errorf("the transcript has %q", sent)
	}
	if out := r.outOf("ann"); len(out) != 2 {
		t.Errorf("to Ann went %q", out)
	}
	if taken := braze.takenByPerson()["ann"]; len(taken) != 2 || taken[1] != "your parcel is here" {
		t.Errorf("Braze took %q", taken)
	}
}

// TestInbox_fetchesMedia: the customer's picture reaches the page through the server only.
func TestInbox_fetchesMedia(t *testing.T) {
	t.Parallel()
	picture := "GIF89a\x01\x00\x01\x00\x80\x00\x00"
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(picture)) }))
	t.Cleanup(host.Close)
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inside was asked") }))
	t.Cleanup(inside.Close)
	cfg := settings(t, storetest.SQLite(t), newRecorder(t).URL)
	cfg.Desk.MediaHostsAllowPrivate = []string{strings.TrimPrefix(host.URL, "http://")}
	r := newRig(t, cfg)
	err := r.app.Store().Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Ingest(t.Context(), []store.Arrival{{
			Workspace: "demo", Route: "support", MessageID: "m", ContactID: "p", ConversationID: "c", ExternalID: "ann",
			Media: []string{host.URL + "/a.gif?signature=very-secret", inside.URL + "/b.gif"},
		}}, time.Now().UnixMilli())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r.private("signature=very-secret")
	ben := r.desk()
	if got := ben.at(r, "GET", "/media/m/0", "", 200, nil); got != picture {
		t.Errorf("the picture is %q", got)
	}
	if answer := ben.at(r, "GET", "/media/m/1", "", 422, nil); !strings.Contains(answer, "private network") || strings.Contains(answer, inside.URL) {
		t.Errorf("the inside is refused with %s", answer)
	}
	ben.at(r, "GET", "/media/m/2", "", 404, nil)
	if list := ben.get("/conversations/c/messages"); !strings.Contains(list, `"path":"/api/v1/media/m/0"`) {
		t.Errorf("the transcript does not say where the server fetches it: %s", list)
	}
}

// TestEvents_catchUpAfterAMinute: somebody was cut off while 500 conversations changed, and knows
// all of them afterwards without loading the page anew.
func TestEvents_catchUpAfterAMinute(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, newRecorder(t).URL))
		d := r.desk()
		s := d.stream("", "")
		hello := s.until("hello", "")
		_ = s.body.Close()
		const people, each = 100, 5
		for n := range each {
			err := r.app.Store().Write(t.Context(), func(tx *store.Tx) error {
				arrivals := make([]store.Arrival, people)
				for i := range arrivals {
					arrivals[i] = store.Arrival{
						Workspace: "gone", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
						ConversationID: chat.ConversationID(chat.NewID()), ExternalID: fmt.Sprint("p", i), Text: fmt.Sprintf("line%d", n), DispatchID: chat.NewID(),
						Timing: chat.Timing{Settle: chat.Window, SettleMax: chat.Window}, // no turn is due
					}
				}
				_, err := tx.Ingest(t.Context(), arrivals, time.Now().UnixMilli())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		again := d.stream("", hello.id)
		newest := map[string]int64{}
		for len(newest) < people {
			e := again.until("conversation", "")
			var v struct {
				Conversation struct {
					ID      string
					LastSeq int64
				}
			}
			if err := json.Unmarshal([]byte(e.data), &v); err != nil {
				t.Fatal(err)
			}
			if v.Conversation.LastSeq == each {
				newest[v.Conversation.ID] = each
			}
		}
		var list page
		d.at(r, "GET", "/conversations?limit=200", "", 200, &list)
		for _, c := range list.Items {
			if newest[c.ID] != c.LastSeq {
				t.Errorf("of %s line %d is known, and there are %d", c.ID, newest[c.ID], c.LastSeq)
			}
		}
		_ = again.body.Close()
	})
}
