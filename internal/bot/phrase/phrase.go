// Package phrase recognises fixed phrases in what customers write, and from them how upset
// somebody sounds.
//
// It owns lists of words, and must not decide what follows from them.
package phrase

import (
	"strings"

	"parley/internal/bot/intent"
)

// List reads folded phrases: one or more lines, with | between the phrases of a line.
func List(list string) []string {
	var out []string
	for line := range strings.Lines(list) {
		for phrase := range strings.SplitSeq(line, "|") {
			if phrase = strings.TrimSpace(phrase); phrase != "" {
				out = append(out, phrase)
			}
		}
	}
	return out
}

// In reports whether a text has one of the phrases, as whole words, whatever its case and
// accents.
func In(text string, phrases []string) bool {
	folded := " " + intent.Fold(text) + " "
	for _, p := range phrases {
		if strings.Contains(folded, " "+p+" ") {
			return true
		}
	}
	return false
}
