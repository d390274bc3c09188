package receipts_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/channel/braze"
	"parley/internal/channel/receipts"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	rows "parley/internal/store/receipts"
	"parley/internal/store/storetest"
	"parley/internal/testkit"
)

const (
	token    = "connector-token-of-the-shop"
	start    = int64(1_795_348_800_000)
	patience = 30 * time.Second
)

// town is a shop with some customers, whose messages Braze took.
type town struct {
	t        *testing.T
	store    *store.Store
	receipts *receipts.Receipts
	now      atomic.Int64
	n        int
}

func arrivalOf(m braze.Inbound, writtenAt int64) store.Arrival {
	return store.Arrival{
		Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
		ConversationID: chat.ConversationID(chat.NewID()), ExternalID: m.ExternalID, BrazeID: m.BrazeID, Phone: m.Phone, BSUID: m.BSUID,
		Text: m.Text, Media: m.Media, DispatchID: m.DispatchID, Paired: true, ByCurrents: true, WrittenAt: writtenAt,
		Dedupe: store.Dedupe{WithDispatch: 1000, Pair: 45 * 60_000},
	}
}

func newTown(t *testing.T, s *store.Store, adjust func(*receipts.Workspace)) *town {
	t.Helper()
	w := &town{t: t, store: s}
	w.now.Store(start)
	set := receipts.Workspace{
		ID: "shop", Secrets: []string{"an-older-token-of-the-shop", token}, Campaigns: map[string]chat.Layout{"reply": chat.LayoutText},
		Grace: 2 * time.Minute, Arrival: arrivalOf, Group: "g1",
	}
	if adjust != nil {
		adjust(&set)
	}
	w.receipts = receipts.New([]receipts.Workspace{set}, s, obs.NewMetrics("test", nil, []string{"shop"}), slog.New(slog.DiscardHandler),
		w.now.Load, func(int64) {}, func(store.Topic) {})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.receipts.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return w
}

func (w *town) write(fn func(ctx context.Context, tx *store.Tx) error) {
	w.t.Helper()
	if err := w.store.Write(w.t.Context(), func(tx *store.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// says stores an inbound line as a webhook brings it.
func (w *town) says(user, text string) store.Receipt {
	w.t.Helper()
	var out []store.Receipt
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		w.n++
		a := arrivalOf(braze.Inbound{ExternalID: user, Text: text, DispatchID: fmt.Sprint("w", w.n)}, 0)
		a.ByCurrents, a.Dedupe.Pair = false, 2000
		out, err = tx.Ingest(ctx, []store.Arrival{a}, w.now.Load())
		return err
	})
	return out[0]
}

// sends stores an answer with a delivery as the sender leaves it.
func (w *town) sends(to store.Receipt, state chat.State, dispatch string, recipients int) chat.DeliveryID {
	w.t.Helper()
	w.n++
	id := fmt.Sprintf("delivery-%03d", w.n)
	w.write(func(ctx context.Context, tx *store.Tx) error {
		message := chat.Message{
			ID: chat.MessageID("message-" + id), ConversationID: to.ConversationID, Seq: int64(1000 + w.n), Direction: chat.Out,
			Author: chat.AuthorBot, Text: "an answer", At: w.now.Load(),
		}
		if err := tx.InsertMessages(ctx, []chat.Message{message}); err != nil {
			return err
		}
		_, err := tx.Insert(ctx, "deliveries", []string{
			"id", "workspace", "contact_id", "conversation_id", "message_id", "n", "part", "parts", "author", "epoch", "layout", "text", "choices",
			"state", "attempts", "ambiguous", "reason", "exchange_id", "dispatch_id", "batch_size", "queued_at", "sent_at", "done_at",
		}, [][]any{{
			id, "shop", string(to.ContactID), string(to.ConversationID), string(message.ID), w.n, 0, 1, "bot", 1, "text", "an answer", "null",
			string(state), 1, 0, "", "", dispatch, recipients, w.now.Load(), w.now.Load(), w.now.Load(),
		}}, "")
		return err
	})
	return chat.DeliveryID(id)
}

type event map[string]any

func about(kind, id, user, dispatch string, more event) event {
	properties := event{"campaign_id": "reply", "dispatch_id": dispatch, "subscription_group_id": "g1"}
	for k, v := range more {
		properties[k] = v
	}
	return event{
		"event_type": "users.messages.whatsapp." + kind, "id": id, "time": start / 1000,
		"user": event{"user_id": "braze-" + user, "external_user_id": user}, "properties": properties,
	}
}

func (w *town) post(events ...event) receipts.Taken {
	w.t.Helper()
	body, err := json.Marshal(event{"events": append([]event{}, events...)})
	if err != nil {
		w.t.Fatal(err)
	}
	taken, err := w.receipts.Accept(w.t.Context(), token, body)
	if err != nil {
		w.t.Fatal(err)
	}
	return taken
}

// settled waits until no event that is due is left.
func (w *town) settled() {
	w.t.Helper()
	testkit.Eventually(w.t, patience, func() bool {
		next, err := rows.Next(w.t.Context(), w.store)
		if err != nil {
			w.t.Fatal(err)
		}
		return next == 0 || next > w.now.Load()
	})
}

func (w *town) state(id chat.DeliveryID) rows.State {
	w.t.Helper()
	found, err := rows.Of(w.t.Context(), w.store, []chat.DeliveryID{id})
	if err != nil {
		w.t.Fatal(err)
	}
	return found[id].State()
}

func (w *town) lines(id chat.ConversationID) []chat.Message {
	w.t.Helper()
	list, _, err := w.store.Messages(w.t.Context(), id, 0, 100)
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(m chat.Message) bool { return m.Direction != chat.In })
}

func TestAccept_whoMayPost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		body := []byte(`{"events": []}`)
		for _, wrong := range []string{"", "connector-token-of-the-shoq", "Bearer " + token} {
			if _, err := w.receipts.Accept(t.Context(), wrong, body); !errors.Is(err, receipts.ErrSecret) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		for _, right := range []string{token, "an-older-token-of-the-shop"} {
			if _, err := w.receipts.Accept(t.Context(), right, body); err != nil {
				t.Error(err)
			}
		}
		var bad *receipts.BodyError
		if _, err := w.receipts.Accept(t.Context(), token, []byte("<html>")); !errors.As(err, &bad) {
			t.Errorf("what is no JSON: %v", err)
		}
		off := receipts.New([]receipts.Workspace{{ID: "shop"}}, s, obs.NewMetrics("test", nil, nil), slog.New(slog.DiscardHandler), w.now.Load, nil, nil)
		if _, err := off.Accept(t.Context(), token, body); !errors.Is(err, receipts.ErrOff) {
			t.Errorf("without a secret: %v", err)
		}
		gone, stop := context.WithCancel(t.Context())
		stop()
		_, err := w.receipts.Accept(gone, token, []byte(`{"events": [{"event_type": "users.messages.whatsapp.Send", "id": "1"}]}`))
		if err == nil || errors.Is(err, receipts.ErrSecret) || errors.As(err, &bad) {
			t.Errorf("what cannot be stored: %v", err)
		}
	})
}

// TestRun_tellsRecipientsApart lets three people share one call, shuffles and doubles
// their events and mixes in those of others.
func TestRun_tellsRecipientsApart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		want := map[chat.DeliveryID]rows.State{}
		var events []event
		for i, fate := range [][]string{{"Send", "Delivery", "Read"}, {"Send", "Delivery"}, {"Send", "Failure"}} {
			user := fmt.Sprint("user-", i)
			id := w.sends(w.says(user, "hello"), chat.Accepted, "d1", 3)
			want[id] = map[string]rows.State{"Read": rows.StateRead, "Delivery": rows.StateDelivered, "Failure": rows.StateFailed}[fate[len(fate)-1]]
			for _, kind := range fate {
				events = append(events, about(kind, fmt.Sprint(user, kind), user, "d1", event{"provider_error_code": "131026"}))
			}
		}
		events = append(events, events...)
		events = append(
			events, about("Send", "x1", "user-0", "another-campaign", event{"campaign_id": "newsletter"}), about("Read", "x2", "stranger", "d1", nil),
			about("Read", "x3", "user-1", "d1", event{"subscription_group_id": "another-number"}), event{"event_type": "users.messages.email.Open", "id": "x4"},
		)
		source := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
		source.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		half := len(events) / 2
		first, second := w.post(events[:half]...), w.post(events[half:]...)
		if n := first.Stored + second.Stored; n != 9 {
			t.Errorf("%d events were stored", n)
		}
		w.settled()
		for id, state := range want {
			if got := w.state(id); got != state {
				t.Errorf("%s is %q, want %q", id, got, state)
			}
		}
		if again := w.post(about("Read", "user-0Read", "user-0", "d1", nil)); again.Stored != 0 || again.Duplicates != 1 {
			t.Errorf("an event that comes again: %+v", again)
		}
	})
}

// TestRun_waitsForTheCall lets events be faster than the answer of the call that they are
// about, and lets a call lose its answer.
func TestRun_waitsForTheCall(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		early := w.sends(w.says("ada", "hello"), chat.Sending, "", 0)
		lost := w.sends(w.says("grace", "hello"), chat.Unknown, "", 0)
		w.post(about("Delivery", "1", "ada", "d7", nil), about("Delivery", "2", "grace", "d8", nil), about("Read", "3", "grace", "d8", nil))
		testkit.Eventually(t, patience, func() bool { return w.state(lost) == rows.StateRead })
		w.settled()
		if got := w.state(early); got != rows.StateNone {
			t.Errorf("before the call was answered the message is %q", got)
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE deliveries SET state = 'accepted', dispatch_id = 'd7', batch_size = 1 WHERE id = $1", string(early))
			return err
		})
		w.now.Add(1000)
		w.post()
		testkit.Eventually(t, patience, func() bool { return w.state(early) == rows.StateDelivered })
		parts, err := s.DeliveriesOf(t.Context(), []chat.MessageID{chat.MessageID("message-" + string(lost))})
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range parts {
			if list[0].State != chat.Accepted || list[0].DispatchID != "d8" {
				t.Errorf("what Currents tells of stays %s of call %q", list[0].State, list[0].DispatchID)
			}
		}
	})
}

func inbound(id, user, text string, at int64) event {
	e := about("InboundReceive", id, user, "", event{"message_body": text, "user_phone_number": ""})
	e["time"] = at / 1000
	return e
}

// TestRun_reconciles lets one webhook of two with the same words get lost.
func TestRun_reconciles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		c := w.says("ada", "Hello?")
		w.post(inbound("1", "ada", "hello?", start), inbound("2", "ada", "Hello?", start+10_000), inbound("3", "new", "I am new", start))
		w.now.Add(3 * 60_000)
		w.post()
		w.settled()
		list := w.lines(c.ConversationID)
		if len(list) != 2 || list[0].Arrival.ByCurrents || !list[1].Arrival.ByCurrents {
			t.Fatalf("stored are %+v", list)
		}
		if late := w.says("ada", "Hello?"); late.Duplicate != store.DropLate || late.MessageID != list[1].ID {
			t.Errorf("the late webhook is %+v", late)
		}
		if next := w.says("ada", "Hello?"); next.Duplicate != "" {
			t.Errorf("the next message is %+v", next)
		}
		all, _, err := s.Conversations(t.Context(), store.Filter{Limit: 10})
		if err != nil || len(all) != 2 {
			t.Fatalf("%d conversations, %v", len(all), err)
		}
		for _, l := range all {
			if l.Contact.ExternalID == "new" && l.WindowUntil != start+chat.Window {
				t.Errorf("the window of what was brought in ends at %d", l.WindowUntil)
			}
		}
	})
}

// TestRun_showsWhatItCannotBringIn keeps for people what has no body or is too old.
func TestRun_showsWhatItCannotBringIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		w.says("ada", "a webhook has brought this")
		bodiless := inbound("1", "grace", "", start)
		w.post(bodiless, inbound("2", "ada", "", start), inbound("3", "ada", "long ago", start-25*3_600_000))
		w.now.Add(3 * 60_000)
		w.post()
		w.settled()
		kept, err := s.DeadLetters(t.Context(), "", 10)
		if err != nil {
			t.Fatal(err)
		}
		var why []string
		for _, d := range kept {
			why = append(why, d.Route+" "+d.Reason)
		}
		all := strings.Join(why, "\n")
		if len(kept) != 2 || !strings.Contains(all, "neither a text nor media") || !strings.Contains(all, "24 hours") {
			t.Errorf("kept for people: %s", all)
		}
	})
}

// TestRun_leavesOthersMessagesAlone has keyword campaigns only.
func TestRun_leavesOthersMessagesAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, func(set *receipts.Workspace) { set.Arrival = nil })
		if taken := w.post(inbound("1", "ada", "for somebody else", start)); taken.Stored != 0 || taken.Ignored != 1 {
			t.Errorf("taken: %+v", taken)
		}
	})
}

func TestPrune_forgetsWhatIsDoneWith(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		w := newTown(t, s, nil)
		w.sends(w.says("ada", "hello"), chat.Accepted, "d1", 1)
		w.post(about("Send", "1", "ada", "d1", nil), inbound("2", "ada", "not due yet", start))
		w.settled()
		for _, want := range []int64{1, 0} {
			var n int64
			w.write(func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = rows.Prune(ctx, tx, start+1, 10)
				return err
			})
			if n != want {
				t.Errorf("%d ids went, want %d", n, want)
			}
		}
	})
}
