package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"parley/internal/auth"
	"parley/internal/chat"
	"parley/internal/live"
	"parley/internal/obs"
	"parley/internal/store"
)

const (
	heartbeat = 15 * time.Second
	// tail is how many of a conversation's newest lines an event carries: the new
	// ones, and those whose delivery may just have changed.
	tail = 8
)

// ConversationEvent is the data of the live event "conversation": the present
// state of what changed. Receiving it twice, or only the last of several, is the same.
// It is the same for everybody, so it says nothing of what is unread.
type ConversationEvent struct {
	Conversation ConversationSummary `json:"conversation"`
	Messages     []Message           `json:"messages" nullable:"false" doc:"The newest lines, oldest first; merge them by id."`
}

// Render makes the live events of changed conversations.
func (a *API) Render(ctx context.Context, changes []store.Change) ([]live.Frame, error) {
	ids := make([]chat.ConversationID, len(changes))
	for i, c := range changes {
		ids[i] = c.ConversationID
	}
	listed, err := a.Store.ConversationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	rows, err := a.summaries(ctx, listed, "")
	if err != nil {
		return nil, err
	}
	byID := make(map[chat.ConversationID]ConversationSummary, len(rows))
	for i, l := range listed {
		byID[l.ID] = rows[i]
	}
	frames := make([]live.Frame, 0, len(changes))
	for _, c := range changes {
		row, ok := byID[c.ConversationID]
		if !ok {
			continue
		}
		messages, _, err := a.transcript(ctx, c.ConversationID, 0, tail)
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(ConversationEvent{Conversation: row, Messages: messages})
		if err != nil {
			return nil, err
		}
		frames = append(frames, live.Frame{ID: c.Cursor.String(), Event: "conversation", Data: data})
	}
	return frames, nil
}

// events streams changes as server-sent events, after the cursor of
// Last-Event-ID or ?after=, or from now on without one.
func (a *API) events(w http.ResponseWriter, r *http.Request) {
	out := &stream{w: w, control: http.NewResponseController(w)}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	session, _ := auth.From(r.Context())
	client := a.hub.Join(session.User.ID)
	defer client.Leave()
	if err := a.replay(r, out); err != nil {
		if r.Context().Err() == nil && !errors.Is(err, errGone) {
			a.Log.ErrorContext(r.Context(), "replay events", obs.Error(err))
		}
		return
	}
	if err := a.tellTime(out); err != nil {
		return
	}
	ticker := time.NewTicker(a.set.Heartbeat)
	defer ticker.Stop()
	for {
		var err error
		select {
		case <-r.Context().Done():
			return
		case frames, ok := <-client.Frames():
			if !ok {
				return // too slow, or the process stops; the browser comes back and replays
			}
			err = out.send(frames)
		case <-ticker.C:
			caller, gone := a.Auth.Identify(r)
			if auth.Status(gone) == http.StatusUnauthorized || gone == nil && !caller.User.May(auth.ReadConversations) {
				return // logged out, disabled or revoked since; an open page counts as use of the session
			}
			err = out.raw(": \n\n")
		}
		if err != nil {
			return
		}
	}
}

// Clock is the data of the live event "clock": the gateway's time, by which windows
// close, whatever the clock of the browser says.
type Clock struct {
	Now time.Time `json:"now"`
}

func (a *API) tellTime(out *stream) error {
	data, err := json.Marshal(Clock{Now: when(a.set.Now())})
	if err != nil {
		return err
	}
	return out.send([]live.Frame{{Event: "clock", Data: data}})
}

func (a *API) replay(r *http.Request, out *stream) error {
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	if after == "" {
		end, err := a.Store.FeedEnd(r.Context())
		if err != nil {
			return err
		}
		return out.raw("retry: 1000\nid: " + end.String() + "\nevent: hello\ndata: {}\n\n")
	}
	cursor, err := store.ParseCursor(after)
	reached := false
	if err == nil {
		if reached, err = a.hub.Replay(r.Context(), cursor, out.send); err != nil {
			return err
		}
	}
	if reached {
		return out.raw("retry: 1000\n\n")
	}
	end, err := a.Store.FeedEnd(r.Context())
	if err != nil {
		return err
	}
	return out.raw("retry: 1000\nid: " + end.String() + "\nevent: resync\ndata: {}\n\n")
}

var errGone = errors.New("the browser has gone")

type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s *stream) send(frames []live.Frame) error {
	for _, f := range frames {
		id := ""
		if f.ID != "" { // an empty one would make the browser forget how far it has come
			id = "id: " + f.ID + "\n"
		}
		if _, err := fmt.Fprintf(s.w, "%sevent: %s\ndata: %s\n\n", id, f.Event, f.Data); err != nil {
			return errGone
		}
	}
	return s.flush()
}

func (s *stream) raw(text string) error {
	if _, err := s.w.Write([]byte(text)); err != nil {
		return errGone
	}
	return s.flush()
}

func (s *stream) flush() error {
	if err := s.control.SetWriteDeadline(time.Now().Add(2 * heartbeat)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errGone
	}
	if err := s.control.Flush(); err != nil {
		return errGone
	}
	return nil
}
