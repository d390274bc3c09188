package remote_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/llm"
	"parley/internal/bot/remote"
	"parley/internal/bot/remote/wire"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/sign"
	"parley/internal/store/usage"
	"parley/internal/testkit"
)

// shop is a small base in two languages.
var shop = sync.OnceValues(func() (*knowledge.Published, error) {
	base, err := knowledge.Load(fstest.MapFS{
		"base.yaml":       {Data: []byte("name: Shop\nlanguages: [en, fr]\noos_prior: 0.01\nthresholds: {answer: 0.30, clarify: 0.10}\n")},
		"en/hours.yaml":   {Data: []byte("title: Opening hours\nphrasings: [when are you open, what are your opening hours, opening times please]\nanswer: From nine to six.\nhandoff: never\n")},
		"en/returns.yaml": {Data: []byte("title: Returns\nphrasings: [how do I return a parcel, I want to send it back, your return policy]\nanswer: Within thirty days.\nhandoff: never\n")},
		"en/damaged.yaml": {Data: []byte("title: Damaged\nphrasings: [it arrived broken, my glass is in pieces, the cup is damaged]\nanswer: We are sorry.\nhandoff: always\n")},
		"fr/hours.yaml":   {Data: []byte("title: Horaires\nphrasings: [quand ouvrez-vous, quels sont vos horaires, heures d'ouverture]\nanswer: De neuf à dix-huit heures.\nhandoff: never\n")},
		"fr/returns.yaml": {Data: []byte("title: Retours\nphrasings: [comment renvoyer un colis, je veux le retourner, politique de retour]\nanswer: Sous trente jours.\nhandoff: never\n")},
		"fr/damaged.yaml": {Data: []byte("title: Abîmé\nphrasings: [il est arrivé cassé, mon verre est en morceaux, la tasse est abîmée]\nanswer: Nous sommes désolés.\nhandoff: always\n")},
	})
	if err != nil {
		return nil, err
	}
	return knowledge.Publish(context.Background(), base, nil)
})

// bench is a conversation with a bot that has a brain.
type bench struct {
	t     *testing.T
	bot   *bot.Bot
	asker *remote.Asker
	// answer is the brain; nil: 500.
	answer func(t wire.Turn) map[string]any

	mu    sync.Mutex
	told  []wire.Turn
	notes []usage.Turn

	turn  bot.Turn // of the last say
	state json.RawMessage
	now   time.Time
	past  []bot.Line
}

func newBench(t *testing.T, raw bool) *bench {
	t.Helper()
	pub, err := shop()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	server := httptest.NewServer(http.HandlerFunc(b.serve))
	t.Cleanup(server.Close)
	published := func() *knowledge.Published { return pub }
	b.bot = bot.New(published, nil)
	b.asker = remote.New(remote.Settings{Name: "brain.example.com/turn", Raw: raw, Layouts: []string{"text"}}, remote.Parts{
		Client:  wire.New(wire.Options{URL: server.URL, Secret: sign.NewSecret(), Timeout: 30 * time.Second, Now: time.Now}),
		Circuit: llm.NewCircuit(func() time.Time { return b.now }), Bot: b.bot, Published: published, Log: slog.New(slog.DiscardHandler),
		Metrics: obs.NewMetrics("test", nil, nil),
		Note: func(_ context.Context, u usage.Turn) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.notes = append(b.notes, u)
			return nil
		},
	})
	return b
}

func (b *bench) serve(w http.ResponseWriter, r *http.Request) {
	var t wire.Turn
	raw, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(raw, &t); err != nil {
		b.t.Errorf("told %s: %v", raw, err)
	}
	b.mu.Lock()
	b.told = append(b.told, t)
	b.mu.Unlock()
	if b.answer == nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	answer := b.answer(t)
	if _, ok := answer["turn"]; !ok {
		answer["turn"] = t.ID
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// says plays one turn and gives what was decided, and what the embedded bot would have said.
func (b *bench) says(text string) (out, embedded bot.Outcome) {
	b.t.Helper()
	b.now = b.now.Add(time.Minute)
	b.turn = bot.Turn{
		Workspace: "w", Route: "support", State: b.state, Now: b.now, History: b.past,
		Contact:  bot.Contact{FirstName: "Grace", Attributes: map[string]string{"tier": "gold", "mail": "grace@example.com"}},
		Messages: []bot.Inbound{{ID: chat.NewID(), Seq: 1, Text: text, At: b.now}},
	}
	embedded, err := b.bot.Reply(b.t.Context(), b.turn)
	if err != nil {
		b.t.Fatal(err)
	}
	out, err = b.asker.Improve(b.t.Context(), b.of(embedded, 1))
	if err != nil {
		b.t.Fatal(err)
	}
	b.state = out.State
	b.past = append(b.past, bot.Line{Author: bot.AuthorContact, Text: text, At: b.now}, bot.Line{Author: bot.AuthorBot, Text: out.Text, At: b.now})
	return out, embedded
}

func (b *bench) of(embedded bot.Outcome, epoch int64) remote.Turn {
	return remote.Turn{
		Turn: b.turn, Conversation: "c-1", Epoch: epoch, Customer: chat.ContactID("p-1"), ExternalID: "grace", Phone: "+15550000001", Embedded: embedded,
	}
}

func (b *bench) does(fields map[string]any) {
	b.answer = func(wire.Turn) map[string]any {
		answer := map[string]any{}
		for k, v := range fields {
			answer[k] = v
		}
		return answer
	}
}

// lost is what the embedded bot can make nothing of.
const lost = "what colour has your sofa"

func TestImprove_tellsNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	for _, raw := range []bool{false, true} {
		b := newBench(t, raw)
		b.past = []bot.Line{{Author: bot.AuthorAgent, Text: "Call me on +33 6 12 34 56 78."}, {Author: "note", Text: "secret note"}}
		b.does(map[string]any{"action": "answer", "text": "We write to <EMAIL_1> today.", "sources": []any{map[string]any{"name": "profile", "text": "<EMAIL_1>"}}})
		out, _ := b.says("when are you open, write to grace@example.com or charge 4111 1111 1111 1111")
		told := b.told[0]
		all, err := json.Marshal(told)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(all), "4111") || strings.Contains(string(all), "secret note") {
			t.Errorf("raw %t: told %s", raw, all)
		}
		for _, personal := range []string{"grace@example.com", "+33 6 12 34 56 78", "+15550000001"} {
			if strings.Contains(string(all), personal) != raw {
				t.Errorf("raw %t: %q in %s", raw, personal, all)
			}
		}
		testkit.Diff(t, told.Contact, wire.Contact{
			ID: "p-1", ExternalID: "grace", FirstName: "Grace", Phone: map[bool]string{true: "+15550000001"}[raw],
			Attributes: map[string]string{"tier": "gold", "mail": map[bool]string{true: "grace@example.com", false: "<EMAIL_1>"}[raw]},
		})
		if told.Version != 1 || told.Epoch != 1 || told.Language != "en" || len(told.Languages) != 2 || told.Embedded.Text == "" || len(told.History) != 1 ||
			told.History[0].Author != wire.AuthorAgent || told.Embedded.Intent != "hours" || told.Limits != wire.Bounds() || !told.Now.Equal(b.now) {
			t.Errorf("told %s", all)
		}
		// What stood for the address is put back; where nothing did, the customer does not see it.
		if said := strings.Contains(out.Text, "grace@example.com"); said == raw || strings.Contains(out.Text, "EMAIL") {
			t.Errorf("raw %t: said %q", raw, out.Text)
		}
	}
}

func TestImprove_everyAction(t *testing.T) {
	t.Parallel()
	order := []map[string]string{{"name": "order", "text": "The sofa is 499 € and grey; it arrives on 24 November."}}
	for name, c := range map[string]struct {
		answer map[string]any
		action bot.Action
		say    string
	}{
		"answer":   {map[string]any{"action": "answer", "text": "It is grey and costs 499 €.", "sources": order}, bot.ActionAnswer, "It is grey and costs 499 €."},
		"did":      {map[string]any{"action": "answer", "text": "I have cancelled your order.", "did": []string{"cancelled the order"}}, bot.ActionAnswer, "cancelled"},
		"ask":      {map[string]any{"action": "ask", "text": "Which window do you mean?"}, bot.ActionAsk, "Which window"},
		"choices":  {map[string]any{"action": "choices", "text": "Which one?", "choices": []any{map[string]any{"title": "Left", "detail": "of the door"}, map[string]any{"title": "Right"}}, "button": "Windows"}, bot.ActionChoices, "1. Left – of the door\n2. Right"},
		"handoff":  {map[string]any{"action": "handoff", "reason": "only people see the window", "text": "Good question."}, bot.ActionHandoff, "Good question.\n\nThis needs a person"},
		"decline":  {map[string]any{"action": "decline"}, bot.ActionAnswer, "only help with questions about our shop"},
		"language": {map[string]any{"action": "answer", "text": "Le canapé dans la vitrine est gris et très confortable.", "language": "fr"}, bot.ActionAnswer, "assistant automatique"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, false)
			b.does(c.answer)
			out, _ := b.says(lost)
			if out.Action != c.action || !strings.Contains(out.Text, c.say) || out.Trace.Model == nil || out.Trace.Model.Failure != "" {
				t.Errorf("%s: %q, %+v", out.Action, out.Text, out.Trace.Model)
			}
			if m := out.Trace.Model; m.Provider != usage.Brain || m.Model != "brain.example.com/turn" || m.Outcome != c.answer["action"] || m.Calls != 1 {
				t.Errorf("traced %+v", m)
			}
			switch name {
			case "choices":
				testkit.Diff(t, []any{out.Choices, out.Details, out.Button}, []any{[]string{"Left", "Right"}, []string{"of the door", ""}, "Windows"})
				if !strings.HasSuffix(out.Prompt, "Which one?") {
					t.Errorf("the prompt is %q", out.Prompt)
				}
			case "handoff":
				if out.Handoff.Code != bot.HandoffModel || !strings.HasSuffix(out.Handoff.Detail, "asks for a person: only people see the window") {
					t.Errorf("handed over with %+v", out.Handoff)
				}
			case "did":
				testkit.Diff(t, out.Trace.Model.Tools, []string{"cancelled the order"})
			case "language":
				if out.Language != "fr" {
					t.Errorf("the language is %q", out.Language)
				}
			}
			testkit.Diff(t, []any{len(b.notes), b.notes[0].Provider, b.notes[0].Outcome}, []any{1, usage.Brain, c.answer["action"]})
		})
	}
}

// Whatever goes wrong, the customer gets what the embedded bot had ready, and the trace
// says what it was.
func TestImprove_everyFailureKeepsTheEmbeddedOutcome(t *testing.T) {
	t.Parallel()
	say := func(text string) map[string]any { return map[string]any{"action": "answer", "text": text} }
	for name, c := range map[string]struct {
		answer             map[string]any
		kind, rule, detail string
	}{
		"down":             {nil, "unreachable", "", "it answered 500"},
		"keeps silent":     {map[string]any{"action": "silent"}, "malformed", "", "action is not one of"},
		"another turn":     {map[string]any{"turn": "turn_0", "action": "keep"}, "malformed", "", "turn is not that of the request"},
		"field":            {map[string]any{"action": "keep", "mood": "x"}, "malformed", "", `no field "mood"`},
		"price":            {say("It costs 19.99 €."), "unsafe", "price", ""},
		"address":          {say("See https://evil.example/x for that."), "unsafe", "link", "evil.example"},
		"promise":          {say("I have cancelled your order."), "unsafe", "promise", ""},
		"another language": {say("Le canapé dans la vitrine est gris et très confortable, madame."), "unsafe", "language", ""},
		"mark":             {say("We write to <EMAIL_9>."), "unsafe", "marks", ""},
		"choice":           {map[string]any{"action": "choices", "text": "Which?", "choices": []any{map[string]any{"title": "For 12.50 €"}}}, "unsafe", "price", ""},
		"source elsewhere": {map[string]any{"action": "answer", "text": "It costs 19.99 €.", "sources": []any{map[string]any{"name": "x", "text": "It costs 29.99 €."}}}, "unsafe", "price", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, false)
			if c.answer != nil {
				b.does(c.answer)
			}
			out, embedded := b.says(lost)
			m := out.Trace.Model
			if m == nil || m.Failure != c.kind || m.Violation != c.rule || !strings.Contains(m.Detail, c.detail) || m.Detail == "" || m.Outcome != usage.Fallback {
				t.Fatalf("traced %+v", m)
			}
			out.Trace.Model = nil
			testkit.Diff(t, out, embedded)
			if n := b.notes; len(n) != 1 || n[0].Failure != c.kind || n[0].Violation != c.rule {
				t.Errorf("noted %+v", n)
			}
		})
	}
}

func TestImprove_keepIsNoFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	b.does(map[string]any{"action": "keep"})
	out, embedded := b.says("when are you open")
	if m := out.Trace.Model; m.Outcome != "keep" || m.Failure != "" || out.Text != embedded.Text {
		t.Errorf("%q, traced %+v", out.Text, m)
	}
}

// The embedded bot's rules are not put to a brain.
func TestImprove_rulesAreNeverAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	b.does(map[string]any{"action": "answer", "text": "Never mind."})
	for _, text := range []string{
		"I want to talk to a person", "STOP", "delete my data please", "I will call my lawyer", "hello", "thank you", "yes", "the cup is damaged", "Are you a robot?",
	} {
		b.state, b.past = nil, nil
		if out, embedded := b.says(text); out.Trace.Model != nil || out.Text != embedded.Text {
			t.Errorf("%q was put to the brain", text)
		}
	}
	if len(b.told) != 0 {
		t.Errorf("asked %d times", len(b.told))
	}
}

// After a question of the brain's, even a bare yes or a number is an answer to it; a wish
// for a person is not. Its questions may go on for as long as it leads somewhere.
func TestImprove_theAnswerToItsQuestionReachesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	steps := 0
	b.answer = func(wire.Turn) map[string]any {
		steps++
		return map[string]any{"action": "ask", "text": "And now the step with the letter " + string(rune('a'+steps)) + ", please?"}
	}
	for i, text := range []string{lost, "yes", "no", "42", "👍", "yes"} {
		if out, _ := b.says(text); out.Action != bot.ActionAsk || steps != i+1 {
			t.Fatalf("%q: %s %q after %d questions (%s)", text, out.Action, out.Text, steps, out.Trace.Reason)
		}
	}
	if out, _ := b.says("I want to talk to a person"); out.Action != bot.ActionHandoff || out.Trace.Model != nil {
		t.Errorf("%s %q", out.Action, out.Text)
	}
	b.state = nil
	b.does(map[string]any{"action": "answer", "text": "It is grey."})
	b.says(lost)
	if out, _ := b.says("yes"); out.Trace.Model != nil {
		t.Error("a yes to nothing was put to the brain")
	}
}

// The same messages in the same epoch are the same turn, whoever asks again; nothing else is.
func TestImprove_theTurnKeepsItsID(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	b.does(map[string]any{"action": "keep"})
	_, embedded := b.says(lost)
	again := func(turn remote.Turn) string {
		if _, err := b.asker.Improve(t.Context(), turn); err != nil {
			t.Fatal(err)
		}
		return b.told[len(b.told)-1].ID
	}
	first := b.told[0].ID
	if got := again(b.of(embedded, 1)); got != first || !strings.HasPrefix(got, "turn_") {
		t.Errorf("asked again as %s, first as %s", got, first)
	}
	if again(b.of(embedded, 2)) == first {
		t.Error("another epoch is the same turn")
	}
	b.turn.Messages = append(b.turn.Messages, bot.Inbound{ID: "one more", Text: "please"})
	if again(b.of(embedded, 1)) == first {
		t.Error("another message is the same turn")
	}
}

func TestImprove_leavesABrainAloneThatIsDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	for range 3 {
		b.says(lost)
		b.state = nil
	}
	before := len(b.told)
	b.now = b.now.Add(-time.Minute)
	embedded, err := b.bot.Reply(t.Context(), b.turn)
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.asker.Improve(t.Context(), b.of(embedded, 1))
	if err != nil || out.Trace.Model.Failure != string(llm.Resting) || len(b.told) != before || before != 6 {
		t.Errorf("%+v, %v after %d calls", out.Trace.Model, err, len(b.told))
	}
	b.now = b.now.Add(time.Minute)
	b.does(map[string]any{"action": "answer", "text": "It is grey."})
	if out, _ := b.says(lost); !strings.Contains(out.Text, "It is grey.") {
		t.Errorf("afterwards it says %q: %+v", out.Text, out.Trace.Model)
	}
}

// Whatever a brain answers, the customer reads something that keeps to the rules, and it is either
// the brain's as it was checked or the embedded bot's to the letter.
func TestImprove_whateverItAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	pieces := rapid.SampledFrom([]string{
		"It is grey.", "It costs 12 €.", "See https://x.example.", "I have cancelled it.", "Call +33 6 12 34 56 78.", "<EMAIL_1>", "", " ", "{{x}}", "Gris et confortable, comme tous les autres canapés.",
	})
	used := 0
	rapid.Check(t, func(t *rapid.T) {
		answer := map[string]any{"action": rapid.SampledFrom([]string{"answer", "ask", "choices", "handoff", "decline", "keep", "silent"}).Draw(t, "action")}
		for _, name := range []string{"text", "reason", "button"} {
			if rapid.Bool().Draw(t, name+"?") {
				answer[name] = pieces.Draw(t, name)
			}
		}
		if rapid.Bool().Draw(t, "choices?") {
			answer["choices"] = []any{map[string]any{"title": pieces.Draw(t, "title"), "detail": pieces.Draw(t, "detail")}}
		}
		if rapid.Bool().Draw(t, "sources?") {
			answer["sources"] = []any{map[string]any{"name": "x", "text": pieces.Draw(t, "source")}}
		}
		b.does(answer)
		b.state, b.past = nil, nil
		out, embedded := b.says(lost)
		trace := out.Trace.Model
		if strings.TrimSpace(out.Text) == "" || len(out.Choices) != len(out.Details) || (out.Action == bot.ActionHandoff) != (out.Handoff != nil) || trace == nil {
			t.Fatalf("%v leads to %+v", answer, out)
		}
		if trace.Failure != "" || trace.Outcome == "keep" {
			if out.Text != embedded.Text || string(out.State) != string(embedded.State) {
				t.Fatalf("%v failed and says %q", answer, out.Text)
			}
			return
		}
		used++
		said := out.Text + strings.Join(out.Choices, " ") + strings.Join(out.Details, " ") + out.Button
		source, _ := json.Marshal(answer["sources"])
		for _, claim := range []string{"12 €", "x.example", "+33 6", "cancelled it", "EMAIL"} {
			if strings.Contains(said, claim) && !strings.Contains(string(source), claim) {
				t.Fatalf("%v is sent: %q", answer, said)
			}
		}
	})
	if used == 0 {
		t.Error("no answer was used")
	}
}

func TestImprove_endsWithItsCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t, false)
	ctx, cancel := context.WithCancel(t.Context())
	b.answer = func(wire.Turn) map[string]any {
		cancel()
		<-ctx.Done()
		return map[string]any{"action": "keep"}
	}
	b.turn = bot.Turn{Messages: []bot.Inbound{{ID: "m", Text: lost}}, Now: b.now}
	embedded, err := b.bot.Reply(t.Context(), b.turn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.asker.Improve(ctx, b.of(embedded, 1)); err == nil {
		t.Error("a turn that nobody waits for has an outcome")
	}
	if len(b.notes) != 1 || b.notes[0].Outcome != usage.Fallback {
		t.Errorf("noted %+v", b.notes)
	}
}
