package intent

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// The classifier is a one-vs-rest linear support vector machine with squared hinge
// loss, solved in the dual by coordinate descent with shrinking: Hsieh, Chang, Lin,
// Keerthi, Sundararajan, "A Dual Coordinate Descent Method for Large-scale Linear SVM"
// (ICML 2008).
const (
	svmC      = 1.0
	svmPasses = 20
	svmGap    = 0.1 // stop when no projected gradient differs more than this
)

// rows are training vectors in one block of memory.
type rows struct {
	start []int32 // len(rows)+1
	idx   []int32
	val   []float32
}

func (r *rows) add(v vector) {
	if len(r.start) == 0 {
		r.start = append(r.start, 0)
	}
	r.idx = append(r.idx, v.idx...)
	r.val = append(r.val, v.val...)
	r.start = append(r.start, int32(len(r.idx)))
}

func (r *rows) len() int { return max(0, len(r.start)-1) }

func (r *rows) at(i int) vector {
	a, b := r.start[i], r.start[i+1]
	return vector{r.idx[a:b], r.val[a:b]}
}

// trainAll solves one machine per class, classes in parallel, and returns the weights
// by feature and then class, biases last: weights[f*classes+c]. done is called after
// each class.
func trainAll(ctx context.Context, x *rows, labels []int32, classes, features int, done func()) ([]float32, error) {
	weights := make([]float32, (features+1)*classes)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for c := range classes {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			w := solve(x, labels, int32(c), features)
			for f, value := range w {
				weights[f*classes+c] = value
			}
			done()
			return nil
		})
	}
	return weights, group.Wait()
}

// solve returns the weights of "class against the rest"; the last one is the bias.
func solve(x *rows, labels []int32, class int32, features int) []float32 {
	n := x.len()
	w := make([]float32, features+1)
	alpha := make([]float64, n)
	active := make([]int32, n)
	for i := range active {
		active[i] = int32(i)
	}
	rng := rand.New(rand.NewPCG(seed, uint64(class)))
	const diag = 1 / (2 * svmC)
	upper := math.Inf(1) // shrink what lies above: it will stay at zero
	for range svmPasses {
		high, low := math.Inf(-1), math.Inf(1)
		rng.Shuffle(len(active), func(i, j int) { active[i], active[j] = active[j], active[i] })
		for k := 0; k < len(active); k++ {
			i := active[k]
			a, b := x.start[i], x.start[i+1]
			idx, val := x.idx[a:b], x.val[a:b]
			y := float32(-1)
			if labels[i] == class {
				y = 1
			}
			g := float64(y*(dot(w, idx, val)+w[features])) - 1 + diag*alpha[i]
			pg := g
			if alpha[i] == 0 {
				if g > upper {
					last := len(active) - 1
					active[k], active[last] = active[last], active[k]
					active = active[:last]
					k--
					continue
				}
				pg = math.Min(g, 0)
			}
			high, low = math.Max(high, pg), math.Min(low, pg)
			if math.Abs(pg) < 1e-12 {
				continue
			}
			// The squared length of a row is one, plus one for the bias (zero rows have the bias only).
			q := diag + 1
			if len(idx) > 0 {
				q++
			}
			before := alpha[i]
			alpha[i] = math.Max(before-g/q, 0)
			add(w, idx, val, float32(alpha[i]-before)*y)
			w[features] += float32(alpha[i]-before) * y
		}
		if high-low <= svmGap {
			if len(active) == n {
				break
			}
			active = active[:n]
			upper = math.Inf(1)
			continue
		}
		upper = high
		if high <= 0 {
			upper = math.Inf(1)
		}
	}
	return w
}

func dot(w []float32, idx []int32, val []float32) float32 {
	var sum float32
	val = val[:len(idx)]
	for k, f := range idx {
		sum += w[f] * val[k]
	}
	return sum
}

func add(w []float32, idx []int32, val []float32, by float32) {
	val = val[:len(idx)]
	for k, f := range idx {
		w[f] += by * val[k]
	}
}
