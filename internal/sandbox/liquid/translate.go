package liquid

import (
	"fmt"
	"strings"
	"unicode"
)

// translation is a template in the engine's notation.
type translation struct {
	text   string
	consts []any // string literals that the engine's scanner would trip over
}

type translator struct {
	src    string
	pos    int
	out    strings.Builder
	consts []any
}

// translate turns Braze's notation into the engine's: `${x}` becomes an index, a tag nested in a tag
// becomes a parenthesis, `blank` and `empty` become a test.
func translate(source string) (translation, error) {
	t := &translator{src: source}
	for t.pos < len(t.src) {
		object := strings.Index(t.src[t.pos:], "{{")
		tag := strings.Index(t.src[t.pos:], "{%")
		switch {
		case object < 0 && tag < 0:
			t.out.WriteString(t.src[t.pos:])
			t.pos = len(t.src)
		case tag < 0 || (object >= 0 && object < tag):
			t.out.WriteString(t.src[t.pos : t.pos+object])
			t.pos += object
			if err := t.object(); err != nil {
				return translation{}, err
			}
		default:
			t.out.WriteString(t.src[t.pos : t.pos+tag])
			t.pos += tag
			if err := t.tag(); err != nil {
				return translation{}, err
			}
		}
	}
	return translation{text: t.out.String(), consts: t.consts}, nil
}

func (t *translator) line() int { return 1 + strings.Count(t.src[:min(t.pos, len(t.src))], "\n") }

func (t *translator) errorf(format string, args ...any) error {
	return fmt.Errorf("line %d: %s", t.line(), fmt.Sprintf(format, args...))
}

// object translates one {{ … }}, with t.pos at its first brace.
func (t *translator) object() error {
	start := t.pos
	t.pos += 2
	left := t.dash()
	words, err := t.expression("}}")
	if err != nil {
		t.pos = start
		return err
	}
	right := trimDash(&words)
	if len(words) == 0 {
		t.pos = start
		return t.errorf("{{ }} names nothing")
	}
	t.out.WriteString("{{" + left + " " + strings.Join(words, " ") + " " + right + "}}")
	return nil
}

// tag translates one {% … %}, with t.pos at its first brace.
func (t *translator) tag() error {
	start := t.pos
	t.pos += 2
	left := t.dash()
	t.space()
	name := t.identifier()
	if name == "" {
		t.pos = start
		return t.errorf("{%% has no tag name")
	}
	if name == "connected_content" {
		t.pos = start
		return t.errorf("connected_content is not part of the sandbox: use trigger properties or attributes")
	}
	words, err := t.expression("%}")
	if err != nil {
		t.pos = start
		return err
	}
	right := trimDash(&words)
	if name == "raw" || name == "comment" {
		return t.verbatim(start, name)
	}
	switch name {
	case "if", "elsif", "unless":
		words = blankTests(words)
	}
	t.out.WriteString("{%" + left + " " + name + " " + strings.Join(words, " ") + " " + right + "%}")
	return nil
}

// verbatim copies a raw or comment block to its end untouched.
func (t *translator) verbatim(start int, name string) error {
	rest := t.src[t.pos:]
	for at := 0; ; {
		i := strings.Index(rest[at:], "{%")
		if i < 0 {
			t.pos = start
			return t.errorf("{%% %s %%} has no end%s", name, name)
		}
		at += i
		if strings.HasPrefix(strings.TrimLeft(rest[at+2:], "- \t\n"), "end"+name) {
			end := strings.Index(rest[at:], "%}")
			if end < 0 {
				t.pos = start
				return t.errorf("{%% end%s is not closed", name)
			}
			t.pos += at + end + 2
			t.out.WriteString(t.src[start:t.pos])
			return nil
		}
		at += 2
	}
}

// expression translates up to the closing mark, which it consumes, and returns the words between.
func (t *translator) expression(closing string) ([]string, error) {
	var words []string
	start := t.pos
	for {
		t.space()
		rest := t.src[t.pos:]
		switch {
		case rest == "":
			t.pos = start
			return nil, t.errorf("a tag is not closed: %q is missing", closing)
		case strings.HasPrefix(rest, closing):
			t.pos += len(closing)
			return words, nil
		case strings.HasPrefix(rest, "{{"):
			t.pos += 2
			inner, err := t.expression("}}")
			if err != nil {
				return nil, err
			}
			words = append(words, "("+strings.Join(inner, " ")+")")
		case rest[0] == '\'' || rest[0] == '"':
			word, err := t.literal()
			if err != nil {
				return nil, err
			}
			words = append(words, t.clockWord(word))
		default:
			word, err := t.word(closing)
			if err != nil {
				return nil, err
			}
			if word == "|" {
				words = append(words, word)
				if err := t.filterName(); err != nil {
					return nil, err
				}
				continue
			}
			words = append(words, word)
		}
	}
}

// filterName checks, without consuming it, that the name after a pipe is a filter we have: the engine
// would complain only when the message is sent.
func (t *translator) filterName() error {
	at := t.pos
	defer func() { t.pos = at }()
	t.space()
	name := t.identifier()
	if !knownFilter(name) {
		return t.errorf("%q is not a filter", name)
	}
	return nil
}

// word reads one operator, or one name with its properties and indexes.
func (t *translator) word(closing string) (string, error) {
	switch t.src[t.pos] {
	case '|', ',', '(', ')', '=', '!', '<', '>', ':':
		n := 1
		if two := t.src[t.pos:min(t.pos+2, len(t.src))]; two == "==" || two == "!=" || two == "<=" || two == ">=" {
			n = 2
		}
		t.pos += n
		return t.src[t.pos-n : t.pos], nil
	}
	var b strings.Builder
	for t.pos < len(t.src) {
		rest := t.src[t.pos:]
		switch {
		case strings.HasPrefix(rest, closing):
			return nullWord(b.String()), nil
		case strings.HasPrefix(rest, "${"):
			if err := t.braced(&b); err != nil {
				return "", err
			}
		case rest[0] == '[':
			t.pos++
			inner, err := t.expression("]")
			if err != nil {
				return "", err
			}
			b.WriteString("[" + strings.Join(inner, " ") + "]")
		case strings.IndexByte(" \t\r\n|,()=!<>'\"", rest[0]) >= 0:
			return nullWord(b.String()), nil
		case rest[0] == ':':
			t.pos++
			b.WriteByte(':') // stays glued: "name:" is one token to the engine
			return b.String(), nil
		case rest[0] == ']' && closing != "]", rest[0] == '{', rest[0] == '}':
			return "", t.errorf("unexpected %q in a tag", rest[0])
		default:
			b.WriteByte(rest[0])
			t.pos++
		}
	}
	return nullWord(b.String()), nil
}

// braced translates `${name}`: after a dot it indexes what stands before, alone it reads the profile.
func (t *translator) braced(b *strings.Builder) error {
	end := strings.IndexByte(t.src[t.pos:], '}')
	if end < 0 {
		return t.errorf("${ is not closed")
	}
	name := strings.TrimSpace(t.src[t.pos+2 : t.pos+end])
	if name == "" {
		return t.errorf("${} names nothing")
	}
	quote := `"`
	if strings.Contains(name, quote) {
		quote = "'"
	}
	if strings.Contains(name, quote) || strings.ContainsAny(name, "\n{") {
		return t.errorf("${%s} is not a name", name)
	}
	t.pos += end + 1
	before := b.String()
	b.Reset()
	if object, ok := strings.CutSuffix(before, "."); ok && object != "" {
		b.WriteString(object)
	} else if before == "" {
		b.WriteString(Profile)
	} else {
		return t.errorf("${%s} must follow a dot or stand alone", name)
	}
	b.WriteString("[" + quote + name + quote + "]")
	return nil
}

// literal reads a quoted string. One that the engine's scanner would cut short becomes a constant.
func (t *translator) literal() (string, error) {
	quote := t.src[t.pos]
	end := strings.IndexByte(t.src[t.pos+1:], quote)
	if end < 0 {
		return "", t.errorf("a quoted text is not closed")
	}
	text := t.src[t.pos+1 : t.pos+1+end]
	t.pos += end + 2
	if strings.ContainsAny(text, "\n\r") || strings.Contains(text, "}}") || strings.Contains(text, "%}") {
		t.consts = append(t.consts, text)
		return fmt.Sprintf("%s[%d]", constName, len(t.consts)-1), nil
	}
	return string(quote) + text + string(quote), nil
}

// clockWord replaces 'now' and 'today' before a date filter by the sandbox's own clock.
func (t *translator) clockWord(word string) string {
	if text := strings.Trim(word, `'"`); text != "now" && text != "today" {
		return word
	}
	rest := strings.TrimLeft(t.src[t.pos:], " \t\n")
	if after, ok := strings.CutPrefix(rest, "|"); ok && strings.HasPrefix(strings.TrimLeft(after, " \t\n"), "date") {
		return nowName
	}
	return word
}

func (t *translator) space() {
	for t.pos < len(t.src) && strings.IndexByte(" \t\r\n", t.src[t.pos]) >= 0 {
		t.pos++
	}
}

func (t *translator) dash() string {
	if t.pos < len(t.src) && t.src[t.pos] == '-' {
		t.pos++
		return "-"
	}
	return ""
}

func (t *translator) identifier() string {
	start := t.pos
	for t.pos < len(t.src) {
		c := rune(t.src[t.pos])
		if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			break
		}
		t.pos++
	}
	return t.src[start:t.pos]
}

// trimDash takes a closing whitespace mark off the words of a tag.
func trimDash(words *[]string) string {
	w := *words
	if len(w) == 0 {
		return ""
	}
	last, ok := strings.CutSuffix(w[len(w)-1], "-")
	if !ok {
		return ""
	}
	if w = w[:len(w)-1]; last != "" {
		w = append(w, last)
	}
	*words = w
	return "-"
}

func nullWord(word string) string {
	if word == "null" {
		return "nil"
	}
	return word
}

// blankTests rewrites `x == blank`, which the engine would read as a variable named blank.
func blankTests(words []string) []string {
	var out []string
	from := 0 // where the operand that is being read begins in out
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case w == "and" || w == "or":
			out = append(out, w)
			from = len(out)
		case (w == "==" || w == "!=") && i+1 < len(words) && (words[i+1] == "blank" || words[i+1] == "empty"):
			operand := strings.Join(out[from:], " ")
			out = append(out[:from:from], "("+operand+" | braze__blank)", w, "true")
			i++
		default:
			out = append(out, w)
		}
	}
	return out
}
