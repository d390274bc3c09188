// Package liquid renders templates the way a Braze composer does: standard Liquid plus Braze's `${}`
// names, its filters and `abort_message`. It owns the translation of Braze's notation to the engine's
// and nothing else: which values a name has is the caller's business.
//
// Sources: Braze documentation, "Supported personalization tags", "Advanced filters", "Abort messages".
package liquid

import (
	"errors"
	"fmt"
	"strings"
	"time"

	upstream "github.com/osteele/liquid"
	"github.com/osteele/liquid/render"
)

// Profile is the binding that holds the values of bare `${name}` tags, such as `{{${first_name}}}`.
const Profile = "braze__profile"

const (
	nowName   = "braze__now"
	constName = "braze__const"
)

// AbortError reports that the template asked for its message not to be sent.
type AbortError struct{ Reason string }

func (e *AbortError) Error() string {
	if e.Reason == "" {
		return "the template called abort_message"
	}
	return "the template called abort_message: " + e.Reason
}

// Engine compiles templates. It is safe for concurrent use and never changes after New.
type Engine struct{ engine *upstream.Engine }

// New returns an engine with Braze's filters and tags.
func New() *Engine {
	e := &Engine{engine: upstream.NewEngine()}
	for name, fn := range filters() {
		e.engine.RegisterFilter(name, fn)
	}
	e.engine.RegisterTag("abort_message", abort)
	e.engine.RegisterTag("include", func(c render.Context) (string, error) {
		return "", c.Errorf("include is not available in a Braze message: use the text itself")
	})
	return e
}

// Template is a compiled template; it is immutable and safe for concurrent use.
type Template struct {
	plain  string // the whole source, when it holds no tag at all
	parsed *upstream.Template
	consts []any
}

// Compile parses a Braze template. The error names the construct that cannot be parsed and its line.
func (e *Engine) Compile(source string) (*Template, error) {
	if !strings.Contains(source, "{{") && !strings.Contains(source, "{%") {
		return &Template{plain: source}, nil
	}
	t, err := translate(source)
	if err != nil {
		return nil, err
	}
	parsed, perr := e.parse(t.text)
	if perr != nil {
		return nil, perr
	}
	return &Template{parsed: parsed, consts: t.consts}, nil
}

func (e *Engine) parse(text string) (t *upstream.Template, err error) {
	defer func() {
		if r := recover(); r != nil {
			t, err = nil, fmt.Errorf("the template cannot be parsed: %v", r)
		}
	}()
	t, serr := e.engine.ParseString(text)
	if serr != nil {
		return nil, fmt.Errorf("the template cannot be parsed: %s", undress(serr.Error()))
	}
	return t, nil
}

// Static reports whether the template has no tag, so that it always renders to its own source.
func (t *Template) Static() bool { return t.parsed == nil }

// Render renders with the given bindings, which are read and never changed. A name without a value
// renders blank. The error is an *AbortError when the template called abort_message.
func (t *Template) Render(bindings map[string]any, now time.Time) (out string, err error) {
	if t.parsed == nil {
		return t.plain, nil
	}
	vars := make(map[string]any, len(bindings)+2)
	for k, v := range bindings {
		vars[k] = v
	}
	vars[nowName] = now
	if len(t.consts) > 0 {
		vars[constName] = t.consts
	}
	defer func() {
		if r := recover(); r != nil {
			out, err = "", fmt.Errorf("the template cannot be rendered: %v", r)
		}
	}()
	out, serr := t.parsed.RenderString(vars)
	if serr == nil {
		return out, nil
	}
	var stop *AbortError
	for cause := error(serr); cause != nil; {
		if errors.As(cause, &stop) {
			return "", stop
		}
		c, ok := cause.(interface{ Cause() error })
		if !ok || c.Cause() == cause {
			break
		}
		cause = c.Cause()
	}
	return "", fmt.Errorf("the template cannot be rendered: %s", undress(serr.Error()))
}

// abort implements {% abort_message('reason') %}.
func abort(c render.Context) (string, error) {
	args := strings.TrimSpace(c.TagArgs())
	args = strings.TrimSuffix(strings.TrimPrefix(args, "("), ")")
	if args = strings.TrimSpace(args); args == "" {
		return "", &AbortError{}
	}
	reason, err := c.EvaluateString(args)
	if err != nil {
		return "", err
	}
	return "", &AbortError{Reason: fmt.Sprint(reason)}
}

// undress turns the engine's internal names back into what the author typed.
func undress(s string) string {
	return strings.NewReplacer("Liquid error: ", "", "Liquid error (line ", "(line ", Profile, "").Replace(s)
}
