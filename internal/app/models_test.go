package app_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/internal/bot"
	"parley/internal/bot/llm/scripted"
	"parley/internal/config"
	"parley/internal/store/storetest"
	"parley/internal/store/usage"
)

const modelKey = "loop-model-key-facade"

// TestModel plays a conversation whose route has a model: what it says goes out, what it costs is in the ledger, and
// when it fails the embedded bot answers as if there were none.
func TestModel(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, database string) {
		model := scripted.New(func(r scripted.Request) scripted.Step {
			told := r.Messages[0].Text
			now := told[strings.LastIndex(told, "What the customer writes now"):]
			switch {
			case !strings.Contains(now, topics[1]):
				return scripted.Step{Status: 500}
			case !strings.Contains(told, "source about_"+topics[1]):
				return scripted.Step{Calls: []scripted.Call{{Name: "reply", Args: `{"kind":"decline"}`}}}
			}
			args, _ := json.Marshal(map[string]any{"kind": "answer", "text": "Gladly. " + answerTo(1), "sources": []string{"about_" + topics[1]}})
			return scripted.Step{Calls: []scripted.Call{{Name: "reply", Args: string(args)}}, In: 1000, Out: 100}
		})
		server := httptest.NewServer(model)
		t.Cleanup(server.Close)
		f := newFront(t)
		b := newBox(t, f.URL, nil)
		cfg := settings(t, database, b.url)
		m := &cfg.Workspaces[0].Model
		m.Provider, m.BaseURL, m.Name, m.APIKey = config.ProviderOpenAI, server.URL+"/v1", "test-model", modelKey
		m.PriceIn, m.PriceOut = 2, 10
		l := &loop{rig: newRigBehind(t, cfg, f), box: b}
		l.private(modelKey)

		const phone = "+15550000201"
		l.write(phone, question(1))
		if got := l.box.replied(phone, 1)[0]; !strings.HasSuffix(got, "Gladly. "+answerTo(1)) || !strings.Contains(got, "automated assistant") {
			t.Errorf("the model's answer came as %q", got)
		}
		l.write(phone, question(2))
		if got := l.box.replied(phone, 2)[1]; got != answerTo(2) {
			t.Errorf("without the model the answer is %q, want %q", got, answerTo(2))
		}
		l.settled()

		id := l.of(phone).ID
		turns, err := usage.Of(t.Context(), l.app.Store(), id)
		if err != nil || len(turns) != 2 {
			t.Fatalf("the ledger has %+v, %v", turns, err)
		}
		if first := turns[0]; first.Outcome != string(bot.DraftAnswer) || first.In != 1000 || first.Micros != 3000 || first.Model != "test-model" || first.Route != "support" {
			t.Errorf("the first turn is %+v", first)
		}
		if second := turns[1]; second.Outcome != usage.Fallback || second.Failure != "unreachable" || second.Micros != 0 {
			t.Errorf("the second turn is %+v", second)
		}
		desk := l.desk()
		for i, want := range map[int]string{1: "test-model · answer · 1000+100 tokens", 3: "test-model · fallback · unreachable"} {
			if life := desk.get("/messages/" + string(l.lines(id)[i].ID) + "/life"); !strings.Contains(life, want) {
				t.Errorf("no %q in %s", want, life)
			}
		}
		if n := len(model.Seen()); n != 2 || model.Seen()[0].Key != modelKey {
			t.Errorf("the model was asked %d times", n)
		}
	})
}
