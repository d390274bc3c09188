package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const personPlease = "I want to talk to a person"

// do changes something through the desk API and gives the status and the answer.
func (d *desk) do(method, path string, in, out any) (status int, answer string) {
	d.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		d.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF-Token", d.csrf)
	res, err := d.http.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && out != nil && res.StatusCode < 300 {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	return res.StatusCode, string(text)
}

func (d *desk) must(method, path string, in, out any) {
	d.t.Helper()
	if status, answer := d.do(method, path, in, out); status >= 300 {
		d.t.Fatalf("%s %s answers %d %s", method, path, status, answer)
	}
}

type colleague struct {
	ID, Name, Presence string
	Load, Capacity     int
	Teams              []string
}

func (d *desk) me() (me colleague) {
	d.t.Helper()
	d.must(http.MethodGet, "/me", nil, &me)
	return me
}

// TestRoster plays a day of two people: what comes in is handed out at the handoff to who
// has room, customers are told the truth about their place, and a colleague or a team can be
// given a conversation.
func TestRoster(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newLoop(t, database, false, nil)
		boss := l.deskOf(auth.NewUser{Email: "boss@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword})
		ben := l.desk()
		mia := l.deskOf(auth.NewUser{Email: "mia@example.com", Name: "Mia Agent", Role: auth.Agent, Password: deskPassword})
		nobodyThere(t, l, grace)

		var team struct{ ID string }
		boss.must(http.MethodPost, "/teams", map[string]any{
			"name": "Support", "strategy": "least_busy", "autoAssign": true, "members": []string{ben.me().ID, mia.me().ID},
			"hours": map[string]any{"timezone": "Europe/Paris", "weekly": everyDay("00:00", "24:00")},
		}, &team)
		boss.must(http.MethodPut, "/people/"+ben.me().ID+"/skills", map[string]any{"capacity": 1, "languages": []string{}, "topics": []string{}}, nil)
		ben.must(http.MethodPost, "/me/heartbeat", map[string]any{"active": true}, nil)
		if me := ben.me(); me.Presence != "online" || me.Capacity != 1 || len(me.Teams) != 1 || me.Teams[0] != team.ID {
			t.Fatalf("Ben is %+v", me)
		}
		takenAtOnce(t, l, ben, grace)
		inLine(t, l, "+15550000041", "You are next in line.")
		inLine(t, l, "+15550000042", "You are number 2 in line.")
		transferred(t, l, boss, ben, mia, team.ID)
	})
}

func everyDay(from, to string) (weekly []map[string]string) {
	for _, day := range strings.Fields("monday tuesday wednesday thursday friday saturday sunday") {
		weekly = append(weekly, map[string]string{"day": day, "from": from, "to": to})
	}
	return weekly
}

// nobodyThere asks for a person before there is one.
func nobodyThere(t *testing.T, l *loop, phone string) {
	t.Helper()
	l.write(phone, personPlease)
	if told := l.box.replied(phone, 1)[0]; !strings.HasSuffix(told, "Nobody is at the desk right now. Your place is kept, so there is no need to write again.") {
		t.Errorf("with nobody there the customer is told %q", told)
	}
	if c := l.of(phone); c.Owner != chat.OwnerQueue || c.AskedAt == 0 || c.HandedAt == 0 {
		t.Errorf("owner %s, %+v", c.Owner, c.People)
	}
}

// takenAtOnce is the conversation that waited when somebody came.
func takenAtOnce(t *testing.T, l *loop, ben *desk, phone string) {
	t.Helper()
	testkit.Eventually(t, patience, func() bool { return l.of(phone).Owner == chat.OwnerAgent })
	if c := l.of(phone); c.Agent != ben.me().ID || ben.me().Load != 1 {
		t.Errorf("assigned to %s, Ben has %+v", c.Agent, ben.me())
	}
}

// inLine asks for a person while everybody has their hands full.
func inLine(t *testing.T, l *loop, phone, want string) {
	t.Helper()
	l.write(phone, personPlease)
	if told := l.box.replied(phone, 1)[0]; !strings.HasSuffix(told, want) {
		t.Errorf("the customer is told %q, want %q at its end", told, want)
	}
}

func transferred(t *testing.T, l *loop, boss, ben, mia *desk, team string) {
	t.Helper()
	id := string(l.of("+15550000042").ID)
	var detail struct {
		Owner, Agent, Team, Priority string
		Epoch                        int64
		QueuePosition                *int
		Events                       []struct{ Kind, ActorName string }
	}
	ben.must(http.MethodPost, "/conversations/"+id+"/priority", map[string]any{"priority": "high"}, &detail)
	if detail.QueuePosition == nil || *detail.QueuePosition != 1 || detail.Priority != "high" {
		t.Errorf("with a high priority: %+v", detail)
	}
	refused := func(to map[string]string, epoch int64, want int, words string) {
		t.Helper()
		status, answer := ben.do(http.MethodPost, "/conversations/"+id+"/transfer", map[string]any{"epoch": epoch, "to": to}, nil)
		if status != want || !strings.Contains(answer, words) {
			t.Errorf("a transfer to %v answers %d %s, want %d with %q", to, status, answer, want, words)
		}
	}
	refused(map[string]string{}, detail.Epoch, http.StatusUnprocessableEntity, "either a person or a team")
	refused(map[string]string{"userId": "stranger"}, detail.Epoch, http.StatusUnprocessableEntity, "no such person")
	refused(map[string]string{"teamId": "nowhere"}, detail.Epoch, http.StatusUnprocessableEntity, "no such team")
	refused(map[string]string{"userId": mia.me().ID}, detail.Epoch+7, http.StatusConflict, "meanwhile")
	l.disabled(func(id string) {
		refused(map[string]string{"userId": id}, detail.Epoch, http.StatusUnprocessableEntity, "disabled")
	})
	// A colleague may be given it although she is not there: somebody may know better.
	ben.must(http.MethodPost, "/conversations/"+id+"/transfer", map[string]any{
		"epoch": detail.Epoch, "to": map[string]string{"userId": mia.me().ID}, "note": "knows this customer",
	}, &detail)
	if detail.Owner != "agent" || detail.Agent != mia.me().ID || detail.Events[len(detail.Events)-1].ActorName != "Ben Agent" {
		t.Errorf("given to Mia: %+v", detail)
	}
	l.settled()
	if got := l.box.replies("+15550000042"); len(got) != 1 {
		t.Errorf("the customer was told %q", got)
	}
	mia.must(http.MethodPost, "/conversations/"+id+"/transfer", map[string]any{"epoch": detail.Epoch, "to": map[string]string{"teamId": team}}, &detail)
	if detail.Owner != "queue" || detail.Team != team || detail.Events[len(detail.Events)-1].Kind != "transfer" {
		t.Errorf("given to the team: %+v", detail)
	}
	lines := l.lines(chat.ConversationID(id))
	if notes := texts(lines, chat.Note); len(notes) != 1 || notes[0] != "knows this customer" {
		t.Errorf("notes for colleagues: %q", notes)
	}
	var queue struct {
		Waiting, Online     int
		ExpectedWaitSeconds *int64
		Open                bool
	}
	boss.must(http.MethodGet, "/queue", nil, &queue)
	if queue.Waiting != 2 || queue.Online != 1 || queue.ExpectedWaitSeconds != nil || !queue.Open {
		t.Errorf("the queue: %+v", queue)
	}
}

// disabled disables one more and gives its id to a check.
func (l *loop) disabled(check func(id string)) {
	l.t.Helper()
	u, err := l.app.Auth().Enroll(l.t.Context(), auth.NewUser{Email: "left@example.com", Name: "Left", Role: auth.Agent, Password: deskPassword})
	if err == nil {
		_, err = l.app.Auth().Disable(l.t.Context(), auth.Console, u.Email)
	}
	if err != nil {
		l.t.Fatal(err)
	}
	check(u.ID)
}

// TestPeople_areTold follows the live events: pages hear of who comes without asking.
func TestPeople_areTold(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newLoop(t, database, false, nil)
		ben := l.desk()
		events := ben.stream("", "")
		ben.must(http.MethodPut, "/me/presence", map[string]any{"presence": "online"}, nil)
		if e := events.until("people", ""); e.id != "" {
			t.Errorf("what is only true now has the cursor %q", e.id)
		}
	})
}
