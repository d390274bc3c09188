package report

import (
	"cmp"
	"context"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	rows "parley/internal/store/report"
)

// Why a conversation stands on the board.
const (
	WhyWindow     = "window"     // the customer waits and WhatsApp's window closes soon
	WhyQueue      = "queue"      // nobody has taken it
	WhyUnanswered = "unanswered" // its agent has not answered the customer
	WhySilent     = "silent"     // nobody has written for long, and it is not put aside
)

const (
	closing   = 2 * rows.Hour // a window that closes within this is closing soon
	silence   = 2 * rows.Hour
	boardRows = 200
)

// Waiting is a conversation that somebody should look at.
type Waiting struct {
	ID    chat.ConversationID
	Why   string
	Since int64 // since when the customer waits or, when nobody does, nobody has written
}

// Talk is a conversation that an agent has.
type Talk struct {
	ID      chat.ConversationID
	Name    string // of the customer, or the number
	Waiting int64  // since when the customer waits; 0 if not
	Closes  int64  // until when WhatsApp's window is open
	Snoozed int64  // until when the agent has put it aside; 0 if not
}

// Board is how things stand now.
type Board struct {
	Waiting         int   // in the queue
	OldestWaitSince int64 // 0 when nobody waits in the queue
	Unanswered      int   // customers who wait for the agent who has their conversation
	WindowsClosing  int
	Rows            []Waiting         // most pressing first, at most 200
	More            int               // how many rows beyond those
	Talks           map[string][]Talk // by agent, longest wait first
}

// Look makes the board of a time.
func Look(ctx context.Context, s *store.Store, now int64) (*Board, error) {
	held, err := rows.People(ctx, s)
	if err != nil {
		return nil, err
	}
	return board(held, now), nil
}

func board(held []rows.Held, now int64) *Board {
	b := &Board{Talks: map[string][]Talk{}}
	type ranked struct {
		Waiting
		rank     int
		priority chat.Priority
	}
	var list []ranked
	for i := range held {
		h := &held[i]
		asked := h.AskedAt
		why, since := "", asked
		switch {
		case h.SnoozedUntil > now:
		case h.Owner == chat.OwnerQueue:
			why, since = WhyQueue, cmp.Or(asked, h.QueuedAt)
			b.Waiting++
			b.OldestWaitSince = earliest(b.OldestWaitSince, since)
		case asked > 0:
			why = WhyUnanswered
			b.Unanswered++
		case h.LastAt+silence <= now:
			why, since = WhySilent, h.LastAt
		}
		if h.SnoozedUntil <= now && asked > 0 && h.WindowUntil > now && h.WindowUntil <= now+closing {
			why = WhyWindow
			b.WindowsClosing++
		}
		if why != "" {
			rank := slices.Index([]string{WhyWindow, WhyQueue, WhyUnanswered, WhySilent}, why)
			list = append(list, ranked{Waiting{h.ID, why, since}, rank, h.Priority})
		}
		if h.Owner == chat.OwnerAgent {
			b.Talks[h.Agent] = append(b.Talks[h.Agent], Talk{
				ID: h.ID, Name: cmp.Or(h.FirstName, h.Phone), Waiting: asked, Closes: h.WindowUntil, Snoozed: h.SnoozedUntil,
			})
		}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(b.priority, a.priority), cmp.Compare(a.Since, b.Since), cmp.Compare(a.ID, b.ID))
	})
	b.More = max(0, len(list)-boardRows)
	for _, r := range list[:len(list)-b.More] {
		b.Rows = append(b.Rows, r.Waiting)
	}
	for _, talks := range b.Talks {
		slices.SortFunc(talks, func(a, b Talk) int {
			return cmp.Or(cmp.Compare(longest(a.Waiting), longest(b.Waiting)), cmp.Compare(a.ID, b.ID))
		})
	}
	return b
}

// earliest of two times of which 0 means none.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// longest sorts those who do not wait behind those who do.
func longest(since int64) int64 {
	if since == 0 {
		return 1 << 62
	}
	return since
}
