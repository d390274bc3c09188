package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"parley/internal/bot/llm"
)

// Meter counts what models cost in a replay, and lets no call begin that could go beyond its limits. It is safe for
// concurrent use.
type Meter struct {
	MaxCalls  int
	MaxMicros int64 // in millionths of the currency; 0 is no limit

	mu     sync.Mutex
	calls  int
	used   llm.Usage
	micros int64
	full   bool
}

// Gate makes a model count here.
func (m *Meter) Gate(model llm.Model, price llm.Price) llm.Model { return &metered{m, model, price} }

type metered struct {
	*Meter
	model llm.Model
	price llm.Price
}

// Chat asks the model if the dearest answer it may give is still within the limits.
func (m *metered) Chat(ctx context.Context, r llm.Request) (llm.Response, error) {
	guess := r.Guess()
	if !m.take(m.price.Cost(guess.Add(llm.Usage{Out: int64(r.MaxTokens)}))) {
		return llm.Response{}, &llm.Error{Kind: llm.OverBudget, Detail: "the budget of the replay is used up"}
	}
	resp, err := m.model.Chat(ctx, r)
	used := resp.Usage
	var failed *llm.Error
	if errors.As(err, &failed) {
		used = failed.Usage
	}
	if err != nil && used == (llm.Usage{}) && llm.KindOf(err) == llm.Timeout {
		used = guess
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used = m.used.Add(used)
	m.micros += m.price.Cost(used)
	return resp, err
}

// take begins a call.
func (m *Meter) take(worst int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full || m.calls >= m.MaxCalls || m.MaxMicros > 0 && m.micros+worst > m.MaxMicros {
		m.full = true
		return false
	}
	m.calls++
	return true
}

// Full reports whether a call was refused for the limits.
func (m *Meter) Full() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.full
}

// Spent is what a model was asked in a replay, or would be.
type Spent struct {
	Turns     int     `json:"turns"`     // it was asked about
	Left      int     `json:"left"`      // turns that it was not asked about, since the budget was used up
	Fallbacks int     `json:"fallbacks"` // turns in which it was of no use
	Calls     int     `json:"calls"`
	In        int64   `json:"tokens_in"`
	Out       int64   `json:"tokens_out"`
	Cost      float64 `json:"cost"` // in the currency of the settings' prices
}

func (s Spent) String() string {
	text := fmt.Sprintf("the model was asked %d times about %d turns: %d tokens read, %d written, cost %.4f", s.Calls, s.Turns, s.In, s.Out, s.Cost)
	if s.Fallbacks > 0 {
		text += fmt.Sprintf("; in %d turns it was of no use and the embedded reply stood", s.Fallbacks)
	}
	if s.Left > 0 {
		text += fmt.Sprintf("; %d turns are left out, since the budget was used up", s.Left)
	}
	return text
}

// fill adds up what the meter has counted.
func (m *Meter) fill(s *Spent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s.Calls, s.In, s.Out, s.Cost = m.calls, m.used.In, m.used.Out, float64(m.micros)/1e6
}
