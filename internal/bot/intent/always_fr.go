package intent

import "regexp"

// French fragments. Patterns are over folded text: "quelqu'un" is "quelqu un", "à" is
// "a".
const (
	detFR    = `(?:(?:un|une|des|le|la|l|les|votre|vos|du|de|d|vrai|vraie|veritable|autre|vos|nos|mon|ma|en|ligne|service|au|membre|equipe|un de|une de|directement) )*`
	strongFR = `(?:humaine?s?|etres? humains?|vraies? personnes?|personnes? (?:reelles?|humaines?|physiques?|vivantes?)|vraies? gens|conseill(?:er|ere|ers|eres|e|ee)|agente?s?|operateurs?|operatrices?|interlocut(?:eur|rice)s?|responsable|manager|superieur|superviseur|service (?:clients?|clientele|apres vente|consommateurs?)|conseiller client|charge de clientele|employee?s?|membre de (?:l|votre) equipe|quelqu un de (?:reel|vrai|vivant|chez vous|humain|votre equipe)|quelqu un d humain)`
	nounFR   = `(?:` + strongFR + `|quelqu un|personnes?|gens|support|assistance|collegues?|equipe|vendeurs?|vendeuses?|technicien|standard|hotline|service)`
	robotFR  = `(?:robots?|bots?|chatbots?|machines?|ia|intelligence artificielle|automates?|ordinateurs?|repondeur|assistants? virtuels?|serveurs? vocaux|programme)`
	wantFR   = `(?:veux|veut|voudrais|voudrait|souhaite|souhaiterais|aimerais|aimerai|desire|prefere|prefererais|demande|exige|cherche|recherche|besoin|faut|faudrait|voulons|souhaitons|voulais|donnez moi|donne moi|trouvez moi)`
)

func lexiconFR() *lexicon {
	return build("fr", probeRule(), safetyFR(), legalFR(), deleteDataFR(), stopFR(), askRobotFR(), personFR())
}

// safetyFR finds harm to somebody, present or feared.
func safetyFR() rule {
	return rule{
		kind: Safety,
		needs: wordSet(`suicide suicider suicidaire mourir tuer blesse blessee blesser blessure blessures brule brulee brulure brulures hopital urgences
		urgence ambulance samu pompiers allergique allergie intoxication empoisonne saigne sang menace menaces menacer menacee violence agresse
		agression harcele harcelement bombe arme feu flammes fumee explose explosion electrocute electrocution mineur mineure etouffe avale`),
		anywhere: anywhere(
			`suicid(?:e|er|aire)`, `(?:veux|vais|voudrais|envie de|preferer?ais) mourir`, `(?:me|m|te|vous|le|la|les|se) tuer`, `me faire du mal`, `mettre fin a (?:mes|ses) jours`, `en finir avec la vie`,
			`(?:suis|est|ete|s est|me suis|m a|l a|etait|gravement|a) (?:\w+ )?(?:blessee?s?|brulee?s?|intoxiquee?|empoisonnee?|electrocutee?|agressee?)`, `(?:une?|des|ma|mes|sa) (?:\w+ )?(?:blessures?|brulures?|intoxication)`,
			`(?:reaction|choc|crise) (?:allergique|anaphylactique)`, `(?:a|aux|l|les|aller|alle|finir) (?:hopital|urgences)`, `(?:appele|appeler) (?:le samu|les pompiers|une ambulance|les secours)`, `urgence (?:medicale|vitale)`,
			`(?:a|ont|est|prend|pris|mis|en|prendre) (?:pris |prend )?(?:feu|flammes)`, `(?:a|ont) explose`, `(?:fume|fumee) (?:sort|qui sort)`, `choc electrique`,
			`(?:mon|ma|notre|un) (?:enfant|fils|fille|bebe|petit|petite)(?: \w+){0,3} (?:etouffe|etouffee?|avale|blesse|blessee|brule|brulee)`,
			`(?:me|m|nous|vous|a) (?:\w+ )?(?:menace|menacee?s?|harcele|harcelee?s?)`, `menaces de mort`, `violences? (?:conjugales?|domestiques?)`, `(?:une|la) bombe`,
			`suis (?:encore )?mineure?`,
		),
		except: anywhere(`(?:anti|resistant au|resiste au|pare|pull|huile|creme|soin) (?:feu|brulures?)`),
	}
}

// legalFR finds law, fraud and payment disputes.
func legalFR() rule {
	return rule{
		kind: Legal,
		needs: wordSet(`avocat avocats avocate justice tribunal tribunaux juridique juridiques plainte police gendarmerie dgccrf signalconso signal
		demeure fraude frauduleux frauduleuse frauduleuses escroquerie escroc escrocs escroques arnaque arnaques arnaqueur arnaqueurs arnaquer arnaquee
		vol vole volee usurpation usurpe pirate piratee piratage mediateur litige poursuivre poursuites huissier opposition retrofacturation chargeback repression
		consommateurs choisir voleurs voleur proces conciliateur`),
		anywhere: anywhere(
			`avocate?s?`, `(?:en|la|saisir la) justice`, `tribuna(?:l|ux)`, `(?:action|poursuites?|recours|demarches?|service|procedure|suite|suites) (?:en justice|juridiques?|judiciaires?|legales?)`, `(?:porter|porte|deposer|depose|depot de|une|ma) plainte`,
			`(?:la|a la|aux|appeler la|prevenir la|contacter la) (?:police|gendarmerie)`, `dgccrf`, `signal ?conso`, `repression des fraudes`, `mise? en demeure`, `mettre en demeure`, `association de consommateurs`, `que choisir`,
			`fraudes?`, `frauduleu(?:x|ses?)`, `escroquerie`, `escrocs?`, `escroques?`, `arnaques?`, `arnaqueurs?`, `(?:fait|faire|suis|ete|sens|m a|m avez) (?:\w+ )?arnaquee?r?`, `voleurs?`, `(?:carte|identite)(?: \w+){0,4} (?:volee?|usurpee?|piratee?)`,
			`usurpation`, `mediateur`, `conciliateur`, `huissier`, `(?:vous|les) poursuivre`, `poursuites`, `(?:un|faire un|au|intenter un) proces`, `litige (?:bancaire|avec|paypal|a ma banque|aupres)`, `(?:ouvrir|ouvert|ouvre) un litige`, `opposition (?:\w+ ){0,3}(?:banque|paiement|carte)`, `retrofacturation`, `charge ?back`,
		),
	}
}

// deleteDataFR finds requests about personal data.
func deleteDataFR() rule {
	return rule{
		kind:  DeleteData,
		needs: wordSet(`donnees rgpd cnil oubli effacement informations infos personnelles`),
		anywhere: anywhere(
			`(?:supprim\w+|effac\w+|detrui\w+|retir\w+|enlev\w+|suppression|effacement) (?:\w+ ){0,3}?(?:mes|nos|de mes|toutes mes|mes propres) (?:\w+ )?(?:donnees|informations? personnelles?|infos personnelles)`,
			`mes donnees (?:\w+ ){0,3}?(?:supprimees?|effacees?|detruites?)`, `rgpd`, `cnil`, `droit (?:a l )?(?:oubli|effacement)`, `droit d (?:acces|effacement)`, `suppression des donnees`,
			`quelles? (?:donnees|informations?) (?:\w+ ){0,4}?(?:sur moi|me concernant|a mon sujet)`, `(?:donnees|informations?) (?:que )?(?:vous )?(?:avez|detenez|possedez|conservez|gardez) (?:sur moi|me concernant|a mon sujet)`,
			`(?:copie|export) de (?:toutes )?mes donnees`, `(?:acceder|acces) a (?:toutes )?mes donnees`,
			`(?:supprim\w+|effac\w+|oubli\w+) tout ce que vous (?:avez|savez|detenez) (?:sur|de) moi`,
		),
		whole:  whole(`(?:supprim\w+|effac\w+) (?:toutes )?mes (?:infos|informations|coordonnees)(?: (?:de|dans) (?:votre|vos|la) (?:systeme|base|bases|fichiers?|base de donnees))?`),
		except: anywhere(`donnees (?:bancaires|de (?:paiement|carte|livraison))`),
	}
}

// stopFR finds the wish for no more messages.
func stopFR() rule {
	return rule{
		kind: Stop,
		needs: wordSet(`stop arret arretez arrete arreter cessez cesse stoppez desabonner desabonnez desabonne desabonnement desinscrire desinscrivez desinscription desinscrit
		recevoir ecrivez envoyez contactez ecrire contacter spam spams pub pubs retirez supprimez enlevez rayez retirer messages message desinscris desabo`),
		whole: whole(
			`stop(?: (?:tout|pub|pubs|sms|whatsapp|message|messages|spam|spams|publicites?|svp|merci))*|arret|desabo|desabonnement|desinscription|(?:me |m |nous |etre |moi )?(?:desabonn(?:er|ez|e|ee|es)|desinscri(?:re|vez|t|te|s))(?: moi| nous)?(?: (?:de|du|des|a|la|vos|votre|ce|cette|ces|les|newsletters?|listes?|messages?|whatsapp|envois?|sms|pubs?|publicites?|notifications?|offres?|promos?|canal|service|tout|diffusion))*`,
			`(?:arretez|arrete|arreter|cessez|cesse|cesser|stoppez|stop|stopper)(?: (?:avec|de|d|m|me|nous|moi|tous|toutes|tout|vos|ces|les|des|la|ce|a|sur|ca))* (?:envoyer|ecrire|contacter|envoi|envois|spammer|harceler|deranger|solliciter|pubs?|publicites?|messages?|sms|spams?|promos?|promotions?|newsletters?|notifications?|relances?|sollicitations?|envoyez|harcelement)(?: (?:de|d|des|m|me|moi|vos|ces|les|la|tous|toutes|toute|a|sur|par|whatsapp|pubs?|publicites?|publicitaires?|messages?|sms|spams?|promos?|promotions?|promotionnels?|offres?|newsletters?|notifications?|relances?|tout|le|temps|sans|cesse))*`,
			`(?:ne|n)? ?(?:veux|souhaite|desire|voudrais|souhaiterais) (?:plus|pas)(?: (?:jamais|recevoir|avoir|de|d|vos|ces|des|aucun|aucune|etre|que|vous))* (?:messages?|pubs?|publicites?|sms|spams?|promos?|promotions?|newsletters?|notifications?|offres|contactee?s?|sollicitee?s?|derangee?s?|m ecriviez|me contactiez|sollicitations?)(?: (?:de|votre|part|sur|par|whatsapp|publicitaires?|promotionnels?|commerciaux|vous|ici))*`,
			`ne (?:m|me|nous) (?:ecrivez|envoyez|contactez|contacter|envoyer|ecrire|derangez) plus(?: (?:de|jamais|rien|vos|messages?|pubs?|sms|sur|par|whatsapp|promos?|publicites?))*`,
			`(?:retir|supprim|enlev|ray|sort)(?:ez|er|e) (?:moi|mon numero|mon numero de telephone|nous) (?:de|des)(?: (?:votre|vos|la|cette|ces|toutes|listes?|base|bases|de|donnees|fichiers?|diffusion|contacts?|envoi|whatsapp))+`,
			`plus (?:de|aucun) (?:messages?|pubs?|publicites?|sms|spams?|promos?)(?: (?:de votre part|sur whatsapp))?`,
		),
	}
}

// askRobotFR finds the question whether this is a robot.
func askRobotFR() rule {
	return rule{
		kind:  Robot,
		needs: wordSet(`robot robots bot bots chatbot ia humain humaine machine personne intelligence automate chatgpt reel reelle automatique`),
		whole: whole(
			`(?:est ce que |mais |c est que )?(?:etes vous|vous etes|es tu|tu es|t es|c est|est ce|est ce que c est|ce est|suis je avec|je suis avec) (?:\w+ ){0,3}?(?:robot|bot|chatbot|humaine?|ia|machine|intelligence artificielle|vraie personne|personne (?:reelle|humaine)|automate|chatgpt|reel|reelle|repondeur|reponse automatique|message automatique)(?: ou (?:bien )?(?:non|pas|quoi|(?:un|une) (?:\w+ )?(?:robot|bot|chatbot|humaine?|ia|machine|personne|vrai personne)))?(?: (?:non|hein|qui (?:me )?(?:repond|parle|ecrit)))?`,
			`(?:est ce que |mais |est ce qu )?(?:je parle|parle je|je discute|j ecris|je chatte|on parle|suis je en train de (?:parler|discuter)|je suis en train de (?:parler|discuter)|j echange|je communique) (?:\w+ ){0,2}?(?:a|avec) (?:\w+ ){0,2}?(?:robot|bot|chatbot|humaine?|ia|machine|intelligence artificielle|vraie personne|personne|personne (?:reelle|humaine)|automate|etre humain)(?: ou (?:bien )?(?:non|pas|quoi|(?:a |avec )?(?:un|une) (?:\w+ )?(?:robot|bot|chatbot|humaine?|ia|machine|personne)))?(?: la| non| hein)?`,
			`(?:humain|personne) ou (?:une? )?(?:robot|bot|machine|ia)|(?:robot|bot|ia) ou (?:une? )?(?:humain|vraie personne|personne)`,
		),
	}
}

// personFR finds the wish for a person.
func personFR() rule {
	return rule{
		kind: Person,
		needs: wordSet(`humain humaine humains personne personnes conseiller conseillere conseillers agent agente agents operateur operatrice interlocuteur
		interlocutrice responsable manager superieur superviseur client clients clientele employe employee quelqu gens support assistance collegue collegues
		equipe vendeur vendeuse technicien standard hotline service robot robots bot bots chatbot machine ia rappelez rappeler rappele rappelle appelez parler qui consommateurs apres telephone`),
		anywhere: anywhere(
			`(?:parler|parle|discuter|echanger|dialoguer|causer|converser|chatter|tchatter|tchater|communiquer|entretenir|ecrire|m adresser|expliquer)(?: (?:directement|plutot|maintenant|en direct|au telephone|par telephone|de vive voix|de \w+|vite|rapidement|tout de suite|enfin|de mon \w+|de ma \w+|en ligne))? (?:a|avec|au|aux) `+detFR+nounFR,
			`(?:joindre|contacter|appeler|avoir|rencontrer|telephoner a|joindre par telephone|consulter)(?: (?:directement|maintenant|au telephone|en ligne|vite|rapidement))? `+detFR+`(?:`+strongFR+`|quelqu un)`, `telephoner au `+detFR+strongFR, `contact avec `+detFR+nounFR,
			`(?:passez|passer|passe|donnez|donner|trouvez|envoyez)(?: (?:moi|nous|me))? `+detFR+`(?:`+strongFR+`|quelqu un)`, `passer (?:a|au) `+detFR+strongFR,
			`(?:mettez|mettre|mets|mis|mise)(?: moi| nous)? en (?:relation|contact|communication|lien|ligne)(?: directe?)? (?:avec|a) `+detFR+nounFR, `(?:mise|entrer|etre) en (?:relation|contact) avec `+detFR+nounFR,
			`(?:transfer\w+|redirig\w+|connect\w+|orient\w+|bascul\w+|renvoy\w+|dirig\w+|transmet\w+|transfert)(?: (?:moi|nous|ma demande|mon dossier|ma conversation|la conversation|cette conversation))? (?:a|vers|au|avec|aux) `+detFR+nounFR,
			wantFR+`(?: (?:que|d|de|avoir|voir|joindre|contacter|plutot|vraiment|juste|absolument|l aide d|l aide de)){0,3} `+detFR+strongFR,
			`(?:quelqu un|un conseiller|une conseillere|un humain|un agent|une personne|une vraie personne|un operateur|un responsable|un collegue|un vendeur)(?: (?:de chez vous|de votre equipe|du service client))? (?:peut|pourrait|peux|pourra|pourrais|doit|va|pour|peut il|pourrait il) (?:\w+ )?(?:me|m|nous|te) ?(?:repondre|rappeler|rappelle|appeler|contacter|joindre|parler|ecrire|recontacter|reponde|telephoner|prendre en charge)`,
			`(?:un conseiller|une conseillere|un humain|un agent|une vraie personne|un operateur) (?:peut|pourrait|pour|pourra) (?:il )?(?:me|m|nous) ?aider`,
			`(?:aide|reponse|avis) d (?:un|une) `+strongFR,
			`(?:a )?qui (?:puis je|je peux|dois je|peut on|on peut|pourrais je|je dois|est ce que je peux) (?:parler|m adresser|contacter|appeler|joindre|ecrire)`,
			`(?:y a t il|il y a|ya|y a|est ce qu il y a|y aurait il) (?:t il )?(?:une? |des )?(?:vraie? |vrais )?(?:quelqu un|humains?|conseillers?|personne de reel|agents?|conseillere|vraie personne|operateurs?) (?:\w+ )?(?:disponible|ici|la|en ligne|derriere|pour|qui|avec qui|de reel|de vivant|de disponible|d humain)`,
			`(?:pas|plus|jamais|marre de|assez de|refuse de)(?: (?:envie de|besoin de|avoir a|a|de|vouloir))? ?(?:parler|discuter|echanger|dialoguer|avoir affaire|communiquer|perdre mon temps) (?:a|avec) (?:un |une |des |ce |cette |votre |vos |le |la |l )*`+robotFR,
			`(?:marre|assez|ras le bol) (?:de|du|des|d)(?: (?:ce|ces|vos|votre|un|cette|parler a un|parler a des|parler avec un))? (?:robots?|bots?|chatbots?|machines?|automates?)`,
			`^(?:agent|humain|conseill(?:er|ere)|operateur)(?: s il (?:vous|te) plait)? (?:0|commande|numero|no|n|mon|ma|mes|pour|je|j|au|concernant|c)(?: .*)?`,
			`(?:conseill(?:er|ere)|humain|agent|operateur|vraie personne) (?:s il (?:vous|te) plait|et pas un robot|pas un robot|pas une machine)`,
		),
		whole: whole(
			detFR+`(?:`+strongFR+`|personne|quelqu un|support|assistance|hotline|standard|aide humaine|assistance humaine|contact humain)(?: (?:maintenant|vite|rapidement|tout de suite|en ligne|en direct|directement|au telephone|par telephone|immediatement|d abord|svp|plutot|reel|reelle|disponible|la|pas un robot|et pas un robot|pour m aider|humain|humaine))*`,
			wantFR+`(?: (?:d|de|avoir|voir))? `+detFR+`(?:personne|quelqu un|support|assistance)(?: (?:au telephone|maintenant|en ligne|de competent|pour m aider))?`,
			`(?:y a t il|il y a|ya t il|ya|y a|est ce qu il y a|allo) (?:t il )?quelqu un(?: (?:ici|la|au bout du fil|en ligne))?`,
			`(?:pas (?:de|un|d)|plus de|sans|stop|stop au|stop aux|aucun)(?: (?:un|le|les|ce))? (?:robots?|bots?|chatbots?)`, `(?:ne )?(?:veux|souhaite|voulais) (?:pas|plus) (?:de|d un|un|du|ce|votre) (?:robots?|bots?|chatbots?|machine)`,
			`(?:me |m )?(?:rappel(?:ez|er|le)|appelez|telephonez)(?: (?:moi|nous))?(?: (?:vite|maintenant|aujourd hui|rapidement|au plus vite|des que possible|plus tard))*`, `(?:pouvez vous |peut on |pourriez vous |etre |on peut |quelqu un peut |pouvez vous me |me faire )(?:me |m )?(?:rappel(?:er|ee?)|appel(?:er|ee?)|recontact(?:er|ee?)|telephoner)`, `(?:un )?rappel(?: telephonique)?`,
		),
		denied: regexp.MustCompile(`(?:^| )(?:ne |n )?(?:veux|voulais|souhaite|voudrais|desire|tiens|ai|prefere) (?:pas|plus|jamais)(?: (?:besoin|envie|a|de|d|forcement|vraiment))*$|(?:pas|inutile|sans) (?:besoin )?(?:de |d )?$|pas (?:de |d )?(?:besoin|envie)(?: de| d)?$`),
		except: anywhere(`(?:devenir|travailler|recrut\w+|emploi|postuler|poste) (?:\w+ ){0,3}(?:conseiller|conseillere|agent|vendeur|operateur|responsable)`, `agent (?:immobilier|de voyage)`, `je ne suis pas un robot`),
	}
}
