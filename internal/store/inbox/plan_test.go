package inbox

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/storetest"
)

// fill makes open conversations of which some wait, some are owned, and some are over.
func fill(t testing.TB, s *store.Store, n int) {
	t.Helper()
	ctx := context.Background()
	for from := 0; from < n; from += 500 {
		err := s.Write(ctx, func(tx *store.Tx) error {
			arrivals := make([]store.Arrival, min(500, n-from))
			for i := range arrivals {
				arrivals[i] = store.Arrival{
					Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
					ConversationID: chat.ConversationID(chat.NewID()), ExternalID: fmt.Sprint("customer", from+i), FirstName: fmt.Sprint("Name", i%50),
					Phone: fmt.Sprintf("+336%08d", from+i), Text: fmt.Sprintf("where is my parcel number %d please", from+i), DispatchID: chat.NewID(),
				}
			}
			_, err := tx.Ingest(ctx, arrivals, int64(1_000_000+from))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := s.Write(ctx, func(tx *store.Tx) error {
		for _, statement := range []string{
			"UPDATE conversations SET owner = 'queue', queued_at = last_at, queue_rank = last_at WHERE id IN (SELECT id FROM conversations ORDER BY id LIMIT $1)",
			"UPDATE conversations SET owner = 'agent', agent = 'zoe', team = 'one' WHERE id IN (SELECT id FROM conversations ORDER BY id DESC LIMIT $1)",
			"UPDATE conversations SET agent = 'ben' WHERE owner = 'agent' AND id IN (SELECT id FROM conversations ORDER BY id DESC LIMIT $1 / 100)",
		} {
			if _, err := tx.ExecContext(ctx, statement, n/3); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func plan(t *testing.T, s *store.Store, f Filter) string {
	t.Helper()
	q := &query{}
	statement, _, err := f.statement(s.Dialect, q)
	if err != nil {
		t.Fatal(err)
	}
	explain, scan := "EXPLAIN ", func(rows *sql.Rows) (line string, err error) { return line, rows.Scan(&line) }
	if s.Dialect.Name == "sqlite" {
		explain, scan = "EXPLAIN QUERY PLAN ", func(rows *sql.Rows) (line string, err error) {
			var id, parent, unused int
			return line, rows.Scan(&id, &parent, &unused, &line)
		}
	}
	lines, err := db.Collect(context.Background(), s.Read, scan, explain+statement, q.args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// With thousands of open conversations the lists that everybody looks at all day go
// along an index, and the small ones begin at theirs.
func TestList_goesAlongItsIndex(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		fill(t, s, 3000)
		if s.Dialect.Name == "postgres" {
			if err := s.Write(context.Background(), func(tx *store.Tx) error {
				_, err := tx.ExecContext(context.Background(), "ANALYZE")
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			f     Filter
			index string
			sorts bool
		}{
			{Filter{View: All}, "conversations_last", false},
			{Filter{View: Queue, Now: 1}, "conversations_rank", false},
			{Filter{View: OfAgents}, "conversations_people", false},
			{Filter{View: Mine, User: "ben", Now: 1}, "conversations_agent", true},
			{Filter{View: Snoozed, User: "ben", Now: 1}, "conversations_snoozed", true},
		} {
			c.f.Limit = 50
			for _, after := range []string{"", "second page"} {
				if after != "" {
					page, next, err := List(context.Background(), s, c.f)
					if err != nil || next == "" {
						continue // of few rows there is one page
					}
					c.f.After = next
					if len(page) != c.f.Limit {
						t.Errorf("%s: a page of %d", c.f.View, len(page))
					}
				}
				got := plan(t, s, c.f)
				if !strings.Contains(got, c.index) {
					t.Errorf("%s %s does not begin at %s:\n%s", c.f.View, after, c.index, got)
				}
				if sorts := strings.Contains(got, "TEMP B-TREE") || strings.Contains(got, "Sort"); sorts && !c.sorts {
					t.Errorf("%s %s is sorted in memory:\n%s", c.f.View, after, got)
				}
			}
		}
	})
}

// TestList_measure tells how long the lists, the counts and the search take with 10,000
// open conversations, on both engines: go test -v -run measure ./internal/store/inbox -args
func TestList_measure(t *testing.T) {
	if testing.Short() || !testing.Verbose() {
		t.Skip("it only measures; run it with -v")
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		fill(t, s, 10_000)
		began := time.Now()
		for more, err := true, error(nil); more; {
			if more, err = Follow(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("index of 10,000 lines and people: %v", time.Since(began))
		measure := func(name string, one func() error) {
			const times = 20
			began := time.Now()
			for range times {
				if err := one(); err != nil {
					t.Fatal(err)
				}
			}
			t.Logf("%-28s %8.2f ms", name, float64(time.Since(began).Microseconds())/1000/times)
		}
		for _, f := range []Filter{
			{View: All},
			{View: Mine},
			{View: Queue},
			{View: OfAgents},
			{View: OfBot},
			{View: OfTeam, Teams: []string{"one"}},
			{View: Snoozed},
			{View: Mentioned},
			{View: Resolved},
			{View: All, Sort: ByWaiting},
			{View: All, Language: "fr"},
			{View: All, Search: "9999"},
			{View: All, Search: "name7 9977"},
			{View: All, Search: "06 00 00 99 99"},
			{View: All, Search: "parcel please"},
		} {
			f.Limit, f.User, f.Now = 50, "ben", time.Now().UnixMilli()
			measure(fmt.Sprint(f.View, " ", f.Sort, f.Language, f.Search), func() error { _, _, err := List(ctx, s, f); return err })
		}
		measure("counts", func() error { _, err := Count(ctx, s, "ben", []string{"one"}, time.Now().UnixMilli()); return err })
	})
}
