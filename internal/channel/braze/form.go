package braze

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/internal/chat"
)

// maxFields is how many answers of a form are told apart; Meta's own screens hold far fewer.
const maxFields = 100

// builder is what Meta's Flow Builder puts around the name of an input: screen_0_Size_1.
var builder = regexp.MustCompile(`^screen_\d+_(.+?)(_\d+)?$`)

// FormFields reads the answers of a completed WhatsApp Flow in the order in which they stand: what
// {{whats_app.${inbound_flow_response}}} and the Currents field flow_response_json hold (Meta's pages "WhatsApp
// Flows", response_json of nfm_reply). The token that ties the answer to its message is left out. It is nil for
// what is no JSON object.
func FormFields(response json.RawMessage) []chat.Field {
	dec := json.NewDecoder(bytes.NewReader(response))
	dec.UseNumber()
	if open, err := dec.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	var out []chat.Field
	for dec.More() && len(out) < maxFields {
		key, err := dec.Token()
		if err != nil {
			return nil
		}
		var value any
		if err := dec.Decode(&value); err != nil {
			return nil
		}
		name, _ := key.(string)
		if name == "flow_token" {
			continue
		}
		if said := formValue(value); said != "" {
			out = append(out, chat.Field{Name: fieldName(name), Value: said})
		}
	}
	return out
}

// fieldName is the name of an input as people may read it.
func fieldName(name string) string {
	if m := builder.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	name = strings.Join(strings.Fields(strings.ReplaceAll(name, "_", " ")), " ")
	if name == "" {
		return "?"
	}
	first, size := utf8.DecodeRuneInString(name)
	return string(unicode.ToUpper(first)) + name[size:]
}

func formValue(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(v)
	case []any:
		var parts []string
		for _, item := range v {
			if said := formValue(item); said != "" {
				parts = append(parts, said)
			}
		}
		return strings.Join(parts, ", ")
	default:
		said, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(said)
	}
}
