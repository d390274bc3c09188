package receipts

import (
	"cmp"

	rows "parley/internal/store/receipts"
)

// Words is a text in every language of the desk.
type Words struct{ EN, FR string }

// meaning is what a code says, and what to do about it.
type meaning struct{ title, cure Words }

// codes are WhatsApp's codes as Meta describes them (Meta, "WhatsApp Cloud API error
// codes"). Texts that come with a code change; the number does not.
var codes = map[string]meaning{
	"100": {
		Words{"WhatsApp found the message wrong", "WhatsApp a jugé le message incorrect"},
		Words{"Look at its length and its buttons against the limits of the campaign’s layout.", "Vérifiez sa longueur et ses boutons par rapport aux limites de la mise en page de la campagne."},
	},
	"368": {
		Words{"WhatsApp has blocked the business for breaking its policies", "WhatsApp a bloqué l’entreprise pour non-respect de ses règles"},
		Words{"See the account’s quality in WhatsApp Manager and appeal there.", "Consultez la qualité du compte dans WhatsApp Manager et faites appel."},
	},
	"130429": {
		Words{"The business number has sent too much in one second", "Le numéro de l’entreprise a trop envoyé en une seconde"},
		Words{"Send it again in a minute. If it happens often, spread large campaigns out or ask Meta for a higher throughput.", "Renvoyez-le dans une minute. Si cela se répète, étalez les grandes campagnes ou demandez à Meta un débit plus élevé."},
	},
	"131026": {
		Words{"WhatsApp could not deliver it to this number", "WhatsApp n’a pas pu le remettre à ce numéro"},
		Words{"The number is not on WhatsApp, its app is very old, or its owner has not accepted WhatsApp’s terms. Check the number, or reach the customer another way.", "Le numéro n’est pas sur WhatsApp, l’application est très ancienne ou les conditions de WhatsApp n’ont pas été acceptées. Vérifiez le numéro ou joignez le client autrement."},
	},
	"131031": {
		Words{"The WhatsApp account is locked", "Le compte WhatsApp est verrouillé"},
		Words{"Open WhatsApp Manager: it says what Meta asks for.", "Ouvrez WhatsApp Manager : il indique ce que Meta demande."},
	},
	"131042": {
		Words{"WhatsApp has a payment problem with the account", "Problème de paiement du compte WhatsApp"},
		Words{"Check the payment method of the account in Meta’s billing settings.", "Vérifiez le moyen de paiement du compte dans la facturation de Meta."},
	},
	"131047": {
		Words{"The customer’s last message is more than 24 hours old", "Le dernier message du client date de plus de 24 heures"},
		Words{"Send the template that opens the conversation again, or wait until the customer writes.", "Envoyez le modèle qui rouvre la conversation, ou attendez que le client écrive."},
	},
	"131048": {
		Words{"Too many customers have reported messages of this number", "Trop de clients ont signalé des messages de ce numéro"},
		Words{"See the number’s quality in WhatsApp Manager and send fewer messages that nobody asked for.", "Consultez la qualité du numéro dans WhatsApp Manager et envoyez moins de messages non sollicités."},
	},
	"131049": {
		Words{"WhatsApp held it back: this customer gets many marketing messages", "WhatsApp l’a retenu : ce client reçoit beaucoup de messages marketing"},
		Words{"Do not send it again at once. Wait until the customer writes, or use a template that is no marketing.", "Ne le renvoyez pas tout de suite. Attendez que le client écrive, ou utilisez un modèle non marketing."},
	},
	"131051": {
		Words{"WhatsApp does not know this type of message", "WhatsApp ne connaît pas ce type de message"},
		Words{"Choose another layout in the Braze campaign.", "Choisissez une autre mise en page dans la campagne Braze."},
	},
	"131052": {
		Words{"WhatsApp could not fetch the customer’s file", "WhatsApp n’a pas pu récupérer le fichier du client"},
		Words{"Ask the customer to send it again.", "Demandez au client de le renvoyer."},
	},
	"131053": {
		Words{"WhatsApp could not use the picture or file", "WhatsApp n’a pas pu utiliser l’image ou le fichier"},
		Words{"Check that its address is public, and its type and size allowed by WhatsApp.", "Vérifiez que son adresse est publique, et que WhatsApp autorise son type et sa taille."},
	},
	"131056": {
		Words{"Too many messages to this customer in a short time", "Trop de messages à ce client en peu de temps"},
		Words{"Wait a few minutes and send it again. Do not set delivery.pair_interval below 6 s, and join short messages.", "Attendez quelques minutes et renvoyez-le. Ne réglez pas delivery.pair_interval sous 6 s et regroupez les messages courts."},
	},
	"131057": {
		Words{"WhatsApp is working on the business number", "WhatsApp intervient sur le numéro de l’entreprise"},
		Words{"Send it again in a few minutes; a number is out of service for a moment while it is upgraded.", "Renvoyez-le dans quelques minutes ; un numéro est indisponible un instant pendant sa mise à niveau."},
	},
	"132000": {
		Words{"The template got the wrong number of values", "Le modèle a reçu un nombre de valeurs incorrect"},
		Words{"Compare the variables of the template in Braze with layouts.template.properties.", "Comparez les variables du modèle dans Braze avec layouts.template.properties."},
	},
	"132001": {
		Words{"The template does not exist in this language", "Le modèle n’existe pas dans cette langue"},
		Words{"Check in WhatsApp Manager that it is approved, under this name and in this language.", "Vérifiez dans WhatsApp Manager qu’il est approuvé, sous ce nom et dans cette langue."},
	},
	"132012": {
		Words{"A value does not fit the template", "Une valeur ne convient pas au modèle"},
		Words{"Compare what the campaign fills in with the format of the template’s variables.", "Comparez ce que la campagne renseigne avec le format des variables du modèle."},
	},
	"132015": {
		Words{"WhatsApp has paused the template for its low quality", "WhatsApp a suspendu le modèle pour sa faible qualité"},
		Words{"Use another template, or change this one and have it approved again.", "Utilisez un autre modèle, ou modifiez celui-ci et faites-le approuver à nouveau."},
	},
}

// aborts are Braze's reasons not to send at all (Braze docs, "Message engagement
// events": abort_type). Braze's API has answered 201 nevertheless.
var aborts = map[string]meaning{
	"liquid_abort_message": {
		Words{"The campaign’s Liquid stopped it", "Le Liquid de la campagne l’a arrêté"},
		Words{"Look for abort_message in the body of the Braze campaign.", "Cherchez abort_message dans le corps de la campagne Braze."},
	},
	"quiet_hours": {
		Words{"Braze kept quiet hours", "Braze a respecté les heures calmes"},
		Words{"Switch quiet hours off for the reply campaign in Braze: customers wait for the answer.", "Désactivez les heures calmes pour la campagne de réponse dans Braze : les clients attendent la réponse."},
	},
	"frequency_capped": {
		Words{"Braze’s frequency capping held it back", "La limite de fréquence de Braze l’a retenu"},
		Words{"Let the reply campaign ignore frequency capping in Braze.", "Laissez la campagne de réponse ignorer la limite de fréquence dans Braze."},
	},
}

// Explain says in words why a delivery failed, and what to do.
func Explain(r rows.Receipt) (title, cure Words) {
	if r.Failure == rows.Abort {
		if m, ok := aborts[r.Code]; ok {
			return m.title, m.cure
		}
		code := cmp.Or(r.Code, "?")
		return Words{"Braze stopped it (" + code + ")", "Braze l’a arrêté (" + code + ")"},
			Words{"See the Message Activity Log in Braze, under Settings.", "Consultez le journal d’activité des messages de Braze, dans les paramètres."}
	}
	if m, ok := codes[r.Code]; ok {
		return m.title, m.cure
	}
	code := cmp.Or(r.Code, "?")
	return Words{"WhatsApp refused it (code " + code + ")", "WhatsApp l’a refusé (code " + code + ")"},
		Words{"Look the code up in Meta’s list of WhatsApp error codes.", "Cherchez le code dans la liste des codes d’erreur WhatsApp de Meta."}
}
