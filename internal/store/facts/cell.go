package facts

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Op is how a cell is written to the profile (Braze docs, "User attributes object").
type Op string

// A cell is an attribute of its own; a key of a nested one, which is merged into it; or
// an item of an array, whose value says whether it shall be there.
const (
	Set   Op = "set"
	Merge Op = "merge"
	Item  Op = "item"
)

// Null is the value that takes an attribute away.
const Null = "null"

// Cell is the smallest thing that Braze is told of a contact and that can be told again
// without harm. Values are JSON, and empty is nothing.
type Cell struct {
	Name     string // the custom attribute
	Part     string // Merge: the path in it, with dots; Item: the item
	Op       Op
	Desired  string // what Braze shall know
	Accepted string // what Braze took last; empty when that is not known
	Sent     string // what is on its way
	Refused  string // what Braze would not take, or what may not be sent; it is not tried again
	Reason   string // why
	Since    int64  // when Desired last changed
	ToldAt   int64  // when Braze took Accepted
}

// Due reports whether Braze is to be told.
func (c *Cell) Due() bool {
	return c.Sent == "" && c.Desired != c.Accepted && c.Desired != c.Refused
}

// want sets what Braze shall know.
func (c *Cell) want(value string, now int64) bool {
	if c.Desired == value {
		return false
	}
	c.Desired, c.Since = value, now
	return true
}

func (c *Cell) send() { c.Sent = c.Desired }

// settle books what became of what was sent. An outcome that nobody knows makes the
// cell due again: telling it twice changes nothing.
func (c *Cell) settle(state State, answer string, now int64) {
	switch state {
	case Accepted:
		c.Accepted, c.Refused, c.Reason, c.ToldAt = c.Sent, "", "", now
	case Failed:
		c.Refused, c.Reason = c.Sent, answer
	case Unknown:
		c.Accepted = ""
	}
	c.Sent = ""
}

// together chooses which due cells go into one object: Braze's page gives an array
// either items to add or items to remove, so removals wait for the next call.
func together(cells []*Cell) []*Cell {
	adding := map[string]bool{}
	for _, c := range cells {
		if c.Op == Item && c.Desired == "true" {
			adding[c.Name] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(cells), func(c *Cell) bool {
		return c.Op == Item && c.Desired != "true" && adding[c.Name]
	})
}

// Attributes writes cells as Braze takes them, in a reply's recipient as well as in
// /users/track. Items of one array must all be added or all be removed.
func Attributes(cells []Cell) map[string]any {
	out := map[string]any{}
	for _, c := range cells {
		switch c.Op {
		case Merge:
			out["_merge_objects"] = true
			nest(out, append([]string{c.Name}, strings.Split(c.Part, ".")...), json.RawMessage(c.Desired))
		case Item:
			verb := "remove"
			if c.Desired == "true" {
				verb = "add"
			}
			list, ok := out[c.Name].(map[string]any)
			if !ok {
				list = map[string]any{verb: []string{}}
				out[c.Name] = list
			}
			items, _ := list[verb].([]string)
			list[verb] = append(items, c.Part)
		default:
			out[c.Name] = json.RawMessage(c.Desired)
		}
	}
	return out
}

func nest(into map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		next, ok := into[key].(map[string]any)
		if !ok {
			next = map[string]any{}
			into[key] = next
		}
		into = next
	}
	into[path[len(path)-1]] = value
}

// cells are those of one contact.
type cells struct {
	byKey   map[[2]string]*Cell
	changed map[*Cell]bool
}

func newCells(list []*Cell) *cells {
	out := &cells{byKey: map[[2]string]*Cell{}, changed: map[*Cell]bool{}}
	for _, c := range list {
		out.byKey[[2]string{c.Name, c.Part}] = c
	}
	return out
}

// want brings the cells in line with what a mapping has made of the contact. What is
// nothing by nature (false, absent, no item) is told only where something else was.
func (s *cells) want(d Derived, now int64) {
	wanted := map[[2]string]bool{}
	for _, v := range d.Values {
		key := [2]string{v.Name, v.Part}
		wanted[key] = true
		c := s.byKey[key]
		if c == nil {
			if v.JSON == Null || v.JSON == "false" {
				continue
			}
			c = &Cell{Name: v.Name, Part: v.Part}
			s.byKey[key] = c
		}
		if c.want(v.JSON, now) || c.Op != v.Op {
			c.Op = v.Op
			s.changed[c] = true
		}
		if v.Problem != "" && c.Refused != v.JSON {
			c.Refused, c.Reason = v.JSON, v.Problem
			s.changed[c] = true
		}
	}
	for key, c := range s.byKey {
		if c.Op == Item && !wanted[key] && slices.Contains(d.Exact, c.Name) && c.want("false", now) {
			s.changed[c] = true
		}
	}
}

// due lists the cells that Braze is to be told, in the order of their names.
func (s *cells) due() []*Cell {
	var out []*Cell
	for _, key := range slices.SortedFunc(maps.Keys(s.byKey), compareKeys) {
		if c := s.byKey[key]; c.Due() {
			out = append(out, c)
		}
	}
	return out
}

// sent lists the cells that are on their way.
func (s *cells) sent() []*Cell {
	var out []*Cell
	for _, key := range slices.SortedFunc(maps.Keys(s.byKey), compareKeys) {
		if c := s.byKey[key]; c.Sent != "" {
			out = append(out, c)
		}
	}
	return out
}

func compareKeys(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
