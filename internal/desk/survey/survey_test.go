package survey

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

const minute = int64(60_000)

// floor is a desk with one workspace that asks, and a clock that a test moves.
type floor struct {
	t   *testing.T
	s   *store.Store
	now int64
}

func (f *floor) surveys(change func(*Workspace)) *Surveys {
	w := Workspace{Language: "en", Plan: func(text string) []chat.Delivery {
		return []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Layout: chat.LayoutText, Text: text}}
	}}
	if change != nil {
		change(&w)
	}
	return New(map[string]Workspace{"shop": w}, f.s, slog.New(slog.DiscardHandler), func() int64 { return f.now }, func(store.Topic) {})
}

func (f *floor) write(fn func(tx *store.Tx) error) {
	f.t.Helper()
	if err := f.s.Write(context.Background(), fn); err != nil {
		f.t.Fatal(err)
	}
}

func (f *floor) receive(customer, text string) store.Receipt {
	f.t.Helper()
	var out []store.Receipt
	score, _ := chat.Score(text)
	f.write(func(tx *store.Tx) (err error) {
		out, err = tx.Ingest(context.Background(), []store.Arrival{{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: customer, Language: "fr", Text: text,
			Surveyed: true, Score: score, Comment: score == 0 && !strings.Contains(text, "?"),
		}}, f.now)
		return err
	})
	return out[0]
}

// helped is a conversation that an agent has resolved just now.
func (f *floor) helped(customer string) chat.ConversationID {
	f.t.Helper()
	id := f.receive(customer, "a question?").ConversationID
	f.write(func(tx *store.Tx) error {
		return tx.Reply(context.Background(), store.Reply{ConversationID: id, MessageID: chat.MessageID(chat.NewID()), Agent: "ben", Text: "done", SeenSeq: 1}, f.now)
	})
	f.change(id, chat.Resolve)
	return id
}

func (f *floor) change(id chat.ConversationID, kind chat.Kind) {
	f.t.Helper()
	c, err := f.s.Conversation(context.Background(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(func(tx *store.Tx) error {
		return tx.ChangeOwner(context.Background(), store.OwnerChange{
			ConversationID: id, Kind: kind, Agent: "ben", Actor: "ben", Epoch: c.Epoch, Survey: &store.SurveyPlan{Delay: minute, Every: 24 * 60 * minute},
		}, f.now)
	})
}

// work lets several processes do at once all that is due.
func (f *floor) work(all ...*Surveys) {
	f.t.Helper()
	due, err := f.s.DueSurveys(context.Background(), f.now, 100)
	if err != nil {
		f.t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, s := range all {
		for _, id := range due {
			wg.Go(func() {
				if err := s.step(context.Background(), id); err != nil {
					f.t.Error(err)
				}
			})
		}
	}
	wg.Wait()
}

func (f *floor) said(id chat.ConversationID) []string {
	f.t.Helper()
	lines, _, err := f.s.Messages(context.Background(), id, 0, 100)
	if err != nil {
		f.t.Fatal(err)
	}
	out := []string{}
	for _, m := range lines {
		first, _, _ := strings.Cut(m.Text, "\n")
		out = append(out, fmt.Sprintf("%s: %s", m.Author, first))
	}
	return out
}

func (f *floor) survey(id chat.ConversationID) chat.Survey {
	f.t.Helper()
	v, _, err := f.s.Survey(context.Background(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

func TestSurveys_askOnceAndThank(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := &floor{t: t, s: s, now: 1000}
		one, two := f.surveys(nil), f.surveys(nil)
		id := f.helped("u1")
		f.work(one, two) // not yet
		f.now += minute
		for range 3 {
			f.work(one, two)
		}
		f.now += minute
		if got := f.receive("u1", "2"); got.ConversationID != id {
			t.Fatalf("the score opened %s", got.ConversationID)
		}
		f.work(one, two)
		f.now += minute
		if got := f.receive("u1", "Personne ne m'a rappelé"); got.ConversationID != id {
			t.Fatalf("the comment opened %s", got.ConversationID)
		}
		f.work(one, two)
		f.work(one, two)
		want := []string{
			"customer: a question?", "agent: done", "system: Êtes-vous satisfait de l'aide reçue ? Merci de répondre par un chiffre.",
			"customer: 2",
			"system: Merci, et je regrette que cela n'ait pas été mieux. Si vous le souhaitez, dites-nous en un message ce que nous aurions dû faire autrement.",
			"customer: Personne ne m'a rappelé", "system: Merci de votre réponse.",
		}
		if diff := cmp.Diff(want, f.said(id)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		v := f.survey(id)
		if v.State != chat.SurveyAnswered || v.Score != 2 || v.DueAt != 0 {
			t.Errorf("survey %+v", v)
		}
		sent, err := s.DeliveriesOf(context.Background(), ids(t, s, id))
		if err != nil || len(sent) != 3 {
			t.Errorf("%d of 3 lines are on their way (%v)", len(sent), err)
		}
		// Long after, nothing more happens.
		f.now += 3 * chat.SurveyOpen
		f.work(one)
		if n := len(f.said(id)); n != len(want) {
			t.Errorf("%d lines in the end", n)
		}
	})
}

func ids(t *testing.T, s *store.Store, id chat.ConversationID) (out []chat.MessageID) {
	t.Helper()
	lines, _, err := s.Messages(context.Background(), id, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range lines {
		if m.Author == chat.AuthorSystem {
			out = append(out, m.ID)
		}
	}
	return out
}

func TestSurveys_expire(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := &floor{t: t, s: s, now: 1000}
		id := f.helped("u1")
		f.now += minute
		f.work(f.surveys(nil))
		if v := f.survey(id); v.State != chat.SurveyAsked || v.AskedAt != f.now {
			t.Fatalf("survey %+v", v)
		}
		f.now += chat.SurveyOpen
		f.work(f.surveys(nil))
		if v := f.survey(id); v.State != chat.SurveyExpired || v.DueAt != 0 {
			t.Errorf("survey %+v", v)
		}
		if got := f.receive("u1", "5"); got.ConversationID == id {
			t.Error("an answer after the end was taken")
		}
	})
}

func TestSurveys_doNotAskWhenItDoesNotFit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := &floor{t: t, s: s, now: 1000}
		asked := map[string]chat.ConversationID{}
		for _, why := range []string{"wrote_again", "reopened", "opted_out", "window_closed", "switched_off"} {
			asked[why] = f.helped(why)
		}
		f.now += minute / 2
		f.receive("wrote_again", "one more thing")
		f.change(asked["reopened"], chat.Reopen)
		c, err := s.Conversation(context.Background(), asked["opted_out"])
		if err != nil {
			t.Fatal(err)
		}
		f.write(func(tx *store.Tx) error {
			_, err := tx.ExecContext(context.Background(), "UPDATE contacts SET opted_out = 1 WHERE id = $1", string(c.ContactID))
			return err
		})
		f.now += minute
		for why, id := range asked {
			w := f.surveys(nil)
			switch why {
			case "switched_off":
				w = New(map[string]Workspace{}, s, slog.New(slog.DiscardHandler), func() int64 { return f.now }, func(store.Topic) {})
			case "window_closed":
				late := f.now + chat.Window
				w.now = func() int64 { return late }
			}
			if err := w.step(context.Background(), id); err != nil {
				t.Fatal(err)
			}
			v := f.survey(id)
			if v.State != chat.SurveyDropped || v.Reason != why || v.AskedAt != 0 {
				t.Errorf("%s: %+v", why, v)
			}
			if said := f.said(id); strings.HasPrefix(said[len(said)-1], "system") {
				t.Errorf("%s: asked all the same: %q", why, said)
			}
		}
		// What was dropped before it was asked may be planned again.
		f.now += minute
		f.change(asked["reopened"], chat.Accept)
		f.change(asked["reopened"], chat.Resolve)
		if v := f.survey(asked["reopened"]); v.State != chat.SurveyPlanned {
			t.Errorf("resolved again: %+v", v)
		}
	})
}

func TestSurveys_runUntilStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := &floor{t: t, s: s, now: 1000}
		id := f.helped("u1")
		f.now += minute
		told := make(chan store.Topic, 10)
		w := f.surveys(func(w *Workspace) { w.Ask = "Content ?" })
		w.publish = func(topic store.Topic) { told <- topic }
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			w.Run(ctx)
		}()
		if topic := <-told; topic != store.TopicDeliveries {
			t.Errorf("told of %s", topic)
		}
		stop()
		<-ended
		lines, _, err := s.Messages(context.Background(), id, 0, 10)
		if err != nil || lines[len(lines)-1].Text != "Content ?\n\n5. Très bien\n4. Bien\n3. Moyen\n2. Mauvais\n1. Très mauvais" {
			t.Errorf("asked %q (%v)", lines[len(lines)-1].Text, err)
		}
	})
}
