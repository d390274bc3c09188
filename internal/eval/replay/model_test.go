package replay

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/llm/scripted"
	"parley/internal/bot/model"
	"parley/internal/bot/tool"
	"parley/internal/chat"
	"parley/internal/engine"
	"parley/internal/store"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
)

// drafted is a bot and what asks a scripted model for it with a prompt.
type drafted struct {
	bot       *bot.Bot
	published *knowledge.Published
	server    *scripted.Server
	url       string
}

func draft(t *testing.T, published *knowledge.Published, next func(scripted.Request) scripted.Step) *drafted {
	t.Helper()
	current := func() *knowledge.Published { return published }
	d := &drafted{bot: bot.New(current, nil), published: published, server: scripted.New(next)}
	server := httptest.NewServer(d.server)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

var price = llm.Price{In: 100, Out: 1000}

func (d *drafted) asker(t *testing.T, provider string, meter *Meter) *model.Asker {
	t.Helper()
	address := d.url
	if provider == llm.ProviderOpenAI {
		address += "/v1"
	}
	chatter, err := llm.New(llm.Options{Provider: provider, BaseURL: address, Name: "scripted", Key: "key"})
	if err != nil {
		t.Fatal(err)
	}
	if meter != nil {
		chatter = meter.Gate(chatter, price)
	}
	return model.New(model.Settings{
		Provider: provider, Name: "scripted", Prompt: "Speak like a whale.", MaxTokens: 500, Deadline: 10 * time.Second, Calls: 3, Price: price,
	}, model.Parts{
		Chat: chatter, Bot: d.bot, Published: func() *knowledge.Published { return d.published }, Log: slog.New(slog.DiscardHandler),
		Delimiter: func() string { return "mark" },
		Spent: func(context.Context, string, chat.ConversationID, int64) (usage.Spent, error) {
			return usage.Spent{}, nil
		},
		Note: func(context.Context, usage.Turn) error { return nil },
	})
}

func (d *drafted) run(t *testing.T, s *store.Store, provider string, meter *Meter, tools *tool.Catalogue) (*Report, error) {
	t.Helper()
	asker := d.asker(t, provider, meter)
	return Run(t.Context(), s, Options{
		Draft: func(string) *bot.Bot { return d.bot }, Workspaces: map[string]engine.Workspace{"shop": {Language: "en"}}, Since: t0, Until: t0.Add(time.Hour), History: 20,
		Models: &Models{
			Of:    func(string, string) *model.Asker { return asker },
			Tools: func(string) *tool.Catalogue { return tools }, Meter: meter,
		},
	})
}

// whale answers opening hours in its own words, if the prompt is the draft, and leaves the rest to the bot by declining to answer.
func whale(r scripted.Request) scripted.Step {
	if strings.Contains(r.System, "whale") && strings.Contains(r.Messages[0].Text, "source opening_hours") && strings.Contains(r.System, "English") {
		return scripted.Step{Calls: []scripted.Call{{Name: "reply", Args: `{"kind":"answer","text":"We sing all week but never on Sundays.","sources":["opening_hours"]}`}}}
	}
	return scripted.Step{Refused: true}
}

// TestRun_asksTheModelWithADraftPrompt replays with a scripted model: what it says stands side by side with what was said,
// what it costs is counted, nobody is asked before the budget is known, and nothing goes beyond it.
func TestRun_asksTheModelWithADraftPrompt(t *testing.T) {
	t.Parallel()
	published := publish(t, folder(t))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := draft(t, published, whale)
		live(t, s, d.bot, 20, 4)

		would, err := d.run(t, s, llm.ProviderOpenAI, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(d.server.Seen()); n != 0 || would.Spent.Turns < 20 || would.Spent.In < int64(would.Spent.Turns)*200 || would.Changed != 0 {
			t.Fatalf("before anything is spent: %+v after %d calls: %s", would.Spent, n, would.Summary())
		}
		for _, provider := range []string{llm.ProviderOpenAI, llm.ProviderAnthropic} {
			d := draft(t, published, whale)
			r, err := d.run(t, s, provider, &Meter{MaxCalls: 1000, MaxMicros: 1e9}, nil)
			if err != nil {
				t.Fatal(err)
			}
			sang := 0
			for _, i := range r.Items {
				switch {
				case strings.HasPrefix(i.Draft.Model, "answer"):
					sang++
					if !i.Has("reply") || !strings.Contains(i.Draft.Text, "never on Sundays") || i.Then.Model != "" {
						t.Errorf("%+v", i)
					}
				case len(i.Changed) > 0:
					t.Errorf("%q changes, and the model has not answered it: %v, %q becomes %q", i.Messages, i.Changed, i.Then.Text, i.Draft.Text)
				}
			}
			calls := len(d.server.Seen())
			if sang == 0 || sang != r.Changed || r.Spent.Calls != calls || r.Spent.Turns != calls || r.Spent.Fallbacks != calls-sang || r.Spent.Left != 0 {
				t.Errorf("%s: %d answers, %d calls: %s", provider, sang, calls, r.Summary())
			}
			if want := float64(calls) * (100*100 + 20*1000) / 1e6; r.Spent.In != int64(100*calls) || r.Spent.Cost < want*0.999 || r.Spent.Cost > want*1.001 {
				t.Errorf("%s: cost %v of %+v, want %v", provider, r.Spent.Cost, r.Spent, want)
			}
			var html bytes.Buffer
			if err := r.HTML(&html); err != nil {
				t.Fatal(err)
			}
			for _, piece := range []string{"never on Sundays", "<dt>model</dt><dd>answer</dd>", r.Spent.String(), "Model calls"} {
				if !strings.Contains(html.String(), piece) {
					t.Errorf("%s: the page has no %q", provider, piece)
				}
			}
		}
	})
}

func TestRun_staysWithinItsBudget(t *testing.T) {
	t.Parallel()
	published := publish(t, folder(t))
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		live(t, s, draft(t, published, whale).bot, 12, 2)
		for _, meter := range []*Meter{{MaxCalls: 3}, {MaxCalls: 100, MaxMicros: 700_000}} {
			name := fmt.Sprintf("%d calls, %d micros", meter.MaxCalls, meter.MaxMicros)
			d := draft(t, published, whale)
			r, err := d.run(t, s, llm.ProviderOpenAI, meter, nil)
			if err != nil {
				t.Fatal(err)
			}
			calls := len(d.server.Seen())
			if calls == 0 || calls > meter.MaxCalls || meter.MaxMicros > 0 && r.Spent.Cost > 0.7 || r.Spent.Left == 0 || !strings.Contains(r.Summary(), "the budget was used up") {
				t.Errorf("%s: %d calls: %s", name, calls, r.Summary())
			}
			if r.Spent.Turns != calls || len(r.Items) != r.Turns {
				t.Errorf("%s: %s", name, r.Summary())
			}
		}

		d := draft(t, published, scripted.Play(scripted.Step{Status: 401}))
		if _, err := d.run(t, s, llm.ProviderAnthropic, &Meter{MaxCalls: 100}, nil); err == nil || !strings.Contains(err.Error(), "the model cannot be asked (refused_request") {
			t.Errorf("a wrong key: %v", err)
		}
		if n := len(d.server.Seen()); n != maxOutages {
			t.Errorf("a wrong key was tried %d times", n)
		}

		tools, err := tool.Parse("tools.yaml", []byte(`
tools:
  - name: stock
    description: Says how many there are.
    effect: read
    args: {type: object, properties: {item: {type: string}}}
    url: http://127.0.0.1:1/stock/{item}
    result: {left: /left}
    allow: {intents: [opening_hours, delivery_countries, delivery_cost, size_guide]}
`), func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(err)
		}
		d = draft(t, published, scripted.Play(scripted.Step{Calls: []scripted.Call{{Name: "stock", Args: `{"item":"lamp"}`}}}))
		r, err := d.run(t, s, llm.ProviderOpenAI, &Meter{MaxCalls: 100}, tools)
		if err != nil {
			t.Fatal(err)
		}
		called := 0
		for _, i := range r.Items {
			if strings.Contains(i.Draft.Text, "a tool that was not called then") {
				called++
			}
		}
		if called == 0 || called != r.Spent.Calls {
			t.Errorf("%d turns call what was not called then, after %d calls of the model", called, r.Spent.Calls)
		}
	})
}
