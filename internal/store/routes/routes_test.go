package routes_test

import (
	"testing"
	"time"

	"parley/internal/store"
	"parley/internal/store/routes"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

var hour = time.Hour.Milliseconds()

func TestAdd_sumsByTheHour(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		add := func(counts map[routes.Hour]routes.Counts, used map[routes.Secret]routes.Use) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return routes.Add(t.Context(), tx, counts, used) }); err != nil {
				t.Fatal(err)
			}
		}
		one := routes.Counts{Received: 1, Duplicates: 2, Repaired: 3, Unreadable: 4, Rejected: 5, Tests: 6}
		a, b := routes.Secret{Route: "support", Fingerprint: "aaaaaa"}, routes.Secret{Route: "support", Fingerprint: "bbbbbb"}
		add(map[routes.Hour]routes.Counts{{Route: "support", At: 7 * hour}: one, {Route: "returns", At: 8 * hour}: one}, map[routes.Secret]routes.Use{a: {First: 50, Last: 60}})
		add(map[routes.Hour]routes.Counts{{Route: "support", At: 7 * hour}: one, {Route: "support", At: 8 * hour}: one}, map[routes.Secret]routes.Use{a: {First: 70, Last: 90}, b: {First: 80, Last: 80}})
		add(nil, map[routes.Secret]routes.Use{a: {First: 65, Last: 66}}) // of another process, written down late

		since := func(from int64) map[string]routes.Counts {
			t.Helper()
			got, err := routes.Since(t.Context(), s, from)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		thrice := routes.Counts{Received: 3, Duplicates: 6, Repaired: 9, Unreadable: 12, Rejected: 15, Tests: 18}
		testkit.Diff(t, since(7*hour), map[string]routes.Counts{"support": thrice, "returns": one})
		testkit.Diff(t, since(8*hour), map[string]routes.Counts{"support": one, "returns": one})
		testkit.Diff(t, since(9*hour), map[string]routes.Counts{})
		used, err := routes.Secrets(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, used, map[routes.Secret]routes.Use{a: {First: 50, Last: 90}, b: {First: 80, Last: 80}})

		if err := s.Write(t.Context(), func(tx *store.Tx) error {
			n, err := routes.Prune(t.Context(), tx, 8*hour)
			if n != 1 {
				t.Errorf("%d hours went", n)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, since(0), map[string]routes.Counts{"support": one, "returns": one})
	})
}

func TestHourOf_isItsBeginning(t *testing.T) {
	t.Parallel()
	if got := routes.HourOf(7*hour + 59*60_000); got != 7*hour {
		t.Errorf("the hour begins at %d", got)
	}
}
