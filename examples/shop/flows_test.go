package shop_test

import (
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/examples/shop"
	"parley/internal/bot"
	"parley/internal/bot/brain"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
)

// TestFlows plays the flows that ship with Parley against the shop, over its API.
func TestFlows(t *testing.T) {
	t.Parallel()
	orders := shop.New("secret", time.Now)
	server := httptest.NewServer(orders.Handler())
	t.Cleanup(server.Close)
	catalogue, err := tool.Parse("tools.yaml", shop.ToolsYAML, func(name string) (string, bool) {
		value, ok := map[string]string{"SHOP_URL": server.URL, "SHOP_TOKEN": "secret"}[name]
		return value, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	runner := run.New(run.Settings{Catalogue: catalogue}, s, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = runner.Close() })
	flows, err := flow.Load(flow.Shop(), flow.Known{Tools: runner.Effects()})
	if err != nil {
		t.Fatal(err)
	}
	library := flow.NewLibrary(flows, nil)
	base, err := knowledge.Load(knowledge.Seed())
	if err != nil {
		t.Fatal(err)
	}
	published, err := knowledge.Publish(t.Context(), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := brain.Brain{
		Bot:   bot.New(func() *knowledge.Published { return published }, nil).WithFlows(func() *flow.Library { return library }),
		Tools: runner,
	}
	for _, lines := range [][][2]string{
		{{"where is my order?", "What is your order number?"}, {"AB-12345", "on its way with Parcel Express"}},
		{{"I want to send back the shirt from order AB-12346", "Which item"}, {"linen shirt", "reason"}, {"2", "Shall I start the return of Linen shirt"}, {"yes", "Done: the return of Linen shirt"}},
		{{"I want to return an item", "order number"}, {"AB-10011", "1. Denim jacket"}, {"1", "reason"}, {"1", "Shall I"}, {"yes", "The time to return Denim jacket is over"}},
		{{"I want to return an item", "order number"}, {"AB-12345", "has not reached you yet"}},
		{{"can you reschedule the delivery", "order number"}, {"AB-12345", "Which day"}, {"tomorrow", "Shall I move"}, {"no", "stays as it is"}},
		{{"can you reschedule the delivery", "order number"}, {"AB-12347", "Which day"}, {"in ten years", "within a month"}, {"tomorrow", "Shall I move"}, {"yes please", "Done: the new delivery day"}},
		{{"where is my order EF-30001?", "I cannot find order EF-30001 among yours"}}, // somebody else's
	} {
		conversation := chat.NewID()
		turn := bot.Turn{Now: time.Now()}
		for _, line := range lines {
			turn.Messages = []bot.Inbound{{ID: chat.NewID(), Text: line[0]}}
			out, err := b.Reply(t.Context(), run.Who{Workspace: "demo", Conversation: chat.ConversationID(conversation), ExternalID: "grace"}, turn)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.Text, line[1]) {
				t.Errorf("%q: no %q in %q (%s)", line[0], line[1], out.Text, out.Trace.Reason)
			}
			turn.State = out.State
		}
	}
	if returns := orders.Returns(); len(returns) != 1 || orders.Moves() != 1 {
		t.Errorf("returns %+v, %d deliveries moved", returns, orders.Moves())
	}
}
