package report

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
)

// history writes conversations of the last days straight into the tables, a day in
// each transaction: busy by day, quiet at night and on Sundays.
type history struct {
	random   *rand.Rand
	now      time.Time
	tables   map[string][][]any
	messages int
	agents   []string
}

var historyColumns = map[string][]string{
	"contacts": {"id", "workspace", "external_id", "braze_id", "alias_name", "alias_label", "phone", "first_name", "language", "opted_out", "created_at"},
	"conversations": {
		"id", "workspace", "contact_id", "route", "language", "owner", "epoch", "agent", "last_seq", "in_seq", "done_seq", "waiting_from", "due_at",
		"lease_until", "lease_by", "attempts", "window_until", "bot_state", "last_text", "last_dir", "last_at", "queued_at", "reason", "opened_at",
		"resolved_at", "handed_at",
	},
	"messages":    {"id", "conversation_id", "seq", "direction", "author", "text", "media", "layout", "choices", "turn_id", "agent", "arrival", "at"},
	"transitions": {"conversation_id", "seq", "at", "kind", "actor", "reason", "from_owner", "to_owner", "epoch"},
	"turns":       {"id", "conversation_id", "epoch", "from_seq", "to_seq", "due_at", "claimed_at", "finished_at", "attempts", "action", "trace"},
	"deliveries": {
		"id", "workspace", "contact_id", "conversation_id", "message_id", "n", "part", "parts", "author", "epoch", "layout", "text", "choices", "state",
		"attempts", "ambiguous", "reason", "exchange_id", "dispatch_id", "batch_size", "queued_at", "sent_at", "done_at",
	},
	"handoffs": {"id", "conversation_id", "workspace", "seq", "at", "code", "topic", "packet", "needed"},
	"surveys":  {"conversation_id", "workspace", "contact_id", "agent", "state", "due_at", "planned_at", "asked_at", "score"},
}

var historyTables = []string{"contacts", "conversations", "messages", "transitions", "turns", "deliveries", "handoffs", "surveys"}

func (h *history) put(table string, values ...any) { h.tables[table] = append(h.tables[table], values) }

func (h *history) pick(of ...string) string { return of[h.random.IntN(len(of))] }

// talk writes one conversation that begins at a time, in milliseconds.
func (h *history) talk(n int, at int64) {
	id, contact := fmt.Sprintf("h%09d", n), fmt.Sprintf("p%08d", n/3)
	if n%3 == 0 {
		h.put("contacts", contact, "shop", contact, "", "", "", fmt.Sprintf("+1555%07d", n), h.pick("Ada", "Grace", "Linus", "Noor"), "en", 0, at)
	}
	seq, k, opened := int64(0), 0, at
	line := func(direction, author, agent string) {
		seq++
		k++
		h.messages++
		message := fmt.Sprintf("%s-%d", id, k)
		h.put("messages", message, id, seq, direction, author, "A line as long as a short question.", "", "text", "", "", agent, "", at)
		if direction == "out" {
			state, reason := "accepted", ""
			switch h.random.IntN(150) {
			case 0:
				state, reason = "dead", "window_closed: late"
			case 1:
				state, reason = "unknown", "unknown: cut"
			}
			h.put("deliveries", message, "shop", contact, id, message, k, 0, 1, author, 1, "text", "", "", state, 1, 0, reason, "", "", 1, at, at, at+900)
		}
	}
	turn := func(action, band, intent string) {
		h.put("turns", fmt.Sprintf("%s-t%d", id, seq), id, 1, seq-1, seq, at, at, at+100, 1, action, fmt.Sprintf(`{"intent":%q,"band":%q}`, intent, band))
	}
	change := func(kind, reason, from, to string) {
		seq++
		h.put("transitions", id, seq, at, kind, "x", reason, from, to, 1)
	}
	intent := h.pick("order_status", "order_status", "order_status", "refund", "refund", "opening_hours", "shipping_cost", "size_guide", "cancel_order")
	for range 1 + h.random.IntN(4) {
		line("in", "customer", "")
		action, band := "answer", "answer"
		switch h.random.IntN(9) {
		case 0:
			action, band = "choices", "clarify"
		case 1:
			action, band = "ask", "fallback"
		}
		turn(action, band, intent)
		at += 2000
		line("out", "bot", "")
		at += int64(20_000 + h.random.IntN(90_000))
	}
	handed, owner, agent := int64(0), "none", ""
	if h.random.IntN(10) < 3 {
		code := h.pick("person_requested", "person_requested", "not_understood", "frustration", "intent_rule", "choices_refused", "unsupported_media")
		agent = h.agents[min(h.random.IntN(len(h.agents)), h.random.IntN(len(h.agents)))]
		line("in", "customer", "")
		handed = at
		change("offer", code+": x", "bot", "queue")
		h.put("handoffs", id, id, "shop", seq, at, code, intent, "{}", h.pick("", "", "yes", "yes", "yes", "no"))
		at += int64(h.random.ExpFloat64() * 240_000)
		change("accept", "", "queue", "agent")
		for range 1 + h.random.IntN(4) {
			at += int64(10_000 + h.random.IntN(60_000))
			line("out", "agent", agent)
			at += int64(30_000 + h.random.IntN(200_000))
			line("in", "customer", "")
		}
		change("resolve", "", "agent", "none")
		if h.random.IntN(3) > 0 {
			score := 0
			if h.random.IntN(3) > 0 {
				score = 5 - min(h.random.IntN(5), h.random.IntN(5))
			}
			h.put("surveys", id, "shop", contact, agent, h.pick("asked"), 0, at, at+60_000, score)
		}
	} else {
		change("resolve", "quiet", "bot", "none")
	}
	h.put("conversations", id, "shop", contact, h.pick("support", "support", "returns"), "en", owner, 1, "", seq, seq, seq, 0, 0, 0, "", 0,
		at+chat.Window, "", "A line as long as a short question.", "out", at, 0, "", opened, at, handed)
}

// write fills a store with so many conversations over so many days before now.
func (h *history) write(t testing.TB, s *store.Store, days, conversations int) {
	n := 0
	for d := range days {
		h.tables = map[string][][]any{}
		date := h.now.AddDate(0, 0, d-days+1)
		today := conversations / days
		if date.Weekday() == time.Sunday {
			today /= 3
		}
		for range today * (80 + h.random.IntN(40)) / 100 {
			hour := 7 + h.random.IntN(8) + h.random.IntN(8)
			begin := time.Date(date.Year(), date.Month(), date.Day(), hour, h.random.IntN(60), h.random.IntN(60), 0, time.UTC)
			if begin.Before(h.now.Add(-time.Hour)) {
				h.talk(n, begin.UnixMilli())
				n++
			}
		}
		err := s.Write(context.Background(), func(tx *store.Tx) error {
			for _, table := range historyTables {
				if _, err := tx.Insert(context.Background(), table, historyColumns[table], h.tables[table], ""); err != nil {
					return fmt.Errorf("%s: %w", table, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkRead reads a report of a year from a history of as many conversations as
// PARLEY_BENCH_CONVERSATIONS says (0: the one that is there already); the time that
// counting took is reported too.
// PARLEY_BENCH_DATABASE keeps the database in a place, to look at it with the demo.
func BenchmarkRead(b *testing.B) {
	conversations, err := strconv.Atoi(os.Getenv("PARLEY_BENCH_CONVERSATIONS"))
	if err != nil {
		conversations = 2000
	}
	database := os.Getenv("PARLEY_BENCH_DATABASE")
	if database == "" {
		database = "sqlite:" + filepath.Join(b.TempDir(), "parley.db")
	}
	s, err := store.Open(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	users, err := s.Users(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	h := &history{random: rand.New(rand.NewPCG(1, 2)), now: time.Now().UTC()}
	for _, u := range users {
		h.agents = append(h.agents, u.ID)
	}
	if len(h.agents) == 0 {
		h.agents = []string{"ben", "zoe", "kim", "noor"}
	}
	days := 365
	if conversations > 0 { // else the history is there already
		h.write(b, s, days, conversations)
	}
	// Nothing announced the history: as after an upgrade, all is to be counted.
	err = s.Write(b.Context(), func(tx *store.Tx) error {
		if conversations == 0 {
			return nil
		}
		_, err := tx.ExecContext(b.Context(), "UPDATE report_progress SET edition = 0")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	started := time.Now()
	f := NewFolder(s, slog.New(slog.DiscardHandler), func() int64 { return h.now.UnixMilli() })
	for more := true; more; {
		if more, err = f.Fold(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	folded := time.Since(started)
	ask := Ask{From: h.now.AddDate(0, 0, 1-days), To: h.now, Zone: time.UTC}
	b.ResetTimer()
	for b.Loop() {
		r, err := Read(b.Context(), s, ask)
		if err != nil || r.Totals.Opened == 0 {
			b.Fatalf("an empty report (%v)", err)
		}
	}
	b.ReportMetric(float64(h.messages), "messages")
	b.ReportMetric(folded.Seconds(), "s-to-count-all")
}
