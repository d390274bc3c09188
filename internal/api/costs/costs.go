// Package costs is how the desk API shows what language models did and cost. It changes
// nothing. Paths and permissions are package api's.
package costs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/usage"
)

// maxDays is the longest period that is asked for at once.
const maxDays = 400

// Input chooses a period.
type Input struct {
	From      string `query:"from" maxLength:"10" doc:"First day in UTC, as 2026-11-01. Without one: 27 days before the last."`
	To        string `query:"to" maxLength:"10" doc:"Last day in UTC, included. Without one: today."`
	Route     string `query:"route" maxLength:"100" doc:"Only turns of this route."`
	Workspace string `query:"workspace" maxLength:"40" doc:"Only turns of this workspace (id)."`
}

// ModelUse is what turns with a model come to.
type ModelUse struct {
	Turns     int64   `json:"turns" doc:"In which a model, or a brain of your own, was asked."`
	Helped    int64   `json:"helped" doc:"Of these: its outcome was taken."`
	Calls     int64   `json:"calls"`
	TokensIn  int64   `json:"tokensIn"`
	TokensOut int64   `json:"tokensOut"`
	Cost      float64 `json:"cost" doc:"By the prices in the settings, in their currency."`
	Seconds   float64 `json:"seconds" doc:"Mean time of a turn."`
	millis    int64
	micros    int64
}

// ModelDay is a day in UTC.
type ModelDay struct {
	Day string `json:"day" format:"date"`
	ModelUse
}

// ModelNamed is one model, or one brain.
type ModelNamed struct {
	Model string `json:"model" doc:"Its name; of a brain of your own, host and path."`
	ModelUse
}

// ModelEnding is how often turns ended in a way.
type ModelEnding struct {
	Ending string `json:"ending" doc:"answer, ask, handoff, decline or propose, of a brain also choices and keep; else the failure after which the bot's own reply stood."`
	Failed bool   `json:"failed"`
	Turns  int64  `json:"turns"`
}

// Output is the report.
type Output struct {
	Body struct {
		From    string        `json:"from" format:"date"`
		To      string        `json:"to" format:"date"`
		Totals  ModelUse      `json:"totals"`
		Days    []ModelDay    `json:"days" nullable:"false" doc:"Every day of the period, the first one first."`
		Models  []ModelNamed  `json:"models" nullable:"false" doc:"The dearest first."`
		Endings []ModelEnding `json:"endings" nullable:"false" doc:"The most frequent first."`
	}
}

// Costs reads the ledger.
type Costs struct {
	store *store.Store
	now   func() time.Time
}

// New makes a Costs.
func New(s *store.Store, now func() time.Time) *Costs { return &Costs{s, now} }

// Read sums a period.
func (c *Costs) Read(ctx context.Context, in *Input) (*Output, error) {
	from, to, err := c.period(in)
	if err != nil {
		return nil, err
	}
	sums, err := usage.Days(ctx, c.store, in.Workspace, from.UnixMilli(), to.UnixMilli())
	if err != nil {
		return nil, err
	}
	return fold(sums, in.Route, from, to), nil
}

// period reads the days that are asked for, or says which one cannot be.
func (c *Costs) period(in *Input) (from, to time.Time, err error) {
	to = c.now().UTC().Truncate(24 * time.Hour)
	if in.To != "" {
		if to, err = time.Parse(time.DateOnly, in.To); err != nil {
			return from, to, chat.Errorf(chat.Invalid, "to: %q is not a day; write it as 2026-11-01", in.To)
		}
	}
	from = to.AddDate(0, 0, -27)
	if in.From != "" {
		if from, err = time.Parse(time.DateOnly, in.From); err != nil {
			return from, to, chat.Errorf(chat.Invalid, "from: %q is not a day; write it as 2026-11-01", in.From)
		}
	}
	switch days := int(to.Sub(from)/(24*time.Hour)) + 1; {
	case days < 1:
		err = chat.Errorf(chat.Invalid, "from lies behind to; swap the two")
	case days > maxDays:
		err = chat.Errorf(chat.Invalid, "the period has %d days; ask for at most %d", days, maxDays)
	}
	return from, to, err
}

func fold(sums []usage.Sum, route string, from, to time.Time) *Output {
	out := &Output{}
	out.Body.From, out.Body.To = from.Format(time.DateOnly), to.Format(time.DateOnly)
	out.Body.Models, out.Body.Endings = []ModelNamed{}, []ModelEnding{}
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		out.Body.Days = append(out.Body.Days, ModelDay{Day: day.Format(time.DateOnly)})
	}
	for _, s := range sums {
		if route != "" && s.Route != route {
			continue
		}
		out.Body.Totals.add(s)
		out.Body.Days[int((s.Day-from.UnixMilli())/(24*time.Hour).Milliseconds())].add(s)
		i := slices.IndexFunc(out.Body.Models, func(m ModelNamed) bool { return m.Model == s.Model })
		if i < 0 {
			i = len(out.Body.Models)
			out.Body.Models = append(out.Body.Models, ModelNamed{Model: s.Model})
		}
		out.Body.Models[i].add(s)
		ending := ModelEnding{Ending: s.Outcome, Failed: s.Outcome == usage.Fallback}
		if ending.Failed {
			ending.Ending = s.Failure
		}
		i = slices.IndexFunc(out.Body.Endings, func(e ModelEnding) bool { return e.Ending == ending.Ending })
		if i < 0 {
			i = len(out.Body.Endings)
			out.Body.Endings = append(out.Body.Endings, ending)
		}
		out.Body.Endings[i].Turns += s.Turns
	}
	slices.SortStableFunc(out.Body.Models, func(a, b ModelNamed) int {
		return cmp.Or(cmp.Compare(b.micros, a.micros), cmp.Compare(a.Model, b.Model))
	})
	slices.SortStableFunc(out.Body.Endings, func(a, b ModelEnding) int {
		return cmp.Or(cmp.Compare(b.Turns, a.Turns), cmp.Compare(a.Ending, b.Ending))
	})
	return out
}

func (u *ModelUse) add(s usage.Sum) {
	u.Turns += s.Turns
	if s.Outcome != usage.Fallback {
		u.Helped += s.Turns
	}
	u.Calls, u.TokensIn, u.TokensOut = u.Calls+s.Calls, u.TokensIn+s.In, u.TokensOut+s.Out
	u.millis, u.micros = u.millis+s.Millis, u.micros+s.Micros
	u.Cost = float64(u.micros) / 1e6
	if u.Turns > 0 {
		u.Seconds = float64(u.millis) / float64(u.Turns) / 1000
	}
}
