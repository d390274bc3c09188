package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"math"
	"os"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/llm"
	"parley/internal/bot/model"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/usage"
)

// maxPrompt is the longest prompt of an operator, in bytes: all of it is paid for with
// every call.
const maxPrompt = 32 << 10

// models makes the model of every route that has one. Routes with the same settings share
// one connection and one breaker.
func (a *App) models(w config.Workspace) (map[string]*model.Asker, error) {
	out, shared := map[string]*model.Asker{}, map[config.Model]*llm.Breaker{}
	for _, r := range w.Routes {
		m := w.ModelOf(r)
		if !m.Configured() {
			continue
		}
		breaker, ok := shared[m]
		if !ok {
			chatter, err := connect(m)
			if err != nil {
				return nil, fmt.Errorf("route %s: %w", r.ID, err)
			}
			breaker = llm.NewBreaker(chatter, a.opts.Now)
			shared[m] = breaker
		}
		prompt, err := readPrompt(m.Prompt)
		if err != nil {
			return nil, fmt.Errorf("route %s: model.prompt: %w", r.ID, err)
		}
		speaker := a.base.bots[w.ID]
		if own := a.base.routes[r.ID]; own != nil {
			speaker = own
		}
		out[r.ID] = model.New(asking(m, prompt), model.Parts{
			Chat: breaker, Bot: speaker, Published: a.base.answers[speaker], Spent: a.spent, Note: a.noteUsage, Log: a.log, Metrics: a.metrics,
			Delimiter: delimiter,
		})
	}
	return out, nil
}

func connect(m config.Model) (llm.Model, error) {
	return llm.New(llm.Options{Provider: m.Provider, BaseURL: m.BaseURL, Name: m.Name, Key: m.APIKey.Reveal(), TokenLimit: m.TokenLimit})
}

func asking(m config.Model, prompt string) model.Settings {
	return model.Settings{
		Provider: m.Provider, Name: m.Name, Prompt: prompt, Temperature: m.Temperature, MaxTokens: m.MaxTokens, Deadline: m.Deadline,
		Calls: m.Calls, Unsure: m.When == "unsure", Price: llm.Price{In: m.PriceIn, Out: m.PriceOut},
		PerConversation: micros(m.CostPerConversation), PerDay: micros(m.CostPerDay),
	}
}

// delimiter is one that nobody can guess.
func delimiter() string { return strings.ToLower(rand.Text()[:12]) }

func (a *App) spent(ctx context.Context, workspace string, conversation chat.ConversationID, at int64) (usage.Spent, error) {
	return usage.SpentOn(ctx, a.store, workspace, conversation, at)
}

func (a *App) noteUsage(ctx context.Context, t usage.Turn) error {
	return a.store.Write(ctx, func(tx *store.Tx) error { return usage.Note(ctx, tx, t) })
}

// micros is money in millionths.
func micros(amount float64) int64 { return int64(math.Round(amount * 1e6)) }

func readPrompt(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxPrompt:
		return "", fmt.Errorf("%s has %d bytes; at most %d are sent with every call, so shorten it and keep facts in the knowledge base", path, len(raw), maxPrompt)
	case !utf8.Valid(raw):
		return "", fmt.Errorf("%s is not UTF-8 text; save it as such", path)
	}
	return strings.TrimSpace(string(raw)), nil
}
