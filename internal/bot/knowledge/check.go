package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/bot/intent"
)

// FindingKind names what a [Finding] is about.
type FindingKind string

// What [Check] looks for. None of it stops a publish.
const (
	FindingThin       FindingKind = "thin"       // fewer than MinPhrasings
	FindingConfusable FindingKind = "confusable" // two intents read as each other
	FindingUnfilled   FindingKind = "unfilled"   // a variable without a value
	FindingDuplicate  FindingKind = "duplicate"  // a phrasing twice
	FindingMissing    FindingKind = "missing"    // an intent another language has
	FindingTitle      FindingKind = "title"      // too long for a button
	FindingUnused     FindingKind = "unused"     // a variable no answer uses
	FindingAlways     FindingKind = "shadowed"   // a phrasing the bot takes for something else
)

const (
	// MinPhrasings is what an intent needs to be recognised dependably: with ten, four in
	// five messages are read right, with five three in five.
	MinPhrasings = 10
	// maxTitle is the length of a WhatsApp reply button (Meta, Cloud API, "Interactive
	// reply buttons messages").
	maxTitle = 20
	// Two intents are confusable when this many phrasings, and this share of the smaller
	// intent's, are read as the other.
	confusedTexts = 3
	confusedShare = 0.10
)

// Finding is something worth mending.
type Finding struct {
	Kind     FindingKind
	Language string
	Intent   string
	Other    string // the second intent of a pair
	File     string
	Line     int
	Text     string // one English sentence with the way to mend it
}

func (f Finding) String() string { return Problem{f.File, f.Line, f.Text}.String() }

// Report is the result of [Check].
type Report struct {
	Findings []Finding // sorted by file and line
	// Accuracy is the share, 0 to 1, of held-out phrasings read right, by language.
	Accuracy map[string]float64
}

// Check looks for what makes a valid base answer badly. It trains five models per
// language, so it takes about as long as a publish; progress is as in [Publish].
func Check(ctx context.Context, base *Base, progress func(done, total int)) (*Report, error) {
	r := &Report{Accuracy: make(map[string]float64)}
	for i, lang := range base.Languages {
		v, err := intent.CrossValidate(ctx, base.examples(lang), intent.Options{
			Language: lang, Progress: stage(progress, i, len(base.Languages)),
		})
		if err != nil {
			return nil, fmt.Errorf("check knowledge base, language %s: %w", lang, err)
		}
		r.Accuracy[lang] = v.Accuracy
		r.confusable(base, lang, v.Confusions)
		r.duplicates(base, lang)
		r.variables(base, lang)
	}
	for i := range base.Intents {
		r.intent(base, &base.Intents[i])
	}
	for _, p := range base.Unfilled {
		r.Findings = append(r.Findings, Finding{Kind: FindingUnfilled, File: p.File, Line: p.Line, Text: p.Text})
	}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Kind, b.Kind))
	})
	return r, nil
}

func (r *Report) add(kind FindingKind, in *Intent, line int, other, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{
		Kind: kind, Language: in.Language, Intent: in.Name, Other: other, File: in.File, Line: line,
		Text: fmt.Sprintf(format, args...),
	})
}

func (r *Report) intent(base *Base, in *Intent) {
	if n := len(in.Phrasings); n < MinPhrasings {
		r.add(FindingThin, in, 0, "", "has %d phrasings; add %d or more, 20 to 40 are good", n, MinPhrasings-n)
	}
	if n := utf8.RuneCountInString(in.Title); n > maxTitle {
		r.add(FindingTitle, in, 0, "", "title %q has %d characters; WhatsApp buttons hold %d", in.Title, n, maxTitle)
	}
	if _, missing := base.Fill(in); len(missing) > 0 {
		r.add(FindingUnfilled, in, 0, "", "has no value for %s in %s/%s, so a person has to answer", strings.Join(missing, ", "), in.Language, variablesFile)
	}
	for _, lang := range base.Languages {
		if _, ok := base.Intent(lang, in.Name); !ok {
			r.add(FindingMissing, in, 0, "", "has no counterpart %s/%s.yaml", lang, in.Name)
		}
	}
	for _, p := range in.Phrasings {
		if s, ok := intent.Always(p.Text, in.Language); ok {
			r.add(FindingAlways, in, p.Line, "", "phrasing %q never gets here: the bot always reads it as %q", p.Text, s.Kind)
		}
	}
}

func (r *Report) confusable(base *Base, lang string, confusions []intent.Confusion) {
	texts := make(map[[2]string][]string)
	for _, c := range confusions {
		pair := [2]string{min(c.Want, c.Got), max(c.Want, c.Got)}
		texts[pair] = append(texts[pair], c.Texts...)
	}
	for pair, list := range texts {
		a, _ := base.Intent(lang, pair[0])
		b, _ := base.Intent(lang, pair[1])
		smaller := min(len(a.Phrasings), len(b.Phrasings))
		if len(list) < confusedTexts || float64(len(list)) < confusedShare*float64(smaller) {
			continue
		}
		slices.Sort(list)
		r.add(FindingConfusable, a, 0, b.Name,
			"is easily confused with %s: %d held-out phrasings are read as the other, such as %q; make their phrasings more different, or make it one intent",
			b.Name, len(list), list[0])
	}
}

func (r *Report) duplicates(base *Base, lang string) {
	type place struct {
		in   *Intent
		line int
	}
	first := make(map[string]place)
	for _, in := range base.In(lang) {
		for _, p := range in.Phrasings {
			folded := intent.Fold(p.Text)
			was, ok := first[folded]
			switch {
			case !ok:
				first[folded] = place{in, p.Line}
			case was.in == in:
				r.add(FindingDuplicate, in, p.Line, "", "phrasing %q is the same as on line %d; remove one", p.Text, was.line)
			default:
				r.add(FindingDuplicate, in, p.Line, was.in.Name, "phrasing %q is also in %s:%d; keep it where it belongs", p.Text, was.in.File, was.line)
			}
		}
	}
}

func (r *Report) variables(base *Base, lang string) {
	used := make(map[string]bool)
	for _, in := range base.In(lang) {
		for _, m := range variable.FindAllStringSubmatch(in.Answer+in.Media.URL+in.Link.URL, -1) {
			used[m[1]] = true
		}
	}
	for _, name := range sortedKeys(base.Variables[lang]) {
		if !used[name] {
			r.Findings = append(r.Findings, Finding{
				Kind: FindingUnused, Language: lang, File: lang + "/" + variablesFile,
				Text: fmt.Sprintf("no answer uses %q", name),
			})
		}
	}
}
