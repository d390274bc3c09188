package app_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sandbox"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// TestShow_agentsSendLayouts lets an agent send what WhatsApp has beside text, says before how it will leave, and
// falls back to text where the workspace has no layout or something does not fit.
func TestShow_agentsSendLayouts(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(w *config.Workspace) {
			w.Layouts.Image.CampaignID, w.Layouts.Image.URL = sandbox.SeedImage, "image_uri"
		})
		l.write(grace, "I want to talk to a person")
		l.box.replied(grace, 1)
		l.settled()
		id := string(l.of(grace).ID)
		ben := l.desk()
		at := "/conversations/" + id
		body := func(text, show string) string {
			return fmt.Sprintf(`{"clientId":%q,"text":%q,"show":%s,"seenSeq":%d}`, chat.NewID(), text, show, l.of(grace).LastSeq)
		}
		preview := func(text, show string) (layouts string, lack string) {
			var p struct {
				Parts []struct{ Layout, Text string }
				Lack  string
			}
			ben.at(l.rig, "POST", at+"/replies/preview", fmt.Sprintf(`{"text":%q,"show":%s}`, text, show), 200, &p)
			var kinds []string
			for _, part := range p.Parts {
				kinds = append(kinds, part.Layout)
			}
			return strings.Join(kinds, " "), p.Lack
		}
		long := strings.Repeat("x", 21)
		for _, c := range []struct{ name, show, layout, lack string }{
			{"buttons", `{"choices":[{"title":"Yes"},{"title":"No"}]}`, "quick_reply", ""},
			{"long button", `{"choices":[{"title":"` + long + `"}]}`, "text", "fit"},
			{"picture", `{"file":{"kind":"image","url":"` + picture + `"}}`, "image", ""},
			{"document", `{"file":{"kind":"document","url":"https://shop.example/a.pdf"}}`, "text", "layout"},
			{"link", `{"link":{"label":"Open","url":"` + webPage + `"}}`, "text", "layout"},
		} {
			if layout, lack := preview("Which?", c.show); layout != c.layout || lack != c.lack {
				t.Errorf("%s: would leave as %q for %q", c.name, layout, lack)
			}
		}
		for show, words := range map[string]string{
			`{"choices":[{"title":"A"},{"title":"a"}]}`:                   "there twice",
			`{"file":{"kind":"image","url":"http://shop.example/a.png"}}`: "https://",
		} {
			for _, path := range []string{"/replies", "/replies/preview"} {
				asked := body("Which?", show)
				if path == "/replies/preview" {
					asked = `{"text":"Which?","show":` + show + `}`
				}
				if answer := ben.at(l.rig, "POST", at+path, asked, 422, nil); !strings.Contains(answer, words) {
					t.Errorf("%s %s is refused with %s", path, show, answer)
				}
			}
		}
		buttons := body("Shall we send it again?", `{"choices":[{"title":"Yes, please"},{"title":"No"}]}`)
		for range 2 { // the second time the page did not hear the answer
			ben.at(l.rig, "POST", at+"/replies", buttons, 200, nil)
		}
		m := l.box.got(grace, 2)
		if m.Layout != "quick_reply" || m.Text != "Shall we send it again?" {
			t.Fatalf("the buttons are %+v", m)
		}
		l.box.tap(grace, m.N, "Yes, please")
		testkit.Eventually(t, patience, func() bool {
			lines := l.lines(l.of(grace).ID)
			return lines[len(lines)-1].Text == "Yes, please"
		})
		ben.at(l.rig, "POST", at+"/replies", body("Like this one?", `{"file":{"kind":"image","url":"`+picture+`"}}`), 200, nil)
		if m := l.box.got(grace, 3); m.Layout != "image" || len(m.Media) != 1 || m.Media[0].URL != picture {
			t.Errorf("the picture is %+v", m)
		}
		ben.at(l.rig, "POST", at+"/replies", body("Look here.", `{"link":{"label":"Open","url":"`+webPage+`"}}`), 200, nil)
		if m := l.box.got(grace, 4); m.Layout != "text" || m.Text != "Look here.\n\nOpen: "+webPage {
			t.Errorf("the link is %+v", m)
		}
		l.settled()
		lines := l.lines(l.of(grace).ID)
		shown := map[chat.Layout]chat.Message{}
		for _, line := range lines {
			if line.Author == chat.AuthorAgent {
				shown[line.Layout] = line
			}
		}
		testkit.Diff(t, shown[chat.LayoutQuickReply].Choices, []string{"Yes, please", "No"})
		testkit.Diff(t, shown[chat.LayoutImage].Media, []string{picture})
		if text := shown[chat.LayoutText].Text; text != "Look here.\n\nOpen: "+webPage {
			t.Errorf("the transcript says %q", text)
		}
	})
}

// TestShow_cannedRepliesCarryButtons keeps what a canned reply shows beside its text.
func TestShow_cannedRepliesCarryButtons(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		r := newRig(t, settings(t, database, "http://127.0.0.1:1"))
		admin := r.deskOf(auth.NewUser{Email: "admin@example.com", Name: "Ada Admin", Role: auth.Admin, Password: deskPassword})
		const canned = `{"shortcut":"again","title":"Again","text":"Once more?","show":{"choices":[{"title":"Yes"},{"title":"No"}]}}`
		admin.at(r, "POST", "/canned", canned, 200, nil)
		var list struct {
			Items []struct {
				Shortcut string
				Show     json.RawMessage
			}
		}
		admin.at(r, "GET", "/canned", "", 200, &list)
		if len(list.Items) != 1 || string(list.Items[0].Show) != `{"choices":[{"title":"Yes"},{"title":"No"}]}` {
			t.Errorf("the canned replies are %s", list.Items)
		}
		admin.at(r, "POST", "/canned", strings.Replace(canned, `"No"`, `"yes"`, 1), 422, nil)
	})
}
