package engine

import (
	"context"
	"slices"

	"parley/internal/bot"
	"parley/internal/bot/packet"
	"parley/internal/desk/roster"
	"parley/internal/obs"
	"parley/internal/store"
)

// prospect finds out who gets a conversation that is handed over, and adds to what
// the customer is told when that will be. A customer whose prospect cannot be read is
// handed over all the same; without a roster there is nothing to tell.
func (e *Engine) prospect(ctx context.Context, ws Workspace, w *store.Work, out *bot.Outcome) roster.Prospect {
	if out.Handoff == nil || e.set.Roster == nil {
		return roster.Prospect{}
	}
	p, err := e.set.Roster.Prospect(ctx, need(ws, w, out), packet.PriorityOf(string(out.Handoff.Code)))
	if err != nil {
		e.log.Error("read the queue", obs.FieldConversation, w.Conversation.ID, obs.Error(err))
		return roster.Prospect{}
	}
	if out.Handoff.Code != bot.HandoffOptOut { // who wants no more messages is told no more than needed
		out.Text = bot.Expect(out.Text, out.Language, Outlook(p))
	}
	return p
}

func need(ws Workspace, w *store.Work, out *bot.Outcome) roster.Need {
	n := roster.Need{Team: ws.Routes[w.Conversation.Route].Team, Topic: out.Trace.Intent, Route: w.Conversation.Route, Language: out.Language}
	for _, language := range []string{w.Conversation.Language, w.Contact.Language, ws.Language} {
		if n.Language == "" {
			n.Language = language
		}
	}
	return n
}

// Outlook is a prospect in the words of the bot, which tells it to the customer.
func Outlook(p roster.Prospect) bot.Outlook {
	return bot.Outlook{
		Free: p.Free, Online: p.Online > 0, Position: p.Position, Wait: p.Wait, Open: p.Open, OpensAt: p.OpensAt, Now: p.Now,
	}
}

func handsOver(results []store.Result) bool {
	return slices.ContainsFunc(results, func(r store.Result) bool { return r.Handoff != "" })
}
