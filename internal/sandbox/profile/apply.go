package profile

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits are the sizes of custom data, and what happens to a text that is too long.
type Limits struct {
	Text       int  // code points in a string: 255
	Object     int  // bytes of a nested object or array of objects: 100 KB
	Array      int  // elements of a plain array: 25
	CutTooLong bool // cut a long text instead of refusing it
}

// DefaultLimits returns Braze's published limits.
func DefaultLimits() Limits { return Limits{Text: 255, Object: 100 * 1024, Array: 25} }

// standardNames are the attributes of Braze's own; all others are custom.
const standardNames = " country current_location date_of_first_session date_of_last_session dob email_subscribe first_name gender " +
	"home_city image_url language last_name push_subscribe time_zone "

// envelope are the keys of an attributes object that say whom or how, not what.
const envelope = " external_id external_user_id user_alias braze_id _update_existing_only _merge_objects push_token_import "

// Apply writes an attributes object to the user. What cannot be written is left as it was and named in
// the returned problems. known tells whether a subscription group exists.
func Apply(u *User, attributes map[string]any, limits Limits, known func(group string) bool) (problems []string) {
	merge, _ := attributes["_merge_objects"].(bool)
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		var problem string
		switch {
		case strings.Contains(envelope, " "+name+" "):
		case name == "subscription_groups":
			problem = applyGroups(u, value, known)
		case name == "email":
			var address string
			if address, problem = text(value); problem == "" {
				u.Email = address
			}
		case name == "phone":
			var number string
			if number, problem = text(value); problem == "" {
				u.Phone = NormalizeNumber(number)
			}
		case strings.Contains(standardNames, " "+name+" "):
			problem = applyStandard(u, name, value)
		default:
			problem = applyCustom(u, name, value, merge, limits)
		}
		if problem != "" {
			problems = append(problems, name+" "+problem)
		}
	}
	return problems
}

func text(v any) (string, string) {
	switch v := v.(type) {
	case nil:
		return "", ""
	case string:
		return v, ""
	}
	return "", "must be a string or null"
}

// NormalizeNumber reads a phone number the way Braze does: with a plus sign as E.164, without one as a
// number of the United States. An unreadable number is kept as it is.
func NormalizeNumber(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	switch {
	case strings.HasPrefix(strings.TrimSpace(number), "+"):
		return "+" + digits
	case len(digits) == 10:
		return "+1" + digits
	case len(digits) == 11 && digits[0] == '1':
		return "+" + digits
	}
	return number
}

func applyStandard(u *User, name string, value any) string {
	switch v := value.(type) {
	case nil:
		delete(u.Standard, name)
	case string, bool, json.Number, float64, int, map[string]any:
		u.Standard[name] = plain(v)
	default:
		return "has a value of the wrong type"
	}
	return ""
}

func applyGroups(u *User, value any, known func(string) bool) string {
	list, ok := value.([]any)
	if !ok {
		return "must be an array of objects with subscription_group_id and subscription_state"
	}
	for i, item := range list {
		object, _ := item.(map[string]any)
		id, _ := object["subscription_group_id"].(string)
		state, _ := object["subscription_state"].(string)
		if !known(id) {
			return fmt.Sprintf("[%d]: %q is not a subscription group of this workspace", i, id)
		}
		if state != "subscribed" && state != "unsubscribed" {
			return fmt.Sprintf("[%d]: subscription_state must be subscribed or unsubscribed", i)
		}
		u.Groups[id] = state == "subscribed"
	}
	return ""
}

var badKey = regexp.MustCompile(`[.$ ]`)

func applyCustom(u *User, name string, value any, merge bool, limits Limits) string {
	if strings.HasPrefix(name, "$") || utf8.RuneCountInString(name) > limits.Text {
		return fmt.Sprintf("is not a custom attribute name: at most %d characters, no leading $", limits.Text)
	}
	old := u.Custom[name]
	next, problem := nextValue(old, value, merge, limits)
	if problem != "" {
		return problem
	}
	if next == nil {
		delete(u.Custom, name)
		return ""
	}
	switch next.(type) {
	case map[string]any, []any:
		if b, err := json.Marshal(next); err != nil || len(b) > limits.Object {
			return fmt.Sprintf("is larger than %d bytes", limits.Object)
		}
	}
	u.Custom[name] = next
	return ""
}

// nextValue is what an attribute becomes; nil removes it.
func nextValue(old, value any, merge bool, limits Limits) (any, string) {
	object, isObject := value.(map[string]any)
	if !isObject {
		return checked(value, limits)
	}
	for _, op := range []struct {
		key   string
		apply func(old, operand any, limits Limits) (any, string)
	}{{"inc", increment}, {"add", addToArray}, {"remove", removeFromArray}} {
		if operand, ok := object[op.key]; ok && len(object) == 1 {
			return op.apply(old, operand, limits)
		}
	}
	if hasAny(object, "$add", "$update", "$remove") {
		return editObjects(old, object, limits)
	}
	next, problem := checked(object, limits)
	if before, ok := old.(map[string]any); ok && merge && problem == "" {
		return merged(before, next.(map[string]any)), ""
	}
	return next, problem
}

func hasAny(object map[string]any, keys ...string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { _, ok := object[k]; return ok })
}

func increment(old, operand any, _ Limits) (any, string) {
	by, ok := numeric(operand)
	if !ok || by != math.Trunc(by) {
		return nil, "can only be incremented by a whole number"
	}
	from, ok := numeric(old)
	if old != nil && !ok {
		return nil, "is not a number and cannot be incremented"
	}
	return plain(from + by), ""
}

func numeric(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	case json.Number:
		f, err := strconv.ParseFloat(v.String(), 64)
		return f, err == nil
	}
	return 0, false
}

// addToArray moves what is added again to the end; the oldest elements fall out of a full array.
func addToArray(old, operand any, limits Limits) (any, string) {
	list, problem := without(old, operand, limits)
	if problem != "" {
		return nil, problem
	}
	for _, v := range operand.([]any) {
		element, problem := checked(v, limits)
		if problem != "" {
			return nil, problem
		}
		list = slices.DeleteFunc(list, func(other any) bool { return reflect.DeepEqual(other, element) })
		list = append(list, element)
	}
	return list[max(0, len(list)-limits.Array):], ""
}

func removeFromArray(old, operand any, limits Limits) (any, string) {
	list, problem := without(old, operand, limits)
	return list, problem
}

func without(old, operand any, limits Limits) ([]any, string) {
	elements, ok := operand.([]any)
	if !ok {
		return nil, "must name its elements as an array"
	}
	before, ok := old.([]any)
	if old != nil && !ok {
		return nil, "is not an array"
	}
	gone := make([]any, 0, len(elements))
	for _, v := range elements {
		element, problem := checked(v, limits)
		if problem != "" {
			return nil, problem
		}
		gone = append(gone, element)
	}
	return slices.DeleteFunc(append([]any{}, before...), func(v any) bool {
		return slices.ContainsFunc(gone, func(g any) bool { return reflect.DeepEqual(g, v) })
	}), ""
}

// editObjects applies $remove, $update and $add to an array of objects, in that order.
func editObjects(old any, object map[string]any, limits Limits) (any, string) {
	before, ok := old.([]any)
	if old != nil && !ok {
		return nil, "is not an array of objects"
	}
	list := append([]any{}, before...) // not nil, which would be no attribute
	for _, op := range []string{"$remove", "$update", "$add"} {
		operand, ok := object[op]
		if !ok {
			continue
		}
		entries, ok := operand.([]any)
		if !ok {
			return nil, op + " must be an array"
		}
		for _, e := range entries {
			entry, ok := e.(map[string]any)
			if !ok {
				return nil, op + " must hold objects"
			}
			var problem string
			if list, problem = editObject(list, op, entry, limits); problem != "" {
				return nil, problem
			}
		}
	}
	return list, ""
}

func editObject(list []any, op string, entry map[string]any, limits Limits) ([]any, string) {
	if op == "$add" {
		object, problem := checked(entry, limits)
		return append(list, object), problem
	}
	key, ok := entry["$identifier_key"].(string)
	if !ok {
		return nil, op + " needs $identifier_key and $identifier_value"
	}
	wanted := plain(entry["$identifier_value"])
	is := func(v any) bool {
		object, ok := v.(map[string]any)
		return ok && reflect.DeepEqual(object[key], wanted)
	}
	if op == "$remove" {
		return slices.DeleteFunc(list, is), ""
	}
	change, ok := entry["$new_object"].(map[string]any)
	if !ok {
		return nil, "$update needs $new_object"
	}
	clean, problem := checked(change, limits)
	if problem != "" {
		return nil, problem
	}
	for i, v := range list {
		if is(v) {
			list[i] = merged(v.(map[string]any), clean.(map[string]any))
		}
	}
	return list, ""
}

// merged is a deep merge: what is not named stays, null removes.
func merged(before, change map[string]any) map[string]any {
	next := maps.Clone(before)
	for k, v := range change {
		inner, isObject := v.(map[string]any)
		was, wasObject := next[k].(map[string]any)
		switch {
		case v == nil:
			delete(next, k)
		case isObject && wasObject:
			next[k] = merged(was, inner)
		default:
			next[k] = v
		}
	}
	return next
}

// checked validates a value and returns its stored form, which shares nothing with the request.
func checked(value any, limits Limits) (any, string) {
	switch v := value.(type) {
	case nil, bool, int:
		return v, ""
	case json.Number, float64:
		return plain(v), ""
	case string:
		if utf8.RuneCountInString(v) <= limits.Text {
			return v, ""
		}
		if limits.CutTooLong {
			return string([]rune(v)[:limits.Text]), ""
		}
		return nil, fmt.Sprintf("has a text of %d characters, the limit is %d", utf8.RuneCountInString(v), limits.Text)
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			element, problem := checked(e, limits)
			if problem != "" {
				return nil, problem
			}
			if _, isObject := element.(map[string]any); !isObject && slices.ContainsFunc(list, func(o any) bool { return reflect.DeepEqual(o, element) }) {
				continue
			}
			list = append(list, element)
		}
		return list, ""
	case map[string]any:
		return checkedObject(v, limits)
	}
	return nil, "has a value of the wrong type"
}

func checkedObject(v map[string]any, limits Limits) (any, string) {
	if at, ok := v["$time"].(string); ok && len(v) == 1 {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			return nil, "$time must be ISO 8601"
		}
		return at, ""
	}
	object := make(map[string]any, len(v))
	for k, e := range v {
		if badKey.MatchString(k) || utf8.RuneCountInString(k) > limits.Text {
			return nil, fmt.Sprintf("key %q must have no space, dot or $ and at most %d characters", k, limits.Text)
		}
		element, problem := checked(e, limits)
		if problem != "" {
			return nil, problem
		}
		object[k] = element
	}
	return object, ""
}

// CheckProperties says what is wrong with an event's properties, "" when nothing is.
func CheckProperties(properties map[string]any, limits Limits) string {
	for k, v := range properties {
		if k == "time" || k == "event_name" || strings.HasPrefix(k, "$") || k == "" || utf8.RuneCountInString(k) > limits.Text {
			return fmt.Sprintf("property %q is reserved or not a name", k)
		}
		if s, ok := v.(string); ok && utf8.RuneCountInString(s) > limits.Text && !limits.CutTooLong {
			return fmt.Sprintf("property %q has a text of %d characters, the limit is %d", k, utf8.RuneCountInString(s), limits.Text)
		}
	}
	return ""
}
