package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"parley/internal/bot/eval"
)

// evalCmd measures the bot.
type evalCmd struct {
	Run     evalRunCmd     `cmd:"" help:"Play conversations that are written down against a gateway and the sandbox, and say what is not as expected."`
	Record  evalRecordCmd  `cmd:"" help:"Write a real conversation as such a file, without its personal data."`
	Replay  evalReplayCmd  `cmd:"" help:"Decide past turns again from a draft knowledge base and show which would change."`
	Set     evalSetCmd     `cmd:"" help:"Train the embedded understander on one labelled file and read another: accuracy, off-topic recall, calibration, speed."`
	HeldOut evalHeldOutCmd `cmd:"" name:"heldout" help:"Read the messages that were written apart from the built-in knowledge base's phrasings, in both languages."`
}

type evalSetCmd struct {
	Train    string  `required:"" type:"existingfile" help:"CSV with the columns text and label to learn from; the label oos means: belongs to no intent."`
	Test     string  `required:"" type:"existingfile" help:"CSV of the same form to read."`
	Language string  `short:"l" help:"Language of the messages, such as fr; detected when left out."`
	OOSPrior float64 `name:"oos-prior" help:"Expected share of off-topic messages, above 0 and below 1; 0.4 when left out."`
	Curve    bool    `help:"Also measure with 1, 5, 10 and 30 phrasings of each intent; the mean of three draws."`
	Few      []int   `help:"Other numbers of phrasings for the curve, such as 2,20."`
	Typos    float64 `help:"Share of the letters of each test message that are edited at random, such as 0.05."`
	Edits    int     `help:"Random edits made to every test message."`
	bounds
	JSON bool `name:"json" help:"Print one JSON object."`
}

// bounds are what figures are held against.
type bounds struct {
	Floor   map[string]float64 `mapsep:"," help:"Fail when a figure is below, such as top1=92; names are those of --json."`
	Ceiling map[string]float64 `mapsep:"," help:"Fail when a figure is above, such as ece=0.05."`
}

// evalReport is what --json prints.
type evalReport struct {
	*eval.Report
	Few []eval.Point `json:"few,omitempty"`
}

func (c *evalSetCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	if c.Typos < 0 || c.Typos > 1 || c.Edits < 0 {
		return errors.New("--typos is a share of 0 to 1, such as 0.05 for one letter in twenty; --edits counts letters")
	}
	train, err := readSet(c.Train)
	if err != nil {
		return err
	}
	test, err := readSet(c.Test)
	if err != nil {
		return err
	}
	bar := newBar("training")
	o := eval.Options{Language: c.Language, OOSPrior: c.OOSPrior, Typos: c.Typos, Edits: c.Edits, Progress: bar.show}
	if c.Curve && len(c.Few) == 0 {
		c.Few = []int{1, 5, 10, 30}
	}
	var out evalReport
	out.Few, err = eval.Curve(ctx, train, test, o, c.Few)
	if err == nil {
		out.Report, err = eval.Measure(ctx, train, test, o)
	}
	bar.clear()
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(os.Stdout, out)
	} else {
		err = eval.Print(os.Stdout, out.Report, out.Few)
	}
	if err != nil {
		return err
	}
	return eval.Hold(out.Report, c.Floor, c.Ceiling)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type evalHeldOutCmd struct {
	Dir  string `arg:"" optional:"" type:"existingdir" help:"Folder of a knowledge base with the built-in one's intents; the built-in one when left out."`
	JSON bool   `name:"json" help:"Print one JSON object."`
	bounds
}

// Run reads the held-out messages.
func (c *evalHeldOutCmd) Run() error {
	ctx, stop := interruptible()
	defer stop()
	base, err := loadKnowledge(c.Dir)
	if err != nil {
		return err
	}
	published, _, err := trainKnowledge(ctx, base)
	if err != nil {
		return err
	}
	list, err := eval.ReadHeldOut(published)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(os.Stdout, map[string]any{"languages": list})
	} else {
		err = eval.PrintHeldOut(os.Stdout, list)
	}
	for _, h := range list {
		if broken := eval.Hold(h, c.Floor, c.Ceiling); broken != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", h.Language, broken))
		}
	}
	return err
}

func readSet(path string) (*eval.Set, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return eval.ReadSet(path, f)
}
