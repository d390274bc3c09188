package packet_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/internal/bot"
	"parley/internal/bot/packet"
	"parley/internal/chat"
)

func line(seq int64, author chat.Author, text string) chat.Message {
	m := chat.Message{ID: chat.MessageID(fmt.Sprint("m", seq)), Seq: seq, Author: author, Direction: chat.Out, Text: text, At: 1000 * seq}
	switch author {
	case chat.AuthorCustomer:
		m.Direction = chat.In
	case chat.AuthorSystem:
		m.Direction = chat.Note
	}
	return m
}

func TestBuild_holdsWhatAnAgentWouldAskFor(t *testing.T) {
	t.Parallel()
	p := packet.Build(packet.Input{
		ID: "h1", Now: 9000, Code: string(bot.HandoffUpset), Detail: "the customer is upset", Upset: true, Topic: "order_tracking",
		Conversation: chat.Conversation{ID: "c1", Language: "fr", WindowUntil: 5000, People: chat.People{Team: "t1"}},
		Contact:      chat.Contact{ExternalID: "ada", Phone: "+33600000002", FirstName: "Ada", Language: "fr"},
		Attributes:   map[string]string{"tier": "gold"},
		Lines: []chat.Message{
			line(1, chat.AuthorCustomer, "Bonjour"), line(2, chat.AuthorBot, "Bonjour Ada."),
			line(3, chat.AuthorCustomer, "ma commande n° 20391 payée 49,90 €"), line(4, chat.AuthorCustomer, "n'est pas arrivée, et la commande 20500 non plus"),
			line(5, chat.AuthorSystem, "secret for colleagues"),
		},
		Intents: []packet.Intent{{Intent: "order_tracking", Title: "Suivi", P: 0.9}},
		Tried:   []packet.Tried{{Kind: bot.TriedChoices, Titles: []string{"Suivi", "Retour"}}, {Kind: bot.TriedRephrase, Titles: []string{}}},
	})
	want := packet.Summary{
		Issue: "ma commande n° 20391 payée 49,90 €\nn'est pas arrivée, et la commande 20500 non plus",
		Facts: []packet.Fact{
			{Name: "order_number", Value: "20391", Text: "20391", Seq: 3, MessageID: "m3"},
			{Name: "amount", Value: "49.90 EUR", Text: "49,90 €", Seq: 3, MessageID: "m3"},
			{Name: "order_number", Value: "20500", Text: "20500", Seq: 4, MessageID: "m4"},
		},
		AlreadyTried: []string{"Suivi / Retour"},
		Tried:        []packet.Tried{{Kind: bot.TriedChoices, Titles: []string{"Suivi", "Retour"}}, {Kind: bot.TriedRephrase, Titles: []string{}}},
		AskedFor:     "answer", Mood: "upset",
	}
	if diff := cmp.Diff(want, p.Summary); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"order_number": "20500", "amount": "49.90 EUR"}, p.Entities); diff != "" {
		t.Errorf("entities (-want +got):\n%s", diff)
	}
	if p.Priority != "high" || p.Reason.MessageID != "m4" || p.Reason.Words.FR != "Le client est mécontent" || p.Team != "t1" || p.Customer.Attributes["tier"] != "gold" || p.WindowExpiresAt == nil {
		t.Errorf("packet %+v", p)
	}
	body, err := json.Marshal(p)
	if err != nil || strings.Contains(string(body), "secret") || strings.Contains(string(body), "null") || p.Schema != "handoff.v1" {
		t.Errorf("%s (%v)", body, err)
	}
}

func TestIssue_isTheCustomersQuestion(t *testing.T) {
	t.Parallel()
	c, b := chat.AuthorCustomer, chat.AuthorBot
	offer := line(2, b, "Why?")
	offer.Choices = []string{"Too small", "Too large"}
	for _, k := range []struct {
		lines []chat.Message
		want  string
	}{
		{nil, ""},
		{[]chat.Message{line(1, c, "hello"), line(2, c, "thanks")}, "thanks"},
		{[]chat.Message{line(1, c, "I want a person")}, "I want a person"},
		{[]chat.Message{line(1, c, "my parcel is late"), line(2, b, "Is it one of these?"), line(3, c, "2"), line(4, b, "Answer."), line(5, c, "agent please")}, "my parcel is late"},
		{[]chat.Message{line(1, c, "my parcel is late"), line(2, b, "Answer."), line(3, c, "my parcel is late and nobody answers, I want to talk to a person")}, "my parcel is late\nmy parcel is late and nobody answers, I want to talk to a person"},
		{[]chat.Message{line(1, c, "my parcel is late and nobody answers, I want to talk to a person")}, "my parcel is late and nobody answers, I want to talk to a person"},
		{[]chat.Message{line(1, c, "I want to return the boots"), offer, line(3, c, "Too small"), line(4, c, "I want a person")}, "I want to return the boots"},
		{[]chat.Message{line(1, c, "hello"), offer, line(3, c, "Too small\nThe size is wrong"), line(4, c, "agent")}, "Too small\nThe size is wrong"},
		{[]chat.Message{line(1, c, "the kettle caught fire")}, "the kettle caught fire"},
		{[]chat.Message{line(1, c, "old question"), line(2, b, "Answer."), line(3, c, "where is it"), line(4, c, "the blue one")}, "where is it\nthe blue one"},
	} {
		if got := packet.Issue(k.lines, "en"); got != k.want {
			t.Errorf("got %q, want %q", got, k.want)
		}
	}
}

// The desk is bilingual, so every reason must be.
func TestWords_areThereForEveryReason(t *testing.T) {
	t.Parallel()
	codes := []string{packet.TakenOver}
	for _, code := range bot.HandoffCodes() {
		codes = append(codes, string(code))
	}
	for _, code := range codes {
		w := packet.WordsFor(code)
		if w.EN == code || w.FR == code || w.EN == w.FR || strings.HasSuffix(w.EN, ".") {
			t.Errorf("%s: %+v", code, w)
		}
	}
	for code, want := range map[bot.HandoffCode]chat.Priority{bot.HandoffSafety: chat.Urgent, bot.HandoffLegal: chat.High, bot.HandoffPerson: chat.Normal} {
		if got := packet.PriorityOf(string(code)); got != want {
			t.Errorf("%s: priority %d, want %d", code, got, want)
		}
	}
	if w := packet.WordsFor("something new"); w.EN != "something new" {
		t.Errorf("unknown: %+v", w)
	}
}

var number = regexp.MustCompile(`\d{4,}`)

// Whatever was written: nothing in a summary was made up, and every fact says where it stands.
func TestBuild_inventsNothing(t *testing.T) {
	t.Parallel()
	texts := []string{"hello", "order 20391", "where is 12,50 €", "agent", "2", "😀", "", "le 3 mai 2026, commande n° 777888", "a@b.example", "écrivez à ada@shop.example.com"}
	rapid.Check(t, func(t *rapid.T) {
		var lines []chat.Message
		said := ""
		for i := range rapid.IntRange(0, 30).Draw(t, "lines") {
			m := line(int64(i+1), rapid.SampledFrom([]chat.Author{chat.AuthorCustomer, chat.AuthorBot, chat.AuthorAgent, chat.AuthorSystem}).Draw(t, "author"), rapid.SampledFrom(texts).Draw(t, "text"))
			lines = append(lines, m)
			if m.Direction == chat.In {
				said += m.Text + "\n"
			}
		}
		p := packet.Build(packet.Input{ID: "h", Lines: lines, Code: "loop", Language: "fr"})
		for part := range strings.SplitSeq(p.Summary.Issue, "\n") {
			if !strings.Contains(said, part) {
				t.Fatalf("the customer never wrote %q", part)
			}
		}
		for _, n := range number.FindAllString(p.Summary.Issue+"\n"+p.Entities["order_number"], -1) {
			if !strings.Contains(said, n) {
				t.Fatalf("the number %s was made up", n)
			}
		}
		for _, f := range p.Summary.Facts {
			at := slices.IndexFunc(lines, func(m chat.Message) bool { return m.Seq == f.Seq })
			if at < 0 || !strings.Contains(lines[at].Text, f.Text) || lines[at].Direction != chat.In || string(lines[at].ID) != f.MessageID {
				t.Fatalf("%+v does not stand there", f)
			}
		}
		if len(p.Transcript) > packet.TranscriptLines {
			t.Fatalf("%d lines", len(p.Transcript))
		}
	})
}
