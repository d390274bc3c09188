package whatsapp

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/internal/sandbox/clock"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func network(r Rules) (*Network, *clock.Clock) {
	c := clock.New(func() time.Time { return start })
	n := New(c, func(string, any) {}, func(string, Message) {})
	n.SetRules(r)
	return n, c
}

// However messages are timed, no more than a full burst passes within one interval, and over any longer
// time no more than one per interval beyond what one burst borrows.
func TestPair_neverExceedsTheRate(t *testing.T) {
	t.Parallel()
	for _, bucket := range []bool{false, true} {
		t.Run(fmt.Sprint("bucket ", bucket), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				r := DefaultRules()
				r.PairTokenBucket = bucket
				var p pair
				now := start
				var passed []time.Time
				for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 20_000), 1, 300).Draw(t, "gaps in ms") {
					now = now.Add(time.Duration(gap) * time.Millisecond)
					wait, ok := p.allow(now, &r)
					if ok {
						passed = append(passed, now)
						continue
					}
					if wait <= 0 {
						t.Fatalf("blocked for %s", wait)
					}
					if later := p; !allowed(&later, now.Add(wait), &r) {
						t.Fatalf("still blocked after the %s it said", wait)
					}
				}
				for i, from := range passed {
					for j := i; j < len(passed); j++ {
						span := passed[j].Sub(from)
						if most := r.PairBurst + int(span/r.PairInterval) + 1; j-i+1 > most {
							t.Fatalf("%d messages within %s", j-i+1, span)
						}
					}
				}
			})
		})
	}
}

func allowed(p *pair, now time.Time, r *Rules) bool { _, ok := p.allow(now, r); return ok }

func TestNetwork_memoryIsBounded(t *testing.T) {
	t.Parallel()
	r := DefaultRules()
	r.MessagesPerPhone, r.MessagesInAll, r.Phones, r.NoticesPerPhone, r.Throughput = 10, 30, 5, 3, 0
	n, _ := network(r)
	number := func(i int) string { return fmt.Sprintf("+1555000%04d", i) }
	for i := range 200 {
		if _, err := n.Write(number(i%5), "b", fmt.Sprint(i), nil, ""); err != nil {
			t.Fatal(err)
		}
		n.Notify(number(i%5), "x", Bilingual{}, "")
	}
	if _, err := n.Write(number(5), "b", "one phone too many", nil, ""); err == nil {
		t.Error("a sixth phone is accepted")
	}
	total := 0
	for i := range 5 {
		messages, notices, err := n.Conversation(number(i), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) > 10 || len(notices) != 3 || messages[len(messages)-1].N != 40 {
			t.Errorf("phone %d keeps %d messages and %d notices", i, len(messages), len(notices))
		}
		total += len(messages)
	}
	if total > 30 {
		t.Errorf("%d messages in all", total)
	}
	if _, err := n.Tapped(number(0), 1, "x"); err == nil {
		t.Error("a forgotten message can be tapped")
	}
}

func TestSenderID_isStableAndDistinct(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for i := range 10_000 {
		number := fmt.Sprintf("+1555%07d", i)
		id := senderID(number)
		if other, ok := seen[id]; ok {
			t.Fatalf("%s and %s share %s", number, other, id)
		}
		seen[id] = number
	}
	if got := senderID("+33600000002"); got != senderID("+33600000002") || got[:3] != "FR." {
		t.Errorf("%s", got)
	}
}

func TestValidNumber(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{"+15550000001": true, "15550000001": false, "+05550000001": false, "+1555": false, "+1 555 000 0001": false, "+1234567890123456": false} {
		if ValidNumber(number) != want {
			t.Errorf("%s: %v", number, !want)
		}
	}
}
