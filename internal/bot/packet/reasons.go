package packet

import "parley/internal/chat"

// TakenOver is the reason when a person takes a conversation that the bot had not
// handed over.
const TakenOver = "taken_over"

// reason is what a code means to people.
type reason struct {
	words    Words
	priority chat.Priority
	askedFor string
}

// reasons has an entry for every code of the bot.
var reasons = map[string]reason{
	TakenOver:           {Words{"An agent took over", "Un conseiller a pris le relais"}, chat.Normal, "answer"},
	"person_requested":  {Words{"The customer asked for a person", "Le client a demandé une personne"}, chat.Normal, "person"},
	"safety":            {Words{"Somebody may be in danger", "Quelqu'un est peut-être en danger"}, chat.Urgent, "answer"},
	"legal":             {Words{"It is about the law, fraud or a payment dispute", "Il est question de droit, de fraude ou de litige de paiement"}, chat.High, "answer"},
	"opt_out":           {Words{"The customer wants no more messages", "Le client ne veut plus de messages"}, chat.Normal, "no_messages"},
	"delete_data":       {Words{"A request about personal data", "Une demande sur les données personnelles"}, chat.High, "personal_data"},
	"unsupported_media": {Words{"The customer sent something the bot cannot open", "Le client a envoyé un contenu que l'assistant ne peut pas ouvrir"}, chat.Normal, "answer"},
	"not_understood":    {Words{"The bot did not understand", "L'assistant n'a pas compris"}, chat.Normal, "answer"},
	"loop":              {Words{"The bot went in circles", "L'assistant tournait en rond"}, chat.Normal, "answer"},
	"frustration":       {Words{"The customer is upset", "Le client est mécontent"}, chat.High, "answer"},
	"choices_refused":   {Words{"None of the offered choices fits", "Aucun des choix proposés ne convient"}, chat.Normal, "answer"},
	"intent_rule":       {Words{"People take care of this topic", "Ce sujet est traité par une personne"}, chat.Normal, "answer"},
	"answer_unfilled":   {Words{"The knowledge base lacks a detail of the answer", "Il manque un détail de la réponse dans la base de connaissances"}, chat.Normal, "answer"},
	"quality_probe":     {Words{"WhatsApp tests the quality of the service", "WhatsApp teste la qualité du service"}, chat.High, "person"},
	"operator_rule":     {Words{"A rule of yours asks for a person", "Une de vos règles demande une personne"}, chat.Normal, "answer"},
	"flow":              {Words{"A guided conversation ends with you", "Un parcours guidé se termine avec vous"}, chat.Normal, "answer"},
	"model_asked":       {Words{"The language model, or your own brain, asked for a person", "Le modèle de langue, ou votre propre service, a demandé une personne"}, chat.Normal, "answer"},
	"tool_failed":       {Words{"A call to another system failed, or its outcome is unknown", "Un appel à un autre système a échoué, ou son issue est inconnue"}, chat.High, "answer"},
	"bot_failed":        {Words{"The bot failed", "L'assistant est tombé en panne"}, chat.Normal, "answer"},
	"no_knowledge":      {Words{"There is no knowledge base to answer from", "Il n'y a pas de base de connaissances pour répondre"}, chat.Normal, "answer"},
	"long_conversation": {Words{"The conversation went on for long", "La conversation s'est prolongée"}, chat.Normal, "answer"},
}

// WordsFor says a code in the languages of the desk; a code without words is shown as
// it is.
func WordsFor(code string) Words {
	if r, ok := reasons[code]; ok {
		return r.words
	}
	return Words{code, code}
}

// PriorityOf is how urgent a handoff for this reason is.
func PriorityOf(code string) chat.Priority { return reasons[code].priority }

func askedFor(code string) string {
	if r, ok := reasons[code]; ok {
		return r.askedFor
	}
	return "answer"
}

// PriorityName is how the API calls a priority.
func PriorityName(p chat.Priority) string {
	switch p {
	case chat.Urgent:
		return "urgent"
	case chat.High:
		return "high"
	}
	return "normal"
}
