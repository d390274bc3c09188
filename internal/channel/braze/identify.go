package braze

import (
	"context"
	"encoding/json"
)

const identifyPath = "/users/identify"

// Identify says who somebody is whom Braze knows by an alias or a number only. One of
// Alias and Phone is set.
type Identify struct {
	ExternalID string
	Alias      *UserAlias
	Phone      string // E.164
}

func (q Identify) body(shown bool) map[string]any {
	name := func(s string) string {
		if shown {
			return tail(s)
		}
		return s
	}
	if q.Alias != nil {
		return map[string]any{"aliases_to_identify": []any{map[string]any{
			"external_id": name(q.ExternalID), "user_alias": UserAlias{Name: name(q.Alias.Name), Label: q.Alias.Label},
		}}}
	}
	return map[string]any{"phone_numbers_to_identify": []any{map[string]any{
		"external_id": name(q.ExternalID), "phone": name(q.Phone), "prioritization": []string{"unidentified", "most_recently_updated"},
	}}}
}

// Identify gives an anonymous profile an external id; if a profile has that one already,
// Braze merges the anonymous one into it (Braze docs, "POST: Identify users"). It may be
// called again. The error is always an [*Error]; a 201 that names an error is KindInvalid.
func (c *Client) Identify(ctx context.Context, q Identify) (Exchange, error) {
	if q.ExternalID == "" || (q.Alias == nil) == (q.Phone == "") {
		return Exchange{}, invalid("identifying needs an external id, and either an alias or a phone number")
	}
	raw, err := marshal(q.body(false))
	if err != nil {
		return Exchange{}, invalid("the identity cannot be written as JSON: " + err.Error())
	}
	people := []string{q.ExternalID, q.Phone}
	if q.Alias != nil {
		people = append(people, q.Alias.Name)
	}
	redact := c.redactor(people)
	a := c.post(ctx, identifyPath, raw)
	shown, err := marshal(q.body(true))
	if err != nil {
		shown = nil
	}
	exchange := a.exchange(identifyPath, shown, redact)
	if a.err != nil {
		a.err.Message = redact.Replace(a.err.Message)
		return exchange, a.err
	}
	var v struct {
		Errors []json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(a.body, &v) == nil && len(v.Errors) > 0 {
		refused := invalid("Braze did not identify the profile: " + redact.Replace(clip(string(v.Errors[0]), 300)))
		refused.Status = a.status
		return exchange, refused
	}
	return exchange, nil
}
