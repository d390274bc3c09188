package doctor

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/bot/remote/wire"
	"parley/internal/config"
	"parley/internal/sign"
)

// brains puts a test turn to every brain that a route names, and another one under a key that is
// not its: who takes that believes anybody.
func (e *examination) brains(ctx context.Context, w config.Workspace) {
	asked := map[config.Brain]bool{}
	for _, r := range w.Routes {
		if b := r.Brain; b.Configured() && !asked[b] {
			asked[b] = true
			e.brain(ctx, w, r)
		}
	}
}

func (e *examination) brain(ctx context.Context, w config.Workspace, r config.Route) {
	subject := r.ID + ": " + r.Brain.Name()
	language := r.Language
	if language == "" {
		language = w.Language
	}
	ask := func(secret string) (time.Duration, error) {
		client := wire.New(wire.Options{URL: r.Brain.URL, Secret: secret, Timeout: r.Brain.Timeout, UserAgent: "parley-doctor", Transport: e.HTTP, Now: time.Now})
		begun := time.Now()
		_, _, err := client.Ask(ctx, wire.Sample(w.ID, r.ID, language, "Are you there?", e.Now()))
		return time.Since(begun), errors.Join(err, client.Close())
	}
	took, err := ask(r.Brain.Secret.Reveal())
	var failed *llm.Error
	switch errors.As(err, &failed); {
	case failed == nil && err != nil: // the examination was given up
		return
	case failed == nil:
		e.ok("brain", subject, bothf("The brain answers a signed turn; it took %.1f s.", "Le service répond à un tour signé ; il a mis %.1f s.", took.Seconds()))
	default:
		e.fail("brain", subject, brainTrouble(failed, r.Brain.Timeout))
		return
	}
	if _, err := ask(sign.NewSecret()); err == nil {
		e.warn("brain_signature", subject, brainBelieves())
	}
}

func brainTrouble(failed *llm.Error, timeout time.Duration) said {
	switch {
	case failed.Kind == llm.Timeout:
		return said{
			bothf("The brain has not answered within %v, twice.", "Le service n’a pas répondu en %v, deux fois de suite.", timeout),
			both("Make it faster, or raise brain.timeout. Until then the embedded bot answers after that time.", "Accélérez-le, ou augmentez brain.timeout. En attendant, le bot intégré répond après ce délai."),
		}
	case failed.Status == http.StatusUnauthorized || failed.Status == http.StatusForbidden:
		return said{
			bothf("The brain does not accept the signature (%d).", "Le service n’accepte pas la signature (%d).", failed.Status),
			both("Give both sides the same secret, check the body byte for byte as it came, and compare the clocks; docs/brain.md shows how.",
				"Donnez le même secret aux deux côtés, vérifiez le corps octet par octet tel que reçu, et comparez les horloges ; voir docs/brain.md."),
		}
	case failed.Kind == llm.Malformed:
		return said{
			bothf("The brain’s answer is not valid: %s.", "La réponse du service n’est pas valide : %s.", failed.Detail),
			both("docs/brain.md has the format; parley brain try shows the answer.", "docs/brain.md décrit le format ; parley brain try montre la réponse."),
		}
	case failed.Status != 0:
		return said{
			bothf("The brain answers with status %d.", "Le service répond avec le statut %d.", failed.Status),
			both("Look into its log. It has to answer 200; redirects are not followed.", "Consultez son journal. Il doit répondre 200 ; les redirections ne sont pas suivies."),
		}
	}
	return said{
		both("The brain cannot be reached.", "Le service est injoignable."),
		both("Check brain.url, its certificate and the network. Until then the embedded bot answers alone.", "Vérifiez brain.url, son certificat et le réseau. En attendant, le bot intégré répond seul."),
	}
}

func brainBelieves() said {
	return said{
		both("The brain answers turns that Parley has not signed.", "Le service répond à des tours que Parley n’a pas signés."),
		both("Let it check webhook-signature and refuse with 401 what does not fit; docs/brain.md shows how.", "Faites-lui vérifier webhook-signature et refuser par 401 ce qui ne correspond pas ; voir docs/brain.md."),
	}
}
