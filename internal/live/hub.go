// Package live tells browsers what changes, from the store's append-only feed:
// a client that was away goes on from its cursor, and one that was away too long
// is told to load anew. Events carry the present state of what changed, so that
// receiving one twice or only the last of several is the same. Beside the feed it
// tells what is of the moment only: who looks at a conversation, who types.
package live

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/alarm"
	"parley/internal/chat"
	"parley/internal/obs"
	"parley/internal/store"
)

// Frame is one event as it goes to browsers.
type Frame struct {
	ID    string // cursor to go on from; empty for what is never replayed
	Event string
	Data  []byte // JSON
}

// Render makes the frames of changes; each conversation appears once in a call.
type Render func(ctx context.Context, changes []store.Change) ([]Frame, error)

// Hub reads the feed once for all clients of this process.
type Hub struct {
	store   *store.Store
	render  Render
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() int64
	wake    alarm.Alarm
	begun   chan struct{} // closed when clients may join
	ready   func()        // closes it

	id         string // tells our own tellings from those of other replicas
	outbox     chan string
	activities activities
	people     atomic.Bool // there is news of people

	mu      sync.Mutex
	clients map[*Client]bool
	ended   bool
}

// New makes a hub.
func New(s *store.Store, render Render, metrics *obs.Metrics, log *slog.Logger, now func() int64) *Hub {
	h := &Hub{
		store: s, render: render, metrics: metrics, log: log, now: now, begun: make(chan struct{}), clients: map[*Client]bool{},
		id: chat.NewID(), outbox: make(chan string, outbox), activities: activities{at: map[string]map[string]*seen{}},
	}
	h.ready = sync.OnceFunc(func() { close(h.begun) })
	return h
}

// Wake says that the feed has grown.
func (h *Hub) Wake() {
	if !h.idle() {
		h.wake.Set(h.now())
	}
}

const (
	page      = 500 // changes read at once
	clientBuf = 64  // batches a slow browser may lag behind before it is cut off
)

// Run follows the feed until ctx ends, and then lets all clients go. Without
// clients it reads nothing but where the feed ends.
func (h *Hub) Run(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	defer h.end()
	beside.Go(func() { h.speak(ctx) })
	beside.Go(func() { h.tick(ctx) })
	cursor := h.begin(ctx)
	for ctx.Err() == nil {
		if h.idle() {
			end, err := h.store.FeedEnd(ctx)
			h.trouble(ctx, "feed end", err)
			if err == nil && h.idle() { // else somebody has joined who may have looked at an earlier end
				cursor = end
			}
			h.rest(ctx)
			continue
		}
		changes, err := h.store.Changes(ctx, cursor, page)
		h.trouble(ctx, "read feed", err)
		if len(changes) == 0 {
			h.rest(ctx)
			continue
		}
		cursor = changes[len(changes)-1].Cursor
		frames, err := h.render(ctx, Newest(changes))
		if err != nil {
			h.trouble(ctx, "render events", err)
			h.dropAll() // they come back and replay
			continue
		}
		h.send(frames)
	}
}

// begin finds out where the feed ends, and then lets clients join.
func (h *Hub) begin(ctx context.Context) store.Cursor {
	for ctx.Err() == nil {
		end, err := h.store.FeedEnd(ctx)
		if err == nil {
			h.ready()
			return end
		}
		h.trouble(ctx, "feed end", err)
		h.rest(ctx)
	}
	return store.Cursor{}
}

// rest sleeps until the feed grows or a client joins; the poll finds what a lost
// notice hid. An idle hub does not look at every commit.
func (h *Hub) rest(ctx context.Context) {
	const poll = time.Second
	h.wake.Wait(ctx, h.now, poll)
}

func (h *Hub) trouble(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		h.log.Error(what, obs.Error(err))
	}
}

// Newest keeps the last change of each conversation, in order.
func Newest(changes []store.Change) []store.Change {
	last := make(map[string]int, len(changes))
	for i, c := range changes {
		last[string(c.ConversationID)] = i
	}
	out := changes[:0:0]
	for i, c := range changes {
		if last[string(c.ConversationID)] == i {
			out = append(out, c)
		}
	}
	return out
}

func (h *Hub) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients) == 0
}

func (h *Hub) send(frames []Frame) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		select {
		case c.frames <- frames:
		default: // never drop an event silently: drop the client, who will replay
			h.remove(c, true)
		}
	}
}

func (h *Hub) remove(c *Client, slow bool) {
	if h.clients[c] {
		delete(h.clients, c)
		close(c.frames)
		h.metrics.LiveClientLeft(slow)
	}
}

// end lets all clients go for good: whoever joins later is let go at once, so
// that no stream keeps a stopping server waiting.
func (h *Hub) end() {
	h.mu.Lock()
	h.ended = true
	h.mu.Unlock()
	h.ready()
	h.dropAll()
}

func (h *Hub) dropAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		h.remove(c, false)
	}
}

// Client is one browser. Frames is closed when the hub lets it go.
type Client struct {
	hub    *Hub
	user   string
	frames chan []Frame
}

// Join adds a client of a user, who gets everything that happens from now on. Join before
// replaying, so that nothing falls between the two. It waits until Run knows from
// where to tell.
func (h *Hub) Join(user string) *Client {
	<-h.begun
	c := &Client{hub: h, user: user, frames: make(chan []Frame, clientBuf)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended {
		close(c.frames)
		return c
	}
	h.clients[c] = true
	h.wake.Set(h.now())
	h.metrics.LiveClientJoined()
	return c
}

// Frames delivers batches of events; it is closed when the client is too slow or
// the process stops.
func (c *Client) Frames() <-chan []Frame { return c.frames }

// Leave ends the client. It may be called more than once.
func (c *Client) Leave() {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.hub.remove(c, false)
}

// Replay calls send for everything after a cursor. It returns false when the
// feed does not reach there and the client must load anew.
func (h *Hub) Replay(ctx context.Context, after store.Cursor, send func([]Frame) error) (bool, error) {
	start, err := h.store.FeedStart(ctx)
	if err != nil {
		return false, err
	}
	end, err := h.store.FeedEnd(ctx)
	if err != nil {
		return false, err
	}
	// Beyond the end is a cursor from before everything was pruned, or before a backup was restored.
	if after.Before(start) || end.Before(after) {
		return false, nil
	}
	for {
		changes, err := h.store.Changes(ctx, after, page)
		if err != nil || len(changes) == 0 {
			return true, err
		}
		after = changes[len(changes)-1].Cursor
		frames, err := h.render(ctx, Newest(changes))
		if err != nil {
			return true, err
		}
		if err := send(frames); err != nil {
			return true, err
		}
	}
}
