package eval

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

func read(t *testing.T, csv string) *Set {
	t.Helper()
	s, err := ReadSet("t.csv", strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadSet_takesAnyOrderQuotesAndAByteOrderMark(t *testing.T) {
	t.Parallel()
	s := read(t, "\ufeffid,Label,Text\n1,hours,\"open today, or not?\"\n2,oos,what is love\n3,hours,!!!\n4, returns ,\"two\nlines\"\n")
	if len(s.InScope) != 2 || s.InScope[0].Text != "open today, or not?" || s.InScope[1].Label != "returns" || s.InScope[1].Text != "two\nlines" {
		t.Errorf("in scope: %+v", s.InScope)
	}
	if len(s.OutOfScope) != 1 || s.Unusable != 1 {
		t.Errorf("out of scope %q, unusable %d", s.OutOfScope, s.Unusable)
	}
}

func TestReadSet_saysWhatToMend(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ csv, want string }{
		"nothing":       {"", "t.csv is empty; the first line must be: text,label"},
		"no messages":   {"text,label\n", "has a header and no messages"},
		"other columns": {"text,category\nx,y\n", `names the columns "text,category"`},
		"short row":     {"text,label\nx,y\nz\n", "t.csv, line 3: 1 columns"},
		"no label":      {"text,label\nx,y\nz, \n", "t.csv, line 3: no label; write the intent, or oos"},
		"bare quote":    {"text,label\na \"b,y\n", "parse error on line 2"},
	} {
		_, err := ReadSet("t.csv", strings.NewReader(c.csv))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func shop(n int) string {
	var b strings.Builder
	b.WriteString("text,label\n")
	for i := range n {
		for label, words := range map[string]string{"hours": "when do you open shop", "returns": "send back a broken lamp", "pay": "credit card invoice money"} {
			w := strings.Fields(words)
			fmt.Fprintf(&b, "%s %s %s please,%s\n", w[i%len(w)], w[(i+1)%len(w)], w[(i/2+2)%len(w)], label)
		}
	}
	return b.String()
}

func TestMeasure_readsWhatIsPlainAndRefusesWhatIsNot(t *testing.T) {
	t.Parallel()
	var calls int
	r, err := Measure(t.Context(), read(t, shop(12)), read(t, shop(4)+"zebra quantum volcano,oos\nsinging under waterfalls,oos\n"),
		Options{Language: "en", Progress: func(int, int) { calls++ }})
	if err != nil {
		t.Fatal(err)
	}
	if r.Top1 < 90 || r.Top3 < r.Top1 || r.InScope != 12 || r.Outside != 2 || r.Intents != 3 {
		t.Errorf("%+v", *r)
	}
	if r.OOSRecallAt90 == nil || *r.OOSRecallAt90 != 100 {
		t.Errorf("words nobody taught are not refused: %+v", *r)
	}
	if r.P50Micros <= 0 || r.TrainSeconds <= 0 || calls == 0 {
		t.Errorf("times %v, %v, progress %d", r.P50Micros, r.TrainSeconds, calls)
	}
}

func TestMeasure_withoutOutOfScopeMessagesHasNoRecall(t *testing.T) {
	t.Parallel()
	r, err := Measure(t.Context(), read(t, shop(5)), read(t, shop(2)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if r.OOSRecallAt90 != nil {
		t.Errorf("recall %v of nothing", *r.OOSRecallAt90)
	}
	if _, err := Measure(t.Context(), read(t, "text,label\nx,oos\n"), read(t, shop(1)), Options{}); err == nil {
		t.Error("learnt from nothing")
	}
}

func TestCalibrationError_isTheDistanceFromTheTruth(t *testing.T) {
	t.Parallel()
	if got := calibrationError([]float64{0.8, 0.8, 0.8, 0.8, 0.8}, []bool{true, true, true, true, false}); got > 1e-9 {
		t.Errorf("perfect calibration has error %v", got)
	}
	if got := calibrationError([]float64{1, 1}, []bool{false, false}); math.Abs(got-1) > 1e-9 {
		t.Errorf("sure and wrong has error %v", got)
	}
}

func TestSet_fewIsAPartThatKeepsEveryIntent(t *testing.T) {
	t.Parallel()
	s := read(t, shop(9))
	for _, n := range []int{1, 4, 100} {
		few := s.Few(n, 0)
		if !slices.Equal(few.InScope, s.Few(n, 0).InScope) {
			t.Errorf("%d phrasings are not the same twice", n)
		}
		if len(few.InScope) != 3*min(n, 9) || len(few.Labels()) != 3 {
			t.Errorf("%d phrasings: %d messages of %v", n, len(few.InScope), few.Labels())
		}
	}
	if _, err := Curve(t.Context(), s, s, Options{}, []int{0}); err == nil {
		t.Error("a curve without phrasings was drawn")
	}
}

func TestEdit_isRepeatableAndSmall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		n := rapid.IntRange(0, 5).Draw(t, "edits")
		got := edit(text, n)
		if got != edit(text, n) {
			t.Fatal("the same text was edited in two ways")
		}
		if d := len([]rune(got)) - len([]rune(text)); d > n || d < -n {
			t.Fatalf("%d edits changed the length by %d", n, d)
		}
		if n == 0 && got != text {
			t.Fatalf("no edit changed %q into %q", text, got)
		}
	})
}

func TestCurve_isTheMeanOfItsDraws(t *testing.T) {
	t.Parallel()
	train, test := read(t, shop(12)), read(t, shop(4)+"zebra quantum volcano,oos\n")
	points, err := Curve(t.Context(), train, test, Options{Language: "en"}, []int{2})
	if err != nil {
		t.Fatal(err)
	}
	var top1, ece float64
	for draw := range Draws {
		r, err := Measure(t.Context(), train.Few(2, draw), test, Options{Language: "en"})
		if err != nil {
			t.Fatal(err)
		}
		top1, ece = top1+r.Top1/Draws, ece+r.ECE/Draws
	}
	if p := points[0]; p.Phrasings != 2 || math.Abs(p.Top1-top1) > 0.01 || math.Abs(p.ECE-ece) > 0.001 || p.OOSRecallAt90 == nil {
		t.Errorf("%+v, want top1 %v, ece %v", *p.Report, top1, ece)
	}
}

func TestOptions_editTheirShareOfLetters(t *testing.T) {
	t.Parallel()
	o, changed := Options{Typos: 0.05}, 0
	for i := range 400 {
		text := fmt.Sprintf("message number %03d", i) // 18 letters: 0.9 edits each, some of which change nothing
		if o.edit(text) != text {
			changed++
		}
	}
	if changed < 240 || changed > 380 {
		t.Errorf("%d of 400 messages of 18 letters were changed at a rate of one in twenty", changed)
	}
	if (Options{}).edit("same") != "same" {
		t.Error("nothing was asked for and a text was changed")
	}
}

func TestHold_namesAllThatDoesNot(t *testing.T) {
	t.Parallel()
	r := &Report{Top1: 91.5, ECE: 0.02}
	if err := Hold(r, map[string]float64{"top1": 91.5}, map[string]float64{"ece": 0.02}); err != nil {
		t.Error(err)
	}
	err := Hold(r, map[string]float64{"top1": 92, "oos_recall_at_90": 88}, map[string]float64{"ece": 0.01})
	for _, want := range []string{"top1 is 91.5, below 92", "oos_recall_at_90 is not measured", "ece is 0.02, above 0.01"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestReadHeldOut_hasTheSizeThatFiguresNeed(t *testing.T) {
	t.Parallel()
	base, err := knowledge.Load(knowledge.Seed())
	if err != nil {
		t.Fatal(err)
	}
	// Few phrasings are enough to read at all; how well the whole base reads is measured beside it, in package bot.
	p := &knowledge.Published{Base: base, Models: map[string]*intent.Model{}}
	for _, language := range []string{"en", "fr"} {
		model, err := intent.Train(t.Context(), read(t, shop(5)).InScope, intent.Options{Language: language})
		if err != nil {
			t.Fatal(err)
		}
		p.Models[language] = model
	}
	list, err := ReadHeldOut(p)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d languages, %v", len(list), err)
	}
	for _, h := range list {
		if h.Messages < 300 || h.OffTopic < 100 {
			t.Errorf("%s has %d messages and %d off-topic, fewer than 300 and 100", h.Language, h.Messages, h.OffTopic)
		}
		if h.Top1 != 0 || h.Top3 != 0 || h.Right != 0 {
			t.Errorf("%s: another shop's intents are right: %+v", h.Language, *h)
		}
	}
}
