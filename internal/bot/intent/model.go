package intent

import (
	"math"
	"sync"
)

// Model reads texts of one language. It does not change and is safe for concurrent use.
type Model struct {
	core
	calibration calibration
	pool        sync.Pool
}

// core is a trained classifier without its calibration.
type core struct {
	vocab   *vocabulary
	labels  []string
	weights []float32 // by feature, then label; the last row is the biases
	// The examples again, by feature, to find the nearest ones.
	postStart []int32
	postRow   []int32
	postVal   []float32
	rowLabel  []int32
	spread    []float64 // by label: length of the sum of its examples
}

// evidence is what the calibration weighs. The order is the one of its weights.
type evidence [7]float64

const (
	evDecision = iota // best decision value
	evMargin          // its distance to the second
	evSoftmax         // softmax of the decision values
	evNearest         // cosine to the best example with the same label
	evCentroid        // cosine to the label's centroid
	evKnown           // share of the words that are known
	evAgree           // the nearest example of all has the same label
)

// softmaxBeta sharpens the softmax: decision values lie in about -1.5 to 1.5.
const softmaxBeta = 4

// Labels returns the labels the model knows, sorted.
func (m *Model) Labels() []string { return append([]string(nil), m.labels...) }

// Understand reads a text.
func (m *Model) Understand(text string) Reading {
	s, _ := m.pool.Get().(*scratch)
	if s == nil {
		s = new(scratch)
	}
	defer m.pool.Put(s)
	x := m.vocab.vectorise(s, text)
	if len(x.idx) == 0 || len(m.labels) == 0 {
		return Reading{}
	}
	m.decide(s, x)
	order, n := top(s.dec)
	ev := m.gather(s, x, order[0])
	r := Reading{P: m.calibration.p(ev), Known: s.known, Top: make([]Scored, n)}
	r.Top[0] = Scored{m.labels[order[0]], r.P}
	// The others share what the best leaves, by their decision values, and none gets more
	// than its odds against the best.
	left := max(1/ev[evSoftmax]-1, 1e-12)
	for i := 1; i < n; i++ {
		odds := math.Exp(softmaxBeta * (s.dec[order[i]] - s.dec[order[0]]))
		r.Top[i] = Scored{m.labels[order[i]], min(r.P*odds, (1-r.P)*odds/left)}
	}
	return r
}

// decide fills s.dec with the decision value of every label.
func (m *core) decide(s *scratch, x vector) {
	k := len(m.labels)
	if cap(s.dec) < k {
		s.dec = make([]float64, k)
	}
	s.dec = s.dec[:k]
	bias := m.weights[len(m.weights)-k:]
	for c := range s.dec {
		s.dec[c] = float64(bias[c])
	}
	for j, f := range x.idx {
		row, by := m.weights[int(f)*k:int(f)*k+k], float64(x.val[j])
		dec := s.dec[:len(row)]
		for c, w := range row {
			dec[c] += float64(w) * by
		}
	}
}

// top returns the best labels by decision value, best first, ties by label order.
func top(dec []float64) (order [TopLabels]int, n int) {
	for c, d := range dec {
		i := n
		for i > 0 && d > dec[order[i-1]] {
			i--
		}
		if i >= TopLabels {
			continue
		}
		n = min(n+1, TopLabels)
		copy(order[i+1:n], order[i:n-1])
		order[i] = c
	}
	return order, n
}

// gather collects the evidence for the label best; s.dec must be filled.
func (m *core) gather(s *scratch, x vector, best int) evidence {
	var ev evidence
	ev[evDecision] = s.dec[best]
	second, sum := math.Inf(-1), 0.0
	for c, d := range s.dec {
		if c != best {
			second = math.Max(second, d)
		}
		sum += math.Exp(softmaxBeta * (d - s.dec[best]))
	}
	if math.IsInf(second, -1) {
		second = -1 // one label only: as if the rest of the world were decided against
	}
	ev[evMargin] = s.dec[best] - second
	ev[evSoftmax] = 1 / sum
	ev[evKnown] = s.known
	m.neighbours(s, x, best, &ev)
	return ev
}

// neighbours compares x with every example that shares a feature with it.
func (m *core) neighbours(s *scratch, x vector, best int, ev *evidence) {
	if len(s.sim) < len(m.rowLabel) {
		s.sim = make([]float32, len(m.rowLabel))
	}
	sim := s.sim[:len(m.rowLabel)]
	for j, f := range x.idx {
		a, b := m.postStart[f], m.postStart[f+1]
		by, docs, vals := x.val[j], m.postRow[a:b], m.postVal[a:b]
		vals = vals[:len(docs)]
		for k, d := range docs {
			sim[d] += by * vals[k]
		}
	}
	var nearest, same float32
	var total float64
	nearestLabel := int32(-1)
	for d, v := range sim {
		if v == 0 {
			continue
		}
		label := m.rowLabel[d]
		if v > nearest {
			nearest, nearestLabel = v, label
		}
		if label == int32(best) {
			total += float64(v)
			same = max(same, v)
		}
	}
	clear(sim)
	ev[evNearest] = float64(same)
	if m.spread[best] > 0 {
		ev[evCentroid] = total / m.spread[best]
	}
	if nearestLabel == int32(best) {
		ev[evAgree] = 1
	}
}

// index builds the inverted index and the spreads from the training rows.
func (m *core) index(x *rows, labels []int32) {
	features := len(m.vocab.idf)
	m.rowLabel = labels
	m.postStart = make([]int32, features+1)
	for _, f := range x.idx {
		m.postStart[f+1]++
	}
	for f := range features {
		m.postStart[f+1] += m.postStart[f]
	}
	m.postRow = make([]int32, len(x.idx))
	m.postVal = make([]float32, len(x.idx))
	next := append([]int32(nil), m.postStart[:features]...)
	for i := range x.len() {
		row := x.at(i)
		for k, f := range row.idx {
			m.postRow[next[f]], m.postVal[next[f]] = int32(i), row.val[k]
			next[f]++
		}
	}
	m.spread = make([]float64, len(m.labels))
	sum := make([]float64, len(m.labels))
	for f := range features {
		clear(sum)
		for k := m.postStart[f]; k < m.postStart[f+1]; k++ {
			sum[labels[m.postRow[k]]] += float64(m.postVal[k])
		}
		for c, v := range sum {
			m.spread[c] += v * v
		}
	}
	for c := range m.spread {
		m.spread[c] = math.Sqrt(m.spread[c])
	}
}
