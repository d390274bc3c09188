// Package chat holds the words of the domain and its rules: who a contact is,
// who may speak in a conversation, when the bot's next turn is due, and when
// the next message may go out to one person. It is pure: no clock, no database,
// no network. Everything that changes takes the present time as an argument, in
// unix milliseconds.
//
// Start reading at Conversation.
package chat

import (
	"fmt"

	"github.com/google/uuid"
)

// ContactID names a person for ever, whatever Braze calls them today.
type ContactID string

// ConversationID names one engagement with a contact.
type ConversationID string

// MessageID names one line of a conversation.
type MessageID string

// TurnID names one run of the bot.
type TurnID string

// DeliveryID names one part of a message on its way out through Braze.
type DeliveryID string

// NewID returns a fresh UUIDv7: unique, and sorted by creation time to the millisecond.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic("chat: no randomness: " + err.Error()) // the operating system's generator is broken
	}
	return id.String()
}

// Author says who wrote a line.
type Author string

// The four authors of lines.
const (
	AuthorCustomer Author = "customer"
	AuthorBot      Author = "bot"
	AuthorAgent    Author = "agent"
	AuthorSystem   Author = "system"
)

// Direction says which way a line went.
type Direction string

// A line came in from the customer, went out to them, or is a note that stays inside.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Note Direction = "note"
)

// Layout is a kind of WhatsApp message; each is mapped to what carries it in Braze,
// because a campaign's layout is fixed when it is composed.
type Layout string

// The layouts that this version sends.
const (
	LayoutText       Layout = "text"
	LayoutQuickReply Layout = "quick_reply"
	LayoutList       Layout = "list"
	LayoutImage      Layout = "image"
	LayoutVideo      Layout = "video"
	LayoutAudio      Layout = "audio"
	LayoutDocument   Layout = "document"
	LayoutCTA        Layout = "cta"      // a button that opens a web page
	LayoutTemplate   Layout = "template" // opens a conversation again
	LayoutNotice     Layout = "notice"   // a template as well: it says that an answer waits
)

// Template reports whether the layout is one of those that may be sent when the window has closed.
func (l Layout) Template() bool { return l == LayoutTemplate || l == LayoutNotice }

// Code classifies an Error for whoever has to act on it.
type Code string

// Codes of errors. Anything that is not an Error counts as internal.
const (
	Invalid     Code = "invalid"
	NotFound    Code = "not_found"
	Conflict    Code = "conflict"
	Forbidden   Code = "forbidden"
	Unavailable Code = "unavailable"
)

// Error is an error whose message may be shown to a person.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errorf makes an Error; the message says what is wrong and how to mend it.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
