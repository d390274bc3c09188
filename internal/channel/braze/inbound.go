package braze

import (
	"bytes"
	"encoding/json"
	"strings"
)

// MaxInboundBody is the largest webhook body, in bytes, that [DecodeInbound] reads.
const MaxInboundBody = 1 << 20

// Alias is a Braze user alias. Braze gives a sender it did not know the label "phone".
type Alias struct{ Name, Label string }

// Inbound is one customer message as Braze's webhook campaign told it. Absent and empty are the same.
// At least one of ExternalID, BrazeID, Phone, Alias and BSUID is set.
type Inbound struct {
	ExternalID string // empty for people whom Braze knows only by number
	BrazeID    string
	Phone      string // E.164 with "+" where the body allowed it; else digits as given, with a note
	Alias      *Alias
	BSUID      string // WhatsApp's business-scoped user id

	FirstName   string
	LastName    string
	ProfileName string // the WhatsApp profile name, chosen freely by the sender
	Language    string // as Braze gave it

	Text         string          // exactly the customer's words: not trimmed, valid UTF-8, no NUL
	Media        []string        // http and https URLs; customer content, not to be trusted
	FlowResponse json.RawMessage // valid JSON or nil
	ProductID    string
	CatalogID    string

	DispatchID string
	CampaignID string

	Extra map[string]json.RawMessage // fields not known to us, by the key as written; each valid JSON
	Test  bool                       // a test send from Braze's composer, not a customer

	// Repaired says in words what was wrong with the body and mended, and Notes what was odd but
	// taken as it stood. Neither holds any text of the customer.
	Repaired []string
	Notes    []string
}

// DecodeError says why a webhook body cannot be used, in words for the person who set up the campaign.
// It holds no customer text.
type DecodeError struct{ Reason string }

func (e *DecodeError) Error() string { return "braze webhook body: " + e.Reason }

func undecodable(reason string) error { return &DecodeError{Reason: reason} }

const useRecommended = `; use the recommended body, which starts with "v" and escapes every text with json_escape`

// DecodeInbound reads the body of an inbound webhook. The content type is only remarked upon, since
// Braze sends whatever the campaign's author typed. The error is always a [*DecodeError].
//
// Braze builds the body by putting values into a text, so a customer's words can end the string they
// stand in and add fields after it. The rules below make sure that they can never say who wrote.
//
// A body whose first field is "v" promises that every text went through json_escape (see
// [RecommendedWebhookBody]): it is read as JSON. Control characters and stray backslashes inside its
// strings are mended. Who wrote must be said before the message all the same. A known field that comes
// again after the message shows the promise broken, and the body is read like any other:
//
// A body without the promise has one opening, one closing, and the customer's words between them.
//
//  1. The opening is everything before the words, which start at the first message field. Who wrote is
//     read there, and only where no name field stands before it, because customers choose their names.
//  2. The closing is found from the end of the body backwards: the longest row of known fields, none of
//     them in the opening, none twice, each with a value of the form that Braze gives it. Everything
//     between opening and closing is the customer's, whatever it looks like. So in
//     {"user_id":"u1","message":"x","user_id":"victim"} the words are x","user_id":"victim and u1 wrote them.
//  3. With no such fields after the words the closing is the last quote, as in [DocumentedWebhookBody].
//  4. With such fields, they are believed when Braze's own mark is among them (a dispatch_id or
//     campaign_id of Braze's form, or a closing value that is no string, which words in a string cannot
//     fake). Otherwise template and customer cannot be told apart and the body is refused.
//  5. A closing that says who wrote is believed only when the opening does not and the two documented
//     fields user_id and phone_number close the body; otherwise the body is refused. Every other
//     template with identity after unescaped words is refused for every message, so its author finds
//     out at once, and no customer can turn an accepted template into this one.
//
// What remains: words that end in `","dispatch_id":"` and 32 hexadecimal digits, sent through a body
// without the promise that has no dispatch_id, lose that ending. Who wrote stays right.
//
// Where such words are sound JSON string content their escapes are resolved, because a template with
// json_escape yields the same bytes; where they are not, every character stands for itself.
//
// First occurrences win among duplicate fields in the opening. The time taken is linear in the body's
// length but for a bounded number of nested values.
func DecodeInbound(contentType string, body []byte) (Inbound, error) {
	s, err := object(body)
	if err != nil {
		return Inbound{}, err
	}
	var d decoder
	d.noteContentType(contentType)

	var buf [16]member
	members, sound := scanObject(s, buf[:0])
	d.promised = len(members) > 0 && members[0].field == fieldVersion
	message := messageIndex(members)
	switch {
	case sound && d.promised && !repeats(members, message):
		err = d.readPromised(members, message)
	case sound && (message < 0 || members[message].kind == kindNull):
		err = d.readOpening(members)
	case sound && message == len(members)-1 && members[message].kind == kindString:
		d.promised = false
		if err = d.readOpening(members[:message]); err == nil {
			d.setText(members[message].raw)
		}
	default:
		if d.promised {
			d.note(`the body has "v" but a text in it is not escaped with json_escape`)
		}
		d.promised = false
		err = d.repair(s)
	}
	if err != nil {
		return Inbound{}, err
	}
	return d.finish()
}

// object checks that the body can be one JSON object and returns it without white space around it.
func object(body []byte) (string, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(body) == 0:
		return "", undecodable("the body is empty; paste the recommended body into the webhook campaign")
	case len(body) > MaxInboundBody:
		return "", undecodable("the body is longer than 1 MiB")
	case body[0] == '{' && body[len(body)-1] == '}':
		return string(body), nil
	case body[0] == '{':
		return "", undecodable("the body starts as a JSON object but does not end as one: the closing brace is missing")
	case body[0] == '[':
		return "", undecodable("the body is a JSON array; send one JSON object per message")
	case bytes.IndexByte(body, '=') > 0 && !bytes.ContainsAny(body, "{<"):
		return "", undecodable(`the body looks like a form; choose "Raw text" in the webhook composer and send a JSON object`)
	}
	return "", undecodable(`the body is not a JSON object; choose "Raw text" in the webhook composer and paste the recommended body`)
}

func messageIndex(members []member) int {
	for i := range members {
		if members[i].field == fieldMessage {
			return i
		}
	}
	return -1
}

// repeats reports whether a known field comes after the message although it has come before.
func repeats(members []member, message int) bool {
	if message < 0 {
		return false
	}
	var seen fieldSet
	for i := range members {
		if i > message && seen.has(members[i].field) {
			return true
		}
		seen.add(members[i].field)
	}
	return false
}

// decoder gathers one Inbound.
type decoder struct {
	in       Inbound
	seen     fieldSet
	promised bool // texts are escaped, the body said so
	label    string
	alias    string
}

func (d *decoder) note(words string) { d.in.Notes = appendOnce(d.in.Notes, words) }

func (d *decoder) repaired(words string) { d.in.Repaired = appendOnce(d.in.Repaired, words) }

func appendOnce(list []string, words string) []string {
	for _, have := range list {
		if have == words {
			return list
		}
	}
	return append(list, words)
}

func (d *decoder) noteContentType(contentType string) {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.TrimSpace(media)
	switch {
	case media == "":
		d.note("no Content-Type header; add Content-Type: application/json to the webhook")
	case len(media) >= 4 && strings.EqualFold(media[len(media)-4:], "json"):
	default:
		d.note("the Content-Type header does not say application/json")
	}
}

// readPromised reads a sound body whose texts are escaped. Even so nobody is named after the message: a
// promise made in error must not let customers choose who they are.
func (d *decoder) readPromised(members []member, message int) error {
	for i := range members {
		if message >= 0 && i > message && members[i].field.identity() {
			return undecodable(quoteKey(members[i].key) + " says who wrote but stands after the message; move it before the message, as in the recommended body")
		}
	}
	return d.readOpening(members)
}

// readOpening reads the fields before the words, or all fields of a body whose texts are escaped.
func (d *decoder) readOpening(members []member) error {
	var name, other string // the first free texts so far
	var certain fieldSet   // read before any free text
	for _, m := range members {
		if m.field.identity() {
			if name != "" && !d.promised {
				return undecodable(quoteKey(m.key) + " says who wrote but stands after " + quoteKey(name) + ", which a customer can choose; put identity fields first" + useRecommended)
			}
			if d.seen.has(m.field) && !certain.has(m.field) {
				return undecodable(quoteKey(m.key) + " comes twice, so who wrote is not certain; remove one of the two" + useRecommended)
			}
		}
		switch {
		case m.field.name() && name == "":
			name = m.key
		case m.field == fieldUnknown && m.kind == kindString && other == "":
			other = m.key
		case name == "" && other == "":
			certain.add(m.field)
		}
		if err := d.set(m); err != nil {
			return err
		}
	}
	return nil
}

// finish checks that the message can be used; empty words are fine, since stickers and places have none.
func (d *decoder) finish() (Inbound, error) {
	in := &d.in
	switch {
	case d.alias != "" && d.label != "":
		in.Alias = &Alias{Name: d.alias, Label: d.label}
	case d.alias != "" || d.label != "":
		d.note("an alias needs both a name and a label; ignored")
	}
	in.Test = unsent(in.DispatchID)
	if in.ExternalID == "" && in.BrazeID == "" && in.Phone == "" && in.Alias == nil && in.BSUID == "" {
		reason := "nothing in the body says who wrote: external_id, braze_id, phone, alias and bsuid are all missing or empty"
		if in.Test {
			reason += "; this is a test send without a user: pick a user in Braze's preview"
		}
		return Inbound{}, undecodable(reason)
	}
	if !d.seen.has(fieldMessage) && len(in.Media) == 0 && in.FlowResponse == nil && in.ProductID == "" {
		return Inbound{}, undecodable(`there is no field for the customer's words; add "message" to the webhook body`)
	}
	return *in, nil
}
