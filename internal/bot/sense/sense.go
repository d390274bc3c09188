// Package sense makes text of what customers send beside text: it has recordings written
// down and pictures described, by models that the operator chose. It owns what is fetched
// for that, what the models are told, the checks of what they say, and what they may cost.
//
// It must not decide what the bot makes of the text, and never fails a turn because of a
// file: what cannot be understood is kept as that, with the reason. What it gives is as
// untrusted as any other text of a customer. Start reading at [Sense.Understand].
package sense

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/chat"
	"parley/internal/media"
	"parley/internal/obs"
	"parley/internal/store/understood"
	"parley/internal/store/usage"
)

// Failures beside the kinds of package llm.
const (
	NotFetched = "not_fetched" // refused by the fetcher, or not to be had
	WrongType  = "wrong_type"  // neither a recording nor a picture that models take, whatever it is called
	TooLarge   = "too_large"   // more than models take
	Empty      = "empty"       // nothing is said in it
)

// Outcomes in the ledger of costs, beside usage.Fallback.
const (
	Heard = "heard"
	Seen  = "seen"
)

// maxFiles is how many files of one turn are paid for; those who send more want a person
// to look at them.
const maxFiles = 4

// Limits of a model that understands files.
type Limits struct {
	Provider, Name string
	// Deadline is for all files of a turn together, fetching included.
	Deadline time.Duration
	Price    llm.Price
	// PerConversation and PerDay are limits in millionths of the price's currency, for all
	// that models cost; 0 is none.
	PerConversation, PerDay int64
}

// Hearing is the model for recordings.
type Hearing struct {
	Limits
	Listener *llm.Listener
	// PerMinute is money, where the endpoint does not count tokens.
	PerMinute float64
}

// Sight is the model for pictures.
type Sight struct {
	Limits
	Chat        llm.Model
	MaxTokens   int
	Temperature float64
}

// Parts are what a Sense works with. Hearing or Sight may be nil.
type Parts struct {
	Hearing *Hearing
	Sight   *Sight
	Fetch   func(ctx context.Context, address string) (media.File, error)
	// Known reads what became of files. Keep writes it, and in the same transaction what it
	// cost; either may be nil. Spent is the ledger's sum.
	Known func(ctx context.Context, ids []chat.MessageID) ([]understood.File, error)
	Keep  func(ctx context.Context, workspace string, f *understood.File, cost *usage.Turn) error
	Spent func(ctx context.Context, workspace string, conversation chat.ConversationID, at int64) (usage.Spent, error)
	Log   *slog.Logger
}

// Sense understands files. It is safe for concurrent use.
type Sense struct{ Parts }

// New makes a Sense.
func New(parts Parts) *Sense { return &Sense{parts} }

// Where is the turn that the files are of.
type Where struct {
	Workspace, Route string
	Conversation     chat.ConversationID
	At               int64 // unix milliseconds
}

// Understand has the files of inbound lines understood and kept, each only once however
// often it is asked, and gives what became of them. It fails when ctx has ended or the
// database cannot be read.
func (s *Sense) Understand(ctx context.Context, where Where, lines []chat.Message) ([]understood.File, error) {
	var ids []chat.MessageID
	for _, m := range lines {
		if len(m.Media) > 0 {
			ids = append(ids, m.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := s.Known(ctx, ids)
	if err != nil {
		return nil, err
	}
	type place struct {
		id chat.MessageID
		n  int
	}
	known := map[place]bool{}
	for _, f := range out {
		known[place{f.Message, f.N}] = true
	}
	started := time.Now()
	for _, m := range lines {
		for n, address := range m.Media {
			if known[place{m.ID, n}] || len(out) >= maxFiles {
				continue
			}
			f, err := s.one(ctx, where, m.ID, n, address, started)
			if err != nil {
				return nil, err
			}
			if f != nil {
				out = append(out, *f)
			}
		}
	}
	return out, nil
}

// one understands one file. It gives nil for a sort of file that no model is there for.
func (s *Sense) one(ctx context.Context, where Where, id chat.MessageID, n int, address string, turn time.Time) (*understood.File, error) {
	began := time.Now()
	f := &understood.File{Message: id, N: n, Conversation: where.Conversation, At: where.At}
	file, err := s.fetch(ctx, address, turn)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var cost *usage.Turn
	var refused *chat.Error
	switch {
	case errors.As(err, &refused):
		f.Failure, f.Detail = NotFetched, refused.Message
	case err != nil:
		f.Failure = NotFetched
	case recordings[file.Type] != "" && s.Hearing != nil:
		cost = s.ask(ctx, where, s.Hearing.Limits, turn, f, func(ctx context.Context) (llm.Usage, int64, error) { return s.hear(ctx, f, file) })
	case pictures[file.Type] && s.Sight != nil:
		cost = s.ask(ctx, where, s.Sight.Limits, turn, f, func(ctx context.Context) (llm.Usage, int64, error) { return s.see(ctx, f, file) })
	case recordings[file.Type] != "" || pictures[file.Type]:
		return nil, nil
	default:
		f.Failure, f.Detail = WrongType, "it is neither a recording nor a picture of a kind that models take"
	}
	f.Millis = time.Since(began).Milliseconds()
	if cost != nil {
		cost.Millis = f.Millis
	}
	kept := f
	if ctx.Err() != nil {
		if cost == nil {
			return nil, ctx.Err()
		}
		kept = nil // cut off from outside: paid for, but worth another try
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.Keep(keep, where.Workspace, kept, cost); err != nil { // the turn goes on with what was understood
		s.Log.Error("keep what was understood of a file", obs.FieldConversation, where.Conversation, obs.Error(err))
	}
	return f, ctx.Err()
}

// fetch fetches one file within the longer of the deadlines.
func (s *Sense) fetch(ctx context.Context, address string, turn time.Time) (media.File, error) {
	var longest time.Duration
	if s.Hearing != nil {
		longest = s.Hearing.Deadline
	}
	if s.Sight != nil {
		longest = max(longest, s.Sight.Deadline)
	}
	ctx, cancel := context.WithDeadline(ctx, turn.Add(longest))
	defer cancel()
	return s.Fetch(ctx, address)
}

// tooLarge ends an attempt before anything is sent.
var errTooLarge = errors.New("the file is larger than models take")

// ask makes one call within the budgets and fills in how it ended. The cost is nil if
// nothing was called.
func (s *Sense) ask(
	ctx context.Context, where Where, l Limits, turn time.Time, f *understood.File, call func(context.Context) (llm.Usage, int64, error),
) *usage.Turn {
	cost := &usage.Turn{
		ID: chat.NewID(), Workspace: where.Workspace, Route: where.Route, Conversation: where.Conversation, At: where.At,
		Provider: l.Provider, Model: l.Name, Calls: 1,
	}
	f.Model = l.Name
	fail := func(kind, detail string) *usage.Turn {
		f.Understood, f.Failure, f.Detail = chat.Understood{}, kind, detail
		cost.Outcome, cost.Failure = usage.Fallback, kind
		return cost
	}
	spent, err := s.Spent(ctx, where.Workspace, where.Conversation, where.At)
	over := l.PerConversation > 0 && spent.Conversation >= l.PerConversation || l.PerDay > 0 && spent.Day >= l.PerDay
	switch {
	case err != nil:
		cost.Calls = 0
		return fail(string(llm.NoLedger), "what was spent so far cannot be read")
	case over:
		cost.Calls = 0
		return fail(string(llm.OverBudget), "the budget is used up")
	}
	limited, cancel := context.WithDeadline(ctx, turn.Add(l.Deadline))
	defer cancel()
	used, micros, err := call(limited)
	cost.In, cost.Out, cost.Micros = used.In, used.Out, micros
	var failed *llm.Error
	switch {
	case errors.Is(err, errTooLarge):
		cost.Calls = 0
		return fail(TooLarge, err.Error())
	case errors.As(err, &failed):
		if failed.Kind == llm.Resting {
			cost.Calls = 0
		}
		return fail(string(failed.Kind), strings.TrimPrefix(failed.Error(), "model: "))
	case err != nil:
		return fail(string(llm.KindOf(err)), "")
	case f.Understood == (chat.Understood{}):
		return fail(Empty, "nothing is said in it")
	}
	cost.Outcome = Seen
	if f.Heard != "" {
		cost.Outcome = Heard
	}
	return cost
}
