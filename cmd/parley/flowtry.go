package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
	"go.yaml.in/yaml/v3"

	"parley/internal/bot"
	"parley/internal/bot/flow"
	"parley/internal/bot/knowledge"
	"parley/internal/bot/tool"
)

type flowTryCmd struct {
	Args      []string `arg:"" name:"dir-and-flow" help:"Name of the flow; its folder before it to try other flows than those that ship with Parley."`
	Knowledge string   `type:"existingdir" help:"Folder of the knowledge base that answers other questions; the built-in one when left out."`
	Language  string   `short:"l" help:"Language on the customer's Braze profile, such as fr."`
	Tools     string   `type:"existingfile" help:"YAML file with what tools answer; without it you are asked."`
}

// Run is one conversation in the terminal. Nothing is stored and no tool is called.
func (c *flowTryCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	dir, name := "", c.Args[0]
	if len(c.Args) == 2 {
		dir, name = c.Args[0], c.Args[1]
	} else if len(c.Args) > 2 {
		return errors.New("name a folder and a flow: parley flow try ./flows return_item")
	}
	list, err := loadFlows(dir)
	if err != nil {
		return err
	}
	library := flow.NewLibrary(list, nil)
	if _, ok := library.Current(name); !ok {
		return fmt.Errorf("there is no flow %q; there are %s", name, strings.Join(library.Names(), ", "))
	}
	answers, err := readAnswers(c.Tools)
	if err != nil {
		return err
	}
	base, err := loadKnowledge(c.Knowledge)
	if err != nil {
		return err
	}
	trained, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	t := &trial{
		bot:  bot.New(func() *knowledge.Published { return trained }, nil).WithFlows(func() *flow.Library { return library }),
		flow: name, language: c.Language, answers: answers, lines: bufio.NewScanner(os.Stdin), out: os.Stdout, prompt: isatty.IsTerminal(os.Stdin.Fd()),
	}
	return t.run(ctx)
}

// trial is one conversation with a flow.
type trial struct {
	bot      *bot.Bot
	flow     string
	language string
	answers  map[string][]toolAnswer
	lines    *bufio.Scanner
	out      io.Writer
	prompt   bool // a person sits there, and wants to be asked
	state    json.RawMessage
	n        int
}

func (t *trial) run(ctx context.Context) error {
	if t.prompt {
		fmt.Fprintf(t.out, "You are the customer; the first message begins %s. An empty line or Ctrl-D ends.\n", t.flow)
	}
	for {
		text, ok := t.read("customer> ")
		if !ok || strings.TrimSpace(text) == "" {
			return t.lines.Err()
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

func (t *trial) read(prompt string) (string, bool) {
	if t.prompt {
		fmt.Fprint(t.out, prompt)
	}
	ok := t.lines.Scan()
	if ok && !t.prompt {
		fmt.Fprintln(t.out, prompt+t.lines.Text())
	}
	return t.lines.Text(), ok
}

// turn decides one turn anew with every result of a tool, as the gateway does.
func (t *trial) turn(ctx context.Context, text string) (bot.Outcome, error) {
	const calls = 6
	t.n++
	now := time.Now()
	turn := bot.Turn{
		Flow: t.flow, Contact: bot.Contact{Language: t.language}, State: t.state, Now: now,
		Messages: []bot.Inbound{{ID: fmt.Sprintf("try-%d", t.n), Seq: int64(t.n), Text: text, At: now}},
	}
	for range calls {
		out, err := t.bot.Reply(ctx, turn)
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

func (t *trial) show(out bot.Outcome) {
	var way []string
	for _, v := range out.Trace.Steps {
		if v.Fate != "" {
			way = append(way, "("+string(v.Fate)+")")
			continue
		}
		way = append(way, v.Step)
	}
	if len(way) > 0 {
		fmt.Fprintf(t.out, "  · %s: %s\n", out.Trace.Flow, strings.Join(way, " → "))
	}
	for line := range strings.Lines(out.Text) {
		fmt.Fprint(t.out, "bot: ", line)
	}
	fmt.Fprintln(t.out)
	if out.Media.URL+out.Link.URL != "" {
		fmt.Fprintf(t.out, "  · beside it: %s%s\n", out.Media.URL, out.Link.URL)
	}
	if len(out.Choices) > 0 {
		fmt.Fprintf(t.out, "  · buttons: %s\n", strings.Join(out.Choices, " | "))
	}
	if h := out.Handoff; h != nil {
		fmt.Fprintf(t.out, "  · over to people: %s, %s\n", h.Code, h.Detail)
		collected, _ := json.Marshal(h.Collected) // a map of strings can always be written
		fmt.Fprintf(t.out, "  · they see: %s\n", collected)
	}
}

// call answers for a tool.
func (t *trial) call(c tool.Call) (tool.Result, error) {
	args, err := json.Marshal(c.Args)
	if err != nil {
		return tool.Result{}, err
	}
	fmt.Fprintf(t.out, "  · calls %s %s\n", c.Tool, args)
	if t.answers != nil {
		for _, a := range t.answers[c.Tool] {
			if a.fits(c.Args) {
				return a.result(c), nil
			}
		}
		return tool.Result{}, fmt.Errorf("the file of tools has no answer of %s for %s; add one, or one without when", c.Tool, args)
	}
	if t.prompt {
		fmt.Fprintln(t.out, "  · what does it answer? Fields as {status: shipped}, a failure as fails: not_found, or unknown")
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
		fmt.Fprintln(t.out, "  ·", err)
	}
}

// toolAnswer is what a tool answers to some arguments.
type toolAnswer struct {
	// When are arguments that must be so; empty fits any call.
	When    map[string]any `yaml:"when"`
	Data    map[string]any `yaml:"data"`
	Fails   string         `yaml:"fails"`
	Unknown bool           `yaml:"unknown"`
}

func (a toolAnswer) fits(args map[string]any) bool {
	for name, want := range a.When {
		if fmt.Sprint(args[name]) != fmt.Sprint(want) {
			return false
		}
	}
	return true
}

func (a toolAnswer) result(c tool.Call) tool.Result {
	switch {
	case a.Unknown:
		return tool.Result{Call: c, State: tool.Unknown}
	case a.Fails != "":
		return tool.Result{Call: c, State: tool.Failed, Code: a.Fails}
	}
	return tool.Result{Call: c, State: tool.Done, Data: a.Data}
}

// readAnswer reads what a person types for a tool.
func readAnswer(text string) (a toolAnswer, err error) {
	text = strings.TrimSpace(text)
	if text == "unknown" {
		return toolAnswer{Unknown: true}, nil
	}
	var fields map[string]any
	if err := yaml.Unmarshal([]byte(text), &fields); err != nil {
		return a, fmt.Errorf("%q is not understood; write such as {status: shipped}, fails: not_found, or unknown", text)
	}
	if code, ok := fields["fails"].(string); ok {
		return toolAnswer{Fails: code}, nil
	}
	return toolAnswer{Data: plain(fields)}, nil
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

func readAnswers(file string) (map[string][]toolAnswer, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var answers map[string][]toolAnswer
	dec := yaml.NewDecoder(strings.NewReader(string(raw)))
	dec.KnownFields(true)
	if err := dec.Decode(&answers); err != nil {
		return nil, fmt.Errorf("%s: %w; write such as\n  order_status:\n    - when: {order_number: AB-12345}\n      data: {status: shipped}\n    - fails: not_found", file, err)
	}
	for _, list := range answers {
		for i := range list {
			list[i].Data = plain(list[i].Data)
		}
		slices.SortStableFunc(list, func(a, b toolAnswer) int { return len(b.When) - len(a.When) }) // the most particular first
	}
	return answers, nil
}
