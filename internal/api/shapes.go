package api

import (
	"fmt"
	"time"

	"parley/internal/api/beside"
	"parley/internal/api/staff"
	"parley/internal/chat"
	"parley/internal/live"
	"parley/internal/store"
	told "parley/internal/store/receipts"
)

// Shapes of the desk API. Times are RFC 3339 in UTC with milliseconds.

// ConversationSummary is a row of the list.
type ConversationSummary struct {
	ID            string                `json:"id"`
	Workspace     string                `json:"workspace"`
	Contact       beside.ContactSummary `json:"contact"`
	Route         string                `json:"route"`
	Owner         string                `json:"owner" enum:"bot,queue,agent,none"`
	Epoch         int64                 `json:"epoch"`
	Agent         string                `json:"agent,omitempty" doc:"User id of the agent who owns it."`
	Language      string                `json:"language"`
	LastText      string                `json:"lastText"`
	LastDirection string                `json:"lastDirection" enum:"in,out" doc:"Of the last line between us and the customer; notes do not count."`
	LastAt        time.Time             `json:"lastAt"`
	OpenedAt      time.Time             `json:"openedAt"`
	QueuedAt      *time.Time            `json:"queuedAt,omitempty"`
	HandoffReason string                `json:"handoffReason,omitempty" doc:"Code and sentence, as the bot gave them."`
	QueueRank     int64                 `json:"queueRank,omitempty" doc:"Its place in the queue among others: lower comes first. Only there."`
	WindowUntil   *time.Time            `json:"windowUntil,omitempty" doc:"Until when WhatsApp lets us answer freely."`
	Team          string                `json:"team,omitempty" doc:"Id of the team it is meant for; absent for any."`
	Priority      string                `json:"priority" enum:"normal,high,urgent"`
	HandedAt      *time.Time            `json:"handedAt,omitempty" doc:"When people first got it."`
	AskedAt       *time.Time            `json:"askedAt,omitempty" doc:"Since when the customer waits for a person; absent while nobody waits."`
	AssignedAt    *time.Time            `json:"assignedAt,omitempty" doc:"When its agent got it."`
	SnoozedUntil  *time.Time            `json:"snoozedUntil,omitempty" doc:"An agent has put it aside until then."`
	Outcome       string                `json:"outcome,omitempty" doc:"How it ended, as the agent said."`
	Unanswered    bool                  `json:"unanswered" doc:"The customer wrote and the bot has not answered yet."`
	LastSeq       int64                 `json:"lastSeq"`
	InSeq         int64                 `json:"inSeq" doc:"Sequence number of the customer's newest line."`
	AgentName     string                `json:"agentName,omitempty" doc:"Name of the agent who owns it."`
	Tags          []string              `json:"tags" nullable:"false"`
	Unread        bool                  `json:"unread,omitempty" doc:"People take care of it, and the customer has written since I last looked. For who asks: live events leave it out, so compare inSeq with what you have read."`
	Mentioned     bool                  `json:"mentioned,omitempty" doc:"A note for me is unread. For who asks: live events leave it out; the event mention tells."`
}

func summary(l store.Listed) ConversationSummary {
	language := l.Language
	if language == "" {
		language = l.Contact.Language
	}
	s := ConversationSummary{
		ID: string(l.ID), Workspace: l.Workspace, Route: l.Route, Owner: string(l.Owner), Epoch: l.Epoch, Agent: l.Agent, Language: language,
		Contact:  beside.ContactSummary{ID: string(l.Contact.ID), Name: l.Contact.FirstName, Phone: l.Contact.Phone, Language: l.Contact.Language},
		LastText: l.LastText, LastDirection: string(l.LastDir), LastAt: when(l.LastAt), OpenedAt: when(l.OpenedAt),
		QueuedAt: maybe(l.QueuedAt), WindowUntil: maybe(l.WindowUntil), Unanswered: l.Pending(), LastSeq: l.LastSeq, InSeq: l.InSeq,
		Team: l.Team, Priority: staff.Priorities[l.Priority], HandedAt: maybe(l.HandedAt), AskedAt: maybe(l.AskedAt), SnoozedUntil: maybe(l.SnoozedUntil), Outcome: l.Outcome,
		Tags: []string{},
	}
	if l.Owner == chat.OwnerQueue {
		s.QueueRank = l.QueueRank
	}
	if l.Owner == chat.OwnerAgent {
		s.AssignedAt = maybe(l.AssignedAt)
	}
	if l.Owner == chat.OwnerQueue || l.Owner == chat.OwnerAgent {
		s.HandoffReason = l.Reason
	}
	return s
}

// OwnerChange is a change of owner, as a line of the transcript.
type OwnerChange struct {
	Seq       int64     `json:"seq"`
	At        time.Time `json:"at"`
	Kind      string    `json:"kind" enum:"offer,accept,assign,pass_back,transfer,expire,resolve,reopen"`
	Actor     string    `json:"actor" doc:"User id, bot, or parley for what the desk did by itself."`
	ActorName string    `json:"actorName" doc:"The user's name; the actor itself when it is no user."`
	Reason    string    `json:"reason"`
	From      string    `json:"from" enum:"bot,queue,agent,none"`
	To        string    `json:"to" enum:"bot,queue,agent,none"`
}

// ConversationDetail is one conversation with everything but its lines.
type ConversationDetail struct {
	ConversationSummary
	QueuePosition *int              `json:"queuePosition,omitempty" doc:"Its place in its team's queue, from 1."`
	Identities    []beside.Identity `json:"identities" nullable:"false"`
	Events        []OwnerChange     `json:"events" nullable:"false" doc:"The newest 500 changes of owner."`
	// What only the detail tells.
	ReadSeq         int64                 `json:"readSeq" doc:"Newest line that I have marked as read."`
	TemplateOffered bool                  `json:"templateOffered" doc:"The window has closed, and there is a template to open the conversation again."`
	MayWait         bool                  `json:"mayWait" doc:"The window has closed, and a reply would wait for the customer to write again."`
	Waiting         *Waiting              `json:"waiting,omitempty" doc:"There when something waits for the customer to write again."`
	Template        *beside.TemplateOffer `json:"template,omitempty" doc:"What would be sent; only when it is offered."`
	CSAT            *Survey               `json:"csat,omitempty" doc:"What the customer said of it; absent when they were not asked."`
	People          []live.Active         `json:"people" nullable:"false" doc:"Who is at this conversation now, yourself included."`
}

// Waiting is what a customer is waited for with.
type Waiting struct {
	Since      time.Time  `json:"since"`
	NoticedAt  *time.Time `json:"noticedAt,omitempty" doc:"When a template told them that an answer waits."`
	NotNoticed string     `json:"notNoticed,omitempty" enum:"no_notice,opted_out,messaging_limit" doc:"Why none did, as far as it is known."`
}

// Media is something the customer sent beside text. Its address is not to be trusted.
type Media struct {
	URL  string `json:"url"`
	Path string `json:"path" doc:"Where the server fetches it for you; use this one in pages."`
	Kind string `json:"kind" enum:"image,video,audio,document,unknown"`
	// What a model made of it; it may be wrong, and is as untrusted as the file.
	Heard   string `json:"heard,omitempty" doc:"What is said in it, written down by a model."`
	Seen    string `json:"seen,omitempty" doc:"What it shows, as a model describes it in English."`
	Written string `json:"written,omitempty" doc:"What is written in the picture, as a model reads it."`
}

// Message is one line of a transcript.
type Message struct {
	ID           string    `json:"id"`
	Seq          int64     `json:"seq"`
	Direction    string    `json:"direction" enum:"in,out,note"`
	Author       string    `json:"author" enum:"customer,bot,agent,system"`
	Text         string    `json:"text"`
	Media        []Media   `json:"media" nullable:"false"`
	Layout       string    `json:"layout"`
	Choices      []string  `json:"choices" nullable:"false"`
	At           time.Time `json:"at"`
	TurnID       string    `json:"turnId,omitempty"`
	Agent        string    `json:"agent,omitempty" doc:"User id of the agent who wrote it."`
	Status       string    `json:"status" enum:"received,queued,sending,accepted,unknown,dead,cancelled,withheld,sent,delivered,read,failed" doc:"withheld waits for the customer to write again. accepted means that Braze took it, which is no promise that it arrives. sent, delivered, read and failed are told by Currents."`
	StatusReason string    `json:"statusReason,omitempty"`
	Repaired     bool      `json:"repaired,omitempty"`
	// Form is of a customer; ByCurrents and Failure come of Braze's stream of events.
	Form       []FormField     `json:"form,omitempty" doc:"Answers of a form that the customer filled in; text says the same in words."`
	ByCurrents bool            `json:"byCurrents,omitempty" doc:"No webhook brought it in time; Currents did."`
	Failure    *MessageFailure `json:"failure,omitempty" doc:"With status failed."`
	AgentName  string          `json:"agentName,omitempty" doc:"Name of the agent who wrote it."`
	Mentions   []string        `json:"mentions,omitempty" doc:"User ids of those whom a note is for."`
}

// FormField is one answer of a form.
type FormField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func message(m chat.Message, parts []chat.Delivery, receipts map[chat.DeliveryID]told.Receipt) Message {
	out := Message{
		ID: string(m.ID), Seq: m.Seq, Direction: string(m.Direction), Author: string(m.Author), Text: m.Text, Media: []Media{},
		Layout: string(m.Layout), Choices: m.Choices, At: when(m.At), TurnID: string(m.TurnID), Agent: m.Agent, Status: "received",
		Repaired: m.Arrival != nil && len(m.Arrival.Repaired) > 0, ByCurrents: m.Arrival != nil && m.Arrival.ByCurrents,
	}
	if out.Choices == nil {
		out.Choices = []string{}
	}
	if m.Arrival != nil {
		for _, f := range m.Arrival.Form {
			out.Form = append(out.Form, FormField(f))
		}
	}
	for n, address := range m.Media {
		u := m.Understood[n]
		out.Media = append(out.Media, Media{
			URL: address, Path: fmt.Sprintf("%s/media/%s/%d", prefix, m.ID, n), Kind: kindOf(address, u), Heard: u.Heard, Seen: u.Seen, Written: u.Read,
		})
	}
	if m.Direction == chat.Out {
		status, part := told.Status(parts, receipts)
		out.Status = status
		switch {
		case part == nil:
		case status == string(told.StateFailed):
			out.Failure = failure(receipts[part.ID])
			out.StatusReason = out.Failure.Title.EN
		default:
			out.StatusReason = part.Reason
		}
	}
	return out
}

// kindOf tells the sort of a file: by what was understood of it, else by its address.
func kindOf(address string, u chat.Understood) string {
	switch {
	case u.Heard != "":
		return "audio"
	case u.Seen != "":
		return "image"
	}
	return beside.MediaKind(address)
}

func when(ms int64) time.Time { return beside.When(ms) }

func maybe(ms int64) *time.Time { return beside.Maybe(ms) }
