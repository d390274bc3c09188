package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// Note is what an agent tells colleagues about a conversation.
type Note struct {
	ConversationID chat.ConversationID
	ClientID       string // a UUID made by the page: sending again with the same one adds nothing new
	Agent          string // user id
	Text           string
	Mentions       []string // user ids
}

// AddNote keeps a note, and says whom it is new to.
func (d *Desk) AddNote(ctx context.Context, n Note) (told []string, err error) {
	text := strings.TrimSpace(n.Text)
	switch {
	case text == "":
		return nil, chat.Errorf(chat.Invalid, "the note is empty; write something first")
	case utf8.RuneCountInString(text) > MaxText:
		return nil, chat.Errorf(chat.Invalid, "the note has %d characters; at most %d are kept", utf8.RuneCountInString(text), MaxText)
	case uuid.Validate(n.ClientID) != nil:
		return nil, chat.Errorf(chat.Invalid, "clientId must be a UUID made by the page for this note")
	}
	err = d.commit(ctx, func(tx *store.Tx) (err error) {
		told, err = inbox.AddNote(ctx, tx, inbox.Note{
			ConversationID: n.ConversationID, MessageID: chat.MessageID(n.ClientID), Agent: n.Agent, Text: text, Mentions: n.Mentions,
		}, d.now())
		return err
	}, store.TopicFeed)
	return told, err
}

// SetTags replaces the tags of a conversation.
func (d *Desk) SetTags(ctx context.Context, id chat.ConversationID, tags []string) error {
	return d.commit(ctx, func(tx *store.Tx) error { return inbox.SetTags(ctx, tx, id, tags, d.now()) }, store.TopicFeed)
}

// longestSnooze is how far ahead a conversation can be put aside, in milliseconds.
const longestSnooze = 366 * 24 * 60 * 60 * 1000

// Snooze puts a conversation aside until a time in unix milliseconds, or brings it
// back when that is 0.
func (d *Desk) Snooze(ctx context.Context, id chat.ConversationID, until int64) error {
	if until > d.now()+longestSnooze {
		return chat.Errorf(chat.Invalid, "until is more than a year ahead; choose an earlier time")
	}
	return d.commit(ctx, func(tx *store.Tx) error { return inbox.Snooze(ctx, tx, id, until, d.now()) }, store.TopicFeed, store.TopicPeople)
}

// Read says what a user has seen of a conversation.
func (d *Desk) Read(ctx context.Context, user string, id chat.ConversationID, seq int64) error {
	return d.store.Write(ctx, func(tx *store.Tx) error { return inbox.Read(ctx, tx, user, id, seq, d.now()) })
}

// PutDraft keeps what a user is writing; an empty text forgets it. It gives the draft
// as it is kept.
func (d *Desk) PutDraft(ctx context.Context, draft inbox.Draft) (inbox.Draft, error) {
	if n := utf8.RuneCountInString(draft.Text); n > MaxText {
		return draft, chat.Errorf(chat.Invalid, "the draft has %d characters; at most %d are kept", n, MaxText)
	}
	if _, err := d.store.Conversation(ctx, draft.ConversationID); err != nil {
		return draft, err
	}
	draft.UpdatedAt = d.now()
	return draft, d.store.Write(ctx, func(tx *store.Tx) error {
		if strings.TrimSpace(draft.Text) == "" {
			return inbox.DeleteDraft(ctx, tx, draft.User, draft.ConversationID)
		}
		return inbox.PutDraft(ctx, tx, draft)
	})
}

// DeleteDraft forgets what a user was writing.
func (d *Desk) DeleteDraft(ctx context.Context, user string, id chat.ConversationID) error {
	return d.store.Write(ctx, func(tx *store.Tx) error { return inbox.DeleteDraft(ctx, tx, user, id) })
}

// SaveView adds a view, or changes it if it has an id. Only who supervises may have
// anything to do with a view of everybody.
func (d *Desk) SaveView(ctx context.Context, v inbox.SavedView, supervises bool) (inbox.SavedView, error) {
	if v.Name = strings.Join(strings.Fields(v.Name), " "); v.Name == "" {
		return v, chat.Errorf(chat.Invalid, "the view has no name; write one")
	}
	v.CreatedAt = d.now()
	if v.ID == "" {
		v.ID = chat.NewID()
	} else {
		was, err := d.ownView(ctx, v.User, v.ID, supervises)
		if err != nil {
			return v, err
		}
		v.User, v.CreatedAt = was.User, was.CreatedAt
	}
	if v.Shared && !supervises {
		return v, chat.Errorf(chat.Forbidden, "only supervisors share a view with everybody; save it for yourself")
	}
	return v, d.store.Write(ctx, func(tx *store.Tx) error { return inbox.PutView(ctx, tx, v) })
}

// DeleteView forgets a saved view.
func (d *Desk) DeleteView(ctx context.Context, user, id string, supervises bool) error {
	if _, err := d.ownView(ctx, user, id, supervises); err != nil {
		return err
	}
	return d.store.Write(ctx, func(tx *store.Tx) error { return inbox.DeleteView(ctx, tx, id) })
}

func (d *Desk) ownView(ctx context.Context, user, id string, supervises bool) (inbox.SavedView, error) {
	v, err := inbox.FindView(ctx, d.store, user, id)
	if err == nil && v.Shared && !supervises {
		err = chat.Errorf(chat.Forbidden, "this view is shared with everybody; only supervisors change it")
	}
	return v, err
}
