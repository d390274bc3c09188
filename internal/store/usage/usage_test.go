package usage_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
	"parley/internal/testkit"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixMilli()

func turn(id, conversation string, at, micros int64) usage.Turn {
	return usage.Turn{
		ID: id, Workspace: "shop", Route: "support", Conversation: chat.ConversationID(conversation), At: at, Provider: "openai", Model: "m",
		Calls: 2, In: 1000, Out: 50, Micros: micros, Millis: 700, Outcome: "answer",
	}
}

func note(t testing.TB, s *store.Store, turns ...usage.Turn) {
	t.Helper()
	for _, v := range turns {
		if err := s.Write(t.Context(), func(tx *store.Tx) error { return usage.Note(t.Context(), tx, v) }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNote_sumsByConversationAndDay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const day = 24 * 3600 * 1000
		failed := turn("3", "c1", noon, 0)
		failed.Outcome, failed.Failure, failed.Violation = usage.Fallback, "unsafe", "price"
		other := turn("5", "c3", noon, 1_000_000)
		other.Workspace = "other"
		note(t, s, turn("1", "c1", noon-day, 5), turn("2", "c1", noon, 7), failed, turn("4", "c2", noon+1, 11), other)
		note(t, s, turn("2", "c1", noon, 7)) // the same again

		spent, err := usage.SpentOn(t.Context(), s, "shop", "c1", noon+5)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, spent, usage.Spent{Conversation: 12, Day: 18})
		if spent, err = usage.SpentOn(t.Context(), s, "shop", "nobody", noon+day); err != nil || spent != (usage.Spent{}) {
			t.Errorf("tomorrow, nobody has spent %+v, %v", spent, err)
		}

		turns, err := usage.Of(t.Context(), s, "c1")
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, turns, []usage.Turn{turn("1", "c1", noon-day, 5), turn("2", "c1", noon, 7), failed})

		sums, err := usage.Days(t.Context(), s, "shop", noon, noon)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, sums, []usage.Sum{
			{Workspace: "shop", Day: usage.DayOf(noon), Route: "support", Model: "m", Outcome: "answer", Turns: 2, Calls: 4, In: 2000, Out: 100, Micros: 18, Millis: 1400},
			{Workspace: "shop", Day: usage.DayOf(noon), Route: "support", Model: "m", Outcome: "fallback", Failure: "unsafe", Turns: 1, Calls: 2, In: 1000, Out: 50, Millis: 700},
		})
		if sums, err = usage.Days(t.Context(), s, "", noon-day, noon); err != nil || len(sums) != 4 {
			t.Errorf("two days of all workspaces have %d sums, %v; want 4", len(sums), err)
		}
	})
}

func TestPrune_keepsTheDays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note(t, s, turn("1", "c1", noon-2, 5), turn("2", "c1", noon-1, 7), turn("3", "c1", noon, 9))
		for _, want := range []int64{1, 1, 0} {
			err := s.Write(t.Context(), func(tx *store.Tx) error {
				n, err := usage.Prune(t.Context(), tx, noon, 1)
				if err == nil && n != want {
					t.Errorf("pruned %d, want %d", n, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		spent, err := usage.SpentOn(t.Context(), s, "shop", "c1", noon)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, spent, usage.Spent{Conversation: 9, Day: 21})
	})
}

func TestNote_losesNothingAtTheSameTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g, ctx := errgroup.WithContext(t.Context())
		for i := range 40 {
			g.Go(func() error {
				return s.Write(ctx, func(tx *store.Tx) error {
					return usage.Note(ctx, tx, turn(fmt.Sprint(i), fmt.Sprint("c", i%4), noon, 3))
				})
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		spent, err := usage.SpentOn(context.Background(), s, "shop", "c1", noon)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, spent, usage.Spent{Conversation: 30, Day: 120})
	})
}
