package bot_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
)

// TestDocuments_quotesWhatAnswers measures, as a customer would meet it, questions about
// the seed's documents that nothing was tuned on: those that a passage answers, and those
// near the subject that none does. "-" stands for the latter.
func TestDocuments_quotesWhatAnswers(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("passage/testdata/heldout.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "fr"} {
		var m quoted
		for line := range strings.Lines(string(raw)) {
			if f := strings.Split(strings.TrimSpace(line), "\t"); f[0] == language {
				m.add(t, language, f[1], f[2])
			}
		}
		m.report(t, language)
	}
}

// TestDocuments_leavesOtherMessagesAlone counts the quotes among the messages that the
// intents are measured with: none of them is about a document.
func TestDocuments_leavesOtherMessagesAlone(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "fr"} {
		quoted, all := 0, 0
		for _, row := range readTSV(t, "eval/heldout/"+language+".tsv") {
			all++
			if out := seed(t, language).says(row[0]); out.Trace.Rule == bot.RulePassage {
				quoted++
				t.Logf("%s: %q (%s) is answered with %v", language, row[0], row[1], out.Trace.Sources)
			}
		}
		t.Logf("%s: a document is quoted to %d of %d", language, quoted, all)
		if quoted*100 > all {
			t.Errorf("%s: a document is quoted to %d of %d that ask for none; at most 1 %%", language, quoted, all)
		}
	}
}

// published is the knowledge base that ships.
var published = sync.OnceValues(func() (*knowledge.Published, error) {
	base, err := knowledge.Load(knowledge.Seed())
	if err != nil {
		return nil, err
	}
	return knowledge.Publish(context.Background(), base, nil)
})

func seed(t *testing.T, language string) *talk {
	t.Helper()
	all, err := published()
	if err != nil {
		t.Fatal(err)
	}
	k := start(t, language)
	k.bot = bot.New(func() *knowledge.Published { return all }, nil)
	return k
}

type quoted struct{ answerable, right, wrong, intent, unanswerable, invented, intentOut int }

func (m *quoted) add(t *testing.T, language, text, want string) {
	t.Helper()
	out := seed(t, language).says(text)
	passage, answer := out.Trace.Rule == bot.RulePassage, out.Action == bot.ActionAnswer && out.Trace.Rule != bot.RulePassage
	hit := passage && strings.HasSuffix(out.Trace.Sources[0], "#"+want)
	switch {
	case want == "-" && passage:
		m.invented++
	case want != "-" && passage && !hit:
		m.wrong++
	case hit:
		m.right++
	case want != "-" && answer:
		m.intent++
	case want == "-" && answer:
		m.intentOut++
	}
	if want == "-" {
		m.unanswerable++
	} else {
		m.answerable++
	}
	if !hit && (want != "-" || passage) {
		t.Logf("%s: %q, want %s: %s %s %v", language, text, want, out.Trace.Rule, out.Trace.Intent, out.Trace.Sources)
	}
}

func (m *quoted) report(t *testing.T, language string) {
	t.Helper()
	t.Logf("%s: of %d that a passage answers: right %d, wrong %d, an intent instead %d; of %d that none does: quoted %d, an intent %d",
		language, m.answerable, m.right, m.wrong, m.intent, m.unanswerable, m.invented, m.intentOut)
	if m.right*4 < m.answerable || m.wrong > 1 || m.invented > 1 {
		t.Errorf("%s: want a quarter quoted rightly, and at most one wrong quote of either kind", language)
	}
}
