package flows_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/flows"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

// write runs one transaction.
func write[T any](t *testing.T, s *store.Store, fn func(context.Context, *store.Tx) (T, error)) T {
	t.Helper()
	var out T
	if err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
		out, err = fn(t.Context(), tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func codeOf(err error) chat.Code {
	var e *chat.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func publish(t *testing.T, s *store.Store, at int64, versions ...flows.Version) []flows.Publication {
	t.Helper()
	return write(t, s, func(ctx context.Context, tx *store.Tx) ([]flows.Publication, error) {
		return flows.Publish(ctx, tx, "shop", versions, flows.Published, "ada", at)
	})
}

func TestPublish_keepsEveryVersion(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a1, a2, b1 := flows.Version{Name: "a", Version: "a1", Source: "A1"}, flows.Version{Name: "a", Version: "a2", Source: "A2"}, flows.Version{Name: "b", Version: "b1", Source: "B1"}
		first := flows.Publication{Name: "a", N: 1, Version: "a1", Action: flows.Published, By: "ada", At: 10}
		b := flows.Publication{Name: "b", N: 1, Version: "b1", Action: flows.Published, By: "ada", At: 10}
		testkit.Diff(t, publish(t, s, 10, b1, a1), []flows.Publication{first, b})
		if again := publish(t, s, 20, a1, b1); len(again) != 0 {
			t.Errorf("published again: %+v", again)
		}
		second := flows.Publication{Name: "a", N: 2, Version: "a2", Action: flows.Published, By: "ada", At: 30}
		testkit.Diff(t, publish(t, s, 30, a2, b1), []flows.Publication{second})

		current, err := flows.Current(t.Context(), s.Read, "shop")
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, current, map[string]flows.Publication{"a": second, "b": b})
		versions, err := flows.Versions(t.Context(), s.Read, "shop")
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, versions, []flows.Version{a1, a2, b1})
		history, err := flows.History(t.Context(), s.Read, "shop", "a")
		if err != nil {
			t.Fatal(err)
		}
		testkit.Diff(t, history, []flows.Publication{second, first})
		if all, err := flows.History(t.Context(), s.Read, "shop", ""); err != nil || len(all) != 3 {
			t.Errorf("%d lines, %v", len(all), err)
		}
		if other, err := flows.Current(t.Context(), s.Read, "other"); err != nil || len(other) != 0 {
			t.Errorf("another workspace has %v, %v", other, err)
		}

		withdrawn := write(t, s, func(ctx context.Context, tx *store.Tx) ([]flows.Publication, error) {
			return flows.Withdraw(ctx, tx, "shop", []string{"b", "nothing"}, "ben", 40)
		})
		testkit.Diff(t, withdrawn, []flows.Publication{{Name: "b", N: 2, Action: flows.Withdrawn, By: "ben", At: 40}})
		if current, err = flows.Current(t.Context(), s.Read, "shop"); err != nil || len(current) != 1 {
			t.Errorf("%v %v", current, err)
		}
		if mark, err := flows.Mark(t.Context(), s); err != nil || mark != 4 {
			t.Errorf("mark %d, %v", mark, err)
		}
		// What was withdrawn can be published again.
		testkit.Diff(t, publish(t, s, 50, b1), []flows.Publication{{Name: "b", N: 3, Version: "b1", Action: flows.Published, By: "ada", At: 50}})
	})
}

func TestRollback_goesBackOneVersionEachTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		back := func(version string) (string, error) {
			var p flows.Publication
			err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				p, err = flows.Rollback(t.Context(), tx, "shop", "a", version, "ben", 99)
				return err
			})
			return p.Version, err
		}
		if _, err := back(""); codeOf(err) != chat.NotFound {
			t.Errorf("a flow that never was: %v", err)
		}
		for i := 1; i <= 3; i++ {
			publish(t, s, int64(i), flows.Version{Name: "a", Version: fmt.Sprintf("a%d", i), Source: "A"})
		}
		for _, want := range []string{"a2", "a1"} {
			if got, err := back(""); err != nil || got != want {
				t.Errorf("back to %q, %v; want %s", got, err, want)
			}
		}
		if _, err := back(""); codeOf(err) != chat.Conflict {
			t.Errorf("before the first: %v", err)
		}
		if got, err := back("a3"); err != nil || got != "a3" {
			t.Errorf("to a version by name: %q %v", got, err)
		}
		if _, err := back("a3"); codeOf(err) != chat.Conflict {
			t.Errorf("to the current one: %v", err)
		}
		if _, err := back("a9"); codeOf(err) != chat.NotFound {
			t.Errorf("to one that never was: %v", err)
		}
		if got, err := back(""); err != nil || got != "a2" {
			t.Errorf("back to %q, %v", got, err)
		}
	})
}

func TestFollow_countsWhereConversationsAre(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const day = 24 * 3_600_000
		now := int64(20_000*day + 5)
		// turn ingests one message and finishes its turn with a trace and a state.
		turn := func(who, trace, state string) {
			t.Helper()
			now += 60_000
			a := store.Arrival{
				Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
				ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, Text: fmt.Sprint("at ", now), Dedupe: store.Dedupe{Pair: 1},
			}
			works := write(t, s, func(ctx context.Context, tx *store.Tx) ([]store.Work, error) {
				if _, err := tx.Ingest(ctx, []store.Arrival{a}, now); err != nil {
					return nil, err
				}
				return tx.ClaimTurns(ctx, store.Claim{By: "me", Limit: 10, Lease: 30_000}, 20, now+1)
			})
			if len(works) != 1 {
				t.Fatalf("%d turns", len(works))
			}
			r := store.Result{ID: chat.TurnID(chat.NewID()), Work: &works[0], Action: "ask", Trace: trace, BotState: state}
			write(t, s, func(ctx context.Context, tx *store.Tx) (bool, error) {
				verdicts, err := tx.FinishTurns(ctx, []store.Result{r}, now+2)
				if err != nil {
					return false, err
				}
				return true, flows.Follow(ctx, tx, []store.Result{r}, verdicts, now+2)
			})
		}
		in := func(step string) string {
			return fmt.Sprintf(`{"v":1,"flows":[{"flow":"a","version":"a1","step":%q,"at":7}]}`, step)
		}
		steps := func(from int64) []flows.Step {
			t.Helper()
			list, err := flows.Steps(t.Context(), s.Read, "shop", from)
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		turn("grace", `{"steps":[{"flow":"a","version":"a1","step":"one"}]}`, in("one"))
		turn("ada", `{"steps":[{"flow":"a","version":"a1","step":"one"}]}`, in("one"))
		turn("ada", `{"steps":[]}`, in("one")) // an answer that did not fit
		testkit.Diff(t, steps(now), []flows.Step{{Name: "a", Version: "a1", Step: "one", Waiting: 2, Entered: 2}})

		turn("ada", `{"steps":[{"flow":"a","version":"a1","step":"two"}]}`, in("two"))
		turn("grace", `{"steps":[{"flow":"a","version":"a1","step":"one","fate":"left"}]}`, `{"v":1}`)
		turn("ben", `{"reason":"no flow"}`, `{"v":1}`)
		testkit.Diff(t, steps(now), []flows.Step{
			{Name: "a", Version: "a1", Step: "one", Entered: 2, Left: 1}, {Name: "a", Version: "a1", Step: "two", Waiting: 1, Entered: 1},
		})
		now += day
		turn("ada", `{"steps":[{"flow":"a","version":"a1","step":"three"},{"flow":"a","version":"a1","step":"three","fate":"ended"}]}`, `{"v":1}`)
		testkit.Diff(t, steps(now), []flows.Step{{Name: "a", Version: "a1", Step: "three", Entered: 1, Ended: 1}})
		if list := steps(0); len(list) != 3 {
			t.Errorf("since ever: %+v", list)
		}
	})
}
