package app

import (
	"context"
	"fmt"

	"parley/internal/bot/llm"
	"parley/internal/bot/sense"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/store"
	"parley/internal/store/understood"
	"parley/internal/store/usage"
)

// sense makes what understands the files of a workspace's customers, or nil.
func (a *App) sense(w config.Workspace) (*sense.Sense, error) {
	parts := sense.Parts{
		Fetch: a.files.Fetch, Spent: a.spent, Keep: a.keepUnderstood, Log: a.log,
		Known: func(ctx context.Context, ids []chat.MessageID) ([]understood.File, error) {
			return understood.Of(ctx, a.store, ids)
		},
	}
	if t := w.Transcription; t.Configured() {
		listener, err := llm.NewListener(llm.Options{BaseURL: t.BaseURL, Name: t.Name, Key: t.APIKey.Reveal()}, a.opts.Now)
		if err != nil {
			return nil, fmt.Errorf("transcription: %w", err)
		}
		parts.Hearing = &sense.Hearing{
			Limits: sense.Limits{
				Provider: config.ProviderOpenAI, Name: t.Name, Deadline: t.Deadline, Price: llm.Price{In: t.PriceIn, Out: t.PriceOut},
				PerConversation: micros(t.CostPerConversation), PerDay: micros(t.CostPerDay),
			},
			Listener: listener, PerMinute: t.PriceMinute,
		}
	}
	if v := w.Vision; v.Configured() {
		chatter, err := llm.New(llm.Options{Provider: v.Provider, BaseURL: v.BaseURL, Name: v.Name, Key: v.APIKey.Reveal(), TokenLimit: v.TokenLimit})
		if err != nil {
			return nil, fmt.Errorf("vision: %w", err)
		}
		parts.Sight = &sense.Sight{
			Limits: sense.Limits{
				Provider: v.Provider, Name: v.Name, Deadline: v.Deadline, Price: llm.Price{In: v.PriceIn, Out: v.PriceOut},
				PerConversation: micros(v.CostPerConversation), PerDay: micros(v.CostPerDay),
			},
			Chat: llm.NewBreaker(chatter, a.opts.Now), MaxTokens: v.MaxTokens, Temperature: v.Temperature,
		}
	}
	if parts.Hearing == nil && parts.Sight == nil {
		return nil, nil
	}
	return sense.New(parts), nil
}

// keepUnderstood writes what became of a file together with what it cost.
func (a *App) keepUnderstood(ctx context.Context, workspace string, f *understood.File, cost *usage.Turn) error {
	return a.store.Write(ctx, func(tx *store.Tx) error {
		if f != nil {
			if err := understood.Note(ctx, tx, workspace, *f); err != nil {
				return err
			}
		}
		if cost == nil {
			return nil
		}
		return usage.Note(ctx, tx, *cost)
	})
}
