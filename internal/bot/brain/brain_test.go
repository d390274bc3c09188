package brain_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"parley/examples/shop"
	"parley/internal/bot"
	"parley/internal/bot/brain"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/llm/scripted"
	"parley/internal/bot/model"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
)

// talk is one customer and a brain that has the example shop's flows and tools.
type talk struct {
	t     *testing.T
	brain brain.Brain
	shop  *shop.Shop
	who   run.Who
	now   time.Time
	state json.RawMessage
	last  bot.Turn
	n     int
}

func newTalk(t *testing.T, s *store.Store, customer string) *talk {
	t.Helper()
	k := &talk{t: t, now: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), who: run.Who{Workspace: "w", Conversation: chat.ConversationID(chat.NewID()), ExternalID: customer}}
	k.shop = shop.New("secret", func() time.Time { return k.now })
	server := httptest.NewServer(k.shop.Handler())
	t.Cleanup(server.Close)
	env := map[string]string{"SHOP_URL": server.URL, "SHOP_TOKEN": "secret"}
	tools, err := tool.Parse("tools.yaml", shop.ToolsYAML, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	flows, err := flow.Load(flow.Shop(), flow.Known{})
	if err != nil {
		t.Fatal(err)
	}
	library := flow.NewLibrary(flows, nil)
	runner := run.New(run.Settings{Catalogue: tools, Now: func() time.Time { return k.now }}, s, slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = runner.Close() })
	k.brain = brain.Brain{Bot: bot.New(published(t), nil).WithFlows(func() *flow.Library { return library }), Tools: runner}
	return k
}

func published(t *testing.T) func() *knowledge.Published {
	t.Helper()
	base, err := knowledge.Load(fstest.MapFS{
		"base.yaml": {Data: []byte("name: Shop\nlanguages: [en]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")},
		"en/order_tracking.yaml": {Data: []byte("title: Where is my order\nflow: order_tracking\nphrasings: [where is my order, track my parcel, when does my order arrive]\n" +
			"answer: Look into your e-mails.\nhandoff: never\n")},
		"en/return_item.yaml": {Data: []byte("title: Returns\nphrasings: [I want to return an item, how do I send it back, return my order please]\n" +
			"answer: Within thirty days.\nhandoff: never\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := knowledge.Publish(context.Background(), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() *knowledge.Published { return p }
}

// says plays one turn.
func (k *talk) says(text string) bot.Outcome {
	k.t.Helper()
	k.n++
	k.now = k.now.Add(time.Minute)
	k.last = bot.Turn{Workspace: "w", Route: "support", State: k.state, Now: k.now, Messages: []bot.Inbound{{ID: chat.NewID(), Seq: int64(k.n), Text: text, At: k.now}}}
	out := k.again()
	k.state = out.State
	return out
}

// again decides the last turn once more, as after a crash before its commit.
func (k *talk) again() bot.Outcome {
	k.t.Helper()
	who := k.who
	who.Turn = chat.TurnID(chat.NewID())
	out, err := k.brain.Reply(k.t.Context(), who, k.last)
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

func (k *talk) want(out bot.Outcome, action bot.Action, words ...string) {
	k.t.Helper()
	for _, w := range words {
		if !strings.Contains(out.Text, w) {
			k.t.Errorf("%q does not say %q", out.Text, w)
		}
	}
	if out.Action != action {
		k.t.Errorf("%s (%s): %q, want %s", out.Action, out.Trace.Reason, out.Text, action)
	}
}

// A flow reads from the shop, asks for a yes and then writes, once, however often the turn is
// decided; nobody reaches what is somebody else's.
func TestReply_flowsCallTools(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := newTalk(t, s, "grace")
		out := k.says("where is my order AB-12345")
		k.want(out, bot.ActionAnswer, "Parcel Express")
		if len(out.Trace.Calls) != 1 || out.Trace.Calls[0].Tool != "order_status" || out.Trace.Calls[0].State != tool.Done {
			t.Errorf("traced %+v", out.Trace.Calls)
		}
		k.want(k.says("where is my order CD-20001"), bot.ActionAsk, "cannot find")
		k.want(k.says("never mind"), bot.ActionAnswer)

		k = newTalk(t, s, "grace")
		k.state = startFlow(k, "return_item")
		k.want(k.says("AB-12346"), bot.ActionChoices, "Running shoes")
		k.want(k.says("Linen shirt"), bot.ActionChoices, "reason")
		k.want(k.says("Too small"), bot.ActionChoices, "Linen shirt")
		if n := len(k.shop.Returns()); n != 0 {
			t.Fatalf("%d returns before the yes", n)
		}
		k.want(k.says("yes"), bot.ActionAnswer, "Done")
		k.want(k.again(), bot.ActionAnswer, "Done") // the commit was lost
		if got := k.shop.Returns(); len(got) != 1 || got[0].Item != "Linen shirt" || got[0].Reason != "too_small" {
			t.Errorf("returns %+v", got)
		}
	})
}

// startFlow begins a flow as a route does.
func startFlow(k *talk, name string) json.RawMessage {
	k.t.Helper()
	out, err := k.brain.Reply(k.t.Context(), k.who, bot.Turn{
		Workspace: "w", Route: "support", Flow: name, Now: k.now, Messages: []bot.Inbound{{ID: chat.NewID(), Seq: 1, Text: "RETURN", At: k.now}},
	})
	if err != nil || out.Action != bot.ActionAsk {
		k.t.Fatalf("%+v, %v", out, err)
	}
	return out.State
}

// Without tools, or with a shop that does not answer, a flow ends with people and not in silence.
func TestReply_withoutToolsPeopleTakeOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		k := newTalk(t, s, "grace")
		k.brain.Tools = nil
		out := k.says("where is my order AB-12345")
		k.want(out, bot.ActionHandoff, "colleague")
		if len(out.Trace.Calls) != 1 || out.Trace.Calls[0].Code != run.CodeUnreachable {
			t.Errorf("traced %+v", out.Trace.Calls)
		}
	})
}

// A model may look things up; what it wants to change, the customer is asked by the bot, and
// only a yes carries it out, once.
func TestReply_modelProposesAndTheCustomerDecides(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, answer string
		returns      int
	}{{"yes", "yes please", 1}, {"no", "no", 0}, {"something else", "where is my order", 0}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				k := newTalk(t, s, "grace")
				k.brain.Bot = bot.New(published(t), nil) // no flow takes the question
				k.brain.Model = asker(t, k.brain.Bot,
					scripted.Step{Calls: []scripted.Call{{Name: "order_status", Args: `{"order_number":"AB-12346"}`}}},
					scripted.Step{Calls: []scripted.Call{{Name: "return_start", Args: `{"order_number":"AB-12346","item":"Sun hat","reason":"other"}`}}},
				)
				out := k.says("I want to return an item, the sun hat of AB-12346")
				k.want(out, bot.ActionChoices, "Sun hat", "AB-12346")
				if len(k.shop.Returns()) != 0 {
					t.Fatal("a model has written")
				}
				if m := out.Trace.Model; m == nil || m.Failure != "" || len(out.Trace.Calls) != 1 {
					t.Errorf("traced %+v, calls %+v", m, out.Trace.Calls)
				}
				k.brain.Model = nil
				k.says(c.answer)
				k.again()
				if n := len(k.shop.Returns()); n != c.returns {
					t.Errorf("%d returns after %q", n, c.answer)
				}
			})
		})
	}
}

func asker(t *testing.T, b *bot.Bot, steps ...scripted.Step) *model.Asker {
	t.Helper()
	server := httptest.NewServer(scripted.New(scripted.Play(steps...)))
	t.Cleanup(server.Close)
	chatter, err := llm.New(llm.Options{Provider: "openai", BaseURL: server.URL + "/v1", Name: "scripted", Key: "key"})
	if err != nil {
		t.Fatal(err)
	}
	return model.New(model.Settings{Provider: "openai", Name: "scripted", MaxTokens: 500, Deadline: 10 * time.Second, Calls: 4}, model.Parts{
		Chat: chatter, Bot: b, Published: published(t), Log: slog.New(slog.DiscardHandler), Delimiter: func() string { return "mark" },
		Spent: func(context.Context, string, chat.ConversationID, int64) (usage.Spent, error) {
			return usage.Spent{}, nil
		},
		Note: func(context.Context, usage.Turn) error { return nil },
	})
}
