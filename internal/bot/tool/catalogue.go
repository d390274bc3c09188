package tool

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// Bound is a value that the server fills in, from what it knows of the conversation. The
// customer and a model can neither choose nor see it, so that nobody reaches another
// customer's things by asking.
type Bound string

// What can be bound.
const (
	BoundExternalID   Bound = "contact.external_id"
	BoundPhone        Bound = "contact.phone"
	BoundConversation Bound = "conversation.id"
	BoundLanguage     Bound = "language"
)

var bounds = []Bound{BoundExternalID, BoundPhone, BoundConversation, BoundLanguage}

// Everywhere in an allow-list stands for every intent or flow.
const Everywhere = "*"

// Catalogue is the tools of a workspace. It does not change once parsed.
type Catalogue struct {
	tools   []*Tool
	servers []Server
}

// Tool is one declaration.
type Tool struct {
	Name        string
	Description string
	Effect      Effect
	// Idempotent says that the other side takes the same Idempotency-Key for the same
	// request, however often it comes. Only such a write is ever sent again.
	Idempotent bool
	Timeout    time.Duration // of one attempt
	Retries    int           // further attempts when one had no answer
	Bind       map[string]Bound
	HTTP       *HTTP // one of the two is set
	MCP        *MCP
	// Result names the fields of an answer and where in it they stand, as JSON pointers
	// (RFC 6901). A field that an answer does not have is left out.
	Result map[string]string
	// Confirm asks the customer, by language, whether a write shall be carried out that a
	// model proposes; {name} is an argument. Without it no model is offered the write. Flows
	// ask in words of their own.
	Confirm map[string]string
	Errors  []Fault // the first that fits wins
	// Intents and Flows are where the tool may be used; Everywhere stands for all.
	Intents []string
	Flows   []string

	schema   json.RawMessage
	resolved *jsonschema.Resolved
	each     map[string]*jsonschema.Resolved // by argument, of those that can be checked alone
	required []string
	closed   bool // takes no argument that the schema does not name
}

// Schema is the JSON schema of the arguments, without what is bound.
func (t *Tool) Schema() json.RawMessage { return t.schema }

// Question is what a customer is asked before a model's call of a write is carried out,
// or "" where it has no words in their language. Arguments are put in as they are.
func (t *Tool) Question(language string, args map[string]any) string {
	return argument.ReplaceAllStringFunc(t.Confirm[language], func(m string) string {
		if v, ok := args[strings.Trim(m, "{}")]; ok {
			return fmt.Sprint(v)
		}
		return ""
	})
}

// Tools are the declarations, in the order of the file.
func (c *Catalogue) Tools() []*Tool { return slices.Clone(c.tools) }

// Servers are the MCP servers that the tools are on.
func (c *Catalogue) Servers() []Server { return slices.Clone(c.servers) }

// Find gives the tool of a name, or nil.
func (c *Catalogue) Find(name string) *Tool {
	i := slices.IndexFunc(c.tools, func(t *Tool) bool { return t.Name == name })
	if i < 0 {
		return nil
	}
	return c.tools[i]
}

// Allowed are the tools that may be used for an intent, within a flow or, with flow empty,
// outside of any.
func (c *Catalogue) Allowed(intent, flow string) []*Tool {
	return slices.DeleteFunc(c.Tools(), func(t *Tool) bool { return !t.Allowed(intent, flow) })
}

// Allowed says whether the tool may be used for an intent or in a flow. One of them is
// enough: a flow that an intent began may use what either may.
func (t *Tool) Allowed(intent, flow string) bool {
	listed := func(list []string, name string) bool {
		return slices.Contains(list, Everywhere) || name != "" && slices.Contains(list, name)
	}
	return listed(t.Intents, intent) || listed(t.Flows, flow)
}

// Check says what is wrong with arguments, or "". It names arguments and never shows their
// values, which may be personal.
func (t *Tool) Check(args map[string]any) string {
	var wrong []string
	for _, name := range t.required {
		if _, ok := args[name]; !ok {
			wrong = append(wrong, name+" is missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(args)) {
		if _, ok := t.Bind[name]; ok {
			wrong = append(wrong, name+" is filled in by the server and cannot be given")
			continue
		}
		one, ok := t.each[name]
		if !ok {
			if t.closed {
				wrong = append(wrong, fmt.Sprintf("%.40q is no argument", name))
			}
			continue
		}
		if one.Validate(args[name]) != nil {
			wrong = append(wrong, name+" does not fit its schema")
		}
	}
	if len(wrong) == 0 && t.resolved.Validate(args) != nil {
		wrong = append(wrong, "the arguments together do not fit the schema")
	}
	if len(wrong) == 0 {
		return ""
	}
	return fmt.Sprintf("tool %s: %s", t.Name, strings.Join(wrong, ", "))
}

// setSchema takes the schema of the arguments and gives what is wrong with it.
func (t *Tool) setSchema(document map[string]any) (problems []string) {
	raw, err := json.Marshal(document)
	if err != nil {
		return []string{"args: " + err.Error()}
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(raw, &schema); err != nil {
		return []string{"args is not a JSON schema: " + err.Error()}
	}
	if schema.Type != "object" {
		return []string{"args must be a JSON schema of type: object"}
	}
	if schema.AdditionalProperties == nil {
		schema.AdditionalProperties = &jsonschema.Schema{Not: &jsonschema.Schema{}} // false
	}
	if t.resolved, err = schema.Resolve(nil); err != nil {
		return []string{"args is not a JSON schema: " + err.Error()}
	}
	if t.schema, err = json.Marshal(&schema); err != nil {
		return []string{"args: " + err.Error()}
	}
	t.required = schema.Required
	t.closed = len(schema.PatternProperties) == 0 && never(schema.AdditionalProperties)
	t.each = map[string]*jsonschema.Resolved{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if !nameForm.MatchString(name) {
			problems = append(problems, fmt.Sprintf("args: %q is not a name; use a-z, 0-9 and _", name))
		}
		// One that needs the whole document ($ref) is checked with it only.
		alone, err := schema.Properties[name].CloneSchemas().Resolve(nil)
		if err != nil {
			alone, _ = (&jsonschema.Schema{}).Resolve(nil)
		}
		t.each[name] = alone
		if _, bound := t.Bind[name]; bound {
			problems = append(problems, fmt.Sprintf("args: %s is also in bind; the server fills it in, so it cannot be an argument", name))
		}
	}
	for _, name := range schema.Required {
		if _, ok := schema.Properties[name]; !ok {
			problems = append(problems, fmt.Sprintf("args: required names %q, which is none of its properties", name))
		}
	}
	return problems
}

func never(s *jsonschema.Schema) bool { return s != nil && s.Not != nil }
