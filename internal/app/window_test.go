package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sandbox"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/window"
	"parley/internal/testkit"
)

// holding makes answers wait for the customer, who is told so.
func holding(cfg *config.Config) {
	w := &cfg.Workspaces[0]
	w.Window.Hold = true
	w.Layouts.Notice = config.NoticeLayout{CampaignID: sandbox.SeedNotice, Text: "Hello {{customer.name|there}}, we have an answer for you."}
	w.Layouts.Template = config.TemplateLayout{
		CampaignID: sandbox.SeedTemplate, Text: "News: {{external_system_msg_body}}", Properties: []string{"external_system_msg_body"},
	}
}

// TestWindow_holdsAnAnswerUntilTheCustomerReturns: outside the window an agent's answer
// waits, the customer is told with a template, and it leaves first when they write.
func TestWindow_holdsAnAnswerUntilTheCustomerReturns(t *testing.T) {
	t.Parallel()
	braze := newRecorder(t)
	cfg := settings(t, storetest.SQLite(t), braze.URL)
	holding(&cfg)
	r := newRig(t, cfg)
	r.accepted(said{from: "ann", text: question(0)})
	r.settled()
	id := r.conversations()[0].ID
	at := "/conversations/" + string(id)
	r.ahead.Store(chat.Window + 1000)
	ben := r.desk()
	var c struct {
		MayWait bool
		Waiting *struct{ NoticedAt, NotNoticed string }
	}
	ben.at(r, "GET", at, "", 200, &c)
	if !c.MayWait || c.Waiting != nil {
		t.Fatalf("before: %+v", c)
	}
	body := fmt.Sprintf(`{"clientId":%q,"text":"your parcel is here","seenSeq":99}`, chat.NewID())
	ben.at(r, "POST", at+"/replies", body, 200, nil)
	ben.at(r, "POST", at+"/replies", body, 200, nil) // the answer was lost
	testkit.Eventually(t, patience, func() bool {
		ben.at(r, "GET", at, "", 200, &c)
		return c.Waiting != nil && c.Waiting.NoticedAt != ""
	})
	r.settled()
	if got := r.statuses(id); !slices.Equal(got, []string{"accepted", "withheld", "accepted"}) {
		t.Errorf("the lines are %v", got)
	}
	if taken := len(braze.takenByPerson()["ann"]); taken != 2 { // the bot's answer and the notice, which has no words of ours
		t.Errorf("Braze took %d messages", taken)
	}
	r.accepted(said{from: "ann", text: question(1)})
	r.settled()
	taken := braze.takenByPerson()["ann"]
	if len(taken) != 3 || taken[2] != "your parcel is here" {
		t.Errorf("on her return went %q", taken)
	}
	c.Waiting = nil
	if ben.at(r, "GET", at, "", 200, &c); c.Waiting != nil || c.MayWait {
		t.Errorf("afterwards: %+v", c)
	}
}

// statuses are those of the lines that go out, as the desk shows them.
func (r *rig) statuses(id chat.ConversationID) (out []string) {
	r.t.Helper()
	var list struct {
		Items []struct{ Direction, Status string }
	}
	r.desk().at(r, "GET", "/conversations/"+string(id)+"/messages", "", 200, &list)
	for _, m := range list.Items {
		if m.Direction == "out" {
			out = append(out, m.Status)
		}
	}
	return out
}

// TestWindow_keepsTheMessagingLimit: the template that would reach one person more than
// the number's tier allows is refused before it is sent, and a notice waits with it.
func TestWindow_keepsTheMessagingLimit(t *testing.T) {
	t.Parallel()
	cfg := settings(t, storetest.SQLite(t), newRecorder(t).URL)
	holding(&cfg)
	cfg.Workspaces[0].Window.MessagingLimit = 250
	r := newRig(t, cfg)
	const all = 252
	for i := range all {
		r.accepted(said{from: fmt.Sprintf("u%03d", i), text: question(i)})
	}
	r.settled()
	r.ahead.Store(chat.Window + 60_000)
	now := int64(0)
	list := r.conversations()
	for _, c := range list { // as if a colleague had written to 250 of them
		now = max(now, c.WindowUntil)
	}
	for _, c := range list[:250] {
		part := []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutTemplate, Text: "x", Choices: []string{"x"}}}
		err := r.app.Store().Write(t.Context(), func(tx *store.Tx) error {
			return tx.Reply(t.Context(), store.Reply{
				ConversationID: c.ID, MessageID: chat.MessageID(chat.NewID()), Agent: "x", Text: "x", Layout: chat.LayoutTemplate, Parts: part, SeenSeq: 99,
			}, now+1)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ben := r.desk()
	send := func(c store.Listed, status int) string {
		return ben.at(r, "POST", "/conversations/"+string(c.ID)+"/template",
			fmt.Sprintf(`{"clientId":%q,"seenSeq":99,"params":{"external_system_msg_body":"hello"},"force":true}`, chat.NewID()), status, nil)
	}
	if answer := send(list[250], 409); !strings.Contains(answer, "messaging_limit") || !strings.Contains(answer, "250 different customers") {
		t.Errorf("refused with %s", answer)
	}
	ben.at(r, "POST", "/conversations/"+string(list[251].ID)+"/replies", fmt.Sprintf(`{"clientId":%q,"text":"hello","seenSeq":99}`, chat.NewID()), 200, nil)
	testkit.Eventually(t, patience, func() bool {
		w, ok, err := window.Of(t.Context(), r.app.Store(), list[251].ID)
		return err == nil && ok && w.Trouble == "messaging_limit"
	})
}
