package live

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Forget is after how many milliseconds somebody who no longer signals counts as gone.
const Forget = 10_000

// What somebody does at a conversation. Gone is said once and forgets them at once.
const (
	Viewing = "viewing"
	Typing  = "typing"
	Gone    = "gone"
)

// Signal says what somebody does at a conversation.
type Signal struct {
	ConversationID string `json:"conversationId"`
	UserID         string `json:"userId"`
	Name           string `json:"name"`
	Doing          string `json:"doing"`
}

// Active is somebody who is at a conversation now.
type Active struct {
	UserID string `json:"userId"`
	Name   string `json:"name"`
	Doing  string `json:"doing" enum:"viewing,typing"`
}

// Activity is the data of the live event "activity".
type Activity struct {
	ConversationID string   `json:"conversationId"`
	People         []Active `json:"people" nullable:"false" doc:"Everybody who is there now."`
}

// activities are who is where, as far as this process was told.
type activities struct {
	mu sync.Mutex
	at map[string]map[string]*seen // conversation, user
}

type seen struct {
	Active
	until int64
}

// take books a signal, and says whether what there is to see has changed.
func (a *activities) take(s Signal, now int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.at[s.ConversationID][s.UserID]
	if s.Doing == Gone {
		if known == nil {
			return false
		}
		a.remove(s.ConversationID, s.UserID)
		return true
	}
	if a.at[s.ConversationID] == nil {
		a.at[s.ConversationID] = map[string]*seen{}
	}
	next := &seen{Active: Active{UserID: s.UserID, Name: s.Name, Doing: s.Doing}, until: now + Forget}
	a.at[s.ConversationID][s.UserID] = next
	return known == nil || known.Active != next.Active
}

func (a *activities) remove(conversation, user string) {
	delete(a.at[conversation], user)
	if len(a.at[conversation]) == 0 {
		delete(a.at, conversation)
	}
}

// expire forgets who has not signalled for too long, and names the conversations
// where that is to be seen.
func (a *activities) expire(now int64) (changed []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for conversation, people := range a.at {
		before := len(people)
		for user, s := range people {
			if s.until <= now {
				a.remove(conversation, user)
			}
		}
		if len(people) != before {
			changed = append(changed, conversation)
		}
	}
	return changed
}

func (a *activities) list(conversation string, now int64) []Active {
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []Active{}
	for _, s := range a.at[conversation] {
		if s.until > now {
			out = append(out, s.Active)
		}
	}
	slices.SortFunc(out, func(x, y Active) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.UserID, y.UserID)) })
	return out
}

// Signal takes what a user of this process does, and tells everybody if that is news.
// Signals are to be repeated within Forget.
func (h *Hub) Signal(s Signal) {
	h.takeSignal(s)
	h.say(telling{Signal: &s})
}

// At lists who is at a conversation, by name.
func (h *Hub) At(conversation string) []Active { return h.activities.list(conversation, h.now()) }

func (h *Hub) takeSignal(s Signal) {
	if h.activities.take(s, h.now()) {
		h.tellActivity(s.ConversationID)
	}
}

func (h *Hub) tellActivity(conversation string) {
	body, err := json.Marshal(Activity{ConversationID: conversation, People: h.At(conversation)})
	if err == nil { // strings only: it cannot fail
		h.tellOurs("activity", body, "")
	}
}

// PeopleChanged says that teams, presence or load have changed. Clients are told with
// the event "people", at most once a second.
func (h *Hub) PeopleChanged() { h.people.Store(true) }

// tick lets those go who have fallen silent, and tells what has gathered, until ctx ends.
func (h *Hub) tick(ctx context.Context) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-second.C:
			if h.people.Swap(false) {
				h.tellOurs("people", []byte("{}"), "")
			}
			for _, conversation := range h.activities.expire(h.now()) {
				h.tellActivity(conversation)
			}
		}
	}
}
