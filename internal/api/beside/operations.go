// Package beside is what people do beside answering, as the desk API shows it: notes,
// tags, what is put aside and what was read, drafts, saved views, canned replies, the
// customer's page and what they sent beside text. It has the shapes and what each
// operation asks of the desk; paths and permissions are package api's.
package beside

import (
	"context"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/desk"
	"parley/internal/desk/roster"
	"parley/internal/live"
	"parley/internal/media"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// Operations are what the API hands calls on to.
type Operations struct {
	Store  *store.Store
	Desk   *desk.Desk
	Roster *roster.Roster
	Media  *media.Fetcher
	Hub    func() *live.Hub                    // it is connected after the operations are registered
	Now    func() int64                        // unix milliseconds
	Words  func(context.Context, error) string // an error as people may read it
}

// Done is an answer without a body.
type Done = struct{}

// ID names what an operation is about.
type ID struct {
	ID string `path:"id" maxLength:"40"`
}

// NoteInput is a note as it is sent.
type NoteInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		ClientID string   `json:"clientId" format:"uuid" doc:"Made by the page for this note; sending again with the same one adds nothing new."`
		Text     string   `json:"text" minLength:"1" maxLength:"8000"`
		Mentions []string `json:"mentions,omitempty" maxItems:"50" doc:"User ids of those who shall see it."`
	}
}

// TagsInput are the tags a conversation shall have.
type TagsInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Tags []string `json:"tags" maxItems:"20" nullable:"false" doc:"All of them; those left out go. At most 20 of at most 40 characters."`
	}
}

// TagCount is a tag and how many open conversations have it.
type TagCount struct {
	Tag   string `json:"tag"`
	Count int    `json:"count"`
}

// TagList is the answer.
type TagList struct {
	Body struct {
		Items []TagCount `json:"items" nullable:"false"`
	}
}

// SnoozeInput says until when a conversation is put aside.
type SnoozeInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Until *time.Time `json:"until" doc:"When it comes back by itself; null brings it back now. It also comes back when the customer writes."`
	}
}

// ReadInput says what was seen.
type ReadInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Seq int64 `json:"seq" minimum:"0" doc:"Newest line that I have seen; a smaller one than before makes the conversation unread again."`
	}
}

// ActivityInput says what somebody does.
type ActivityInput struct {
	ID   string `path:"id" maxLength:"40"`
	Body struct {
		Doing string `json:"doing" enum:"viewing,typing,gone" doc:"Send it again within 10 s, or it is forgotten."`
	}
}

// BulkInput is one thing to be done to many.
type BulkInput struct {
	Body struct {
		IDs     []string   `json:"ids" minItems:"1" maxItems:"200"`
		Action  string     `json:"action" enum:"assign,resolve,tag,snooze,pass_back,take"`
		UserID  string     `json:"userId,omitempty" doc:"assign: to whom."`
		TeamID  string     `json:"teamId,omitempty" doc:"assign: into the queue of which team."`
		Tag     string     `json:"tag,omitempty" doc:"tag: what to add."`
		Until   *time.Time `json:"until,omitempty" doc:"snooze: until when; without it they come back now."`
		Outcome string     `json:"outcome,omitempty" enum:"solved,unsolved,spam,other" doc:"resolve: how it ended."`
	}
}

// BulkResult says what became of one conversation of many.
type BulkResult struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty" doc:"Why not, in words."`
}

// BulkOutput is the answer.
type BulkOutput struct {
	Body struct {
		Items []BulkResult `json:"items" nullable:"false"`
	}
}

// MentionEvent is the data of the live event "mention".
type MentionEvent struct {
	ConversationID string `json:"conversationId"`
	MessageID      string `json:"messageId"`
	By             string `json:"by" doc:"Name of who wrote the note."`
}

// AddNote adds a note and tells those whom it is for.
func (o Operations) AddNote(ctx context.Context, in *NoteInput, user auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	told, err := o.Desk.AddNote(ctx, desk.Note{
		ConversationID: id, ClientID: in.Body.ClientID, Agent: user.ID, Text: in.Body.Text, Mentions: in.Body.Mentions,
	})
	for _, colleague := range told {
		o.Hub().Tell("mention", MentionEvent{ConversationID: in.ID, MessageID: in.Body.ClientID, By: user.Name}, colleague)
	}
	return id, err
}

// SetTags replaces the tags.
func (o Operations) SetTags(ctx context.Context, in *TagsInput, _ auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, o.Desk.SetTags(ctx, id, in.Body.Tags)
}

// maxTagList is how many tags a list of them has.
const maxTagList = 500

// Tags lists those in use.
func (o Operations) Tags(ctx context.Context, _ *struct{}) (*TagList, error) {
	list, err := inbox.AllTags(ctx, o.Store, maxTagList)
	if err != nil {
		return nil, err
	}
	out := &TagList{}
	out.Body.Items = []TagCount{}
	for _, t := range list {
		out.Body.Items = append(out.Body.Items, TagCount{Tag: t.Tag, Count: t.Count})
	}
	return out, nil
}

// millis is a time as it is kept; nothing is 0.
func millis(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMilli()
}

// Snooze puts aside or takes up again.
func (o Operations) Snooze(ctx context.Context, in *SnoozeInput, _ auth.User) (chat.ConversationID, error) {
	id := chat.ConversationID(in.ID)
	return id, o.Desk.Snooze(ctx, id, millis(in.Body.Until))
}

// MarkRead notes what was seen.
func (o Operations) MarkRead(ctx context.Context, in *ReadInput, user auth.User) (*Done, error) {
	return &Done{}, o.Desk.Read(ctx, user.ID, chat.ConversationID(in.ID), in.Body.Seq)
}

// TellActivity tells colleagues where somebody is.
func (o Operations) TellActivity(ctx context.Context, in *ActivityInput, user auth.User) (*Done, error) {
	if _, err := o.Store.Conversation(ctx, chat.ConversationID(in.ID)); err != nil {
		return nil, err
	}
	o.Hub().Signal(live.Signal{ConversationID: in.ID, UserID: user.ID, Name: user.Name, Doing: in.Body.Doing})
	return &Done{}, nil
}

// Bulk does one thing to many.
func (o Operations) Bulk(ctx context.Context, in *BulkInput, user auth.User) (*BulkOutput, error) {
	if in.Body.Action == "assign" {
		if err := o.Roster.Receives(ctx, in.Body.UserID, in.Body.TeamID); err != nil {
			return nil, err
		}
	}
	b := desk.Bulk{
		Action: in.Body.Action, Agent: user.ID, User: in.Body.UserID, Team: in.Body.TeamID, Tag: in.Body.Tag, Until: millis(in.Body.Until), Outcome: in.Body.Outcome,
	}
	for _, id := range in.Body.IDs {
		b.IDs = append(b.IDs, chat.ConversationID(id))
	}
	list, err := o.Desk.Bulk(ctx, b)
	if err != nil {
		return nil, err
	}
	out := &BulkOutput{}
	for _, r := range list {
		item := BulkResult{ID: string(r.ID), OK: r.Err == nil}
		if r.Err != nil {
			item.Error = o.Words(ctx, r.Err)
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}
