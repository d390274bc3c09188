package userapi

import (
	"fmt"
	"net/http"
	"time"

	"parley/internal/sandbox/profile"
	"parley/internal/sandbox/wire"
)

// trackRequest is the body of /users/track. Attributes stay open maps: their keys are the customer's.
type trackRequest struct {
	Attributes []map[string]any `json:"attributes"`
	Events     []trackEvent     `json:"events"`
	Purchases  []trackPurchase  `json:"purchases"`
}

// who says whose object it is; email wins when both email and phone are given.
type who struct {
	ExternalID         wire.Text      `json:"external_id"`
	UserAlias          *profile.Alias `json:"user_alias"`
	BrazeID            wire.Text      `json:"braze_id"`
	Email              string         `json:"email"`
	Phone              string         `json:"phone"`
	UpdateExistingOnly *bool          `json:"_update_existing_only"`
}

type trackEvent struct {
	who
	Name       string         `json:"name"`
	Time       string         `json:"time"`
	Properties map[string]any `json:"properties"`
}

type trackPurchase struct {
	who
	ProductID  string         `json:"product_id"`
	Currency   string         `json:"currency"`
	Price      any            `json:"price"`
	Quantity   any            `json:"quantity"`
	Time       string         `json:"time"`
	Properties map[string]any `json:"properties"`
}

// trackError is a minor error of one object.
type trackError struct {
	Type       string `json:"type"`
	InputArray string `json:"input_array"`
	Index      int    `json:"index"`
}

type trackReply struct {
	Message    string       `json:"message"`
	Attributes int          `json:"attributes_processed,omitempty"`
	Events     int          `json:"events_processed,omitempty"`
	Purchases  int          `json:"purchases_processed,omitempty"`
	Errors     []trackError `json:"errors,omitempty"`
}

// Track writes attributes, then events, then purchases. A part that fails is named in errors of a
// 201; when all fail the answer is 400.
func (a *API) Track(c *wire.Call) wire.Reply {
	var q trackRequest
	if err := c.Decode(&q); err != nil {
		return wire.Bad("%s", err)
	}
	counts := []int{len(q.Attributes), len(q.Events), len(q.Purchases)}
	total := counts[0] + counts[1] + counts[2]
	if total == 0 {
		return wire.Bad("Bad Request: attributes, events and purchases are all missing or empty")
	}
	if problem := tooMany(a.Rules().TrackObjects, counts, total); problem != "" {
		return wire.Bad("%s", problem)
	}
	out := trackReply{Message: "success"}
	limits := a.Rules().Limits
	for i, object := range q.Attributes {
		problems := a.trackAttributes(object, limits)
		for _, p := range problems {
			out.Errors = append(out.Errors, trackError{p, "attributes", i})
		}
		if len(problems) == 0 {
			out.Attributes++
		}
	}
	for i, e := range q.Events {
		if problem := a.trackEvent(e, c.Now, limits); problem != "" {
			out.Errors = append(out.Errors, trackError{problem, "events", i})
			continue
		}
		out.Events++
	}
	for i, p := range q.Purchases {
		if problem := a.trackPurchase(p, c.Now); problem != "" {
			out.Errors = append(out.Errors, trackError{problem, "purchases", i})
			continue
		}
		out.Purchases++
	}
	if out.Attributes+out.Events+out.Purchases == 0 {
		problems := make([]any, len(out.Errors))
		for i, e := range out.Errors {
			problems[i] = e
		}
		return wire.Answer(http.StatusBadRequest, wire.Message{Message: "Valid data must be provided in the 'attributes', 'events', or 'purchases' fields.", Errors: problems})
	}
	return wire.Answer(http.StatusCreated, out)
}

func tooMany(rule string, counts []int, total int) string {
	switch rule {
	case "75_each":
		for _, n := range counts {
			if n > 75 {
				return fmt.Sprintf("Max Input Length Exceeded: %d objects in one array, at most 75", n)
			}
		}
	case "50_total":
		if total > 50 {
			return fmt.Sprintf("Max Input Length Exceeded: %d objects, at most 50", total)
		}
	default:
		if total > 75 {
			return fmt.Sprintf("Max Input Length Exceeded: %d objects, at most 75", total)
		}
	}
	return ""
}

func whoOf(object map[string]any) (who, string) {
	w := who{}
	for name, to := range map[string]*wire.Text{"external_id": &w.ExternalID, "braze_id": &w.BrazeID} {
		if v, ok := object[name]; ok && v != nil {
			*to = wire.Text(fmt.Sprint(v))
		}
	}
	w.Email, _ = object["email"].(string)
	w.Phone, _ = object["phone"].(string)
	if alias, ok := object["user_alias"].(map[string]any); ok {
		name, _ := alias["alias_name"].(string)
		label, _ := alias["alias_label"].(string)
		w.UserAlias = &profile.Alias{Name: name, Label: label}
	}
	if v, ok := object["_update_existing_only"]; ok {
		only, isBool := v.(bool)
		if !isBool {
			return w, "_update_existing_only must be true or false"
		}
		w.UpdateExistingOnly = &only
	}
	return w, ""
}

// ref is how the profile is found, and whether a missing one may be made.
func (w who) ref() (ref profile.Ref, make bool, problem string) {
	only := w.UpdateExistingOnly != nil && *w.UpdateExistingOnly
	switch {
	case w.ExternalID != "":
		return profile.Ref{ExternalID: string(w.ExternalID)}, !only, ""
	case w.UserAlias != nil:
		if w.UserAlias.Name == "" || w.UserAlias.Label == "" {
			return ref, false, "user_alias needs alias_name and alias_label"
		}
		return profile.Ref{Alias: w.UserAlias}, w.UpdateExistingOnly != nil && !only, ""
	case w.BrazeID != "":
		return profile.Ref{BrazeID: string(w.BrazeID)}, false, ""
	case w.Email != "":
		return profile.Ref{Email: w.Email}, !only, ""
	case w.Phone != "":
		return profile.Ref{Phone: profile.NormalizeNumber(w.Phone)}, !only, ""
	}
	return ref, false, "one of external_id, user_alias, braze_id, email or phone is required"
}

// identity gives a new profile what it was looked up by.
func identity(ref profile.Ref) func(*profile.User) error {
	return func(u *profile.User) error {
		u.ExternalID, u.Email, u.Phone = ref.ExternalID, ref.Email, ref.Phone
		if ref.Alias != nil {
			u.Aliases = []profile.Alias{*ref.Alias}
		}
		return nil
	}
}

// writeUser changes the profile that ref names, or makes it.
func (a *API) writeUser(ref profile.Ref, make bool, edit func(*profile.User) error) string {
	if !make {
		u, err := a.Users.Change(ref, edit)
		switch {
		case err != nil:
			return err.Error()
		case u == nil:
			return "no such user exists, and it may not be created by this object"
		}
		return ""
	}
	if _, _, err := a.Users.ChangeOrCreate(ref, identity(ref), edit); err != nil {
		return err.Error()
	}
	return ""
}

func (a *API) trackAttributes(object map[string]any, limits profile.Limits) (problems []string) {
	w, problem := whoOf(object)
	if problem != "" {
		return []string{problem}
	}
	ref, make, problem := w.ref()
	if problem != "" {
		return []string{problem}
	}
	problem = a.writeUser(ref, make, func(u *profile.User) error {
		problems = profile.Apply(u, object, limits, a.IsGroup)
		return nil
	})
	if problem != "" {
		return []string{problem}
	}
	return problems
}

// instant reads a time; one in the future counts as now.
func instant(value string, now time.Time) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, value); err == nil {
			if t.After(now) {
				t = now
			}
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func (a *API) trackEvent(e trackEvent, now time.Time, limits profile.Limits) string {
	ref, make, problem := e.ref()
	if problem != "" {
		return problem
	}
	if e.Name == "" {
		return "name is required"
	}
	at, ok := instant(e.Time, now)
	if !ok {
		return "time is required, as ISO 8601"
	}
	if problem := profile.CheckProperties(e.Properties, limits); problem != "" {
		return problem
	}
	if problem := a.writeUser(ref, make, func(*profile.User) error { return nil }); problem != "" {
		return problem
	}
	a.Users.RecordEvent(ref, profile.Event{Name: e.Name, Time: at, Properties: e.Properties})
	return ""
}

func (a *API) trackPurchase(p trackPurchase, now time.Time) string {
	ref, make, problem := p.ref()
	if problem != "" {
		return problem
	}
	at, ok := instant(p.Time, now)
	switch {
	case p.ProductID == "":
		return "product_id is required"
	case len(p.Currency) != 3:
		return "currency must be an ISO 4217 code"
	case p.Price == nil:
		return "price is required"
	case !ok:
		return "time is required, as ISO 8601"
	}
	if problem := a.writeUser(ref, make, func(*profile.User) error { return nil }); problem != "" {
		return problem
	}
	a.Users.RecordPurchase(ref, p.ProductID, at)
	return ""
}
