package flow

// Edge is one way from a step to another, or to [End].
type Edge struct {
	From, To string
	Label    string // why this way is taken; empty for simply next
	Line     int
}

// Node is one step as a graph shows it.
type Node struct {
	Name   string
	Kind   Kind
	Detail string // its text, slot, values, tool or flow
}

// Graph is a flow as steps and ways. End is no node; edges lead to it.
type Graph struct {
	Nodes []Node
	Edges []Edge
}

// Graph draws the flow, with texts in a language.
func (f *Flow) Graph(language string) Graph {
	var g Graph
	for i := range f.Steps {
		s := &f.Steps[i]
		n := Node{Name: s.Name, Kind: s.Kind}
		switch s.Kind {
		case Say, Handoff:
			n.Detail = f.In(s.Text, language)
		case Ask:
			n.Detail = f.In(f.slot(s.Slot).Ask, language)
		case Call:
			n.Detail = s.Tool
		case Set:
			for i, a := range s.Values {
				if i > 0 {
					n.Detail += ", "
				}
				n.Detail += a.Name + " = " + a.Value
			}
		case Wait:
			n.Detail = s.For.String()
		case Jump:
			n.Detail = s.Flow
		}
		g.Nodes = append(g.Nodes, n)
		g.Edges = append(g.Edges, s.exits()...)
	}
	return g
}
