package doctor

import (
	"fmt"
	"time"
)

func publicMissing() said {
	return said{
		both("public_url is not set, so nobody can tell whether Braze reaches Parley.", "public_url n’est pas renseigné : on ne peut pas savoir si Braze atteint Parley."),
		both("Set the https address under which the internet reaches this server.", "Indiquez l’adresse https par laquelle Internet atteint ce serveur."),
	}
}

func publicPlain(address string) said {
	return said{
		bothf("%s is not https: customers’ messages and the secret would travel unencrypted.", "%s n’est pas en https : les messages des clients et le secret circuleraient en clair.", address),
		both("Put a reverse proxy with a certificate in front and set the https address.", "Placez un proxy inverse avec un certificat devant, et indiquez l’adresse https."),
	}
}

func publicPrivate(host string) said {
	return said{
		bothf("Braze cannot reach %s: only this machine or its network can.", "Braze ne peut pas atteindre %s : seule cette machine ou son réseau le peut.", host),
		both("Set a public name; for a trial, a tunnel such as those of cloud providers will do.", "Indiquez un nom public ; pour un essai, un tunnel suffit."),
	}
}

func publicName(host string) said {
	return said{
		bothf("The name %s does not exist.", "Le nom %s n’existe pas.", host),
		both("Correct public_url, or add the name to DNS.", "Corrigez public_url, ou ajoutez le nom au DNS."),
	}
}

func publicUnreachable(address, why string) said {
	return said{
		bothf("%s cannot be reached from here: %s.", "%s est injoignable d’ici : %s.", address, why),
		both("Start parley serve, and check the proxy and the firewall in front of it.", "Démarrez parley serve, et vérifiez le proxy et le pare-feu devant lui."),
	}
}

func publicRedirect(address, to string) said {
	return said{
		bothf("%s redirects to %s; Braze does not follow redirects.", "%s redirige vers %s ; Braze ne suit pas les redirections.", address, to),
		both("Give Braze, and public_url, the address at the end of the redirect.", "Donnez à Braze, et à public_url, l’adresse d’arrivée de la redirection."),
	}
}

func publicRoute(route string) said {
	return said{
		bothf("The Parley that answers there has no route %s.", "Le Parley qui répond là-bas n’a pas de route %s.", route),
		both("It runs with other settings: restart it with these.", "Il tourne avec d’autres réglages : redémarrez-le avec ceux-ci."),
	}
}

func publicForeign(address string, status int, body bool) said {
	who := both("another program", "un autre programme")
	if !body {
		who = both("something in between", "un intermédiaire")
	}
	return said{
		Words{
			fmt.Sprintf("%s is answered by %s (%d), not by Parley.", address, who.EN, status),
			fmt.Sprintf("C’est %s qui répond à %s (%d), pas Parley.", who.FR, address, status),
		},
		both("Let the proxy pass POST /braze/inbound/ on to Parley’s listen address, without a log-in of its own.", "Faites transmettre POST /braze/inbound/ par le proxy vers l’adresse listen de Parley, sans authentification à lui."),
	}
}

func publicFine(address string) Words {
	return bothf("%s is Parley, and asks for the secret.", "%s est bien Parley, et demande le secret.", address)
}

func tooOld(age time.Duration) said {
	return said{
		bothf("Answers may leave %.0f h late, after WhatsApp’s 24-hour window has closed.", "Des réponses peuvent partir avec %.0f h de retard, après la fermeture de la fenêtre de 24 heures de WhatsApp.", age.Hours()),
		both("Set delivery.max_age to 23h or less.", "Réglez delivery.max_age à 23h ou moins."),
	}
}

func tooFast(interval time.Duration) said {
	return said{
		bothf("Messages to one customer may follow each other every %.1f s; WhatsApp allows one in 6 s and drops the rest.", "Les messages à un même client peuvent se suivre toutes les %.1f s ; WhatsApp en permet un toutes les 6 s et rejette les autres.", interval.Seconds()),
		both("Set delivery.pair_interval to 6s.", "Réglez delivery.pair_interval à 6s."),
	}
}

func noButtons() said {
	return said{
		both("There is no campaign with buttons: choices are written as a numbered list.", "Il n’y a pas de campagne à boutons : les choix s’écrivent en liste numérotée."),
		both("If you want buttons, make a campaign with quick replies and set layouts.quick_reply; parley setup shows how.", "Si vous voulez des boutons, créez une campagne à réponses rapides et renseignez layouts.quick_reply ; parley setup montre comment."),
	}
}

func noGroup() said {
	return said{
		both("subscription_group is not set: customers who write for the first time are not subscribed, and Braze drops the answers to them.", "subscription_group n’est pas renseigné : les clients qui écrivent pour la première fois ne sont pas abonnés, et Braze écarte les réponses qui leur sont destinées."),
		both("Set it and decide about subscribe_new_senders, or subscribe them in Braze yourself.", "Renseignez-le et décidez de subscribe_new_senders, ou abonnez-les vous-même dans Braze."),
	}
}

func impatient(timeout time.Duration) said {
	return said{
		bothf("Calls to Braze are given up after %.0f s; nobody then knows whether the message left.", "Les appels à Braze sont abandonnés après %.0f s ; personne ne sait alors si le message est parti.", timeout.Seconds()),
		both("Set braze.timeout to 10s.", "Réglez braze.timeout à 10s."),
	}
}

func paused(left time.Duration, reason string) said {
	return said{
		bothf("Sending is paused for another %d s: %s.", "L’envoi est en pause pour encore %d s : %s.", int(left.Seconds()), reason),
		both("Mend what it names; waiting messages then leave by themselves.", "Corrigez ce qui est indiqué ; les messages en attente partiront d’eux-mêmes."),
	}
}

func undelivered(n int, state, reason string) said {
	if state == "unknown" {
		return said{
			bothf("Of %d messages of the last day nobody knows whether they left: %s.", "De %d messages du dernier jour, personne ne sait s’ils sont partis : %s.", n, reason),
			both("Look at them in the desk, and at the network between here and Braze.", "Regardez-les dans le bureau, ainsi que le réseau entre ici et Braze."),
		}
	}
	return said{
		bothf("%d messages of the last day did not leave: %s.", "%d messages du dernier jour ne sont pas partis : %s.", n, reason),
		both("Each says in the desk why, and what to do.", "Chacun dit dans le bureau pourquoi, et quoi faire."),
	}
}

func webhookUnreadable(n int) said {
	return said{
		bothf("%d webhooks of the last day could not be understood and were kept.", "%d webhooks du dernier jour n’ont pas pu être compris et ont été conservés.", n),
		both("Compare the campaign’s request body with the one that parley setup prints.", "Comparez le corps de requête de la campagne avec celui qu’affiche parley setup."),
	}
}

func webhookRaw(n, of int) said {
	return said{
		bothf("%d of the last %d messages broke the JSON with a quote or a line break and were mended.", "%d des %d derniers messages ont cassé le JSON par un guillemet ou un saut de ligne et ont été réparés.", n, of),
		both("Add | json_escape to every tag of the webhook campaign’s body; parley setup prints it ready to paste.", "Ajoutez | json_escape à chaque balise du corps de la campagne webhook ; parley setup l’affiche prêt à coller."),
	}
}

func webhookNoDispatch(n, of int) said {
	return said{
		bothf("%d of the last %d webhooks had no dispatch_id: a retry an hour later would be answered twice.", "%d des %d derniers webhooks n’avaient pas de dispatch_id : une répétition une heure plus tard aurait deux réponses.", n, of),
		both(`Add "dispatch_id": "{{campaign.${dispatch_id}}}" to the body; parley setup prints it ready to paste.`, `Ajoutez "dispatch_id": "{{campaign.${dispatch_id}}}" au corps ; parley setup l’affiche prêt à coller.`),
	}
}

func webhookNameless(n, of int) said {
	return said{
		bothf("%d of the last %d messages name neither an external id nor a braze_id: answers may miss people who write for the first time.", "%d des %d derniers messages n’indiquent ni external_id ni braze_id : les réponses peuvent manquer ceux qui écrivent pour la première fois.", n, of),
		both(`Add "braze_id": "{{${braze_id} | json_escape}}" to the body.`, `Ajoutez "braze_id": "{{${braze_id} | json_escape}}" au corps.`),
	}
}

func routeSilent(address string) said {
	return said{
		bothf("Nothing has arrived at %s yet.", "Rien n’est encore arrivé à %s.", address),
		both("Write to your number. If nothing comes: is the webhook campaign launched, does its trigger fit, is re-eligibility on with 0 minutes, is the secret the same? parley doctor --loop watches with you.", "Écrivez à votre numéro. Si rien ne vient : la campagne webhook est-elle lancée, son déclencheur convient-il, la rééligibilité est-elle activée à 0 minute, le secret est-il le même ? parley doctor --loop observe avec vous."),
	}
}

func routeHeard(ago time.Duration) Words {
	minutes := int(ago.Minutes())
	switch {
	case minutes < 1:
		return both("The last message came within this minute.", "Le dernier message est arrivé dans la minute.")
	case minutes < 120:
		return bothf("The last message came %d min ago.", "Le dernier message est arrivé il y a %d min.", minutes)
	}
	return bothf("The last message came %d h ago.", "Le dernier message est arrivé il y a %d h.", minutes/60)
}

func keywordNotSpecific(route string) said {
	return said{
		bothf("Route %s has a match but not specific: true, so the catch-all may win over it.", "La route %s a un match mais pas specific: true ; la route générale peut l’emporter.", route),
		both("Set specific: true for this route, or leave match out.", "Réglez specific: true pour cette route, ou retirez match."),
	}
}

func tierFull(people, limit int, free time.Time) said {
	at := free.UTC().Format("2006-01-02 15:04 UTC")
	return said{
		bothf("%d customers were sent a template in the last 24 hours, and the number’s messaging limit is %d: no more is sent before %s.",
			"%d clients ont reçu un modèle ces dernières 24 heures, et la limite de messages du numéro est %d : aucun autre ne part avant le %s.", people, limit, at),
		both("Wait, or raise window.messaging_limit once WhatsApp Manager shows a higher one.", "Attendez, ou relevez window.messaging_limit quand WhatsApp Manager en affiche une plus haute."),
	}
}

func tierClose(people, limit int) said {
	return said{
		bothf("%d customers were sent a template in the last 24 hours; the number’s messaging limit is %d.", "%d clients ont reçu un modèle ces dernières 24 heures ; la limite de messages du numéro est %d.", people, limit),
		both("Campaigns of your own count with WhatsApp as well: keep room for them.", "Vos propres campagnes comptent aussi chez WhatsApp : gardez-leur de la place."),
	}
}

func tierFree(people, limit int) Words {
	return bothf("%d of %d customers that a template may reach in 24 hours.", "%d clients sur %d qu’un modèle peut atteindre en 24 heures.", people, limit)
}

func noNotice() said {
	return said{
		both("Answers wait for the customer’s return, and nobody tells the customer.", "Les réponses attendent le retour du client, et personne ne l’en avertit."),
		both("Make a campaign with a template for it and name it in layouts.notice.", "Créez pour cela une campagne avec un modèle et indiquez-la dans layouts.notice."),
	}
}
