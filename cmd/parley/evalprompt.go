package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
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

// promptDraft is what a replay may spend on asking the model of the settings.
type promptDraft struct {
	Prompt   string  `type:"existingfile" help:"File with a draft prompt. The model of the settings is asked with it, which costs money; it says what and asks first."`
	MaxCalls int     `default:"200" help:"Most calls of the model, with --prompt."`
	MaxCost  float64 `default:"1" help:"Most that they may cost, in the currency of the settings' prices; 0: no limit. A call that could go beyond is not made."`
	Yes      bool    `short:"y" help:"Do not ask before the model is."`
}

// priced chooses the workspace whose model is asked, and says what is missing for it.
func (p promptDraft) priced(s settings, id string) (*config.Workspace, error) {
	if p.MaxCalls < 1 || p.MaxCost < 0 {
		return nil, errors.New("--max-calls must be at least 1 and --max-cost not below 0")
	}
	w, err := s.workspace(id)
	if err != nil {
		return nil, err
	}
	if w == nil {
		return nil, errors.New("--prompt asks the model of the settings; name their file with --config")
	}
	asks := false
	for _, r := range w.Routes {
		m := w.ModelOf(r)
		asks = asks || m.Configured()
		if m.Configured() && m.PriceIn+m.PriceOut == 0 && p.MaxCost > 0 {
			return nil, fmt.Errorf("route %s: the model has no price_in and price_out, so that --max-cost cannot hold; set them, or let --max-calls alone hold with --max-cost 0", r.ID)
		}
	}
	if !asks {
		return nil, fmt.Errorf("workspace %s has no model to ask; docs/models.md says how to set one", w.ID)
	}
	return w, nil
}

// models are those of the routes, with the draft prompt. Without a meter they are not to be asked.
func (p promptDraft) models(w *config.Workspace, b *bot.Bot, published *knowledge.Published, meter *replay.Meter) (*replay.Models, error) {
	var tools *tool.Catalogue
	if w.Tools != "" {
		var err error
		if tools, err = app.ReadTools(w.Tools, os.LookupEnv); err != nil {
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
		asker, err := app.DraftModel(m, p.Prompt, b, func() *knowledge.Published { return published }, gate(m))
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
func (p promptDraft) consent(w *config.Workspace, would *replay.Spent, in io.Reader, out io.Writer) error {
	m := w.Model
	for _, r := range w.Routes {
		if own := w.ModelOf(r); own.Configured() {
			m = own
		}
	}
	price := llm.Price{In: m.PriceIn, Out: m.PriceOut}
	cost := float64(price.Cost(llm.Usage{In: would.In, Out: int64(would.Turns) * guessed})) / 1e6
	fmt.Fprintf(out, "%d turns would be put to %s at %s: about %d tokens to read, about %.4f with one call each; tools and mended answers need more.\n",
		would.Turns, m.Name, cmp.Or(m.BaseURL, "its vendor's address"), would.In, cost)
	limit := fmt.Sprintf("at most %d calls", p.MaxCalls)
	if p.MaxCost > 0 {
		limit += fmt.Sprintf(" and %g of money", p.MaxCost)
	}
	if p.Yes || would.Turns == 0 {
		fmt.Fprintf(out, "Asking it, with %s.\n", limit)
		return nil
	}
	fmt.Fprintf(out, "Ask it, with %s? [y/N] ", limit)
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return nil
	}
	return errors.New("the model was not asked, and nothing was spent; answer y, or write --yes")
}

// ask replays with the draft prompt: once to see what it would cost, then with the model.
func (c *evalReplayCmd) ask(ctx context.Context, s *store.Store, w *config.Workspace, published *knowledge.Published, o replay.Options) (*replay.Report, error) {
	b := o.Draft(w.ID)
	if b == nil {
		return nil, fmt.Errorf("workspace %s has no conversations yet", w.ID)
	}
	var err error
	if o.Models, err = c.models(w, b, published, nil); err != nil {
		return nil, err
	}
	progress := o.Progress
	o.Workspace, o.Progress = w.ID, nil
	would, err := replay.Run(ctx, s, o)
	if err != nil {
		return nil, err
	}
	if err := c.consent(w, would.Spent, os.Stdin, os.Stderr); err != nil {
		return nil, err
	}
	meter := &replay.Meter{MaxCalls: c.MaxCalls, MaxMicros: int64(math.Round(c.MaxCost * 1e6))}
	if o.Models, err = c.models(w, b, published, meter); err != nil {
		return nil, err
	}
	o.Progress = progress
	return replay.Run(ctx, s, o)
}
