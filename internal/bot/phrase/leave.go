package phrase

import (
	"strings"

	"parley/internal/bot/intent"
)

// leaving are messages that mean nothing but: not this any more.
var leaving = set(List(`cancel | cancel it | cancel this | cancel that | never mind | nevermind | forget it | forget about it | forget that | leave it | quit | exit | abort
	i changed my mind | changed my mind | i have changed my mind | let s stop | stop this | not now | no longer needed | i don t want to any more | i do not want to any more
	annuler | annule | annulez | j annule | laisse tomber | laissez tomber | on laisse tomber | oubliez | oublie | oubliez ca | tant pis | quitter | abandonner | j abandonne
	j ai change d avis | plus maintenant | pas maintenant | ce n est plus la peine | plus besoin`))

var courtesy = set(strings.Fields("please thanks thank you ok okay actually sorry svp merci s il vous plait finalement pardon desole en fait"))

func set(list []string) map[string]bool {
	m := make(map[string]bool, len(list))
	for _, p := range list {
		m[p] = true
	}
	return m
}

// Leaves reports whether a message asks for nothing but to leave what is going on, with or
// without a courteous word around it.
func Leaves(text string) bool {
	words := strings.Fields(intent.Fold(text))
	if leaving[strings.Join(words, " ")] {
		return true
	}
	for len(words) > 0 && courtesy[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	for len(words) > 0 && courtesy[words[0]] {
		words = words[1:]
	}
	return len(words) > 0 && leaving[strings.Join(words, " ")]
}
