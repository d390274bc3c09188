package braze

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

const (
	maxIdentity = 1024 // bytes; Braze's external ids end at 997
	maxMedia    = 32
)

// set stores a field that is not an unescaped message. The first occurrence of a field stays.
func (d *decoder) set(m member) error {
	if d.seen.has(m.field) {
		d.note(quoteKey(m.key) + " comes more than once or under two names; the first is kept")
		return nil
	}
	d.seen.add(m.field)
	if m.field.identity() {
		return d.setIdentity(m)
	}
	in := &d.in
	switch m.field {
	case fieldUnknown:
		d.setExtra(m)
	case fieldVersion:
		if m.raw != "1" {
			d.note(`the value of "v" is not 1; read as version 1`)
		}
	case fieldMessage:
		if m.kind == kindNested {
			return undecodable(quoteKey(m.key) + " is not a text; put its tag in quotes")
		}
		in.Text = d.text(m, "the message")
	case fieldMedia:
		d.setMedia(m)
	case fieldFlow:
		d.setFlow(m)
	case fieldFirstName:
		in.FirstName = d.word(m)
	case fieldLastName:
		in.LastName = d.word(m)
	case fieldProfileName:
		in.ProfileName = d.word(m)
	case fieldLanguage:
		in.Language = d.word(m)
	case fieldProduct:
		in.ProductID = d.word(m)
	case fieldCatalog:
		in.CatalogID = d.word(m)
	case fieldDispatch:
		in.DispatchID = d.word(m)
	case fieldCampaign:
		in.CampaignID = d.word(m)
	}
	return nil
}

func (d *decoder) setIdentity(m member) error {
	if m.field == fieldAlias && m.kind == kindNested {
		return d.setAlias(m)
	}
	if m.kind == kindNested {
		return undecodable(quoteKey(m.key) + " is not a text; put its tag in quotes")
	}
	v := strings.TrimSpace(d.text(m, quoteKey(m.key)))
	if len(v) > maxIdentity || strings.ContainsFunc(v, isControl) {
		return undecodable(quoteKey(m.key) + " is too long or holds control characters, so who wrote is not certain")
	}
	in := &d.in
	switch m.field {
	case fieldExternalID:
		in.ExternalID = v
	case fieldBrazeID:
		in.BrazeID = v
	case fieldBSUID:
		in.BSUID = v
	case fieldAliasName:
		d.alias = v
	case fieldAliasLabel:
		d.label = v
	case fieldAlias:
		if v != "" {
			d.note(quoteKey(m.key) + ` is a text, not an alias; send "alias_name" and "alias_label"`)
		}
	case fieldPhone:
		phone, words := normalizePhone(v)
		in.Phone = phone
		if words != "" {
			d.note(words)
		}
	}
	return nil
}

func (d *decoder) setAlias(m member) error {
	var v struct {
		AliasName  string `json:"alias_name"`
		AliasLabel string `json:"alias_label"`
		Name       string `json:"name"`
		Label      string `json:"label"`
	}
	if err := json.Unmarshal([]byte(m.raw), &v); err != nil {
		return undecodable(quoteKey(m.key) + " is not an object with alias_name and alias_label")
	}
	d.alias = strings.TrimSpace(v.AliasName + v.Name)
	d.label = strings.TrimSpace(v.AliasLabel + v.Label)
	return nil
}

// setText stores the words of a body that does not promise to have escaped them.
func (d *decoder) setText(raw string) {
	d.seen.add(fieldMessage)
	d.in.Text = d.text(member{field: fieldMessage, kind: kindString, raw: raw}, "the message")
}

// word is the text of a short field, without white space around it.
func (d *decoder) word(m member) string {
	if m.kind == kindNested {
		d.note(quoteKey(m.key) + " is not a text; ignored")
		return ""
	}
	return strings.TrimSpace(d.text(m, quoteKey(m.key)))
}

// text is the value as its author meant it; what names the field for the remarks.
func (d *decoder) text(m member, what string) string {
	switch m.kind {
	case kindMissing, kindNull:
		return ""
	case kindScalar:
		d.note(what + " is not in quotes; read as text")
		return m.raw
	}
	s := m.raw
	slash, quote, control := marks(s)
	if slash || quote || control {
		plain, ok := unescape(s, d.promised)
		switch {
		case ok:
			s = plain
		case quote:
			d.repaired("unescaped quotes in " + what)
		}
		if control {
			d.repaired("unescaped line breaks or control characters in " + what)
		}
		if slash && !ok && !quote {
			d.repaired("unescaped backslashes in " + what)
		}
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		d.repaired("invalid UTF-8 in " + what)
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
		d.repaired("NUL characters removed from " + what)
	}
	return s
}

// marks reports what of a string needs more than copying: backslashes, quotes that no backslash
// precedes, control characters.
func marks(s string) (slash, quote, control bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			slash = true
			i++
		case c == '"':
			quote = true
		case c < 0x20:
			control = true
		}
	}
	return slash, quote, control
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// setExtra keeps an unknown field as JSON.
func (d *decoder) setExtra(m member) {
	key := d.text(member{kind: kindString, raw: m.key}, "a field's name")
	if _, ok := d.in.Extra[key]; ok {
		d.note("a field that is not known to us comes more than once; the first is kept")
		return
	}
	var raw json.RawMessage
	switch m.kind {
	case kindString:
		raw, _ = json.Marshal(d.text(m, quoteKey(m.key)))
	case kindNested, kindScalar:
		raw = validJSON(m.raw)
	default:
		raw = json.RawMessage("null")
	}
	if d.in.Extra == nil {
		d.in.Extra = make(map[string]json.RawMessage)
	}
	d.in.Extra[key] = raw
}

// validJSON copies JSON, which json.Valid accepts, with invalid UTF-8 replaced.
func validJSON(s string) json.RawMessage { return json.RawMessage(strings.ToValidUTF8(s, "\uFFFD")) }

// setFlow keeps the answers of a WhatsApp flow: JSON as such, or JSON in a string, or else the string.
func (d *decoder) setFlow(m member) {
	if m.kind == kindNested {
		d.in.FlowResponse = validJSON(m.raw)
		return
	}
	v := strings.TrimSpace(d.text(m, quoteKey(m.key)))
	switch {
	case v == "":
	case json.Valid([]byte(v)):
		d.in.FlowResponse = json.RawMessage(v)
	default:
		d.in.FlowResponse, _ = json.Marshal(v)
		d.note("the flow response is not JSON; kept as text")
	}
}

// setMedia reads media URLs however Braze rendered its list: JSON, joined text, or a Ruby array.
func (d *decoder) setMedia(m member) {
	text, other := "", false
	if m.kind == kindNested {
		var list []json.RawMessage
		if json.Unmarshal([]byte(m.raw), &list) != nil {
			d.note(quoteKey(m.key) + " is not a list; ignored")
			return
		}
		var urls []string
		for _, item := range list {
			var u string
			if json.Unmarshal(item, &u) != nil {
				other = true
				continue
			}
			urls = append(urls, u)
		}
		text = strings.Join(urls, " ")
	} else {
		text = d.text(m, quoteKey(m.key))
	}
	urls, rest := mediaURLs(text)
	d.in.Media = urls
	if rest || other {
		d.note(quoteKey(m.key) + " holds something that is not an http or https URL; ignored")
	}
}

// mediaURLs finds the URLs in a list that may be joined by white space, commas, quotes and brackets.
// A comma inside a URL stays. rest says that there was anything else, or too much.
func mediaURLs(s string) (urls []string, rest bool) {
	const around = " \t\r\n,;\"'[]"
	s = strings.Trim(s, around)
	for s != "" {
		next := len(s)
		for i := 1; i < len(s); i++ {
			if !strings.ContainsRune(around, rune(s[i-1])) {
				continue
			}
			if isURL(s[i:]) || strings.ContainsRune(" \t\r\n", rune(s[i-1])) {
				next = i
				break
			}
		}
		one := strings.Trim(s[:next], around)
		if isURL(one) && !strings.ContainsFunc(one, isControl) && len(urls) < maxMedia {
			urls = append(urls, one)
		} else {
			rest = true
		}
		s = strings.TrimLeft(s[next:], around)
	}
	return urls, rest
}

func isURL(s string) bool {
	return hasPrefixFold(s, "https://") && len(s) > len("https://") || hasPrefixFold(s, "http://") && len(s) > len("http://")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// normalizePhone writes a number in E.164 where the text says its country: a leading "+" or "00", or, as
// WhatsApp writes numbers, 11 to 15 digits that do not start with 0. Shorter ones may lack the country
// code, which is never guessed.
func normalizePhone(s string) (phone, remark string) {
	if s == "" {
		return "", ""
	}
	digits := make([]byte, 0, 16)
	plus := false
	for i, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits = append(digits, c)
		case c == '+' && i == 0:
			plus = true
		case strings.IndexByte(" -.()/", c) >= 0:
		default:
			return "", "the phone is not a number; ignored"
		}
	}
	d := string(digits)
	if !plus && strings.HasPrefix(d, "00") {
		d, plus = d[2:], true
	}
	switch {
	case len(d) < 5 || len(d) > 15:
		return "", "the phone is too short or too long for a number; ignored"
	case plus && d[0] == '0':
		return "", "the phone has a plus but no country code; ignored"
	case plus:
		return "+" + d, ""
	case len(d) >= 11 && d[0] != '0':
		return "+" + d, "the phone has no plus; its digits were read as starting with the country code"
	}
	return d, "the phone has no country code; kept as given"
}

// quoteKey names a field of the body, which is the campaign author's text, cut to a readable length.
func quoteKey(key string) string {
	if len(key) > maxKey {
		key = key[:maxKey] + "…"
	}
	return `"` + strings.ToValidUTF8(key, "\uFFFD") + `"`
}
