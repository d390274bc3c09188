package receipts

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley/internal/chat"
	"parley/internal/testkit"
)

func told(events ...Event) Receipt {
	var r Receipt
	for _, e := range events {
		r.Apply(e)
	}
	return r
}

func TestReceipt_states(t *testing.T) {
	t.Parallel()
	at := func(k Kind, at int64) Event { return Event{Kind: k, At: at} }
	for _, c := range []struct {
		name   string
		events []Event
		want   State
	}{
		{"nothing", nil, StateNone},
		{"sent", []Event{at(Send, 1)}, StateSent},
		{"delivered before sent is told", []Event{at(Delivery, 2), at(Send, 1)}, StateDelivered},
		{"delivered is skipped", []Event{at(Send, 1), at(Read, 3)}, StateRead},
		{"read stays read", []Event{at(Read, 3), at(Delivery, 4), at(Send, 5)}, StateRead},
		{"failed in the second in which it was sent", []Event{at(Failure, 1), at(Send, 1)}, StateFailed},
		{"Braze will try again", []Event{at(Failure, 1), at(Retry, 2)}, StateNone},
		{"sent again after a failure", []Event{at(Failure, 1), at(Send, 2)}, StateSent},
		{"given up after being tried again", []Event{at(Retry, 1), at(Failure, 2)}, StateFailed},
		{"stopped by Braze", []Event{at(Abort, 1)}, StateFailed},
		{"delivered after all", []Event{at(Failure, 9), at(Delivery, 3)}, StateDelivered},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := told(c.events...).State(); got != c.want {
				t.Errorf("state is %q, want %q", got, c.want)
			}
		})
	}
}

// TestReceipt_anyOrder proves that what is told of a delivery is the same whatever the
// order of its events and however often each comes, and that read is never taken back.
func TestReceipt_anyOrder(t *testing.T) {
	t.Parallel()
	kinds := []Kind{Send, Delivery, Read, Failure, Abort, Retry}
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Event {
			return Event{
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: rapid.Int64Range(0, 5).Draw(t, "at"),
				Code: rapid.SampledFrom([]string{"", "131026", "131047"}).Draw(t, "code"), Detail: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "detail"),
			}
		}), 1, 12).Draw(t, "events")
		want := told(events...)
		shuffled := append(slices.Clone(events), events[:rapid.IntRange(0, len(events)).Draw(t, "again")]...)
		source := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		source.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		var r Receipt
		reached := StateNone
		for _, e := range shuffled {
			r.Apply(e)
			now := r.State()
			if reached == StateRead && now != StateRead || reached == StateDelivered && now != StateDelivered && now != StateRead {
				t.Fatalf("%s became %s with %+v", reached, now, e)
			}
			reached = now
		}
		if r != want {
			t.Fatalf("in order: %+v\nshuffled: %+v", want, r)
		}
	})
}

func TestStatus_isThatOfTheWorstPart(t *testing.T) {
	t.Parallel()
	parts := []chat.Delivery{{ID: "a", State: chat.Accepted}, {ID: "b", State: chat.Accepted}, {ID: "c", State: chat.Unknown}}
	read, failed := Receipt{ReadAt: 1}, Receipt{FailedAt: 1}
	for _, c := range []struct {
		parts []chat.Delivery
		of    map[chat.DeliveryID]Receipt
		want  string
	}{
		{nil, nil, "queued"},
		{parts[:1], nil, "accepted"},
		{parts[:2], map[chat.DeliveryID]Receipt{"a": read}, "accepted"},
		{parts[:2], map[chat.DeliveryID]Receipt{"a": read, "b": read}, "read"},
		{parts[:2], map[chat.DeliveryID]Receipt{"a": read, "b": failed}, "failed"},
		{parts, map[chat.DeliveryID]Receipt{"a": read, "b": read}, "unknown"},
		{parts, map[chat.DeliveryID]Receipt{"a": read, "b": read, "c": {DeliveredAt: 2}}, "delivered"},
		{[]chat.Delivery{{ID: "a", State: chat.Dead}}, map[chat.DeliveryID]Receipt{"a": read}, "dead"},
	} {
		got, _ := Status(c.parts, c.of)
		testkit.Diff(t, got, c.want)
	}
}
