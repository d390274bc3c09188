package doctor

import (
	"context"
	"errors"
	"net/http"
	"time"

	"parley/internal/bot/llm"
	"parley/internal/config"
)

// models asks every model that a route has one short question, which costs a few tokens:
// nothing less shows that the key, the name and the address fit together.
func (e *examination) models(ctx context.Context, w config.Workspace) {
	asked := map[config.Model]bool{}
	for _, r := range w.Routes {
		m := w.ModelOf(r)
		if !m.Configured() || asked[m] {
			continue
		}
		asked[m] = true
		e.model(ctx, w, m)
	}
}

func (e *examination) model(ctx context.Context, w config.Workspace, m config.Model) {
	subject := w.ID + ": " + m.Name
	chat, err := llm.New(llm.Options{
		Provider: m.Provider, BaseURL: m.BaseURL, Name: m.Name, Key: m.APIKey.Reveal(), TokenLimit: m.TokenLimit, Transport: e.HTTP,
	})
	if err != nil {
		e.fail("model", subject, modelRefuses(0))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, m.Deadline)
	defer cancel()
	begun := time.Now()
	_, err = chat.Chat(ctx, llm.Request{
		System: "You are being tested.", Messages: []llm.Message{{Text: "Call the tool ok."}}, MaxTokens: 64, Temperature: m.Temperature,
		Tools: []llm.Tool{{Name: "ok", Description: "Says that you are there.", Schema: map[string]any{"type": "object", "properties": map[string]any{}}}},
	})
	took := time.Since(begun)
	var failed *llm.Error
	if errors.As(err, &failed) && failed.Kind == llm.RefusedRequest {
		e.fail("model", subject, modelRefuses(failed.Status))
		return
	}
	if err != nil {
		switch llm.KindOf(err) {
		case llm.Timeout:
			e.fail("model", subject, modelSlow(m.Deadline))
		case llm.Unreachable:
			e.fail("model", subject, modelAway())
		case llm.RateLimited:
			e.warn("model", subject, modelBusy())
		case llm.Truncated: // a model that thinks first; it is there
			e.ok("model", subject, modelFine(took))
		default:
			e.warn("model", subject, modelOdd(string(llm.KindOf(err))))
		}
		return
	}
	if m.PriceIn+m.PriceOut == 0 && m.CostPerDay > 0 {
		e.note("model_price", subject, modelUnpriced())
	}
	e.ok("model", subject, modelFine(took))
}

func modelFine(took time.Duration) Words {
	return bothf("The model answers; it took %.1f s.", "Le modèle répond ; il a mis %.1f s.", took.Seconds())
}

func modelRefuses(status int) said {
	what := both("The model’s endpoint refuses the question.", "Le point d’accès du modèle refuse la question.")
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		what = bothf("The model’s endpoint does not accept the key (%d).", "Le point d’accès du modèle n’accepte pas la clé (%d).", status)
	case http.StatusNotFound:
		what = bothf("The model’s endpoint does not know this model or this address (%d).", "Le point d’accès du modèle ne connaît pas ce modèle ou cette adresse (%d).", status)
	}
	return said{what, both("Compare model.name, model.base_url and the key with those that the vendor shows. Until then the embedded bot answers alone.",
		"Comparez model.name, model.base_url et la clé avec ce que montre le fournisseur. En attendant, le bot intégré répond seul.")}
}

func modelSlow(deadline time.Duration) said {
	return said{
		bothf("The model has not answered within %.0f s.", "Le modèle n’a pas répondu en %.0f s.", deadline.Seconds()),
		both("Choose a faster model, or raise model.deadline. Until then the embedded bot answers after that time.", "Choisissez un modèle plus rapide, ou augmentez model.deadline. En attendant, le bot intégré répond après ce délai."),
	}
}

func modelAway() said {
	return said{
		both("The model’s endpoint cannot be reached, or is down.", "Le point d’accès du modèle est injoignable, ou en panne."),
		both("Check model.base_url and the network. Until then the embedded bot answers alone.", "Vérifiez model.base_url et le réseau. En attendant, le bot intégré répond seul."),
	}
}

func modelBusy() said {
	return said{
		both("The model’s vendor allows no more calls right now.", "Le fournisseur du modèle n’autorise plus d’appels pour le moment."),
		both("Raise your limit with the vendor, or let model.when be unsure, so that it is asked less.", "Relevez votre limite chez le fournisseur, ou réglez model.when sur unsure, pour qu’il soit moins sollicité."),
	}
}

func modelOdd(kind string) said {
	return said{
		bothf("The model answers, but not as it was asked to (%s).", "Le modèle répond, mais pas comme demandé (%s).", kind),
		both("Choose one that can call tools; docs/models.md lists how each vendor is set up.", "Choisissez-en un qui sait appeler des outils ; docs/models.md indique les réglages de chaque fournisseur."),
	}
}

func modelUnpriced() said {
	return said{
		both("The model has no prices, so its budgets never bind.", "Le modèle n’a pas de prix : ses budgets ne limitent rien."),
		both("Set model.price_in and model.price_out as the vendor’s price list has them.", "Renseignez model.price_in et model.price_out selon le tarif du fournisseur."),
	}
}
