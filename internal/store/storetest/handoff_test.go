package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func packet(code string, priority chat.Priority) *store.Handoff {
	return &store.Handoff{ID: chat.NewID(), Code: code, Topic: "order_tracking", Priority: priority, Packet: `{"schema":"handoff.v1"}`}
}

func handing(w *store.Work, code string, priority chat.Priority) store.Result {
	r := answer(w, "a person takes over")
	r.Handoff, r.Packet = code+": why", packet(code, priority)
	return r
}

func handoffs(t *testing.T, s *store.Store, id chat.ConversationID) []store.Handoff {
	t.Helper()
	list, err := s.Handoffs(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A packet is there exactly when the change of owner is: not for a turn that came too
// late, and once however often the turn runs.
func TestHandoff_isKeptWithItsChangeOfOwner(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		id := ingest(t, s, 1000, arrival("u1", "question"))[0].ConversationID
		late := claim(t, s, "w1", 2300)
		again := claim(t, s, "w2", 40_000) // w1 was thought dead
		if v := finish(t, s, 40_100, handing(&again[0], "legal", chat.High)); v[0] != chat.Committed {
			t.Fatalf("verdict %s", v[0])
		}
		if v := finish(t, s, 40_200, handing(&late[0], "safety", chat.Urgent)); v[0] != chat.Stale {
			t.Fatalf("verdict of the late turn %s", v[0])
		}
		list := handoffs(t, s, id)
		changes, err := s.Transitions(ctx, id, 10)
		if err != nil || len(list) != 1 || len(changes) != 1 {
			t.Fatalf("%d packets for %d changes (%v)", len(list), len(changes), err)
		}
		h := list[0]
		if h.Code != "legal" || h.Seq != changes[0].Seq || h.At != 40_100 || h.ConversationID != id || h.Workspace == "" || h.Packet != `{"schema":"handoff.v1"}` {
			t.Errorf("kept %+v for %+v", h, changes[0])
		}
		c, err := s.Conversation(ctx, id)
		if err != nil || c.Topic != "order_tracking" || c.Priority != chat.High || c.Owner != chat.OwnerQueue {
			t.Errorf("conversation %+v (%v)", c.People, err)
		}
	})
}

func TestHandoff_whoeverTakesItFromTheBot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		take := func(id chat.ConversationID, epoch int64) error {
			return changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.Accept, Agent: "mia", Actor: "mia", Epoch: epoch, Packet: packet("taken_over", chat.Normal)}, 3000)
		}
		taken := ingest(t, s, 1000, arrival("u1", "one"))[0].ConversationID
		if err := take(taken, 1); err != nil {
			t.Fatal(err)
		}
		if err := take(taken, 2); err != nil { // from herself: nothing was handed over
			t.Fatal(err)
		}
		if list := handoffs(t, s, taken); len(list) != 1 || list[0].Code != "taken_over" {
			t.Errorf("taken: %+v", list)
		}
		replied := ingest(t, s, 1000, arrival("u2", "one"))[0].ConversationID
		r := reply(replied, "ben", "hello", 1)
		r.Packet = packet("taken_over", chat.Normal)
		for range 2 { // the second one is the same reply, sent again
			if err := sendReply(s, r, 2000); err != nil {
				t.Fatal(err)
			}
		}
		if list := handoffs(t, s, replied); len(list) != 1 {
			t.Errorf("replied: %+v", list)
		}
		stale := ingest(t, s, 1000, arrival("u3", "one"))[0].ConversationID
		wantConflict(t, take(stale, 7), "meanwhile")
		if list := handoffs(t, s, stale); len(list) != 0 {
			t.Errorf("a change that was refused left %+v", list)
		}
	})
}

func TestLabelHandoff_lastWordCounts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := ingest(t, s, 1000, arrival("u1", "question"))[0].ConversationID
		finish(t, s, 2400, handing(&claim(t, s, "w1", 2300)[0], "legal", chat.High))
		h := handoffs(t, s, id)[0]
		label := func(conversation chat.ConversationID, handoff string, needed bool) error {
			return s.Write(context.Background(), func(tx *store.Tx) error {
				return tx.LabelHandoff(context.Background(), conversation, handoff, needed, "ben", 5000)
			})
		}
		for _, needed := range []bool{true, false} {
			if err := label(id, h.ID, needed); err != nil {
				t.Fatal(err)
			}
			if got := handoffs(t, s, id)[0].Needed; got != map[bool]string{true: "yes", false: "no"}[needed] {
				t.Errorf("needed %v is kept as %q", needed, got)
			}
		}
		var e *chat.Error
		if err := label("another", h.ID, true); !errors.As(err, &e) || e.Code != chat.NotFound {
			t.Errorf("a handoff of another conversation: %v", err)
		}
	})
}

func TestChangeOwner_keepsOutcomeNoteAndPromise(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		id := ingest(t, s, 1000, arrival("u1", "question"))[0].ConversationID
		if err := sendReply(s, reply(id, "ben", "I see to it", 1), 2000); err != nil {
			t.Fatal(err)
		}
		if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.PassBack, Actor: "ben", Epoch: 2, Reason: "I write on Monday"}, 3000); err != nil {
			t.Fatal(err)
		}
		ingest(t, s, 4000, arrival("u1", "and now?"))
		work := claim(t, s, "w1", 6000)
		if len(work) != 1 || work[0].Returned == nil || work[0].Returned.Reason != "I write on Monday" || work[0].Returned.At != 3000 {
			t.Fatalf("the bot is told %+v", work)
		}
		ingest(t, s, 6100, arrival("u2", "other"))
		if other := claim(t, s, "w2", 8000); len(other) != 1 || other[0].Returned != nil {
			t.Errorf("one that never was with people: %+v", other)
		}
		end := store.OwnerChange{
			ConversationID: id, Kind: chat.Resolve, Actor: "mia", Epoch: 3, Outcome: "solved", Note: "sent it again", NoteID: chat.MessageID(chat.NewID()),
		}
		if err := changeOwner(s, end, 9000); err != nil {
			t.Fatal(err)
		}
		c, err := s.Conversation(ctx, id)
		if err != nil || c.Outcome != "solved" || c.LastText != "and now?" {
			t.Errorf("resolved %+v (%v)", c.Conversation, err)
		}
		lines, _, err := s.Messages(ctx, id, 0, 10)
		last := lines[len(lines)-1]
		if err != nil || last.Direction != chat.Note || last.Text != "sent it again" || last.Agent != "mia" {
			t.Errorf("the note: %+v (%v)", last, err)
		}
		if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.Reopen, Actor: "mia", Epoch: 4}, 9500); err != nil {
			t.Fatal(err)
		}
		if c, _ := s.Conversation(ctx, id); c.Outcome != "" {
			t.Errorf("opened again with the outcome %q", c.Outcome)
		}
	})
}

// helped is a customer whom an agent helped and whose conversation is resolved at 10 minutes.
func helped(t *testing.T, s *store.Store, customer string, at int64) chat.ConversationID {
	t.Helper()
	id := ingest(t, s, at, arrival(customer, "question of "+customer))[0].ConversationID
	if err := sendReply(s, reply(id, "ben", "done", 1), at+minute); err != nil {
		t.Fatal(err)
	}
	resolve(t, s, id, at+10*minute)
	return id
}

func resolve(t *testing.T, s *store.Store, id chat.ConversationID, at int64) {
	t.Helper()
	c, err := s.Conversation(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	plan := &store.SurveyPlan{Delay: minute, Every: 24 * 60 * minute}
	if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.Resolve, Actor: "ben", Epoch: c.Epoch, Outcome: "solved", Survey: plan}, at); err != nil {
		t.Fatal(err)
	}
}

func survey(t *testing.T, s *store.Store, id chat.ConversationID) (chat.Survey, bool) {
	t.Helper()
	v, ok, err := s.Survey(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v, ok
}

// ask does what the desk does with a survey that is due.
func ask(t *testing.T, s *store.Store, id chat.ConversationID, at int64) {
	t.Helper()
	ctx := context.Background()
	err := s.Write(ctx, func(tx *store.Tx) error {
		v, ok, err := tx.LockSurvey(ctx, id, at)
		if err != nil || !ok {
			return cmpOr(err, fmt.Errorf("the survey is not due at %d", at))
		}
		v.State, v.AskedAt, v.Until = chat.SurveyAsked, at, at+chat.SurveyOpen
		v.DueAt = v.Until
		if err := tx.SaveSurvey(ctx, v.Survey); err != nil {
			return err
		}
		return tx.Say(ctx, store.Line{
			ConversationID: id, MessageID: chat.MessageID(chat.NewID()), Text: "how was it?",
			Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: "how was it?", Layout: chat.LayoutText}},
		}, at)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func cmpOr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// opinion is an arrival as intake makes it for a workspace that asks.
func opinion(customer, text string) store.Arrival {
	score, _ := chat.Score(text)
	return with(arrival(customer, text), func(a *store.Arrival) { a.Surveyed, a.Score, a.Comment = true, score, score == 0 })
}

func TestSurvey_isPlannedOnlyWhereItFits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := helped(t, s, "helped", 1000)
		v, ok := survey(t, s, id)
		if !ok || v.State != chat.SurveyPlanned || v.DueAt != 1000+11*minute || v.Agent != "ben" {
			t.Errorf("planned %+v, %v", v, ok)
		}
		bot := ingest(t, s, 1000, arrival("bot", "only the bot helped"))[0].ConversationID
		resolve(t, s, bot, 1000+minute)
		if v, ok := survey(t, s, bot); ok {
			t.Errorf("nobody helped: %+v", v)
		}
		closed := ingest(t, s, 1000, arrival("closed", "question"))[0].ConversationID
		if err := sendReply(s, reply(closed, "ben", "done", 1), 2000); err != nil {
			t.Fatal(err)
		}
		resolve(t, s, closed, 1000+chat.Window-minute)
		if v, ok := survey(t, s, closed); ok {
			t.Errorf("the window closes before it is asked: %+v", v)
		}
		// Once in a while, whatever happens in between.
		if v, ok := survey(t, s, helped(t, s, "helped", 1000+60*minute)); ok {
			t.Errorf("asked twice on a day: %+v", v)
		}
		if _, ok := survey(t, s, helped(t, s, "helped", 1000+25*60*minute)); !ok {
			t.Error("not asked on the next day")
		}
	})
}

// Answers belong to the conversation that they are about, and open no new one.
func TestIngest_takesAnswersToASurvey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		at := int64(1000)
		id := helped(t, s, "u1", at)
		at += 12 * minute
		ask(t, s, id, at)
		got := ingest(t, s, at+minute, opinion("u1", "2"))[0]
		if got.ConversationID != id || got.DueAt != 0 || got.Owner != chat.OwnerNone {
			t.Fatalf("the score went to %+v", got)
		}
		got = ingest(t, s, at+2*minute, opinion("u1", "nobody called me back"))[0]
		if got.ConversationID != id || got.DueAt != 0 {
			t.Fatalf("the comment went to %+v", got)
		}
		v, _ := survey(t, s, id)
		if v.State != chat.SurveyAnswered || v.Score != 2 || v.Comment != "nobody called me back" || v.AnsweredAt != at+minute || v.DueAt != at+2*minute {
			t.Errorf("kept %+v", v)
		}
		wantDiff(t, transcript(t, s, id), []string{"question of u1", "done", "how was it?", "2", "nobody called me back"})
		c, err := s.Conversation(ctx, id)
		if err != nil || c.Owner != chat.OwnerNone || c.Pending() || c.AskedAt != 0 || c.DueAt != 0 || c.DeskDueAt != 0 || c.WindowUntil != at+2*minute+chat.Window {
			t.Errorf("the answers left work: %+v (%v)", c.Conversation, err)
		}
		// What comes then is something new.
		got = ingest(t, s, at+3*minute, opinion("u1", "and where is my refund"))[0]
		if got.ConversationID == id || got.DueAt == 0 {
			t.Errorf("a question was taken for an answer: %+v", got)
		}
	})
}

func TestIngest_whatIsNoAnswerOpensAConversation(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		asked := func(customer string, at int64) chat.ConversationID {
			id := helped(t, s, customer, at)
			ask(t, s, id, at+12*minute)
			return id
		}
		now := 1000 + 13*minute
		for customer, c := range map[string]struct {
			a  store.Arrival
			at int64
		}{
			"words":   {opinion("words", "hello, another question"), now},
			"picture": {with(opinion("picture", "5"), func(a *store.Arrival) { a.Media = []string{"https://example.com/p.jpg"} }), now},
			"late":    {opinion("late", "5"), now + chat.SurveyOpen},
			"off":     {with(opinion("off", "5"), func(a *store.Arrival) { a.Surveyed = false }), now},
		} {
			id := asked(customer, 1000)
			if got := ingest(t, s, c.at, c.a)[0]; got.ConversationID == id || got.DueAt == 0 {
				t.Errorf("%s: %+v", customer, got)
			}
			if v, _ := survey(t, s, id); v.Score != 0 || v.State != chat.SurveyAsked {
				t.Errorf("%s: taken for an answer: %+v", customer, v)
			}
		}
		// With a conversation open, a digit belongs there: the bot may have offered choices.
		id := asked("talking", 1000)
		open := ingest(t, s, now, opinion("talking", "where is my order"))[0]
		if got := ingest(t, s, now+minute, opinion("talking", "2"))[0]; got.ConversationID != open.ConversationID {
			t.Errorf("a choice was taken for a score: %+v", got)
		}
		if v, _ := survey(t, s, id); v.Score != 0 {
			t.Errorf("talking: %+v", v)
		}
		// A good score asks for no comment, so what follows is a question.
		id = asked("content", 1000)
		ingest(t, s, now, opinion("content", "5"))
		if got := ingest(t, s, now+minute, opinion("content", "by the way I need an invoice"))[0]; got.ConversationID == id {
			t.Error("a question was taken for a comment on a good score")
		}
	})
}

// Copies of one answer, delivered at the same time, count once; and while answers and the
// desk race, no line is lost and no turn is due.
func TestIngest_simultaneousAnswers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := int64(1000)
		id := helped(t, s, "u1", at)
		at += 12 * minute
		ask(t, s, id, at)
		var wg sync.WaitGroup
		ctx := context.Background()
		for range 6 {
			wg.Go(func() {
				err := s.Write(ctx, func(tx *store.Tx) error {
					_, err := tx.Ingest(ctx, []store.Arrival{opinion("u1", "4")}, at+minute)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				err := s.Write(ctx, func(tx *store.Tx) error {
					v, ok, err := tx.LockSurvey(ctx, id, at+minute)
					if err != nil || !ok {
						return err
					}
					v.DueAt = 0
					return tx.SaveSurvey(ctx, v.Survey)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		wantDiff(t, transcript(t, s, id), []string{"question of u1", "done", "how was it?", "4"})
		if v, _ := survey(t, s, id); v.State != chat.SurveyAnswered || v.Score != 4 {
			t.Errorf("kept %+v", v)
		}
		if left := claim(t, s, "w1", at+60*minute); len(left) != 0 {
			t.Errorf("a turn is due for an answer: %+v", left)
		}
	})
}

// Who turns out to be somebody known keeps their survey.
func TestSurvey_followsAMerge(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		nameless := func(text string) store.Arrival {
			return with(opinion("", text), func(a *store.Arrival) { a.ExternalID, a.Phone = "", "+15550009999" })
		}
		at := int64(1000)
		id := ingest(t, s, at, nameless("question"))[0].ConversationID
		if err := sendReply(s, reply(id, "ben", "done", 1), at+minute); err != nil {
			t.Fatal(err)
		}
		resolve(t, s, id, at+2*minute)
		ask(t, s, id, at+4*minute)
		ingest(t, s, at+4*minute, opinion("u9", "I am somebody else as well"))
		c, err := s.Conversation(context.Background(), id)
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := s.Conversations(context.Background(), store.Filter{Owner: chat.OwnerBot, Limit: 5})
		if err != nil || len(other) != 1 || other[0].ContactID == c.ContactID {
			t.Fatalf("%d open (%v)", len(other), err)
		}
		resolve(t, s, other[0].ID, at+5*minute)
		both := with(opinion("u9", "3"), func(a *store.Arrival) { a.Phone = "+15550009999" })
		if got := ingest(t, s, at+6*minute, both)[0]; got.ConversationID != id {
			t.Errorf("the answer went to %+v, not to %s", got, id)
		}
		if v, _ := survey(t, s, id); v.Score != 3 || v.ContactID != other[0].ContactID {
			t.Errorf("kept %+v", v)
		}
	})
}
