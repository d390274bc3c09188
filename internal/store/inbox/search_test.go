package inbox_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

func TestWords_foldWhatPeopleWriteDifferently(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		" -- !? ":                      "",
		"Où est MON colis ?":           "ou est mon colis",
		"Œuvre, straße; ŁÓDŹ":          "oeuvre strasse lodz",
		"e\u0301tat état":              "etat",
		"order #4512-AB/3":             "order 4512 ab 3",
		"ﬁne Ⅻ ２":                      "fine xii 2",
		"don't":                        "don t",
		"返品したい":                        "返 品 し た い",
		"so 😡 angry":                   "so 😡 angry",
		"مرحبا بكم":                    "مرحبا بكم",
		"İstanbul ISTANBUL":            "istanbul",
		"a a a":                        "a",
		strings.Repeat("x", 50) + " y": strings.Repeat("x", 40) + " y",
	} {
		if got := strings.Join(inbox.Words(text), " "); got != want {
			t.Errorf("words of %q are %q, want %q", text, got, want)
		}
	}
}

func (r *room) finds(q string, who ...string) {
	r.t.Helper()
	got := r.list(inbox.Filter{View: inbox.All, Search: q})
	slices.Sort(got)
	if d := cmp.Diff(append([]string{}, who...), got); d != "" {
		r.t.Errorf("%q finds otherwise (-want +got):\n%s", q, d)
	}
}

func TestSearch_findsEverythingThatIsKnown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		r.says("before", "said before the index was", 500)
		r.index()
		r.arrives(store.Arrival{ExternalID: "cust-4711", FirstName: "Zoë", Phone: "+33612345678", Text: "Où est mon colis n° 98765 ?"}, 1000)
		r.says("bob", "the blue jumper arrived broken", 2000)
		r.says("cid", "nothing of note", 3000)
		r.note("bob", "zoe", "promised a voucher")
		r.tag("cid", "crème brûlée")
		r.index()
		zoe := "cust-4711"
		for q, who := range map[string][]string{
			"colis":             {zoe},
			"COLIS ou":          {zoe},
			"col":               {zoe}, // a beginning
			"olis":              {},    // not a middle
			"zoe":               {zoe},
			"Zoë colis":         {zoe}, // in different places
			"cust-4711":         {zoe},
			"4711":              {zoe},
			"98765":             {zoe},
			"+33 6 12 34 56 78": {zoe},
			"06 12 34 56 78":    {zoe},
			"0033612345678":     {zoe},
			"345678":            {zoe},
			"234567":            {zoe},
			"voucher":           {"bob"},
			"jumper voucher":    {"bob"},
			"jumper colis":      {},
			"creme bru":         {"cid"},
			"before":            {"before"},
			"???":               {},
			"   ":               {"before", "bob", "cid", zoe}, // nothing is asked
		} {
			slices.Sort(who)
			r.finds(q, who...)
		}
		r.wants(inbox.Filter{View: inbox.OfBot, Search: "the"}, "bob", "before") // newest activity first, through pages
		r.wants(inbox.Filter{View: inbox.Resolved, Search: "colis"})

		r.tag("cid", "gratin")
		r.index()
		r.finds("brulee")
		r.finds("gratin", "cid")
		r.says("cid", "a pumpkin at last", 4000)
		r.index()
		r.finds("pumpkin", "cid")
		r.finds("nothing pumpkin gratin", "cid")
	})
}

// Whatever people type, it is words and never part of a query.
func TestSearch_takesAnythingPeopleType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		r.says("ann", `quote " and ' and NEAR( colis*`, 1000)
		r.index()
		for _, q := range []string{
			`"`, `'`, `"colis`, `colis*`, `col* OR x`, `words:colis`, `NEAR(colis, 2)`, `AND`, `OR`, `NOT`, `colis AND`, `-colis`, `(`, `)`, `colis)`,
			`'colis':*`, `colis & !x`, `colis:B`, `<->`, `\`, `%`, `_`, `{colis}`, `^colis`, "col\x00is", "\xff", `; DROP TABLE pieces; --`, "🙂‍↔️",
			strings.Repeat("long ", 40), strings.Repeat("é", 200),
		} {
			if _, _, err := inbox.List(context.Background(), r.store, inbox.Filter{View: inbox.All, Search: q, Limit: 5}); err != nil {
				t.Errorf("%q: %v", q, err)
			}
		}
		r.finds(`"colis" (quote)`, "ann")
	})
	each(t, func(t *testing.T, r *room) {
		r.says("ann", "hello", 1000)
		r.index()
		rapid.Check(t, func(rt *rapid.T) {
			q := rapid.String().Draw(rt, "q")
			if _, _, err := inbox.List(context.Background(), r.store, inbox.Filter{View: inbox.All, Search: q, Limit: 5}); err != nil {
				rt.Fatalf("%q: %v", q, err)
			}
		})
	})
}

// The index is right whenever somebody stops in the middle, and whoever else indexes.
func TestFollow_isExactAfterBreaks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		const people, lines = 8, 6
		stop := make(chan struct{})
		var others sync.WaitGroup
		for i := range 3 {
			others.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-stop:
						return
					default:
					}
					limited, cancel := context.WithTimeout(ctx, time.Duration(1+(n*7+i)%5)*time.Millisecond)
					_, _ = inbox.Follow(limited, r.store) // it breaks off wherever the time ends
					cancel()
				}
			})
		}
		for line := range lines {
			for p := range people {
				r.says(fmt.Sprintf("person%dx", p), fmt.Sprintf("line%dof%dx common", line, p), int64(1000+line))
			}
		}
		close(stop)
		others.Wait()
		r.index()
		for p := range people {
			who := fmt.Sprintf("person%dx", p)
			for line := range lines {
				r.finds(fmt.Sprintf("line%dof%dx common %s", line, p, who), who)
			}
		}
		if r.store.Dialect.Name == "sqlite" {
			var pieces, hits int
			if err := r.store.Read.QueryRowContext(ctx, "SELECT (SELECT COUNT(*) FROM pieces), (SELECT COUNT(*) FROM search WHERE search MATCH 'line0of0x')").Scan(&pieces, &hits); err != nil {
				t.Fatal(err)
			}
			if hits != 1 || pieces > people*(lines+1) {
				t.Errorf("one line is in the index %d times, and there are %d pieces", hits, pieces)
			}
		}
	})
}

func TestFollow_beginsAnewWhenTheFeedWasPruned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := context.Background()
		r.says("ann", "first", 1000)
		r.index()
		r.says("ann", "second", 2000) // not indexed before its change is pruned
		r.write(func(tx *store.Tx) error {
			_, err := tx.Prune(ctx, store.Retention{}, 5000, 100)
			return err
		})
		r.says("bob", "third", 6000)
		r.index()
		r.finds("first second", "ann")
		r.finds("third", "bob")
	})
}

func TestFollow_takesALongTranscriptInSteps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		const lines = 450
		r.says("ann", "line0", 1000)
		r.transcript("ann", lines)
		r.index()
		for _, n := range []int{1, 199, 200, 201, 399, 400, lines} {
			r.finds(fmt.Sprintf("text%dend", n), "ann")
		}
	})
}

// transcript adds lines to a conversation without going through turns.
func (r *room) transcript(who string, lines int) {
	r.t.Helper()
	ctx := context.Background()
	for done := 0; done < lines; {
		n := min(1000, lines-done)
		r.write(func(tx *store.Tx) error {
			c, err := tx.LockConversation(ctx, r.ids[who])
			if err != nil {
				return err
			}
			var list []chat.Message
			for i := range n {
				list = append(list, chat.Message{
					ID: chat.MessageID(chat.NewID()), ConversationID: c.ID, Direction: chat.Out, Author: chat.AuthorAgent, Agent: "ben",
					Text: fmt.Sprintf("text%dend", done+i+1), Seq: c.Line(chat.Out, "x", 2000), At: 2000,
				})
			}
			if err := tx.SaveConversation(ctx, c, nil, 2000); err != nil {
				return err
			}
			return tx.InsertMessages(ctx, list)
		})
		done += n
	}
}
