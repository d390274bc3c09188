package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"parley/internal/config"
)

// HTTP is how a tool is called over HTTP. Texts hold {name} where an argument or a bound
// value goes; what the environment had has been put in already, so they may be secret.
type HTTP struct {
	Method  string
	URL     config.Secret
	Headers map[string]config.Secret
	// Body is sent as JSON; nil sends none. A text that is {name} alone becomes the
	// value with its type, and a field whose value is not given is left out.
	Body any
}

// MCP is how a tool is called on a server of the Model Context Protocol.
type MCP struct {
	Server string
	Tool   string // its name there
	// Pin is the SHA-256, in hexadecimal, of what the server says of the tool, so that a
	// changed description or schema is not used until somebody has read it. Empty: not
	// pinned.
	Pin string
}

// Server is an MCP server: reached by URL, or started as a command.
type Server struct {
	Name    string
	URL     config.Secret
	Headers map[string]config.Secret
	Command []string
	Env     map[string]config.Secret
}

// Fault gives a failure of the other side its word.
type Fault struct {
	Status  int    // 0: any
	Pointer string // where in the answer Equals stands; "": only the status counts
	Equals  string
	Code    string
}

// Request is a call ready to be sent.
type Request struct {
	Method, URL string
	Headers     map[string]string
	Body        []byte
}

var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)

// Request fills a call in. The error names the value at fault and never shows it.
func (h *HTTP) Request(values map[string]any) (Request, error) {
	r := Request{Method: h.Method, Headers: map[string]string{}}
	var err error
	if r.URL, err = fillURL(h.URL.Reveal(), values); err != nil {
		return Request{}, err
	}
	for name, template := range h.Headers {
		if r.Headers[name], err = fill(template.Reveal(), values, func(_, v string) (string, error) { return v, nil }); err != nil {
			return Request{}, err
		}
	}
	if h.Body == nil {
		return r, nil
	}
	body, _, err := fillBody(h.Body, values)
	if err != nil {
		return Request{}, err
	}
	r.Body, err = json.Marshal(body)
	return r, err
}

var errMissing = errors.New("has no value")

// fill replaces placeholders by values that escape has made harmless.
func fill(template string, values map[string]any, escape func(name, value string) (string, error)) (string, error) {
	var problem error
	out := placeholder.ReplaceAllStringFunc(template, func(m string) string {
		name := m[1 : len(m)-1]
		v, ok := values[name]
		if !ok || v == nil {
			problem = errors.Join(problem, fmt.Errorf("%s %w", name, errMissing))
			return ""
		}
		text, err := plain(v)
		if err == nil {
			text, err = escape(name, text)
		}
		if err != nil {
			problem = errors.Join(problem, fmt.Errorf("%s %w", name, err))
		}
		return text
	})
	return out, problem
}

// fillURL puts values into a path so that each stays one segment of it, and into a query.
// A parameter of the query whose value is not given is left out.
func fillURL(template string, values map[string]any) (string, error) {
	path, query, _ := strings.Cut(template, "?")
	out, err := fill(path, values, func(_, v string) (string, error) {
		if v == "" || v == "." || v == ".." || strings.ContainsAny(v, "/\\\x00") {
			return "", errors.New("cannot be part of an address")
		}
		return url.PathEscape(v), nil
	})
	if err != nil || query == "" {
		return out, err
	}
	var kept []string
	for _, pair := range strings.Split(query, "&") {
		pair, err := fill(pair, values, func(_, v string) (string, error) { return url.QueryEscape(v), nil })
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return "", err
		}
		kept = append(kept, pair)
	}
	if len(kept) == 0 {
		return out, nil
	}
	return out + "?" + strings.Join(kept, "&"), nil
}

// fillBody fills a document; there is false for a text whose value is not given.
func fillBody(node any, values map[string]any) (filled any, there bool, err error) {
	switch node := node.(type) {
	case string:
		if m := placeholder.FindString(node); m == node && m != "" {
			v, ok := values[m[1:len(m)-1]]
			return v, ok && v != nil, nil
		}
		text, err := fill(node, values, func(_, v string) (string, error) { return v, nil })
		if errors.Is(err, errMissing) {
			return nil, false, nil
		}
		return text, true, err
	case map[string]any:
		out := make(map[string]any, len(node))
		for k, inner := range node {
			v, there, err := fillBody(inner, values)
			if err != nil {
				return nil, false, err
			}
			if there {
				out[k] = v
			}
		}
		return out, true, nil
	case []any:
		out := make([]any, 0, len(node))
		for _, inner := range node {
			v, there, err := fillBody(inner, values)
			if err != nil {
				return nil, false, err
			}
			if there {
				out = append(out, v)
			}
		}
		return out, true, nil
	}
	return node, true, nil
}

func plain(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case bool, int, int64:
		return fmt.Sprint(v), nil
	}
	return "", errors.New("is a list or a group and cannot be part of a text")
}

// Answer reads what the other side said. code is "" for a success; known is false for a
// failure that no rule names. body may be anything.
func (t *Tool) Answer(status int, body []byte) (data map[string]any, code string, known bool) {
	document, valid := decode(body)
	for _, f := range t.Errors {
		if f.fits(status, document, valid) {
			return nil, f.Code, true
		}
	}
	if status < 200 || status > 299 {
		return nil, "", false
	}
	if !valid && len(t.Result) > 0 {
		return nil, "", false
	}
	data = map[string]any{}
	for name, pointer := range t.Result {
		if v, ok := lookup(document, pointer); ok && v != nil {
			data[name] = v
		}
	}
	return data, "", true
}

func (f Fault) fits(status int, document any, valid bool) bool {
	if f.Status != 0 && f.Status != status {
		return false
	}
	if f.Pointer == "" {
		return true
	}
	v, ok := lookup(document, f.Pointer)
	if !valid || !ok {
		return false
	}
	text, err := plain(v)
	return err == nil && text == f.Equals
}

// decode reads JSON with numbers as float64, or as texts where that would change them.
func decode(body []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var document any
	if d.Decode(&document) != nil || d.More() {
		return nil, false
	}
	return numbers(document), true
}

func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if back := strconv.FormatFloat(f, 'f', -1, 64); err != nil || back != v.String() && len(v) > 15 {
			return v.String()
		}
		return f
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	}
	return v
}

// lookup follows a JSON pointer.
func lookup(document any, pointer string) (any, bool) {
	if pointer == "" {
		return document, true
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch node := document.(type) {
		case map[string]any:
			v, ok := node[token]
			if !ok {
				return nil, false
			}
			document = v
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(node) || strconv.Itoa(i) != token {
				return nil, false
			}
			document = node[i]
		default:
			return nil, false
		}
	}
	return document, true
}
