package bot_test

import (
	"strings"
	"testing"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/passage"
)

func TestReply_quotesADocumentOnce(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	published, _ := shop()
	own, base := *published, *published.Base
	base.Clarify, base.Answer = 0.98, 0.99 // no intent answers
	own.Base = &base
	list, problems := passage.Parse("documents/en/lamps.md", "en", "---\ntitle: Lamps\nlink: https://shop.example.com/lamps\n---\n## Dimmer\nThe walnut lamp has a dimmer below its base.\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	own.Documents = map[string]*passage.Index{"en": passage.New("en", list)}
	k.bot = bot.New(func() *knowledge.Published { return &own }, nil)
	out, err := k.bot.Reply(t.Context(), bot.Turn{
		Contact: k.contact, Now: k.now, Messages: []bot.Inbound{{ID: "1", Text: "has the walnut lamp a dimmer"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Trace.Rule != bot.RulePassage || !strings.Contains(out.Text, "“Lamps”") || !strings.Contains(out.Text, "dimmer below its base.") ||
		!strings.Contains(out.Text, "https://shop.example.com/lamps") || len(out.Trace.Sources) != 1 || out.Trace.Sources[0] != "documents/en/lamps.md#dimmer" {
		t.Fatalf("got %q, trace %+v", out.Text, out.Trace)
	}
	out, err = k.bot.Reply(t.Context(), bot.Turn{
		Contact: k.contact, Now: k.now, State: out.State, Messages: []bot.Inbound{{ID: "2", Text: "the walnut lamp dimmer please"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if out.Trace.Rule == bot.RulePassage {
		t.Errorf("the same passage was quoted twice: %q", out.Text)
	}
}
