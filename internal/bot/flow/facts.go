package flow

import (
	"fmt"
	"slices"
	"strings"
)

// factPrefix begins the names of a set that are facts of the customer, to be told to
// whom they are declared for, and not values of the flow.
const factPrefix = "fact."

func (r *run) fact(name, value string) {
	if r.move.Facts == nil {
		r.move.Facts = map[string]string{}
	}
	r.move.Facts[name] = clip(value)
}

// Undeclared finds facts that flows set and that no line of the profile's declaration
// takes. Such a flow works; Braze is not told.
func Undeclared(list []*Flow, declared []string) Problems {
	var out Problems
	for _, f := range list {
		for _, s := range f.Steps {
			for _, a := range s.Values {
				name, ok := strings.CutPrefix(a.Name, factPrefix)
				if !ok || slices.Contains(declared, name) {
					continue
				}
				out = append(out, Problem{f.Name + ".yaml", a.Line, fmt.Sprintf(
					"step %s sets %s, which nothing declares, so that Braze is not told of it; add parley_%s=%s to workspaces[].profile.attributes", s.Name, a.Name, name, a.Name)})
			}
		}
	}
	return out
}
