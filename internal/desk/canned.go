package desk

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"parley/internal/chat"
	"parley/internal/store"
	"parley/internal/store/inbox"
)

// maxCanned is the longest canned reply, in characters: one WhatsApp message.
const maxCanned = 4096

var (
	shortcut = regexp.MustCompile(`^[\p{L}\p{N}_-]{1,40}$`)
	variable = regexp.MustCompile(`\{\{\s*([A-Za-z0-9_.]+)\s*(?:\|([^{}]*))?\}\}`)
	// gap is the white space before a variable that has no value.
	gap = regexp.MustCompile(` ?\x00`)
)

// Variables are what a canned reply may have in double braces. Behind a bar may stand
// what is written when there is no value: {{customer.name|there}}.
func Variables() []string {
	return []string{"customer.name", "customer.phone", "agent.name", "agent.first_name"}
}

// Filling is what the variables of a canned reply stand for.
type Filling struct{ CustomerName, CustomerPhone, AgentName string }

// Fill writes a canned reply for a customer. A variable without a value and without
// something to be written instead leaves no gap.
func (f Filling) Fill(text string) string {
	first, _, _ := strings.Cut(f.AgentName, " ")
	return fill(text, map[string]string{
		"customer.name": f.CustomerName, "customer.phone": f.CustomerPhone, "agent.name": f.AgentName, "agent.first_name": first,
	})
}

// fill replaces variables by their values, once: what a value says is no variable.
func fill(text string, values map[string]string) string {
	text = variable.ReplaceAllStringFunc(strings.ReplaceAll(text, "\x00", ""), func(found string) string {
		parts := variable.FindStringSubmatch(found)
		if value := values[parts[1]]; value != "" {
			return value
		}
		if instead := strings.TrimSpace(parts[2]); instead != "" {
			return instead
		}
		return "\x00"
	})
	return strings.TrimSpace(gap.ReplaceAllString(text, ""))
}

// SaveCanned adds a canned reply, or changes it if it has an id.
func (d *Desk) SaveCanned(ctx context.Context, c inbox.Canned) (inbox.Canned, error) {
	c.Shortcut, c.Title, c.Text = strings.ToLower(strings.TrimSpace(c.Shortcut)), strings.TrimSpace(c.Title), strings.TrimSpace(c.Text)
	switch n := utf8.RuneCountInString(c.Text); {
	case !shortcut.MatchString(c.Shortcut):
		return c, chat.Errorf(chat.Invalid, "shortcut: %q is none; use up to 40 letters, digits, hyphens and underscores", c.Shortcut)
	case c.Title == "":
		return c, chat.Errorf(chat.Invalid, "title: is empty; say what the reply is for")
	case n == 0 || n > maxCanned:
		return c, chat.Errorf(chat.Invalid, "text: has %d characters; write 1 to %d", n, maxCanned)
	}
	if err := checkVariables(c.Text); err != nil {
		return c, err
	}
	if err := c.Beside.Check(); err != nil {
		return c, err
	}
	fresh := c.ID == ""
	if fresh {
		c.ID = chat.NewID()
	}
	c.UpdatedAt = d.now()
	return c, d.store.Write(ctx, func(tx *store.Tx) error { return inbox.PutCanned(ctx, tx, c, fresh) })
}

func checkVariables(text string) error {
	known := Variables()
	for _, found := range variable.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(known, found[1]) {
			return chat.Errorf(chat.Invalid, "text: there is no variable {{%s}}; there are {{%s}}", found[1], strings.Join(known, "}}, {{"))
		}
	}
	if rest := variable.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		return chat.Errorf(chat.Invalid, "text: double braces stand around variables only, such as {{customer.name}}")
	}
	return nil
}

// DeleteCanned forgets a canned reply.
func (d *Desk) DeleteCanned(ctx context.Context, id string) error {
	return d.store.Write(ctx, func(tx *store.Tx) error { return inbox.DeleteCanned(ctx, tx, id) })
}
