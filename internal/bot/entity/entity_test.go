package entity

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFind_readsWhatCustomersWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		language, text string
		want           []string
	}{
		{"en", "where is my order 1234567?", []string{"order_number 1234567"}},
		{"en", "Order number: ab-20391, still nothing", []string{"order_number AB-20391"}},
		{"en", "it's #88231", []string{"order_number 88231"}},
		{"en", "PS12345 has not arrived", []string{"order_number PS12345"}},
		{"fr", "ma commande n° 20391 n'est pas arrivée", []string{"order_number 20391"}},
		{"fr", "numéro de commande : FR-445566", []string{"order_number FR-445566"}},
		{"fr", "colis 99887766 perdu", []string{"order_number 99887766"}},
		{"en", "my order from 2024 was fine", nil},
		{"en", "order 42", nil},
		{"en", "my card is 4111111111111111 order 4111111111111111", nil},
		{"en", "write to Grace.Hopper@Example.com please", []string{"email grace.hopper@example.com"}},
		{"en", "not an address: a@b or @shop", nil},
		{"en", "I paid $49.90 and £5", []string{"amount 49.90 USD", "amount 5.00 GBP"}},
		{"fr", "j'ai payé 1 234,56 € en tout", []string{"amount 1234.56 EUR"}},
		{"en", "charged 1,234.56 euros twice, 1,234.56 euros!", []string{"amount 1234.56 EUR"}},
		{"fr", "remboursez-moi 20 euros", []string{"amount 20.00 EUR"}},
		{"en", "ordered on 2026-11-02", []string{"date 2026-11-02"}},
		{"fr", "livraison prévue le 03/04/2026", []string{"date 2026-04-03"}},
		{"en", "due 03/04/2026", []string{"date 03/04/2026"}},
		{"en", "due 11/20/2026", []string{"date 2026-11-20"}},
		{"en", "due 20/11/26", []string{"date 2026-11-20"}},
		{"en", "on November 20th, 2026.", []string{"date 2026-11-20"}},
		{"en", "the 3rd of May", []string{"date 3rd of May"}},
		{"fr", "le 1er décembre 2026", []string{"date 2026-12-01"}},
		{"fr", "reçu le 14 août", []string{"date 14 août"}},
		{"en", "30 february 2026 or 2026-13-01", nil},
		{"en", "you may 2 times", nil},
		{"en", "order 20391 of 2026-11-02 for $12", []string{"order_number 20391", "date 2026-11-02", "amount 12.00 USD"}},
	} {
		var got []string
		for _, e := range Find(c.text, c.language) {
			got = append(got, fmt.Sprintf("%s %s", e.Name, e.Value))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestFind_givesAmountsInCents(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"€1.234,5": 123450, "12 €": 1200, "0,99 EUR": 99, "€10 000": 1_000_000} {
		got := Find(text, "en")
		if len(got) != 1 || got[0].Cents != want {
			t.Errorf("%q: %+v, want %d cents", text, got, want)
		}
	}
}

// Whatever a customer sends, what is found stands in the text.
func TestFind_findsOnlyWhatIsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("order n°#0123456789 €$.,/-@abAB commande may mai\n"))).Draw(t, "text")
		for _, e := range Find(text, rapid.SampledFrom([]string{"en", "fr"}).Draw(t, "language")) {
			if e.Text == "" || e.Value == "" || !contains(text, e.Text) {
				t.Fatalf("%q: %+v", text, e)
			}
		}
	})
}

func contains(text, part string) bool {
	for i := 0; i+len(part) <= len(text); i++ {
		if text[i:i+len(part)] == part {
			return true
		}
	}
	return false
}
