package consent_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/consent"
	"parley/internal/store/storetest"
)

func write(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func says(t *testing.T, s *store.Store, a store.Arrival, now int64) (r store.Receipt) {
	t.Helper()
	a.Workspace, a.Route, a.Text = "shop", "support", chat.NewID()
	a.MessageID, a.ContactID, a.ConversationID = chat.MessageID(chat.NewID()), chat.ContactID(chat.NewID()), chat.ConversationID(chat.NewID())
	write(t, s, func(tx *store.Tx) error {
		got, err := tx.Ingest(t.Context(), []store.Arrival{a}, now)
		if err == nil {
			r = got[0]
		}
		return err
	})
	return r
}

func decides(t *testing.T, s *store.Store, r store.Receipt, kind string, at, due int64) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		return consent.Record(t.Context(), tx, consent.Decision{
			ID: chat.NewID(), Workspace: "shop", ContactID: r.ContactID, ConversationID: r.ConversationID, At: at,
			Kind: kind, Means: "word", Actor: "customer", State: consent.Waiting, DueAt: due,
		})
	})
}

func claims(t *testing.T, s *store.Store, now int64) (out []string) {
	t.Helper()
	write(t, s, func(tx *store.Tx) error {
		work, err := consent.Claim(t.Context(), tx, "shop", 10, 1000, now)
		for _, w := range work {
			out = append(out, w.Kind+" of "+w.Contact.ExternalID)
			if err := consent.Settle(t.Context(), tx, w.ID, consent.Told, "", 0, now); err != nil {
				return err
			}
		}
		return err
	})
	return out
}

func history(t *testing.T, s *store.Store, id chat.ContactID) (out []string) {
	t.Helper()
	list, err := consent.Of(t.Context(), s, id, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		out = append(out, d.Kind+" "+d.State)
	}
	return out
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: -want +got\n%s", what, d)
	}
}

func optedOut(t *testing.T, s *store.Store, r store.Receipt) int64 {
	t.Helper()
	c, err := s.Conversation(t.Context(), r.ConversationID)
	if err != nil {
		t.Fatal(err)
	}
	return c.Contact.OptedOut
}

// TestRecord_remembersAnOptOut: it outlives what the next webhook says of the contact, and
// only another decision ends it.
func TestRecord_remembersAnOptOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := says(t, s, store.Arrival{ExternalID: "ann"}, 1000)
		decides(t, s, r, consent.OptOut, 2000, 60_000)
		says(t, s, store.Arrival{ExternalID: "ann", FirstName: "Ann"}, 3000)
		same(t, "opted out", optedOut(t, s, r), int64(2000))
		same(t, "before it is due", claims(t, s, 59_999), []string(nil))
		same(t, "due", claims(t, s, 60_000), []string{"opt_out of ann"})
		same(t, "again", claims(t, s, 90_000), []string(nil))
		decides(t, s, r, consent.OptIn, 100_000, 130_000)
		same(t, "opted in", optedOut(t, s, r), int64(0))
		same(t, "history", history(t, s, r.ContactID), []string{"opt_in waiting", "opt_out told"})
	})
}

// TestRecord_overtakesWhatWasNotTold: who changes their mind within the minute is never
// unsubscribed.
func TestRecord_overtakesWhatWasNotTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := says(t, s, store.Arrival{ExternalID: "ann"}, 1000)
		decides(t, s, r, consent.OptOut, 2000, 62_000)
		decides(t, s, r, consent.OptIn, 3000, 33_000)
		same(t, "told", claims(t, s, 100_000), []string{"opt_in of ann"})
		same(t, "history", history(t, s, r.ContactID), []string{"opt_in told", "opt_out superseded"})
	})
}

// TestClaim_waitsForTheConfirmation: an unsubscription comes after what is still on its way.
func TestClaim_waitsForTheConfirmation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := says(t, s, store.Arrival{ExternalID: "ann"}, 1000)
		write(t, s, func(tx *store.Tx) error {
			return tx.Say(t.Context(), store.Line{
				ConversationID: r.ConversationID, MessageID: chat.MessageID(chat.NewID()), Text: "no more",
				Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutText, Text: "no more"}},
			}, 1500)
		})
		decides(t, s, r, consent.OptOut, 2000, 3000)
		same(t, "while it is on its way", claims(t, s, 5000), []string(nil))
		write(t, s, func(tx *store.Tx) error {
			out, _, err := tx.ClaimDeliveries(t.Context(), "shop", store.Claim{By: "s", Limit: 1, Lease: 1000}, store.Rules{}, 6000)
			if err != nil {
				return err
			}
			out[0].State = chat.Accepted
			_, err = tx.FinishDeliveries(t.Context(), []store.Sent{{Outbound: out[0]}}, chat.Pace{}, 6000)
			return err
		})
		same(t, "afterwards", claims(t, s, 7000), []string{"opt_out of ann"})
	})
}

// TestRecord_isKeptOverAMerge: who had asked for no more messages under one name gets none
// under the other.
func TestRecord_isKeptOverAMerge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		unknown := says(t, s, store.Arrival{BrazeID: "b1", Phone: "+15550001"}, 1000)
		decides(t, s, unknown, consent.OptOut, 2000, 60_000)
		known := says(t, s, store.Arrival{ExternalID: "ann"}, 3000)
		merged := says(t, s, store.Arrival{ExternalID: "ann", Phone: "+15550001"}, 4000)
		if merged.ContactID != known.ContactID {
			t.Fatal("not merged into whom Braze knows")
		}
		same(t, "opted out", optedOut(t, s, known), int64(2000))
		same(t, "history", history(t, s, known.ContactID), []string{"opt_out waiting"})
		same(t, "told", claims(t, s, 60_000), []string{"opt_out of ann"})
	})
}
