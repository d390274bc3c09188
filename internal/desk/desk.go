// Package desk is what people do: take a conversation, answer it, give it back to
// the bot, end it. It owns who may do what to a conversation and what that means
// for the bot; ownership itself is a rule of package chat, and the store carries it out.
//
// Start reading at Desk.Reply.
package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"parley/internal/bot/packet"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/window"
)

// MaxText is the longest reply that is taken, in characters. It leaves as several
// WhatsApp messages when it is beyond the layout's limit.
const MaxText = 8000

// Workspace is what the desk needs to know of one.
type Workspace struct {
	Plan func(text string) []chat.Delivery // a text in sendable parts
	Pace chat.Pace
	// Template opens conversations again; nil if there is none.
	Template *Template
	// Hold lets an answer wait for the customer's return when the window has closed.
	Hold bool
	// MessagingLimit is how many people may be sent a template in 24 hours; 0: any number.
	MessagingLimit int
	// TakenOver makes the packet of a conversation that a person takes from the bot;
	// lines are its last ones, oldest first. Nil means that nobody gets one.
	TakenOver func(c chat.Conversation, contact chat.Contact, lines []chat.Message, now int64) (*store.Handoff, error)
	// Suggest finds an answer that was not given yet in lines such as these. Nil means
	// that there never is one.
	Suggest func(route string, lines []chat.Message, language string) (packet.Suggestion, bool)
	// Survey asks customers after an agent has resolved their conversation; nil does not.
	Survey *store.SurveyPlan
}

// Desk lets people act on conversations.
type Desk struct {
	store      *store.Store
	workspaces map[string]Workspace
	now        func() int64
	publish    func(store.Topic)
}

// New makes a desk. now is the clock in unix milliseconds; publish is told after a
// commit what it has made available.
func New(workspaces map[string]Workspace, s *store.Store, now func() int64, publish func(store.Topic)) *Desk {
	return &Desk{store: s, workspaces: workspaces, now: now, publish: publish}
}

// Reply is an answer as an agent sends it.
type Reply struct {
	ConversationID chat.ConversationID
	ClientID       string // a UUID made by the page: sending again with the same one sends nothing new
	Agent          string // user id
	Text           string
	SeenSeq        int64 // newest line the agent had seen
	Forced         bool  // send although there are newer ones
}

// Reply sends an agent's answer and makes the agent the owner.
func (d *Desk) Reply(ctx context.Context, r Reply) error {
	text := strings.TrimSpace(r.Text)
	switch {
	case text == "":
		return chat.Errorf(chat.Invalid, "the reply is empty; write something first")
	case utf8.RuneCountInString(text) > MaxText:
		return chat.Errorf(chat.Invalid, "the reply has %d characters; at most %d are sent at once", utf8.RuneCountInString(text), MaxText)
	case uuid.Validate(r.ClientID) != nil:
		return chat.Errorf(chat.Invalid, "clientId must be a UUID made by the page for this reply")
	}
	c, err := d.store.Conversation(ctx, r.ConversationID)
	if err != nil {
		return err
	}
	w, ok := d.workspaces[c.Workspace]
	if !ok {
		return chat.Errorf(chat.Unavailable, "the workspace %s is not configured any more", c.Workspace)
	}
	out := store.Reply{
		ConversationID: c.ID, MessageID: chat.MessageID(r.ClientID), Agent: r.Agent, Text: text, Parts: w.Plan(text), Pace: w.Pace,
		SeenSeq: r.SeenSeq, Forced: r.Forced, MayWait: w.Hold,
	}
	if out.Packet, err = d.takenOver(ctx, c); err != nil {
		return err
	}
	return d.write(ctx, func(tx *store.Tx) error {
		now := d.now()
		if err := tx.Reply(ctx, out, now); err != nil || !w.Hold {
			return err
		}
		return window.Await(ctx, tx, []chat.ConversationID{c.ID}, now)
	})
}

// MayWait reports whether an answer written now would wait for the customer's return.
func (d *Desk) MayWait(c store.Listed) bool {
	return d.workspaces[c.Workspace].Hold && c.WindowUntil <= d.now() && c.Owner != chat.OwnerNone
}

// write commits what may have something to be sent, or may free somebody's hands.
func (d *Desk) write(ctx context.Context, fn func(*store.Tx) error) error {
	return d.commit(ctx, fn, store.TopicDeliveries, store.TopicPeople)
}

// commit carries out a transaction and tells whoever waits for its topics.
func (d *Desk) commit(ctx context.Context, fn func(*store.Tx) error, topics ...store.Topic) error {
	err := d.store.Write(ctx, func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		for _, topic := range topics {
			if err := tx.Notify(ctx, topic); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		for _, topic := range topics {
			d.publish(topic)
		}
	}
	return err
}
