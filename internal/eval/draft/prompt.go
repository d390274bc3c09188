package draft

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"parley/internal/app"
	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/model"
	"parley/internal/bot/tool"
	"parley/internal/config"
	"parley/internal/eval/replay"
	"parley/internal/store"
)

// Prompt is a draft prompt, whose workspace's model is asked with it, and what that may cost.
type Prompt struct {
	Workspace *config.Workspace
	File      string
	MaxCalls  int
	MaxCost   float64 // in the currency of the settings' prices; 0 is no limit
	Yes       bool    // nobody is asked before the model is
	In        io.Reader
	Out       io.Writer                   // where somebody is asked
	Env       func(string) (string, bool) // what ${NAME} in the file of tools stands for
}

// Check says what is missing for asking the model.
func (p Prompt) Check() error {
	if p.MaxCalls < 1 || p.MaxCost < 0 {
		return errors.New("--max-calls must be at least 1 and --max-cost not below 0")
	}
	if p.Workspace == nil {
		return errors.New("--prompt asks the model of the settings; name their file with --config")
	}
	asks := false
	for _, r := range p.Workspace.Routes {
		m := p.Workspace.ModelOf(r)
		asks = asks || m.Configured()
		if m.Configured() && m.PriceIn+m.PriceOut == 0 && p.MaxCost > 0 {
			return fmt.Errorf("route %s: the model has no price_in and price_out, so that --max-cost cannot hold; set them, or let --max-calls alone hold with --max-cost 0", r.ID)
		}
	}
	if !asks {
		return fmt.Errorf("workspace %s has no model to ask; docs/models.md says how to set one", p.Workspace.ID)
	}
	return nil
}

// Run replays with the draft prompt: once to see what it would cost, then, if somebody agrees, with the model.
func (p Prompt) Run(ctx context.Context, s *store.Store, published *knowledge.Published, o replay.Options) (*replay.Report, error) {
	w := p.Workspace
	b := o.Draft(w.ID)
	if b == nil {
		return nil, fmt.Errorf("workspace %s has no conversations yet", w.ID)
	}
	var err error
	if o.Models, err = p.models(b, published, nil); err != nil {
		return nil, err
	}
	progress := o.Progress
	o.Workspace, o.Progress = w.ID, nil
	would, err := replay.Run(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if err := p.consent(would.Spent); err != nil {
		return nil, err
	}
	meter := &replay.Meter{MaxCalls: p.MaxCalls, MaxMicros: int64(math.Round(p.MaxCost * 1e6))}
	if o.Models, err = p.models(b, published, meter); err != nil {
		return nil, err
	}
	o.Progress = progress
	return replay.Run(ctx, s, o)
}

// models are those of the routes, with the draft prompt. Without a meter they are not to be asked.
func (p Prompt) models(b *bot.Bot, published *knowledge.Published, meter *replay.Meter) (*replay.Models, error) {
	w := p.Workspace
	var tools *tool.Catalogue
	if w.Tools != "" {
		var err error
		if tools, err = app.ReadTools(w.Tools, p.Env); err != nil {
			return nil, fmt.Errorf("tools: %w", err)
		}
	}
	gate := func(m config.Model) func(llm.Model) llm.Model {
		return func(chatter llm.Model) llm.Model {
			if meter == nil {
				return chatter
			}
			return meter.Gate(chatter, llm.Price{In: m.PriceIn, Out: m.PriceOut})
		}
	}
	askers := map[string]*model.Asker{}
	for _, r := range w.Routes {
		m := w.ModelOf(r)
		if !m.Configured() {
			continue
		}
		asker, err := app.DraftModel(m, p.File, b, func() *knowledge.Published { return published }, gate(m))
		if err != nil {
			return nil, fmt.Errorf("route %s: %w", r.ID, err)
		}
		askers[r.ID] = asker
	}
	return &replay.Models{
		Of: func(workspace, route string) *model.Asker {
			if workspace != w.ID {
				return nil
			}
			return askers[route]
		},
		Tools: func(string) *tool.Catalogue { return tools }, Meter: meter,
	}, nil
}

// guessed is about how many tokens a model writes in a call.
const guessed = 200

// consent says what asking the model would cost and asks whether to go on.
func (p Prompt) consent(would *replay.Spent) error {
	w, m := p.Workspace, p.Workspace.Model
	for _, r := range w.Routes {
		if own := w.ModelOf(r); own.Configured() {
			m = own
		}
	}
	price := llm.Price{In: m.PriceIn, Out: m.PriceOut}
	cost := float64(price.Cost(llm.Usage{In: would.In, Out: int64(would.Turns) * guessed})) / 1e6
	fmt.Fprintf(p.Out, "%d turns would be put to %s at %s: about %d tokens to read, about %.4f with one call each; tools and mended answers need more.\n",
		would.Turns, m.Name, cmp.Or(m.BaseURL, "its vendor's address"), would.In, cost)
	limit := fmt.Sprintf("at most %d calls", p.MaxCalls)
	if p.MaxCost > 0 {
		limit += fmt.Sprintf(" and %g of money", p.MaxCost)
	}
	if p.Yes || would.Turns == 0 {
		fmt.Fprintf(p.Out, "Asking it, with %s.\n", limit)
		return nil
	}
	fmt.Fprintf(p.Out, "Ask it, with %s? [y/N] ", limit)
	line, err := bufio.NewReader(p.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return errors.New("the model was not asked, and nothing was spent; answer y, or write --yes")
}
