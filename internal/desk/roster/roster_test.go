package roster_test

import (
	"fmt"
	"testing"
	"time"

	"parley/internal/chat"
	"parley/internal/desk/roster"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

func TestRoster_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r, ctx := f.roster(nil), t.Context()
		ben := f.user("ben", "agent")
		team := func(change func(*roster.Team)) error {
			v := roster.Team{Name: "Support", Strategy: roster.LeastBusy, Members: []string{ben}}
			change(&v)
			_, err := r.SaveTeam(ctx, v)
			return err
		}
		wantError(t, team(func(v *roster.Team) { v.Name = "  " }), chat.Invalid, "no name")
		wantError(t, team(func(v *roster.Team) { v.Strategy = "random" }), chat.Invalid, "round_robin or least_busy")
		wantError(t, team(func(v *roster.Team) { v.Languages = []string{"French"} }), chat.Invalid, "not a language")
		wantError(t, team(func(v *roster.Team) { v.Topics = []string{"Where is it?"} }), chat.Invalid, "id of an intent")
		wantError(t, team(func(v *roster.Team) { v.Hours = &roster.Hours{Timezone: "Mars"} }), chat.Invalid, "no time zone")
		wantError(t, team(func(v *roster.Team) { v.Members = []string{"stranger"} }), chat.Invalid, "no user")
		wantError(t, team(func(v *roster.Team) { v.ID = "gone" }), chat.NotFound, "no such team")
		wantError(t, r.DeleteTeam(ctx, "gone"), chat.NotFound, "no such team")
		wantError(t, r.SetSkills(ctx, ben, roster.Skills{Capacity: -1}), chat.Invalid, "out of range")
		wantError(t, r.SetSkills(ctx, "stranger", roster.Skills{}), chat.NotFound, "no such user")
		wantError(t, r.Wish(ctx, ben, "asleep"), chat.Invalid, "online, away or offline")
		wantError(t, r.Receives(ctx, f.user("guest", "guest"), ""), chat.Invalid, "may not answer")
		f.must(r.Receives(ctx, ben, ""))
		f.must(team(func(*roster.Team) {}))
		wantError(t, team(func(*roster.Team) {}), chat.Conflict, "choose another name")
	})
}

func TestProspect_tellsTeamPlaceAndWait(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		look := func(n roster.Need, p chat.Priority) roster.Prospect {
			t.Helper()
			got, err := r.Prospect(t.Context(), n, p)
			f.must(err)
			return got
		}
		if p := look(roster.Need{}, chat.Normal); p.Team != "" || p.Free || p.Online != 0 || !p.Open || p.Position != 1 || p.Wait != 0 {
			t.Errorf("without a team: %+v", p)
		}
		ben := f.agent(r, "ben")
		support := f.team(r, "Support", ben)
		returns, err := r.SaveTeam(t.Context(), roster.Team{
			Name: "Returns", Strategy: roster.RoundRobin, AutoAssign: true, Members: []string{f.user("mia", "agent")}, Topics: []string{"return_item"},
			Hours: &roster.Hours{Timezone: "Europe/Paris", Weekly: []roster.Span{{Day: "tuesday", From: "08:00", To: "12:00"}}},
		})
		f.must(err)
		if p := look(roster.Need{Topic: "return_item"}, chat.Normal); p.Team != support || !p.Free {
			t.Errorf("nobody of Returns is there: %+v", p)
		}
		f.must(r.SetSkills(t.Context(), ben, roster.Skills{Capacity: 0}))
		r.Wake(f.now())
		f.handed("first", func(res *store.Result) { res.Team = support })
		if p := look(roster.Need{}, chat.Normal); p.Team != support || p.Free || p.Online != 1 || p.Position != 2 {
			t.Errorf("with his hands full: %+v", p)
		}
		if p := look(roster.Need{}, chat.Urgent); p.Position != 1 {
			t.Errorf("what is urgent is number %d", p.Position)
		}
		f.must(r.Wish(t.Context(), ben, roster.Offline))
		r.Wake(f.now())
		tuesday := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
		if p := look(roster.Need{Topic: "return_item"}, chat.Normal); p.Team != support || p.Online != 0 {
			t.Errorf("nobody is there, and Returns is closed: %+v", p)
		}
		f.must(r.DeleteTeam(t.Context(), support))
		r.Wake(f.now())
		if p := look(roster.Need{Topic: "return_item"}, chat.Normal); p.Team != returns || p.Open || !p.OpensAt.Equal(tuesday) {
			t.Errorf("only Returns is left: %+v, opens %s", p, p.OpensAt)
		}
		if c := f.of(f.says("first", "hello?")); c.Team != "" {
			t.Errorf("what waited for a team that is gone is meant for %q", c.Team)
		}
	})
}

func TestQueue_goesByWhatOthersWaited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := newFloor(t, s)
		r := f.roster(nil)
		for i := range 3 {
			id := f.handed(fmt.Sprint("c", i))
			f.pass(4)
			f.change(id, chat.Accept, "ben")
		}
		f.pass(1)
		q, err := r.Queue(t.Context())
		f.must(err)
		if q.Waiting != 0 || q.Oldest != 0 || q.Wait != 4*time.Minute || !q.Open {
			t.Errorf("an empty queue: %+v", q)
		}
		id := f.handed("waits")
		f.pass(9)
		q, err = r.Queue(t.Context())
		f.must(err)
		if c := f.of(id); q.Waiting != 1 || q.Oldest != c.AskedAt || q.Wait != 9*time.Minute {
			t.Errorf("somebody waits: %+v", q)
		}
		f.pass(3 * 60) // what is longer ago says little about now
		if q, err = r.Queue(t.Context()); err != nil || q.Wait != 0 {
			t.Errorf("three hours later a wait of %s is promised (%v)", q.Wait, err)
		}
	})
}
