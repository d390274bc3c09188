// Package passage finds the passage of a long document that answers a question: Markdown
// cut by heading, ranked by words (BM25) and by the understander's words and character
// n-grams, with a measure of whether the best one is worth quoting.
//
// It owns cutting, ranking and quoting. It must do no I/O and not know conversations.
// Start reading at [Parse] and [Index.Search].
package passage

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/intent"
)

const (
	// Top is how many passages a search returns at most.
	Top = 6
	// fusion is the k of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009).
	fusion = 60
	// k1 and lengthNorm are the usual parameters of BM25.
	k1, lengthNorm = 1.2, 0.75
	// maxQuote is what a quote may have, in characters.
	maxQuote = 600

	// sureCoverage is the share of the question's weight that a passage must hold to be
	// quoted, and sureWords how many of its words. They were set on the labelled questions
	// of this package's tests. Ranks are no confidence: the best of bad passages is first too.
	sureCoverage = 0.60
	sureWords    = 2
)

// Index searches the passages of one language. It does not change and is safe for
// concurrent use.
type Index struct {
	language string
	list     []Passage
	entries  []entry
	idf      map[string]float64
	unseen   float64 // weight of a word that no passage has: as of one that a single passage has
	average  float64 // length
}

type entry struct {
	tf     map[string]int
	length float64
	bag    intent.Bag
}

// New builds an index over passages of one language, which it keeps.
func New(language string, list []Passage) *Index {
	x := &Index{language: language, list: list, idf: make(map[string]float64)}
	for i := range list {
		p := &list[i]
		text := strings.Join([]string{p.Title, p.Heading, p.Heading, p.Text()}, "\n")
		e := entry{tf: make(map[string]int), bag: intent.NewBag(text)}
		for _, stem := range x.stems(text) {
			if e.tf[stem]++; e.tf[stem] == 1 {
				x.idf[stem]++
			}
			e.length++
		}
		x.average += e.length / float64(len(list))
		x.entries = append(x.entries, e)
	}
	n := float64(len(list))
	for stem, df := range x.idf {
		x.idf[stem] = math.Log(1 + (n-df+0.5)/(df+0.5))
	}
	x.unseen = math.Log(1 + (n-0.5)/1.5)
	return x
}

// stems are those of the words that carry meaning.
func (x *Index) stems(text string) []string {
	var out []string
	for _, w := range intent.Stems(x.language, text) {
		if !emptyWords[x.language][w.Word] && utf8.RuneCountInString(w.Word) > 1 {
			out = append(out, w.Stem)
		}
	}
	return out
}

// Hit is a passage found.
type Hit struct {
	*Passage
	Score      float64 // of the fused ranks; compares hits of one search only
	BM25       float64
	Similarity float64 // of words and character n-grams, 0 to 1
	// Coverage is the share, 0 to 1, of the question's words that the passage has, rare
	// words weighing more; Words is how many of them it has.
	Coverage float64
	Words    int
}

// Sure reports whether the passage is likely enough to answer the question to be quoted.
func (h Hit) Sure() bool { return h.Coverage >= sureCoverage && h.Words >= sureWords }

// Search returns at most [Top] passages, best first; those that share nothing with the
// question are none.
func (x *Index) Search(question string) []Hit {
	stems := x.stems(question)
	slices.Sort(stems)
	stems = slices.Compact(stems)
	bag := intent.NewBag(question)
	var total float64
	for _, stem := range stems {
		total += x.weight(stem)
	}
	hits := make([]Hit, len(x.list))
	for i := range x.list {
		e := &x.entries[i]
		h := Hit{Passage: &x.list[i], Similarity: bag.Similarity(e.bag)}
		for _, stem := range stems {
			tf := float64(e.tf[stem])
			if tf == 0 {
				continue
			}
			w := x.weight(stem)
			h.Words++
			h.Coverage += w / total
			h.BM25 += w * tf * (k1 + 1) / (tf + k1*(1-lengthNorm+lengthNorm*e.length/x.average))
		}
		hits[i] = h
	}
	rank(hits, func(h Hit) float64 { return h.BM25 })
	rank(hits, func(h Hit) float64 { return h.Similarity })
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Score == 0 })
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(b.Score, a.Score) })
	return hits[:min(Top, len(hits))]
}

// rank adds what the place of every hit is worth; a hit with nothing has no place.
func rank(hits []Hit, by func(Hit) float64) {
	slices.SortStableFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(by(b), by(a)), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Line, b.Line))
	})
	for i := range hits {
		if by(hits[i]) > 0 {
			hits[i].Score += 1 / float64(fusion+i+1)
		}
	}
}

func (x *Index) weight(stem string) float64 {
	if w, ok := x.idf[stem]; ok {
		return w
	}
	return x.unseen
}

// Quote is the part of the passage nearest to the question: whole sentences, at most 600
// characters. It is empty when the nearest sentence alone is longer.
func (x *Index) Quote(p *Passage, question string) string {
	if text := p.Text(); utf8.RuneCountInString(text) <= maxQuote {
		return text
	}
	bag := intent.NewBag(question)
	best, most := 0, -1.0
	for i, s := range p.Sentences {
		if like := bag.Similarity(intent.NewBag(s.Text)); like > most {
			best, most = i, like
		}
	}
	from, to := best, best+1
	if utf8.RuneCountInString(p.Sentences[best].Text) > maxQuote {
		return ""
	}
	fits := func(from, to int) bool {
		return utf8.RuneCountInString(join(p.Sentences[from:to])) <= maxQuote
	}
	for to < len(p.Sentences) && fits(from, to+1) {
		to++
	}
	for from > 0 && fits(from-1, to) {
		from--
	}
	return join(p.Sentences[from:to])
}
