package eval

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
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
		few := s.Few(n)
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
