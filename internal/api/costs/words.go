package costs

import (
	"fmt"
	"slices"
	"strings"

	"parley/internal/bot"
	"parley/internal/store/usage"
)

// Words say in English and French what a model had to do with a reply. detail is for who
// looks for the cause or the cost; its codes are those of docs/models.md.
func Words(m bot.ModelTrace) (en, fr, detail string) {
	en, fr = "Decided by the language model", "Décidé par le modèle de langue"
	if m.Failure != "" {
		en, fr = "The language model was no help; the bot answered by itself", "Le modèle de langue n’a pas aidé ; le bot a répondu seul"
	}
	if m.Provider == usage.Brain {
		return brainWords(m)
	}
	parts := []string{m.Model, m.Outcome, m.Failure, m.Violation, fmt.Sprintf("%d+%d tokens", m.In, m.Out), fmt.Sprintf("%d ms", m.Millis)}
	if m.Micros > 0 {
		parts = append(parts, fmt.Sprintf("%.4f", float64(m.Micros)/1e6))
	}
	parts = append(parts, m.Tools...)
	return en, fr, strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// brainWords are the same for a brain of the operator's own, which costs nothing here. Its
// detail says what went wrong.
func brainWords(m bot.ModelTrace) (en, fr, detail string) {
	en, fr = "Decided by your own brain", "Décidé par votre propre service"
	switch {
	case m.Failure != "":
		en, fr = "Your own brain was no help; the bot answered by itself", "Votre propre service n’a pas aidé ; le bot a répondu seul"
	case m.Outcome == "keep":
		en, fr = "Your own brain left it to the bot", "Votre propre service a laissé faire le bot"
	}
	parts := []string{m.Model, m.Outcome, m.Failure, m.Violation, m.Detail, fmt.Sprintf("%d ms", m.Millis)}
	if m.Calls > 1 {
		parts = append(parts, fmt.Sprintf("%d calls", m.Calls))
	}
	parts = append(parts, m.Tools...)
	return en, fr, strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}
