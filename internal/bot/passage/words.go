package passage

import "strings"

// emptyWords are folded words that say nothing about what a question is about.
var emptyWords = map[string]map[string]bool{
	"en": set(`a about again all also am an and any are as at be because been but by can could d did do does doing don for from get
		give go got had has have he hello hey hi how i if in into is it its just know ll like m may me mean mine much must my need no not of
		on one only or our out please re s say shall she should so some t tell thank thanks that the their them then there they thing this
		to too under up us ve very want was we well were what when where which who why will with would you your
		make take sell offer happen happens keep long many away`),
	"fr": set(`a ai ainsi alors ah as au aussi autre aux avec avez avoir avons bien bonjour bonsoir c ca car ce cela ces cet cette chez ci
		combien comme comment d dans de des dire dois doit donc du elle elles en encore es est et etes etre eu fait faire faut il ils j je
		l la le les leur leurs lui m ma mais me merci mes moi mon n ne nos notre nous on ont ou par pas peut peux plus pour pourquoi
		pouvez pouvoir puis puisje qu quand que quel quelle quelles quels qui quoi s sa salut sans savoir se ses si son sont suis sur svp
		t ta te tes toi ton tout tous toute tres tu un une va vais veux voudrais vos votre vous y
		temps dure vendez faites passe cas offrez proposez combien jours`),
}

func set(list string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}
