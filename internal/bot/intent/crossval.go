package intent

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
)

// Confusion is how often examples of one label are read as another.
type Confusion struct {
	Want, Got string
	Texts     []string // the examples read wrongly
}

// Validation is the result of [CrossValidate].
type Validation struct {
	// Accuracy is the share, 0 to 1, of the held-out examples read right.
	Accuracy float64
	// Confusions are sorted by number of texts, most first.
	Confusions []Confusion
}

// CrossValidate holds each fifth of the examples out in turn, trains on the rest and
// reads what was held out. Labels with one example are never held out. It fails for the
// reasons [Train] does.
func CrossValidate(ctx context.Context, examples []Example, o Options) (Validation, error) {
	set, err := newSet(examples, o.Language)
	if err != nil {
		return Validation{}, err
	}
	const folds = 5
	report := progress(folds*len(set.labels), o.Progress)
	fold := set.deal(folds)
	right, total := 0, 0
	wrong := make(map[[2]int32][]string)
	for r := range folds {
		var p plan
		for i, f := range fold {
			if f == r {
				p.test = append(p.test, i)
			} else {
				p.train = append(p.train, i)
			}
		}
		if len(p.test) == 0 {
			continue
		}
		trials, err := set.try(ctx, p, report)
		if err != nil {
			return Validation{}, err
		}
		total += len(p.test)
		for _, t := range trials {
			if t.right {
				right++
			} else {
				pair := [2]int32{t.want, t.got}
				wrong[pair] = append(wrong[pair], set.texts[t.text])
			}
		}
	}
	v := Validation{Accuracy: 1}
	if total > 0 {
		v.Accuracy = float64(right) / float64(total)
	}
	for pair, texts := range wrong {
		v.Confusions = append(v.Confusions, Confusion{set.labels[pair[0]], set.labels[pair[1]], texts})
	}
	slices.SortFunc(v.Confusions, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(len(b.Texts), len(a.Texts)), cmp.Compare(a.Want, b.Want), cmp.Compare(a.Got, b.Got))
	})
	return v, nil
}

// deal spreads the examples of every label over n folds; -1 for a label's only example.
func (s *set) deal(n int) []int {
	rng := rand.New(rand.NewPCG(seed, 1))
	fold := make([]int, len(s.texts))
	dealt := make([]int, len(s.labels))
	for _, i := range rng.Perm(len(s.texts)) {
		c := s.label[i]
		fold[i] = (dealt[c] + int(c)) % n
		dealt[c]++
	}
	for i, c := range s.label {
		if dealt[c] == 1 {
			fold[i] = -1
		}
	}
	return fold
}
