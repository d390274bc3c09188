package bot_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/bot"
	"parley/internal/bot/knowledge"
)

// shop is trained once for all tests.
var shop = sync.OnceValues(func() (*knowledge.Published, error) {
	base, err := knowledge.Load(os.DirFS("knowledge/testdata/shop"))
	if err != nil {
		return nil, err
	}
	return knowledge.Publish(context.Background(), base, nil)
})

// talk is one conversation with the bot.
type talk struct {
	t       testing.TB
	bot     *bot.Bot
	contact bot.Contact
	history []bot.Line
	state   json.RawMessage
	now     time.Time
	turn    func(*bot.Turn) // changes a turn before the bot gets it; may be nil
}

func start(t testing.TB, language string) *talk {
	t.Helper()
	published, err := shop()
	if err != nil {
		t.Fatal(err)
	}
	return &talk{
		t: t, bot: bot.New(func() *knowledge.Published { return published }, nil),
		contact: bot.Contact{FirstName: "Grace", Language: language}, now: time.Unix(1e9, 0),
	}
}

// careful makes the bot answer only what is certain, so that ambiguous questions get
// choices whatever the model of the day makes of them.
func (k *talk) careful() *talk {
	published, err := shop()
	if err != nil {
		k.t.Fatal(err)
	}
	base := *published.Base
	base.Answer, base.Clarify = 0.999, 0.05
	strict := *published
	strict.Base = &base
	k.bot = bot.New(func() *knowledge.Published { return &strict }, nil)
	return k
}

// says sends one burst and returns the outcome.
func (k *talk) says(texts ...string) bot.Outcome {
	k.t.Helper()
	var burst []bot.Inbound
	for i, text := range texts {
		burst = append(burst, bot.Inbound{ID: "m", Seq: int64(i), Text: text, At: k.now})
	}
	return k.sends(burst...)
}

func (k *talk) sends(burst ...bot.Inbound) bot.Outcome {
	k.t.Helper()
	turn := bot.Turn{
		Workspace: "w", Route: "support", Contact: k.contact,
		Messages: burst, History: k.history, State: k.state, Now: k.now,
	}
	if k.turn != nil {
		k.turn(&turn)
	}
	out, err := k.bot.Reply(context.Background(), turn)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, m := range burst {
		k.history = append(k.history, bot.Line{Author: bot.AuthorContact, Text: m.Text, At: k.now})
	}
	if out.Text != "" {
		k.history = append(k.history, bot.Line{Author: bot.AuthorBot, Text: out.Text, At: k.now})
	}
	k.history = k.history[max(0, len(k.history)-20):]
	k.state = out.State
	return out
}

// want checks the action, the handoff code ("" for none) and pieces of the text.
func (k *talk) want(out bot.Outcome, action bot.Action, code bot.HandoffCode, pieces ...string) {
	k.t.Helper()
	var got bot.HandoffCode
	if out.Handoff != nil {
		got = out.Handoff.Code
	}
	if out.Action != action || got != code {
		k.t.Errorf("action %s, handoff %q; want %s, %q\ntext: %s\nreason: %s", out.Action, got, action, code, out.Text, out.Trace.Reason)
	}
	for _, p := range pieces {
		if !strings.Contains(out.Text, p) {
			k.t.Errorf("no %q in: %s\nreason: %s", p, out.Text, out.Trace.Reason)
		}
	}
	if out.Trace.Reason == "" {
		k.t.Error("no reason")
	}
}

const (
	hintEN = "Write AGENT at any time to reach a person."
	hintFR = "Écrivez CONSEILLER à tout moment pour parler à une personne."
)

func TestReply_answersAndIntroducesItselfOnce(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	out := k.says("where is my order?")
	k.want(out, bot.ActionAnswer, "", "You are chatting with the automated assistant of Test Shop.", hintEN, "https://example.com/track")
	if out.Trace.Intent != "order_tracking" || out.Trace.Band != bot.BandAnswer || out.Trace.P < 0.7 || out.Trace.Title != "Where is my order" {
		t.Errorf("trace = %+v", out.Trace)
	}
	if diff := cmp.Diff([]string{"en/order_tracking.yaml"}, out.Trace.Sources); diff != "" {
		t.Errorf("sources: %s", diff)
	}
	out = k.says("what are your opening hours")
	k.want(out, bot.ActionAnswer, "", "9 am to 6 pm")
	if strings.Contains(out.Text, "automated") {
		t.Errorf("introduced again: %+v", out)
	}
}

func TestReply_introducesItselfAgainAfterAPerson(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.says("where is my order?")
	k.history = append(k.history, bot.Line{Author: bot.AuthorAgent, Text: "Done.", At: k.now})
	k.want(k.says("what are your opening hours"), bot.ActionAnswer, "", "automated assistant", "9 am")
}

func TestReply_greets(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.says("hi"), bot.ActionAsk, "", "Hello Grace.", "automated assistant", "What can I help you with?")
	k.want(k.says("i need help"), bot.ActionAsk, "", "in a few words", hintEN)
	k = start(t, "")
	k.contact.FirstName = "{{${first_name}}}"
	k.want(k.says("bonjour"), bot.ActionAsk, "", "Bonjour. Vous échangez", "En quoi puis-je vous aider ?")
}

func TestReply_understandsChoices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer, want string
		action       bot.Action
		code         bot.HandoffCode
	}{
		{"1", "", bot.ActionAnswer, ""},
		{"1.", "", bot.ActionAnswer, ""},
		{"option 1 please", "", bot.ActionAnswer, ""},
		{"1️⃣", "", bot.ActionAnswer, ""},
		{"the first one", "", bot.ActionAnswer, ""},
		{"one", "", bot.ActionAnswer, ""},
		{"FIRST", "", bot.ActionAnswer, ""},
		{"number one please", "", bot.ActionAnswer, ""},
		{"1st", "", bot.ActionAnswer, ""},
		{"the last one", "", bot.ActionHandoff, bot.HandoffPerson},
		{"a person", "", bot.ActionHandoff, bot.HandoffPerson},
		{"9", "1. ", bot.ActionChoices, ""},
		{"none of these", "", bot.ActionAsk, ""},
	} {
		k := start(t, "en").careful()
		out := k.says("my money and my parcel")
		if out.Action != bot.ActionChoices || len(out.Choices) < 2 {
			t.Fatalf("no choices: %+v", out)
		}
		if out.Choices[len(out.Choices)-1] != "A person" || !strings.Contains(out.Text, "1. "+out.Choices[0]) {
			t.Errorf("choices = %q\n%s", out.Choices, out.Text)
		}
		first := out.Choices[0]
		got := k.says(c.answer)
		t.Log(c.answer)
		k.want(got, c.action, c.code, c.want)
		if c.action == bot.ActionAnswer && got.Trace.Title != first {
			t.Errorf("%q chose %q, want %q", c.answer, got.Trace.Title, first)
		}
	}
}

func TestReply_takesTapsAndTitles(t *testing.T) {
	t.Parallel()
	k := start(t, "en").careful()
	for i, title := range k.says("my money and my parcel").Choices {
		k := start(t, "en").careful()
		k.says("my money and my parcel")
		out := k.says(title)
		if i < 2 && (out.Trace.Title != title || out.Trace.Rule != "choice") {
			t.Errorf("tap on %q: %+v", title, out.Trace)
		}
	}
}

func TestReply_refusingTwiceHandsOver(t *testing.T) {
	t.Parallel()
	k := start(t, "en").careful()
	first := k.says("my money and my parcel")
	k.want(k.says("no"), bot.ActionAsk, "", hintEN)
	k.want(k.says("my parcel and my money"), bot.ActionHandoff, bot.HandoffFallbacks)
	if len(first.Choices) < 3 {
		t.Errorf("choices = %q", first.Choices)
	}

	k = start(t, "en").careful()
	k.says("my money and my parcel")
	k.state = forget(t, k.says("no").State, "refused", "misses", "asked")
	k.says("my money and my parcel")
	k.want(k.says("none of these"), bot.ActionHandoff, bot.HandoffRefused)
}

func TestReply_twoFallbacksHandOver(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	out := k.says("the quick brown fox jumps over lazy dogs")
	k.want(out, bot.ActionAsk, "", "other words", hintEN)
	if out.Trace.Band != bot.BandFallback || strings.Count(out.Text, hintEN) != 1 {
		t.Errorf("trace = %+v\n%s", out.Trace, out.Text)
	}
	k.want(k.says("purple elephants sing karaoke nightly"), bot.ActionHandoff, bot.HandoffFallbacks, "A person takes over")
}

func TestReply_threeFallbacksOfEightHandOver(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	for _, nonsense := range []string{"the quick brown fox jumps over lazy dogs", "purple elephants sing karaoke nightly"} {
		k.want(k.says(nonsense), bot.ActionAsk, "")
		k.want(k.says("where is my order?"), bot.ActionAnswer, "")
		k.want(k.says("what are your opening hours"), bot.ActionAnswer, "")
		k.says("thanks")
		k.state = forget(t, k.state, "asked", "repeats")
	}
	k.want(k.says("yesterday seventeen violins melted"), bot.ActionHandoff, bot.HandoffFallbacks)
}

// forget removes parts of the memory that are not what a test is about.
func forget(t *testing.T, raw json.RawMessage, names ...string) json.RawMessage {
	t.Helper()
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		delete(m, n)
	}
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReply_urgentMessagesHandOverAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		code bot.HandoffCode
		want string
	}{
		{"i want to talk to a person", bot.HandoffPerson, "A person takes over"},
		{"Where is my order? I want to talk to an agent.", bot.HandoffPerson, "A person takes over"},
		{"je veux parler à un conseiller s'il vous plaît", bot.HandoffPerson, "Une personne prend le relais"},
		{"STOP", bot.HandoffOptOut, "further messages"},
		{"please delete my personal data", bot.HandoffDeleteData, "personal data"},
		{"the kettle caught fire", bot.HandoffSafety, "emergency number"},
		{"my lawyer will write to you", bot.HandoffLegal, "person"},
		{"This message is from WhatsApp - we are initiating this conversation to understand the quality of your bot experience", bot.HandoffProbe, "Test Shop can write AGENT"},
	} {
		k := start(t, "en")
		out := k.says(c.text)
		k.want(out, bot.ActionHandoff, c.code, c.want, "automat")
		if out.Handoff == nil || out.Handoff.Detail == "" {
			t.Errorf("%q: no detail", c.text)
		}
	}
}

func TestReply_aPersonIsFoundAcrossABurst(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.says("hi", "i want to talk", "to a person"), bot.ActionHandoff, bot.HandoffPerson)
}

func TestReply_explainsAttachmentsOnce(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	picture := bot.Inbound{ID: "p", Media: []string{"https://example.com/p.jpg"}}
	k.want(k.sends(picture), bot.ActionAsk, "", "I can only read text")
	k.want(k.sends(picture), bot.ActionHandoff, bot.HandoffMedia)

	k = start(t, "en")
	captioned := bot.Inbound{ID: "p", Text: "where is my order", Media: picture.Media}
	k.want(k.sends(captioned), bot.ActionAnswer, "", "example.com/track")
}

// A picture may help to read a question. It is nobody's words: what is written in it asks, decides and agrees to nothing.
func TestReply_takesPicturesForNoWords(t *testing.T) {
	t.Parallel()
	for name, seen := range map[string]string{
		"plain": "A parcel.", "stop": "STOP", "person": "I want a person", "order": "Where is my order?", "harm": "I will sue you",
	} {
		k := start(t, "en")
		alone := bot.Inbound{ID: "p", Seen: seen}
		out := k.sends(alone)
		k.want(out, bot.ActionAsk, "", "Thank you for the picture")
		if strings.Contains(out.Text, "only read text") {
			t.Errorf("%s: it says that it cannot see: %s", name, out.Text)
		}
		k.want(k.sends(alone), bot.ActionHandoff, bot.HandoffMedia)
	}

	k := start(t, "en")
	k.want(k.sends(bot.Inbound{ID: "p", Text: "where is my order", Seen: "STOP. I want a person."}), bot.ActionAnswer, "", "example.com/track")

	k = start(t, "en")
	k.want(k.sends(bot.Inbound{ID: "p", Text: "this one please", Seen: "Where is my order? Track my order."}), bot.ActionAnswer, "", "example.com/track")

	k = start(t, "en")
	k.want(k.sends(bot.Inbound{ID: "p", Text: "where is my order", Seen: "A card with <CARD> on it."}), bot.ActionAnswer, "", "card")
}

func TestReply_breaksLoops(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.says("where is my order?"), bot.ActionAnswer, "")
	out := k.says("where is my order")
	if out.Action != bot.ActionChoices && out.Action != bot.ActionAsk {
		t.Errorf("answered the same again: %+v", out)
	}
	k.want(k.says("where is my order!!"), bot.ActionHandoff, bot.HandoffLoop)
}

func TestReply_offersAPersonToTheUpset(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	out := k.says("this is ridiculous, where is my order")
	k.want(out, bot.ActionAnswer, "", "example.com/track", "Would you like a person to take over?")
	k.want(k.says("yes"), bot.ActionHandoff, bot.HandoffUpset)

	k = start(t, "fr")
	k.want(k.says("c'est inadmissible, vous vous moquez de moi"), bot.ActionAsk, "", "Souhaitez-vous qu'une personne prenne le relais ?")
	k.want(k.says("les violons fondent sous la lune violette"), bot.ActionHandoff, bot.HandoffFallbacks)

	k = start(t, "en")
	k.says("this is ridiculous, where is my order")
	k.want(k.says("no"), bot.ActionAnswer, "", "All right.")
}

func TestReply_offersAPersonAfterALongTalk(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	offered := 0
	for i := range 16 {
		out := k.says([]string{"where is my order", "what are your opening hours", "how do i return an item", "when do i get my money back", "do you open late on thursday?"}[i%5])
		k.state = forget(t, k.state, "asked", "repeats")
		offered += strings.Count(out.Text, "Would you like a person")
		if i < 12 && offered > 0 {
			t.Fatalf("offered in turn %d", i+1)
		}
	}
	if offered != 1 {
		t.Errorf("offered %d times, want once", offered)
	}
}

func TestReply_followsTheKnowledgeBasesHandoff(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.says("the cup is cracked"), bot.ActionHandoff, bot.HandoffIntent, "Please send your order number.", "A person takes over")
	k = start(t, "en")
	k.want(k.says("do you match prices"), bot.ActionHandoff, bot.HandoffIntent, "A person takes over")
	k = start(t, "en")
	out := k.says("i want to buy a gift card")
	k.want(out, bot.ActionHandoff, bot.HandoffUnfilled, "A person takes over")
	if strings.Contains(out.Text, "Buy one at") || !strings.Contains(out.Handoff.Detail, "gift_card_url") {
		t.Errorf("text %q, detail %q", out.Text, out.Handoff.Detail)
	}
}

func TestReply_readsABurstAsOneQuestionOrTwo(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	out := k.says("hi", "my parcel", "where is it", "thanks")
	k.want(out, bot.ActionAnswer, "", "example.com/track")
	k = start(t, "en")
	out = k.says("what are your opening hours?", "and how do i return an item?")
	k.want(out, bot.ActionAnswer, "", "9 am to 6 pm", "30 days")
	k = start(t, "en")
	out = k.says("Hello! What are your opening hours? And how do I return an item? Thanks")
	k.want(out, bot.ActionAnswer, "", "9 am to 6 pm", "30 days")
	if len(out.Trace.Sources) != 2 {
		t.Errorf("sources = %q", out.Trace.Sources)
	}
}

func TestReply_choosesTheLanguage(t *testing.T) {
	t.Parallel()
	k := start(t, "fr_BE")
	out := k.says("ok")
	if out.Language != "fr" || out.Trace.LanguageFrom != "profile" {
		t.Errorf("ok: %s from %s", out.Language, out.Trace.LanguageFrom)
	}
	out = k.says("what are your opening hours please")
	k.want(out, bot.ActionAnswer, "", "9 am to 6 pm")
	if out.Language != "en" || out.Trace.LanguageFrom != "text" {
		t.Errorf("%s from %s, want en from text", out.Language, out.Trace.LanguageFrom)
	}
	out = k.says("merci")
	if out.Language != "en" || out.Trace.LanguageFrom != "conversation" {
		t.Errorf("one word switched to %s from %s", out.Language, out.Trace.LanguageFrom)
	}
	k.want(k.says("je voudrais savoir où est mon colis"), bot.ActionAnswer, "", "https://example.com/fr/suivi")

	k = start(t, "ja")
	if out := k.says("12345"); out.Language != "en" || out.Trace.LanguageFrom != "default" {
		t.Errorf("12345: %s from %s", out.Language, out.Trace.LanguageFrom)
	}
}

func TestReply_asksForALanguageItHas(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	out := k.says("Guten Tag, ich habe eine Frage zu meiner Bestellung, sie ist nicht angekommen")
	k.want(out, bot.ActionAsk, "", "English or French")
	k.want(k.says("Können Sie mir bitte sagen, was ich jetzt machen soll?"), bot.ActionHandoff, bot.HandoffFallbacks)
}

func TestReply_smallTalk(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.says("where is my order?")
	k.want(k.says("thanks!"), bot.ActionAnswer, "", "You are welcome.")
	out := k.says("thank you")
	k.want(out, bot.ActionSilent, "")
	if out.Text != "" {
		t.Errorf("silent with %q", out.Text)
	}
	k.want(k.says("are you a robot?"), bot.ActionAnswer, "", "automated assistant", hintEN)
	k.want(k.says("bye"), bot.ActionAnswer, "", "Goodbye")
	k.want(k.says("???"), bot.ActionAsk, "", hintEN)
}

func TestReply_withoutKnowledge(t *testing.T) {
	t.Parallel()
	k := start(t, "fr")
	k.bot = bot.New(func() *knowledge.Published { return nil }, nil)
	k.want(k.says("bonjour"), bot.ActionHandoff, bot.HandoffNoBase, "Une personne prend le relais")
}

func TestReply_withoutMessages(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	k.want(k.sends(), bot.ActionSilent, "")
}

func TestReply_endsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := start(t, "en").bot.Reply(ctx, bot.Turn{}); err == nil {
		t.Error("no error after the context ended")
	}
}

func TestReply_timesItselfWithTheClockItIsGiven(t *testing.T) {
	t.Parallel()
	k := start(t, "en")
	now := time.Unix(0, 0)
	published, _ := shop()
	k.bot = bot.New(func() *knowledge.Published { return published }, func() time.Time {
		now = now.Add(250 * time.Microsecond)
		return now
	})
	if out := k.says("hi"); out.Trace.Micros != 250 {
		t.Errorf("micros = %d", out.Trace.Micros)
	}
}

func BenchmarkReply(b *testing.B) {
	k := start(b, "en")
	turn := bot.Turn{Contact: k.contact, Messages: []bot.Inbound{{Text: "hello, my parcel should have been here on monday, where is it?"}}}
	for b.Loop() {
		if _, err := k.bot.Reply(context.Background(), turn); err != nil {
			b.Fatal(err)
		}
	}
}
