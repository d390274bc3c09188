package roster

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/internal/chat"
	"parley/internal/obs"
)

// tellPeople tells the pages of this process when what they show of people has
// changed, be it by a deed or, as when somebody walks away, by time alone.
func (r *Roster) tellPeople(ctx context.Context) error {
	desk, err := r.Desk(ctx)
	if err != nil {
		return err
	}
	face := desk.face()
	r.mu.Lock()
	changed := r.told != face
	r.told = face
	r.mu.Unlock()
	if changed {
		r.tell("people", struct{}{}, "")
	}
	return nil
}

// face is what pages show of people, in one text.
func (d *Desk) face() string {
	var b strings.Builder
	for _, p := range d.People {
		fmt.Fprintln(&b, p.ID, p.Name, p.Role, p.Disabled, p.State, p.Load, p.Capacity, p.Teams, p.Languages, p.Topics)
	}
	for _, t := range d.Teams {
		fmt.Fprintln(&b, t.ID, t.Name, t.Strategy, t.AutoAssign, t.Languages, t.Topics, t.Hours)
	}
	return b.String()
}

// strategy is by which a team's queue is handed out.
func (d *Desk) strategy(team string) Strategy {
	if t := d.team(team); t != nil {
		return t.Strategy
	}
	return LeastBusy
}

func (s Strategy) label() obs.Assigned {
	if s == RoundRobin {
		return obs.AssignedRoundRobin
	}
	return obs.AssignedLeastBusy
}

func conflict(err error) bool {
	var e *chat.Error
	return errors.As(err, &e) && e.Code == chat.Conflict
}
