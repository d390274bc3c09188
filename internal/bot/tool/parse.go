package tool

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"parley/internal/config"
)

// Problem is one thing wrong with a file of tools, and how to mend it.
type Problem struct {
	File string
	Line int // 0: the whole file
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems is everything wrong with a file, by line.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// at is a value that knows its line.
type at[T any] struct {
	v    T
	line int
}

// UnmarshalYAML reads the value.
func (a *at[T]) UnmarshalYAML(node *yaml.Node) error {
	a.line = node.Line
	return node.Decode(&a.v)
}

type rawFile struct {
	Servers []rawServer `yaml:"servers"`
	Tools   []rawTool   `yaml:"tools"`
}

type rawServer struct {
	Name    at[string]            `yaml:"name"`
	URL     at[string]            `yaml:"url"`
	Headers map[string]at[string] `yaml:"headers"`
	Command at[[]string]          `yaml:"command"`
	Env     map[string]at[string] `yaml:"env"`
}

type rawTool struct {
	Name        at[string]            `yaml:"name"`
	Description at[string]            `yaml:"description"`
	Effect      at[string]            `yaml:"effect"`
	Idempotent  at[bool]              `yaml:"idempotent"`
	Args        at[map[string]any]    `yaml:"args"`
	Bind        map[string]at[string] `yaml:"bind"`
	Timeout     at[string]            `yaml:"timeout"`
	Retries     at[*int]              `yaml:"retries"`
	Method      at[string]            `yaml:"method"`
	URL         at[string]            `yaml:"url"`
	Headers     map[string]at[string] `yaml:"headers"`
	Body        at[any]               `yaml:"body"`
	MCP         *rawMCP               `yaml:"mcp"`
	Result      map[string]at[string] `yaml:"result"`
	Confirm     map[string]at[string] `yaml:"confirm"`
	Errors      []rawFault            `yaml:"errors"`
	Allow       rawAllow              `yaml:"allow"`
}

type rawMCP struct {
	Server at[string] `yaml:"server"`
	Tool   at[string] `yaml:"tool"`
	Pin    at[string] `yaml:"pin"`
}

type rawFault struct {
	Status  at[int]    `yaml:"status"`
	Pointer at[string] `yaml:"pointer"`
	Equals  at[string] `yaml:"equals"`
	Code    at[string] `yaml:"code"`
}

type rawAllow struct {
	Intents []at[string] `yaml:"intents"`
	Flows   []at[string] `yaml:"flows"`
}

var (
	nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	yamlLine = regexp.MustCompile(`^line (\d+): `)
	unknown  = regexp.MustCompile(`field (\S+) not found in type \S+`)
)

// The defaults and bounds of a call.
const (
	readTimeout  = 5 * time.Second
	writeTimeout = 15 * time.Second
	maxTimeout   = time.Minute
	readRetries  = 2
	maxRetries   = 5
)

// methods are what a call may be made with.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

type parser struct {
	file     string
	env      func(string) (string, bool)
	problems Problems
	servers  map[string]bool
}

func (p *parser) add(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.file, line, fmt.Sprintf(format, args...)})
}

// Parse reads a file of tools. name is for messages; env looks up what ${NAME} stands for,
// like os.LookupEnv. The error is of type Problems and holds everything wrong at once.
func Parse(name string, raw []byte, env func(string) (string, bool)) (*Catalogue, error) {
	p := &parser{file: name, env: env, servers: map[string]bool{}}
	var file rawFile
	d := yaml.NewDecoder(strings.NewReader(string(raw)))
	d.KnownFields(true)
	if err := d.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		p.yamlProblems(err)
	}
	c := &Catalogue{}
	for _, s := range file.Servers {
		c.servers = append(c.servers, p.server(s))
	}
	seen := map[string]int{}
	lines := entries(raw, "tools")
	for i, t := range file.Tools {
		if t.Name.line == 0 && i < len(lines) {
			t.Name.line = lines[i]
		}
		if first, twice := seen[t.Name.v]; twice && t.Name.v != "" {
			p.add(t.Name.line, "tool %s is declared twice, first on line %d", t.Name.v, first)
		}
		seen[t.Name.v] = t.Name.line
		c.tools = append(c.tools, p.tool(t))
	}
	if len(file.Tools) == 0 && len(p.problems) == 0 {
		p.add(0, "has no tools; list them under tools:")
	}
	if len(p.problems) > 0 {
		slices.SortFunc(p.problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Text, b.Text)) })
		return nil, p.problems
	}
	return c, nil
}

// entries gives the line on which each entry of a list at the top begins.
func entries(raw []byte, list string) (lines []int) {
	var document map[string]yaml.Node
	if yaml.Unmarshal(raw, &document) != nil {
		return nil // told already
	}
	node := document[list]
	for _, entry := range node.Content {
		lines = append(lines, entry.Line)
	}
	return lines
}

func (p *parser) yamlProblems(err error) {
	texts := []string{strings.TrimPrefix(err.Error(), "yaml: ")}
	if e := (*yaml.TypeError)(nil); errors.As(err, &e) {
		texts = e.Errors
	}
	for _, text := range texts {
		line := 0
		if m := yamlLine.FindStringSubmatch(text); m != nil {
			line, _ = strconv.Atoi(m[1])
			text = text[len(m[0]):]
		}
		p.add(line, "%s", unknown.ReplaceAllString(text, "the name $1 is not known here"))
	}
}

func (p *parser) server(raw rawServer) Server {
	s := Server{Name: raw.Name.v, Command: raw.Command.v, Headers: map[string]config.Secret{}, Env: map[string]config.Secret{}}
	line := max(raw.Name.line, raw.URL.line, raw.Command.line)
	if !nameForm.MatchString(s.Name) {
		p.add(line, "server: name must be a-z, 0-9 and _, not %q", s.Name)
	}
	if p.servers[s.Name] {
		p.add(line, "server %s is declared twice", s.Name)
	}
	p.servers[s.Name] = true
	if (raw.URL.v == "") == (len(s.Command) == 0) {
		p.add(line, "server %s: give either url or command", s.Name)
	}
	if raw.URL.v != "" {
		s.URL = p.address(raw.URL, line, "server "+s.Name)
	}
	for name, value := range raw.Headers {
		s.Headers[name] = p.expand(value)
	}
	for name, value := range raw.Env {
		s.Env[name] = p.expand(value)
	}
	return s
}

func (p *parser) tool(raw rawTool) *Tool {
	t := &Tool{
		Name: raw.Name.v, Description: strings.TrimSpace(raw.Description.v), Effect: Effect(raw.Effect.v), Idempotent: raw.Idempotent.v,
		Bind: map[string]Bound{}, Result: map[string]string{},
	}
	line := raw.Name.line
	bad := func(at int, format string, args ...any) {
		p.add(cmp.Or(at, line), "tool %s: %s", cmp.Or(t.Name, "without a name"), fmt.Sprintf(format, args...))
	}
	if !nameForm.MatchString(t.Name) {
		p.add(line, "a tool's name must be a-z, 0-9 and _, not %q", t.Name)
	}
	if t.Description == "" {
		bad(raw.Description.line, "description is missing; say in one sentence what it does, models read it")
	}
	if t.Effect != Read && t.Effect != Write {
		bad(raw.Effect.line, "effect must be read or write, not %q", t.Effect)
	}
	p.pace(t, raw, bad)
	for name, b := range raw.Bind {
		if !nameForm.MatchString(name) {
			bad(b.line, "bind: %q is not a name; use a-z, 0-9 and _", name)
		}
		if !slices.Contains(bounds, Bound(b.v)) {
			bad(b.line, "bind: %s cannot be bound to %q; choose one of %v", name, b.v, bounds)
		}
		t.Bind[name] = Bound(b.v)
	}
	if raw.Args.v == nil {
		raw.Args.v = map[string]any{"type": "object"}
	}
	for _, problem := range t.setSchema(raw.Args.v) {
		bad(raw.Args.line, "%s", problem)
	}
	t.confirm(raw.Confirm, bad)
	p.way(t, raw, bad)
	for name, pointer := range raw.Result {
		if !nameForm.MatchString(name) {
			bad(pointer.line, "result: %q is not a name; use a-z, 0-9 and _", name)
		}
		if problem := wrongPointer(pointer.v); problem != "" {
			bad(pointer.line, "result: %s: %s", name, problem)
		}
		t.Result[name] = pointer.v
	}
	for _, f := range raw.Errors {
		t.Errors = append(t.Errors, p.fault(f, bad))
	}
	for _, name := range raw.Allow.Intents {
		t.Intents = append(t.Intents, name.v)
	}
	for _, name := range raw.Allow.Flows {
		t.Flows = append(t.Flows, name.v)
	}
	if len(t.Intents)+len(t.Flows) == 0 {
		bad(0, `allow is missing; name the intents or flows that may use it, or "*" for all`)
	}
	return t
}

var (
	argument     = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}$`)
)

// confirm reads what customers are asked before a model's write.
func (t *Tool) confirm(raw map[string]at[string], bad complaint) {
	t.Confirm = map[string]string{}
	for language, text := range raw {
		switch {
		case t.Effect != Write:
			bad(text.line, "confirm is for writes; what only reads needs no yes")
		case !languageForm.MatchString(language):
			bad(text.line, "confirm: %q is no language; write its code, such as en", language)
		case strings.TrimSpace(text.v) == "":
			bad(text.line, "confirm: %s is empty", language)
		}
		for _, m := range argument.FindAllString(text.v, -1) {
			if name := strings.Trim(m, "{}"); t.each[name] == nil {
				bad(text.line, "confirm: %s names %s, which is no argument", language, name)
			}
		}
		t.Confirm[language] = strings.TrimSpace(text.v)
	}
}

type complaint func(line int, format string, args ...any)

func (p *parser) pace(t *Tool, raw rawTool, bad complaint) {
	t.Timeout = readTimeout
	if t.Effect == Write {
		t.Timeout = writeTimeout
	} else {
		t.Retries = readRetries
		if t.Idempotent {
			bad(raw.Idempotent.line, "idempotent is for writes; what only reads can always be repeated")
		}
	}
	if raw.Timeout.v != "" {
		d, err := time.ParseDuration(raw.Timeout.v)
		if err != nil || d < 100*time.Millisecond || d > maxTimeout {
			bad(raw.Timeout.line, "timeout must be a time from 100ms to 1m such as 5s, not %q", raw.Timeout.v)
		}
		t.Timeout = d
	}
	if n := raw.Retries.v; n != nil {
		if *n < 0 || *n > maxRetries {
			bad(raw.Retries.line, "retries must be from 0 to %d", maxRetries)
		}
		if *n > 0 && t.Effect == Write && !t.Idempotent {
			bad(raw.Retries.line, "a write that is not idempotent cannot be repeated; leave retries out, or make it idempotent")
		}
		t.Retries = *n
	}
}

// way reads how the tool is reached.
func (p *parser) way(t *Tool, raw rawTool, bad complaint) {
	if raw.MCP != nil {
		if raw.URL.v != "" || raw.Method.v != "" || len(raw.Headers) > 0 || raw.Body.v != nil {
			bad(raw.MCP.Server.line, "mcp stands alone; leave out method, url, headers and body")
		}
		t.MCP = &MCP{Server: raw.MCP.Server.v, Tool: cmp.Or(raw.MCP.Tool.v, t.Name), Pin: raw.MCP.Pin.v}
		if !p.servers[t.MCP.Server] {
			bad(raw.MCP.Server.line, "there is no server %q; declare it under servers:", t.MCP.Server)
		}
		if t.MCP.Pin != "" && !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(t.MCP.Pin) {
			bad(raw.MCP.Pin.line, "pin must be 64 hexadecimal digits; `parley tool check` prints it")
		}
		return
	}
	values := map[string]bool{}
	for name := range t.each {
		values[name] = true
	}
	for name := range t.Bind {
		values[name] = true
	}
	used := map[string]bool{}
	uses := func(line int, where, template string) {
		for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
			used[m[1]] = true
			if !values[m[1]] {
				bad(line, "%s uses {%s}, which is neither an argument nor bound", where, m[1])
			}
		}
	}
	t.HTTP = &HTTP{Method: cmp.Or(raw.Method.v, http.MethodGet), Headers: map[string]config.Secret{}, Body: raw.Body.v}
	if !slices.Contains(methods, t.HTTP.Method) {
		bad(raw.Method.line, "method must be one of %s", strings.Join(methods, ", "))
	}
	if t.Effect == Write && t.HTTP.Method == http.MethodGet {
		bad(raw.Method.line, "a write cannot use GET; say method: POST or another")
	}
	if t.HTTP.Method == http.MethodGet && raw.Body.v != nil {
		bad(raw.Body.line, "GET has no body; put values into the url")
	}
	t.HTTP.URL = p.address(raw.URL, raw.Name.line, "tool "+t.Name)
	uses(raw.URL.line, "url", raw.URL.v)
	for _, name := range slices.Sorted(maps.Keys(raw.Headers)) {
		value := raw.Headers[name]
		t.HTTP.Headers[name] = p.expand(value)
		uses(value.line, "header "+name, value.v)
		if http.CanonicalHeaderKey(name) == IdempotencyKey {
			bad(value.line, "%s is sent by itself; leave it out", IdempotencyKey)
		}
	}
	eachText(raw.Body.v, func(text string) { uses(raw.Body.line, "body", text) })
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !used[name] {
			bad(0, "%s is asked for and never sent; use {%s} in url, headers or body", name, name)
		}
	}
}

// IdempotencyKey is the header that carries a call's id with every write.
const IdempotencyKey = "Idempotency-Key"

func eachText(node any, do func(string)) {
	switch node := node.(type) {
	case string:
		do(node)
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(node)) {
			eachText(node[k], do)
		}
	case []any:
		for _, inner := range node {
			eachText(inner, do)
		}
	}
}

func (p *parser) fault(raw rawFault, bad complaint) Fault {
	f := Fault{raw.Status.v, raw.Pointer.v, raw.Equals.v, raw.Code.v}
	line := max(raw.Status.line, raw.Pointer.line, raw.Equals.line, raw.Code.line)
	if f.Status == 0 && f.Pointer == "" {
		bad(line, "errors: give a status, or a pointer with equals")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		bad(line, "errors: %d is not a status of an answer", f.Status)
	}
	if problem := wrongPointer(f.Pointer); problem != "" {
		bad(line, "errors: %s", problem)
	}
	if (f.Pointer == "") != (f.Equals == "") {
		bad(line, "errors: pointer and equals belong together")
	}
	if !nameForm.MatchString(f.Code) {
		bad(line, "errors: code must be a-z, 0-9 and _, not %q", f.Code)
	}
	return f
}

func wrongPointer(pointer string) string {
	if pointer != "" && !strings.HasPrefix(pointer, "/") {
		return fmt.Sprintf("%q is not a JSON pointer; it begins with /, such as /order/status", pointer)
	}
	return ""
}

// address expands and checks a URL. A placeholder must not choose whom is talked to.
func (p *parser) address(raw at[string], line int, of string) config.Secret {
	if raw.v == "" {
		p.add(cmp.Or(raw.line, line), "%s: url is missing", of)
		return ""
	}
	before := len(p.problems)
	expanded := p.expand(raw)
	if len(p.problems) > before {
		return expanded
	}
	probe := placeholder.ReplaceAllString(expanded.Reveal(), "x")
	u, err := url.Parse(probe)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		p.add(raw.line, "%s: url must be an address such as https://shop.example.com/orders/{order_number}", of)
	case u.Fragment != "" || u.User != nil:
		p.add(raw.line, "%s: url must have no #fragment and no user; send credentials in a header", of)
	default:
		authority, _, _ := strings.Cut(strings.SplitN(expanded.Reveal(), "://", 2)[1], "/")
		if placeholder.MatchString(strings.SplitN(authority, "?", 2)[0]) {
			p.add(raw.line, "%s: url must name its host itself; {…} may stand in the path and the query only", of)
		}
	}
	return expanded
}

// expand puts in what the environment has.
func (p *parser) expand(raw at[string]) config.Secret {
	return config.Secret(variable.ReplaceAllStringFunc(raw.v, func(m string) string {
		value, ok := p.env(m[2 : len(m)-1])
		if !ok || value == "" {
			p.add(raw.line, "the environment variable %s is not set", m[2:len(m)-1])
		}
		return value
	}))
}
