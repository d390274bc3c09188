package roster

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/roster"
)

// Actor is who the house's own changes of owner are signed with.
const Actor = "parley"

// batch is how many conversations are handed out or looked at in one transaction.
const batch = 50

// Wake says that the roster or the queue may have changed.
func (r *Roster) Wake(at int64) {
	r.forget()
	r.wake.Set(at)
}

// Run hands out what waits and looks after what is due until ctx ends.
func (r *Roster) Run(ctx context.Context) {
	const poll = 5 * time.Second
	for ctx.Err() == nil {
		more := r.pass(ctx)
		if more {
			continue
		}
		next, err := roster.NextLook(ctx, r.store.Read)
		r.trouble(ctx, "next look", err)
		if next != 0 {
			r.wake.Set(max(next, r.now()+1))
		}
		r.wake.Wait(ctx, r.now, poll)
	}
}

// pass does what there is to do, and says whether there may be more.
func (r *Roster) pass(ctx context.Context) (more bool) {
	for _, step := range []struct {
		name string
		do   func(context.Context) (int, error)
	}{{"look after conversations", r.look}, {"take back conversations", r.takeBack}, {"assign conversations", r.assign}} {
		n, err := step.do(ctx)
		r.trouble(ctx, step.name, err)
		more = more || n == batch
	}
	r.trouble(ctx, "tell of people", r.tellPeople(ctx))
	return more
}

func (r *Roster) trouble(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		r.log.Error(what, obs.Error(err))
	}
}

// assign hands out the head of the queues, each conversation to whom the policy names,
// in one transaction that holds both sides: the conversations, so that nobody else takes
// them meanwhile, and the presence of the people, so that no other replica fills the
// same places. It says how many were given out.
func (r *Roster) assign(ctx context.Context) (int, error) {
	m, err := r.read(ctx, r.store.Read)
	if err != nil {
		return 0, err
	}
	r.metrics.DeskQueue(m.waiting(r.now()))
	teams := m.assignable()
	if len(teams) == 0 {
		return 0, nil
	}
	var given []assignment
	r.handsOut(true)
	defer r.handsOut(false)
	err = r.store.Write(ctx, func(tx *store.Tx) (err error) {
		given, err = r.handOut(ctx, tx, teams)
		if err != nil || len(given) == 0 {
			return err
		}
		return tx.Notify(ctx, store.TopicPeople)
	})
	if err != nil {
		return 0, err
	}
	for _, a := range given {
		r.metrics.DeskAssigned(a.strategy.label(), a.waited)
	}
	if len(given) > 0 {
		r.publish(store.TopicFeed)
	}
	return len(given), nil
}

type assignment struct {
	strategy Strategy
	waited   time.Duration
}

func (r *Roster) handOut(ctx context.Context, tx *store.Tx, teams []string) ([]assignment, error) {
	now := r.now()
	waiting, err := tx.ClaimQueue(ctx, teams, batch)
	if err != nil || len(waiting) == 0 {
		return nil, err
	}
	people, err := roster.Present(ctx, tx, now-gone.Milliseconds())
	if err != nil {
		return nil, err
	}
	rows, err := roster.Teams(ctx, tx)
	if err != nil {
		return nil, err
	}
	desk, err := r.desk(people, rows)
	if err != nil {
		return nil, err
	}
	var given []assignment
	for _, c := range waiting {
		if !desk.AutoAssigns(c.Team) {
			continue
		}
		n := needOf(c, now)
		p := desk.Choose(n)
		if p == nil {
			continue
		}
		if err := tx.ChangeOwner(ctx, store.OwnerChange{
			ConversationID: c.ID, Kind: chat.Assign, Agent: p.ID, Actor: Actor, Epoch: c.Epoch, Reason: "next in line",
		}, now); err != nil {
			return nil, err
		}
		if err := roster.Assigned(ctx, tx, p.ID, now); err != nil {
			return nil, err
		}
		p.Load++
		p.AssignedAt = now
		given = append(given, assignment{desk.strategy(c.Team), n.Waited})
	}
	return given, nil
}

// assignable are the teams for which somebody waits and somebody might have room; none
// is the team "".
func (m *moment) assignable() []string {
	var teams []string
	for team := range m.lines {
		if m.desk.AutoAssigns(team) && slices.ContainsFunc(m.desk.crew(team), (*Person).Takes) {
			teams = append(teams, team)
		}
	}
	slices.Sort(teams)
	return teams
}

// waiting counts everybody in the queue, and says for how long the first of them waits.
func (m *moment) waiting(now int64) (n int, oldest time.Duration) {
	for _, l := range m.lines {
		n += l.Waiting
		oldest = max(oldest, time.Duration(now-l.Since)*time.Millisecond)
	}
	return n, oldest
}

// look carries out what is due: the end of a snooze, of the desk's patience with an
// agent who says nothing, and of the customer's who waits.
func (r *Roster) look(ctx context.Context) (int, error) {
	var seen []verdict
	m, err := r.moment(ctx)
	if err != nil {
		return 0, err
	}
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		seen = nil
		due, err := tx.ClaimDesk(ctx, r.now(), batch)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, c := range due {
			v, err := r.lookAt(ctx, tx, c, m)
			if err != nil {
				return fmt.Errorf("conversation %s: %w", c.ID, err)
			}
			seen = append(seen, v)
		}
		return tx.Notify(ctx, store.TopicDeliveries)
	})
	if err != nil {
		return 0, err
	}
	for _, v := range seen {
		switch v {
		case expired:
			r.metrics.DeskExpired(obs.ExpiredSilent)
		case reassured:
			r.metrics.DeskReassured()
		}
	}
	if slices.ContainsFunc(seen, func(v verdict) bool { return v != unchanged }) {
		r.publish(store.TopicDeliveries)
	}
	return len(seen), nil
}

// verdict is what became of a conversation that was looked at.
type verdict int

const (
	unchanged verdict = iota
	woken
	expired
	reassured
)

func (r *Roster) lookAt(ctx context.Context, tx *store.Tx, c *chat.Conversation, m *moment) (v verdict, err error) {
	now := r.now()
	if c.SnoozedUntil > now { // it was put aside for longer
		return unchanged, tx.LookAgain(ctx, c.ID, c.SnoozedUntil)
	}
	if c.SnoozedUntil > 0 {
		v = woken
		c.Wake(now)
		if err := tx.SaveConversation(ctx, c, nil, now); err != nil {
			return v, err
		}
	}
	ends := r.set.Patience.Ends(c)
	switch {
	case ends == 0 || ends > now:
	case c.Owner == chat.OwnerAgent:
		silent := time.Duration(r.set.Patience.Silent) * time.Millisecond
		return expired, tx.ChangeOwner(ctx, store.OwnerChange{
			ConversationID: c.ID, Kind: chat.Expire, Actor: Actor, Epoch: c.Epoch, Reason: "no answer for " + strings.TrimSuffix(silent.String(), "0s"),
		}, now)
	default:
		said, err := r.reassure(ctx, tx, c, m)
		if err != nil {
			return v, err
		}
		if ends = 0; said {
			v = reassured
		}
	}
	return v, tx.LookAgain(ctx, c.ID, ends)
}

// reassure tells a customer for whom nobody came yet that their place is kept: once
// for each wait, unless they have asked for no messages or WhatsApp does not allow it.
func (r *Roster) reassure(ctx context.Context, tx *store.Tx, c *chat.Conversation, m *moment) (bool, error) {
	w, ok := r.set.Workspaces[c.Workspace]
	if !ok || c.WindowUntil <= r.now() {
		return false, nil
	}
	for _, refuses := range []func() (bool, error){
		func() (bool, error) { return roster.Reassured(ctx, tx, c) },
		func() (bool, error) { return roster.OptedOut(ctx, tx, c.ContactID) },
	} {
		if no, err := refuses(); no || err != nil {
			return false, err
		}
	}
	ahead, err := roster.Ahead(ctx, tx, c)
	if err != nil {
		return false, err
	}
	language := c.Language
	if language == "" {
		language = w.Language
	}
	text := r.set.Keep(language, m.prospect(needOf(c, r.now()), ahead, r.now()))
	return true, tx.Say(ctx, store.Line{
		ConversationID: c.ID, MessageID: chat.MessageID(chat.NewID()), Text: text, Parts: w.Plan(text), Pace: w.Pace,
	}, r.now())
}

// takeBack puts into the queue what belongs to people who were disabled.
func (r *Roster) takeBack(ctx context.Context) (int, error) {
	held, err := roster.HeldByDisabled(ctx, r.store, batch)
	if err != nil || len(held) == 0 {
		return 0, err
	}
	for _, h := range held {
		err := r.write(ctx, func(tx *store.Tx) error {
			return tx.ChangeOwner(ctx, store.OwnerChange{
				ConversationID: h.ID, Kind: chat.Expire, Actor: Actor, Epoch: h.Epoch, Reason: "their account was disabled",
			}, r.now())
		})
		switch {
		case conflict(err): // somebody else was first, which is as good
		case err != nil:
			return 0, err
		default:
			r.metrics.DeskExpired(obs.ExpiredDisabled)
		}
	}
	return len(held), nil
}
