package intent

import (
	"cmp"
	"embed"
	"math"
	"path"
	"slices"
	"strings"
	"unicode"
)

// sentences are everyday customer messages in seven languages, one a line, written for
// this project.
//
//go:embed sentences/*.txt
var sentences embed.FS

const (
	detectGrams = 3000 // kept per language
	detectFloor = 2e-5 // probability of a gram a language has not shown
	// Neighbouring grams repeat each other's letters: each counts this much.
	detectDamp = 0.35
	detectMax  = 4 // longest gram
)

// Detector tells in which language a text is written. It knows English, French, German,
// Spanish, Italian, Dutch and Portuguese, and every language it was given phrasings of.
// It does not change and is safe for concurrent use.
type Detector struct {
	languages []string
	grams     map[uint64]int32
	logp      []float32 // by gram, then language
}

// Guess is what a [Detector] makes of a text.
type Guess struct {
	Language string  // empty when no letter of the text is known
	P        float64 // 0 to 1
	Words    int
}

// Clear reports whether the guess is good enough to change the language of a
// conversation. One word never is: "ok", "merci" and product names travel.
func (g Guess) Clear() bool { return g.Words >= 2 && g.P >= 0.9 }

// NewDetector learns from phrasings by language, on top of its own sentences.
func NewDetector(phrasings map[string][]string) *Detector {
	texts := ownSentences()
	for lang, list := range phrasings {
		texts[lang] = append(texts[lang], list...)
	}
	d := &Detector{grams: make(map[uint64]int32)}
	for lang := range texts {
		d.languages = append(d.languages, lang)
	}
	slices.Sort(d.languages)
	counts := make([]map[uint64]int, len(d.languages))
	totals := make([]int, len(d.languages))
	for i, lang := range d.languages {
		counts[i] = make(map[uint64]int)
		for _, text := range texts[lang] {
			// Customers drop accents: both spellings are the language.
			for _, spelling := range []string{text, Fold(text)} {
				eachLetterGram(spelling, func(h uint64) {
					counts[i][h]++
					totals[i]++
				})
			}
		}
		for _, h := range mostFrequent(counts[i], detectGrams) {
			if _, ok := d.grams[h]; !ok {
				d.grams[h] = int32(len(d.grams))
			}
		}
	}
	n := len(d.languages)
	d.logp = make([]float32, len(d.grams)*n)
	for h, g := range d.grams {
		for i := range d.languages {
			p := float64(counts[i][h]) / float64(totals[i])
			d.logp[int(g)*n+i] = float32(math.Log(p + detectFloor))
		}
	}
	return d
}

func ownSentences() map[string][]string {
	texts := make(map[string][]string)
	files, err := sentences.ReadDir("sentences")
	if err != nil {
		panic("intent: embedded sentences: " + err.Error())
	}
	for _, f := range files {
		raw, err := sentences.ReadFile("sentences/" + f.Name())
		if err != nil {
			panic("intent: embedded sentences: " + err.Error())
		}
		lang := strings.TrimSuffix(f.Name(), path.Ext(f.Name()))
		texts[lang] = strings.Split(strings.TrimSpace(string(raw)), "\n")
	}
	return texts
}

// background returns everyday messages of a language, of all languages when it is unknown.
func background(language string) []string {
	texts := ownSentences()
	if own := texts[language]; own != nil {
		return own
	}
	var all []string
	for _, l := range []string{"de", "en", "es", "fr", "it", "nl", "pt"} {
		all = append(all, texts[l]...)
	}
	return all
}

// offTopicFiles hold chatter that belongs to no business, by language, one message a line.
//
//go:embed offtopic/*.txt
var offTopicFiles embed.FS

// offTopic returns the chatter of a language, or nil.
func offTopic(language string) []string {
	raw, err := offTopicFiles.ReadFile("offtopic/" + language + ".txt")
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

// mostFrequent returns at most n keys, most frequent first, ties by key.
func mostFrequent(counts map[uint64]int, n int) []uint64 {
	keys := make([]uint64, 0, len(counts))
	for h := range counts {
		keys = append(keys, h)
	}
	slices.SortFunc(keys, func(a, b uint64) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	return keys[:min(n, len(keys))]
}

// Languages returns the languages the detector knows, sorted.
func (d *Detector) Languages() []string { return slices.Clone(d.languages) }

// Detect guesses the language of a text.
func (d *Detector) Detect(text string) Guess {
	n := len(d.languages)
	var buf [16]float64
	score := append(buf[:0], make([]float64, n)...)
	known := false
	words := eachLetterGram(text, func(h uint64) {
		g, ok := d.grams[h]
		if !ok {
			return
		}
		known = true
		for i, lp := range d.logp[int(g)*n : int(g)*n+n] {
			score[i] += detectDamp * float64(lp)
		}
	})
	if !known {
		return Guess{Words: words}
	}
	best := 0
	for i, s := range score {
		if s > score[best] {
			best = i
		}
	}
	sum := 0.0
	for _, s := range score {
		sum += math.Exp(s - score[best])
	}
	return Guess{Language: d.languages[best], P: 1 / sum, Words: words}
}

// eachLetterGram calls f with the hash of every 1- to 4-gram of " word ", lower case,
// accents kept, and returns the number of words. Links and words with digits in them say
// nothing about the language.
func eachLetterGram(text string, f func(uint64)) (words int) {
	for token := range strings.FieldsSeq(text) {
		if strings.Contains(token, "://") || strings.Contains(token, "@") || strings.ContainsAny(token, "0123456789") {
			continue
		}
		for word := range strings.FieldsFuncSeq(token, func(r rune) bool { return !unicode.IsLetter(r) }) {
			words++
			letterGrams(word, f)
		}
	}
	return words
}

func letterGrams(word string, f func(uint64)) {
	var runes [34]rune
	runes[0] = ' '
	n := 1
	for _, r := range word {
		if n == len(runes)-1 {
			break
		}
		runes[n] = unicode.ToLower(r)
		n++
	}
	runes[n] = ' '
	n++
	for i := range n {
		h := uint64(fnvOffset)
		for j := i; j < n && j < i+detectMax; j++ {
			h = (h ^ uint64(runes[j])) * fnvPrime
			if j > i || runes[i] != ' ' {
				f(h ^ uint64(j-i+1)<<56)
			}
		}
	}
}
