package report

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	rows "parley/internal/store/report"
)

// MaxDays is the longest period of one report.
const MaxDays = 400

// Ask says which report is wanted.
type Ask struct {
	From, To    time.Time // first and last day; only year, month and day matter
	Zone        *time.Location
	Route, Team string // empty means all
}

// Check says whether such a report can be made.
func (a Ask) Check() error {
	days := int(a.end().Sub(a.begin()) / (24 * time.Hour))
	switch {
	case a.To.Before(a.From):
		return chat.Errorf(chat.Invalid, "the period ends on %s, before it begins on %s; swap from and to", a.To.Format(time.DateOnly), a.From.Format(time.DateOnly))
	case days > MaxDays:
		return chat.Errorf(chat.Invalid, "the period has %d days; ask for at most %d", days, MaxDays)
	case a.From.Year() < 2000 || a.To.Year() > 9999:
		return chat.Errorf(chat.Invalid, "the period reaches beyond the years 2000 to 9999; correct from and to")
	}
	return nil
}

// begin and end are the first midnight and the one after the last day, in UTC days
// because a change of clocks must not change how many days there are.
func (a Ask) begin() time.Time { return utcDay(a.From, 0) }
func (a Ask) end() time.Time   { return utcDay(a.To, 1) }

func utcDay(t time.Time, more int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+more, 0, 0, 0, 0, time.UTC)
}

// Figures are the numbers of a day or of a whole period. Those from Opened to
// HandedOff belong to when an engagement began, so that they can be compared; the
// others to when it happened.
type Figures struct {
	Opened, Contained, Falsely, HandedOff int64
	In, OutBot, OutAgent                  int64
	Handoffs, Replied, Resolved           int64
	Sent, Unsent                          int64
	FirstReplyP50, FirstReplyP90          *int64 // milliseconds from the handoff to the first line of an agent; nil if there was none
	ResolutionP50, ResolutionP90          *int64 // milliseconds from the first handoff to the end
	firstReply, resolution                histogram
}

// Day is one day of the asked zone.
type Day struct {
	Day string // as 2006-01-02
	Figures
}

// Counted is how often something happened.
type Counted struct {
	Key   string
	Count int64
}

// Intent is how often customers came with one.
type Intent struct {
	Intent           string
	Count, HandedOff int64
}

// Agent is what one agent did.
type Agent struct {
	ID            string
	Replies       int64
	Conversations int64
	FirstReplyP50 *int64 // milliseconds
	Scores        Scores // of conversations that the agent resolved
	firstReply    histogram
}

// Scores are how many customers gave 1 to 5.
type Scores [5]int64

func (s *Scores) add(key string, n int64) {
	if score, err := strconv.Atoi(key); err == nil && score >= 1 && score <= len(s) {
		s[score-1] += n
	}
}

// Answers is how many gave one.
func (s Scores) Answers() (n int64) {
	for _, v := range s {
		n += v
	}
	return n
}

// Mean is what they gave; nil when nobody did.
func (s Scores) Mean() *float64 {
	n := s.Answers()
	if n == 0 {
		return nil
	}
	var sum int64
	for i, v := range s {
		sum += int64(i+1) * v
	}
	mean := float64(sum) / float64(n)
	return &mean
}

// Report is the numbers of a period.
type Report struct {
	Days       []Day // every day of the period, also those without anything
	Totals     Figures
	Reasons    []Counted // of handoffs
	Falsely    []Counted // why contained engagements were not
	Intents    []Intent
	Agents     []Agent
	Deliveries []Counted // why messages were not sent

	Asked                         int64  // customers for their opinion
	Scores                        Scores // what they gave
	Needed, NotNeeded, Unlabelled int64  // what agents say of handoffs
}

// Read makes a report. An hour belongs to the day in which it begins: where clocks
// differ from UTC by a part of an hour, a day begins that much late.
func Read(ctx context.Context, s *store.Store, ask Ask) (*Report, error) {
	if err := ask.Check(); err != nil {
		return nil, err
	}
	d := newReader(ask)
	if err := rows.Between(ctx, s, d.first, d.first+int64(len(d.dayOf))-1, ask.Route, ask.Team, d.take); err != nil {
		return nil, err
	}
	return d.report(), nil
}

// reader adds numbers up.
type reader struct {
	first   int64 // hour
	dayOf   []int // of each hour from first on
	days    []Day
	totals  Figures
	reasons map[string]int64
	falsely map[string]int64
	unsent  map[string]int64
	intents map[string]*Intent
	agents  map[string]*Agent
	out     Report
}

func newReader(ask Ask) *reader {
	d := &reader{
		reasons: map[string]int64{}, falsely: map[string]int64{}, unsent: map[string]int64{},
		intents: map[string]*Intent{}, agents: map[string]*Agent{},
	}
	y, m, day := ask.From.Date()
	hour := func(t time.Time) int64 { // the first that begins not before t
		return (t.Unix() + 3599) / 3600
	}
	begins := func(i int) int64 { return hour(time.Date(y, m, day+i, 0, 0, 0, 0, ask.Zone)) }
	d.first = begins(0)
	end := ask.end()
	for i := 0; ; i++ {
		date := utcDay(ask.From, i)
		if !date.Before(end) {
			return d
		}
		d.days = append(d.days, Day{Day: date.Format(time.DateOnly)})
		for range begins(i+1) - begins(i) {
			d.dayOf = append(d.dayOf, i)
		}
	}
}

// take adds one number of a day in UTC, whose hours may lie in two days of the asked zone.
func (d *reader) take(c rows.Day) {
	var all, part int64
	day := -1
	for h, n := range c.Hours {
		i := c.First + int64(h) - d.first
		if n == 0 || i < 0 || i >= int64(len(d.dayOf)) {
			continue
		}
		if d.dayOf[i] != day && part != 0 {
			d.days[day].take(c.Name, c.Key, part)
			part = 0
		}
		day = d.dayOf[i]
		part += n
		all += n
	}
	if part != 0 {
		d.days[day].take(c.Name, c.Key, part)
	}
	if all != 0 {
		d.totals.take(c.Name, c.Key, all)
		d.list(c, all)
	}
}

// list adds a number to what is not told by day.
func (d *reader) list(c rows.Day, n int64) {
	switch c.Name {
	case handoffs:
		d.reasons[strings.Clone(c.Key)] += n
	case falsely:
		d.falsely[strings.Clone(c.Key)] += n
	case unsent:
		d.unsent[strings.Clone(c.Key)] += n
	case intents:
		d.intent(c.Key).Count += n
	case intentsPeople:
		d.intent(c.Key).HandedOff += n
	case agentReplies:
		d.agent(c.Key).Replies += n
	case agentTalks:
		d.agent(c.Key).Conversations += n
	case agentFirst:
		id, bucket := lastWord(c.Key)
		d.agent(id).firstReply.add(bucket, n)
	case agentScores:
		id, score := lastWord(c.Key)
		d.agent(id).Scores.add(score, n)
	default:
		d.opinion(c, n)
	}
}

func (d *reader) opinion(c rows.Day, n int64) {
	switch c.Name {
	case asked:
		d.out.Asked += n
	case scores:
		d.out.Scores.add(c.Key, n)
	case verdicts:
		switch c.Key {
		case neededYes:
			d.out.Needed += n
		case neededNo:
			d.out.NotNeeded += n
		case unlabelled:
			d.out.Unlabelled += n
		}
	}
}

// lastWord parts a key of an agent and something more.
func lastWord(key string) (before, word string) {
	space := strings.LastIndexByte(key, ' ')
	return key[:max(0, space)], key[space+1:]
}

func (d *reader) intent(key string) *Intent {
	if d.intents[key] == nil {
		d.intents[strings.Clone(key)] = &Intent{Intent: strings.Clone(key)}
	}
	return d.intents[key]
}

func (d *reader) agent(id string) *Agent {
	if d.agents[id] == nil {
		d.agents[strings.Clone(id)] = &Agent{ID: strings.Clone(id), firstReply: histogram{}}
	}
	return d.agents[id]
}

func (f *Figures) take(name, key string, n int64) {
	if to := f.plain(name, key); to != nil {
		*to += n
	}
	switch name {
	case firstReply:
		if f.firstReply == nil {
			f.firstReply = histogram{}
		}
		f.firstReply.add(key, n)
	case resolution:
		if f.resolution == nil {
			f.resolution = histogram{}
		}
		f.resolution.add(key, n)
	}
}

// plain is the figure that a number is simply added to, or nil.
func (f *Figures) plain(name, key string) *int64 {
	switch name {
	case opened:
		return &f.Opened
	case contained:
		return &f.Contained
	case falsely:
		return &f.Falsely
	case handedOver:
		return &f.HandedOff
	case messagesIn:
		return &f.In
	case messagesOut:
		if key == string(chat.AuthorAgent) {
			return &f.OutAgent
		}
		return &f.OutBot
	case handoffs:
		return &f.Handoffs
	case firstReply:
		return &f.Replied
	case resolved:
		return &f.Resolved
	case sent:
		return &f.Sent
	case unsent:
		return &f.Unsent
	}
	return nil
}

func (f *Figures) finish() {
	f.FirstReplyP50, f.FirstReplyP90 = f.firstReply.at(0.5), f.firstReply.at(0.9)
	f.ResolutionP50, f.ResolutionP90 = f.resolution.at(0.5), f.resolution.at(0.9)
}

func (h histogram) at(q float64) *int64 {
	if ms, ok := h.quantile(q); ok {
		return &ms
	}
	return nil
}

func (d *reader) report() *Report {
	r := &d.out
	r.Days, r.Totals = d.days, d.totals
	r.Reasons, r.Falsely, r.Deliveries = ranked(d.reasons), ranked(d.falsely), ranked(d.unsent)
	r.Totals.finish()
	for i := range r.Days {
		r.Days[i].finish()
	}
	for _, v := range d.intents {
		r.Intents = append(r.Intents, *v)
	}
	slices.SortFunc(r.Intents, func(a, b Intent) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Intent, b.Intent))
	})
	for _, v := range d.agents {
		v.FirstReplyP50 = v.firstReply.at(0.5)
		r.Agents = append(r.Agents, *v)
	}
	slices.SortFunc(r.Agents, func(a, b Agent) int {
		return cmp.Or(cmp.Compare(b.Replies, a.Replies), cmp.Compare(a.ID, b.ID))
	})
	return r
}

// ranked puts what happened most first.
func ranked(counts map[string]int64) []Counted {
	var out []Counted
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, Counted{key, counts[key]})
	}
	slices.SortStableFunc(out, func(a, b Counted) int { return cmp.Compare(b.Count, a.Count) })
	return out
}
