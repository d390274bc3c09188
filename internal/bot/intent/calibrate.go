package intent

import (
	"context"
	"math"
	"math/rand/v2"
)

// Calibration needs no off-topic examples of the operator. In each of five rounds a fifth
// of the labels is left out, and their examples play the off-topic messages close to the
// business; chatter that has nothing to do with any business plays the far ones. A fifth
// of the other examples is held out and shows how often a reading is right.
//
// With fewer than fewLabels, leaving labels out says little (and nothing with one or
// two): then everyday customer messages play off-topic ones too. Chatter that comes close
// to an example is not used.
const (
	calibrationRounds = 5
	fewLabels         = 5
	closeToExample    = 0.4
	// nearShare is the share of off-topic messages that are close to the business.
	nearShare = 0.5
)

type plan struct {
	leftOut map[int32]bool
	train   []int
	test    []int // held out of the labels that stay
	strange []int // examples of the labels left out
}

// trial is one reading of a text the classifier was not trained on.
type trial struct {
	text    int // index of the text
	ev      evidence
	strange bool // no label would have been right
	far     bool // strange, and not of this business at all
	right   bool
	want    int32 // label of the text
	got     int32
}

// rounds deals labels and examples out. With fewer than three labels none can be left
// out, with one example per label none can be held out; the fit then leans on its prior.
func (s *set) rounds() []plan {
	rng := rand.New(rand.NewPCG(seed, 0))
	order := rng.Perm(len(s.labels))
	turn := make([]int, len(s.labels)) // the round that leaves the label out
	for k, c := range order {
		turn[c] = k % calibrationRounds
	}
	fold := make([]int, len(s.texts)) // the fifth the example is in, even within a label
	dealt := make([]int, len(s.labels))
	for _, i := range rng.Perm(len(s.texts)) {
		c := s.label[i]
		fold[i] = (dealt[c] + turn[c]) % calibrationRounds
		dealt[c]++
	}
	var plans []plan
	for r := range calibrationRounds {
		p := plan{leftOut: make(map[int32]bool)}
		if len(s.labels) >= 3 {
			for c, t := range turn {
				if t == r {
					p.leftOut[int32(c)] = true
				}
			}
		}
		for i, c := range s.label {
			switch {
			case p.leftOut[c]:
				p.strange = append(p.strange, i)
			case fold[i] == r && dealt[c] > 1:
				p.test = append(p.test, i)
			default:
				p.train = append(p.train, i)
			}
		}
		if len(p.train) > 0 && len(p.test)+len(p.strange) > 0 {
			plans = append(plans, p)
		}
	}
	return plans
}

// try trains on one plan and reads what it held back.
func (s *set) try(ctx context.Context, p plan, done func()) ([]trial, error) {
	m, err := s.train(ctx, p.train, done)
	if err != nil {
		return nil, err
	}
	number := make(map[string]int32, len(s.labels))
	for c, label := range s.labels {
		number[label] = int32(c)
	}
	var trials []trial
	var work scratch
	read := func(i int, strange bool) {
		x := m.vocab.vectorise(&work, s.texts[i])
		if len(x.idx) == 0 {
			return // never reaches the calibration at run time either
		}
		m.decide(&work, x)
		order, _ := top(work.dec)
		got := number[m.labels[order[0]]]
		trials = append(trials, trial{
			text: i, ev: m.gather(&work, x, order[0]), strange: strange,
			right: got == s.label[i], want: s.label[i], got: got,
		})
	}
	for _, i := range p.test {
		read(i, false)
	}
	for _, i := range p.strange {
		read(i, true)
	}
	for _, text := range s.background {
		x := m.vocab.vectorise(&work, text)
		if len(x.idx) == 0 {
			continue
		}
		m.decide(&work, x)
		order, _ := top(work.dec)
		if ev := m.gather(&work, x, order[0]); ev[evNearest] < closeToExample {
			trials = append(trials, trial{ev: ev, strange: true, far: true})
		}
	}
	return trials, nil
}

// calibration turns evidence into a probability. Weights are never negative: more
// evidence must not mean less trust (free signs overfit small sets).
type calibration struct {
	bias   float64
	weight evidence
}

func (c *calibration) p(ev evidence) float64 {
	z := c.bias
	for j, w := range c.weight {
		z += w * ev[j]
	}
	return 1 / (1 + math.Exp(-z))
}

// The prior is the calibration of a middling knowledge base. It counts as much as
// priorWeight messages: all there is for two intents, nothing for fifty.
var priorCalibration = calibration{
	bias:   -5.5,
	weight: evidence{1.5, 1.5, 2, 2, 1.5, 1.5, 0.5},
}

const (
	priorWeight = 8
	fitSteps    = 400
)

// trialWeights make strange trials together weigh oosPrior of the whole, near and far
// ones by nearShare.
func trialWeights(trials []trial, oosPrior float64) []float64 {
	var near, far, known float64
	for _, t := range trials {
		switch {
		case t.far:
			far++
		case t.strange:
			near++
		default:
			known++
		}
	}
	share := nearShare
	switch {
	case near == 0:
		share = 0
	case far == 0:
		share = 1
	}
	n := near + far + known
	weights := make([]float64, len(trials))
	for i, t := range trials {
		switch {
		case known == 0 || near+far == 0:
			weights[i] = 1
		case t.far:
			weights[i] = n * oosPrior * (1 - share) / far
		case t.strange:
			weights[i] = n * oosPrior * share / near
		default:
			weights[i] = n * (1 - oosPrior) / known
		}
	}
	return weights
}

// fit is a weighted logistic regression by projected Newton steps, one coordinate at a
// time.
func fit(trials []trial, oosPrior float64) calibration {
	c := priorCalibration
	if len(trials) == 0 {
		return c
	}
	weights := trialWeights(trials, oosPrior)
	z := make([]float64, len(trials))
	for i, t := range trials {
		z[i] = c.bias
		for j, w := range c.weight {
			z[i] += w * t.ev[j]
		}
	}
	for range fitSteps {
		moved := 0.0
		for j := -1; j < len(c.weight); j++ {
			var g, h float64
			for i, t := range trials {
				p := 1 / (1 + math.Exp(-z[i]))
				x := 1.0
				if j >= 0 {
					x = t.ev[j]
				}
				y := 0.0
				if t.right && !t.strange {
					y = 1
				}
				g += weights[i] * (p - y) * x
				h += weights[i] * p * (1 - p) * x * x
			}
			value, prior := &c.bias, priorCalibration.bias
			if j >= 0 {
				value, prior = &c.weight[j], priorCalibration.weight[j]
			}
			// The prior's pull; its unit is a typical curvature of one message.
			g += priorWeight * 0.1 * (*value - prior)
			h += priorWeight * 0.1
			next := *value - g/h
			if j >= 0 {
				next = math.Max(next, 0)
			}
			step := next - *value
			*value = next
			moved = math.Max(moved, math.Abs(step))
			if step == 0 {
				continue
			}
			for i, t := range trials {
				if j < 0 {
					z[i] += step
				} else {
					z[i] += step * t.ev[j]
				}
			}
		}
		if moved < 1e-5 {
			break
		}
	}
	return c
}
