package phrase

import (
	"strings"
	"unicode"
)

// Frustration scores how upset a text sounds, 0 when not at all: an insult or a bitter
// complaint 2, "again", "still not" 1, shouting 1, piled-up marks 1. Sentiment word lists
// do worse on customer messages: product words mislead them.
func Frustration(text string) int {
	score := 0
	if In(text, bitter) {
		score += 2
	}
	if In(text, weary) {
		score++
	}
	if shouting(text) {
		score++
	}
	if strings.Count(text, "?")+strings.Count(text, "!") >= 3 {
		score++
	}
	return score
}

// shouting is all capitals over more than eight letters.
func shouting(text string) bool {
	upper := 0
	for _, c := range text {
		switch {
		case unicode.IsLower(c):
			return false
		case unicode.IsUpper(c):
			upper++
		}
	}
	return upper > 8
}

var bitter = List(`
	stupid | idiot | idiots | useless | ridiculous | pathetic | disgusting | disgusted | disgrace | disgraceful | shameful | shame on you | rubbish
	garbage | trash | crap | shit | bullshit | fuck | fucking | damn | wtf | joke of a | is a joke | what a joke | worst | terrible | horrible | awful | appalling
	unacceptable | outrageous | incompetent | liar | liars | lying to me | thieves | furious | angry | fed up | sick of this | sick of you | had enough
	never again | never order again | never buy again | never shopping here again | losing my patience | waste of time | wasting my time | hate this | hate you
	nobody cares | nobody answers | no one answers | no one replies | nobody replies | very disappointed | extremely disappointed | really disappointed
	nul | nulle | nuls | c est nul | inadmissible | inacceptable | honteux | honte | lamentable | scandaleux | scandale | minable | pathetique | catastrophique | catastrophe
	merde | putain | bordel | connard | connards | conne | idiots | debile | debiles | incompetent | incompetents | menteur | menteurs | bande de | foutage de gueule
	foutez de moi | vous foutez | moquez de moi | vous moquez | fous de moi | ras le bol | j en ai marre | marre de vous | en colere | furieux | furieuse | exaspere | exasperee
	plus jamais | perte de temps | perdre mon temps | inutile | personne ne repond | personne ne me repond | jamais de reponse | aucune reponse | tres decu | tres decue | vraiment decu | vraiment decue | insupportable | n importe quoi`)

var weary = List(`
	again | still not | still no | still nothing | still waiting | still have not | still haven t | third time | second time | fourth time | many times | several times | how many times | every time
	already told | already said | already asked | already wrote | already sent | already explained | i told you | not what i asked | did not answer | didn t answer | does not help | doesn t help | not helping | not helpful
	for weeks | for days | weeks ago | no answer | no reply | keep asking | not working again
	toujours pas | toujours rien | toujours aucune | encore une fois | encore pas | troisieme fois | deuxieme fois | quatrieme fois | plusieurs fois | combien de fois | a chaque fois
	deja dit | deja explique | deja demande | deja ecrit | deja envoye | je vous ai dit | pas ma question | ne repond pas | repondez pas | ne m aide pas | m aide pas | ca n aide pas
	depuis des semaines | depuis des jours | pas de reponse | sans reponse | ca ne marche toujours`)
