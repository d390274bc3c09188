package live_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/internal/live"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// until reads on to an event that says something.
func (g *stage) until(c *live.Client, event, words string) live.Frame {
	g.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case batch, ok := <-c.Frames():
			if !ok {
				g.t.Fatalf("the client was let go before %s", event)
			}
			for _, f := range batch {
				if (event == "" || f.Event == event) && strings.Contains(string(f.Data), words) {
					return f
				}
			}
		case <-deadline:
			g.t.Fatalf("%s %q was not told", event, words)
		}
	}
}

func TestTell_reachesWhomItIsFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		ben, zoe := g.hub.Join("ben"), g.hub.Join("zoe")
		g.hub.Tell("mention", map[string]string{"n": "1"}, "zoe")
		g.hub.Tell("mention", map[string]string{"n": "2"}, "")
		if f := g.until(zoe, "mention", `"1"`); f.ID != "" {
			t.Errorf("what is never replayed has the cursor %q", f.ID)
		}
		g.until(zoe, "mention", `"2"`)
		if f := g.until(ben, "mention", ""); !strings.Contains(string(f.Data), `"2"`) {
			t.Errorf("Ben was told %s", f.Data)
		}
	})
}

// Two replicas on one PostgreSQL tell each other; nobody hears anything twice.
func TestTell_reachesOtherReplicas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if s.Dialect.Name != "postgres" {
			t.Skip("on SQLite there is one process")
		}
		one, two := newStage(t, s), newStage(t, s)
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan struct{}, 2)
		for _, g := range []*stage{one, two} {
			go func() {
				s.Listen(ctx, func(store.Topic) {}, g.hub.Heard, func(error) {})
				ended <- struct{}{}
			}()
		}
		t.Cleanup(func() { cancel(); <-ended; <-ended })
		here, there := one.hub.Join("ben"), two.hub.Join("zoe")
		// Until both listen, what is said may be missed.
		testkit.Eventually(t, patience, func() bool {
			one.hub.Signal(live.Signal{ConversationID: "c", UserID: "ben", Name: "Ben", Doing: live.Viewing})
			return len(two.hub.At("c")) == 1
		})
		two.until(there, "activity", "Ben")
		one.hub.Signal(live.Signal{ConversationID: "c", UserID: "ben", Name: "Ben", Doing: live.Typing})
		two.until(there, "activity", "typing")
		one.hub.Signal(live.Signal{ConversationID: "c", UserID: "ben", Doing: live.Gone})
		two.until(there, "activity", `"people":[]`)
		one.hub.Tell("mention", map[string]string{"n": "1"}, "zoe")
		two.until(there, "mention", `"1"`)
		one.hub.Tell("mention", map[string]string{"n": "2"}, "ben")
		one.until(here, "mention", `"2"`)
		one.hub.Tell("last", nil, "")
		for _, c := range []*live.Client{here, there} {
			for f := one.until(c, "", ""); f.Event != "last"; f = one.until(c, "", "") {
				if f.Event == "mention" {
					t.Errorf("a mention was told to somebody else, or twice: %s", f.Data)
				}
			}
		}
	})
}

func TestHeard_takesAnything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		ben := g.hub.Join("ben")
		for _, text := range []string{"", "turns", "{", `{"from":"x"}`, `[]`, `{"from":"x","event":"mention","data":{"n":"3"}}`} {
			g.hub.Heard(text)
		}
		g.until(ben, "mention", `"3"`)
		g.hub.PeopleChanged()
		g.until(ben, "people", "{}")
	})
}
