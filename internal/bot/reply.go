package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/internal/bot/flow"
	"parley/internal/bot/guard"
	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/phrase"
	"parley/internal/bot/texts"
)

// Bot replies to turns from a published knowledge base. It keeps nothing between turns
// and is safe for concurrent use.
type Bot struct {
	published func() *knowledge.Published
	library   func() *flow.Library
	now       func() time.Time
}

// New builds a bot. published is asked once per turn, so a base swapped in between is
// used from the next turn on; it may return nil, then every turn is handed over. now
// times the trace and may be nil.
func New(published func() *knowledge.Published, now func() time.Time) *Bot {
	intent.Always("hello", "en") // compiles the word lists, so that no customer waits for it
	return &Bot{published: published, library: func() *flow.Library { return nil }, now: now}
}

// WithFlows is the bot with flows. library is asked once per turn and may return nil. An
// intent whose flow is not in it gives its answer.
func (b *Bot) WithFlows(library func() *flow.Library) *Bot {
	with := *b
	with.library = library
	return &with
}

// Reply decides one turn. It does no I/O and fails only when ctx has ended.
func (b *Bot) Reply(ctx context.Context, t Turn) (Outcome, error) {
	if err := ctx.Err(); err != nil {
		return Outcome{}, fmt.Errorf("bot turn: %w", err)
	}
	var start time.Time
	if b.now != nil {
		start = b.now()
	}
	r := begin(b.published(), t)
	r.library = b.library()
	asked := r.state.Asking
	r.state.Asking = false
	out := r.decide()
	raw, err := r.state.write()
	if err != nil {
		return Outcome{}, fmt.Errorf("bot turn: state: %w", err)
	}
	out.State, out.Language, out.Trace, out.Asked, out.Recall, out.Facts = raw, r.language, r.trace, asked, r.wakes(), r.facts
	if b.now != nil {
		out.Trace.Micros = b.now().Sub(start).Microseconds()
	}
	return out, nil
}

// GiveUp hands a turn over that failed too often, with the reason for the agent. It
// reads nothing of the messages, because one of them may be what the bot fails at.
func (b *Bot) GiveUp(t Turn, detail string) Outcome {
	t.Messages = nil
	r := begin(b.published(), t)
	out := r.handoff(HandoffFailed, BandRule, detail)
	raw, err := r.state.write()
	if err != nil {
		raw = nil // a memory that cannot be written starts afresh
	}
	out.State, out.Language, out.Trace = raw, r.language, r.trace
	return out
}

const (
	maxChoices   = 3
	maxPart      = 2000 // runes read of one message
	maxParts     = 20   // newest messages read of one burst
	repeatCosine = 0.85
	upsetOffer   = 2  // frustration from which a person is offered
	longTurns    = 12 // customer turns after which a person is offered once
	missRun      = 2  // fallbacks in a row that hand over
	missRecent   = 3  // fallbacks among the last eight turns that hand over
)

// run is one turn being decided.
type run struct {
	pub     *knowledge.Published
	library *flow.Library
	turn    Turn
	state   state

	parts    []part
	text     string // all parts, one line each
	question string // the parts that ask something, in one line
	media    bool   // something came that nobody made text of
	seen     string // what pictures show

	language string
	texts    *texts.Texts
	intro    bool // this reply has to introduce the bot
	back     bool // and to say that people have gone
	upset    int  // frustration over the last turns, this one included
	repeated bool // the question is one of the last three
	facts    map[string]string
	card     bool // the messages hold the number of a payment card
	trace    Trace
}

// part is one message with text.
type part struct {
	text    string
	special intent.Special
	always  bool // special is set
}

// small reports whether the part asks nothing: a greeting, thanks, a bare yes.
func (p part) small() bool {
	return p.always || intent.Fold(p.text) == ""
}

func begin(pub *knowledge.Published, t Turn) *run {
	r := &run{pub: pub, turn: t, state: readState(t.State), facts: map[string]string{}}
	messages := t.Messages
	if len(messages) > maxParts {
		messages = messages[len(messages)-maxParts:]
	}
	hint := r.state.Language
	if hint == "" {
		hint = baseLanguage(t.Contact.Language)
	}
	var lines, questions []string
	for _, m := range messages {
		r.media = r.media || len(m.Media) > 0
		r.seen = strings.TrimSpace(r.seen + "\n" + m.Seen)
		text := clip(strings.TrimSpace(m.Text), maxPart)
		if text == "" {
			continue
		}
		p := part{text: text}
		r.card = r.card || holdsCard(text) || strings.Contains(text, hiddenCard)
		p.special, p.always = intent.Always(text, hint)
		r.parts = append(r.parts, p)
		lines = append(lines, text)
		if !p.small() {
			questions = append(questions, text)
		}
	}
	r.card = r.card || strings.Contains(r.seen, hiddenCard)
	r.text, r.question = strings.Join(lines, "\n"), strings.Join(questions, " ")
	r.chooseLanguage()
	r.texts = texts.Of(r.language)
	r.intro = !r.state.Introduced || passedBack(t.History)
	r.back = r.returned()
	r.trace.Language = r.language
	if pub != nil {
		r.trace.KnowledgeVersion = pub.Version
	}
	return r
}

// passedBack reports whether a person spoke after the bot did last.
func passedBack(history []Line) bool {
	for i := len(history) - 1; i >= 0; i-- {
		switch history[i].Author {
		case AuthorBot:
			return false
		case AuthorAgent:
			return true
		}
	}
	return false
}

func clip(text string, runes int) string {
	if utf8.RuneCountInString(text) <= runes {
		return text
	}
	return string([]rune(text)[:runes])
}

// decide asks one rule after the other; the first that knows what to do wins. The order
// is: what must never wait, what answers the bot's own question, what is no question,
// and last the reading of the question.
func (r *run) decide() Outcome {
	if len(r.turn.Messages) == 0 {
		return r.silence()
	}
	if r.pub == nil {
		return r.handoff(HandoffNoBase, BandRule, "no knowledge base is published")
	}
	r.state.Turns++
	r.count()
	r.remember()
	for _, rule := range []func() (Outcome, bool){
		r.chosen, r.consent, r.urgent, r.hurried, r.operator, r.flowing, r.proposed, r.answered, r.attachment, r.smallTalk, r.promise, r.foreign,
	} {
		if out, ok := rule(); ok {
			return out
		}
	}
	return r.read()
}

// remember takes this turn's question and mood into the memory.
func (r *run) remember() {
	if r.question == "" || len(r.state.Flows) > 0 { // what a flow asked for is no question
		r.feel(phrase.Frustration(r.text)) // a wish for a person may be an angry one
		return
	}
	folded := cut(intent.Fold(r.question))
	for _, before := range r.state.Asked {
		r.repeated = r.repeated || intent.Similarity(before, folded) >= repeatCosine
	}
	r.state.Asked = last(append(r.state.Asked, folded), maxAsked)
	score := phrase.Frustration(r.question)
	if r.repeated {
		score++
	}
	r.feel(score)
}

// feel remembers how upset this turn sounds.
func (r *run) feel(score int) {
	r.state.Upset = last(append(r.state.Upset, score), maxUpset)
	for _, s := range r.state.Upset {
		r.upset += s
	}
}

// silent says nothing, and why.
func (r *run) silent(reason string) Outcome {
	r.trace.Band, r.trace.Reason = BandRule, reason
	return Outcome{Action: ActionSilent}
}

// say finishes a reply: introduction, memory, trace. It does not touch what the bot
// waits for; callers set that before.
func (r *run) say(action Action, band, rule, reason string, paragraphs ...string) Outcome {
	body := join(paragraphs...)
	r.state.Said = cut(intent.Fold(body))
	text := join(r.warning(), body)
	if r.intro {
		text = join(r.introduction(), text)
		r.state.Introduced = true
	}
	r.trace.Band, r.trace.Rule, r.trace.Reason = band, rule, reason
	return Outcome{Action: action, Text: text}
}

// handoff tells the customer that a person takes over and starts the memory afresh.
// before are paragraphs to send first.
func (r *run) handoff(code HandoffCode, band, detail string, before ...string) Outcome {
	notice := r.texts.Handoff[string(code)]
	if code == HandoffProbe {
		notice = fmt.Sprintf(notice, r.pub.Name)
	}
	if answer := join(before...); answer != "" && tellsOfPerson(answer) {
		notice = ""
	}
	paragraphs := append([]string{r.warning()}, append(before, notice)...)
	if r.intro && r.pub != nil {
		paragraphs = append([]string{r.disclosure()}, paragraphs...)
	}
	h := &Handoff{Code: code, Detail: detail, Memory: r.recall()}
	h.Upset = h.Upset || code == HandoffUpset
	if n := len(r.turn.Messages); n > 0 {
		h.MessageID = r.turn.Messages[n-1].ID
	}
	r.met(flow.Handed)
	r.state.relieve()
	r.trace.Band, r.trace.Rule, r.trace.Reason = band, string(code), detail
	return Outcome{Action: ActionHandoff, Text: join(paragraphs...), Handoff: h}
}

// introduction is the disclosure and the way to a person.
func (r *run) introduction() string { return r.disclosure() + " " + r.texts.Hint }

func (r *run) disclosure() string {
	if r.back {
		return fmt.Sprintf(r.texts.BackAgain, r.pub.Name)
	}
	return fmt.Sprintf(r.texts.Disclosure, r.pub.Name)
}

// warning asks not to send card numbers, if there is one.
func (r *run) warning() string {
	if r.card {
		return r.texts.NoCards
	}
	return ""
}

// hiddenCard stands in what was heard or seen for the number of a card.
const hiddenCard = "<" + string(guard.Card) + ">"

func holdsCard(text string) bool {
	return slices.ContainsFunc(guard.Find(text), func(f guard.Finding) bool { return f.Kind == guard.Card })
}

// hint is the way to a person, unless the introduction says it already.
func (r *run) hint() string {
	if r.intro {
		return ""
	}
	return r.texts.Hint
}

// join puts paragraphs together, leaving out empty ones.
func join(paragraphs ...string) string {
	var kept []string
	for _, p := range paragraphs {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n")
}

// tellsOfPerson reports whether a text already says that a person takes over.
func tellsOfPerson(text string) bool {
	return phrase.In(text, takeovers)
}

var takeovers = phrase.List(`
	take over | takes over | taking over | took over | will answer you | will reply to you | get back to you | gets back to you | will contact you | will call you | look at your message
	prend le relais | prendra le relais | prennent le relais | prendre le relais | va vous repondre | vous repondra | vous recontacte | vous recontactera | vous rappelle | vous rappellera | revient vers vous | reviendra vers vous`)
