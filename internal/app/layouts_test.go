package app_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/sandbox"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	picture = "https://shop.example/chart.png"
	webPage = "https://shop.example/returns"
)

// shelves is the test's knowledge base and answers that show more than text.
func shelves(t *testing.T) string {
	t.Helper()
	dir := knowledgeOf(t)
	write := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, "en", name+".yaml"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = f.WriteString(text); err == nil {
			err = f.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	phrased := func(word string) string {
		return "phrasings:\n  - show me the " + word + "\n  - " + word + " please\n  - do you have a " + word + "\n  - send the " + word + "\n  - " + word + "\nhandoff: never\n"
	}
	write("about_lantern", "description: Bright, and it floats.\n")
	write("catalogue", "title: Catalogue\n"+phrased("catalogue")+"answer: What would you like to see?\nchoices: [about_harbour, about_lantern, about_meadow, about_copper, about_violin]\n")
	write("diagram", "title: Diagram\n"+phrased("diagram")+"answer: This is how it looks.\nimage: "+picture+"\n")
	write("sheet", "title: Sheet\n"+phrased("sheet")+"answer: Tell us about your parcel.\nform: Fill it in\n")
	write("form", "title: Form\n"+phrased("form")+"answer: Fill it in here.\nlink: {label: Open the form, url: \""+webPage+"\"}\n")
	return dir
}

// shown is a message on a phone.
type shown struct {
	N                       int64
	Direction, Layout, Text string
	Media                   []struct{ URL, Kind string }
	Link                    struct{ Label, URL string }
	Flow                    struct {
		Label  string
		Fields []struct{ Name, Type string }
	}
	List struct {
		Button   string
		Sections []struct {
			Rows []struct{ Title, Description string }
		}
	}
}

// got waits for the nth message of the business to a phone.
func (b *box) got(phone string, n int) shown {
	b.t.Helper()
	b.replied(phone, n)
	var feed struct{ Messages []shown }
	b.call(http.MethodGet, phonePath(phone)+"/messages?after=0", nil, &feed)
	for _, m := range feed.Messages {
		if m.Direction == "out" {
			if n--; n == 0 {
				return m
			}
		}
	}
	b.t.Fatal("the message is gone")
	return shown{}
}

func (b *box) tap(phone string, n int64, label string) {
	b.t.Helper()
	b.call(http.MethodPost, phonePath(phone)+"/taps", map[string]any{"n": n, "button": label}, nil)
}

func newShelves(t *testing.T, database string, adjust func(w *config.Workspace)) *loop {
	t.Helper()
	f := newFront(t)
	b := newBox(t, f.URL, nil)
	b.call(http.MethodPut, "/sandbox/keys/"+brazeKey, map[string]any{"name": "test", "permissions": []string{"campaigns.trigger.send", "canvas.trigger.send", "messages.send"}}, nil)
	cfg := settings(t, database, b.url)
	w := &cfg.Workspaces[0]
	w.Knowledge = shelves(t)
	adjust(w)
	return &loop{rig: newRigBehind(t, cfg, f), box: b}
}

// TestLayouts_chosen offers a list, and takes the tap, the digit, the ordinal and the words as the same choice.
func TestLayouts_chosen(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(w *config.Workspace) { w.Layouts.List.CampaignID = sandbox.SeedList })
		for i, answer := range []string{"tap", "2", "the second one", "la deuxième", "the lantern", "About the lantern"} {
			phone := "+1555000010" + string(rune('0'+i))
			l.write(phone, "show me the catalogue")
			m := l.box.got(phone, 1)
			if m.Layout != "list" || m.List.Button != "Choose" || len(m.List.Sections) != 1 || len(m.List.Sections[0].Rows) != 6 || !strings.HasSuffix(m.Text, "What would you like to see?") {
				t.Fatalf("the list is %+v", m)
			}
			if row := m.List.Sections[0].Rows[1]; row.Title != "About the lantern" || row.Description != "Bright, and it floats." {
				t.Errorf("the second row is %+v", row)
			}
			if answer == "tap" {
				l.box.tap(phone, m.N, "About the lantern")
			} else {
				l.write(phone, answer)
			}
			if said := l.box.got(phone, 2); said.Text != answerTo(1) || said.Layout != "text" {
				t.Errorf("%s is answered with %+v", answer, said)
			}
		}
		lines := l.lines(l.of("+15550000100").ID)
		if lines[1].Layout != chat.LayoutList || len(lines[1].Choices) != 6 || !strings.Contains(lines[1].Text, "2. About the lantern – Bright, and it floats.") {
			t.Errorf("the desk shows %+v", lines[1])
		}
		if tapped := lines[2].Text; !strings.HasPrefix(tapped, "About the lantern") || !strings.HasSuffix(tapped, "Bright, and it floats.") {
			t.Errorf("the tap came back as %q", tapped)
		}
	})
}

// TestLayouts_degraded has no layout but text: nothing is lost, and the digit still chooses.
func TestLayouts_degraded(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(w *config.Workspace) { w.Layouts.QuickReply.CampaignID = "" })
		l.write(grace, "show me the catalogue")
		if m := l.box.got(grace, 1); m.Layout != "text" || !strings.Contains(m.Text, "2. About the lantern – Bright, and it floats.\n3. ") {
			t.Errorf("the choices are %+v", m)
		}
		l.write(grace, "5")
		if m := l.box.got(grace, 2); m.Text != answerTo(4) {
			t.Errorf("5 is answered with %+v", m)
		}
		l.write(grace, "show me the diagram")
		if m := l.box.got(grace, 3); m.Layout != "text" || m.Text != "This is how it looks.\n\n"+picture {
			t.Errorf("the picture is %+v", m)
		}
		l.write(grace, "send the form")
		if m := l.box.got(grace, 4); m.Layout != "text" || m.Text != "Fill it in here.\n\nOpen the form: "+webPage {
			t.Errorf("the link is %+v", m)
		}
	})
}

// TestLayouts_carriers sends text through a Canvas, a list and a picture in the call itself and a link by a
// campaign. Whoever has no external id cannot get what /messages/send carries and gets text.
func TestLayouts_carriers(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(w *config.Workspace) {
			w.Layouts.Text.CampaignID, w.Layouts.Text.CanvasID = "", sandbox.SeedCanvas
			w.Layouts.List.Message = config.Object{AppID: "any"}
			w.Layouts.Image.Message = config.Object{AppID: "any", CampaignID: sandbox.SeedAPI, VariationID: sandbox.SeedVariation}
			w.Layouts.CTA.CampaignID = sandbox.SeedCTA
		})
		l.write(grace, "show me the catalogue")
		m := l.box.got(grace, 1)
		if m.Layout != "list" || len(m.List.Sections) != 1 || len(m.List.Sections[0].Rows) != 6 {
			t.Fatalf("the list is %+v", m)
		}
		l.box.tap(grace, m.N, "About the lantern")
		if said := l.box.got(grace, 2); said.Text != answerTo(1) {
			t.Errorf("the tap is answered with %+v", said)
		}
		l.write(grace, "show me the diagram")
		if m := l.box.got(grace, 3); m.Layout != "image" || m.Text != "This is how it looks." || len(m.Media) != 1 || m.Media[0].URL != picture {
			t.Errorf("the picture is %+v", m)
		}
		l.write(grace, "send the form")
		if m := l.box.got(grace, 4); m.Layout != "cta" || m.Text != "Fill it in here." || m.Link.URL != webPage || m.Link.Label != "Open the form" {
			t.Errorf("the link is %+v", m)
		}
		l.settled()
		id := l.of(grace).ID
		lines := l.lines(id)
		testkit.Diff(t, lines[5].Media, []string{picture})
		if last := lines[7]; last.Layout != chat.LayoutCTA || !strings.Contains(last.Text, webPage) {
			t.Errorf("the desk shows %+v", last)
		}
		l.write("+15550000110", "show me the diagram")
		var stranger []chat.Message
		testkit.Eventually(t, patience, func() bool {
			for _, c := range l.conversations() {
				if c.Contact.Phone == "+15550000110" {
					stranger = l.lines(c.ID)
				}
			}
			return len(stranger) == 2
		})
		if m := stranger[len(stranger)-1]; m.Layout != chat.LayoutText || !strings.HasSuffix(m.Text, "This is how it looks.\n\n"+picture) {
			t.Errorf("a stranger gets %+v", m)
		}
	})
}

// TestLayouts_form opens a WhatsApp Flow, and takes what the customer filled in as words that the bot reads and as
// fields; without the layout the text goes out alone.
func TestLayouts_form(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(w *config.Workspace) { w.Layouts.Flow.CampaignID = sandbox.SeedFlow })
		l.write(grace, "show me the sheet")
		m := l.box.got(grace, 1)
		if m.Layout != "flow" || m.Flow.Label != "Fill it in" || len(m.Flow.Fields) != 4 || !strings.HasSuffix(m.Text, "Tell us about your parcel.") {
			t.Fatalf("the form is %+v", m)
		}
		l.box.call(http.MethodPost, phonePath(grace)+"/messages", map[string]any{
			"text": "", "flow_response": `{"order_number":"A-17","question":"tell me about the lantern","flow_token":"t"}`,
		}, nil)
		if said := l.box.got(grace, 2); said.Text != answerTo(1) {
			t.Errorf("the form is answered with %+v", said)
		}
		l.settled()
		lines := l.lines(l.of(grace).ID)
		if lines[1].Layout != chat.LayoutFlow {
			t.Errorf("the desk shows %+v", lines[1])
		}
		if got := lines[2].Text; got != "Order number: A-17\nQuestion: tell me about the lantern" {
			t.Errorf("the form reads %q", got)
		}
		testkit.Diff(t, lines[2].Arrival.Form, []chat.Field{{Name: "Order number", Value: "A-17"}, {Name: "Question", Value: "tell me about the lantern"}})
		var page struct {
			Items []struct{ Form []chat.Field }
		}
		l.desk().at(l.rig, "GET", "/conversations/"+string(l.of(grace).ID)+"/messages", "", 200, &page)
		testkit.Diff(t, page.Items[2].Form, lines[2].Arrival.Form)
	})
}

func TestLayouts_formDegraded(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		l := newShelves(t, database, func(*config.Workspace) {})
		l.write(grace, "show me the sheet")
		if m := l.box.got(grace, 1); m.Layout != "text" || !strings.HasSuffix(m.Text, "Tell us about your parcel.") {
			t.Errorf("the form is %+v", m)
		}
	})
}
