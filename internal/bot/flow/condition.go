package flow

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Condition is a parsed `if`: tests that must all hold, or of which one must.
type Condition struct {
	Any   bool // one is enough
	Tests []Test
	Text  string // as written
}

// Test compares one name.
type Test struct {
	Name string
	// Op is "is", "is not", "is one of", "is known", "is unknown", "<", "<=", ">" or ">=".
	Op     string
	Values []string
}

var (
	token    = regexp.MustCompile(`^\s*("[^"]*"|<=|>=|<|>|,|[^\s,<>"]+)`)
	valueRef = regexp.MustCompile(`^(?:contact\.|base\.)?[A-Za-z_][A-Za-z0-9_]*$`)
)

// ParseCondition reads a condition; the error says how it is written right.
func ParseCondition(text string) (Condition, error) {
	c := Condition{Text: strings.TrimSpace(text)}
	var words []string
	for rest := c.Text; strings.TrimSpace(rest) != ""; {
		m := token.FindStringSubmatch(rest)
		if m == nil {
			return c, fmt.Errorf("%q has a quotation mark without its partner", c.Text)
		}
		words, rest = append(words, m[1]), rest[len(m[0]):]
	}
	if len(words) == 0 {
		return c, fmt.Errorf("a condition is empty; write such as: status is shipped")
	}
	joined := ""
	for {
		t, rest, err := parseTest(words)
		if err != nil {
			return c, fmt.Errorf("condition %q: %w", c.Text, err)
		}
		c.Tests = append(c.Tests, t)
		if len(rest) == 0 {
			return c, nil
		}
		join := rest[0]
		switch {
		case join != "and" && join != "or":
			return c, fmt.Errorf("condition %q: %q is not understood; join tests by and or by or, and put values with spaces in quotes", c.Text, join)
		case joined != "" && join != joined:
			return c, fmt.Errorf("condition %q mixes and with or; write two cases, or a branch after a branch", c.Text)
		}
		joined, c.Any, words = join, join == "or", rest[1:]
	}
}

func parseTest(words []string) (t Test, rest []string, err error) {
	at := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	t.Name = at(0)
	if !valueRef.MatchString(t.Name) {
		return t, nil, fmt.Errorf("%q is not a name; a test begins with one, such as: status is shipped", t.Name)
	}
	n := 0
	switch {
	case at(1) == "is" && at(2) == "one" && at(3) == "of":
		t.Op, n = "is one of", 4
	case at(1) == "is" && (at(2) == "known" || at(2) == "unknown"):
		t.Op = "is " + at(2)
		return t, words[3:], nil
	case at(1) == "is" && at(2) == "not":
		t.Op, n = "is not", 3
	case at(1) == "is":
		t.Op, n = "is", 2
	case slices.Contains([]string{"<", "<=", ">", ">="}, at(1)):
		t.Op, n = at(1), 2
	default:
		return t, nil, fmt.Errorf("after %s stands %q; write is, is not, is one of, is known, is unknown, <, <=, > or >=", t.Name, at(1))
	}
	for {
		v := at(n)
		if v == "" || v == "," || v == "and" || v == "or" || strings.ContainsAny(v, "<>") {
			return t, nil, fmt.Errorf("a value is missing after %s %s", t.Name, t.Op)
		}
		t.Values = append(t.Values, strings.Trim(v, `"`))
		n++
		if t.Op != "is one of" || at(n) != "," {
			break
		}
		n++
	}
	if strings.ContainsAny(t.Op, "<>") && !comparable(t.Values[0]) {
		return t, nil, fmt.Errorf("%s %s %s: only numbers and dates such as 2026-11-20 have an order", t.Name, t.Op, t.Values[0])
	}
	return t, words[n:], nil
}

// Holds reports whether the condition is true of values; a missing one is "".
func (c Condition) Holds(value func(name string) string) bool {
	for _, t := range c.Tests {
		if t.holds(value(t.Name)) == c.Any {
			return c.Any
		}
	}
	return !c.Any
}

func (t Test) holds(v string) bool {
	switch t.Op {
	case "is known":
		return v != ""
	case "is unknown":
		return v == ""
	case "is not":
		return !same(v, t.Values[0])
	case "<", "<=", ">", ">=":
		order, ok := compare(v, t.Values[0])
		if !ok {
			return false
		}
		return order < 0 && t.Op[0] == '<' || order > 0 && t.Op[0] == '>' || order == 0 && len(t.Op) == 2
	}
	return slices.ContainsFunc(t.Values, func(want string) bool { return same(v, want) })
}

// same compares numbers as numbers and words without regard to case.
func same(a, b string) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

func compare(a, b string) (order int, ok bool) {
	if isDay(a) && isDay(b) {
		return strings.Compare(a, b), true
	}
	x, err := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	if err != nil || err2 != nil {
		return 0, false
	}
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, true
}

func comparable(v string) bool {
	_, err := strconv.ParseFloat(v, 64)
	return err == nil || isDay(v)
}
