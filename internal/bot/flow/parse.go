package flow

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// Limits of what WhatsApp shows (Meta, "Interactive list messages"): rows of a list,
	// characters of a row's title and of its description; and of a text message.
	maxOptions = 10
	maxTitle   = 24
	maxDetail  = 72
	maxText    = 4096

	defaultRetries = 2
	defaultExpires = 24 * time.Hour
	maxValue       = 300 // characters kept of a slot or a tool's field
)

var languageCode = regexp.MustCompile(`^[a-z]{2,3}$`)

func (p *parser) read(doc *group) {
	f := p.flow
	for _, node := range doc.list("languages", true) {
		switch code := node.Value; {
		case node.Kind != yaml.ScalarNode || !languageCode.MatchString(code):
			p.problem(node.Line, "language %q: write the two-letter code, such as en", code)
		case slices.Contains(f.Languages, code):
			p.problem(node.Line, "language %q is listed twice", code)
		default:
			f.Languages = append(f.Languages, code)
		}
	}
	f.Title = doc.texts("title", true)
	if f.Expires = p.duration(doc, "expires", false); f.Expires == 0 {
		f.Expires = defaultExpires
	}
	if slots := doc.group("slots"); slots != nil {
		for _, name := range slots.keys {
			p.slot(slots, name)
		}
	}
	steps := doc.group("steps")
	switch {
	case steps == nil && !doc.has("steps"):
		p.problem(doc.start, "steps is missing")
	case steps != nil && len(steps.keys) == 0:
		p.problem(steps.start, "steps is empty")
	case steps != nil:
		for _, name := range steps.keys {
			p.step(steps, name)
		}
	}
	doc.done("the flow")
	p.check()
}

func (p *parser) duration(g *group, key string, required bool) time.Duration {
	text := g.text(key, required)
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Minute || d > 30*24*time.Hour {
		p.problem(g.line(key), "%s %q: write a time such as 30m or 24h, from 1m to 720h", key, text)
		return 0
	}
	return d
}

func (p *parser) slot(slots *group, name string) {
	line := slots.line(name)
	g := p.group(slots.values[name], "slot "+name)
	if g == nil {
		return
	}
	if !identifier.MatchString(name) || name == "contact" || name == "base" {
		p.problem(line, "slot %q: use lower-case letters, digits and _, a letter first, and neither contact nor base", name)
	}
	s := Slot{Name: name, Line: line, Type: Type(g.text("type", true)), Retries: defaultRetries}
	if s.Type != "" && !slices.Contains(Types(), s.Type) {
		p.problem(g.line("type"), "slot %s: type %q is unknown%s", name, s.Type, nearest(string(s.Type), asStrings(Types())))
	}
	s.Ask = g.texts("ask", true)
	s.Invalid = g.texts("invalid", false)
	if n := g.number("retries"); n != nil {
		if s.Retries = int(*n); float64(s.Retries) != *n || s.Retries < 0 || s.Retries > 5 {
			p.problem(g.line("retries"), "slot %s: retries must be 0 to 5", name)
		}
	}
	s.Opening = g.truth("opening", s.Type == Order || s.Type == Email)
	p.slotSettings(g, &s)
	g.done("slot " + name)
	p.flow.Slots = append(p.flow.Slots, s)
}

func asStrings[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

func (p *parser) slotSettings(g *group, s *Slot) {
	if s.Type == Text || s.Type == Number || s.Type == Date {
		s.Min, s.Max = g.number("min"), g.number("max")
		if s.Min != nil && s.Max != nil && *s.Min > *s.Max {
			p.problem(g.line("max"), "slot %s: max is below min", s.Name)
		}
		if s.Type == Text && s.Max != nil && (*s.Max < 1 || *s.Max > maxValue) {
			p.problem(g.line("max"), "slot %s: max must be 1 to %d characters", s.Name, maxValue)
		}
	}
	if s.Type == Regex || s.Type == Order {
		s.Pattern = g.text("pattern", s.Type == Regex)
		if re, err := regexp.Compile(s.Pattern); err != nil {
			p.problem(g.line("pattern"), "slot %s: pattern is not a regular expression: %v", s.Name, err)
		} else if s.Pattern != "" && re.MatchString("") {
			p.problem(g.line("pattern"), "slot %s: pattern fits even nothing; ask for at least one character", s.Name)
		}
	}
	if s.Type != Choice {
		return
	}
	s.Button = g.texts("button", false)
	for _, text := range s.Button {
		if utf8.RuneCountInString(text) > 20 {
			p.problem(g.line("button"), "slot %s: button %q has more than the 20 characters that WhatsApp shows", s.Name, text)
		}
	}
	nodes := g.list("choices", true)
	if len(nodes) > maxOptions {
		p.problem(g.line("choices"), "slot %s has %d choices; a WhatsApp list has %d rows", s.Name, len(nodes), maxOptions)
	}
	for _, node := range nodes {
		p.option(node, s)
	}
}

func (p *parser) option(node *yaml.Node, s *Slot) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	g := p.group(node, "a choice of slot "+s.Name)
	if g == nil {
		return
	}
	o := Option{Value: g.text("value", true), Title: g.texts("title", false), Detail: g.texts("detail", false), Line: node.Line}
	p.names(g.line("value"), o.Value)
	if o.Title == nil {
		o.Title = Texts{}
		for _, language := range p.flow.Languages {
			o.Title[language] = o.Value
		}
	}
	for language, title := range o.Title {
		if n := utf8.RuneCountInString(title); n > maxTitle && !reference.MatchString(title) {
			p.problem(o.Line, "title %q has %d characters; WhatsApp shows %d of a row", title, n, maxTitle)
		}
		for _, other := range s.Choices {
			if strings.EqualFold(other.Title[language], title) {
				p.problem(o.Line, "title %q is given twice", title)
			}
		}
	}
	for _, detail := range o.Detail {
		if n := utf8.RuneCountInString(detail); n > maxDetail {
			p.problem(o.Line, "detail %q has %d characters; WhatsApp shows %d", detail, n, maxDetail)
		}
	}
	g.done("a choice of slot " + s.Name)
	s.Choices = append(s.Choices, o)
}

func (p *parser) step(steps *group, name string) {
	line := steps.line(name)
	g := p.group(steps.values[name], "step "+name)
	if g == nil {
		p.flow.Steps = append(p.flow.Steps, Step{Name: name, Line: line})
		return
	}
	if !identifier.MatchString(name) || name == End {
		p.problem(line, "step %q: use lower-case letters, digits and _, a letter first, and not end", name)
	}
	s := Step{Name: name, Line: line, lines: g.lines}
	var kinds []string
	for _, kind := range Kinds() {
		if g.has(string(kind)) {
			kinds = append(kinds, string(kind))
		}
	}
	if len(kinds) != 1 {
		p.problem(line, "step %s does %s; it must do exactly one of %s", name, orNothing(kinds), strings.Join(asStrings(Kinds()), ", "))
		p.flow.Steps = append(p.flow.Steps, s)
		return
	}
	s.Kind = Kind(kinds[0])
	switch s.Kind {
	case Say:
		s.Text = p.spoken(g, "say")
		p.beside(g, &s)
	case Ask:
		s.Slot, s.Again = g.text("ask", true), g.truth("again", false)
		p.patience(g, &s)
	case Branch:
		p.branch(g, &s)
	case Call:
		p.call(g, &s)
	case Set:
		s.Values = g.assigns("set")
		for _, a := range s.Values {
			p.target(Assign{Name: strings.TrimPrefix(a.Name, factPrefix), Line: a.Line})
			p.names(a.Line, a.Value)
		}
	case Wait:
		s.For, s.Late, s.Timeout = p.duration(g, "wait", true), g.text("late", false), g.text("timeout", false)
		if s.Late != "" && s.Timeout != "" {
			p.problem(g.line("late"), "step %s has late and timeout: with timeout the flow goes on by itself, so nobody comes late; keep one of them", name)
		}
	case Jump:
		s.Flow = g.text("jump", true)
	case Handoff:
		s.Text = p.spoken(g, "handoff")
	}
	if s.Kind != Branch && s.Kind != Jump && s.Kind != Handoff {
		if s.Next = g.text("next", false); s.Next == "" {
			p.problem(line, "step %s is a dead end: say where it goes on with next, or next: end", name)
		}
	}
	g.done("step " + name)
	p.flow.Steps = append(p.flow.Steps, s)
}

// patience reads how long a question waits, and where the flow goes on when nobody answers.
func (p *parser) patience(g *group, s *Step) {
	s.For, s.Timeout = p.duration(g, "within", false), g.text("timeout", false)
	switch {
	case g.has("within") && s.Timeout == "":
		p.problem(g.line("within"), "step %s has within without timeout; name the step that the flow goes on with", s.Name)
	case s.Timeout != "" && !g.has("within"):
		s.For = p.flow.Expires
	}
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, " and ")
}

func (p *parser) spoken(g *group, key string) Texts {
	t := g.texts(key, true)
	for _, text := range t {
		if n := utf8.RuneCountInString(text); n > maxText {
			p.problem(g.line(key), "%s has %d characters, WhatsApp takes at most %d", key, n, maxText)
		}
	}
	return t
}

// beside reads what is shown beside a say.
func (p *parser) beside(g *group, s *Step) {
	var given []string
	for _, kind := range []string{"image", "video", "audio", "document"} {
		if at := g.text(kind, false); at != "" {
			given = append(given, kind)
			s.Media = Media{kind, at}
			p.address(g.line(kind), kind, at)
		}
	}
	if link := g.group("link"); link != nil {
		given = append(given, "link")
		s.Link = Link{link.texts("label", true), link.text("url", true)}
		p.address(link.line("url"), "link", s.Link.URL)
		link.done("link")
	}
	if len(given) > 1 {
		p.problem(g.line(given[1]), "step %s shows %s: a WhatsApp message shows one of them; make two steps", s.Name, strings.Join(given, " and "))
	}
}

func (p *parser) address(line int, what, at string) {
	p.names(line, at)
	if reference.MatchString(at) {
		return
	}
	if u, err := url.Parse(at); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		p.problem(line, "%s %q is not the address of a file or page; write it whole, beginning with https://", what, at)
	}
}

func (p *parser) branch(g *group, s *Step) {
	for _, node := range g.list("branch", true) {
		c := p.group(node, "a case of step "+s.Name)
		if c == nil {
			continue
		}
		text, to := c.text("if", true), c.text("go", true)
		c.done("a case of step " + s.Name)
		condition, err := ParseCondition(text)
		if err != nil && text != "" {
			p.problem(c.line("if"), "step %s: %v", s.Name, err)
		}
		for _, t := range condition.Tests {
			p.used = append(p.used, use{t.Name, c.line("if")})
		}
		s.Cases = append(s.Cases, Case{condition, to, node.Line})
	}
	if s.Else = g.text("else", false); s.Else == "" {
		p.problem(s.Line, "step %s is a dead end when no case holds: add else", s.Name)
	}
}

func (p *parser) call(g *group, s *Step) {
	s.Tool = g.text("call", true)
	s.Args, s.Save = g.assigns("args"), g.assigns("save")
	for _, a := range s.Args {
		p.names(a.Line, a.Value)
	}
	for _, a := range s.Save {
		p.target(a)
		if a.Value == "" {
			p.problem(a.Line, "save %s names no field of the result", a.Name)
		}
	}
	s.Confirm = g.texts("confirm", false)
	s.Declined = g.text("declined", s.Confirm != nil)
	if s.Declined != "" && s.Confirm == nil {
		p.problem(g.line("declined"), "step %s has declined without confirm", s.Name)
	}
	if s.Confirm != nil {
		p.patience(g, s)
	}
	for _, a := range g.assigns("on") {
		s.On = append(s.On, Exit{a.Name, a.Value, a.Line})
	}
	if p.known.Tools == nil || s.Tool == "" {
		return
	}
	effect, ok := p.known.Tools[s.Tool]
	names := make([]string, 0, len(p.known.Tools))
	for name := range p.known.Tools {
		names = append(names, name)
	}
	slices.Sort(names)
	switch {
	case !ok:
		p.problem(g.line("call"), "step %s calls %q, which is no tool%s", s.Name, s.Tool, nearest(s.Tool, names))
	case effect == "write" && s.Confirm == nil:
		p.problem(g.line("call"), "step %s calls %s, which changes something, without confirm; add the question that the customer must say yes to", s.Name, s.Tool)
	}
}

// target checks the name that a value is kept under.
func (p *parser) target(a Assign) {
	if !identifier.MatchString(a.Name) || a.Name == "contact" || a.Name == "base" {
		p.problem(a.Line, "%q is no name for a value: use lower-case letters, digits and _, a letter first, and neither contact nor base", a.Name)
	}
}
