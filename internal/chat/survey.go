package chat

import (
	"strings"
	"unicode"
)

// SurveyState says where the question for a customer's opinion stands.
type SurveyState string

// States of a survey. A dropped one was not asked, with the reason.
const (
	SurveyPlanned  SurveyState = "planned"
	SurveyAsked    SurveyState = "asked"
	SurveyAnswered SurveyState = "answered"
	SurveyExpired  SurveyState = "expired"
	SurveyDropped  SurveyState = "dropped"
)

// Survey is one customer's opinion of one conversation. Times are unix milliseconds.
type Survey struct {
	ConversationID ConversationID
	Workspace      string
	ContactID      ContactID
	Agent          string // user id of who resolved it
	State          SurveyState
	DueAt          int64 // when the desk has to do something about it; 0 if never
	PlannedAt      int64
	AskedAt        int64
	Until          int64 // until when an answer counts
	AnsweredAt     int64
	Score          int // 1 to 5; 0 while there is none
	CommentUntil   int64
	Comment        string
	Reason         string // why it was dropped
}

// How long answers count, in milliseconds: the score as long as WhatsApp's window may
// be open, a comment or a better score for a moment.
const (
	SurveyOpen    = Window
	CommentWindow = 10 * 60 * 1000
	lowScore      = 3 // up to which a comment is asked for
)

// Wants says whether a comment is asked for after the score.
func (s *Survey) Wants() bool { return s.Score > 0 && s.Score <= lowScore && s.Comment == "" }

// Answer is what a line of the customer may be to a survey. Score is 0 and Comment
// false for a line that is something of its own.
type Answer struct {
	Score   int
	Comment bool // may be taken for a comment: it asks nothing
	Text    string
}

// Take takes a line for an answer, if it is one: a score while the survey is open, a
// score or, after a low one, a comment in the moment after. Whoever calls it must have
// made sure that the customer has no open conversation, where the line would belong.
func (s *Survey) Take(a Answer, now int64) bool {
	switch {
	case s.State == SurveyAsked && now < s.Until && a.Score > 0:
		s.State, s.Score, s.AnsweredAt, s.CommentUntil = SurveyAnswered, a.Score, now, now+CommentWindow
	case s.State != SurveyAnswered || now >= s.CommentUntil || s.Comment != "":
		return false
	case a.Score > 0:
		s.Score, s.AnsweredAt = a.Score, now
	case s.Wants() && a.Comment:
		s.Comment = a.Text
	default:
		return false
	}
	s.DueAt = now // to say thank you
	return true
}

// Aside takes an inbound line that asks for nothing, such as the answer to a survey: no
// turn becomes due and nobody is waiting, whatever state the conversation is in.
func (c *Conversation) Aside(text string, now int64) int64 {
	c.InSeq = c.Line(In, text, now)
	c.DoneSeq, c.WindowUntil = c.InSeq, now+Window
	return c.InSeq
}

// Scores are the names of the scores from 5 down to 1, as customers read them.
func Scores(language string) []string {
	if language == "fr" {
		return []string{"Très bien", "Bien", "Moyen", "Mauvais", "Très mauvais"}
	}
	return []string{"Very good", "Good", "Average", "Bad", "Very bad"}
}

var scoreWords = map[string]int{
	"very good": 5, "excellent": 5, "perfect": 5, "great": 5, "five": 5, "tres bien": 5, "parfait": 5, "super": 5, "cinq": 5,
	"good": 4, "four": 4, "bien": 4, "bon": 4, "quatre": 4, "average": 3, "three": 3, "moyen": 3, "trois": 3,
	"bad": 2, "poor": 2, "two": 2, "mauvais": 2, "mal": 2, "deux": 2, "very bad": 1, "terrible": 1, "awful": 1, "one": 1, "tres mauvais": 1, "nul": 1, "un": 1,
}

// scoreFiller may stand beside a score without changing what it is.
var scoreFiller = map[string]bool{
	"thanks": true, "thank": true, "you": true, "merci": true, "star": true, "stars": true, "etoile": true, "etoiles": true, "out": true, "of": true, "sur": true,
	"i": true, "give": true, "je": true, "mets": true, "donne": true, "note": true, "score": true, "points": true, "a": true, "the": true, "la": true, "le": true,
	"it": true, "was": true, "c": true, "etait": true, "est": true, "s": true, "please": true, "vous": true, "number": true, "numero": true,
}

var plain = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "à", "a", "ô", "o", "ù", "u", "ç", "c", "\u0301", "", "\u0300", "", "\ufe0f", "", "\u20e3", "")

// Score reads a text that is nothing but a score from 1 to 5: a digit, "4/5", "4. Good",
// a number word or name in English or French, or stars. Anything else is none, because
// who writes "5 of my parcels are missing" is not content.
func Score(text string) (score int, ok bool) {
	folded := plain.Replace(strings.ToLower(strings.TrimSpace(text)))
	if stars := strings.Count(folded, "⭐") + strings.Count(folded, "★"); stars > 0 && stars <= 5 && strings.Trim(folded, "⭐★☆ ") == "" {
		return stars, true
	}
	if n, named := scoreWords[strings.Trim(folded, " .!")]; named {
		return n, true
	}
	words := strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		n := 0
		switch {
		case len(w) == 1 && w[0] >= '1' && w[0] <= '5':
			n = int(w[0] - '0')
		case scoreFiller[w]:
			continue
		case scoreWords[strings.Join(words[i:], " ")] > 0:
			n = scoreWords[strings.Join(words[i:], " ")]
			if score != 0 && score != n {
				return 0, false
			}
			return n, true
		default:
			return 0, false
		}
		if score != 0 && n == 5 && i > 0 && isScale(words[:i], folded) {
			continue // the 5 of "4/5" or "4 out of 5"
		}
		if score != 0 {
			return 0, false
		}
		score = n
	}
	return score, score > 0
}

// isScale reports whether a 5 that follows is what the score is out of.
func isScale(before []string, text string) bool {
	last := before[len(before)-1]
	return last == "of" || last == "sur" || strings.Contains(strings.ReplaceAll(text, " ", ""), last+"/5")
}
