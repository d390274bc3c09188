package doctor

// Question is something that no API of Braze shows, to be looked up by a person.
type Question struct {
	Ask   Words `json:"ask"`
	Where Words `json:"where"`
	Else  Words `json:"else"` // what happens when it is wrong
}

// ByHand are the settings of campaigns that only the dashboard shows. Sources: Braze's pages "Braze and WhatsApp
// integration with an external AI or communication system", "Re-eligibility for campaigns and Canvases", "API-triggered
// delivery", "Time-based functionality" (quiet hours), "Rate limiting and frequency capping" and "WhatsApp opt-ins and
// opt-outs".
func ByHand() []Question {
	return []Question{
		{
			both("Is re-eligibility on, with 0 minutes, in both campaigns?", "La rééligibilité est-elle activée, à 0 minute, dans les deux campagnes ?"),
			both("Campaign > Schedule Delivery > Allow users to become re-eligible.", "Campagne > Planifier la livraison > Autoriser les utilisateurs à redevenir éligibles."),
			both("Each customer gets one answer, or is heard once, and never again; Braze still says 201.", "Chaque client reçoit une seule réponse, ou n’est entendu qu’une fois, puis plus jamais ; Braze répond pourtant 201."),
		},
		{
			both("Does the reply campaign’s body print the property that Parley sends?", "Le corps de la campagne de réponse affiche-t-il la propriété que Parley envoie ?"),
			both("Compose > message body: {{api_trigger_properties.${external_system_msg_body}}}. The + of the published example is a mistake.", "Rédaction > corps du message : {{api_trigger_properties.${external_system_msg_body}}}. Le + de l’exemple publié est une erreur."),
			both("The message is empty and is not sent.", "Le message est vide et n’est pas envoyé."),
		},
		{
			both("Is every tag of the webhook body filtered with json_escape?", "Chaque balise du corps du webhook passe-t-elle par json_escape ?"),
			both("Webhook campaign > Compose > Request body.", "Campagne webhook > Rédaction > Corps de la requête."),
			both("A customer’s quote or line break breaks the body; Parley mends what it safely can.", "Un guillemet ou un saut de ligne du client casse le corps ; Parley répare ce qui peut l’être sans risque."),
		},
		{
			both("Is the secret sent as Authorization: Bearer …?", "Le secret est-il envoyé en Authorization: Bearer … ?"),
			both("Webhook campaign > Compose > Settings > Request headers.", "Campagne webhook > Rédaction > Paramètres > En-têtes de requête."),
			both("Parley answers 401 and Braze does not try again.", "Parley répond 401 et Braze ne réessaie pas."),
		},
		{
			both("Are quiet hours and frequency capping off for the reply campaign?", "Les heures calmes et la limitation de fréquence sont-elles désactivées pour la campagne de réponse ?"),
			both("Campaign > Schedule Delivery > Quiet hours; Audience > Frequency capping.", "Campagne > Planifier la livraison > Heures calmes ; Audience > Limitation de fréquence."),
			both("Answers at night, or after a few, are dropped in silence.", "Les réponses de nuit, ou après quelques-unes, sont écartées en silence."),
		},
		{
			both("Is the delivery speed of the reply campaign unlimited?", "La vitesse de livraison de la campagne de réponse est-elle illimitée ?"),
			both("Campaign > Audience > Limit the rate at which this campaign will send.", "Campagne > Audience > Limiter le débit d’envoi de la campagne."),
			both("Answers wait for minutes under load.", "Les réponses attendent des minutes en cas d’affluence."),
		},
		{
			both("Are people who write subscribed to the number’s subscription group?", "Les personnes qui écrivent sont-elles abonnées au groupe d’abonnement du numéro ?"),
			both("Audience > Subscription Groups; or subscribe_new_senders in Parley’s settings.", "Audience > Groupes d’abonnement ; ou subscribe_new_senders dans les réglages de Parley."),
			both("Braze says 201 and sends nothing to them.", "Braze répond 201 et ne leur envoie rien."),
		},
		{
			both("Does the reply campaign’s segment let everybody in?", "Le segment de la campagne de réponse laisse-t-il entrer tout le monde ?"),
			both("Campaign > Target Audiences: no filter that leaves customers out.", "Campagne > Audience cible : aucun filtre qui écarte des clients."),
			both("Those left out get no answer, and nobody is told.", "Ceux qui sont écartés ne reçoivent rien, et personne n’en est informé."),
		},
	}
}

// Stuck says why a message of the loop test most likely came no further than the
// number of steps it took; inbound is the address that the routes stand below.
func Stuck(steps int, inbound string) Words {
	switch steps {
	case 0:
		return bothf(
			"Nothing arrived. Likely: the webhook campaign is not launched, its trigger does not fit, re-eligibility is off, or it posts elsewhere than to %s. Braze’s Message Activity Log (Settings) shows what it got as an answer: 401 is the secret, a time-out is the firewall.",
			"Rien n’est arrivé. Probablement : la campagne webhook n’est pas lancée, son déclencheur ne convient pas, la rééligibilité est désactivée, ou elle envoie ailleurs qu’à %s. Le journal d’activité des messages de Braze (Paramètres) montre la réponse obtenue : 401 désigne le secret, un délai dépassé le pare-feu.", inbound)
	case 1:
		return both("The bot has not taken its turn. Likely: parley serve is not running, or its turns fail; its log says why.", "Le bot n’a pas pris son tour. Probablement : parley serve ne tourne pas, ou ses tours échouent ; son journal dit pourquoi.")
	}
	return both("The answer has not left. Likely: sending is paused by a refused key or a rate limit; run parley doctor again, it says which.", "La réponse n’est pas partie. Probablement : l’envoi est en pause à cause d’une clé refusée ou d’une limite de débit ; relancez parley doctor, il dira laquelle.")
}
