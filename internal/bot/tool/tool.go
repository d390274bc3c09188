// Package tool is what the bot may do besides talking, as plain values: what a tool is
// called and takes, a call of it, and what came of that.
//
// It owns the declarations and their validation. It must not do any I/O: calls are
// carried out and remembered by package run below it.
package tool

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Effect says whether a tool changes something outside.
type Effect string

// The two effects. A write is carried out only after the customer's own yes.
const (
	Read  Effect = "read"
	Write Effect = "write"
)

// Call asks for a tool.
type Call struct {
	// MessageID is the customer's message that led to the call.
	MessageID string `json:"messageId"`
	Tool      string `json:"tool"`
	// Args are what the tool's schema asks of the bot; what the server binds (who the
	// customer is) is never among them.
	Args map[string]any `json:"args"`
	// Confirmed says that the customer has said yes to this very call, as the code has
	// read it. A write that is not confirmed is refused.
	Confirmed bool `json:"confirmed,omitempty"`
}

// ID names a call: the same tool with the same arguments for the same message of the
// same conversation is the same call, and is carried out once.
func (c Call) ID(conversation string) (string, error) {
	args, err := json.Marshal(c.Args) // keys in order
	if err != nil {
		return "", fmt.Errorf("arguments of tool %s: %w", c.Tool, err)
	}
	h := sha256.New()
	for _, part := range []string{conversation, c.MessageID, c.Tool, string(args)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// State is how far a call has come.
type State string

// The states of a call. Unknown means that nobody can tell whether a write has happened:
// a person has to look.
const (
	Planned   State = "planned"
	Confirmed State = "confirmed"
	Started   State = "started"
	Done      State = "done"
	Failed    State = "failed"
	Unknown   State = "unknown"
)

// Result is what came of a call: Done, Failed or Unknown.
type Result struct {
	Call  Call  `json:"call"`
	State State `json:"state"`
	// Data are the fields that the tool's mapping names.
	Data map[string]any `json:"data,omitempty"`
	// Code is the tool's own word for why it failed ("not_found"), as its mapping names
	// it, or one of "timeout", "refused", "unreachable", "invalid".
	Code string `json:"code,omitempty"`
	// Problem is one English sentence for the trace; it holds no personal data.
	Problem string `json:"problem,omitempty"`
}
