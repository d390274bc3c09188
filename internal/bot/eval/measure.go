package eval

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"parley/internal/bot/intent"
)

// Report is what a model makes of a test set. Shares are in percent.
type Report struct {
	Train   string `json:"train"`
	Test    string `json:"test"`
	Intents int    `json:"intents"`
	Learnt  int    `json:"phrasings"`
	InScope int    `json:"in_scope"`
	Outside int    `json:"out_of_scope"`
	Skipped int    `json:"unusable"`
	// Top1 and Top3 are the shares of in-scope messages whose intent is read first, or among the first three.
	Top1 float64 `json:"top1"`
	Top3 float64 `json:"top3"`
	// OOSRecallAt90 is the share of out-of-scope messages that are refused at the threshold that accepts 90 % of the
	// in-scope ones; AcceptAt90 is that threshold. Missing without out-of-scope messages.
	OOSRecallAt90 *float64 `json:"oos_recall_at_90"`
	AcceptAt90    float64  `json:"threshold_at_90"`
	// AnswerPrecisionAt70 is the share of right readings among all messages read with a probability of at least 0.7,
	// which is where the bot answers; AnsweredAt70 is their share of all messages. Missing when nothing is answered.
	AnswerPrecisionAt70 *float64 `json:"answer_precision_at_70"`
	AnsweredAt70        float64  `json:"answered_at_70"`
	// ECE is the expected calibration error over ten bins of equal width, 0 to 1: how far the probability is from the
	// share of readings that are right (Naeini, Cooper and Hauskrecht, AAAI 2015). Out-of-scope messages are never right.
	ECE float64 `json:"ece"`
	// P50Micros and P99Micros are the time of one reading in microseconds.
	P50Micros float64 `json:"p50_us"`
	P99Micros float64 `json:"p99_us"`
	// TrainSeconds is the time of training with its calibration.
	TrainSeconds float64 `json:"train_s"`
}

// Options of a measurement; the zero value is what a published knowledge base gets.
type Options struct {
	Language string  // of the messages, an ISO 639-1 code; empty detects it from the training set
	OOSPrior float64 // expected share of out-of-scope traffic; 0 is the default of package intent
	Edits    int     // random edits made to each test message
	Typos    float64 // and share of its letters that are edited, 0 to 1
	Progress func(done, total int)
}

// Measure trains on one set and reads the other.
func Measure(ctx context.Context, train, test *Set, o Options) (*Report, error) {
	if len(train.InScope) == 0 {
		return nil, fmt.Errorf("%s has no message with an intent to learn from", train.Name)
	}
	if len(test.InScope)+len(test.OutOfScope) == 0 {
		return nil, fmt.Errorf("%s has no message to read", test.Name)
	}
	if o.Language == "" {
		o.Language = language(train)
	}
	begun := time.Now()
	model, err := intent.Train(ctx, train.InScope, intent.Options{
		Language: o.Language, OOSPrior: o.OOSPrior, OffTopic: train.OutOfScope, Progress: o.Progress,
	})
	if err != nil {
		return nil, err
	}
	r := &Report{
		Train: train.Name, Test: test.Name, Intents: len(model.Labels()), Learnt: len(train.InScope),
		InScope: len(test.InScope), Outside: len(test.OutOfScope), Skipped: train.Unusable + test.Unusable,
		TrainSeconds: time.Since(begun).Seconds(),
	}
	var all readings
	for _, e := range test.InScope {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all.read(model, o.edit(e.Text), e.Label)
	}
	for _, text := range test.OutOfScope {
		all.read(model, o.edit(text), OutOfScope)
	}
	all.fill(r)
	return r, nil
}

// language detects what a set is written in, from a bounded part of it.
func language(s *Set) string {
	detector := intent.NewDetector(nil)
	votes := map[string]int{}
	step := max(1, len(s.InScope)/200)
	for i := 0; i < len(s.InScope); i += step {
		votes[detector.Detect(s.InScope[i].Text).Language]++
	}
	best := "en"
	for _, l := range detector.Languages() {
		if votes[l] > votes[best] {
			best = l
		}
	}
	return best
}

// readings are what a model made of the messages of a set.
type readings struct {
	first, third int
	p            []float64 // of every message, in scope first
	right        []bool
	outside      int
	micros       []float64
}

func (all *readings) read(m *intent.Model, text, label string) {
	begun := time.Now()
	reading := m.Understand(text)
	all.micros = append(all.micros, float64(time.Since(begun).Nanoseconds())/1000)
	place := slices.IndexFunc(reading.Top, func(s intent.Scored) bool { return s.Label == label })
	if label == OutOfScope {
		place = -1
		all.outside++
	}
	if place == 0 {
		all.first++
	}
	if place >= 0 && place < 3 {
		all.third++
	}
	all.p = append(all.p, reading.P)
	all.right = append(all.right, place == 0)
}

func (all *readings) fill(r *Report) {
	in := all.p[:len(all.p)-all.outside]
	if len(in) > 0 {
		r.Top1, r.Top3 = percent(all.first, len(in)), percent(all.third, len(in))
		sorted := slices.Sorted(slices.Values(in))
		r.AcceptAt90 = sorted[len(sorted)/10]
		if all.outside > 0 {
			refused := 0
			for _, p := range all.p[len(in):] {
				if p < r.AcceptAt90 {
					refused++
				}
			}
			r.OOSRecallAt90 = new(percent(refused, all.outside))
		}
	}
	answered, right := 0, 0
	for i, p := range all.p {
		if p >= 0.7 {
			answered++
			if all.right[i] {
				right++
			}
		}
	}
	r.AnsweredAt70 = percent(answered, len(all.p))
	if answered > 0 {
		r.AnswerPrecisionAt70 = new(percent(right, answered))
	}
	r.ECE = calibrationError(all.p, all.right)
	slices.Sort(all.micros)
	r.P50Micros, r.P99Micros = all.micros[len(all.micros)/2], all.micros[len(all.micros)*99/100]
}

func percent(n, of int) float64 { return math.Round(10000*float64(n)/float64(of)) / 100 }

func calibrationError(p []float64, right []bool) float64 {
	const bins = 10
	var n, sure, hits [bins]float64
	for i, v := range p {
		b := min(int(v*bins), bins-1)
		n[b]++
		sure[b] += v
		if right[i] {
			hits[b]++
		}
	}
	var sum float64
	for b := range bins {
		sum += math.Abs(sure[b] - hits[b])
	}
	return math.Round(10000*sum/float64(len(p))) / 10000
}

// edit makes the typos of the options. What a share leaves of a whole edit is made up for over the messages.
func (o Options) edit(text string) string {
	letters := []rune(text)
	rng := rand.New(rand.NewPCG(sum(letters), uint64(len(letters))))
	return edit(text, o.Edits+int(o.Typos*float64(len(letters))+rng.Float64()))
}

// edit makes n random edits to a text, each the swap of two neighbours, a letter lost, doubled or replaced by
// another of the text; the same text always gets the same ones.
func edit(text string, n int) string {
	letters := []rune(text)
	rng := rand.New(rand.NewPCG(uint64(len(letters)), sum(letters)))
	for range n {
		if len(letters) < 2 {
			break
		}
		i := rng.IntN(len(letters) - 1)
		switch rng.IntN(4) {
		case 0:
			letters[i], letters[i+1] = letters[i+1], letters[i]
		case 1:
			letters = slices.Delete(letters, i, i+1)
		case 2:
			letters = slices.Insert(letters, i, letters[i])
		default:
			letters[i] = letters[rng.IntN(len(letters))]
		}
	}
	return string(letters)
}

func sum(letters []rune) (h uint64) {
	for _, r := range letters {
		h = h*31 + uint64(r)
	}
	return h
}

// Draws is how often each point of a curve is measured, with other phrasings.
const Draws = 3

// Point is one step of a learning curve; the figures are the means of Draws.
type Point struct {
	Phrasings int `json:"phrasings_per_intent"`
	*Report
}

// Curve measures with few phrasings of every intent, so that an author sees what writing more of them is worth.
func Curve(ctx context.Context, train, test *Set, o Options, few []int) ([]Point, error) {
	if slices.ContainsFunc(few, func(n int) bool { return n < 1 }) {
		return nil, errors.New("a curve needs at least one phrasing for each intent")
	}
	var out []Point
	for _, n := range few {
		var draws []*Report
		for draw := range Draws {
			r, err := Measure(ctx, train.Few(n, draw), test, o)
			if err != nil {
				return nil, err
			}
			draws = append(draws, r)
		}
		out = append(out, Point{Phrasings: n, Report: mean(draws)})
	}
	return out, nil
}

// mean is the first report with the figures of all.
func mean(draws []*Report) *Report {
	m := *draws[0]
	of := func(digits float64, figure func(*Report) float64) float64 {
		total := 0.0
		for _, r := range draws {
			total += figure(r)
		}
		return math.Round(total/float64(len(draws))*digits) / digits
	}
	// some is the mean of a figure that may be missing: then of those that there are.
	some := func(figure func(*Report) *float64) *float64 {
		var total, n float64
		for _, r := range draws {
			if v := figure(r); v != nil {
				total, n = total+*v, n+1
			}
		}
		if n == 0 {
			return nil
		}
		return new(math.Round(100*total/n) / 100)
	}
	m.Top1 = of(100, func(r *Report) float64 { return r.Top1 })
	m.Top3 = of(100, func(r *Report) float64 { return r.Top3 })
	m.OOSRecallAt90 = some(func(r *Report) *float64 { return r.OOSRecallAt90 })
	m.AcceptAt90 = of(1e4, func(r *Report) float64 { return r.AcceptAt90 })
	m.AnswerPrecisionAt70 = some(func(r *Report) *float64 { return r.AnswerPrecisionAt70 })
	m.AnsweredAt70 = of(100, func(r *Report) float64 { return r.AnsweredAt70 })
	m.ECE = of(1e4, func(r *Report) float64 { return r.ECE })
	m.P50Micros = of(10, func(r *Report) float64 { return r.P50Micros })
	m.P99Micros = of(10, func(r *Report) float64 { return r.P99Micros })
	m.TrainSeconds = of(1e3, func(r *Report) float64 { return r.TrainSeconds })
	return &m
}
