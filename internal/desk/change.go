package desk

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/packet"
	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/understood"
)

// Outcomes of a resolved conversation.
const (
	Solved   = "solved"
	Unsolved = "unsolved"
	Spam     = "spam"
	Other    = "other"
)

var outcomes = []string{Solved, Unsolved, Spam, Other}

// maxPromise is the longest promise or closing note, in characters.
const maxPromise = 1000

// Change is a change of owner as an agent asks for it.
type Change struct {
	ConversationID chat.ConversationID
	Kind           chat.Kind // chat.Accept, chat.PassBack, chat.Resolve or chat.Reopen
	Agent          string    // user id of who asks
	Epoch          int64     // the epoch of the conversation as the agent saw it
	Outcome        string    // of chat.Resolve: one of the outcomes, or empty when nobody said
	Note           string    // of chat.Resolve: for colleagues
	Promise        string    // of chat.PassBack: what the customer was promised; the bot quotes it
}

// Change carries it out, or is a Conflict when somebody was faster.
func (d *Desk) Change(ctx context.Context, c Change) error {
	out := store.OwnerChange{
		ConversationID: c.ConversationID, Kind: c.Kind, Agent: c.Agent, Actor: c.Agent, Epoch: c.Epoch,
		Outcome: c.Outcome, Note: strings.TrimSpace(c.Note), NoteID: chat.MessageID(chat.NewID()), Reason: strings.TrimSpace(c.Promise),
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := d.prepare(ctx, &out); err != nil {
		return err
	}
	return d.write(ctx, func(tx *store.Tx) error { return tx.ChangeOwner(ctx, out, d.now()) })
}

func (c Change) check() error {
	switch c.Kind {
	case chat.Accept, chat.PassBack, chat.Resolve, chat.Reopen:
	default:
		return chat.Errorf(chat.Invalid, "%q is not something an agent can do here", c.Kind)
	}
	switch {
	case c.Outcome != "" && c.Kind != chat.Resolve:
		return chat.Errorf(chat.Invalid, "an outcome is said when a conversation is resolved; leave it out of %s", c.Kind)
	case c.Outcome != "" && !slices.Contains(outcomes, c.Outcome):
		return chat.Errorf(chat.Invalid, "%q is not an outcome; use %s", c.Outcome, strings.Join(outcomes, ", "))
	case c.Promise != "" && c.Kind != chat.PassBack:
		return chat.Errorf(chat.Invalid, "a promise is passed on when a conversation goes back to the bot; leave it out of %s", c.Kind)
	case c.Note != "" && c.Kind != chat.Resolve:
		return chat.Errorf(chat.Invalid, "a closing note goes with resolve; write other notes as notes")
	case utf8.RuneCountInString(c.Promise) > maxPromise, utf8.RuneCountInString(c.Note) > maxPromise:
		return chat.Errorf(chat.Invalid, "it is too long; at most %d characters are kept", maxPromise)
	}
	return nil
}

// prepare adds to a change of owner what goes with it: the packet for whoever takes a
// conversation from the bot, the survey for a customer whose conversation is over.
func (d *Desk) prepare(ctx context.Context, change *store.OwnerChange) (err error) {
	switch change.Kind {
	case chat.Accept, chat.Assign, chat.Transfer:
		change.Packet, err = d.TakenOver(ctx, change.ConversationID)
	case chat.Resolve:
		var c store.Listed
		if c, err = d.store.Conversation(ctx, change.ConversationID); err == nil && change.Outcome != Spam {
			change.Survey = d.workspaces[c.Workspace].Survey
		}
	}
	return err
}

// TakenOver is the packet for people who are about to get a conversation from the bot
// without its doing; nil when they have it already.
func (d *Desk) TakenOver(ctx context.Context, id chat.ConversationID) (*store.Handoff, error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.takenOver(ctx, c)
}

// takenOver is the packet for somebody who is about to take a conversation, if the bot
// owns it. What the bot handed over has one already.
func (d *Desk) takenOver(ctx context.Context, c store.Listed) (*store.Handoff, error) {
	w := d.workspaces[c.Workspace]
	if c.Owner != chat.OwnerBot || w.TakenOver == nil {
		return nil, nil
	}
	lines, _, err := d.store.Messages(ctx, c.ID, 0, packet.TranscriptLines)
	if err == nil {
		err = understood.Fill(ctx, d.store, lines)
	}
	if err != nil {
		return nil, err
	}
	return w.TakenOver(c.Conversation, c.Contact, lines, d.now())
}

// LabelHandoff notes whether a handoff needed a person; the last word counts.
func (d *Desk) LabelHandoff(ctx context.Context, id chat.ConversationID, handoff string, needed bool, by string) error {
	return d.commit(ctx, func(tx *store.Tx) error { return tx.LabelHandoff(ctx, id, handoff, needed, by, d.now()) }, store.TopicFeed)
}

// Suggest finds an answer of the knowledge base to what the customer asked last, if
// there is one that nobody has given yet.
func (d *Desk) Suggest(ctx context.Context, id chat.ConversationID) (s packet.Suggestion, ok bool, err error) {
	c, err := d.store.Conversation(ctx, id)
	if err != nil {
		return s, false, err
	}
	w := d.workspaces[c.Workspace]
	if w.Suggest == nil {
		return s, false, nil
	}
	lines, _, err := d.store.Messages(ctx, id, 0, 2*packet.TranscriptLines)
	if err != nil {
		return s, false, err
	}
	language := c.Language
	if language == "" {
		language = c.Contact.Language
	}
	s, ok = w.Suggest(c.Route, lines, language)
	return s, ok, nil
}
