package engine

import (
	"encoding/json"
	"fmt"
	"slices"

	"parley/internal/bot"
	"parley/internal/bot/packet"
	"parley/internal/chat"
	"parley/internal/store"
)

// packet is what people get with a turn that hands over.
func (ws Workspace) packet(w *store.Work, out bot.Outcome, now int64) (*store.Handoff, error) {
	h := out.Handoff
	lines := slices.Concat(w.History, w.Waiting)
	slices.SortFunc(lines, func(a, b chat.Message) int { return int(a.Seq - b.Seq) })
	contact := w.Contact
	if contact.Language == "" {
		contact.Language = out.Language
	}
	return ws.hand(packet.Input{
		ID: chat.NewID(), Now: now, Conversation: w.Conversation, Contact: contact, Language: out.Language, Attributes: attributes(lines), Lines: lines,
		Code: string(h.Code), Detail: h.Detail, MessageID: h.MessageID,
	}, h.Memory)
}

// TakenOver is what a person gets who takes a conversation from the bot without the
// bot having handed it over. lines are its last ones, oldest first.
func (ws Workspace) TakenOver(c chat.Conversation, contact chat.Contact, lines []chat.Message, now int64) (*store.Handoff, error) {
	return ws.hand(packet.Input{
		ID: chat.NewID(), Now: now, Conversation: c, Contact: contact, Attributes: attributes(lines), Lines: lines,
		Code: packet.TakenOver, Detail: "a person took the conversation before the bot handed it over",
	}, bot.Recall(json.RawMessage(c.BotState)))
}

func (ws Workspace) hand(in packet.Input, m bot.Memory) (*store.Handoff, error) {
	in.Topic, in.Upset = m.Topic, m.Upset
	for _, r := range m.Readings {
		in.Intents = append(in.Intents, packet.Intent{Intent: r.Intent, Title: r.Title, P: r.P})
	}
	for _, t := range m.Tried {
		titles := t.Titles
		if titles == nil {
			titles = []string{}
		}
		in.Tried = append(in.Tried, packet.Tried{Kind: t.Kind, Titles: titles})
	}
	if m.Flow != "" {
		in.Flow = &packet.Flow{Name: m.Flow, Step: m.Step, Collected: m.Collected}
		if in.Flow.Collected == nil {
			in.Flow.Collected = map[string]string{}
		}
	}
	language := in.Language
	if language == "" {
		language = in.Conversation.Language
	}
	if in.Code != string(bot.HandoffFailed) { // what failed may be the knowledge
		if s, ok := ws.Suggest(in.Conversation.Route, in.Lines, language); ok {
			in.Suggestion = &s
		}
	}
	p := packet.Build(in)
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("handoff packet: %w", err)
	}
	return &store.Handoff{ID: in.ID, Code: in.Code, Topic: in.Topic, Priority: packet.PriorityOf(in.Code), Packet: string(body)}, nil
}

// Suggest finds an answer to the last question of a customer on a route that was not
// given yet; lines are the last ones, oldest first.
func (ws Workspace) Suggest(route string, lines []chat.Message, language string) (packet.Suggestion, bool) {
	var said []string
	for _, m := range lines {
		if m.Direction == chat.Out {
			said = append(said, m.Text)
		}
	}
	s, ok := ws.on(route).Bot.Suggest(packet.Issue(lines, language), language, said)
	return packet.Suggestion{Text: s.Text, Intent: s.Intent, Title: s.Title, P: s.P, Language: s.Language}, ok
}

// attributes are what the newest inbound line said of its sender.
func attributes(lines []chat.Message) map[string]string {
	for i := len(lines) - 1; i >= 0; i-- {
		if a := lines[i].Arrival; a != nil {
			return a.Attributes
		}
	}
	return nil
}
