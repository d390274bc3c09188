package intent

import "slices"

// Neither WhatsApp nor Braze knows words that end messages or bring them back, so these
// are ours: those that text messages have made familiar (Braze docs, "Opt-ins and opt-outs").
var (
	stopWords = []string{
		"stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "arret", "arreter", "desabonner", "desabonnement", "desabo",
		"stop pub", "stop sms", "stop whatsapp",
	}
	startWords = []string{"start", "unstop", "opt in", "optin", "subscribe", "resubscribe", "reabonner", "reabonnement", "reprendre"}
)

// StopWord reports whether a text is a word that ends all messages, and nothing else.
func StopWord(text string) bool { return slices.Contains(stopWords, Fold(text)) }

// StartWord reports whether a text is a word that brings messages back, and nothing else.
func StartWord(text string) bool { return slices.Contains(startWords, Fold(text)) }
