package play

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/internal/bot"
	"parley/internal/eval/script"
	"parley/internal/store/calls"
)

// check compares one expectation with what happened.
func (p *player) check(ctx context.Context, c script.Check, done *Step) (Outcome, error) {
	o := Outcome{Line: c.Line, Key: c.Key, Want: c.Want()}
	if name, ok := strings.CutPrefix(c.Key, "profile."); ok {
		var err error
		o.Got, err = p.attribute(ctx, name, o.Want)
		o.Passed = o.Got == o.Want
		return o, err
	}
	if c.Key == "calls" || strings.HasPrefix(c.Key, "calls.") {
		return p.called(ctx, c)
	}
	if c.Key == "model" || strings.HasPrefix(c.Key, "model.") {
		return aboutModel(c, o, done), nil
	}
	var newest Bubble
	if n := len(done.Arrived); n > 0 {
		newest = done.Arrived[n-1]
	}
	var said []string
	for _, b := range done.Arrived {
		said = append(said, b.Text)
	}
	trace := done.Bot
	if trace == nil {
		trace = &bot.Trace{}
	}
	all := strings.Join(said, "\n")
	has := func(text string) bool { return strings.Contains(all, text) }
	switch c.Key {
	case "contains":
		o.Got, o.Passed = all, !slices.ContainsFunc(c.Wants, func(text string) bool { return !has(text) })
	case "lacks":
		o.Got, o.Passed = all, !slices.ContainsFunc(c.Wants, has)
	case "equals":
		o.Got = newest.Text
		o.Passed = strings.TrimSpace(o.Got) == strings.TrimSpace(o.Want)
	case "matches":
		o.Got, o.Passed = newest.Text, c.Match.MatchString(newest.Text)
	case "silence":
		o.Got = strconv.FormatBool(len(said) == 0)
		o.Passed = o.Got == o.Want
	case "choices":
		o.Got, o.Passed = strings.Join(newest.Choices, " | "), slices.Equal(newest.Choices, c.Wants)
	case "step":
		if n := len(trace.Steps); n > 0 {
			o.Got = trace.Steps[n-1].Step
		}
		o.Passed = o.Got == o.Want
	default:
		o.Got = map[string]string{
			"sends": strconv.Itoa(len(said)), "layout": newest.Layout, "intent": trace.Intent, "band": trace.Band, "action": done.Action,
			"rule": trace.Rule, "language": trace.Language, "flow": trace.Flow, "owner": string(done.Owner), "handoff": done.Handoff,
		}[c.Key]
		o.Passed = o.Got == o.Want
	}
	return o, nil
}

// attribute reads one from the customer's profile at Braze. Facts wait for a reply that takes them along and
// then go by themselves, so they are given a little time.
func (p *player) attribute(ctx context.Context, name, want string) (got string, err error) {
	who := p.id()
	if p.test.Customer.Unknown {
		who = p.phone
	}
	for tries := 0; ; tries++ {
		var user struct {
			Attributes map[string]any `json:"custom_attributes"`
		}
		if err := p.call(ctx, http.MethodGet, "/sandbox/users/"+url.PathEscape(who), nil, &user); err != nil {
			return "", err
		}
		got = ""
		if v, ok := user.Attributes[name]; ok {
			got = fmt.Sprint(v)
		}
		if got == want || tries == 100 {
			return got, nil
		}
		if tries < 15 {
			if err := p.jump(ctx, time.Second); err != nil {
				return "", err
			}
		}
		if err := sleep(ctx, 5*tick); err != nil {
			return "", err
		}
	}
}

// called looks for a call of a tool in this step that has at least the wanted arguments.
func (p *player) called(ctx context.Context, c script.Check) (Outcome, error) {
	o := Outcome{Line: c.Line, Key: c.Key, Want: c.Want(), Got: "none"}
	made, err := calls.Of(ctx, p.app.Store(), p.at.ID)
	if err != nil {
		return o, err
	}
	var got []string
	for _, e := range made {
		if p.made[e.ID] {
			continue
		}
		var args map[string]any
		if err := json.Unmarshal([]byte(e.Args), &args); err != nil {
			return o, fmt.Errorf("arguments of tool %s: %w", e.Tool, err)
		}
		got = append(got, e.Tool+" "+e.Args)
		missing := slices.ContainsFunc(c.Wants, func(want string) bool {
			name, value, _ := strings.Cut(want, "=")
			v, ok := args[name]
			return !ok || fmt.Sprint(v) != value
		})
		o.Passed = o.Passed || "calls."+e.Tool == c.Key && !missing
	}
	if len(got) > 0 {
		o.Got = strings.Join(got, " | ")
	}
	o.Passed = o.Passed || c.Key == "calls" && len(got) == 0
	return o, nil
}
