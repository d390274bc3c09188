package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/chat"
	"parley/internal/engine"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

var t0 = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

const minute = int64(60_000)

// pool is what customers of the test write: questions of several intents, in both languages, small talk, wishes for a
// person, and things that nobody has an answer to.
var pool = strings.Split(`What are your opening hours?
do you ship to Germany
when are you open on saturday
hello
what is the capital of Australia
thanks a lot
Quels sont vos horaires d'ouverture ?
do you have a size guide
are you open today
I want to talk to a person
how much is delivery
est-ce que vous livrez en Belgique
is the shop open on sundays
ok
opening times please`, "\n")

// folder is a part of the built-in base: all of it takes the race detector long to train.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, knowledge.Seed()); err != nil {
		t.Fatal(err)
	}
	keep := strings.Fields("variables opening_hours delivery_countries delivery_cost size_guide")
	for _, language := range []string{"en", "fr"} {
		files, err := filepath.Glob(filepath.Join(dir, language, "*.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !slices.Contains(keep, strings.TrimSuffix(filepath.Base(file), ".yaml")) {
				if err := os.Remove(file); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	return dir
}

func train(t *testing.T, dir string) *bot.Bot {
	t.Helper()
	published := publish(t, dir)
	return bot.New(func() *knowledge.Published { return published }, nil)
}

func publish(t *testing.T, dir string) *knowledge.Published {
	t.Helper()
	base, err := knowledge.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	published, err := knowledge.Publish(t.Context(), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return published
}

// replaceIn edits a file that must hold the text.
func replaceIn(t *testing.T, file, before, after string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(raw, []byte(before)) {
		t.Fatalf("%s does not hold %q", file, before)
	}
	if err := os.WriteFile(file, bytes.ReplaceAll(raw, []byte(before), []byte(after)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// live lets conversations happen: every customer writes once a minute, and what is due gets its turn.
func live(t *testing.T, s *store.Store, b *bot.Bot, customers, rounds int) {
	t.Helper()
	ctx := context.Background()
	ws := engine.Workspace{Language: "en"}
	for round := range rounds {
		now := t0.UnixMilli() + int64(round)*minute
		var arrivals []store.Arrival
		for i := range customers {
			language := []string{"en", "fr"}[i%2]
			text := pool[(i*7+round*(i%4))%len(pool)] // every fourth asks the same thing all the time
			arrivals = append(arrivals, store.Arrival{
				Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
				ConversationID: chat.ConversationID(chat.NewID()), ExternalID: fmt.Sprintf("customer-%d", i), FirstName: "Grace", Language: language, Text: text,
			})
		}
		var works []store.Work
		err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Ingest(ctx, arrivals, now)
			if err == nil {
				works, err = tx.ClaimTurns(ctx, store.Claim{By: "test", Limit: customers, Lease: minute}, 20, now+1)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var results []store.Result
		for i := range works {
			w := &works[i]
			out, err := b.Reply(ctx, ws.Situation(w, time.UnixMilli(now+1)))
			if err != nil {
				t.Fatal(err)
			}
			trace, err := json.Marshal(out.Trace)
			if err != nil {
				t.Fatal(err)
			}
			r := store.Result{ID: chat.TurnID(chat.NewID()), Work: w, Action: string(out.Action), Trace: string(trace), BotState: string(out.State), Language: out.Language}
			if out.Handoff != nil {
				r.Handoff = string(out.Handoff.Code) + ": " + out.Handoff.Detail
				out.Text += "\n\nYou are next in line." // as the roster adds it
			}
			if out.Text != "" {
				r.Message = &chat.Message{ID: chat.MessageID(chat.NewID()), Text: out.Text, Layout: chat.LayoutText}
			}
			results = append(results, r)
		}
		err = s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.FinishTurns(ctx, results, now+2)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func run(t *testing.T, s *store.Store, draft *bot.Bot) *Report {
	t.Helper()
	r, err := Run(t.Context(), s, Options{
		Draft: func(string) *bot.Bot { return draft }, Workspaces: map[string]engine.Workspace{"shop": {Language: "en"}}, Since: t0, Until: t0.Add(time.Hour), History: 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRun_showsExactlyWhatAChangedAnswerTouches replays 200 conversations with their own base, with one answer
// changed, and with one intent taken away.
func TestRun_showsExactlyWhatAChangedAnswerTouches(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	same := train(t, dir)
	const before, after = "closed on Sundays", "open on Sundays as well"
	replaceIn(t, filepath.Join(dir, "en", "opening_hours.yaml"), before, after)
	changed := train(t, dir)
	for _, language := range []string{"en", "fr"} {
		if err := os.Remove(filepath.Join(dir, language, "size_guide.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	smaller := train(t, dir)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		live(t, s, same, 200, 5)

		r := run(t, s, same)
		if r.Conversations != 200 || r.Turns < 500 || r.Changed != 0 || r.CarriedOn != 0 {
			t.Fatalf("with the same base: %s", r.Summary())
		}
		var want, got []chat.TurnID
		repeated := 0
		for _, i := range r.Items {
			if strings.Contains(i.Then.Text, before) {
				want = append(want, i.Turn)
			} else if i.Then.Intent == "opening_hours" && i.Then.Text != "" {
				repeated++ // asked again: the bot spoke of it without giving the answer
			}
		}
		r = run(t, s, changed)
		for _, i := range r.Items {
			if len(i.Changed) > 0 {
				got = append(got, i.Turn)
				if !slices.Equal(i.Changed, []string{"reply"}) || i.Draft.Text != strings.ReplaceAll(i.Then.Text, before, after) {
					t.Errorf("%q: %q becomes %q: %v", i.Messages, i.Then.Text, i.Draft.Text, i.Changed)
				}
			}
		}
		if len(want) < 50 || repeated == 0 || !slices.Equal(got, want) {
			t.Errorf("%d turns gave the answer (and %d spoke of it otherwise), %d are shown as changed", len(want), repeated, len(got))
		}
		pages(t, r, before, after)

		r = run(t, s, smaller)
		if r.By["intent"] == 0 || r.By["band"] == 0 {
			t.Errorf("without the size guide: %s", r.Summary())
		}
		for _, i := range r.Items {
			if i.Then.Intent == "size_guide" && i.Then.Band == bot.BandAnswer && !i.Has("intent") {
				t.Errorf("%q is still read as the size guide", i.Messages)
			}
		}
		forgets(t, s, changed, len(want))
	})
}

// forgets takes the stored memories away, as they are missing of turns from before they were stored: then the draft's
// own memory carries on, and the same turns change.
func forgets(t *testing.T, s *store.Store, changed *bot.Bot, want int) {
	t.Helper()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE turns SET bot_state = ''")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := run(t, s, changed); r.Changed != want || r.CarriedOn < 300 || !strings.Contains(r.Summary(), "without the memory of then") {
		t.Errorf("without memories: %s; want %d", r.Summary(), want)
	}
}

func pages(t *testing.T, r *Report, before, after string) {
	t.Helper()
	var html, text, raw bytes.Buffer
	if err := r.HTML(&html); err != nil {
		t.Fatal(err)
	}
	if err := r.JSON(&raw, false); err != nil {
		t.Fatal(err)
	}
	r.Text(&text, false)
	cards, kept := strings.Count(html.String(), `<article class="card`), strings.Count(html.String(), `<article class="card rest`)
	if cards != r.Turns || cards-kept != r.Changed {
		t.Errorf("the page shows %d turns, %d of them unchanged; want %d and %d changed", cards, kept, r.Turns, r.Changed)
	}
	if !strings.Contains(html.String(), "<mark>closed on Sundays</mark>") && !strings.Contains(html.String(), "<mark>closed</mark>") {
		t.Error("the page does not mark what differs")
	}
	if strings.Contains(html.String(), "<script") || strings.Contains(html.String(), "http-equiv=\"refresh") {
		t.Error("the page is not still")
	}
	if n := strings.Count(text.String(), after); n != r.Changed {
		t.Errorf("the text shows %d new replies, want %d", n, r.Changed)
	}
	var back struct{ Items []Item }
	if err := json.Unmarshal(raw.Bytes(), &back); err != nil || len(back.Items) != r.Changed {
		t.Errorf("JSON has %d items, %v", len(back.Items), err)
	}
}

func TestItem_marksOnlyWhatDiffersAndEscapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ then, draft, before, after string }{
		{"We <b>are</b> open", "We <b>are</b> not open", "We &lt;b&gt;are&lt;/b&gt; open", "We &lt;b&gt;are&lt;/b&gt; <mark>not</mark> open"},
		{"Hello.\n\nOpen now", "Hello.\n\nClosed today", "Hello.\n\n<mark>Open now</mark>", "Hello.\n\n<mark>Closed today</mark>"},
		{"", "Yes", "<em>nothing</em>", "<mark>Yes</mark>"},
	} {
		i := &Item{Then: Side{Text: c.then}, Draft: Side{Text: c.draft}}
		if before, after := string(i.Marked(false)), string(i.Marked(true)); before != c.before || after != c.after {
			t.Errorf("%q and %q: %s and %s", c.then, c.draft, before, after)
		}
	}
}
