package live_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/live"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const patience = time.Minute

// stage is a hub on a store; an event's data is the name of the person whose conversation changed.
type stage struct {
	t      *testing.T
	store  *store.Store
	hub    *live.Hub
	broken atomic.Bool // rendering fails
	cancel context.CancelFunc
	ended  chan struct{}
}

func newStage(t *testing.T, s *store.Store) *stage {
	t.Helper()
	g := &stage{t: t, store: s, ended: make(chan struct{})}
	g.hub = live.New(s, g.render, obs.NewMetrics("test", nil, nil), slog.New(slog.DiscardHandler), func() int64 { return time.Now().UnixMilli() })
	ctx, cancel := context.WithCancel(context.Background())
	g.cancel = cancel
	go func() {
		defer close(g.ended)
		g.hub.Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-g.ended })
	return g
}

func (g *stage) render(ctx context.Context, changes []store.Change) ([]live.Frame, error) {
	if g.broken.Load() {
		return nil, errors.New("no frames today")
	}
	ids := make([]chat.ConversationID, len(changes))
	for i, c := range changes {
		ids[i] = c.ConversationID
	}
	listed, err := g.store.ConversationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	frames := make([]live.Frame, len(changes))
	for i, c := range changes {
		for _, l := range listed {
			if l.ID == c.ConversationID {
				frames[i] = live.Frame{ID: c.Cursor.String(), Event: "conversation", Data: []byte(l.Contact.ExternalID)}
			}
		}
	}
	return frames, nil
}

// change makes somebody write, and returns when the feed shows it: on PostgreSQL that is once
// every older transaction of the server has ended.
func (g *stage) change(who string) {
	g.t.Helper()
	before := g.end()
	err := g.store.Write(g.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Ingest(g.t.Context(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Text: "hello", DispatchID: chat.NewID(),
		}}, time.Now().UnixMilli())
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	testkit.Eventually(g.t, patience, func() bool { return g.end() != before })
	g.hub.Wake()
}

// hear waits until a client was told of somebody, and returns all frames up to then.
func (g *stage) hear(c *live.Client, who string) (frames []live.Frame) {
	g.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case batch, ok := <-c.Frames():
			if !ok {
				g.t.Fatalf("the client was let go before %s", who)
			}
			frames = append(frames, batch...)
			if string(frames[len(frames)-1].Data) == who {
				return frames
			}
		case <-deadline:
			g.t.Fatalf("nothing was told of %s", who)
		}
	}
}

func names(frames []live.Frame) []string {
	out := []string{}
	for _, f := range frames {
		out = append(out, string(f.Data))
	}
	return out
}

func (g *stage) replay(after store.Cursor) (reached bool, frames []live.Frame) {
	g.t.Helper()
	reached, err := g.hub.Replay(g.t.Context(), after, func(batch []live.Frame) error {
		frames = append(frames, batch...)
		return nil
	})
	if err != nil {
		g.t.Fatal(err)
	}
	return reached, frames
}

func (g *stage) cursor(id string) store.Cursor {
	g.t.Helper()
	c, err := store.ParseCursor(id)
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

func (g *stage) end() store.Cursor {
	g.t.Helper()
	c, err := g.store.FeedEnd(g.t.Context())
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

func TestHub_tellsEverybodyWhatHappensFromNowOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		g.change("before")
		first := g.hub.Join("ben")
		defer first.Leave()
		g.change("ann")
		heard := g.hear(first, "ann")
		second := g.hub.Join("ben")
		defer second.Leave()
		g.change("bob")
		heard = append(heard, g.hear(first, "bob")...)
		// The hub may have been at the earlier change when the client joined; never the other way round.
		if got := slices.DeleteFunc(names(heard), func(n string) bool { return n == "before" }); !slices.Equal(got, []string{"ann", "bob"}) {
			t.Errorf("the first client heard %q", got)
		}
		testkit.Diff(t, names(g.hear(second, "bob")), []string{"bob"})
		for i := 1; i < len(heard); i++ {
			a, b := g.cursor(heard[i-1].ID), g.cursor(heard[i].ID)
			if a.Tx > b.Tx || a.Tx == b.Tx && a.N >= b.N {
				t.Errorf("cursor %s comes after %s", heard[i].ID, heard[i-1].ID)
			}
		}
		first.Leave()
		first.Leave()
		if _, open := <-first.Frames(); open {
			t.Error("a client that left is still told something")
		}
	})
}

func TestHub_replaysWhatWasMissed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		if reached, frames := g.replay(store.Cursor{}); !reached || len(frames) != 0 {
			t.Errorf("an empty feed gives %q, %v", names(frames), reached)
		}
		var after store.Cursor
		for i, who := range []string{"ann", "bob", "cid", "dan", "cid"} {
			g.change(who)
			if i == 1 {
				after = g.end()
			}
		}
		reached, frames := g.replay(after)
		if !reached {
			t.Error("the feed is said not to reach back")
		}
		// Each conversation once, at the place of its newest change.
		testkit.Diff(t, names(frames), []string{"dan", "cid"})
		if reached, frames := g.replay(g.cursor(frames[len(frames)-1].ID)); !reached || len(frames) != 0 {
			t.Errorf("from the newest cursor on there is %q, %v", names(frames), reached)
		}
		gone := errors.New("gone")
		if _, err := g.hub.Replay(t.Context(), after, func([]live.Frame) error { return gone }); !errors.Is(err, gone) {
			t.Errorf("a browser that has gone gives %v", err)
		}
	})
}

// A cursor that the feed does not reach any more, or not yet, must not pass for one that
// missed nothing.
func TestHub_asksToLoadAnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		g.change("ann")
		old := g.end()
		g.change("bob")
		g.change("cid")
		ahead := g.end()
		ahead.N += 1000
		if reached, _ := g.replay(ahead); reached {
			t.Error("a cursor from the future, as after a restored backup, counts as reached")
		}
		prune(t, s)
		if reached, _ := g.replay(old); reached {
			t.Error("with everything pruned, a cursor in the middle counts as reached")
		}
		g.change("dan")
		if reached, _ := g.replay(old); reached {
			t.Error("a cursor before the oldest change counts as reached")
		}
		if reached, _ := g.replay(g.end()); !reached {
			t.Error("the newest cursor counts as lost")
		}
	})
}

// prune deletes the whole feed.
func prune(t *testing.T, s *store.Store) {
	t.Helper()
	later := time.Now().Add(time.Hour).UnixMilli()
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Prune(t.Context(), store.Retention{Exchanges: later, Drops: later}, later, 1000)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A browser that does not read is let go before it costs memory; the others are not kept waiting.
func TestHub_dropsTheSlow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		slow, quick := g.hub.Join("ben"), g.hub.Join("ben")
		defer quick.Leave()
		const changes = 80
		for i := range changes {
			who := fmt.Sprintf("person-%d", i)
			g.change(who)
			g.hear(quick, who)
		}
		told := 0
		for range slow.Frames() { // ends, because it was closed
			told++
		}
		if told == 0 || told >= changes {
			t.Errorf("the slow client was told %d of %d changes", told, changes)
		}
		slow.Leave()
	})
}

func TestHub_letsGoOfAllWhenRenderingFails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		c := g.hub.Join("ben")
		g.change("ann")
		g.hear(c, "ann")
		g.broken.Store(true)
		g.change("bob")
		if _, open := <-c.Frames(); open {
			t.Error("a client was told something that could not be rendered")
		}
		g.broken.Store(false)
		again := g.hub.Join("ben")
		defer again.Leave()
		g.change("cid")
		g.hear(again, "cid")
	})
}

func TestHub_endsWithItsContext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newStage(t, s)
		var waiting sync.WaitGroup
		for range 3 {
			c := g.hub.Join("ben")
			waiting.Go(func() {
				for range c.Frames() {
				}
			})
		}
		g.cancel()
		waiting.Wait()
		<-g.ended
		late := g.hub.Join("ben")
		if _, open := <-late.Frames(); open {
			t.Error("a client that joins after the end is told something")
		}
		late.Leave()
	})
}

// A client that joins while the hub looks where the feed ends must hear of a change that is
// committed before the hub sees that end.
func TestHub_joinWhileLookingForTheEnd(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		if strings.HasPrefix(database, "sqlite:") {
			t.Skip("only PostgreSQL lets a test hold up a read")
		}
		s, err := store.Open(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		g := newStage(t, s)
		g.hub.Join("nobody").Leave() // Run has found its beginning, which the lock would hold up as well
		g.change("ann")
		db, err := sql.Open("pgx", database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(statement string) {
			t.Helper()
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		exec("LOCK TABLE feed IN ACCESS EXCLUSIVE MODE")
		testkit.Eventually(t, patience, func() (held bool) {
			err := db.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'feed'::regclass AND NOT granted)").Scan(&held)
			return err == nil && held
		})
		c := g.hub.Join("ben")
		defer c.Leave()
		exec("INSERT INTO feed (workspace, conversation_id, at) SELECT workspace, id, 1 FROM conversations")
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		g.hear(c, "ann")
	})
}
