package phrase

import "testing"

func TestFrustration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"where is my order": 0, "this dress is killer": 0, "thank you so much": 0, "WHERE IS MY MONEY???": 2, "this is the third time i write": 1,
		"you are useless": 2, "c'est inadmissible": 2, "toujours pas de nouvelles": 1, "MERCI": 0, "c'est la troisième fois, c'est scandaleux !!!": 4,
		"ok!!": 0, "still waiting": 1,
	} {
		if got := Frustration(text); got != want {
			t.Errorf("Frustration(%q) = %d, want %d", text, got, want)
		}
	}
}
