package storetest_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// say queues one line of the bot for a customer, as a whole turn.
func say(t *testing.T, s *store.Store, customer string, now int64, parts ...string) {
	t.Helper()
	ingest(t, s, now, arrival(customer, "question "+chat.NewID()))
	for _, w := range claim(t, s, "turn", now+1200) {
		r := answer(&w, parts[0])
		r.Parts = nil
		for _, p := range parts {
			r.Parts = append(r.Parts, chat.Delivery{ID: chat.DeliveryID(chat.NewID()), Text: p, Layout: chat.LayoutText})
		}
		finish(t, s, now+1200, r)
	}
}

// end gives a claimed delivery an outcome.
func end(o store.Outbound, state chat.State) store.Sent {
	o.State = state
	return store.Sent{Outbound: o}
}

func TestDelivery_oneAtATimeInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		say(t, s, "u1", 1000, "a", "b")
		say(t, s, "u2", 1000, "x")
		now := int64(5000)
		first := claimOut(t, s, "s1", store.Rules{}, now)
		if len(first) != 2 {
			t.Fatalf("claimed %d heads, want one of each contact", len(first))
		}
		if again := claimOut(t, s, "s2", store.Rules{}, now); len(again) != 0 {
			t.Fatalf("a lane in flight was claimed again: %+v", again)
		}
		for _, o := range first {
			if o.Text == "b" {
				t.Error("the second part overtook the first")
			}
			finishOut(t, s, now, chat.Pace{}, end(o, chat.Accepted))
		}
		second := claimOut(t, s, "s2", store.Rules{}, now)
		if len(second) != 1 || second[0].Text != "b" || second[0].Contact.ExternalID != "u1" {
			t.Errorf("after the result: %+v", second)
		}
	})
}

func TestDelivery_retryKeepsItsPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		say(t, s, "u1", 1000, "a", "b")
		o := claimOut(t, s, "s1", store.Rules{}, 5000)
		retry := end(o[0], chat.Queued)
		retry.RetryAt, retry.Unsent = 9000, true
		finishOut(t, s, 5000, chat.Pace{}, retry)
		if early := claimOut(t, s, "s1", store.Rules{}, 8999); len(early) != 0 {
			t.Errorf("sent before its time: %+v", early)
		}
		if next, err := s.NextDelivery(context.Background(), "shop"); next != 9000 || err != nil {
			t.Errorf("next delivery at %d (%v), want 9000", next, err)
		}
		if due := claimOut(t, s, "s1", store.Rules{}, 9000); len(due) != 1 || due[0].Text != "a" || due[0].Attempts != 2 {
			t.Errorf("the retry: %+v", due)
		}
	})
}

func TestDelivery_paceIsKeptAndGivenBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		rules := store.Rules{Pace: chat.Pace{Interval: 6000, Burst: 2}}
		say(t, s, "u1", 1000, "a", "b", "c")
		var at []int64
		for now := int64(5000); now < 20_000 && len(at) < 3; now += 500 {
			for _, o := range claimOut(t, s, "s1", rules, now) {
				at = append(at, now)
				finishOut(t, s, now, rules.Pace, end(o, chat.Accepted))
			}
		}
		wantDiff(t, at, []int64{5000, 5500, 17_000})

		say(t, s, "u2", 100_000, "a", "b", "c")
		for range 5 { // nothing of these attempts reached WhatsApp
			o := claimOut(t, s, "s1", rules, 110_000)
			if len(o) != 1 || o[0].Text != "a" {
				t.Fatalf("a failed attempt used up the pace: %+v", o)
			}
			failed := end(o[0], chat.Queued)
			failed.Unsent = true
			finishOut(t, s, 110_000, rules.Pace, failed)
		}
	})
}

func TestDelivery_lostResultFollowsPolicy(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, c := range []struct {
			customer string
			resend   bool
			want     []string
		}{{"u1", true, []string{"a", "a", "b"}}, {"u2", false, []string{"a", "b"}}} {
			rules := store.Rules{Resend: c.resend}
			say(t, s, c.customer, 1000, "a", "b")
			var sent []string
			now := int64(5000)
			for range 10 { // every sender dies on "a"
				for _, o := range claimOut(t, s, chat.NewID(), rules, now) {
					sent = append(sent, o.Text)
					if o.Text == "b" {
						finishOut(t, s, now, chat.Pace{}, end(o, chat.Accepted))
					}
				}
				now += 31_000
			}
			wantDiff(t, sent, c.want)
		}
	})
}

func TestDelivery_resultAfterTheLeaseIsIgnored(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		say(t, s, "u1", 1000, "a")
		slow := claimOut(t, s, "s1", store.Rules{Resend: true}, 5000)
		quick := claimOut(t, s, "s2", store.Rules{Resend: true}, 36_000)
		if len(quick) != 1 || quick[0].Ambiguous != 1 {
			t.Fatalf("the lease did not end: %+v", quick)
		}
		if lost := finishOut(t, s, 37_000, chat.Pace{}, end(slow[0], chat.Dead)); lost != 1 {
			t.Errorf("the late result counted")
		}
		if lost := finishOut(t, s, 37_000, chat.Pace{}, end(quick[0], chat.Accepted)); lost != 0 {
			t.Errorf("the valid result was ignored")
		}
	})
}

func TestDelivery_endsWhatMustNotBeSent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const day = 24 * 60 * minute
		for _, c := range []struct {
			customer, name string
			at             int64
			rules          store.Rules
			state          chat.State
			reason         string
		}{
			{"u1", "after the window", 1000 + day, store.Rules{}, chat.Dead, store.ReasonWindow},
			{"u2", "too old", 1000 + 60*minute, store.Rules{MaxAge: 30 * minute}, chat.Dead, store.ReasonTooOld},
		} {
			say(t, s, c.customer, 1000, "a")
			if o := claimOut(t, s, "s1", c.rules, c.at); len(o) != 0 {
				t.Errorf("%s: sent %+v", c.name, o)
			}
			list, _, err := s.Conversations(context.Background(), store.Filter{Search: c.customer, Limit: 1})
			if err != nil || len(list) != 1 {
				t.Fatal(list, err)
			}
			lines, _, err := s.Messages(context.Background(), list[0].ID, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			parts, err := s.DeliveriesOf(context.Background(), []chat.MessageID{lines[len(lines)-1].ID})
			if err != nil {
				t.Fatal(err)
			}
			d := parts[lines[len(lines)-1].ID][0]
			if d.State != c.state || d.Reason != c.reason {
				t.Errorf("%s: %s because %q", c.name, d.State, d.Reason)
			}
		}
	})
}

func TestDelivery_pauseHoldsTheWorkspace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		say(t, s, "u1", 1000, "a")
		for _, until := range []int64{50_000, 20_000} { // a shorter pause does not shorten a longer one
			if err := s.Write(context.Background(), func(tx *store.Tx) error {
				return tx.Pause(context.Background(), "shop", until, "429")
			}); err != nil {
				t.Fatal(err)
			}
		}
		if o := claimOut(t, s, "s1", store.Rules{}, 49_999); len(o) != 0 {
			t.Errorf("sent during the pause: %+v", o)
		}
		if next, err := s.NextDelivery(context.Background(), "shop"); next != 50_000 || err != nil {
			t.Errorf("next delivery at %d (%v), want 50000", next, err)
		}
		if o := claimOut(t, s, "s1", store.Rules{}, 50_000); len(o) != 1 {
			t.Errorf("not sent after the pause: %+v", o)
		}
	})
}

// TestFeed_waitsForItsOwnWritersOnly holds transactions open on the same server:
// one of another program's database must not hold the feed back, one of this
// database must, because it may still write an earlier place.
func TestFeed_waitsForItsOwnWritersOnly(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		if strings.HasPrefix(database, "sqlite:") {
			return // one writer, in order
		}
		ctx := t.Context()
		s, err := store.Open(ctx, database)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		writing := func(address string) *sql.Tx {
			t.Helper()
			pool, err := sql.Open("pgx", address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = pool.Close() })
			tx, err := pool.BeginTx(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.ExecContext(ctx, "SELECT pg_current_xact_id()"); err != nil {
				t.Fatal(err)
			}
			return tx
		}
		write := func(user string) {
			t.Helper()
			if err := s.Write(ctx, func(tx *store.Tx) error {
				_, err := tx.Ingest(ctx, []store.Arrival{arrival(user, "hello")}, 1000)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		seen := func() int {
			t.Helper()
			changes, err := s.Changes(ctx, store.Cursor{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(changes)
		}
		other := writing(os.Getenv(storetest.PostgresEnv))
		defer func() { _ = other.Rollback() }()
		write("ann")
		if n := seen(); n != 1 {
			t.Fatalf("a transaction of another database holds the feed: %d changes, want 1", n)
		}
		own := writing(database)
		write("bob")
		if n := seen(); n != 1 {
			t.Fatalf("%d changes while an older transaction of this database may still write, want 1", n)
		}
		if err := own.Rollback(); err != nil {
			t.Fatal(err)
		}
		if n := seen(); n != 2 {
			t.Fatalf("%d changes after it ended, want 2", n)
		}
		// What was deleted is missed, however old the transactions of others are.
		end, err := s.FeedEnd(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if list, err := s.Changes(ctx, end, 10); len(list) > 0 || err != nil {
			t.Fatalf("after the feed's end come %v (%v)", list, err)
		}
		write("cid")
		if err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM feed")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		write("dan")
		if start, err := s.FeedStart(ctx); err != nil || !end.Before(start) {
			t.Fatalf("the feed starts at %v (%v), and who stands at %v has missed a change", start, err, end)
		}
	})
}

func TestFeed_showsEveryChangeOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		var cursor store.Cursor
		seen := map[chat.ConversationID]int{}
		read := func() {
			for {
				changes, err := s.Changes(ctx, cursor, 3)
				if err != nil {
					t.Fatal(err)
				}
				if len(changes) == 0 {
					return
				}
				for _, c := range changes {
					seen[c.ConversationID]++
					cursor = c.Cursor
				}
			}
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 40 {
				err := s.Write(ctx, func(tx *store.Tx) error {
					_, err := tx.Ingest(ctx, []store.Arrival{arrival(fmt.Sprint("u", i), "hello")}, 1000)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			read()
		}
		// A change appears once no older transaction of the database is running.
		testkit.Eventually(t, 20*time.Second, func() bool {
			read()
			return len(seen) == 40
		})
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s appeared %d times", id, n)
			}
		}
		again, err := store.ParseCursor(cursor.String())
		if err != nil || again != cursor {
			t.Errorf("cursor %v came back as %v (%v)", cursor, again, err)
		}
	})
}

func TestPrune_removesOnlyWhatIsOld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		first := ingest(t, s, 1000, with(arrival("u1", "hello"), func(a *store.Arrival) { a.DispatchID = "d" }))
		ingest(t, s, 2000, with(arrival("u1", "hello"), func(a *store.Arrival) { a.DispatchID = "d" }))
		prune := func(now int64) (n int64) {
			if err := s.Write(ctx, func(tx *store.Tx) (err error) {
				n, err = tx.Prune(ctx, store.Retention{Exchanges: minute, Feed: minute, Drops: minute}, now, 100)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := prune(3000); n != 0 {
			t.Errorf("%d fresh rows were pruned", n)
		}
		if n := prune(48 * 60 * minute); n == 0 {
			t.Error("nothing old was pruned")
		}
		if got := transcript(t, s, first[0].ConversationID); len(got) != 1 {
			t.Errorf("pruning touched the transcript: %v", got)
		}
	})
}

func TestUsers_andSessions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		u := store.User{ID: "1", Email: "a@example.com", Name: "A", Role: "agent", PasswordHash: "h", CreatedAt: 5}
		v := store.Session{Hash: "s", UserID: "1", CreatedAt: 5, ExpiresAt: 50, SeenAt: 5}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.UpsertUser(ctx, u); err != nil {
				return err
			}
			return tx.InsertSession(ctx, v)
		}); err != nil {
			t.Fatal(err)
		}
		changed := u
		changed.ID, changed.Name, changed.CreatedAt = "2", "B", 9
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.UpsertUser(ctx, changed); err != nil {
				return err
			}
			return tx.TouchSession(ctx, store.Session{Hash: "s", UserID: "1", SeenAt: 7, ExpiresAt: 70})
		}); err != nil {
			t.Fatal(err)
		}
		u.Name, u.SeenAt = "B", 7
		v.SeenAt, v.ExpiresAt = 7, 70
		gotUser, err := s.UserByEmail(ctx, "a@example.com")
		if err != nil {
			t.Fatal(err)
		}
		gotSession, err := s.SessionByHash(ctx, "s")
		if err != nil {
			t.Fatal(err)
		}
		wantDiff(t, gotUser, u)
		wantDiff(t, gotSession, v)
	})
}
