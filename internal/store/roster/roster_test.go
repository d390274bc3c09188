package roster_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/roster"
	"parley/internal/store/storetest"
)

func write(t *testing.T, s *store.Store, fn func(context.Context, *store.Tx) error) error {
	t.Helper()
	return s.Write(context.Background(), func(tx *store.Tx) error { return fn(context.Background(), tx) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func users(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	must(t, write(t, s, func(ctx context.Context, tx *store.Tx) error {
		for _, name := range names {
			if err := tx.UpsertUser(ctx, store.User{ID: name, Email: name + "@example.com", Name: name, Role: "agent", CreatedAt: 1}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func wantCode(t *testing.T, err error, code chat.Code) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestTeams_areKeptAsTheyAreSaved(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		users(t, s, "ben", "mia")
		save := func(team roster.Team) error {
			return write(t, s, func(ctx context.Context, tx *store.Tx) error { return roster.SaveTeam(ctx, tx, team) })
		}
		support := roster.Team{ID: "t1", Name: "Support", Strategy: "least_busy", AutoAssign: true, Members: []string{"ben", "mia"}, CreatedAt: 10}
		returns := roster.Team{
			ID: "t2", Name: "Returns", Strategy: "round_robin", Members: []string{"mia"}, Languages: []string{"fr"}, Topics: []string{"returns"},
			Hours: `{"timezone":"UTC"}`, CreatedAt: 20,
		}
		must(t, save(support))
		must(t, save(returns))
		returns.Members, returns.Languages, returns.CreatedAt = []string{"ben"}, nil, 99
		must(t, save(returns))
		returns.CreatedAt = 20 // its age stays
		got, err := roster.Teams(t.Context(), s.Read)
		must(t, err)
		if d := cmp.Diff([]roster.Team{support, returns}, got); d != "" {
			t.Error(d)
		}
		wantCode(t, save(roster.Team{ID: "t3", Name: "Support"}), chat.Conflict)
		wantCode(t, save(roster.Team{ID: "t3", Name: "Nobody", Members: []string{"stranger"}}), chat.Invalid)
		remove := func(id string) error {
			return write(t, s, func(ctx context.Context, tx *store.Tx) error { return roster.DeleteTeam(ctx, tx, id) })
		}
		must(t, remove("t2"))
		wantCode(t, remove("t2"), chat.NotFound)
		if got, err = roster.Teams(t.Context(), s.Read); err != nil || len(got) != 1 {
			t.Errorf("%d teams are left (%v)", len(got), err)
		}
	})
}

func TestPeople_joinWhatIsKnownOfThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		users(t, s, "ben", "mia")
		seen := roster.Presence{Wish: "away", WishedAt: 1, SeenAt: 50, ActiveAt: 40, Since: 30}
		must(t, write(t, s, func(ctx context.Context, tx *store.Tx) error {
			if before, err := roster.LockPresence(ctx, tx, "ben"); err != nil || before != (roster.Presence{}) {
				t.Errorf("before: %+v (%v)", before, err)
			}
			if err := roster.SavePresence(ctx, tx, "ben", seen); err != nil {
				return err
			}
			if err := roster.Assigned(ctx, tx, "ben", 77); err != nil {
				return err
			}
			if err := roster.SavePresence(ctx, tx, "ben", seen); err != nil { // does not forget the turn they had
				return err
			}
			return roster.SaveSkills(ctx, tx, "mia", roster.Skills{Capacity: 0, Languages: []string{"fr"}, Topics: []string{"returns"}})
		}))
		seen.AssignedAt = 77
		got, err := roster.People(t.Context(), s.Read)
		must(t, err)
		want := []roster.Person{
			{ID: "ben", Email: "ben@example.com", Name: "ben", Role: "agent", Presence: seen, Capacity: -1},
			{ID: "mia", Email: "mia@example.com", Name: "mia", Role: "agent", Capacity: 0, Languages: []string{"fr"}, Topics: []string{"returns"}},
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		must(t, write(t, s, func(ctx context.Context, tx *store.Tx) error {
			for since, n := range map[int64]int{49: 1, 50: 0} {
				there, err := roster.Present(ctx, tx, since)
				if err != nil || len(there) != n {
					t.Errorf("seen since %d: %d (%v)", since, len(there), err)
				}
			}
			return nil
		}))
	})
}
