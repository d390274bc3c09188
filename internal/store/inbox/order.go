package inbox

import (
	"fmt"
	"strconv"
	"strings"

	"parley/internal/chat"
	"parley/internal/store"
)

// Sort is an order of a list.
type Sort string

// The orders.
const (
	ByActivity Sort = "activity" // newest first
	ByWaiting  Sort = "waiting"  // who has waited longest first, urgent ones before
	ByWindow   Sort = "window"   // the window that closes first; closed ones last
	ByOpening  Sort = "opened"   // newest first
)

// never sorts behind every time.
const never = 1 << 61

// order sorts by a number and the id.
type order struct {
	sort       Sort
	key        string // SQL
	descending bool
	of         func(*store.Listed) int64 // the key of a row
}

// order chooses how a list is sorted. Where the rows of a view are few among all, its
// key carries a plus sign, which means nothing but keeps both engines from walking
// along the order through everything else: they sort what the view's own index gives.
func (f *Filter) order(q *query) order {
	s := f.Sort
	if s == "" {
		s = ByActivity
		if f.View == Queue || f.View == Unassigned {
			s = ByWaiting
		}
	}
	narrow := f.Search != "" || f.Tag != "" || f.Agent != "" || len(f.Teams) > 0
	queue := f.View == Queue || f.View == Unassigned
	switch s {
	case ByWaiting:
		if queue {
			o := order{sort: s, key: "c.queue_rank", of: func(l *store.Listed) int64 { return l.QueueRank }}
			if narrow {
				o.key = "+" + o.key
			}
			return o
		}
		return order{
			sort: s, key: fmt.Sprintf("CASE WHEN c.owner = 'queue' THEN c.queue_rank WHEN c.asked_at > 0 THEN c.asked_at ELSE %d END", int64(never)),
			of: func(l *store.Listed) int64 {
				switch {
				case l.Owner == chat.OwnerQueue:
					return l.QueueRank
				case l.AskedAt > 0:
					return l.AskedAt
				}
				return never
			},
		}
	case ByWindow:
		return order{
			sort: s, key: fmt.Sprintf("CASE WHEN c.window_until > %s THEN c.window_until ELSE %d END", q.arg(f.Now), int64(never)),
			of: func(l *store.Listed) int64 {
				if l.WindowUntil > f.Now {
					return l.WindowUntil
				}
				return never
			},
		}
	case ByOpening:
		return order{sort: s, key: "c.opened_at", descending: true, of: func(l *store.Listed) int64 { return l.OpenedAt }}
	}
	o := order{sort: ByActivity, key: "c.last_at", descending: true, of: func(l *store.Listed) int64 { return l.LastAt }}
	along := f.View == All || f.View == Resolved || f.View == OfAgents
	if !along || narrow {
		o.key = "+" + o.key
	}
	return o
}

func (o order) clause() string {
	if o.descending {
		return o.key + " DESC, c.id DESC"
	}
	return o.key + " ASC, c.id ASC"
}

// mark names a row, so that the next page begins behind it.
func (o order) mark(l *store.Listed) string {
	return string(o.sort) + "." + strconv.FormatInt(o.of(l), 10) + "." + string(l.ID)
}

// after leaves out everything up to a mark.
func (o order) after(q *query, mark string) error {
	if mark == "" {
		return nil
	}
	parts := strings.SplitN(mark, ".", 3)
	if len(parts) == 3 && parts[0] == string(o.sort) {
		if key, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
			sign := ">"
			if o.descending {
				sign = "<"
			}
			q.add("(" + o.key + ", c.id) " + sign + " (" + q.arg(key) + ", " + q.arg(parts[2]) + ")")
			return nil
		}
	}
	return chat.Errorf(chat.Invalid, "cursor %q is not one that this list gave out in this order; begin again without it", mark)
}
