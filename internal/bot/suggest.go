package bot

import (
	"strings"

	"parley/internal/bot/intent"
	"parley/internal/bot/knowledge"
)

// Suggestion is an answer of the knowledge base that a person may want to send.
type Suggestion struct {
	Intent, Title, Text, Language string
	P                             float64 // that the question was read right
}

// Suggest finds the likeliest answer to a question that was not said before. said are
// the lines that the customer has read already. A language that the base does not have
// gets no suggestion: nobody sends an answer in the wrong one.
func (b *Bot) Suggest(question, language string, said []string) (Suggestion, bool) {
	pub := b.published()
	if pub == nil || strings.TrimSpace(question) == "" {
		return Suggestion{}, false
	}
	if language = baseLanguage(language); language == "" {
		language = pub.Default
	}
	if !pub.Speaks(language) {
		return Suggestion{}, false
	}
	r := &run{pub: pub, language: language}
	var asking []string // without the wish for a person, which says nothing of the topic
	for line := range strings.Lines(question) {
		if line = clip(strings.TrimSpace(line), maxPart); line == "" {
			continue
		}
		p := part{text: line}
		if p.special, p.always = intent.Always(line, language); !p.always {
			asking = append(asking, line)
		}
		r.parts = append(r.parts, p)
	}
	if len(asking) == 0 {
		asking = strings.Fields(question)
	}
	r.question = clip(strings.Join(asking, " "), maxPart)
	best, _ := r.understand()
	for i, s := range best.Top {
		if best.P < pub.Clarify || i > 0 && s.P < pub.Clarify/2 {
			break
		}
		in, ok := pub.Intent(language, s.Label)
		if !ok || in.Handoff == knowledge.HandoffAlways {
			continue
		}
		text, missing := pub.Whole(in)
		if len(missing) > 0 || saidAlready(text, said) {
			continue
		}
		return Suggestion{Intent: in.Name, Title: in.Title, Text: text, Language: language, P: s.P}, true
	}
	return Suggestion{}, false
}

func saidAlready(text string, said []string) bool {
	folded := intent.Fold(text)
	for _, line := range said {
		if strings.Contains(intent.Fold(line), folded) {
			return true
		}
	}
	return false
}
