package braze

import "strings"

const (
	// maxQuotes bounds how many quotes are looked at to the left of a closing field to find one more.
	maxQuotes = 1024
	// maxNested bounds how many nested values are tried for in a closing.
	maxNested = 16
)

// repair reads a body without the promise of escaped texts, of which something follows the words or
// which is no JSON. The rules are those of [DecodeInbound].
func (d *decoder) repair(s string) error {
	opening, words, err := readHead(s)
	if err != nil {
		return err
	}
	if err := d.readOpening(opening); err != nil {
		return err
	}
	d.seen.add(fieldMessage)
	c := findClosing(s, words, d.seen)
	take, err := c.choose(opening)
	if err != nil {
		return err
	}
	end := c.whole
	if take > 0 {
		end = c.starts[take-1]
	}
	if end < words {
		return undecodable("the end of the message cannot be found" + useRecommended)
	}
	d.setText(s[words:end])
	if c.foreign {
		d.note(`the words end in what may be another field of the template; if it is one, put "message" last` + useRecommended)
	}
	for i := take - 1; i >= 0; i-- {
		if err := d.set(c.members[i]); err != nil {
			return err
		}
	}
	return nil
}

// readHead reads the opening and returns the index of the first byte of the customer's words.
func readHead(s string) (opening []member, words int, err error) {
	for i := skipSpace(s, 1); ; {
		m, value, ok := scanKey(s, i)
		if !ok || value >= len(s) || len(opening) == maxMembers {
			return nil, 0, undecodable("the body is not JSON, and no field for the customer's words was found before it breaks" + useRecommended)
		}
		if m.field == fieldMessage {
			if s[value] != '"' {
				return nil, 0, undecodable(quoteKey(m.key) + " is not a text in quotes; put its tag in quotes" + useRecommended)
			}
			return opening, value + 1, nil
		}
		end := 0
		m.kind, m.raw, end, ok = scanValue(s, value, m.field)
		if !ok && m.field.name() && s[value] == '"' {
			m.kind = kindString
			m.raw, end, ok = nameValue(s, value)
		}
		i = skipSpace(s, end)
		if !ok || i >= len(s) || s[i] != ',' {
			return nil, 0, undecodable("the body is not JSON: it breaks at " + quoteKey(m.key) + ", before the message" + useRecommended)
		}
		opening = append(opening, m)
		i = skipSpace(s, i+1)
	}
}

// nameValue reads a name with unescaped quotes: it ends where a known field begins.
func nameValue(s string, i int) (raw string, end int, ok bool) {
	for q := i + 1; q < len(s); q++ {
		n := strings.IndexByte(s[q:], '"')
		if n < 0 {
			break
		}
		q += n
		comma := skipSpace(s, q+1)
		if comma >= len(s) || s[comma] != ',' {
			continue
		}
		if m, _, ok := scanKey(s, skipSpace(s, comma+1)); ok && m.field != fieldUnknown {
			return s[i+1 : q], q + 1, true
		}
	}
	return "", 0, false
}

// closing is what may follow the customer's words, found from the end of the body backwards.
type closing struct {
	// whole is the index where the words end if nothing follows them, or -1: the body does not end
	// in a string.
	whole   int
	members []member // the last field first
	starts  []int    // where the words end if they end before members[i]; -1 if they cannot
	marked  bool     // Braze's own mark is among the members
	foreign bool     // before them stands what may be a field that is not known to us
}

// findClosing finds the longest closing that can follow words starting at s[words].
func findClosing(s string, words int, seen fieldSet) closing {
	edge := len(s) - 1 // the closing brace, later the comma before the last field found
	last := lastNonSpace(s, edge)
	if last >= 0 && s[last] == ',' { // a comma that the author left before the brace
		edge = last
		last = lastNonSpace(s, edge)
	}
	c := closing{whole: -1}
	if last >= words && s[last] == '"' {
		c.whole = last
	}
	nested := 0
	for q, quotes := edge, 0; quotes < maxQuotes; quotes++ {
		q = strings.LastIndexByte(s[:q], '"')
		if q < words {
			break
		}
		comma := lastNonSpace(s, q)
		if comma < words || s[comma] != ',' {
			continue
		}
		m, value, ok := scanKey(s, q)
		if !ok || value > edge {
			continue
		}
		if s[value] == '[' || s[value] == '{' || m.field.nested() {
			if nested++; nested > maxNested {
				break
			}
		}
		var end int
		m.kind, m.raw, end, ok = scanValue(s[:edge+1], value, m.field)
		if !ok || skipSpace(s, end) != edge {
			continue
		}
		certain := len(c.members) == 0 && m.kind != kindString
		if m.field == fieldUnknown && !certain {
			c.foreign = true
			break
		}
		if seen.has(m.field) || !wellFormed(m) {
			break
		}
		seen.add(m.field)
		c.members = append(c.members, m)
		c.marked = c.marked || certain || (m.field == fieldDispatch || m.field == fieldCampaign) && m.raw != ""
		start := lastNonSpace(s, comma)
		if start < words || s[start] != '"' {
			start = -1
		}
		c.starts = append(c.starts, start)
		edge, quotes = comma, 0
	}
	return c
}

// choose says how many of the members are the template's.
func (c *closing) choose(opening []member) (int, error) {
	longest := len(c.members)
	for longest > 0 && c.starts[longest-1] < 0 {
		longest--
	}
	for i := range opening {
		if opening[i].field.identity() {
			return c.chooseFields(longest)
		}
	}
	return c.chooseIdentity(longest, opening)
}

// chooseFields is for a body that has said who wrote before the words.
func (c *closing) chooseFields(longest int) (int, error) {
	for _, m := range c.members {
		if m.field.identity() {
			return 0, undecodable(quoteKey(m.key) + " says who wrote but stands after an unescaped message; move it before the message" + useRecommended)
		}
	}
	if longest > 0 && !c.marked {
		return 0, undecodable(quoteKey(c.members[longest-1].key) + ` stands after an unescaped message and may be the customer's own words; put "message" last` + useRecommended)
	}
	return longest, nil
}

// chooseIdentity is for a body that says who wrote after the words.
func (c *closing) chooseIdentity(longest int, opening []member) (int, error) {
	uncertain := undecodable("who wrote is said after an unescaped message, where a customer could say it too; put identity fields first" + useRecommended)
	for i := range opening {
		if opening[i].field.name() {
			return 0, uncertain
		}
	}
	pair, third := 0, longest
	var found fieldSet
	for i, m := range c.members[:longest] {
		if !m.field.identity() {
			continue
		}
		if m.key != "user_id" && m.key != "phone_number" {
			third = i
			break
		}
		found.add(m.field)
		if found.has(fieldExternalID) && found.has(fieldPhone) && pair == 0 {
			pair = i + 1
		}
	}
	for third > pair && c.starts[third-1] < 0 {
		third--
	}
	if pair == 0 || third != pair {
		return 0, uncertain
	}
	return pair, nil
}

// wellFormed reports whether a field after unescaped words has a value of the form that Braze gives it.
func wellFormed(m member) bool {
	v := m.raw
	switch m.field {
	case fieldUnknown:
		return true
	case fieldVersion, fieldMessage:
		return false
	case fieldMedia, fieldFlow:
		if m.kind == kindString && v != "" && m.field == fieldMedia {
			_, rest := mediaURLs(v)
			return !rest
		}
		return true
	case fieldDispatch:
		return v == "" || hexID(v) || uuidID(v) || unsent(v)
	case fieldCampaign:
		return v == "" || uuidID(v) || unsent(v)
	case fieldLanguage:
		return len(v) <= 35 && !strings.ContainsFunc(v, notTag)
	case fieldProduct, fieldCatalog:
		return len(v) <= 128 && !strings.ContainsFunc(v, notToken)
	}
	return len(v) <= maxIdentity && !strings.ContainsFunc(v, isControl)
}

func notTag(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
}

func notToken(r rune) bool { return notTag(r) && r != '.' && r != ':' }

func notHex(r rune) bool { return (r < '0' || r > '9') && (r < 'a' || r > 'f') }

// hexID reports whether s has the form of a dispatch_id: 32 lowercase hexadecimal digits.
func hexID(s string) bool { return len(s) == 32 && !strings.ContainsFunc(s, notHex) }

// uuidID reports whether s has the form of a campaign's API identifier.
func uuidID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	for _, part := range []string{s[:8], s[9:13], s[14:18], s[19:23], s[24:]} {
		if strings.ContainsFunc(strings.ToLower(part), notHex) {
			return false
		}
	}
	return true
}

// unsent reports whether s is what Braze's preview renders for an id that exists only once a campaign
// is sent, such as "dispatch_id_for_unsent_campaign" (Braze's "Dispatch ID" help article).
func unsent(s string) bool { return strings.HasSuffix(s, "_for_unsent_campaign") && len(s) <= 64 }
