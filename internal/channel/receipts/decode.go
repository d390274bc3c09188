package receipts

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	rows "parley/internal/store/receipts"
)

// prefix is common to the events of WhatsApp messages.
const prefix = "users.messages.whatsapp."

// longest is how much of a text of the provider or of a campaign is kept, in characters.
const longest = 300

var read = map[rows.Kind]bool{
	rows.Send: true, rows.Delivery: true, rows.Read: true, rows.Failure: true, rows.Abort: true, rows.Retry: true, rows.Inbound: true,
}

// decode reads the body of one request of the connector. Events that Parley does not
// read are counted in others, and what is no event at all in broken. Braze adds fields
// and types without notice (Braze docs, "Custom HTTP connector"), so nothing unknown
// is a mistake.
func decode(body []byte, now int64) (events []rows.Event, others, broken int, err error) {
	var batch struct {
		Events []json.RawMessage `json:"events"`
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		return nil, 0, 0, errors.New(`the body is not JSON of the form {"events": [...]}: ` + err.Error())
	}
	if batch.Events == nil {
		return nil, 0, 0, errors.New(`the body has no list "events"; post what Braze's custom HTTP connector posts`)
	}
	for _, raw := range batch.Events {
		e, err := event(raw, now)
		switch {
		case err != nil:
			broken++
		case e.Kind == "":
			others++
		default:
			events = append(events, e)
		}
	}
	return events, others, broken, nil
}

// fields are the values of an event. They stand in the event itself, in its "user" or
// in its "properties": Braze's connectors differ.
type fields []map[string]any

func (f fields) value(names ...string) any {
	for _, name := range names {
		for _, m := range f {
			if v, ok := m[name]; ok && v != nil && v != "" {
				return v
			}
		}
	}
	return nil
}

func (f fields) text(names ...string) string {
	switch v := f.value(names...).(type) {
	case string:
		return storable(strings.TrimSpace(v))
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return ""
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return storable(string(raw))
	}
}

// event reads one event; Kind is empty for one that Parley has no use for.
func event(raw []byte, now int64) (e rows.Event, err error) {
	var outer map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&outer); err != nil {
		return e, err
	}
	f := fields{outer}
	for _, name := range []string{"user", "properties"} {
		if inner, ok := outer[name].(map[string]any); ok {
			f = append(f, inner)
		}
	}
	kind, ours := strings.CutPrefix(f.text("event_type", "name", "type"), prefix)
	if !ours || !read[rows.Kind(kind)] {
		return e, nil
	}
	e = rows.Event{
		ID: f.text("id"), Kind: rows.Kind(kind), ReceivedAt: now, At: happened(f.text("time"), now), DueAt: now,
		BrazeID: f.text("user_id"), ExternalID: f.text("external_user_id"), BSUID: f.text("bsuid"), CampaignID: f.text("campaign_id"),
		DispatchID: f.text("dispatch_id"), Group: f.text("subscription_group_id"), Provider: f.text("message_id"),
	}
	if e.ID == "" || len(e.ID) > 200 { // without an id of Braze's, the same bytes are the same event
		sum := sha256.Sum256(raw)
		e.ID = hex.EncodeToString(sum[:16])
	}
	switch e.Kind {
	case rows.Inbound:
		e.Phone = phone(f.text("user_phone_number"))
		inbound(&e, f, raw)
	case rows.Abort:
		e.Phone, e.Code, e.Detail = phone(f.text("to_phone_number")), f.text("abort_type"), clip(f.text("abort_log"))
	default:
		e.Phone, e.Code, e.Detail = phone(f.text("to_phone_number")), f.text("provider_error_code"), clip(f.text("provider_error_title"))
	}
	return e, nil
}

func inbound(e *rows.Event, f fields, raw []byte) {
	e.Text, e.Button, e.Flow = f.body("message_body"), f.body("quick_reply_text"), f.text("flow_response_json")
	// Braze's table of events prints "medial_urls".
	switch v := f.value("media_urls", "medial_urls", "inbound_media_urls").(type) {
	case string:
		e.Media = []string{storable(v)}
	case []any:
		for _, address := range v {
			if address, ok := address.(string); ok && address != "" {
				e.Media = append(e.Media, storable(address))
			}
		}
	}
	if cmp.Or(e.Text, e.Button, e.Flow) == "" && len(e.Media) == 0 {
		e.Raw = storable(string(raw))
	}
}

// body is a text that the customer wrote: as it is, so that it equals the webhook's.
func (f fields) body(name string) string {
	s, _ := f.value(name).(string)
	return storable(s)
}

// happened reads a time in seconds since the epoch. What lies ahead of our clock has
// happened now.
func happened(text string, now int64) int64 {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 1 {
		return now
	}
	if seconds > 1e11 { // milliseconds, then
		seconds /= 1000
	}
	if seconds > float64(now)/1000 {
		return now
	}
	return int64(seconds * 1000)
}

// phone gives a number as Parley keeps it, in E.164.
func phone(s string) string {
	if s != "" && strings.TrimLeft(s, "0123456789") == "" {
		return "+" + s
	}
	return s
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest-1]) + "…"
}

// storable replaces what PostgreSQL cannot hold as text: NUL and broken UTF-8.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
