package bot

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t *testing.T, zone, text string) time.Time {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	v, err := time.ParseInLocation("2006-01-02 15:04", text, l)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestExpect_saysWhatIsSo(t *testing.T) {
	t.Parallel()
	now := at(t, "Europe/Paris", "2026-11-20 18:30") // a Friday
	closed := func(zone, opens string) Outlook {
		return Outlook{Position: 1, Now: now.UTC(), OpensAt: at(t, zone, opens)}
	}
	for _, c := range []struct {
		o      Outlook
		en, fr string
	}{
		{Outlook{Free: true, Online: true, Position: 1}, "", ""},
		{Outlook{}, "", ""}, // nobody could look
		{Outlook{Online: true, Position: 1}, "You are next in line.", "Vous êtes en tête de la file."},
		{
			Outlook{Online: true, Position: 3, Wait: 4*time.Minute + time.Second},
			"You are number 3 in line; it should take about 5 minutes.", "Vous êtes numéro 3 dans la file ; comptez environ 5 minutes.",
		},
		{
			Outlook{Online: true, Position: 1, Wait: 20 * time.Second},
			"You are next in line; it should take about a minute.", "Vous êtes en tête de la file ; comptez environ une minute.",
		},
		{
			Outlook{Online: true, Position: 9, Wait: 2 * time.Hour},
			"You are number 9 in line; it may take more than an hour.", "Vous êtes numéro 9 dans la file ; comptez plus d'une heure.",
		},
		{
			Outlook{Position: 2, Open: true, Wait: time.Minute},
			"Nobody is at the desk right now. Your place is kept, so there is no need to write again.",
			"Personne n'est disponible pour le moment. Votre place est gardée ; inutile d'écrire de nouveau.",
		},
		{
			closed("Europe/Paris", "2026-11-20 20:00"),
			"Nobody is at the desk right now; we are back today at 20:00 (Paris time). Your place is kept, so there is no need to write again.",
			"Personne n'est disponible pour le moment ; nous serons de retour aujourd'hui à 20 h 00 (heure de Paris). Votre place est gardée ; inutile d'écrire de nouveau.",
		},
		{
			closed("America/New_York", "2026-11-21 09:30"),
			"Nobody is at the desk right now; we are back tomorrow at 09:30 (New York time). Your place is kept, so there is no need to write again.",
			"Personne n'est disponible pour le moment ; nous serons de retour demain à 09 h 30 (heure de New York). Votre place est gardée ; inutile d'écrire de nouveau.",
		},
		{
			closed("Europe/Amsterdam", "2026-11-23 09:00"),
			"Nobody is at the desk right now; we are back on Monday at 09:00 (Amsterdam time). Your place is kept, so there is no need to write again.",
			"Personne n'est disponible pour le moment ; nous serons de retour lundi à 09 h 00 (heure d'Amsterdam). Votre place est gardée ; inutile d'écrire de nouveau.",
		},
		{
			closed("UTC", "2026-12-28 09:00"),
			"Nobody is at the desk right now; we are back on Monday 28 December at 09:00 (UTC). Your place is kept, so there is no need to write again.",
			"Personne n'est disponible pour le moment ; nous serons de retour le lundi 28 décembre à 09 h 00 (UTC). Votre place est gardée ; inutile d'écrire de nouveau.",
		},
	} {
		for language, want := range map[string]string{"en": c.en, "fr-CA": c.fr} {
			if want != "" {
				want = "\n\n" + want
			}
			if got := Expect("Of course.", language, c.o); got != "Of course."+want {
				t.Errorf("%s, %+v:\n%q, want\n%q", language, c.o, got, "Of course."+want)
			}
		}
	}
	if got := PlaceKept("en", Outlook{Online: true, Position: 2, Wait: 3 * time.Minute}); got !=
		"Thank you for waiting. You are number 2 in line; it should take about 3 minutes. Your place is kept, so there is no need to write again." {
		t.Errorf("waiting: %q", got)
	}
	if got := PlaceKept("fr", Outlook{Position: 1, Open: true}); got !=
		"Merci de votre patience. Personne n'est disponible pour le moment. Votre place est gardée ; inutile d'écrire de nouveau." {
		t.Errorf("attente : %q", got)
	}
}

// Whatever the outlook, a text is whole: no verb is left, no promise is shorter than
// the truth, and nobody is called there who is not.
func TestExpect_promisesNothingElse(t *testing.T) {
	t.Parallel()
	rest := regexp.MustCompile(`%!?[a-z(]|0001|\b0 minutes`)
	minutes := regexp.MustCompile(`(\d+) minutes`)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1_760_000_000, 1_860_000_000).Draw(t, "now"), 0).UTC()
		o := Outlook{
			Free: rapid.Bool().Draw(t, "free"), Online: rapid.Bool().Draw(t, "online"), Open: rapid.Bool().Draw(t, "open"),
			Position: rapid.IntRange(0, 500).Draw(t, "position"), Wait: time.Duration(rapid.Int64Range(0, 3*3600).Draw(t, "wait")) * time.Second, Now: now,
		}
		if rapid.Bool().Draw(t, "known") {
			o.OpensAt = now.Add(time.Duration(rapid.Int64Range(1, 20*24*3600).Draw(t, "opens")) * time.Second)
		}
		language := rapid.SampledFrom([]string{"en", "fr", "de", ""}).Draw(t, "language")
		for _, text := range []string{Expect("Text.", language, o), PlaceKept(language, o)} {
			if rest.MatchString(text) || strings.Contains(text, "  ") || !strings.HasSuffix(text, ".") {
				t.Fatalf("%+v: %q", o, text)
			}
			if m := minutes.FindStringSubmatch(text); m != nil {
				var n int
				for _, d := range m[1] {
					n = n*10 + int(d-'0')
				}
				if time.Duration(n)*time.Minute < o.Wait {
					t.Fatalf("a wait of %s is told as %q", o.Wait, text)
				}
			}
		}
	})
}
