package eval

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"parley/internal/bot/intent"
)

// OutOfScope is the label of messages that belong to no intent.
const OutOfScope = "oos"

// Set is a file of labelled messages.
type Set struct {
	Name string
	// InScope are the messages with an intent, OutOfScope those without one.
	InScope    []intent.Example
	OutOfScope []string
	// Unusable counts rows without a letter or digit in the text; nothing can be learnt from them.
	Unusable int
}

// ReadSet reads CSV with a header line that names the columns text and label, in any
// order and among others. Rows labelled OutOfScope belong to no intent. The error
// names the line that is to be mended.
func ReadSet(name string, r io.Reader) (*Set, error) {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(3) // was peeked
	}
	rows := csv.NewReader(in)
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s is empty; the first line must be: text,label", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(header[i]))
	}
	text, label := slices.Index(header, "text"), slices.Index(header, "label")
	if text < 0 || label < 0 {
		return nil, fmt.Errorf("%s: the first line names the columns %q; it must name text and label", name, strings.Join(header, ","))
	}
	s := &Set{Name: name}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := rows.FieldPos(0)
		if len(row) <= max(text, label) {
			return nil, fmt.Errorf("%s, line %d: %d columns, but the header has %d; put texts with commas in double quotes", name, line, len(row), len(header))
		}
		if err := s.add(row[text], strings.TrimSpace(row[label])); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, line, err)
		}
	}
	if len(s.InScope)+len(s.OutOfScope)+s.Unusable == 0 {
		return nil, fmt.Errorf("%s has a header and no messages", name)
	}
	return s, nil
}

func (s *Set) add(text, label string) error {
	switch {
	case label == "":
		return fmt.Errorf("no label; write the intent, or %s for a message that belongs to none", OutOfScope)
	case label == OutOfScope:
		s.OutOfScope = append(s.OutOfScope, text)
	case intent.Fold(text) == "":
		s.Unusable++
	default:
		s.InScope = append(s.InScope, intent.Example{Text: text, Label: label})
	}
	return nil
}

// Labels are the intents of the set, sorted.
func (s *Set) Labels() []string {
	var out []string
	for _, e := range s.InScope {
		out = append(out, e.Label)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Few is the set with at most n phrasings of every intent, drawn at random; the same file, n and draw always give the
// same ones.
func (s *Set) Few(n, draw int) *Set {
	by := make(map[string][]intent.Example)
	for _, e := range s.InScope {
		by[e.Label] = append(by[e.Label], e)
	}
	rng := rand.New(rand.NewPCG(uint64(n), uint64(draw)))
	few := &Set{Name: s.Name, OutOfScope: s.OutOfScope}
	for _, l := range s.Labels() {
		for _, i := range rng.Perm(len(by[l]))[:min(n, len(by[l]))] {
			few.InScope = append(few.InScope, by[l][i])
		}
	}
	return few
}
