package costs_test

import (
	"strings"
	"testing"
	"time"

	"parley/internal/api/costs"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
)

var today = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

func TestRead_sumsAPeriod(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		note := func(id, route, model, outcome, failure string, daysAgo int, micros int64) {
			turn := usage.Turn{
				ID: id, Workspace: "shop", Route: route, Conversation: chat.ConversationID("c" + id), At: today.AddDate(0, 0, -daysAgo).UnixMilli(), Model: model,
				Calls: 2, In: 100, Out: 10, Micros: micros, Millis: 500, Outcome: outcome, Failure: failure,
			}
			if err := s.Write(t.Context(), func(tx *store.Tx) error { return usage.Note(t.Context(), tx, turn) }); err != nil {
				t.Fatal(err)
			}
		}
		note("1", "support", "small", "answer", "", 0, 1000)
		note("2", "support", "small", "answer", "", 1, 1000)
		note("3", "support", "large", "fallback", "timeout", 1, 500_000)
		note("4", "returns", "small", "decline", "", 1, 7)
		note("5", "support", "small", "answer", "", 40, 9_000_000)
		read := func(in costs.Input) *costs.Output {
			t.Helper()
			out, err := costs.New(s, func() time.Time { return today }).Read(t.Context(), &in)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		b := read(costs.Input{}).Body
		if b.From != "2026-10-26" || b.To != "2026-11-22" || len(b.Days) != 28 {
			t.Errorf("the period is %s to %s with %d days", b.From, b.To, len(b.Days))
		}
		if b.Totals.Turns != 4 || b.Totals.Helped != 3 || b.Totals.Calls != 8 || b.Totals.TokensIn != 400 || b.Totals.Cost != 0.502007 || b.Totals.Seconds != 0.5 {
			t.Errorf("the totals are %+v", b.Totals)
		}
		if b.Days[27].Turns != 1 || b.Days[26].Turns != 3 || b.Days[0].Turns != 0 {
			t.Errorf("the last days are %+v", b.Days[26:])
		}
		if len(b.Models) != 2 || b.Models[0].Model != "large" || b.Models[1].Turns != 3 {
			t.Errorf("the models are %+v", b.Models)
		}
		if len(b.Endings) != 3 || b.Endings[0].Ending != "answer" || b.Endings[0].Turns != 2 || !b.Endings[2].Failed || b.Endings[2].Ending != "timeout" {
			t.Errorf("the endings are %+v", b.Endings)
		}
		if one := read(costs.Input{From: "2026-11-22", To: "2026-11-22", Route: "support"}).Body; one.Totals.Turns != 1 || len(one.Days) != 1 {
			t.Errorf("one day of one route is %+v", one)
		}
		if other := read(costs.Input{Workspace: "other"}).Body; other.Totals.Turns != 0 {
			t.Errorf("another workspace has %+v", other.Totals)
		}
		for in, want := range map[costs.Input]string{
			{From: "yesterday"}:                    `from: "yesterday" is not a day`,
			{To: "22/11/2026"}:                     `to: "22/11/2026" is not a day`,
			{From: "2026-11-23", To: "2026-11-22"}: "swap",
			{From: "2020-01-01", To: "2026-11-22"}: "at most 400",
		} {
			if _, err := costs.New(s, func() time.Time { return today }).Read(t.Context(), &in); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v, want %q", in, err, want)
			}
		}
	})
}
