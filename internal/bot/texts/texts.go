// Package texts is everything the bot says by itself, in English and in French. All fixed
// wording is here and nowhere else; what a shop says is in its knowledge base.
package texts

// Texts are those of one language. %s in Disclosure is the name of the knowledge base. The
// tone: warm, plain, no exclamation marks; "vous" in French.
type Texts struct {
	Language string

	Disclosure    string // once at first contact: EU AI Act, article 50(1)
	BackAgain     string // the same after people have given the conversation back
	Promised      string // "%s" is the promise, quoted
	Hint          string // the way to a person, always the same words
	Hello         string // "%s" is the first name
	HelloNoName   string
	AskGreeting   string // after a greeting: what is it about
	Thanks        string
	Goodbye       string
	Acknowledged  string // yes, ok, with nothing pending
	Declined      string // no, with nothing pending
	Robot         string // are you a robot?
	QuoteHead     string // title of the document a passage is quoted from
	Rephrase      string
	RephraseAgain string // the same in other words, after choices were refused
	Empty         string // a message without a letter
	ChoicesHead   string // above the numbered list
	ChoiceHead    string // above one choice and a person
	ChoicesFoot   string // how to answer
	Choose        string // opens a list of choices, fits a button
	Person        string // the last choice, fits a button
	Yes           string // buttons of a question that a flow wants a yes to
	No            string
	YesOrNo       string // how to answer it without buttons
	WhereWere     string // before a flow's question again, after another answer
	Left          string // the customer left a flow
	Noted         string // a flow waits and has nothing to say
	OfferPerson   string // would you like a person?
	RepeatHead    string // above choices after the same question again
	Media         string // first picture, voice message, ...
	Picture       string // first picture that was seen and asks nothing
	OtherLanguage string // a language the base does not have
	OptOutAsk     string // no more messages at all?
	OptedOut      string // the last thing that is said
	OptOutKept    string // no, go on
	OptedIn       string
	OffTopic      string            // a question that is none of the shop's business
	CarriedOut    string            // it was changed
	LeftAsItIs    string            // the customer said no to it
	TooFast       string            // more messages than anybody can read
	NoCards       string            // above a reply to a card number
	Handoff       map[string]string // by the code of a handoff

	// What a handoff's text and a wait for people add; outlook.go puts them together.
	Next          string // the place in the line, without its full stop
	Number        string
	AMinute       string // goes on from there
	Minutes       string
	OverAnHour    string
	Nobody        string // nobody is there, without its full stop
	Back          string // goes on from there: day, time of day, time zone
	Kept          string
	Patience      string // for somebody who has waited for some time
	Today         string
	Tomorrow      string
	OnWeekday     string
	OnDate        string // weekday, day, month
	Clock         string // layout of a time of day
	CityTime      string
	CityTimeVowel string // the same before a vowel, where that differs
	Weekdays      [7]string
	Months        [12]string
}

// Of returns the texts of a language; English when it has none.
func Of(language string) *Texts {
	if language == "fr" {
		return &French
	}
	return &English
}

// English are the texts in English; they do not change.
var English = Texts{
	Language:      "en",
	Disclosure:    "You are chatting with the automated assistant of %s.",
	BackAgain:     "You are talking to the automated assistant of %s again.",
	Promised:      "My colleague promised: “%s”",
	Hint:          "Write AGENT at any time to reach a person.",
	Hello:         "Hello %s.",
	HelloNoName:   "Hello.",
	AskGreeting:   "What can I help you with?",
	Thanks:        "You are welcome. I am here if anything else comes up.",
	Goodbye:       "Goodbye, and take care. Write to us here whenever you like.",
	Acknowledged:  "Good. If there is anything else, just write it here.",
	Declined:      "All right. If there is anything else, just write it here.",
	Robot:         "Yes, I am an automated assistant. I answer common questions at once, and a person can take over whenever you prefer.",
	QuoteHead:     "I found this in “%s”:",
	Rephrase:      "I am not sure I understood. Could you say it in other words, in one short sentence?",
	RephraseAgain: "Then I have not found the right topic yet. Could you tell me in a few words what it is about?",
	Empty:         "I could not read a question in that. Could you write it in a few words?",
	ChoicesHead:   "To be sure I answer the right question: is it about one of these?",
	ChoiceHead:    "To be sure I answer the right question: is this what you mean?",
	ChoicesFoot:   "Please answer with the number.",
	Choose:        "Choose",
	Person:        "A person",
	Yes:           "Yes",
	No:            "No",
	YesOrNo:       "Please answer yes or no.",
	WhereWere:     "Back to where we were.",
	Left:          "All right, we leave that. If there is anything else, just write it here.",
	Noted:         "Noted. Write here when you would like to go on.",
	OfferPerson:   "Would you like a person to take over? Please answer yes or no.",
	RepeatHead:    "My last answer does not seem to be what you need. Is it about one of these?",
	Media:         "I can only read text so far: I cannot open pictures, voice messages, documents or locations. Could you write your question in a few words? If the attachment matters, send it again and a person will look at it.",
	Picture:       "Thank you for the picture. I cannot tell from it what you need: could you write it in a few words? If the picture says it all, send it again and a person will look at it.",
	OtherLanguage: "I can only answer in %s so far. Could you write in one of these languages?",
	OptOutAsk:     "Do you want to get no more messages from us at all, answers included? Please answer yes or no.",
	OptedOut:      "Understood: you will get no more messages from us here. Write START if you ever want them again.",
	OptOutKept:    "All right, nothing changes. You can write STOP at any time to get no more messages.",
	OptedIn:       "Welcome back: you will get our messages here again. Write STOP at any time to end them.",
	OffTopic:      "I can only help with questions about our shop, orders and services. What can I do for you there?",
	CarriedOut:    "Thank you, that is done.",
	LeftAsItIs:    "All right, I leave it as it is.",
	TooFast:       "You are writing faster than I can read. Please wait a minute, then write your question in one message.",
	NoCards:       "Please do not send card numbers here: we never need them in this chat.",
	Handoff: map[string]string{
		"model_asked":       "This needs a person, who takes over from here and reads what you have written, so there is no need to repeat it.",
		"tool_failed":       "I could not complete this safely. A person takes over from here, checks it and answers you.",
		"person_requested":  "Of course. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"safety":            "I am sorry to read this. A person takes over from here and will look at your message first. If anyone is in danger, please call your local emergency number now.",
		"legal":             "Thank you for telling us. This needs a person, who takes over from here and will read your whole message.",
		"opt_out":           "Understood. A person takes over from here and makes sure that we do not send you further messages.",
		"delete_data":       "I have noted your request about your personal data. A person takes over from here, checks it and answers you.",
		"unsupported_media": "I cannot open what you sent, so a person takes over from here and will look at it.",
		"not_understood":    "I have not been able to help with this. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"loop":              "I keep giving you the same answer, and that does not help. A person takes over from here and reads what you have written.",
		"frustration":       "I am sorry about the trouble. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"choices_refused":   "None of my suggestions fits, so a person takes over from here and reads what you have written.",
		"intent_rule":       "A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"operator_rule":     "A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"answer_unfilled":   "I do not have the answer to this at hand. A person takes over from here and reads what you have written.",
		"quality_probe":     "Thank you for your message. Customers of %s can write AGENT here at any time to reach a person. A person takes over this conversation now.",
		"bot_failed":        "Something went wrong on our side. A person takes over from here and reads what you have written, so there is no need to repeat it.",
		"flow":              "A person takes over from here and sees what you have told me, so there is no need to repeat it.",
		"no_knowledge":      "Thank you for your message. A person takes over from here and will answer you.",
	},
	Next:          "You are next in line",
	Number:        "You are number %d in line",
	AMinute:       "; it should take about a minute",
	Minutes:       "; it should take about %d minutes",
	OverAnHour:    "; it may take more than an hour",
	Nobody:        "Nobody is at the desk right now",
	Back:          "; we are back %s at %s (%s)",
	Kept:          "Your place is kept, so there is no need to write again.",
	Patience:      "Thank you for waiting.",
	Today:         "today",
	Tomorrow:      "tomorrow",
	OnWeekday:     "on %s",
	OnDate:        "on %s %d %s",
	Clock:         "15:04",
	CityTime:      "%s time",
	CityTimeVowel: "%s time",
	Weekdays:      [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	Months: [12]string{
		"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
	},
}

// French are the texts in French; they do not change.
var French = Texts{
	Language:      "fr",
	Disclosure:    "Vous échangez avec l'assistant automatique de %s.",
	BackAgain:     "Vous échangez de nouveau avec l'assistant automatique de %s.",
	Promised:      "Mon collègue a promis : « %s »",
	Hint:          "Écrivez CONSEILLER à tout moment pour parler à une personne.",
	Hello:         "Bonjour %s.",
	HelloNoName:   "Bonjour.",
	AskGreeting:   "En quoi puis-je vous aider ?",
	Thanks:        "Avec plaisir. Je reste à votre disposition.",
	Goodbye:       "Au revoir, et prenez soin de vous. Écrivez-nous ici quand vous le souhaitez.",
	Acknowledged:  "Bien. Si vous avez une autre question, écrivez-la ici.",
	Declined:      "Très bien. Si vous avez une autre question, écrivez-la ici.",
	Robot:         "Oui, je suis un assistant automatique. Je réponds tout de suite aux questions courantes, et une personne peut prendre le relais quand vous le souhaitez.",
	QuoteHead:     "Voici ce que dit « %s » :",
	Rephrase:      "Je n'ai pas bien compris. Pourriez-vous le dire autrement, en une phrase courte ?",
	RephraseAgain: "Je n'ai donc pas encore trouvé le bon sujet. Pourriez-vous me dire en quelques mots de quoi il s'agit ?",
	Empty:         "Je n'ai pas trouvé de question dans ce message. Pourriez-vous l'écrire en quelques mots ?",
	ChoicesHead:   "Pour répondre à la bonne question : s'agit-il de l'un de ces sujets ?",
	ChoiceHead:    "Pour répondre à la bonne question : est-ce bien cela ?",
	ChoicesFoot:   "Merci de répondre par le numéro.",
	Choose:        "Choisir",
	Person:        "Une personne",
	Yes:           "Oui",
	No:            "Non",
	YesOrNo:       "Merci de répondre par oui ou non.",
	WhereWere:     "Reprenons où nous en étions.",
	Left:          "Très bien, nous en restons là. Si vous avez une autre question, écrivez-la ici.",
	Noted:         "C'est noté. Écrivez ici quand vous souhaitez continuer.",
	OfferPerson:   "Souhaitez-vous qu'une personne prenne le relais ? Répondez par oui ou non.",
	RepeatHead:    "Ma dernière réponse ne semble pas convenir. S'agit-il de l'un de ces sujets ?",
	Media:         "Pour l'instant, je ne lis que le texte : je ne peux ouvrir ni images, ni messages vocaux, ni documents, ni positions. Pourriez-vous écrire votre question en quelques mots ? Si la pièce jointe est importante, envoyez-la de nouveau et une personne la regardera.",
	Picture:       "Merci pour l'image. Je ne peux pas en déduire ce qu'il vous faut : pourriez-vous l'écrire en quelques mots ? Si l'image dit tout, envoyez-la de nouveau et une personne la regardera.",
	OtherLanguage: "Pour l'instant, je ne réponds qu'en %s. Pourriez-vous écrire dans l'une de ces langues ?",
	OptOutAsk:     "Voulez-vous ne plus recevoir aucun message de notre part, réponses comprises ? Répondez par oui ou par non.",
	OptedOut:      "C'est noté : vous ne recevrez plus de messages de notre part ici. Écrivez START si vous changez d'avis.",
	OptOutKept:    "Très bien, rien ne change. Vous pouvez écrire STOP à tout moment pour ne plus recevoir de messages.",
	OptedIn:       "C'est noté : vous recevrez de nouveau nos messages ici. Écrivez STOP à tout moment pour les arrêter.",
	OffTopic:      "Je ne peux répondre qu'aux questions sur notre boutique, vos commandes et nos services. Que puis-je faire pour vous à ce sujet ?",
	CarriedOut:    "Merci, c'est fait.",
	LeftAsItIs:    "D'accord, je n'y touche pas.",
	TooFast:       "Vous écrivez plus vite que je ne peux lire. Merci d'attendre une minute, puis d'écrire votre question en un seul message.",
	NoCards:       "Merci de ne pas envoyer de numéro de carte ici : nous n'en avons jamais besoin dans cette conversation.",
	Handoff: map[string]string{
		"model_asked":       "Une personne doit s'en charger : elle prend le relais et lira ce que vous avez écrit, inutile de le répéter.",
		"tool_failed":       "Je n'ai pas pu terminer en toute sécurité. Une personne prend le relais, vérifie et vous répond.",
		"person_requested":  "Bien sûr. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"safety":            "Je suis désolé de lire cela. Une personne prend le relais et regardera votre message en priorité. Si quelqu'un est en danger, appelez sans attendre le 112 ou votre numéro d'urgence local.",
		"legal":             "Merci de nous l'avoir signalé. Cela demande une personne : elle prend le relais et lira tout votre message.",
		"opt_out":           "C'est noté. Une personne prend le relais et veille à ce que nous ne vous envoyions plus de messages.",
		"delete_data":       "J'ai bien noté votre demande sur vos données personnelles. Une personne prend le relais, la vérifie et vous répond.",
		"unsupported_media": "Je ne peux pas ouvrir ce que vous avez envoyé ; une personne prend le relais et le regardera.",
		"not_understood":    "Je n'ai pas réussi à vous aider. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"loop":              "Je vous donne toujours la même réponse, et cela ne vous aide pas. Une personne prend le relais et lit ce que vous avez écrit.",
		"frustration":       "Je suis désolé pour ces désagréments. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"choices_refused":   "Aucune de mes propositions ne convient ; une personne prend le relais et lit ce que vous avez écrit.",
		"intent_rule":       "Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"operator_rule":     "Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"answer_unfilled":   "Je n'ai pas cette réponse sous la main. Une personne prend le relais et lit ce que vous avez écrit.",
		"quality_probe":     "Merci pour votre message. Les clients de %s peuvent écrire CONSEILLER ici à tout moment pour parler à une personne. Une personne prend le relais dès maintenant.",
		"bot_failed":        "Un problème est survenu de notre côté. Une personne prend le relais et lit ce que vous avez écrit ; inutile de le répéter.",
		"flow":              "Une personne prend le relais et voit ce que vous m'avez indiqué ; inutile de le répéter.",
		"no_knowledge":      "Merci pour votre message. Une personne prend le relais et vous répondra.",
	},
	Next:          "Vous êtes en tête de la file",
	Number:        "Vous êtes numéro %d dans la file",
	AMinute:       " ; comptez environ une minute",
	Minutes:       " ; comptez environ %d minutes",
	OverAnHour:    " ; comptez plus d'une heure",
	Nobody:        "Personne n'est disponible pour le moment",
	Back:          " ; nous serons de retour %s à %s (%s)",
	Kept:          "Votre place est gardée ; inutile d'écrire de nouveau.",
	Patience:      "Merci de votre patience.",
	Today:         "aujourd'hui",
	Tomorrow:      "demain",
	OnWeekday:     "%s",
	OnDate:        "le %s %d %s",
	Clock:         "15 h 04",
	CityTime:      "heure de %s",
	CityTimeVowel: "heure d'%s",
	Weekdays:      [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	Months: [12]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	},
}

// LanguageNames are how the catalogues name languages to customers.
var LanguageNames = map[string]map[string]string{
	"en": {"en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pt": "Portuguese"},
	"fr": {"en": "anglais", "fr": "français", "de": "allemand", "es": "espagnol", "it": "italien", "nl": "néerlandais", "pt": "portugais"},
}
