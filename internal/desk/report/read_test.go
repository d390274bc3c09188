package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	rows "parley/internal/store/report"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

func day(t *testing.T, text string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// count stores one number directly.
func count(t *testing.T, s *store.Store, id string, at time.Time, cell rows.Cell) {
	t.Helper()
	cell.Hour = at.Unix() / 3600
	err := s.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Ingest(t.Context(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID("m" + id), ContactID: chat.ContactID("p" + id),
			ConversationID: chat.ConversationID(id), ExternalID: id, Text: "x",
		}}, at.UnixMilli())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	was, err := rows.Load(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	next := was
	err = s.Write(t.Context(), func(tx *store.Tx) error {
		return rows.Apply(t.Context(), tx, was, &next, []rows.Counted{{ID: chat.ConversationID(id), Counts: rows.Counts{cell: 1}}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRead_sumsTheDaysOfTheAskedZone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		// 2026-10-25 has 25 hours in Paris: from 22:00 UTC the day before to 23:00 UTC.
		for id, at := range map[string]string{
			"a": "2026-10-24T21:59:00Z", "b": "2026-10-24T22:00:00Z", "c": "2026-10-25T22:59:00Z", "d": "2026-10-25T23:00:00Z",
		} {
			when, err := time.Parse(time.RFC3339, at)
			if err != nil {
				t.Fatal(err)
			}
			team := "t1"
			if id == "c" {
				team = "t2"
			}
			count(t, s, id, when, rows.Cell{Route: "support", Team: team, Name: opened})
		}
		for _, c := range []struct {
			zone, team string
			want       []int64
		}{
			{"Europe/Paris", "", []int64{1, 2, 1}},
			{"Europe/Paris", "t1", []int64{1, 1, 1}},
			{"Europe/Paris", "t9", []int64{0, 0, 0}},
			{"UTC", "", []int64{2, 2, 0}},
			{"America/Los_Angeles", "", []int64{2, 2, 0}},
			{"Asia/Kolkata", "", []int64{0, 2, 2}},
			{"Pacific/Kiritimati", "", []int64{0, 2, 2}},
		} {
			r, err := Read(t.Context(), s, Ask{From: day(t, "2026-10-24"), To: day(t, "2026-10-26"), Zone: zone(t, c.zone), Team: c.team})
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, d := range r.Days {
				got = append(got, d.Opened)
			}
			testkit.Diff(t, got, c.want)
			if r.Days[0].Day != "2026-10-24" || r.Days[2].Day != "2026-10-26" || r.Totals.Opened != got[0]+got[1]+got[2] {
				t.Errorf("%s: %+v", c.zone, r)
			}
		}
	})
}

func TestAsk_refusesWhatMakesNoReport(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"turned round": {"2026-11-22", "2026-11-01", "swap from and to"},
		"too long":     {"2025-01-01", "2026-11-22", "at most 400"},
		"too early":    {"1969-01-01", "1969-02-01", "years 2000"},
	} {
		err := Ask{From: day(t, c.from), To: day(t, c.to), Zone: time.UTC}.Check()
		var e *chat.Error
		if !errors.As(err, &e) || e.Code != chat.Invalid || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if err := (Ask{From: day(t, "2025-10-19"), To: day(t, "2026-11-22"), Zone: time.UTC}).Check(); err != nil {
		t.Errorf("400 days: %v", err)
	}
}

func TestWriteCSV_isHarmlessAndWhole(t *testing.T) {
	t.Parallel()
	wait, score := int64(65_499), Scores{0, 0, 0, 1, 1}
	r := &Report{
		Days: []Day{{Day: "2026-11-22", Figures: Figures{Opened: 3, FirstReplyP50: &wait}}},
		Agents: []Agent{
			{ID: "u1", Replies: 2, Scores: score, FirstReplyP50: &wait},
			{ID: "u2"},
		},
		Intents: []Intent{{Intent: "@SUM(1)", Count: 1}, {Intent: "＝cmd", Count: 1}, {Intent: "", Count: 1}},
		Reasons: []Counted{{"-1+2", 4}}, Deliveries: []Counted{{"window_closed", 1}},
	}
	for table, want := range map[string][]string{
		TableAgents:     {"id", "u1", "=1+1,\"two\"\nlines", "2", "0", "65", "4.50", "2"},
		TableIntents:    {"'@SUM(1)", "'＝cmd"},
		TableReasons:    {"'-1+2", "4"},
		TableDeliveries: {"window_closed"},
		TableDays:       {"2026-11-22", "65"},
	} {
		var out bytes.Buffer
		if err := r.WriteCSV(&out, table, map[string]string{"u1": "=1+1,\"two\"\nlines"}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(out.String(), "\r\n") {
			t.Errorf("%s does not end its lines: %q", table, out.String())
		}
		all, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, record := range all {
			if len(record) != len(all[0]) {
				t.Errorf("%s: a row of %d cells below a header of %d", table, len(record), len(all[0]))
			}
			cells = append(cells, record...)
		}
		for _, w := range want {
			if strings.HasPrefix(w, "=") {
				w = "'" + w
			}
			if !strings.Contains("\x00"+strings.Join(cells, "\x00")+"\x00", "\x00"+w+"\x00") {
				t.Errorf("%s lacks the cell %q: %q", table, w, cells)
			}
		}
	}
}
