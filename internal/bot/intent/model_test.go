package intent_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/internal/bot/intent"
)

func phrasings() map[string][]string {
	return map[string][]string{
		"opening_hours":  {"what are your opening hours", "when are you open", "what time do you close", "are you open on sunday", "opening times please", "until when is the shop open today"},
		"order_tracking": {"where is my order", "where is my parcel", "track my package", "when will my delivery arrive", "my order has not arrived", "status of my order"},
		"return_item":    {"how do i return an item", "i want to send it back", "can i return my shoes", "return policy", "where do i find the return label", "i would like to return a dress"},
		"refund_status":  {"where is my refund", "when do i get my money back", "i have not received my refund", "how long does a refund take", "refund status", "no money yet for my return"},
		"damaged_item":   {"my item arrived broken", "the cup is cracked", "it came damaged", "there is a hole in the sweater", "the zip is broken", "i received a faulty product"},
		"gift_card":      {"do you sell gift cards", "i want to buy a gift card", "how can i get a gift voucher", "gift card balance", "where do i buy a voucher", "electronic gift card"},
	}
}

func examples(labels ...string) (list []intent.Example) {
	for _, l := range labels {
		for _, text := range phrasings()[l] {
			list = append(list, intent.Example{Label: l, Text: text})
		}
	}
	return list
}

func mustTrain(t testing.TB, list []intent.Example) *intent.Model {
	t.Helper()
	m, err := intent.Train(context.Background(), list, intent.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTrain_smallSetsKnowWhatIsForeignToThem(t *testing.T) {
	t.Parallel()
	for _, labels := range [][]string{
		{"opening_hours"},
		{"opening_hours", "order_tracking"},
		{"opening_hours", "order_tracking", "return_item"},
		{"opening_hours", "order_tracking", "return_item", "refund_status", "damaged_item", "gift_card"},
	} {
		m := mustTrain(t, examples(labels...))
		for text, want := range map[string]bool{
			"when are you open on sunday":               true,
			"opening hours please":                      true,
			"my lamp makes a strange noise at night":    false,
			"do you sell kites made of paper":           false,
			"the violin melted under a purple moon":     false,
			"i was charged twice on my card for a coat": false,
		} {
			r := m.Understand(text)
			if want && (r.P < 0.5 || r.Top[0].Label != "opening_hours") {
				t.Errorf("%d labels: %q is %+v", len(labels), text, r)
			}
			if !want && r.P >= 0.7 {
				t.Errorf("%d labels: %q is %+v", len(labels), text, r)
			}
		}
	}
}

func TestTrain_isRepeatable(t *testing.T) {
	t.Parallel()
	list := examples("opening_hours", "order_tracking", "return_item", "refund_status", "damaged_item", "gift_card")
	a, b := mustTrain(t, list), mustTrain(t, list)
	for _, text := range []string{"when are you open", "parcel", "my money for the broken cup", "zzz"} {
		if diff := cmp.Diff(a.Understand(text), b.Understand(text)); diff != "" {
			t.Errorf("%q reads differently: %s", text, diff)
		}
	}
}

func TestTrain_refusesBadInput(t *testing.T) {
	t.Parallel()
	train := func(list []intent.Example, o intent.Options) error {
		_, err := intent.Train(context.Background(), list, o)
		return err
	}
	if err := train(nil, intent.Options{}); !errors.Is(err, intent.ErrNoExamples) {
		t.Errorf("no examples: %v", err)
	}
	for name, err := range map[string]error{
		"no label": train([]intent.Example{{Text: "a"}}, intent.Options{}),
		"no text":  train([]intent.Example{{Label: "a", Text: "?!"}}, intent.Options{}),
		"prior":    train(examples("gift_card"), intent.Options{OOSPrior: 1}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := intent.Train(ctx, examples("gift_card", "damaged_item"), intent.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestTrain_reportsProgress(t *testing.T) {
	t.Parallel()
	last, total := 0, 0
	_, err := intent.Train(context.Background(), examples("gift_card", "damaged_item", "return_item"), intent.Options{
		Progress: func(done, of int) {
			if done != last+1 {
				t.Errorf("done jumps from %d to %d", last, done)
			}
			last, total = done, of
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != total || total == 0 {
		t.Errorf("ended at %d of %d", last, total)
	}
}

func TestUnderstand_isAlwaysAProbability(t *testing.T) {
	t.Parallel()
	m := mustTrain(t, examples("opening_hours", "order_tracking", "return_item", "refund_status"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"where", "is", "my", "order", "refund"})).Draw(t, "text")
		r := m.Understand(text)
		if r.P < 0 || r.P > 1 || r.Known < 0 || r.Known > 1 || len(r.Top) > intent.TopLabels {
			t.Fatalf("%+v", r)
		}
		for i, s := range r.Top {
			if s.P > r.P || (i > 0 && s.P > r.Top[i-1].P) {
				t.Fatalf("not sorted: %+v", r)
			}
		}
		if (len(r.Top) == 0) != (r.P == 0) {
			t.Fatalf("%+v", r)
		}
	})
}

func TestUnderstand_fromManyGoroutines(t *testing.T) {
	t.Parallel()
	m := mustTrain(t, examples("opening_hours", "order_tracking", "return_item"))
	texts := []string{"when are you open", "track my parcel please", "how can i send the shoes back"}
	want := make([]intent.Reading, len(texts))
	for i, text := range texts {
		want[i] = m.Understand(text)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 200 {
				k := i % len(texts)
				if diff := cmp.Diff(want[k], m.Understand(texts[k])); diff != "" {
					t.Errorf("%q: %s", texts[k], diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestCrossValidate_findsConfusions(t *testing.T) {
	t.Parallel()
	list := examples("opening_hours", "order_tracking", "return_item")
	for i, text := range phrasings()["order_tracking"] {
		list = append(list, intent.Example{Label: "other_tracking", Text: fmt.Sprintf("%s %d", text, i)})
	}
	v, err := intent.CrossValidate(context.Background(), list, intent.Options{Language: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Confusions) == 0 || v.Accuracy >= 1 || v.Accuracy <= 0 {
		t.Fatalf("%+v", v)
	}
	c := v.Confusions[0]
	if !(c.Want == "order_tracking" && c.Got == "other_tracking") && !(c.Got == "order_tracking" && c.Want == "other_tracking") {
		t.Errorf("worst confusion is %+v", c)
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Où est mon COLIS ?!":    "ou est mon colis",
		"l'œuf, straße & Ærø":    "l oeuf strasse aero",
		"order #12345 (2 items)": "order 0 0 items",
		"½ price ﬁne ＡＢＣ":        "0 0 price fine abc",
		"1️⃣":                    "0",
		"👩‍👩‍👧 ok":               "ok",
		"naïve café":             "naive cafe",
		"  ":                     "",
		"Здравствуйте, где заказ": "здравствуите где заказ",
	} {
		if got := intent.Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFold_twiceIsOnce(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"\u1d2d": "ae", "Œuvre": "oeuvre", "STRAẞE": "strasse", "Łódź": "lodz"} { // the first is a raised Æ
		if got := intent.Fold(text); got != want {
			t.Errorf("%q folds to %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := intent.Fold(rapid.String().Draw(t, "text"))
		if twice := intent.Fold(once); twice != once {
			t.Fatalf("folding twice differs: %q, %q", once, twice)
		}
	})
}

func TestSimilarity(t *testing.T) {
	t.Parallel()
	if s := intent.Similarity("Where is my order?", "where is my ordr"); s < 0.7 {
		t.Errorf("typo: %.2f", s)
	}
	if s := intent.Similarity("where is my order", "how do i return this dress"); s > 0.4 {
		t.Errorf("different: %.2f", s)
	}
	if s := intent.Similarity("a b c", "a b c"); s < 0.999 {
		t.Errorf("same: %.3f", s)
	}
	if s := intent.Similarity("", "x"); s != 0 {
		t.Errorf("empty: %.2f", s)
	}
}

func BenchmarkUnderstand(b *testing.B) {
	m := mustTrain(b, examples("opening_hours", "order_tracking", "return_item", "refund_status", "damaged_item", "gift_card"))
	b.ReportAllocs()
	for b.Loop() {
		m.Understand("hello, my parcel should have been here on monday, where is it?")
	}
}
