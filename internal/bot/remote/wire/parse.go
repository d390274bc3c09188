package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Problems are all that is wrong with an answer, each a short English sentence. They repeat
// nothing of it but the name of a field.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "; ") }

// Parse reads the answer to a turn. Its error is of type [Problems].
func Parse(body []byte, t Turn) (Answer, error) {
	var a Answer
	if !utf8.Valid(body) {
		return a, Problems{"the answer is not UTF-8"}
	}
	if err := decode(body, &a); err != nil {
		return Answer{}, Problems{err.Error()}
	}
	if p := a.problems(t); len(p) > 0 {
		return Answer{}, p
	}
	return a, nil
}

// decode reads one JSON object whose fields are named exactly as documented.
func decode(body []byte, a *Answer) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var kind *json.UnmarshalTypeError
	switch err := d.Decode(a); {
	case errors.Is(err, io.EOF):
		return errors.New("the answer is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the answer breaks off")
	case errors.As(err, &kind) && kind.Field == "":
		return errors.New("the answer is no JSON object")
	case errors.As(err, &kind):
		return fmt.Errorf("%s must not be a JSON %s", kind.Field, kind.Value)
	case err != nil && strings.HasPrefix(err.Error(), "json: unknown field "):
		return fmt.Errorf("there is no field %.60s", strings.TrimPrefix(err.Error(), "json: unknown field "))
	case err != nil:
		return errors.New("the answer is no JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	var exact map[string]json.RawMessage
	if json.Unmarshal(body, &exact) != nil || exact == nil {
		return errors.New("the answer is no JSON object")
	}
	for name := range exact {
		if name != strings.ToLower(name) { // the decoder does not mind
			return fmt.Errorf("there is no field %.60q", name)
		}
	}
	return nil
}

// text is a field of an answer with its limit.
type text struct {
	name, value string
	limit       int
	lines       bool // may have more than one
}

func (a Answer) texts(b Limits) []text {
	all := []text{
		{"text", a.Text, b.Text, true},
		{"button", a.Button, b.Button, false},
		{"reason", a.Reason, b.Reason, false},
		{"language", a.Language, 10, false},
	}
	for i, c := range a.Choices {
		all = append(all, text{fmt.Sprintf("choices[%d].title", i), c.Title, b.Title, false}, text{fmt.Sprintf("choices[%d].detail", i), c.Detail, b.Detail, false})
	}
	for i, s := range a.Sources {
		all = append(all, text{fmt.Sprintf("sources[%d].name", i), s.Name, 100, false}, text{fmt.Sprintf("sources[%d].text", i), s.Text, maxSource, true})
	}
	for i, d := range a.Did {
		all = append(all, text{fmt.Sprintf("did[%d]", i), d, 200, false})
	}
	return all
}

func (a Answer) problems(t Turn) (p Problems) {
	add := func(format string, args ...any) { p = append(p, fmt.Sprintf(format, args...)) }
	b := Bounds()
	if a.Turn != t.ID {
		add("turn is not that of the request")
	}
	if !slices.Contains(actions, a.Action) {
		add("action is not one of answer, ask, choices, handoff, decline and keep")
	}
	for _, f := range a.texts(b) {
		if n := utf8.RuneCountInString(f.value); n > f.limit {
			add("%s has %d characters; at most %d are allowed", f.name, n, f.limit)
		}
		if strings.ContainsFunc(f.value, func(r rune) bool {
			return r == utf8.RuneError || unicode.IsControl(r) && !(f.lines && (r == '\n' || r == '\t'))
		}) {
			add("%s holds a character that cannot be shown", f.name)
		}
	}
	for _, list := range []struct {
		name       string
		n, allowed int
	}{{"choices", len(a.Choices), b.Choices}, {"sources", len(a.Sources), b.Sources}, {"did", len(a.Did), b.Did}} {
		if list.n > list.allowed {
			add("%s has %d entries; at most %d are allowed", list.name, list.n, list.allowed)
		}
	}
	if a.Language != "" && !slices.Contains(t.Languages, a.Language) {
		add("language is not one of the turn's languages")
	}
	for i, d := range a.Did {
		if blank(d) {
			add("did[%d] is empty", i)
		}
	}
	for i, s := range a.Sources {
		if blank(s.Name) || blank(s.Text) {
			add("sources[%d] needs a name and a text", i)
		}
	}
	return append(p, a.misfits()...)
}

// misfits are fields that an action lacks or has no use for.
func (a Answer) misfits() (p Problems) {
	field := func(name string, there bool, needed bool, with ...Action) {
		switch wanted := slices.Contains(with, a.Action); {
		case !slices.Contains(actions, a.Action):
		case wanted && needed && !there:
			p = append(p, fmt.Sprintf("%s is missing, which the action %s needs", name, a.Action))
		case there && !wanted:
			p = append(p, fmt.Sprintf("%s has no place with the action %s", name, a.Action))
		}
	}
	if a.Action == Handoff {
		field("text", !blank(a.Text), false, Handoff) // said before the colleague is announced
	} else {
		field("text", !blank(a.Text), true, Reply, Ask, Choices)
	}
	field("choices", len(a.Choices) > 0, true, Choices)
	field("button", !blank(a.Button), false, Choices)
	field("reason", !blank(a.Reason), true, Handoff)
	field("sources", len(a.Sources) > 0, false, Reply, Ask, Choices, Handoff)
	for i, c := range a.Choices {
		if blank(c.Title) {
			p = append(p, fmt.Sprintf("choices[%d].title is empty", i))
		} else if slices.ContainsFunc(a.Choices[:i], func(o Choice) bool { return strings.TrimSpace(o.Title) == strings.TrimSpace(c.Title) }) {
			p = append(p, fmt.Sprintf("choices[%d].title is there twice", i))
		}
	}
	return p
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
