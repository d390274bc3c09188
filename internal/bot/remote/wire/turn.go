// Package wire is how Parley and a brain of the operator's own speak with each other: the
// turn as JSON, the answer as JSON and what is wrong with one, and the signed call.
//
// It owns the format, which docs/brain.md documents and which may gain fields but loses
// none, and the transport. It must not know conversations or decide what an answer leads
// to. Start reading at [Client.Ask].
package wire

import "time"

// Version of the format.
const Version = 1

// Turn is what a brain is told. Texts are redacted unless the operator chose otherwise.
type Turn struct {
	Version int `json:"version"`
	// ID stays the same when this turn is asked again, after a crash as well.
	ID string `json:"turn"`
	// Test marks a turn that nobody waits for.
	Test         bool   `json:"test,omitempty"`
	Conversation string `json:"conversation"`
	// Epoch counts the changes of who has the conversation. An answer to an older one is
	// thrown away.
	Epoch     int64  `json:"epoch"`
	Workspace string `json:"workspace"`
	Route     string `json:"route"`
	// Language is the one that the embedded bot would answer in, Languages are all it has.
	Language  string    `json:"language"`
	Languages []string  `json:"languages"`
	Now       time.Time `json:"now"`
	Contact   Contact   `json:"contact"`
	// Messages are what is to be answered, History up to 20 lines before it, both oldest first.
	Messages []Message `json:"messages"`
	History  []Line    `json:"history"`
	// Promise is what a colleague promised who has given the conversation back.
	Promise  string   `json:"promise,omitempty"`
	Embedded Embedded `json:"embedded"`
	// Layouts are the kinds of WhatsApp messages that can be sent from here.
	Layouts []string `json:"layouts"`
	Limits  Limits   `json:"limits"`
}

// Contact is who writes.
type Contact struct {
	ID         string            `json:"id"`
	ExternalID string            `json:"externalId,omitempty"`
	Phone      string            `json:"phone,omitempty"` // with raw only
	FirstName  string            `json:"firstName,omitempty"`
	Language   string            `json:"language,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"` // what else the webhook said
}

// Message is one of the customer's that is to be answered.
type Message struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	// Attachments is how many pictures, recordings or documents came with it.
	Attachments int `json:"attachments,omitempty"`
}

// Authors of a [Line].
const (
	AuthorCustomer = "customer"
	AuthorBot      = "bot"
	AuthorAgent    = "agent"
)

// Line is an earlier one of the conversation.
type Line struct {
	Author string    `json:"author"`
	Text   string    `json:"text"`
	At     time.Time `json:"at"`
}

// Embedded is what the embedded bot would do, and does if the brain is of no use.
type Embedded struct {
	Action     string    `json:"action"`
	Text       string    `json:"text"`
	Intent     string    `json:"intent,omitempty"`
	Title      string    `json:"title,omitempty"`
	Confidence float64   `json:"confidence"` // calibrated, 0 to 1
	Band       string    `json:"band"`
	Readings   []Reading `json:"readings"` // the likeliest first
}

// Reading is one thing that the customer may mean.
type Reading struct {
	Intent     string  `json:"intent"`
	Title      string  `json:"title"`
	Confidence float64 `json:"confidence"`
}

// Limits are what an answer must keep to; counts are of characters (code points).
type Limits struct {
	Text     int `json:"text"`
	Choices  int `json:"choices"`
	Title    int `json:"title"`
	Detail   int `json:"detail"`
	Button   int `json:"button"`
	Reason   int `json:"reason"`
	Sources  int `json:"sources"`
	Did      int `json:"did"`
	BodySize int `json:"bodySize"` // bytes
}

// Bounds are the limits of every answer. Those of choices are WhatsApp's for a list (Meta,
// "Interactive list messages"); up to three with titles of at most 20 characters fit into
// buttons.
func Bounds() Limits {
	return Limits{Text: 1000, Choices: 10, Title: 24, Detail: 72, Button: 20, Reason: 300, Sources: 20, Did: 5, BodySize: 64 << 10}
}

// maxSource is the longest text of a source, in characters.
const maxSource = 4000

// Action is how a brain ends a turn.
type Action string

// The actions.
const (
	Reply   Action = "answer"
	Ask     Action = "ask"
	Choices Action = "choices"
	Handoff Action = "handoff"
	Decline Action = "decline" // not the shop's business; the words are the bot's
	Keep    Action = "keep"    // what the embedded bot would do
)

var actions = []Action{Reply, Ask, Choices, Handoff, Decline, Keep}

// Answer is what a brain says to a turn.
type Answer struct {
	Turn   string `json:"turn"`
	Action Action `json:"action"`
	Text   string `json:"text,omitempty"`
	// Choices and Button come with the action choices, Reason with handoff.
	Choices  []Choice `json:"choices,omitempty"`
	Button   string   `json:"button,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	Language string   `json:"language,omitempty"` // of Text, if it is not the turn's
	// Sources are what the text was made from: its numbers, prices and addresses must stand
	// in one of them.
	Sources []Source `json:"sources,omitempty"`
	// Did is what the brain has changed in this turn, in words for the colleagues.
	Did []string `json:"did,omitempty"`
}

// Choice is one thing to choose; a tap brings its title back as the next message.
type Choice struct {
	Title  string `json:"title"`
	Detail string `json:"detail,omitempty"`
}

// Source is a passage that an answer draws on.
type Source struct {
	Name string `json:"name"`
	Text string `json:"text"`
}
