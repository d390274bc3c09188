package liquid

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/osteele/tuesday"
)

// standard names the engine's own filters that a template may use besides ours.
const standard = " abs append at_least at_most capitalize ceil compact concat default divided_by downcase escape escape_once first " +
	"floor join last lstrip map modulo newline_to_br prepend remove remove_first replace replace_first reverse round rstrip " +
	"size slice sort sort_natural split strip strip_html truncatewords uniq upcase url_decode url_encode "

func knownFilter(name string) bool {
	if name == "" {
		return false
	}
	_, ours := filters()[name]
	return ours || strings.Contains(standard, " "+name+" ")
}

// filters returns Braze's filters, and those of the engine that differ from Ruby's Liquid.
func filters() map[string]any {
	return map[string]any{
		"braze__blank":          blank,
		"json_escape":           jsonEscape,
		"as_json_string":        asJSON,
		"json_parse":            jsonParse,
		"property_accessor":     func(m map[string]any, key string) any { return m[key] },
		"url_escape":            urlEscape,
		"url_param_escape":      urlParamEscape,
		"base64_encode":         func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64_decode":         base64Decode,
		"md5":                   digest(md5.New, hex.EncodeToString),
		"sha1":                  digest(sha1.New, hex.EncodeToString),
		"sha2":                  digest(sha256.New, hex.EncodeToString),
		"hmac_sha1":             sign(sha1.New, hex.EncodeToString),
		"hmac_sha1_hex":         sign(sha1.New, hex.EncodeToString),
		"hmac_sha1_base64":      sign(sha1.New, base64.StdEncoding.EncodeToString),
		"hmac_sha256":           sign(sha256.New, hex.EncodeToString),
		"hmac_sha256_hex":       sign(sha256.New, hex.EncodeToString),
		"hmac_sha256_base64":    sign(sha256.New, base64.StdEncoding.EncodeToString),
		"strip_newlines":        func(s string) string { return strings.NewReplacer("\r\n", "", "\n", "", "\r", "").Replace(s) },
		"truncate":              truncate,
		"date":                  date,
		"time_zone":             timeZone,
		"plus":                  arithmetic(func(a, b float64) float64 { return a + b }),
		"minus":                 arithmetic(func(a, b float64) float64 { return a - b }),
		"times":                 arithmetic(func(a, b float64) float64 { return a * b }),
		"at_least":              arithmetic(math.Max),
		"at_most":               arithmetic(math.Min),
		"number_with_delimiter": numberWithDelimiter,
		"modulo":                modulo,
		"divided_by":            dividedBy,
		"capitalize":            capitalize,
		"truncatewords":         truncateWords,
	}
}

func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// jsonEscape makes a value safe between the quotes of a JSON string. Control characters are escaped
// too, so that a line break in a customer's message cannot break the body.
func jsonEscape(v any) string {
	var text string
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		text = v
	case []any, map[string]any:
		text = asJSON(v)
	default:
		text = fmt.Sprint(v)
	}
	quoted := asJSON(text)
	return quoted[1 : len(quoted)-1]
}

func asJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "null"
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func jsonParse(s string) any {
	var v any
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	return Value(v)
}

// Value turns decoded JSON into what templates expect: whole numbers print without an exponent.
// It copies nothing it does not have to change.
func Value(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		f, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return whole(f)
	case float64:
		return whole(v)
	case []any:
		for i := range v {
			v[i] = Value(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = Value(v[k])
		}
	}
	return v
}

func whole(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int(f)
	}
	return f
}

func urlEscape(s string) string {
	return (&url.URL{Path: s}).EscapedPath()
}

func urlParamEscape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

func base64Decode(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) {
		return ""
	}
	return string(b)
}

func digest(newHash func() hash.Hash, encode func([]byte) string) func(string) string {
	return func(s string) string {
		h := newHash()
		h.Write([]byte(s))
		return encode(h.Sum(nil))
	}
}

func sign(newHash func() hash.Hash, encode func([]byte) string) func(string, string) string {
	return func(s, key string) string {
		h := hmac.New(newHash, []byte(key))
		h.Write([]byte(s))
		return encode(h.Sum(nil))
	}
}

func truncate(s string, length func(int) int, ellipsis func(string) string) string {
	n, tail := length(50), ellipsis("...")
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:max(0, n-utf8.RuneCountInString(tail))]) + tail
}

// arithmetic keeps whole numbers whole and reads numbers out of text, as Ruby's Liquid does.
func arithmetic(op func(a, b float64) float64) func(a, b any) any {
	return func(a, b any) any { return whole(op(number(a), number(b))) }
}

// modulo has the sign of the divisor, as in Ruby.
func modulo(a, b any) (any, error) {
	x, y := number(a), number(b)
	if y == 0 {
		return nil, errDivision
	}
	return whole(x - y*math.Floor(x/y)), nil
}

// dividedBy rounds down when both are whole numbers, as in Ruby.
func dividedBy(a, b any) (any, error) {
	x, y := number(a), number(b)
	switch {
	case y == 0:
		return nil, errDivision
	case isWhole(a) && isWhole(b):
		return whole(math.Floor(x / y)), nil
	}
	return x / y, nil
}

var errDivision = errors.New("divided by 0")

func isWhole(v any) bool {
	switch v := v.(type) {
	case int, int64:
		return true
	case string:
		_, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return err == nil
	}
	return false
}

// capitalize makes the first letter a capital and leaves the others alone.
func capitalize(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

func truncateWords(s string, length func(int) int, ellipsis func(string) string) string {
	words := strings.Fields(s)
	n := max(1, length(15))
	if len(words) <= n {
		return s
	}
	return strings.Join(words[:n], " ") + ellipsis("...")
}

func number(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		return v
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		if err != nil {
			return 0
		}
		return f
	}
	return 0
}

// date formats a time, an epoch or a date in text; what is no date is returned as it came.
func date(v any, format func(string) string) (any, error) {
	layout := format("%Y-%m-%d %H:%M:%S %z")
	t, ok := moment(v)
	if !ok {
		return v, nil
	}
	return tuesday.Strftime(layout, t)
}

func moment(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v, true
	case int:
		return time.Unix(int64(v), 0).UTC(), true
	case float64:
		return time.Unix(int64(v), 0).UTC(), true
	case string:
		text := strings.TrimSpace(v)
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return time.Unix(n, 0).UTC(), true
		}
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST",
			"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", time.RFC1123Z, time.RFC1123, "January 2, 2006", "Jan 2, 2006",
		} {
			if t, err := time.Parse(layout, text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func timeZone(v any, name string) (any, error) {
	t, ok := moment(v)
	if !ok {
		return v, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not a time zone", name)
	}
	return t.In(zone), nil
}

func numberWithDelimiter(v any) string {
	text := strings.TrimFunc(fmt.Sprint(v), unicode.IsSpace)
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	}
	units, fraction, hasFraction := strings.Cut(text, ".")
	for i := len(units) - 3; i > 0; i -= 3 {
		units = units[:i] + "," + units[i:]
	}
	if hasFraction {
		units += "." + fraction
	}
	return sign + units
}
