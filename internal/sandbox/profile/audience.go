package profile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"parley/internal/sandbox/liquid"
)

// Audience is a connected audience object; nil holds everybody. The sandbox evaluates AND, OR and the
// custom_attribute filter (Braze, "Connected audience object").
type Audience func(*User) bool

// Has reports whether the audience holds the user.
func (a Audience) Has(u *User) bool { return a == nil || a(u) }

// ParseAudience reads a connected audience object; none holds everybody.
func ParseAudience(raw json.RawMessage) (Audience, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil || len(object) != 1 {
		return nil, fmt.Errorf("must be an object with one of AND, OR, custom_attribute")
	}
	for name, value := range object {
		switch name {
		case "AND", "OR":
			return parseJunction(name, value)
		case "custom_attribute":
			return parseCustomAttribute(value)
		default:
			return nil, fmt.Errorf("the sandbox evaluates AND, OR and custom_attribute, not %q", name)
		}
	}
	return nil, nil
}

func parseJunction(name string, raw json.RawMessage) (Audience, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil || len(list) == 0 {
		return nil, fmt.Errorf("%s must hold filters", name)
	}
	var parts []Audience
	for _, item := range list {
		part, err := ParseAudience(item)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return func(u *User) bool {
		for _, part := range parts {
			if part.Has(u) != (name == "AND") {
				return name == "OR"
			}
		}
		return name == "AND"
	}, nil
}

func parseCustomAttribute(raw json.RawMessage) (Audience, error) {
	var f struct {
		Name       string `json:"custom_attribute_name"`
		Comparison string `json:"comparison"`
		Value      any    `json:"value"`
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&f); err != nil || f.Name == "" {
		return nil, fmt.Errorf("custom_attribute needs custom_attribute_name, comparison and value")
	}
	want := liquid.Value(f.Value)
	compare, ok := map[string]func(have any) bool{
		"equals":                   func(have any) bool { return reflect.DeepEqual(have, want) },
		"not_equal":                func(have any) bool { return !reflect.DeepEqual(have, want) },
		"exists":                   func(have any) bool { return have != nil },
		"does_not_exist":           func(have any) bool { return have == nil },
		"greater_than":             func(have any) bool { c, ok := order(have, want); return ok && c > 0 },
		"greater_than_or_equal_to": func(have any) bool { c, ok := order(have, want); return ok && c >= 0 },
		"less_than":                func(have any) bool { c, ok := order(have, want); return ok && c < 0 },
		"less_than_or_equal_to":    func(have any) bool { c, ok := order(have, want); return ok && c <= 0 },
		"includes_value":           func(have any) bool { return includes(have, want) },
		"does_not_include_value":   func(have any) bool { return !includes(have, want) },
	}[f.Comparison]
	if !ok {
		return nil, fmt.Errorf("comparison %q is not one the sandbox evaluates", f.Comparison)
	}
	return func(u *User) bool { return compare(u.Custom[f.Name]) }, nil
}

func order(a, b any) (int, bool) {
	x, ok1 := asFloat(a)
	y, ok2 := asFloat(b)
	switch {
	case ok1 && ok2 && x < y:
		return -1, true
	case ok1 && ok2 && x > y:
		return 1, true
	case ok1 && ok2:
		return 0, true
	}
	s, ok1 := a.(string)
	t, ok2 := b.(string)
	return strings.Compare(s, t), ok1 && ok2
}

func asFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func includes(have, want any) bool {
	list, _ := have.([]any)
	for _, v := range list {
		if reflect.DeepEqual(v, want) {
			return true
		}
	}
	return false
}
