package script

import (
	"io"

	"go.yaml.in/yaml/v3"
)

// Write writes the test as YAML that [Parse] reads, under a comment. Faults and models are left out: nobody records them.
func (t *Test) Write(w io.Writer, comment string) error {
	top := group("name", text(t.Name))
	top.HeadComment = comment
	customer := group("name", text(t.Customer.Name))
	customer.Content = append(customer.Content, text("language"), text(t.Customer.Language))
	if t.Customer.Unknown {
		customer.Content = append(customer.Content, text("known"), &yaml.Node{Kind: yaml.ScalarNode, Value: "false"})
	}
	customer.Style = yaml.FlowStyle
	steps := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range t.Steps {
		steps.Content = append(steps.Content, s.node())
	}
	top.Content = append(top.Content, text("customer"), customer, text("steps"), steps)
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(top); err != nil {
		return err
	}
	return e.Close()
}

func (s Step) node() *yaml.Node {
	var n *yaml.Node
	switch s.Kind {
	case Burst:
		n = group(string(s.Kind), list(s.Texts))
	case Media:
		n = group(string(s.Kind), list(s.Media))
		if len(s.Texts) > 0 {
			n.Content = append(n.Content, text("text"), text(s.Texts[0]))
		}
	case Advance:
		n = group(string(s.Kind), text(s.For.String()))
	case Resolve, Look:
		n = group(string(s.Kind), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"})
	default:
		n = group(string(s.Kind), text(s.Texts[0]))
	}
	if len(s.Checks) > 0 {
		expect := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for _, c := range s.Checks {
			value := text(c.Wants[0])
			if c.Key == "silence" || c.Key == "sends" {
				value = &yaml.Node{Kind: yaml.ScalarNode, Value: c.Wants[0]}
			} else if len(c.Wants) > 1 {
				value = list(c.Wants)
			}
			expect.Content = append(expect.Content, text(c.Key), value)
		}
		n.Content = append(n.Content, text("expect"), expect)
	}
	return n
}

func group(key string, value *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{text(key), value}}
}

func list(texts []string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, t := range texts {
		n.Content = append(n.Content, text(t))
	}
	return n
}

// text is a scalar that is read back as a text, quoted where it must be.
func text(v string) *yaml.Node {
	n := new(yaml.Node)
	n.SetString(v)
	return n
}
