package intent_test

import (
	"testing"

	"parley/internal/bot/intent"
)

func TestDetector(t *testing.T) {
	t.Parallel()
	d := intent.NewDetector(nil)
	right, total := 0, 0
	for lang, texts := range map[string][]string{
		"en": {"my package is late", "can you help me", "i want a refund", "which size fits", "do you have any news", "it was stolen from my porch", "how much does it cost", "where r u", "still nothing here", "what is going on", "the zip broke", "want to change colour"},
		"fr": {"mon colis est en retard", "aidez moi svp", "je veux un remboursement", "quelle taille choisir", "vous avez des nouvelles", "on me l'a volé devant la porte", "ça coûte combien", "vous etes ou", "toujours rien ici", "que se passe t il", "la fermeture est cassée", "changer de couleur"},
		"de": {"mein Paket ist spät", "können Sie mir helfen", "ich will mein Geld", "welche Größe passt", "gibt es etwas Neues", "was kostet das", "immer noch nichts da", "was ist los", "der Reißverschluss ist kaputt", "Farbe wechseln bitte"},
		"es": {"mi paquete llega tarde", "me pueden ayudar", "quiero el reembolso", "qué talla me va", "hay alguna novedad", "cuánto cuesta esto", "todavía nada", "qué está pasando", "la cremallera está rota", "quiero cambiar el color"},
		"it": {"il mio pacco è in ritardo", "mi potete aiutare", "voglio il rimborso", "quale taglia va bene", "ci sono novità", "quanto costa", "ancora niente", "che cosa succede", "la cerniera è rotta", "vorrei cambiare colore"},
		"nl": {"mijn pakket is te laat", "kunt u mij helpen", "ik wil mijn geld terug", "welke maat past", "is er nieuws", "wat kost dit", "nog steeds niets", "wat is er aan de hand", "de rits is kapot", "graag een andere kleur"},
		"pt": {"o meu pacote está atrasado", "podem me ajudar", "quero o reembolso", "qual tamanho serve", "tem alguma novidade", "quanto custa isso", "ainda nada", "o que está acontecendo", "o fecho está estragado", "quero trocar a cor"},
	} {
		for _, text := range texts {
			g := d.Detect(text)
			total++
			if g.Language == lang {
				right++
			} else {
				t.Logf("%q: %s (%.2f), want %s", text, g.Language, g.P, lang)
				if g.Clear() {
					t.Errorf("%q: clearly %s (%.2f), want %s", text, g.Language, g.P, lang)
				}
			}
		}
	}
	t.Logf("%d of %d right", right, total)
	if right*100 < total*95 {
		t.Errorf("%d of %d right, want 95 %%", right, total)
	}
}

func TestDetector_neverSwitchesOnOneWord(t *testing.T) {
	t.Parallel()
	d := intent.NewDetector(map[string][]string{"fr": {"merci", "colis"}})
	for _, text := range []string{"", "ok", "merci", "Paket", "12345", "merci!", "https://example.com/commande/ou-est-mon-colis", "😀😀"} {
		if g := d.Detect(text); g.Clear() {
			t.Errorf("Detect(%q) is clearly %s", text, g.Language)
		}
	}
}

func BenchmarkDetect(b *testing.B) {
	d := intent.NewDetector(nil)
	for b.Loop() {
		d.Detect("bonjour je voudrais savoir si je peux retourner un article")
	}
}
