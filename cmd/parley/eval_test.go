package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"parley/internal/bot"
	"parley/internal/bot/llm/scripted"
	"parley/internal/chat"
	"parley/internal/store"
)

// converse starts a scripted model that answers every question about lanterns from its source, as its prompt has it, and
// puts its address into a variable.
func converse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: converse VARIABLE")
	}
	server := httptest.NewServer(scripted.New(func(r scripted.Request) scripted.Step {
		text := "The lantern costs ten."
		if strings.Contains(r.System, "pirate") {
			text = "Arr, the lantern costs ten."
		}
		raw, _ := json.Marshal(map[string]any{"kind": "answer", "text": text, "sources": []string{"lantern"}}) // texts always can be
		return scripted.Step{Calls: []scripted.Call{{Name: "reply", Args: string(raw)}}, In: 1000, Out: 50}
	}))
	ts.Defer(server.Close)
	ts.Setenv(args[0], server.URL+"/v1")
}

// yesterday makes a database in which three customers have asked about lanterns and the bot has answered.
func yesterday(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: yesterday FILE")
	}
	ctx, now := context.Background(), time.Now().Add(-3*time.Hour).UnixMilli()
	s, err := store.Open(ctx, "sqlite:"+ts.MkAbs(args[0]))
	ts.Check(err)
	var arrivals []store.Arrival
	for _, who := range []string{"grace", "ada", "tove"} {
		arrivals = append(arrivals, store.Arrival{
			Workspace: "shop", Route: "support", MessageID: chat.MessageID(chat.NewID()), ContactID: chat.ContactID(chat.NewID()),
			ConversationID: chat.ConversationID(chat.NewID()), ExternalID: who, FirstName: who, Language: "en", Text: "what is the price of the lantern",
		})
	}
	var works []store.Work
	ts.Check(s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Ingest(ctx, arrivals, now)
		if err == nil {
			works, err = tx.ClaimTurns(ctx, store.Claim{By: "test", Limit: 9, Lease: 60_000}, 20, now+1)
		}
		return err
	}))
	var results []store.Result
	for i := range works {
		trace, err := json.Marshal(bot.Trace{Intent: "lantern", Band: bot.BandAnswer, P: 0.9})
		ts.Check(err)
		results = append(results, store.Result{
			ID: chat.TurnID(chat.NewID()), Work: &works[i], Action: string(bot.ActionAnswer), Trace: string(trace), BotState: "{}", Language: "en",
			Message: &chat.Message{ID: chat.MessageID(chat.NewID()), Text: "The lantern costs nine.", Layout: chat.LayoutText},
		})
	}
	ts.Check(s.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.FinishTurns(ctx, results, now+2)
		return err
	}))
	ts.Check(s.Close())
}
