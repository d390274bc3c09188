package wire

import (
	"crypto/rand"
	"strings"
	"time"
)

// Sample is a turn that nobody waits for, with one message: for whoever tries a brain.
func Sample(workspace, route, language, text string, now time.Time) Turn {
	now = now.UTC().Truncate(time.Millisecond)
	languages := []string{"en", "fr"}
	if language != "en" && language != "fr" {
		languages = append(languages, language)
	}
	id := strings.ToLower(rand.Text())
	return Turn{
		Version: Version, ID: "turn_test_" + id, Test: true, Conversation: "test_" + id, Epoch: 1, Workspace: workspace, Route: route,
		Language: language, Languages: languages, Now: now, Contact: Contact{ID: "test", Language: language},
		Messages: []Message{{ID: "test_" + id, Text: text, At: now}}, History: []Line{},
		Embedded: Embedded{Action: "ask", Text: "Could you put that differently?", Band: "fallback", Readings: []Reading{}},
		Layouts:  []string{"text"}, Limits: Bounds(),
	}
}
