// Package notice words, for the person who holds a phone, why something did not arrive, and names the
// document that states the rule. It decides nothing.
package notice

import (
	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
)

func both(en, fr string) whatsapp.Bilingual { return whatsapp.Bilingual{EN: en, FR: fr} }

// with puts a detail in brackets after a sentence, in each language that has one.
func with(en, fr string, detail whatsapp.Bilingual) whatsapp.Bilingual {
	if detail.EN != "" {
		en += " (" + detail.EN + ")"
	}
	if detail.FR != "" {
		fr += " (" + detail.FR + ")"
	}
	return both(en+".", fr+".")
}

// Message is the notice for a message of the business with that outcome in the activity log; name is the
// customer. It is empty for an outcome that a person need not be told.
func Message(outcome, name string, detail whatsapp.Bilingual) whatsapp.Bilingual {
	switch outcome {
	case "not_subscribed":
		return both("Braze accepted the reply, then dropped it: "+name+" is not subscribed to this WhatsApp number.",
			"Braze a accepté la réponse, puis l’a abandonnée : "+name+" n’a pas d’abonnement à ce numéro WhatsApp.")
	case "not_re_eligible":
		return both("Braze dropped the message: "+name+" has already had this campaign. Turn its re-eligibility on, with 0 minutes.",
			"Braze a abandonné le message : "+name+" a déjà reçu cette campagne. Activez sa rééligibilité, avec 0 minute.")
	case "inactive":
		return with("Braze accepted the reply, then dropped it: the campaign is not active",
			"Braze a accepté la réponse, puis l’a abandonnée : la campagne n’est pas active", detail)
	case "window_closed":
		return both("Not delivered: the 24-hour window is closed. "+name+" must write first, or send a template.",
			"Non remis : la fenêtre de 24 heures est fermée. "+name+" doit d’abord écrire ; sinon, envoyez un modèle.")
	case "pair_limit":
		return both("Not delivered: too many messages to "+name+" in a short time. WhatsApp allows about one every 6 seconds.",
			"Non remis : trop de messages à "+name+" en peu de temps. WhatsApp en autorise environ un toutes les 6 secondes.")
	case "throughput":
		return both("Not delivered: this number sends more messages per second than WhatsApp allows.",
			"Non remis : ce numéro envoie plus de messages par seconde que WhatsApp n’en autorise.")
	case "too_long":
		return with("Not delivered: a text is too long for WhatsApp", "Non remis : un texte est trop long pour WhatsApp", detail)
	case "invalid":
		return with("Not delivered: WhatsApp does not allow this shape of message", "Non remis : WhatsApp n’autorise pas cette forme de message", detail)
	case "blank":
		return both("Not delivered: a text of the message is blank. A trigger property whose name is misspelt renders blank.",
			"Non remis : un texte du message est vide. Une propriété de déclenchement dont le nom est mal écrit donne un texte vide.")
	case "blocked":
		return both(name+" has blocked the business: WhatsApp took the message and will never deliver it.",
			name+" a bloqué l’entreprise : WhatsApp a pris le message et ne le remettra jamais.")
	case "failed":
		return with("Not delivered: WhatsApp refused the message", "Non remis : WhatsApp a refusé le message", detail)
	case "aborted":
		return with("Braze stopped the message", "Braze a arrêté le message", detail)
	case "dropped":
		return both("The fault sheet lost this webhook.", "La feuille de pannes a perdu ce webhook.")
	case "no_campaign":
		return both("No campaign in Braze reacts to this message, so nothing was forwarded.",
			"Aucune campagne de Braze ne réagit à ce message : rien n’a été transmis.")
	}
	return whatsapp.Bilingual{}
}

// Webhook is the notice for a webhook that did not get through; status is what the gateway answered.
func Webhook(outcome, status, name string) whatsapp.Bilingual {
	switch outcome {
	case webhook.Retrying:
		if status == "599" {
			return both("Parley could not be reached. Braze goes on trying for half an hour.",
				"Parley est injoignable. Braze continue d’essayer pendant une demi-heure.")
		}
		return both("Parley answered the webhook with an error ("+status+"). Braze goes on trying for half an hour.",
			"Parley a répondu au webhook par une erreur ("+status+"). Braze continue d’essayer pendant une demi-heure.")
	case webhook.GivenUp:
		return both("Braze gave up: the message of "+name+" never reached Parley.",
			"Braze a renoncé : le message de "+name+" n’est jamais arrivé à Parley.")
	case webhook.HostUnhealthy:
		return both("Braze has stopped calling Parley for a minute: too many webhooks failed.",
			"Braze a cessé d’appeler Parley pendant une minute : trop de webhooks ont échoué.")
	}
	return both("Parley refused the webhook ("+status+"). Braze does not try again after such an answer: the message is lost.",
		"Parley a refusé le webhook ("+status+"). Braze ne réessaie pas après une telle réponse : le message est perdu.")
}

// WebhookDoc names the document on what Braze does when a webhook fails.
const WebhookDoc = "Webhook and Connected Content errors"

// Doc names the document of Braze or WhatsApp that states the rule behind the outcome of a message; "" when
// there is none.
func Doc(outcome string) string {
	switch outcome {
	case "not_subscribed":
		return "WhatsApp subscription groups"
	case "not_re_eligible":
		return "Re-eligibility"
	case "unknown_user":
		return "API errors"
	case "duplicate_recipient":
		return "Recipients object"
	case "not_in_audience":
		return "Connected audience object"
	case "no_phone":
		return "User phone numbers"
	case "inactive":
		return "API-triggered delivery"
	case "no_campaign":
		return "Messaging users"
	case "window_closed":
		return "WhatsApp customer service windows"
	case "pair_limit":
		return "WhatsApp pair rate limits"
	case "throughput":
		return "WhatsApp throughput"
	case "too_long", "blank", "invalid":
		return "WhatsApp specifications"
	case "not_on_whatsapp", "failed", "blocked":
		return "WhatsApp Cloud API error codes"

	}
	return ""
}
