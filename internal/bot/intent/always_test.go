package intent_test

import (
	"testing"

	"parley/internal/bot/intent"
)

func TestAlways(t *testing.T) {
	t.Parallel()
	cases := map[intent.Kind]map[string][]string{
		intent.Person: {
			"en": {
				"i want to talk to a person", "agent please", "agent", "AGENT", "Human", "human please!", "real person please", "talk to an agent",
				"can i speak to someone", "Can I please speak with a human?", "i need a human", "I'd like to talk to a real person now", "get me a human",
				"let me talk to your manager", "speak to a customer service representative", "connect me to an agent", "please transfer me to a live agent",
				"put me through to customer service", "customer service", "customer support please", "live chat", "live agent", "representative!!!",
				"operator", "can someone call me", "call me back please", "is there a human i can talk to", "who can i talk to about this",
				"I don't want to talk to a bot", "no bots", "not a bot please", "i hate this bot", "stop with the bot", "can a human help me", "can a person help me",
				"agnet please", "tlak to a humna", "speak to a represantative", "i wnat to speak to a persn", "hi, can you pass me to an agent please",
				"how do i contact customer service", "is anyone there?", "hello? is there a real person here", "I want to speak with a supervisor immediately",
				"ok but i want to talk to a person about my refund", "no I need to speak to someone", "can i chat with somebody", "I prefer talking to a human",
				"i would like an advisor", "someone real please", "talk to human", "speak human", "human agent", "escalate this", "advisor",
				"can i have a human please", "is there anyone i can speak to", "why can't I speak to a human", "you did not let me talk to a human",
				"agent pls", "agent 12345", "Agent, my order number is 88123", "cs please", "support", "let me speak to a member of your team",
			},
			"fr": {
				"je veux parler à quelqu'un", "je veux parler à un conseiller", "un conseiller svp", "conseiller 12345", "Conseiller, ma commande est la 88123", "un humain svp", "conseiller", "CONSEILLER", "Humain !",
				"je voudrais parler à une vraie personne", "puis-je parler à un humain ?", "passez-moi un conseiller", "service client",
				"mettez-moi en relation avec un conseiller", "je veux un humain", "j'ai besoin d'un conseiller", "est-ce que je peux parler à quelqu'un",
				"y a-t-il quelqu'un ?", "il y a quelqu'un", "je ne veux pas parler à un robot", "marre de parler à un robot", "pas de robot", "rappelez-moi",
				"comment joindre le service client", "avoir quelqu'un au téléphone", "transférez-moi vers un agent", "parler à un conseillé", "je veut parlé a un conseiller",
				"bonjour, je souhaite échanger avec un conseiller s'il vous plaît", "qui puis-je contacter", "un agent stp", "je voudrais être mis en relation avec un agent",
				"jveux parler a qqn", "un consieller svp", "quelqu'un peut me répondre ?", "une vraie personne", "parler au service client", "SAV",
				"je souhaiterais un interlocuteur humain", "je n'arrive pas à parler à un conseiller", "non je veux un conseiller", "un être humain s'il vous plaît",
				"je veux parler directement avec un responsable", "pouvez-vous me passer quelqu'un", "est-ce qu'un conseiller peut m'aider ?",
			},
		},
		intent.Stop: {
			"en": {"stop", "STOP", "Stop.", "unsubscribe", "please unsubscribe me", "stop sending me messages", "stop messaging me", "don't text me again", "do not contact me anymore", "remove me from your list", "opt out", "i want to unsubscribe", "how do i unsubscribe from these messages", "stop spamming me", "no more messages", "unsubscribe me from your newsletter", "I want to opt out of marketing messages", "stopp"},
			"fr": {"arrêtez de m'envoyer des messages", "désabonnez-moi", "je veux me désabonner", "me désinscrire", "stop pub", "je ne veux plus recevoir vos messages", "ne m'écrivez plus", "STOP SMS", "retirez-moi de votre liste", "je souhaite me désinscrire de la newsletter", "arrêtez avec vos pubs", "plus de pub svp"},
		},
		intent.Robot: {
			"en": {"are you a robot?", "are you human?", "are you a bot", "am i talking to a real person?", "is this a bot?", "Am I speaking with a human or a bot", "is this a real person", "are you an AI", "are you real", "hi, are you a robot or a human?", "i am talking to a bot right"},
			"fr": {"êtes-vous un robot ?", "t'es un bot ?", "c'est un robot ?", "je parle à un humain ?", "vous êtes une vraie personne ?", "est-ce que je parle à un robot", "vous êtes un robot ou un humain ?", "es-tu une ia"},
		},
		intent.DeleteData: {
			"en": {"delete my data", "please delete all my personal data", "i want you to erase my data", "GDPR request", "right to be forgotten", "what data do you have about me", "delete everything you know about me", "can i get a copy of my data", "I want my data deleted", "remove my personal information from your system", "delete my information"},
			"fr": {"supprimez mes données", "je veux supprimer mes données personnelles", "RGPD", "droit à l'oubli", "quelles données avez-vous sur moi", "effacez toutes mes données personnelles svp", "je voudrais une copie de mes données"},
		},
		intent.Safety: {
			"en": {"I want to kill myself", "the charger caught fire", "my son was injured by your toy", "i had an allergic reaction to the cream", "the kettle burned my hand", "i'm suicidal", "we had to go to hospital"},
			"fr": {"je veux mourir", "l'appareil a pris feu", "mon fils a été blessé", "j'ai fait une réaction allergique", "je me suis brûlée avec votre produit", "on a dû aller aux urgences"},
		},
		intent.Legal: {
			"en": {"my lawyer will contact you", "i will sue you", "i'm going to take you to court", "i have filed a chargeback", "this is fraud", "i am calling the police", "there is an unauthorised charge on my card", "you scammed me", "I will report you to trading standards"},
			"fr": {"mon avocat va vous contacter", "je vais porter plainte", "c'est une arnaque", "je contacte la DGCCRF", "mise en demeure", "ma carte a été volée", "je me suis fait arnaquer", "paiement frauduleux"},
		},
		intent.Probe: {
			"en": {"This message is from WhatsApp - we are initiating this conversation to understand the quality of your bot experience"},
		},
		intent.Greeting: {
			"en": {"hi", "Hello", "hello there", "good morning", "hey, how are you?", "helloooo", "hi team", "👋"},
			"fr": {"bonjour", "Bonjour à tous", "salut", "coucou", "bonsoir madame", "bjr", "bonjour comment allez-vous ?", "bonjoour"},
		},
		intent.Thanks: {
			"en": {"thanks", "thank you so much!", "ok thanks", "great, thank you", "thx", "perfect", "thanks for your help", "that helps a lot, thanks", "🙏", "thank u"},
			"fr": {"merci", "merci beaucoup", "ok merci", "super merci", "parfait, je vous remercie", "merci pour votre aide", "c'est parfait"},
		},
		intent.Goodbye: {
			"en": {"bye", "goodbye", "thanks, bye", "have a nice day", "see you later"},
			"fr": {"au revoir", "bonne journée", "merci, au revoir", "à bientôt", "merci bonne soirée"},
		},
		intent.Yes: {
			"en": {"yes", "Yes please", "yeah", "sure", "ok", "okay", "of course", "👍", "that's right", "yes thanks"},
			"fr": {"oui", "Oui merci", "d'accord", "ouais", "bien sûr", "c'est ça", "oui s'il vous plaît"},
		},
		intent.No: {
			"en": {"no", "No thanks", "nope", "not really", "none of these", "no thank you, that's all", "👎"},
			"fr": {"non", "non merci", "pas du tout", "aucun", "ce n'est pas ça", "non c'est tout", "nan"},
		},
	}
	for kind, languages := range cases {
		for lang, texts := range languages {
			for _, text := range texts {
				got, ok := intent.Always(text, lang)
				if !ok || got.Kind != kind {
					t.Errorf("Always(%q, %s) = %q, want %q", text, lang, got.Kind, kind)
				}
			}
		}
	}
}

func TestAlways_leavesOrdinaryQuestionsAlone(t *testing.T) {
	t.Parallel()
	for lang, texts := range map[string][]string{
		"en": {
			"can a person return an item?", "stop sending me the wrong size", "where is my order", "how do i return an item", "i want to talk about my order",
			"i need a refund", "can i change my address", "the delivery person left it outside", "can I send it to another person", "how many people does the tent fit",
			"i already spoke to the shop", "please stop the order", "stop my order", "cancel my order", "no, my order is late", "yes I tried that already", "thanks but it did not work",
			"hello where is my parcel", "do you support apple pay", "does your team ship to spain", "is this real leather", "is this machine washable", "delete my account",
			"remove my card details", "how do I delete an item from my basket", "my invoice has the wrong information", "these shoes hurt my feet", "this dress is killer",
			"do you have fire pits", "can I speak french with you", "what does your customer think of it", "i think the size is wrong", "do not leave the parcel outside",
			"don't send it to my old address", "the urgent delivery did not come", "can I get a person's name engraved", "call me a taxi", "is the robot vacuum in stock",
			"do you sell robots", "is there a store near me", "how do I work as a customer service agent at your company", "I don't need an agent", "can anyone wear this",
			"when does support open", "i am 35 years old, which size", "agent told me it was shipped", "bank transfer refund", "do you take bank cards", "I contacted support yesterday", "data plan for my phone",
		},
		"fr": {
			"où est ma commande", "je veux mon argent", "pouvez-vous me conseiller une taille ?", "je veux retourner un article", "personne ne me répond sur ma commande",
			"il n'y a personne à la maison pour la livraison", "c'est trop court", "je voudrais annuler ma commande", "stop à la commande 1234", "arrêtez ma commande",
			"non, ma commande est en retard", "merci mais ça ne marche pas", "bonjour où est mon colis", "c'est une machine à laver", "livrez-vous en agence ?",
			"puis-je offrir à une autre personne", "combien de personnes tient la tente", "je ne veux pas parler à un conseiller", "supprimer mes données bancaires",
			"supprimer un article de mon panier", "mes chaussures me font mal aux pieds", "j'ai 35 ans quelle taille prendre", "paiement par carte bancaire possible ?",
			"le livreur n'a trouvé personne", "vos services sont ouverts le dimanche ?", "le client précédent a reçu le même", "je veux un remboursement urgent",
			"comment parler de mon problème", "est-ce que le support du téléphone est fourni avec",
		},
	} {
		for _, text := range texts {
			if got, ok := intent.Always(text, lang); ok {
				t.Errorf("Always(%q, %s) = %q, want nothing", text, lang, got.Kind)
			}
		}
	}
}

func TestAlways_carriesTheLanguageOfTheList(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, lang, want string }{
		{"un conseiller svp", "en", "fr"},
		{"i want to talk to a person", "fr", "en"},
		{"agent", "fr", "fr"},
		{"agent", "en", "en"},
		{"ok", "fr", "fr"},
		{"bonjour", "", "fr"},
		{"thanks", "fr", "en"},
	} {
		got, ok := intent.Always(c.text, c.lang)
		if !ok || got.Language != c.want {
			t.Errorf("Always(%q, %q) = %+v, want language %q", c.text, c.lang, got, c.want)
		}
	}
}

func BenchmarkAlways(b *testing.B) {
	for b.Loop() {
		intent.Always("bonjour je voudrais savoir si je peux retourner un article acheté en magasin", "fr")
		intent.Always("hello where is my parcel it should have been delivered on monday", "en")
	}
}
