package facts

import (
	"context"
	"slices"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/db"
)

// Settled is what became of an object of a call.
type Settled struct {
	ContactID  chat.ContactID
	By         string
	Cells      []Cell   // those that were told; none and no Telling: all that are on their way
	Telling    *Telling // or the event or increment
	State      State    // Accepted, Failed, Unknown, or Waiting for another call
	Answer     string   // what Braze said, if it was not only yes
	ExchangeID string
	Via        string
	RetryAt    int64 // Waiting: not before
}

// Settle books the outcomes of calls. Those whose lease was lost are ignored: whoever
// took it over has booked them as unknown. It says how many were.
//
// Of an object with several cells that Braze found fault with it is not known which one
// was meant, so they are told once more, each by itself.
func Settle(ctx context.Context, tx *store.Tx, list []Settled, now int64) (ignored int, err error) {
	byContact := map[chat.ContactID][]Settled{}
	var ids []chat.ContactID
	for _, s := range list {
		if byContact[s.ContactID] == nil {
			ids = append(ids, s.ContactID)
		}
		byContact[s.ContactID] = append(byContact[s.ContactID], s)
	}
	if len(ids) == 0 {
		return 0, nil
	}
	slices.Sort(ids)
	in, args := db.OneOf(tx.Dialect, 1, ids)
	found, err := db.Collect(ctx, tx, scanPerson, selectPerson+"WHERE contact_id "+in+" ORDER BY contact_id"+tx.Dialect.Lock, args...)
	if err != nil {
		return 0, err
	}
	held := map[chat.ContactID]*Person{}
	for _, p := range found {
		if p.LeaseBy == byContact[p.ContactID][0].By {
			held[p.ContactID] = p
		} else {
			ignored += len(byContact[p.ContactID])
		}
	}
	w, err := open(ctx, tx, held)
	if err != nil {
		return 0, err
	}
	for id, p := range w.people {
		w.settle(p, byContact[id], now)
	}
	return ignored, w.save(ctx)
}

func (w *work) settle(p *Person, list []Settled, now int64) {
	retry := now
	care := careless
	for _, s := range list {
		p.Trouble = ""
		if s.State == Waiting {
			p.Trouble, retry = s.Answer, max(retry, s.RetryAt)
		}
		if s.Telling != nil {
			w.settleTelling(p, s, now)
			continue
		}
		care = max(care, w.settleCells(p, s, now))
	}
	p.Care = max(p.Care, care)
	if !w.underWay(p) { // else the rest of the call is told in another part
		p.free()
	}
	w.schedule(p, retry, true)
	w.finishPurge(p)
}

func (w *work) underWay(p *Person) bool {
	return len(w.cells[p.ContactID].sent()) > 0 || slices.ContainsFunc(w.open[p.ContactID], func(t Telling) bool { return t.State == Sending })
}

// settleCells books an outcome for cells and says how much care the next call needs.
func (w *work) settleCells(p *Person, s Settled, now int64) int {
	own := w.cells[p.ContactID]
	sent := own.sent()
	if s.Cells != nil {
		sent = nil
		for _, c := range s.Cells {
			if mine := own.byKey[[2]string{c.Name, c.Part}]; mine != nil && mine.Sent != "" {
				sent = append(sent, mine)
			}
		}
	}
	care := careless
	if s.State == Failed && s.Via == ViaReply {
		s.State, care = Waiting, trackIt
	} else if s.State == Failed && len(sent) > 1 {
		s.State, care = Waiting, singly
	}
	for _, c := range sent {
		if s.State != Waiting {
			w.note(p, c, s, now)
		}
		c.settle(s.State, s.Answer, now)
		own.changed[c] = true
	}
	return care
}

// note adds to the ledger what became of a cell that was told.
func (w *work) note(p *Person, c *Cell, s Settled, now int64) {
	if s.State == Accepted {
		p.Points++
	}
	w.tellings = append(w.tellings, Telling{
		ID: chat.NewID(), ContactID: p.ContactID, Workspace: p.Workspace, Kind: Attribute, Name: c.Name, Part: c.Part, Value: c.Sent, HappenedAt: c.Since,
		State: s.State, Via: s.Via, Answer: s.Answer, ExchangeID: s.ExchangeID, ToldAt: now,
	})
}

func (w *work) settleTelling(p *Person, s Settled, now int64) {
	i := slices.IndexFunc(w.open[p.ContactID], func(t Telling) bool { return t.ID == s.Telling.ID && t.State == Sending })
	if i < 0 { // purged meanwhile
		return
	}
	t := w.open[p.ContactID][i]
	t.Answer, t.ExchangeID = s.Answer, s.ExchangeID
	if s.State == Waiting {
		t.State = Pending
		w.open[p.ContactID][i] = t
	} else {
		t.State, t.ToldAt = s.State, now
		w.open[p.ContactID] = slices.Delete(w.open[p.ContactID], i, i+1)
		if s.State == Accepted {
			p.Points++
		}
	}
	w.tellings = append(w.tellings, t)
}
