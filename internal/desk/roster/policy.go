package roster

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/internal/chat"
)

// State is whether somebody is there.
type State string

// The states. Who is away keeps what they have and gets nothing new.
const (
	Online  State = "online"
	Away    State = "away"
	Offline State = "offline"
)

// Strategy says who of those who could take a conversation gets it.
type Strategy string

// The strategies.
const (
	RoundRobin Strategy = "round_robin" // whoever has gone longest without being given one
	LeastBusy  Strategy = "least_busy"  // whoever has most of their capacity free
)

// Person is a user of the desk as everybody sees them. Times are unix milliseconds.
type Person struct {
	ID, Email, Name, Role string
	Disabled              bool
	MayReply              bool // their role lets them answer customers
	State                 State
	Since                 int64 // since when they are in that state; 0 if nobody knows
	Wish                  State // what they asked to be; online if they never said
	Load, Capacity        int
	Teams                 []string // ids
	Languages, Topics     []string
	AssignedAt            int64 // when the desk last gave them something
}

// Takes says whether the person may be given one more conversation now.
func (p *Person) Takes() bool { return p.works() && p.Load < p.Capacity }

// works says whether the person is there and may answer.
func (p *Person) works() bool { return p.State == Online && p.MayReply && !p.Disabled }

// Team is people who answer for something together.
type Team struct {
	ID, Name   string
	Strategy   Strategy
	AutoAssign bool     // its queue is handed out; else its people take from it themselves
	Members    []string // user ids
	Languages  []string // what it is for; empty for every language
	Topics     []string // what it is for, intents or routes; empty for everything
	Hours      *Hours   // when people are there; nil for always
	CreatedAt  int64
}

// Need is what a conversation asks of the person who takes it.
type Need struct {
	Team     string // id, or empty for any; of what is not handed over yet also a name
	Topic    string // intent
	Route    string
	Language string
	Waited   time.Duration
}

// skilledOnly is how long a conversation waits for somebody who has its language and
// knows its topic while such people are there but have their hands full.
const skilledOnly = 5 * time.Minute

// Desk is the roster at one moment.
type Desk struct {
	People []Person
	Teams  []Team
}

func (d *Desk) team(id string) *Team {
	for i := range d.Teams {
		if d.Teams[i].ID == id {
			return &d.Teams[i]
		}
	}
	return nil
}

// AutoAssigns says whether the queue of a team is handed out. What is meant for any
// team is, if any team's is.
func (d *Desk) AutoAssigns(team string) bool {
	if t := d.team(team); t != nil {
		return t.AutoAssign
	}
	return slices.ContainsFunc(d.Teams, func(t Team) bool { return t.AutoAssign })
}

// crew are the people of a team who may answer, there or not. A team without any must
// not strand what is meant for it: then it is everybody, as it is for no team.
func (d *Desk) crew(team string) []*Person {
	var all, members []*Person
	t := d.team(team)
	for i := range d.People {
		p := &d.People[i]
		if !p.MayReply || p.Disabled {
			continue
		}
		all = append(all, p)
		if t != nil && slices.Contains(t.Members, p.ID) {
			members = append(members, p)
		}
	}
	if len(members) > 0 {
		return members
	}
	return all
}

// Choose gives the person who is to take a conversation now, or nil: somebody of the
// team who is there, may answer and has room. Those who speak the language, then those
// who know the topic, go before others; a skill that nobody who is there has is not asked
// for, and after five minutes of waiting none is.
func (d *Desk) Choose(n Need) *Person {
	var there []*Person
	for _, p := range d.crew(n.Team) {
		if p.works() {
			there = append(there, p)
		}
	}
	skilled := narrow(there, func(p *Person) bool { return speaks(p.Languages, n.Language) })
	skilled = narrow(skilled, func(p *Person) bool { return knows(p.Topics, n) })
	if best := d.best(skilled, n.Team); best != nil || n.Waited < skilledOnly {
		return best
	}
	return d.best(there, n.Team)
}

// narrow keeps those who fulfil a wish, or everybody if nobody does.
func narrow(people []*Person, wish func(*Person) bool) []*Person {
	var kept []*Person
	for _, p := range people {
		if wish(p) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return people
	}
	return kept
}

func (d *Desk) best(people []*Person, team string) *Person {
	strategy := d.strategy(team)
	var best *Person
	for _, p := range people {
		if p.Takes() && (best == nil || strategy.before(p, best)) {
			best = p
		}
	}
	return best
}

// before says whether a gets a conversation rather than b, who could take it as well.
func (s Strategy) before(a, b *Person) bool {
	turn := cmp.Or(cmp.Compare(a.AssignedAt, b.AssignedAt), cmp.Compare(a.ID, b.ID))
	if s == RoundRobin {
		return turn < 0
	}
	// Load divided by capacity, without dividing.
	return cmp.Or(cmp.Compare(a.Load*b.Capacity, b.Load*a.Capacity), turn) < 0
}

// TeamFor gives the id of the team that is to get a conversation: the one it asks for,
// if there is such a team; else one for its topic
// before one for everything, but one whose people are there before one whose are not.
// Empty if there is no team for it.
func (d *Desk) TeamFor(n Need, now time.Time) string {
	best, rank := "", -1
	if t := d.Called(n.Team); t != nil {
		return t.ID
	}
	for i := range d.Teams {
		t := &d.Teams[i]
		r, ok := t.suits(n)
		if !ok {
			continue
		}
		if d.staffed(t.ID) {
			r += 8
		} else if t.Hours.Open(now) {
			r += 4
		}
		if r > rank {
			best, rank = t.ID, r
		}
	}
	return best
}

// Called finds the team with this id, or this name in whatever case; nil if there is none.
func (d *Desk) Called(name string) *Team {
	for i := range d.Teams {
		if t := &d.Teams[i]; name != "" && (t.ID == name || strings.EqualFold(t.Name, name)) {
			return t
		}
	}
	return nil
}

// suits says whether a team is for a conversation, and how closely.
func (t *Team) suits(n Need) (rank int, ok bool) {
	if len(t.Topics) > 0 {
		if !knows(t.Topics, n) {
			return 0, false
		}
		rank += 2
	}
	if len(t.Languages) > 0 {
		if !speaks(t.Languages, n.Language) {
			return 0, false
		}
		rank++
	}
	return rank, true
}

func (d *Desk) staffed(team string) bool {
	return slices.ContainsFunc(d.crew(team), (*Person).works)
}

// speaks compares languages by their first part: fr-CA is French.
func speaks(languages []string, want string) bool {
	return want != "" && slices.ContainsFunc(languages, func(l string) bool { return base(l) == base(want) })
}

func base(language string) string {
	first, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(language), "_", "-"), "-")
	return first
}

func knows(topics []string, n Need) bool {
	return n.Topic != "" && slices.Contains(topics, n.Topic) || n.Route != "" && slices.Contains(topics, n.Route)
}

// needOf reads a waiting conversation.
func needOf(c *chat.Conversation, now int64) Need {
	return Need{
		Team: c.Team, Topic: c.Topic, Route: c.Route, Language: c.Language,
		Waited: time.Duration(now-c.Waits()) * time.Millisecond,
	}
}
