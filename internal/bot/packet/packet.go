// Package packet is what people get when a conversation becomes theirs: handoff.v1,
// so that an agent need not ask again. It is built from what was written and decided,
// and from nothing else: no sentence in it was made up.
//
// It must not do I/O, read the clock, or decide whether to hand over. Start reading at
// [Build].
package packet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/internal/bot/entity"
	"parley/internal/bot/intent"
	"parley/internal/chat"
)

// Schema names the shape of a Packet; it changes when a reader would have to.
const Schema = "handoff.v1"

// TranscriptLines is how many of the last lines go with a packet.
const TranscriptLines = 20

// Packet is one handoff as data. Times are UTC.
type Packet struct {
	Schema       string            `json:"schema" enum:"handoff.v1"`
	ID           string            `json:"id"`
	Conversation string            `json:"conversation"`
	CreatedAt    time.Time         `json:"createdAt"`
	Customer     Customer          `json:"customer"`
	Reason       Reason            `json:"reason"`
	Priority     string            `json:"priority" enum:"normal,high,urgent"`
	Team         string            `json:"team" doc:"Id of the team it was meant for at that time; empty means any."`
	Topic        string            `json:"topic" doc:"Intent it is about; empty if nobody knows."`
	Summary      Summary           `json:"summary"`
	Intents      []Intent          `json:"intents" nullable:"false" doc:"What the customer's words were read as, newest reading first."`
	Entities     map[string]string `json:"entities" doc:"By name, the one named last: order_number, email, amount, date."`
	Flow         *Flow             `json:"flow,omitempty" doc:"The flow that the customer was in."`
	Tools        []Tool            `json:"tools" nullable:"false" doc:"Calls to other systems made for this conversation."`
	Transcript   []Line            `json:"transcript" nullable:"false" doc:"The last lines before the handoff, oldest first, without private notes."`
	// WindowExpiresAt is until when WhatsApp lets the business answer freely.
	WindowExpiresAt *time.Time  `json:"windowExpiresAt,omitempty"`
	SuggestedReply  *Suggestion `json:"suggestedReply,omitempty" doc:"An answer of the knowledge base that was not given yet; a person decides."`
}

// Customer is who writes.
type Customer struct {
	ExternalID string            `json:"externalId"`
	Phone      string            `json:"phone" doc:"E.164, or empty for a sender who hides the number."`
	Name       string            `json:"name"`
	Language   string            `json:"language"`
	Attributes map[string]string `json:"attributes" doc:"Of the Braze profile, as far as the webhook brought them."`
}

// Reason is why a person has to take over.
type Reason struct {
	Code      string `json:"code"`
	Detail    string `json:"detail" doc:"One English sentence."`
	MessageID string `json:"messageId,omitempty" doc:"The line that decided."`
	Words     Words  `json:"words"`
}

// Words say one thing in every language of the desk.
type Words struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// Summary is the conversation in short, in the customer's words and in facts.
type Summary struct {
	Issue        string   `json:"issue" doc:"The customer's own words, newest question."`
	Facts        []Fact   `json:"facts" nullable:"false"`
	AlreadyTried []string `json:"alreadyTried" nullable:"false" doc:"Titles of what the bot answered or offered, in the customer's language, oldest first."`
	Tried        []Tried  `json:"tried" nullable:"false" doc:"The same with what kind of attempt it was."`
	AskedFor     string   `json:"askedFor" enum:"answer,person,no_messages,personal_data" doc:"What the customer wants of the person."`
	Mood         string   `json:"mood" enum:"calm,upset"`
}

// Fact is something the customer said, and where.
type Fact struct {
	Name      string `json:"name" enum:"order_number,email,amount,date"`
	Value     string `json:"value"`
	Text      string `json:"text" doc:"As the customer wrote it."`
	Seq       int64  `json:"seq" doc:"The line it stands in."`
	MessageID string `json:"messageId"`
}

// Tried is one attempt of the bot.
type Tried struct {
	Kind   string   `json:"kind" enum:"answer,choices,rephrase,person_offered"`
	Titles []string `json:"titles" nullable:"false"`
}

// Intent is one reading of the customer's words.
type Intent struct {
	Intent string  `json:"intent"`
	Title  string  `json:"title"`
	P      float64 `json:"p" doc:"Probability that the reading is right, 0 to 1."`
}

// Flow is where a customer was led, and what was learnt on the way.
type Flow struct {
	Name      string            `json:"name"`
	Step      string            `json:"step" doc:"Name of the step."`
	Collected map[string]string `json:"collected" doc:"What the flow knows by name: what the customer said and what other systems answered."`
}

// Tool is one call to another system.
type Tool struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Result string `json:"result"`
}

// Line is one line of the transcript.
type Line struct {
	Seq    int64     `json:"seq"`
	Author string    `json:"author" enum:"customer,bot,agent,system"`
	Text   string    `json:"text" doc:"Voice messages as they were written down."`
	Seen   string    `json:"seen,omitempty" doc:"What its pictures show, as a model describes it."`
	At     time.Time `json:"at"`
}

// Suggestion is an answer that a person may send.
type Suggestion struct {
	Text     string  `json:"text"`
	Intent   string  `json:"intent"`
	Title    string  `json:"title"`
	P        float64 `json:"p"`
	Language string  `json:"language"`
}

// Input is everything that is known when a conversation is handed over.
type Input struct {
	ID           string
	Now          int64
	Conversation chat.Conversation
	Contact      chat.Contact
	Attributes   map[string]string
	Language     string         // spoken with the customer; empty means that of the conversation
	Lines        []chat.Message // oldest first, up to and with what is not answered yet
	Code         string         // [TakenOver], or a code of the bot
	Detail       string
	MessageID    string // empty means the newest inbound line
	Topic        string
	Intents      []Intent
	Tried        []Tried
	Upset        bool
	Suggestion   *Suggestion
	Flow         *Flow // nil: none
}

// Build makes the packet. The same input gives the same packet.
func Build(in Input) Packet {
	lines := spoken(in.Lines)
	if in.Language == "" {
		in.Language = in.Conversation.Language
	}
	if in.Language == "" {
		in.Language = in.Contact.Language
	}
	p := Packet{
		Schema: Schema, ID: in.ID, Conversation: string(in.Conversation.ID), CreatedAt: when(in.Now),
		Customer: Customer{
			ExternalID: in.Contact.ExternalID, Phone: in.Contact.Phone, Name: in.Contact.FirstName, Language: in.Language,
			Attributes: in.Attributes,
		},
		Reason:   Reason{Code: in.Code, Detail: in.Detail, MessageID: in.MessageID, Words: WordsFor(in.Code)},
		Priority: PriorityName(max(in.Conversation.Priority, PriorityOf(in.Code))), Team: in.Conversation.Team, Topic: in.Topic,
		Summary: Summary{
			Issue: Issue(lines, in.Language), AlreadyTried: titles(in.Tried), Tried: in.Tried, AskedFor: askedFor(in.Code), Mood: "calm",
		},
		Intents: in.Intents, Tools: []Tool{}, SuggestedReply: in.Suggestion, Flow: in.Flow,
	}
	if in.Upset {
		p.Summary.Mood = "upset"
	}
	if p.Customer.Attributes == nil {
		p.Customer.Attributes = map[string]string{}
	}
	if p.Intents == nil {
		p.Intents = []Intent{}
	}
	if p.Summary.Tried == nil {
		p.Summary.Tried = []Tried{}
	}
	if p.Reason.MessageID == "" {
		p.Reason.MessageID = newestInbound(lines)
	}
	p.Summary.Facts, p.Entities = facts(lines, in.Language)
	for _, m := range lines[max(0, len(lines)-TranscriptLines):] {
		p.Transcript = append(p.Transcript, Line{Seq: m.Seq, Author: string(m.Author), Text: m.Text, Seen: m.Shown(), At: when(m.At)})
	}
	if p.Transcript == nil {
		p.Transcript = []Line{}
	}
	if in.Conversation.WindowUntil > 0 {
		until := when(in.Conversation.WindowUntil)
		p.WindowExpiresAt = &until
	}
	return p
}

func when(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// spoken leaves out what the customer never saw, and takes what they said aloud for their words.
func spoken(lines []chat.Message) []chat.Message {
	var out []chat.Message
	for _, m := range lines {
		if m.Direction != chat.Note {
			m.Text = m.Words()
			out = append(out, m)
		}
	}
	return out
}

func newestInbound(lines []chat.Message) string {
	for i := len(lines) - 1; i >= 0; i-- {
		if lines[i].Direction == chat.In {
			return string(lines[i].ID)
		}
	}
	return ""
}

// Issue is the customer's newest question in their own words: the lines of the last
// burst that ask something. Who wants a person is believed to have said before what for,
// so the question before comes first then. What was chosen from an offer is the issue
// only when nothing was asked, "I want a person" alone only when nothing was chosen
// either, and "thanks" never is one.
func Issue(lines []chat.Message, language string) string {
	var burst, wishes []string // wishes: for a person, and for what
	chosen, wish, any := "", "", ""
	for i := len(lines) - 1; i >= 0; i-- {
		m := lines[i]
		text := strings.TrimSpace(m.Text)
		switch {
		case m.Direction != chat.In && len(burst) > 0:
			return strings.Join(append(burst, wishes...), "\n")
		case m.Direction != chat.In || text == "":
			continue
		case answers(lines[:i], text):
			chosen = cmp.Or(chosen, text)
			continue
		}
		special, always := intent.Always(text, language)
		switch {
		case always && tells(special.Kind, text) && special.Kind == intent.Person && len(burst) == 0:
			wishes = append([]string{text}, wishes...)
		case !always && intent.Fold(text) != "" && !isChoice(text), always && tells(special.Kind, text):
			burst = append([]string{text}, burst...)
		case always && wish == "" && special.Kind.Request():
			wish = text
		case any == "":
			any = text
		}
	}
	if all := append(burst, wishes...); len(all) > 0 {
		return strings.Join(all, "\n")
	}
	return cmp.Or(chosen, wish, any)
}

// answers reports whether a text is one of the choices that were offered last. A row of
// a list comes back with its description on a line of its own.
func answers(before []chat.Message, text string) bool {
	title, _, _ := strings.Cut(text, "\n")
	for _, m := range slices.Backward(before) {
		if m.Direction == chat.Out {
			return slices.ContainsFunc(m.Choices, func(c string) bool { return intent.Fold(c) == intent.Fold(title) })
		}
	}
	return false
}

// tells reports whether a request says what it is about beside itself: "I want a
// person" does not, "my parcel is late and I want a person" does.
func tells(kind intent.Kind, text string) bool {
	const bare = 6 // words
	switch kind {
	case intent.Safety, intent.Legal, intent.DeleteData:
		return true
	}
	return kind.Request() && len(strings.Fields(intent.Fold(text))) > bare
}

// isChoice is an answer to the bot's own question: "2".
func isChoice(text string) bool {
	return len(strings.Trim(text, "0123456789.,;:!()# ")) == 0 && len(text) <= 4
}

// facts collects what the customer named; the newest of a name is its entity.
func facts(lines []chat.Message, language string) ([]Fact, map[string]string) {
	out, entities := []Fact{}, map[string]string{}
	known := map[[2]string]bool{}
	for _, m := range lines {
		if m.Direction != chat.In {
			continue
		}
		for _, e := range entity.Find(m.Text, language) {
			entities[string(e.Name)] = e.Value
			key := [2]string{string(e.Name), e.Value}
			if !known[key] {
				known[key] = true
				out = append(out, Fact{Name: string(e.Name), Value: e.Value, Text: e.Text, Seq: m.Seq, MessageID: string(m.ID)})
			}
		}
	}
	return out, entities
}

func titles(tried []Tried) []string {
	out := []string{}
	for _, t := range tried {
		if len(t.Titles) > 0 {
			out = append(out, strings.Join(t.Titles, " / "))
		}
	}
	return out
}
