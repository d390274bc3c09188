package doctor

import (
	"fmt"
	"time"

	"parley/internal/channel/braze"
)

// said is a finding in words: what was seen, and what to do about it.
type said struct{ what, cure Words }

func both(en, fr string) Words { return Words{en, fr} }

func bothf(en, fr string, args ...any) Words {
	return Words{fmt.Sprintf(en, args...), fmt.Sprintf(fr, args...)}
}

func none() said {
	return said{
		both("No Braze workspace is configured, so nothing can arrive.", "Aucun espace de travail Braze n’est configuré : rien ne peut arriver."),
		both("Add one under workspaces: in the settings; parley config sample prints a file to start from.", "Ajoutez-en un sous workspaces: dans les réglages ; parley config sample affiche un fichier de départ."),
	}
}

func endpointAnswers(took time.Duration) Words {
	return bothf("Braze answers, in %d ms.", "Braze répond, en %d ms.", took.Milliseconds())
}

func mayTrigger() Words {
	return both("The key may send campaigns.", "La clé peut envoyer des campagnes.")
}

func endpointWrong(why string) said {
	return said{
		bothf("Braze cannot be called: %s.", "Impossible d’appeler Braze : %s.", why),
		both("Mend braze.endpoint or braze.api_key in the settings.", "Corrigez braze.endpoint ou braze.api_key dans les réglages."),
	}
}

func endpointUnreachable(endpoint, why string) said {
	return said{
		bothf("%s cannot be reached: %s.", "%s est injoignable : %s.", endpoint, why),
		both("Check the name of the endpoint, and that this server may open connections to the internet on port 443.", "Vérifiez le nom de l’adresse REST, et que ce serveur peut ouvrir des connexions vers Internet sur le port 443."),
	}
}

func endpointForeign(endpoint string) said {
	return said{
		bothf("What answers at %s is not Braze’s REST API.", "Ce qui répond à %s n’est pas l’API REST de Braze.", endpoint),
		both("Copy the REST endpoint from Settings > APIs and Identifiers in Braze, such as https://rest.fra-01.braze.eu; a proxy in between may also answer in its place.", "Copiez l’adresse REST depuis Paramètres > API et identifiants dans Braze, par exemple https://rest.fra-01.braze.eu ; un proxy intermédiaire peut aussi répondre à sa place."),
	}
}

func endpointTroubled(status int) said {
	return said{
		bothf("Braze answers with an error of its own (%d).", "Braze répond par une erreur de son côté (%d).", status),
		both("Wait and look at Braze’s status page; Parley keeps its messages and goes on by itself.", "Patientez et consultez la page d’état de Braze ; Parley garde ses messages et reprend tout seul."),
	}
}

func keyUnknown(endpoint string) said {
	return said{
		bothf("Braze does not know the REST key at %s.", "Braze ne connaît pas la clé REST à %s.", endpoint),
		both("Copy the key again, whole and without quotes. If it is right, the endpoint is that of another instance: take the one of the dashboard you log in to.", "Copiez à nouveau la clé, entière et sans guillemets. Si elle est juste, l’adresse est celle d’une autre instance : prenez celle du tableau de bord où vous vous connectez."),
	}
}

func permissionMissing() said {
	return said{
		both("The REST key may not send campaigns: it lacks the permission campaigns.trigger.send.", "La clé REST ne peut pas envoyer de campagnes : il lui manque l’autorisation campaigns.trigger.send."),
		both("Permissions of a key are fixed. Create a new key with campaigns.trigger.send under Settings > APIs and Identifiers, and set it here.", "Les autorisations d’une clé sont figées. Créez une nouvelle clé avec campaigns.trigger.send sous Paramètres > API et identifiants, et indiquez-la ici."),
	}
}

func addressNotAllowed() said {
	return said{
		both("Braze refuses this server’s address: the key has an IP allowlist without it.", "Braze refuse l’adresse de ce serveur : la clé a une liste d’adresses IP autorisées où elle ne figure pas."),
		both("Create a key whose allowlist holds this server’s outgoing address, or one without an allowlist.", "Créez une clé dont la liste contient l’adresse sortante de ce serveur, ou une clé sans liste."),
	}
}

func clockOff(skew time.Duration) said {
	en, fr := "ahead of", "en avance sur"
	if skew < 0 {
		en, fr = "behind", "en retard sur"
	}
	seconds := int(skew.Abs().Seconds())
	return said{
		Words{fmt.Sprintf("This server’s clock is %d s %s Braze’s.", seconds, en), fmt.Sprintf("L’horloge de ce serveur est de %d s %s celle de Braze.", seconds, fr)},
		both("Set the clock by NTP: the 24-hour window and waiting times are counted with it.", "Réglez l’horloge par NTP : la fenêtre de 24 heures et les temps d’attente se comptent avec elle."),
	}
}

func clockRight() Words {
	return both("This server’s clock agrees with Braze’s.", "L’horloge de ce serveur s’accorde avec celle de Braze.")
}

func rateFine(r braze.RateLimit) Words {
	return bothf("%d of %d calls are left in this span.", "Il reste %d appels sur %d dans cette période.", r.Remaining, r.Limit)
}

func rateLow(r braze.RateLimit) said {
	return said{
		bothf("Only %d of %d calls are left until %s UTC.", "Il ne reste que %d appels sur %d jusqu’à %s UTC.", r.Remaining, r.Limit, r.Reset.Format("15:04")),
		both("Other systems use the same limit of the workspace: see which, or ask Braze to raise it. Parley waits for the reset and loses nothing, but customers wait too.", "D’autres systèmes utilisent la même limite de l’espace de travail : voyez lesquels, ou demandez à Braze de la relever. Parley attend la remise à zéro sans rien perdre, mais les clients attendent aussi."),
	}
}

func rateSpent(wait time.Duration) said {
	return said{
		bothf("The workspace’s calls are used up for the next %d s.", "Les appels de l’espace de travail sont épuisés pour encore %d s.", int(wait.Seconds())),
		both("Other systems use the same limit of the workspace: see which, or ask Braze to raise it.", "D’autres systèmes utilisent la même limite de l’espace de travail : voyez lesquels, ou demandez à Braze de la relever."),
	}
}

func campaignFine(name string) Words {
	return bothf("Campaign “%s” is live, API-triggered and on WhatsApp.", "La campagne « %s » est active, déclenchée par API et sur WhatsApp.", name)
}

func campaignMissing(id string) said {
	return said{
		bothf("Braze has no campaign %s in this workspace.", "Braze n’a pas de campagne %s dans cet espace de travail.", id),
		both("Copy the campaign id from the campaign’s page (step Schedule Delivery, API-Triggered Delivery), in the workspace of this key.", "Copiez l’identifiant depuis la page de la campagne (étape Planifier la livraison, livraison déclenchée par API), dans l’espace de travail de cette clé."),
	}
}

func campaignArchived(name string) said {
	return said{
		bothf("Campaign “%s” is archived: Braze takes every answer and sends none.", "La campagne « %s » est archivée : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Unarchive and launch it, or set the id of another campaign.", "Désarchivez-la et lancez-la, ou indiquez l’identifiant d’une autre campagne."),
	}
}

func campaignDraft(name string) said {
	return said{
		bothf("Campaign “%s” is a draft: Braze takes every answer and sends none.", "La campagne « %s » est un brouillon : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Open it in Braze and press Launch Campaign.", "Ouvrez-la dans Braze et cliquez sur Lancer la campagne."),
	}
}

func campaignStopped(name string) said {
	return said{
		bothf("Campaign “%s” is stopped: Braze takes every answer and sends none.", "La campagne « %s » est arrêtée : Braze accepte chaque réponse et n’en envoie aucune.", name),
		both("Resume it in Braze.", "Reprenez-la dans Braze."),
	}
}

func campaignIsWebhook(name string) said {
	return said{
		bothf("“%s” is a webhook campaign: it is the one that posts to Parley, not the one that answers.", "« %s » est une campagne webhook : c’est celle qui envoie à Parley, pas celle qui répond.", name),
		both("Set the id of the WhatsApp campaign with API-triggered delivery.", "Indiquez l’identifiant de la campagne WhatsApp à livraison déclenchée par API."),
	}
}

func campaignChannel(name, channel string) said {
	return said{
		bothf("Campaign “%s” is of the channel %s, not WhatsApp.", "La campagne « %s » est sur le canal %s, pas sur WhatsApp.", name, channel),
		both("Set the id of a WhatsApp campaign.", "Indiquez l’identifiant d’une campagne WhatsApp."),
	}
}

func campaignSchedule(name, schedule string) said {
	return said{
		bothf("Campaign “%s” cannot be started by the API: its delivery is %s.", "La campagne « %s » ne peut pas être déclenchée par l’API : sa livraison est %s.", name, schedule),
		both("Set Schedule Delivery to API-Triggered Delivery. It cannot be changed once launched: duplicate the campaign, choose it there and set the new id here.", "Choisissez la livraison déclenchée par API. Cela ne se change plus après le lancement : dupliquez la campagne, choisissez-la, puis indiquez ici le nouvel identifiant."),
	}
}

func campaignUnseen() said {
	return said{
		both("The key may not read campaigns, so whether they are live cannot be checked.", "La clé ne peut pas lire les campagnes : impossible de vérifier qu’elles sont actives."),
		both("Parley works without. For this check, give a key that also has campaigns.details.", "Parley fonctionne sans. Pour cette vérification, donnez une clé qui a aussi campaigns.details."),
	}
}

func campaignUnread(why string) said {
	return said{
		bothf("Braze did not tell about the campaign: %s.", "Braze n’a rien dit de la campagne : %s.", why),
		both("Try again in a moment.", "Réessayez dans un instant."),
	}
}

func databaseFine(name string, took time.Duration) Words {
	return bothf("The database (%s) answers in %d ms and its schema is up to date.", "La base de données (%s) répond en %d ms et son schéma est à jour.", name, took.Milliseconds())
}

func databaseSilent(why string) said {
	return said{
		bothf("The database does not answer: %s.", "La base de données ne répond pas : %s.", why),
		both("Start it, or correct database in the settings.", "Démarrez-la, ou corrigez database dans les réglages."),
	}
}

func migrationPending(step string) said {
	return said{
		bothf("The database’s schema is behind: %s is missing.", "Le schéma de la base est en retard : il manque %s.", step),
		both("Run parley migrate, or start parley serve, which does it.", "Lancez parley migrate, ou démarrez parley serve, qui le fait."),
	}
}

func nobodyLogsIn() said {
	return said{
		both("There is no administrator, so nobody can invite people to the desk.", "Il n’y a pas d’administrateur : personne ne peut inviter des collègues."),
		both("Add one: parley user add --role admin YOU@EXAMPLE.COM", "Ajoutez-en un : parley user add --role admin VOUS@EXEMPLE.COM"),
	}
}
