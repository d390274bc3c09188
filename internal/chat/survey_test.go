package chat

import (
	"testing"

	"pgregory.net/rapid"
)

func TestScore_readsAnswersAndNothingElse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"5": 5, " 1 ": 1, "4/5": 4, "4 / 5": 4, "5/5": 5, "3 out of 5": 3, "3 sur 5": 3, "4.": 4, "5!": 5, "4. Good": 4, "2 - Bad": 2,
		"Very good": 5, "très bien": 5, "TRÈS MAUVAIS": 1, "Moyen": 3, "four": 4, "quatre": 4, "5 stars": 5, "5 étoiles": 5, "⭐⭐⭐": 3, "4️⃣": 4,
		"5 merci": 5, "thank you, 4": 4, "I give a 3": 3, "je mets 4": 4, "excellent!": 5, "5. Très bien": 5,

		"": 0, "6": 0, "0": 0, "10": 0, "55": 0, "1 2": 0, "3 parcels are missing": 0, "hello": 0, "order 5": 0, "5 ?": 5, "not 5": 0,
		"⭐⭐⭐⭐⭐⭐": 0, "very good, but where is my refund": 0, "2 - Good": 0, "yes": 0, "merci": 0, "12345": 0,
	} {
		if got, ok := Score(text); got != want || ok != (want > 0) {
			t.Errorf("Score(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
	for _, language := range []string{"en", "fr"} {
		for i, name := range Scores(language) {
			if got, _ := Score(name); got != 5-i {
				t.Errorf("%q is read as %d, want %d", name, got, 5-i)
			}
		}
	}
}

// Whatever customers write and whenever: an answer is from 1 to 5, comes while it may,
// and only a low score gets a comment.
func TestSurvey_takesOnlyAnswers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := Survey{State: SurveyAsked, AskedAt: 1000, Until: 1000 + SurveyOpen}
		now := int64(1000)
		for range rapid.IntRange(1, 12).Draw(t, "lines") {
			now += rapid.SampledFrom([]int64{1, 60_000, CommentWindow, SurveyOpen}).Draw(t, "pause")
			a := Answer{Text: "because", Comment: rapid.Bool().Draw(t, "comment")}
			if rapid.Bool().Draw(t, "isScore") {
				a = Answer{Score: rapid.IntRange(1, 5).Draw(t, "score")}
			}
			before := s
			took := s.Take(a, now)
			switch {
			case !took && s != before:
				t.Fatalf("refused, but changed: %+v after %+v", s, before)
			case took && s.DueAt != now:
				t.Fatalf("nobody says thank you: %+v", s)
			case took && a.Score > 0 && s.Score != a.Score, took && a.Score == 0 && s.Comment != a.Text:
				t.Fatalf("took %+v, has %+v", a, s)
			case s.Comment != "" && s.Score > lowScore:
				t.Fatalf("a comment on a good score: %+v", s)
			case took && before.State == SurveyAsked && now >= before.Until:
				t.Fatal("took an answer that came too late")
			case took && before.State == SurveyAnswered && now >= before.CommentUntil:
				t.Fatal("took something after its moment")
			case !took && a.Score > 0 && before.State == SurveyAsked && now < before.Until:
				t.Fatal("refused a score in time")
			}
		}
	})
}
