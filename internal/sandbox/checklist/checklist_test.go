package checklist_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
)

// line is one thing that the sandbox must do.
type line struct {
	name    string
	rule    string
	source  string   // the public document that states it; "" when no document does
	choices []string // the switches that stand for what the documents leave open
	check   func(t *testing.T, b *box)
}

// lines are the checklist in its order.
func lines() []line {
	return slices.Concat(doorLines(), triggerLines(), otherLines(), inboundLines(), whatsAppLines(), traceLines())
}

func TestChecklist(t *testing.T) {
	t.Parallel()
	for i, l := range lines() {
		t.Run(fmt.Sprintf("%02d_%s", i+1, l.name), func(t *testing.T) {
			t.Parallel()
			t.Log(l.rule)
			l.check(t, start(t))
		})
	}
}

func TestLines_areWhole(t *testing.T) {
	t.Parallel()
	all := lines()
	if len(all) != 55 {
		t.Errorf("%d lines, want 55", len(all))
	}
	name := regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)+$`)
	seen := map[string]bool{}
	for i, l := range all {
		if !name.MatchString(l.name) || seen[l.name] {
			t.Errorf("line %d: name %q is not its own, in words joined by _", i+1, l.name)
		}
		seen[l.name] = true
		if l.rule == "" || l.check == nil || l.source == "" && len(l.choices) == 0 {
			t.Errorf("line %d (%s) needs a rule, a check, and a source or the switch of our choice", i+1, l.name)
		}
	}
}
