package bot_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

// TestSeed_readsHeldOutMessages measures the shipped knowledge base on messages worded
// apart from its phrasings, and messages that belong to no intent.
func TestSeed_readsHeldOutMessages(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("eval/heldout/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("SKIPPED, the seed's accuracy is not measured: no eval/heldout/*.tsv")
	}
	base, err := knowledge.Load(knowledge.Seed())
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	published, err := knowledge.Publish(context.Background(), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d intents trained in %v", len(base.Intents), time.Since(start).Round(time.Millisecond))
	for _, file := range files {
		lang := strings.TrimSuffix(filepath.Base(file), ".tsv")
		var m measured
		for _, row := range readTSV(t, file) {
			m.add(t, published, lang, row[0], row[1])
		}
		m.report(t, lang)
	}
}

func readTSV(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

type measured struct {
	in, first, three, answered, wrong, asked, always, language int
	out, outAnswered, outAsked                                 int
}

func (m *measured) add(t *testing.T, p *knowledge.Published, lang, text, label string) {
	t.Helper()
	if g := p.Detector.Detect(text); g.Clear() && g.Language != lang {
		m.language++
		t.Logf("%s: read as %s: %q", lang, g.Language, text)
	}
	special, always := intent.Always(text, lang)
	r := p.Models[lang].Understand(text)
	if label == "off_topic" || label == "oos" {
		m.out++
		switch {
		case r.P >= p.Answer:
			m.outAnswered++
			t.Logf("%s: off-topic answered %.2f %s: %q", lang, r.P, r.Top[0].Label, text)
		case r.P >= p.Clarify:
			m.outAsked++
		}
		return
	}
	m.in++
	if always {
		m.always++
		t.Logf("%s: always %s instead of %s: %q", lang, special.Kind, label, text)
	}
	right := false
	for i, s := range r.Top {
		if s.Label == label && i < 3 {
			m.three++
			right = right || i == 0
		}
	}
	if right {
		m.first++
	}
	switch {
	case r.P >= p.Answer && right:
		m.answered++
	case r.P >= p.Answer:
		m.wrong++
		t.Logf("%s: answered %s (%.2f) instead of %s: %q", lang, r.Top[0].Label, r.P, label, text)
	case r.P >= p.Clarify:
		m.asked++
	}
}

func (m *measured) report(t *testing.T, lang string) {
	t.Helper()
	pc := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	t.Logf("%s: %d messages: top-1 %.1f, top-3 %.1f; answered right %.1f, wrong %.1f, choices %.1f; %d off-topic: answered %.1f, choices %.1f; wrong language %d, taken for small talk or a request %d",
		lang, m.in, pc(m.first, m.in), pc(m.three, m.in), pc(m.answered, m.in), pc(m.wrong, m.in), pc(m.asked, m.in),
		m.out, pc(m.outAnswered, m.out), pc(m.outAsked, m.out), m.language, m.always)
	if pc(m.first, m.in) < 70 || pc(m.three, m.in) < 85 {
		t.Errorf("%s: top-1 %.1f, top-3 %.1f; want at least 70 and 85", lang, pc(m.first, m.in), pc(m.three, m.in))
	}
	if pc(m.wrong, m.in) > 4 || pc(m.outAnswered, m.out) > 10 {
		t.Errorf("%s: %.1f %% answered wrongly, %.1f %% of off-topic answered; want at most 4 and 10", lang, pc(m.wrong, m.in), pc(m.outAnswered, m.out))
	}
	if m.language > m.in/50 || m.always > m.in/50 {
		t.Errorf("%s: wrong language %d, wrongly always-on %d of %d", lang, m.language, m.always, m.in)
	}
}
