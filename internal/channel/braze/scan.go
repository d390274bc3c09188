package braze

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

type kind uint8

const (
	kindMissing kind = iota // nothing between the colon and the next comma: a blank tag
	kindString
	kindScalar // number, true, false
	kindNull
	kindNested // object or array
)

// member is one "key": value of the top-level object.
type member struct {
	key   string // as written
	field field
	kind  kind
	raw   string // the value as written, without its quotes when it is a string
}

// maxMembers bounds the top-level fields of a body.
const maxMembers = 256

// scanObject splits a body, which starts with '{', into its members, in order. It is JSON except that
// it lets pass what Braze's Liquid is known to produce inside an otherwise sound body: control
// characters and stray backslashes in strings, a blank where a nested value should be, an unescaped
// array in quotes, a comma before the closing brace. It reports false for anything else.
func scanObject(s string, members []member) ([]member, bool) {
	for i := 1; ; {
		i = skipSpace(s, i)
		if i < len(s) && s[i] == '}' {
			return members, skipSpace(s, i+1) == len(s)
		}
		m, end, ok := scanMember(s, i)
		if !ok || len(members) == maxMembers {
			return members, false
		}
		members = append(members, m)
		i = skipSpace(s, end)
		switch {
		case i < len(s) && s[i] == ',':
			i++
		case i < len(s) && s[i] == '}':
		default:
			return members, false
		}
	}
}

// scanMember reads the member whose key's opening quote is s[i]; end is the index after its value.
func scanMember(s string, i int) (m member, end int, ok bool) {
	m, i, ok = scanKey(s, i)
	if !ok {
		return m, 0, false
	}
	m.kind, m.raw, end, ok = scanValue(s, i, m.field)
	return m, end, ok
}

// scanKey reads `"key" :` at s[i] and returns the index of the first byte of the value.
func scanKey(s string, i int) (m member, value int, ok bool) {
	if i >= len(s) || s[i] != '"' {
		return m, 0, false
	}
	end := stringEnd(s, i)
	if end < 0 {
		return m, 0, false
	}
	colon := skipSpace(s, end+1)
	if colon >= len(s) || s[colon] != ':' {
		return m, 0, false
	}
	m.key = s[i+1 : end]
	m.field = fieldOf(m.key)
	return m, skipSpace(s, colon+1), true
}

// scanValue reads the value that starts at s[i].
func scanValue(s string, i int, f field) (k kind, raw string, end int, ok bool) {
	if i >= len(s) {
		return 0, "", 0, false
	}
	switch s[i] {
	case '"':
		if end := stringEnd(s, i); end >= 0 && endsValue(s, end+1) {
			return kindString, s[i+1 : end], end + 1, true
		}
		if f.nested() && i+1 < len(s) && (s[i+1] == '[' || s[i+1] == '{') {
			end, ok := nestedEnd(s, i+1)
			if ok && end < len(s) && s[end] == '"' {
				return kindNested, s[i+1 : end], end + 1, true
			}
		}
		return 0, "", 0, false
	case '{', '[':
		end, ok := nestedEnd(s, i)
		return kindNested, s[i:end], end, ok
	case ',', '}':
		return kindMissing, "", i, f.nested()
	}
	end = i
	for end < len(s) && !strings.ContainsRune(",} \t\r\n", rune(s[end])) {
		end++
	}
	raw = s[i:end]
	if raw == "null" {
		return kindNull, raw, end, true
	}
	return kindScalar, raw, end, json.Valid([]byte(raw))
}

// endsValue reports whether a value may end before s[i]: a comma or closing brace comes next.
func endsValue(s string, i int) bool {
	i = skipSpace(s, i)
	return i < len(s) && (s[i] == ',' || s[i] == '}')
}

// stringEnd returns the index of the quote that closes the string opened at s[i], or -1.
func stringEnd(s string, i int) int {
	for from := i + 1; ; {
		n := strings.IndexByte(s[from:], '"')
		if n < 0 {
			return -1
		}
		q := from + n
		slashes := 0
		for q-1-slashes > i && s[q-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return q
		}
		from = q + 1
	}
}

// nestedEnd returns the index after the array or object that starts at s[i], if it is sound JSON.
func nestedEnd(s string, i int) (end int, ok bool) {
	depth := 0
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '"':
			q := stringEnd(s, j)
			if q < 0 {
				return i, false
			}
			j = q
		case '[', '{':
			depth++
		case ']', '}':
			depth--
			if depth == 0 {
				return j + 1, json.Valid([]byte(s[i : j+1]))
			}
		}
	}
	return i, false
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

// lastNonSpace returns the index of the last byte before s[i] that is not white space, or -1.
func lastNonSpace(s string, i int) int {
	for i--; i >= 0 && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r'); {
		i--
	}
	return i
}

// unescape resolves JSON's escapes. With lenient false it reports false for anything that JSON does not
// allow between the quotes of a string; with lenient true it keeps such bytes as they are.
func unescape(raw string, lenient bool) (string, bool) {
	b := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '\\' {
			if !lenient && (c == '"' || c < 0x20) {
				return "", false
			}
			b = append(b, c)
			i++
			continue
		}
		r, n := escape(raw[i:])
		if n == 0 {
			if !lenient {
				return "", false
			}
			b = append(b, c)
			i++
			continue
		}
		b = utf8.AppendRune(b, r)
		i += n
	}
	return string(b), true
}

// escape reads the escape at the start of s and its length in bytes; 0 when it is none of JSON's. Half
// a surrogate pair becomes U+FFFD.
func escape(s string) (r rune, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		hi, ok := hex4(s)
		if !ok {
			return 0, 0
		}
		if hi >= 0xD800 && hi < 0xDC00 {
			if lo, ok := hex4(s[6:]); ok && lo >= 0xDC00 && lo < 0xE000 {
				return (hi-0xD800)<<10 | (lo - 0xDC00) + 0x10000, 12
			}
		}
		if hi >= 0xD800 && hi < 0xE000 {
			return utf8.RuneError, 6
		}
		return hi, 6
	}
	return 0, 0
}

// hex4 reads a backslash, a u and four hexadecimal digits.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
