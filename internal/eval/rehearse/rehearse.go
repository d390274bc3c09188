// Package rehearse plays a flow in a terminal: a person is the customer, and a file or the
// person answers for the tools. Nothing is stored and no tool is called.
//
// Start reading at [Talk.Run].
package rehearse

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"parley/internal/bot"
	"parley/internal/bot/tool"
)

// Talk is one conversation with a flow.
type Talk struct {
	Bot      *bot.Bot
	Flow     string  // its name; the first message begins it
	Language string  // on the customer's profile, or empty
	Answers  Answers // of tools; nil: whoever writes is asked
	Lines    *bufio.Scanner
	Out      io.Writer
	Prompt   bool // a person sits there, and wants to be asked

	state json.RawMessage
	n     int
}

// Run plays the conversation until the lines end, one is empty, or people take over.
func (t *Talk) Run(ctx context.Context) error {
	if t.Prompt {
		fmt.Fprintf(t.Out, "You are the customer; the first message begins %s. An empty line or Ctrl-D ends.\n", t.Flow)
	}
	for {
		text, ok := t.read("customer> ")
		if !ok || strings.TrimSpace(text) == "" {
			return t.Lines.Err()
		}
		out, err := t.turn(ctx, text)
		if err != nil {
			return err
		}
		t.show(out)
		if out.Action == bot.ActionHandoff {
			return nil
		}
	}
}

func (t *Talk) read(prompt string) (string, bool) {
	if t.Prompt {
		fmt.Fprint(t.Out, prompt)
	}
	ok := t.Lines.Scan()
	if ok && !t.Prompt {
		fmt.Fprintln(t.Out, prompt+t.Lines.Text())
	}
	return t.Lines.Text(), ok
}

// turn decides one turn anew with every result of a tool, as the gateway does.
func (t *Talk) turn(ctx context.Context, text string) (bot.Outcome, error) {
	const calls = 6
	t.n++
	now := time.Now()
	turn := bot.Turn{
		Flow: t.Flow, Contact: bot.Contact{Language: t.Language}, State: t.state, Now: now,
		Messages: []bot.Inbound{{ID: fmt.Sprintf("try-%d", t.n), Seq: int64(t.n), Text: text, At: now}},
	}
	for range calls {
		out, err := t.Bot.Reply(ctx, turn)
		if err != nil || out.Action != bot.ActionCall {
			t.state = out.State
			return out, err
		}
		result, err := t.call(*out.Call)
		if err != nil {
			return out, err
		}
		turn.Results = append(turn.Results, result)
	}
	return bot.Outcome{}, fmt.Errorf("the flow calls tools more than %d times in one turn", calls)
}

func (t *Talk) show(out bot.Outcome) {
	var way []string
	for _, v := range out.Trace.Steps {
		if v.Fate != "" {
			way = append(way, "("+string(v.Fate)+")")
			continue
		}
		way = append(way, v.Step)
	}
	if len(way) > 0 {
		fmt.Fprintf(t.Out, "  · %s: %s\n", out.Trace.Flow, strings.Join(way, " → "))
	}
	for line := range strings.Lines(out.Text) {
		fmt.Fprint(t.Out, "bot: ", line)
	}
	fmt.Fprintln(t.Out)
	if out.Media.URL+out.Link.URL != "" {
		fmt.Fprintf(t.Out, "  · beside it: %s%s\n", out.Media.URL, out.Link.URL)
	}
	if len(out.Choices) > 0 {
		fmt.Fprintf(t.Out, "  · buttons: %s\n", strings.Join(out.Choices, " | "))
	}
	if h := out.Handoff; h != nil {
		fmt.Fprintf(t.Out, "  · over to people: %s, %s\n", h.Code, h.Detail)
		collected, _ := json.Marshal(h.Collected) // a map of strings can always be written
		fmt.Fprintf(t.Out, "  · they see: %s\n", collected)
	}
}

// call answers for a tool.
func (t *Talk) call(c tool.Call) (tool.Result, error) {
	args, err := json.Marshal(c.Args)
	if err != nil {
		return tool.Result{}, err
	}
	fmt.Fprintf(t.Out, "  · calls %s %s\n", c.Tool, args)
	if t.Answers != nil {
		for _, a := range t.Answers[c.Tool] {
			if a.fits(c.Args) {
				return a.result(c), nil
			}
		}
		return tool.Result{}, fmt.Errorf("the file of tools has no answer of %s for %s; add one, or one without when", c.Tool, args)
	}
	if t.Prompt {
		fmt.Fprintln(t.Out, "  · what does it answer? Fields as {status: shipped}, a failure as fails: not_found, or unknown")
	}
	for {
		text, ok := t.read("tool> ")
		if !ok {
			return tool.Result{}, fmt.Errorf("%s was called, and nothing answers for it", c.Tool)
		}
		a, err := readAnswer(text)
		if err == nil {
			return a.result(c), nil
		}
		fmt.Fprintln(t.Out, "  ·", err)
	}
}

// Answers are what tools answer, by their names, the most particular first.
type Answers map[string][]Answer

// Answer is what a tool answers to some arguments.
type Answer struct {
	// When are arguments that must be so; empty fits any call.
	When    map[string]any `yaml:"when"`
	Data    map[string]any `yaml:"data"`
	Fails   string         `yaml:"fails"`
	Unknown bool           `yaml:"unknown"`
}

func (a Answer) fits(args map[string]any) bool {
	for name, want := range a.When {
		if fmt.Sprint(args[name]) != fmt.Sprint(want) {
			return false
		}
	}
	return true
}

func (a Answer) result(c tool.Call) tool.Result {
	switch {
	case a.Unknown:
		return tool.Result{Call: c, State: tool.Unknown}
	case a.Fails != "":
		return tool.Result{Call: c, State: tool.Failed, Code: a.Fails}
	}
	return tool.Result{Call: c, State: tool.Done, Data: a.Data}
}

// readAnswer reads what a person types for a tool.
func readAnswer(text string) (a Answer, err error) {
	text = strings.TrimSpace(text)
	if text == "unknown" {
		return Answer{Unknown: true}, nil
	}
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(text), &fields); err != nil {
		return a, fmt.Errorf("%q is not understood; write such as {status: shipped}, fails: not_found, or unknown", text)
	}
	if code, ok := fields["fails"].(string); ok {
		return Answer{Fails: code}, nil
	}
	return Answer{Data: plain(fields)}, nil
}

// plain makes values what JSON would have brought: YAML reads dates and whole numbers as such.
func plain(fields map[string]any) map[string]any {
	for name, v := range fields {
		switch v := v.(type) {
		case time.Time:
			fields[name] = v.Format(time.DateOnly)
		case int:
			fields[name] = float64(v)
		}
	}
	return fields
}

// ReadAnswers reads a YAML file of answers; without a file there are none.
func ReadAnswers(file string) (Answers, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var answers Answers
	dec := yaml.NewDecoder(strings.NewReader(string(raw)))
	dec.KnownFields(true)
	if err := dec.Decode(&answers); err != nil {
		return nil, fmt.Errorf("%s: %w; write such as\n  order_status:\n    - when: {order_number: AB-12345}\n      data: {status: shipped}\n    - fails: not_found", file, err)
	}
	for _, list := range answers {
		for i := range list {
			list[i].Data = plain(list[i].Data)
		}
		slices.SortStableFunc(list, func(a, b Answer) int { return len(b.When) - len(a.When) }) // the most particular first
	}
	return answers, nil
}
