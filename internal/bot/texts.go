package bot

// texts are everything the bot says by itself, in one language. All fixed wording is in
// the catalogues below and nowhere else. %s in disclosure is the name of the knowledge
// base. The tone: warm, plain, no exclamation marks; "vous" in French.
type texts struct {
	language string

	disclosure    string // once at first contact: EU AI Act, article 50(1)
	backAgain     string // the same after people have given the conversation back
	promised      string // "%s" is the promise, quoted
	hint          string // the way to a person, always the same words
	hello         string // "%s" is the first name
	helloNoName   string
	askGreeting   string // after a greeting: what is it about
	thanks        string
	goodbye       string
	acknowledged  string // yes, ok, with nothing pending
	declined      string // no, with nothing pending
	robot         string // are you a robot?
	quoteHead     string // title of the document a passage is quoted from
	rephrase      string
	rephraseAgain string // the same in other words, after choices were refused
	empty         string // a message without a letter
	choicesHead   string // above the numbered list
	choiceHead    string // above one choice and a person
	choicesFoot   string // how to answer
	choose        string // opens a list of choices, fits a button
	person        string // the last choice, fits a button
	yes           string // buttons of a question that a flow wants a yes to
	no            string
	yesOrNo       string // how to answer it without buttons
	whereWere     string // before a flow's question again, after another answer
	left          string // the customer left a flow
	noted         string // a flow waits and has nothing to say
	offerPerson   string // would you like a person?
	repeatHead    string // above choices after the same question again
	media         string // first picture, voice message, ...
	picture       string // first picture that was seen and asks nothing
	otherLanguage string // a language the base does not have
	optOutAsk     string // no more messages at all?
	optedOut      string // the last thing that is said
	optOutKept    string // no, go on
	optedIn       string
	offTopic      string // a question that is none of the shop's business
	carriedOut    string // it was changed
	leftAsItIs    string // the customer said no to it
	tooFast       string // more messages than anybody can read
	noCards       string // above a reply to a card number
	handoff       map[HandoffCode]string

	// What a handoff's text and a wait for people add; outlook.go puts them together.
	next          string // the place in the line, without its full stop
	number        string
	aMinute       string // goes on from there
	minutes       string
	overAnHour    string
	nobody        string // nobody is there, without its full stop
	back          string // goes on from there: day, time of day, time zone
	kept          string
	patience      string // for somebody who has waited for some time
	today         string
	tomorrow      string
	onWeekday     string
	onDate        string // weekday, day, month
	clock         string // layout of a time of day
	cityTime      string
	cityTimeVowel string // the same before a vowel, where that differs
	weekdays      [7]string
	months        [12]string
}

// catalogue returns the texts of a language; English when it has none.
func catalogue(language string) *texts {
	if language == "fr" {
		return &textsFR
	}
	return &textsEN
}

var textsEN = texts{
	language:      "en",
	disclosure:    "You are chatting with the automated assistant of %s.",
	backAgain:     "You are talking to the automated assistant of %s again.",
	promised:      "My colleague promised: “%s”",
	hint:          "Write AGENT at any time to reach a person.",
	hello:         "Hello %s.",
	helloNoName:   "Hello.",
	askGreeting:   "What can I help you with?",
	thanks:        "You are welcome. I am here if anything else comes up.",
	goodbye:       "Goodbye, and take care. Write to us here whenever you like.",
	acknowledged:  "Good. If there is anything else, just write it here.",
	declined:      "All right. If there is anything else, just write it here.",
	robot:         "Yes, I am an automated assistant. I answer common questions at once, and a person can take over whenever you prefer.",
	quoteHead:     "I found this in “%s”:",
	rephrase:      "I am not sure I understood. Could you say it in other words, in one short sentence?",
	rephraseAgain: "Then I have not found the right topic yet. Could you tell me in a few words what it is about?",
	empty:         "I could not read a question in that. Could you write it in a few words?",
	choicesHead:   "To be sure I answer the right question: is it about one of these?",
	choiceHead:    "To be sure I answer the right question: is this what you mean?",
	choicesFoot:   "Please answer with the number.",
	choose:        "Choose",
	person:        "A person",
	yes:           "Yes",
	no:            "No",
	yesOrNo:       "Please answer yes or no.",
	whereWere:     "Back to where we were.",
	left:          "All right, we leave that. If there is anything else, just write it here.",
	noted:         "Noted. Write here when you would like to go on.",
	offerPerson:   "Would you like a person to take over? Please answer yes or no.",
	repeatHead:    "My last answer does not seem to be what you need. Is it about one of these?",
	media:         "I can only read text so far: I cannot open pictures, voice messages, documents or locations. Could you write your question in a few words? If the attachment matters, send it again and a person will look at it.",
	picture:       "Thank you for the picture. I cannot tell from it what you need: could you write it in a few words? If the picture says it all, send it again and a person will look at it.",
	otherLanguage: "I can only answer in %s so far. Could you write in one of these languages?",
	optOutAsk:     "Do you want to get no more messages from us at all, answers included? Please answer yes or no.",
	optedOut:      "Understood: you will get no more messages from us here. Write START if you ever want them again.",
	optOutKept:    "All right, nothing changes. You can write STOP at any time to get no more messages.",
	optedIn:       "Welcome back: you will get our messages here again. Write STOP at any time to end them.",
	offTopic:      "I can only help with questions about our shop, orders and services. What can I do for you there?",
	carriedOut:    "Thank you, that is done.",
	leftAsItIs:    "All right, I leave it as it is.",
	tooFast:       "You are writing faster than I can read. Please wait a minute, then write your question in one message.",
	noCards:       "Please do not send card numbers here: we never need them in this chat.",
	handoff: map[HandoffCode]string{
		HandoffModel:      "This needs a person, who takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffTool:       "I could not complete this safely. A person takes over from here, checks it and answers you.",
		HandoffPerson:     "Of course. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffSafety:     "I am sorry to read this. A person takes over from here and will look at your message first. If anyone is in danger, please call your local emergency number now.",
		HandoffLegal:      "Thank you for telling us. This needs a person, who takes over from here and will read your whole message.",
		HandoffOptOut:     "Understood. A person takes over from here and makes sure that we do not send you further messages.",
		HandoffDeleteData: "I have noted your request about your personal data. A person takes over from here, checks it and answers you.",
		HandoffMedia:      "I cannot open what you sent, so a person takes over from here and will look at it.",
		HandoffFallbacks:  "I have not been able to help with this. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffLoop:       "I keep giving you the same answer, and that does not help. A person takes over from here and reads what you have written.",
		HandoffUpset:      "I am sorry about the trouble. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffRefused:    "None of my suggestions fits, so a person takes over from here and reads what you have written.",
		HandoffIntent:     "A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffRule:       "A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffUnfilled:   "I do not have the answer to this at hand. A person takes over from here and reads what you have written.",
		HandoffProbe:      "Thank you for your message. Customers of %s can write AGENT here at any time to reach a person. A person takes over this conversation now.",
		HandoffFailed:     "Something went wrong on our side. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		HandoffFlow:       "A person takes over from here and sees what you have told me, so there is no need to repeat it.",
		HandoffNoBase:     "Thank you for your message. A person takes over from here and will answer you.",
	},
	next:          "You are next in line",
	number:        "You are number %d in line",
	aMinute:       "; it should take about a minute",
	minutes:       "; it should take about %d minutes",
	overAnHour:    "; it may take more than an hour",
	nobody:        "Nobody is at the desk right now",
	back:          "; we are back %s at %s (%s)",
	kept:          "Your place is kept, so there is no need to write again.",
	patience:      "Thank you for waiting.",
	today:         "today",
	tomorrow:      "tomorrow",
	onWeekday:     "on %s",
	onDate:        "on %s %d %s",
	clock:         "15:04",
	cityTime:      "%s time",
	cityTimeVowel: "%s time",
	weekdays:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	months: [12]string{
		"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
	},
}

var textsFR = texts{
	language:      "fr",
	disclosure:    "Vous échangez avec l'assistant automatique de %s.",
	backAgain:     "Vous échangez de nouveau avec l'assistant automatique de %s.",
	promised:      "Mon collègue a promis : « %s »",
	hint:          "Écrivez CONSEILLER à tout moment pour parler à une personne.",
	hello:         "Bonjour %s.",
	helloNoName:   "Bonjour.",
	askGreeting:   "En quoi puis-je vous aider ?",
	thanks:        "Avec plaisir. Je reste à votre disposition.",
	goodbye:       "Au revoir, et prenez soin de vous. Écrivez-nous ici quand vous le souhaitez.",
	acknowledged:  "Bien. Si vous avez une autre question, écrivez-la ici.",
	declined:      "Très bien. Si vous avez une autre question, écrivez-la ici.",
	robot:         "Oui, je suis un assistant automatique. Je réponds tout de suite aux questions courantes, et une personne peut prendre le relais quand vous le souhaitez.",
	quoteHead:     "Voici ce que dit « %s » :",
	rephrase:      "Je n'ai pas bien compris. Pourriez-vous le dire autrement, en une phrase courte ?",
	rephraseAgain: "Je n'ai donc pas encore trouvé le bon sujet. Pourriez-vous me dire en quelques mots de quoi il s'agit ?",
	empty:         "Je n'ai pas trouvé de question dans ce message. Pourriez-vous l'écrire en quelques mots ?",
	choicesHead:   "Pour répondre à la bonne question : s'agit-il de l'un de ces sujets ?",
	choiceHead:    "Pour répondre à la bonne question : est-ce bien cela ?",
	choicesFoot:   "Merci de répondre par le numéro.",
	choose:        "Choisir",
	person:        "Une personne",
	yes:           "Oui",
	no:            "Non",
	yesOrNo:       "Merci de répondre par oui ou non.",
	whereWere:     "Reprenons où nous en étions.",
	left:          "Très bien, nous en restons là. Si vous avez une autre question, écrivez-la ici.",
	noted:         "C'est noté. Écrivez ici quand vous souhaitez continuer.",
	offerPerson:   "Souhaitez-vous qu'une personne prenne le relais ? Répondez par oui ou non.",
	repeatHead:    "Ma dernière réponse ne semble pas convenir. S'agit-il de l'un de ces sujets ?",
	media:         "Pour l'instant, je ne lis que le texte : je ne peux ouvrir ni images, ni messages vocaux, ni documents, ni positions. Pourriez-vous écrire votre question en quelques mots ? Si la pièce jointe est importante, envoyez-la de nouveau et une personne la regardera.",
	picture:       "Merci pour l'image. Je ne peux pas en déduire ce qu'il vous faut : pourriez-vous l'écrire en quelques mots ? Si l'image dit tout, envoyez-la de nouveau et une personne la regardera.",
	otherLanguage: "Pour l'instant, je ne réponds qu'en %s. Pourriez-vous écrire dans l'une de ces langues ?",
	optOutAsk:     "Voulez-vous ne plus recevoir aucun message de notre part, réponses comprises ? Répondez par oui ou par non.",
	optedOut:      "C'est noté : vous ne recevrez plus de messages de notre part ici. Écrivez START si vous changez d'avis.",
	optOutKept:    "Très bien, rien ne change. Vous pouvez écrire STOP à tout moment pour ne plus recevoir de messages.",
	optedIn:       "C'est noté : vous recevrez de nouveau nos messages ici. Écrivez STOP à tout moment pour les arrêter.",
	offTopic:      "Je ne peux répondre qu'aux questions sur notre boutique, vos commandes et nos services. Que puis-je faire pour vous à ce sujet ?",
	carriedOut:    "Merci, c'est fait.",
	leftAsItIs:    "D'accord, je n'y touche pas.",
	tooFast:       "Vous écrivez plus vite que je ne peux lire. Merci d'attendre une minute, puis d'écrire votre question en un seul message.",
	noCards:       "Merci de ne pas envoyer de numéro de carte ici : nous n'en avons jamais besoin dans cette conversation.",
	handoff: map[HandoffCode]string{
		HandoffModel:      "Une personne doit s'en charger : elle prend le relais et lira ce que vous avez écrit, inutile de le répéter.",
		HandoffTool:       "Je n'ai pas pu terminer en toute sécurité. Une personne prend le relais, vérifie et vous répond.",
		HandoffPerson:     "Bien sûr. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffSafety:     "Je suis désolé de lire cela. Une personne prend le relais et regardera votre message en priorité. Si quelqu'un est en danger, appelez sans attendre le 112 ou votre numéro d'urgence local.",
		HandoffLegal:      "Merci de nous l'avoir signalé. Cela demande une personne : elle prend le relais et lira tout votre message.",
		HandoffOptOut:     "C'est noté. Une personne prend le relais et veille à ce que nous ne vous envoyions plus de messages.",
		HandoffDeleteData: "J'ai bien noté votre demande sur vos données personnelles. Une personne prend le relais, la vérifie et vous répond.",
		HandoffMedia:      "Je ne peux pas ouvrir ce que vous avez envoyé ; une personne prend le relais et le regardera.",
		HandoffFallbacks:  "Je n'ai pas réussi à vous aider. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffLoop:       "Je vous donne toujours la même réponse, et cela ne vous aide pas. Une personne prend le relais et lit ce que vous avez écrit.",
		HandoffUpset:      "Je suis désolé pour ces désagréments. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffRefused:    "Aucune de mes propositions ne convient ; une personne prend le relais et lit ce que vous avez écrit.",
		HandoffIntent:     "Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffRule:       "Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffUnfilled:   "Je n'ai pas cette réponse sous la main. Une personne prend le relais et lit ce que vous avez écrit.",
		HandoffProbe:      "Merci pour votre message. Les clients de %s peuvent écrire CONSEILLER ici à tout moment pour parler à une personne. Une personne prend le relais dès maintenant.",
		HandoffFailed:     "Un problème est survenu de notre côté. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		HandoffFlow:       "Une personne prend le relais et voit ce que vous m'avez indiqué ; inutile de le répéter.",
		HandoffNoBase:     "Merci pour votre message. Une personne prend le relais et vous répondra.",
	},
	next:          "Vous êtes en tête de la file",
	number:        "Vous êtes numéro %d dans la file",
	aMinute:       " ; comptez environ une minute",
	minutes:       " ; comptez environ %d minutes",
	overAnHour:    " ; comptez plus d'une heure",
	nobody:        "Personne n'est disponible pour le moment",
	back:          " ; nous serons de retour %s à %s (%s)",
	kept:          "Votre place est gardée ; inutile d'écrire de nouveau.",
	patience:      "Merci de votre patience.",
	today:         "aujourd'hui",
	tomorrow:      "demain",
	onWeekday:     "%s",
	onDate:        "le %s %d %s",
	clock:         "15 h 04",
	cityTime:      "heure de %s",
	cityTimeVowel: "heure d'%s",
	weekdays:      [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	months: [12]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	},
}

// languageNames are how the catalogues name languages to customers.
var languageNames = map[string]map[string]string{
	"en": {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"},
	"fr": {"en": "anglais", "fr": "français", "de": "allemand", "es": "espagnol", "it": "italien", "nl": "néerlandais", "pt": "portugais"},
}
