package intent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// ErrNoExamples is returned when there is nothing to learn from.
var ErrNoExamples = errors.New("no examples to train on")

// Train learns a model and its calibration, using every processor. It fails when an
// example has no label or no letter or digit, when the options are out of range, when
// there are no examples, or when ctx ends.
func Train(ctx context.Context, examples []Example, o Options) (*Model, error) {
	if o.OOSPrior == 0 {
		o.OOSPrior = DefaultOOSPrior
	}
	if o.OOSPrior < 0 || o.OOSPrior >= 1 {
		return nil, fmt.Errorf("out-of-scope prior %v: must be above 0 and below 1", o.OOSPrior)
	}
	set, err := newSet(examples, o.Language)
	if err != nil {
		return nil, err
	}
	set.background = append(offTopic(o.Language), o.OffTopic...)
	if len(set.labels) < fewLabels {
		set.background = append(set.background, background(o.Language)...)
	}
	plans := set.rounds()
	total := len(set.labels)
	for _, p := range plans {
		total += len(set.labels) - len(p.leftOut)
	}
	report := progress(total, o.Progress)
	var trials []trial
	for _, p := range plans {
		t, err := set.try(ctx, p, report)
		if err != nil {
			return nil, err
		}
		trials = append(trials, t...)
	}
	m := &Model{calibration: fit(trials, o.OOSPrior)}
	all := make([]int, len(set.texts))
	for i := range all {
		all[i] = i
	}
	m.core, err = set.train(ctx, all, report)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// progress makes a function safe to call from the workers.
func progress(total int, f func(done, total int)) func() {
	if f == nil {
		return func() {}
	}
	var mu sync.Mutex
	var n int
	return func() {
		mu.Lock()
		defer mu.Unlock()
		n++
		f(n, total)
	}
}

// set is the examples, labels numbered in sorted order.
type set struct {
	language string
	labels   []string
	texts    []string
	label    []int32
	// background are messages taken for off-topic in calibration.
	background []string
}

func newSet(examples []Example, language string) (*set, error) {
	if len(examples) == 0 {
		return nil, ErrNoExamples
	}
	s := &set{language: language}
	for i, e := range examples {
		if e.Label == "" {
			return nil, fmt.Errorf("example %d (%q): no label", i+1, e.Text)
		}
		if Fold(e.Text) == "" {
			return nil, fmt.Errorf("example %d of %q (%q): no letter or digit to learn from", i+1, e.Label, e.Text)
		}
		s.labels = append(s.labels, e.Label)
		s.texts = append(s.texts, e.Text)
	}
	slices.Sort(s.labels)
	s.labels = slices.Compact(s.labels)
	for _, e := range examples {
		c, _ := slices.BinarySearch(s.labels, e.Label)
		s.label = append(s.label, int32(c))
	}
	return s, nil
}

// train learns a classifier from the chosen examples. Labels without an example among
// them are not part of the result.
func (s *set) train(ctx context.Context, chosen []int, done func()) (core, error) {
	texts := make([]string, len(chosen))
	used := make([]int32, len(s.labels))
	for i := range used {
		used[i] = -1
	}
	for k, i := range chosen {
		texts[k] = s.texts[i]
		used[s.label[i]] = 0
	}
	var m core
	for c, label := range s.labels {
		if used[c] == 0 {
			used[c] = int32(len(m.labels))
			m.labels = append(m.labels, label)
		}
	}
	m.vocab = newVocabulary(s.language, texts)
	var x rows
	var work scratch
	labels := make([]int32, len(chosen))
	for k, i := range chosen {
		x.add(m.vocab.vectorise(&work, s.texts[i]))
		labels[k] = used[s.label[i]]
	}
	var err error
	m.weights, err = trainAll(ctx, &x, labels, len(m.labels), len(m.vocab.idf), done)
	if err != nil {
		return core{}, fmt.Errorf("train %d intents: %w", len(m.labels), err)
	}
	m.index(&x, labels)
	return m, nil
}
