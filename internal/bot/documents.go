package bot

import (
	"fmt"

	"parley/internal/bot/intent"
)

// RulePassage is the rule of an outcome that quotes a document.
const RulePassage = "passage"

// fromDocuments answers with a passage of the documents where no intent does, when it holds most
// of what the question is about. What was said already, or did not help, is not repeated.
func (r *run) fromDocuments(reason string) (Outcome, bool) {
	x := r.pub.Documents[r.language]
	if x == nil || r.repeated || r.upset >= upsetOffer || r.state.PersonAsked == HandoffUpset {
		return Outcome{}, false
	}
	hits := x.Search(r.question)
	if len(hits) == 0 || !hits[0].Sure() {
		return Outcome{}, false
	}
	text := x.Quote(hits[0].Passage, r.question)
	body := join(fmt.Sprintf(r.texts.QuoteHead, hits[0].Title), text, hits[0].Link)
	said := cut(intent.Fold(body))
	if text == "" || said == r.state.Said {
		return Outcome{}, false
	}
	r.expectNothing()
	r.state.Repeats = 0
	r.state.miss(false)
	r.state.try(Tried{TriedAnswer, []string{hits[0].Title}})
	r.trace.Sources = append(r.trace.Sources, hits[0].ID)
	why := fmt.Sprintf("%s; a passage holds %.0f %% of what the question is about", reason, 100*hits[0].Coverage)
	out := r.say(ActionAnswer, BandFallback, RulePassage, why, body, r.hint())
	r.state.Said = said // without the hint, so that a repeat is seen
	return out, true
}
