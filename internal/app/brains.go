package app

import (
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/remote"
	"parley/internal/bot/remote/wire"
	"parley/internal/chat"
	"parley/internal/config"
)

// brains makes the brain of every route that names one. Routes with the same settings
// share its connections and its circuit.
func (a *App) brains(w config.Workspace) map[string]*remote.Asker {
	type line struct {
		client  *wire.Client
		circuit *llm.Circuit
	}
	out, shared := map[string]*remote.Asker{}, map[config.Brain]line{}
	for _, r := range w.Routes {
		if !r.Brain.Configured() {
			continue
		}
		to, ok := shared[r.Brain]
		if !ok {
			to = line{wire.New(wire.Options{
				URL: r.Brain.URL, Secret: r.Brain.Secret.Reveal(), Timeout: r.Brain.Timeout, UserAgent: "parley/" + a.opts.Version, Now: time.Now,
			}), llm.NewCircuit(a.opts.Now)}
			shared[r.Brain] = to
			a.unwind = append(a.unwind, to.client.Close)
		}
		speaker := a.base.bots[w.ID]
		if own := a.base.routes[r.ID]; own != nil {
			speaker = own
		}
		out[r.ID] = remote.New(remote.Settings{Name: r.Brain.Name(), Raw: r.Brain.Raw, Layouts: kinds(w)}, remote.Parts{
			Client: to.client, Circuit: to.circuit, Bot: speaker, Published: a.base.answers[speaker], Note: a.noteUsage, Metrics: a.metrics, Log: a.log,
		})
	}
	return out
}

// kinds are the layouts that a brain's words may go out in.
func kinds(w config.Workspace) []string {
	out := []string{string(chat.LayoutText)}
	for _, kind := range []chat.Layout{chat.LayoutQuickReply, chat.LayoutList} {
		if _, ok := layouts(w)[kind]; ok {
			out = append(out, string(kind))
		}
	}
	return out
}
