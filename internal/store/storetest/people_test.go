package storetest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func reply(id chat.ConversationID, agent, text string, seen int64) store.Reply {
	return store.Reply{
		ConversationID: id, MessageID: chat.MessageID(chat.NewID()), Agent: agent, Text: text, SeenSeq: seen,
		Parts: []chat.Delivery{{ID: chat.DeliveryID(chat.NewID()), Text: text, Layout: chat.LayoutText}},
	}
}

func sendReply(s *store.Store, r store.Reply, now int64) error {
	return s.Write(context.Background(), func(tx *store.Tx) error { return tx.Reply(context.Background(), r, now) })
}

func changeOwner(s *store.Store, c store.OwnerChange, now int64) error {
	return s.Write(context.Background(), func(tx *store.Tx) error { return tx.ChangeOwner(context.Background(), c, now) })
}

func wantConflict(t *testing.T, err error, words string) {
	t.Helper()
	var e *chat.Error
	if !errors.As(err, &e) || e.Code != chat.Conflict || !strings.Contains(e.Message, words) {
		t.Errorf("got %v, want a conflict that says %q", err, words)
	}
}

func TestReply_takesOwnershipAndSilencesTheBot(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		id := ingest(t, s, 1000, arrival("u1", "question"))[0].ConversationID
		slow := claim(t, s, "w1", 2300) // the bot is still thinking
		if err := sendReply(s, reply(id, "ben", "I am here", 1), 2400); err != nil {
			t.Fatal(err)
		}
		if v := finish(t, s, 2500, answer(&slow[0], "too late")); v[0] != chat.Stale {
			t.Errorf("the bot's turn came out %s after an agent had answered", v[0])
		}
		c, err := s.Conversation(ctx, id)
		if err != nil || c.Owner != chat.OwnerAgent || c.Agent != "ben" || c.Epoch != 2 {
			t.Errorf("after the reply: %+v (%v)", c.Conversation, err)
		}
		if got := ingest(t, s, 3000, arrival("u1", "thanks, and?")); got[0].DueAt != 0 {
			t.Errorf("the bot was asked although an agent owns it: %+v", got[0])
		}
		wantDiff(t, transcript(t, s, id), []string{"question", "I am here", "thanks, and?"})
	})
}

func TestReply_isRefusedWhenItMustNotGo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := ingest(t, s, 1000, arrival("u1", "one"))[0].ConversationID
		first := reply(id, "ben", "hello", 1)
		if err := sendReply(s, first, 2000); err != nil {
			t.Fatal(err)
		}
		if err := sendReply(s, first, 2100); err != nil {
			t.Errorf("sending the same reply again: %v", err)
		}
		wantDiff(t, transcript(t, s, id), []string{"one", "hello"}) // once, beside the change of owner
		ingest(t, s, 3000, arrival("u1", "two"))
		stale := reply(id, "ben", "about one", 3)
		wantConflict(t, sendReply(s, stale, 3100), "1 new since you began")
		stale.Forced = true
		if err := sendReply(s, stale, 3200); err != nil {
			t.Errorf("a forced reply: %v", err)
		}
		if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.Accept, Agent: "mia", Actor: "mia", Epoch: 2}, 3250); err != nil {
			t.Fatal(err)
		}
		wantConflict(t, sendReply(s, reply(id, "ben", "unaware", 5), 3260), "1 new since you began") // mia has taken it
		if err := sendReply(s, reply(id, "mia", "my own take-over is nothing new", 5), 3270); err != nil {
			t.Errorf("after taking it over: %v", err)
		}
		given := store.OwnerChange{ConversationID: id, Kind: chat.Accept, Agent: "ben", Actor: "assignment", Epoch: 3}
		if err := changeOwner(s, given, 3280); err != nil {
			t.Fatal(err)
		}
		if err := sendReply(s, reply(id, "ben", "being given it is nothing new", 7), 3290); err != nil {
			t.Errorf("after being given it: %v", err)
		}
		taken := reply(id, "mia", "x", 99)
		taken.MessageID = first.MessageID
		wantConflict(t, sendReply(s, taken, 3300), "taken")
		wantConflict(t, sendReply(s, reply(id, "ben", "late", 99), 3000+chat.Window), "window")
		if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.Resolve, Actor: "ben", Epoch: 4}, 4000); err != nil {
			t.Fatal(err)
		}
		wantConflict(t, sendReply(s, reply(id, "ben", "after", 99), 4100), "resolved")
		var e *chat.Error
		if err := sendReply(s, reply("nowhere", "ben", "x", 1), 1); !errors.As(err, &e) || e.Code != chat.NotFound {
			t.Errorf("a reply to nobody: %v", err)
		}
	})
}

func TestChangeOwner_comparesEpochs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := ingest(t, s, 1000, arrival("u1", "one"))[0].ConversationID
		const agents = 8
		var wg sync.WaitGroup
		errs := make([]error, agents)
		for i := range agents {
			wg.Go(func() {
				errs[i] = changeOwner(s, store.OwnerChange{
					ConversationID: id, Kind: chat.Accept, Agent: fmt.Sprint("agent", i), Actor: fmt.Sprint("agent", i), Epoch: 1,
				}, 2000)
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantConflict(t, err, "meanwhile")
			}
		}
		if won != 1 {
			t.Errorf("%d agents took the conversation, want 1", won)
		}
		if err := changeOwner(s, store.OwnerChange{ConversationID: id, Kind: chat.PassBack, Actor: "x", Epoch: 2}, 3000); err != nil {
			t.Fatal(err)
		}
		if got := ingest(t, s, 4000, arrival("u1", "and now?")); got[0].Owner != chat.OwnerBot || got[0].DueAt == 0 {
			t.Errorf("handed back, the bot is not asked: %+v", got[0])
		}
	})
}

func TestChangeOwner_resolvedMakesRoomForTheNext(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		first := ingest(t, s, 1000, arrival("u1", "one"))[0].ConversationID
		if err := changeOwner(s, store.OwnerChange{ConversationID: first, Kind: chat.Resolve, Actor: "ben", Epoch: 1}, 2000); err != nil {
			t.Fatal(err)
		}
		second := ingest(t, s, 3000, arrival("u1", "two"))[0].ConversationID
		if second == first {
			t.Fatal("a message went into a resolved conversation")
		}
		wantConflict(t, changeOwner(s, store.OwnerChange{ConversationID: first, Kind: chat.Reopen, Actor: "ben", Epoch: 2}, 4000), "open conversation")
	})
}

// A bot that finishes a slow turn races an agent who takes over: whatever the
// order, no line of the bot is queued after the agent's first, and none that was
// queued before leaves after it.
func TestReply_neverFollowedByTheBot(t *testing.T) {
	t.Parallel()
	rounds := 300
	if s := os.Getenv("PARLEY_ROUNDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := context.Background()
		now := int64(1000)
		for round := range rounds {
			now += 10_000
			customer := fmt.Sprint("u", round)
			id := ingest(t, s, now, arrival(customer, "question"))[0].ConversationID
			works := claim(t, s, "w"+customer, now+1200)
			if len(works) != 1 {
				t.Fatalf("round %d: claimed %d turns", round, len(works))
			}
			var wg sync.WaitGroup
			wg.Go(func() { finish(t, s, now+1300, answer(&works[0], "from the bot")) })
			wg.Go(func() {
				r := reply(id, "ben", "from ben", 0)
				r.Forced = true
				if err := sendReply(s, r, now+1300); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			var left []string
			for range 3 {
				for _, o := range claimOut(t, s, "s"+customer, store.Rules{}, now+1400) {
					left = append(left, o.Text)
					finishOut(t, s, now+1400, chat.Pace{}, end(o, chat.Accepted))
				}
			}
			agents := false
			for _, text := range left {
				if agents && text == "from the bot" {
					t.Fatalf("round %d: the bot spoke after the agent: %v", round, left)
				}
				agents = agents || text == "from ben"
			}
			if !agents {
				t.Fatalf("round %d: the agent's reply did not leave: %v", round, left)
			}
			c, err := s.Conversation(ctx, id)
			if err != nil || c.Owner != chat.OwnerAgent {
				t.Fatalf("round %d: owner %s (%v)", round, c.Owner, err)
			}
		}
	})
}
