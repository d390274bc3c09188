package braze

import "strings"

// wordJoiner (U+2060) is invisible, has no width and forbids a line break.
const wordJoiner = "\u2060"

// NeutralizeLiquid returns s with every opening Liquid delimiter ("{{" and "{%") broken by an invisible
// word joiner (U+2060), so that nothing in s can be evaluated if Braze should render a trigger property
// a second time. Braze's documentation does not say whether it does. A reader sees no difference.
//
// Closing delimiters stay as they are: without an opening one they mean nothing, and pasted JSON is full
// of them. The result may be longer by one code point for each broken delimiter, so cut a text to its
// layout's length afterwards, not before. Applying it twice changes nothing more.
func NeutralizeLiquid(s string) string {
	n := strings.Count(s, "{%")
	for i := strings.Index(s, "{{"); i >= 0 && i+1 < len(s); i++ {
		if s[i] == '{' && s[i+1] == '{' {
			n++
		}
	}
	if n == 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + n*len(wordJoiner))
	for i := range len(s) {
		b.WriteByte(s[i])
		if s[i] == '{' && i+1 < len(s) && (s[i+1] == '{' || s[i+1] == '%') {
			b.WriteString(wordJoiner)
		}
	}
	return b.String()
}
