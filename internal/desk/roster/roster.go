// Package roster is who works at the desk and who gets what: teams, presence, skills
// and capacity, business hours, the queue and what a customer in it may expect. Its
// dispatcher hands out what waits, takes back what an agent has forgotten, and tells
// customers that their place is kept. Who may own a conversation is a rule of package
// chat; rows are kept by package store/roster.
//
// Everything in policy.go, hours.go, wait.go and presence.go is pure. Start reading
// at Desk.Choose, then at Roster.Run.
package roster

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
	"parley/internal/store/roster"
)

// Workspace is what the roster needs to know of one to write to its customers.
type Workspace struct {
	Plan func(text string) []chat.Delivery // a text in sendable parts
	Pace chat.Pace
	// Language is spoken when nothing tells the customer's.
	Language string
}

// Settings of the roster.
type Settings struct {
	Workspaces map[string]Workspace
	Patience   chat.Patience
	Away       time.Duration // without input, after which somebody is away
	Capacity   int           // of a person for whom nobody has set one
	// MayReply says whether a role lets somebody answer customers.
	MayReply func(role string) bool
	// Keep is what a customer is told for whom nobody came yet. It must not block.
	Keep func(language string, p Prospect) string
	// TakenOver makes the packet for people who get a conversation that the bot owned
	// until then; nil, or a nil packet, when they get none.
	TakenOver func(ctx context.Context, id chat.ConversationID) (*store.Handoff, error)
}

// Roster knows who works and hands out what waits. Safe for concurrent use; several of
// them, in one process or in many, may share a store.
type Roster struct {
	set     Settings
	store   *store.Store
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	publish func(store.Topic)
	tell    func(event string, data any, onlyUser string)
	wake    alarm.Alarm

	mu     sync.Mutex
	recent *moment // what Prospect has read last; nil once something has changed
	age    int     // rises with every change
	giving bool    // conversations are being handed out
	told   string  // what pages were last told of people
}

// New makes a roster. now is the clock in unix milliseconds; publish is told after a
// commit what it has made available, and tell what the pages of this process are to know.
func New(set Settings, s *store.Store, metrics *obs.Metrics, log *slog.Logger, now func() int64, publish func(store.Topic),
	tell func(event string, data any, onlyUser string),
) *Roster {
	return &Roster{set: set, store: s, metrics: metrics, log: log, now: now, publish: publish, tell: tell}
}

// Desk reads who works and in which teams.
func (r *Roster) Desk(ctx context.Context) (Desk, error) {
	people, err := roster.People(ctx, r.store.Read)
	if err != nil {
		return Desk{}, err
	}
	teams, err := roster.Teams(ctx, r.store.Read)
	if err != nil {
		return Desk{}, err
	}
	return r.desk(people, teams)
}

func (r *Roster) desk(people []roster.Person, teams []roster.Team) (Desk, error) {
	now := r.now()
	d := Desk{People: make([]Person, len(people)), Teams: make([]Team, len(teams))}
	of := map[string][]string{}
	for i, t := range teams {
		d.Teams[i] = Team{
			ID: t.ID, Name: t.Name, Strategy: Strategy(t.Strategy), AutoAssign: t.AutoAssign, Members: t.Members,
			Languages: t.Languages, Topics: t.Topics, CreatedAt: t.CreatedAt,
		}
		if t.Hours != "" {
			if err := json.Unmarshal([]byte(t.Hours), &d.Teams[i].Hours); err != nil {
				return d, fmt.Errorf("hours of team %s: %w", t.ID, err)
			}
		}
		for _, user := range t.Members {
			of[user] = append(of[user], t.ID)
		}
	}
	for i, p := range people {
		state, since := stateOf(p.Presence, r.set.Away, now)
		if p.Disabled {
			state = Offline
		}
		capacity := p.Capacity
		if capacity < 0 {
			capacity = r.set.Capacity
		}
		d.People[i] = Person{
			ID: p.ID, Email: p.Email, Name: p.Name, Role: p.Role, Disabled: p.Disabled, MayReply: r.set.MayReply(p.Role), State: state, Since: since,
			Wish: cmp.Or(State(p.Wish), Online),
			Load: p.Load, Capacity: capacity, Teams: of[p.ID], Languages: p.Languages, Topics: p.Topics, AssignedAt: p.AssignedAt,
		}
	}
	return d, nil
}

// TeamsOf lists the ids of somebody's teams.
func (r *Roster) TeamsOf(ctx context.Context, user string) ([]string, error) {
	teams, err := roster.Teams(ctx, r.store.Read)
	var out []string
	for _, t := range teams {
		if slices.Contains(t.Members, user) {
			out = append(out, t.ID)
		}
	}
	return out, err
}

// Beat notes that a page of somebody is open, and whether they were in front of it
// since the last sign.
func (r *Roster) Beat(ctx context.Context, user string, active bool) error {
	return r.present(ctx, user, func(p roster.Presence, now int64) roster.Presence { return beat(p, r.set.Away, active, now) })
}

// Wish is what somebody wants to be: online, away or offline. It stays until they say
// otherwise.
func (r *Roster) Wish(ctx context.Context, user string, want State) error {
	if !slices.Contains([]State{Online, Away, Offline}, want) {
		return chat.Errorf(chat.Invalid, "%q is no presence; use online, away or offline", want)
	}
	return r.present(ctx, user, func(p roster.Presence, now int64) roster.Presence { return wish(p, r.set.Away, want, now) })
}

func (r *Roster) present(ctx context.Context, user string, change func(roster.Presence, int64) roster.Presence) error {
	var changed bool
	err := r.store.Write(ctx, func(tx *store.Tx) error {
		now := r.now()
		before, err := roster.LockPresence(ctx, tx, user)
		if err != nil {
			return err
		}
		after := change(before, now)
		if err := roster.SavePresence(ctx, tx, user, after); err != nil {
			return err
		}
		was, _ := stateOf(before, r.set.Away, now)
		is, _ := stateOf(after, r.set.Away, now)
		if changed = was != is; !changed {
			return nil
		}
		return tx.Notify(ctx, store.TopicPeople)
	})
	if err == nil && changed {
		r.forget()
		r.publish(store.TopicPeople)
	}
	return err
}

// write carries out a change of the roster and wakes who waits for it.
func (r *Roster) write(ctx context.Context, fn func(*store.Tx) error) error {
	err := r.store.Write(ctx, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.Notify(ctx, store.TopicPeople); err != nil {
			return err
		}
		return tx.Notify(ctx, store.TopicDeliveries)
	})
	if err == nil {
		r.forget()
		r.publish(store.TopicPeople)
		r.publish(store.TopicDeliveries)
	}
	return err
}
