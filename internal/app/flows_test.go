package app_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/app"
	"parley/internal/auth"
	"parley/internal/bot/flow"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/flows"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const sizes = `title: {en: Your size}
languages: [en]
slots:
  size: {type: number, min: 30, max: 60, ask: {en: Which size do you wear}}
steps:
  ask:
    ask: size
    next: tell
  tell:
    say: {en: 'The old rule: size {{size}}'}
    next: end
`

// TestFlows_keepTheirVersion begins a flow by a route, publishes another version, stops the
// gateway and starts it again: who was in the flow ends it as it began.
func TestFlows_keepTheirVersion(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		b := newRecorder(t)
		cfg := settings(t, database, b.URL)
		w := &cfg.Workspaces[0]
		w.Flows, w.Routes[1].Flow, w.Routes[1].Specific = t.TempDir(), "sizes", false
		write := func(text string) {
			if err := os.WriteFile(filepath.Join(w.Flows, "sizes.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(sizes)
		r := newRig(t, cfg)
		says := func(from, text string) string {
			t.Helper()
			r.accepted(said{route: "returns", from: from, phone: "+1555800000" + from[:1], text: text})
			r.settled()
			out := r.outOf(from)
			return out[len(out)-1]
		}
		contains := func(got, want string) {
			t.Helper()
			if !strings.Contains(got, want) {
				t.Errorf("no %q in %q", want, got)
			}
		}
		contains(says("1ada", "RETURN"), "Which size do you wear")
		contains(says("2ben", "RETURN"), "Which size do you wear")

		newer := strings.Replace(sizes, "The old rule", "The new rule", 1)
		write(strings.Replace(sizes, "The old rule", "A draft that nobody meets", 1))
		contains(says("3cat", "RETURN"), "Which size do you wear")
		contains(says("3cat", "41"), "The old rule: size 41")

		f, err := flow.Parse("sizes", []byte(newer), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.app.Store().Write(t.Context(), func(tx *store.Tx) error {
			_, err := flows.Publish(t.Context(), tx, "demo", []flows.Version{{Name: f.Name, Version: f.Version, Source: newer}}, flows.Published, "ada", 1)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r.stop()
		r.start()
		contains(says("1ada", "99"), "Which size do you wear") // none that is
		interrupted := says("1ada", question(0))
		contains(interrupted, answerTo(0))
		contains(interrupted, "Which size do you wear")
		contains(says("1ada", "42"), "The old rule: size 42")
		contains(says("4dan", "RETURN"), "Which size do you wear")
		contains(says("4dan", "43"), "The new rule: size 43")

		steps, err := flows.Steps(t.Context(), r.app.Store().Read, "demo", 0)
		if err != nil {
			t.Fatal(err)
		}
		old, err := flow.Parse("sizes", []byte(sizes), flow.Known{})
		if err != nil {
			t.Fatal(err)
		}
		sums := map[string]flows.Step{}
		for _, s := range steps {
			sums[s.Version+"/"+s.Step] = flows.Step{Waiting: s.Waiting, Entered: s.Entered, Ended: s.Ended}
		}
		testkit.Diff(t, sums, map[string]flows.Step{
			old.Version + "/ask": {Entered: 3, Waiting: 1}, old.Version + "/tell": {Entered: 2, Ended: 2},
			f.Version + "/ask": {Entered: 1}, f.Version + "/tell": {Entered: 1, Ended: 1},
		})

		boss := r.deskOf(auth.NewUser{Email: "boss@example.com", Name: "Sol Supervisor", Role: auth.Supervisor, Password: deskPassword})
		var shown struct {
			Items []struct {
				Name, Title, Version, Action, PublishedBy string
				Older                                     int
				Steps                                     []struct {
					Name, Kind, Detail string
					Counts             struct{ Entered, Ended, Waiting int }
				}
				Ways []struct{ From, To string }
			}
		}
		if err := json.Unmarshal([]byte(boss.get("/flows?language=fr")), &shown); err != nil {
			t.Fatal(err)
		}
		if len(shown.Items) != 1 || len(shown.Items[0].Steps) != 2 || len(shown.Items[0].Ways) != 2 {
			t.Fatalf("flows %+v", shown)
		}
		if f := shown.Items[0]; f.Title != "Your size" || f.Action != "publish" || f.PublishedBy != "ada" || f.Older != 1 || f.Steps[1].Counts.Ended != 1 {
			t.Errorf("flow %+v", f)
		}

		// A person gets what the flow had collected; the one who waits has not said a thing.
		says("2ben", "I want to talk to a person")
		if c := r.of("2ben"); c.Conversation.Owner != chat.OwnerQueue {
			t.Errorf("owned by %s", c.Conversation.Owner)
		}
	})
}

func TestFlows_refuseWhatCannotBe(t *testing.T) {
	t.Parallel()
	b := newRecorder(t)
	for want, change := range map[string]func(dir string){
		"parley flow init": func(dir string) { _ = os.Remove(dir) },
		"sizes.yaml:8: step ask goes to \"tel\", which is no step; did you mean tell?": func(dir string) {
			_ = os.WriteFile(filepath.Join(dir, "sizes.yaml"), []byte(strings.Replace(sizes, "next: tell", "next: tel", 1)), 0o600)
		},
		"no flow \"returns\" is published": func(dir string) { _ = os.WriteFile(filepath.Join(dir, "sizes.yaml"), []byte(sizes), 0o600) },
	} {
		cfg := settings(t, "sqlite:"+filepath.Join(t.TempDir(), "parley.db"), b.URL)
		w := &cfg.Workspaces[0]
		w.Flows, w.Routes[1].Flow = t.TempDir(), "returns"
		change(w.Flows)
		a, err := app.New(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Version: "test", Desk: http.NotFoundHandler()})
		if err == nil {
			err = a.Stop()
			t.Errorf("starts, and stops with %v; want %q", err, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("starts with %v, want %q", err, want)
		}
	}
}
