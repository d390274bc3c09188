package intent

import (
	"math"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"github.com/kljensen/snowball/hungarian"
	"github.com/kljensen/snowball/norwegian"
	"github.com/kljensen/snowball/russian"
	"github.com/kljensen/snowball/spanish"
	"github.com/kljensen/snowball/swedish"
)

// A feature is known by the 64-bit hash of its text: with a few hundred thousand
// features a collision is less likely than one in a hundred million, and a lookup
// needs no string.
type feature = uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	wordSeed  = fnvOffset ^ 'w'
	charSeed  = fnvOffset ^ 'c'
	groupSeed = fnvOffset ^ 'g'
	gramMin   = 3
	gramMax   = 5
)

func hashString(h uint64, s string) uint64 {
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

// stemmer returns the stemmer of a language, or nil.
func stemmer(language string) func(string, bool) string {
	switch language {
	case "en":
		return english.Stem
	case "fr":
		return french.Stem
	case "es":
		return spanish.Stem
	case "ru":
		return russian.Stem
	case "sv":
		return swedish.Stem
	case "no", "nb", "nn":
		return norwegian.Stem
	case "hu":
		return hungarian.Stem
	}
	return nil
}

// vector is a sparse vector of length one (or empty).
type vector struct {
	idx []int32
	val []float32
}

// vocabulary turns text into vectors. It does not change once built.
type vocabulary struct {
	language string
	stem     func(string, bool) string
	stems    map[string]uint64   // hash of the stem of every word seen in training
	concepts map[uint64][]uint64 // features of the groups a stem belongs to
	index    map[feature]int32   // word features first, then character features
	idf      []float32
	wordEnd  int32   // features below are words and pairs of words
	idfMax   float64 // of a word never seen
}

// scratch holds what reading one text needs, to be used again.
type scratch struct {
	folded []byte
	words  []string
	stems  []uint64
	idx    []int32
	val    []float32
	tf     []uint16 // by feature; zero between uses
	known  float64
	dec    []float64
	sim    []float32 // by example; zero between uses
}

// stemHash returns the hash of the word's stem.
func (v *vocabulary) stemHash(word string) uint64 {
	if h, ok := v.stems[word]; ok {
		return h
	}
	return hashStem(v.stem, word)
}

func hashStem(stem func(string, bool) string, word string) uint64 {
	if stem != nil {
		word = stem(word, false)
	}
	return hashString(wordSeed, word)
}

// pairHash joins two stems to the feature of their pair.
func pairHash(a, b uint64) uint64 {
	return (a*31 + 7) ^ (b * fnvPrime)
}

// eachGram calls f with the hash of every 3-, 4- and 5-gram inside " word ".
func eachGram(word string, f func(uint64)) {
	var runes [66]rune
	runes[0] = ' '
	n := 1
	for _, r := range word {
		if n == len(runes)-1 {
			break
		}
		runes[n] = r
		n++
	}
	runes[n] = ' '
	n++
	for i := 0; i+gramMin <= n; i++ {
		h := uint64(charSeed)
		for j := i; j < n && j < i+gramMax; j++ {
			h = (h ^ uint64(runes[j])) * fnvPrime
			if j-i+1 >= gramMin {
				f(h ^ uint64(j-i+1)<<56)
			}
		}
	}
}

// read folds the text and looks its words up; s.words and s.stems are filled.
func (v *vocabulary) read(s *scratch, text string) {
	s.folded = fold(s.folded[:0], text)
	s.words = words(s.words[:0], string(s.folded), v.language)
	s.stems = s.stems[:0]
	for _, w := range s.words {
		s.stems = append(s.stems, v.stemHash(w))
	}
}

// vectorise reads the text into s.idx and s.val (valid until the next call) and sets
// s.known. Words and characters count the same whatever their number: each block
// has length one before the whole has.
func (v *vocabulary) vectorise(s *scratch, text string) vector {
	v.read(s, text)
	if len(s.tf) < len(v.idf) {
		s.tf = make([]uint16, len(v.idf))
	}
	s.idx = s.idx[:0]
	var all, known float64
	for i, h := range s.stems {
		if id, ok := v.index[h]; ok {
			s.count(id)
			all += float64(v.idf[id])
			known += float64(v.idf[id])
		} else {
			all += v.idfMax
		}
		for _, g := range v.concepts[h] {
			if id, ok := v.index[g]; ok {
				s.count(id)
			}
		}
		if i > 0 {
			if id, ok := v.index[pairHash(s.stems[i-1], h)]; ok {
				s.count(id)
			}
		}
	}
	s.known = 0
	if all > 0 {
		s.known = known / all
	}
	words := len(s.idx)
	for _, w := range s.words {
		eachGram(w, func(h uint64) {
			if id, ok := v.index[h]; ok {
				s.count(id)
			}
		})
	}
	s.val = s.val[:0]
	for _, id := range s.idx {
		s.val = append(s.val, weight(int(s.tf[id]))*v.idf[id])
		s.tf[id] = 0
	}
	if words > 0 && words < len(s.val) {
		scale(s.val[:words], math.Sqrt2)
		scale(s.val[words:], math.Sqrt2)
	} else {
		scale(s.val, 1)
	}
	return vector{s.idx, s.val}
}

func (s *scratch) count(id int32) {
	if s.tf[id] == 0 {
		s.idx = append(s.idx, id)
	}
	if s.tf[id] < math.MaxUint16 {
		s.tf[id]++
	}
}

// weight damps repetition: 1 + ln tf.
func weight(tf int) float32 {
	if tf == 1 {
		return 1
	}
	return float32(1 + math.Log(float64(tf)))
}

// scale makes the length of val one over by.
func scale(val []float32, by float64) {
	var sum float64
	for _, x := range val {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	f := float32(1 / (math.Sqrt(sum) * by))
	for i := range val {
		val[i] *= f
	}
}

// newVocabulary learns features and their weights from texts.
func newVocabulary(language string, texts []string) *vocabulary {
	v := &vocabulary{
		language: language,
		stem:     stemmer(language),
		stems:    make(map[string]uint64),
		index:    make(map[feature]int32),
		concepts: concepts(language),
	}
	var df []int32
	var last []int32 // the text that counted the feature last, so that df counts texts
	see := func(h feature, text int) {
		id, ok := v.index[h]
		if !ok {
			id = int32(len(df))
			v.index[h] = id
			df, last = append(df, 0), append(last, -1)
		}
		if last[id] != int32(text) {
			last[id] = int32(text)
			df[id]++
		}
	}
	split := make([][]string, len(texts))
	for t, text := range texts {
		split[t] = words(nil, Fold(text), language)
		var before uint64
		for i, w := range split[t] {
			h, ok := v.stems[w]
			if !ok {
				h = hashStem(v.stem, w)
				v.stems[w] = h
			}
			see(h, t)
			for _, g := range v.concepts[h] {
				see(g, t)
			}
			if i > 0 {
				see(pairHash(before, h), t)
			}
			before = h
		}
	}
	v.wordEnd = int32(len(df))
	for t := range split {
		for _, w := range split[t] {
			eachGram(w, func(h uint64) { see(h, t) })
		}
	}
	n := float64(len(texts))
	v.idf = make([]float32, len(df))
	for id, d := range df {
		v.idf[id] = float32(math.Log((1+n)/(1+float64(d))) + 1)
	}
	v.idfMax = math.Log(1+n) + 1
	return v
}

// Similarity is the cosine, 0 to 1, of two texts over words and character n-grams,
// all weighing the same. It needs no model, so it also compares texts no model knows.
func Similarity(a, b string) float64 { return NewBag(a).Similarity(NewBag(b)) }

// Bag holds the words and character n-grams of a text that is compared more than once.
// It does not change.
type Bag struct {
	count  map[feature]float64
	square float64
}

// NewBag reads a text.
func NewBag(text string) Bag {
	b := Bag{count: make(map[feature]float64)}
	for _, w := range words(nil, Fold(text), "") {
		b.count[hashString(wordSeed, w)] += math.Sqrt(float64(utf8.RuneCountInString(w)))
		eachGram(w, func(h uint64) { b.count[h]++ })
	}
	for _, n := range b.count {
		b.square += n * n
	}
	return b
}

// Similarity is that of the two texts. Its cost goes with the length of b.
func (b Bag) Similarity(other Bag) float64 {
	if b.square == 0 || other.square == 0 {
		return 0
	}
	var dot float64
	for h, n := range b.count {
		dot += n * other.count[h]
	}
	return dot / math.Sqrt(b.square*other.square)
}

// Stemmed is a folded word and its stem; where the language has no stemmer they are the same.
type Stemmed struct{ Word, Stem string }

// Stems cuts a text into words as the models do, chat spellings written out.
func Stems(language, text string) []Stemmed {
	stem := stemmer(language)
	var list []Stemmed
	for _, w := range words(nil, Fold(text), language) {
		s := Stemmed{w, w}
		if stem != nil {
			s.Stem = stem(w, false)
		}
		list = append(list, s)
	}
	return list
}
