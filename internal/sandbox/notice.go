package sandbox

import (
	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/webhook"
	"parley/internal/sandbox/whatsapp"
)

// notify tells the user's phone, in the words of a person, why a message did not arrive; detail is what
// the activity log says of it. An outcome without such words is not told.
func (s *Server) notify(u *profile.User, outcome, detail, doc string) {
	if text := noticeText(outcome, nameOf(u), detail); text.EN != "" {
		s.tell(u, outcome, text, doc)
	}
}

// tell puts a notice on the user's phone, when there is one.
func (s *Server) tell(u *profile.User, kind string, text whatsapp.Bilingual, doc string) {
	number := u.Phone
	if number == "" {
		number = s.net.NumberOf(u.SenderID)
	}
	if number != "" {
		s.net.Notify(number, kind, text, doc)
	}
}

func nameOf(u *profile.User) string {
	for _, name := range []any{u.Standard["first_name"], u.Phone, u.ExternalID} {
		if text, _ := name.(string); text != "" {
			return text
		}
	}
	return u.SenderID
}

func noticeText(outcome, name, detail string) whatsapp.Bilingual {
	both := func(en, fr string) whatsapp.Bilingual { return whatsapp.Bilingual{EN: en, FR: fr} }
	switch outcome {
	case "not_subscribed":
		return both("Braze accepted the reply, then dropped it: "+name+" is not subscribed to this WhatsApp number.",
			"Braze a accepté la réponse, puis l’a abandonnée : "+name+" n’est pas inscrit à ce numéro WhatsApp.")
	case "not_re_eligible":
		return both("Braze dropped the message: "+name+" has already had this campaign. Turn its re-eligibility on, with 0 minutes.",
			"Braze a abandonné le message : "+name+" a déjà reçu cette campagne. Activez sa rééligibilité, avec 0 minute.")
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
		return both("Not delivered: a text is too long for WhatsApp ("+detail+").",
			"Non remis : un texte est trop long pour WhatsApp ("+detail+").")
	case "invalid":
		return both("Not delivered: WhatsApp does not allow this shape of message ("+detail+").",
			"Non remis : WhatsApp n’autorise pas cette forme de message ("+detail+").")
	case "blank":
		return both("Not delivered: a text of the message is blank. A trigger property whose name is misspelt renders blank.",
			"Non remis : un texte du message est vide. Une propriété de déclenchement dont le nom est mal écrit donne un texte vide.")
	case "blocked":
		return both(name+" has blocked the business: WhatsApp took the message and will never deliver it.",
			name+" a bloqué l’entreprise : WhatsApp a pris le message et ne le remettra jamais.")
	case "failed":
		return both("Not delivered: "+detail+".", "Non remis : l’envoi a échoué ("+detail+").")
	case "aborted":
		return both("Braze stopped the message ("+detail+").", "Braze a arrêté le message ("+detail+").")
	case "dropped":
		return both("The fault sheet lost this webhook.", "La feuille de pannes a perdu ce webhook.")
	case "no_campaign":
		return both("No campaign in Braze reacts to this message, so nothing was forwarded.",
			"Aucune campagne de Braze ne réagit à ce message : rien n’a été transmis.")
	}
	return whatsapp.Bilingual{}
}

// webhookNotice is the text for a webhook that did not get through.
func webhookNotice(outcome, status string, u *profile.User) whatsapp.Bilingual {
	both := func(en, fr string) whatsapp.Bilingual { return whatsapp.Bilingual{EN: en, FR: fr} }
	switch outcome {
	case webhook.Retrying:
		if status == "599" {
			return both("Parley could not be reached. Braze goes on trying for half an hour.",
				"Parley est injoignable. Braze continue d’essayer pendant une demi-heure.")
		}
		return both("Parley answered the webhook with an error ("+status+"). Braze goes on trying for half an hour.",
			"Parley a répondu au webhook par une erreur ("+status+"). Braze continue d’essayer pendant une demi-heure.")
	case webhook.GivenUp:
		return both("Braze gave up: the message of "+nameOf(u)+" never reached Parley.",
			"Braze a renoncé : le message de "+nameOf(u)+" n’est jamais arrivé à Parley.")
	case webhook.HostUnhealthy:
		return both("Braze has stopped calling Parley for a minute: too many webhooks failed.",
			"Braze a cessé d’appeler Parley pendant une minute : trop de webhooks ont échoué.")
	}
	return both("Parley refused the webhook ("+status+"). Braze does not try again after such an answer: the message is lost.",
		"Parley a refusé le webhook ("+status+"). Braze ne réessaie pas après une telle réponse : le message est perdu.")
}
