// Package hooks tells other programs what happens: it turns what the conversations
// have become into events, and posts them, signed, to the addresses that asked for
// them. It owns what an event says, how it is signed and how often it is tried; the
// rows, and why no event is lost or doubled among them, are store/hooks.
//
// Start reading at Follower.Run and Courier.Run.
package hooks

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/chat"
	outbox "parley/internal/store/hooks"
	"parley/internal/store/receipts"
)

// The events. Test is sent on request only.
const (
	Opened      = "conversation.opened"
	Offered     = "conversation.offered"
	Assigned    = "conversation.assigned"
	PassedBack  = "conversation.passed_back"
	Resolved    = "conversation.resolved"
	Reopened    = "conversation.reopened"
	Received    = "message.received"
	Sent        = "message.sent"
	Failed      = "message.failed"
	Delivered   = "message.delivered"
	Read        = "message.read"
	Handoff     = "handoff.created"
	CSAT        = "csat.answered"
	TestRequest = "test"
)

// Events lists what a hook may ask for.
func Events() []string {
	return []string{Opened, Offered, Assigned, PassedBack, Resolved, Reopened, Received, Sent, Delivered, Read, Failed, Handoff, CSAT}
}

// Event is the body of a webhook.
type Event struct {
	ID        string    `json:"id" doc:"Names what happened: the same over all attempts, and for every webhook. Keep it to recognise a repetition."`
	Type      string    `json:"type"`
	CreatedAt time.Time `json:"createdAt" doc:"When it happened."`
	Data      EventData `json:"data"`
}

// EventData is what an event is about. Which parts are there depends on the type.
type EventData struct {
	Conversation *EventConversation `json:"conversation,omitempty" doc:"As it was when the event was written; it may have changed since createdAt."`
	Change       *EventChange       `json:"change,omitempty" doc:"With conversation.* except opened."`
	Message      *EventMessage      `json:"message,omitempty" doc:"With message.*."`
	Packet       any                `json:"handoff,omitempty" doc:"With handoff.created: the packet handoff.v1."`
	CSAT         *EventCSAT         `json:"csat,omitempty" doc:"With csat.answered."`
}

// EventContact is the customer of an event.
type EventContact struct {
	ID         string `json:"id"`
	ExternalID string `json:"externalId" doc:"As Braze knows the person, or empty."`
	Phone      string `json:"phone" doc:"E.164, or empty for a sender who hides the number."`
	Name       string `json:"name"`
	Language   string `json:"language"`
}

// EventConversation is the one that an event is about.
type EventConversation struct {
	ID          string       `json:"id"`
	Workspace   string       `json:"workspace"`
	Route       string       `json:"route"`
	Contact     EventContact `json:"contact"`
	Owner       string       `json:"owner" enum:"bot,queue,agent,none"`
	Epoch       int64        `json:"epoch" doc:"What a change of owner through the API has to name."`
	Agent       string       `json:"agent,omitempty" doc:"User id of the agent who owns it."`
	Team        string       `json:"team,omitempty"`
	Priority    string       `json:"priority" enum:"normal,high,urgent"`
	Language    string       `json:"language"`
	LastSeq     int64        `json:"lastSeq" doc:"Number of its newest line; a reply through the API says up to which one was seen."`
	OpenedAt    time.Time    `json:"openedAt"`
	ResolvedAt  *time.Time   `json:"resolvedAt,omitempty"`
	Outcome     string       `json:"outcome,omitempty"`
	WindowUntil *time.Time   `json:"windowUntil,omitempty" doc:"Until when WhatsApp lets us answer freely."`
	Reason      string       `json:"handoffReason,omitempty"`
}

// EventChange is a change of owner.
type EventChange struct {
	Seq    int64  `json:"seq"`
	Kind   string `json:"kind" enum:"offer,accept,assign,pass_back,expire,resolve,reopen"`
	Actor  string `json:"actor" doc:"User id, bot or parley."`
	Reason string `json:"reason"`
	From   string `json:"from" enum:"bot,queue,agent,none"`
	To     string `json:"to" enum:"bot,queue,agent,none"`
	Epoch  int64  `json:"epoch"`
}

// EventMessage is a line of the transcript.
type EventMessage struct {
	ID        string    `json:"id"`
	Seq       int64     `json:"seq" doc:"Its place in the conversation."`
	Direction string    `json:"direction" enum:"in,out"`
	Author    string    `json:"author" enum:"customer,bot,agent,system"`
	Agent     string    `json:"agent,omitempty"`
	Text      string    `json:"text"`
	Media     []string  `json:"media" nullable:"false" doc:"Addresses as the customer's channel gave them: not to be trusted."`
	Layout    string    `json:"layout,omitempty"`
	Choices   []string  `json:"choices" nullable:"false"`
	At        time.Time `json:"at"`
	Status    string    `json:"status" enum:"received,accepted,unknown,dead,cancelled,delivered,read,failed" doc:"accepted means that Braze took it, which is no promise that it arrives. delivered, read and failed are told by Currents."`
	Reason    string    `json:"reason,omitempty" doc:"Why it was not sent, or why it failed afterwards: then the provider's code and words."`
}

// EventCSAT is what a customer said when asked how it went.
type EventCSAT struct {
	Score   int    `json:"score" doc:"1 to 5."`
	Comment string `json:"comment,omitempty" doc:"Comes, if at all, with a second event."`
}

// happening is an event with its place in the conversation.
type happening struct {
	Event
	at, seq int64
}

// EventID names what happened, so that whoever reads the same row again finds the same name.
func EventID(kind string, key ...string) string {
	sum := sha256.New()
	for _, part := range append([]string{kind}, key...) {
		sum.Write([]byte(part + "\x00"))
	}
	return "evt_" + hex.EncodeToString(sum.Sum(nil)[:16])
}

// derive gives what happened in a conversation since its mark, in order.
func derive(c *outbox.Conversation, since int64) []happening {
	var out []happening
	about := conversation(c)
	add := func(kind string, at, seq int64, data EventData, key ...string) {
		data.Conversation = about
		out = append(out, happening{Event{ID: EventID(kind, key...), Type: kind, CreatedAt: when(at), Data: data}, at, seq})
	}
	if c.New && c.OpenedAt >= since {
		add(Opened, c.OpenedAt, 0, EventData{}, string(c.ID))
	}
	for _, m := range c.Messages {
		if m.Direction == chat.In {
			line := message(m, "received", "")
			add(Received, m.At, m.Seq, EventData{Message: &line}, string(m.ID))
		}
	}
	for _, t := range c.Transitions {
		add(kindOf(t), t.At, t.Seq, EventData{Change: &EventChange{
			Seq: t.Seq, Kind: string(t.Kind), Actor: t.Actor, Reason: t.Reason, From: string(t.From), To: string(t.To), Epoch: t.Epoch,
		}}, string(t.ConversationID), strconv.FormatInt(t.Seq, 10))
	}
	for _, p := range c.Packets {
		add(Handoff, p.At, p.Seq, EventData{Packet: json.RawMessage(p.JSON)}, p.ID)
	}
	if v := c.Survey; v.Mark() > c.Told.Opinion {
		add(CSAT, v.AnsweredAt, c.LastSeq, EventData{CSAT: &EventCSAT{Score: v.Score, Comment: v.Comment}}, string(c.ID), strconv.FormatInt(v.Mark(), 10))
	}
	for _, o := range c.Outcomes {
		kind := Failed
		if o.State == chat.Accepted {
			kind = Sent
		}
		line := message(o.Message, string(o.State), o.Reason)
		if kind == Sent {
			line.Reason = ""
		}
		add(kind, o.At, o.Message.Seq, EventData{Message: &line}, string(o.Message.ID))
	}
	for _, seen := range c.Seen {
		if seen.LearnedAt < since {
			continue
		}
		kind, reason := seenAs[seen.Status], ""
		if kind == Failed {
			reason = strings.Trim(seen.Code+": "+seen.Detail, ": ")
		}
		line := message(seen.Message, string(seen.Status), reason)
		add(kind, seen.LearnedAt, seen.Message.Seq, EventData{Message: &line}, string(seen.Message.ID), "receipt")
	}
	slices.SortStableFunc(out, func(a, b happening) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	return out
}

// seenAs says as which event a receipt is told.
var seenAs = map[receipts.State]string{receipts.StateDelivered: Delivered, receipts.StateRead: Read, receipts.StateFailed: Failed}

// kindOf says as which event a change of owner is told.
func kindOf(t chat.Transition) string {
	switch {
	case t.Kind == chat.Reopen:
		return Reopened
	case t.To == chat.OwnerQueue:
		return Offered
	case t.To == chat.OwnerAgent:
		return Assigned
	case t.To == chat.OwnerNone:
		return Resolved
	}
	return PassedBack
}

var priorities = map[chat.Priority]string{chat.Normal: "normal", chat.High: "high", chat.Urgent: "urgent"}

func conversation(c *outbox.Conversation) *EventConversation {
	out := &EventConversation{
		ID: string(c.ID), Workspace: c.Workspace, Route: c.Route, Owner: string(c.Owner), Epoch: c.Epoch, Agent: c.Agent, Team: c.Team,
		Priority: priorities[c.Priority], Language: cmp.Or(c.Language, c.Contact.Language), LastSeq: c.LastSeq, OpenedAt: when(c.OpenedAt),
		ResolvedAt: maybe(c.ResolvedAt), Outcome: c.Outcome, WindowUntil: maybe(c.WindowUntil),
		Contact: EventContact{
			ID: string(c.Contact.ID), ExternalID: c.Contact.ExternalID, Phone: c.Contact.Phone, Name: c.Contact.FirstName, Language: c.Contact.Language,
		},
	}
	if c.Owner == chat.OwnerQueue || c.Owner == chat.OwnerAgent {
		out.Reason = c.Reason
	}
	return out
}

func message(m chat.Message, status, reason string) EventMessage {
	out := EventMessage{
		ID: string(m.ID), Seq: m.Seq, Direction: string(m.Direction), Author: string(m.Author), Agent: m.Agent, Text: m.Text,
		Media: m.Media, Layout: string(m.Layout), Choices: m.Choices, At: when(m.At), Status: status, Reason: reason,
	}
	if out.Media == nil {
		out.Media = []string{}
	}
	if out.Choices == nil {
		out.Choices = []string{}
	}
	return out
}

func when(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func maybe(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := when(ms)
	return &t
}

// payload writes an event as it is sent.
func (e Event) payload() (string, error) {
	body, err := json.Marshal(e)
	return string(body), err
}
