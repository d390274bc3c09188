package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"

	"parley/internal/bot"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/model"
	"parley/internal/chat"
	"parley/internal/config"
	"parley/internal/engine"
	"parley/internal/store"
	"parley/internal/store/usage"
)

// History is how many earlier lines the bot sees in a turn.
const History = history

// Situations are the workspaces of the settings as far as they decide what the bot knows in a turn, by id, and the
// routes that have a knowledge base of their own.
func Situations(cfg config.Config) (workspaces map[string]engine.Workspace, own []string) {
	workspaces = map[string]engine.Workspace{}
	none := &bases{}
	for _, w := range cfg.Workspaces {
		workspaces[w.ID] = engine.Workspace{Language: w.Language, Rules: rules(w), Routes: none.differing(w), PerMinute: w.Turn.PerMinute}
		for _, r := range w.Routes {
			if r.Knowledge != "" {
				own = append(own, r.ID)
			}
		}
	}
	return workspaces, own
}

// DraftFlows are a workspace's flows as they are published, for a bot that is not the gateway's. With a folder, its
// flows stand in the place of those; conversations that are in a published one stay in it.
func DraftFlows(ctx context.Context, s *store.Store, workspace string, folder fs.FS) (*flow.Library, error) {
	published, older, unreadable, err := readFlows(ctx, s, workspace)
	if err == nil {
		err = errors.Join(unreadable...)
	}
	if err != nil || folder == nil {
		return flow.NewLibrary(published, older), err
	}
	draft, err := flow.Load(folder, flow.Known{})
	return flow.NewLibrary(draft, append(older, published...)), err
}

// DraftModel asks the configured model for a bot that is not the gateway's, with the prompt of another file. Every call
// goes through gate; the gateway's ledger and its budgets are left alone.
func DraftModel(m config.Model, prompt string, b *bot.Bot, published func() *knowledge.Published, gate func(llm.Model) llm.Model) (*model.Asker, error) {
	chatter, err := connect(m)
	if err != nil {
		return nil, err
	}
	text, err := readPrompt(prompt)
	if err != nil {
		return nil, err
	}
	set := asking(m, text)
	set.PerConversation, set.PerDay = 0, 0
	return model.New(set, model.Parts{
		Chat: gate(chatter), Bot: b, Published: published, Log: slog.New(slog.DiscardHandler), Delimiter: delimiter,
		Spent: func(context.Context, string, chat.ConversationID, int64) (usage.Spent, error) {
			return usage.Spent{}, nil
		},
		Note: func(context.Context, usage.Turn) error { return nil },
	}), nil
}
