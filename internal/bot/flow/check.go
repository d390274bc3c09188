package flow

import (
	"slices"
	"strings"
)

// exits are the steps that a step may go on to; "" never is among them.
func (s *Step) exits() []Edge {
	var out []Edge
	add := func(to, label string, line int) {
		if to != "" {
			out = append(out, Edge{From: s.Name, To: to, Label: label, Line: line})
		}
	}
	add(s.Next, "", s.line("next"))
	for _, c := range s.Cases {
		add(c.Go, c.If.Text, c.Line)
	}
	add(s.Else, "else", s.line("else"))
	add(s.Declined, "no", s.line("declined"))
	for _, e := range s.On {
		add(e.Go, e.Code, e.Line)
	}
	add(s.Late, "late", s.line("late"))
	add(s.Timeout, "timeout", s.line("timeout"))
	return out
}

// check looks at the flow as a whole.
func (p *parser) check() {
	f := p.flow
	var steps, slots []string
	for _, s := range f.Steps {
		steps = append(steps, s.Name)
	}
	for _, s := range f.Slots {
		slots = append(slots, s.Name)
	}
	asked := map[string]bool{}
	for _, s := range f.Steps {
		for _, e := range s.exits() {
			if e.To != End && !slices.Contains(steps, e.To) {
				p.problem(e.Line, "step %s goes to %q, which is no step%s", s.Name, e.To, nearest(e.To, append(slices.Clone(steps), End)))
			}
		}
		if s.Kind == Ask && s.Slot != "" {
			asked[s.Slot] = true
			if f.slot(s.Slot) == nil {
				p.problem(s.line("ask"), "step %s asks for %q, which is no slot%s", s.Name, s.Slot, nearest(s.Slot, slots))
			}
		}
	}
	for _, s := range f.Slots {
		if !asked[s.Name] && len(f.Steps) > 0 {
			p.problem(s.Line, "slot %s is never asked for", s.Name)
		}
	}
	p.checkNames(slots)
	p.checkWays()
}

// checkNames finds names that nothing gives a value. A flow that another one jumps to may
// use the values of that one, but then it must set them itself as well to be complete.
func (p *parser) checkNames(slots []string) {
	known := append(slices.Clone(slots), "language")
	for _, s := range p.flow.Steps {
		for _, a := range append(slices.Clone(s.Save), s.Values...) {
			if !strings.HasPrefix(a.Name, factPrefix) {
				known = append(known, a.Name)
			}
		}
	}
	for _, u := range p.used {
		if strings.HasPrefix(u.name, "contact.") || strings.HasPrefix(u.name, "base.") || slices.Contains(known, u.name) {
			continue
		}
		p.problem(u.line, "%q has no value: no slot, save or set is called that%s", u.name, nearest(u.name, known))
	}
}

// checkWays finds steps that nothing leads to, and steps that lead to no end.
func (p *parser) checkWays() {
	f := p.flow
	if len(f.Steps) == 0 {
		return
	}
	reached := map[string]bool{f.Steps[0].Name: true}
	todo := []*Step{&f.Steps[0]}
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		for _, e := range s.exits() {
			if next := f.step(e.To); next != nil && !reached[e.To] {
				reached[e.To] = true
				todo = append(todo, next)
			}
		}
	}
	ends := map[string]bool{}
	for again := true; again; {
		again = false
		for i := range f.Steps {
			s := &f.Steps[i]
			if ends[s.Name] {
				continue
			}
			out := s.Kind == Jump || s.Kind == Handoff || s.Kind == "" || len(s.exits()) == 0
			for _, e := range s.exits() {
				// A step that does not exist is a problem of its own.
				out = out || e.To == End || ends[e.To] || f.step(e.To) == nil
			}
			if out {
				ends[s.Name], again = true, true
			}
		}
	}
	for _, s := range f.Steps {
		switch {
		case !reached[s.Name]:
			p.problem(s.Line, "step %s cannot be reached: no step goes to it", s.Name)
		case !ends[s.Name]:
			p.problem(s.Line, "step %s is a dead end: every way from it comes back without reaching an end, a jump or a handoff", s.Name)
		}
	}
}
