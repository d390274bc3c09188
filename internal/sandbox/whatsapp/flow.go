package whatsapp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Flow is a button that opens a form (Meta, "WhatsApp Flows"); what is filled in comes back as JSON.
type Flow struct {
	Label  string  `json:"label"`
	ID     string  `json:"id"`
	Fields []Input `json:"fields"`
}

// Input is one field of a form.
type Input struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Type     string   `json:"type"` // one of inputTypes
	Options  []string `json:"options,omitempty"`
	Required bool     `json:"required,omitempty"`
}

var inputTypes = []string{"text", "number", "date", "choice", "yes_no"}

// CheckInputs says what is wrong with the fields of a form.
func CheckInputs(fields []Input) error {
	if len(fields) == 0 {
		return fmt.Errorf("a form needs at least one field with name, label and type")
	}
	for i, f := range fields {
		switch {
		case f.Name == "" || f.Label == "":
			return fmt.Errorf("number %d has no name or no label", i+1)
		case slices.ContainsFunc(fields[:i], func(other Input) bool { return other.Name == f.Name }):
			return fmt.Errorf("the name %q is there twice", f.Name)
		case !slices.Contains(inputTypes, f.Type):
			return fmt.Errorf("type %q of %s is none of %s", f.Type, f.Name, strings.Join(inputTypes, ", "))
		case (f.Type == "choice") != (len(f.Options) > 0):
			return fmt.Errorf("%s: options are those of a choice, which needs some", f.Name)
		}
	}
	return nil
}

// checkForm sees that a filled-in form is the JSON object that WhatsApp makes of one.
func checkForm(response string) error {
	var object map[string]any
	if response != "" && json.Unmarshal([]byte(response), &object) != nil {
		return refuse(400, "flow_response must be a JSON object in a string, such as \"{\\\"size\\\":\\\"M\\\"}\"")
	}
	return nil
}
