package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"parley/internal/app"
	"parley/internal/bot/tool"
	"parley/internal/bot/tool/run"
)

// toolCmd works on a file of tools.
type toolCmd struct {
	Check toolCheckCmd `cmd:"" help:"Report everything that is wrong with a file of tools, with line numbers, and list what it declares."`
	Try   toolTryCmd   `cmd:"" help:"Call a tool once, as a customer's conversation would, and show what comes of it."`
}

type toolCheckCmd struct {
	File   string `arg:"" type:"existingfile" help:"File of tools."`
	AnyEnv bool   `name:"any-env" help:"Do not ask that the variables written as $${NAME} are set here."`
}

// Run checks a file.
func (c *toolCheckCmd) Run() error {
	env := os.LookupEnv
	if c.AnyEnv {
		env = func(name string) (string, bool) {
			if v := os.Getenv(name); v != "" {
				return v, true
			}
			return "https://unset.invalid", true
		}
	}
	catalogue, err := app.ReadTools(c.File, env)
	if err != nil {
		return err
	}
	return printTools(os.Stdout, catalogue)
}

func printTools(out io.Writer, catalogue *tool.Catalogue) error {
	tab := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, t := range catalogue.Tools() {
		effect := string(t.Effect)
		if t.Idempotent {
			effect += ", idempotent"
		}
		fmt.Fprintf(tab, "%s\t%s\t%v, %d retries\tintents: %s\tflows: %s\n", t.Name, effect, t.Timeout, t.Retries, orDash(t.Intents), orDash(t.Flows))
	}
	return tab.Flush()
}

func orDash(list []string) string {
	if len(list) == 0 {
		return "-"
	}
	return strings.Join(list, ", ")
}

type toolTryCmd struct {
	published
	File     string   `type:"existingfile" help:"File of tools; that of the workspace in the settings when left out."`
	Name     string   `arg:"" help:"The tool."`
	Args     []string `arg:"" optional:"" help:"Its arguments, as name=value."`
	As       string   `required:"" placeholder:"EXTERNAL_ID" help:"The customer's external id at Braze."`
	Phone    string   `help:"The customer's number, for tools that bind it."`
	Language string   `default:"en" help:"The conversation's language."`
	Yes      bool     `help:"Carry out a write; without it a tool that writes is refused."`
}

// Run calls the tool. The ledger is left alone, so that a try never stands for a
// customer's call.
func (c *toolTryCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	path := c.File
	if path == "" {
		cfg, err := c.load()
		if err != nil {
			return err
		}
		w, err := c.pick(cfg)
		if err != nil {
			return fmt.Errorf("%w; or name the file of tools with --file", err)
		}
		if path = w.Tools; path == "" {
			return fmt.Errorf("workspace %s has no tools; write tools: FILE into the settings, or name the file with --file", w.ID)
		}
	}
	catalogue, err := app.ReadTools(path, os.LookupEnv)
	if err != nil {
		return err
	}
	t := catalogue.Find(c.Name)
	if t == nil {
		return fmt.Errorf("%s declares no tool %q", path, c.Name)
	}
	args, err := typed(t.Schema(), c.Args)
	if err != nil {
		return err
	}
	if t.Effect == tool.Write && !c.Yes {
		return fmt.Errorf("tool %s writes; say --yes to carry it out", t.Name)
	}
	r := run.New(run.Settings{Catalogue: catalogue, Version: version}, nil, slog.New(slog.DiscardHandler))
	result := r.Try(ctx, run.Who{Workspace: c.Workspace, Conversation: "try", ExternalID: c.As, Phone: c.Phone, Language: c.Language},
		tool.Call{MessageID: "try", Tool: c.Name, Args: args, Confirmed: c.Yes})
	if err := r.Close(); err != nil {
		return err
	}
	return printResult(os.Stdout, result)
}

// typed reads name=value arguments: as texts, or as JSON where the schema asks for
// something else.
func typed(schema json.RawMessage, pairs []string) (map[string]any, error) {
	var known struct {
		Properties map[string]struct{ Type string }
	}
	if err := json.Unmarshal(schema, &known); err != nil {
		return nil, err
	}
	args := map[string]any{}
	for _, pair := range pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("%q is not name=value", pair)
		}
		args[name] = value
		if kind := known.Properties[name].Type; kind != "" && kind != "string" {
			var v any
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, fmt.Errorf("%s must be of type %s, written as JSON", name, kind)
			}
			args[name] = v
		}
	}
	return args, nil
}

func printResult(out io.Writer, r tool.Result) error {
	for _, name := range slices.Sorted(maps.Keys(r.Data)) {
		raw, err := json.Marshal(r.Data[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %s\n", name, raw)
	}
	if r.State == tool.Done {
		fmt.Fprintln(out, "done")
		return nil
	}
	return errors.New(strings.TrimSpace(fmt.Sprintf("%s %s: %s", r.State, r.Code, r.Problem)))
}
