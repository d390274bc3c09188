package roster_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/roster"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestDispatch_givesToWhoIsThereAndHasRoom(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		ben, mia := f.agent(r, "ben"), f.agent(r, "mia")
		guest, away := f.user("guest", "guest"), f.agent(r, "lea")
		f.must(r.Beat(t.Context(), guest, true))
		f.must(r.Wish(t.Context(), away, roster.Away))
		f.must(r.SetSkills(t.Context(), mia, roster.Skills{Capacity: 1}))
		f.team(r, "Support", ben, mia, guest, away)
		var all []chat.ConversationID
		for i := range 4 {
			all = append(all, f.handed(fmt.Sprint("c", i), func(res *store.Result) { res.Team = teamOf(t, r) }))
			f.pass(1)
			f.must(r.Beat(t.Context(), ben, true))
			f.must(r.Beat(t.Context(), mia, true))
		}
		r.Pass(t.Context())
		for i, want := range []string{ben, mia, ben} { // the least busy, in the order of the queue
			wantOwner(t, f.of(all[i]), chat.OwnerAgent, want)
		}
		wantOwner(t, f.of(all[3]), chat.OwnerQueue, "")
		f.change(all[1], chat.Resolve, mia)
		r.Pass(t.Context())
		wantOwner(t, f.of(all[3]), chat.OwnerAgent, mia)
		if got := f.events(all[3]); got != "offer by bot, assign by parley" {
			t.Errorf("its owners changed so: %s", got)
		}
		// What the bot said at the handoff still leaves, although the owner has changed since.
		f.sends()
		wantLines(t, f.lines(all[0]), "customer: I want a person", "bot: A person takes over. (accepted)")
	})
}

// teamOf is the id of the only team.
func teamOf(t *testing.T, r *roster.Roster) string {
	t.Helper()
	d, err := r.Desk(t.Context())
	if err != nil || len(d.Teams) != 1 {
		t.Fatalf("%d teams (%v)", len(d.Teams), err)
	}
	return d.Teams[0].ID
}

func TestDispatch_leavesAQueueAloneThatIsNotHandedOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		ben := f.agent(r, "ben")
		id := f.handed("c")
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerQueue, "") // no team, nothing is handed out
		_, err := r.SaveTeam(t.Context(), roster.Team{Name: "Manual", Strategy: roster.RoundRobin, Members: []string{ben}})
		f.must(err)
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerQueue, "")
		// A team that is left without anybody strands nothing.
		f.team(r, "Empty")
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerAgent, ben)
	})
}

func TestDispatch_takesBackFromWhoFellSilent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		ben := f.agent(r, "ben")
		f.team(r, "Support", ben)
		forgotten, answered := f.handed("forgotten"), f.handed("answered")
		r.Pass(t.Context())
		f.replies(answered, ben)
		f.pass(29)
		r.Pass(t.Context())
		wantOwner(t, f.of(forgotten), chat.OwnerAgent, ben)
		f.pass(1)
		r.Pass(t.Context())
		c := f.of(forgotten)
		wantOwner(t, c, chat.OwnerQueue, "")
		if c.AskedAt != morning || !strings.HasPrefix(c.Reason, "person_requested") {
			t.Errorf("back in the queue: %+v", c.People)
		}
		wantOwner(t, f.of(answered), chat.OwnerAgent, ben)
		if got := f.events(forgotten); got != "offer by bot, assign by parley, expire by parley" {
			t.Errorf("its owners changed so: %s", got)
		}
		// The next line of the customer who was answered starts the time anew.
		f.says("answered", "one more thing")
		f.pass(31)
		f.must(r.Beat(t.Context(), ben, true))
		r.Pass(t.Context())
		r.Pass(t.Context())
		if got := f.events(answered); !strings.HasSuffix(got, "expire by parley, assign by parley") {
			t.Errorf("its owners changed so: %s", got)
		}
	})
}

func TestDispatch_neverMeansNever(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil, func(set *roster.Settings) { set.Patience = chat.Patience{} })
		ben := f.agent(r, "ben")
		f.team(r, "Support", ben)
		mine := f.handed("mine")
		r.Pass(t.Context())
		f.pass(5)
		waits := f.handed("waits") // ben's page has been closed
		f.pass(20 * 60)
		r.Pass(t.Context())
		wantOwner(t, f.of(mine), chat.OwnerAgent, ben)
		wantLines(t, f.lines(waits), "customer: I want a person", "bot: A person takes over. (queued)")
	})
}

func TestDispatch_tellsOnceThatThePlaceIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		first, second := f.handed("first"), f.handed("second")
		f.pass(9)
		r.Pass(t.Context())
		f.sends()
		f.pass(2)
		f.says("second", "anybody?")
		r.Pass(t.Context())
		f.pass(60)
		r.Pass(t.Context())
		told := []string{"customer: I want a person", "bot: A person takes over. (accepted)"}
		wantLines(t, f.lines(first), append(told, "system: en place 1 (queued)")...)
		wantLines(t, f.lines(second), append(told, "customer: anybody?", "system: en place 2 (queued)")...)
		// An agent who comes first makes it untrue, so it does not leave.
		f.change(first, chat.Accept, "ben")
		f.sends()
		wantLines(t, f.lines(first), append(told, "system: en place 1 (cancelled)")...)
		wantLines(t, f.lines(second), append(told, "customer: anybody?", "system: en place 2 (accepted)")...)
		// A new wait is told of again.
		f.replies(second, "ben")
		f.change(second, chat.PassBack, "ben")
		f.handed("second")
		f.pass(11)
		r.Pass(t.Context())
		if got := f.lines(second); !strings.HasPrefix(got[len(got)-1], "system: en place 1") {
			t.Errorf("in the second wait: %v", got)
		}
	})
}

func TestDispatch_tellsNobodyWhoMustNotBeTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		never := f.roster(nil, func(set *roster.Settings) { set.Patience.Reassure = 25 * 60 * minute })
		stop := f.handed("stop", wantsNoMore)
		closed := f.handed("closed")
		f.pass(25 * 60) // WhatsApp's window is over
		never.Pass(t.Context())
		for _, id := range []chat.ConversationID{stop, closed} {
			if got := f.lines(id); len(got) != 2 {
				t.Errorf("told: %v", got)
			}
			if c := f.of(id); c.DeskDueAt != 0 {
				t.Errorf("looked at again at %d", c.DeskDueAt)
			}
		}
		r := f.roster(nil)
		stop = f.handed("stop again", wantsNoMore)
		f.pass(11)
		r.Pass(t.Context())
		if got := f.lines(stop); len(got) != 2 {
			t.Errorf("who wanted no more messages is told: %v", got)
		}
	})
}

func TestDispatch_wakesWhatWasPutAside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		ben := f.agent(r, "ben")
		f.team(r, "Support", ben)
		id := f.handed("c")
		aside := func(until int64) {
			t.Helper()
			f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
				c, err := tx.LockConversation(ctx, id)
				if err != nil {
					return err
				}
				if err := c.Snooze(until, f.now()); err != nil {
					return err
				}
				return tx.SaveConversation(ctx, c, nil, f.now())
			}))
		}
		aside(f.now() + 60*minute)
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerQueue, "") // put aside, it is not handed out
		f.pass(60)
		f.must(r.Beat(t.Context(), ben, true))
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerAgent, ben)
		aside(f.now() + 120*minute)
		f.pass(119)
		r.Pass(t.Context())
		if c := f.of(id); c.SnoozedUntil == 0 || c.Owner != chat.OwnerAgent {
			t.Errorf("before its time: %s, %+v", c.Owner, c.People)
		}
		f.pass(1)
		r.Pass(t.Context())
		if c := f.of(id); c.SnoozedUntil != 0 || c.Owner != chat.OwnerAgent || c.DeskDueAt != f.now()+30*minute {
			t.Errorf("at its time: %s, %+v", c.Owner, c.People)
		}
		aside(f.now() + 60*minute)
		f.says("c", "hello?")
		if c := f.of(id); c.SnoozedUntil != 0 || c.AskedAt != morning {
			t.Errorf("after the customer wrote: %+v", c.People)
		}
	})
}

func TestDispatch_takesBackFromWhoMayNotAnswerAnyMore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		ben, mia := f.agent(r, "ben"), f.agent(r, "mia")
		f.team(r, "Support", ben)
		id := f.handed("c")
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerAgent, ben)
		f.must(f.write(func(ctx context.Context, tx *store.Tx) error {
			return tx.UpsertUser(ctx, store.User{ID: ben, Email: "ben@example.com", Name: "ben", Role: "agent", DisabledAt: f.now()})
		}))
		r.Pass(t.Context())
		wantOwner(t, f.of(id), chat.OwnerAgent, mia) // the team has nobody left, so it is anybody's
		d, err := r.Desk(t.Context())
		f.must(err)
		for _, p := range d.People {
			if p.ID == ben && (p.State != roster.Offline || p.Load != 0) {
				t.Errorf("disabled: %+v", p)
			}
		}
	})
}

// Two replicas hand out at the same time, while people come, go and finish: nobody ever
// gets more than fits, nothing is given twice, and what could be given is.
func TestDispatch_twoReplicasGiveEachOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		one, two := f.roster(nil), f.roster(nil)
		const capacity, people, rounds = 3, 4, 8
		var crew []string
		for i := range people {
			id := f.agent(one, fmt.Sprint("a", i))
			f.must(one.SetSkills(t.Context(), id, roster.Skills{Capacity: capacity}))
			crew = append(crew, id)
		}
		f.team(one, "Support", crew...)
		var all []chat.ConversationID
		for round := range rounds {
			for i := range 5 {
				all = append(all, f.handed(fmt.Sprint("c", round, "-", i)))
			}
			var wg sync.WaitGroup
			for _, r := range []*roster.Roster{one, two, one, two} {
				wg.Go(func() { r.Pass(t.Context()) })
			}
			wg.Wait()
			load := map[string]int{}
			waiting := 0
			for _, id := range all {
				switch c := f.of(id); c.Owner {
				case chat.OwnerAgent:
					load[c.Agent]++
					if got := f.events(id); got != "offer by bot, assign by parley" {
						t.Fatalf("round %d: %s", round, got)
					}
				case chat.OwnerQueue:
					waiting++
				}
			}
			total := 0
			for _, who := range crew {
				if total += load[who]; load[who] > capacity {
					t.Fatalf("round %d: %s has %d of %d", round, who, load[who], capacity)
				}
			}
			if waiting > 0 && total < capacity*people {
				t.Fatalf("round %d: %d wait, and %d of %d places are taken", round, waiting, total, capacity*people)
			}
			for _, id := range all { // some are finished
				if c := f.of(id); c.Owner == chat.OwnerAgent && (round+len(id))%2 == 0 {
					f.change(id, chat.Resolve, c.Agent)
					break
				}
			}
		}
	})
}

// A handoff is given out at its commit, and so is what waits when somebody comes or has
// room again: the dispatcher is woken, and no time passes until it is done.
func TestDispatch_happensAtTheHandoff(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(context.Background(), database)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		f := newFloor(t, s)
		var r *roster.Roster
		r = f.roster(func(topic store.Topic) {
			if topic == store.TopicPeople {
				r.Wake(f.now())
			}
		})
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		defer running.Wait()
		defer cancel()
		running.Go(func() { r.Run(ctx) })
		began := time.Now()
		settled := func(id chat.ConversationID, owner chat.Owner, agent string) {
			t.Helper()
			synctest.Wait()
			wantOwner(t, f.of(id), owner, agent)
			if took := time.Since(began); took != 0 {
				t.Errorf("it took %s, so it was waited for", took)
			}
		}
		ben := f.user("ben", "agent")
		f.team(r, "Support", ben)
		f.must(r.SetSkills(t.Context(), ben, roster.Skills{Capacity: 1}))
		first := f.handed("first")
		r.Wake(f.now()) // as the engine does at the commit of a handoff
		settled(first, chat.OwnerQueue, "")
		f.must(r.Beat(t.Context(), ben, true))
		settled(first, chat.OwnerAgent, ben)
		second := f.handed("second")
		r.Wake(f.now())
		settled(second, chat.OwnerQueue, "")
		f.change(first, chat.Resolve, ben)
		r.Wake(f.now()) // as the desk does
		settled(second, chat.OwnerAgent, ben)
		third := f.handed("third")
		f.must(r.SetSkills(t.Context(), ben, roster.Skills{Capacity: 2}))
		settled(third, chat.OwnerAgent, ben)
		if f.told.Load() == 0 {
			t.Error("pages were not told that somebody has more to do")
		}
	})
}

// wantsNoMore makes a turn remember that its customer asked for no more messages.
func wantsNoMore(r *store.Result) {
	id := string(r.Work.Contact.ID)
	r.After = func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE contacts SET opted_out = 1 WHERE id = $1", id)
		return err
	}
}
