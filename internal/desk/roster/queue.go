package roster

import (
	"context"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
	"parley/internal/store/roster"
)

// Prospect is what somebody who waits for a person may expect.
type Prospect struct {
	Team     string        // id of the team that gets it; empty for anybody
	Topic    string        // what it is about, as it was asked
	Free     bool          // somebody is given it at once
	Position int           // place in the line, from 1
	Wait     time.Duration // 0 when nobody can tell
	Online   int           // people of the team who are there, with their hands full or not
	Open     bool          // people are expected to be there now
	OpensAt  time.Time     // when they will be, in their time zone; zero while open or if nobody knows
	Now      time.Time     // when all this was so
}

// moment is the desk as it was a moment ago.
type moment struct {
	at    int64
	desk  Desk
	takes []roster.Take
	lines map[string]roster.Line
}

// Prospect tells what a conversation may expect that is about to be handed over: which
// team gets it, and when. It only reads, and most of it at most once a second.
func (r *Roster) Prospect(ctx context.Context, n Need, priority chat.Priority) (Prospect, error) {
	m, err := r.moment(ctx)
	if err != nil {
		return Prospect{}, err
	}
	now := r.now()
	n.Team = m.desk.TeamFor(n, time.UnixMilli(now))
	as := chat.Conversation{Ownership: chat.Ownership{Owner: chat.OwnerQueue}, QueuedAt: now, People: chat.People{Team: n.Team}}
	if err := as.Prioritize(priority); err != nil {
		return Prospect{}, err
	}
	ahead, err := roster.Ahead(ctx, r.store.Read, &as)
	if err != nil {
		return Prospect{}, err
	}
	return m.prospect(n, ahead, now), nil
}

func (r *Roster) moment(ctx context.Context) (*moment, error) {
	const fresh = 1000
	r.mu.Lock()
	m, age := r.recent, r.age
	r.mu.Unlock()
	if now := r.now(); m != nil && now >= m.at && now < m.at+fresh {
		return m, nil
	}
	m, err := r.read(ctx, r.store.Read)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	if r.age == age && !r.giving { // else something has changed while it was read
		r.recent = m
	}
	r.mu.Unlock()
	return m, nil
}

// forget makes the next one who asks look anew.
func (r *Roster) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recent = nil
	r.age++
}

// handsOut makes everybody who asks look anew while conversations are handed out, so
// that nobody is told of a place that has just been taken.
func (r *Roster) handsOut(giving bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recent, r.giving = nil, giving
	r.age++
}

func (r *Roster) read(ctx context.Context, q db.Querier) (*moment, error) {
	const newest = 200
	m := &moment{at: r.now()}
	people, err := roster.People(ctx, q)
	if err != nil {
		return nil, err
	}
	teams, err := roster.Teams(ctx, q)
	if err != nil {
		return nil, err
	}
	if m.desk, err = r.desk(people, teams); err != nil {
		return nil, err
	}
	if m.takes, err = roster.Takes(ctx, q, m.at-waitsOf.Milliseconds(), newest); err != nil {
		return nil, err
	}
	m.lines, err = roster.Lines(ctx, q)
	return m, err
}

func (m *moment) prospect(n Need, ahead int, now int64) Prospect {
	at := time.UnixMilli(now)
	p := Prospect{Team: n.Team, Topic: n.Topic, Position: ahead + 1, Now: at, Open: true}
	for _, who := range m.desk.crew(n.Team) {
		if who.works() {
			p.Online++
		}
	}
	p.Free = ahead == 0 && m.desk.AutoAssigns(n.Team) && m.desk.Choose(n) != nil
	p.Wait = expectedWait(takesOf(m.takes, n.Team), p.Position, m.lines[n.Team].Since, now)
	p.Open, p.OpensAt = m.desk.opening(n.Team, at)
	return p
}

// opening says whether a team is expected to be there and, if not, when it will be;
// for no team, whether any is.
func (d *Desk) opening(team string, now time.Time) (open bool, at time.Time) {
	if t := d.team(team); t != nil {
		at, _ = t.Hours.Opens(now)
		return t.Hours.Open(now), at
	}
	open = len(d.Teams) == 0
	for _, t := range d.Teams {
		if t.Hours.Open(now) {
			return true, time.Time{}
		}
		if next, ok := t.Hours.Opens(now); ok && (at.IsZero() || next.Before(at)) {
			at = next
		}
	}
	return open, at
}

// Queue is how the whole queue stands.
type Queue struct {
	Waiting int
	Oldest  int64         // since when the one who has waited longest does, in unix milliseconds; 0 for nobody
	Wait    time.Duration // what somebody who comes now may expect; 0 when nobody can tell
	Online  int           // people who are there and may answer
	Open    bool
	OpensAt time.Time // zero while open
}

// Queue reads how the queue of all teams stands.
func (r *Roster) Queue(ctx context.Context) (Queue, error) {
	m, err := r.read(ctx, r.store.Read)
	if err != nil {
		return Queue{}, err
	}
	now := r.now()
	var q Queue
	for _, l := range m.lines {
		q.Waiting += l.Waiting
		if q.Oldest == 0 || l.Since < q.Oldest {
			q.Oldest = l.Since
		}
	}
	for i := range m.desk.People {
		if m.desk.People[i].works() {
			q.Online++
		}
	}
	q.Wait = expectedWait(m.takes, q.Waiting+1, q.Oldest, now)
	q.Open, q.OpensAt = m.desk.opening("", time.UnixMilli(now))
	return q, nil
}

// Position is the place of a conversation in its team's queue, from 1; 0 when it does
// not wait there.
func (r *Roster) Position(ctx context.Context, c *chat.Conversation) (int, error) {
	if c.Owner != chat.OwnerQueue || c.SnoozedUntil > 0 {
		return 0, nil
	}
	ahead, err := roster.Ahead(ctx, r.store.Read, c)
	return ahead + 1, err
}

// Receives says why a person or a team, of which exactly one is named, may not be
// given a conversation, as a chat.Error. Somebody who is not there may: a colleague may
// know better.
func (r *Roster) Receives(ctx context.Context, user, team string) error {
	if (user == "") == (team == "") {
		return chat.Errorf(chat.Invalid, "name either a person or a team to transfer to")
	}
	desk, err := r.Desk(ctx)
	switch {
	case err != nil:
		return err
	case team == "":
		return desk.mayHave(user)
	case desk.team(team) == nil:
		return chat.Errorf(chat.Invalid, "there is no such team")
	}
	return nil
}

// mayHave says why somebody may not be given a conversation, as a chat.Error.
func (d *Desk) mayHave(user string) error {
	for i := range d.People {
		switch p := &d.People[i]; {
		case p.ID != user:
		case p.Disabled:
			return chat.Errorf(chat.Invalid, "%s is disabled and cannot log in; choose somebody else", p.Name)
		case !p.MayReply:
			return chat.Errorf(chat.Invalid, "%s may not answer customers; choose somebody else, or give them the role agent", p.Name)
		default:
			return nil
		}
	}
	return chat.Errorf(chat.Invalid, "there is no such person")
}

// Prioritize moves a conversation in the queue.
func (r *Roster) Prioritize(ctx context.Context, id chat.ConversationID, p chat.Priority) error {
	return r.write(ctx, func(tx *store.Tx) error {
		c, err := tx.LockConversation(ctx, id)
		if err != nil {
			return err
		}
		if err := c.Prioritize(p); err != nil {
			return err
		}
		return tx.SaveConversation(ctx, c, nil, r.now())
	})
}
