package braze

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"
)

const (
	// MaxTracked is how many objects one call of /users/track may have over all its arrays (Braze's
	// "API rate limits" page; older contracts have their own).
	MaxTracked = 75

	trackPath = "/users/track"
)

// Tracked is one object of a [Track]: attributes of a profile if Event is empty, else an event.
type Tracked struct {
	Who        Recipient // only what identifies it is read
	Attributes map[string]any
	Event      string
	Time       time.Time
	Properties map[string]any
}

// Track is a call of POST /users/track. Braze writes its attributes before its events, each in order.
type Track struct{ Objects []Tracked }

// TrackResult is what Braze said to an accepted call. Refused names the objects that Braze did not take,
// by their place in [Track].Objects, with its words: the others were.
type TrackResult struct {
	Refused   map[int]string
	Notes     []string // errors that name no object
	RequestID string
	Status    int
	Rate      RateLimit
	Duration  time.Duration
}

// trackBody is the call as it is written.
type trackBody struct {
	Attributes []map[string]any `json:"attributes,omitempty"`
	Events     []map[string]any `json:"events,omitempty"`
}

// body writes the call and says which object stands where in which array. No profile is made by it: a
// customer that Braze does not know is an error of the object.
func (t *Track) body(shown bool) (b trackBody, attributes, events []int) {
	for i := range t.Objects {
		o := &t.Objects[i]
		out := map[string]any{}
		if o.Event == "" {
			hidden := o.Attributes
			if shown {
				hidden = redactMap(hidden)
			}
			maps.Copy(out, hidden)
		} else {
			out["name"], out["time"] = o.Event, o.Time.UTC().Format("2006-01-02T15:04:05.000Z")
			if len(o.Properties) > 0 {
				out["properties"] = o.Properties
				if shown {
					out["properties"] = redactMap(o.Properties)
				}
			}
		}
		address(out, o.Who, shown)
		out["_update_existing_only"] = true
		if o.Event == "" {
			b.Attributes, attributes = append(b.Attributes, out), append(attributes, i)
		} else {
			b.Events, events = append(b.Events, out), append(events, i)
		}
	}
	return b, attributes, events
}

func address(out map[string]any, r Recipient, shown bool) {
	name := func(s string) string {
		if shown {
			return tail(s)
		}
		return s
	}
	switch {
	case r.ExternalUserID != "":
		out["external_id"] = name(r.ExternalUserID)
	case r.BrazeID != "":
		out["braze_id"] = name(r.BrazeID)
	case r.UserAlias != nil:
		out["user_alias"] = UserAlias{Name: name(r.UserAlias.Name), Label: r.UserAlias.Label}
	}
}

func (t *Track) check() error {
	if n := len(t.Objects); n == 0 || n > MaxTracked {
		return invalid(fmt.Sprintf("there are %d objects; Braze takes 1 to %d in one call", n, MaxTracked))
	}
	for i := range t.Objects {
		if words := t.Objects[i].Who.check(); words != "" {
			return invalid(fmt.Sprintf("object %d %s", i, words))
		}
	}
	return nil
}

// Track writes to profiles. The error is always an [*Error]; unless it is [Error.Ambiguous], nothing was
// written. The call is made once. The exchange is empty when the call was refused before it was made.
func (c *Client) Track(ctx context.Context, call Track) (TrackResult, Exchange, error) {
	if err := call.check(); err != nil {
		return TrackResult{}, Exchange{}, err
	}
	body, attributes, events := call.body(false)
	raw, err := marshal(body)
	if err != nil {
		return TrackResult{}, Exchange{}, invalid("attributes or event properties cannot be written as JSON: " + err.Error())
	}
	a := c.post(ctx, trackPath, raw)
	people := TriggerSend{}
	for _, o := range call.Objects {
		people.Recipients = append(people.Recipients, o.Who)
	}
	redact := c.redactor(people.people())
	if a.err != nil {
		a.err.Message = redact.Replace(a.err.Message)
	}
	hidden, _, _ := call.body(true)
	shown, err := marshal(hidden)
	if err != nil {
		shown = nil
	}
	exchange := a.exchange(trackPath, shown, redact)
	if a.err != nil {
		return TrackResult{}, exchange, a.err
	}
	result := TrackResult{RequestID: a.requestID, Status: a.status, Rate: a.rate, Duration: a.duration, Refused: map[int]string{}}
	result.read(a.body, map[string][]int{"attributes": attributes, "events": events}, redact.Replace)
	return result, exchange, nil
}

// read finds the partial errors of a 201. Braze does not document their shape; client libraries read
// objects with type, input_array and index.
func (r *TrackResult) read(body []byte, places map[string][]int, clean func(string) string) {
	var v struct {
		Errors []json.RawMessage `json:"errors"`
	}
	if json.Unmarshal(body, &v) != nil {
		return
	}
	for _, raw := range v.Errors {
		var item struct {
			Type  string          `json:"type"`
			Array string          `json:"input_array"`
			Index json.RawMessage `json:"index"`
		}
		err := json.Unmarshal(raw, &item)
		index, noIndex := strconv.Atoi(string(item.Index))
		place := places[item.Array]
		if err != nil || noIndex != nil || index < 0 || index >= len(place) {
			r.Notes = append(r.Notes, clean(string(raw)))
			continue
		}
		words := clean(item.Type)
		if before := r.Refused[place[index]]; before != "" {
			words = before + "; " + words
		}
		r.Refused[place[index]] = words
	}
}
