package guard

import (
	"regexp"
	"strings"

	"parley/internal/bot/intent"
)

const (
	doneEN = `(?:refund|cancel|reimburs|order|chang|updat|replac|shipp|dispatch|process|issu|credit|book|reserv|appl|delet|remov|creat|approv|grant|waiv|extend|rebook|resend|resent|sent|correct|modif|schedul|initiat|start|arrang|open|complet|expedit|upgrad|confirm)[a-z]*`
	doneFR = `(?:rembours|annul|command|modifi|chang|rempla|expedi|envoy|renvoy|credit|appliqu|supprim|efface|cree|valid|confirm|enregistr|programm|reserv|accord|offert|prolong|corrig|mis a jour|mettr|effectu|initi|lance|ouvert|trait)[a-z]*`
	soft   = `(?:(?:just|now|already|also|gladly|happily|immediately|successfully|bien|deja|aussi|donc|immediatement|desormais) )*`
)

// claims are ways to say that we did something or will, folded. What changes nothing (I
// have checked, I will look) is none.
var claims = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:i|we)(?: have| ve| had| am| are| m| re)? ` + soft + `(?:been )?` + `(?:refunded|cancelled|canceled|reimbursed|ordered|changed|updated|replaced|shipped|dispatched|processed|issued|credited|booked|reserved|applied|deleted|removed|created|approved|granted|waived|extended|rebooked|resent|sent|corrected|modified|scheduled|initiated|started|arranged|opened|completed|expedited|upgraded|confirmed)\b`),
	regexp.MustCompile(`\b(?:i|we)(?: will| ll| shall| can now| am going to| are going to)? ` + soft + `(?:refund|cancel|reimburse|replace|change|update|ship|dispatch|credit|book|reserve|apply|delete|waive|approve|grant|resend|upgrade|expedite) (?:you|your|it|this|that|the|a|an|them)\b`),
	regexp.MustCompile(`\b(?:i am|i m|we are|we re) ` + soft + `(?:refunding|cancelling|canceling|replacing|shipping|processing|issuing|crediting|booking|applying|deleting|changing|updating)\b`),
	regexp.MustCompile(`\b(?:i|we) ` + soft + `(?:promise|guarantee|assure you)\b`),
	regexp.MustCompile(`\b(?:j ai|nous avons|je viens de|nous venons de|je vais|nous allons|je vous ai|nous vous avons) ` + soft + `(?:(?:vous|le|la|les|l|en) ){0,2}` + soft + doneFR + `\b`),
	regexp.MustCompile(`\b(?:j effectue|je procede|nous procedons) ` + soft + `(?:au|a|le|la|l) `),
	regexp.MustCompile(`\b(?:je vous|nous vous|je|nous) ` + soft + `(?:rembourse|remboursons|rembourserai|rembourserons|annule|annulons|annulerai|annulerons|renvoie|renvoyons|credite|creditons|offre|offrons|accorde|accordons|promets|promettons|garantis|garantissons)\b`),
}

// done are ways to say that something is done, whoever did it, folded.
var done = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:has|have) ` + soft + `been ` + soft + `(` + doneEN + `)\b`),
	regexp.MustCompile(`\b(?:your|the) (?:[a-z]+ ){0,2}(?:order|refund|return|parcel|package|address|delivery|payment|account|subscription|booking|request|voucher|discount)(?: [a-z0]+){0,3}? (?:is|was|will be|is being) ` + soft + `(` + doneEN + `)\b`),
	regexp.MustCompile(`\b(?:you (?:have been|were|are being)) ` + soft + `(` + doneEN + `)\b`),
	regexp.MustCompile(`\b(?:a ete|ont ete|est maintenant|sera|seront|vient d etre|viennent d etre) ` + soft + `(` + doneFR + `)\b`),
	regexp.MustCompile(`\b(?:votre|vos|la|le) (?:[a-z]+ ){0,2}(?:commande|remboursement|retour|colis|adresse|livraison|paiement|compte|abonnement|demande|bon|remise)(?: [a-z0]+){0,3}? (?:est|sont) ` + soft + `(` + doneFR + `)\b`),
	regexp.MustCompile(`\b(?:refund|cancellation|replacement|change|remboursement|annulation|modification|remplacement) (?:confirmed|done|completed|processed|approved|confirmee?|effectuee?|acceptee?|validee?)\b`),
}

// promises finds words that say something was done when no tool has done it. What the
// shop itself says, word for word, may be said; what a tool reports as done may be told.
func (c *checker) promises() *Violation {
	if c.Wrote {
		return nil
	}
	knowledge, results := fold(c.Knowledge), fold(c.Results)
	for _, claim := range claims {
		for _, said := range claim.FindAllString(c.folded, -1) {
			if !strings.Contains(knowledge, said) {
				return violation(RulePromise, "The text says %q, but no tool has done it in this turn.", said)
			}
		}
	}
	for _, pattern := range done {
		for _, m := range pattern.FindAllStringSubmatch(c.folded, -1) {
			stem := m[0]
			if len(m) > 1 {
				stem = m[1][:min(len(m[1]), 5)]
			}
			if !strings.Contains(knowledge, m[0]) && !strings.Contains(results, stem) {
				return violation(RulePromise, "The text says %q, but no tool has done it in this turn.", m[0])
			}
		}
	}
	return nil
}

func fold(texts []string) string {
	var b strings.Builder
	for _, text := range texts {
		b.WriteString(" " + intent.Fold(text))
	}
	return b.String() + " "
}
